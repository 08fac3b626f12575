//! Source locations that the mid-end dropped, found again.
//!
//! The optimiser makes instructions without location in two ways. It rewrites one into another and
//! notes a *union*: both compute the same value. And it copies one to where the value is used, most
//! often with a constant made anew. The instructions it started from are still in the data-flow
//! graph, with their locations.
//!
//! So values fall into classes: those that unions connect, and those of pure instructions that are
//! alike in everything but arguments of the same class. An instruction without location takes that
//! of the first original instruction in the class of its result. That is exact: it is an operator
//! whose value the instruction computes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use cranelift_codegen::ir::dfg::ValueDef;
use cranelift_codegen::ir::{Function, Inst, SourceLoc, Value};
use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;

use super::lower::has_effect;

/// The locations of a function's instructions after optimisation.
pub(crate) struct SourceLocs {
    /// Towards the representative of a value's class.
    parents: SecondaryMap<Value, PackedOption<Value>>,
    /// By representative.
    locs: SecondaryMap<Value, SourceLoc>,
}

impl SourceLocs {
    /// Gathers the classes of a function's values and their locations.
    pub fn new(func: &Function) -> SourceLocs {
        let mut found = SourceLocs {
            parents: SecondaryMap::new(),
            locs: SecondaryMap::new(),
        };
        // Pure instructions by hash, one of each class.
        let mut alike: HashMap<u64, Vec<Inst>> = HashMap::new();
        for value in func.dfg.values() {
            match func.dfg.value_def(value) {
                ValueDef::Union(x, y) => {
                    found.unite(value, x);
                    found.unite(value, y);
                }
                ValueDef::Result(inst, 0) if is_pure(func, inst) => {
                    let alike = alike.entry(found.hash(func, inst)).or_default();
                    let same = alike
                        .iter()
                        .find(|&&other| found.same(func, inst, other))
                        .copied();
                    match same {
                        Some(other) => found.unite(value, func.dfg.first_result(other)),
                        None => alike.push(inst),
                    }
                }
                _ => {}
            }
        }
        for value in func.dfg.values() {
            if let ValueDef::Result(inst, _) = func.dfg.value_def(value)
                && !func.srcloc(inst).is_default()
            {
                let class = found.class(value);
                if found.locs[class].is_default() {
                    found.locs[class] = func.srcloc(inst);
                }
            }
        }
        found
    }

    /// The location of an instruction: its own, or that of its result's class.
    pub fn of(&self, func: &Function, inst: Inst) -> SourceLoc {
        let own = func.srcloc(inst);
        if !own.is_default() {
            return own;
        }
        match func.dfg.inst_results(inst) {
            [result] => self.locs[self.class(*result)],
            _ => own,
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

    fn unite(&mut self, x: Value, y: Value) {
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
    }
}

fn is_pure(func: &Function, inst: Inst) -> bool {
    let opcode = func.dfg.insts[inst].opcode();
    func.dfg.inst_results(inst).len() == 1 && !opcode.can_load() && !has_effect(func, inst)
}
