//! Annotations of functions that were inlined.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::annotations::{annotated, by_function, inlined, text};
use common::{Run, demo, trap};
use expect_test::expect;
use zkasm_flamegraph::Error;
use zkasm_flamegraph::annotate::{Annotation, Texts};

/// What a function cost where it was compiled and where it was inlined is what the profile says.
#[test]
fn inlined_functions_cost_what_the_profile_says() {
    for metric in ["cycles", "calls", "cells"] {
        for (map, log) in [demo(), trap()] {
            let [profile, annotation] = by_function(&map, &log, metric);
            assert_eq!(profile, annotation, "{metric}");
        }
    }
}

#[test]
fn an_inlined_function_is_annotated_over_all_places() {
    let (map, log) = inlined();
    let annotation = annotated(&map, &log, "cycles", "app::twice");
    expect![[r#"
        app::twice  src/main.rs:20
        5 cycles itself, 55.56% of 9; 5 of 6 zkASM lines ran
        inlined into app::f (4), app::g (1), at 3 places
        op 4 · spill 1

          self cycles  of func   of all   line  source
          offset cycles  WAT         │ zkPC cycles times cause zkASM

                                            20      line 20
             2      4   80.00%   44.44%     21      line 21
                 in app::f
                         local.get 0 │
           0x103      1  i64.rotl    │    1      1     1 op    1 => A
           0x109      1  call $g     │    4      1     1 op    4 => A  ; +branch @0x107
             1      2   40.00%   22.22%         ↳ app::other main.rs:31: line 31
           0x105      1  call $f     │    2      1     1 op    2 => A
             1      1   20.00%   11.11%           ↳ app::twice main.rs:22: line 22
           0x107      1  drop        │    3      1     1 spill 3 => A
             1      1   20.00%   11.11%     22      line 22
                 in app::g
           0x141      1  i32.sub     │    5      1     1 op    5 => A

        app::twice  src/main.rs:20
        2 cycles itself, 22.22% of 9; 2 of 2 zkASM lines ran
        op 2

          self cycles  of func   of all   line  source
          offset cycles  WAT     │ zkPC cycles times cause zkASM

                                            20      line 20
             1      2  100.00%   22.22%     21      line 21
           0x10b      1  [entry] │    8      1     1 op    8 => A
             1      1   50.00%   11.11%         ↳ app::twice main.rs:22: line 22
           0x10b      1  [entry] │    9      1     1 op    9 => A

    "#]]
    .assert_eq(&text(&annotation, 110, false));
    let [compiled, inlined] = annotation.functions.as_slice() else {
        panic!("{annotation:?}")
    };
    let (compiled, inlined) = match compiled.inlined_into {
        None => (compiled, inlined),
        Some(_) => (inlined, compiled),
    };
    assert_eq!((compiled.self_value, inlined.self_value), (2, 5));
    let places: Vec<(&str, u64, u64)> = (inlined.inlined_into.iter().flatten())
        .map(|into| (into.function.as_str(), into.value, into.places))
        .collect();
    assert_eq!(places, [("app::f", 4, 2), ("app::g", 1, 1)]);
    assert_eq!((inlined.zkasm_lines, inlined.zkasm_lines_run), (6, 5));
    let [profile, annotation] = by_function(&map, &log, "cycles");
    assert_eq!(profile, annotation);
}

/// Without blocks, nothing is known of what is inlined.
#[test]
fn what_is_inlined_needs_blocks() {
    let (map, _) = inlined();
    let f = runtime_hooks::FunctionId(map.blocks[0].function.0);
    let log = Run::new(&map).enter(f).charge(zkasm::Counter::Cycles, 9);
    let log = log.leave(f).halt();
    let error = Annotation::new(&map, &log, "cycles", "app::other", 1, Texts::default());
    assert!(matches!(error.unwrap_err(), Error::WithoutBlocks));
}
