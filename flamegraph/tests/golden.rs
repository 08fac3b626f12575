//! Golden files: writing and reading.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, demo_golden, golden, op, row, trap};
use expect_test::{Expect, expect};
use runtime_hooks::Cause;
use zkasm::Counter;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::golden::Golden;

#[test]
fn text() {
    expect![[r#"
        zkasm-profile/golden 1
        cost-model zk64-1
        wasm 00ff
        entry run
        arguments i32:3 i64:-1
        outcome halted i32:7
        rom-lines 19
        total calls 8
        total cycles 33
        total mem 10
        total binary 8
        total arith 1
        total mem_align 0
        total keccak_f 2
        total cells 157749
        cause call 6
        cause epilogue 6
        cause op 12
        cause prologue 5
        cause runtime:div_u64 1
        cause startup 3

                    self            total        calls  name
                       1                1            1  [runtime:div_u64]
                       3               33            1  [startup]
                      19               19            4  app::fib
                       4               30            1  app::main
                       2               22            0  app::twice
                       4                5            1  core::swap<_>
    "#]]
    .assert_eq(&demo_golden().to_text());
    let (map, log) = trap();
    expect![[r#"
        zkasm-profile/golden 1
        cost-model zk64-1
        wasm 00ff
        entry run
        arguments i32:3 i64:-1
        outcome trap unreachable
        rom-lines 5
        total calls 1
        total cycles 8
        total mem 0
        total binary 0
        total arith 0
        total mem_align 0
        total keccak_f 0
        total cells 824
        cause op 4
        cause runtime:trap 2
        cause trap-check 2

                    self            total        calls  name
                       2                2            0  [runtime:trap]
                       6                8            1  f
    "#]]
    .assert_eq(&golden(&map, &log).to_text());
}

#[test]
fn names_are_unique_in_the_order_of_declaration() {
    let mut build = Build::new();
    // Declared in the reverse order of the program; one really has a number.
    let late = build.declared("init", "", "b.c", 9);
    let early = build.declared("init", "", "b.c", 4);
    let never = build.declared("init", "", "a.c", 1);
    let numbered = build.function("init #2");
    let odd = build.function(" two\nlines ");
    let [a, b, _, c, d] =
        [late, early, never, numbered, odd].map(|function| build.block(function, &[op(1)]));
    let log = Run::new(&build.map)
        .enter(late)
        .block(a)
        .enter(early)
        .block(b)
        .block(b)
        .enter(numbered)
        .block(c)
        .enter(odd)
        .block(d)
        .halt();
    expect![[r#"
        zkasm-profile/golden 1
        cost-model zk64-1
        wasm 00ff
        entry run
        arguments i32:3 i64:-1
        outcome halted i32:7
        rom-lines 5
        total calls 4
        total cycles 5
        total mem 0
        total binary 0
        total arith 0
        total mem_align 0
        total keccak_f 0
        total cells 515
        cause op 5

                    self            total        calls  name
                       1                2            1  init #2
                       2                4            1  init #3
                       1                5            1  init #4
                       1                1            1  two�lines
    "#]]
    .assert_eq(&golden(&build.map, &log).to_text());
}

#[test]
fn cycles_without_a_cause_are_counted() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[row(Cause::Op)]);
    let log = Run::new(&build.map)
        .enter(f)
        .charge(Counter::Cycles, 1 << 60)
        .halt();
    // 2^60 cycles are too many cells.
    assert!(Profile::from_run(&build.map, &log).is_err());
    let log = Run::new(&build.map)
        .enter(f)
        .charge(Counter::Cycles, 12_345_678_901_234_567)
        .halt();
    expect![[r#"
        zkasm-profile/golden 1
        cost-model zk64-1
        wasm 00ff
        entry run
        arguments i32:3 i64:-1
        outcome halted i32:7
        rom-lines 1
        total calls 1
        total cycles 12345678901234567
        total mem 0
        total binary 0
        total arith 0
        total mem_align 0
        total keccak_f 0
        total cells 1271604926827160401
        cause [unknown] 12345678901234567

                    self            total        calls  name
        12345678901234567 12345678901234567            1  f
    "#]]
    .assert_eq(&golden(&build.map, &log).to_text());
}

#[track_caller]
fn refused(from: &str, to: &str, expected: &Expect) {
    let text = demo_golden().to_text();
    assert!(text.contains(from));
    let error = Golden::parse(&text.replacen(from, to, 1)).unwrap_err();
    expected.assert_eq(&error.to_string());
}

#[test]
fn broken_files_are_refused_with_line_and_reason() {
    refused(
        "zkasm-profile/golden 1",
        "",
        &expect![[r#"line 1: expected "zkasm-profile/golden", found """#]],
    );
    refused(
        "golden 1",
        "golden 2",
        &expect![[r#"line 1: a golden file of version "2"; this program reads version 1"#]],
    );
    refused(
        "outcome",
        "result",
        &expect![[r#"line 6: expected "outcome", found "result""#]],
    );
    refused(
        "rom-lines 19",
        "rom-lines 019",
        &expect![[r#"line 7: "019" is not a whole number below 2^64"#]],
    );
    refused(
        "total cycles 33",
        "total cycles +33",
        &expect![[r#"line 9: "+33" is not a whole number below 2^64"#]],
    );
    refused(
        "total cycles 33",
        "total cycles 34",
        &expect!["line 21: the causes up to here have 33 cycles, the total is 34"],
    );
    refused(
        "total cycles 33\n",
        "",
        &expect!["line 14: there is no total of cycles, or none of calls"],
    );
    refused(
        "total mem 10",
        "total cycles 33",
        &expect!["line 10: a second total of cycles"],
    );
    refused(
        "total mem 10",
        "total mem",
        &expect![[r#"line 10: expected a name and a number after "total""#]],
    );
    refused(
        "cause epilogue",
        "cause a",
        &expect!["line 17: causes are not in ascending order"],
    );
    refused(
        "\n\n",
        "\n",
        &expect![[
            r#"line 22: expected a total, a cause or an empty line: "            self            total        calls  name""#
        ]],
    );
    refused(
        "  name",
        "",
        &expect![[r#"line 23: expected the titles "self total calls name""#]],
    );
    refused(
        "  app::fib",
        " app::fib",
        &expect!["line 26: expected two blanks and a name after three numbers"],
    );
    refused(
        "  app::fib",
        "  zzz",
        &expect!["line 27: functions are not in ascending order"],
    );
    refused(
        "            4  app::fib",
        "            5  app::fib",
        &expect!["line 29: the functions up to here have 9 calls, the total is 8"],
    );
    refused(
        "19            4  app::fib",
        "18            4  app::fib",
        &expect!["line 26: the total of 18 is less than self, or more than the 33 cycles in all"],
    );
    refused(
        "core::swap<_>\n",
        "core::swap<_>",
        &expect!["line 29: the file does not end with a newline; it may be cut off"],
    );
    expect![[r#"line 1: the file ends after this line; expected "zkasm-profile/golden""#]]
        .assert_eq(&Golden::parse("").unwrap_err().to_string());
    let text = demo_golden().to_text();
    let half = &text[..text.len() / 3];
    expect![[r#"line 16: expected a name and a number after "cause""#]]
        .assert_eq(&Golden::parse(half).unwrap_err().to_string());
}

/// A file that git checked out with the line ends of another system.
#[test]
fn carriage_returns_are_no_difference() {
    let text = demo_golden().to_text().replace('\n', "\r\n");
    assert_eq!(Golden::parse(&text).unwrap(), demo_golden());
}
