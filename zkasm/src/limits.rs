//! What the `zk64` machine can hold.

/// Rows of every state machine: the steps that fit one proof, 2^23.
pub const ROWS: u64 = 1 << 23;
/// Words of stack per context (SP must stay below).
pub const STACK_WORDS: u32 = 0x1_0000;
/// Words of variables per scope.
pub const VAR_WORDS: u32 = 0x1_0000;
/// Words of `MEM:` memory per context.
pub const MEM_WORDS: u32 = 0x2_0000;
/// Distance in words between the memories of two contexts.
pub const CTX_STRIDE: u64 = 0x4_0000;
/// First word of the stack within a context.
pub const STACK_BASE: u64 = 0x1_0000;
/// First word of `MEM:` within a context.
pub const MEM_BASE: u64 = 0x2_0000;
/// A computed jump must land below this ROM address; label jumps and `RETURN` are not limited.
pub const COMPUTED_JUMP_LIMIT: u64 = 0x1_0000;
/// The largest magnitude the executor accepts in CTX, SP, PC, RR, GAS, HASHPOS and RCX.
pub const ONE_LANE_MAX: i64 = (1 << 31) - 1;
