//! The analysis of a whole program: functions, their calls, and variables, until nothing changes.
//!
//! A function is what a `CALL` enters, with all that is reached from there by jumps. It is analysed
//! for all of its calls at once: what holds at its entry is what holds at every call. What holds at
//! its exit is kept as a [`Summary`], so that callers need not look into it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use zkasm::{JumpKind, JumpTarget, Reg, Rom, ZkPc};

use crate::interval::Interval;
use crate::join::join;
use crate::linear::{Atom, Lin, Loc};
use crate::log::{Log, Store};
use crate::report::{Pin, ProblemKind, Report, Site};
use crate::state::{State, registers};
use crate::step::{Edge, Machine};
use crate::tables::Variables;

/// After this many changes of a place, ranges there grow in large steps.
const PATIENCE: u32 = 6;
/// After this many, ways into a block are joined with what was known before.
const EXHAUSTED: u32 = 60;

/// What a lane may hold at the entry of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Input {
    range: Interval,
    /// Whether it may depend on a free input that is not pinned.
    open: bool,
}

/// What a lane holds when a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// What that place held at the entry.
    Kept(Loc, u8),
    /// Something else.
    Range(Interval, bool),
}

/// What every place holds when a function returns.
type Summary = BTreeMap<Loc, [Output; 2]>;

#[derive(Default)]
struct Function {
    inputs: BTreeMap<Loc, [Input; 2]>,
    input_changes: u32,
    summary: Option<Summary>,
    summary_changes: u32,
    /// The lowest word of the stack that it or a function it calls writes.
    lowest_write: Option<i32>,
    callers: BTreeSet<u32>,
    blocks: BTreeMap<u32, State>,
}

/// Where a way comes from. One line may be left by two ways to the same place, and may be in two blocks
/// if a jump enters one of them in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    line: u32,
    block: u32,
    way: usize,
}

/// What is known at the first line of a block, and on each way there.
#[derive(Default)]
struct Block {
    state: State,
    /// The one way in, as long as there is no other.
    only: Option<(bool, Option<Origin>)>,
    /// By where a way comes from; forward ones first, and the function's entry before all.
    ways: BTreeMap<(bool, Option<Origin>), State>,
    visits: u32,
}

impl Block {
    /// Takes what is known on a way into the block at `pc` in the place of what was known there before;
    /// says whether that changes what is known in the block.
    fn enter(&mut self, pc: u32, from: Option<Origin>, state: State) -> bool {
        self.visits += 1;
        let way = (from.is_some_and(|from| from.line >= pc), from);
        // Most blocks have one way in: what is known there is what is known in the block.
        match self.only {
            None if self.visits == 1 => {
                (self.only, self.state) = (Some(way), state);
                return true;
            }
            Some(only) if only == way && self.visits <= PATIENCE => {
                let changed = self.state != state;
                self.state = state;
                return changed;
            }
            Some(only) => {
                self.only = None;
                self.ways.insert(only, self.state.clone());
            }
            None => {}
        }
        self.ways.insert(way, state);
        if self.visits > EXHAUSTED {
            // Whatever makes it swing, joining what was known before too does not.
            let mut known = self.state.clone();
            for way in self.ways.values() {
                join(pc, &mut known, way, true);
            }
            let changed = known != self.state;
            self.state = known;
            return changed;
        }
        let mut ways = self.ways.values();
        let Some(mut known) = ways.next().cloned() else {
            return false;
        };
        for way in ways {
            join(pc, &mut known, way, false);
        }
        if self.visits > PATIENCE {
            for (atom, info) in &mut known.infos {
                if let (Atom::Phi(at, ..), Some(old)) = (atom, self.state.infos.get(atom))
                    && *at == pc
                    && !info.range.within(old.range)
                {
                    info.range = old.range.widen(info.range);
                }
            }
        }
        if self.visits > 1 && known == self.state {
            return false;
        }
        self.state = known;
        true
    }
}

/// An analysis under way.
struct Analysis<'a> {
    machine: Machine<'a>,
    /// Lines that jumps enter.
    targets: BTreeSet<u32>,
    functions: BTreeMap<u32, Function>,
    queue: VecDeque<u32>,
}

/// Analyses a program.
pub(crate) fn analyse(rom: &Rom) -> Report {
    if rom.lines.is_empty() {
        return Report::default();
    }
    let mut targets: BTreeSet<u32> = rom.labels.values().map(|pc| pc.0).collect();
    for jump in rom.lines.iter().filter_map(|line| line.jump.as_ref()) {
        for target in [jump.target, jump.otherwise] {
            if let JumpTarget::Line(pc) = target {
                targets.insert(pc.0);
            }
        }
    }
    let mut analysis = Analysis {
        machine: Machine {
            rom,
            variables: Variables::of(rom),
            end: rom.labels.get(zkasm::END).map(|pc| pc.0),
        },
        targets,
        functions: BTreeMap::new(),
        queue: VecDeque::new(),
    };
    analysis.functions.insert(0, Function::default());
    analysis.queue.push_back(0);
    while let Some(function) = analysis.queue.pop_front() {
        let stores = analysis.function(function);
        let mut grew = false;
        for Store { key, ranges, open } in stores {
            grew |= analysis.machine.variables.store(key, ranges, open);
        }
        if grew {
            let all: Vec<u32> = analysis.functions.keys().copied().collect();
            for function in all {
                analysis.enqueue(function);
            }
        }
    }
    analysis.report()
}

impl Analysis<'_> {
    fn enqueue(&mut self, function: u32) {
        if !self.queue.contains(&function) {
            self.queue.push_back(function);
        }
    }

    /// Analyses a function with what is known of its callers and callees; returns what it stores into
    /// variables.
    fn function(&mut self, entry: u32) -> Vec<Store> {
        let mut log = Log {
            exploring: true,
            ..Log::default()
        };
        let mut blocks: BTreeMap<u32, Block> = BTreeMap::new();
        blocks
            .entry(entry)
            .or_default()
            .enter(entry, None, self.entry_state(entry));
        let order = self.order(entry);
        let mut open = BTreeSet::from([(0, entry)]);
        let mut summary: Option<Summary> = None;
        while let Some((_, block)) = open.pop_first() {
            let state = blocks[&block].state.clone();
            let mut edges = Vec::new();
            for (from, edge, mut state) in self.run_block(block, state, &mut log) {
                // Mostly 0, whether the other way is possible or not.
                let way = edges.iter().filter(|&&other| other == edge).count();
                edges.push(edge);
                let to = match edge {
                    Edge::Goto(to) => to,
                    Edge::Call(callee) => {
                        self.call(entry, callee, &state);
                        let lowest = self.functions[&callee].lowest_write;
                        if let (Some(lowest), Some(top)) = (lowest, state.stack_top()) {
                            log.wrote_slot(lowest + top);
                        }
                        match self.after_call(callee, from, &state) {
                            Some(after) => state = after,
                            None => continue,
                        }
                        from + 1
                    }
                    Edge::Return => {
                        add_exit(&mut summary, &state, &self.functions[&entry].inputs);
                        continue;
                    }
                };
                if to as usize >= self.machine.rom.lines.len() {
                    continue;
                }
                state.forget_unused();
                let origin = Origin {
                    line: from,
                    block,
                    way,
                };
                if blocks.entry(to).or_default().enter(to, Some(origin), state) {
                    open.insert((order.get(&to).copied().unwrap_or(0), to));
                }
            }
        }
        let function = self.functions.entry(entry).or_default();
        function.blocks = blocks
            .into_iter()
            .map(|(pc, block)| (pc, block.state))
            .collect();
        let lower = match (function.lowest_write, log.lowest_slot) {
            (Some(old), Some(new)) => new < old,
            (old, new) => old.is_none() && new.is_some(),
        };
        if lower {
            function.lowest_write = log.lowest_slot;
            let callers: Vec<u32> = function.callers.iter().copied().collect();
            for caller in callers {
                self.enqueue(caller);
            }
        }
        let function = self.functions.entry(entry).or_default();
        let Some(summary) = summary else {
            return log.stores;
        };
        let widen = function.summary_changes > PATIENCE;
        let merged = match &function.summary {
            None => summary,
            Some(old) => merge_summaries(old, &summary, &function.inputs, widen),
        };
        if function.summary.as_ref() != Some(&merged) {
            function.summary = Some(merged);
            function.summary_changes += 1;
            let callers: Vec<u32> = function.callers.iter().copied().collect();
            for caller in callers {
                self.enqueue(caller);
            }
        }
        log.stores
    }

    /// The blocks of a function, each after the ways that lead there, loops apart: so that what comes
    /// after a path aside is not analysed before it.
    fn order(&self, entry: u32) -> BTreeMap<u32, usize> {
        let lines = &self.machine.rom.lines;
        let successors = |block: u32| -> Vec<u32> {
            let mut pc = block;
            loop {
                let Some(line) = lines.get(pc as usize) else {
                    return Vec::new();
                };
                if let Some(jump) = &line.jump {
                    let mut next = Vec::new();
                    let targets = match jump.kind {
                        JumpKind::Call | JumpKind::Repeat => vec![JumpTarget::Next],
                        JumpKind::Return => Vec::new(),
                        JumpKind::Always => vec![jump.target],
                        _ => vec![jump.otherwise, jump.target],
                    };
                    for target in targets {
                        match target {
                            JumpTarget::Next => next.push(pc + 1),
                            JumpTarget::Line(line) => next.push(line.0),
                            JumpTarget::Indexed(..) => {}
                        }
                    }
                    return next;
                }
                pc += 1;
                if self.targets.contains(&pc) {
                    return vec![pc];
                }
            }
        };
        // Depth first, without recursion; a block is finished after its successors.
        let mut finished = Vec::new();
        let mut seen = BTreeSet::from([entry]);
        let mut path = vec![(entry, successors(entry))];
        while let Some((block, open)) = path.last_mut() {
            match open.pop() {
                Some(next) if seen.insert(next) => path.push((next, successors(next))),
                Some(_) => {}
                None => {
                    finished.push(*block);
                    path.pop();
                }
            }
        }
        finished.into_iter().rev().zip(0..).collect()
    }

    /// Runs from a block's first line on as long as control cannot go elsewhere: the ways out, each with
    /// the line it leaves from.
    fn run_block(&self, block: u32, mut state: State, log: &mut Log) -> Vec<(u32, Edge, State)> {
        let mut pc = block;
        loop {
            if !self.machine.goes_on(pc) {
                return Vec::new();
            }
            let mut ways = self.machine.step(state, pc, log);
            // A branch ends the block even if one of its ways is impossible: for now, perhaps.
            let straight = self.machine.line(pc).jump.is_none() && ways.len() == 1;
            if straight && !self.targets.contains(&(pc + 1)) {
                let Some((_, after)) = ways.pop() else {
                    return Vec::new();
                };
                state = after;
                pc += 1;
                continue;
            }
            return ways
                .into_iter()
                .map(|(edge, state)| (pc, edge, state))
                .collect();
        }
    }

    /// What holds at a function's entry.
    fn entry_state(&self, entry: u32) -> State {
        let mut state = State::default();
        if entry == 0 {
            state.absolute = true;
            // The machine begins with zeros, but for three public inputs.
            for reg in registers() {
                let lane = if matches!(reg, Reg::Sp | Reg::Ctx | Reg::Gas) {
                    let atom = Atom::Entry(Loc::Reg(reg), 0);
                    state.define(atom, Interval::LANE, Vec::new())
                } else {
                    Lin::default()
                };
                state.set(Loc::Reg(reg), [lane, Lin::default()]);
            }
            return state;
        }
        for (&loc, inputs) in &self.functions[&entry].inputs {
            let value = std::array::from_fn(|lane| {
                let input = inputs[lane];
                if input.range == Interval::ZERO && lane == 1 {
                    return Lin::default();
                }
                let atom = Atom::Entry(loc, lane as u8);
                let open = if input.open { vec![atom] } else { Vec::new() };
                state.define(atom, input.range, open)
            });
            state.set(loc, value);
        }
        state
    }

    /// Adds a call to what is known of its callee.
    fn call(&mut self, caller: u32, callee: u32, state: &State) {
        let top = state.stack_top();
        let widen = self
            .functions
            .get(&callee)
            .is_some_and(|function| function.input_changes > PATIENCE);
        let function = self.functions.entry(callee).or_default();
        function.callers.insert(caller);
        let first = function.inputs.is_empty();
        let mut inputs: BTreeMap<Loc, [Input; 2]> = BTreeMap::new();
        for (&loc, value) in &state.values {
            let loc = match (loc, top) {
                (Loc::Reg(_), _) => loc,
                (Loc::Slot(slot), Some(top)) if slot >= top => Loc::Slot(slot - top),
                _ => continue,
            };
            let lanes = std::array::from_fn(|lane| {
                if matches!(loc, Loc::Reg(Reg::Sp | Reg::Rr)) {
                    let range = if lane == 0 {
                        Interval::LANE
                    } else {
                        Interval::ZERO
                    };
                    return Input { range, open: false };
                }
                let mut range = state.eval_closely(&value[lane]);
                if caller == 0 && range != Interval::ZERO && loc != Loc::Reg(Reg::Ctx) {
                    // The program's arguments: what holds for these must hold for others.
                    range = range.hull(Interval::LANE);
                }
                Input {
                    range,
                    open: !state.open(&value[lane]).is_empty(),
                }
            });
            let known = function.inputs.get(&loc);
            let merged = match (known, first) {
                (Some(known), _) => std::array::from_fn(|lane| {
                    let (a, b): (Input, Input) = (known[lane], lanes[lane]);
                    let range = if b.range.within(a.range) {
                        a.range
                    } else if widen {
                        a.range.widen(b.range)
                    } else {
                        a.range.hull(b.range)
                    };
                    let open = a.open || b.open;
                    Input { range, open }
                }),
                (None, true) => lanes,
                // Another call does not know it.
                (None, false) => continue,
            };
            inputs.insert(loc, merged);
        }
        if function.inputs != inputs {
            function.inputs = inputs;
            function.input_changes += 1;
            function.summary = None;
            self.enqueue(callee);
        }
    }

    /// What holds when the call at `pc` has returned.
    fn after_call(&self, callee: u32, pc: u32, state: &State) -> Option<State> {
        let function = &self.functions[&callee];
        let summary = function.summary.as_ref()?;
        let top = state.stack_top();
        // As the callee finds it.
        let mut state = state.clone();
        let back = Lin::integer(i128::from(pc) + 1);
        state.set(Loc::Reg(Reg::Rr), [back, Lin::default()]);
        let written = |slot: i32| match (function.lowest_write, top) {
            (None, _) => false,
            (Some(lowest), Some(top)) => slot >= top + lowest,
            (Some(_), None) => true,
        };
        let mut after = state.clone();
        after.values.retain(|&loc, _| match loc {
            Loc::Reg(_) => true,
            Loc::Slot(slot) => !written(slot),
            Loc::Var(..) => false,
        });
        for (&loc, outputs) in summary {
            let here = match (loc, top) {
                (Loc::Reg(_), _) => loc,
                (Loc::Slot(slot), Some(top)) if written(slot + top) => Loc::Slot(slot + top),
                _ => continue,
            };
            let value = std::array::from_fn(|lane| match outputs[lane] {
                Output::Kept(from, from_lane) => {
                    let from = match (from, top) {
                        (Loc::Slot(slot), Some(top)) => Loc::Slot(slot + top),
                        _ => from,
                    };
                    match state.values.get(&from) {
                        Some(value) => value[usize::from(from_lane)].clone(),
                        None => self.returned(&mut after, pc, here, lane, Interval::ANY, true),
                    }
                }
                Output::Range(Interval::ZERO, false) => Lin::default(),
                Output::Range(range, open) => {
                    self.returned(&mut after, pc, here, lane, range, open)
                }
            });
            after.set(here, value);
        }
        Some(after)
    }

    fn returned(
        &self,
        state: &mut State,
        pc: u32,
        loc: Loc,
        lane: usize,
        range: Interval,
        open: bool,
    ) -> Lin {
        let atom = Atom::Returned(pc, loc, lane as u8);
        state.retire(atom, pc);
        let open = if open { vec![atom] } else { Vec::new() };
        state.define(atom, range, open)
    }

    // ---- The report ----------------------------------------------------------------------------

    /// Goes over everything once more, now that it is stable, and takes notes.
    fn report(&self) -> Report {
        let mut log = Log::default();
        let mut reached = BTreeSet::new();
        for function in self.functions.values() {
            for (&block, state) in &function.blocks {
                let ways = self.run_block(block, state.clone(), &mut log);
                let last = ways.iter().map(|&(pc, ..)| pc).max();
                reached.extend(block..=last.unwrap_or(block));
                for (pc, edge, state) in &ways {
                    let sp = Lin::atom(Atom::Entry(Loc::Reg(Reg::Sp), 0));
                    if *edge == Edge::Return && state.reg(Reg::Sp)[0] != sp {
                        let message = "returns with another SP than it was called with".to_owned();
                        log.problem(*pc, ProblemKind::Control, message);
                    }
                    let ctx = Lin::atom(Atom::Entry(Loc::Reg(Reg::Ctx), 0));
                    let left = state.reg(Reg::Ctx)[0].clone();
                    // Or both are the same number.
                    let entered = function.inputs.get(&Loc::Reg(Reg::Ctx));
                    let same = entered.is_some_and(|[input, _]| {
                        input.range.lo == input.range.hi && state.eval(&left) == input.range
                    });
                    if *edge == Edge::Return && left != ctx && !same {
                        let message = "returns with another CTX than it was called with".to_owned();
                        log.problem(*pc, ProblemKind::Control, message);
                    }
                    if let Edge::Call(callee) = edge {
                        if *callee == 0 {
                            let message = "calls the first line of the program".to_owned();
                            log.problem(*pc, ProblemKind::Control, message);
                        }
                        if state.stack_top().is_none() {
                            let message = "calls at an unknown SP".to_owned();
                            log.problem(*pc, ProblemKind::Control, message);
                        }
                    }
                    if let Edge::Goto(to) | Edge::Call(to) = edge
                        && *to as usize >= self.machine.rom.lines.len()
                    {
                        let message = "control leaves the program".to_owned();
                        log.problem(*pc, ProblemKind::Control, message);
                    }
                }
            }
        }
        if let Some(end) = self.machine.end
            && self.machine.line(end).free.is_some()
        {
            log.pins.entry(end).or_default().insert(Pin::EndOfTrace);
        }
        let sites = log
            .pins
            .iter()
            .map(|(&pc, pins)| {
                let zkpc = ZkPc(pc);
                let pos = self.machine.line(pc).pos;
                let mut pins: Vec<Pin> = pins.iter().copied().collect();
                if pins.is_empty() && !log.blamed.contains(&pc) {
                    pins.push(Pin::Unused);
                }
                Site { zkpc, pos, pins }
            })
            .collect();
        Report {
            sites,
            problems: log.problems.into_iter().collect(),
            reached: (reached.len(), self.machine.rom.lines.len()),
        }
    }
}

fn output(state: &State, lin: &Lin) -> Output {
    match lin.as_atom() {
        Some(Atom::Entry(loc, lane)) => Output::Kept(loc, lane),
        _ => Output::Range(state.eval(lin), !state.open(lin).is_empty()),
    }
}

/// Adds a return to the summary of a function with these inputs.
fn add_exit(summary: &mut Option<Summary>, state: &State, inputs: &BTreeMap<Loc, [Input; 2]>) {
    let exit: Summary = state
        .values
        .iter()
        .filter(|(loc, _)| match loc {
            Loc::Reg(_) => true,
            Loc::Slot(slot) => *slot >= 0,
            Loc::Var(..) => false,
        })
        .map(|(&loc, value)| (loc, std::array::from_fn(|lane| output(state, &value[lane]))))
        .collect();
    *summary = Some(match summary.take() {
        None => exit,
        Some(known) => merge_summaries(&known, &exit, inputs, false),
    });
}

fn merge_summaries(
    a: &Summary,
    b: &Summary,
    inputs: &BTreeMap<Loc, [Input; 2]>,
    widen: bool,
) -> Summary {
    let resolve = |output| match output {
        Output::Range(range, open) => (range, open),
        Output::Kept(loc, lane) => inputs.get(&loc).map_or((Interval::ANY, true), |lanes| {
            let input = lanes[usize::from(lane)];
            (input.range, input.open)
        }),
    };
    a.iter()
        .filter_map(|(&loc, lanes)| {
            let others = b.get(&loc)?;
            let merged = std::array::from_fn(|lane| {
                let (a, b) = (lanes[lane], others[lane]);
                if a == b {
                    return a;
                }
                let ((x, open_x), (y, open_y)) = (resolve(a), resolve(b));
                let range = if y.within(x) {
                    x
                } else if widen {
                    x.widen(y)
                } else {
                    x.hull(y)
                };
                Output::Range(range, open_x || open_y)
            });
            Some((loc, merged))
        })
        .collect()
}
