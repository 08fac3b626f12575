//! Filetests: modules with what they compile to.
//!
//! Each file of `filetests/` is a module for one family of operators. `;; run: EXPORT ARGUMENTS` asks
//! for a call, which must end as wasmi ends it. What is expected stands at the end, in lines that
//! begin with `;;!`: how each call ended and what it cost, and the zkASM of the module's functions.
//! `ZKASM_BLESS=1` writes it anew. Whatever is compiled must be sound in the eyes of the lint.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::fmt::Write as _;
use std::path::Path;

use runtime_hooks::Instrument;
use zkasm::Counter;

const EXPECTED: &str = ";;!";

/// What a file is to end with.
fn expected(path: &Path, source: &str) -> String {
    let wasm = wat::parse_str(source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let calls: Vec<Vec<&str>> = source
        .lines()
        .filter_map(|line| line.strip_prefix(";; run: "))
        .map(|call| call.split(' ').collect())
        .collect();
    assert!(!calls.is_empty(), "{} runs nothing", path.display());
    let mut text = String::new();
    for call in &calls {
        let (export, args) = (call[0], &call[1..]);
        let compiled = common::build(&wasm, export, args, Instrument::Off);
        let cycles = common::simulate(&compiled).log.totals.0[Counter::Cycles];
        let end = match end_of(&wasm, export, args) {
            Ok(results) if results.is_empty() => "nothing".to_owned(),
            Ok(results) => results.join(", "),
            Err(trap) => format!("trap: {trap}"),
        };
        let args = args.join(", ");
        writeln!(text, "{EXPECTED} {export}({args}) = {end}, {cycles} cycles").unwrap();
    }
    let mut shown = std::collections::BTreeSet::new();
    for call in &calls {
        for function in functions(path, &wasm, call[0]) {
            if !shown.contains(&function) {
                text += &function;
                shown.insert(function);
            }
        }
    }
    text
}

/// How a call ends, by both engines; asserting imports are ours alone.
fn end_of(wasm: &[u8], export: &str, args: &[&str]) -> common::Ended {
    let imports = wasmparser::Parser::new(0)
        .parse_all(wasm)
        .any(|payload| matches!(payload, Ok(wasmparser::Payload::ImportSection(_))));
    match imports {
        true => common::ours(wasm, export, args),
        false => common::agree(wasm, export, args),
    }
}

/// The functions that a call of an export may run, each as expected lines, after the lint had its say.
fn functions(path: &Path, wasm: &[u8], export: &str) -> Vec<String> {
    let (program, _, report) = common::examined(wasm, Some(export), true);
    assert!(
        report.is_sound(),
        "{}: {export} is not proven: {:#?}\n{program}",
        path.display(),
        report.problems
    );
    program
        .split("; function ")
        .skip(1)
        .map(|function| {
            let lines = format!("; function {function}");
            lines
                .lines()
                .map(|line| format!("{EXPECTED} {line}\n"))
                .collect()
        })
        .collect()
}

#[test]
fn modules_compile_to_what_is_expected() {
    let folder = common::root().join("filetests");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    files.sort();
    assert!(files.len() > 20, "the filetests are gone");
    let bless = std::env::var("ZKASM_BLESS").is_ok_and(|value| value == "1");
    let mut differ = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let source: String = text
            .lines()
            .filter(|line| !line.starts_with(EXPECTED))
            .map(|line| format!("{line}\n"))
            .collect();
        let source = source.trim_end();
        let new = format!("{source}\n\n{}", expected(&path, source));
        if new == text {
            continue;
        }
        if bless {
            std::fs::write(&path, new).unwrap();
            continue;
        }
        let line = new
            .lines()
            .zip(text.lines())
            .position(|(new, old)| new != old);
        let line = line.unwrap_or_else(|| new.lines().count().min(text.lines().count()));
        println!(
            "{}:{}: expected `{}`, found `{}`",
            path.display(),
            line + 1,
            text.lines().nth(line).unwrap_or_default(),
            new.lines().nth(line).unwrap_or_default()
        );
        differ.push(path);
    }
    assert!(
        differ.is_empty(),
        "{} files differ; ZKASM_BLESS=1 writes them anew",
        differ.len()
    );
}
