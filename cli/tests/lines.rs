//! Source lines against another reader of DWARF: of every operator that runs, file, line, column and the whole
//! inline chain are what llvm-symbolizer says.
//!
//! Its answers are [fixtures](lines/fixture.rs). Whoever has it makes them anew:
//! `LLVM_SYMBOLIZER=llvm-symbolizer-22 cargo test -p zkasm-profile --test lines`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;
#[path = "lines/fixture.rs"]
mod fixture;
#[path = "lines/symbolizer.rs"]
mod symbolizer;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use common::{root, simulate};
use cranelift_zkasm_profile::inspect::inspect;
use cranelift_zkasm_profile::{Options, compile};
use expect_test::expect;
use fixture::{Chain, Fixture, Frame};
use runtime_hooks::sidetable::FunctionName;
use runtime_hooks::{BlockId, SideTable};
use sha2::{Digest, Sha256};

/// A module of the corpus, and the calls by which its code runs.
struct Module {
    name: String,
    calls: Vec<(String, Vec<String>)>,
}

/// What the side table says of an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// The linkage name of the function whose rows serve it.
    function: String,
    chain: Chain,
}

impl Module {
    /// Those that are measured, at the size that their golden files have; and the others.
    fn all() -> Vec<Module> {
        let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let measured = manifest["benchmarks"].as_array().unwrap().iter();
        let measured = measured.map(|benchmark| {
            let args = benchmark["args"].as_array().unwrap().iter().map(text);
            Module {
                name: text(&benchmark["name"]),
                calls: vec![(text(&benchmark["invoke"]), args.collect())],
            }
        });
        let others = [
            Module::new("regions", &[("regions", "32")]),
            Module::new(
                "traps",
                &[("deep", "100"), ("recursion", "100000"), ("copy", "100")],
            ),
            Module::new("crypto", &[("all", "5")]),
            Module::new("cpp", &[("recurrences", "30")]),
            Module::new("zig", &[("calculator", "300")]),
            Module::new("dwarf5", &[("ways", "4")]),
        ];
        measured.chain(others).collect()
    }

    fn new(name: &str, calls: &[(&str, &str)]) -> Module {
        let calls = calls.iter();
        let calls = calls.map(|&(export, arg)| (export.to_owned(), vec![arg.to_owned()]));
        Module {
            name: name.to_owned(),
            calls: calls.collect(),
        }
    }

    fn wasm(&self) -> Vec<u8> {
        let path = format!("corpus/{0}/{0}.wasm", self.name);
        std::fs::read(root().join(path)).unwrap()
    }

    /// The side table of each call, and how often each of its rows ran.
    fn runs(&self, wasm: &[u8]) -> Vec<(SideTable, Vec<u64>)> {
        let runs = self.calls.iter().map(|(export, args)| {
            let options = Options {
                entry: Some(export.clone()),
                args: args.clone(),
                ..Options::default()
            };
            let compiled = compile(wasm, &options).unwrap();
            let histogram = simulate(&compiled).histogram.unwrap();
            (compiled.side_table, histogram)
        });
        runs.collect()
    }
}

/// All that runs, by offset. Rows that serve the same offset must agree on where it is.
fn places(runs: &[(SideTable, Vec<u64>)]) -> BTreeMap<u32, Place> {
    let mut places = BTreeMap::new();
    for (table, histogram) in runs {
        let blocks = (0..table.blocks.len() as u32).map(BlockId);
        for (block, (zkpc, row)) in
            blocks.flat_map(|block| table.block_rows(block).map(move |row| (block, row)))
        {
            if histogram[zkpc.index()] == 0 {
                continue;
            }
            let function = table.blocks[block.0 as usize].function;
            let function = &table.functions[function.0 as usize].name;
            for &contribution in &row.contributions {
                let contribution = &table.contributions[contribution as usize];
                let Some(offset) = contribution.wasm_offset else {
                    assert_eq!(contribution.location, None, "a place without operator");
                    continue;
                };
                let place = Place {
                    function: linkage(function),
                    chain: chain(table, contribution.location, function),
                };
                let known = places.entry(offset.0).or_insert_with(|| place.clone());
                assert_eq!(*known, place, "{offset}");
            }
        }
    }
    places
}

fn chain(table: &SideTable, location: Option<u32>, function: &FunctionName) -> Chain {
    let locations = location.into_iter().flat_map(|id| table.chain(id));
    let frames = locations.map(|location| Frame {
        function: linkage(match location.inlined {
            Some(inlined) => &table.inlined[inlined as usize],
            None => function,
        }),
        file: table.files[location.file as usize].clone(),
        line: location.line,
        column: location.column,
    });
    frames.collect()
}

fn linkage(name: &FunctionName) -> String {
    name.linkage_name.as_ref().unwrap_or(&name.name).clone()
}

/// What the side table is to hold where llvm-symbolizer says this. A column is one of a line: where compilers give
/// line 0, to code that belongs to no line of its function, it is left from the line before. A frame without file
/// is that of the function, which the side table knows anyway.
fn expected(answer: &[Frame]) -> Chain {
    let known = answer.iter().filter(|frame| !frame.file.is_empty());
    let frames = known.map(|frame| Frame {
        column: if frame.line == 0 { 0 } else { frame.column },
        ..frame.clone()
    });
    frames.collect()
}

/// An offset of which the two do not say the same.
struct Difference {
    offset: u32,
    ours: Place,
    /// None if the fixture has no answer for the offset.
    theirs: Option<Chain>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:#x} in {}", self.offset, self.ours.function)?;
        for frame in &self.ours.chain {
            writeln!(f, "  ours:   {frame}")?;
        }
        match &self.theirs {
            None => writeln!(f, "  theirs: not in the fixture, which is to be made anew"),
            Some(chain) => chain
                .iter()
                .try_for_each(|frame| writeln!(f, "  theirs: {frame}")),
        }
    }
}

fn differences(places: &BTreeMap<u32, Place>, fixture: &Fixture) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (&offset, ours) in places {
        let theirs = fixture.chains.get(&offset);
        let equal = theirs.is_some_and(|theirs| {
            let outermost = theirs.last().map(|frame| frame.function.as_str());
            let known = outermost.is_some_and(|function| !function.is_empty());
            expected(theirs) == ours.chain && (!known || outermost == Some(&*ours.function))
        });
        if !equal {
            differences.push(Difference {
                offset,
                ours: ours.clone(),
                theirs: theirs.cloned(),
            });
        }
    }
    differences
}

/// The offsets of all operators, and of the beginnings of all bodies, of functions that run: a change of the
/// compiler that serves other operators finds them in the fixture.
fn offsets_of_functions(wasm: &[u8], places: &BTreeMap<u32, Place>) -> BTreeSet<u32> {
    let mut offsets = BTreeSet::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() else {
            continue;
        };
        let (start, end) = (body.range().start as u32, body.range().end as u32);
        if places.range(start..end).next().is_none() {
            continue;
        }
        offsets.insert(start);
        let mut operators = body.get_operators_reader().unwrap();
        while !operators.eof() {
            let (_, offset) = operators.read_with_offset().unwrap();
            offsets.insert(offset as u32);
        }
    }
    offsets
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fixture of a module; made anew if `LLVM_SYMBOLIZER` names who knows the answers.
fn fixture(module: &Module, wasm: &[u8], places: &BTreeMap<u32, Place>) -> Fixture {
    if let Ok(program) = std::env::var("LLVM_SYMBOLIZER") {
        let offsets = offsets_of_functions(wasm, places);
        let fixture = Fixture {
            version: symbolizer::version(&program),
            sha256: sha256(wasm),
            chains: symbolizer::ask(&program, wasm, &offsets),
        };
        fixture.write(&module.name);
    }
    let fixture = Fixture::read(&module.name);
    assert_eq!(
        fixture.sha256,
        sha256(wasm),
        "the fixture of {} is of another module",
        module.name
    );
    fixture
}

#[test]
fn lines_and_inline_chains_are_those_of_llvm_symbolizer() {
    let mut table = String::new();
    let mut failures = String::new();
    let (mut checked, mut equal) = (0, 0);
    for module in Module::all() {
        let wasm = module.wasm();
        let places = places(&module.runs(&wasm));
        let fixture = fixture(&module, &wasm, &places);
        let differences = differences(&places, &fixture);
        for difference in differences.iter().take(5) {
            failures += &format!("{}: {difference}", module.name);
        }
        let versions = inspect(&wasm, true).unwrap().dwarf.versions;
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        let answers = || {
            places
                .keys()
                .filter_map(|offset| fixture.chains.get(offset))
        };
        let count = |is: fn(&[Frame]) -> bool| answers().filter(|&chain| is(chain)).count();
        table += &format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            module.name,
            versions.join(" and "),
            number(places.len()),
            number(places.len() - differences.len()),
            number(count(|answer| answer.len() > 1)),
            answers().map(Vec::len).max().unwrap_or_default(),
            number(count(|answer| answer[0].line == 0)),
            number(count(|answer| expected(answer).is_empty())),
        );
        checked += places.len();
        equal += places.len() - differences.len();
    }
    let (checked, equal) = (number(checked), number(equal));
    table += &format!("| all | | {checked} | {equal} | | | | |\n");
    assert!(failures.is_empty(), "{table}{failures}");
    expect![[r#"
        | fibonacci | 4 | 85 | 85 | 44 | 7 | 4 | 0 |
        | sha256 | 4 | 2,346 | 2,346 | 2,281 | 13 | 13 | 3 |
        | keccak256 | 4 | 366 | 366 | 143 | 11 | 38 | 1 |
        | coremark | 5 | 1,125 | 1,125 | 824 | 6 | 74 | 5 |
        | regions | 4 | 85 | 85 | 47 | 6 | 9 | 0 |
        | traps | 4 | 29 | 29 | 8 | 5 | 5 | 4 |
        | crypto | 4 | 14,131 | 14,131 | 11,844 | 16 | 396 | 13 |
        | cpp | 4 | 236 | 236 | 151 | 6 | 13 | 0 |
        | zig | 4 | 364 | 364 | 306 | 4 | 57 | 2 |
        | dwarf5 | 5 | 332 | 332 | 217 | 5 | 20 | 0 |
        | all | | 19,099 | 19,099 | | | | |
    "#]]
    .assert_eq(&table);
    let page = std::fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    assert!(page.contains(&table), "docs/conformance.md says otherwise");
}

fn number(count: usize) -> String {
    zkasm_flamegraph::grouped(count as u64)
}

/// The C++ program, the run of it and its fixture, to plant mistakes in.
fn sample() -> (SideTable, Vec<u64>, Fixture) {
    let module = Module::new("cpp", &[("recurrences", "3")]);
    let (table, histogram) = module.runs(&module.wasm()).remove(0);
    let fixture = Fixture::read(&module.name);
    let places = places(&[(table.clone(), histogram.clone())]);
    assert!(differences(&places, &fixture).is_empty());
    (table, histogram, fixture)
}

#[test]
fn a_wrong_line_is_found() {
    let (table, histogram, fixture) = sample();
    for index in 0..table.locations.len() {
        let mut wrong = table.clone();
        wrong.locations[index].line += 1;
        let wrong = places(&[(wrong, histogram.clone())]);
        let right = places(&[(table.clone(), histogram.clone())]);
        let changed = right
            .iter()
            .filter(|&(offset, place)| wrong[offset] != *place);
        assert_eq!(
            differences(&wrong, &fixture).len(),
            changed.count(),
            "location {index}"
        );
    }
}

#[test]
fn a_shifted_offset_is_found() {
    let (mut table, histogram, fixture) = sample();
    let all = places(&[(table.clone(), histogram.clone())]).len();
    for contribution in &mut table.contributions {
        if let Some(offset) = &mut contribution.wasm_offset {
            offset.0 += 1;
        }
    }
    let differences = differences(&places(&[(table, histogram)]), &fixture);
    // Behind an operator of one byte there is the next one, often of the same line.
    assert!(
        differences.len() > all / 2,
        "{} of {all}",
        differences.len()
    );
    assert!(differences.iter().any(|found| found.theirs.is_none()));
    let text: String = differences.iter().map(ToString::to_string).collect();
    assert!(text.contains("not in the fixture"), "{text}");
}

#[test]
fn a_chain_that_is_cut_short_is_found() {
    let (mut table, histogram, fixture) = sample();
    let right = places(&[(table.clone(), histogram.clone())]);
    let inlined = right.values().filter(|place| place.chain.len() > 1).count();
    assert!(inlined > 50);
    for contribution in &mut table.contributions {
        if let Some(location) = contribution.location {
            let caller = table.locations[location as usize].inlined_at;
            contribution.location = caller.or(contribution.location);
        }
    }
    let differences = differences(&places(&[(table, histogram)]), &fixture);
    assert_eq!(differences.len(), inlined);
}

#[test]
fn a_function_under_another_name_is_found() {
    let (mut table, histogram, fixture) = sample();
    let all = places(&[(table.clone(), histogram.clone())]).len();
    for function in &mut table.functions {
        function.name.linkage_name = None;
    }
    // The entry has no other name.
    let differences = differences(&places(&[(table, histogram)]), &fixture);
    assert!(
        differences.len() > all / 2,
        "{} of {all}",
        differences.len()
    );
}

#[test]
fn fixtures_are_read_as_they_are_written() {
    for module in Module::all() {
        let fixture = Fixture::read(&module.name);
        assert!(fixture.version.starts_with("llvm-symbolizer "));
        assert!(!fixture.chains.is_empty());
        assert_eq!(Fixture::from_text(&fixture.to_text()), fixture);
    }
}
