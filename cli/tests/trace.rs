//! Traces, as a user writes them. That they tell what profiles do: `corpus.rs`, `promises.rs`, `random.rs`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::scratch::Scratch;
use expect_test::expect;

#[test]
fn every_step_is_a_line_with_what_it_was_charged() {
    let scratch = Scratch::new("trace");
    scratch.write(
        "p.zkasm",
        "; build 0123abcd\n  3 => A, RCX\n  A :REPEAT(RCX), MSTORE(SP)\n  $ => B :ADD, MSTORE(SP)\n\
         \x20 1 :HASHK1(0)\n  1 :HASHKLEN(0)\n  $ => A :MLOAD(SP)\n\
         finalizeExecution:\n  :JMP(finalizeExecution)\n",
    );
    let args = "run p.zkasm --trace p.trace --log p.log.json".split(' ');
    let output = scratch.run(args);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    expect![[r#"
        zkasm-profile/trace 1
        build 0123abcd
        0
        1 mem
        1 mem
        1 mem
        1 mem
        2 mem binary
        3
        4
        5 mem
        end 6
    "#]]
    .assert_eq(&scratch.read("p.trace"));
    assert!(scratch.read("p.log.json").contains("zkasm-profile/log"));
}

#[test]
fn a_run_that_is_too_long_is_refused_and_nothing_written() {
    let scratch = Scratch::new("long-trace");
    let program = "start:\n  :JMP(start)\nfinalizeExecution:\n  :JMP(start)\n";
    scratch.write("p.zkasm", program);
    let args = "run p.zkasm --trace p.trace --log p.log.json";
    scratch.check(
        &args.split(' ').collect::<Vec<_>>(),
        expect![[r#"
            exit 2
            error: p.zkasm: the run takes more than the 1048576 steps that a trace holds; --max-steps N traces the first N
        "#]],
    );
    let help = scratch.run(["run", "--help"]);
    let limit = zkasm_flamegraph::grouped(runtime_hooks::trace::STEP_LIMIT);
    assert!(String::from_utf8(help.stdout).unwrap().contains(&limit));
    let cut = |steps: &str| {
        let args = ["run", "p.zkasm", "--trace", "p.trace", "--max-steps", steps];
        scratch.run(args).status.code()
    };
    assert_eq!(cut("1048577"), Some(2));
    assert_eq!(scratch.listing(), ["p.zkasm"]);
    assert_eq!(cut("1048576"), Some(1), "out of steps");
    let trace = scratch.read("p.trace");
    assert_eq!(trace.lines().count(), 3 + (1 << 20));
    assert!(trace.ends_with("\n0\nend 0\n"));
}
