//! Functions as they were inlined: where in the program they are.

use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::SideTable;
use runtime_hooks::sidetable::{Contribution, FunctionName};
use zkasm::ZkPc;

use super::{InlinedInto, Run};
use crate::profile::{FunctionId, Location, Profile};

impl Run<'_> {
    /// The wanted functions of the source that are inlined in a location, without that which it was compiled for.
    pub(super) fn inlined(&self, location: &Location) -> BTreeSet<FunctionId> {
        let compiled = self.profile.source_function(location.outermost().function);
        let frames = location.lines.iter().rev().skip(1);
        let frames = frames
            .map(|line| line.function)
            .filter(|function| self.wanted[function.index()] && !self.regions[function.index()]);
        let functions = frames.map(|function| self.profile.source_function(function));
        functions.filter(|&function| function != compiled).collect()
    }
}

/// Where a function is inlined.
pub(super) struct Inlined {
    /// For each location of the side table, the outermost one around it, or itself, that is a frame of the function.
    pub(super) roots: Vec<Option<u32>>,
    /// The rows that do something for it in functions that it is not, ascending.
    pub(super) rows: Vec<ZkPc>,
}

impl Inlined {
    /// Of the wanted instances of a function of the source.
    pub(super) fn new(run: &Run<'_>, function: FunctionId) -> Inlined {
        let (map, profile) = (run.map, run.profile);
        let instances = profile
            .function_ids()
            .filter(|&id| run.wanted[id.index()] && profile.source_function(id) == function);
        let instances: Vec<FunctionId> = instances.collect();
        let is_of = |name: &FunctionName| {
            let mut instances = instances.iter();
            instances.any(|&id| is_named(map, profile, id, name))
        };
        let is_of: Vec<bool> = map.inlined.iter().map(is_of).collect();
        let mut roots: Vec<Option<u32>> = Vec::with_capacity(map.locations.len());
        for (id, location) in (0..).zip(&map.locations) {
            // Callers come first.
            let outer = location.inlined_at.and_then(|at| roots[at as usize]);
            let own = location.inlined.filter(|&inlined| is_of[inlined as usize]);
            roots.push(outer.or(own.map(|_| id)));
        }
        let mut inlined = Inlined {
            roots,
            rows: Vec::new(),
        };
        for block in &map.blocks {
            // The side table's functions come first in the profile.
            let compiled = FunctionId::new(block.function.0 as usize);
            if profile.source_function(compiled) == function {
                continue;
            }
            let rows = (block.first..).take(block.rows as usize).map(ZkPc);
            let rows = rows.filter(|zkpc| {
                let mut contributions = map.rows[zkpc.index()].contributions.iter();
                contributions.any(|&id| inlined.root(&map.contributions[id as usize]).is_some())
            });
            let rows: Vec<ZkPc> = rows.collect();
            inlined.rows.extend(rows);
        }
        inlined
    }

    /// The outermost frame of the function that something is in; none if it is in none.
    pub(super) fn root(&self, of: &Contribution) -> Option<u32> {
        self.roots[of.location? as usize]
    }
}

/// Whether an inlined function of the side table is one of the profile.
fn is_named(map: &SideTable, profile: &Profile, id: FunctionId, name: &FunctionName) -> bool {
    let function = profile.function(id);
    let text = |id| profile.text(id);
    let file = name
        .declared
        .map(|(file, _)| map.files[file as usize].as_str());
    profile.function_name(id) == name.name
        && function.system_name.map(text) == name.linkage_name.as_deref()
        && function.file.map(text) == file
        && function.start_line == name.declared.map_or(0, |(_, line)| line)
}

/// What ran of an inlined function, by the functions that it is inlined into.
#[derive(Default)]
pub(super) struct Into {
    functions: BTreeMap<String, (u64, BTreeSet<Call>)>,
}

/// A place where a function is inlined: a compiled function, and a location in it.
type Call = (u32, Option<u32>);

impl Into {
    /// Adds a zkASM line of a compiled function.
    pub(super) fn add(
        &mut self,
        map: &SideTable,
        function: runtime_hooks::FunctionId,
        root: u32,
        value: u64,
    ) {
        let name = map.functions[function.0 as usize].name.name.clone();
        let (sum, places) = self.functions.entry(name).or_default();
        *sum += value;
        places.insert((function.0, map.locations[root as usize].inlined_at));
    }

    /// The functions, the costliest first.
    pub(super) fn finish(self) -> Vec<InlinedInto> {
        let functions = self.functions.into_iter();
        let functions = functions.map(|(function, (value, places))| InlinedInto {
            function,
            value,
            places: places.len() as u64,
        });
        let mut functions: Vec<InlinedInto> = functions.collect();
        functions.sort_by_key(|into| std::cmp::Reverse(into.value));
        functions
    }
}
