//! The corpus: checksums, and results at every size against wasmi.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::process::Command;

use common::{agree, root};

#[derive(serde::Deserialize)]
struct Manifest {
    benchmarks: Vec<Benchmark>,
}

#[derive(serde::Deserialize)]
struct Benchmark {
    name: String,
    wasm: String,
    invoke: String,
    args: Vec<String>,
    sizes: Vec<Vec<String>>,
}

fn manifest() -> Manifest {
    let text = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn results_equal_those_of_wasmi_at_every_size() {
    for benchmark in manifest().benchmarks {
        let wasm = std::fs::read(root().join("corpus").join(&benchmark.wasm)).unwrap();
        assert!(
            benchmark.sizes.len() >= 3,
            "{} needs three sizes",
            benchmark.name
        );
        for args in benchmark.sizes.iter().chain([&benchmark.args]) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            agree(&wasm, &benchmark.invoke, &args).unwrap();
        }
    }
}

/// Those that are there for their debug information; whoever rebuilds them gets programs that run.
#[test]
fn programs_of_other_languages_compute_what_wasmi_does() {
    for (program, export, sizes) in [
        ("cpp", "recurrences", ["0", "1", "30"]),
        ("zig", "calculator", ["0", "1", "300"]),
        ("dwarf5", "ways", ["0", "1", "4"]),
    ] {
        let path = format!("corpus/{program}/{program}.wasm");
        let wasm = std::fs::read(root().join(path)).unwrap();
        let results = sizes.map(|size| agree(&wasm, export, &[size]).unwrap());
        assert_ne!(results[1], results[2], "{program}");
    }
}

#[test]
fn prebuilt_modules_are_those_of_the_checksums() {
    use sha2::{Digest, Sha256};
    let corpus = root().join("corpus");
    let sums = std::fs::read_to_string(corpus.join("SHA256SUMS")).unwrap();
    let mut listed = Vec::new();
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(corpus.join(path)).unwrap();
        let digest = Sha256::digest(&bytes);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sum, "{path}");
        listed.push(path.to_owned());
    }
    for benchmark in manifest().benchmarks {
        assert!(
            listed.contains(&benchmark.wasm),
            "{} has no checksum",
            benchmark.wasm
        );
    }
}

#[test]
fn golden_files_are_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(["golden", "check"])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
