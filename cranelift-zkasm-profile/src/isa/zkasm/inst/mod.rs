//! Machine instructions: what the rules make, which registers each needs, and its steps.

mod access;
mod divide;
pub(crate) mod emit;
mod operands;
mod table;

use std::sync::Arc;

use regalloc2 as ra;
use runtime_hooks::Cause;

pub(crate) use operands::{OperandCollector, preg};

use super::lower::generated;
pub(crate) use generated::MInst;

/// A virtual register.
pub(crate) type Reg = ra::VReg;

/// Virtual registers bound to machine registers, by their index in [`super::abi::REGS`].
pub(crate) type VecFixed = Vec<(Reg, usize)>;

/// A routine of the runtime, by its label.
pub(crate) type Routine = &'static str;

/// An array of the runtime, by its variable.
pub(crate) type Array = &'static str;

/// A place where a region begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The region's name.
    pub region: Arc<str>,
    /// Whether it ends here.
    pub end: bool,
}

/// Where a table lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its number.
    pub number: u32,
    /// Its first word in the array of tables.
    pub base: u32,
    /// The entries that it has, or can grow to.
    pub capacity: u32,
    /// Whether it grows.
    pub grows: bool,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// Lane 0 of x is not 0.
    Nonzero,
    /// x is not 0 on either lane; x in C.
    Nonzero64,
    /// x = y, by the difference of lanes 0.
    Eq32,
    /// x < y unsigned, by the sign of the difference of lanes 0.
    LtU32,
    /// x < y signed, 32 bits.
    LtS32,
    /// A binary operation carries; x in A, y in B.
    Binary,
}

/// What of a division is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DivisionPart {
    /// The quotient.
    Quotient,
    /// The remainder.
    Remainder,
}

/// What of a word an access is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordPart {
    /// All 64 bits.
    Whole,
    /// Lane 0.
    Lower,
    /// Lane 1.
    Upper,
}

/// An operand of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchOperand {
    /// The test has no such operand.
    None,
    /// A register.
    Reg {
        /// The register.
        reg: Reg,
    },
    /// A number that a step can hold with either sign: 0 ..= 2^31 - 1.
    Const {
        /// The number.
        value: i64,
    },
}

/// Why a rule makes an instruction. Instructions of several steps refine it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The operator's own work.
    Op,
    /// A constant.
    Const,
    /// Back to 32 bits.
    Wrap,
    /// Widening.
    Extend,
    /// Address arithmetic.
    Address,
    /// A bounds check.
    BoundsCheck,
    /// A call, its arguments and results.
    Call,
    /// A branch.
    Branch,
    /// A function's entry.
    Prologue,
    /// A function's exit.
    Epilogue,
}

impl From<Why> for Cause {
    fn from(why: Why) -> Cause {
        match why {
            Why::Op => Cause::Op,
            Why::Const => Cause::Const,
            Why::Wrap => Cause::Wrap,
            Why::Extend => Cause::Extend,
            Why::Address => Cause::Address,
            Why::BoundsCheck => Cause::BoundsCheck,
            Why::Call => Cause::Call,
            Why::Branch => Cause::Branch,
            Why::Prologue => Cause::Prologue,
            Why::Epilogue => Cause::Epilogue,
        }
    }
}

impl MInst {
    /// The instruction's name in listings and in `profile_inst` hooks.
    pub fn kind(&self) -> &'static str {
        match self {
            MInst::Const { .. } => "const",
            MInst::Binary { op, .. } => op.name(),
            MInst::AddConst { .. } => "add_const",
            MInst::ConstSub { .. } => "const_sub",
            MInst::Not64 { .. } => "not64",
            MInst::Add32 { .. } => "add32",
            MInst::AddImm32 { .. } => "add_imm32",
            MInst::Sub32 { .. } => "sub32",
            MInst::MulAdd64 { .. } => "mul_add64",
            MInst::MulAddFits { .. } => "mul_add_fits",
            MInst::RotateLeft64 { .. } => "rotate_left64",
            MInst::DivU { .. } => "div_u",
            MInst::RemU { .. } => "rem_u",
            MInst::DivRemConst { .. } => "div_rem_const",
            MInst::DivRemConstS { .. } => "div_rem_const_s",
            MInst::DivS { .. } => "div_s",
            MInst::RemS { .. } => "rem_s",
            MInst::ShiftRight { .. } => "shift_right",
            MInst::ShiftRight32 { .. } => "shift_right32",
            MInst::RotateRight { .. } => "rotate_right",
            MInst::SwapNeighbours { .. } => "swap_neighbours",
            MInst::SwapLanes { .. } => "swap_lanes",
            MInst::Scale { .. } => "scale",
            MInst::RotateLeft32 { .. } => "rotate_left32",
            MInst::SignExtend { .. } => "sign_extend",
            MInst::LtS32 { .. } => "lt_s32",
            MInst::Select { .. } => "select",
            MInst::BoundsCheck { .. } => "bounds_check",
            MInst::BoundsCheck64 { .. } => "bounds_check64",
            MInst::Load64 { .. } => "load64",
            MInst::Store64 { .. } => "store64",
            MInst::Load32 { .. } => "load32",
            MInst::Store32 { .. } => "store32",
            MInst::LoadAt { .. } => "load_at",
            MInst::StoreAt { .. } => "store_at",
            MInst::LoadNarrow { .. } => "load_narrow",
            MInst::StoreNarrow { .. } => "store_narrow",
            MInst::Power { .. } => "power",
            MInst::ShiftFactor { .. } => "shift_factor",
            MInst::TrapIf { .. } => "trap_if",
            MInst::BranchTable { .. } => "branch_table",
            MInst::DropSegment { .. } => "drop_segment",
            MInst::MemorySize { .. } => "memory_size",
            MInst::TableSize { .. } => "table_size",
            MInst::TableGet { .. } => "table_get",
            MInst::TableSet { .. } => "table_set",
            MInst::BoundsCheckGrown { .. } => "bounds_check_grown",
            MInst::CallRuntime { routine, .. } => routine,
            MInst::LoadGlobal { .. } => "load_global",
            MInst::StoreGlobal { .. } => "store_global",
            MInst::LoadPassed { .. } => "load_passed",
            MInst::StorePassed { .. } => "store_passed",
            MInst::Args { .. } => "args",
            MInst::Call { .. } => "call",
            MInst::Return { .. } => "return",
            MInst::Jump => "jump",
            MInst::Branch { .. } => "branch",
            MInst::Trap { .. } => "trap",
            MInst::Region { .. } => "region",
        }
    }

    /// Whether the instruction ends a block by a jump to its successors.
    pub fn is_branch(&self) -> bool {
        matches!(
            self,
            MInst::Jump | MInst::Branch { .. } | MInst::BranchTable { .. }
        )
    }

    /// Whether the instruction ends a block without successors.
    pub fn is_exit(&self) -> bool {
        matches!(self, MInst::Return { .. } | MInst::Trap { .. })
    }

    /// Whether emitting it makes a call on the straight line, which loses RR.
    pub fn is_call(&self) -> bool {
        matches!(self, MInst::Call { .. } | MInst::CallRuntime { .. })
    }

    /// Whether emitting it makes a call aside of the straight line.
    pub fn calls_aside(&self) -> bool {
        matches!(
            self,
            MInst::Load64 { .. }
                | MInst::Store64 { .. }
                | MInst::Load32 { .. }
                | MInst::Store32 { .. }
                | MInst::LoadNarrow { .. }
                | MInst::StoreNarrow { .. }
        )
    }
}
