//! What each row of a block gets.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, check, check_metric, demo, op};
use expect_test::expect;
use runtime_hooks::log::Outcome;
use runtime_hooks::{Cause, FunctionId, SideTable};
use zkasm::Counter;
use zkasm_flamegraph::fold::Coverage;
use zkasm_flamegraph::{Granularity, Profile};

#[test]
fn what_is_charged_beyond_the_static_cost_stays_in_its_block() {
    let (map, log) = demo();
    check_metric(
        &map,
        &log,
        "keccak_f",
        &expect![[r#"
        [startup];app::main (src/main.rs:5);core::swap<_> (core/mem.rs:8);[runtime:div_u64] 2
    "#]],
    );

    // REPEAT: more cycles than rows × entries.
    let mut build = Build::new();
    let f = build.function("f");
    let block = build.block(f, &[op(1), op(2)]);
    let log = Run::new(&build.map)
        .enter(f)
        .block(block)
        .charge(Counter::Cycles, 5)
        .halt();
    check(
        &build.map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 1
        f zkpc:1 6
    "#]],
    );
}

#[test]
fn the_last_entry_of_a_block_can_be_partial() {
    let mut build = Build::new();
    let f = build.function("f");
    let rows = [
        op(1).costs(Counter::Mem),
        op(2),
        op(3).costs(Counter::Binary),
    ];
    let body = build.block(f, &rows);
    let map = build.map;
    let start = || Run::new(&map).enter(f).block(body).block(body);

    let log = start().partly(body, 1).log(Outcome::OutOfSteps);
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 3
        f zkpc:1 2
        f zkpc:2 2
    "#]],
    );
    let log = start().partly(body, 2).log(Outcome::OutOfSteps);
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 3
        f zkpc:1 3
        f zkpc:2 2
    "#]],
    );
    // The hook ran, the row did not.
    let log = start().partly(body, 0).log(Outcome::OutOfSteps);
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 2
        f zkpc:1 2
        f zkpc:2 2
    "#]],
    );
    // The same, although something was charged beyond the rows' own costs.
    let log = start()
        .charge(Counter::Cycles, 9)
        .partly(body, 0)
        .log(Outcome::OutOfSteps);
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 2
        f zkpc:1 2
        f zkpc:2 11
    "#]],
    );
    // The block was left for its own head, whose hook did not run.
    let log = start().end(0).log(Outcome::OutOfSteps);
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 2
        f zkpc:1 2
        f zkpc:2 2
    "#]],
    );
    // Nothing ran in it at all.
    let log = Run::new(&map)
        .enter(f)
        .partly(body, 0)
        .log(Outcome::OutOfSteps);
    check(&map, &log, Granularity::Zkasm, &expect![""]);
}

#[test]
fn only_the_innermost_context_has_a_partial_block() {
    let mut build = Build::new();
    let f = build.function("f");
    let body = build.block(f, &[op(1), op(2).cause(Cause::Call)]);
    let log = Run::new(&build.map)
        .enter(f)
        .block(body)
        .enter(f)
        .block(body)
        .enter(f)
        .partly(body, 1)
        .log(Outcome::OutOfSteps);
    check(
        &build.map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f zkpc:0 1
        f zkpc:1 1
        f zkpc:1;f zkpc:0 1
        f zkpc:1;f zkpc:1 1
        f zkpc:1;f zkpc:1;f zkpc:0 1
    "#]],
    );
}

#[test]
fn coverage_counts_the_programs_own_cycles() {
    let (map, log) = demo();
    let coverage = Coverage::from_run(&map, &log).unwrap();
    expect![[r#"
        Coverage {
            startup_and_runtime: 4,
            program: 29,
            with_line: 18,
            inherited: 1,
            only_of_caller: 0,
            without_debug_information: 0,
            unplaced: 0,
        }
    "#]]
    .assert_debug_eq(&coverage);
    expect!["62.07 5.56"].assert_eq(&format!(
        "{:.2} {:.2}",
        coverage.with_line_percent(),
        coverage.inherited_percent()
    ));
    assert_eq!(
        coverage.program + coverage.startup_and_runtime,
        log.totals.0[Counter::Cycles]
    );

    // Without the locations of one function, the figure falls.
    let mut stripped = map.clone();
    let fib = FunctionId(2);
    for block in map.blocks.iter().filter(|block| block.function == fib) {
        for row in &map.rows[block.first as usize..][..block.rows as usize] {
            stripped.contributions[row.contributions[0] as usize].location = None;
        }
    }
    let less = Coverage::from_run(&stripped, &log).unwrap();
    assert!(less.with_line_percent() < coverage.with_line_percent());
    assert_eq!(less.program, coverage.program);
}

/// By line, rows of one line are one sample for each cause: at the first of them, and a caller at the first
/// of its calls there. Operators and rules are of rows.
#[test]
fn rows_of_a_line_are_merged() {
    let mut build = Build::new();
    let callee = build.function("callee");
    let caller = build.function("caller");
    let line = build.line("f.c", 7);
    // The same line for DWARF's next statement, which is another location.
    let again = build.line("f.c", 7);
    let other = build.line("f.c", 8);
    let inner = build.block(callee, &[op(9)]);
    let first = build.block(
        caller,
        &[
            op(1).at(line),
            op(2).at(again),
            op(3).at(other),
            op(4).at(line).cause(Cause::Call),
        ],
    );
    let second = build.block(
        caller,
        &[op(5).at(again), op(6).at(again).cause(Cause::Call)],
    );
    let calls = |run: Run<'static>, block| {
        run.block(block)
            .enter(callee)
            .block(inner)
            .leave(callee)
            .resume(caller)
    };
    let map: &'static SideTable = Box::leak(Box::new(build.map));
    let run = Run::new(map).enter(caller);
    let log = calls(calls(run, first), second).halt();
    let shown = |granularity| {
        let profile = Profile::from_run_by(map, &log, granularity).unwrap();
        let cycles = profile.default_metric().index();
        let mut text = String::new();
        for sample in profile
            .samples()
            .filter(|sample| sample.values[cycles] != 0)
        {
            let frames: Vec<String> = (profile.stack(sample.stack))
                .map(|id| {
                    let location = profile.location(id);
                    let line = location.innermost();
                    let address = location.address.map(|address| format!("@{address} "));
                    let offset = location.offset.map(|offset| format!("+{offset} "));
                    format!(
                        "{}{}{}:{}:{}",
                        address.unwrap_or_default(),
                        offset.unwrap_or_default(),
                        profile.function_name(line.function),
                        line.line,
                        line.column
                    )
                })
                .collect();
            let cause = sample.labels.cause.map_or("-", |cause| profile.text(cause));
            text += &format!("{} {cause} {}\n", frames.join(" < "), sample.values[cycles]);
        }
        text
    };
    expect![[r#"
        caller:0:0 call 2
        caller:0:0 op 4
        callee:0:0 < caller:0:0 op 2
    "#]]
    .assert_eq(&shown(Granularity::Function));
    expect![[r#"
        @1 caller:7:0 call 2
        @1 caller:7:0 op 3
        @3 caller:8:0 op 1
        @0 callee:0:0 < @4 caller:7:0 op 2
    "#]]
    .assert_eq(&shown(Granularity::Line));
    expect![[r#"
        @1 +1 caller:7:5 op 1
        @2 +2 caller:7:5 op 1
        @3 +3 caller:8:5 op 1
        @4 +4 caller:7:5 call 1
        @0 +9 callee:0:0 < @4 +4 caller:7:5 op 1
        @5 +5 caller:7:5 op 1
        @6 +6 caller:7:5 call 1
        @0 +9 callee:0:0 < @6 +6 caller:7:5 op 1
    "#]]
    .assert_eq(&shown(Granularity::Wasm));
}
