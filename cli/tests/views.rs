//! Tables of `top --by` that need more than the profile, as a user sees them.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::scratch::{FIBONACCI, Scratch, shown};
use expect_test::expect;

/// `mixed` has more values in its loop than there are registers.
const LOOPS: &str = r#"(module
  (func $mixed (param i32 i64 i64 i64 i64 i64) (result i64)
    (loop $again
      (local.set 1 (i64.add (local.get 1) (local.get 2)))
      (local.set 2 (i64.xor (local.get 2) (local.get 3)))
      (local.set 3 (i64.add (local.get 3) (local.get 4)))
      (local.set 4 (i64.xor (local.get 4) (local.get 5)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i64.sub (local.get 1) (local.get 2)))
  (func (export "run") (param i32) (result i64)
    (call $mixed (local.get 0) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5))))"#;

#[test]
fn register_moves_are_for_a_thousand_operators() {
    let scratch = Scratch::new("moves");
    scratch.write("m.wat", LOOPS);
    let profiled = scratch.run(["profile", "m.wat", "--arg", "50", "-o", "p"]);
    assert!(profiled.status.success(), "{}", shown(&profiled));
    // `mixed`: two additions, two exclusive ors, a subtraction and a branch, 50 times; a subtraction, and
    // the end. `run`: the call and the end; constants are lines of what they are for.
    scratch.check(
        &["top", "p", "--by", "register-moves"],
        expect![[r#"
            exit 0
            cycles of register moves by compiled function: 506, 54.64% of 926
            moves  spills  reloads  operators  per 1,000  function
              253     101      152        303   1,669.97  mixed
                0       0        0          2       0.00  run
              253     101      152        305   1,659.02  total
        "#]],
    );
    let json = scratch.run([
        "top",
        "p",
        "--by",
        "register-moves",
        "-n",
        "1",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["format"], "zkasm-profile/register-moves");
    assert_eq!(json["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn opcodes_are_those_of_the_program() {
    let scratch = Scratch::new("opcodes");
    scratch.write("m.wat", LOOPS);
    let profiled = scratch.run(["profile", "m.wat", "--arg", "50", "-o", "p"]);
    assert!(profiled.status.success(), "{}", shown(&profiled));
    scratch.check(
        &["top", "p", "--by", "opcode", "-n", "4"],
        expect![[r#"
            exit 0
            cycles by opcode: 926 in all, 926 executions
            the first 4 of 16 rows: 571, 61.66%
            executions  cycles   self%    sum%  lines  opcode    mostly in
                   254     254  27.43%  27.43%      9  copy      mixed (100%)
                   156     156  16.85%  44.28%      9  MLOAD     mixed (98%)
                   106     106  11.45%  55.72%     10  MSTORE    mixed (95%)
                    55      55   5.94%  61.66%      6  constant  mixed (91%)
        "#]],
    );
    let json = scratch.run([
        "top", "p", "--by", "opcode", "--metric", "mem", "--format", "json",
    ]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let opcodes = json["rows"].as_array().unwrap().iter();
    let opcodes = opcodes.map(|row| row["opcode"].as_str().unwrap());
    assert!(
        opcodes
            .clone()
            .all(|name| name.contains("MLOAD") || name.contains("MSTORE"))
    );
    assert!(opcodes.count() > 0);
}

/// Of a hand-written program, too, with what it includes; it has no operators.
#[test]
fn hand_written_programs_have_opcodes() {
    let scratch = Scratch::with_corpus("written-opcodes");
    let program = "corpus/handwritten/modexp.zkasm";
    let profiled = scratch.run(["profile", program, "-o", "p"]);
    assert!(profiled.status.success(), "{}", shown(&profiled));
    scratch.check(
        &["top", "p", "--by", "opcode", "-n", "3"],
        expect![[r#"
            exit 0
            cycles by opcode: 398 in all, 398 executions
            the first 3 of 12 rows: 170, 42.71%
            executions  cycles   self%    sum%  lines  opcode    mostly in
                    87      87  21.86%  21.86%      6  copy      divide (66%)
                    42      42  10.55%  32.41%      4  constant  mulmod (52%)
                    41      41  10.30%  42.71%      6  JMP       mulmod (54%)
        "#]],
    );
    scratch.check(
        &["top", "p", "--by", "register-moves"],
        expect![[r#"
        exit 2
        error: the program was not compiled, so what its lines are for is not known; --by opcode tells what they do
    "#]],
    );
}

/// What was not recorded is not told as 0, or as of no cause.
#[test]
fn what_only_blocks_tell_is_refused_without_them() {
    let scratch = Scratch::new("without-blocks");
    scratch.write("m.wat", LOOPS);
    let args = "profile m.wat --arg 50 --instrument calls -o p";
    let profiled = scratch.run(args.split(' '));
    assert!(profiled.status.success(), "{}", shown(&profiled));
    let refused = [
        "--by register-moves",
        "--by cause",
        "--by operator",
        "--by rule",
        "--by opcode",
        "--by line",
        "--granularity wasm",
        "--callers mixed --granularity line",
    ];
    for args in refused {
        let output = scratch.run(["top", "p"].into_iter().chain(args.split(' ')));
        let expected = expect![[r#"
            exit 2
            error: nothing that was counted is at a known zkASM line: the run was recorded without blocks; record it with --instrument=blocks
        "#]];
        expected.assert_eq(&shown(&output));
    }
    for args in ["--by function", "--callers mixed"] {
        let output = scratch.run(["top", "p"].into_iter().chain(args.split(' ')));
        assert!(output.status.success(), "{args}: {}", shown(&output));
    }
}

/// Whoever looks at a run that was cut short is told.
#[test]
fn views_of_a_run_that_trapped_say_so() {
    let scratch = Scratch::new("trapped-views");
    scratch.write(
        "t.wat",
        r#"(module (func $half (export "f") (param i32) (result i32)
             (i32.div_u (i32.const 1) (local.get 0))))"#,
    );
    let output = scratch.run(["profile", "t.wat", "--arg", "0", "-o", "p"]);
    assert_eq!(output.status.code(), Some(1));
    for (command, expected) in [
        (
            "top p -n 1",
            expect![[r#"
            exit 0
            the run trapped (integer divide by zero): this is what ran until then
            cycles by function: 19 in all
            the first 1 of 3 rows: 10, 52.63%
            self   self%    sum%  total  total%  name
              10  52.63%  52.63%     14  73.68%  half
        "#]],
        ),
        (
            "top p --callers half",
            expect![[r#"
                exit 0
                the run trapped (integer divide by zero): this is what ran until then
                cycles of half by callers: 14, 73.68% of 19
                total  total%    sum%  calls  per call  name
                   14 100.00% 100.00%      1      14.0  [startup]
            "#]],
        ),
        (
            "regions p",
            expect![[r#"
            exit 0
            the run trapped (integer divide by zero): this is what ran until then
            no region is in the program
        "#]],
        ),
        (
            "advice p",
            expect![[r#"
                exit 0
                the run trapped (integer divide by zero): this is what ran until then
                no rule was tried: the run has fewer than 1,000 cycles
            "#]],
        ),
    ] {
        expected.assert_eq(&shown(&scratch.run(command.split(' '))));
        let json = scratch.run(command.split(' ').chain(["--format", "json"]));
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        let outcome = serde_json::json!({"outcome": "trap", "trap": "integer-divide-by-zero"});
        assert_eq!(json["outcome"], outcome, "{command}");
    }
}

#[test]
fn opcodes_without_their_program_are_refused() {
    let scratch = Scratch::new("no-opcodes");
    scratch.write("m.wat", LOOPS);
    let build = |arg: &str, folder: &str| {
        let output = scratch.run(["profile", "m.wat", "--arg", arg, "-o", folder]);
        assert!(output.status.success(), "{}", shown(&output));
    };
    build("50", "p");
    build("7", "q");
    let args = ["top", "p", "--by", "opcode"];
    // One of the same length, with other constants.
    let other = scratch.read("q/m.zkasm");
    scratch.write("p/m.zkasm", &other);
    scratch.check(
        &args,
        expect![[r#"
            exit 2
            error: the program is needed for its opcodes: p/m.zkasm is not the program of the side table beside it
        "#]],
    );
    scratch.write("p/m.zkasm", "  0 => ?\n");
    scratch.check(
        &args,
        expect![[r#"
            exit 2
            error: the program is needed for its opcodes: p/m.zkasm:1:8: expected a register, found `?`
                0 => ?
                     ^
        "#]],
    );
    std::fs::remove_file(scratch.0.join("p/m.zkasm")).unwrap();
    scratch.check(&args, expect![[r#"
        exit 2
        error: the program is needed for its opcodes: cannot read p/m.zkasm: No such file or directory (os error 2)
    "#]]);
    scratch.check(
        &["top", "p", "--by", "opcode", "--granularity", "line"],
        expect![[r#"
            exit 2
            error: the argument '--by <WHAT>' cannot be used with '--granularity <WHAT>'

            Usage: zkasm-profile top --by <WHAT> <PROFILE>

            For more information, try '--help'.
        "#]],
    );
}

/// `--by` takes what `--granularity` does, too, where that is a row of the same table.
#[test]
fn functions_and_lines_are_rows_as_well() {
    let scratch = Scratch::with_corpus("by-frame");
    let profiled = scratch.run(["profile", FIBONACCI, "--arg", "20", "-o", "p"]);
    assert!(profiled.status.success(), "{}", shown(&profiled));
    for what in ["function", "line"] {
        let by = scratch.run(["top", "p", "--by", what]);
        let granularity = scratch.run(["top", "p", "--granularity", what]);
        assert!(by.status.success() && !by.stdout.is_empty());
        assert!(by.stdout == granularity.stdout, "{what}");
    }
}

/// `recursive` calls itself; both tables at once are what each is alone.
#[test]
fn callers_and_callees_are_told_at_once() {
    let scratch = Scratch::with_corpus("peek");
    let profiled = scratch.run(["profile", FIBONACCI, "--arg", "100", "-o", "p"]);
    assert!(profiled.status.success(), "{}", shown(&profiled));
    let both = [
        "top",
        "p",
        "--callers",
        "recursive",
        "--callees",
        "remember",
    ];
    scratch.check(&both, expect![[r#"
        exit 0
        cycles of recursive by callers: 4,562, 48.65% of 9,377
        total  total%    sum%  calls  per call  name
        4,562 100.00% 100.00%      1   4,562.0  fibonacci  corpus/fibonacci/src/lib.rs:116
        4,497 of it, 98.58%, in 232 calls from inside of the same function

        cycles of remember by callees: 2,156, 22.99% of 9,377
        total  total%    sum%  calls  per call  name
        1,208  56.03%  56.03%      -         -  <core::iter::adapters::take::Take<core::slice::iter::IterMut<u64>> as core::iter::traits::iterator::Iterator>::next (inline)  corpus/fibonacci/src/lib.rs:74
          652  30.24%  86.27%      -         -  [self]
          296  13.73% 100.00%      -         -  <fibonacci::Pair>::advance (inline)                           corpus/fibonacci/src/lib.rs:76
    "#]]);
    let json = |args: &[&str]| -> serde_json::Value {
        let output = scratch.run(args.iter().chain(&["--format", "json"]));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let peek = json(&both);
    assert_eq!(
        peek["callers"],
        json(&["top", "p", "--callers", "recursive"])
    );
    assert_eq!(
        peek["callees"],
        json(&["top", "p", "--callees", "remember"])
    );
}

/// 0 rows are all, of `profile` as of `top`; and library code can count for the program's own lines.
#[test]
fn all_rows_and_own_rows_can_be_asked_for() {
    let scratch = Scratch::with_corpus("all-rows");
    let args = ["profile", FIBONACCI, "--arg", "100", "-o", "p"];
    let all = scratch.run(args.iter().chain(&["--top", "0"]));
    let all = shown(&all);
    assert!(
        all.contains("[startup]") && !all.contains("the first"),
        "{all}"
    );
    let lines = |args: &[&str]| shown(&scratch.run(args)).contains("/rustc/");
    assert!(lines(&["top", "p", "--by", "line", "-n", "0"]));
    assert!(!lines(&["top", "p", "--by", "line", "-n", "0", "--own"]));
}

/// Of a run without blocks nothing but functions is known: views of more were written without a word, and empty.
#[test]
fn every_view_refuses_what_only_blocks_tell() {
    let scratch = Scratch::with_corpus("views-without-blocks");
    scratch.run([
        "profile",
        FIBONACCI,
        "--arg",
        "10",
        "--instrument",
        "calls",
        "-o",
        "p",
    ]);
    for command in [
        "flamegraph p --granularity line",
        "flamegraph p --causes",
        "flamegraph p --diff p --granularity wasm",
        "pprof p --granularity zkasm",
        "firefox p --granularity line",
        "speedscope p --granularity line",
        "top p --by cause",
        "top p --granularity zkasm",
    ] {
        let output = scratch.run(command.split(' '));
        assert_eq!(output.status.code(), Some(2), "{command}: {output:?}");
        assert!(output.stdout.is_empty(), "{command}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("without blocks"), "{command}: {error}");
    }
    for command in [
        "flamegraph p",
        "pprof p",
        "firefox p",
        "speedscope p",
        "top p",
        "report p -o r",
    ] {
        let output = scratch.run(command.split(' '));
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
    }
}

#[test]
fn a_metric_that_is_asked_for_twice_is_there_once() {
    let scratch = Scratch::with_corpus("views-metric-twice");
    scratch.run(["profile", FIBONACCI, "--arg", "10", "-o", "p"]);
    for view in ["firefox", "speedscope"] {
        let once = scratch.run([view, "p", "--metric", "cycles"]);
        let twice = scratch.run([view, "p", "--metric", "cycles", "--metric", "cycles"]);
        assert_eq!(once.status.code(), Some(0));
        assert_eq!(once.stdout, twice.stdout, "{view}");
        let text = String::from_utf8(once.stdout).unwrap();
        assert!(text.contains("fibonacci(10)"), "{view} names what was run");
    }
    let refused = scratch.run(["top", "p", "--own", "--by", "register-moves"]);
    assert_eq!(refused.status.code(), Some(2));
}
