//! Properties that hold for whatever runs.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::pictures::shapes;
use common::{Build, Run, conserved, demo, op};
use proptest::prelude::*;
use runtime_hooks::log::{ExecutionLog, Outcome};
use runtime_hooks::{BlockId, Cause, FunctionId, SideTable};
use zkasm::Counter;
use zkasm_flamegraph::fold::Coverage;
use zkasm_flamegraph::golden::{Golden, Header, compare};
use zkasm_flamegraph::svg::{SvgOptions, to_svg};
use zkasm_flamegraph::{Profile, folded, pprof};

/// How many functions and how many blocks each.
const FUNCTIONS: u32 = 4;
const BLOCKS: u32 = 3;

/// Functions with blocks of one to three rows, some rows inlined, some without location.
fn program() -> SideTable {
    let mut build = Build::new();
    let inlined = build.inlined("inl", "", "lib.c", 1);
    let functions: Vec<FunctionId> = (0..FUNCTIONS)
        .map(|f| build.declared(&format!("f{f}"), "", "lib.c", 10 * f))
        .collect();
    for &function in &functions {
        for block in 0..BLOCKS {
            let outer = build.line("lib.c", 10 * function.0 + block);
            let inner = build.inlined_line(inlined, "lib.c", 2, outer);
            let offset = 100 * function.0 + 10 * block;
            let rows = [
                op(offset).at(outer).costs(Counter::Mem),
                op(offset + 1).at(inner).costs(Counter::Binary),
                op(offset + 2).cause(Cause::Branch),
            ];
            build.block(function, &rows[..1 + (function.0 + block) as usize % 3]);
        }
    }
    build.map
}

/// A step of a random run.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enter(u32),
    Block(u32),
    /// A block of another function: a stub.
    Stub(u32),
    Leave,
    Charge(Counter, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let counter = (0..Counter::ALL.len()).prop_map(|index| Counter::ALL[index]);
    prop_oneof![
        3 => (0..FUNCTIONS).prop_map(Step::Enter),
        5 => (0..BLOCKS).prop_map(Step::Block),
        1 => (0..FUNCTIONS * BLOCKS).prop_map(Step::Stub),
        3 => Just(Step::Leave),
        1 => (counter, 0u64..1000).prop_map(|(counter, value)| Step::Charge(counter, value)),
    ]
}

/// Runs the steps, then a block of which `rows` rows run.
fn run(map: &SideTable, steps: &[Step], last: u32, rows: u32) -> ExecutionLog {
    let mut run = Run::new(map);
    let mut stack: Vec<u32> = Vec::new();
    for &step in steps {
        run = match (step, stack.last().copied()) {
            (Step::Enter(function), _) => {
                stack.push(function);
                // Function 0 is the startup.
                run.enter(FunctionId(function + 1))
            }
            (Step::Block(block), Some(function)) => run.block(BlockId(function * BLOCKS + block)),
            (Step::Stub(block), _) => run.block(BlockId(block)),
            (Step::Leave, Some(function)) => {
                stack.pop();
                // The caller goes on with a block of its own, if it is a function.
                let left = run.leave(FunctionId(function + 1));
                left.block(BlockId(stack.last().map_or(0, |caller| caller * BLOCKS)))
            }
            (Step::Charge(counter, value), _) => run.charge(counter, value),
            (Step::Block(_) | Step::Leave, None) => run,
        };
    }
    let block = &map.blocks[last as usize];
    run.partly(BlockId(last), rows % (block.rows + 1))
        .log(Outcome::OutOfSteps)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_metric_is_conserved_in_every_view(
        steps in prop::collection::vec(step(), 0..120),
        last in 0..FUNCTIONS * BLOCKS,
        rows in 0u32..4,
    ) {
        let map = program();
        let log = run(&map, &steps, last, rows);
        let profile = conserved(&map, &log);
        for metric in profile.metrics() {
            let metric = profile.metric(&metric.name).unwrap();
            for shape in shapes() {
                let text = folded::to_text(&profile, metric, shape);
                let value = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
                prop_assert_eq!(text.lines().map(value).sum::<u64>(), profile.total(metric));
            }
        }
        let header = Header::from_run(&map, &log).unwrap();
        let golden = Golden::from_profile(&profile, header).unwrap();
        // Reading checks the sums.
        prop_assert_eq!(&Golden::parse(&golden.to_text()).unwrap(), &golden);
        prop_assert!(compare(&golden, &golden).is_same());
        let coverage = Coverage::from_run(&map, &log).unwrap();
        let cycles = log.totals.0[Counter::Cycles];
        prop_assert_eq!(coverage.program + coverage.startup_and_runtime, cycles);
        prop_assert!(coverage.with_line <= coverage.program);
        let without = coverage.without_debug_information + coverage.unplaced;
        prop_assert!(coverage.with_line + without <= coverage.program);
        prop_assert!(coverage.only_of_caller <= coverage.with_line);
    }

    #[test]
    fn the_same_run_gives_the_same_bytes(steps in prop::collection::vec(step(), 1..60)) {
        let map = program();
        let views = || {
            let profile = Profile::from_run(&map, &run(&map, &steps, 0, 1)).unwrap();
            let svg = to_svg(&profile, &SvgOptions::new(&profile)).unwrap();
            (pprof::to_pprof(&profile).unwrap(), svg)
        };
        prop_assert_eq!(views(), views());
    }

    /// Whatever is written into a golden file, reading it ends with a value or an error; and what
    /// is read is written and read again as the same.
    #[test]
    fn reading_a_damaged_golden_file_never_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), damage()), 0..6),
        cut in any::<prop::sample::Index>(),
        keep in any::<bool>(),
    ) {
        let (map, log) = demo();
        let profile = Profile::from_run(&map, &log).unwrap();
        let header = Header::from_run(&map, &log).unwrap();
        let mut text = Golden::from_profile(&profile, header).unwrap().to_text();
        for (place, damage) in edits {
            let at = place.index(text.len());
            let end = (at + damage.len()).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &damage);
            }
        }
        if !keep {
            let at = cut.index(text.len());
            if text.is_char_boundary(at) {
                text.truncate(at);
            }
        }
        if let Ok(golden) = Golden::parse(&text) {
            let again = Golden::parse(&golden.to_text()).unwrap();
            prop_assert_eq!(again, golden);
        }
    }

    #[test]
    fn reading_any_text_as_golden_file_never_panics(text in "(.|\n| )*") {
        let _ = Golden::parse(&text);
    }
}

fn damage() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,25}",
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("18446744073709551615".to_owned()),
        ".{0,4}",
    ]
}
