//! Annotated functions for a terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{AnnotatedFunction, AnnotatedOperator, Annotation, SourceLine, ZkasmLine};
use crate::text::{clip, grouped, one_line};

/// From this width on, WebAssembly and zkASM are beside each other.
const BESIDE: usize = 100;
/// So many lines of the source without code are shown at either end of a gap.
const AROUND: usize = 2;
/// Causes are padded to the longest, but not further than this.
const CAUSE_WIDTH: usize = 16;
/// No more columns than this are filled, however many there are.
const WIDEST: usize = 1_000;
/// The narrowest text of any column.
pub(super) const NARROWEST: usize = 8;

impl Annotation {
    /// The annotation as text of so many columns: a row for each source line, beneath it rows for what
    /// was compiled for it, WebAssembly on the left and zkASM on the right, or beneath where there is
    /// no room beside. What never ran is left out, unless `all` is asked for; of a run without blocks, all
    /// lines are.
    pub fn to_text(&self, width: usize, all: bool) -> String {
        let mut text = String::new();
        for function in &self.functions {
            let layout = Layout::new(self, function, width, all);
            layout.function(&mut text, function);
            text.push('\n');
        }
        if !self.omitted.is_empty() {
            let list = self.omitted.iter().map(|function| {
                let name = one_line(&function.function);
                format!("{name} ({})", grouped(function.self_value))
            });
            let list: Vec<String> = list.collect();
            let _ = writeln!(text, "left out: {}\n", list.join(", "));
        }
        text
    }

    /// The files without text that [`Annotation::to_text`] has lines of.
    pub fn missing_in_text(&self, all: bool) -> BTreeSet<&str> {
        let mut files = BTreeSet::new();
        for function in &self.functions {
            let layout = Layout::new(self, function, WIDEST, all);
            for shown in layout.shown(&function.lines) {
                if let Shown::Text(line) | Shown::Code(line) = shown
                    && line.text.is_none()
                {
                    files.extend(line.file.as_deref());
                }
            }
        }
        files
    }
}

/// What is shown of a function's lines, one beneath the other.
enum Shown<'a> {
    /// A line of the source for which nothing is shown that was compiled.
    Text(&'a SourceLine),
    /// A line with what was compiled for it, or with that which is inlined there.
    Code(&'a SourceLine),
    /// Lines of the source that are left out.
    Gap,
}

/// Column widths of one function.
pub(super) struct Layout<'a> {
    pub(super) annotation: &'a Annotation,
    pub(super) width: usize,
    /// Of values, and of numbers of executions.
    pub(super) value: usize,
    pub(super) times: usize,
    pub(super) zkpc: usize,
    pub(super) cause: usize,
    /// The zkASM lines that are shown.
    pub(super) ran: BTreeSet<u32>,
}

impl<'a> Layout<'a> {
    fn new(
        annotation: &'a Annotation,
        function: &AnnotatedFunction,
        width: usize,
        all: bool,
    ) -> Layout<'a> {
        let operators = function.lines.iter().flat_map(|line| &line.operators);
        let zkasm: Vec<&ZkasmLine> = operators.flat_map(|operator| &operator.zkasm).collect();
        let is_shown = |line: &ZkasmLine| annotation.blocks && (line.times != 0 || all);
        let ran = zkasm.iter().filter(|line| is_shown(line));
        let most = |value: fn(&ZkasmLine) -> u64| zkasm.iter().map(|line| value(line)).max();
        let digits = |value: u64, title: &str| value.to_string().len().max(title.len());
        let cause = zkasm.iter().map(|line| line.cause.len()).max();
        Layout {
            annotation,
            width: width.min(WIDEST),
            value: digits(function.self_value, &annotation.metric),
            times: digits(most(|line| line.times).unwrap_or(0), "times"),
            zkpc: digits(most(|line| u64::from(line.zkpc)).unwrap_or(0), "zkPC"),
            cause: cause.unwrap_or(0).clamp("cause".len(), CAUSE_WIDTH),
            ran: ran.map(|line| line.zkpc).collect(),
        }
    }

    pub(super) fn is_beside(&self) -> bool {
        self.width >= BESIDE
    }

    fn function(&self, text: &mut String, function: &AnnotatedFunction) {
        let mut title = one_line(&function.function);
        if let (Some(file), Some(line)) = (&function.file, function.line) {
            title += &format!("  {}:{line}", one_line(file));
        }
        push(text, &title);
        let lines = match self.annotation.blocks {
            true => format!(
                "{} of {} zkASM lines ran",
                function.zkasm_lines_run, function.zkasm_lines
            ),
            false => format!("{} zkASM lines", function.zkasm_lines),
        };
        push(
            text,
            &format!(
                "{} {} itself, {:.2}% of {}; {lines}",
                grouped(function.self_value),
                self.annotation.metric,
                function.self_percent,
                grouped(self.annotation.sum),
            ),
        );
        if !self.annotation.blocks {
            let why = "which of them ran is not known: the run was recorded without blocks; record it with";
            push(text, &format!("{why} --instrument=blocks"));
        } else if function.unplaced != 0 {
            let value = grouped(function.unplaced);
            push(text, &format!("{value} of those are at no known line"));
        }
        if self.ran.is_empty() {
            return;
        }
        text.push('\n');
        self.titles(text);
        for shown in self.shown(&function.lines) {
            match shown {
                Shown::Text(line) => self.source(text, line, false),
                Shown::Code(line) => self.line(text, line),
                Shown::Gap => push(text, &format!("{:>1$}", "…", self.line_end())),
            }
        }
    }

    /// What is shown of lines.
    fn shown<'b>(&self, lines: &'b [SourceLine]) -> Vec<Shown<'b>> {
        let mut shown = Vec::new();
        if self.ran.is_empty() {
            return shown;
        }
        let ran = self.ran_in(lines);
        // A line of the function itself is there for its text even if nothing of it ran.
        let is_gap = |index: usize| lines[index].depth == 0 && !ran[index];
        let mut index = 0;
        while index < lines.len() {
            let gap = (index..lines.len())
                .take_while(|&next| is_gap(next))
                .count();
            if gap > 2 * AROUND + 1 {
                let (first, last) = (&lines[index..][..AROUND], index + gap - AROUND);
                shown.extend(first.iter().map(Shown::Text));
                shown.push(Shown::Gap);
                shown.extend(lines[last..][..AROUND].iter().map(Shown::Text));
                index += gap;
                continue;
            }
            let line = &lines[index];
            if ran[index] {
                shown.push(Shown::Code(line));
            } else if line.depth == 0 && line.line.is_some() {
                shown.push(Shown::Text(line));
            }
            index += 1;
        }
        shown
    }

    /// For each line, whether anything is to be shown that was compiled for it or is inlined there.
    fn ran_in(&self, lines: &[SourceLine]) -> Vec<bool> {
        let mut ran = vec![false; lines.len()];
        // How deep the last line is that ran, until the line is found that it is inlined at.
        let mut inner = 0;
        for (index, line) in lines.iter().enumerate().rev() {
            ran[index] = line.depth < inner || line.operators.iter().any(|o| self.is_shown(o));
            if ran[index] {
                inner = line.depth;
            }
        }
        ran
    }

    fn is_shown(&self, operator: &AnnotatedOperator) -> bool {
        let lines = operator.zkasm.iter().map(|line| &line.zkpc);
        let mut lines = lines.chain(&operator.paid_by_others);
        lines.any(|zkpc| self.ran.contains(zkpc))
    }

    fn line(&self, text: &mut String, line: &SourceLine) {
        let operators = line.operators.iter().filter(|o| self.is_shown(o));
        let operators: Vec<_> = operators.collect();
        if self.annotation.compiled {
            self.source(text, line, true);
            for operator in operators {
                self.operator(text, operator);
            }
            return;
        }
        if operators.is_empty() {
            self.source(text, line, true);
        }
        for zkasm in operators.iter().flat_map(|operator| &operator.zkasm) {
            self.written(text, line, zkasm);
        }
    }

    fn titles(&self, text: &mut String) {
        let (value, metric) = (self.value, &self.annotation.metric);
        let mut row = format!("{:>value$}", "self");
        if self.annotation.compiled {
            row += &format!(" {metric:>value$}  of func   of all   line  source");
            push(text, &row);
            let left = format!("  offset {metric:>value$}  WAT");
            let right = format!(
                "{:>zkpc$} {metric:>value$} {:>times$} {:cause$} zkASM",
                "zkPC",
                "times",
                "cause",
                zkpc = self.zkpc,
                times = self.times,
                cause = self.cause
            );
            self.columns(text, &left, &right);
        } else {
            row = format!("{metric:>value$}  of func   of all");
            let (times, zkpc) = (self.times, self.zkpc);
            row += &format!(" {:>times$} {:>zkpc$}   line  zkASM", "times", "zkPC");
            push(text, &row);
        }
        text.push('\n');
    }

    /// Where the numbers of source lines end.
    pub(super) fn line_end(&self) -> usize {
        match self.annotation.compiled {
            true => 2 * self.value + 26,
            false => self.value + self.times + self.zkpc + 27,
        }
    }

    /// The row of a source line, with numbers if it ran.
    fn source(&self, text: &mut String, line: &SourceLine, ran: bool) {
        let (value, end) = (self.value, self.line_end());
        let number = match (line.line, line.depth) {
            (Some(number), 0) => number.to_string(),
            _ => String::new(),
        };
        let row = if !ran {
            format!("{number:>end$}")
        } else {
            let own = shown(line.self_value);
            format!(
                "{own:>value$} {:>value$}  {:>6.2}%  {:>6.2}%  {number:>5}",
                line.total, line.percent, line.percent_of_sum
            )
        };
        let room = self.width.saturating_sub(end + 2).max(NARROWEST);
        let place = match (&line.file, line.line) {
            (Some(file), Some(number)) => format!("{}:{number}", one_line(file)),
            _ => "[no source]".to_owned(),
        };
        let own = line.text.as_deref().map(clean);
        let source = match &line.inlined {
            None => own.unwrap_or(place),
            Some(name) => {
                let indent = "  ".repeat((line.depth as usize).saturating_sub(1).min(NARROWEST));
                // Long names leave room for the rest.
                let name = clip(&one_line(name), (room / 2).max(NARROWEST));
                let place = place.rsplit('/').next().unwrap_or_default();
                let own = own.map(|own| format!(": {}", own.trim_start()));
                format!("{indent}↳ {name} {place}{}", own.unwrap_or_default())
            }
        };
        push(text, &format!("{row}  {}", clip(&source, room)));
    }
}

/// A number; nothing for 0.
pub(super) fn shown(value: u64) -> String {
    match value {
        0 => String::new(),
        value => value.to_string(),
    }
}

pub(super) fn push(text: &mut String, row: &str) {
    text.push_str(row.trim_end());
    text.push('\n');
}

/// A line of a text fit for one of ours: as [`one_line`], with the blanks that it begins with.
pub(super) fn clean(line: &str) -> String {
    let line = line.replace('\t', "    ");
    match line.trim() {
        "" => String::new(),
        _ => {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            format!("{}{}", " ".repeat(blanks), one_line(&line))
        }
    }
}
