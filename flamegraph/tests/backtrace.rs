//! The stack at the end of a run.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, op, row, trap};
use expect_test::expect;
use runtime_hooks::log::Outcome;
use runtime_hooks::{BlockId, Cause, ExecutionLog, SideTable, TrapKind};
use zkasm_flamegraph::fold::Backtrace;

/// `f` calls `g` from an inlined function; `g` jumps to a routine that goes on where the program ends.
fn trapped() -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let start = build.runtime("[startup]");
    let stub = build.runtime("[runtime:trap]");
    let f = build.declared("f", "_f", "f.c", 1);
    let g = build.declared("g", "_g", "g.c", 7);
    let max = build.inlined("max", "_max", "cmp.c", 1);
    let line5 = build.line("f.c", 5);
    let in_max = build.inlined_line(max, "cmp.c", 2, line5);
    let begin = build.block(start, &[row(Cause::Call)]);
    let end = build.block(start, &[row(Cause::Startup), row(Cause::Startup)]);
    let routine = build.block(stub, &[row(Cause::Runtime("trap".to_owned()))]);
    let callee = build.block(g, &[op(20).cause(Cause::TrapCheck)]);
    // A constant pays for the row of the call.
    let line9 = build.line("f.c", 9);
    let caller = build.block(f, &[op(10).at(line9).cause(Cause::Const)]);
    build.merge(caller, &op(12).at(in_max));
    let log = Run::new(&build.map)
        .enter(start)
        .block(begin)
        .enter(f)
        .block(caller)
        .enter(g)
        .block(callee)
        .enter(stub)
        .block(routine)
        .partly(end, 1)
        .log(Outcome::Trap {
            trap: TrapKind::Unreachable,
        });
    (build.map, log)
}

#[test]
fn a_stack_begins_at_the_trap_and_stands_at_its_calls() {
    let (map, log) = trapped();
    let stack = Backtrace::from_run(&map, &log).unwrap();
    expect![[r#"
        stack
          at g (g.c:7), offset 0x14
          at max (cmp.c:2:5), inlined
          at f (f.c:5:5), offset 0xc
          at [startup]
    "#]]
    .assert_eq(&format!("stack\n{}", stack.to_text()));
    assert_eq!(stack.frames[2].system_name.as_deref(), Some("_f"));
}

/// A stub that is no function of its own hides the place, not the function.
#[test]
fn a_stub_that_is_not_entered_leaves_the_function() {
    let (map, log) = trap();
    let stack = Backtrace::from_run(&map, &log).unwrap();
    assert_eq!(stack.to_text(), "  at f\n");
    assert_eq!(stack.frames[0].zkpc, None);
}

#[test]
fn a_stack_of_unknown_blocks_is_an_error() {
    let (map, mut log) = trapped();
    log.live[1].block = Some(BlockId(1000));
    let error = Backtrace::from_run(&map, &log).unwrap_err().to_string();
    assert!(
        error.contains("names block 1000, which is not listed"),
        "{error}"
    );
    let (_, other) = trap();
    let mut other = other;
    other.build = "another".to_owned();
    assert!(Backtrace::from_run(&map, &other).is_err());
}
