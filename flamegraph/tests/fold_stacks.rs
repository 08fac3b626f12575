//! Which stack each sample has.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, check, check_metric, conserved, demo, op, row, trap};
use expect_test::expect;
use runtime_hooks::Cause;
use zkasm::Counter;
use zkasm_flamegraph::fold::Coverage;
use zkasm_flamegraph::{Granularity, Profile};

#[test]
fn inlined_functions_stand_between_caller_and_callee() {
    let (map, log) = demo();
    check(
        &map,
        &log,
        Granularity::Function,
        &expect![[r#"
        [startup] 3
        [startup];app::main 4
        [startup];app::main;app::twice 2
        [startup];app::main;app::twice;app::fib 5
        [startup];app::main;app::twice;app::fib;app::fib 5
        [startup];app::main;app::twice;app::fib;app::fib;app::fib 5
        [startup];app::main;app::twice;app::fib;app::fib;app::fib;app::fib 4
        [startup];app::main;app::twice;core::swap<_> 1
        [startup];app::main;core::swap<_> 3
        [startup];app::main;core::swap<_>;[runtime:div_u64] 1
    "#]],
    );
    check(
        &map,
        &log,
        Granularity::Line,
        &expect![[r#"
        [startup] 3
        [startup];app::main (src/main.rs:4) 1
        [startup];app::main (src/main.rs:5) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21) 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:2) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3) 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:2) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3) 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:2) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3) 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:2) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3) 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib [no source] 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib [no source] 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib [no source] 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib [no source] 2
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);core::swap<_> (core/mem.rs:8) 1
        [startup];app::main (src/main.rs:5);core::swap<_> (core/mem.rs:8) 2
        [startup];app::main (src/main.rs:5);core::swap<_> (core/mem.rs:8);[runtime:div_u64] 1
        [startup];app::main (src/main.rs:5);core::swap<_> [no source] 1
        [startup];app::main [no source] 2
    "#]],
    );
    check(
        &map,
        &log,
        Granularity::Wasm,
        &expect![[r#"
        [startup] 3
        [startup];app::main 2
        [startup];app::main @ 0x101 1
        [startup];app::main @ 0x103;app::twice @ 0x103;core::swap<_> @ 0x103 1
        [startup];app::main @ 0x105;app::twice @ 0x105 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib 2
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x141 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib 2
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x141 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib 2
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x141 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x145 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x145;app::fib 2
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x141 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x147 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x145;app::fib @ 0x147 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x145;app::fib @ 0x147 1
        [startup];app::main @ 0x105;app::twice @ 0x105;app::fib @ 0x147 1
        [startup];app::main @ 0x107;app::twice @ 0x107 1
        [startup];app::main @ 0x109 1
        [startup];app::main @ 0x109;core::swap<_> 1
        [startup];app::main @ 0x109;core::swap<_> @ 0x181 1
        [startup];app::main @ 0x109;core::swap<_> @ 0x183 1
        [startup];app::main @ 0x109;core::swap<_> @ 0x183;[runtime:div_u64] 1
    "#]],
    );
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        [startup] zkpc:0 1
        [startup] zkpc:1 1
        [startup] zkpc:1;app::main zkpc:2 1
        [startup] zkpc:1;app::main zkpc:3 1
        [startup] zkpc:1;app::main zkpc:4;app::twice zkpc:4;core::swap<_> zkpc:4 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:10 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:10 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:10 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:11 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:10 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:12 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:13 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:9 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:12 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:13 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:11;app::fib zkpc:9 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:12 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:13 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:11;app::fib zkpc:9 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:12 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:13 1
        [startup] zkpc:1;app::main zkpc:5;app::twice zkpc:5;app::fib zkpc:9 1
        [startup] zkpc:1;app::main zkpc:6;app::twice zkpc:6 1
        [startup] zkpc:1;app::main zkpc:7 1
        [startup] zkpc:1;app::main zkpc:7;core::swap<_> zkpc:14 1
        [startup] zkpc:1;app::main zkpc:7;core::swap<_> zkpc:15 1
        [startup] zkpc:1;app::main zkpc:7;core::swap<_> zkpc:15;[runtime:div_u64] zkpc:17 1
        [startup] zkpc:1;app::main zkpc:7;core::swap<_> zkpc:16 1
        [startup] zkpc:1;app::main zkpc:8 1
        [startup] zkpc:18 1
    "#]],
    );
}

/// A spill that was merged into the row of the call pays for it, but called nothing.
#[test]
fn a_caller_stands_at_its_call_whoever_pays_for_the_row() {
    let mut build = Build::new();
    let f = build.function("f");
    let g = build.function("g");
    let max = build.inlined("max", "", "cmp.c", 1);
    let line5 = build.line("f.c", 5);
    let line6 = build.line("f.c", 6);
    let in_max = build.inlined_line(max, "cmp.c", 2, line5);
    let spill = op(10).at(in_max).cause(Cause::Spill);
    let caller = build.block(f, &[spill]);
    build.merge(caller, &op(12).at(line6).cause(Cause::Call));
    build.merge(caller, &op(11).at(in_max).cause(Cause::Move));
    let callee = build.block(g, &[op(20)]);
    let log = Run::new(&build.map)
        .enter(f)
        .block(caller)
        .enter(g)
        .block(callee)
        .halt();
    check(
        &build.map,
        &log,
        Granularity::Line,
        &expect![[r#"
        f (f.c:5);max (cmp.c:2) 1
        f (f.c:6);g [no source] 1
    "#]],
    );
    check(
        &build.map,
        &log,
        Granularity::Wasm,
        &expect![[r#"
        f @ 0xa;max @ 0xa 1
        f @ 0xc;g @ 0x14 1
    "#]],
    );
}

#[test]
fn calls_stand_at_the_entry_of_the_function_itself() {
    let (map, log) = demo();
    check_metric(
        &map,
        &log,
        "calls",
        &expect![[r#"
        [startup] 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib [no source] 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib (src/fib.rs:3);app::fib [no source] 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib (src/fib.rs:3);app::fib [no source] 1
        [startup];app::main (src/main.rs:5);app::twice (src/main.rs:21);app::fib [no source] 1
        [startup];app::main (src/main.rs:5);core::swap<_> (core/mem.rs:8) 1
        [startup];app::main (src/main.rs:5);core::swap<_> (core/mem.rs:8);[runtime:div_u64] 1
        [startup];app::main [no source] 1
    "#]],
    );

    // An entry whose payer lies in an inlined function.
    let mut build = Build::new();
    let f = build.function("f");
    let g = build.inlined("g", "", "g.c", 1);
    let at = build.line("f.c", 2);
    let inner = build.inlined_line(g, "g.c", 2, at);
    let block = build.block(f, &[op(9).at(inner)]);
    let log = Run::new(&build.map).enter(f).block(block).halt();
    check_metric(
        &build.map,
        &log,
        "calls",
        &expect![[r#"
        f (f.c:2) 1
    "#]],
    );
    check_metric(
        &build.map,
        &log,
        "cycles",
        &expect![[r#"
        f (f.c:2);g (g.c:2) 1
    "#]],
    );
}

#[test]
fn recursion_beyond_the_limit_is_deeper_and_adds_up() {
    let mut build = Build::new();
    let f = build.function("f");
    let g = build.function("g");
    let [f1, f2, g1] = [f, f, g].map(|function| build.block(function, &[op(1)]));
    let mut run = Run::new(&build.map);
    for _ in 0..13 {
        run = run.enter(f).block(f1);
    }
    run = run.enter(g).block(g1).leave(g);
    for _ in 0..12 {
        run = run.block(f2).leave(f);
    }
    let log = run.block(f2).halt();
    check(
        &build.map,
        &log,
        Granularity::Function,
        &expect![[r#"
        f 2
        f;f 2
        f;f;f 2
        f;f;f;f 2
        f;f;f;f;f 2
        f;f;f;f;f;f 2
        f;f;f;f;f;f;f 2
        f;f;f;f;f;f;f;f 2
        f;f;f;f;f;f;f;f;f 2
        f;f;f;f;f;f;f;f;f;f 2
        f;f;f;f;f;f;f;f;f;f;[deeper];f 6
        f;f;f;f;f;f;f;f;f;f;[deeper];g 1
    "#]],
    );
    check_metric(
        &build.map,
        &log,
        "calls",
        &expect![[r#"
        f [no source] 1
        f [no source];f [no source] 1
        f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source] 1
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];[deeper];f [no source] 3
        f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];f [no source];[deeper];g [no source] 1
    "#]],
    );
}

#[test]
fn a_stub_stands_inside_of_the_function_that_jumped_to_it() {
    let (map, log) = trap();
    check(
        &map,
        &log,
        Granularity::Zkasm,
        &expect![[r#"
        f;[runtime:trap] zkpc:3 1
        f;[runtime:trap] zkpc:4 1
        f zkpc:0 2
        f zkpc:1 2
        f zkpc:2 2
    "#]],
    );
}

#[test]
fn with_calls_alone_a_function_is_its_leaf() {
    let mut build = Build::new();
    let main = build.declared("main", "", "main.c", 1);
    let f = build.declared("f", "", "main.c", 9);
    let line = build.line("main.c", 2);
    build.block(main, &[op(1).at(line)]);
    build.block(f, &[op(2)]);
    let log = Run::new(&build.map)
        .charge(Counter::Cycles, 1)
        .enter(main)
        .charge(Counter::Cycles, 10)
        .enter(f)
        .charge(Counter::Cycles, 7)
        .leave(f)
        .resume(main)
        .charge(Counter::Cycles, 3)
        .halt();
    check(
        &build.map,
        &log,
        Granularity::Function,
        &expect![[r#"
        [no function] 1
        main 13
        main;f 7
    "#]],
    );
    check(
        &build.map,
        &log,
        Granularity::Line,
        &expect![[r#"
        [no function] 1
        main [no source] 13
        main [no source];f [no source] 7
    "#]],
    );
    check_metric(
        &build.map,
        &log,
        "calls",
        &expect![[r#"
        main [no source] 1
        main [no source];f [no source] 1
    "#]],
    );
    let coverage = Coverage::from_run(&build.map, &log).unwrap();
    assert_eq!((coverage.program, coverage.with_line), (21, 0));
}

#[test]
fn without_dwarf_there_are_offsets_and_no_invented_lines() {
    let mut build = Build::new();
    let f = build.function("func[3]");
    let block = build.block(f, &[row(Cause::Prologue), op(0x2a), op(0x2c)]);
    let map = build.map;
    let log = Run::new(&map).enter(f).block(block).halt();
    let profile = conserved(&map, &log);
    let lines = profile.locations().iter().flat_map(|l| &l.lines);
    assert!(lines.clone().count() > 0);
    assert!(
        lines
            .clone()
            .all(|line| line.line == 0 && line.file.is_none())
    );
    check(
        &map,
        &log,
        Granularity::Line,
        &expect![[r#"
        func[3] [no source] 3
    "#]],
    );
    check(
        &map,
        &log,
        Granularity::Wasm,
        &expect![[r#"
        func[3] 1
        func[3] @ 0x2a 1
        func[3] @ 0x2c 1
    "#]],
    );
}

#[test]
fn an_inlined_function_that_exists_out_of_line_is_one_function() {
    let mut build = Build::new();
    let f = build.declared("f", "_Zf", "f.c", 1);
    let g = build.declared("g", "_Zg", "f.c", 9);
    let inlined = build.inlined("g", "_Zg", "f.c", 9);
    let other = build.inlined("g", "_Zg2", "f.c", 9);
    let at = build.line("f.c", 2);
    let inner = build.inlined_line(inlined, "f.c", 10, at);
    let third = build.inlined_line(other, "f.c", 10, at);
    let block = build.block(f, &[op(1).at(inner), op(2).at(third)]);
    let g10 = build.line("f.c", 10);
    let body = build.block(g, &[op(3).at(g10)]);
    let log = Run::new(&build.map)
        .enter(f)
        .block(block)
        .enter(g)
        .block(body)
        .halt();
    let profile = conserved(&build.map, &log);
    let names: Vec<&str> = (profile.functions().iter())
        .map(|function| profile.text(function.name))
        .collect();
    assert_eq!(
        names,
        ["[startup]", "f", "g", "g", "[deeper]", "[no function]"]
    );
}

#[test]
fn samples_do_not_depend_on_the_order_of_contexts() {
    let (map, log) = demo();
    let order = [0, 1, 2, 7, 8, 3, 4, 5, 6];
    assert_eq!(log.contexts.len(), order.len());
    let now = |old: u32| order.iter().position(|&id| id == old).unwrap() as u32;
    let mut other = log.clone();
    other.contexts = order.map(|old| log.contexts[old as usize].clone()).to_vec();
    for context in &mut other.contexts {
        context.parent = context.parent.map(now);
    }
    for frame in &mut other.live {
        frame.context = now(frame.context);
    }
    other.check().unwrap();
    assert_ne!(log, other);
    let profile = Profile::from_run(&map, &log).unwrap();
    assert_eq!(profile, Profile::from_run(&map, &other).unwrap());
}

/// Names need not be unique, and without declarations nothing else tells functions apart: `dup;dup` would
/// look like a recursion.
#[test]
fn functions_of_one_name_are_kept_apart() {
    let mut build = Build::new();
    let first = build.function("dup");
    let second = build.function("dup");
    let [call, inner] = [first, second].map(|function| build.block(function, &[op(1)]));
    let log = Run::new(&build.map)
        .enter(first)
        .block(call)
        .enter(second)
        .block(inner)
        .leave(second)
        .halt();
    check(
        &build.map,
        &log,
        Granularity::Function,
        &expect![[r#"
        dup 1
        dup;dup#2 1
    "#]],
    );
}
