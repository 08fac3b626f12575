//! What is above and below an annotated function.

use super::row::{Row, Tone};
use super::text::Layout;
use super::visible::LeftOut;
use super::{AnnotatedFunction, InlinedInto};
use crate::layout::columns_of;
use crate::text::{grouped, one_line, percent};

/// Of how many functions that another is inlined into the heading tells.
const INTO: usize = 5;

impl Layout<'_> {
    /// Adds the heading of a function.
    pub(super) fn heading(&self, rows: &mut Vec<Row>, function: &AnnotatedFunction) {
        let mut title = Row::of(Tone::Head, one_line(&function.function));
        if let (Some(file), Some(line)) = (&function.file, function.line) {
            title = title.with(Tone::Plain, format!("  {}:{line}", one_line(file)));
        }
        rows.push(title);
        let lines = match self.annotation.blocks {
            true => format!(
                "{} of {} zkASM lines ran",
                function.zkasm_lines_run, function.zkasm_lines
            ),
            false => format!("{} zkASM lines", function.zkasm_lines),
        };
        rows.push(Row::plain(format!(
            "{} {} itself, {:.2}% of {}; {lines}",
            grouped(function.self_value),
            self.annotation.metric,
            function.self_percent,
            grouped(self.annotation.sum),
        )));
        if let Some(into) = &function.inlined_into {
            rows.push(Row::plain(inlined_into(into)));
        }
        if self.annotation.compiled && !function.causes.is_empty() {
            let causes = function.causes.iter();
            let causes = causes.map(|of| format!("{} {}", of.cause, grouped(of.value)));
            rows.extend(wrapped(causes, self.width));
        }
        if !self.annotation.blocks {
            let why = "which of them ran is not known: the run was recorded without blocks; record it with";
            rows.push(Row::plain(format!("{why} --instrument=blocks")));
        } else if function.unplaced != 0 {
            let value = grouped(function.unplaced);
            rows.push(Row::plain(format!("{value} of those are at no known line")));
        }
    }

    /// What to say of what is left out below the percentage that was asked for.
    pub(super) fn left_out(&self, left_out: &LeftOut) -> Option<Row> {
        let counts = [
            (left_out.lines, "source line"),
            (left_out.operators, "operator"),
            (left_out.zkasm, "zkASM line"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count != 0);
        let counts = counts.map(|(count, what)| counted(count, what));
        let counts: Vec<String> = counts.collect();
        (!counts.is_empty()).then(|| {
            Row::plain(format!(
                "below {}% and left out: {}; {} {}, {:.2}%",
                self.options.min_percent,
                counts.join(" and "),
                grouped(left_out.value),
                self.annotation.metric,
                percent(left_out.value, self.self_value)
            ))
        })
    }
}

/// `1 place`, `2 places`.
fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

fn inlined_into(into: &[InlinedInto]) -> String {
    if into.is_empty() {
        return "inlined, and nothing of it ran".to_owned();
    }
    let places = into.iter().map(|into| into.places).sum();
    let first = into.iter().take(INTO);
    let first = first.map(|into| format!("{} ({})", one_line(&into.function), grouped(into.value)));
    let first: Vec<String> = first.collect();
    let others = into.len().saturating_sub(INTO) as u64;
    let others = match others {
        0 => String::new(),
        others => format!(" and {}", counted(others, "other function")),
    };
    format!(
        "inlined into {}{others}, at {}",
        first.join(", "),
        counted(places, "place")
    )
}

/// Items in rows of a width.
fn wrapped(items: impl Iterator<Item = String>, width: usize) -> Vec<Row> {
    let mut rows: Vec<String> = Vec::new();
    for item in items {
        match rows.last_mut() {
            Some(row) if columns_of(row) + 3 + columns_of(&item) <= width => {
                *row += &format!(" · {item}");
            }
            _ => rows.push(item),
        }
    }
    rows.into_iter().map(Row::plain).collect()
}
