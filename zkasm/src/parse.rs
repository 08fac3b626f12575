//! The parser.

use crate::error::{ParseError, Pos};
use crate::program::Program;

/// A program read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The program.
    pub program: Program,
    /// Where each item stands.
    pub positions: Vec<Pos>,
}

/// Reads a program.
///
/// # Errors
/// If the text is not zkASM.
pub fn parse(_text: &str) -> Result<Parsed, ParseError> {
    Err(ParseError {
        pos: Pos::default(),
        message: String::new(),
    })
}
