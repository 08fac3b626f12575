//! The report's page and what is in it; a browser drives it in cli/tests/browser.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Build, Run, demo, op, trap};
use expect_test::expect;
use flate2::read::ZlibDecoder;
use runtime_hooks::sidetable::Mark;
use runtime_hooks::{Cause, ExecutionLog, Hook, RegionId, SideTable};
use serde_json::Value;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::advice::Advice;
use zkasm_flamegraph::fold::Coverage;
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::report::{Input, Text, to_html};

const WAT: &str = "\
(;@0     ;) (module
(;@100   ;)   (func $main </script><script>alert(1)</script>
(;@101   ;)     one
(;@140   ;)   (func $fib
(;@145   ;)     three
";

fn page(map: &SideTable, log: &ExecutionLog) -> String {
    let sources = vec![Some("</script>&{{code}}\n".to_owned()); map.files.len()];
    let wat = Listing::wat("demo.wat", WAT).unwrap();
    let zkasm = Listing::zkasm("demo.zkasm", 1..=map.rows.len() as u32, vec![]);
    let text = "  0 => A\n".repeat(map.rows.len());
    let profile = Profile::from_run(map, log).unwrap();
    to_html(&Input {
        name: "<demo> & \"co\"",
        profile: &profile,
        advice: &Advice::new(&profile),
        map,
        log,
        wat: Some(Text {
            listing: &wat,
            text: WAT,
        }),
        zkasm: Some(Text {
            listing: &zkasm,
            text: &text,
        }),
        sources: &sources,
    })
    .unwrap()
}

/// A blob of a page.
fn blob(page: &str, id: &str) -> Value {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">")).unwrap();
    let (text, _) = rest.split_once("</script>").unwrap();
    let bytes = STANDARD.decode(text).unwrap();
    let mut json = String::new();
    ZlibDecoder::new(bytes.as_slice())
        .read_to_string(&mut json)
        .unwrap();
    serde_json::from_str(&json).unwrap()
}

fn sum(values: &Value) -> u64 {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value.as_u64().unwrap()).sum()
}

#[test]
fn every_view_adds_up_to_the_run() {
    for (map, log) in [demo(), trap()] {
        let page = page(&map, &log);
        let (head, code) = (blob(&page, "head-data"), blob(&page, "code-data"));
        let profile = Profile::from_run(&map, &log).unwrap();
        for (index, id) in profile.metric_ids().enumerate() {
            let total = profile.total(id);
            assert_eq!(head["totals"][index].as_u64(), Some(total));
            let samples = head["tree"]["samples"].as_array().unwrap().iter();
            let counted: u64 = samples.map(|row| row[2 + index].as_u64().unwrap()).sum();
            assert_eq!(counted, total);
            // Of places, what has none is left out.
            for (places, has) in [("line", false), ("wasm", false), ("zkpc", true)] {
                let own = sum(&code[places]["self"][index]);
                assert!(own <= total);
                let all_have = has && profile.metrics()[index].name != "calls";
                assert!(!all_have || own == total, "{places}: {own} of {total}");
            }
        }
        assert_eq!(code["rows"].as_array().unwrap().len(), map.rows.len());
    }
}

#[test]
fn totals_of_places_count_once_under_recursion() {
    let (map, log) = demo();
    let page = page(&map, &log);
    let code = blob(&page, "code-data");
    let cycles = 1;
    let zkpcs = code["zkpc"]["keys"].as_array().unwrap();
    // The row that calls fib from fib: its own three calls, and all that is called there but itself.
    let call = map
        .rows
        .iter()
        .position(|row| {
            let payer = map.payer(row);
            payer.wasm_offset.is_some_and(|offset| offset.0 == 0x145)
        })
        .unwrap();
    let at = zkpcs.iter().position(|zkpc| *zkpc == call).unwrap();
    assert_eq!(code["zkpc"]["self"][cycles][at], 3);
    // Three nested calls of five, five and four cycles, less the two calls inside that are its own.
    assert_eq!(code["zkpc"]["more"][cycles][at], 14 - 2);
}

#[test]
fn texts_of_the_program_are_no_markup() {
    let (mut map, log) = demo();
    map.functions[1].name.name = "</script><img src=x onerror=alert(1)>".to_owned();
    let page = page(&map, &log);
    assert_eq!(page.matches("</script>").count(), 4);
    assert!(!page.contains("<img"));
    assert!(page.contains("<title>&lt;demo&gt; &amp; &quot;co&quot; · zkasm-profile</title>"));
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("http://") && !page.contains("https://"));
}

/// What advice says of a line leads to it; what it says of a function leads to the function.
#[test]
fn findings_and_regions_are_in_it() {
    let mut build = Build::new();
    build.file("src/other.rs");
    let f = build.declared("app::f", "", "src/f.rs", 1);
    let at = build.line("src/f.rs", 4);
    let block = |cause| [op(0x101).cause(cause).at(at)];
    let narrow = build.block(f, &block(Cause::Op));
    let spilling = build.block(f, &block(Cause::Spill));
    let mut map = build.map;
    map.operators.push("i32.load8_u".to_owned());
    map.contributions[0].operator = Some(0);
    map.regions = vec!["phase".to_owned()];
    map.marks = vec![Mark {
        zkpc: map.blocks[narrow.0 as usize].first,
        region: RegionId(0),
        end: false,
        falling: false,
    }];
    let mut run = Run::new(&map).enter(f).hook(Hook::RegionBegin(RegionId(0)));
    for _ in 0..600 {
        run = run.block(narrow).block(spilling);
    }
    let log = run.leave(f).halt();
    let head = blob(&page(&map, &log), "head-data");
    let files = head["files"].as_array().unwrap();
    let findings = head["findings"].as_array().unwrap();
    let mut places: Vec<_> = findings
        .iter()
        .map(|finding| {
            let function = finding["function"].as_u64().unwrap() as usize;
            let name = head["functions"][function]["name"].as_str().unwrap();
            let file = finding["file"].as_u64().map(|file| &files[file as usize]);
            (name, file.and_then(Value::as_str), finding["line"].as_u64())
        })
        .collect();
    places.sort_unstable();
    expect![[r#"
        [
            (
                "app::f",
                None,
                None,
            ),
            (
                "app::f",
                Some(
                    "src/f.rs",
                ),
                Some(
                    4,
                ),
            ),
        ]
    "#]]
    .assert_debug_eq(&places);
    expect![[r#"[{"count":1,"open":1,"region":"phase","sum":0,"total":1200,"total_percent":100.0,"unmatched":0}]"#]].assert_eq(&head["regions"].to_string());
}

#[test]
fn the_same_run_gives_the_same_page() {
    let (map, log) = demo();
    assert_eq!(page(&map, &log), page(&map, &log));
}

#[test]
fn sources_must_be_those_of_the_table() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let error = to_html(&Input {
        name: "demo",
        profile: &profile,
        advice: &Advice::new(&profile),
        map: &map,
        log: &log,
        wat: None,
        zkasm: None,
        sources: &[],
    })
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("0 sources for the side table's 3 files"),
        "{error}"
    );
}

/// The summary says of the source what `profile` says.
#[test]
fn coverage_is_told_as_elsewhere() {
    let (map, log) = demo();
    let head = blob(&page(&map, &log), "head-data");
    let shown = head["coverage"].as_array().unwrap().iter();
    let shown: Vec<&str> = shown.map(|sentence| sentence.as_str().unwrap()).collect();
    let text = Coverage::from_run(&map, &log).unwrap().to_text();
    let told: Vec<&str> = text.lines().collect();
    assert_eq!((shown.len(), told.len()), (2, 2), "{shown:?}");
    for (shown, told) in shown.iter().zip(told) {
        assert_eq!(shown[1..], format!("{}.", &told[1..]));
        assert!(shown.starts_with(char::is_uppercase), "{shown}");
    }
}
