//! Rows of text whose parts say what they are, so that a terminal can colour them.

use crate::layout::columns_of;
use crate::layout::shorten::beginning;

/// A row of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its parts, from the left.
    pub spans: Vec<Span>,
}

/// A part of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its text.
    pub text: String,
    /// What it is.
    pub tone: Tone,
}

/// What a part of a row is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// The name of a function or of a column.
    Head,
    /// What is there for orientation.
    Faint,
    /// A number that is this much of the function, in percent.
    Share(f64),
}

impl Row {
    /// A row of one part.
    pub(super) fn of(tone: Tone, text: impl Into<String>) -> Row {
        Row::default().with(tone, text)
    }

    pub(super) fn plain(text: impl Into<String>) -> Row {
        Row::of(Tone::Plain, text)
    }

    /// The row with one more part.
    pub(super) fn with(mut self, tone: Tone, text: impl Into<String>) -> Row {
        self.spans.push(Span {
            text: text.into(),
            tone,
        });
        self
    }

    pub(super) fn then(mut self, other: Row) -> Row {
        self.spans.extend(other.spans);
        self
    }

    /// The columns of a terminal that it takes.
    pub(super) fn width(&self) -> usize {
        self.spans.iter().map(|span| columns_of(&span.text)).sum()
    }

    /// Its beginning, if it is too long, with `…` in the end.
    pub(super) fn clipped(mut self, width: usize) -> Row {
        if self.width() <= width {
            return self;
        }
        let mut room = width.saturating_sub(1);
        for span in &mut self.spans {
            let kept = beginning(&span.text, room).len();
            span.text.truncate(kept);
            room -= columns_of(&span.text);
        }
        self.spans.retain(|span| !span.text.is_empty());
        self.with(Tone::Plain, "…")
    }

    pub(super) fn padded(self, width: usize) -> Row {
        let missing = width.saturating_sub(self.width());
        self.with(Tone::Plain, " ".repeat(missing))
    }

    /// The row without blanks in its end.
    pub(super) fn trimmed(mut self) -> Row {
        while let Some(last) = self.spans.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.is_empty() {
                break;
            }
            self.spans.pop();
        }
        self
    }

    /// Its text.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}
