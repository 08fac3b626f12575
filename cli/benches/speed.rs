//! Prints how many steps a second the simulator runs on the programs of the corpus, with profiling
//! hooks and without, each the best of three.
//!
//! `cargo bench -p zkasm-profile`. How this compares with the reference executor, and the command
//! for that one, stand in docs/conformance.md.

#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::path::Path;
use std::time::Instant;

use cranelift_zkasm_profile::{Options, compile};
use runtime_hooks::Instrument;
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
