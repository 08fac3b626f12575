//! Frames in the module's text and in the zkASM.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use std::collections::BTreeMap;

use common::demo;
use expect_test::expect;
use zkasm_flamegraph::listing::{Language, Listing};
use zkasm_flamegraph::{Granularity, Profile, folded};

const WAT: &str = "\
;; demo.wasm
(;@0     ;) (module
(;@10    ;)   (func $first
(;@12    ;)     nop
            ;; a note
(;@12    ;)     twice at one offset
(;@14    ;)   )
(;@20    ;)   (func $second
(;@2b    ;)     nop
            ))
";

#[test]
fn places_are_at_the_last_line_that_begins_before_them() {
    let listing = Listing::wat("demo.wat", WAT).unwrap();
    assert_eq!(listing.language(), Language::Wasm);
    let lines = [0, 0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x2a, 0x2b, 0xffff];
    assert_eq!(
        lines.map(|offset| listing.line(offset).unwrap()),
        [2, 2, 3, 3, 4, 4, 7, 8, 9, 9]
    );
    let empty = Listing::wat("demo.wat", "(module)\n").unwrap();
    assert_eq!(empty.line(0), None);
    let zkasm = Listing::zkasm("demo.zkasm", [3, 5], vec![]);
    assert_eq!(
        [0, 1, 2].map(|zkpc| zkasm.line(zkpc)),
        [Some(3), Some(5), Some(5)]
    );
}

#[test]
fn a_broken_listing_is_an_error() {
    let error = |text: &str| Listing::wat("demo.wat", text).unwrap_err().to_string();
    assert_eq!(
        error("(;@0 ;) (module\n(;@12"),
        "demo.wat:2: its comment does not end"
    );
    assert_eq!(
        error("(;@g ;) (module"),
        "demo.wat:1: its comment is no offset"
    );
    assert_eq!(
        error("(;@2 ;) a\n(;@1 ;) b"),
        "demo.wat:2: its offset is below that of a line before"
    );
}

/// A profile's frames as `function file:line`, of every stack with its cycles, leaf last.
fn shown(profile: &Profile) -> String {
    let cycles = profile.default_metric().index();
    let mut text = String::new();
    for sample in profile
        .samples()
        .filter(|sample| sample.values[cycles] != 0)
    {
        let mut frames = Vec::new();
        for id in profile.stack(sample.stack) {
            for line in &profile.location(id).lines {
                let file = line.file.map_or("?", |file| profile.text(file));
                let name = profile.function_name(line.function);
                let start = profile.function(line.function).start_line;
                frames.push(format!("{name} {file}:{} from {start}", line.line));
            }
        }
        frames.reverse();
        text += &format!("{}: {}\n", frames.join(" | "), sample.values[cycles]);
    }
    text
}

const DEMO: &str = "\
(;@0     ;) (module
(;@100   ;)   (func $main
(;@101   ;)     one
(;@105   ;)     two
(;@140   ;)   (func $fib
(;@145   ;)     three
";

#[test]
fn frames_of_listings_are_inside_of_those_of_the_source() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let wat = Listing::wat("demo.wat", DEMO).unwrap();
    let lines = (0..map.rows.len() as u32).map(|zkpc| zkpc + 10);
    let zkasm = Listing::zkasm("demo.zkasm", lines, vec![10]);
    let listed = profile.listed(&[&wat, &zkasm]);
    let stacks = shown(&listed);
    let first: Vec<&str> = stacks.lines().take(4).collect();
    expect![[r#"
        [startup] ?:0 from 0 | [startup] [zkasm] demo.zkasm:10 from 10: 1
        [startup] ?:0 from 0 | [startup] [zkasm] demo.zkasm:11 from 10: 1
        [startup] ?:0 from 0 | [startup] [zkasm] demo.zkasm:11 from 10 | app::main ?:0 from 3 | app::main [zkasm] demo.zkasm:12 from 10: 1
        [startup] ?:0 from 0 | [startup] [zkasm] demo.zkasm:11 from 10 | app::main src/main.rs:4 from 3 | app::main [wasm] demo.wat:3 from 2 | app::main [zkasm] demo.zkasm:13 from 10: 1"#]].assert_eq(&first.join("\n"));
    for (before, after) in profile.metrics().iter().zip(listed.metrics()) {
        assert_eq!(before, after);
        let id = profile.metric(&before.name).unwrap();
        assert_eq!(profile.total(id), listed.total(id), "{}", before.name);
    }
    // The frames of the listings are all that was added.
    let cycles = profile.default_metric();
    let mut without: BTreeMap<String, u64> = BTreeMap::new();
    for line in folded::to_text(&listed, cycles, Granularity::Line).lines() {
        let (stack, count) = line.rsplit_once(' ').unwrap();
        let is_source = |frame: &&str| !frame.contains("[wasm]") && !frame.contains("[zkasm]");
        let frames: Vec<&str> = stack.split(';').filter(is_source).collect();
        *without.entry(frames.join(";")).or_default() += count.parse::<u64>().unwrap();
    }
    let without: String = without
        .iter()
        .map(|(stack, count)| format!("{stack} {count}\n"))
        .collect();
    assert_eq!(
        without,
        folded::to_text(&profile, cycles, Granularity::Line)
    );
}

#[test]
fn by_function_there_are_no_places() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let coarse = Profile::from_run_by(&map, &log, Granularity::Function).unwrap();
    let cycles = profile.default_metric();
    for granularity in Granularity::ALL {
        let text = folded::to_text(&coarse, cycles, granularity);
        let expected = folded::to_text(&profile, cycles, Granularity::Function);
        assert_eq!(text.replace(" [no source]", ""), expected, "{granularity}");
    }
    assert!(coarse.locations().len() < profile.locations().len());
}
