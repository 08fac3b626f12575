//! The operations of steps, and what they take: addresses, targets, hashes.

use crate::reg::Reg;

/// A binary operation on A and B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BinaryOp {
    /// A + B mod 2^64; the carry is the carry out.
    Add,
    /// A - B mod 2^64; the carry is the borrow.
    Sub,
    /// 1 if A < B unsigned; the carry is the same bit.
    Lt,
    /// 1 if A < B signed; the carry is the same bit.
    Slt,
    /// 1 if A = B; the carry is the same bit.
    Eq,
    /// A & B; the carry says whether the result is not zero.
    And,
    /// A | B; the carry is 0.
    Or,
    /// A ^ B; the carry is 0.
    Xor,
}

impl BinaryOp {
    /// Every operation.
    pub const ALL: &'static [BinaryOp] = &[
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Lt,
        BinaryOp::Slt,
        BinaryOp::Eq,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::Xor,
    ];

    /// The spelling in zkASM text.
    pub const fn name(self) -> &'static str {
        match self {
            BinaryOp::Add => "ADD",
            BinaryOp::Sub => "SUB",
            BinaryOp::Lt => "LT",
            BinaryOp::Slt => "SLT",
            BinaryOp::Eq => "EQ",
            BinaryOp::And => "AND",
            BinaryOp::Or => "OR",
            BinaryOp::Xor => "XOR",
        }
    }

    /// Result and carry of the operation on two registers' values.
    pub const fn eval(self, a: u64, b: u64) -> (u64, bool) {
        match self {
            BinaryOp::Add => a.overflowing_add(b),
            BinaryOp::Sub => a.overflowing_sub(b),
            BinaryOp::Lt => ((a < b) as u64, a < b),
            BinaryOp::Slt => (((a as i64) < (b as i64)) as u64, (a as i64) < (b as i64)),
            BinaryOp::Eq => ((a == b) as u64, a == b),
            BinaryOp::And => (a & b, a & b != 0),
            BinaryOp::Or => (a | b, false),
            BinaryOp::Xor => (a ^ b, false),
        }
    }
}

/// An operation of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A binary operation: `op` is its result.
    Binary(BinaryOp),
    /// `ARITH`: A·B + C = D·2^64 + op over the integers.
    Arith,
    /// `MEM_ALIGN_RD`: op = (A << 8C) | (B >> (64 - 8C)), big-endian words.
    MemAlignRd,
    /// `MEM_ALIGN_WR`: D and E are A and B with op written at byte offset C.
    MemAlignWr,
    /// `MEM_ALIGN_WR8`: D is A with one byte replaced.
    MemAlignWr8,
    /// `MLOAD(address)`: op = memory word.
    MLoad(Addr),
    /// `MSTORE(address)`: memory word = op.
    MStore(Addr),
    /// `HASHK(id)` and its kin: a step of a keccak hash, which the number `id` names.
    Hash(HashOp, HashId),
    /// `ASSERT`: A = op on both lanes.
    Assert,
    /// `JMP(target)`.
    Jmp(Target),
    /// `JMPN(label)` or `JMPN(label, else)`: jump if lane 0 of op is negative.
    JmpN(Target, Option<Target>),
    /// `JMPZ(label)`: jump if lane 0 of op is zero.
    JmpZ(Target, Option<Target>),
    /// `JMPNZ(label)`: jump if lane 0 of op is not zero.
    JmpNz(Target, Option<Target>),
    /// `JMPC(label)`: jump if the binary operation of this step carries.
    JmpC(Target, Option<Target>),
    /// `JMPNC(label)`: jump if the binary operation of this step does not carry.
    JmpNc(Target, Option<Target>),
    /// `CALL(target)`: RR = zkPC + 1 and jump.
    Call(Target),
    /// `RETURN`: jump to the old RR.
    Return,
    /// `REPEAT(RCX)`: stay on this line while RCX is not zero, counting it down.
    Repeat,
}

/// A step of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashOp {
    /// `HASHK`: the D low bytes of op, big-endian, are those from HASHPOS on, which grows by D.
    Bytes,
    /// `HASHK1`: the same with one byte.
    Byte,
    /// `HASHKLEN`: lane 0 of op is the number of bytes, which fixes the digest.
    Len,
    /// `HASHKDIGEST`: the digest is op, A, B, C, its 64 least significant bits first.
    Digest,
}

impl HashOp {
    /// Every operation.
    pub const ALL: &'static [HashOp] = &[HashOp::Bytes, HashOp::Byte, HashOp::Len, HashOp::Digest];

    /// The spelling in zkASM text.
    pub const fn name(self) -> &'static str {
        match self {
            HashOp::Bytes => "HASHK",
            HashOp::Byte => "HASHK1",
            HashOp::Len => "HASHKLEN",
            HashOp::Digest => "HASHKDIGEST",
        }
    }
}

/// What names a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashId {
    /// A number.
    Number(u32),
    /// Lane 0 of E.
    E,
}

/// Where a memory operation goes; addresses count 64-bit words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addr {
    /// `SP + offset`, on the stack.
    Stack(i32),
    /// `SP++`: at SP, which then grows by one.
    StackInc,
    /// `SP--`: at SP, which then shrinks by one.
    StackDec,
    /// `STACK:E + offset`: at E + SP + offset.
    StackE(i32),
    /// `MEM:E + offset`.
    Mem(i32),
    /// `SYS:E + offset`: global variables by address.
    Sys(i32),
    /// `name`, `name+E` or `name+RR`: a variable, with the register that indexes it.
    Var(String, Option<Reg>),
    /// `name+n` or `name[n]`: word `n` of an array, from 0.
    Element(String, u32),
    /// `name[E + n]` or `name[E - n]`: word E + n of an array, n not 0.
    ElementE(String, i32),
}

/// A jump's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `label`.
    Label(String),
    /// `RR` or `E`: the address in that register's lane 0.
    Reg(Reg),
    /// `@label + RR` or `@label + E`.
    LabelPlus(String, Reg),
}

impl Op {
    /// The jump targets of the operation that are labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Op::Jmp(target) | Op::Call(target) => (Some(target), None),
            Op::JmpN(target, other)
            | Op::JmpZ(target, other)
            | Op::JmpNz(target, other)
            | Op::JmpC(target, other)
            | Op::JmpNc(target, other) => (Some(target), other.as_ref()),
            _ => (None, None),
        };
        [first, second]
            .into_iter()
            .flatten()
            .filter_map(|target| match target {
                Target::Label(label) | Target::LabelPlus(label, _) => Some(label.as_str()),
                Target::Reg(_) => None,
            })
    }

    /// The spelling in zkASM text, without what stands in parentheses.
    pub const fn name(&self) -> &'static str {
        match self {
            Op::Binary(op) => op.name(),
            Op::Arith => "ARITH",
            Op::MemAlignRd => "MEM_ALIGN_RD",
            Op::MemAlignWr => "MEM_ALIGN_WR",
            Op::MemAlignWr8 => "MEM_ALIGN_WR8",
            Op::MLoad(_) => "MLOAD",
            Op::MStore(_) => "MSTORE",
            Op::Hash(op, _) => op.name(),
            Op::Assert => "ASSERT",
            Op::Jmp(_) => "JMP",
            Op::JmpN(..) => "JMPN",
            Op::JmpZ(..) => "JMPZ",
            Op::JmpNz(..) => "JMPNZ",
            Op::JmpC(..) => "JMPC",
            Op::JmpNc(..) => "JMPNC",
            Op::Call(_) => "CALL",
            Op::Return => "RETURN",
            Op::Repeat => "REPEAT",
        }
    }

    /// Whether the operation can change the flow of control.
    pub fn is_jump(&self) -> bool {
        matches!(
            self,
            Op::Jmp(_)
                | Op::JmpN(..)
                | Op::JmpZ(..)
                | Op::JmpNz(..)
                | Op::JmpC(..)
                | Op::JmpNc(..)
                | Op::Call(_)
                | Op::Return
                | Op::Repeat
        )
    }
}

impl Target {
    /// A label.
    pub fn label(name: &str) -> Target {
        Target::Label(name.to_owned())
    }
}
