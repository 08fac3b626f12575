//! Random modules of wasm-smith, in both engines. Long runs: `fuzz/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic is how a test fails"
)]

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::engines::{Call, Value};
use fuzz::patch::{Facts, observed};
use fuzz::smith::{Summary, Verdict, compare_with};

/// Seeds of the modules tried here; the long runs take others.
const SEEDS: std::ops::Range<u64> = 0..2_000;

/// So many of them compile, in some call. The number only grows.
const COMPILED: u64 = 2_000;

#[test]
fn random_modules_agree() {
    // Half the seeds each, on two threads.
    let summary = std::thread::scope(|scope| {
        let halves: Vec<_> = (0..2)
            .map(|half| {
                scope.spawn(move || {
                    let mut summary = Summary::default();
                    for seed in SEEDS.filter(|seed| seed % 2 == half) {
                        summary.run(seed);
                    }
                    summary
                })
            })
            .collect();
        let mut all = Summary::default();
        for half in halves {
            all.add(half.join().unwrap());
        }
        all
    });
    let text = summary.to_text();
    println!("{text}");
    assert!(summary.mismatches.is_empty(), "{text}");
    assert!(
        summary.compiled >= COMPILED,
        "{} modules compiled, {COMPILED} did before\n{text}",
        summary.compiled
    );
    // Some must trap, some must not: else this tests less than it seems to.
    let trapped: u64 = summary.traps.values().sum();
    assert!(trapped > 0 && trapped < summary.agreed, "{text}");
}

/// The comparison finds what differs: two modules that are not the same, one for each engine.
#[test]
fn differences_are_found() {
    let module = |text: &str| {
        let wasm = wat::parse_str(format!("(module (memory 1 1) {text})")).unwrap();
        observed(&wasm, &Facts::read(&wasm).unwrap()).unwrap()
    };
    let run = |body: &str| {
        module(&format!(
            r#"(global (mut i32) (i32.const 3)) (global (mut i64) (i64.const -4))
               (func (export "run") (param i32) (result i64) {body} (global.get 1))"#
        ))
    };
    let base = run("(global.set 0 (i32.const 9)) (i32.store8 (i32.const 77) (local.get 0))");
    let call = Call {
        export: "run".to_owned(),
        args: vec![Value::I32(5)],
    };
    let verdict = |other: &[u8]| compare_with(other, &base, &call, 1_000_000, true);
    assert!(matches!(verdict(&base), Verdict::Agreed { trap: None, .. }));
    for (body, expected) in [
        (
            "(global.set 1 (i64.const 5))",
            r#"ours gives Ok(["i64:5"]), wasmi Ok(["i64:-4"])"#,
        ),
        (
            "(unreachable)",
            r#"ours gives Err(Unreachable), wasmi Ok(["i64:-4"])"#,
        ),
        (
            "(global.set 0 (i32.const 8)) (i32.store8 (i32.const 77) (local.get 0))",
            "global 0: ours Some(8), wasmi 9",
        ),
        (
            "(global.set 0 (i32.const 9)) (i32.store8 (i32.const 78) (local.get 0))",
            "memory at 0x48: ours Some(5000000000000), wasmi 50000000000",
        ),
    ] {
        assert_eq!(
            verdict(&run(body)),
            Verdict::Mismatch(expected.to_owned()),
            "{body}"
        );
    }
    // Two traps that are not the same; and a state that differs although both trap.
    let trapping = |body: &str| {
        module(&format!(
            r#"(global (mut i32) (i32.const 3))
        (func (export "run") (param i32) {body})"#
        ))
    };
    let base = trapping("(global.set 0 (i32.const 4)) (unreachable)");
    let verdict = |body: &str| compare_with(&trapping(body), &base, &call, 1_000_000, true);
    assert_eq!(
        verdict("(global.set 0 (i32.const 4)) (drop (i32.load (i32.const -1)))"),
        Verdict::Mismatch("ours gives Err(OutOfBoundsMemory), wasmi Err(Unreachable)".to_owned())
    );
    assert_eq!(
        verdict("(global.set 0 (i32.const 5)) (unreachable)"),
        Verdict::Mismatch("global 0: ours Some(5), wasmi 4".to_owned())
    );
}
