//! The execution log: what an executor saw (`NAME.log.json`).
//!
//! # Format
//!
//! One JSON object, UTF-8, fields in the order of [`ExecutionLog`]. `format` is always
//! `"zkasm-profile/log"`; the rule for `version` is the side table's. A kind of frame that is added
//! does not change it either: a log without such frames is what it was, and who does not know them
//! refuses a log that has some.
//!
//! The log is aggregated while the program runs: its size depends on the program, not on the run.
//! `contexts` is a calling-context tree, parents before children. A context is told apart by its
//! parent, the parent's block that ends in the call, and its function. Two limits keep the tree
//! small ([`RECURSION_LIMIT`], [`CONTEXT_LIMIT`]): a call beyond them enters a context whose frame
//! is `"deeper"`, and below that one, contexts are told apart by function alone, and have none below
//! themselves.
//!
//! A *region* that is open is a frame, too, above the function in which it began: its `site` is none,
//! and blocks in it are those of the functions that are open. Functions and regions lie on one stack in
//! the order in which they were opened; what ends is taken out from wherever it lies, and what was
//! opened later stays, as if it had been opened without the other. So a region that is still open when
//! its function returns goes on in the caller, and of regions that overlap, each ends where it says. An
//! end takes the region of its id that began last; if none is open, it does nothing but be counted. At
//! the limits above, and below `"deeper"`, a region adds no context.
//!
//! `regions` tells of every region that was begun or ended, in ascending order, what those limits do not
//! change: cycles from each begin to its end, whatever ran in between, other regions too.
//!
//! Each context holds what was measured in each block *while that context was the innermost*:
//! `[block, entries, cycles, mem, binary, arith, mem_align, keccak_f]`. The sum over all contexts,
//! plus their `outside` (what ran before the context's first block, or everything where only calls
//! are instrumented), is `totals`: no step is lost or counted twice.
//!
//! `live` is the stack when the run ended, outermost first: each frame's context, and the block
//! that it was in (for the innermost) or that ended in the call. Regions have no entry of their own: they
//! are in the contexts.

use std::collections::HashMap;

use zkasm::{Counter, Counters, ZkPc};

use crate::error::FormatError;
use crate::hook::{BlockId, FunctionId, Instrument, RegionId};
use crate::trap::TrapKind;

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/log";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;
/// How often a function may stand on one context's path; deeper calls of it are gathered.
pub const RECURSION_LIMIT: usize = 10;
/// How many contexts are told apart by their call sites.
pub const CONTEXT_LIMIT: usize = 1 << 16;

const WHAT: &str = "execution log";

/// What an executor saw.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ExecutionLog {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The build id in the program's header; empty if the program has none.
    pub build: String,
    /// The most detailed kind of hook that was seen.
    pub instrument: Instrument,
    /// How the run ended.
    pub outcome: Outcome,
    /// The ROM line that would have run next.
    pub end: u32,
    /// The executor's own totals.
    pub totals: Totals,
    /// The calling-context tree; the first is the root, in which no function has been entered.
    pub contexts: Vec<Context>,
    /// The live stack at the end, outermost first, the root included.
    pub live: Vec<LiveFrame>,
    /// What was measured from begin to end of each region; absent if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionCount>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The program came to its end.
    Halted {
        /// Its results as `type:value`, such as `i32:7`.
        results: Vec<String>,
    },
    /// The guest trapped.
    Trap {
        /// Why.
        trap: TrapKind,
    },
    /// The run was stopped at its limit of steps.
    OutOfSteps,
}

/// Counter values by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "TotalsByName", into = "TotalsByName")]
pub struct Totals(pub Counters);

#[derive(serde::Serialize, serde::Deserialize)]
struct TotalsByName {
    cycles: u64,
    mem: u64,
    binary: u64,
    arith: u64,
    mem_align: u64,
    keccak_f: u64,
}

impl From<TotalsByName> for Totals {
    fn from(totals: TotalsByName) -> Totals {
        let mut counters = Counters::ZERO;
        counters[Counter::Cycles] = totals.cycles;
        counters[Counter::Mem] = totals.mem;
        counters[Counter::Binary] = totals.binary;
        counters[Counter::Arith] = totals.arith;
        counters[Counter::MemAlign] = totals.mem_align;
        counters[Counter::KeccakF] = totals.keccak_f;
        Totals(counters)
    }
}

impl From<Totals> for TotalsByName {
    fn from(Totals(counters): Totals) -> TotalsByName {
        TotalsByName {
            cycles: counters[Counter::Cycles],
            mem: counters[Counter::Mem],
            binary: counters[Counter::Binary],
            arith: counters[Counter::Arith],
            mem_align: counters[Counter::MemAlign],
            keccak_f: counters[Counter::KeccakF],
        }
    }
}

/// The frame that a context adds to its parent's stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// No frame: the root.
    Root,
    /// A function.
    Function(FunctionId),
    /// Calls beyond a limit, gathered: `[deeper]`.
    Deeper,
    /// A region that the program named.
    Region(RegionId),
}

/// A calling context.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Context {
    /// The caller's context, always a smaller index; none for the root.
    pub parent: Option<u32>,
    /// The caller's block that ends in the call; none if unknown or gathered.
    pub site: Option<BlockId>,
    /// The frame it adds.
    pub frame: Frame,
    /// How often it was entered.
    pub calls: u64,
    /// What ran in it outside of any block: all of it, when only calls are instrumented.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outside: BlockValues,
    /// What ran in its blocks, in ascending order of block.
    pub blocks: Vec<BlockCount>,
}

fn is_zero(values: &BlockValues) -> bool {
    values.0 == Counters::ZERO
}

/// Counter values as a plain list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "[u64; 6]", into = "[u64; 6]")]
pub struct BlockValues(pub Counters);

impl From<[u64; 6]> for BlockValues {
    fn from(values: [u64; 6]) -> BlockValues {
        BlockValues(crate::sidetable::StaticCost::from(values).0)
    }
}

impl From<BlockValues> for [u64; 6] {
    fn from(values: BlockValues) -> [u64; 6] {
        crate::sidetable::StaticCost(values.0).into()
    }
}

/// What was measured in one block of one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "[u64; 8]", into = "[u64; 8]")]
pub struct BlockCount {
    /// The block. Values of 2^32 and more do not occur in valid logs and read as 2^32 - 1.
    pub block: BlockId,
    /// How often it was entered.
    pub entries: u64,
    /// What ran in it.
    pub values: Counters,
}

impl From<[u64; 8]> for BlockCount {
    fn from([block, entries, values @ ..]: [u64; 8]) -> BlockCount {
        BlockCount {
            block: BlockId(u32::try_from(block).unwrap_or(u32::MAX)),
            entries,
            values: BlockValues::from(values).0,
        }
    }
}

impl From<BlockCount> for [u64; 8] {
    fn from(count: BlockCount) -> [u64; 8] {
        let [cycles, mem, binary, arith, mem_align, keccak_f] = BlockValues(count.values).into();
        [
            u64::from(count.block.0),
            count.entries,
            cycles,
            mem,
            binary,
            arith,
            mem_align,
            keccak_f,
        ]
    }
}

/// A frame of the stack at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LiveFrame {
    /// Its context.
    pub context: u32,
    /// The block it was in, or that ended in its call; none before its first block.
    pub block: Option<BlockId>,
}

/// What was measured of one region. Cycles are those from a begin to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RegionCount {
    /// The region.
    pub region: RegionId,
    /// How often it began.
    pub count: u64,
    /// How many of those had not ended when the run did.
    pub open: u64,
    /// How many ends found none of it open.
    pub unmatched: u64,
    /// The fewest cycles of one that ended; none if none did.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
    /// The cycles of all that ended, added up.
    pub sum: u64,
    /// The cycles while at least one of it was open: one inside of another counts once, and what was
    /// open at the end of the run counts up to there.
    pub total: u64,
}

/// Refuses a text whose `format` or `version` is not the expected one, before its shape is looked
/// at.
pub(crate) fn check_format(
    text: &str,
    what: &'static str,
    format: &'static str,
    version: u32,
) -> Result<(), FormatError> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let head: Head =
        serde_json::from_str(text).map_err(|source| FormatError::Json { what, source })?;
    if head.format != format {
        return Err(FormatError::WrongFormat {
            what,
            found: head.format,
            expected: format,
        });
    }
    if head.version != version {
        return Err(FormatError::WrongVersion {
            what,
            found: head.version,
            expected: version,
        });
    }
    Ok(())
}

impl ExecutionLog {
    /// Reads and checks a log.
    ///
    /// # Errors
    /// If the text is not JSON of this shape, of another format or version, or breaks a rule of
    /// the format, conservation included.
    pub fn from_json(text: &str) -> Result<ExecutionLog, FormatError> {
        check_format(text, WHAT, FORMAT, VERSION)?;
        let log: ExecutionLog = serde_json::from_str(text)
            .map_err(|source| FormatError::Json { what: WHAT, source })?;
        log.check()?;
        Ok(log)
    }

    /// The log as JSON, ending in a newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string(self).expect("a log has only string keys");
        text.push('\n');
        text
    }

    /// The ROM line that would have run next.
    pub fn end(&self) -> ZkPc {
        ZkPc(self.end)
    }

    /// Checks the rules of the format.
    ///
    /// # Errors
    /// The first rule that is broken, and where.
    pub fn check(&self) -> Result<(), FormatError> {
        let bad = |problem: String| {
            Err(FormatError::Inconsistent {
                what: WHAT,
                problem,
            })
        };
        let mut sums = [0u128; Counter::ALL.len()];
        for (index, context) in self.contexts.iter().enumerate() {
            let parent_ok = match context.parent {
                Some(parent) => (parent as usize) < index && context.frame != Frame::Root,
                None => index == 0 && context.frame == Frame::Root,
            };
            if !parent_ok {
                return bad(format!("context {index} has no parent before it"));
            }
            if !context.blocks.is_sorted_by(|a, b| a.block < b.block) {
                return bad(format!(
                    "the blocks of context {index} are not in ascending order"
                ));
            }
            let values = context
                .blocks
                .iter()
                .map(|count| count.values)
                .chain([context.outside.0]);
            for value in values {
                for (sum, counter) in sums.iter_mut().zip(Counter::ALL) {
                    *sum += u128::from(value[counter]);
                }
            }
        }
        if self.contexts.is_empty() {
            return bad("there is no root context".to_owned());
        }
        if let Some(index) = self.beyond_recursion() {
            return bad(format!(
                "context {index} is beyond {RECURSION_LIMIT} of one frame on a path, or below what is gathered there"
            ));
        }
        for (sum, (counter, total)) in sums.into_iter().zip(self.totals.0.iter()) {
            if sum != u128::from(total) {
                let name = counter.name();
                return bad(format!(
                    "the contexts hold {sum} {name}, the totals {total}"
                ));
            }
        }
        if self
            .live
            .iter()
            .any(|frame| frame.context as usize >= self.contexts.len())
        {
            return bad("the live stack names a context that is not listed".to_owned());
        }
        if !self.regions.is_sorted_by(|a, b| a.region < b.region) {
            return bad("the regions are not in ascending order".to_owned());
        }
        let cycles = self.totals.0[Counter::Cycles];
        for region in &self.regions {
            if !region.is_consistent(cycles) {
                let id = region.region.0;
                return bad(format!("the numbers of region {id} contradict each other"));
            }
        }
        Ok(())
    }

    /// A context whose frame stands on its path more often than [`RECURSION_LIMIT`], or below what is gathered
    /// beyond it. Parents are known to stand before their children.
    fn beyond_recursion(&self) -> Option<usize> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.contexts.len()];
        for (index, context) in self.contexts.iter().enumerate() {
            if let Some(parent) = context.parent {
                children[parent as usize].push(index);
            }
        }
        // From the root down, and up again where a context has no children left.
        let mut path = vec![0];
        let mut times: HashMap<Frame, usize> = HashMap::new();
        while let Some(&index) = path.last() {
            let Some(child) = children[index].pop() else {
                path.pop();
                if let Some(times) = times.get_mut(&self.contexts[index].frame) {
                    *times = times.saturating_sub(1);
                }
                continue;
            };
            let frame = self.contexts[child].frame;
            let times = times.entry(frame).or_default();
            *times += 1;
            // What `[deeper]` gathers is beyond the limit, and gathered one frame deep.
            let gathered = self.contexts[index].frame == Frame::Deeper;
            let below =
                path.len() > 1 && self.contexts[path[path.len() - 2]].frame == Frame::Deeper;
            if below || (*times > RECURSION_LIMIT && !gathered) {
                return Some(child);
            }
            path.push(child);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(parent: Option<u32>, frame: Frame) -> Context {
        Context {
            parent,
            site: None,
            frame,
            calls: 1,
            outside: BlockValues::default(),
            blocks: Vec::new(),
        }
    }

    /// A root, `times` contexts of one frame, each below the one before, and `more` below the last.
    fn nested(frame: Frame, times: u32, more: &[Frame]) -> ExecutionLog {
        let mut contexts = vec![context(None, Frame::Root)];
        let frames = (0..times).map(|_| frame).chain(more.iter().copied());
        for (parent, frame) in (0..).zip(frames) {
            contexts.push(context(Some(parent), frame));
        }
        ExecutionLog {
            format: FORMAT.to_owned(),
            version: VERSION,
            build: String::new(),
            instrument: Instrument::Calls,
            outcome: Outcome::OutOfSteps,
            end: 0,
            totals: Totals(Counters::ZERO),
            contexts,
            live: Vec::new(),
            regions: Vec::new(),
        }
    }

    #[test]
    fn frames_stand_on_a_path_as_often_as_the_recorder_lets_them() {
        let function = Frame::Function(FunctionId(1));
        for frame in [function, Frame::Region(RegionId(0))] {
            let allowed = nested(frame, RECURSION_LIMIT as u32, &[Frame::Deeper, function]);
            assert!(allowed.check().is_ok());
            let refused = nested(frame, RECURSION_LIMIT as u32 + 1, &[]).check();
            let error = refused.expect_err("it is refused").to_string();
            assert!(error.contains("context 11 is beyond 10"), "{error}");
        }
        let below = nested(function, 3, &[Frame::Deeper, function, function]);
        assert!(below.check().is_err());
    }

    #[test]
    fn siblings_do_not_count_for_each_other() {
        let mut log = nested(Frame::Function(FunctionId(1)), 1, &[]);
        let sibling = log.contexts[1].clone();
        log.contexts.extend(vec![sibling; 20]);
        assert!(log.check().is_ok());
    }
}
