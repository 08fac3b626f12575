//! A table of what costs most.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/top"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `outcome`, `focus`, `own`, `profile_sum` | which run it is of, and which part of it: [`Scope`] |
//! | `granularity` | `function`, `line`, `wasm` or `zkasm`: what a row is |
//! | `sum` | the profile's total of the metric: the sum of `self` over all rows |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by `self` descending, then `total` descending, then name and place |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `frame` | what the frame is called at this granularity |
//! | `function` | the function's name |
//! | `system_name` | its mangled name; absent if it has none, or one for each of several instances |
//! | `inlined` | whether it is a function that is inlined wherever it occurs |
//! | `self`, `self_percent` | what was counted in the frame itself, and that in percent of `sum` |
//! | `total`, `total_percent` | the same with everything it called; recursion counts once |
//! | `file`, `line` | where most of `self` was counted; absent if unknown. Of a function without such a line, the declaration |
//! | `declared_file`, `declared_line` | where the function is declared; absent if unknown |
//! | `wasm_offset` | with granularity `wasm`: bytes from the start of the module; absent if unknown |
//! | `zkpc` | with granularity `zkasm`: the address; absent if unknown |
//! | `operator`, `cause` | with granularity `wasm` and `zkasm`: the WASM operator that most of `self` is for, and why the compiler spent most of it; absent if unknown |
//!
//! Counts are exact integers; percentages are for people, rounded to two decimals. A row whose total
//! is 0 is left out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::granularity::{FrameId, Granularity, Place};
use crate::layout::{Column, Grid, Text};
use crate::profile::{Labels, LocationId, MetricId, Profile, StringId, is_synthetic};
use crate::scope::Scope;
use crate::table::Table;
use crate::text::{first_rows, number, one_line, percent, rounded_percent, share};
use crate::tree::Tree;

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/top";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// A table of what costs most. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Top {
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
    /// The profile's total of the metric.
    pub sum: u64,
    /// How many rows there are in all.
    pub row_count: u64,
    /// The rows, or the first of them.
    pub rows: Vec<TopRow>,
}

/// A row of a [`Top`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopRow {
    /// What the frame is called.
    pub frame: String,
    /// The function's name.
    pub function: String,
    /// Its mangled name, if it has just one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_name: Option<String>,
    /// Whether it is inlined wherever it occurs.
    pub inlined: bool,
    /// What was counted in the frame itself.
    #[serde(rename = "self")]
    pub self_value: u64,
    /// That in percent of the sum.
    pub self_percent: f64,
    /// What was counted in the frame and everything that it called.
    pub total: u64,
    /// That in percent of the sum.
    pub total_percent: f64,
    /// The file where most of `self_value` was counted, or that declares the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in `file`, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The file that declares the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_file: Option<String>,
    /// The line in `declared_file`, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_line: Option<u32>,
    /// The offset in the WebAssembly module, with granularity `wasm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasm_offset: Option<u64>,
    /// The address, with granularity `zkasm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zkpc: Option<u64>,
    /// The operator that most of `self_value` is for, with granularity `wasm` and `zkasm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The cause of most of `self_value`, with granularity `wasm` and `zkasm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Top {
    /// The table of a metric at a granularity, with every row.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(profile: &Profile, metric: MetricId, granularity: Granularity) -> Top {
        let tree = Tree::new(profile, metric, granularity);
        let hottest = hottest_of(profile, metric, &tree, |leaf, _| {
            let line = profile.location(leaf).innermost();
            let file = line.file.filter(|_| line.line != 0);
            file.map(|file| (file, line.line))
        });
        let most_of = |label: fn(Labels) -> Option<StringId>| match granularity {
            Granularity::Function | Granularity::Line => Vec::new(),
            Granularity::Wasm | Granularity::Zkasm => {
                hottest_of(profile, metric, &tree, |_, labels| label(labels))
            }
        };
        let operators = most_of(|labels| labels.operator);
        let causes = most_of(|labels| labels.cause);
        let system_names = system_names(profile);
        let sum = profile.total(metric);
        let text = |id: StringId| profile.text(id).to_owned();
        let mut rows = Vec::new();
        for ((id, frame), values) in tree.frames().iter().zip(tree.frame_values()) {
            if values.total == 0 {
                continue;
            }
            let function = profile.function(frame.function);
            let declared = function.file.map(|file| (file, function.start_line));
            let declared = declared.filter(|&(_, line)| line != 0);
            let source = match frame.place {
                Place::Line(file, line) => Some((file, line)),
                Place::NoSource => None,
                // Of a function, the declaration is better than nothing; of a row it is wrong.
                Place::Function if granularity == Granularity::Function => {
                    hottest[id.index()].or(declared)
                }
                Place::Function | Place::Offset(_) | Place::Address(_) => hottest[id.index()],
            };
            rows.push(TopRow {
                frame: frame.label(profile),
                function: text(function.name),
                system_name: system_names[frame.function.index()].map(text),
                inlined: tree.frames().always_inlined(id)
                    && !is_synthetic(profile.text(function.name)),
                self_value: values.self_value,
                self_percent: rounded_percent(values.self_value, sum),
                total: values.total,
                total_percent: rounded_percent(values.total, sum),
                file: source.map(|(file, _)| text(file)),
                line: source.map(|(_, line)| line),
                declared_file: declared.map(|(file, _)| text(file)),
                declared_line: declared.map(|(_, line)| line),
                wasm_offset: match frame.place {
                    Place::Offset(offset) => Some(offset),
                    _ => None,
                },
                zkpc: match frame.place {
                    Place::Address(address) => Some(address),
                    _ => None,
                },
                operator: operators.get(id.index()).copied().flatten().map(text),
                cause: causes.get(id.index()).copied().flatten().map(text),
            });
        }
        // Stable: rows that agree in all of it keep the order of the frames.
        rows.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let metric = &profile.metrics()[metric.index()];
        Top {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            scope: Scope::default(),
            granularity,
            sum,
            row_count: rows.len() as u64,
            rows,
        }
    }

    /// A row's name in the text, where a known place stands in a column of its own.
    fn name(&self, row: &TopRow) -> String {
        let is_placed = match self.granularity {
            Granularity::Function | Granularity::Line => row.line.is_some(),
            Granularity::Wasm | Granularity::Zkasm => true,
        };
        let name = one_line(match is_placed {
            true => &row.function,
            false => &row.frame,
        });
        if row.inlined {
            format!("{name} (inline)")
        } else {
            name
        }
    }
}

impl Table for Top {
    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table for people: `sum%` adds up the rows from the top. The last column is the row's
    /// `file:line`, and functions that are inlined wherever they occur are marked.
    fn text(&self) -> Text {
        let mut text = self.scope.text();
        let what = format_args!("{} by {}", self.metric, self.granularity);
        text.sentence(self.scope.head(what, self.sum));
        let first = first_rows(&self.rows, |row| row.self_value, self.row_count, self.sum);
        first.into_iter().for_each(|line| text.sentence(line));
        let labels = matches!(self.granularity, Granularity::Wasm | Granularity::Zkasm);
        let mut columns = vec![
            Column::number("self"),
            Column::share("self%"),
            Column::percent("sum%").may_go(3),
            Column::number("total").may_go(1),
            Column::percent("total%").may_go(2),
            Column::name("name"),
        ];
        if labels {
            columns.extend(["at", "operator", "cause"].map(Column::word));
        }
        columns.push(Column::place());
        let mut grid = Grid::new(columns);
        let mut sum = 0;
        for row in &self.rows {
            sum += row.self_value;
            let mut cells = vec![
                number(row.self_value),
                share(row.self_percent),
                share(percent(sum, self.sum)),
                number(row.total),
                share(row.total_percent),
                self.name(row),
            ];
            if labels {
                let known = |label: &Option<String>| label.as_deref().map(one_line);
                cells.push(row.at());
                cells.extend(
                    [&row.operator, &row.cause].map(|label| known(label).unwrap_or_default()),
                );
            }
            cells.push(source(row.file.as_deref(), row.line));
            grid.row(cells, Some(row.self_percent));
        }
        text.counted(grid);
        text
    }
}

impl TopRow {
    fn sort_key(&self) -> impl Ord + '_ {
        let place = (&self.file, self.line, self.wasm_offset, self.zkpc);
        let values = (Reverse(self.self_value), Reverse(self.total));
        (values, &self.function, place, &self.system_name)
    }

    /// Its offset or its address, as far as it has one.
    fn at(&self) -> String {
        match (self.wasm_offset, self.zkpc) {
            (Some(offset), _) => format!("{offset:#x}"),
            (None, Some(zkpc)) => format!("zkpc:{zkpc}"),
            (None, None) => String::new(),
        }
    }
}

/// A place as text; nothing if it is not known.
pub(crate) fn source(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{}:{line}", one_line(file)),
        _ => String::new(),
    }
}

/// For each function of the source, the mangled name that all its instances have.
fn system_names(profile: &Profile) -> Vec<Option<StringId>> {
    let functions = profile.functions();
    let mut names: Vec<_> = functions.iter().map(|f| f.system_name).collect();
    for (instance, function) in profile.function_ids().zip(functions) {
        let source = profile.source_function(instance);
        if function.system_name != profile.function(source).system_name {
            names[source.index()] = None;
        }
    }
    names
}

/// For each frame what most was counted of in the frame itself, of what is known of a sample's innermost
/// location and labels; of several, the first.
fn hottest_of<T: Ord + Copy>(
    profile: &Profile,
    metric: MetricId,
    tree: &Tree,
    of: impl Fn(LocationId, Labels) -> Option<T>,
) -> Vec<Option<T>> {
    let mut values: BTreeMap<(FrameId, T), u64> = BTreeMap::new();
    for sample in profile.samples() {
        let leaf = profile.stacks()[sample.stack.index()].location;
        let value = sample.values[metric.index()];
        if let (Some(&frame), Some(one)) = (tree.frames().of(leaf).last(), of(leaf, sample.labels))
            && value != 0
        {
            *values.entry((frame, one)).or_default() += value;
        }
    }
    let mut hottest: Vec<(u64, Option<T>)> = vec![(0, None); tree.frames().iter().len()];
    for ((frame, one), value) in values {
        let best = &mut hottest[frame.index()];
        if value > best.0 {
            *best = (value, Some(one));
        }
    }
    hottest.into_iter().map(|(_, one)| one).collect()
}
