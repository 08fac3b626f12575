//! The rows of annotated functions beneath their source lines.

use super::text::{Layout, NARROWEST, clean, push, shown};
use super::{AnnotatedOperator, SourceLine, ZkasmLine};
use crate::text::clip;

/// Of how many lines before an operator that nothing was compiled for are shown.
const BEFORE: usize = 3;
/// What stands between the columns.
const RULE: &str = " │ ";

impl Layout<'_> {
    /// The rows of an operator.
    pub(super) fn operator(&self, text: &mut String, operator: &AnnotatedOperator) {
        let value = self.value;
        let mut left: Vec<String> = Vec::new();
        if operator.before.len() > BEFORE {
            left.push(format!("{:>1$}", "…", value + 12));
        }
        let first = operator.before.len().saturating_sub(BEFORE);
        for line in &operator.before[first..] {
            left.push(format!("{:1$}{2}", "", value + 11, clean(line)));
        }
        let offset = operator.wasm_offset.map(|offset| format!("{offset:#x}"));
        // A function's last operator is a bracket in the text.
        let own = operator.text.as_ref().filter(|text| *text != ")");
        let name = match own.or(operator.operator.as_ref()) {
            Some(name) => clean(name),
            None if operator.wasm_offset.is_some() => "[entry]".to_owned(),
            None => {
                let cause = operator.zkasm.first().map(|line| line.cause.as_str());
                format!("[{}]", clean(cause.unwrap_or_default()))
            }
        };
        left.push(format!(
            "{:>8} {:>value$}  {name}",
            offset.unwrap_or_default(),
            operator.value
        ));
        let zkasm = operator.zkasm.iter();
        let mut right: Vec<String> = zkasm
            .filter(|line| self.ran.contains(&line.zkpc))
            .map(|line| self.zkasm(line))
            .collect();
        if right.is_empty() {
            let others = operator.paid_by_others.iter().map(u32::to_string);
            let others: Vec<String> = others.collect();
            // Beside the operator, not what stands before it.
            right.resize(left.len() - 1, String::new());
            right.push(format!("done by zkPC {}", others.join(", ")));
        }
        if !self.is_beside() {
            for row in left {
                self.columns(text, &row, "");
            }
            for row in right {
                self.columns(text, "", &row);
            }
            return;
        }
        for index in 0..left.len().max(right.len()) {
            let cell = |column: &[String]| column.get(index).cloned().unwrap_or_default();
            self.columns(text, &cell(&left), &cell(&right));
        }
    }

    fn zkasm(&self, line: &ZkasmLine) -> String {
        let (value, times) = (self.value, self.times);
        let mut row = format!(
            "{:>zkpc$} {:>value$} {:>times$} {:cause$} {}",
            line.zkpc,
            shown(line.value),
            shown(line.times),
            clip(&clean(&line.cause), self.cause),
            clean(line.text.trim()),
            zkpc = self.zkpc,
            cause = self.cause
        );
        if !line.also.is_empty() {
            let also = line.also.iter().map(|also| {
                let place = also.wasm_offset.map(|offset| {
                    let operator = also.operator.as_deref().unwrap_or_default();
                    format!(" {operator}@{offset:#x}")
                });
                format!("+{}{}", also.cause, place.unwrap_or_default())
            });
            let also: Vec<String> = also.collect();
            row += &format!("  ; {}", clean(&also.join(", ")));
        }
        row
    }

    /// A row of WebAssembly and zkASM; where there is no room beside, one of both.
    pub(super) fn columns(&self, text: &mut String, left: &str, right: &str) {
        if !self.is_beside() {
            for (row, indent) in [(left, ""), (right, "          ")] {
                if !row.is_empty() {
                    let room = self.width.saturating_sub(indent.len()).max(NARROWEST);
                    push(text, &format!("{indent}{}", clip(row, room)));
                }
            }
            return;
        }
        let width = (self.width - RULE.chars().count()) * 3 / 8;
        let left = clip(left, width);
        let room = self.width - width - RULE.chars().count();
        push(text, &format!("{left:width$}{RULE}{}", clip(right, room)));
    }

    /// The row of a line that was written, not compiled.
    pub(super) fn written(&self, text: &mut String, line: &SourceLine, zkasm: &ZkasmLine) {
        let (value, times, zkpc) = (self.value, self.times, self.zkpc);
        let number = line.line.map(|line| line.to_string()).unwrap_or_default();
        let row = format!(
            "{:>value$}  {:>6.2}%  {:>6.2}% {:>times$} {:>zkpc$}  {number:>5}",
            shown(zkasm.value),
            line.percent,
            line.percent_of_sum,
            shown(zkasm.times),
            zkasm.zkpc
        );
        let source = line.text.as_deref().unwrap_or(&zkasm.text);
        let room = self.width.saturating_sub(self.line_end() + 2);
        let source = clip(&clean(source), room.max(NARROWEST));
        push(text, &format!("{row}  {source}"));
    }
}
