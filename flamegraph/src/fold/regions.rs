//! What each region of a run cost, from begin to end.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/regions"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `outcome` | how the run ended: [`Scope`] |
//! | `cycles` | the cycles of the whole run |
//! | `rows` | the table, by `total` descending, then name |
//!
//! and a row, in which cycles are those from a begin to its end, whatever ran in between:
//!
//! | field | meaning |
//! |---|---|
//! | `region` | its name |
//! | `count` | how often it began |
//! | `open` | how many of those had not ended when the run did |
//! | `unmatched` | how many ends found none of it open |
//! | `min`, `average`, `max` | cycles of those that ended; absent if none did |
//! | `sum` | the cycles of those that ended, added up: `average` times their number |
//! | `total` | the cycles while at least one was open: one inside of another counts once, and what was open at the end of the run counts up to there |
//! | `total_percent` | that in percent of `cycles` |
//!
//! Regions overlap where one is inside of another, so totals do not add up to `cycles`.

use std::cmp::Reverse;

use runtime_hooks::{ExecutionLog, SideTable};
use serde::{Deserialize, Serialize};
use zkasm::Counter;

use super::check;
use crate::error::Error;
use crate::layout::{Column, Grid, Text};
use crate::scope::Scope;
use crate::text::{fraction, number, one_line, percent, share, to_json};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/regions";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// What each region of a run cost. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which run it is of, and which part of it.
    #[serde(flatten)]
    pub scope: Scope,
    /// The cycles of the whole run.
    pub cycles: u64,
    /// The regions that were begun or ended.
    pub rows: Vec<RegionRow>,
}

/// A row of [`Regions`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionRow {
    /// Its name.
    pub region: String,
    /// How often it began.
    pub count: u64,
    /// How many had not ended when the run did.
    pub open: u64,
    /// How many ends found none open.
    pub unmatched: u64,
    /// The fewest cycles of one that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// The average of those that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The cycles of those that ended, added up.
    pub sum: u64,
    /// The cycles while at least one was open.
    pub total: u64,
    /// That in percent of the run's.
    pub total_percent: f64,
}

impl Regions {
    /// The regions of a run.
    ///
    /// # Errors
    /// As [`Profile::from_run`](crate::Profile::from_run).
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Regions, Error> {
        check(map, log)?;
        let cycles = log.totals.0[Counter::Cycles];
        let rows = log.regions.iter().map(|count| RegionRow {
            region: map.regions[count.region.0 as usize].clone(),
            count: count.count,
            open: count.open,
            unmatched: count.unmatched,
            min: count.min,
            average: count.min.map(|_| count.sum as f64 / count.ended() as f64),
            max: count.max,
            sum: count.sum,
            total: count.total,
            total_percent: percent(count.total, cycles),
        });
        let mut rows: Vec<RegionRow> = rows.collect();
        rows.sort_by(|a, b| (Reverse(a.total), &a.region).cmp(&(Reverse(b.total), &b.region)));
        Ok(Regions {
            format: FORMAT.to_owned(),
            version: VERSION,
            scope: Scope::default(),
            cycles,
            rows,
        })
    }

    /// The table for people. What did not end, or ended without a begin, is told behind the name.
    pub fn text(&self) -> Text {
        let mut text = self.scope.text();
        text.sentence(format_args!(
            "cycles by region: {} in all",
            number(self.cycles)
        ));
        let mut grid = Grid::new([
            Column::number("count"),
            Column::number("min").may_go(1),
            Column::number("average"),
            Column::number("max").may_go(2),
            Column::number("total"),
            Column::number("total%").of_share(),
            Column::name("region"),
        ]);
        let known = |value: Option<u64>| value.map_or("-".to_owned(), number);
        for row in &self.rows {
            let mut name = one_line(&row.region);
            if row.open > 0 {
                name += &format!(" ({} not ended)", row.open);
            }
            if row.unmatched > 0 {
                name += &format!(" ({} ended without a begin)", row.unmatched);
            }
            let average = row.average.map(|value| fraction(value, 1));
            let cells = [
                number(row.count),
                known(row.min),
                average.unwrap_or("-".to_owned()),
                known(row.max),
                number(row.total),
                share(row.total_percent),
                name,
            ];
            grid.row(cells, Some(row.total_percent));
        }
        text.grid(grid);
        text
    }

    /// The table as text, for people, as wide as it is.
    pub fn to_text(&self) -> String {
        self.text().to_string()
    }

    /// The table as JSON, in lines for people, ending in a newline.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}
