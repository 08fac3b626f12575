//! What the lint found.

use std::fmt;

use zkasm::{Pos, ZkPc};

/// The check that makes a free input what it is for every prover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Pin {
    /// A part of an `ARITH` equation whose other parts are given.
    Arith,
    /// Quotient or remainder of an `ARITH` equation, and the remainder is proven to be below the
    /// divisor.
    Division,
    /// The result, or the only unknown operand, of a binary operation that has one solution.
    Binary,
    /// Compared with something given, lane by lane: by `ASSERT`, or as an equal word.
    Equal,
    /// What a `MEM_ALIGN` operation makes of given operands.
    MemAlign,
    /// It only chooses a way, and the two ways prove conditions that exclude each other.
    Guess,
    /// It says where the trace ends, in the loop at `finalizeExecution`.
    EndOfTrace,
    /// Nothing depends on it.
    Unused,
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pin::Arith => "arith",
            Pin::Division => "division",
            Pin::Binary => "binary",
            Pin::Equal => "equal",
            Pin::MemAlign => "mem-align",
            Pin::Guess => "guess",
            Pin::EndOfTrace => "end-of-trace",
            Pin::Unused => "unused",
        })
    }
}

impl Pin {
    /// What the class means, in a sentence without full stop.
    pub const fn explanation(self) -> &'static str {
        match self {
            Pin::Arith => "a part of an ARITH equation whose other parts are given",
            Pin::Division => {
                "a quotient or remainder in ARITH, with the remainder below the divisor"
            }
            Pin::Binary => "in a binary operation that has one solution",
            Pin::Equal => "compared with something given, lane by lane",
            Pin::MemAlign => "what MEM_ALIGN makes of given operands",
            Pin::Guess => "chooses a way, and the ways prove conditions that exclude each other",
            Pin::EndOfTrace => "says where the trace ends",
            Pin::Unused => "nothing depends on it",
        }
    }
}

/// A `${…}` of the program that control reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its ROM line.
    pub zkpc: ZkPc,
    /// Its place in the text.
    pub pos: Pos,
    /// Every check that pins it, on one way or another; none if nothing does.
    pub pins: Vec<Pin>,
}

/// Something that is not proven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The ROM line where it shows.
    pub zkpc: ZkPc,
    /// Its kind.
    pub kind: ProblemKind,
    /// What is wrong, in a sentence without full stop.
    pub message: String,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A value that a prover may choose reaches what others see.
    FreeInput,
    /// A way is chosen by a free input, and neither way excludes the other.
    Guess,
    /// An operation looks up a lane that may be outside of 0 ..= 2^32-1.
    Lane,
    /// An index may leave its region.
    Address,
    /// A step of a hash, of which the lint knows nothing.
    Hash,
    /// Control or the stack pointer may go where it is not known.
    Control,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProblemKind::FreeInput => "free-input",
            ProblemKind::Guess => "guess",
            ProblemKind::Lane => "lane",
            ProblemKind::Address => "address",
            ProblemKind::Hash => "hash",
            ProblemKind::Control => "control",
        })
    }
}

/// What the lint found in a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The free inputs that control reaches, by ROM line.
    pub sites: Vec<Site>,
    /// What is not proven, by ROM line.
    pub problems: Vec<Problem>,
    /// The number of ROM lines that control reaches, of all lines.
    pub reached: (usize, usize),
}

impl Report {
    /// Whether everything is proven.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}
