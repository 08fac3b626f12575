//! What the tests share: both engines behind one face, and paths.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod detail;
pub mod replay;
pub mod scratch;

use std::collections::BTreeMap;
use std::path::PathBuf;

use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::log::Outcome;
use runtime_hooks::{ExecutionLog, Instrument, Trace, TrapKind};
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::fold::register_moves::{Moves, RegisterMoves};
use zkasm_flamegraph::opcodes::Opcodes;
use zkasm_flamegraph::top::Top;
use zkasm_flamegraph::{Granularity, Profile, folded, pprof};
use zkasm_simulator::RunReport;

/// How a call ended: results as `type:value`, or the trap.
pub type Ended = Result<Vec<String>, TrapKind>;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The corpus program `fibonacci`.
pub fn fibonacci() -> Vec<u8> {
    std::fs::read(root().join("corpus/fibonacci/fibonacci.wasm")).unwrap()
}

/// Compiles a call with every check that the compiler has.
pub fn build(wasm: &[u8], export: &str, args: &[&str], instrument: Instrument) -> Compiled {
    try_build(wasm, export, args, instrument).unwrap_or_else(|error| panic!("{export}: {error}"))
}

pub fn try_build(
    wasm: &[u8],
    export: &str,
    args: &[&str],
    instrument: Instrument,
) -> Result<Compiled, cranelift_zkasm_profile::Error> {
    let options = Options {
        entry: Some(export.to_owned()),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        instrument,
        check: true,
        ..Options::default()
    };
    compile(wasm, &options)
}

/// Runs a program from its text, as a user would.
pub fn simulate(compiled: &Compiled) -> RunReport {
    let parsed = zkasm::parse(&compiled.program.to_string()).unwrap();
    assert_eq!(parsed.program, compiled.program, "parsing what was printed");
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let options = zkasm_simulator::Options {
        histogram: true,
        ..Default::default()
    };
    zkasm_simulator::Simulator::new(&rom, options)
        .unwrap()
        .run()
        .unwrap()
}

/// Checks that the profile of a run with hooks in every block is exact: each row ran as often as the
/// simulator counted by zkPC; and for every metric, what is counted adds up to the simulator's total
/// by function, line, operator's offset and zkPC, and by cause, operator and rule.
pub fn profile_is_exact(compiled: &Compiled, run: &RunReport, name: &str) {
    let map = &compiled.side_table;
    let mut rows = vec![0u64; map.rows.len()];
    for count in run.log.contexts.iter().flat_map(|context| &context.blocks) {
        for (zkpc, _) in map.block_rows(count.block) {
            rows[zkpc.index()] += count.entries;
        }
    }
    assert_eq!(Some(rows), run.histogram, "{name}");
    let profile =
        Profile::from_run(map, &run.log).unwrap_or_else(|error| panic!("{name}: {error}"));
    for (counter, total) in run.log.totals.0.iter() {
        let metric = profile.metric(counter.name()).unwrap();
        for granularity in [
            Granularity::Function,
            Granularity::Line,
            Granularity::Wasm,
            Granularity::Zkasm,
        ] {
            let folded = folded::to_text(&profile, metric, granularity);
            let values = folded.lines().map(|line| line.rsplit(' ').next().unwrap());
            let sum: u64 = values.map(|value| value.parse::<u64>().unwrap()).sum();
            assert_eq!(sum, total, "{name}: {} by {granularity}", counter.name());
            let top = Top::new(&profile, metric, granularity);
            let sum: u64 = top.rows.iter().map(|row| row.self_value).sum();
            assert_eq!(sum, total, "{name}: {} by {granularity}", counter.name());
        }
        for label in [Label::Cause, Label::Operator, Label::Rule] {
            let table = ByLabel::new(&profile, metric, label);
            let sum: u64 = table.rows.iter().map(|row| row.value).sum();
            assert_eq!(sum, total, "{name}: {} by {label}", counter.name());
        }
    }
    let cells = profile.metric("cells").unwrap();
    assert_eq!(profile.total(cells), run.log.totals.0.cells(), "{name}");
    tables_are_exact(compiled, run, &profile, name);
}

/// Checks that opcodes were executed as often as the simulator counted, and that moves, spills and
/// reloads are those of the table by cause.
fn tables_are_exact(compiled: &Compiled, run: &RunReport, profile: &Profile, name: &str) {
    let cycles = profile.default_metric();
    let opcodes = Opcodes::new(profile, cycles, &compiled.program).unwrap();
    let items = compiled.program.items.iter();
    let steps = items.filter_map(|item| match item {
        zkasm::Item::Step(step) => Some(step),
        _ => None,
    });
    let mut executions: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for (step, times) in steps.zip(run.histogram.as_ref().unwrap()) {
        let mut ops: Vec<&str> = step.ops.iter().map(|op| op.name()).collect();
        ops.sort_unstable();
        *executions.entry(ops).or_default() += times;
    }
    executions.retain(|_, times| *times > 0);
    /// Opcodes of lines without operations.
    const ASSIGNED: [&str; 4] = ["constant", "copy", "free input", "sum"];
    let mut found: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for row in &opcodes.rows {
        let opcode = row.opcode.as_deref().unwrap();
        let mut ops: Vec<&str> = opcode
            .split(", ")
            .filter(|op| !ASSIGNED.contains(op))
            .collect();
        ops.sort_unstable();
        assert_eq!(row.executions, row.value, "{name}: a line is a cycle");
        *found.entry(ops).or_default() += row.executions;
    }
    assert_eq!(found, executions, "{name}");

    let causes = ByLabel::new(profile, cycles, Label::Cause);
    let cause = |name: &str| {
        let row = causes
            .rows
            .iter()
            .find(|row| row.name.as_deref() == Some(name));
        row.map_or(0, |row| row.value)
    };
    let moves = RegisterMoves::new(profile, cycles, &compiled.side_table).unwrap();
    let Moves {
        moves: copies,
        spills,
        reloads,
        ..
    } = moves.total;
    let expected = [cause("move"), cause("spill"), cause("reload")];
    assert_eq!([copies, spills, reloads], expected, "{name}");
    let rows: u64 = moves.rows.iter().map(|row| row.moves.operators).sum();
    assert_eq!(rows, moves.total.operators, "{name}");
}

/// Checks that a run has one profile, whichever way it is made: by an instrumented build, by a plain one
/// with hooks where its side table has the places of them, and from the trace of a plain one, which is
/// replayed without any. Returns the number of steps.
pub fn profiles_agree(wasm: &[u8], export: &str, args: &[&str], max_steps: Option<u64>) -> u64 {
    let name = format!("{export}({}), {max_steps:?} steps", args.join(", "));
    let hooked = build(wasm, export, args, Instrument::Blocks);
    let plain = build(wasm, export, args, Instrument::Off);
    let map = &plain.side_table;
    assert!(*map == hooked.side_table, "{name}: the side table");
    let simulator = |program: &zkasm::Program| {
        let parsed = zkasm::parse(&program.to_string()).unwrap();
        let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
        let options = zkasm_simulator::Options {
            max_steps,
            ..Default::default()
        };
        zkasm_simulator::Simulator::new(&rom, options).unwrap()
    };
    let log = |program: &zkasm::Program| simulator(program).run().unwrap().log;
    let profile = |log: &ExecutionLog| {
        Profile::from_run(map, log).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let hooked = log(&hooked.program);
    let by_hooks = profile(&hooked);
    detail::details_agree(map, &hooked, &by_hooks, &name);
    let laid = runtime_hooks::instrumented(&plain.program, map).unwrap();
    let by_zkpc = profile(&log(&laid));

    let (report, trace) = simulator(&plain.program)
        .run_tracing(&mut |_, _| {})
        .unwrap();
    assert_eq!(trace.end, report.log.end(), "{name}");
    let read = Trace::from_text(&trace.to_text()).unwrap();
    assert!(read == trace, "{name}: the trace's text");
    let by_trace = replay::profile(map, &read);

    for (other, way) in [(by_zkpc, "side table"), (by_trace, "trace")] {
        // Texts first, for the difference can be read.
        for metric in ["cycles", "calls"] {
            let text = |profile: &Profile| {
                let metric = profile.metric(metric).unwrap();
                folded::to_text(profile, metric, Granularity::Zkasm)
            };
            let (ours, theirs) = (text(&by_hooks), text(&other));
            let differing = ours
                .lines()
                .zip(theirs.lines())
                .find(|(ours, theirs)| ours != theirs);
            assert_eq!(differing, None, "{name}: {metric} by {way}");
            assert_eq!(ours.len(), theirs.len(), "{name}: {metric} by {way}");
        }
        assert!(other == by_hooks, "{name}: by {way}");
        let bytes = pprof::to_pprof(&by_hooks).unwrap();
        assert!(
            pprof::to_pprof(&other).unwrap() == bytes,
            "{name}: by {way}"
        );
    }
    trace.steps.len() as u64
}

/// What the lint says of a call with any arguments: the program's text, its ROM, and the report.
pub fn examined(
    wasm: &[u8],
    export: Option<&str>,
    optimize: bool,
) -> (String, zkasm::Rom, zkasm_lint::Report) {
    let options = Options {
        entry: export.map(ToOwned::to_owned),
        missing_args: Some("-1".to_owned()),
        optimize,
        ..Options::default()
    };
    let program = compile(wasm, &options).unwrap().program.to_string();
    let parsed = zkasm::parse(&program).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let report = zkasm_lint::lint(&rom);
    (program, rom, report)
}

/// The outcome on our side.
pub fn ours(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    match simulate(&build(wasm, export, args, Instrument::Off))
        .log
        .outcome
    {
        Outcome::Halted { results } => Ok(results),
        Outcome::Trap { trap } => Err(trap),
        Outcome::OutOfSteps => panic!("a run without limit is out of steps"),
    }
}

/// The outcome of wasmi.
pub fn wasmi(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    use wasmi::{Engine, Linker, Module, Store, TrapCode, Val, ValType};
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .unwrap();
    let function = instance.get_func(&store, export).unwrap();
    let ty = function.ty(&store);
    let inputs: Vec<Val> = ty
        .params()
        .iter()
        .zip(args)
        .map(|(ty, arg)| match ty {
            ValType::I32 => Val::I32(arg.parse::<i64>().unwrap() as i32),
            ValType::I64 => Val::I64(arg.parse::<i128>().unwrap() as i64),
            ty => panic!("no arguments of type {ty:?}"),
        })
        .collect();
    let mut outputs: Vec<Val> = ty.results().iter().map(|&ty| Val::default(ty)).collect();
    match function.call(&mut store, &inputs, &mut outputs) {
        Ok(()) => Ok(outputs
            .iter()
            .map(|value| match value {
                Val::I32(value) => format!("i32:{value}"),
                Val::I64(value) => format!("i64:{value}"),
                value => panic!("no results like {value:?}"),
            })
            .collect()),
        Err(error) => Err(match error.as_trap_code() {
            Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
            Some(TrapCode::IntegerDivisionByZero) => TrapKind::IntegerDivideByZero,
            Some(TrapCode::IntegerOverflow) => TrapKind::IntegerOverflow,
            Some(TrapCode::MemoryOutOfBounds) => TrapKind::OutOfBoundsMemory,
            Some(TrapCode::TableOutOfBounds) => TrapKind::UndefinedElement,
            Some(TrapCode::IndirectCallToNull) => TrapKind::UninitializedElement,
            Some(TrapCode::BadSignature) => TrapKind::IndirectCallTypeMismatch,
            Some(TrapCode::StackOverflow) => TrapKind::StackOverflow,
            None if error.to_string().contains("out of bounds table access") => {
                TrapKind::UndefinedElement
            }
            code => panic!("no trap like {code:?}: {error}"),
        }),
    }
}

/// Compiles WAT and checks that both engines agree on a call.
pub fn agree(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    let ours = ours(wasm, export, args);
    // wasmi has one name for what we give two.
    let in_wasmi = ours.clone().map_err(|trap| match trap {
        TrapKind::OutOfBoundsTable => TrapKind::UndefinedElement,
        trap => trap,
    });
    assert_eq!(
        in_wasmi,
        wasmi(wasm, export, args),
        "{export}({})",
        args.join(", ")
    );
    ours
}
