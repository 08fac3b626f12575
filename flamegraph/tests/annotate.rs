//! Annotated functions: source, WAT and zkASM side by side.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::annotations::{WAT, annotated, options, text};
use common::{Build, Run, demo, op, row, trap};
use expect_test::{Expect, expect};
use runtime_hooks::log::Outcome;
use runtime_hooks::sidetable::Mark;
use runtime_hooks::{Cause, ExecutionLog, Hook, RegionId};
use zkasm_flamegraph::annotate::{Annotation, Texts};
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::{Error, Profile};

#[track_caller]
fn check(name: &str, width: usize, expected: Expect) {
    let (map, log) = demo();
    let annotation = annotated(&map, &log, "cycles", name);
    expected.assert_eq(&text(&annotation, width, false));
}

#[test]
fn source_wat_and_zkasm_are_side_by_side() {
    check(
        "main",
        110,
        expect![[r#"
            app::main  src/main.rs:3
            7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
            op 3 · call 2 · epilogue 1 · prologue 1

              self cycles  of func   of all   line  source
              offset cycles  WAT         │ zkPC cycles times cause    zkASM

                                                 3      line 3
                 1      1   14.29%    3.03%      4      line 4
               0x101      1  i32.const 7 │    3      1     1 op       3 => A
                 1      4   57.14%   12.12%      5      line 5
               0x109      1  call $g     │    7      1     1 call     7 => A
                 2      3   42.86%    9.09%         ↳ app::twice main.rs:21: line 21
               0x105      1  call $f     │    5      1     1 call     5 => A
               0x107      1  drop        │    6      1     1 op       6 => A
                 1      1   14.29%    3.03%           ↳ core::swap<_> mem.rs:8
                             local.get 0 │
               0x103      1  i64.rotl    │    4      1     1 op       4 => A
                 2      2   28.57%    6.06%         [no source]
                          1  [prologue]  │    2      1     1 prologue 2 => A
                          1  [epilogue]  │    8      1     1 epilogue 8 => A

        "#]],
    );
}

#[test]
fn where_there_is_no_room_zkasm_is_beneath() {
    check(
        "main",
        70,
        expect![[r#"
            app::main  src/main.rs:3
            7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
            op 3 · call 2 · epilogue 1 · prologue 1

              self cycles  of func   of all   line  source
              offset cycles  WAT
                      zkPC cycles times cause    zkASM

                                                 3      line 3
                 1      1   14.29%    3.03%      4      line 4
               0x101      1  i32.const 7
                         3      1     1 op       3 => A
                 1      4   57.14%   12.12%      5      line 5
               0x109      1  call $g
                         7      1     1 call     7 => A
                 2      3   42.86%    9.09%         ↳ app::twice main.rs:21: line…
               0x105      1  call $f
                         5      1     1 call     5 => A
               0x107      1  drop
                         6      1     1 op       6 => A
                 1      1   14.29%    3.03%           ↳ core::swap<_> mem.rs:8
                             local.get 0
               0x103      1  i64.rotl
                         4      1     1 op       4 => A
                 2      2   28.57%    6.06%         [no source]
                          1  [prologue]
                         2      1     1 prologue 2 => A
                          1  [epilogue]
                         8      1     1 epilogue 8 => A

        "#]],
    );
}

#[test]
fn files_that_are_not_there_have_no_text() {
    check(
        "fib",
        100,
        expect![[r#"
            app::fib  src/fib.rs:1
            19 cycles itself, 57.58% of 33; 5 of 5 zkASM lines ran
            op 8 · epilogue 4 · prologue 4 · call 3

              self cycles  of func   of all   line  source
              offset cycles  WAT                                     │ zkPC cycles times cause    zkASM

                 4      4   21.05%   12.12%      2  src/fib.rs:2
               0x141      4  i32.sub                                 │   10      4     4 op       10 => A
                 7      7   36.84%   21.21%      3  src/fib.rs:3
                             local.get 0 · local.get 1 · local.get 2 │
               0x145      3  call $fib                               │   11      3     3 call     11 => A
               0x147      4  i32.add                                 │   12      4     4 op       12 => A
                 8      8   42.11%   24.24%         [no source]
                          4  [prologue]                              │    9      4     4 prologue 9 => A
                          4  [epilogue]                              │   13      4     4 epilogue 13 => A

        "#]],
    );
    let (map, log) = demo();
    let annotation = annotated(&map, &log, "cycles", "fib");
    let missing: Vec<&String> = annotation.sources_missing.iter().collect();
    assert_eq!(missing, ["src/fib.rs"]);
}

#[test]
fn functions_are_the_costliest_first_and_the_others_named() {
    let (map, log) = demo();
    let texts = Texts::default();
    let annotation = Annotation::new(&map, &log, "cycles", "/./", 2, texts).unwrap();
    let names: Vec<(&str, u64)> = annotation
        .functions
        .iter()
        .map(|function| (function.function.as_str(), function.self_value))
        .collect();
    assert_eq!(names, [("app::fib", 19), ("app::main", 7)]);
    let text = self::text(&annotation, 100, false);
    let last = text.trim_end().lines().last().unwrap();
    assert_eq!(
        last,
        "left out: [startup] (3), app::twice (3, inlined), core::swap<_> (3), [runtime:div_u64] (1), core::swap<_> (1, inlined)"
    );
}

/// For every metric, the zkASM lines of a function add up to its own value, source lines to the same,
/// and functions to the total.
#[test]
fn values_add_up() {
    for (map, log) in [demo(), trap()] {
        let profile = Profile::from_run(&map, &log).unwrap();
        for metric in profile.metrics() {
            let annotation = annotated(&map, &log, &metric.name, "/./");
            let total = profile.total(profile.metric(&metric.name).unwrap());
            let mut sum = 0;
            for function in &annotation.functions {
                let operators = function.lines.iter().flat_map(|line| &line.operators);
                let zkasm = operators.flat_map(|operator| &operator.zkasm);
                let lines: u64 = zkasm.map(|line| line.value).sum();
                let name = &function.function;
                assert_eq!(lines + function.unplaced, function.self_value, "{name}");
                let own: u64 = function.lines.iter().map(|line| line.self_value).sum();
                assert_eq!(own + function.unplaced, function.self_value, "{name}");
                let roots = function.lines.iter().filter(|line| line.depth == 0);
                let roots: u64 = roots.map(|line| line.total).sum();
                assert_eq!(roots + function.unplaced, function.self_value, "{name}");
                let causes: u64 = function.causes.iter().map(|of| of.value).sum();
                // Calls have none.
                match metric.name.as_str() {
                    "calls" => assert_eq!(function.causes, [], "{name}"),
                    _ => assert_eq!(causes + function.unplaced, function.self_value, "{name}"),
                }
                if function.inlined_into.is_none() {
                    sum += function.self_value;
                }
            }
            assert_eq!(sum, total, "{}", metric.name);
        }
    }
}

/// A line that serves several operators is that of the payer, and the others name it.
#[test]
fn who_does_not_pay_is_named() {
    let mut build = Build::new();
    let f = build.function("f");
    let line = build.line("src/main.rs", 4);
    let block = build.block(f, &[op(0x101).at(line)]);
    build.merge(block, &op(0x101).cause(Cause::Spill).at(line));
    build.merge(block, &op(0x103).cause(Cause::Branch).at(line));
    build.map.operators.push("br".to_owned());
    build.map.contributions[2].operator = Some(0);
    let never = build.block(f, &[op(0x105).at(line), row(Cause::Epilogue)]);
    assert_eq!(never.0, 1);
    let log = Run::new(&build.map).enter(f).block(block).leave(f).halt();
    let annotation = annotated(&build.map, &log, "cycles", "f");
    expect![[r#"
        f
        1 cycles itself, 100.00% of 1; 1 of 3 zkASM lines ran
        op 1

          self cycles  of func   of all   line  source
          offset cycles  WAT         │ zkPC cycles times cause    zkASM

             1      1  100.00%  100.00%      4      line 4
           0x101      1  i32.const 7 │    0      1     1 op       0 => A  ; +spill, +branch br@0x103
                         local.get 0 │
           0x103      0  i64.rotl    │ done by zkPC 0

    "#]]
    .assert_eq(&text(&annotation, 110, false));
    expect![[r#"
        f
        1 cycles itself, 100.00% of 1; 1 of 3 zkASM lines ran
        op 1

          self cycles  of func   of all   line  source
          offset cycles  WAT         │ zkPC cycles times cause    zkASM

             1      1  100.00%  100.00%      4      line 4
           0x101      1  i32.const 7 │    0      1     1 op       0 => A  ; +spill, +branch br@0x103
                         local.get 0 │
           0x103      0  i64.rotl    │ done by zkPC 0
           0x105      0  call $f     │    1              op       1 => A
                    0    0.00%    0.00%         [no source]
                      0  [epilogue]  │    2              epilogue 2 => A

    "#]]
    .assert_eq(&text(&annotation, 110, true));
    expect![[r#"
        {
          "format": "zkasm-profile/annotate",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "of": "f",
          "sum": 1,
          "compiled": true,
          "blocks": true,
          "outcome": {
            "outcome": "halted",
            "results": [
              "i32:7"
            ]
          },
          "functions": [
            {
              "function": "f",
              "self": 1,
              "self_percent": 100.0,
              "unplaced": 0,
              "causes": [
                {
                  "cause": "op",
                  "value": 1
                }
              ],
              "zkasm_lines": 3,
              "zkasm_lines_run": 1,
              "lines": [
                {
                  "depth": 0,
                  "file": "src/main.rs",
                  "line": 4,
                  "text": "    line 4",
                  "self": 1,
                  "total": 1,
                  "percent": 100.0,
                  "percent_of_sum": 100.0,
                  "operators": [
                    {
                      "wasm_offset": 257,
                      "text": "i32.const 7",
                      "value": 1,
                      "zkasm": [
                        {
                          "zkpc": 0,
                          "text": "0 => A",
                          "value": 1,
                          "times": 1,
                          "cause": "op",
                          "also": [
                            {
                              "cause": "spill"
                            },
                            {
                              "cause": "branch",
                              "wasm_offset": 259,
                              "operator": "br"
                            }
                          ]
                        }
                      ]
                    },
                    {
                      "wasm_offset": 259,
                      "operator": "br",
                      "text": "i64.rotl",
                      "before": [
                        "local.get 0"
                      ],
                      "value": 0,
                      "zkasm": [],
                      "paid_by_others": [
                        0
                      ]
                    },
                    {
                      "wasm_offset": 261,
                      "text": "call $f",
                      "value": 0,
                      "zkasm": [
                        {
                          "zkpc": 1,
                          "text": "1 => A",
                          "value": 0,
                          "times": 0,
                          "cause": "op"
                        }
                      ]
                    }
                  ]
                },
                {
                  "depth": 0,
                  "self": 0,
                  "total": 0,
                  "percent": 0.0,
                  "percent_of_sum": 0.0,
                  "operators": [
                    {
                      "value": 0,
                      "zkasm": [
                        {
                          "zkpc": 2,
                          "text": "2 => A",
                          "value": 0,
                          "times": 0,
                          "cause": "epilogue"
                        }
                      ]
                    }
                  ]
                }
              ]
            }
          ],
          "omitted": [],
          "sources_missing": []
        }
    "#]]
    .assert_eq(&annotation.to_json());
    let read: Annotation = serde_json::from_str(&annotation.to_json()).unwrap();
    assert_eq!(read, annotation);
}

/// A run that was recorded without blocks has values, but no lines.
#[test]
fn what_is_at_no_line_is_said() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[op(1), op(2)]);
    let log = Run::new(&build.map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 9)
        .leave(f)
        .halt();
    let annotation = annotated(&build.map, &log, "cycles", "f");
    assert_eq!(annotation.functions[0].unplaced, 9);
    expect![[r#"
        f
        9 cycles itself, 100.00% of 9; 2 zkASM lines
        which of them ran is not known: the run was recorded without blocks; record it with --instrument=blocks

    "#]]
    .assert_eq(&text(&annotation, 100, false));
    // Nothing of a line is known that could be shown.
    assert_eq!(text(&annotation, 100, true), text(&annotation, 100, false));
    assert!(!annotation.blocks);
}

/// What was counted before the first block is at no line, either.
#[test]
fn what_is_before_the_first_block_is_said() {
    let mut build = Build::new();
    let f = build.function("f");
    let block = build.block(f, &[op(1), op(2)]);
    let log = Run::new(&build.map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 9)
        .block(block)
        .leave(f)
        .halt();
    let annotation = annotated(&build.map, &log, "cycles", "f");
    assert!(annotation.blocks);
    let text = self::text(&annotation, 100, false);
    let head: Vec<&str> = text.lines().take(4).collect();
    assert_eq!(
        head,
        [
            "f",
            "11 cycles itself, 100.00% of 11; 2 of 2 zkASM lines ran",
            "op 2",
            "9 of those are at no known line",
        ]
    );
}

/// Files are missing in the text if lines of theirs are in it.
#[test]
fn only_files_of_lines_that_are_shown_are_missing() {
    let mut build = Build::new();
    let f = build.function("f");
    let never = build.inlined("never", "", "never.rs", 1);
    let ran = build.line("ran.rs", 4);
    let inside = build.inlined_line(never, "never.rs", 3, ran);
    let block = build.block(f, &[op(1).at(ran)]);
    build.block(f, &[op(2).at(inside)]);
    let log = Run::new(&build.map).enter(f).block(block).leave(f).halt();
    let annotation = annotated(&build.map, &log, "cycles", "f");
    let missing = |all: bool| {
        annotation
            .missing_in_text(&options(100, all))
            .into_iter()
            .collect()
    };
    let (some, all): (Vec<&str>, Vec<&str>) = (missing(false), missing(true));
    assert_eq!(some, ["ran.rs"]);
    assert_eq!(all, ["never.rs", "ran.rs"]);
    for (names, all) in [(some, false), (all, true)] {
        let text = self::text(&annotation, 100, all);
        for name in ["never.rs", "ran.rs"] {
            assert_eq!(text.contains(name), names.contains(&name), "{text}");
        }
    }
    let log = Run::new(&build.map).enter(f).leave(f).halt();
    let annotation = annotated(&build.map, &log, "cycles", "f");
    assert_eq!(annotation.missing_in_text(&options(100, true)).len(), 0);
    assert_eq!(annotation.sources_missing.len(), 2);
}

/// A region is no function, and not inlined either.
#[test]
fn regions_are_told_from_functions() {
    let mut build = Build::new();
    let f = build.function("app::f");
    let inlined = build.inlined("app::inlined", "", "f.rs", 1);
    let f2 = build.line("f.rs", 2);
    let inside = build.inlined_line(inlined, "f.rs", 3, f2);
    let block = build.block(f, &[op(1).at(f2), op(2).at(inside)]);
    let mut map = build.map;
    map.regions = vec!["phase".to_owned()];
    map.marks = vec![Mark {
        zkpc: map.blocks[block.0 as usize].first,
        region: RegionId(0),
        end: false,
        falling: false,
    }];
    let log = Run::new(&map)
        .enter(f)
        .hook(Hook::RegionBegin(RegionId(0)))
        .block(block)
        .halt();
    let texts = Texts::default();
    let refused = |name: &str| {
        let error = Annotation::new(&map, &log, "cycles", name, 1, texts).unwrap_err();
        error.to_string()
    };
    expect![[r#"what has "phase" in its name is a region, not a function: annotate what runs in it, app::f"#]]
        .assert_eq(&refused("phase"));
}

#[test]
fn what_cannot_be_annotated_is_refused() {
    let (map, log) = demo();
    let texts = Texts::default();
    let refused = |metric: &str, name: &str| {
        let error = Annotation::new(&map, &log, metric, name, 1, texts).unwrap_err();
        error.to_string()
    };
    expect![[r#"no function that ran has "nothing" in its name"#]]
        .assert_eq(&refused("cycles", "nothing"));
    expect![[r#"there is no metric "seconds"; there are calls, cycles, mem, binary, arith, mem_align, keccak_f, cells"#]].assert_eq(&refused("seconds", "main"));
    let mut other = log.clone();
    other.build = "b2".to_owned();
    let error = Annotation::new(&map, &other, "cycles", "main", 1, texts).unwrap_err();
    assert!(matches!(error, Error::BuildMismatch { .. }));
}

/// Lines as long as they like, and of any characters, fill no more columns than there are.
#[test]
fn rows_are_no_wider_than_asked() {
    let (mut map, log) = demo();
    map.functions[1].name.name = "Ж\u{1}".repeat(200);
    map.inlined[0].name = "a::".repeat(100);
    for width in [1, 40, 60, 99, 100, 133, usize::MAX] {
        let listing = Listing::wat("w", WAT).unwrap();
        let zkasm = vec!["\tlong".repeat(50); map.rows.len()];
        let texts = Texts {
            wat: Some((&listing, WAT)),
            zkasm: &zkasm,
            rom: None,
        };
        let mut annotation = Annotation::new(&map, &log, "cycles", "Ж", usize::MAX, texts).unwrap();
        annotation.add_sources(|_| Some(format!("{}\n", "x".repeat(300)).repeat(50)));
        for line in text(&annotation, width, true).lines().skip(3) {
            assert!(line.chars().count() <= width.max(60), "{width}: {line}");
            assert!(!line.contains('\u{1}'), "{line}");
        }
    }
}

#[test]
fn a_run_that_did_not_end_is_told() {
    let (map, log) = trap();
    let annotation = annotated(&map, &log, "cycles", "/./");
    let first = text(&annotation, 110, false);
    expect!["the run trapped (unreachable): this is what ran until then"]
        .assert_eq(first.lines().next().unwrap());
    let log = ExecutionLog {
        outcome: Outcome::OutOfSteps,
        ..demo().1
    };
    let annotation = annotated(&demo().0, &log, "cycles", "/./");
    let first = text(&annotation, 110, false);
    expect!["the run was stopped at its limit of steps: this is what ran until then"]
        .assert_eq(first.lines().next().unwrap());
    assert!(
        annotation
            .to_json()
            .contains(r#""outcome": "out_of_steps""#)
    );
}
