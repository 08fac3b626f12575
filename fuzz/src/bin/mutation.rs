//! Damaged files, given to everything that reads files.
//!
//! ```text
//! mutation [--seed N] [--count N] [--time SECONDS] [--jobs N] [--out FOLDER] [--only ENDINGS]
//! ```
//!
//! Each file has a seed of its own; `--count` (default 20000) is that of modules, and a quarter as
//! many programs, ROMs, side tables, logs and golden files come along. With `--only`, a list such as
//! `zkasm,rom.json`, it is that of each kind of file named. A file that must not end as it
//! does is written to `--out` (default `findings`), and so is each file before it is given to anything, as
//! `last-<thread>.<ending>`, in case the process does not survive it. Exit code 1 if there were
//! findings, 3 if something did not come to an end.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use fuzz::driver::{Arguments, Watch};
use fuzz::mutation::{KINDS, Kind, PATIENCE, Seeds, Summary, damaged};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ready = Arguments::parse(20_000, "findings").and_then(|arguments| {
        let folder = std::fs::create_dir_all(&arguments.out);
        folder.map_err(|error| format!("{}: {error}", arguments.out.display()))?;
        let unknown =
            |ending: &&String| KINDS.iter().all(|kind| kind.extension() != ending.as_str());
        if let Some(ending) = arguments.only.iter().find(unknown) {
            return Err(format!("--only {ending}: no such kind of file"));
        }
        Ok((arguments, Seeds::read(&root)?))
    });
    let (arguments, seeds) = match ready {
        Ok(ready) => ready,
        Err(problem) => {
            eprintln!("mutation: {problem}");
            return ExitCode::from(2);
        }
    };
    // Panics are findings, and need no trace each.
    std::panic::set_hook(Box::new(|_| {}));
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let summary = Mutex::new(Summary::default());
    let watch = Watch::new(arguments.jobs, PATIENCE);
    watch.guard(|| {
        std::thread::scope(|scope| {
            for thread in 0..arguments.jobs {
                let (arguments, seeds, next, summary, watch) =
                    (&arguments, &seeds, &next, &summary, &watch);
                scope.spawn(move || {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= arguments.count || arguments.is_over(start) {
                            break;
                        }
                        let one = files(seeds, arguments, thread, number, watch);
                        if let Ok(mut all) = summary.lock() {
                            all.add(one);
                            let found = format!("{} findings", all.findings.len());
                            arguments.progress(start, number + 1, &found);
                        }
                    }
                    watch.end(thread);
                });
            }
        });
    });
    for thread in 0..arguments.jobs {
        // Only there to be found after a crash.
        for kind in KINDS {
            let last = format!("last-{thread}.{}", kind.extension());
            let _ = std::fs::remove_file(arguments.out.join(last));
        }
    }
    let summary = match summary.into_inner() {
        Ok(summary) => summary,
        Err(poisoned) => poisoned.into_inner(),
    };
    print!("{}", summary.to_text());
    println!(
        "{} files, seeds {}..{}, {:.1} s",
        summary.files(),
        arguments.seed,
        arguments.seed + next.into_inner().min(arguments.count),
        start.elapsed().as_secs_f64()
    );
    ExitCode::from(u8::from(!summary.findings.is_empty()))
}

/// The damaged files of a seed.
fn files(
    seeds: &Seeds,
    arguments: &Arguments,
    thread: usize,
    number: u64,
    watch: &Watch,
) -> Summary {
    let seed = arguments.seed + number;
    let mut one = Summary::default();
    for kind in KINDS {
        let only = &arguments.only;
        let wanted = match only.is_empty() {
            true => kind == Kind::Wasm || number.is_multiple_of(4),
            false => only.iter().any(|ending| ending == kind.extension()),
        };
        if !wanted {
            continue;
        }
        let keep = |name: String| {
            if let Some(damaged) = damaged(seeds, kind, seed)
                && let Err(error) = std::fs::write(arguments.out.join(&name), damaged.bytes)
            {
                eprintln!("mutation: {name}: {error}");
            }
        };
        keep(format!("last-{thread}.{}", kind.extension()));
        watch.begin(thread, format!(".{} seed {seed}", kind.extension()));
        let before = one.findings.len();
        one.run(seeds, kind, seed);
        if let Some((_, _, what)) = one.findings.get(before) {
            println!("finding: .{} seed {seed}: {what}", kind.extension());
            keep(format!("{seed}.{}", kind.extension()));
        }
    }
    one
}
