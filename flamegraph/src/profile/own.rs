//! A profile by whoever wrote the program: without the library that is inlined into it.

use super::{Line, Profile, StringId};

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

    fn is_library(&self, line: &Line) -> bool {
        let function = self.function(line.function);
        let file = line.file.or(function.file);
        // Regions have the place of what they are in.
        let is_synthetic = self.text(function.name).starts_with('[');
        !is_synthetic && file.is_some_and(|file| self.is_library_file(file))
    }

    /// Whether a file is of Rust's own library.
    pub(crate) fn is_library_file(&self, file: StringId) -> bool {
        self.text(file).starts_with(LIBRARY)
    }
}
