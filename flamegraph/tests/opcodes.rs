//! Tables by opcode.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, demo};
use expect_test::expect;
use zkasm::Program;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::Table;
use zkasm_flamegraph::opcodes::Opcodes;

/// A program of the demo's length.
fn program() -> Program {
    let text = "\
VAR GLOBAL x
start:
  0 => A
  1 => B :CALL(main)
main:
  RR :MSTORE(x)
  2 => A
  3 => A
  :CALL(fib)
  4 => A
  :CALL(swap)
  $ => RR :MLOAD(x), RETURN
fib:
  RR :MSTORE(x)
  $ => A :JMPNC(again), ADD
again:
  $ => A :MSTORE(x), ADD, CALL(fib)
  $ => A :SUB
  :RETURN
swap:
  A - B => C, D
  :CALL(div)
  :RETURN
div:
  1 :ARITH, RETURN
finalizeExecution:
  ${beforeLast()} :JMPN(finalizeExecution)
";
    zkasm::parse(text).unwrap().program
}

#[test]
fn opcodes_add_up_and_name_where_most_was_counted() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let cycles = profile.metric("cycles").unwrap();
    let mut table = Opcodes::new(&profile, cycles, &program()).unwrap();
    let sum: u64 = table.rows.iter().map(|row| row.value).sum();
    assert_eq!((sum, table.executions), (table.sum, table.sum));
    expect![[r#"
        cycles by opcode: 33 in all, 33 executions
        executions  cycles   self%    sum%  lines  opcode             mostly in
                 5       5  15.15%  15.15%      2  MSTORE             app::fib (80%)
                 5       5  15.15%  30.30%      2  RETURN             app::fib (80%)
                 4       4  12.12%  42.42%      1  ADD, JMPNC         app::fib (100%)
                 4       4  12.12%  54.55%      4  CALL               [startup] (25%)
                 4       4  12.12%  66.67%      1  SUB                app::fib (100%)
                 4       4  12.12%  78.79%      4  constant           [startup] (25%)
                 3       3   9.09%  87.88%      1  ADD, MSTORE, CALL  app::fib (100%)
                 1       1   3.03%  90.91%      1  ARITH, RETURN      [runtime:div_u64] (100%)
                 1       1   3.03%  93.94%      1  JMPN               [startup] (100%)
                 1       1   3.03%  96.97%      1  MLOAD, RETURN      app::main (100%)
                 1       1   3.03% 100.00%      1  sum                core::swap<_> (100%)
    "#]]
    .assert_eq(&table.to_text());
    table.truncate(1);
    expect![[r#"
        cycles by opcode: 33 in all, 33 executions
        the first 1 of 11 rows: 5, 15.15%
        executions  cycles   self%    sum%  lines  opcode  mostly in
                 5       5  15.15%  15.15%      2  MSTORE  app::fib (80%)
    "#]]
    .assert_eq(&table.to_text());
    expect![[r#"
        {
          "format": "zkasm-profile/opcodes",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "sum": 33,
          "executions": 33,
          "row_count": 11,
          "rows": [
            {
              "opcode": "MSTORE",
              "executions": 5,
              "value": 5,
              "percent": 15.15,
              "lines": 2,
              "function": "app::fib",
              "function_value": 4
            }
          ]
        }
    "#]]
    .assert_eq(&table.to_json());
}

#[test]
fn opcodes_in_which_nothing_was_counted_are_left_out() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let binary = profile.metric("binary").unwrap();
    let table = Opcodes::new(&profile, binary, &program()).unwrap();
    let sum: u64 = table.rows.iter().map(|row| row.value).sum();
    assert_eq!(sum, table.sum);
    // Executions are counted whatever the metric, and those of all rows.
    assert_eq!(table.executions, 33);
    expect![[r#"
        binary by opcode: 8 in all, 33 executions
        executions  binary   self%    sum%  lines  opcode      mostly in
                 4       4  50.00%  50.00%      1  ADD, JMPNC  app::fib (100%)
                 4       4  50.00% 100.00%      1  SUB         app::fib (100%)
    "#]]
    .assert_eq(&table.to_text());
}

#[test]
fn what_ran_at_no_known_line_is_a_row() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[common::op(1), common::op(2)]);
    let log = Run::new(&build.map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 7)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let program = zkasm::parse("  0 => A\n  0 => B\n").unwrap().program;
    let table = Opcodes::new(&profile, profile.default_metric(), &program).unwrap();
    expect![[r#"
        cycles by opcode: 7 in all, 0 executions
        executions  cycles   self%    sum%  lines  opcode  mostly in
                 0       7 100.00% 100.00%      0  [none]  f (100%)
    "#]]
    .assert_eq(&table.to_text());
}

#[test]
fn another_program_is_refused() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let mut program = program();
    program.items.pop();
    let refused = Opcodes::new(&profile, profile.default_metric(), &program);
    expect!["this is not the program that was profiled: it has 18 lines instead of 19"]
        .assert_eq(&refused.unwrap_err().to_string());
}

/// A line without operations is told by what it hands on.
#[test]
fn lines_without_operations_are_told_apart() {
    let mut build = Build::new();
    let f = build.function("f");
    let lines = [
        "0 => A",
        "B => A",
        "-B => A",
        "A + B => C",
        "A + 1 => C",
        "${A} => B",
        "5n => A",
        "@f => A",
    ];
    let rows: Vec<_> = (1..=lines.len() as u32).map(common::op).collect();
    let body = build.block(f, &rows);
    let log = Run::new(&build.map).enter(f).block(body).halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let program = zkasm::parse(&format!("f:\n  {}\n", lines.join("\n  ")))
        .unwrap()
        .program;
    let table = Opcodes::new(&profile, profile.default_metric(), &program).unwrap();
    let rows = table
        .rows
        .iter()
        .map(|row| (row.opcode.as_deref().unwrap(), row.lines));
    let expected = [("constant", 3), ("sum", 3), ("copy", 1), ("free input", 1)];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
