//! Comparing golden files.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::demo_golden;
use expect_test::{Expect, expect};
use zkasm_flamegraph::golden::{Golden, Verdict, compare};

/// The demo's golden file with some of its text replaced.
fn changed(replacements: &[(&str, &str)]) -> Golden {
    let mut text = demo_golden().to_text();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from:?} is not in {text}");
        text = text.replace(from, to);
    }
    Golden::parse(&text).unwrap()
}

#[test]
fn the_same_is_the_same() {
    let comparison = compare(&demo_golden(), &demo_golden());
    assert!(comparison.is_same());
    assert_eq!(comparison.verdict, Verdict::Same);
    assert_eq!(comparison.differences, []);
    expect![[r#"
        same: 33 cycles
    "#]]
    .assert_eq(&comparison.to_text());
}

fn report(base: &Golden, head: &Golden, expected: &Expect) {
    let comparison = compare(base, head);
    assert!(!comparison.is_same());
    expected.assert_eq(&comparison.to_text());
    // In the other direction the same things differ.
    let reverse = compare(head, base);
    assert_eq!(comparison.differences.len(), reverse.differences.len());
}

#[test]
fn a_function_more_is_a_difference() {
    let head = changed(&[
        ("total cycles 33", "total cycles 40"),
        ("cause op 12", "cause op 19"),
        ("wasm 00ff", "wasm 11ee"),
        ("arguments i32:3 i64:-1", "arguments"),
        (
            "              19               19            4  app::fib\n",
            "              20               20            4  app::fib\n               6                6            0  app::g\n",
        ),
    ]);
    report(
        &demo_golden(),
        &head,
        &expect![[r#"
        worse: 33 → 40 cycles (+7, +21.21 %), functions: 1 added, 1 changed
        because the code changed, and the input changed

        header
               wasm  00ff → 11ee
          arguments  i32:3 i64:-1 → (none)

        totals
          33 → 40  +7  +21.21 %  cycles

        cycles by cause
          12 → 19  +7  +58.33 %  op

        functions
                self                 total  calls  function
          +    0 → 6  +6      new    0 → 6      0  app::g (added)
          ↑  19 → 20  +1  +5.26 %  19 → 20      4  app::fib (cost per call)
    "#]],
    );
    report(
        &head,
        &demo_golden(),
        &expect![[r#"
        better: 40 → 33 cycles (-7, -17.50 %), functions: 1 removed, 1 changed
        because the code changed, and the input changed

        header
               wasm  11ee → 00ff
          arguments  (none) → i32:3 i64:-1

        totals
          40 → 33  -7  -17.50 %  cycles

        cycles by cause
          19 → 12  -7  -36.84 %  op

        functions
                self                   total  calls  function
          -    6 → 0  -6  -100.00 %    6 → 0      0  app::g (removed)
          ↓  20 → 19  -1    -5.00 %  20 → 19      4  app::fib (cost per call)
    "#]],
    );
}

#[test]
fn each_kind_of_change_is_named() {
    let golden = |calls, cycles, table: &str| {
        let head = "zkasm-profile/golden 1
cost-model zk64-1
wasm 00
entry run
arguments
\
                    outcome halted
rom-lines 9
";
        let sums = format!(
            "total calls {calls}
total cycles {cycles}
cause op {cycles}
"
        );
        let text = format!(
            "{head}{sums}
self total calls name
{table}"
        );
        Golden::parse(&text).unwrap()
    };
    let base = golden(
        8,
        100,
        "5 5 1  both
50 100 1  main
20 20 2  often
20 20 4  per-call
5 5 0  tiny
",
    );
    let head = golden(
        11,
        123,
        "12 12 3  both
50 123 1  main
30 30 3  often
24 24 4  per-call
7 7 0  tiny
",
    );
    report(
        &base,
        &head,
        &expect![[r#"
        worse: 100 → 123 cycles (+23, +23.00 %), functions: 5 changed
        because code, input and cost model are the same, so the compiler or the simulator changed

        totals
             8 → 11   +3  +37.50 %  calls
          100 → 123  +23  +23.00 %  cycles

        cycles by cause
          100 → 123  +23  +23.00 %  op

        functions
                self                      total  calls  function
          ↑  20 → 30  +10   +50.00 %    20 → 30  2 → 3  often (calls, same per call)
          ↑   5 → 12   +7  +140.00 %     5 → 12  1 → 3  both (calls and cost per call)
          ↑  20 → 24   +4   +20.00 %    20 → 24      4  per-call (cost per call)
          ↑    5 → 7   +2   +40.00 %      5 → 7      0  tiny (own cycles)
          ↑       50    0     0.00 %  100 → 123      1  main (callees)
    "#]],
    );
    let json = serde_json::to_string_pretty(&compare(&base, &head)).unwrap();
    expect![[r#"
        {
          "verdict": "worse",
          "base_cycles": 100,
          "head_cycles": 123,
          "reasons": [
            "toolchain"
          ],
          "differences": [
            {
              "kind": "total",
              "metric": "calls",
              "base": 8,
              "head": 11
            },
            {
              "kind": "total",
              "metric": "cycles",
              "base": 100,
              "head": 123
            },
            {
              "kind": "cause",
              "cause": "op",
              "base": 100,
              "head": 123
            },
            {
              "kind": "function",
              "name": "often",
              "change": "calls",
              "base": {
                "self": 20,
                "total": 20,
                "calls": 2
              },
              "head": {
                "self": 30,
                "total": 30,
                "calls": 3
              }
            },
            {
              "kind": "function",
              "name": "both",
              "change": "calls_and_per_call",
              "base": {
                "self": 5,
                "total": 5,
                "calls": 1
              },
              "head": {
                "self": 12,
                "total": 12,
                "calls": 3
              }
            },
            {
              "kind": "function",
              "name": "per-call",
              "change": "per_call",
              "base": {
                "self": 20,
                "total": 20,
                "calls": 4
              },
              "head": {
                "self": 24,
                "total": 24,
                "calls": 4
              }
            },
            {
              "kind": "function",
              "name": "tiny",
              "change": "own",
              "base": {
                "self": 5,
                "total": 5,
                "calls": 0
              },
              "head": {
                "self": 7,
                "total": 7,
                "calls": 0
              }
            },
            {
              "kind": "function",
              "name": "main",
              "change": "callees",
              "base": {
                "self": 50,
                "total": 100,
                "calls": 1
              },
              "head": {
                "self": 50,
                "total": 123,
                "calls": 1
              }
            }
          ]
        }"#]]
    .assert_eq(&json);
}

#[test]
fn nothing_but_the_header_can_differ() {
    let head = changed(&[("cost-model zk64-1", "cost-model zk64-2")]);
    report(
        &demo_golden(),
        &head,
        &expect![[r#"
        changed: 33 cycles, but no function changed
        because the cost model changed

        header
          cost-model  zk64-1 → zk64-2
    "#]],
    );
    let head = changed(&[("rom-lines 19", "rom-lines 20")]);
    report(
        &demo_golden(),
        &head,
        &expect![[r#"
        changed: 33 cycles, but no function changed
        because code, input and cost model are the same, so the compiler or the simulator changed

        header
          rom-lines  19 → 20
    "#]],
    );
    let head = changed(&[("total keccak_f 2\n", "")]);
    report(
        &demo_golden(),
        &head,
        &expect![[r#"
        changed: 33 cycles, but no function changed
        because code, input and cost model are the same, so the compiler or the simulator changed

        totals
          2 → absent  -2  -100.00 %  keccak_f
    "#]],
    );
}
