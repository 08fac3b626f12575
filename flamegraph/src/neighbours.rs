//! A table of who calls functions, or of what they call.
//!
//! Of every stack the outermost of the functions' frames has the caller, the innermost the callee,
//! so that each sample is in one row and recursion counts once: rows add up to what the functions
//! cost with everything they call, as their `total` in a [`Top`](crate::top::Top).
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
//! | `granularity` | `function`, `line`, `wasm` or `zkasm`: what a row is |
//! | `of` | which functions: what [means](crate::matching) them |
//! | `side` | `callers` or `callees` |
//! | `total` | what was counted in the functions and all they call: the sum of `value` over all rows |
//! | `sum` | the profile's total of the metric |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by `value` descending, then by name |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `frame` | what the caller or callee is called at this granularity; absent where nobody called, and for what was counted in the functions themselves |
//! | `value`, `percent` | what was counted through this call and below it, and that in percent of `total`, rounded to two decimals |

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::granularity::{FrameId, Frames, Granularity};
use crate::matching::Pattern;
use crate::profile::{MetricId, Profile};
use crate::table::Table;
use crate::text::{first_rows, one_line, percent, rounded_percent};

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
    /// What was counted through this call.
    pub value: u64,
    /// That in percent of the total.
    pub percent: f64,
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
        let mut values: BTreeMap<Option<FrameId>, u64> = BTreeMap::new();
        let mut ran = false;
        for sample in profile.samples() {
            let leaf_first = profile
                .stack(sample.stack)
                .flat_map(|location| frames.of(location).iter().rev().copied());
            let Some(neighbour) = neighbour(leaf_first, side, &wanted) else {
                continue;
            };
            ran = true;
            let value = sample.values[metric.index()];
            if value != 0 {
                *values.entry(neighbour).or_default() += value;
            }
        }
        if !ran {
            return Err(pattern.not_found(&[profile]));
        }
        let total = values.values().sum();
        let mut rows: Vec<Neighbour> = values
            .into_iter()
            .map(|(frame, value)| Neighbour {
                frame: frame.map(|id| frames.get(id).label(profile)),
                value,
                percent: rounded_percent(value, total),
            })
            .collect();
        rows.sort_by(|a, b| (Reverse(a.value), &a.frame).cmp(&(Reverse(b.value), &b.frame)));
        let sum = profile.total(metric);
        let metric = &profile.metrics()[metric.index()];
        Ok(Neighbours {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            granularity,
            of: name.to_owned(),
            side,
            total,
            sum,
            row_count: rows.len() as u64,
            rows,
        })
    }
}

impl Table for Neighbours {
    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table as text, for people: `sum%` adds up the rows from the top.
    fn to_text(&self) -> String {
        let mut text = format!(
            "{} of {} by {}: {}, {:.2}% of {}\n",
            self.metric,
            one_line(&self.of),
            self.side,
            self.total,
            percent(self.total, self.sum),
            self.sum,
        );
        text += &first_rows(&self.rows, |row| row.value, self.row_count, self.total);
        let widest = self.rows.first().map_or(0, |row| row.value);
        let width = widest.to_string().len().max("total".len());
        let _ = writeln!(text, "{:>width$}  total%    sum%  name", "total");
        let mut sum = 0;
        for row in &self.rows {
            sum += row.value;
            let name = row.frame.as_deref().map(one_line);
            let _ = writeln!(
                text,
                "{:>width$} {:>6.2}% {:>6.2}%  {}",
                row.value,
                row.percent,
                percent(sum, self.total),
                name.as_deref().unwrap_or(self.side.nobody()),
            );
        }
        text
    }
}

/// The frame beside the wanted frames of a stack, if that has any: the caller of the outermost, or
/// the callee of the innermost.
fn neighbour(
    leaf_first: impl Iterator<Item = FrameId>,
    side: Side,
    wanted: &[bool],
) -> Option<Option<FrameId>> {
    let mut found = None;
    let mut callee = None;
    let mut after_wanted = false;
    for frame in leaf_first {
        let is_wanted = wanted[frame.index()];
        match side {
            Side::Callees if is_wanted => return Some(callee),
            Side::Callees => callee = Some(frame),
            Side::Callers if is_wanted => found = Some(None),
            Side::Callers if after_wanted => found = Some(Some(frame)),
            Side::Callers => {}
        }
        after_wanted = is_wanted;
    }
    found
}
