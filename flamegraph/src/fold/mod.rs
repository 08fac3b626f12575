//! From a run, its side table and execution log, to a profile.
//!
//! # Samples
//!
//! The log says, per calling context and block, how often the block was entered and what was
//! measured in it; the side table says what each row costs. A block that was entered `e` times ran
//! each of its rows `e` times, so a row gets `e` times its cost. Two things can differ from that:
//!
//! * The run ended inside of a block: rows from `end` on ran once less in the innermost context.
//! * Something was charged beyond the static cost (`REPEAT` lines, digests): the difference goes to
//!   the last row of the block that ran.
//!
//! So the rows of a block add up to what was measured in it, and all samples to the log's totals.
//! A row that cost more than was measured is an error.
//!
//! Metrics are `calls`, every [`Counter`] in the order of [`Counter::ALL`], and `cells`, all in
//! unit `count`; the default is `cycles`.
//!
//! # Stacks
//!
//! The leaf is the row: its zkPC as address, its payer's WASM offset, and its payer's inline chain,
//! whose outermost frame is the row's own function. A row without source location has that function
//! alone, without file and line. The cause is the payer's.
//!
//! A caller's frame is the row that called: the last one of the block that the callee's context
//! names as its site. Its offset and inline chain are those of the call, even where something else
//! that was merged into the row pays for it; so inlined functions stand between caller and callee.
//! If the site is not known, the caller's frame is its function alone, without address.
//!
//! A row whose function is not its context's (a stub that was jumped to) stands inside of a frame
//! of the context's function alone. Where functions are labels ([`FunctionKind::Label`]) there are no
//! such rows: each is its context's. What ran outside of any block has the context's function alone.
//!
//! A region that is open, `[region:NAME]`, is a frame right inside of its function's, as if it were a
//! function inlined there: around those that are inlined, and of the same place as the function's. So
//! what runs in it and in no such function is the region's own, and no longer its function's. Of regions
//! that are open in one function, the last to begin is innermost. A call that is made in a region is made
//! by the function there.
//!
//! Frames in brackets: `[deeper]` for calls beyond the log's limits, `[no function]` for what ran
//! before any function was entered.
//!
//! The calls of a context stand at the first row of its function's lowest block that ran, without
//! inlined frames, for it is the function itself that was called. Those of a region, how often it began,
//! stand at its own frame, at no known place. Calls are events and no work, so they have no cause,
//! operator or rule.
//!
//! # Detail
//!
//! A run has a sample for each row in each calling context, millions if there are many contexts. So
//! whoever needs less says so ([`Profile::from_run_by`]), and rows are merged before they are kept:
//!
//! | granularity | addresses | offsets | lines | columns | labels |
//! |---|---|---|---|---|---|
//! | function | | | | | cause |
//! | line | the first of the line's rows | | yes | | cause |
//! | wasm | the first of the operator's rows | yes | yes | yes | all |
//! | zkasm | yes | yes | yes | yes | all |
//!
//! The address of a line is that of the program's first row with the same inlined functions at the same
//! lines, whether that one ran or not; for a caller, that of the first such call that the run made.

mod backtrace;
mod check;
mod coverage;
mod detail;
mod executions;
mod header;
mod names;
pub mod regions;
pub mod register_moves;
mod rows;

use std::collections::HashMap;

pub use backtrace::{Backtrace, Shortened, StackFrame};
pub use coverage::{Coverage, Known};
pub(crate) use executions::executions;
pub(crate) use names::region_frame;
pub use regions::Regions;
pub use register_moves::RegisterMoves;

use runtime_hooks::log::Frame;
use runtime_hooks::sidetable::{Contribution, FunctionKind, Row};
use runtime_hooks::{BlockId, Cause, ExecutionLog, FunctionId, RegionId, SideTable};
use zkasm::{Counter, Counters, ZkPc};

use crate::error::Error;
use crate::granularity::Granularity;
use crate::profile::{
    Image, Labels, Line, Location, LocationId, Metric, Profile, ProfileBuilder, StackId,
};
use check::check;
use detail::Detail;
use names::Names;
use rows::Spread;

/// The name of the metric of calls.
pub const CALLS: &str = "calls";
/// The name of the metric of proving area.
pub const CELLS: &str = "cells";

/// How many metrics there are.
const METRICS: usize = Counter::ALL.len() + 2;

impl Profile {
    /// The profile of a run, row by row.
    ///
    /// # Errors
    /// If one of the two breaks the rules of its format, if they are of different builds or of
    /// another cost table, if they contradict each other, or if a total is above 2^63 - 1.
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Profile, Error> {
        Profile::from_run_by(map, log, Granularity::Zkasm)
    }

    /// The profile of a run with the [detail](crate::fold#detail) of a granularity. A view of that
    /// granularity, or of a coarser one, is the same as one of the profile row by row.
    ///
    /// # Errors
    /// As [`Profile::from_run`].
    pub fn from_run_by(
        map: &SideTable,
        log: &ExecutionLog,
        granularity: Granularity,
    ) -> Result<Profile, Error> {
        check(map, log)?;
        let mut folder = Folder::new(map, log, granularity);
        for context in 0..log.contexts.len() {
            folder.context(context)?;
        }
        Ok(folder.builder.finish())
    }
}

/// A row as a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct RowAt {
    /// The row that stands for it: [`Detail::row`].
    zkpc: ZkPc,
    /// The function that it is a part of: [`Folder::owner`].
    function: FunctionId,
    /// The context whose regions it lies in, in the same function; none if it lies in none.
    regions: Option<u32>,
    role: Role,
}

/// What a row is in a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Role {
    /// The leaf: what it costs is its payer's.
    Leaf,
    /// A caller's frame: it is there for its call.
    Caller,
}

struct Folder<'a> {
    map: &'a SideTable,
    log: &'a ExecutionLog,
    builder: ProfileBuilder,
    names: Names,
    detail: Detail,
    spread: Spread<'a>,
    /// The location of each row, once it is needed.
    locations: HashMap<RowAt, LocationId>,
    /// The labels of each contribution.
    labels: Vec<Labels>,
    /// For each context up to the present one, the stack of the callers of its function.
    callers: Vec<Option<StackId>>,
    /// For each of those contexts, that of the function in which its regions are open.
    homes: Vec<u32>,
    /// The regions that are open in each of those contexts, the innermost first.
    regions: Vec<Vec<RegionId>>,
}

impl<'a> Folder<'a> {
    fn new(map: &'a SideTable, log: &'a ExecutionLog, granularity: Granularity) -> Folder<'a> {
        let counters = Counter::ALL.into_iter().map(Counter::name);
        let metrics = [CALLS].into_iter().chain(counters).chain([CELLS]);
        let metrics = metrics.map(|name| Metric {
            name: name.to_owned(),
            unit: "count".to_owned(),
        });
        let image = Image {
            name: map.module.name.clone(),
            build_id: map.module.sha256.clone(),
            limit: map.rows.len() as u64,
        };
        let default_metric = 1 + Counter::Cycles as usize;
        let mut builder = ProfileBuilder::new(metrics.collect(), default_metric, image);
        let names = Names::new(map, &mut builder);
        let detail = Detail::new(map, log, granularity);
        let contributions = map.contributions.iter();
        let labels = contributions.map(|contribution| {
            let mut listed =
                |list: &[String], id: Option<u32>| id.map(|id| builder.string(&list[id as usize]));
            detail.labels(Labels {
                operator: listed(&map.operators, contribution.operator),
                rule: listed(&map.rules, contribution.rule),
                cause: Some(builder.string(&contribution.cause.to_string())),
            })
        });
        let labels = labels.collect();
        Folder {
            map,
            log,
            labels,
            builder,
            names,
            detail,
            spread: Spread::new(map, log),
            locations: HashMap::new(),
            callers: Vec::with_capacity(log.contexts.len()),
            homes: Vec::with_capacity(log.contexts.len()),
            regions: Vec::with_capacity(log.contexts.len()),
        }
    }

    /// Adds the samples of a context. Contexts come in order, parents before children.
    fn context(&mut self, index: usize) -> Result<(), Error> {
        let context = &self.log.contexts[index];
        match (context.frame, context.parent) {
            (Frame::Region(region), Some(parent)) => {
                let parent = parent as usize;
                let outer = self.regions[parent].iter().copied();
                let regions = [region].into_iter().chain(outer).collect();
                self.callers.push(self.callers[parent]);
                self.homes.push(self.homes[parent]);
                self.regions.push(regions);
            }
            (_, parent) => {
                let callers = match (parent, context.site) {
                    (Some(parent), Some(block)) => {
                        let call = self.call(parent as usize, block);
                        Some(self.row_stack(parent as usize, call))
                    }
                    (Some(parent), None) => self.own_stack(parent as usize),
                    (None, _) => None,
                };
                self.callers.push(callers);
                self.homes.push(index as u32);
                self.regions.push(Vec::new());
            }
        }

        let outside = values(0, &context.outside.0)?;
        let stack = self.function_stack(index);
        self.builder.add(stack, Labels::default(), &outside)?;

        let mut spent: Vec<(RowAt, Labels, Counters)> = Vec::new();
        for count in &context.blocks {
            for (zkpc, cost) in self.spread.block(index, count)? {
                let row = self.row(index, count.block, zkpc, Role::Leaf);
                spent.push((row, self.labels(zkpc), cost));
            }
        }
        if self.detail.merges() {
            spent.sort_unstable_by_key(|&(row, labels, _)| (row, labels));
            spent.dedup_by(|(row, labels, cost), (first, same, sum)| {
                let one = (*row, *labels) == (*first, *same);
                if one {
                    // No overflow: the log's totals are the sums of all contexts.
                    *sum += *cost;
                }
                one
            });
        }
        for (row, labels, cost) in spent {
            let stack = self.row_stack(index, row);
            self.builder.add(stack, labels, &values(0, &cost)?)?;
        }
        self.calls(index)
    }

    /// Adds the calls of a context at the entry of its function. Nobody spent them, so they have no labels.
    fn calls(&mut self, index: usize) -> Result<(), Error> {
        let context = &self.log.contexts[index];
        let values = values(context.calls, &Counters::ZERO)?;
        let entry = context.blocks.iter().find_map(|count| {
            let block = &self.map.blocks[count.block.0 as usize];
            (context.frame == Frame::Function(block.function)).then_some(RowAt {
                zkpc: self.detail.row(ZkPc(block.first), Role::Leaf),
                function: block.function,
                regions: None,
                role: Role::Leaf,
            })
        });
        let Some(entry) = entry else {
            let stack = self.function_stack(index);
            return self.builder.add(stack, Labels::default(), &values);
        };
        let mut location = self.row_location(entry);
        location.lines = vec![*location.outermost()];
        let location = self.builder.location(location);
        let stack = self.builder.stack(self.callers[index], location);
        self.builder.add(stack, Labels::default(), &values)
    }

    /// The frame of a context, without the regions that are open in it.
    fn home(&self, index: usize) -> Frame {
        self.log.contexts[self.homes[index] as usize].frame
    }

    /// A row of a block in a context.
    fn row(&self, index: usize, block: BlockId, zkpc: ZkPc, role: Role) -> RowAt {
        let function = self.owner(index, block);
        let is_own = self.home(index) == Frame::Function(function);
        let regions = (is_own && !self.regions[index].is_empty()).then_some(index as u32);
        RowAt {
            zkpc: self.detail.row(zkpc, role),
            function,
            regions,
            role,
        }
    }

    /// The stack of a context's callers and its own frame at a row.
    fn row_stack(&mut self, index: usize, row: RowAt) -> StackId {
        let stack = match self.home(index) {
            Frame::Function(function) if function == row.function => self.callers[index],
            _ => self.own_stack(index),
        };
        let location = self.location(row);
        self.builder.stack(stack, location)
    }

    /// The stack of a context's callers and its own frame at no known row; none only for the root,
    /// which has no frame.
    fn own_stack(&mut self, index: usize) -> Option<StackId> {
        let line = match self.home(index) {
            Frame::Function(function) => self.names.function(function),
            Frame::Deeper => self.names.deeper(),
            Frame::Root if self.regions[index].is_empty() => return None,
            Frame::Root | Frame::Region(_) => self.names.no_function(),
        };
        let location = Location {
            address: None,
            offset: None,
            lines: self.around(index, vec![line]),
            inlined: false,
        };
        let location = self.builder.location(location);
        Some(self.builder.stack(self.callers[index], location))
    }

    /// The frames of a row, innermost first, with those of the regions that it lies in.
    fn around(&self, index: usize, mut lines: Vec<Line>) -> Vec<Line> {
        if let Some(function) = lines.pop() {
            let regions = self.regions[index].iter();
            lines.extend(regions.map(|&region| self.names.region(region, &function)));
            lines.push(function);
        }
        lines
    }

    /// The stack of what runs in a context at no known row.
    fn function_stack(&mut self, index: usize) -> StackId {
        if let Some(stack) = self.own_stack(index) {
            return stack;
        }
        let location = function_alone(&mut self.builder, self.names.no_function());
        self.builder.stack(None, location)
    }

    /// The function that a block of a context is a part of.
    fn owner(&self, index: usize, block: BlockId) -> FunctionId {
        owner(self.map, self.home(index), block)
    }

    /// The call that ends a block of a context.
    fn call(&self, index: usize, id: BlockId) -> RowAt {
        let block = &self.map.blocks[id.0 as usize];
        let zkpc = ZkPc(block.first + (block.rows - 1));
        self.row(index, id, zkpc, Role::Caller)
    }

    /// What a row is for in its role: the payer, or the call if there is one.
    fn contribution(&self, row: RowAt) -> &'a Contribution {
        let entry = &self.map.rows[row.zkpc.index()];
        match row.role {
            Role::Leaf => self.map.payer(entry),
            Role::Caller => leaving(self.map, entry),
        }
    }

    fn labels(&self, zkpc: ZkPc) -> Labels {
        // The first contribution pays.
        self.labels[self.map.rows[zkpc.index()].contributions[0] as usize]
    }

    fn location(&mut self, row: RowAt) -> LocationId {
        if let Some(&id) = self.locations.get(&row) {
            return id;
        }
        let location = self.row_location(row);
        let id = self.builder.location(location);
        self.locations.insert(row, id);
        id
    }

    fn row_location(&self, row: RowAt) -> Location {
        let contribution = self.contribution(row);
        let location = contribution.location.into_iter();
        let chain = location.flat_map(|id| self.map.chain(id));
        let mut lines: Vec<Line> = chain
            .map(|place| self.names.line(row.function, place))
            .collect();
        if lines.is_empty() {
            lines.push(self.names.function(row.function));
        }
        if let Some(index) = row.regions {
            lines = self.around(index as usize, lines);
        }
        self.detail.location(Location {
            address: Some(u64::from(row.zkpc.0)),
            offset: contribution.wasm_offset.map(|offset| u64::from(offset.0)),
            lines,
            inlined: false,
        })
    }
}

/// What a function of the table is.
fn kind(map: &SideTable, function: FunctionId) -> FunctionKind {
    map.functions[function.0 as usize].kind
}

/// The function that a block is a part of, where it runs in a context whose frame is `home`.
fn owner(map: &SideTable, home: Frame, block: BlockId) -> FunctionId {
    let function = map.blocks[block.0 as usize].function;
    match (kind(map, function), home) {
        (FunctionKind::Label(_), Frame::Function(label)) => label,
        _ => function,
    }
}

/// What the jump or call that ends a block is for: what is there to leave it, or, if nothing says so, the last
/// to contribute.
fn leaving<'a>(map: &'a SideTable, row: &Row) -> &'a Contribution {
    let all = row.contributions.iter().rev();
    let mut all = all.map(|&id| &map.contributions[id as usize]);
    let of = |cause: Cause| all.clone().find(|contribution| contribution.cause == cause);
    let leaves = [
        Cause::Call,
        Cause::Dispatch,
        Cause::TrapCheck,
        Cause::Branch,
    ];
    let leaves = leaves.into_iter().find_map(of);
    leaves
        .or_else(|| all.next())
        .unwrap_or_else(|| map.payer(row))
}

/// A frame of which only the function is known.
fn function_alone(builder: &mut ProfileBuilder, line: Line) -> LocationId {
    builder.location(Location {
        address: None,
        offset: None,
        lines: vec![line],
        inlined: false,
    })
}

/// Values in the order of the metrics.
fn values(calls: u64, counters: &Counters) -> Result<[u64; METRICS], Error> {
    let cells: u128 = counters
        .iter()
        .map(|(counter, value)| u128::from(value) * u128::from(counter.cells()))
        .sum();
    let cells = u64::try_from(cells).map_err(|_| Error::TooLarge {
        metric: CELLS.to_owned(),
    })?;
    let mut values = [0; METRICS];
    values[0] = calls;
    for (counter, value) in counters.iter() {
        values[1 + counter as usize] = value;
    }
    values[METRICS - 1] = cells;
    Ok(values)
}
