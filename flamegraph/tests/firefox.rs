//! Files of the Firefox Profiler, held against the rules of its processed format.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::pictures::odd_names;
use common::{Build, Run, demo, op, trap};
use expect_test::expect;
use runtime_hooks::{ExecutionLog, SideTable};
use serde_json::Value;
use zkasm_flamegraph::firefox;
use zkasm_flamegraph::{Error, Profile};

/// What was run.
const NAME: &str = "demo(1)";

/// All metrics.
fn to_json(profile: &Profile) -> Result<String, Error> {
    firefox::to_json(profile, &profile.metric_ids().collect::<Vec<_>>(), NAME)
}

fn profile((map, log): (SideTable, ExecutionLog)) -> Profile {
    Profile::from_run(&map, &log).unwrap()
}

fn file(profile: &Profile) -> Value {
    serde_json::from_str(&to_json(profile).unwrap()).unwrap()
}

/// Checks that every column of a table is as long as the table, and returns the length.
fn length(table: &Value) -> usize {
    let length = table["length"].as_u64().unwrap() as usize;
    for (name, column) in table.as_object().unwrap() {
        if let Some(column) = column.as_array() {
            assert_eq!(column.len(), length, "{name}");
        }
    }
    length
}

/// Checks the fields of a table.
fn has_fields(table: &Value, fields: &str) {
    let mut expected: Vec<&str> = fields.split_whitespace().collect();
    expected.sort_unstable();
    let found: Vec<&str> = table
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(found, expected);
}

/// Checks that a column holds integers from `from` up to `end`, or null if it may.
fn is_below(column: &Value, from: i64, end: usize, nullable: bool) {
    for value in column.as_array().unwrap() {
        let fits = |value: i64| from <= value && value < end as i64;
        let is_null = nullable && value.is_null();
        assert!(
            is_null || value.as_i64().is_some_and(fits),
            "{value} of {end}"
        );
    }
}

/// The rules of `src/types/profile.ts`, version 70.
fn check(profile: &Profile) -> Value {
    let file = file(profile);
    has_fields(&file, "meta libs shared threads");
    let meta = &file["meta"];
    assert_eq!(meta["preprocessedProfileVersion"], 70);
    assert_eq!(file["libs"].as_array().unwrap().len(), 1);
    has_fields(
        &file["libs"][0],
        "arch name path debugName debugPath breakpadId codeId",
    );
    let categories = meta["categories"].as_array().unwrap();
    assert!(
        categories
            .iter()
            .any(|category| category["color"] == "grey")
    );
    let colours = "transparent purple green orange yellow lightblue blue brown magenta red lightred darkgrey grey";
    for category in categories {
        has_fields(category, "name color subcategories");
        assert!(colours.split(' ').any(|colour| category["color"] == colour));
        assert_eq!(category["subcategories"][0], "Other");
    }

    let shared = &file["shared"];
    has_fields(
        shared,
        "stackTable frameTable funcTable resourceTable nativeSymbols sources sourceLocationTable stringArray",
    );
    let strings = shared["stringArray"].as_array().unwrap();
    assert!(strings.iter().all(Value::is_string));

    let sources = &shared["sources"];
    has_fields(
        sources,
        "length id filename startLine startColumn sourceMapURL content",
    );
    let source_count = length(sources);
    is_below(&sources["filename"], 0, strings.len(), false);

    let resources = &shared["resourceTable"];
    has_fields(resources, "length name host type");
    is_below(&resources["name"], 0, strings.len(), false);
    let locations = &shared["sourceLocationTable"];
    has_fields(locations, "length source line column");
    let symbols = &shared["nativeSymbols"];
    has_fields(symbols, "length libIndex address name functionSize");
    assert_eq!((length(locations), length(symbols)), (0, 0));

    let functions = &shared["funcTable"];
    has_fields(
        functions,
        "length name isJS relevantForJS resource source lineNumber columnNumber originalLocation",
    );
    let function_count = length(functions);
    is_below(&functions["name"], 0, strings.len(), false);
    is_below(&functions["resource"], 0, length(resources), false);
    is_below(&functions["source"], 0, source_count, true);
    is_below(&functions["lineNumber"], 1, usize::MAX >> 1, true);

    let frames = &shared["frameTable"];
    has_fields(
        frames,
        "length address lib inlineDepth category subcategory func nativeSymbol innerWindowID line column originalLocation",
    );
    let frame_count = length(frames);
    is_below(
        &frames["address"],
        -1,
        profile.image().limit as usize,
        false,
    );
    is_below(&frames["lib"], -1, 1, false);
    is_below(&frames["category"], 0, categories.len(), false);
    is_below(&frames["func"], 0, function_count, false);
    is_below(&frames["line"], 1, usize::MAX >> 1, true);
    is_below(&frames["column"], 1, usize::MAX >> 1, true);
    for frame in 0..frame_count {
        let category = frames["category"][frame].as_u64().unwrap() as usize;
        let subcategories = categories[category]["subcategories"].as_array().unwrap();
        let subcategory = frames["subcategory"][frame].as_u64().unwrap() as usize;
        assert!(subcategory < subcategories.len());
        let has_address = frames["address"][frame] != -1;
        assert_eq!(has_address, frames["lib"][frame] == 0);
    }

    let stacks = &shared["stackTable"];
    has_fields(stacks, "length frame prefixOffset");
    let stack_count = length(stacks);
    is_below(&stacks["frame"], 0, frame_count, false);
    for stack in 0..stack_count {
        // A caller stands before; an inlined frame is called by what it is inlined into.
        let offset = stacks["prefixOffset"][stack].as_u64().unwrap() as usize;
        assert!(offset <= stack);
        let frame = |stack: usize| stacks["frame"][stack].as_u64().unwrap() as usize;
        let depth = |stack: usize| frames["inlineDepth"][frame(stack)].as_u64().unwrap();
        if depth(stack) > 0 {
            let caller = stack - offset;
            assert_eq!(depth(caller) + 1, depth(stack));
            assert_eq!(
                frames["address"][frame(caller)],
                frames["address"][frame(stack)]
            );
        }
    }

    let metrics = profile.metrics().iter();
    let counted: Vec<_> = metrics
        .map(|metric| {
            (
                &metric.name,
                profile.total(profile.metric(&metric.name).unwrap()),
            )
        })
        .filter(|&(_, total)| total != 0)
        .collect();
    let threads = file["threads"].as_array().unwrap();
    assert_eq!(threads.len(), counted.len());
    is_below(&meta["initialVisibleThreads"], 0, threads.len(), false);
    let selected = meta["initialSelectedThreads"][0].as_u64().unwrap() as usize;
    assert_eq!(threads[selected]["name"], "cycles");
    for (tid, (thread, (name, total))) in threads.iter().zip(counted).enumerate() {
        assert_eq!(thread["name"], **name);
        assert_eq!(thread["tid"], tid);
        assert_eq!(length(&thread["markers"]), 0);
        let samples = &thread["samples"];
        has_fields(samples, "length time stack weight weightType");
        length(samples);
        assert_eq!(samples["weightType"], "samples");
        is_below(&samples["stack"], 0, stack_count, false);
        is_below(&samples["time"], 0, 1, false);
        let weights = samples["weight"].as_array().unwrap().iter();
        assert_eq!(
            weights.map(|weight| weight.as_u64().unwrap()).sum::<u64>(),
            total,
            "{name}"
        );
    }
    file
}

#[test]
fn the_rules_of_the_format_hold() {
    for run in [demo(), trap(), odd_names()] {
        let profile = profile(run);
        check(&profile);
        assert_eq!(to_json(&profile).unwrap(), to_json(&profile).unwrap());
    }
}

/// The samples of a thread as lines: the frames from the outermost on with their inline depth, then
/// the category of the innermost, and the weight.
fn samples(file: &Value, name: &str) -> Vec<String> {
    let threads = file["threads"].as_array().unwrap();
    let thread = threads
        .iter()
        .find(|thread| thread["name"] == name)
        .unwrap();
    let shared = &file["shared"];
    let at = |table: &str, column: &str, row: u64| &shared[table][column][row as usize];
    let index = |value: &Value| value.as_u64().unwrap();
    let text = |id: u64| shared["stringArray"][id as usize].as_str().unwrap();
    let samples = &thread["samples"];
    let mut lines = Vec::new();
    for sample in 0..samples["length"].as_u64().unwrap() as usize {
        let mut stack = index(&samples["stack"][sample]);
        let leaf = index(at("stackTable", "frame", stack));
        let category =
            &file["meta"]["categories"][index(at("frameTable", "category", leaf)) as usize];
        let sub = index(at("frameTable", "subcategory", leaf)) as usize;
        let mut frames = Vec::new();
        loop {
            let frame = index(at("stackTable", "frame", stack));
            let function = index(at("frameTable", "func", frame));
            let mut shown = text(index(at("funcTable", "name", function))).to_owned();
            if let Some(source) = at("funcTable", "source", function).as_u64() {
                let file = text(index(at("sources", "filename", source)));
                shown += &format!(" {file}:{}", at("frameTable", "line", frame));
            }
            let depth = index(at("frameTable", "inlineDepth", frame));
            shown += &"^".repeat(depth as usize);
            frames.push(shown);
            match index(at("stackTable", "prefixOffset", stack)) {
                0 => break,
                offset => stack -= offset,
            }
        }
        frames.reverse();
        lines.push(format!(
            "{} | {}/{} {}",
            frames.join(" > "),
            category["name"].as_str().unwrap(),
            category["subcategories"][sub].as_str().unwrap(),
            samples["weight"][sample]
        ));
    }
    lines
}

#[test]
fn stacks_causes_and_sources_are_those_of_the_run() {
    let file = check(&profile(demo()));
    let text = samples(&file, "cycles").join("\n") + "\n";
    expect![[r#"
        [startup] | startup/Other 1
        [startup] | startup/Other 1
        [startup] > app::main src/main.rs:null | prologue/Other 1
        [startup] > app::main src/main.rs:4 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > core::swap<_> core/mem.rs:8^^ | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ | call/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:null | prologue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:2 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 | call/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | prologue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:2 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 | call/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | prologue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:2 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 | call/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | prologue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:2 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | epilogue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | epilogue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:3 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 > app::fib src/fib.rs:null | epilogue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:3 | op/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ > app::fib src/fib.rs:null | epilogue/Other 1
        [startup] > app::main src/main.rs:5 > app::twice src/main.rs:21^ | op/Other 1
        [startup] > app::main src/main.rs:5 | call/Other 1
        [startup] > app::main src/main.rs:5 > core::swap<_> core/mem.rs:8 | op/Other 1
        [startup] > app::main src/main.rs:5 > core::swap<_> core/mem.rs:8 | call/Other 1
        [startup] > app::main src/main.rs:5 > core::swap<_> core/mem.rs:8 > [runtime:div_u64] | runtime/div_u64 1
        [startup] > app::main src/main.rs:5 > core::swap<_> core/mem.rs:null | epilogue/Other 1
        [startup] > app::main src/main.rs:null | epilogue/Other 1
        [startup] | startup/Other 1
    "#]].assert_eq(&text);
    assert_eq!(samples(&file, "arith").len(), 1);
}

/// The same stacks with the same sums as the samples of the profile.
#[test]
fn every_sample_is_there() {
    let profile = profile(odd_names());
    let file = file(&profile);
    let cycles = profile.default_metric();
    let values = profile.samples().map(|s| s.values[cycles.index()]);
    assert_eq!(
        samples(&file, "cycles").len(),
        values.filter(|&value| value != 0).count()
    );
    let names: Vec<&str> = (file["shared"]["stringArray"].as_array().unwrap().iter())
        .map(|text| text.as_str().unwrap())
        .collect();
    for name in [
        "a & \"b\" 'c'",
        "\u{1f525} hot\u{fffd}\u{301}",
        "[unnamed]",
        "\u{fffd}\u{fffd}",
        "f<[u8; 3]>",
        "x; y.c",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}

/// A thread for each metric that is asked for, and no more.
#[test]
fn metrics_can_be_chosen() {
    let profile = profile(demo());
    let [arith, cycles, align] =
        ["arith", "cycles", "mem_align"].map(|name| profile.metric(name).unwrap());
    let file: Value =
        serde_json::from_str(&firefox::to_json(&profile, &[arith, cycles, align], NAME).unwrap())
            .unwrap();
    let threads = file["threads"].as_array().unwrap();
    let names: Vec<&str> = threads
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(profile.total(align), 0);
    assert_eq!(names, ["arith", "cycles"]);
    assert_eq!(file["meta"]["initialSelectedThreads"][0], 1);
    let error = firefox::to_json(&profile, &[align], NAME).unwrap_err();
    assert!(
        matches!(&error, Error::Empty { metric } if metric == "mem_align"),
        "{error}"
    );
}

#[test]
fn nothing_counted_is_nothing_to_write() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[op(1)]);
    let profile = profile((build.map.clone(), Run::new(&build.map).halt()));
    let error = to_json(&profile).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}
