//! A table of who calls functions, or of what they call.
//!
//! Of every stack the outermost of the functions' frames has the caller, the innermost the callee,
//! so that each sample is in one row and recursion counts once: rows add up to what the functions
//! cost with everything they call, as their `total` in a [`Top`](crate::top::Top).
//!
//! So no row is of calls that a function makes of itself, directly or by way of others. What was counted in
//! those is a part of the rows, and is told beside them; pprof's `peek` has it as one more row, and its rows
//! do not add up.
//!
//! Calls are those of the metric `calls`. They are known of what was called, not inlined; and of callees only
//! by function, for a call enters one line.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/neighbours"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `outcome`, `focus`, `own`, `profile_sum` | which run it is of, and which part of it: [`Scope`] |
//! | `granularity` | `function`, `line`, `wasm` or `zkasm`: what a row is |
//! | `of` | which functions: what [means](crate::matching) them |
//! | `side` | `callers` or `callees` |
//! | `total` | what was counted in the functions and all they call: the sum of `value` over all rows |
//! | `sum` | the profile's total of the metric |
//! | `recursive` | what was counted in calls of one of the functions from inside of itself: an object of `value`, `percent`, and `calls`; absent if there were none |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by `value` descending, then by name |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `frame` | what the caller or callee is called at this granularity; absent where nobody called, and for what was counted in the functions themselves |
//! | `function` | its function's name; absent as `frame` is |
//! | `inlined` | whether that is inlined wherever it occurs |
//! | `value`, `percent` | what was counted through this call and below it, and that in percent of `total`, rounded to two decimals |
//! | `calls`, `per_call` | how many calls that were, and `value` for each, rounded to two decimals; absent if not known, `per_call` also of the metric `calls` |
//! | `file`, `line` | by line, those of `frame`; otherwise those of the call through which most was counted; absent if unknown |

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::fold::CALLS;
use crate::granularity::{FrameId, Frames, Granularity, Place};
use crate::layout::{Column, Grid, Text};
use crate::matching::Pattern;
use crate::profile::{Line, MetricId, Profile, StackId, StringId, is_synthetic};
use crate::scope::Scope;
use crate::table::Table;
use crate::text::{first_rows, fraction, number, one_line, percent, rounded_percent, share};
use crate::top::source;

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/neighbours";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// On which side of the functions to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Who calls them.
    Callers,
    /// What they call.
    Callees,
}

impl Side {
    /// What the text calls the row without a frame.
    fn nobody(self) -> &'static str {
        match self {
            Side::Callers => "[outermost]",
            Side::Callees => "[self]",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Callers => "callers",
            Side::Callees => "callees",
        })
    }
}

/// A table of callers or callees. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The metric's name.
    pub metric: String,
    /// The metric's unit.
    pub unit: String,
    /// Which run it is of, and which part of it.
    #[serde(flatten)]
    pub scope: Scope,
    /// What a row is.
    pub granularity: Granularity,
    /// Which functions: what means them.
    pub of: String,
    /// Callers or callees.
    pub side: Side,
    /// What was counted in the functions and all they call.
    pub total: u64,
    /// The profile's total of the metric.
    pub sum: u64,
    /// What was counted in calls of one of the functions from inside of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<Recursive>,
    /// How many rows there are in all.
    pub row_count: u64,
    /// The rows, or the first of them.
    pub rows: Vec<Neighbour>,
}

/// A row of [`Neighbours`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// What the caller or callee is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// The name of its function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Whether it is inlined wherever it occurs.
    #[serde(default)]
    pub inlined: bool,
    /// What was counted through this call.
    pub value: u64,
    /// That in percent of the total.
    pub percent: f64,
    /// How many calls that were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// The value of each call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_call: Option<f64>,
    /// The file of `line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the frame, or of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What was counted in calls of a function from inside of itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recursive {
    /// What was counted.
    pub value: u64,
    /// That in percent of the total.
    pub percent: f64,
    /// How many calls that were.
    pub calls: u64,
}

/// What was counted in a row.
#[derive(Default)]
struct Counted {
    value: u64,
    calls: u64,
    /// Whether some of what was called is inlined.
    inlined: bool,
    /// By the line of the call.
    sites: BTreeMap<(StringId, u32), u64>,
}

/// A frame of a stack.
#[derive(Clone, Copy)]
struct Link<'a> {
    frame: FrameId,
    line: &'a Line,
    /// Whether it is inlined into the next one out.
    inlined: bool,
}

impl Neighbours {
    /// Who calls the functions that `name` [means](crate::matching), or what they call, with every row.
    ///
    /// # Errors
    /// If no stack has such a function, or the name is none.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(
        profile: &Profile,
        metric: MetricId,
        granularity: Granularity,
        name: &str,
        side: Side,
    ) -> Result<Neighbours, Error> {
        let frames = Frames::new(profile, granularity);
        let pattern = Pattern::new(name, &[profile])?;
        let functions = pattern.functions(profile);
        let wanted: Vec<bool> = frames
            .iter()
            .map(|(_, frame)| functions[frame.function.index()])
            .collect();
        let calls = profile.metric(CALLS).ok();
        let mut counted: BTreeMap<Option<FrameId>, Counted> = BTreeMap::new();
        let (mut ran, mut again, mut again_calls) = (false, 0, 0);
        for sample in profile.samples() {
            let stack: Vec<Link<'_>> = links(profile, &frames, sample.stack).collect();
            let Some((called, caller)) = side.call(&stack, &wanted) else {
                continue;
            };
            ran = true;
            let value = sample.values[metric.index()];
            let calls = calls.map_or(0, |calls| sample.values[calls.index()]);
            let of = |link: &Link<'_>| frames.get(link.frame).function;
            if repeats(&stack, |link| wanted[link.frame.index()].then(|| of(link))) {
                again += value;
                let leaf = &stack[0];
                if wanted[leaf.frame.index()] && stack[1..].iter().any(|link| of(link) == of(leaf))
                {
                    again_calls += calls;
                }
            }
            let row = match side {
                Side::Callers => caller,
                Side::Callees => called,
            };
            let row = counted.entry(row.map(|at| stack[at].frame)).or_default();
            row.value += value;
            if let Some(called) = called {
                row.inlined |= stack[called].inlined;
                // The calls of a function are counted where it begins.
                row.calls += if called == 0 { calls } else { 0 };
            }
            let site = caller.filter(|_| called.is_some()).map(|at| stack[at].line);
            if let Some(line) = site.filter(|line| line.line != 0)
                && let Some(file) = line.file
            {
                *row.sites.entry((file, line.line)).or_default() += value;
            }
        }
        if !ran {
            return Err(pattern.not_found(&[profile]));
        }
        counted.retain(|_, row| row.value != 0);
        let total = counted.values().map(|row| row.value).sum();
        let is_known = |frame: Option<FrameId>, row: &Counted| {
            let is_row =
                side == Side::Callers || (frame.is_some() && granularity == Granularity::Function);
            is_row && !row.inlined && row.calls > 0
        };
        let rounded = |value: f64| (value * 100.0).round() / 100.0;
        let mut rows: Vec<Neighbour> = Vec::with_capacity(counted.len());
        for (id, row) in counted {
            let frame = id.map(|id| frames.get(id));
            let most = row
                .sites
                .iter()
                .max_by_key(|(site, value)| (**value, Reverse(**site)));
            let place = match frame.map(|frame| frame.place) {
                Some(Place::Line(file, line)) => Some((file, line)),
                Some(Place::NoSource) => None,
                _ => most.map(|(&site, _)| site),
            };
            let calls = is_known(id, &row).then_some(row.calls);
            let per_call = calls.filter(|_| Some(metric) != profile.metric(CALLS).ok());
            let function = frame.map(|frame| profile.function_name(frame.function));
            rows.push(Neighbour {
                frame: frame.map(|frame| frame.label(profile)),
                function: function.map(str::to_owned),
                inlined: id.is_some_and(|id| frames.always_inlined(id))
                    && !function.is_some_and(is_synthetic),
                value: row.value,
                percent: rounded_percent(row.value, total),
                calls,
                per_call: per_call.map(|calls| rounded(row.value as f64 / calls as f64)),
                file: place.map(|(file, _)| profile.text(file).to_owned()),
                line: place.map(|(_, line)| line),
            });
        }
        rows.sort_by(|a, b| (Reverse(a.value), &a.frame).cmp(&(Reverse(b.value), &b.frame)));
        let sum = profile.total(metric);
        let metric = &profile.metrics()[metric.index()];
        Ok(Neighbours {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            scope: Scope::default(),
            granularity,
            of: name.to_owned(),
            side,
            total,
            sum,
            recursive: (again > 0).then_some(Recursive {
                value: again,
                percent: rounded_percent(again, total),
                calls: again_calls,
            }),
            row_count: rows.len() as u64,
            rows,
        })
    }
}

impl Table for Neighbours {
    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table for people: `sum%` adds up the rows from the top.
    fn text(&self) -> Text {
        let mut text = self.scope.text();
        text.sentence(format_args!(
            "{} of {} by {}{}: {}, {} of {}",
            self.metric,
            one_line(&self.of),
            self.side,
            self.scope.part(),
            number(self.total),
            share(percent(self.total, self.sum)),
            number(self.sum),
        ));
        let first = first_rows(&self.rows, |row| row.value, self.row_count, self.total);
        first.into_iter().for_each(|line| text.sentence(line));
        let mut grid = Grid::new([
            Column::number("total"),
            Column::share("total%"),
            Column::percent("sum%").may_go(2),
            Column::number("calls"),
            Column::number("per call").may_go(1),
            Column::name("name"),
            Column::place(),
        ]);
        let mut sum = 0;
        for row in &self.rows {
            sum += row.value;
            let per_call = row.per_call.map(|value| fraction(value, 1));
            let cells = [
                number(row.value),
                share(row.percent),
                share(percent(sum, self.total)),
                row.calls.map_or("-".to_owned(), number),
                per_call.unwrap_or("-".to_owned()),
                self.name(row),
                source(row.file.as_deref(), row.line),
            ];
            grid.row(cells, Some(row.percent));
        }
        text.counted(grid);
        if let Some(recursive) = &self.recursive {
            let calls = match recursive.calls {
                1 => "1 call".to_owned(),
                calls => format!("{} calls", number(calls)),
            };
            text.sentence(format_args!(
                "{} of it, {}, in {calls} from inside of the same function",
                number(recursive.value),
                share(recursive.percent)
            ));
        }
        text
    }
}

impl Neighbours {
    /// A row's name in the text, where a known line stands in a column of its own.
    fn name(&self, row: &Neighbour) -> String {
        let (Some(frame), Some(function)) = (&row.frame, &row.function) else {
            return self.side.nobody().to_owned();
        };
        let line = self.granularity == Granularity::Line && row.line.is_some();
        let name = one_line(if line { function } else { frame });
        match row.inlined {
            true => format!("{name} (inline)"),
            false => name,
        }
    }
}

impl Side {
    /// The frame that was called and the one that called it, as places in a stack, innermost first: of the
    /// outermost wanted frame, or by the innermost. None if there is no wanted frame.
    fn call(self, stack: &[Link<'_>], wanted: &[bool]) -> Option<(Option<usize>, Option<usize>)> {
        let is_wanted = |link: &Link<'_>| wanted[link.frame.index()];
        match self {
            Side::Callers => {
                let called = stack.iter().rposition(is_wanted)?;
                let caller = (called + 1 < stack.len()).then_some(called + 1);
                Some((Some(called), caller))
            }
            Side::Callees => {
                let caller = stack.iter().position(is_wanted)?;
                Some((caller.checked_sub(1), Some(caller)))
            }
        }
    }
}

/// The frames of a stack, innermost first.
fn links<'a>(
    profile: &'a Profile,
    frames: &'a Frames,
    stack: StackId,
) -> impl Iterator<Item = Link<'a>> {
    profile.stack(stack).flat_map(move |id| {
        let location = profile.location(id);
        let outermost = location.lines.len() - 1;
        let lines = location.lines.iter().enumerate();
        let frames = frames.of(id).iter().rev();
        lines.zip(frames).map(move |((at, line), &frame)| Link {
            frame,
            line,
            inlined: at < outermost || location.inlined,
        })
    })
}

/// Whether something stands in a stack twice.
fn repeats<'a, T: PartialEq>(stack: &[Link<'a>], of: impl Fn(&Link<'a>) -> Option<T>) -> bool {
    let mut seen: Vec<T> = Vec::new();
    for one in stack.iter().filter_map(of) {
        if seen.contains(&one) {
            return true;
        }
        seen.push(one);
    }
    false
}
