//! Source locations that the mid-end dropped, found again.
//!
//! The optimiser makes instructions without location in three ways. It rewrites one into another and
//! notes a *union*: both compute the same value. It rewrites one into another that *subsumes* it, and
//! notes nothing: so it regroups sums and other chains. And it copies one to where the value is used,
//! most often with a constant made anew. The instructions it started from are still in the data-flow
//! graph, with their locations.
//!
//! So values fall into classes: those that unions connect; those of pure instructions that are alike in
//! everything but arguments of the same class; and [sums](sums) of the same terms. An instruction takes its
//! location from an original instruction in the class of its result: an operator whose value it computes.
//! There may be several, in both arms of an `if` say, of which it serves one: then it is the last before the
//! instruction that asks for the value, for operands stand before what uses them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use cranelift_codegen::ir::dfg::ValueDef;
use cranelift_codegen::ir::{Function, Inst, SourceLoc, Value};
use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;

use super::lower::has_effect;
use super::sums;

/// How often values are looked through: what is not found by then inherits its location.
const ROUNDS: usize = 8;

/// The locations of a function's instructions after optimisation.
pub(crate) struct SourceLocs {
    /// Towards the representative of a value's class.
    parents: SecondaryMap<Value, PackedOption<Value>>,
    /// By representative: the locations of original instructions, ascending.
    locs: HashMap<Value, Vec<u32>>,
}

impl SourceLocs {
    /// Gathers the classes of a function's values and their locations.
    pub fn new(func: &Function) -> SourceLocs {
        let mut found = SourceLocs {
            parents: SecondaryMap::new(),
            locs: HashMap::new(),
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
        for value in func.dfg.values() {
            if let ValueDef::Result(inst, _) = func.dfg.value_def(value)
                && !func.srcloc(inst).is_default()
            {
                let class = found.class(value);
                let locs = found.locs.entry(class).or_default();
                locs.push(func.srcloc(inst).bits());
            }
        }
        for locs in found.locs.values_mut() {
            locs.sort_unstable();
            locs.dedup();
        }
        found
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

    /// The location of an instruction whose value is asked for at an offset in the module, or of none if it is not
    /// known who asks: its own, or one of its result's class.
    pub fn of(&self, func: &Function, inst: Inst, asked: Option<u32>) -> SourceLoc {
        let own = func.srcloc(inst);
        let locs = match func.dfg.inst_results(inst) {
            [result] if is_pure(func, inst) || own.is_default() => {
                self.locs.get(&self.class(*result))
            }
            _ => None,
        };
        let Some(locs) = locs else {
            return own;
        };
        let before = asked.map_or(0, |asked| locs.partition_point(|&loc| loc <= asked));
        match before.checked_sub(1).and_then(|last| locs.get(last)) {
            Some(&last) => SourceLoc::new(last),
            None if own.is_default() => locs.first().map_or(own, |&first| SourceLoc::new(first)),
            None => own,
        }
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
