//! The command as a user meets it: messages, exit codes, files, help.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::process::Command;

use common::root;
use common::scratch::{FIBONACCI, Scratch, shown};
use expect_test::{Expect, expect};

#[test]
fn a_module_without_dwarf_is_profiled_by_offset() {
    let scratch = Scratch::with_corpus("no-dwarf");
    scratch.write(
        "sum.wat",
        r#"(module (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
             (func (export "sum") (param i32) (result i32) (call $add (local.get 0) (i32.const 4))))"#,
    );
    let output = scratch.run(["profile", "sum.wat", "--arg", "38", "-o", "p"]);
    expect![[r#"
        exit 0
        sum: halted with i32:42, 18 cycles
        source lines known for 0.0 % of the program's 8 cycles, 0.0 % of those inherited from the operator that uses the result
        no line: 100.0 % are functions without debug information

        cycles by function: 18 in all
        self   self%    sum%  total  total%  name
          10  55.56%  55.56%     18 100.00%  [startup]
           5  27.78%  83.33%      8  44.44%  sum
           3  16.67% 100.00%      3  16.67%  add

        wrote p/sum.zkasm
        wrote p/sum.map.json
        wrote p/sum.log.json
        wrote p/sum.folded
        wrote p/sum.svg
        wrote p/sum.pb.gz
        wrote p/sum.html
        wrote p/sum.listing.wat
        warning: sum.wat: the module has no DWARF: profiles show WASM offsets instead of source lines (compile with debug information, such as `debug = 2` in a Cargo profile or `-g`)
    "#]].assert_eq(&shown(&output));
    scratch.check(
        &["top", "p", "--granularity", "wasm"],
        expect![[r#"
            exit 0
            cycles by wasm: 18 in all
            self   self%    sum%  total  total%  name       at    operator  cause
              10  55.56%  55.56%     18 100.00%  [startup]                  startup
               2  11.11%  66.67%      2  11.11%  add        0x2d  i32.add   op
               2  11.11%  77.78%      2  11.11%  sum        0x30            prologue
               2  11.11%  88.89%      2  11.11%  sum        0x37  end       epilogue
               1   5.56%  94.44%      4  22.22%  sum        0x35  call      call
               1   5.56% 100.00%      1   5.56%  add        0x2e  end       epilogue
        "#]],
    );
}

#[test]
fn traps_are_negative_answers_with_a_profile() {
    let scratch = Scratch::with_corpus("traps");
    scratch.write(
        "divide.wat",
        r#"(module (func (export "divide") (param i32) (result i32)
             (i32.div_u (i32.const 1) (local.get 0))))"#,
    );
    let output = scratch.run(["profile", "divide.wat", "--arg", "0", "-o", "p"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("trapped: integer divide by zero"));
    assert!(scratch.0.join("p/divide.svg").exists());
    scratch.check(&["run", "p/divide.zkasm", "--format", "json"],
        expect![[r#"
            exit 1
            {"format":"zkasm-profile/run","version":1,"outcome":"trap","trap":"integer-divide-by-zero","stack":[{"function":"divide","inlined":false,"wasm_offset":41,"zkpc":24}],"results":[],"steps":19,"counters":{"cycles":19,"mem":5,"binary":1,"arith":1,"mem_align":0,"keccak_f":0}}
        "#]],
    );
    scratch.check(
        &["run", "p/divide.zkasm", "--max-steps", "5"],
        expect![[r#"
            exit 1
            out of steps
                          5  cycles
                          2  mem
                          0  binary
                          0  arith
                          0  mem_align
                          0  keccak_f
        "#]],
    );
}

#[test]
fn run_prints_results_as_json() {
    let scratch = Scratch::with_corpus("json");
    let built = scratch.run(["build", FIBONACCI, "--arg", "10", "-o", "f.zkasm"]);
    assert!(built.status.success());
    let output = scratch.run(["run", "f.zkasm", "--format", "json"]);
    assert!(output.status.success());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["outcome"], "halted");
    assert_eq!(
        json["results"],
        serde_json::json!(["i64:1394834958789197865"])
    );
    assert_eq!(json["steps"], json["counters"]["cycles"]);
    for counter in ["mem", "binary", "arith", "mem_align", "keccak_f"] {
        assert!(json["counters"][counter].is_u64(), "{counter}");
    }
}

#[test]
fn golden_files_are_checked_both_ways() {
    let scratch = Scratch::with_corpus("golden");
    let missing = shown(&scratch.run(["golden", "check"]));
    assert!(missing.starts_with("exit 1\n"), "{missing}");
    assert!(missing.contains("\nfibonacci: missing"), "{missing}");
    assert!(scratch.run(["golden", "bless"]).status.success());
    let same = shown(&scratch.run(["golden", "check", "fib"]));
    assert_eq!(same, "exit 0\nfibonacci: same\n");

    let path = scratch.0.join("golden/fibonacci.cycles");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.ends_with('\n') && text.contains("fibonacci::recursive"));
    // A function that is gone from the head is a difference too, and so is a file of no benchmark.
    scratch.write("golden/old.cycles", &text);
    let orphaned = shown(&scratch.run(["golden", "check"]));
    assert!(orphaned.starts_with("exit 1\nold: orphaned"), "{orphaned}");
    assert!(scratch.run(["golden", "bless"]).status.success());
    assert!(!scratch.0.join("golden/old.cycles").exists());

    scratch.write(
        "golden/fibonacci.cycles",
        text.replace("arguments i32:100", "arguments i32:99"),
    );
    let changed = scratch.run(["golden", "check"]);
    assert_eq!(changed.status.code(), Some(1), "{}", shown(&changed));
    scratch.write("golden/fibonacci.cycles", &text[..text.len() - 10]);
    let broken = scratch.run(["golden", "check"]);
    assert_eq!(broken.status.code(), Some(2), "{}", shown(&broken));

    let refused = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(["golden", "bless"])
        .current_dir(&scratch.0)
        .env("CI", "true")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn golden_files_are_not_blessed_after_a_trap() {
    let scratch = Scratch::with_corpus("golden-trap");
    scratch.write("t.wat", r#"(module (func (export "f") (unreachable)))"#);
    scratch.write(
        "corpus.json",
        r#"{"benchmarks": [{"name": "t", "wasm": "t.wat", "invoke": "f", "args": []}]}"#,
    );
    let output = scratch.run(["golden", "bless", "--corpus", "corpus.json"]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(!scratch.0.join("golden").exists());
}

#[test]
fn programs_and_their_roms_run_alike() {
    let scratch = Scratch::with_corpus("roms");
    let text = "\
; results: i64
VAR GLOBAL result_0
  5 => A
  $${log(A, five)}
  ${getTxsLen() } => B
  $${storeLog(1, 0, A)}
  $${assert_eq(A, 5)}
  ${3 <= A} => C
  A + CTX :MSTORE(result_0)
finalizeExecution:
  :JMP(finalizeExecution)
";
    scratch.write("p.zkasm", text);
    scratch.write("input.json", r#"{"forkID": 9, "batchL2Data": "0x0102"}"#);
    scratch.check(
        &["assemble", "p.zkasm", "-o", "p.json"],
        expect![[r#"
            exit 0
            warning: p.zkasm:8:3: `<=` is 1 if the left side is greater, in the 64-bit executor
                ${3 <= A} => C
                ^
        "#]],
    );
    let run = |program| {
        let args = ["run", program, "--skip-unknown", "--input", "input.json"];
        shown(&scratch.run(args))
    };
    expect![[r#"
        exit 0
        halted with i64:14
        log 1: data [5], topics []
                      4  cycles
                      1  mem
                      0  binary
                      0  arith
                      0  mem_align
                      0  keccak_f
        warning: p.zkasm:8:3: `<=` is 1 if the left side is greater, in the 64-bit executor
            ${3 <= A} => C
            ^
        p.zkasm:4: five: A = 5 = 0x5
    "#]]
    .assert_eq(&run("p.zkasm"));
    // A ROM does not say where commands stand, only the steps that they belong to.
    let expected = run("p.zkasm").replace("p.zkasm:4: five", "p.zkasm:3: five");
    assert_eq!(run("p.json"), expected);
    let json = scratch.run(["run", "p.json", "--skip-unknown", "--format", "json"]);
    expect![[r#"
        exit 0
        {"format":"zkasm-profile/run","version":1,"outcome":"halted","results":["i64:7"],"logs":{"1":{"data":["5"],"topics":[]}},"steps":4,"counters":{"cycles":4,"mem":1,"binary":0,"arith":0,"mem_align":0,"keccak_f":0}}
        warning: p.zkasm:8:3: `<=` is 1 if the left side is greater, in the 64-bit executor
            ${3 <= A} => C
            ^
        p.zkasm:3: five: A = 5 = 0x5
    "#]].assert_eq(&shown(&json));
    scratch.check(
        &["run", "p.json"],
        expect![[r#"
        exit 2
        warning: p.zkasm:8:3: `<=` is 1 if the left side is greater, in the 64-bit executor
            ${3 <= A} => C
            ^
        error: p.zkasm:5:3: unknown function assert_eq
            ${getTxsLen() } => B
            ^
    "#]],
    );
    scratch.check(
        &["assemble", "p.json"],
        expect![[r#"
        exit 2
        error: p.json is a ROM already
    "#]],
    );
    scratch.write(
        "bad.json",
        r#"{"program": [{"inA": "1", "setQ": 1}], "labels": {}}"#,
    );
    scratch.check(
        &["run", "bad.json"],
        expect![[r#"
        exit 2
        error: bad.json: program[0]: unknown field setQ
    "#]],
    );
    scratch.write("input.json", r#"{"forkID": "x"}"#);
    scratch.check(
        &["run", "p.zkasm", "--input", "input.json"],
        expect![[r#"
            exit 2
            error: input.json: invalid type: string "x", expected i32 at line 1 column 14
        "#]],
    );
}

/// The run that is repeated for the stack is the same run.
#[test]
fn stacks_of_traps_are_those_of_the_run() {
    let scratch = Scratch::with_corpus("trap-input");
    let text = "\
VAR GLOBAL trap
  $${log(A)}
  CTX - 9 :JMPNZ(out)
  :CALL(f)
out:
  0 => A
finalizeExecution:
  :JMP(finalizeExecution)
f:
  $${unknown(1)}
  3 => A :MSTORE(trap)
  :JMP(finalizeExecution)
";
    scratch.write("t.zkasm", text);
    scratch.write("input.json", r#"{"forkID": 9}"#);
    let args = ["--skip-unknown", "--input", "input.json"];
    let profile = ["profile", "t.zkasm", "-o", "p", "--format", "json"];
    let output = scratch.run(profile.iter().chain(&args));
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    let run = scratch.run(["run", "p/t.zkasm"].iter().chain(&args));
    expect![[r#"
        exit 1
        trapped: integer overflow
          at f (t.zkasm:12:3)
          at [start] (t.zkasm:4:3)
                      4  cycles
                      1  mem
                      0  binary
                      0  arith
                      0  mem_align
                      0  keccak_f
        p/t.zkasm:2: A = 0 = 0x0
    "#]]
    .assert_eq(&shown(&run));
}

/// What is not found in a part of a run may be in the rest of it.
#[test]
fn where_functions_were_looked_for_is_said() {
    let scratch = Scratch::with_corpus("looked-for");
    let args = ["profile", FIBONACCI, "--arg", "10", "-o", "p"];
    assert!(scratch.run(args).status.success());
    let top = ["top", "p", "--focus", "remember", "--callers"];
    scratch.check(
        &[&top[..], &["sum"]].concat(),
        expect![[r#"
        exit 2
        error: inside of --focus remember: no function that ran has "sum" in its name
    "#]],
    );
    scratch.check(
        &[&top[..], &[""]].concat(),
        expect![[r#"
        exit 2
        error: inside of --focus remember: an empty name means no function; /./ means every one
    "#]],
    );
    scratch.check(
        &["top", "p", "--focus", "rememebr"],
        expect![[r#"
        exit 2
        error: no function that ran has "rememebr" in its name; did you mean fibonacci::remember?
    "#]],
    );
    // A whole name is no part of others.
    let output = scratch.run(["top", "p", "--callees", "fibonacci", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["row_count"].as_u64().unwrap() > 1, "{json}");
    let output = scratch.run(["top", "p", "--focus", "/^FIB/", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Two runs are compared in every way that one is shown, or refused with a reason.
/// A picture says what it is of: the run, the part of it, and how that ended.
#[test]
fn pictures_say_what_they_show() {
    let scratch = Scratch::with_corpus("titles");
    scratch.write("other.wat", PARTS);
    let profile = |args: &str| {
        let output = scratch.run(format!("profile {args}").split(' '));
        assert!(output.status.code() < Some(2), "{}", shown(&output));
    };
    profile(&format!("{FIBONACCI} --arg 10 -o old"));
    profile("other.wat --invoke one --arg 3 -o one");
    profile("other.wat --invoke both --arg 3 -o both");
    profile("other.wat --invoke fail -o fail");
    let texts = |args: &str| {
        let output = scratch.run(format!("flamegraph {args}").split(' '));
        assert!(output.status.success(), "{}", shown(&output));
        let svg = String::from_utf8(output.stdout).unwrap();
        let text = |id: &str| {
            let (_, rest) = svg.split_once(&format!("id=\"{id}\""))?;
            let (text, _) = rest.split_once('>')?.1.split_once('<')?;
            Some(text.to_owned())
        };
        let texts = [text("title"), text("subtitle")].into_iter().flatten();
        let warnings = String::from_utf8(output.stderr).unwrap();
        texts.chain([warnings]).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        other: both(3)
        21 cycles
    "#]]
    .assert_eq(&texts("both"));
    expect![[r#"
        other: both(3)
        3 of 21 cycles; inside of twice; by wasm; with causes; innermost first
    "#]]
    .assert_eq(&texts(
        "both --focus twice --granularity wasm --causes --reverse",
    ));
    expect![[r#"
        mine
        4 calls
    "#]]
    .assert_eq(&texts("both --title mine --metric calls"));
    expect![[r#"
        other: fail()
        16 cycles; trapped: unreachable
    "#]]
    .assert_eq(&texts("fail"));
    expect![[r#"
        other: one(3) → other: both(3)
        17 → 21 cycles, +4, +23.53 %; widths are new
    "#]]
    .assert_eq(&texts("both --diff one"));
    expect![[r#"
        fibonacci(10) → other: fail()
        2,977 → 16 cycles, -2,961, -99.46 %; widths are new; by line; new trapped: unreachable
        warning: other.wat is compared with fibonacci.wasm, another program: frames of the same name are taken for the same
    "#]].assert_eq(&texts("fail --diff old --granularity line"));
    // What only the base has is drawn with its widths.
    expect![[r#"
        other: both(3) → other: one(3)
        3 → 0 cycles, -3, -100.00 %; widths are old; inside of twice
    "#]]
    .assert_eq(&texts("one --diff both --focus twice --diff-reverse"));
    scratch.check(
        &["flamegraph", "one", "--diff", "both", "--focus", "twice"],
        expect![[r#"
            exit 2
            error: only BASE has something to draw, 3 cycles inside of twice: --diff-reverse draws it
        "#]],
    );
    // What other tools draw of two runs.
    scratch.check(
        &["flamegraph", "both", "--diff", "one", "--folded"],
        expect![[r#"
            exit 0
            [startup] 10 10
            [startup];both 0 5
            [startup];both;once 0 3
            [startup];both;twice 0 3
            [startup];one 4 0
            [startup];one;once 3 0
        "#]],
    );
    let svg = scratch.read("fail/other.svg");
    assert!(svg.contains("trapped: unreachable"));
}

/// `both` calls what `one` does, and something else.
const PARTS: &str = r#"(module
  (func $once (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "one") (param i32) (result i32) (call $once (local.get 0)))
  (func (export "both") (param i32) (result i32) (call $twice (call $once (local.get 0))))
  (func (export "fail") (drop (call $once (i32.const 1))) (unreachable)))"#;

#[test]
fn runs_are_compared() {
    let scratch = Scratch::with_corpus("compared");
    for (argument, folder) in [("10", "old"), ("20", "new")] {
        let args = ["profile", FIBONACCI, "--arg", argument, "-o", folder];
        assert!(scratch.run(args).status.success());
    }
    for view in [
        &[][..],
        &["--diff-reverse", "--metric", "mem"],
        &["--reverse", "--causes", "--granularity", "line"],
        &["--granularity", "zkasm", "--min-width", "0"],
        &["--focus", "recursive", "--granularity", "wasm", "--causes"],
    ] {
        let args = ["flamegraph", "new", "--diff", "old"];
        let output = scratch.run(args.iter().chain(view));
        assert!(output.status.success(), "{view:?}\n{}", shown(&output));
        let svg = String::from_utf8(output.stdout).unwrap();
        let of = match view.contains(&"--reverse") {
            true => "costs more than it did",
            false => "costs more itself than it did",
        };
        assert!(svg.contains(of), "{view:?}");
    }
    let refused = |args: &[&str], expected: Expect| {
        let args: Vec<_> = ["flamegraph", "new"].iter().chain(args).copied().collect();
        scratch.check(&args, expected);
    };
    refused(
        &["--diff", "absent"],
        expect![[r#"
            exit 2
            error: --diff: absent: no such file or folder
        "#]],
    );
    refused(
        &["--diff", "old", "--focus", "nothing"],
        expect![[r#"
        exit 2
        error: no function that ran has "nothing" in its name
    "#]],
    );
    refused(
        &["--diff", "old", "--metric", "mem_align"],
        expect![[r#"
        exit 2
        error: nothing was counted in metric mem_align, so there is nothing to draw
    "#]],
    );
    refused(
        &["--metric", "mem_align", "--causes"],
        expect![[r#"
        exit 2
        error: nothing was counted in metric mem_align, so there is nothing to draw
    "#]],
    );
    for width in ["nan", "inf", "-1", "200"] {
        let output = scratch.run(["flamegraph", "new", "--min-width", width]);
        assert_eq!(output.status.code(), Some(2), "{width}");
    }
    refused(
        &["--diff-reverse"],
        expect![[r#"
        exit 2
        error: the following required arguments were not provided:
          --diff <BASE>

        Usage: zkasm-profile flamegraph --diff <BASE> --diff-reverse <PROFILE>

        For more information, try '--help'.
    "#]],
    );
    let map = std::fs::read_to_string(scratch.0.join("old/fibonacci.map.json")).unwrap();
    let model = format!("\"cost_model\":\"{}\"", zkasm::cost::COST_MODEL);
    assert!(map.contains(&model));
    let other = map.replace(&model, "\"cost_model\":\"zk64-other\"");
    scratch.write("old/fibonacci.map.json", other);
    refused(
        &["--diff", "old"],
        expect![[r#"
            exit 2
            error: --diff: the side table was made with cost model "zk64-other", this program knows "zk64-1": build again
        "#]],
    );
}

/// Every command's help ends with examples, and they run, in the order of a session.
#[test]
fn help_examples_run() {
    let scratch = Scratch::with_corpus("help");
    let mut examples = Vec::new();
    for command in [
        vec!["build"],
        vec!["run"],
        vec!["assemble"],
        vec!["profile"],
        vec!["top"],
        vec!["annotate"],
        vec!["advice"],
        vec!["regions"],
        vec!["flamegraph"],
        vec!["pprof"],
        vec!["firefox"],
        vec!["costs"],
        vec!["golden", "bless"],
        vec!["golden", "check"],
        vec!["completions"],
    ] {
        let output = scratch.run(command.iter().copied().chain(["--help"]));
        let help = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = help.trim_end().lines().map(str::trim).collect();
        let is_example = |line: &&&str| line.starts_with("$ zkasm-profile ");
        let count = lines.iter().rev().take_while(is_example).count();
        assert!(count > 0, "{command:?} ends in {:?}", lines.last());
        let found = lines[lines.len() - count..].iter();
        examples.extend(found.map(|line| line.replacen("$ zkasm-profile ", "", 1)));
    }
    for example in examples {
        let output = scratch.run(example.split_whitespace());
        assert!(output.status.success(), "{example}\n{}", shown(&output));
    }
}

#[test]
fn inputs_can_come_from_stdin() {
    use std::io::Write;
    use std::process::Stdio;
    let run = |args: &[&str], input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let built = run(&["build", "-", "--arg", "2"], &common::fibonacci());
    assert!(built.status.success(), "{}", shown(&built));
    let ran = run(&["run", "-"], &built.stdout);
    assert!(
        shown(&ran).starts_with("exit 0\nhalted with i64:281999443782196822\n"),
        "{}",
        shown(&ran)
    );
}

/// The library of corpus programs lists what is there.
#[test]
fn the_corpus_readme_names_every_benchmark() {
    let readme = std::fs::read_to_string(root().join("corpus/README.md")).unwrap();
    let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for benchmark in manifest["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        assert!(readme.contains(name), "{name}");
        assert!(root().join("corpus").join(name).is_dir(), "{name}");
    }
}

const UNPINNED: &str = "\
; A division whose remainder nobody compares with the divisor.
VAR GLOBAL result_0
start:
  0 => SP, CTX, D, E
  $ => A :MLOAD(MEM:E)
  A => E
  7 => B
  ${E % B} => C
  ${E / B} => A
  E :ARITH
  A :MSTORE(result_0)
finalizeExecution:
  :JMP(finalizeExecution)
";

#[test]
fn what_pins_free_inputs_is_printed() {
    let scratch = Scratch::with_corpus("lint");
    scratch.write("unpinned.zkasm", UNPINNED);
    scratch.write("text.wasm", "no module");
    scratch.check(
        &["lint", FIBONACCI],
        expect![[r#"
        exit 0
        corpus/fibonacci/fibonacci.wasm: 364 of 378 ROM lines reached, 30 free inputs
              22  arith         a part of an ARITH equation whose other parts are given
               7  guess         chooses a way, and the ways prove conditions that exclude each other
               1  end-of-trace  says where the trace ends
        sound: every free input is pinned, and every lane that is looked up is canonical
    "#]],
    );
    scratch.check(&["lint", "unpinned.zkasm", "--sites"],
        expect![[r#"
        exit 1
        unpinned.zkasm: 9 of 9 ROM lines reached, 2 free inputs
               1  unused        nothing depends on it
        line 8 (zkPC 4) `${E % B} => C`: unused
        line 9 (zkPC 5) `${E / B} => A`: nothing
        line 11 (zkPC 7) `A :MSTORE(result_0)`: free-input: the free input of line 9 reaches a variable before a check pins it
        not proven: 1 problem
    "#]],
    );
    scratch.check(&["lint", "unpinned.zkasm", "--format", "json"],
        expect![[r#"
            exit 1
            {"format":"zkasm-profile/lint","version":1,"sound":false,"reached_lines":9,"rom_lines":9,"sites":[{"zkpc":4,"line":8,"text":"${E % B} => C","classes":["unused"]},{"zkpc":5,"line":9,"text":"${E / B} => A","classes":[]}],"problems":[{"zkpc":7,"line":11,"text":"A :MSTORE(result_0)","kind":"free-input","message":"the free input of line 9 reaches a variable before a check pins it"}]}
        "#]],
    );
    scratch.check(
        &["lint", "missing.zkasm"],
        expect![[r#"
        exit 2
        error: cannot read missing.zkasm: No such file or directory (os error 2)
    "#]],
    );
    scratch.check(
        &["lint", "text.wasm"],
        expect![[r#"
        exit 2
        error: text.wasm: invalid input: this is not WebAssembly: the magic number is missing
    "#]],
    );
}
