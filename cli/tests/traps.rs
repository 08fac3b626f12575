//! Traps: the stack that is printed, and the profile up to there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{build, root, simulate};
use expect_test::{Expect, expect};
use runtime_hooks::Instrument;
use zkasm::Counter;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::fold::Backtrace;

fn traps() -> Vec<u8> {
    std::fs::read(root().join("corpus/traps/traps.wasm")).unwrap()
}

/// The stack of a call that traps, by hooks of two kinds; and conservation.
fn stack(wasm: &[u8], export: &str, args: &[&str]) -> Backtrace {
    let stacks = [Instrument::Blocks, Instrument::Instructions].map(|instrument| {
        let compiled = build(wasm, export, args, instrument);
        let log = simulate(&compiled).log;
        let profile = Profile::from_run(&compiled.side_table, &log).unwrap();
        for (counter, total) in log.totals.0.iter() {
            let metric = profile.metric(counter.name()).unwrap();
            assert_eq!(profile.total(metric), total);
        }
        assert!(log.totals.0[Counter::Cycles] > 0);
        Backtrace::from_run(&compiled.side_table, &log).unwrap()
    });
    let [blocks, instructions] = stacks;
    assert_eq!(blocks, instructions);
    blocks
}

fn check(wasm: &[u8], export: &str, args: &[&str], expected: Expect) {
    // Where the library's source lies depends on the compiler's version.
    let text = stack(wasm, export, args).to_text();
    let mut shown = format!("{export}\n");
    for line in text.lines() {
        match (line.find("/rustc/"), line.find("/library/")) {
            (Some(start), Some(end)) => shown += &format!("{}…{}\n", &line[..start], &line[end..]),
            _ => shown += &format!("{line}\n"),
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn five_frames_and_those_inlined() {
    check(
        &traps(),
        "deep",
        &["0"],
        expect![[r#"
            deep
              at core::core_arch::wasm32::unreachable (…/library/core/src/../../stdarch/crates/core_arch/src/wasm32/mod.rs:32:5), inlined
              at traps::give_up (corpus/traps/src/lib.rs:48:5), inlined
              at traps::in_range (corpus/traps/src/lib.rs:41:9), inlined
              at traps::checked (corpus/traps/src/lib.rs:35:9), inlined
              at traps::third (corpus/traps/src/lib.rs:30:5), offset 0xe9
              at traps::second (corpus/traps/src/lib.rs:23:16), offset 0xbf
              at traps::first (corpus/traps/src/lib.rs:16:5), offset 0xa2
              at deep (corpus/traps/src/lib.rs:11:5), offset 0x153
        "#]],
    );
}

#[test]
fn a_recursion_has_a_frame_for_each_call() {
    check(
        &traps(),
        "recursion",
        &["3"],
        expect![[r#"
            recursion
              at core::core_arch::wasm32::unreachable (…/library/core/src/../../stdarch/crates/core_arch/src/wasm32/mod.rs:32:5), inlined
              at traps::give_up (corpus/traps/src/lib.rs:48:5), inlined
              at traps::down (corpus/traps/src/lib.rs:60:9), offset 0x8a
              at traps::down (corpus/traps/src/lib.rs:62:17), offset 0x91
              at traps::down (corpus/traps/src/lib.rs:62:17), offset 0x91
              at traps::down (corpus/traps/src/lib.rs:62:17), offset 0x91
              at recursion (corpus/traps/src/lib.rs:54:5), offset 0x161
        "#]],
    );
}

#[test]
fn a_copy_out_of_bounds_traps_in_the_routine() {
    check(
        &traps(),
        "copy",
        &["10000000"],
        expect![[r#"
            copy
              at [runtime:memory_copy]
              at core::ptr::copy::<u8> (…/library/core/src/ptr/mod.rs:638:9), inlined
              at traps::overwrite (corpus/traps/src/lib.rs:78:14), offset 0x109
              at copy (corpus/traps/src/lib.rs:70:5), offset 0x133
        "#]],
    );
}

#[test]
fn an_exhausted_stack_is_shortened() {
    let stack = stack(&traps(), "recursion", &["-1"]);
    assert!(stack.frames.len() > 10_000, "{}", stack.frames.len());
    let text = stack.to_text();
    assert_eq!(text.lines().count(), 41);
    let omitted = stack.frames.len() - 40;
    assert!(
        text.contains(&format!("\n  … {omitted} frames …\n")),
        "{text}"
    );
    assert!(text.starts_with("  at traps::down ("), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("  at recursion ("), "{text}");
}

/// Three functions deep, each trap at its own operator: its offset is that of the operator.
#[test]
fn the_place_of_a_trap_is_that_of_its_operator() {
    let wasm = wat::parse_str(
        r#"(module (memory 1) (table 3 funcref)
             (type $nothing (func)) (type $binary (func (param i32 i32) (result i32)))
             (elem (i32.const 0) $nothing $divide)
             (func $nothing)
             (func $divide (param i32 i32) (result i32)
               (i32.div_s (local.get 0) (local.get 1)))
             (func $remainder (param i32 i32) (result i32)
               (i32.rem_u (local.get 0) (local.get 1)))
             (func $load (param i32 i32) (result i32)
               (i32.wrap_i64 (i64.load (i32.add (local.get 0) (local.get 1)))))
             (func $store (param i32 i32) (result i32)
               (i32.store16 offset=3 (local.get 0) (local.get 1)) (i32.const 0))
             (func $fill (param i32 i32) (result i32)
               (memory.fill (local.get 0) (i32.const 1) (local.get 1)) (i32.const 0))
             (func $indirect (param i32 i32) (result i32)
               (call_indirect (type $binary) (local.get 0) (i32.const 0) (local.get 1)))
             (func $middle (param i32 i32 i32) (result i32)
               (block (block (block (block (block (block
                 (br_table 0 1 2 3 4 5 (local.get 0)))
               (return (i32.add (i32.const 1) (call $divide (local.get 1) (local.get 2)))))
               (return (i32.add (i32.const 2) (call $remainder (local.get 1) (local.get 2)))))
               (return (i32.add (i32.const 3) (call $load (local.get 1) (local.get 2)))))
               (return (i32.add (i32.const 4) (call $store (local.get 1) (local.get 2)))))
               (return (i32.add (i32.const 5) (call $fill (local.get 1) (local.get 2)))))
               (i32.add (i32.const 6) (call $indirect (local.get 1) (local.get 2))))
             (func (export "run") (param i32 i32 i32) (result i32)
               (i32.mul (i32.const 3) (call $middle (local.get 0) (local.get 1) (local.get 2)))))"#,
    )
    .unwrap();
    for (args, functions, operators) in [
        (["0", "7", "0"], vec!["divide"], vec!["I32DivS"]),
        (["0", "-2147483648", "-1"], vec!["divide"], vec!["I32DivS"]),
        (["1", "7", "0"], vec!["remainder"], vec!["I32RemU"]),
        // Aligned, not aligned, and partly beyond the end.
        (["2", "65536", "0"], vec!["load"], vec!["I64Load"]),
        (["2", "-9", "8"], vec!["load"], vec!["I64Load"]),
        (["2", "65530", "1"], vec!["load"], vec!["I64Load"]),
        (["3", "65532", "1"], vec!["store"], vec!["I32Store16"]),
        (
            ["4", "65000", "1000"],
            vec!["[runtime:memory_fill]", "fill"],
            vec!["", "MemoryFill"],
        ),
        (["5", "0", "0"], vec!["indirect"], vec!["CallIndirect"]),
        (["5", "0", "2"], vec!["indirect"], vec!["CallIndirect"]),
        (["5", "0", "3"], vec!["indirect"], vec!["CallIndirect"]),
        // Through the table and then by 0.
        (
            ["5", "0", "1"],
            vec!["divide", "indirect"],
            vec!["I32DivS", "CallIndirect"],
        ),
    ] {
        let stack = stack(&wasm, "run", &args);
        let found: Vec<(&str, String)> = stack
            .frames
            .iter()
            .map(|frame| (frame.function.as_str(), operator(&wasm, frame.wasm_offset)))
            .collect();
        let outer = [("middle", "Call"), ("run", "Call")];
        let expected: Vec<(&str, String)> = functions
            .into_iter()
            .zip(operators)
            .chain(outer)
            .map(|(function, operator)| (function, operator.to_owned()))
            .collect();
        // 0 / 0 in the last case only.
        assert_eq!(found, expected, "{args:?}");
    }
}

/// The operator at an offset, by wasmparser's name; empty without offset.
fn operator(wasm: &[u8], offset: Option<u32>) -> String {
    let Some(offset) = offset else {
        return String::new();
    };
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() {
            for entry in body
                .get_operators_reader()
                .unwrap()
                .into_iter_with_offsets()
            {
                let (operator, at) = entry.unwrap();
                if at == offset as usize {
                    let name = format!("{operator:?}");
                    return name.split(' ').next().unwrap().to_owned();
                }
            }
        }
    }
    panic!("no operator at {offset:#x}")
}

#[test]
fn what_runs_before_the_entry_has_a_stack_too() {
    let start = r#"(module (start $start) (func $deeper (unreachable))
                     (func $start (call $deeper)) (func (export "f")))"#;
    let names = |text: &str| -> Vec<String> {
        let frames = stack(&wat::parse_str(text).unwrap(), "f", &[]).frames;
        frames.into_iter().map(|frame| frame.function).collect()
    };
    assert_eq!(names(start), ["deeper", "start"]);
    let segment = r#"(module (memory 1) (data (i32.const 65535) "ab") (func (export "f")))"#;
    assert_eq!(names(segment), ["[startup]"]);
}

/// The command: a plain program, one with hooks of either kind, and `profile` print the same stack.
#[test]
fn run_and_profile_print_the_stack() {
    let folder = std::env::temp_dir().join(format!("zkasm-profile-traps-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let module: PathBuf = root().join("corpus/traps/traps.wasm");
    let command = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
            .args(args)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text, errors)
    };
    let program = folder.join("t.zkasm").display().to_string();
    let module = module.display().to_string();
    let wanted = stack(&traps(), "deep", &["98"]);
    for hooks in ["", "--instrument=calls", "--instrument"] {
        let args = [
            "build", &module, "--invoke", "deep", "--arg", "98", "-o", &program, hooks,
        ];
        let args: Vec<&str> = args.into_iter().filter(|arg| !arg.is_empty()).collect();
        assert_eq!(command(&args).0, 0);
        let (code, text, errors) = command(&["run", &program]);
        assert_eq!((code, errors.as_str()), (1, ""));
        let stack = format!("trapped: unreachable\n{}", wanted.to_text());
        assert!(text.starts_with(&stack), "{hooks}: {text}");
        let (code, text, _) = command(&["run", &program, "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(code, 1);
        assert_eq!(json["stack"], serde_json::to_value(&wanted.frames).unwrap());
    }
    let output = folder.join("out").display().to_string();
    let mut args = vec![
        "profile", &module, "--invoke", "deep", "--arg", "98", "-o", &output,
    ];
    let (code, text, _) = command(&args);
    assert_eq!(code, 1);
    assert!(
        text.contains(&format!(" cycles\n{}", wanted.to_text())),
        "{text}"
    );
    args.extend(["--format", "json", "--instrument=calls"]);
    let json: serde_json::Value = serde_json::from_str(&command(&args).1).unwrap();
    assert_eq!(json["stack"], serde_json::to_value(&wanted.frames).unwrap());

    // Without side table, and with one of another program.
    let map = folder.join("t.map.json");
    std::fs::remove_file(&map).unwrap();
    let (code, text, errors) = command(&["run", &program]);
    assert_eq!((code, errors.as_str()), (1, ""));
    assert!(text.starts_with("trapped: unreachable\n  "), "{text}");
    assert!(!text.contains("  at "), "{text}");
    let other = folder.join("u.zkasm").display().to_string();
    command(&[
        "build",
        &module,
        "--invoke",
        "recursion",
        "--arg",
        "1",
        "-o",
        &other,
    ]);
    std::fs::rename(folder.join("u.map.json"), &map).unwrap();
    let (code, text, errors) = command(&["run", &program]);
    assert_eq!(code, 1);
    assert!(!text.contains("  at "), "{text}");
    assert!(errors.starts_with("warning: no call stack: "), "{errors}");
    std::fs::remove_dir_all(&folder).unwrap();
}
