//! The recorder: folds the hooks of a run into the calling-context tree of its log.
//!
//! An executor calls [`Recorder::hook`] whenever it meets a hook, with its counters at that moment,
//! and [`Recorder::finish`] at the end. Nothing happens on the steps between two hooks.
//!
//! What of overlapping regions and functions lies where in the tree: see [`crate::log`].
//!
//! The reference executor has the same recorder in JavaScript, `js/index.js` of this crate: a change
//! here is one there.

use std::collections::HashMap;

use zkasm::{Counter, Counters};

use crate::hook::{BlockId, FunctionId, Hook, Instrument, RegionId};
use crate::log::{
    BlockCount, BlockValues, CONTEXT_LIMIT, Context, Frame, LiveFrame, RECURSION_LIMIT, RegionCount,
};
use crate::regions::Regions;

/// How many regions may be open at a time.
pub const REGION_LIMIT: usize = 1 << 16;

/// Hooks that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A function is left that was not entered last.
    #[error("{hook} without a matching profile_enter: the innermost function is {innermost}")]
    Unmatched {
        /// The hook.
        hook: Hook,
        /// The function that was entered last and not left.
        innermost: String,
    },
    /// More regions begin than can be open.
    #[error("{hook}: {REGION_LIMIT} regions have begun and not ended, which is the limit")]
    TooManyRegions {
        /// The hook.
        hook: Hook,
    },
}

/// What a recorder has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The calling-context tree.
    pub contexts: Vec<Context>,
    /// The live stack.
    pub live: Vec<LiveFrame>,
    /// The most detailed kind of hook that was seen.
    pub instrument: Instrument,
    /// What was measured from begin to end of each region.
    pub regions: Vec<RegionCount>,
}

/// Where the steps since the last hook belong: a cell of `Recorder::cells`.
type Cell = u32;

struct CellData {
    context: u32,
    /// None for the cell of what runs before a context's first block.
    block: Option<BlockId>,
    entries: u64,
    values: Counters,
    /// The cell entered after this one, last time: most blocks have one usual successor.
    next: Option<Cell>,
}

struct ContextData {
    parent: Option<u32>,
    site: Option<BlockId>,
    frame: Frame,
    calls: u64,
    /// Whether it lies below a `Deeper` frame, and which that is.
    deeper: Option<u32>,
    outside: Cell,
}

/// A function or a region that is open.
#[derive(Clone, Copy)]
struct Open {
    frame: Frame,
    /// The cell in which it was opened.
    from: Cell,
}

/// Folds hooks into a calling-context tree.
pub struct Recorder {
    contexts: Vec<ContextData>,
    children: HashMap<(u32, Option<BlockId>, Frame), u32>,
    cells: Vec<CellData>,
    blocks: HashMap<(u32, BlockId), Cell>,
    current: Cell,
    /// What is open, in the order of opening.
    stack: Vec<Open>,
    /// How many of them are regions.
    open_regions: usize,
    regions: Regions,
    leaving: bool,
    last: Counters,
    instrument: Instrument,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

impl Recorder {
    /// A recorder at the beginning of a run, in the root context.
    pub fn new() -> Recorder {
        let mut recorder = Recorder {
            contexts: Vec::new(),
            children: HashMap::new(),
            cells: Vec::new(),
            blocks: HashMap::new(),
            current: 0,
            stack: Vec::new(),
            open_regions: 0,
            regions: Regions::default(),
            leaving: false,
            last: Counters::ZERO,
            instrument: Instrument::Off,
        };
        recorder.add_context(None, None, Frame::Root, None);
        recorder
    }

    fn add_context(
        &mut self,
        parent: Option<u32>,
        site: Option<BlockId>,
        frame: Frame,
        deeper: Option<u32>,
    ) -> u32 {
        let id = self.contexts.len() as u32;
        let outside = self.add_cell(id, None);
        let deeper = if frame == Frame::Deeper {
            Some(id)
        } else {
            deeper
        };
        self.contexts.push(ContextData {
            parent,
            site,
            frame,
            calls: 0,
            deeper,
            outside,
        });
        id
    }

    fn add_cell(&mut self, context: u32, block: Option<BlockId>) -> Cell {
        let id = self.cells.len() as Cell;
        self.cells.push(CellData {
            context,
            block,
            entries: 0,
            values: Counters::ZERO,
            next: None,
        });
        id
    }

    fn child(&mut self, parent: u32, site: Option<BlockId>, frame: Frame) -> u32 {
        let deeper = self.contexts[parent as usize].deeper;
        if let Some(&child) = self.children.get(&(parent, site, frame)) {
            return child;
        }
        let child = self.add_context(Some(parent), site, frame, deeper);
        self.children.insert((parent, site, frame), child);
        child
    }

    fn callee(&mut self, caller: Cell, function: FunctionId) -> u32 {
        let CellData { context, block, .. } = self.cells[caller as usize];
        let frame = Frame::Function(function);
        if let Some(deeper) = self.contexts[context as usize].deeper {
            return self.child(deeper, None, frame);
        }
        if let Some(&child) = self.children.get(&(context, block, frame)) {
            return child;
        }
        if self.is_at_limit(context, frame) {
            let deeper = self.child(context, None, Frame::Deeper);
            return self.child(deeper, None, frame);
        }
        self.child(context, block, frame)
    }

    /// Whether a frame adds no context of its own below that one.
    fn is_at_limit(&self, context: u32, frame: Frame) -> bool {
        let mut path = Some(context);
        let mut times = 0;
        while let Some(id) = path {
            let data = &self.contexts[id as usize];
            times += usize::from(data.frame == frame);
            path = data.parent;
        }
        times >= RECURSION_LIMIT || self.contexts.len() >= CONTEXT_LIMIT
    }

    /// The context of a region that is open in a context: at a limit, that one.
    fn in_region(&mut self, context: u32, region: RegionId) -> u32 {
        let frame = Frame::Region(region);
        if self.contexts[context as usize].deeper.is_some() {
            return context;
        }
        if let Some(&child) = self.children.get(&(context, None, frame)) {
            return child;
        }
        if self.is_at_limit(context, frame) {
            return context;
        }
        self.child(context, None, frame)
    }

    fn innermost(&self) -> Frame {
        let frames = self.stack.iter().rev().map(|open| open.frame);
        let is_function = |frame: &Frame| matches!(frame, Frame::Function(_));
        frames.into_iter().find(is_function).unwrap_or(Frame::Root)
    }

    fn context(&self, cell: Cell) -> u32 {
        self.cells[cell as usize].context
    }

    fn outside(&self, context: u32) -> Cell {
        self.contexts[context as usize].outside
    }

    /// Opens a function or a region in a cell; its context is that of the current cell then.
    fn open(&mut self, frame: Frame, from: Cell) {
        let context = match frame {
            Frame::Function(function) => self.callee(from, function),
            Frame::Region(region) => self.in_region(self.context(from), region),
            Frame::Root | Frame::Deeper => self.context(from),
        };
        self.stack.push(Open { frame, from });
        self.current = self.outside(context);
    }

    /// Closes the innermost of those frames: what was opened later is opened again without it.
    fn close(&mut self, is_meant: impl Fn(Frame) -> bool) {
        let found = self.stack.iter().rposition(|open| is_meant(open.frame));
        let at = found.expect("only what is open is closed");
        let later = self.stack.split_off(at + 1);
        let closed = self.stack.pop().expect("it was found there");
        self.current = match closed.frame {
            Frame::Region(_) => self.outside(self.context(closed.from)),
            _ => closed.from,
        };
        for open in later {
            let context = self.context(self.current);
            let from = match (open.frame, self.cells[open.from as usize].block) {
                (Frame::Function(_), Some(block)) => self.cell(context, block),
                _ => self.outside(context),
            };
            self.open(open.frame, from);
        }
    }

    /// Takes note of a hook; `now` is everything counted before the step that the hook precedes.
    ///
    /// # Errors
    /// If a function is left that was not entered last, or more regions begin than can be open.
    pub fn hook(&mut self, hook: Hook, now: &Counters) -> Result<(), RecordError> {
        let passed = *now - self.last;
        self.cells[self.current as usize].values += passed;
        self.last = *now;
        if self.leaving {
            self.leaving = false;
            self.close(|frame| matches!(frame, Frame::Function(_)));
        }
        match hook {
            Hook::Enter(function) => {
                self.open(Frame::Function(function), self.current);
                let context = self.context(self.current);
                self.contexts[context as usize].calls += 1;
                self.instrument = self.instrument.max(Instrument::Calls);
            }
            Hook::Block(block) => {
                self.enter_block(block);
                self.instrument = self.instrument.max(Instrument::Blocks);
            }
            Hook::Leave(function) => {
                let innermost = self.innermost();
                if innermost != Frame::Function(function) {
                    return Err(RecordError::Unmatched {
                        hook,
                        innermost: format!("{innermost:?}"),
                    });
                }
                self.leaving = true;
            }
            Hook::Resume(_) => {
                let context = self.cells[self.current as usize].context;
                self.current = self.contexts[context as usize].outside;
            }
            Hook::Inst(_) => self.instrument = Instrument::Instructions,
            Hook::RegionBegin(region) => {
                if self.open_regions == REGION_LIMIT {
                    return Err(RecordError::TooManyRegions { hook });
                }
                self.open_regions += 1;
                self.regions.begin(region, now[Counter::Cycles]);
                let before = self.context(self.current);
                self.open(Frame::Region(region), self.current);
                let context = self.context(self.current);
                self.contexts[context as usize].calls += u64::from(context != before);
                self.instrument = self.instrument.max(Instrument::Calls);
            }
            Hook::RegionEnd(region) => {
                if self.regions.end(region, now[Counter::Cycles]) {
                    self.open_regions -= 1;
                    self.close(|frame| frame == Frame::Region(region));
                }
                self.instrument = self.instrument.max(Instrument::Calls);
            }
        }
        Ok(())
    }

    fn cell(&mut self, context: u32, block: BlockId) -> Cell {
        if let Some(&cell) = self.blocks.get(&(context, block)) {
            return cell;
        }
        let cell = self.add_cell(context, Some(block));
        self.blocks.insert((context, block), cell);
        cell
    }

    fn enter_block(&mut self, block: BlockId) {
        let from = self.current;
        let CellData { context, next, .. } = self.cells[from as usize];
        let usual = next.filter(|&cell| {
            let cell = &self.cells[cell as usize];
            cell.block == Some(block) && cell.context == context
        });
        let cell = usual.unwrap_or_else(|| {
            let cell = self.cell(context, block);
            self.cells[from as usize].next = Some(cell);
            cell
        });
        self.cells[cell as usize].entries += 1;
        self.current = cell;
    }

    /// The recording of the whole run; `now` is everything counted.
    pub fn finish(mut self, now: &Counters) -> Recording {
        let passed = *now - self.last;
        self.cells[self.current as usize].values += passed;
        let live = self
            .stack
            .iter()
            .filter(|open| matches!(open.frame, Frame::Function(_)))
            .map(|open| open.from)
            .chain([self.current])
            .map(|cell| &self.cells[cell as usize])
            .map(|cell| LiveFrame {
                context: cell.context,
                block: cell.block,
            })
            .collect();
        let mut contexts: Vec<Context> = self
            .contexts
            .iter()
            .map(|context| Context {
                parent: context.parent,
                site: context.site,
                frame: context.frame,
                calls: context.calls,
                outside: BlockValues(self.cells[context.outside as usize].values),
                blocks: Vec::new(),
            })
            .collect();
        for cell in &self.cells {
            // A cell that was never entered is where a function was called whose region ended since.
            if let Some(block) = cell.block
                && (cell.entries > 0 || cell.values != Counters::ZERO)
            {
                contexts[cell.context as usize].blocks.push(BlockCount {
                    block,
                    entries: cell.entries,
                    values: cell.values,
                });
            }
        }
        for context in &mut contexts {
            context.blocks.sort_by_key(|count| count.block);
        }
        Recording {
            contexts,
            live,
            instrument: self.instrument,
            regions: self.regions.finish(now[Counter::Cycles]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zkasm::Counter;

    fn at(cycles: u64) -> Counters {
        let mut counters = Counters::ZERO;
        counters[Counter::Cycles] = cycles;
        counters
    }

    fn record(hooks: &[(Hook, u64)], end: u64) -> Recording {
        let mut recorder = Recorder::new();
        for &(hook, now) in hooks {
            recorder.hook(hook, &at(now)).unwrap();
        }
        recorder.finish(&at(end))
    }

    fn cycles(recording: &Recording) -> u64 {
        let blocks = recording
            .contexts
            .iter()
            .flat_map(|context| &context.blocks);
        let outside = recording.contexts.iter().map(|context| context.outside.0);
        blocks
            .map(|count| count.values)
            .chain(outside)
            .map(|v| v[Counter::Cycles])
            .sum()
    }

    #[test]
    fn the_returning_step_belongs_to_the_callee() {
        let (f, g) = (FunctionId(0), FunctionId(1));
        let recording = record(
            &[
                (Hook::Enter(f), 0),
                (Hook::Block(BlockId(0)), 0),
                (Hook::Enter(g), 3),
                (Hook::Block(BlockId(2)), 3),
                (Hook::Leave(g), 5),
                (Hook::Block(BlockId(1)), 6),
            ],
            10,
        );
        let values: Vec<_> = recording
            .contexts
            .iter()
            .flat_map(|context| &context.blocks)
            .map(|count| (count.block.0, count.entries, count.values[Counter::Cycles]))
            .collect();
        assert_eq!(values, [(0, 1, 3), (1, 1, 4), (2, 1, 3)]);
        assert_eq!(recording.live.len(), 2);
        assert_eq!(cycles(&recording), 10);
    }

    #[test]
    fn deep_recursion_is_gathered_and_adds_up() {
        let f = FunctionId(3);
        let mut hooks = Vec::new();
        for depth in 0..50 {
            hooks.push((Hook::Enter(f), depth * 2));
            hooks.push((Hook::Block(BlockId(0)), depth * 2));
        }
        for depth in 0..49 {
            hooks.push((Hook::Leave(f), 100 + depth * 2));
            hooks.push((Hook::Block(BlockId(1)), 101 + depth * 2));
        }
        let recording = record(&hooks, 300);
        assert_eq!(recording.contexts.len(), 1 + RECURSION_LIMIT + 2);
        assert_eq!(
            recording
                .contexts
                .iter()
                .map(|context| context.calls)
                .sum::<u64>(),
            50
        );
        assert_eq!(recording.live.len(), 2);
        assert_eq!(cycles(&recording), 300);
    }

    #[test]
    fn leaving_what_was_not_entered_is_an_error() {
        let mut recorder = Recorder::new();
        assert!(recorder.hook(Hook::Leave(FunctionId(0)), &at(0)).is_err());
        recorder.hook(Hook::Enter(FunctionId(0)), &at(0)).unwrap();
        assert!(recorder.hook(Hook::Leave(FunctionId(1)), &at(0)).is_err());
    }
}
