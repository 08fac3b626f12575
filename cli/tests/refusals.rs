//! Bad input of every kind: a message that names place and reason, exit code 2, nothing written.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::scratch::{FIBONACCI, Scratch};
use expect_test::{Expect, expect};

#[test]
fn bad_modules_are_refused_with_a_reason() {
    let scratch = Scratch::with_corpus("bad-modules");
    let wasm = common::fibonacci();
    scratch.write("truncated.wasm", &wasm[..300]);
    scratch.write("tiny.wasm", &wasm[..3]);
    scratch.write("picture.png", b"\x89PNG\r\n\x1a\n and so on");
    scratch.write("component.wasm", b"\0asm\x0d\0\x01\0");
    scratch.write(
        "simd.wat",
        r#"(module (func (export "f") (result i32)
             (i32x4.extract_lane 0 (i32x4.splat (i32.const 1)))))"#,
    );
    scratch.write(
        "float.wat",
        r#"(module (func (export "f") (result f64) (f64.add (f64.const 1) (f64.const 2))))"#,
    );
    scratch.write("import.wat", r#"(module (import "env" "now" (func $now (result i64))) (func (export "f") (result i64) (call $now)))"#);
    scratch.write(
        "table.wat",
        r#"(module (import "env" "table" (table 1 funcref)) (func (export "f")))"#,
    );
    scratch.write(
        "wrong.wat",
        "(module (func (export \"f\") (result i32) (i64.const 1)))",
    );
    scratch.write("typo.wat", "(module (fun))");
    let before = scratch.listing();
    let build = |file: &str, expected: Expect| {
        scratch.check(&["build", file, "-o", "out/out.zkasm"], expected);
    };
    build(
        "truncated.wasm",
        expect![[r#"
        exit 2
        error: truncated.wasm: invalid input: unexpected end-of-file at offset 0x77
    "#]],
    );
    build(
        "tiny.wasm",
        expect![[r#"
            exit 2
            error: tiny.wasm: invalid input: the file ends before its header does
        "#]],
    );
    build(
        "picture.png",
        expect![[r#"
            exit 2
            error: picture.png: invalid input: this is not WebAssembly: the magic number is missing
        "#]],
    );
    build(
        "component.wasm",
        expect![[r#"
        exit 2
        error: component.wasm: unsupported: a WebAssembly component (only core modules can be compiled)
    "#]],
    );
    build(
        "simd.wat",
        expect![[r#"
        exit 2
        error: simd.wat: unsupported: SIMD support is not enabled at offset 0x21
    "#]],
    );
    build(
        "float.wat",
        expect![[r#"
            exit 2
            error: float.wat: unsupported: the operator `f64.const` in function `f` at offset 0x1f
        "#]],
    );
    build(
        "import.wat",
        expect![[r#"
        exit 2
        error: import.wat: unsupported: the imported function `env.now`, which the entry reaches
    "#]],
    );
    build(
        "table.wat",
        expect![[r#"
            exit 2
            error: table.wat: unsupported: the imported table `env.table`
        "#]],
    );
    build(
        "wrong.wat",
        expect![[r#"
        exit 2
        error: wrong.wat: invalid input: type mismatch: expected i32, found i64 at offset 0x21
    "#]],
    );
    build(
        "typo.wat",
        expect![[r#"
        exit 2
        error: expected valid module field
             --> typo.wat:1:10
              |
            1 | (module (fun))
              |          ^
    "#]],
    );
    build(
        "absent.wasm",
        expect![[r#"
        exit 2
        error: cannot read absent.wasm: No such file or directory (os error 2)
    "#]],
    );
    assert_eq!(scratch.listing(), before, "nothing is half-written");
}

#[test]
fn bad_requests_are_refused_with_a_reason() {
    let scratch = Scratch::with_corpus("bad-requests");
    let request = |args: &[&str], expected: Expect| {
        let args: Vec<_> = ["build", FIBONACCI].iter().chain(args).copied().collect();
        scratch.check(&args, expected);
    };
    request(
        &["--invoke", "fib"],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: the module exports no function `fib`; it exports `fibonacci`
    "#]],
    );
    request(
        &[],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: `fibonacci` takes 1 argument(s) (i32), 0 given
    "#]],
    );
    request(
        &["--arg", "1", "--arg", "2"],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: `fibonacci` takes 1 argument(s) (i32), 2 given
    "#]],
    );
    request(
        &["--arg", "ten"],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: argument 1 of `fibonacci`, `ten`, is no i32
    "#]],
    );
    request(
        &["--arg", "4294967296"],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: argument 1 of `fibonacci`, `4294967296`, is no i32
    "#]],
    );
}

#[test]
fn bad_programs_and_records_are_refused_with_a_place() {
    let scratch = Scratch::with_corpus("bad-programs");
    scratch.write(
        "syntax.zkasm",
        "start:\n  5 => Q\nfinalizeExecution:\n  :JMP(start)\n",
    );
    scratch.write(
        "label.zkasm",
        "start:\n  :JMP(nowhere)\nfinalizeExecution:\n  :JMP(start)\n",
    );
    scratch.write(
        "fails.zkasm",
        "start:\n  5 => A\n  6 :ASSERT\nfinalizeExecution:\n  :JMP(start)\n",
    );
    scratch.write(
        "outer.zkasm",
        "start: INCLUDE \"lib/inner.zkasm\"\nfinalizeExecution:\n  :JMP(start)\n",
    );
    scratch.write(
        "lib/inner.zkasm",
        "INCLUDE \"../sum.zkasm\"\n\t%X :ASSERT\n",
    );
    scratch.write("sum.zkasm", "CONST %X = 1 + 2\n  4 => A\n");
    scratch.write("cycle.zkasm", "INCLUDE \"lib/cycle.zkasm\"\n");
    scratch.write("lib/cycle.zkasm", "\n  INCLUDE \"../cycle.zkasm\"\n");
    scratch.write("alone.zkasm", "INCLUDE \"nowhere.zkasm\"\n");
    scratch.write("list.log.json", "[1]");
    scratch.write("list.map.json", "[1]");
    scratch.check(
        &["run", "syntax.zkasm"],
        expect![[r#"
            exit 2
            error: syntax.zkasm:2:8: expected a register, found `Q`
                5 => Q
                     ^
        "#]],
    );
    scratch.check(
        &["run", "label.zkasm"],
        expect![[r#"
            exit 2
            error: label.zkasm:2:3: label `nowhere` is not defined
                :JMP(nowhere)
                ^
        "#]],
    );
    scratch.check(
        &["run", "fails.zkasm"],
        expect![[r#"
            exit 2
            error: fails.zkasm:3:3: step 1, zkPC 1: ASSERT: A = 5 is not op = 6
                6 :ASSERT
                ^
        "#]],
    );
    scratch.check(
        &["run", "outer.zkasm"],
        expect![[r#"
        exit 2
        error: lib/inner.zkasm:2:2: step 1, zkPC 1: ASSERT: A = 4 is not op = 3
          	%X :ASSERT
          	^
    "#]],
    );
    scratch.check(
        &["lint", "cycle.zkasm"],
        expect![[r#"
        exit 2
        error: lib/cycle.zkasm:2:3: cycle.zkasm includes lib/cycle.zkasm includes cycle.zkasm
            INCLUDE "../cycle.zkasm"
            ^
    "#]],
    );
    scratch.check(&["run", "alone.zkasm"],
        expect![[r#"
        exit 2
        error: alone.zkasm:1:1: cannot include `nowhere.zkasm`: cannot read nowhere.zkasm: No such file or directory (os error 2)
          INCLUDE "nowhere.zkasm"
          ^
    "#]],
    );
    scratch.check(&["top", "list.log.json"],
        expect![[r#"
            exit 2
            error: list.log.json: not a valid execution log: invalid type: integer `1`, expected a string at line 1 column 2
        "#]],
    );
    scratch.check(
        &["top", "corpus"],
        expect![[r#"
        exit 2
        error: corpus holds no NAME.log.json; `zkasm-profile profile` writes one
    "#]],
    );
    scratch.check(
        &["top", "x.txt"],
        expect![[r#"
            exit 2
            error: x.txt: no such file or folder
        "#]],
    );
}

#[test]
fn inputs_of_another_kind_are_told_from_damaged_ones() {
    let scratch = Scratch::with_corpus("other-kinds");
    scratch.write("pprof.log.json", b"\x1f\x8b\x08\0");
    scratch.write("program.zkasm", "start:\nfinalizeExecution:\n");
    let check = |args: &[&str], expected: Expect| scratch.check(args, expected);
    check(
        &["run", FIBONACCI],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm is a WebAssembly module, not text: `build` and `profile` take modules
    "#]],
    );
    check(
        &["top", FIBONACCI],
        expect![[r#"
        exit 2
        error: corpus/fibonacci/fibonacci.wasm: expected the folder that `profile` wrote, or a log NAME.log.json (if corpus/fibonacci/fibonacci.wasm is a log, name its side table with --map)
    "#]],
    );
    check(
        &["top", "pprof.log.json"],
        expect![[r#"
        exit 2
        error: pprof.log.json is compressed, such as a pprof file, and not text
    "#]],
    );
    check(
        &["top", "absent"],
        expect![[r#"
        exit 2
        error: absent: no such file or folder
    "#]],
    );
    check(
        &["top", "-"],
        expect![[r#"
        exit 2
        error: name the side table of the log on stdin with --map
    "#]],
    );
    check(
        &["inspect", "program.zkasm"],
        expect![[r#"
        exit 2
        error: program.zkasm: a zkASM program, where a WebAssembly module is needed
    "#]],
    );
    check(
        &["build", "program.zkasm"],
        expect![[r#"
        exit 2
        error: program.zkasm: a zkASM program, where a WebAssembly module is needed
    "#]],
    );
    check(
        &["costs", "f32"],
        expect![[r#"
        exit 2
        error: no operator has `f32` in its name
    "#]],
    );
}

#[test]
fn what_a_folder_is_in_the_place_of_is_not_written_in_part() {
    let scratch = Scratch::with_corpus("folder-in-place");
    scratch.write("out/fibonacci.html/kept", "");
    let before = scratch.listing();
    scratch.check(
        &["profile", FIBONACCI, "--arg", "3", "-o", "out"],
        expect![[r#"
            exit 2
            error: cannot write out/fibonacci.html: it is a folder
        "#]],
    );
    scratch.check(
        &["profile", FIBONACCI, "--arg", "3", "-o", "-"],
        expect![[r#"
            exit 2
            error: -o - would be stdout, and a profile is a folder: name one, such as ./-
        "#]],
    );
    assert_eq!(scratch.listing(), before);
}

#[test]
fn a_program_on_stdout_has_no_side_table() {
    let scratch = Scratch::with_corpus("build-to-stdout");
    let before = scratch.listing();
    let to_stdout = scratch.run(["build", FIBONACCI, "--arg", "3"]).stdout;
    let dash = scratch
        .run(["build", FIBONACCI, "--arg", "3", "-o", "-"])
        .stdout;
    assert!(to_stdout.starts_with(b"; program: fibonacci(i32:3)"));
    assert_eq!(dash, to_stdout);
    assert_eq!(scratch.listing(), before);
}

/// A ROM has no text of its own: the one that is made of it assembles to something else.
#[test]
fn a_rom_is_not_profiled() {
    let scratch = Scratch::with_corpus("rom-profile");
    let modexp = "corpus/handwritten/modexp.zkasm";
    scratch.run(["assemble", modexp, "-o", "rom.zkasm"]);
    let before = scratch.listing();
    scratch.check(
        &["profile", "rom.zkasm"],
        expect![[r#"
        exit 2
        error: rom.zkasm: a ROM; a profile needs the program's text, zkASM
    "#]],
    );
    assert_eq!(scratch.listing(), before);
}

/// Whether the guest trapped, and what goes to files, does not depend on who reads stdout.
#[test]
fn a_reader_that_goes_away_changes_nothing_else() {
    let scratch = Scratch::new("closed-stdout");
    // More than a pipe holds.
    let lines: String = (0..9000).map(|_| "  1 => A\n").collect();
    let program = format!("start:\n{lines}finalizeExecution:\n  0 => A\n");
    scratch.write("long.zkasm", program);
    scratch.write("trap.wat", r#"(module (func (export "f") (unreachable)))"#);
    scratch.run(["build", "trap.wat", "-o", "trap.zkasm", "--instrument"]);
    let unread = |args: &[&str]| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
            .args(args)
            .current_dir(&scratch.0)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    };
    let args = ["run", "trap.zkasm", "--log", "-", "--trace", "trap.trace"];
    assert_eq!(unread(&args), Some(1));
    assert!(scratch.read("trap.trace").ends_with('\n'));
    let args = [
        "run",
        "long.zkasm",
        "--trace",
        "-",
        "--log",
        "long.log.json",
    ];
    assert_eq!(unread(&args), Some(0));
    assert!(scratch.read("long.log.json").ends_with("}\n"));
}

/// A run that is stopped before its first step has nothing to draw: its picture alone is left out.
#[test]
fn a_run_of_no_step_is_profiled_without_a_picture() {
    let scratch = Scratch::with_corpus("no-step");
    let args = [
        "profile",
        FIBONACCI,
        "--arg",
        "3",
        "--max-steps",
        "0",
        "-o",
        "p",
    ];
    let output = scratch.run(args);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let names = scratch.listing();
    let wrote = |suffix: &str| names.contains(&format!("p/fibonacci{suffix}"));
    assert!(
        wrote(".log.json") && wrote(".html") && wrote(".pb.gz") && !wrote(".svg"),
        "{names:?}"
    );
}
