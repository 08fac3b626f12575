//! The assembled program: one pre-decoded line per step.

use std::collections::BTreeMap;

use crate::constant::Constant;
use crate::cost::Counters;
use crate::error::Pos;
use crate::expr::Expr;
use crate::field::Fe;
use crate::op::{BinaryOp, HashId, HashOp};
use crate::program::{Command, VarDecl};
use crate::reg::Reg;

/// The address of a ROM line, from 0. The machine's program counter; the register `PC` is
/// something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZkPc(pub u32);

impl ZkPc {
    /// As an index into [`Rom::lines`].
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The following line.
    #[inline]
    pub const fn next(self) -> ZkPc {
        ZkPc(self.0 + 1)
    }
}

impl std::fmt::Display for ZkPc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The label before whose step a run ends.
pub const END: &str = "finalizeExecution";

/// A program ready to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rom {
    /// The lines; index = zkPC.
    pub lines: Vec<RomLine>,
    /// Address of every label.
    pub labels: BTreeMap<String, ZkPc>,
    /// Every variable with its word offset within its scope.
    pub vars: BTreeMap<String, (VarDecl, u32)>,
    /// Every constant.
    pub constants: BTreeMap<String, Constant>,
    /// Comments that stand before the first step, without `; `: the program's header.
    pub header: Vec<String>,
}

/// One ROM line. Fields that the line does not use have their default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RomLine {
    /// Whether the line has a left-hand side.
    pub has_op: bool,
    /// Registers in the combination, each once, with summed coefficients, none zero.
    pub regs: Vec<(Reg, Fe)>,
    /// The constant part.
    pub constant: ConstLanes,
    /// Whether the constant is a negative number of both lanes, taken modulo 2^64.
    pub negative_long: bool,
    /// The free input with its coefficient.
    pub free: Option<(Fe, RomFree)>,
    /// Registers that receive `op`.
    pub dests: Vec<Reg>,
    /// The binary operation.
    pub binary: Option<BinaryOp>,
    /// `ARITH`.
    pub arith: bool,
    /// `MEM_ALIGN_RD`.
    pub mem_align_rd: bool,
    /// `MEM_ALIGN_WR`.
    pub mem_align_wr: bool,
    /// `MEM_ALIGN_WR8`.
    pub mem_align_wr8: bool,
    /// The step of a hash, and which hash.
    pub hash: Option<(HashOp, HashId)>,
    /// `ASSERT`.
    pub assert: bool,
    /// `MLOAD` or `MSTORE`.
    pub mem: Option<MemAccess>,
    /// The jump, call, return or repeat.
    pub jump: Option<Jump>,
    /// Commands run at the start of the step, before `op` is computed.
    pub cmd_before: Vec<PlacedCommand>,
    /// Commands run at the beginning of the next step, if that is the next line.
    pub cmd_after: Vec<PlacedCommand>,
    /// What one execution is charged.
    pub cost: Counters,
    /// Where the line stands in the text.
    pub pos: Pos,
}

/// A command and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedCommand {
    /// The command.
    pub command: Command,
    /// Where it stands in the text.
    pub pos: Pos,
}

/// The free input of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RomFree {
    /// `$`.
    Bare,
    /// `${expression}`.
    Expr(Expr),
}

/// The constant part of a combination, lane by lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConstLanes {
    /// Lane 0.
    pub lane0: Fe,
    /// Lane 1.
    pub lane1: Fe,
}

/// A memory access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemAccess {
    /// True for `MSTORE`.
    pub write: bool,
    /// The region.
    pub base: MemBase,
    /// Words added to the index.
    pub offset: i32,
    /// The register whose lane 0 is added.
    pub index: MemIndex,
    /// What SP changes by in this step: 0, 1 or -1.
    pub inc_stack: i8,
}

/// A region of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemBase {
    /// The stack of the current context; SP is added.
    Stack,
    /// `MEM:` of the current context.
    Mem,
    /// Variables of the current context.
    VarCtx,
    /// Global variables; CTX is not used.
    Global,
}

/// What indexes a memory access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemIndex {
    /// Nothing.
    None,
    /// Lane 0 of E.
    E,
    /// RR.
    Rr,
}

/// A change of control flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// When it is taken.
    pub kind: JumpKind,
    /// Where it goes.
    pub target: JumpTarget,
    /// Where it goes when the condition fails: the next line unless written.
    pub otherwise: JumpTarget,
}

/// When a jump is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpKind {
    /// `JMP`.
    Always,
    /// `JMPN`: lane 0 of op is negative.
    Negative,
    /// `JMPZ`, and `JMPNZ` with the two targets exchanged.
    Zero,
    /// `JMPC`, and `JMPNC` with the two targets exchanged.
    Carry,
    /// `CALL`.
    Call,
    /// `RETURN`; its target is not used.
    Return,
    /// `REPEAT(RCX)`; its target is not used.
    Repeat,
}

/// A jump's destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpTarget {
    /// The following line.
    Next,
    /// A fixed line.
    Line(ZkPc),
    /// A fixed line plus lane 0 of a register (E or RR).
    Indexed(ZkPc, Reg),
}
