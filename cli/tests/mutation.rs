//! Damaged files: no panic, no hang, and errors that say where. Long runs: `fuzz/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic is how a test fails"
)]

mod common;
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::root;
use fuzz::driver::Watch;
use fuzz::extremes::extremes;
use fuzz::mutation::{KINDS, PATIENCE, Seeds, Summary};

/// Damaged files of each kind.
const FILES: u64 = 500;

#[test]
fn damaged_files_are_refused_or_read() {
    let seeds = Seeds::read(&root()).unwrap();
    assert!(seeds.programs() > 0, "the compiler makes no program");
    let watch = Watch::new(2, PATIENCE * 3);
    let summary = watch.guard(|| {
        std::thread::scope(|scope| {
            let halves: Vec<_> = (0..2)
                .map(|half| {
                    let (seeds, watch) = (&seeds, &watch);
                    scope.spawn(move || {
                        let mut summary = Summary::default();
                        for seed in (0..FILES).filter(|seed| seed % 2 == half) {
                            for kind in KINDS {
                                let what = format!(".{} seed {seed}", kind.extension());
                                watch.begin(half as usize, what);
                                summary.run(seeds, kind, seed);
                            }
                        }
                        watch.end(half as usize);
                        summary
                    })
                })
                .collect();
            let mut all = Summary::default();
            for half in halves {
                all.add(half.join().unwrap());
            }
            all
        })
    });
    let text = summary.to_text();
    println!("{text}");
    assert!(summary.findings.is_empty(), "{text}");
    assert_eq!(summary.files(), FILES * KINDS.len() as u64);
    // Some of each kind must get through: else this tests less than it seems to.
    for (kind, (refused, accepted)) in &summary.fates {
        assert!(*refused > 0 && *accepted > 0, "{kind:?}\n{text}");
    }
}

/// Modules that are large in one way each, given to the command, so that a stack that overflows
/// ends the command and not this test.
#[test]
fn extreme_modules_end() {
    let scratch = std::env::temp_dir().join(format!("zkasm-extremes-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let mut problems = Vec::new();
    for (name, wasm) in extremes() {
        wasmparser::validate(&wasm).unwrap_or_else(|error| panic!("{name}: {error}"));
        let input = scratch.join("extreme.wasm");
        std::fs::write(&input, wasm).unwrap();
        let start = Instant::now();
        let ended = end_of(
            Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
                .arg("build")
                .arg(&input)
                .args(["--invoke", "run", "-o", "extreme.zkasm"])
                .current_dir(&scratch),
        );
        println!("{name}: {ended}, {:.1} s", start.elapsed().as_secs_f64());
        if ended != "exit 0" && ended != "exit 2" {
            problems.push(format!("{name}: {ended}"));
        }
    }
    std::fs::remove_dir_all(&scratch).unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Texts that nest deeper than a stack.
#[test]
fn deep_texts_end() {
    let scratch = std::env::temp_dir().join(format!("zkasm-deep-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let deep = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    let mut problems = Vec::new();
    for (name, text, args) in [
        (
            "deep.zkasm",
            format!("start:\n {} => A\n", deep("(", ")")),
            vec!["run"],
        ),
        (
            "free.zkasm",
            format!("start:\n ${{{}}} => A\n", deep("(", ")")),
            vec!["run"],
        ),
        (
            "minus.zkasm",
            format!("start:\n ${{{}}} => A\n", deep("-", "")),
            vec!["run"],
        ),
        (
            "not.zkasm",
            format!("start:\n ${{{}}} => A\n", deep("!", "")),
            vec!["run"],
        ),
        (
            "call.zkasm",
            format!("start:\n $${{{}}}\n", deep("f(", ")")),
            vec!["run"],
        ),
        ("deep.log.json", deep("[", "]"), vec!["top"]),
        ("object.log.json", deep("{\"format\":", "}"), vec!["top"]),
    ] {
        let input = scratch.join(name);
        std::fs::write(&input, &text).unwrap();
        std::fs::write(scratch.join(name.replace(".log.", ".map.")), &text).unwrap();
        let ended = end_of(
            Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
                .args(args)
                .arg(&input),
        );
        println!("{name}: {ended}");
        if ended != "exit 2" {
            problems.push(format!("{name}: {ended}"));
        }
    }
    std::fs::remove_dir_all(&scratch).unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Runs a command and says how it ended; a command that takes too long is stopped.
fn end_of(command: &mut Command) -> String {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return match status.code() {
                Some(code) => format!("exit {code}"),
                None => format!("{status}"),
            };
        }
        if start.elapsed() > PATIENCE * 3 {
            child.kill().unwrap();
            child.wait().unwrap();
            return format!("no end after {:.0} s", start.elapsed().as_secs_f64());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
