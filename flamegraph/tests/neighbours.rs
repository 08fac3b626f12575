//! Callers and callees.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::demo;
use expect_test::{Expect, expect};
use zkasm_flamegraph::neighbours::{Neighbours, Side};
use zkasm_flamegraph::top::Top;
use zkasm_flamegraph::{Granularity, Profile, Table};

fn profile() -> Profile {
    let (map, log) = demo();
    Profile::from_run(&map, &log).unwrap()
}

fn table(name: &str, side: Side, granularity: Granularity) -> Neighbours {
    let profile = profile();
    Neighbours::new(&profile, profile.default_metric(), granularity, name, side).unwrap()
}

fn check(name: &str, side: Side, granularity: Granularity, expected: &Expect) {
    expected.assert_eq(&table(name, side, granularity).to_text());
}

#[test]
fn callers_are_those_of_the_outermost_call() {
    let function = Granularity::Function;
    check(
        "app::fib",
        Side::Callers,
        function,
        &expect![[r#"
        cycles of app::fib by callers: 19, 57.58% of 33
        total  total%    sum%  name
           19 100.00% 100.00%  app::twice
    "#]],
    );
    check(
        "startup",
        Side::Callers,
        function,
        &expect![[r#"
        cycles of startup by callers: 33, 100.00% of 33
        total  total%    sum%  name
           33 100.00% 100.00%  [outermost]
    "#]],
    );
    check(
        "app::fib",
        Side::Callers,
        Granularity::Line,
        &expect![[r#"
        cycles of app::fib by callers: 19, 57.58% of 33
        total  total%    sum%  name
           19 100.00% 100.00%  app::twice (src/main.rs:21)
    "#]],
    );
}

#[test]
fn callees_are_those_of_the_innermost_call() {
    let function = Granularity::Function;
    check(
        "app::main",
        Side::Callees,
        function,
        &expect![[r#"
        cycles of app::main by callees: 30, 90.91% of 33
        total  total%    sum%  name
           22  73.33%  73.33%  app::twice
            4  13.33%  86.67%  [self]
            4  13.33% 100.00%  core::swap<_>
    "#]],
    );
    check(
        "app::fib",
        Side::Callees,
        function,
        &expect![[r#"
        cycles of app::fib by callees: 19, 57.58% of 33
        total  total%    sum%  name
           19 100.00% 100.00%  [self]
    "#]],
    );
    check(
        "app::",
        Side::Callees,
        function,
        &expect![[r#"
        cycles of app:: by callees: 30, 90.91% of 33
        total  total%    sum%  name
           25  83.33%  83.33%  [self]
            5  16.67% 100.00%  core::swap<_>
    "#]],
    );
}

#[test]
fn rows_add_up_to_what_a_function_costs_with_all_it_calls() {
    let profile = profile();
    for metric in profile.metrics() {
        let metric = profile.metric(&metric.name).unwrap();
        for granularity in Granularity::ALL {
            for row in Top::new(&profile, metric, Granularity::Function).rows {
                // No name of the demo contains another.
                for side in [Side::Callers, Side::Callees] {
                    let table = Neighbours::new(&profile, metric, granularity, &row.function, side)
                        .unwrap();
                    let sum: u64 = table.rows.iter().map(|row| row.value).sum();
                    assert_eq!((table.total, sum), (row.total, row.total), "{table:?}");
                }
            }
        }
    }
}

#[test]
fn the_table_can_be_cut_and_read_by_machines() {
    let mut callees = table("app::main", Side::Callees, Granularity::Function);
    callees.truncate(2);
    expect![[r#"
        cycles of app::main by callees: 30, 90.91% of 33
        the first 2 of 3 rows: 26, 86.67%
        total  total%    sum%  name
           22  73.33%  73.33%  app::twice
            4  13.33%  86.67%  [self]
    "#]]
    .assert_eq(&callees.to_text());
    callees.truncate(1);
    expect![[r#"
        {
          "format": "zkasm-profile/neighbours",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "granularity": "function",
          "of": "app::main",
          "side": "callees",
          "total": 30,
          "sum": 33,
          "row_count": 3,
          "rows": [
            {
              "frame": "app::twice",
              "value": 22,
              "percent": 73.33
            }
          ]
        }
    "#]]
    .assert_eq(&callees.to_json());
}

#[test]
fn a_function_that_did_not_run_is_an_error() {
    let profile = profile();
    let metric = profile.default_metric();
    let granularity = Granularity::Function;
    let error = Neighbours::new(&profile, metric, granularity, "nobody", Side::Callers);
    expect![[r#"no function that ran has "nobody" in its name"#]]
        .assert_eq(&error.unwrap_err().to_string());
}
