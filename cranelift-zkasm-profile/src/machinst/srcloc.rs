//! Source locations that the mid-end dropped, found again.
//!
//! The optimiser makes instructions without location in three ways. It rewrites one into another and
//! notes a *union*: both compute the same value. It rewrites one into another that *subsumes* it, and
//! notes nothing: so it regroups sums and other chains. And it copies one to where the value is used,
//! most often with a constant made anew. The instructions it started from are still in the data-flow
//! graph, with their locations.
//!
//! So values fall into classes: those that unions connect; those of pure instructions that are alike in
//! everything but arguments of the same class; and [sums](sums) of the same terms. The *operators* of a class are
//! the original instructions that compute it, with the blocks that they stood in. Which of them an instruction
//! serves, see [`SourceLocs::of`].

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use cranelift_codegen::Context;
use cranelift_codegen::dominator_tree::DominatorTreePreorder;
use cranelift_codegen::ir::dfg::ValueDef;
use cranelift_codegen::ir::{Block, Function, Inst, SourceLoc, Value};
use cranelift_codegen::loop_analysis::LoopAnalysis;
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntitySet, SecondaryMap};

use super::lower::has_effect;
use super::sums;
use crate::midend::Optimized;

/// How often values are looked through: what is not found by then inherits its location.
const ROUNDS: usize = 8;

/// An original instruction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Operator {
    /// Its offset in the module.
    offset: u32,
    /// The block that it stood in.
    home: Block,
}

/// The locations of a function's instructions after optimisation.
pub(crate) struct SourceLocs {
    /// Towards the representative of a value's class.
    parents: SecondaryMap<Value, PackedOption<Value>>,
    /// By representative: the operators of the class, by offset.
    operators: HashMap<Value, Vec<Operator>>,
    /// What is used and computes what another such instruction has computed before.
    copies: EntitySet<Inst>,
    dominance: DominatorTreePreorder,
    loops: LoopAnalysis,
}

impl SourceLocs {
    /// Gathers the classes of a function's values, and their operators.
    pub fn new(optimized: &Optimized, is_used: impl Fn(Value) -> bool) -> SourceLocs {
        let Context {
            func, cfg, domtree, ..
        } = &optimized.ctx;
        let mut dominance = DominatorTreePreorder::new();
        dominance.compute(domtree, &func.layout);
        let mut loops = LoopAnalysis::new();
        loops.compute(func, cfg, domtree);
        let mut found = SourceLocs {
            parents: SecondaryMap::new(),
            operators: HashMap::new(),
            copies: EntitySet::new(),
            dominance,
            loops,
        };
        for value in func.dfg.values() {
            if let ValueDef::Union(x, y) = func.dfg.value_def(value) {
                found.unite(value, x);
                found.unite(value, y);
            }
        }
        for _ in 0..ROUNDS {
            // Each may find what the other needs.
            let (alike, sums) = (found.alike(func), found.sums(func));
            if !alike && !sums {
                break;
            }
        }
        // By class: what computes it after optimisation and is used.
        let mut live: HashMap<Value, Vec<Inst>> = HashMap::new();
        for value in func.dfg.values() {
            let ValueDef::Result(inst, _) = func.dfg.value_def(value) else {
                continue;
            };
            let class = found.class(value);
            let block = func.layout.inst_block(inst);
            if block.is_some() && is_used(value) && is_pure(func, inst) {
                live.entry(class).or_default().push(inst);
            }
            let home = optimized.home[inst].expand().or(block);
            if let (false, Some(home)) = (func.srcloc(inst).is_default(), home) {
                let offset = func.srcloc(inst).bits();
                let operators = found.operators.entry(class).or_default();
                operators.push(Operator { offset, home });
            }
        }
        for operators in found.operators.values_mut() {
            operators.sort_unstable();
            operators.dedup();
        }
        for alike in live.into_values() {
            found.find_copies(func, alike);
        }
        found
    }

    /// Finds the copies among instructions of one class.
    fn find_copies(&mut self, func: &Function, mut alike: Vec<Inst>) {
        // What one dominates follows it, and nothing else in between.
        alike.sort_unstable_by(|&x, &y| self.dominance.pre_cmp(x, y, &func.layout));
        let mut first = None;
        for inst in alike {
            let block = func.layout.inst_block(inst);
            let is_copy = |(first, block): (Block, Block)| self.dominance.dominates(first, block);
            match first.zip(block).is_some_and(is_copy) {
                true => {
                    self.copies.insert(inst);
                }
                false => first = block,
            }
        }
    }

    /// Unites pure instructions that are alike; tells whether there were any.
    fn alike(&mut self, func: &Function) -> bool {
        // By hash, one of each class.
        let mut alike: HashMap<u64, Vec<Inst>> = HashMap::new();
        let mut any = false;
        for value in func.dfg.values() {
            if let ValueDef::Result(inst, 0) = func.dfg.value_def(value)
                && is_pure(func, inst)
            {
                let alike = alike.entry(self.hash(func, inst)).or_default();
                let same = alike
                    .iter()
                    .find(|&&other| self.same(func, inst, other))
                    .copied();
                match same {
                    Some(other) => any |= self.unite(value, func.dfg.first_result(other)),
                    None => alike.push(inst),
                }
            }
        }
        any
    }

    /// Unites sums of the same terms; tells whether there were any.
    fn sums(&mut self, func: &Function) -> bool {
        let pairs = sums::equal(func, |value| self.class(value));
        let united = pairs.into_iter().map(|(x, y)| self.unite(x, y));
        united.fold(false, |any, united| any | united)
    }

    /// The operator that an instruction serves, whose value is asked for at an offset in the module; none if it
    /// serves none but who asks. What has an effect serves its own. Of the others, in this order:
    ///
    /// 1. Its own operator, if that has run by now: if it stood in a block which dominates where the
    ///    instruction is now, and no loop is around the instruction that was not around the operator, where it would
    ///    be computed anew each turn.
    /// 2. The last of its class that has run by now, in the same sense, and stands before who asks, for operands
    ///    stand before what uses them. But if the value was computed before, and that is used, too, then
    ///    this is a copy, which was made for who asks.
    /// 3. The only one of its class that follows: it was moved out of a loop, or of an arm.
    pub fn of(&self, func: &Function, inst: Inst, asked: Option<u32>) -> SourceLoc {
        let own = func.srcloc(inst);
        let (Some(block), [result]) = (func.layout.inst_block(inst), func.dfg.inst_results(inst))
        else {
            return own;
        };
        if !is_pure(func, inst) {
            return own;
        }
        let class = self.class(*result);
        let operators = self.operators.get(&class).map_or(&[][..], Vec::as_slice);
        let ran = |operator: &&Operator| self.has_run(operator.home, block);
        if !own.is_default() {
            let first = operators.partition_point(|operator| operator.offset < own.bits());
            let mut its_own = operators[first..]
                .iter()
                .take_while(|operator| operator.offset == own.bits());
            if its_own.any(|operator| self.has_run(operator.home, block)) {
                return own;
            }
        }
        let until = asked.map_or(operators.len(), |asked| {
            operators.partition_point(|operator| operator.offset <= asked)
        });
        if let Some(last) = operators[..until].iter().rev().find(ran) {
            return match self.copies.contains(inst) {
                true => SourceLoc::default(),
                false => SourceLoc::new(last.offset),
            };
        }
        let mut following = operators
            .iter()
            .filter(|operator| self.dominance.dominates(block, operator.home));
        match (following.next(), following.next_back()) {
            (Some(first), last) if last.is_none_or(|last| last.offset == first.offset) => {
                SourceLoc::new(first.offset)
            }
            _ => SourceLoc::default(),
        }
    }

    /// Whether what stood in one block has run whenever control is in the other, and as often since.
    fn has_run(&self, home: Block, block: Block) -> bool {
        let innermost = self.loops.innermost_loop(block);
        self.dominance.dominates(home, block)
            && innermost.is_none_or(|innermost| self.loops.is_in_loop(home, innermost))
    }

    fn class_of(&self, func: &Function, value: Value) -> Value {
        self.class(func.dfg.resolve_aliases(value))
    }

    fn hash(&self, func: &Function, inst: Inst) -> u64 {
        let mut hasher = DefaultHasher::new();
        let class = |value| self.class_of(func, value);
        func.dfg.insts[inst].hash(&mut hasher, &func.dfg.value_lists, class);
        hasher.finish()
    }

    fn same(&self, func: &Function, x: Inst, y: Inst) -> bool {
        let class = |value| self.class_of(func, value);
        let ty = |inst| func.dfg.value_type(func.dfg.first_result(inst));
        let (data, other) = (&func.dfg.insts[x], &func.dfg.insts[y]);
        ty(x) == ty(y) && data.eq(other, &func.dfg.value_lists, class)
    }

    fn class(&self, value: Value) -> Value {
        let mut class = value;
        while let Some(parent) = self.parents[class].expand() {
            class = parent;
        }
        class
    }

    /// Whether they were not in one class before.
    fn unite(&mut self, x: Value, y: Value) -> bool {
        let (x, y) = (self.class(x), self.class(y));
        if x != y {
            // Towards the smaller number: chains stay short, as unions are made in order.
            let (root, leaf) = if x.as_u32() < y.as_u32() {
                (x, y)
            } else {
                (y, x)
            };
            self.parents[leaf] = root.into();
        }
        x != y
    }
}

fn is_pure(func: &Function, inst: Inst) -> bool {
    let opcode = func.dfg.insts[inst].opcode();
    func.dfg.inst_results(inst).len() == 1 && !opcode.can_load() && !has_effect(func, inst)
}
