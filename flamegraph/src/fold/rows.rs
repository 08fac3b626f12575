//! What was measured in a block, spread over its rows.

use runtime_hooks::log::BlockCount;
use runtime_hooks::{BlockId, ExecutionLog, SideTable};
use zkasm::{Counter, Counters, ZkPc};

use crate::error::Error;

/// Spreads what was measured in blocks over their rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread<'a> {
    map: &'a SideTable,
    /// The context and block in which the run ended, and the row that would have run next.
    ended: Option<(usize, BlockId, ZkPc)>,
}

impl<'a> Spread<'a> {
    /// For a side table and a log that fit each other.
    pub(super) fn new(map: &'a SideTable, log: &ExecutionLog) -> Spread<'a> {
        let ended = log.live.last().and_then(|live| {
            let block = live.block?;
            let inside = map.block_at(log.end()) == Some(block);
            inside.then_some((live.context as usize, block, log.end()))
        });
        Spread { map, ended }
    }

    /// The rows of a block, with what was spent in each in one context; the sum is what was
    /// measured.
    ///
    /// # Errors
    /// If the rows cost more than was measured, or if something was measured in no row.
    pub(super) fn block(
        &self,
        context: usize,
        count: &BlockCount,
    ) -> Result<Vec<(ZkPc, Counters)>, Error> {
        let bad = |problem: &str| Error::Inconsistent {
            problem: format!("context {context}, block {}: {problem}", count.block.0),
        };
        if self.end(context, count).is_some() && count.entries == 0 {
            return Err(bad("the run ended in it, but it was never entered"));
        }
        let mut left = count.values;
        let mut rows = Vec::new();
        let mut last = None;
        for (zkpc, times) in self.runs(context, count) {
            let cost = self.map.cost(&self.map.rows[zkpc.index()]);
            let mut spent = Counters::ZERO;
            for (counter, once) in cost.iter() {
                let value = once.checked_mul(times);
                let rest = value.and_then(|value| left[counter].checked_sub(value));
                let (Some(value), Some(rest)) = (value, rest) else {
                    let name = counter.name();
                    let (entries, measured) = (count.entries, count.values[counter]);
                    return Err(bad(&format!(
                        "its rows cost more in {entries} entries than the {measured} {name} that were measured"
                    )));
                };
                spent[counter] = value;
                left[counter] = rest;
            }
            last = Some(rows.len());
            rows.push((zkpc, spent));
        }
        match last {
            // No overflow: the sum is at most what was measured.
            Some(last) => rows[last].1 += left,
            None if left == Counters::ZERO => {}
            None => return Err(bad("something was measured, but it was never entered")),
        }
        Ok(rows)
    }

    /// The rows of a block that ran, with how often they did in one context.
    pub(super) fn runs(
        &self,
        context: usize,
        count: &BlockCount,
    ) -> impl Iterator<Item = (ZkPc, u64)> + use<'a> {
        let end = self.end(context, count);
        let entries = count.entries;
        let rows = self.map.block_rows(count.block).map(|(zkpc, _)| zkpc);
        let runs = rows.map(move |zkpc| {
            let cut = end.is_some_and(|end| zkpc >= end);
            (zkpc, entries.saturating_sub(u64::from(cut)))
        });
        runs.take_while(|&(_, times)| times != 0)
    }

    /// The first row that did not run in the last entry of a block; none if that was complete.
    ///
    /// At a block's head the log does not say whether its hook ran before the run ended, or the
    /// block was left for its own head again. Then what was measured decides: the last entry was
    /// complete if that is enough for it.
    fn end(&self, context: usize, count: &BlockCount) -> Option<ZkPc> {
        let (_, _, end) = self
            .ended
            .filter(|&(last, block, _)| last == context && block == count.block)?;
        if end.0 > self.map.blocks[count.block.0 as usize].first {
            return Some(end);
        }
        let mut once = [0u128; Counter::ALL.len()];
        for (_, row) in self.map.block_rows(count.block) {
            for (sum, (_, value)) in once.iter_mut().zip(self.map.cost(row).iter()) {
                *sum += u128::from(value);
            }
        }
        let complete = once
            .iter()
            .zip(count.values.iter())
            .all(|(once, (_, value))| {
                once.saturating_mul(u128::from(count.entries)) <= u128::from(value)
            });
        (!complete).then_some(end)
    }
}
