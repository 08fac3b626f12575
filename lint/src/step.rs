//! What one step does to what is known.

use std::rc::Rc;

use zkasm::{
    BinaryOp, Fe, JumpKind, JumpTarget, MemAccess, MemBase, MemIndex, Reg, Rom, RomFree, RomLine,
    ZkPc, limits,
};

use crate::interval::Interval;
use crate::linear::{Atom, Kind, Lin, Loc, Value, as_constant, constant};
use crate::log::Log;
use crate::report::{Pin, ProblemKind};
use crate::state::{Shape, State, lost};
use crate::tables::{Variable, Variables};

/// Where control goes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// To a line of the same function.
    Goto(u32),
    /// Into a function, which returns to the next line.
    Call(u32),
    /// Back to the caller.
    Return,
}

/// What registers held before a step, as far as jumps ask for it.
pub(crate) struct Before {
    pub a: Value,
    pub b: Value,
    pub e: Lin,
    pub rr: Lin,
}

/// The program under examination.
pub(crate) struct Machine<'a> {
    pub rom: &'a Rom,
    pub variables: Variables,
    /// The line of `finalizeExecution`, where the analysis ends.
    pub end: Option<u32>,
}

impl Machine<'_> {
    pub fn line(&self, pc: u32) -> &RomLine {
        &self.rom.lines[ZkPc(pc).index()]
    }

    /// Whether the program has something to do at `pc`.
    pub fn goes_on(&self, pc: u32) -> bool {
        self.end != Some(pc) && ZkPc(pc).index() < self.rom.lines.len()
    }

    /// Takes the step at `pc`: where control may go, and what is known there.
    pub fn step(&self, mut state: State, pc: u32, log: &mut Log) -> Vec<(Edge, State)> {
        let line = self.line(pc);
        self.make_room(&mut state, pc, line);
        if line.binary.is_some() {
            // Before the result is: what is said of it relies on them.
            for reg in [Reg::A, Reg::B] {
                let value = state.reg(reg);
                lookup(&mut state, pc, reg.name(), &value, log);
            }
        }
        let op = self.operand(&mut state, pc, line, log);
        if line.binary.is_some() {
            let [a, b] = [Reg::A, Reg::B].map(|reg| state.reg(reg));
            self.binary_checks(&mut state, pc, line, [&a, &b], &op, log);
        }
        if line.arith {
            crate::arith::arith(&mut state, pc, &op, log);
        }
        self.mem_align(&mut state, pc, line, &op, log);
        if line.hash.is_some() {
            let message = "a step of a hash, which is not examined".to_owned();
            log.problem(pc, ProblemKind::Hash, message);
        }
        if line.assert {
            let a = state.reg(Reg::A);
            equal(&mut state, &a, &op, log);
        }
        let jump = line.jump.as_ref().map(|jump| jump.kind);
        if jump == Some(JumpKind::Negative) {
            crate::branch::divide_exactly(&mut state, pc, &op[0]);
        }
        let op = if line.dests.is_empty() && line.mem.is_none() {
            op
        } else {
            let kept = line.mem.as_ref().is_some_and(|access| access.write);
            std::array::from_fn(|lane| {
                state.settle(&op[lane], Atom::Step(pc, Kind::Sum, lane as u8), kept)
            })
        };
        let mut sp_after = None;
        if let Some(access) = &line.mem {
            if access.write {
                self.store(&mut state, pc, access, &op, log);
            }
            if access.inc_stack != 0 {
                let sp = state.reg(Reg::Sp);
                let moved = sp[0].clone().plus_integer(i128::from(access.inc_stack));
                sp_after = Some([moved, Lin::default()]);
            }
        }
        let before = Before {
            a: state.reg(Reg::A),
            b: state.reg(Reg::B),
            e: state.reg(Reg::E)[0].clone(),
            rr: state.reg(Reg::Rr)[0].clone(),
        };
        if let Some(sp) = sp_after {
            state.set(Loc::Reg(Reg::Sp), sp);
        }
        for &reg in &line.dests {
            let value = if reg.is_wide() {
                op.clone()
            } else {
                if matches!(reg, Reg::Ctx | Reg::Sp) {
                    self.use_open(&state, pc, &op[0], &format!("{reg}"), log);
                }
                [op[0].clone(), Lin::default()]
            };
            if reg == Reg::Ctx && state.reg(reg) != value {
                self.change_context(&mut state, pc, &value[0], log);
            }
            state.set(Loc::Reg(reg), value);
        }
        if state.impossible {
            return Vec::new();
        }
        self.leave(state, &before, pc, line, &op, log)
    }

    /// The stack and the variables of another context are others.
    fn change_context(&self, state: &mut State, pc: u32, context: &Lin, log: &mut Log) {
        if !state.is_lane(context) {
            let range = state.eval(context);
            let message = format!("CTX may be {range}");
            log.problem(pc, ProblemKind::Lane, message);
        }
        state
            .values
            .retain(|loc, _| !matches!(loc, Loc::Slot(_) | Loc::Var(true, _)));
    }

    /// Unknowns of this step that an earlier turn of a loop left behind are others.
    fn make_room(&self, state: &mut State, pc: u32, line: &RomLine) {
        let mut kinds = match line.free {
            Some((_, RomFree::Expr(_))) => vec![Kind::Free],
            Some((_, RomFree::Bare)) => vec![Kind::Bare, Kind::Kept, Kind::Cut],
            None => Vec::new(),
        };
        if line.jump.is_some() {
            kinds.push(Kind::Quotient);
        }
        if !line.dests.is_empty() || line.mem.is_some() {
            kinds.push(Kind::Sum);
        }
        let read_only = line
            .regs
            .iter()
            .filter(|(reg, _)| !reg.is_writable())
            .map(|&(reg, _)| Kind::ReadOnly(reg));
        for kind in kinds.into_iter().chain(read_only) {
            for lane in 0..2 {
                state.retire(Atom::Step(pc, kind, lane), pc);
            }
        }
    }

    // ---- The left-hand side --------------------------------------------------------------------

    fn operand(&self, state: &mut State, pc: u32, line: &RomLine, log: &mut Log) -> Value {
        let mut op = [
            Lin::constant(line.constant.lane0),
            Lin::constant(line.constant.lane1),
        ];
        for &(reg, factor) in &line.regs {
            let value = match reg {
                Reg::RotlC => {
                    let [low, high] = state.reg(Reg::C);
                    [high, low]
                }
                reg if !reg.is_writable() => {
                    let atom = Atom::Step(pc, Kind::ReadOnly(reg), 0);
                    let lane = state.define(atom, Interval::LANE, Vec::new());
                    [lane, Lin::default()]
                }
                reg => state.reg(reg),
            };
            op = std::array::from_fn(|lane| op[lane].plus(factor, &value[lane]));
        }
        let (coeff, free): (Fe, Value) = match &line.free {
            None => return op,
            Some((coeff, RomFree::Expr(_))) => {
                log.site(pc);
                let free = std::array::from_fn(|lane| {
                    let atom = Atom::Step(pc, Kind::Free, lane as u8);
                    state.define(atom, Interval::ANY, vec![atom])
                });
                (*coeff, free)
            }
            // What supplies `$` is what checks the whole operand.
            Some((_, RomFree::Bare)) => return self.bare(state, pc, line, log),
        };
        std::array::from_fn(|lane| op[lane].plus(coeff, &free[lane]))
    }

    /// What `$` stands for.
    fn bare(&self, state: &mut State, pc: u32, line: &RomLine, log: &mut Log) -> Value {
        if let Some(op) = line.binary {
            let [a, b] = [Reg::A, Reg::B].map(|reg| state.reg(reg));
            return binary_result(state, pc, op, &a, &b);
        }
        match &line.mem {
            Some(access) if !access.write => self.load(state, pc, access, log),
            _ => {
                let mut open = Vec::new();
                for reg in [Reg::A, Reg::B, Reg::C] {
                    open.extend(state.open_value(&state.reg(reg)));
                }
                fresh(state, pc, [Interval::LANE; 2], open)
            }
        }
    }

    // ---- Operations ----------------------------------------------------------------------------

    fn binary_checks(
        &self,
        state: &mut State,
        pc: u32,
        line: &RomLine,
        [a, b]: [&Value; 2],
        op: &Value,
        log: &mut Log,
    ) {
        let Some(operation) = line.binary else {
            return;
        };
        lookup(state, pc, "the result", op, log);
        let unique = matches!(operation, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Xor);
        let [pinned_a, pinned_b, pinned_op] = [a, b, op].map(|value| state.is_pinned(value));
        // A free input as the result, or the one unknown operand of what can be undone.
        let solved = match (pinned_a, pinned_b, pinned_op) {
            (true, true, false) => state.witness(op),
            (false, true, true) if unique => state.witness(a),
            (true, false, true) if unique => state.witness(b),
            _ => None,
        };
        if let Some(atoms) = solved {
            log.pin(&atoms, Pin::Binary);
            state.pin(&atoms);
        }
    }

    fn mem_align(&self, state: &mut State, pc: u32, line: &RomLine, op: &Value, log: &mut Log) {
        let checked: &[Reg] = if line.mem_align_rd {
            &[Reg::A, Reg::B, Reg::C]
        } else if line.mem_align_wr {
            &[Reg::A, Reg::B, Reg::C, Reg::D, Reg::E]
        } else if line.mem_align_wr8 {
            &[Reg::A, Reg::C, Reg::D]
        } else {
            return;
        };
        for &reg in checked {
            lookup(state, pc, reg.name(), &state.reg(reg), log);
        }
        lookup(state, pc, "op", op, log);
        let given: &[Reg] = &checked[..checked.len().min(if line.mem_align_wr8 { 2 } else { 3 })];
        let mut given: Vec<Value> = given.iter().map(|&reg| state.reg(reg)).collect();
        if !line.mem_align_rd {
            given.push(op.clone());
        }
        // The constraints alone do not keep the offset below 8.
        let offset = state.most(&state.reg(Reg::C));
        if offset > 7 || !given.iter().all(|value| state.is_pinned(value)) {
            return;
        }
        let made: Vec<Value> = if line.mem_align_rd {
            vec![op.clone()]
        } else if line.mem_align_wr {
            vec![state.reg(Reg::D), state.reg(Reg::E)]
        } else {
            vec![state.reg(Reg::D)]
        };
        for value in made {
            if let Some(atoms) = state.witness(&value) {
                log.pin(&atoms, Pin::MemAlign);
                state.pin(&atoms);
            }
        }
    }

    // ---- Memory --------------------------------------------------------------------------------

    fn load(&self, state: &mut State, pc: u32, access: &MemAccess, log: &mut Log) -> Value {
        match self.place(state, pc, access, log) {
            Place::Loc(loc, ranges, open) => match state.values.get(&loc) {
                Some(value) => value.clone(),
                None => {
                    let open = open.then(|| lost(pc)).into_iter().collect();
                    let value = fresh(state, pc, ranges, open);
                    state.set(loc, value.clone());
                    value
                }
            },
            Place::Table(words, index) => table_entry(state, pc, &words, index),
            Place::Word(ranges, _, open) => {
                let open = open.then(|| lost(pc)).into_iter().collect();
                fresh(state, pc, ranges, open)
            }
        }
    }

    fn store(&self, state: &mut State, pc: u32, access: &MemAccess, op: &Value, log: &mut Log) {
        let place = self.place(state, pc, access, log);
        let ranges = [state.eval(&op[0]), state.eval(&op[1])];
        // What is not followed is relied on to be canonical.
        let followed = matches!(place, Place::Loc(..));
        if !followed && state.is_pinned(op) {
            lookup(state, pc, "what is stored", op, log);
        }
        let open = !state.is_pinned(op);
        match place {
            Place::Loc(loc, ..) => {
                match loc {
                    Loc::Slot(slot) => log.wrote_slot(slot),
                    Loc::Var(ctx, offset) => {
                        if let Some(variable) = self.variables.at(ctx, offset as i32) {
                            self.use_open_value(state, pc, op, "a variable", log);
                            log.store(variable.key, ranges, open);
                        }
                    }
                    Loc::Reg(_) => {}
                }
                state.set(loc, op.clone());
            }
            Place::Word(_, variable, _) => {
                self.use_open_value(state, pc, op, "memory", log);
                if let Some(variable) = variable {
                    log.store(variable.key, ranges, open);
                }
            }
            Place::Table(..) => self.use_open_value(state, pc, op, "memory", log),
        }
    }

    fn place(&self, state: &mut State, pc: u32, access: &MemAccess, log: &mut Log) -> Place {
        // What is not followed may hold what a prover likes, if more than `MEM:` is within reach.
        let unknown = Place::Word([Interval::ANY; 2], None, true);
        let index = match access.index {
            MemIndex::None => None,
            MemIndex::E => Some(state.reg(Reg::E)[0].clone()),
            MemIndex::Rr => Some(state.reg(Reg::Rr)[0].clone()),
        };
        if let Some(index) = &index {
            self.use_open(state, pc, index, "an address", log);
        }
        let offset = i128::from(access.offset);
        match access.base {
            MemBase::Mem => {
                let index = index.unwrap_or_default().plus_integer(offset);
                let words = Interval::new(0, i128::from(limits::MEM_WORDS) - 1);
                self.within(state, pc, &index, words, "MEM", log);
                Place::Word([Interval::LANE; 2], None, false)
            }
            MemBase::Stack if index.is_none() => {
                let slot = state.stack_top().map(|top| i128::from(top) + offset);
                match slot.and_then(|slot| i32::try_from(slot).ok()) {
                    Some(slot) => {
                        if access.write && slot < 0 {
                            let message = "writes below the function's frame".to_owned();
                            log.problem(pc, ProblemKind::Address, message);
                        }
                        if access.write && i128::from(slot) >= i128::from(limits::STACK_WORDS) {
                            let message = "writes beyond the end of the stack".to_owned();
                            log.problem(pc, ProblemKind::Address, message);
                        }
                        // Who knows who wrote what is not known here? The stack is not held to canonical
                        // lanes either.
                        Place::Loc(Loc::Slot(slot), [Interval::ANY; 2], true)
                    }
                    None => {
                        if access.write {
                            let message = "writes to the stack at an unknown SP".to_owned();
                            log.problem(pc, ProblemKind::Address, message);
                        }
                        unknown
                    }
                }
            }
            MemBase::Stack => {
                if access.write {
                    let message = "writes to the stack at an index that is not followed".to_owned();
                    log.problem(pc, ProblemKind::Address, message);
                }
                unknown
            }
            MemBase::VarCtx | MemBase::Global => {
                let ctx = access.base == MemBase::VarCtx;
                let Some(variable) = self.variables.at(ctx, access.offset) else {
                    if access.write {
                        let message = "writes to a word that is no variable".to_owned();
                        log.problem(pc, ProblemKind::Address, message);
                    }
                    return unknown;
                };
                let context = &state.reg(Reg::Ctx)[0];
                if ctx && self.variables.has_globals() && state.eval_closely(context).lo <= 0 {
                    let message =
                        "in context 0 the variables of the context are the global ones".to_owned();
                    log.problem(pc, ProblemKind::Address, message);
                }
                if let Some(words) = self.variables.table(variable) {
                    let first = i128::from(variable.word);
                    let index = index.unwrap_or_default().plus_integer(first);
                    let words = words.to_vec();
                    return Place::Table(words, index);
                }
                let ranges = self.variables.range(variable);
                let open = self.variables.is_open(variable);
                if let Some(index) = index {
                    let words = Interval::new(
                        -i128::from(variable.word),
                        i128::from(variable.words - variable.word) - 1,
                    );
                    self.within(state, pc, &index, words, "the array", log);
                }
                // The only word is always the same, whatever index leads there.
                if variable.words == 1 {
                    return Place::Loc(Loc::Var(ctx, variable.key.1), ranges, open);
                }
                Place::Word(ranges, Some(variable), open)
            }
        }
    }

    fn within(
        &self,
        state: &State,
        pc: u32,
        index: &Lin,
        words: Interval,
        region: &str,
        log: &mut Log,
    ) {
        let range = state.eval_closely(index);
        if !range.within(words) {
            let message = format!("the index may be {range}, and {region} has the words {words}");
            log.problem(pc, ProblemKind::Address, message);
        }
    }

    // ---- Control -------------------------------------------------------------------------------

    fn leave(
        &self,
        state: State,
        before: &Before,
        pc: u32,
        line: &RomLine,
        op: &Value,
        log: &mut Log,
    ) -> Vec<(Edge, State)> {
        let Some(jump) = &line.jump else {
            return vec![(Edge::Goto(pc + 1), state)];
        };
        let target = |target: JumpTarget, log: &mut Log| match target {
            JumpTarget::Next => Some(Edge::Goto(pc + 1)),
            JumpTarget::Line(line) => Some(Edge::Goto(line.0)),
            JumpTarget::Indexed(base, reg) => {
                let register = if reg == Reg::E { &before.e } else { &before.rr };
                let address = register.clone().plus_integer(i128::from(base.0));
                computed(&state, &address, pc, log)
            }
        };
        match jump.kind {
            JumpKind::Always => {
                let edge = target(jump.target, log);
                edge.map(|edge| (edge, state)).into_iter().collect()
            }
            JumpKind::Call => {
                let callee = match target(jump.target, log) {
                    Some(Edge::Goto(callee)) => callee,
                    Some(_) => {
                        let message = "calls the place where the function was called".to_owned();
                        log.problem(pc, ProblemKind::Control, message);
                        return Vec::new();
                    }
                    None => return Vec::new(),
                };
                vec![(Edge::Call(callee), state)]
            }
            JumpKind::Return => {
                let edge = computed(&state, &before.rr, pc, log);
                edge.map(|edge| (edge, state)).into_iter().collect()
            }
            JumpKind::Repeat => {
                let count = state.reg(Reg::Rcx)[0].clone();
                self.use_open(&state, pc, &count, "the number of repetitions", log);
                let mut again = state.clone();
                let count = again.reg(Reg::Rcx)[0].clone().plus_integer(-1);
                again.set(Loc::Reg(Reg::Rcx), [count, Lin::default()]);
                vec![(Edge::Goto(pc), again), (Edge::Goto(pc + 1), state)]
            }
            JumpKind::Negative | JumpKind::Zero | JumpKind::Carry => {
                let open = match (jump.kind, line.binary) {
                    (JumpKind::Carry, _) => {
                        let mut open = state.open_value(&before.a);
                        open.extend(state.open_value(&before.b));
                        open
                    }
                    _ => state.open(&op[0]),
                };
                let [yes, no] = crate::branch::split(state.clone(), before, line, op, log);
                let targets = [jump.target, jump.otherwise];
                let ways: Vec<(Edge, State)> = [yes, no]
                    .into_iter()
                    .zip(targets)
                    .filter(|(way, _)| !way.impossible)
                    .filter_map(|(way, to)| Some((target(to, log)?, way)))
                    .collect();
                if !open.is_empty() && !log.exploring {
                    crate::guess::check(self, pc, &open, &ways, log);
                }
                ways
            }
        }
    }

    pub fn use_open(&self, state: &State, pc: u32, lane: &Lin, what: &str, log: &mut Log) {
        let open = state.open(lane);
        self.complain(pc, &open, what, log);
    }

    fn use_open_value(&self, state: &State, pc: u32, value: &Value, what: &str, log: &mut Log) {
        let open = state.open_value(value);
        self.complain(pc, &open, what, log);
    }

    fn complain(&self, pc: u32, open: &[Atom], what: &str, log: &mut Log) {
        let mut sites: Vec<u32> = open.iter().filter_map(|&atom| site_of(atom)).collect();
        sites.dedup();
        for site in sites {
            let line = self.line(site).pos.line;
            let message =
                format!("the free input of line {line} reaches {what} before a check pins it");
            log.blamed.insert(site);
            log.problem(pc, ProblemKind::FreeInput, message);
        }
        if !open.is_empty() && open.iter().all(|&atom| site_of(atom).is_none()) {
            let message = format!("an earlier free input reaches {what} before a check pins it");
            log.problem(pc, ProblemKind::FreeInput, message);
        }
    }
}

/// The line of a free input.
pub(crate) fn site_of(atom: Atom) -> Option<u32> {
    match atom {
        Atom::Step(pc, Kind::Free, _) => Some(pc),
        _ => None,
    }
}

/// What a memory access is for.
enum Place {
    /// A place that is followed, what it may hold if nothing is known of it here, and whether a prover
    /// may choose that.
    Loc(Loc, [Interval; 2], bool),
    /// A table of constants, and the index in it.
    Table(Vec<u64>, Lin),
    /// Some word, what it may hold, the variable that it is of, and whether a prover may choose it.
    Word([Interval; 2], Option<Variable>, bool),
}

/// The line of an address that is computed.
fn computed(state: &State, address: &Lin, pc: u32, log: &mut Log) -> Option<Edge> {
    if *address == Lin::atom(Atom::Entry(Loc::Reg(Reg::Rr), 0)) {
        return Some(Edge::Return);
    }
    match address.as_constant().and_then(|pc| u32::try_from(pc).ok()) {
        Some(target) => Some(Edge::Goto(target)),
        None => {
            let range = state.eval(address);
            let message = format!("a jump to an address that is not known: it may be {range}");
            log.problem(pc, ProblemKind::Control, message);
            None
        }
    }
}

/// An operation looks up a word: its lanes must be canonical, and of a free input they now are.
pub(crate) fn lookup(state: &mut State, pc: u32, what: &str, value: &Value, log: &mut Log) {
    for (number, lane) in value.iter().enumerate() {
        let range = state.eval(lane);
        if range.within(Interval::LANE) {
            continue;
        }
        if state.open(lane).is_empty() {
            let message = format!("lane {number} of {what} may be {range}");
            log.problem(pc, ProblemKind::Lane, message);
        }
        state.learn(lane.clone(), Interval::LANE);
    }
}

/// Both words are equal, lane by lane.
pub(crate) fn equal(state: &mut State, a: &Value, b: &Value, log: &mut Log) {
    for (x, y) in [(a, b), (b, a)] {
        if state.is_pinned(y)
            && let Some(atoms) = state.witness(x)
        {
            log.pin(&atoms, Pin::Equal);
            state.pin(&atoms);
        }
    }
    for lane in 0..2 {
        state.learn(a[lane].minus(&b[lane]), Interval::ZERO);
    }
}

/// Unknowns for what `$` stands for.
fn fresh(state: &mut State, pc: u32, ranges: [Interval; 2], open: Vec<Atom>) -> Value {
    std::array::from_fn(|lane| {
        if ranges[lane] == Interval::ZERO {
            return Lin::default();
        }
        let atom = Atom::Step(pc, Kind::Bare, lane as u8);
        state.define(atom, ranges[lane], open.clone())
    })
}

/// A word of a table of constants.
fn table_entry(state: &mut State, pc: u32, words: &[u64], index: Lin) -> Value {
    let range = state.eval(&index);
    let inside = Interval::new(0, words.len() as i128 - 1);
    if !range.within(inside) {
        // Some word of memory: perhaps of the stack, which may hold anything.
        return fresh(state, pc, [Interval::ANY; 2], vec![lost(pc)]);
    }
    let words = &words[range.lo as usize..=range.hi as usize];
    if let [word] = words {
        return constant(*word);
    }
    let lane = |word: u64, lane: usize| i128::from((word >> (32 * lane)) as u32);
    let ranges = std::array::from_fn(|number| {
        let lanes = words.iter().map(|&word| lane(word, number));
        Interval::new(lanes.clone().min().unwrap_or(0), lanes.max().unwrap_or(0))
    });
    let open = state.open(&index);
    let value = fresh(state, pc, ranges, open);
    if words.iter().all(|word| word.is_power_of_two()) {
        for atom in value.iter().filter_map(Lin::as_atom) {
            if let Some(info) = state.infos.get_mut(&atom) {
                info.shape = Shape::PowerOfTwo;
            }
        }
    }
    value
}

/// The result of a binary operation.
fn binary_result(state: &mut State, pc: u32, op: BinaryOp, a: &Value, b: &Value) -> Value {
    if let (Some(x), Some(y)) = (as_constant(a), as_constant(b)) {
        return constant(op.eval(x, y).0);
    }
    let mut open = state.open_value(a);
    open.extend(state.open_value(b));
    open.sort_unstable();
    open.dedup();
    let top = |state: &State, lane: &Lin| state.eval(lane).meet(Interval::LANE).hi.max(0);
    match op {
        BinaryOp::Lt | BinaryOp::Slt | BinaryOp::Eq => {
            fresh(state, pc, [Interval::BIT, Interval::ZERO], open)
        }
        BinaryOp::Sub => fresh(state, pc, [Interval::LANE; 2], open),
        BinaryOp::Add => {
            // Without a carry out of lane 0 it is the sum.
            let sum = a[0].plus(Fe::ONE, &b[0]);
            let short = [&a[1], &b[1]]
                .iter()
                .all(|lane| lane.as_constant() == Some(0));
            if short && state.is_lane(&sum) {
                return [sum, Lin::default()];
            }
            fresh(state, pc, [Interval::LANE; 2], open)
        }
        BinaryOp::Or | BinaryOp::Xor => {
            let ranges = std::array::from_fn(|lane| {
                let bits = top(state, &a[lane]).max(top(state, &b[lane])) as u64;
                let ones = u64::MAX.checked_shr(bits.leading_zeros()).unwrap_or(0);
                Interval::new(0, i128::from(ones))
            });
            fresh(state, pc, ranges, open)
        }
        BinaryOp::And => {
            let lanes = std::array::from_fn(|lane| {
                let (x, y) = (&a[lane], &b[lane]);
                let mask = |lane: &Lin| lane.as_constant().and_then(|m| u32::try_from(m).ok());
                match (mask(x), mask(y)) {
                    (_, Some(mask)) => masked(state, (pc, lane as u8), x, mask, &open),
                    (Some(mask), None) => masked(state, (pc, lane as u8), y, mask, &open),
                    (None, None) => {
                        let most = top(state, x).min(top(state, y));
                        let atom = Atom::Step(pc, Kind::Bare, lane as u8);
                        state.define(atom, Interval::new(0, most), open.clone())
                    }
                }
            });
            for (lane, result) in lanes.iter().enumerate() {
                both_parts(state, &a[lane], &b[lane], result);
            }
            lanes
        }
    }
}

/// `x & mask`, one lane: 2^s·kept, where x = 2^s·kept + 2^t·cut.
fn masked(state: &mut State, (pc, lane): (u32, u8), x: &Lin, mask: u32, open: &[Atom]) -> Lin {
    let range = state.eval_closely(x).meet(Interval::LANE);
    let whole = u128::from(mask).count_ones() == mask.trailing_ones();
    if mask == u32::MAX || (whole && range.hi <= i128::from(mask)) {
        return x.clone();
    }
    if mask == 0 {
        return Lin::default();
    }
    // Bits of x that are 0 because all of its terms are multiples of a power of two.
    let zeros = state.common_zeros(x);
    let even = u32::MAX.checked_shl(zeros).unwrap_or(0);
    if mask & even == 0 {
        return Lin::default();
    }
    let (s, t) = (
        (mask & even).trailing_zeros(),
        (!mask & even).trailing_zeros().min(31),
    );
    let kept_range = Interval::new(0, i128::from(mask).min(range.hi) >> s);
    let mut cut_range = Interval::new(0, i128::from(!mask).min(range.hi) >> t);
    if whole {
        // What is left is at least x - mask, and a multiple of 2^t.
        let least = (range.lo - i128::from(mask)).max(0);
        cut_range.lo = (least + (1 << t) - 1) >> t;
    }
    let kept = state.define(Atom::Step(pc, Kind::Kept, lane), kept_range, open.to_vec());
    let cut = state.define(Atom::Step(pc, Kind::Cut, lane), cut_range, open.to_vec());
    let result = kept.scaled(Fe::from(1u64 << s));
    let rest = x.minus(&result).plus(-Fe::from(1u64 << t), &cut);
    state.learn(rest, Interval::ZERO);
    result
}

/// The result of AND is a part of either operand; and what is left of one operand leaves room for any
/// other part of the other.
fn both_parts(state: &mut State, a: &Lin, b: &Lin, result: &Lin) {
    if result.terms.is_empty() {
        return;
    }
    for (x, mask) in [(a, b), (b, a)] {
        let others: Vec<Lin> = state
            .parts
            .iter()
            .filter(|(part, whole)| whole == mask && part != result)
            .map(|(part, _)| part.clone())
            .collect();
        let left = x.minus(result);
        if !left.terms.is_empty() {
            state.learn(left.clone(), Interval::LANE);
        }
        for part in others {
            state.learn(left.plus(Fe::ONE, &part), Interval::LANE);
        }
    }
    if !b.terms.is_empty() {
        state.learn_part(result.clone(), b.clone());
    }
    if !a.terms.is_empty() {
        state.learn_part(result.clone(), a.clone());
    }
}

/// Gives the lanes of a word a shape.
pub(crate) fn shape(state: &mut State, value: &Value, shape: impl Fn() -> Shape) {
    for (lane, lin) in value.iter().enumerate() {
        // Lanes may have changed their places since they were made.
        if let Some(atom) = lin
            .as_atom()
            .filter(|atom| usize::from(atom.lane()) == lane)
            && let Some(info) = state.infos.get_mut(&atom)
        {
            info.shape = shape();
        }
    }
}

/// A word shared between shapes.
pub(crate) fn shared(value: &Value) -> Rc<Value> {
    Rc::new(value.clone())
}
