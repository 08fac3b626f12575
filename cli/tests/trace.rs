//! Traces, as a user writes them. That they tell what profiles do: `corpus.rs`, `promises.rs`, `random.rs`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::scratch::Scratch;
use expect_test::{Expect, expect};

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

#[test]
fn outputs_that_get_in_each_other_s_way_are_refused() {
    let scratch = Scratch::new("trace-outputs");
    let program = "  1 => A\nfinalizeExecution:\n  :JMP(finalizeExecution)\n";
    scratch.write("p.zkasm", program);
    scratch.write("d/kept", "");
    let refused = |args: &str, expected: Expect| {
        let args: Vec<&str> = args.split(' ').collect();
        scratch.check(&args, expected);
        assert_eq!(scratch.listing(), ["d", "d/kept", "p.zkasm"], "{args:?}");
        assert_eq!(scratch.read("p.zkasm"), program, "{args:?}");
    };
    refused(
        "run p.zkasm --log p.out --trace p.out",
        expect![[r#"
        exit 2
        error: --log and --trace are both p.out: name two files
    "#]],
    );
    refused(
        "run p.zkasm --log p.out --trace d/../p.out",
        expect![[r#"
        exit 2
        error: --log and --trace are both p.out: name two files
    "#]],
    );
    refused(
        "run p.zkasm --log new/p.out --trace ./new/p.out",
        expect![[r#"
        exit 2
        error: --log and --trace are both new/p.out: name two files
    "#]],
    );
    refused(
        "run p.zkasm --log - --trace -",
        expect![[r#"
        exit 2
        error: --log and --trace are both stdout: name two files
    "#]],
    );
    refused(
        "run p.zkasm --trace - --format json",
        expect![[r#"
        exit 2
        error: --trace and the outcome as JSON would both be on stdout: name a file for --trace
    "#]],
    );
    refused(
        "run p.zkasm --log ./p.map.json",
        expect![[r#"
        exit 2
        error: --log would overwrite the program's side table, ./p.map.json: name another file
    "#]],
    );
    refused(
        "run p.zkasm --input in.json --trace in.json",
        expect![[r#"
            exit 2
            error: --trace would overwrite the executor's input, in.json: name another file
        "#]],
    );
    refused(
        "run p.zkasm --log ./p.zkasm",
        expect![[r#"
        exit 2
        error: --log would overwrite the program, ./p.zkasm: name another file
    "#]],
    );
    // One of them, before the outcome for people.
    let output = scratch.run(["run", "p.zkasm", "--trace", "-"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("zkasm-profile/trace 1\n"), "{text}");
    assert!(text.contains("\nend 1\nhalted\n"), "{text}");
}
