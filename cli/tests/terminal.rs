//! What the environment and `--color` make of tables.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::scratch::{FIBONACCI, Scratch, shown};
use expect_test::expect;

/// A folder with a profile, `p`.
fn profiled(name: &str) -> Scratch {
    let scratch = Scratch::with_corpus(name);
    let output = scratch.run(["profile", FIBONACCI, "--arg", "100", "-o", "p"]);
    assert!(output.status.success(), "{}", shown(&output));
    scratch
}

#[test]
fn columns_are_those_that_the_environment_says() {
    let scratch = profiled("columns");
    let wide = scratch.run(["top", "p", "--by", "line"]);
    let top = |columns: &str| {
        let args = ["top", "p", "--by", "line", "-n", "4"];
        let mut command = scratch.command(args);
        shown(&command.env("COLUMNS", columns).output().unwrap())
    };
    expect![[r#"
        exit 0
        cycles by line: 9,377 in all
        the first 4 of 66 rows: 4,066, 43.36%
         self   self%  total  total%  name
        1,160  12.37%  4,539  48.41%  fibonacci::recursive         …/src/lib.rs:67
        1,108  11.82%  1,108  11.82%  fibonacci::recursive         …/src/lib.rs:64
          994  10.60%    994  10.60%  <u6…::wrapping_add (inline)  …/uint_macros.rs:2457
          804   8.57%    804   8.57%  <core::iter…::next (inline)  …/adapters/take.rs:37
    "#]]
    .assert_eq(&top("80"));
    let wide = shown(&wide);
    for none in ["", "0", "wide"] {
        let lines = top(none);
        let row = lines.lines().find(|line| line.contains("take.rs")).unwrap();
        assert!(wide.contains(row), "COLUMNS={none}: {row}");
    }
}

#[test]
fn colours_are_asked_for_or_forced() {
    let scratch = profiled("color");
    let colourful = |args: &[&str], set: &[(&str, &str)]| {
        let mut command = scratch.command(["top", "p", "-n", "1"].iter().chain(args));
        for (name, value) in set {
            command.env(name, value);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        output.stdout.contains(&0x1b)
    };
    assert!(!colourful(&[], &[]));
    assert!(!colourful(&["--color", "auto"], &[]));
    assert!(colourful(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colourful(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(colourful(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "")]));
    assert!(!colourful(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!colourful(&["--color=never"], &[("FORCE_COLOR", "1")]));
    assert!(!colourful(&["--color=always", "--format=json"], &[]));
}
