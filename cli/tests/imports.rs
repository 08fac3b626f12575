//! Imported functions: those that are provided, and those that are not.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::simulate;
use cranelift_zkasm_profile::{Error, Options, compile};
use runtime_hooks::TrapKind;
use runtime_hooks::log::Outcome;

const MODULE: &str = r#"(module
  (import "env" "assert_eq_i32" (func $same32 (param i32 i32)))
  (import "env" "assert_eq_i64" (func $same64 (param i64 i64)))
  (import "env" "now" (func $now (param i32) (result i64)))
  (table 1 funcref)
  (elem (i32.const 0) $same32)
  (func (export "asserts") (param i32 i64) (result i32)
    (call $same32 (i32.mul (local.get 0) (i32.const 3)) (i32.const 21))
    (call $same64 (local.get 1) (i64.const -4294967296))
    (local.get 0))
  (func (export "through a table") (param i32) (result i32)
    (call_indirect (param i32 i32) (local.get 0) (i32.const 5) (i32.const 0))
    (local.get 0))
  (func (export "clock") (param i32) (result i64)
    (if (result i64) (local.get 0)
      (then (i64.add (call $now (i32.const 1)) (i64.const 1))) (else (i64.const 3))))
  (export "now" (func $now)))"#;

fn run(export: &str, args: &[&str], allow_unknown_imports: bool) -> Result<Outcome, Error> {
    let wasm = wat::parse_str(MODULE).unwrap();
    let options = Options {
        entry: Some(export.to_owned()),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        allow_unknown_imports,
        check: true,
        ..Options::default()
    };
    Ok(simulate(&compile(&wasm, &options)?).log.outcome)
}

fn halted(result: &str) -> Result<Outcome, Error> {
    Ok(Outcome::Halted {
        results: vec![result.to_owned()],
    })
}

fn trapped(trap: TrapKind) -> Result<Outcome, Error> {
    Ok(Outcome::Trap { trap })
}

#[test]
fn assertions_trap_when_their_operands_differ() {
    assert_eq!(
        run("asserts", &["7", "-4294967296"], false),
        halted("i32:7")
    );
    assert_eq!(
        run("asserts", &["8", "-4294967296"], false),
        trapped(TrapKind::AssertionFailed)
    );
    // The upper halves differ only.
    assert_eq!(
        run("asserts", &["7", "0"], false),
        trapped(TrapKind::AssertionFailed)
    );
    assert_eq!(run("through a table", &["5"], false), halted("i32:5"));
    assert_eq!(
        run("through a table", &["6"], false),
        trapped(TrapKind::AssertionFailed)
    );
}

#[test]
fn unknown_imports_are_refused_or_trap() {
    let error = run("clock", &["0"], false).unwrap_err().to_string();
    assert_eq!(
        error,
        "unsupported: the imported function `env.now`, which the entry reaches"
    );
    assert_eq!(run("clock", &["0"], true), halted("i64:3"));
    assert_eq!(run("clock", &["1"], true), trapped(TrapKind::UnknownImport));
    let error = run("now", &["1"], true).unwrap_err().to_string();
    assert!(
        error.contains("begins with the imported function `env.now`"),
        "{error}"
    );
}
