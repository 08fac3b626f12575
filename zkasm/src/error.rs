//! What can be wrong with a zkASM text or program.

use std::fmt;

/// A place in a zkASM text: line and column count from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pos {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The file: 0 is the program's own, others are included. See [`Sources`](crate::Sources).
    pub file: u32,
}

impl Pos {
    /// The place as a message about another place names it.
    pub(crate) fn seen_from(self, other: Pos) -> String {
        if self.file == other.file {
            self.to_string()
        } else {
            format!("{self} of another file")
        }
    }
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A text that is not zkASM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pos}: {message}")]
pub struct ParseError {
    /// Where.
    pub pos: Pos,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
}

/// A program that the machine cannot load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pos}: {message}")]
pub struct AssembleError {
    /// Where.
    pub pos: Pos,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
}
