//! How annotations are shown.

use std::fmt;

use super::SourceLine;

/// How an annotation is shown as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How many columns to fill.
    pub width: usize,
    /// Whether what never ran is shown, too.
    pub all: bool,
    /// Source lines and what was compiled for them are left out below so many percent of the function.
    pub min_percent: f64,
    /// In which order.
    pub order: Order,
    /// Only what was compiled for these lines, and what is inlined there.
    pub place: Option<Place>,
}

impl Options {
    /// All that ran, in so many columns.
    pub fn new(width: usize) -> Options {
        Options {
            width,
            all: false,
            min_percent: 0.0,
            order: Order::Source,
            place: None,
        }
    }
}

/// The order of what is shown of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Source lines, with what was compiled for them.
    Source,
    /// zkASM lines by address, with labels, and the source as comments.
    Zkpc,
}

/// Lines of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or the end of its path.
    pub file: String,
    /// The first line, from 1.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Place {
    /// Reads `FILE:LINE` or `FILE:FIRST-LAST`; none if it is neither.
    pub fn parse(text: &str) -> Option<Place> {
        let (file, lines) = text.rsplit_once(':')?;
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (!file.is_empty() && first <= last).then(|| Place {
            file: file.to_owned(),
            first,
            last,
        })
    }

    /// Whether a line of the source is there.
    pub(super) fn has(&self, line: &SourceLine) -> bool {
        let file = line
            .file
            .as_deref()
            .and_then(|file| file.strip_suffix(&self.file));
        let file = file.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        let number = line.line;
        file && number.is_some_and(|number| (self.first..=self.last).contains(&number))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.first)?;
        if self.last != self.first {
            write!(f, "-{}", self.last)?;
        }
        Ok(())
    }
}
