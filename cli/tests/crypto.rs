//! A module of 1.9 MB with more than two hundred functions, which is in the corpus for its size.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::time::{Duration, Instant};

use common::{root, simulate, wasmi};
use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::Instrument;
use runtime_hooks::log::Outcome;
use runtime_hooks::sidetable::FunctionKind;
use zkasm_flamegraph::{Granularity, Profile};

fn crypto() -> Vec<u8> {
    std::fs::read(root().join("corpus/crypto/crypto.wasm")).unwrap()
}

/// Compiled without the compiler's own checks, which take more than linear time.
fn build(wasm: &[u8], export: &str, args: &[&str]) -> Compiled {
    let options = Options {
        entry: Some(export.to_owned()),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        ..Options::default()
    };
    compile(wasm, &options).unwrap_or_else(|error| panic!("{export}: {error}"))
}

fn agree(wasm: &[u8], export: &str, args: &[&str]) -> String {
    let run = simulate(&build(wasm, export, args));
    let Outcome::Halted { results } = run.log.outcome else {
        panic!("{export}: {:?}", run.log.outcome);
    };
    assert_eq!(Ok(&results), wasmi(wasm, export, args).as_ref(), "{export}");
    results[0].clone()
}

/// One export calls all others; it takes about a second.
#[test]
fn the_whole_module_compiles_in_far_less_than_a_minute() {
    let begin = Instant::now();
    let compiled = build(&crypto(), "all", &["5"]);
    assert!(begin.elapsed() < Duration::from_secs(60));
    let table = &compiled.side_table;
    let functions = table.functions.iter();
    let functions = functions.filter(|function| matches!(function.kind, FunctionKind::Wasm(_)));
    assert!(functions.count() > 200);
    assert!(table.module.has_dwarf);
    assert_eq!(compiled.warnings, Vec::<String>::new());
}

#[test]
fn every_export_gives_the_results_of_wasmi() {
    let wasm = crypto();
    for export in [
        "sha256",
        "sha512",
        "keccak256",
        "sha3_256",
        "kmac256",
        "tuple_hash",
        "blake3",
        "blake3_keyed",
        "numbers",
        "words",
        "encode",
        "decode",
    ] {
        for size in ["0", "33"] {
            agree(&wasm, export, &[size]);
        }
    }
    agree(&wasm, "blake3", &["3000"]);
    for at in ["0", "1", "20"] {
        agree(&wasm, "decode_damaged", &["12", at]);
    }
    agree(&wasm, "public_key", &["-7"]);
    assert_eq!(agree(&wasm, "verify", &["1", "2", "0"]), "i32:1");
    assert_eq!(agree(&wasm, "verify", &["1", "2", "4"]), "i32:0");
    // Signs, recovers, agrees on a secret, and all of the above.
    agree(&wasm, "all", &["3"]);
}

/// Many calling contexts: by function and line a profile stays far smaller than row by row.
#[test]
fn profiles_are_no_larger_than_their_detail() {
    let options = Options {
        entry: Some("all".to_owned()),
        args: vec!["3".to_owned()],
        instrument: Instrument::Blocks,
        ..Options::default()
    };
    let compiled = compile(&crypto(), &options).unwrap();
    let log = simulate(&compiled).log;
    let map = &compiled.side_table;
    let [function, line, wasm, zkasm] = Granularity::ALL.map(|granularity| {
        let profile = Profile::from_run_by(map, &log, granularity).unwrap();
        for metric in profile.metrics() {
            let total = profile.total(profile.metric(&metric.name).unwrap());
            let counter = zkasm::Counter::ALL
                .into_iter()
                .find(|c| c.name() == metric.name);
            assert!(counter.is_none_or(|counter| log.totals.0[counter] == total));
        }
        println!("{granularity}: {} samples", profile.samples().len());
        profile.samples().len()
    });
    assert!(function < 100_000, "{function} samples by function");
    assert!(function * 20 < line && line * 3 < zkasm && wasm < zkasm);
}
