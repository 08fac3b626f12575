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
            total  total%    sum%  calls  per call  name
               19 100.00% 100.00%      1      19.0  app::twice (inline)  src/main.rs:21
            14 of it, 73.68%, in 3 calls from inside of the same function
        "#]],
    );
    check(
        "startup",
        Side::Callers,
        function,
        &expect![[r#"
            cycles of startup by callers: 33, 100.00% of 33
            total  total%    sum%  calls  per call  name
               33 100.00% 100.00%      1      33.0  [outermost]
        "#]],
    );
    check(
        "app::fib",
        Side::Callers,
        Granularity::Line,
        &expect![[r#"
            cycles of app::fib by callers: 19, 57.58% of 33
            total  total%    sum%  calls  per call  name
               19 100.00% 100.00%      1      19.0  app::twice (inline)  src/main.rs:21
            14 of it, 73.68%, in 3 calls from inside of the same function
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
            total  total%    sum%  calls  per call  name
               22  73.33%  73.33%      -         -  app::twice (inline)  src/main.rs:5
                4  13.33%  86.67%      -         -  [self]
                4  13.33% 100.00%      1       4.0  core::swap<_>        src/main.rs:5
        "#]],
    );
    check(
        "app::fib",
        Side::Callees,
        function,
        &expect![[r#"
            cycles of app::fib by callees: 19, 57.58% of 33
            total  total%    sum%  calls  per call  name
               19 100.00% 100.00%      -         -  [self]
            14 of it, 73.68%, in 3 calls from inside of the same function
        "#]],
    );
    check(
        "app::",
        Side::Callees,
        function,
        &expect![[r#"
            cycles of app:: by callees: 30, 90.91% of 33
            total  total%    sum%  calls  per call  name
               25  83.33%  83.33%      -         -  [self]
                5  16.67% 100.00%      -         -  core::swap<_>  src/main.rs:5
            14 of it, 46.67%, in 3 calls from inside of the same function
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

/// `fib` calls itself three times: no row, but told, and the rows add up without it.
#[test]
fn calls_of_a_function_by_itself_are_told() {
    for side in [Side::Callers, Side::Callees] {
        let table = table("fib", side, Granularity::Function);
        let recursive = table.recursive.unwrap();
        assert_eq!((recursive.value, recursive.calls), (14, 3));
    }
    assert_eq!(
        table("swap", Side::Callers, Granularity::Function).recursive,
        None
    );
}

/// Of what is inlined, and by line of callees, calls are not known; nobody calls a function itself.
#[test]
fn calls_are_told_where_they_are_known() {
    let calls =
        |name: &str, side: Side, granularity: Granularity| -> Vec<(Option<String>, Option<u64>)> {
            let rows = table(name, side, granularity).rows.into_iter();
            rows.map(|row| (row.function, row.calls)).collect()
        };
    let function = Granularity::Function;
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(
        calls("fib", Side::Callers, function),
        [(some("app::twice"), Some(1))]
    );
    assert_eq!(
        calls("fib", Side::Callers, Granularity::Line),
        [(some("app::twice"), Some(1))]
    );
    assert_eq!(
        calls("app::twice", Side::Callers, function),
        [(some("app::main"), None)]
    );
    // One `swap` is called, the other is inlined.
    let callers = calls("swap", Side::Callers, function);
    assert_eq!(
        callers,
        [(some("app::main"), Some(1)), (some("app::twice"), None)]
    );
    let callees = calls("app::main", Side::Callees, function);
    assert_eq!(
        callees,
        [
            (some("app::twice"), None),
            (None, None),
            (some("core::swap<_>"), Some(1))
        ]
    );
    let callees = calls("app::main", Side::Callees, Granularity::Line);
    assert!(callees.iter().all(|(_, calls)| calls.is_none()));
}

#[test]
fn the_table_can_be_cut_and_read_by_machines() {
    let mut callees = table("app::main", Side::Callees, Granularity::Function);
    callees.truncate(2);
    expect![[r#"
        cycles of app::main by callees: 30, 90.91% of 33
        the first 2 of 3 rows: 26, 86.67%
        total  total%    sum%  calls  per call  name
           22  73.33%  73.33%      -         -  app::twice (inline)  src/main.rs:5
            4  13.33%  86.67%      -         -  [self]
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
              "function": "app::twice",
              "inlined": true,
              "value": 22,
              "percent": 73.33,
              "file": "src/main.rs",
              "line": 5
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
