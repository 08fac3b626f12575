//! The assembler.

use crate::error::{AssembleError, Pos};
use crate::program::Program;
use crate::rom::Rom;

/// Assembles a program; `positions[i]` is where item `i` stands.
///
/// # Errors
/// If the machine cannot load the program.
pub fn assemble(_program: &Program, _positions: &[Pos]) -> Result<Rom, AssembleError> {
    Ok(Rom::default())
}
