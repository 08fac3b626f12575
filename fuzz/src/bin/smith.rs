//! Modules of wasm-smith in both engines, as many as asked for.
//!
//! ```text
//! smith [--seed N] [--count N] [--time SECONDS] [--jobs N] [--out FOLDER]
//! ```
//!
//! Each module has a seed of its own; the first is `--seed` (default 0), and `--count` (default
//! 5000) modules follow, unless `--time` ends the run before. A module with a mismatch is written
//! to `--out` (default `mismatches`) with a text that says what differs; the first of each kind also
//! shrunk. Exit code 1 if there was one.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fuzz::driver::Arguments;
use fuzz::engines::Call;
use fuzz::smith::{Summary, Verdict, case, compare, kind};

/// Tries of the shrinker that lead nowhere before it stops.
const SHRINK_ATTEMPTS: u32 = 2000;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(5000, "mismatches") {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("smith: {problem}");
            return ExitCode::from(2);
        }
    };
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let summary = Mutex::new(Summary::default());
    let kinds = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= arguments.count || arguments.is_over(start) {
                        break;
                    }
                    let mut one = Summary::default();
                    one.run(arguments.seed + number);
                    for (seed, call, what) in &one.mismatches {
                        println!("mismatch: seed {seed}, {call}: {what}");
                        let first = match kinds.lock() {
                            Ok(mut kinds) => kinds.insert(kind(what)),
                            Err(_) => false,
                        };
                        if let Err(error) = keep(*seed, call, what, first, &arguments.out) {
                            eprintln!(
                                "smith: cannot write to {}: {error}",
                                arguments.out.display()
                            );
                        }
                    }
                    if let Ok(mut all) = summary.lock() {
                        all.add(one);
                        arguments.progress(
                            start,
                            all.modules,
                            &format!(
                                "{} compiled, {} mismatches",
                                all.compiled,
                                all.mismatches.len()
                            ),
                        );
                    }
                }
            });
        }
    });
    let summary = match summary.into_inner() {
        Ok(summary) => summary,
        Err(poisoned) => poisoned.into_inner(),
    };
    print!("{}", summary.to_text());
    println!(
        "seeds {}..{}, {:.1} s",
        arguments.seed,
        arguments.seed + summary.modules,
        start.elapsed().as_secs_f64()
    );
    ExitCode::from(u8::from(!summary.mismatches.is_empty()))
}

/// Writes a module that shows a mismatch, and perhaps a smaller one that shows one of its kind.
fn keep(seed: u64, call: &Call, what: &str, shrink: bool, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let Ok(case) = case(seed) else {
        return Ok(());
    };
    std::fs::write(folder.join(format!("{seed}.wasm")), &case.wasm)?;
    let mut text = format!("seed {seed}, {call}, optimize {}\n{what}\n", case.optimize);
    if !shrink {
        return std::fs::write(folder.join(format!("{seed}.txt")), text);
    }
    let deadline = Instant::now() + Duration::from_secs(120);
    let shrink = wasm_shrink::WasmShrink::default()
        .attempts(SHRINK_ATTEMPTS)
        .seed(seed);
    let wanted = kind(what);
    let shrunk = shrink.run(case.wasm, &mut |wasm: &[u8]| {
        let same = Instant::now() < deadline
            && matches!(compare(wasm, call, case.optimize), Verdict::Mismatch(other) if wanted == kind(&other));
        Ok(same)
    });
    match shrunk {
        Ok(shrunk) => {
            if let Verdict::Mismatch(what) = compare(&shrunk.output, call, case.optimize) {
                text += &format!("shrunk to {} bytes: {what}\n", shrunk.output_size);
            }
            std::fs::write(folder.join(format!("{seed}.small.wasm")), &shrunk.output)?;
        }
        Err(error) => text += &format!("not shrunk: {error:#}\n"),
    }
    std::fs::write(folder.join(format!("{seed}.txt")), text)
}
