//! Prints how many steps a second the simulator runs on the programs of the corpus, with profiling
//! hooks and without, each the best of three; and how large the side table of the largest program is
//! and how long it takes to read.
//!
//! `cargo bench -p zkasm-profile`. How this compares with the reference executor, and the command
//! for that one, stand in docs/conformance.md.

#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::path::Path;
use std::time::Instant;

use cranelift_zkasm_profile::{Options, compile};
use runtime_hooks::{Instrument, SideTable};
use serde::Deserialize;
use zkasm_simulator::Simulator;

/// Steps of a measurement, in as many runs as it takes.
const STEPS: u64 = 20_000_000;

#[derive(Deserialize)]
struct Manifest {
    benchmarks: Vec<Benchmark>,
}

#[derive(Deserialize)]
struct Benchmark {
    name: String,
    wasm: String,
    invoke: String,
    args: Vec<String>,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let manifest = std::fs::read_to_string(corpus.join("corpus.json"))?;
    let manifest: Manifest = serde_json::from_str(&manifest)?;
    println!("million steps a second    steps  hooks  plain");
    for benchmark in &manifest.benchmarks {
        let module = std::fs::read(corpus.join(&benchmark.wasm))?;
        let (steps, hooks) = rate(&module, benchmark, Instrument::Blocks)?;
        let (_, plain) = rate(&module, benchmark, Instrument::Off)?;
        let call = format!("{}({})", benchmark.name, benchmark.args.join(", "));
        println!("{call:22} {steps:>8}  {hooks:5.1}  {plain:5.1}");
    }
    side_table(&std::fs::read(corpus.join("crypto/crypto.wasm"))?)
}

/// Prints the size of a side table and the time to read it.
fn side_table(module: &[u8]) -> Outcome<()> {
    let options = Options {
        entry: Some("all".to_owned()),
        args: vec!["1".to_owned()],
        ..Options::default()
    };
    let table = compile(module, &options)?.side_table;
    let text = table.to_json();
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        SideTable::from_json(&text)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    let rows = table.rows.len();
    println!(
        "side table of crypto: {rows} rows, {:.1} bytes a row, read in {:.2} s for a million rows",
        text.len() as f64 / rows as f64,
        best * 1e6 / rows as f64
    );
    Ok(())
}

/// The steps of a run, and millions of steps a second.
fn rate(module: &[u8], benchmark: &Benchmark, instrument: Instrument) -> Outcome<(u64, f64)> {
    let options = Options {
        entry: Some(benchmark.invoke.clone()),
        args: benchmark.args.clone(),
        instrument,
        ..Options::default()
    };
    let compiled = compile(module, &options)?;
    let rom = zkasm::assemble(&compiled.program, &[])?;
    let simulator = Simulator::new(&rom, zkasm_simulator::Options::default())?;
    let steps = simulator.run()?.log.totals.0[zkasm::Counter::Cycles];
    let runs = STEPS.div_ceil(steps.max(1));
    let mut best = 0.0f64;
    for _ in 0..3 {
        let start = Instant::now();
        for _ in 0..runs {
            simulator.run()?;
        }
        let rate = (steps * runs) as f64 / start.elapsed().as_secs_f64() / 1e6;
        best = best.max(rate);
    }
    Ok((steps, best))
}
