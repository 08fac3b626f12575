//! One function: its zkASM lines by operator, operators by source line.

use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::sidetable::{Contribution, Origin, Row};
use zkasm::ZkPc;

use super::lines::{Nodes, Part};
use super::{AlsoDone, AnnotatedFunction, AnnotatedOperator, Run, Texts, ZkasmLine};
use crate::listing::Listing;
use crate::profile::FunctionId;

/// Annotates a function that ran.
pub(super) fn annotated(run: &Run<'_>, texts: &Texts<'_>, id: FunctionId) -> AnnotatedFunction {
    let profile = run.profile;
    let function = profile.function(id);
    let values = &run.values[&id];
    let rows = rows(run, id);
    let times = |zkpc: ZkPc| run.times.get(&(map_id(id), zkpc)).copied().unwrap_or(0);
    let mut nodes = Nodes::new(run.map);
    for &zkpc in &rows {
        let row = &run.map.rows[zkpc.index()];
        let value = values.placed.get(&u64::from(zkpc.0)).copied().unwrap_or(0);
        let line = zkasm_line(run, texts, (zkpc, row), value, times(zkpc));
        let payer = run.map.payer(row);
        nodes.operator(payer).pay(line);
        for &other in &row.contributions[1..] {
            let other = &run.map.contributions[other as usize];
            if other.wasm_offset.is_some() && other.wasm_offset != payer.wasm_offset {
                nodes.operator(other).served_by(zkpc.0);
            }
        }
    }
    let self_value = values.sum();
    let declared = function.file.filter(|_| function.start_line != 0);
    let file = declared.map(|file| profile.text(file).to_owned());
    let mut lines = nodes.into_lines(file.as_deref(), self_value, run.sum);
    if let Some((listing, text)) = texts.wat {
        let operators = lines.iter_mut().flat_map(|line| &mut line.operators);
        give_text(operators, listing, text);
    }
    AnnotatedFunction {
        function: profile.text(function.name).to_owned(),
        system_name: function.system_name.map(|id| profile.text(id).to_owned()),
        line: file.as_ref().map(|_| function.start_line),
        file,
        self_value,
        self_percent: run.percent(self_value),
        unplaced: values.unplaced,
        zkasm_lines: rows.len() as u64,
        zkasm_lines_run: rows.iter().filter(|zkpc| times(**zkpc) != 0).count() as u64,
        lines,
    }
}

/// The same function in the side table, whose functions come first; of a synthetic one, an id that is
/// not listed there.
fn map_id(id: FunctionId) -> runtime_hooks::FunctionId {
    runtime_hooks::FunctionId(id.index() as u32)
}

/// The rows of a function, ascending: those of its blocks, and those that it ran. Where functions are
/// labels, rows that others ran are not its own.
fn rows(run: &Run<'_>, id: FunctionId) -> Vec<ZkPc> {
    let map = run.map;
    let id = map_id(id);
    let mut rows: BTreeSet<ZkPc> = BTreeSet::new();
    for block in map.blocks.iter().filter(|block| block.function == id) {
        rows.extend((block.first..).take(block.rows as usize).map(ZkPc));
    }
    if map.is_of_labels() {
        let others = run.times.keys().filter(|(function, _)| *function != id);
        for (_, zkpc) in others {
            rows.remove(zkpc);
        }
    }
    let ran = run.times.range((id, ZkPc(0))..).map(|(&key, _)| key);
    let ran = ran.take_while(|(function, _)| *function == id);
    rows.extend(ran.map(|(_, zkpc)| zkpc));
    rows.into_iter().collect()
}

fn zkasm_line(
    run: &Run<'_>,
    texts: &Texts<'_>,
    (zkpc, row): (ZkPc, &Row),
    value: u64,
    times: u64,
) -> ZkasmLine {
    let map = run.map;
    let payer = map.payer(row);
    let also = row.contributions[1..].iter().map(|&id| {
        let other = &map.contributions[id as usize];
        let elsewhere = other.wasm_offset.is_some() && other.wasm_offset != payer.wasm_offset;
        let elsewhere = Some(other).filter(|_| elsewhere);
        AlsoDone {
            cause: other.cause.to_string(),
            wasm_offset: elsewhere.and_then(|other| Some(other.wasm_offset?.0)),
            operator: elsewhere.and_then(|other| operator(map, other)),
        }
    });
    ZkasmLine {
        zkpc: zkpc.0,
        text: texts.zkasm.get(zkpc.index()).cloned().unwrap_or_default(),
        value,
        times,
        cause: payer.cause.to_string(),
        rule: payer.rule.map(|rule| map.rules[rule as usize].clone()),
        inherited: payer.origin == Some(Origin::Inherited),
        also: also.collect(),
    }
}

pub(super) fn operator(map: &runtime_hooks::SideTable, of: &Contribution) -> Option<String> {
    of.operator.map(|id| map.operators[id as usize].clone())
}

/// Gives operators their lines of the module's text, and those before them that have no operator here:
/// each line to the next that has.
fn give_text<'a>(
    operators: impl Iterator<Item = &'a mut AnnotatedOperator>,
    listing: &Listing,
    text: &str,
) {
    let mut by_offset: BTreeMap<u64, Vec<&mut AnnotatedOperator>> = BTreeMap::new();
    for operator in operators {
        if let Some(offset) = operator.wasm_offset {
            let alike = by_offset.entry(u64::from(offset)).or_default();
            alike.push(operator);
        }
    }
    let Some(&first) = by_offset.keys().next() else {
        return;
    };
    let lines: Vec<&str> = text.lines().collect();
    let line = |number: u32| lines.get((number as usize).checked_sub(1)?).copied();
    let mut before = Vec::new();
    for (place, number) in listing.function_places(first) {
        let Some(item) = line(number).and_then(Listing::item) else {
            continue;
        };
        match by_offset.get_mut(&place) {
            // What is of several source lines has the lines before it in the first.
            Some(alike) => {
                for operator in alike {
                    operator.text = Some(item.to_owned());
                    operator.before = std::mem::take(&mut before);
                }
            }
            // Locals are no operators.
            None if item.starts_with('(') => {}
            None => before.push(item.to_owned()),
        }
    }
}

impl Part {
    /// Adds a zkASM line that it pays for.
    fn pay(&mut self, line: ZkasmLine) {
        // No overflow: no sum of values exceeds the metric's total.
        self.operator.value += line.value;
        self.operator.zkasm.push(line);
    }

    /// Adds a zkASM line that serves it, and that another pays for.
    fn served_by(&mut self, zkpc: u32) {
        if self.operator.paid_by_others.last() != Some(&zkpc) {
            self.operator.paid_by_others.push(zkpc);
        }
    }
}
