//! The rows of annotated functions beneath their source lines.

use super::row::{Row, Tone};
use super::text::{Layout, NARROWEST, clean, shown};
use super::{AnnotatedOperator, SourceLine, ZkasmLine};
use crate::layout::columns_of;
use crate::layout::shorten::right;
use crate::text::{one_line, percent};

/// What stands between the columns.
const RULE: &str = " │ ";
/// What stands between operators in one row.
const DOT: &str = " · ";
/// So many characters of what is before an operator are as important as the operator.
const BEFORE: usize = 24;
/// What stands for operators that are left out.
const GAP: &str = "… ";

/// A row of an annotated function, before it is known how wide its columns are.
pub(super) enum Part {
    /// One over all columns.
    Whole(Row),
    /// WebAssembly and zkASM.
    Columns(Row, Row),
    /// Operators that nothing was compiled for by themselves, before one that something was.
    Before(Vec<String>),
}

impl Layout<'_> {
    /// Adds the rows of an operator: those before it that nothing was compiled for in one row, then the operator with
    /// its zkASM beside it.
    pub(super) fn operator(&self, parts: &mut Vec<Part>, operator: &AnnotatedOperator) {
        let value = self.value;
        if !operator.before.is_empty() {
            let before = operator.before.iter().map(|line| clean(line));
            parts.push(Part::Before(before.collect()));
        }
        let offset = operator.wasm_offset.map(|offset| format!("{offset:#x}"));
        let left = Row::plain(format!("{:>8} ", offset.unwrap_or_default()))
            .with(
                self.share(operator.value),
                format!("{:>value$}", operator.value),
            )
            .with(Tone::Plain, format!("  {}", operator_name(operator)));
        let zkasm = operator.zkasm.iter();
        let mut right: Vec<Row> = zkasm
            .filter(|line| self.ran.contains(&line.zkpc))
            .map(|line| self.zkasm(line))
            .collect();
        if right.is_empty() {
            let others = operator.paid_by_others.iter().map(u32::to_string);
            let others: Vec<String> = others.collect();
            let done = match others.is_empty() {
                true => String::new(),
                false => format!("done by zkPC {}", others.join(", ")),
            };
            right.push(Row::of(Tone::Faint, done));
        }
        let mut left = Some(left);
        for right in right {
            parts.push(Part::Columns(left.take().unwrap_or_default(), right));
        }
    }

    /// Where the text of operators begins.
    fn indent(&self) -> usize {
        self.value + 11
    }

    fn share(&self, value: u64) -> Tone {
        Tone::Share(percent(value, self.self_value))
    }

    /// The columns of a zkASM line: address, value, executions and cause.
    pub(super) fn numbers(&self, line: &ZkasmLine) -> Row {
        let (value, times, zkpc, cause) = (self.value, self.times, self.zkpc, self.cause);
        Row::plain(format!("{:>zkpc$} ", line.zkpc))
            .with(
                self.share(line.value),
                format!("{:>value$}", shown(line.value)),
            )
            .with(
                Tone::Plain,
                format!(
                    " {:>times$} {:cause$} ",
                    shown(line.times),
                    right(&clean(&line.cause), cause)
                ),
            )
    }

    fn zkasm(&self, line: &ZkasmLine) -> Row {
        let row = self
            .numbers(line)
            .with(Tone::Plain, clean(line.text.trim()));
        match also(line) {
            also if also.is_empty() => row,
            also => row.with(Tone::Faint, format!("  ; {also}")),
        }
    }

    /// The rows that parts are.
    pub(super) fn rows(&self, parts: Vec<Part>) -> Vec<Row> {
        let both = self.width.saturating_sub(columns_of(RULE));
        let (mut left, mut right, mut wished) = (0, 0, 0);
        for part in &parts {
            match part {
                Part::Columns(one, other) => {
                    left = left.max(one.width());
                    right = right.max(other.width());
                }
                Part::Before(before) => {
                    let text = last_of(before, usize::MAX);
                    wished = wished.max(self.indent() + columns_of(&text));
                }
                Part::Whole(_) => {}
            }
        }
        let left = left.max(wished.min(self.indent() + BEFORE));
        let left = left_width(both, left, right, wished);
        let mut rows = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Whole(row) => rows.push(row.trimmed()),
                Part::Columns(one, other) => self.columns(&mut rows, left, one, other),
                Part::Before(before) => {
                    let width = if self.is_beside() { left } else { self.width };
                    let room = width.saturating_sub(self.indent()).max(NARROWEST);
                    let text = format!("{:1$}{2}", "", self.indent(), last_of(&before, room));
                    let row = Row::of(Tone::Faint, text);
                    self.columns(&mut rows, left, row, Row::default());
                }
            }
        }
        rows
    }

    /// Adds a row of WebAssembly and zkASM; where there is no room beside, one of both.
    fn columns(&self, rows: &mut Vec<Row>, width: usize, left: Row, right: Row) {
        if !self.is_beside() {
            for (row, indent) in [(left, ""), (right, "          ")] {
                if row.width() != 0 {
                    let room = self.width.saturating_sub(indent.len()).max(NARROWEST);
                    let row = Row::plain(indent).then(row.clipped(room));
                    rows.push(row.trimmed());
                }
            }
            return;
        }
        let room = self.width.saturating_sub(width + columns_of(RULE));
        let row = left.clipped(width).padded(width).with(Tone::Faint, RULE);
        rows.push(row.then(right.clipped(room)).trimmed());
    }

    /// The row of a line that was written, not compiled.
    pub(super) fn written(&self, line: &SourceLine, zkasm: &ZkasmLine) -> Row {
        let (value, times, zkpc) = (self.value, self.times, self.zkpc);
        let number = line.line.map(|line| line.to_string()).unwrap_or_default();
        let source = line.text.as_deref().unwrap_or(&zkasm.text);
        let room = self.width.saturating_sub(self.line_end() + 2);
        let source = right(&clean(source), room.max(NARROWEST));
        Row::plain(format!("{:>value$}  ", shown(zkasm.value)))
            .with(Tone::Share(line.percent), format!("{:>6.2}%", line.percent))
            .with(
                Tone::Plain,
                format!(
                    "  {:>6.2}% {:>times$} {:>zkpc$}  {number:>5}  {source}",
                    line.percent_of_sum,
                    shown(zkasm.times),
                    zkasm.zkpc
                ),
            )
    }
}

/// How wide the left column is: as wide as its operators need, unless the right one needs the room more; and as wide as
/// is wished for what is before them, if there is room.
fn left_width(both: usize, left: usize, right: usize, wished: usize) -> usize {
    let rest = both.saturating_sub(right);
    left.min(rest.max(both * 3 / 8)).max(wished.min(rest))
}

/// The last of operators that there is room for, in one row.
fn last_of(operators: &[String], room: usize) -> String {
    let mut text = String::new();
    for (index, operator) in operators.iter().enumerate().rev() {
        let longer = match text.is_empty() {
            true => operator.clone(),
            false => format!("{operator}{DOT}{text}"),
        };
        let gap = if index == 0 { 0 } else { columns_of(GAP) };
        if columns_of(&longer) + gap > room && !text.is_empty() {
            return format!("{GAP}{text}");
        }
        text = longer;
    }
    text
}

/// What a zkASM line does besides that which pays for it.
pub(super) fn also(line: &ZkasmLine) -> String {
    let also = line.also.iter().map(|also| {
        let place = also.wasm_offset.map(|offset| {
            let operator = also.operator.as_deref().unwrap_or_default();
            format!(" {operator}@{offset:#x}")
        });
        format!("+{}{}", also.cause, place.unwrap_or_default())
    });
    let also: Vec<String> = also.collect();
    match also.is_empty() {
        true => String::new(),
        false => one_line(&also.join(", ")),
    }
}

/// What an operator is called: its line of the text, if there is one.
pub(super) fn operator_name(operator: &AnnotatedOperator) -> String {
    // A function's last operator is a bracket in the text.
    let own = operator.text.as_ref().filter(|text| *text != ")");
    match own.or(operator.operator.as_ref()) {
        Some(name) => clean(name),
        None if operator.wasm_offset.is_some() => "[entry]".to_owned(),
        None => {
            let cause = operator.zkasm.first().map(|line| line.cause.as_str());
            format!("[{}]", clean(cause.unwrap_or_default()))
        }
    }
}
