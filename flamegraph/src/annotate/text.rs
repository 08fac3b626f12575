//! Annotated functions for a terminal.

use std::collections::BTreeSet;

use super::options::{Options, Order, Place};
use super::row::{Row, Tone};
use super::rows::Part;
use super::visible::{Shown, Visible};
use super::{AnnotatedFunction, AnnotatedOperator, Annotation, SourceLine, ZkasmLine};
use crate::layout::shorten::right;
use crate::text::{grouped, one_line};

/// From this width on, WebAssembly and zkASM are beside each other.
const BESIDE: usize = 100;
/// Causes are padded to the longest, but not further than this.
const CAUSE_WIDTH: usize = 16;
/// No more columns than this are filled, however many there are.
const WIDEST: usize = 1_000;
/// The narrowest text of any column.
pub(super) const NARROWEST: usize = 8;

impl Annotation {
    /// Whether something was compiled for lines of a place, or is inlined there.
    pub fn has(&self, place: &Place) -> bool {
        let functions = self.functions.iter();
        functions.flat_map(|function| &function.lines).any(|line| {
            let is_compiled = !line.operators.is_empty() || line.total != 0;
            is_compiled && place.has(line)
        })
    }

    /// The annotation as text; see [`Annotation::to_rows`].
    pub fn to_text(&self, options: &Options) -> String {
        let mut text = String::new();
        for row in self.to_rows(options) {
            text += &row.text();
            text.push('\n');
        }
        text
    }

    /// The annotation as rows: one for each source line, beneath it rows for what was compiled for it, WebAssembly on
    /// the left and zkASM on the right, or beneath where there is no room beside; or one for each zkASM line. What never
    /// ran is left out, unless all is asked for; of a run without blocks, all lines are.
    pub fn to_rows(&self, options: &Options) -> Vec<Row> {
        let ended = self.scope.text().whole();
        let ended = ended.iter().map(|line| Row::plain(line.text().to_owned()));
        let mut rows: Vec<Row> = ended.collect();
        for function in &self.functions {
            let layout = Layout::new(self, function, options);
            layout.function(&mut rows, function);
            rows.push(Row::default());
        }
        if !self.omitted.is_empty() {
            let list = self.omitted.iter().map(|function| {
                let name = one_line(&function.function);
                let inlined = if function.inlined { ", inlined" } else { "" };
                format!("{name} ({}{inlined})", grouped(function.self_value))
            });
            let list: Vec<String> = list.collect();
            rows.push(Row::plain(format!("left out: {}", list.join(", "))));
            rows.push(Row::default());
        }
        rows
    }

    /// The files without text that [`Annotation::to_text`] has lines of.
    pub fn missing_in_text(&self, options: &Options) -> BTreeSet<&str> {
        let mut files = BTreeSet::new();
        for function in &self.functions {
            let layout = Layout::new(self, function, options);
            let lines = match options.order {
                Order::Source => layout.visible(&function.lines).lines().collect(),
                Order::Zkpc => layout.told(function),
            };
            let without = lines.into_iter().filter(|line| line.text.is_none());
            files.extend(without.filter_map(|line| line.file.as_deref()));
        }
        files
    }
}

/// Column widths of one function.
pub(super) struct Layout<'a> {
    pub(super) annotation: &'a Annotation,
    pub(super) options: &'a Options,
    pub(super) self_value: u64,
    pub(super) width: usize,
    /// Of values, and of numbers of executions.
    pub(super) value: usize,
    pub(super) times: usize,
    pub(super) zkpc: usize,
    pub(super) cause: usize,
    /// The zkASM lines that are shown, if they are not too cheap.
    pub(super) ran: BTreeSet<u32>,
}

impl<'a> Layout<'a> {
    fn new(
        annotation: &'a Annotation,
        function: &AnnotatedFunction,
        options: &'a Options,
    ) -> Layout<'a> {
        let operators = function.lines.iter().flat_map(|line| &line.operators);
        let zkasm: Vec<&ZkasmLine> = operators.flat_map(|operator| &operator.zkasm).collect();
        let is_shown = |line: &ZkasmLine| annotation.blocks && (line.times != 0 || options.all);
        let ran = zkasm.iter().filter(|line| is_shown(line));
        let most = |value: fn(&ZkasmLine) -> u64| zkasm.iter().map(|line| value(line)).max();
        let digits = |value: u64, title: &str| value.to_string().len().max(title.len());
        let cause = zkasm.iter().map(|line| line.cause.len()).max();
        Layout {
            annotation,
            options,
            self_value: function.self_value,
            width: options.width.min(WIDEST),
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

    fn function(&self, rows: &mut Vec<Row>, function: &AnnotatedFunction) {
        self.heading(rows, function);
        if self.ran.is_empty() {
            return;
        }
        rows.push(Row::default());
        if self.options.order == Order::Zkpc {
            self.assembly(rows, function);
            return;
        }
        let mut parts = Vec::new();
        self.titles(&mut parts);
        let mut holder = None;
        let holders = function.inlined_into.as_ref().map_or(0, Vec::len);
        let Visible { shown, left_out } = self.visible(&function.lines);
        for shown in shown {
            match shown {
                Shown::Text(line) => parts.push(Part::Whole(self.source(line, false))),
                Shown::Light(line) => parts.push(Part::Whole(self.source(line, true))),
                Shown::Code(line, operators) => {
                    let holder = (holders > 1).then_some(&mut holder);
                    self.line(&mut parts, line, &operators, holder);
                }
                Shown::Gap => {
                    let gap = format!("{:>1$}", "…", self.line_end());
                    parts.push(Part::Whole(Row::of(Tone::Faint, gap)));
                }
            }
        }
        rows.extend(self.rows(parts));
        rows.extend(self.left_out(&left_out));
    }

    /// Adds the rows of a source line and of what was compiled for it; if there are several, in which function, if
    /// that is another than the last.
    fn line<'b>(
        &self,
        parts: &mut Vec<Part>,
        line: &'b SourceLine,
        operators: &[&'b AnnotatedOperator],
        mut holder: Option<&mut Option<&'b String>>,
    ) {
        if self.annotation.compiled {
            parts.push(Part::Whole(self.source(line, true)));
            for operator in operators {
                if let Some(last) = &mut holder
                    && **last != operator.function.as_ref()
                {
                    **last = operator.function.as_ref();
                    let name = last.map(|name| one_line(name)).unwrap_or_default();
                    let row = Row::of(Tone::Head, format!("{:>8} in {name}", ""));
                    let row = row.clipped(self.width.max(NARROWEST));
                    parts.push(Part::Whole(row));
                }
                self.operator(parts, operator);
            }
            return;
        }
        if operators.is_empty() {
            parts.push(Part::Whole(self.source(line, true)));
        }
        for zkasm in operators.iter().flat_map(|operator| &operator.zkasm) {
            parts.push(Part::Whole(self.written(line, zkasm)));
        }
    }

    fn titles(&self, parts: &mut Vec<Part>) {
        let (value, metric) = (self.value, &self.annotation.metric);
        let (times, zkpc, cause) = (self.times, self.zkpc, self.cause);
        let head = |text: String| Row::of(Tone::Head, text);
        if self.annotation.compiled {
            let row = format!(
                "{:>value$} {metric:>value$}  of func   of all   line  source",
                "self"
            );
            parts.push(Part::Whole(head(row)));
            let left = format!("  offset {metric:>value$}  WAT");
            let right = format!(
                "{:>zkpc$} {metric:>value$} {:>times$} {:cause$} zkASM",
                "zkPC", "times", "cause"
            );
            parts.push(Part::Columns(head(left), head(right)));
        } else {
            let row = format!(
                "{metric:>value$}  of func   of all {:>times$} {:>zkpc$}   line  zkASM",
                "times", "zkPC"
            );
            parts.push(Part::Whole(head(row)));
        }
        parts.push(Part::Whole(Row::default()));
    }

    /// Where the numbers of source lines end.
    pub(super) fn line_end(&self) -> usize {
        match self.annotation.compiled {
            true => 2 * self.value + 26,
            false => self.value + self.times + self.zkpc + 27,
        }
    }

    /// The row of a source line, with numbers if it ran.
    fn source(&self, line: &SourceLine, ran: bool) -> Row {
        let (value, end) = (self.value, self.line_end());
        let number = match (line.line, line.depth) {
            (Some(number), 0) => number.to_string(),
            _ => String::new(),
        };
        let row = if !ran {
            Row::plain(format!("{number:>end$}"))
        } else {
            let own = shown(line.self_value);
            Row::plain(format!("{own:>value$} {:>value$}  ", line.total))
                .with(Tone::Share(line.percent), format!("{:>6.2}%", line.percent))
                .with(
                    Tone::Plain,
                    format!("  {:>6.2}%  {number:>5}", line.percent_of_sum),
                )
        };
        let room = self.width.saturating_sub(end + 2).max(NARROWEST);
        let own = line.text.as_deref().map(clean);
        let source = match &line.inlined {
            None => own.unwrap_or_else(|| place(line)),
            Some(name) => {
                let indent = "  ".repeat((line.depth as usize).saturating_sub(1).min(NARROWEST));
                // Long names leave room for the rest.
                let name = right(&one_line(name), (room / 2).max(NARROWEST));
                let place = place(line);
                let place = place.rsplit('/').next().unwrap_or_default();
                let own = own.map(|own| format!(": {}", own.trim_start()));
                format!("{indent}↳ {name} {place}{}", own.unwrap_or_default())
            }
        };
        row.with(Tone::Plain, format!("  {}", right(&source, room)))
            .trimmed()
    }
}

/// Where a source line is.
pub(super) fn place(line: &SourceLine) -> String {
    match (&line.file, line.line) {
        (Some(file), Some(number)) => format!("{}:{number}", one_line(file)),
        _ => "[no source]".to_owned(),
    }
}

/// A number; nothing for 0.
pub(super) fn shown(value: u64) -> String {
    match value {
        0 => String::new(),
        value => value.to_string(),
    }
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
