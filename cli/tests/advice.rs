//! `advice`: what is worth a look.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

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
        rule     saves  saves%  finding
        hash    20,166  99.74%  99.7 % of the cycles are a hash in software, mostly in tiny_keccak::keccakf::keccakf
        spills   5,781  28.59%  42.8 % of tiny_keccak::keccakf::keccakf are spills and reloads; and one more like it
        narrow   3,075  15.21%  96.2 % of the line /crates.io/tiny-keccak-2.0.2/src/lib.rs:344 (<tiny_keccak::Buffer>::xorin::{closure#0}, inlined into <tiny_keccak::Buffer>::xorin) are loads and stores of bytes and of 16 bits
        copies   1,448   7.16%  7.2 % of the cycles copy and fill memory, mostly for keccak256::hash_message (corpus/keccak256/src/lib.rs:69)
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
        nothing stands out
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
              "findings": []
            }
        "#]],
    );
    scratch.check(
        &["advice", "absent"],
        expect![[r#"
        exit 2
        error: absent is not called NAME.log.json: name its side table with --map
    "#]],
    );
}
