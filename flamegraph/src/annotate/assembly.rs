//! Annotated functions as assembly: zkASM lines in the order of their addresses.

use super::row::{Row, Tone};
use super::rows::{also, operator_name};
use super::text::{Layout, NARROWEST, clean, place};
use super::visible::{At, LeftOut};
use super::{AnnotatedFunction, AnnotatedOperator, SourceLine, ZkasmLine};
use crate::layout::shorten::right;
use crate::text::one_line;

/// How far lines stand behind labels.
const INDENT: &str = "  ";

/// A zkASM line with what it is for.
#[derive(Clone, Copy)]
struct Instruction<'a> {
    /// The line of the function itself.
    outer: &'a SourceLine,
    source: &'a SourceLine,
    operator: &'a AnnotatedOperator,
    line: &'a ZkasmLine,
}

impl Layout<'_> {
    /// The zkASM lines of a function in the order of their addresses, and whether they are shown.
    fn instructions<'b>(
        &self,
        function: &'b AnnotatedFunction,
    ) -> (Vec<(Instruction<'b>, bool)>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut all: Vec<(Instruction<'b>, bool)> = Vec::new();
        let mut outer = None;
        for (source, at) in function.lines.iter().zip(self.at(&function.lines)) {
            let outer = *match source.depth {
                0 => outer.insert(source),
                _ => outer.get_or_insert(source),
            };
            for operator in &source.operators {
                for line in &operator.zkasm {
                    let ran = self.ran.contains(&line.zkpc);
                    let light = self.is_light(line.value);
                    if ran && at == At::Inside && light {
                        left_out.zkasm += 1;
                        left_out.value += line.value;
                    }
                    let shown = ran && at == At::Inside && !light;
                    let instruction = Instruction {
                        outer,
                        source,
                        operator,
                        line,
                    };
                    all.push((instruction, shown));
                }
            }
        }
        all.sort_by_key(|(instruction, _)| instruction.line.zkpc);
        (all, left_out)
    }

    /// The source lines that are told among the zkASM lines.
    pub(super) fn told<'b>(&self, function: &'b AnnotatedFunction) -> Vec<&'b SourceLine> {
        let (all, _) = self.instructions(function);
        let shown = all.into_iter().filter(|(_, shown)| *shown);
        shown.flat_map(|(one, _)| [one.outer, one.source]).collect()
    }

    /// Adds the zkASM lines of a function in the order of their addresses.
    pub(super) fn assembly(&self, rows: &mut Vec<Row>, function: &AnnotatedFunction) {
        let (all, left_out) = self.instructions(function);
        let shown = all.iter().filter(|(_, shown)| *shown);
        let code = shown
            .map(|(one, _)| code(one.line).width())
            .max()
            .unwrap_or(0);
        let numbers = self.zkpc + self.value + self.times + self.cause + 13;
        // Comments have what is left, and a third at least.
        let room = self.width.saturating_sub(numbers).max(NARROWEST);
        let code = code.max("zkASM".len()).min(room * 2 / 3);
        rows.push(self.assembly_titles());
        rows.push(Row::default());
        let mut last: Option<Instruction<'_>> = None;
        let mut is_gap = false;
        for (one, shown) in all {
            if !shown {
                is_gap = true;
                continue;
            }
            let is_behind = |last: &Instruction<'_>| last.line.zkpc + 1 == one.line.zkpc;
            let follows = last.as_ref().is_some_and(is_behind);
            if is_gap || last.is_some() && !follows {
                rows.push(Row::of(Tone::Faint, format!("{:>1$}", "…", self.zkpc)));
            }
            is_gap = false;
            let holder = last.as_ref().map(|last| &last.operator.function);
            let last_line = last.as_ref().filter(|_| follows);
            self.introduce(rows, numbers, (holder, last_line), &one);
            rows.push(self.instruction(&one, code, last_line));
            last = Some(one);
        }
        rows.extend(self.left_out(&left_out));
    }

    fn assembly_titles(&self) -> Row {
        let metric = &self.annotation.metric;
        let (zkpc, value, times, cause) = (self.zkpc, self.value, self.times, self.cause);
        Row::of(
            Tone::Head,
            format!(
                "{:>zkpc$} {metric:>value$}  of func {:>times$} {:cause$} zkASM",
                "zkPC", "times", "cause"
            ),
        )
    }

    /// Adds the labels in front of a line, and where it is, as far as that is not where the last one is.
    fn introduce(
        &self,
        rows: &mut Vec<Row>,
        numbers: usize,
        (last_holder, last): (Option<&Option<String>>, Option<&Instruction<'_>>),
        one: &Instruction<'_>,
    ) {
        let blanks = " ".repeat(numbers);
        let mut push = |tone: Tone, text: String| {
            let row = Row::plain(blanks.clone()).with(tone, text);
            rows.push(row.clipped(self.width.max(numbers + NARROWEST)));
        };
        let holder = &one.operator.function;
        if holder.is_some() && last_holder != Some(holder) {
            let name = holder.as_deref().unwrap_or_default();
            push(Tone::Head, format!("in {}", one_line(name)));
        }
        for label in &one.line.labels {
            push(Tone::Head, format!("{}:", one_line(label)));
        }
        if !self.annotation.compiled {
            return;
        }
        let is_in_same = last.is_some_and(|last| std::ptr::eq(last.outer, one.outer));
        let is_same = last.is_some_and(|last| std::ptr::eq(last.source, one.source));
        if !is_in_same || !is_same && one.source.depth == 0 {
            push(Tone::Faint, format!("; {}", source(one.outer)));
        }
        if !is_same && one.source.depth != 0 {
            push(Tone::Faint, format!("; {INDENT}↳ {}", source(one.source)));
        }
    }

    /// The row of a line. Its operator is told where it is another than that of the last.
    fn instruction(
        &self,
        one: &Instruction<'_>,
        width: usize,
        last: Option<&Instruction<'_>>,
    ) -> Row {
        let share = crate::text::percent(one.line.value, self.self_value);
        let (value, times, zkpc, cause) = (self.value, self.times, self.zkpc, self.cause);
        let shown = super::text::shown;
        let row = Row::plain(format!(
            "{:>zkpc$} {:>value$}  ",
            one.line.zkpc,
            shown(one.line.value)
        ))
        .with(Tone::Share(share), format!("{share:>6.2}%"))
        .with(
            Tone::Plain,
            format!(
                " {:>times$} {:cause$} ",
                shown(one.line.times),
                right(&clean(&one.line.cause), cause)
            ),
        );
        let mut comment = Vec::new();
        let is_same = last.is_some_and(|last| std::ptr::eq(last.operator, one.operator));
        if let Some(offset) = one.operator.wasm_offset
            && !is_same
        {
            comment.push(format!("{offset:#x} {}", operator_name(one.operator)));
        }
        comment.push(also(one.line));
        comment.retain(|part| !part.is_empty());
        let row = row.then(code(one.line).clipped(width.max(NARROWEST)).padded(width));
        let row = match comment.is_empty() || !self.annotation.compiled {
            true => row,
            false => row.with(Tone::Faint, format!("  ; {}", comment.join(", "))),
        };
        row.clipped(self.width.max(NARROWEST)).trimmed()
    }
}

/// The text of a line, and on which side of it what it jumps to is.
fn code(line: &ZkasmLine) -> Row {
    let text = Row::plain(format!("{INDENT}{}", clean(line.text.trim())));
    match line.jump {
        None => text,
        Some(target) => {
            let arrow = if target > line.zkpc { '↓' } else { '↑' };
            text.with(Tone::Faint, format!("  {arrow}{target}"))
        }
    }
}

/// Where a source line is, and its text.
fn source(line: &SourceLine) -> String {
    let place = place(line);
    let place = place.rsplit('/').next().unwrap_or_default();
    let name = line.inlined.as_deref().map(one_line);
    let text = line.text.as_deref().map(|text| clean(text.trim()));
    let name = name.map_or(String::new(), |name| format!("{name} "));
    format!(
        "{name}{place}{}",
        text.map_or(String::new(), |text| format!(": {text}"))
    )
}
