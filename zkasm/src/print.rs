//! The canonical printer.

use std::fmt;

use crate::program::Program;

impl fmt::Display for Program {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
