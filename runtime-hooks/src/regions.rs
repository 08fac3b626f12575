//! What is measured from begin to end of each region.

use std::collections::BTreeMap;

use crate::hook::RegionId;
use crate::log::RegionCount;

/// The regions of a run, from begin to end. Cycles are those counted since the run began.
#[derive(Default)]
pub(crate) struct Regions {
    of: BTreeMap<RegionId, Tally>,
}

#[derive(Default)]
struct Tally {
    /// When those that are open began, in that order.
    open: Vec<u64>,
    count: u64,
    unmatched: u64,
    /// The fewest and the most of those that ended.
    range: Option<(u64, u64)>,
    sum: u64,
    total: u64,
}

impl Regions {
    pub(crate) fn begin(&mut self, region: RegionId, now: u64) {
        let tally = self.of.entry(region).or_default();
        tally.count += 1;
        tally.open.push(now);
    }

    /// Ends the region of that id that began last; false if none is open.
    pub(crate) fn end(&mut self, region: RegionId, now: u64) -> bool {
        let tally = self.of.entry(region).or_default();
        let Some(began) = tally.open.pop() else {
            tally.unmatched += 1;
            return false;
        };
        let cycles = now - began;
        let (min, max) = tally.range.unwrap_or((cycles, cycles));
        tally.range = Some((min.min(cycles), max.max(cycles)));
        tally.sum += cycles;
        if tally.open.is_empty() {
            tally.total += cycles;
        }
        true
    }

    /// The numbers at the end of the run, in ascending order of region.
    pub(crate) fn finish(self, now: u64) -> Vec<RegionCount> {
        let counts = self.of.into_iter().map(|(region, tally)| RegionCount {
            region,
            count: tally.count,
            open: tally.open.len() as u64,
            unmatched: tally.unmatched,
            min: tally.range.map(|(min, _)| min),
            max: tally.range.map(|(_, max)| max),
            sum: tally.sum,
            total: tally.total + tally.open.first().map_or(0, |began| now - began),
        });
        counts.collect()
    }
}

impl RegionCount {
    /// Whether the numbers can be those of a run of so many cycles.
    pub(crate) fn is_consistent(&self, cycles: u64) -> bool {
        let Some(ended) = self.count.checked_sub(self.open) else {
            return false;
        };
        let (ended, sum) = (u128::from(ended), u128::from(self.sum));
        let in_range = match (self.min, self.max) {
            (Some(min), Some(max)) => {
                let range = u128::from(min) * ended..=u128::from(max) * ended;
                ended > 0 && max <= self.total && range.contains(&sum)
            }
            (None, None) => ended == 0 && sum == 0,
            _ => false,
        };
        in_range && self.total <= cycles && (self.open > 0 || u128::from(self.total) <= sum)
    }

    /// How many ended.
    pub fn ended(&self) -> u64 {
        self.count.saturating_sub(self.open)
    }
}
