//! A table of what costs most, by a label: cause, WASM operator or rule of the compiler.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/by-label"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `outcome`, `focus`, `own`, `profile_sum` | which run it is of, and which part of it: [`Scope`] |
//! | `by` | `cause`, `operator` or `rule` |
//! | `sum` | the profile's total of the metric: the sum of `value` over all rows |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by `value` descending, then by name, then by cause |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `name` | the label's value; absent for what has none |
//! | `cause` | of what has no operator or rule, why it was spent: there is a row for each; absent of the others, and if not known |
//! | `value`, `percent` | what was counted, and that in percent of `sum`, rounded to two decimals |
//! | `function`, `function_value` | the function in which most of it was counted, of several the first by name, and how much |

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::layout::{Column, Grid, Text};
use crate::profile::{Labels, MetricId, Profile, StringId};
use crate::scope::Scope;
use crate::table::Table;
use crate::text::{first_rows, mostly, number, one_line, percent, rounded_percent, share};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/by-label";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// What the text shows of work without the label and without a cause.
const NONE: &str = "[none]";

/// A label of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Why the compiler spent it.
    Cause,
    /// The WASM operator that it is for.
    Operator,
    /// The rule of the compiler that made the instruction.
    Rule,
}

impl Label {
    fn of(self, labels: Labels) -> Option<StringId> {
        match self {
            Label::Cause => labels.cause,
            Label::Operator => labels.operator,
            Label::Rule => labels.rule,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Label::Cause => "cause",
            Label::Operator => "operator",
            Label::Rule => "rule",
        })
    }
}

/// A table by a label. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByLabel {
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
    /// The label.
    pub by: Label,
    /// The profile's total of the metric.
    pub sum: u64,
    /// How many rows there are in all.
    pub row_count: u64,
    /// The rows, or the first of them.
    pub rows: Vec<LabelRow>,
}

/// A row of a [`ByLabel`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelRow {
    /// The label's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The cause of what has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What was counted.
    pub value: u64,
    /// That in percent of the sum.
    pub percent: f64,
    /// The function in which most of it was counted.
    pub function: String,
    /// How much that was.
    pub function_value: u64,
}

impl ByLabel {
    /// The table of a metric by a label, with every row.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(profile: &Profile, metric: MetricId, by: Label) -> ByLabel {
        // By the label's value, or the cause of what has none; then by the name of the innermost function.
        type Named = (Option<StringId>, Option<StringId>);
        let mut values: BTreeMap<Named, BTreeMap<StringId, u64>> = BTreeMap::new();
        for sample in profile.samples() {
            let value = sample.values[metric.index()];
            if value != 0 {
                let leaf = profile.stacks()[sample.stack.index()].location;
                let function = profile.location(leaf).innermost().function;
                let name = by.of(sample.labels);
                let cause = sample.labels.cause.filter(|_| name.is_none());
                let functions = values.entry((name, cause)).or_default();
                *functions
                    .entry(profile.function(function).name)
                    .or_default() += value;
            }
        }
        let sum = profile.total(metric);
        let mut rows = Vec::with_capacity(values.len());
        for ((name, cause), functions) in values {
            let value = functions.values().sum();
            let most = functions
                .iter()
                .max_by_key(|(name, value)| (**value, Reverse(**name)));
            if let Some((&function, &function_value)) = most {
                rows.push(LabelRow {
                    name: name.map(|id| profile.text(id).to_owned()),
                    cause: cause.map(|id| profile.text(id).to_owned()),
                    value,
                    percent: rounded_percent(value, sum),
                    function: profile.text(function).to_owned(),
                    function_value,
                });
            }
        }
        let order = |row: &LabelRow| (Reverse(row.value), row.name.clone(), row.cause.clone());
        rows.sort_by_cached_key(order);
        let metric = &profile.metrics()[metric.index()];
        ByLabel {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            scope: Scope::default(),
            by,
            sum,
            row_count: rows.len() as u64,
            rows,
        }
    }
}

impl Table for ByLabel {
    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table for people: `sum%` adds up the rows from the top, and the last column is the
    /// function in which most was counted, with its share of the row.
    fn text(&self) -> Text {
        let mut text = self.scope.text();
        let what = format_args!("{} by {}", self.metric, self.by);
        text.sentence(self.scope.head(what, self.sum));
        let first = first_rows(&self.rows, |row| row.value, self.row_count, self.sum);
        first.into_iter().for_each(|line| text.sentence(line));
        let mut grid = Grid::new([
            Column::number("self"),
            Column::share("self%"),
            Column::percent("sum%").may_go(1),
            Column::label("name"),
            Column::name("mostly in"),
        ]);
        let mut sum = 0;
        for row in &self.rows {
            sum += row.value;
            let cells = [
                number(row.value),
                share(row.percent),
                share(percent(sum, self.sum)),
                row.shown(),
                mostly(&row.function, row.function_value, row.value),
            ];
            grid.row(cells, Some(row.percent));
        }
        text.counted(grid);
        text
    }
}

impl LabelRow {
    /// What the text calls it: what has no label is told by its cause, in brackets.
    fn shown(&self) -> String {
        match (&self.name, &self.cause) {
            (Some(name), _) => one_line(name),
            (None, Some(cause)) => format!("[{}]", one_line(cause)),
            (None, None) => NONE.to_owned(),
        }
    }
}
