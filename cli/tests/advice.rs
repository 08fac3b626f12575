//! `advice`: what is worth a look.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::root;
use common::scratch::{Scratch, shown};
use expect_test::expect;
use serde_json::Value;

#[test]
fn advice_is_what_profile_ends_with() {
    let scratch = Scratch::with_corpus("advice");
    let profile = ["profile", "corpus/keccak256/keccak256.wasm", "--arg", "64"];
    let output = scratch.run(profile.iter().chain(&["-o", "p"]));
    let text = shown(&output);
    scratch.check(&["advice", "p"], expect![[r#"
        exit 0
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        spills  6,093  30.14%  45.1 % of tiny_keccak::keccakf::keccakf (/crates.io/tiny-keccak-2.0.2/src/lib.rs:59) are spills and reloads; 38 % of that at line 82; and one more like it
                               zkasm-profile annotate p tiny_keccak::keccakf::keccakf
        narrow  3,075  15.21%  96.1 % of the line /crates.io/tiny-keccak-2.0.2/src/lib.rs:344 (<tiny_keccak::Buffer>::xorin::{closure#0}, inlined into <tiny_keccak::Buffer>::xorin) are loads and stores of bytes and of 16 bits
                               zkasm-profile annotate p '<tiny_keccak::Buffer>::xorin'
        copies  1,448   7.16%  7.2 % of the cycles copy and fill memory, mostly for keccak256::hash_message (corpus/keccak256/src/lib.rs:69)
                               zkasm-profile annotate p keccak256::hash_message
        hash                   90.6 % of the cycles are hashes in software, mostly in tiny_keccak::keccakf::keccakf (/crates.io/tiny-keccak-2.0.2/src/lib.rs:59)
                               zkasm-profile annotate p tiny_keccak::keccakf::keccakf
        1 more: zkasm-profile advice p --all
    "#]]);
    let advice = scratch.run(["advice", "p"]).stdout;
    let advice = String::from_utf8(advice).unwrap();
    assert!(text.contains(&format!("\n\n{advice}\nwrote ")), "{text}");
    let json = |args: &[&str]| -> Value {
        let output = scratch.run(args.iter().chain(&["--format", "json"]));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let again: Vec<&str> = profile.into_iter().chain(["-o", "q"]).collect();
    assert_eq!(json(&again)["advice"], json(&["advice", "p"]));
}

/// A module of the corpus, profiled into a folder: the lines of what `profile` says of its source.
fn profiled(scratch: &Scratch, module: &str, args: &[&str], folder: &str) -> String {
    let module = root().join("corpus").join(module);
    let profile = ["profile", module.to_str().unwrap(), "-o", folder];
    let output = scratch.run(profile.iter().chain(args));
    let text = shown(&output);
    let known = text
        .lines()
        .filter(|line| line.starts_with("source lines") || line.starts_with("no line"));
    known.collect::<Vec<_>>().join("\n")
}

/// The command beneath a finding shows its function, and what is left out can be had.
#[test]
fn what_a_finding_names_can_be_shown() {
    let scratch = Scratch::new("advice-shows");
    let known = profiled(&scratch, "zig/zig.wasm", &["--arg", "10"], "a folder");
    expect![[r#"
        source lines known for 92.2 % of the program's 3,238 cycles, 16.8 % of those only that of an inlining caller, 1.6 % of those inherited from the operator that uses the result
        no line: 7.8 % are entries of functions and code of no line"#]].assert_eq(&known);
    scratch.check(&["advice", "a folder"], expect![[r#"
        exit 0
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule       saves  saves%  finding
        copies       153   4.47%  4.5 % of the cycles copy and fill memory, mostly for main.calculator (corpus/zig/src/corpus/zig/src/main.zig:84)
                                  zkasm-profile annotate 'a folder' main.calculator
        alignment    120   3.51%  61.5 % of the line corpus/zig/src/corpus/zig/src/stack.zig:19 (stack.Stack(u32,16).pop, inlined into main.Machine(u32).run__func_1) put words together, or keep the rest of one, for accesses that are not of a whole word
                                  zkasm-profile annotate 'a folder' 'main.Machine(u32).run__func_1'
    "#]]);
    let function = "main.Machine(u64).run__func_0";
    let annotated = shown(&scratch.run(["annotate", "a folder", function]));
    assert!(
        annotated.starts_with(&format!("exit 0\n{function}  ")),
        "{annotated}"
    );
    scratch.check(&["advice", "a folder", "-n", "1"], expect![[r#"
        exit 0
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        copies    153   4.47%  4.5 % of the cycles copy and fill memory, mostly for main.calculator (corpus/zig/src/corpus/zig/src/main.zig:84)
                               zkasm-profile annotate 'a folder' main.calculator
        1 more: zkasm-profile advice 'a folder' --all
    "#]]);
    let number = |args: &[&str]| {
        let args = ["advice", "a folder", "--format", "json"]
            .iter()
            .chain(args);
        let advice: Value = serde_json::from_slice(&scratch.run(args).stdout).unwrap();
        let findings = advice["findings"].as_array().unwrap().len() as u64;
        (findings, advice["omitted"].as_u64().unwrap())
    };
    let (all, none) = number(&["--all"]);
    assert_eq!((none, number(&["-n", "1"])), (0, (1, all - 1)));
    scratch.check(
        &["advice", "a folder", "-n", "1", "--all"],
        expect![[r#"
            exit 2
            error: the argument '--limit <N>' cannot be used with '--all'

            Usage: zkasm-profile advice --limit <N> <PROFILE>

            For more information, try '--help'.
        "#]],
    );
}

/// A recursion whose cycles are its entry to a good part has all the debug information there is.
#[test]
fn an_entry_is_no_lack_of_debug_information() {
    let scratch = Scratch::new("advice-entry");
    let args = ["--invoke", "recursion", "--arg", "500"];
    let known = profiled(&scratch, "traps/traps.wasm", &args, "p");
    expect![[r#"
        source lines known for 57.1 % of the program's 3,507 cycles, 0.0 % of those inherited from the operator that uses the result
        no line: 42.9 % are entries of functions and code of no line"#]].assert_eq(&known);
    scratch.check(&["advice", "p"], expect![[r#"
        exit 0
        the run trapped (unreachable): this is what ran until then
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule   saves  saves%  finding
        calls  1,002  28.49%  28.6 % of traps::down (corpus/traps/src/lib.rs:58) are its entry and exit, in 501 calls
                              zkasm-profile annotate p traps::down
    "#]]);
}

/// Of a run that was recorded by calls, rules over instructions say nothing.
#[test]
fn rules_that_were_not_tried_are_told() {
    let scratch = Scratch::with_corpus("advice-calls");
    let profile = ["profile", "corpus/fibonacci/fibonacci.wasm", "--arg", "100"];
    let output = scratch.run(profile.iter().chain(&["--instrument", "calls", "-o", "p"]));
    expect!["source lines not known: the program's 9,357 cycles were counted by function, not by instruction"].assert_eq(shown(&output).lines().nth(2).unwrap());
    scratch.check(&["advice", "p"], expect![[r#"
        exit 0
        nothing stands out
        not tried, since cycles were counted by function, not by instruction: no-lines, spills, wraps, narrow, alignment, calls, dispatch
    "#]]);
}

#[test]
fn there_may_be_nothing_to_say() {
    let scratch = Scratch::with_corpus("no-advice");
    let modexp = "corpus/handwritten/modexp.zkasm";
    let output = scratch.run(["profile", modexp, "-o", "p"]);
    let text = shown(&output);
    assert!(!text.contains("worth a look"), "{text}");
    scratch.check(
        &["advice", "p"],
        expect![[r#"
        exit 0
        no rule was tried: the run has fewer than 1,000 cycles
    "#]],
    );
    scratch.check(
        &["advice", "p", "--format", "json"],
        expect![[r#"
            exit 0
            {
              "format": "zkasm-profile/advice",
              "version": 1,
              "outcome": {
                "outcome": "halted",
                "results": [
                  "i64:333986"
                ]
              },
              "cycles": 398,
              "findings": [],
              "omitted": 0,
              "untried": [
                {
                  "reason": "too_short",
                  "rules": [
                    "proofs",
                    "fuller",
                    "no-lines",
                    "hash",
                    "spills",
                    "wraps",
                    "narrow",
                    "alignment",
                    "unaligned",
                    "copies",
                    "memcpy",
                    "far-memory",
                    "bit-counting",
                    "calls",
                    "dispatch"
                  ]
                }
              ]
            }
        "#]],
    );
    scratch.check(
        &["advice", "absent"],
        expect![[r#"
            exit 2
            error: absent: no such file or folder
        "#]],
    );
}
