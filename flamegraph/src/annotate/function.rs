//! One function: its zkASM lines by operator, operators by source line.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::SideTable;
use runtime_hooks::sidetable::{Contribution, Origin, Row};
use zkasm::{JumpKind, JumpTarget, ZkPc};

use super::inlined::{Inlined, Into};
use super::lines::{Nodes, Part};
use super::wat::give_text;
use super::{AlsoDone, AnnotatedFunction, Asked, OfCause, Run, Texts, ZkasmLine};
use crate::profile::FunctionId;

/// Annotates a function that ran.
pub(super) fn annotated(run: &Run<'_>, texts: &Texts<'_>, asked: Asked) -> AnnotatedFunction {
    let (profile, map) = (run.profile, run.map);
    let function = profile.function(asked.id());
    let values = &run.values[&asked];
    let inlined = match asked {
        Asked::Compiled(_) => None,
        Asked::Inlined(id) => Some(Inlined::new(run, id)),
    };
    let rows = match &inlined {
        None => rows(run, asked.id()),
        Some(inlined) => inlined.rows.clone(),
    };
    let mut nodes = Nodes::new(
        map,
        inlined.as_ref().map(|inlined| inlined.roots.as_slice()),
    );
    let mut into = Into::default();
    let mut causes: BTreeMap<String, u64> = BTreeMap::new();
    let (mut count, mut ran) = (0, 0);
    for &zkpc in &rows {
        let row = &map.rows[zkpc.index()];
        let payer = map.payer(row);
        let home = match &inlined {
            None => map_id(asked.id()),
            Some(_) => home(map, zkpc),
        };
        let root = |of: &Contribution| match &inlined {
            None => Some(None),
            Some(inlined) => inlined.root(of).map(Some),
        };
        let name = inlined
            .as_ref()
            .map(|_| &map.functions[home.0 as usize].name.name);
        if let Some(root) = root(payer) {
            let times = run.times.get(&(home, zkpc)).copied().unwrap_or(0);
            let value = values.placed.get(&u64::from(zkpc.0)).copied().unwrap_or(0);
            let mut line = zkasm_line(run, texts, (zkpc, row), value, times);
            line.labels = run.labels.get(&zkpc).cloned().unwrap_or_default();
            count += 1;
            ran += u64::from(times != 0);
            // No overflow: no sum of values exceeds the metric's total.
            if !run.is_of_calls {
                *causes.entry(line.cause.clone()).or_default() += value;
            }
            if let Some(root) = root.filter(|_| times != 0) {
                into.add(map, home, root, value);
            }
            nodes.operator(payer, name).pay(line);
        }
        for &other in &row.contributions[1..] {
            let other = &map.contributions[other as usize];
            let elsewhere = other.wasm_offset.is_some() && other.wasm_offset != payer.wasm_offset;
            if elsewhere && root(other).is_some() {
                nodes.operator(other, name).served_by(zkpc.0);
            }
        }
    }
    let self_value = values.sum();
    let declared = function.file.filter(|_| function.start_line != 0);
    let file = declared.map(|file| profile.text(file).to_owned());
    let mut lines = nodes.into_lines(file.as_deref(), self_value, run.sum);
    if let Some((listing, text)) = texts.wat {
        let operators = lines.iter_mut().flat_map(|line| &mut line.operators);
        give_text(operators, &run.offsets, listing, text);
    }
    AnnotatedFunction {
        function: profile.text(function.name).to_owned(),
        system_name: function.system_name.map(|id| profile.text(id).to_owned()),
        line: file.as_ref().map(|_| function.start_line),
        file,
        self_value,
        self_percent: run.percent(self_value),
        unplaced: values.unplaced,
        inlined_into: inlined.map(|_| into.finish()),
        causes: sorted(causes),
        zkasm_lines: count,
        zkasm_lines_run: ran,
        lines,
    }
}

/// Those for which something was counted, the most first.
fn sorted(causes: BTreeMap<String, u64>) -> Vec<OfCause> {
    let causes = causes.into_iter().filter(|(_, value)| *value != 0);
    let causes = causes.map(|(cause, value)| OfCause { cause, value });
    let mut causes: Vec<OfCause> = causes.collect();
    causes.sort_by_key(|of| Reverse(of.value));
    causes
}

/// The function that was compiled with a row.
fn home(map: &SideTable, zkpc: ZkPc) -> runtime_hooks::FunctionId {
    let block = map.block_at(zkpc).expect("every row is in a block");
    map.blocks[block.0 as usize].function
}

/// Where a line may jump, if that is written in it: of two places, the one that is not the next line.
fn jump(texts: &Texts<'_>, zkpc: ZkPc) -> Option<u32> {
    let jump = texts.rom?.lines.get(zkpc.index())?.jump.as_ref()?;
    if matches!(jump.kind, JumpKind::Return | JumpKind::Repeat) {
        return None;
    }
    [jump.target, jump.otherwise]
        .into_iter()
        .find_map(|target| match target {
            JumpTarget::Line(zkpc) => Some(zkpc.0),
            JumpTarget::Next | JumpTarget::Indexed(..) => None,
        })
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
        labels: Vec::new(),
        jump: jump(texts, zkpc),
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
