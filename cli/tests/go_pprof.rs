//! Profiles in `go tool pprof`: every report of it, at every granularity, with our totals.
//!
//! Needs Go, so it is only built with the feature `external-tools`:
//! `cargo test -p zkasm-profile --features external-tools --test go_pprof`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::root;
use common::scratch::Scratch;
use expect_test::expect;
use serde_json::Value;

const GRANULARITIES: [&str; 4] = ["function", "line", "wasm", "zkasm"];

/// Programs to profile: their arguments, and whether they were compiled.
const PROGRAMS: [(&str, &[&str], bool); 4] = [
    ("corpus/fibonacci/fibonacci.wasm", &["--arg", "50"], true),
    ("corpus/coremark/coremark.wasm", &["--arg", "1"], true),
    ("corpus/regions/regions.wasm", &["--arg", "8"], true),
    ("corpus/handwritten/modexp.zkasm", &[], false),
];

/// A profiled program.
struct Profiled {
    scratch: Scratch,
    compiled: bool,
}

impl Profiled {
    fn new(test: &str, index: usize) -> Profiled {
        let (program, args, compiled) = PROGRAMS[index];
        let scratch = Scratch::new(&format!("go-{test}-{index}"));
        let program = root().join(program);
        let output = scratch.run(
            ["profile", program.to_str().unwrap(), "-o", "p"]
                .iter()
                .chain(args),
        );
        assert!(output.status.success());
        Profiled { scratch, compiled }
    }

    /// Every profile, by granularity; of hand-written programs there is none by WASM.
    fn files(&self) -> impl Iterator<Item = &'static str> {
        let names = GRANULARITIES.into_iter();
        let names = names.filter(|name| self.compiled || *name != "wasm");
        names.inspect(|granularity| {
            let file = format!("{granularity}.pb.gz");
            let output =
                self.scratch
                    .run(["pprof", "p", "--granularity", granularity, "-o", &file]);
            assert!(output.status.success(), "{output:?}");
        })
    }

    /// A whole table of the command.
    fn table(&self, option: &str, value: &str) -> Value {
        let args = ["top", "p", "-n", "0", "--format", "json", option, value];
        serde_json::from_slice(&self.scratch.run(args).stdout).unwrap()
    }

    /// The table of a metric by function, as this project counts it: for each name self and total. The
    /// total is none of names that several functions have.
    fn ours(&self, metric: &str) -> (u64, BTreeMap<String, (u64, Option<u64>)>) {
        let table = self.table("--metric", metric);
        let mut rows: BTreeMap<String, (u64, Option<u64>)> = BTreeMap::new();
        for row in table["rows"].as_array().unwrap() {
            let (own, total) = (row["self"].as_u64().unwrap(), row["total"].as_u64());
            rows.entry(row["function"].as_str().unwrap().to_owned())
                .and_modify(|(sum, total)| {
                    *sum += own;
                    *total = None;
                })
                .or_insert((own, total));
        }
        (table["sum"].as_u64().unwrap(), rows)
    }

    /// The cycles of frames that are in some file, as a granularity has them.
    fn in_files(&self, granularity: &str) -> u64 {
        let table = self.table("--granularity", granularity);
        let is_there = |row: &Value, field: &str| !row[field].is_null();
        let is_in_file = |row: &&Value| match granularity {
            // There a line is where most was counted: the file of the function's frame is the declaring one.
            "function" => is_there(row, "declared_file"),
            // What has an offset has a line in the WAT.
            _ => ["declared_file", "file", "wasm_offset"]
                .iter()
                .any(|field| is_there(row, field)),
        };
        let rows = table["rows"].as_array().unwrap().iter();
        let values = rows.filter(is_in_file).map(|row| row["self"].as_u64());
        values.sum::<Option<u64>>().unwrap()
    }

    /// What pprof prints of a profile.
    fn pprof(&self, metric: &str, options: &[&str], granularity: &str) -> String {
        let output = self.command(metric, options, granularity).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{options:?}: {printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        printed
    }

    fn command(&self, metric: &str, options: &[&str], granularity: &str) -> Command {
        let sources = format!(
            "{}:{}",
            root().display(),
            self.scratch.0.join("p").display()
        );
        let mut command = Command::new("go");
        command
            .args(["tool", "pprof", "-nodefraction=0", "-edgefraction=0"])
            .args(["-nodecount=100000", "-source_path", &sources])
            .arg(format!("-sample_index={metric}"))
            .args(options)
            .arg(self.scratch.0.join(format!("{granularity}.pb.gz")))
            .env("HOME", &self.scratch.0)
            .env("PPROF_TMPDIR", &self.scratch.0)
            .current_dir(&self.scratch.0);
        command
    }
}

/// `12` of `12`, and of `12  1.5%`.
fn number(text: &str) -> u64 {
    let first = text.split_whitespace().next().unwrap_or("0");
    first
        .parse()
        .unwrap_or_else(|_| panic!("no number: {text}"))
}

/// The rows of `-top`: name, flat, cum.
fn top_rows(printed: &str) -> Vec<(String, u64, u64)> {
    let rows = printed
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("flat"));
    let rows = rows.skip(1).map(|line| {
        let (numbers, name) = split_columns(line, 5);
        let name = name.strip_suffix(" (inline)").unwrap_or(name);
        (name.to_owned(), number(numbers[0]), number(numbers[3]))
    });
    rows.collect()
}

/// The first columns of a line, and the rest.
fn split_columns(line: &str, columns: usize) -> (Vec<&str>, &str) {
    let mut rest = line;
    let mut split = Vec::new();
    for _ in 0..columns {
        let (column, after) = rest.trim_start().split_once(' ').unwrap();
        split.push(column);
        rest = after;
    }
    (split, rest.trim())
}

/// The sum of what every routine of `-list` has itself.
fn listed(printed: &str) -> u64 {
    let lines: Vec<&str> = printed.lines().collect();
    let routines = lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("ROUTINE"));
    routines.map(|pair| number(pair[1])).sum()
}

/// The sum of all samples of `-traces`.
fn traced(printed: &str) -> u64 {
    let mut sum = 0;
    let mut lines = printed.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.starts_with("-----------+") {
            continue;
        }
        // Labels come first, as `name: value`.
        let is_label = |line: &&str| {
            let (name, _) = line.trim_start().split_once(":  ").unwrap_or(("", ""));
            ["cause", "operator", "rule"].contains(&name)
        };
        while lines.next_if(is_label).is_some() {}
        sum += lines.next().map_or(0, number);
    }
    sum
}

/// The sum of what every function of `-peek` has itself.
fn peeked(printed: &str) -> u64 {
    let own = printed.lines().filter(|line| {
        let (numbers, context) = line.split_once('|').unwrap_or(("", ""));
        !context.starts_with("  ") && numbers.matches('%').count() == 3
    });
    own.map(number).sum()
}

#[test]
fn tables_of_every_metric_are_ours() {
    for (index, program) in PROGRAMS.iter().enumerate() {
        let profiled = Profiled::new("top", index);
        let files: Vec<&str> = profiled.files().collect();
        for metric in ["calls", "cycles", "mem", "binary", "arith", "cells"] {
            let (sum, ours) = profiled.ours(metric);
            for granularity in &files {
                let printed = profiled.pprof(metric, &["-top"], granularity);
                let what = format!("{:?} {metric} {granularity}", program);
                assert!(
                    printed.contains(&format!(" of {sum} total")),
                    "{what}: {printed}"
                );
                let rows = top_rows(&printed);
                let flat: u64 = rows.iter().map(|(_, flat, _)| flat).sum();
                assert_eq!(flat, sum, "{what}");
                let source: Vec<_> = rows
                    .iter()
                    .filter(|(name, ..)| !name.ends_with("[wasm]") && !name.ends_with("[zkasm]"))
                    .collect();
                assert_eq!(source.len(), ours.len(), "{what}");
                // Inside of the source's frames are those of listings, if there are any.
                let has_listings = source.len() != rows.len();
                assert_eq!(
                    has_listings,
                    profiled.compiled && ["wasm", "zkasm"].contains(granularity),
                    "{what}"
                );
                for (name, flat, cum) in source {
                    let (own, total) = ours[name];
                    if !has_listings {
                        assert_eq!(*flat, own, "{what}: {name}");
                    }
                    assert_eq!(*cum, total.unwrap_or(*cum), "{what}: {name}");
                }
            }
        }
    }
}

#[test]
fn lists_peeks_and_traces_add_up() {
    for (index, program) in PROGRAMS.iter().enumerate() {
        let profiled = Profiled::new("list", index);
        let (sum, _) = profiled.ours("cycles");
        for granularity in profiled.files() {
            let what = format!("{:?} {granularity}", program);
            let print = |report: &str| profiled.pprof("cycles", &[report], granularity);
            assert_eq!(traced(&print("-traces")), sum, "{what}");
            assert_eq!(peeked(&print("-peek=.")), sum, "{what}");
            let list = print("-list=.");
            let expected = match granularity {
                "zkasm" => sum,
                _ => profiled.in_files(granularity),
            };
            assert_eq!(listed(&list), expected, "{what}");
            if ["wasm", "zkasm"].contains(&granularity) && profiled.compiled {
                assert_annotated(&list, granularity);
            }
        }
    }
}

/// No listing lacked its text, and there is some of each.
fn assert_annotated(list: &str, granularity: &str) {
    let mut routine = "";
    for line in list.lines() {
        if line.starts_with("ROUTINE") {
            routine = line;
        }
        let is_listing = routine.contains("[wasm]") || routine.contains("[zkasm]");
        assert!(
            !(is_listing && line.contains("Error:")),
            "{routine}: {line}"
        );
    }
    assert!(list.contains("(;@"));
    assert_eq!(list.contains(":MSTORE("), granularity == "zkasm");
}

/// The files of a program that was not compiled are beside its profile.
#[test]
fn hand_written_programs_are_listed() {
    let profiled = Profiled::new("written", 3);
    assert!(profiled.files().any(|file| file == "line"));
    let list = profiled.pprof("cycles", &["-list=mulmod", "-trim_path=none"], "line");
    assert!(list.contains("mulmod in arith.zkasm"), "{list}");
    assert!(
        !list.contains("Error:") && list.contains(":JMP(divide)"),
        "{list}"
    );
}

#[test]
fn pages_show_annotated_source_wat_and_zkasm() {
    let profiled = Profiled::new("pages", 0);
    for granularity in profiled.files() {
        let output = profiled.scratch.0.join(format!("{granularity}.html"));
        let option = format!("-output={}", output.display());
        profiled.pprof("cycles", &["-weblist=remember", &option], granularity);
        let page = std::fs::read_to_string(output).unwrap();
        // By function there are no lines, so nothing to annotate.
        assert_eq!(
            page.contains("*slot = pair.this;"),
            granularity != "function"
        );
        assert_eq!(
            page.contains("(;@"),
            ["wasm", "zkasm"].contains(&granularity)
        );
        assert_eq!(page.contains(":MSTORE("), granularity == "zkasm");

        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let http = format!("-http=127.0.0.1:{port}");
        let mut server = profiled
            .command("cycles", &["-no_browser", &http], granularity)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pages = [
            "/ui/",
            "/ui/top",
            "/ui/flamegraph",
            "/ui/peek?f=remember",
            "/ui/source?f=remember",
        ];
        let got: Vec<Result<String, String>> = pages.iter().map(|path| get(port, path)).collect();
        server.kill().unwrap();
        server.wait().unwrap();
        for (path, got) in pages.iter().zip(got) {
            let got = got.unwrap_or_else(|problem| panic!("{granularity} {path}: {problem}"));
            // The graph is drawn by another program, which need not be there.
            if *path != "/ui/" {
                assert!(got.contains("fibonacci"), "{granularity} {path}: {got}");
            }
            if path.starts_with("/ui/source") {
                assert_eq!(got.contains(":MSTORE("), granularity == "zkasm");
            }
        }
    }
}

/// The body of a page of a server that may still be starting.
fn get(port: u16, path: &str) -> Result<String, String> {
    let begin = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) if begin.elapsed() > Duration::from_secs(60) => {
                return Err(error.to_string());
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let mut answer = Vec::new();
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n"
    )
    .and_then(|()| stream.read_to_end(&mut answer))
    .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Without the frames of listings, callers and leaves are those of the source.
#[test]
fn frames_of_listings_can_be_hidden() {
    let profiled = Profiled::new("hide", 0);
    let docs = std::fs::read_to_string(root().join("docs/viewers.md")).unwrap();
    let hide = r"-hide=\[(wasm|zkasm)\]$";
    assert!(docs.contains(&hide.replace("-hide=", "-hide='").replace("$", "$'")));
    let files: Vec<&str> = profiled.files().collect();
    for report in ["-top", "-peek=."] {
        let expected = profiled.pprof("cycles", &[report], "line");
        let lines = |printed: &str| -> Vec<String> {
            let all = printed.lines();
            let all = all.filter(|line| !line.contains("hide=") && *line != "Active filters:");
            // An inlined function's innermost frame is now that of a listing.
            all.map(|line| line.replace(" (inline)", "").trim_end().to_owned())
                .collect()
        };
        for granularity in &files[2..] {
            let hidden = profiled.pprof("cycles", &[report, hide], granularity);
            assert_eq!(lines(&hidden), lines(&expected), "{report} {granularity}");
        }
    }
}

/// What says nothing of source lines is listed in the module's text.
#[test]
fn modules_without_dwarf_have_listings() {
    let scratch = Scratch::new("go-bare");
    scratch.write(
        "bare.wat",
        "(module (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))\n\
         (func (export \"run\") (param i32) (result i32) (call $twice (local.get 0))))",
    );
    let output = scratch.run(["profile", "bare.wat", "--arg", "5", "-o", "p"]);
    assert!(output.status.success(), "{output:?}");
    let output = scratch.run(["pprof", "p", "-o", "p/again.pb.gz"]);
    assert!(output.status.success(), "{output:?}");
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(
        note.contains("frames in bare.listing.wat instead of source lines"),
        "{note}"
    );
    let bytes = |name: &str| std::fs::read(scratch.0.join(name)).unwrap();
    assert!(bytes("p/bare.pb.gz") == bytes("p/again.pb.gz"));
    let pprof = |option: &str| {
        let output = Command::new("go")
            .args([
                "tool",
                "pprof",
                "-trim_path=none",
                "-source_path=p",
                option,
                "p/bare.pb.gz",
            ])
            .env("HOME", &scratch.0)
            .current_dir(&scratch.0)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let list = pprof("-list=twice");
    assert!(list.contains("twice [wasm] in bare.listing.wat"), "{list}");
    assert!(list.contains("i32.mul"), "{list}");
    // What was run, and how it ended.
    expect![[r#"
        run: bare: run(5)
        arguments: i32:5
        outcome: halted with i32:10
        cost model: zk64-1
    "#]]
    .assert_eq(&pprof("-comments"));
}

#[test]
fn docs_show_what_pprof_prints() {
    let scratch = Scratch::with_corpus("go-docs");
    let docs = std::fs::read_to_string(root().join("docs/viewers.md")).unwrap();
    scratch.run(["profile", common::scratch::FIBONACCI, "--arg", "100"]);
    scratch.run([
        "pprof",
        "profiles/fibonacci",
        "--granularity",
        "zkasm",
        "-o",
        "f.pb.gz",
    ]);
    let command = docs
        .lines()
        .find(|line| line.contains("-source_path="))
        .unwrap()
        .replace("profiles/", &format!("{}/profiles/", scratch.0.display()))
        .replace("f.pb.gz", &scratch.0.join("f.pb.gz").display().to_string());
    let output = Command::new("go")
        .args(command.split(' ').skip(1))
        .env("HOME", &scratch.0)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = docs
        .split("```text\n")
        .find(|block| block.starts_with("ROUTINE"))
        .unwrap();
    for line in shown.split("```").next().unwrap().lines() {
        assert!(
            printed.lines().any(|printed| printed.trim() == line.trim()),
            "not printed: {line}\n{printed}"
        );
    }
}
