//! A planted change, one more spill before each call, moves the cause `spill` and no other.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::collections::BTreeMap;

use common::{root, simulate};
use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::sidetable::FunctionKind;
use runtime_hooks::{FunctionId, Instrument, SideTable};
use zkasm::{Jump, JumpKind, JumpTarget, ZkPc};
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::{Granularity, Profile, folded};

type Values = BTreeMap<String, i128>;

fn build(wasm: &[u8], export: &str, arg: &str, plant_spills: bool) -> Compiled {
    let options = Options {
        entry: Some(export.to_owned()),
        args: vec![arg.to_owned()],
        instrument: Instrument::Blocks,
        check: true,
        plant_spills,
        ..Options::default()
    };
    compile(wasm, &options).unwrap()
}

fn is_wasm(map: &SideTable, function: FunctionId) -> bool {
    let kind = map.functions[function.0 as usize].kind;
    matches!(kind, FunctionKind::Wasm(_))
}

/// How often functions of the module called functions of the module, by the caller's name: counted by
/// zkPC, without hooks.
fn calls(compiled: &Compiled, executions: &[u64]) -> Values {
    let map = &compiled.side_table;
    let entries: BTreeMap<ZkPc, FunctionId> = map
        .blocks
        .chunk_by(|a, b| a.function == b.function)
        .map(|blocks| (ZkPc(blocks[0].first), blocks[0].function))
        .collect();
    let mut calls = Values::new();
    let rom = zkasm::assemble(&compiled.program, &[]).unwrap();
    for (zkpc, line) in (0..).map(ZkPc).zip(&rom.lines) {
        let Some(Jump {
            kind: JumpKind::Call,
            target: JumpTarget::Line(target),
            ..
        }) = line.jump
        else {
            continue;
        };
        let caller = map.blocks[map.block_at(zkpc).unwrap().0 as usize].function;
        if is_wasm(map, entries[&target]) && is_wasm(map, caller) && executions[zkpc.index()] > 0 {
            let name = map.functions[caller.0 as usize].name.name.clone();
            *calls.entry(name).or_default() += i128::from(executions[zkpc.index()]);
        }
    }
    calls
}

fn by_cause(profile: &Profile, metric: &str) -> Values {
    let metric = profile.metric(metric).unwrap();
    let rows = ByLabel::new(profile, metric, Label::Cause).rows.into_iter();
    rows.map(|row| (row.name.unwrap_or_default(), row.value.into()))
        .collect()
}

/// By the function whose line it is, not by one that is inlined there.
fn by_function(profile: &Profile, metric: &str) -> Values {
    let metric = profile.metric(metric).unwrap();
    let mut values = Values::new();
    for sample in profile.samples() {
        let leaf = profile.stacks()[sample.stack.index()].location;
        let function = profile.location(leaf).outermost().function;
        let name = profile.function_name(function).to_owned();
        *values.entry(name).or_default() += i128::from(sample.values[metric.index()]);
    }
    values
}

/// What differs, and by how much.
fn difference(base: Values, head: Values) -> Values {
    let mut difference = head;
    for (name, value) in base {
        *difference.entry(name).or_default() -= value;
    }
    difference.retain(|_, value| *value != 0);
    difference
}

#[test]
fn one_more_spill_per_call_moves_spills_alone() {
    for (program, arg) in [("fibonacci", "30"), ("keccak256", "64"), ("coremark", "1")] {
        let wasm = std::fs::read(root().join(format!("corpus/{program}/{program}.wasm"))).unwrap();
        let [base, head] = [false, true].map(|planted| build(&wasm, program, arg, planted));
        let [base_run, head_run] = [simulate(&base), simulate(&head)];
        assert_eq!(base_run.log.outcome, head_run.log.outcome, "{program}");
        let parsed = zkasm::parse(&head.program.to_string()).unwrap();
        let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
        assert_eq!(zkasm_lint::lint(&rom).problems, [], "{program}");

        let calls = calls(&base, base_run.histogram.as_ref().unwrap());
        let all: i128 = calls.values().sum();
        println!(
            "{program}({arg}): {all} calls, of {} functions",
            calls.len()
        );
        assert!(all > 0, "{program}");
        let base = Profile::from_run(&base.side_table, &base_run.log).unwrap();
        let head = Profile::from_run(&head.side_table, &head_run.log).unwrap();
        for metric in [
            "calls",
            "cycles",
            "mem",
            "binary",
            "arith",
            "mem_align",
            "keccak_f",
        ] {
            let cause = difference(by_cause(&base, metric), by_cause(&head, metric));
            let function = difference(by_function(&base, metric), by_function(&head, metric));
            if ["cycles", "mem"].contains(&metric) {
                assert_eq!(
                    cause,
                    Values::from([("spill".to_owned(), all)]),
                    "{program}: {metric}"
                );
                assert_eq!(function, calls, "{program}: {metric}");
            } else {
                assert_eq!(cause, Values::new(), "{program}: {metric}");
                assert_eq!(function, Values::new(), "{program}: {metric}");
            }
        }
        // Who calls whom, how often, is what it was.
        let stacks = |profile: &Profile| {
            let metric = profile.metric("calls").unwrap();
            folded::to_text(profile, metric, Granularity::Function)
        };
        assert_eq!(stacks(&base), stacks(&head), "{program}");
    }
}
