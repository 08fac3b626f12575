//! Tables by label.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::demo;
use expect_test::expect;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::Table;
use zkasm_flamegraph::by_label::{ByLabel, Label};

#[test]
fn causes_add_up_and_name_where_most_was_spent() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let cycles = profile.metric("cycles").unwrap();
    let mut table = ByLabel::new(&profile, cycles, Label::Cause);
    assert_eq!(
        table.rows.iter().map(|row| row.value).sum::<u64>(),
        table.sum
    );
    expect![[r#"
        cycles by cause: 33 in all
        self   self%    sum%  name             mostly in
          12  36.36%  36.36%  op               app::fib (67%)
           6  18.18%  54.55%  call             app::fib (50%)
           6  18.18%  72.73%  epilogue         app::fib (67%)
           5  15.15%  87.88%  prologue         app::fib (80%)
           3   9.09%  96.97%  startup          [startup] (100%)
           1   3.03% 100.00%  runtime:div_u64  [runtime:div_u64] (100%)
    "#]]
    .assert_eq(&table.to_text());
    table.truncate(1);
    expect![[r#"
        cycles by cause: 33 in all
        the first 1 of 6 rows: 12, 36.36%
        self   self%    sum%  name  mostly in
          12  36.36%  36.36%  op    app::fib (67%)
    "#]]
    .assert_eq(&table.to_text());
    expect![[r#"
        {
          "format": "zkasm-profile/by-label",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "by": "cause",
          "sum": 33,
          "row_count": 6,
          "rows": [
            {
              "name": "op",
              "value": 12,
              "percent": 36.36,
              "function": "app::fib",
              "function_value": 8
            }
          ]
        }
    "#]]
    .assert_eq(&table.to_json());
}

/// The demo has no rules: what is of none is told by its cause.
#[test]
fn what_has_no_label_is_told_by_its_cause() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let cycles = profile.metric("cycles").unwrap();
    let mut table = ByLabel::new(&profile, cycles, Label::Rule);
    table.truncate(3);
    expect![[r#"
        cycles by rule: 33 in all
        the first 3 of 6 rows: 24, 72.73%
        self   self%    sum%  name        mostly in
          12  36.36%  36.36%  [op]        app::fib (67%)
           6  18.18%  54.55%  [call]      app::fib (50%)
           6  18.18%  72.73%  [epilogue]  app::fib (67%)
    "#]]
    .assert_eq(&table.to_text());
    let row = serde_json::to_value(&table.rows[0]).unwrap();
    assert_eq!((row.get("name"), &row["cause"]), (None, &"op".into()));
}

/// Nobody spends a call: that of a function is for no reason that its first row has.
#[test]
fn calls_have_no_cause() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let calls = profile.metric("calls").unwrap();
    for label in [Label::Cause, Label::Operator, Label::Rule] {
        let table = ByLabel::new(&profile, calls, label);
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|row| (&row.name, row.value))
            .collect();
        assert_eq!(rows, [(&None, profile.total(calls))]);
    }
}
