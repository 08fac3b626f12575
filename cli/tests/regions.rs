//! Regions that a guest names: what becomes of the calls, and what is told of a run.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::process::Command;

use common::{build, root, simulate, try_build};
use expect_test::{Expect, expect};
use runtime_hooks::{Instrument, TrapKind};
use zkasm_flamegraph::fold::{Backtrace, Regions};
use zkasm_flamegraph::{Granularity, Profile, folded, pprof, svg, top};

/// A module with the imports, some names in memory, and these functions.
fn module(functions: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
  (import "zkasm" "region_begin" (func $begin (param i32 i32)))
  (import "zkasm" "region_end" (func $end (param i32 i32)))
  (memory 1)
  (data (i32.const 16) "outer" "inner" "\ff;\n")
  (table 2 funcref)
  (elem (i32.const 0) $begin $end)
  (func $begin_outer (call $begin (i32.const 16) (i32.const 5)))
  (func $end_outer (call $end (i32.const 16) (i32.const 5)))
  {functions})"#
    ))
    .unwrap()
}

const BEGIN_OUTER: &str = "(call $begin (i32.const 16) (i32.const 5))";
const END_OUTER: &str = "(call $end (i32.const 16) (i32.const 5))";
const BEGIN_INNER: &str = "(call $begin (i32.const 21) (i32.const 5))";
const END_INNER: &str = "(call $end (i32.const 21) (i32.const 5))";
/// What takes some steps and no part in anything.
const WORK: &str = "(global.set $work (i64.div_u (global.get $work) (i64.const 7)))";
const GLOBAL: &str = "(global $work (mut i64) (i64.const 1))";

/// Folded stacks and regions of a run.
fn seen(functions: &str, args: &[&str], expected: Expect) {
    let wasm = module(&format!("{GLOBAL} {functions}"));
    let compiled = build(&wasm, "run", args, Instrument::Blocks);
    let run = simulate(&compiled);
    let profile = Profile::from_run(&compiled.side_table, &run.log).unwrap();
    let stacks = folded::to_text(&profile, profile.default_metric(), Granularity::Function);
    let regions = Regions::from_run(&compiled.side_table, &run.log).unwrap();
    expected.assert_eq(&format!("{stacks}\n{}", regions.to_text()));
    // By calls alone, the same cycles are in the same functions and regions.
    let calls = build(&wasm, "run", args, Instrument::Calls);
    let by_calls = simulate(&calls).log;
    assert_eq!(by_calls.regions, run.log.regions);
    let by_calls = Profile::from_run(&calls.side_table, &by_calls).unwrap();
    let of_calls = folded::to_text(&by_calls, by_calls.default_metric(), Granularity::Function);
    // Only blocks tell the routine that ends a run by a trap from what jumped there.
    if !stacks.contains("trap_with_code") {
        assert_eq!(of_calls, stacks);
    }
}

#[test]
fn regions_are_frames_inside_of_their_function() {
    let functions = format!(
        r#"(func $leaf {WORK})
        (func (export "run") {BEGIN_OUTER} {WORK} {BEGIN_INNER} (call $leaf) {END_INNER}
          (call $leaf) {END_OUTER} (call $leaf))"#
    );
    seen(
        &functions,
        &[],
        expect![[r#"
        [startup] 11
        [startup];run 5
        [startup];run;[region:outer] 7
        [startup];run;[region:outer];[region:inner] 1
        [startup];run;[region:outer];[region:inner];leaf 6
        [startup];run;[region:outer];leaf 6
        [startup];run;leaf 6

        cycles by region: 42 in all
        count  min  average  max  total  total%  region
            1   20     20.0   20     20  47.62%  outer
            1    7      7.0    7      7  16.67%  inner
    "#]],
    );
}

#[test]
fn regions_outlive_the_functions_that_begin_and_end_them() {
    let functions = format!(
        r#"(func (export "run") {WORK} (call $begin_outer) {WORK} {BEGIN_INNER} (call $end_outer) {WORK}
          {END_INNER} {WORK})"#
    );
    seen(
        &functions,
        &[],
        expect![[r#"
            [startup] 11
            [startup];run 16
            [startup];run;[region:inner] 6
            [startup];run;[region:inner];end_outer 1
            [startup];run;[region:outer] 6
            [startup];run;[region:outer];[region:inner] 1
            [startup];run;begin_outer;[region:outer] 1

            cycles by region: 42 in all
            count  min  average  max  total  total%  region
                1    8      8.0    8      8  19.05%  inner
                1    8      8.0    8      8  19.05%  outer
        "#]],
    );
}

#[test]
fn what_never_ends_is_told_and_so_is_what_never_began() {
    let functions = format!(
        r#"(func $down (param i32) {BEGIN_OUTER} {WORK}
          (if (i32.eqz (local.get 0)) (then (unreachable)))
          (call $down (i32.sub (local.get 0) (i32.const 1))))
        (func (export "run") (param i32) {END_INNER} (call $down (local.get 0)))"#
    );
    seen(
        &functions,
        &["2"],
        expect![[r#"
        [startup] 9
        [startup];run 3
        [startup];run;down 4
        [startup];run;down;[region:outer] 10
        [startup];run;down;[region:outer];down 4
        [startup];run;down;[region:outer];down;[region:outer] 10
        [startup];run;down;[region:outer];down;[region:outer];down 4
        [startup];run;down;[region:outer];down;[region:outer];down;[region:outer] 8
        [startup];run;down;[region:outer];down;[region:outer];down;[region:outer];[runtime:trap_with_code] 1
        [startup];run;down;[region:outer];down;[region:outer];down;[region:outer];[runtime:trap_with_code];[startup] 3

        cycles by region: 56 in all
        count  min  average  max  total  total%  region
            3    -        -    -     40  71.43%  outer (3 not ended)
            0    -        -    -      0   0.00%  inner (1 ended without a begin)
    "#]],
    );
    let compiled = build(
        &module(&format!("{GLOBAL} {functions}")),
        "run",
        &["2"],
        Instrument::Blocks,
    );
    let run = simulate(&compiled);
    assert_eq!(
        run.log.outcome,
        runtime_hooks::log::Outcome::Trap {
            trap: TrapKind::Unreachable
        }
    );
    // A call stack is one of functions.
    let stack = Backtrace::from_run(&compiled.side_table, &run.log).unwrap();
    let names: Vec<&str> = stack.frames.iter().map(|f| f.function.as_str()).collect();
    assert_eq!(names, ["down", "down", "down", "run"]);
}

/// The program with marks is the program without them, where they part nothing that would be one step.
#[test]
fn a_region_takes_no_step() {
    let program = |with: bool| {
        let [begin, end] = if with {
            [BEGIN_OUTER, END_OUTER]
        } else {
            ["", ""]
        };
        let functions = format!(
            r#"{GLOBAL} (func (export "run") (param i32)
              (loop $again {begin} {WORK} {end}
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"#
        );
        let compiled = build(&module(&functions), "run", &["5"], Instrument::Off);
        assert_eq!(compiled.side_table.regions.is_empty(), !with);
        let text = compiled.program.to_string();
        text.lines()
            .filter(|line| !line.starts_with(';'))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(program(true), program(false));
}

#[test]
fn names_that_are_not_known_are_refused_with_their_place() {
    let refused = |call: &str, why: &str| {
        let functions = format!(r#"(func $named (export "run") (param i32) (nop) {call})"#);
        let wasm = module(&functions);
        let error = try_build(&wasm, "run", &["3"], Instrument::Off)
            .unwrap_err()
            .to_string();
        let place = error.strip_prefix(&format!(
            "unsupported: a region {why} in function `named` at offset 0x"
        ));
        assert!(place.is_some(), "{error}");
        // What `inspect` says is what compiling says.
        let found = cranelift_zkasm_profile::inspect::inspect(&wasm, false).unwrap();
        assert!(
            found.refusals.iter().any(|r| error.starts_with(&r.reason)),
            "{error}"
        );
        let becomes: Vec<_> = found.imports.iter().map(|import| import.becomes).collect();
        assert_eq!(
            becomes,
            [cranelift_zkasm_profile::inspect::Becomes::BuiltIn; 2]
        );
    };
    refused(
        "(call $begin (local.get 0) (i32.const 5))",
        "whose name is not constant: address and length must be known where it is called (inline what hands them on)",
    );
    refused(
        "(call $end (i32.const 16) (i32.load (i32.const 0)))",
        "whose name is not constant: address and length must be known where it is called (inline what hands them on)",
    );
    refused(
        "(call $begin (i32.const 16) (i32.const 14))",
        "whose name, 14 bytes at 0x10, is not in the module's active data",
    );
    refused(
        "(call $begin (i32.const -1) (i32.const 2))",
        "whose name, 2 bytes at 0xffffffff, is not in the module's active data",
    );
    refused(
        "(call $end (i32.const 21) (i32.const 6))",
        "whose name, 6 bytes at 0x15, is not UTF-8: see the byte at 0x1a",
    );
    refused(
        "(call $begin (i32.const 16) (i32.const 0))",
        "without a name: its length is 0",
    );
    refused(
        "(call $begin (i32.const 16) (i32.const -1))",
        "whose name has 4294967295 bytes, of which 1024 are allowed",
    );
}

/// Constants that the optimizer finds, and a call through a table, are as good as written ones.
#[test]
fn a_name_may_become_constant() {
    let functions = r#"(func (export "run") (local i32)
        (local.set 0 (i32.const 3))
        (call_indirect (param i32 i32)
          (i32.add (local.get 0) (i32.const 13)) (i32.sub (i32.const 8) (local.get 0)) (i32.const 0))
        (call $end (i32.const 26) (i32.const 0)) )"#
        .replace("(call $end (i32.const 26) (i32.const 0))", "(call $end (i32.const 27) (i32.const 2))");
    let compiled = build(&module(&functions), "run", &[], Instrument::Blocks);
    assert_eq!(compiled.side_table.regions, ["outer", ";\n"]);
    let run = simulate(&compiled);
    let regions = Regions::from_run(&compiled.side_table, &run.log).unwrap();
    let text = regions.to_text();
    assert!(text.contains("outer (1 not ended)\n"), "{text}");
    assert!(
        text.contains("  ;\u{fffd} (1 ended without a begin)\n"),
        "{text}"
    );
}

/// Another import of that name is no region.
#[test]
fn other_signatures_are_not_provided() {
    let wasm = wat::parse_str(
        r#"(module (import "zkasm" "region_begin" (func $begin (param i64 i32)))
          (func (export "run") (call $begin (i64.const 0) (i32.const 0))))"#,
    )
    .unwrap();
    let error = try_build(&wasm, "run", &[], Instrument::Off)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("imported function `zkasm.region_begin`"),
        "{error}"
    );
}

/// The totals of a region in the views are those of the table.
#[test]
fn views_agree_with_the_table() {
    let wasm = std::fs::read(root().join("corpus/regions/regions.wasm")).unwrap();
    let compiled = build(&wasm, "regions", &["32"], Instrument::Blocks);
    let run = simulate(&compiled);
    let profile = Profile::from_run(&compiled.side_table, &run.log).unwrap();
    let regions = Regions::from_run(&compiled.side_table, &run.log).unwrap();
    let rows = |metric: &str| {
        let metric = profile.metric(metric).unwrap();
        top::Top::new(&profile, metric, Granularity::Function).rows
    };
    let (cycles, calls) = (rows("cycles"), rows("calls"));
    assert_eq!(regions.rows.len(), 3);
    for region in &regions.rows {
        let frame = format!("[region:{}]", region.region);
        let of = |rows: &[top::TopRow]| rows.iter().find(|row| row.frame == frame).unwrap().clone();
        assert_eq!(of(&cycles).total, region.total, "{frame}");
        assert_eq!(of(&calls).self_value, region.count, "{frame}");
        assert!(!of(&cycles).inlined && of(&cycles).line.is_some());
    }
}

/// Frames of regions are in the files that other tools read.
#[test]
fn every_view_has_the_frames() {
    use std::io::Read as _;
    let wasm = std::fs::read(root().join("corpus/regions/regions.wasm")).unwrap();
    let compiled = build(&wasm, "regions", &["9"], Instrument::Blocks);
    let log = simulate(&compiled).log;
    let profile = Profile::from_run(&compiled.side_table, &log).unwrap();
    let svg = svg::to_svg(&profile, &svg::SvgOptions::new(&profile)).unwrap();
    let mut pprof = Vec::new();
    let gz = pprof::to_pprof(&profile).unwrap();
    flate2::read::GzDecoder::new(gz.as_slice())
        .read_to_end(&mut pprof)
        .unwrap();
    let focused = profile.focus("region:checksum").unwrap();
    let total = |profile: &Profile| profile.total(profile.default_metric());
    let regions = Regions::from_run(&compiled.side_table, &log).unwrap();
    for region in &regions.rows {
        let frame = format!("[region:{}]", region.region);
        assert!(svg.contains(&frame), "{frame}");
        assert!(
            pprof
                .windows(frame.len())
                .any(|bytes| bytes == frame.as_bytes()),
            "{frame}"
        );
        if region.region == "checksum" {
            assert_eq!(total(&focused), region.total);
        }
    }
}

fn command(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(args)
        .current_dir(root())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    format!(
        "exit {code}\n{}{}",
        text(output.stdout),
        text(output.stderr)
    )
}

#[test]
fn the_command_prints_the_table() {
    let folder = std::env::temp_dir().join(format!("zkasm-profile-regions-{}", std::process::id()));
    let path = |name: &str| folder.join(name).display().to_string();
    let profile = path("profile");
    let module = "corpus/regions/regions.wasm";
    let printed = command(&["profile", module, "--arg", "32", "-o", &profile]);
    let table = command(&["regions", &profile]);
    expect![[r#"
        exit 0
        cycles by region: 12,435 in all
        count    min  average     max   total  total%  region
           65      2    563.9  10,337  10,337  83.13%  sort
            1  1,085  1,085.0   1,085   1,085   8.73%  generate
            2    403    403.0     403     806   6.48%  checksum
    "#]]
    .assert_eq(&table);
    assert!(
        printed.contains(table.strip_prefix("exit 0\n").unwrap()),
        "{printed}"
    );
    let json = command(&["regions", &profile, "--format", "json"]);
    let json: serde_json::Value =
        serde_json::from_str(json.strip_prefix("exit 0\n").unwrap()).unwrap();
    assert_eq!(json["format"], "zkasm-profile/regions");
    assert_eq!(json["rows"][0]["region"], "sort");
    let args = [
        "profile", module, "--arg", "32", "-o", &profile, "--format", "json",
    ];
    let profiled: serde_json::Value =
        serde_json::from_str(command(&args).strip_prefix("exit 0\n").unwrap()).unwrap();
    assert_eq!(profiled["regions"], json);

    // A plain program, profiled with its side table beside it, has the same.
    let plain = path("plain.zkasm");
    command(&["build", module, "--arg", "32", "-o", &plain]);
    command(&["profile", &plain, "-o", &path("again")]);
    assert_eq!(command(&["regions", &path("again")]), table);
    command(&["run", &plain, "--log", &path("plain.log.json")]);
    assert_eq!(
        command(&["regions", &path("plain.log.json")]),
        "exit 2\nerror: the log is of a run without hooks, which knows of no region; `profile` writes one with hooks\n"
    );
    let none = path("none");
    command(&[
        "profile",
        "corpus/fibonacci/fibonacci.wasm",
        "--arg",
        "3",
        "-o",
        &none,
    ]);
    assert_eq!(
        command(&["regions", &none]),
        "exit 0\nno region is in the program\n"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
