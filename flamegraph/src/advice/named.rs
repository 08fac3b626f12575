//! What is counted in functions that are told by their names.

use std::collections::BTreeMap;

use super::find::{Count, Counted, Place};
use super::names::Named;
use super::rules::Names;
use crate::granularity::Granularity;
use crate::profile::FunctionId;
use crate::top::Top;

impl<'a> Counted<'a> {
    /// The cycles in functions of some names and all they call; none if no such function is among so
    /// many that cost most themselves.
    pub(super) fn named(&self, names: &Names, within: usize) -> Option<BTreeMap<Place, Count>> {
        let profile = self.profile;
        let entry = self.entry().map(|id| self.name_of(id));
        let top = self
            .top
            .get_or_init(|| Top::new(profile, profile.default_metric(), Granularity::Function));
        let mut first = top.rows.iter().take(within);
        let is_named = |name, file| names.has(Named { name, file }, entry);
        if !first.any(|row| is_named(&row.function, row.declared_file.as_deref())) {
            return None;
        }
        let named: Vec<bool> = profile
            .function_ids()
            .map(|id| names.has(self.name_of(id), entry))
            .collect();
        // The innermost such function of each stack, and the function as it was compiled that it is in.
        // Callers have smaller ids.
        let mut inside: Vec<Option<(FunctionId, FunctionId)>> = Vec::new();
        for stack in profile.stacks() {
            let location = profile.location(stack.location);
            let mut lines = location.lines.iter().map(|line| line.function);
            let here = lines.find(|function| named[function.index()]);
            let here = here.map(|function| (function, location.outermost().function));
            let outer = || stack.parent.and_then(|parent| inside[parent.index()]);
            let innermost = here.or_else(outer);
            inside.push(innermost);
        }
        let mut count = Count::default();
        for sample in profile.samples() {
            let value = self.value(&sample);
            let Some((function, compiled)) = inside[sample.stack.index()].filter(|_| value != 0)
            else {
                continue;
            };
            count.cycles += value;
            count.add_from((profile.source_function(function), None), compiled, value);
        }
        count.parts.insert((1, 1), count.cycles);
        Some([(Place::Run, count)].into())
    }

    fn name_of(&self, id: FunctionId) -> Named<'a> {
        let file = self.profile.function(id).file;
        Named {
            name: self.profile.function_name(id),
            file: file.map(|file| self.profile.text(file)),
        }
    }

    /// The program's outermost function.
    fn entry(&self) -> Option<FunctionId> {
        let profile = self.profile;
        let outermost = profile.samples().find_map(|sample| {
            let frames = profile.stack(sample.stack);
            let functions = frames.map(|id| profile.location(id).outermost().function);
            functions
                .filter(|&function| !profile.is_synthetic(function))
                .last()
        });
        outermost.map(|id| profile.source_function(id))
    }
}
