//! Profiles of programs that nobody compiled, and of compiled ones without their side tables.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::collections::BTreeMap;
use std::io::Read;

use common::scratch::Scratch;
use common::{build, root, simulate};
use expect_test::{Expect, expect};
use runtime_hooks::labels::Origin;
use runtime_hooks::log::Frame;
use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use zkasm::Counters;
use zkasm_flamegraph::{Granularity, Profile, folded};
use zkasm_simulator::{Options, Simulator};

/// Follows a program of one file, to that step at the most.
fn followed(text: &str, max_steps: Option<u64>) -> (SideTable, ExecutionLog) {
    let parsed = zkasm::parse(text).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let options = Options {
        max_steps,
        ..Options::default()
    };
    let (report, entries) = Simulator::new(&rom, options)
        .unwrap()
        .run_following(&mut |_, _| {})
        .unwrap();
    let origin = Origin {
        files: vec!["text.zkasm".to_owned()],
        ..Origin::default()
    };
    let map = SideTable::of_labels(&parsed, &rom, &entries, origin).unwrap();
    (map, report.log)
}

/// The profile of a run, in which for every metric selfs add up to the total of the run.
fn conserved(map: &SideTable, log: &ExecutionLog) -> Profile {
    let profile = Profile::from_run(map, log).unwrap();
    let calls: u64 = log.contexts.iter().map(|context| context.calls).sum();
    let counters = log.totals.0.iter().map(|(c, total)| (c.name(), total));
    let totals = counters.chain([("cells", log.totals.0.cells()), ("calls", calls)]);
    for (name, total) in totals {
        let metric = profile.metric(name).unwrap();
        let selfs = profile
            .samples()
            .map(|sample| sample.values[metric.index()]);
        assert_eq!(selfs.sum::<u64>(), total, "{name}");
        assert_eq!(profile.total(metric), total, "{name}");
    }
    profile
}

/// The text of a fixture and its name.
fn fixtures() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root().join("runtime-hooks/fixtures")).unwrap();
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = || std::fs::read(&path).unwrap();
        let text = if name.ends_with(".zkasm") {
            String::from_utf8(bytes()).unwrap()
        } else if name.ends_with(".zkasm.gz") {
            let mut text = String::new();
            flate2::read::GzDecoder::new(bytes().as_slice())
                .read_to_string(&mut text)
                .unwrap();
            text
        } else {
            continue;
        };
        found.push((name, text));
    }
    found.sort();
    found
}

#[test]
fn selfs_add_up_on_every_fixture() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 8);
    for (name, text) in fixtures {
        println!("{name}");
        let (map, log) = followed(&text, None);
        conserved(&map, &log);
        let cycles = log.totals.0[zkasm::Counter::Cycles];
        for max_steps in [0, 1, 2, 5, 7, cycles / 2, cycles - 1] {
            let (map, log) = followed(&text, Some(max_steps));
            conserved(&map, &log);
        }
    }
}

/// What ran in each function of a log, by its zkPC: calls, and everything counted.
fn by_function(
    log: &ExecutionLog,
    entry: impl Fn(runtime_hooks::FunctionId) -> u32,
) -> BTreeMap<u32, (u64, Counters)> {
    let mut functions: BTreeMap<u32, (u64, Counters)> = BTreeMap::new();
    for context in &log.contexts {
        if let Frame::Function(function) = context.frame {
            let (calls, values) = functions.entry(entry(function)).or_default();
            *calls += context.calls;
            *values += context.outside.0;
            for count in &context.blocks {
                *values += count.values;
            }
        }
    }
    functions
}

/// Without its side table a compiled program has the same profile, function by function.
#[test]
fn a_compiled_program_is_the_same_by_its_labels() {
    let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for benchmark in manifest["benchmarks"].as_array().unwrap() {
        let wasm = root()
            .join("corpus")
            .join(benchmark["wasm"].as_str().unwrap());
        let wasm = std::fs::read(wasm).unwrap();
        let invoke = benchmark["invoke"].as_str().unwrap();
        let args = benchmark["args"].as_array().unwrap().iter();
        let args: Vec<&str> = args.map(|arg| arg.as_str().unwrap()).collect();
        let hooked = build(&wasm, invoke, &args, Instrument::Blocks);
        let compiled = simulate(&hooked).log;
        let plain = build(&wasm, invoke, &args, Instrument::Off);
        let (map, log) = followed(&plain.program.to_string(), None);
        assert_eq!(log.totals, compiled.totals, "{invoke}");
        let first = |id| {
            let blocks = &mut hooked.side_table.blocks.iter();
            blocks.find(|block| block.function == id).unwrap().first
        };
        let label = |id: runtime_hooks::FunctionId| match map.functions[id.0 as usize].kind {
            runtime_hooks::sidetable::FunctionKind::Label(zkpc) => zkpc,
            kind => panic!("{kind:?}"),
        };
        assert_eq!(
            by_function(&log, label),
            by_function(&compiled, first),
            "{invoke}"
        );
        let (ours, theirs) = (
            conserved(&map, &log),
            conserved(&hooked.side_table, &compiled),
        );
        for (metric, _) in ours.metrics().iter().zip(theirs.metrics()) {
            let total = |profile: &Profile| profile.total(profile.metric(&metric.name).unwrap());
            assert_eq!(total(&ours), total(&theirs), "{invoke}: {}", metric.name);
        }
    }
}

fn folded_by(text: &str, granularity: Granularity) -> String {
    let (map, log) = followed(text, None);
    let profile = conserved(&map, &log);
    folded::to_text(&profile, profile.default_metric(), granularity)
}

/// What two functions jump to is a part of each, wherever it stands.
const SHARED: &str = "\
main:
  :CALL(f)
  :CALL(g)
  0 :JMP(finalizeExecution)
f:
  RR => D :JMP(shared)
g:
  RR => D
shared:
  0 => C :CALL(h)
  D => RR
  :RETURN
h:
  0 => E :RETURN
finalizeExecution:
  :JMP(finalizeExecution)
";

#[test]
fn what_functions_share_is_a_part_of_each() {
    expect![[r#"
        main 3
        main;f 4
        main;f;h 1
        main;g 4
        main;g;h 1
    "#]]
    .assert_eq(&folded_by(SHARED, Granularity::Function));
    expect![[r#"
        main (text.zkasm:2) 1
        main (text.zkasm:2);f (text.zkasm:10) 1
        main (text.zkasm:2);f (text.zkasm:10);h (text.zkasm:14) 1
        main (text.zkasm:2);f (text.zkasm:11) 1
        main (text.zkasm:2);f (text.zkasm:12) 1
        main (text.zkasm:2);f (text.zkasm:6) 1
        main (text.zkasm:3) 1
        main (text.zkasm:3);g (text.zkasm:10) 1
        main (text.zkasm:3);g (text.zkasm:10);h (text.zkasm:14) 1
        main (text.zkasm:3);g (text.zkasm:11) 1
        main (text.zkasm:3);g (text.zkasm:12) 1
        main (text.zkasm:3);g (text.zkasm:8) 1
        main (text.zkasm:4) 1
    "#]]
    .assert_eq(&folded_by(SHARED, Granularity::Line));
}

/// A folder with the program that the documentation names.
fn modexp(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for file in ["modexp.zkasm", "arith.zkasm"] {
        let text = std::fs::read_to_string(root().join("corpus/handwritten").join(file));
        scratch.write(file, text.unwrap());
    }
    scratch
}

#[test]
fn the_example_is_profiled_by_its_labels() {
    let scratch = modexp("example");
    scratch.check(
        &["profile", "modexp.zkasm"],
        expect![[r#"
            exit 0
            modexp: halted with i64:333986, 398 cycles

            cycles by function: 398 in all
            self   self%    sum%  total  total%  name
             171  42.96%  42.96%    171  42.96%  divide  arith.zkasm:20
             112  28.14%  71.11%    393  98.74%  modexp  modexp.zkasm:24
             110  27.64%  98.74%    209  52.51%  mulmod  arith.zkasm:7
               5   1.26% 100.00%    398 100.00%  start   modexp.zkasm:13

            wrote profiles/modexp/modexp.zkasm
            wrote profiles/modexp/modexp.map.json
            wrote profiles/modexp/modexp.log.json
            wrote profiles/modexp/modexp.folded
            wrote profiles/modexp/modexp.svg
            wrote profiles/modexp/modexp.pb.gz
            wrote profiles/modexp/modexp.html
            wrote profiles/modexp/arith.zkasm
        "#]],
    );
    assert_eq!(
        scratch.read("profiles/modexp/modexp.zkasm"),
        scratch.read("modexp.zkasm")
    );
    let folder = "profiles/modexp";
    let top = |more: &[&str], expected: Expect| {
        scratch.check(&[&["top", folder, "-n", "3"], more].concat(), expected);
    };
    top(
        &["--granularity", "line"],
        expect![[r#"
        exit 0
        cycles by line: 398 in all
        the first 3 of 40 rows: 57, 14.32%
        self   self%    sum%  total  total%  name
          19   4.77%   4.77%     19   4.77%  divide  arith.zkasm:20
          19   4.77%   9.55%     19   4.77%  divide  arith.zkasm:21
          19   4.77%  14.32%     19   4.77%  divide  arith.zkasm:22
    "#]],
    );
    top(
        &["--granularity", "zkasm"],
        expect![[r#"
            exit 0
            cycles by zkasm: 398 in all
            the first 3 of 40 rows: 57, 14.32%
            self   self%    sum%  total  total%  name    at       operator  cause
              19   4.77%   4.77%     19   4.77%  divide  zkpc:33            written  arith.zkasm:20
              19   4.77%   9.55%     19   4.77%  divide  zkpc:34            written  arith.zkasm:21
              19   4.77%  14.32%     19   4.77%  divide  zkpc:35            written  arith.zkasm:22
        "#]],
    );
    top(
        &["--granularity", "wasm", "--metric", "calls"],
        expect![[r#"
            exit 0
            calls by wasm: 40 in all
            the first 3 of 4 rows: 39, 97.50%
            self   self%    sum%  total  total%  name    at  operator  cause
              19  47.50%  47.50%     19  47.50%  divide                       arith.zkasm:20
              11  27.50%  75.00%     22  55.00%  mulmod                       arith.zkasm:7
               9  22.50%  97.50%     39  97.50%  modexp                       modexp.zkasm:24
        "#]],
    );
    top(
        &["--focus", "mulmod", "--metric", "arith"],
        expect![[r#"
            exit 0
            arith by function, inside of mulmod: 22, 73.33% of 30
            self   self%    sum%  total  total%  name
              11  50.00%  50.00%     22 100.00%  mulmod  arith.zkasm:9
              11  50.00% 100.00%     11  50.00%  divide  arith.zkasm:24
        "#]],
    );
    for (args, name) in [
        (&["flamegraph", folder, "--folded"][..], "modexp.folded"),
        (&["flamegraph", folder], "modexp.svg"),
    ] {
        let printed = scratch.run(args).stdout;
        let written = scratch.read(&format!("{folder}/{name}"));
        assert_eq!(String::from_utf8(printed).unwrap(), written);
    }
    let pprof = scratch.run(["pprof", folder]).stdout;
    let written = std::fs::read(scratch.0.join(folder).join("modexp.pb.gz")).unwrap();
    assert_eq!(pprof, written);
}

/// The same program elsewhere, named otherwise, has the same artifacts.
#[test]
fn a_profile_does_not_depend_on_the_folder() {
    let scratch = modexp("folder");
    assert!(scratch.run(["profile", "modexp.zkasm"]).status.success());
    let path = root().join("corpus/handwritten/modexp.zkasm");
    let elsewhere = scratch.run(["profile", path.to_str().unwrap(), "-o", "other"]);
    assert!(elsewhere.status.success());
    for suffix in ["map.json", "log.json", "folded", "svg"] {
        assert_eq!(
            scratch.read(&format!("profiles/modexp/modexp.{suffix}")),
            scratch.read(&format!("other/modexp.{suffix}")),
            "{suffix}"
        );
    }
}

#[test]
fn options_of_modules_are_refused() {
    let scratch = Scratch::new("options");
    scratch.write("a.zkasm", SHARED);
    for (option, value) in [
        ("--invoke", Some("f")),
        ("--arg", Some("1")),
        ("-O", Some("none")),
        ("--instrument", Some("calls")),
        ("--allow-unknown-imports", None),
        ("--check", None),
    ] {
        let mut args = vec!["profile", "a.zkasm", option];
        args.extend(value);
        let output = scratch.run(&args);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("error: a.zkasm: {option} is for modules, and this is a zkASM program\n")
        );
    }
    assert!(!scratch.0.join("profiles").exists());
}

#[test]
fn what_is_in_the_file_decides() {
    let scratch = Scratch::new("content");
    let wat = "(module (func (export \"f\") (result i32) (i32.const 7)))";
    scratch.write("text.zkasm", wat);
    let binary = wat::parse_str(wat).unwrap();
    std::fs::write(scratch.0.join("binary.zkasm"), binary).unwrap();
    for file in ["text.zkasm", "binary.zkasm"] {
        let output = scratch.run(["profile", file, "--invoke", "f"]);
        assert!(output.status.success(), "{file}");
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("halted with i32:7"), "{printed}");
    }
    scratch.write("bad.zkasm", "  5 => Q\n");
    scratch.check(
        &["profile", "bad.zkasm"],
        expect![[r#"
        exit 2
        error: bad.zkasm:1:8: expected a register, found `Q`
            5 => Q
                 ^
    "#]],
    );
    scratch.check(
        &["profile", "none.zkasm"],
        expect![[r#"
        exit 2
        error: cannot read none.zkasm: No such file or directory (os error 2)
    "#]],
    );
    scratch.write(
        "fails.zkasm",
        "  1 => A\n  2 :ASSERT\nfinalizeExecution:\n  :JMP(finalizeExecution)\n",
    );
    scratch.check(
        &["profile", "fails.zkasm"],
        expect![[r#"
        exit 2
        error: fails.zkasm:2:3: step 1, zkPC 1: ASSERT: A = 1 is not op = 2
            2 :ASSERT
            ^
    "#]],
    );
}

/// A compiled program with its side table beside it, hooked or not, has the profile of its module.
#[test]
fn a_side_table_beside_the_program_is_used() {
    let scratch = Scratch::new("table");
    let wasm = root().join("corpus/fibonacci/fibonacci.wasm");
    let wasm = wasm.to_str().unwrap();
    let run = |args: &[&str]| {
        let output = scratch.run(args);
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {message}");
        (String::from_utf8(output.stdout).unwrap(), message)
    };
    run(&["profile", wasm, "--arg", "10", "-o", "module"]);
    run(&["build", wasm, "--arg", "10", "-o", "plain.zkasm"]);
    run(&[
        "build",
        wasm,
        "--arg",
        "10",
        "--instrument",
        "-o",
        "hooked.zkasm",
    ]);
    for name in ["plain", "hooked"] {
        let (_, message) = run(&["profile", &format!("{name}.zkasm"), "-o", name]);
        assert_eq!(message, "");
        for suffix in ["map.json", "log.json", "folded", "svg"] {
            assert_eq!(
                scratch.read(&format!("{name}/{name}.{suffix}")),
                scratch.read(&format!("module/fibonacci.{suffix}")),
                "{name}.{suffix}"
            );
        }
    }
    // Of another program: refused. Without: its hooks are left out, and labels are what is known.
    run(&["build", wasm, "--arg", "11", "-o", "other.zkasm"]);
    std::fs::copy(
        scratch.0.join("other.map.json"),
        scratch.0.join("plain.map.json"),
    )
    .unwrap();
    scratch.check(&["profile", "plain.zkasm"], expect![[r#"
        exit 2
        error: plain.map.json: the execution log is of build "0b4d8c0d7131cdab", the side table of build "b8a134ca1c6053b2": run the program again, or take the side table that was built with it
    "#]]);
    std::fs::remove_file(scratch.0.join("hooked.map.json")).unwrap();
    let (printed, message) = run(&["profile", "hooked.zkasm"]);
    assert_eq!(
        message,
        "warning: hooked.zkasm: its hooks are left out, since there is no side table hooked.map.json\n"
    );
    assert!(!printed.contains("fibonacci::"), "{printed}");
}

/// A table that was made of labels is no table of a compiled program: it is made anew, and the stack
/// of a trap is found without it.
#[test]
fn what_was_profiled_can_be_profiled_again() {
    let scratch = Scratch::new("again");
    scratch.write(
        "trap.zkasm",
        "\
VAR GLOBAL trap
main:
  :CALL(f)
  0 :JMP(finalizeExecution)
f:
  :CALL(g)
g:
  1n :MSTORE(trap)
  0 :JMP(finalizeExecution)
finalizeExecution:
  :JMP(finalizeExecution)
",
    );
    scratch.check(
        &["profile", "trap.zkasm", "-o", "once"],
        expect![[r#"
            exit 1
            trap: trapped: unreachable, 4 cycles
              at g (trap.zkasm:9:3)
              at f (trap.zkasm:6:3)
              at main (trap.zkasm:3:3)

            cycles by function: 4 in all
            self   self%    sum%  total  total%  name
               2  50.00%  50.00%      2  50.00%  g     trap.zkasm:8
               1  25.00%  75.00%      4 100.00%  main  trap.zkasm:3
               1  25.00% 100.00%      3  75.00%  f     trap.zkasm:6

            wrote once/trap.zkasm
            wrote once/trap.map.json
            wrote once/trap.log.json
            wrote once/trap.folded
            wrote once/trap.svg
            wrote once/trap.pb.gz
            wrote once/trap.html
        "#]],
    );
    scratch.check(
        &["profile", "once/trap.zkasm", "-o", "twice", "--top", "1"],
        expect![[r#"
            exit 1
            trap: trapped: unreachable, 4 cycles
              at g (trap.zkasm:9:3)
              at f (trap.zkasm:6:3)
              at main (trap.zkasm:3:3)

            cycles by function: 4 in all
            the first 1 of 3 rows: 2, 50.00%
            self   self%    sum%  total  total%  name
               2  50.00%  50.00%      2  50.00%  g     trap.zkasm:8

            wrote twice/trap.zkasm
            wrote twice/trap.map.json
            wrote twice/trap.log.json
            wrote twice/trap.folded
            wrote twice/trap.svg
            wrote twice/trap.pb.gz
            wrote twice/trap.html
        "#]],
    );
    for suffix in ["map.json", "log.json", "folded", "svg"] {
        assert_eq!(
            scratch.read(&format!("once/trap.{suffix}")),
            scratch.read(&format!("twice/trap.{suffix}"))
        );
    }
    scratch.check(
        &["run", "once/trap.zkasm"],
        expect![[r#"
        exit 1
        trapped: unreachable
          at g (trap.zkasm:9:3)
          at f (trap.zkasm:6:3)
          at main (trap.zkasm:3:3)
                      4  cycles
                      1  mem
                      0  binary
                      0  arith
                      0  mem_align
                      0  keccak_f
    "#]],
    );
}
