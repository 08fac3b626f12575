//! What can go wrong with a program or a run.
//!
//! A guest that traps is no error: that is an [`Outcome`](runtime_hooks::log::Outcome).

use std::fmt;

use runtime_hooks::HookError;
use runtime_hooks::recorder::RecordError;
use runtime_hooks::trace::STEP_LIMIT;
use zkasm::{BinaryOp, Fe, Pos, Reg, ZkPc};

use crate::hash::HashProblem;
use crate::int::ArithmeticError;
use crate::word::Word;

/// Why a program cannot be run, or why its run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Invalid program: nothing says where it ends.
    #[error("no label finalizeExecution")]
    NoEnd,
    /// Invalid program: the end is not a step, as the machine needs one there.
    #[error("no step after the label finalizeExecution")]
    EndWithoutStep,
    /// Invalid ROM: a line that no assembler makes.
    #[error("zkPC {zkpc}: {problem}")]
    InvalidLine {
        /// The line.
        zkpc: ZkPc,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Invalid program: a command that the executor does not know.
    #[error("line {}: {problem}", pos.line)]
    InvalidCommand {
        /// Where it stands.
        pos: Pos,
        /// What is wrong with it.
        problem: String,
    },
    /// Invalid program: a profiling hook with wrong arguments.
    #[error("line {}: {source}", pos.line)]
    InvalidHook {
        /// Where it stands.
        pos: Pos,
        /// What is wrong with it.
        source: HookError,
    },
    /// Invalid program: a comment of the header, or a variable that it announces.
    #[error("the program's header: {problem}")]
    InvalidHeader {
        /// What is wrong with it.
        problem: String,
    },
    /// Invalid option: an initial value that the register does not take.
    #[error("initial value {value} of {reg} is outside of -(2^31-1) ..= 2^31-1")]
    InvalidInput {
        /// The register.
        reg: Reg,
        /// The value.
        value: i32,
    },
    /// The program did what the machine cannot prove.
    #[error(transparent)]
    Failed(Box<Failure>),
    /// The program ended, but a variable that holds its outcome holds none.
    #[error("variable {variable} holds {value} at the end: {problem}")]
    InvalidOutcome {
        /// The variable.
        variable: String,
        /// Its value.
        value: Word,
        /// Why that is no outcome.
        problem: &'static str,
    },
    /// A trace was asked for, and the run does not fit one.
    #[error("the run takes more than the {STEP_LIMIT} steps that a trace holds")]
    TooLongToTrace,
}

impl Error {
    /// The place in the text that the error is about, if it is about one, and the rest of the
    /// message.
    pub fn place(&self) -> Option<(Pos, String)> {
        match self {
            Error::InvalidCommand { pos, problem } => Some((*pos, problem.clone())),
            Error::InvalidHook { pos, source } => Some((*pos, source.to_string())),
            Error::Failed(failure) => {
                let Failure {
                    check,
                    zkpc,
                    pos,
                    step,
                } = &**failure;
                Some((*pos, format!("step {step}, zkPC {zkpc}: {check}")))
            }
            _ => None,
        }
    }
}

/// A check of the executor that failed, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step}, zkPC {zkpc}, line {}: {check}", pos.line)]
pub struct Failure {
    /// The check.
    pub check: Check,
    /// The ROM line of the step, or of the step that the failing command belongs to.
    pub zkpc: ZkPc,
    /// Where that line stands in the text.
    pub pos: Pos,
    /// The number of steps executed before it.
    pub step: u64,
}

/// A check of the executor, with the values that failed it.
///
/// Wherever a value is a `u64`, both lanes were below 2^32.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// An operation looked up a value with a lane of 2^32 or more.
    Lanes {
        /// What was looked up.
        operand: Operand,
        /// Its value.
        value: Word,
    },
    /// `op` is not the result of the step's binary operation.
    Binary {
        /// The operation.
        operation: BinaryOp,
        /// Register A.
        a: u64,
        /// Register B.
        b: u64,
        /// The result.
        expected: u64,
        /// The value of `op`.
        op: Word,
    },
    /// A·B + C is not D·2^64 + op.
    Arith {
        /// Register A.
        a: u64,
        /// Register B.
        b: u64,
        /// Register C.
        c: u64,
        /// Register D.
        d: u64,
        /// The value of `op`.
        op: u64,
    },
    /// C is no byte offset that the executor's `MEM_ALIGN_*` takes: those are 0..=6.
    AlignOffset {
        /// Register C.
        c: u64,
    },
    /// `op` is not what `MEM_ALIGN_RD` reads.
    AlignRead {
        /// Register A, the first word.
        a: u64,
        /// Register B, the second word.
        b: u64,
        /// Register C, the byte offset.
        c: u64,
        /// What is read.
        expected: u64,
        /// The value of `op`.
        op: Word,
    },
    /// D, or E, is not what `MEM_ALIGN_WR` or `MEM_ALIGN_WR8` writes.
    AlignWrite {
        /// The register.
        reg: Reg,
        /// Register C, the byte offset.
        c: u64,
        /// The value of `op`.
        op: u64,
        /// What is written.
        expected: u64,
        /// What the register holds.
        found: u64,
    },
    /// `op` is not the memory word that `MLOAD` reads.
    Load {
        /// The word's address.
        address: i64,
        /// The memory word.
        expected: Word,
        /// The value of `op`.
        op: Word,
    },
    /// `op` is not A.
    Assert {
        /// Register A.
        a: Word,
        /// The value of `op`.
        op: Word,
    },
    /// An address outside of its region.
    Address {
        /// The offset from the region's first word.
        offset: i64,
        /// The region's words.
        words: u32,
    },
    /// A register that indexes memory or a jump, outside of -(2^31-1) ..= 2^31-1.
    Index {
        /// The register.
        reg: Reg,
        /// Its lane 0.
        value: Fe,
    },
    /// A value for a one-lane register outside of -(2^31-1) ..= 2^31-1.
    OneLane {
        /// The register.
        reg: Reg,
        /// Lane 0 of `op`.
        value: Fe,
    },
    /// A value that `JMPN` cannot tell the sign of: outside of -(2^32-1) ..= 2^32-1.
    Sign {
        /// Lane 0 of `op`.
        value: Fe,
    },
    /// A computed jump outside of 0..2^16.
    ComputedJump {
        /// Where it would go.
        target: i64,
    },
    /// The next step would not be one of the program.
    OutsideProgram {
        /// Where it would be.
        target: i64,
        /// The number of ROM lines.
        lines: usize,
    },
    /// A command computed what has no value.
    Arithmetic(ArithmeticError),
    /// A command read a variable that was never written, where the executor fails.
    Unwritten {
        /// The variable.
        variable: String,
    },
    /// A command read or assigned a variable that none has declared so far.
    NotDeclared {
        /// The variable.
        variable: String,
    },
    /// A command computed with a pair of lanes that a variable holds.
    LanesInArithmetic {
        /// The lanes.
        lanes: Word,
    },
    /// A command asked for a part of a number of the input that is outside of 0..4.
    InputPart {
        /// The part.
        part: i64,
    },
    /// A command declared a variable again whose name does not begin with `_`.
    DeclaredAgain {
        /// The variable.
        variable: String,
    },
    /// A step of a hash that does not fit the others.
    Hash {
        /// The hash.
        id: i64,
        /// What does not fit.
        problem: HashProblem,
    },
    /// A hook that does not fit those before it.
    Hook(RecordError),
}

impl Check {
    /// Whether the machine's constraints refuse it, too. What else the executor refuses does not
    /// keep a prover from proving it.
    pub fn is_constraint(&self) -> bool {
        match self {
            Check::Lanes { operand, .. } => !matches!(operand, Operand::Variable(_)),
            Check::Binary { .. }
            | Check::Arith { .. }
            | Check::AlignRead { .. }
            | Check::AlignWrite { .. }
            | Check::Load { .. }
            | Check::Assert { .. }
            | Check::Sign { .. } => true,
            Check::AlignOffset { .. }
            | Check::Address { .. }
            | Check::Index { .. }
            | Check::OneLane { .. }
            | Check::ComputedJump { .. }
            | Check::OutsideProgram { .. }
            | Check::Arithmetic(_)
            | Check::Unwritten { .. }
            | Check::NotDeclared { .. }
            | Check::LanesInArithmetic { .. }
            | Check::InputPart { .. }
            | Check::DeclaredAgain { .. }
            | Check::Hook(_) => false,
            Check::Hash { problem, .. } => problem.is_constraint(),
        }
    }
}

/// What an operation looks up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operand {
    /// The value of the step's combination.
    Op,
    /// A register.
    Reg(Reg),
    /// A variable in memory.
    Variable(String),
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Op => f.write_str("op"),
            Operand::Reg(reg) => reg.fmt(f),
            Operand::Variable(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::Lanes { operand, value } => {
                write!(f, "{operand} holds {value}, with a lane outside of 0..2^32")
            }
            Check::Binary {
                operation,
                a,
                b,
                expected,
                op,
            } => write!(
                f,
                "{} of A = {a} and B = {b} is {expected}, not op = {op}",
                operation.name()
            ),
            Check::Arith { a, b, c, d, op } => write!(
                f,
                "ARITH: A*B + C is not D*2^64 + op for A = {a}, B = {b}, C = {c}, D = {d}, op = {op}"
            ),
            Check::AlignOffset { c } => {
                write!(
                    f,
                    "the executor's MEM_ALIGN takes offsets 0 to 6, not C = {c}"
                )
            }
            Check::AlignRead {
                a,
                b,
                c,
                expected,
                op,
            } => write!(
                f,
                "MEM_ALIGN_RD of A = {a:#x}, B = {b:#x}, C = {c} is {expected}, not op = {op}"
            ),
            Check::AlignWrite {
                reg,
                c,
                op,
                expected,
                found,
            } => write!(
                f,
                "MEM_ALIGN writes op = {op:#x} at C = {c}: {reg} is to be {expected:#x}, not {found:#x}"
            ),
            Check::Load {
                address,
                expected,
                op,
            } => write!(
                f,
                "MLOAD: the word at {address} is {expected}, not op = {op}"
            ),
            Check::Assert { a, op } => write!(f, "ASSERT: A = {a} is not op = {op}"),
            Check::Address { offset, words } => {
                write!(
                    f,
                    "address {offset} is outside of its region of {words} words"
                )
            }
            Check::Index { reg, value } => write!(
                f,
                "index {reg} = {value} is outside of -(2^31-1) ..= 2^31-1"
            ),
            Check::OneLane { reg, value } => {
                write!(f, "{reg} takes -(2^31-1) ..= 2^31-1, not {value}")
            }
            Check::Sign { value } => {
                write!(f, "JMPN takes -(2^32-1) ..= 2^32-1, not op = {value}")
            }
            Check::ComputedJump { target } => {
                write!(f, "computed jump to {target}, outside of 0..2^16")
            }
            Check::OutsideProgram { target, lines } => {
                write!(
                    f,
                    "jump to {target}, outside of the program's {lines} lines"
                )
            }
            Check::Arithmetic(error) => write!(f, "command: {error}"),
            Check::Unwritten { variable } => write!(
                f,
                "command: mem.{variable} was never written, and the executor fails to read it"
            ),
            Check::NotDeclared { variable } => {
                write!(f, "command: variable {variable} is not declared so far")
            }
            Check::LanesInArithmetic { lanes } => write!(
                f,
                "command: a variable holds the lanes {lanes}, which cannot be computed with"
            ),
            Check::InputPart { part } => {
                write!(
                    f,
                    "command: a number of the input has the parts 0 to 3, not {part}"
                )
            }
            Check::DeclaredAgain { variable } => write!(
                f,
                "command: variable {variable} is declared already, and its name does not begin with _"
            ),
            Check::Hash { id, problem } => write!(f, "hash {id}: {problem}"),
            Check::Hook(error) => error.fmt(f),
        }
    }
}

/// A failed check, boxed to keep the results of the hot path small.
pub(crate) type Checked<T> = Result<T, Box<Check>>;

impl From<ArithmeticError> for Box<Check> {
    #[cold]
    fn from(error: ArithmeticError) -> Box<Check> {
        Box::new(Check::Arithmetic(error))
    }
}

impl From<RecordError> for Box<Check> {
    #[cold]
    fn from(error: RecordError) -> Box<Check> {
        Box::new(Check::Hook(error))
    }
}

/// The 64-bit value of a word that an operation looks up.
#[inline]
pub(crate) fn looked_up(value: Word, operand: impl FnOnce() -> Operand) -> Checked<u64> {
    match value.as_u64() {
        Some(value) => Ok(value),
        None => Err(no_lanes(operand(), value)),
    }
}

#[cold]
fn no_lanes(operand: Operand, value: Word) -> Box<Check> {
    Box::new(Check::Lanes { operand, value })
}
