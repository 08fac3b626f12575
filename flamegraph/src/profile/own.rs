//! A profile by whoever wrote the program: without the library that is inlined into it.

use super::{FunctionId, Line, Profile};

/// Where debug information has the files of Rust's own library, whose lines are nobody's to change.
const LIBRARY: &str = "/rustc/";

impl Profile {
    /// The same profile with what is inlined from Rust's own library counted for the innermost frame that is not
    /// of it: for its function, and for the line that it is inlined at. A function of the library that was
    /// compiled by itself, or that a frame of the program is inlined into, remains.
    #[must_use]
    pub fn own(&self) -> Profile {
        self.map_locations(|builder, location| {
            let own = location
                .lines
                .iter()
                .position(|line| !self.is_library(line));
            let mut location = location.clone();
            location.lines = self.copied_lines(builder, &location.lines[own.unwrap_or(0)..]);
            location
        })
    }

    /// Whether a frame is of Rust's own library, whether its line is known or not.
    pub(crate) fn is_library(&self, line: &Line) -> bool {
        let file = line.file.or(self.function(line.function).file);
        // Regions have the place of what they are in.
        let is_own = file.is_some_and(|file| self.text(file).starts_with(LIBRARY));
        is_own && !self.is_synthetic(line.function)
    }

    /// Whether a function is none of the source: the startup, a routine of the runtime, a region. Their
    /// names stand in brackets.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub(crate) fn is_synthetic(&self, function: FunctionId) -> bool {
        is_synthetic(self.function_name(function))
    }
}

/// The same of a name.
pub(crate) fn is_synthetic(name: &str) -> bool {
    name.starts_with('[')
}
