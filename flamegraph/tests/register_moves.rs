//! Tables of moves, spills and reloads.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, op, row};
use expect_test::expect;
use runtime_hooks::sidetable::{Mark, SideTable};
use runtime_hooks::{Cause, ExecutionLog, Hook, RegionId};
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::Table;
use zkasm_flamegraph::fold::RegisterMoves;

/// `f` runs a block five times, three of them with a slow path, in a region; `g` is inlined there. The
/// start stub moves, too.
fn demo() -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let startup = runtime_hooks::FunctionId(0);
    let f = build.declared("app::f", "", "f.rs", 1);
    let g = build.inlined("app::g", "", "g.rs", 1);
    let f2 = build.line("f.rs", 2);
    let g3 = build.inlined_line(g, "g.rs", 3, f2);
    let start = build.block(startup, &[row(Cause::Move)]);
    let entry = build.block(f, &[op(0x10).at(f2).cause(Cause::Prologue)]);
    let body = build.block(
        f,
        &[
            op(0x20).at(f2).cause(Cause::Reload),
            op(0x20).at(f2),
            // For an operator of `g`, and one whose result the optimiser moved there.
            op(0x30).at(g3).cause(Cause::Move),
            op(0x31).at(g3).inherited(),
        ],
    );
    // What rides along is free, and its operator is executed.
    build.merge(body, &op(0x32).at(g3).cause(Cause::Spill));
    let slow = build.block(
        f,
        &[
            op(0x20).at(f2),
            op(0x20).at(f2).cause(Cause::Spill),
            op(0x21).at(f2),
        ],
    );
    let unreached = build.block(f, &[op(0x40).at(f2).cause(Cause::Spill)]);
    assert_eq!(unreached.0, 4);
    let mut map = build.map;
    map.operators = vec!["i32.add".to_owned()];
    for part in &mut map.contributions {
        // Where a function begins is no operator.
        let is_operator = part.wasm_offset.is_some_and(|offset| offset.0 != 0x10);
        part.operator = is_operator.then_some(0);
    }
    map.regions = vec!["phase".to_owned()];
    map.marks = vec![Mark {
        zkpc: map.blocks[body.0 as usize].first,
        region: RegionId(0),
        end: false,
        falling: false,
    }];
    let mut run = Run::new(&map)
        .enter(startup)
        .block(start)
        .enter(f)
        .block(entry);
    run = run.hook(Hook::RegionBegin(RegionId(0)));
    for time in 0..5 {
        run = run.block(body);
        if time % 2 == 0 {
            run = run.block(slow);
        }
    }
    let log = run.halt();
    (map, log)
}

#[test]
fn moves_are_told_by_function_and_for_a_thousand_operators() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let mut table = RegisterMoves::new(&profile, profile.default_metric(), &map).unwrap();
    // 0x20 five times, not eight; 0x21 three times. Of g, which is inlined, 0x30 and 0x32 five times, 0x31 not
    // at all.
    expect![[r#"
        cycles of register moves by compiled function: 14, 45.16% of 31
        moves  spills  reloads  operators  per 1,000  function
            5       3        5         18     722.22  app::f
            1       0        0          0          -  [startup]
            6       3        5         18     777.78  total
    "#]]
    .assert_eq(&table.to_text());
    table.truncate(1);
    expect![[r#"
        cycles of register moves by compiled function: 14, 45.16% of 31
        the first 1 of 2 rows
        moves  spills  reloads  operators  per 1,000  function
            5       3        5         18     722.22  app::f
            6       3        5         18     777.78  total
    "#]]
    .assert_eq(&table.to_text());
    expect![[r#"
        {
          "format": "zkasm-profile/register-moves",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "sum": 31,
          "unplaced": 0,
          "total": {
            "moves": 6,
            "spills": 3,
            "reloads": 5,
            "operators": 18,
            "per_1000_operators": 777.78
          },
          "row_count": 2,
          "rows": [
            {
              "function": "app::f",
              "moves": 5,
              "spills": 3,
              "reloads": 5,
              "operators": 18,
              "per_1000_operators": 722.22
            }
          ]
        }
    "#]]
    .assert_eq(&table.to_json());
}

/// What is inlined was compiled with what it is inlined into.
#[test]
fn a_part_of_a_run_has_its_own_operators() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log)
        .unwrap()
        .focus("app::g")
        .unwrap();
    let table = RegisterMoves::new(&profile, profile.default_metric(), &map).unwrap();
    expect![[r#"
        cycles of register moves by compiled function: 5, 50.00% of 10
        moves  spills  reloads  operators  per 1,000  function
            5       0        0         10     500.00  app::f
            5       0        0         10     500.00  total
    "#]]
    .assert_eq(&table.to_text());
}

#[test]
fn the_side_table_of_another_program_is_refused() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let (other, _) = common::demo();
    let refused = RegisterMoves::new(&profile, profile.default_metric(), &other);
    expect!["the execution log does not fit the side table: the profile is of another program"]
        .assert_eq(&refused.unwrap_err().to_string());
}

#[test]
fn a_run_without_blocks_has_no_table() {
    let (map, _) = demo();
    let f = runtime_hooks::FunctionId(1);
    let log = Run::new(&map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 9)
        .leave(f)
        .halt();
    let profile = Profile::from_run(&map, &log).unwrap();
    for metric in profile.metric_ids() {
        let refused = RegisterMoves::new(&profile, metric, &map);
        expect!["nothing that was counted is at a known zkASM line: the run was recorded without blocks; record it with --instrument=blocks"]
            .assert_eq(&refused.unwrap_err().to_string());
    }
    // Nothing ran: that much is known.
    let log = Run::new(&map).enter(f).halt();
    let profile = Profile::from_run(&map, &log).unwrap();
    let table = RegisterMoves::new(&profile, profile.default_metric(), &map).unwrap();
    assert_eq!((table.sum, table.unplaced, table.total.sum()), (0, 0, 0));
}

#[test]
fn what_is_at_no_known_line_is_said() {
    let (map, _) = demo();
    let f = runtime_hooks::FunctionId(1);
    let log = Run::new(&map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 9)
        .block(runtime_hooks::BlockId(3))
        .halt();
    let profile = Profile::from_run(&map, &log).unwrap();
    let table = RegisterMoves::new(&profile, profile.default_metric(), &map).unwrap();
    expect![[r#"
        cycles of register moves by compiled function: 1, 8.33% of 12
        9 of those 12 are at no known line, and in no row
        moves  spills  reloads  operators  per 1,000  function
            0       1        0          2     500.00  app::f
            0       1        0          2     500.00  total
    "#]]
    .assert_eq(&table.to_text());
    assert_eq!(table.unplaced, 9);
}

#[test]
fn a_program_that_was_not_compiled_has_no_table() {
    let (mut map, log) = demo();
    for function in &mut map.functions {
        function.kind = runtime_hooks::sidetable::FunctionKind::Label(0);
    }
    let profile = Profile::from_run(&map, &log).unwrap();
    let refused = RegisterMoves::new(&profile, profile.default_metric(), &map);
    expect!["the program was not compiled, so what its lines are for is not known; --by opcode tells what they do"]
        .assert_eq(&refused.unwrap_err().to_string());
}
