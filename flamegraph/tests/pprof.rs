//! pprof files, read back with the crate's own messages.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use std::collections::BTreeMap;
use std::io::Read;

use common::{Build, Run, demo, op};
use expect_test::expect;
use flate2::read::GzDecoder;
use pprof::protos::{self, Message};
use runtime_hooks::Cause;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::pprof::{to_commented_pprof, to_pprof, to_proto};

fn decode(bytes: &[u8]) -> protos::Profile {
    let mut proto = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut proto).unwrap();
    protos::Profile::decode(proto.as_slice()).unwrap()
}

fn demo_file() -> protos::Profile {
    let (map, log) = demo();
    decode(&to_pprof(&Profile::from_run(&map, &log).unwrap()).unwrap())
}

/// A decoded file with its references followed.
struct Reader {
    file: protos::Profile,
}

impl Reader {
    fn text(&self, id: i64) -> &str {
        &self.file.string_table[id as usize]
    }

    fn location(&self, id: u64) -> &protos::Location {
        self.file.location.iter().find(|l| l.id == id).unwrap()
    }

    fn function(&self, id: u64) -> &protos::Function {
        self.file.function.iter().find(|f| f.id == id).unwrap()
    }

    /// `address: frame < frame < …`, the innermost first.
    fn describe(&self, location: &protos::Location) -> String {
        let line = |line: &protos::Line| {
            let function = self.function(line.function_id);
            let (name, file) = (self.text(function.name), self.text(function.filename));
            format!("{name} {file}:{}", line.line)
        };
        let lines: Vec<String> = location.line.iter().map(line).collect();
        format!("{}: {}", location.address, lines.join(" < "))
    }
}

#[test]
fn the_head_is_as_documented() {
    let reader = Reader { file: demo_file() };
    let file = &reader.file;
    let types: Vec<String> = (file.sample_type.iter())
        .map(|t| format!("{}/{}", reader.text(t.ty), reader.text(t.unit)))
        .collect();
    expect!["calls/count cycles/count mem/count binary/count arith/count mem_align/count keccak_f/count cells/count"].assert_eq(&types.join(" "));
    assert_eq!(reader.text(file.default_sample_type), "cycles");
    assert_eq!(
        (file.time_nanos, file.duration_nanos, file.period),
        (0, 0, 1)
    );

    let [mapping] = file.mapping.as_slice() else {
        panic!("there is one mapping");
    };
    assert_eq!(reader.text(mapping.filename), "demo.wasm");
    assert_eq!(reader.text(mapping.build_id), "00ff");
    assert_eq!((mapping.memory_start, mapping.memory_limit), (0, 19));
    assert!(mapping.has_functions && mapping.has_filenames);
    assert!(mapping.has_line_numbers && mapping.has_inline_frames);
    for location in &file.location {
        assert_eq!(location.mapping_id, mapping.id);
        assert!(location.address < mapping.memory_limit);
        assert!(!location.is_folded);
    }
}

#[test]
fn tables_are_sorted_and_referenced() {
    let Reader { file } = Reader { file: demo_file() };
    assert_eq!(file.string_table[0], "");
    assert!(file.string_table.is_sorted_by(|a, b| a < b));
    assert!(file.location.is_sorted_by_key(|l| (l.address, l.id)));
    assert!(
        file.location
            .iter()
            .map(|l| l.id)
            .eq(1..=file.location.len() as u64)
    );
    assert!(
        file.function
            .iter()
            .map(|f| f.id)
            .eq(1..=file.function.len() as u64)
    );
    let key = |f: &protos::Function| (f.name, f.system_name, f.filename, f.start_line);
    assert!(file.function.is_sorted_by(|a, b| key(a) < key(b)));
    let functions = file
        .location
        .iter()
        .flat_map(|l| &l.line)
        .map(|l| l.function_id);
    assert!(
        functions
            .clone()
            .all(|id| (1..=file.function.len() as u64).contains(&id))
    );
    let mut used: Vec<u64> = functions.collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), file.function.len());
}

#[test]
fn totals_are_the_logs() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let file = decode(&to_pprof(&profile).unwrap());
    for (index, metric) in profile.metrics().iter().enumerate() {
        let sum: i64 = file.sample.iter().map(|sample| sample.value[index]).sum();
        let total = profile.total(profile.metric(&metric.name).unwrap());
        assert_eq!((&metric.name, sum as u64), (&metric.name, total));
    }
    assert!(
        file.sample
            .iter()
            .all(|s| s.value.len() == profile.metrics().len())
    );
}

#[test]
fn stacks_are_leaf_first_with_inlined_frames_innermost_first() {
    let reader = Reader { file: demo_file() };
    let deepest = (reader.file.sample.iter())
        .max_by_key(|sample| sample.location_id.len())
        .unwrap();
    let stack: Vec<String> = (deepest.location_id.iter())
        .map(|&id| reader.describe(reader.location(id)))
        .collect();
    expect![[r#"
        13: app::fib src/fib.rs:0
        11: app::fib src/fib.rs:3
        11: app::fib src/fib.rs:3
        11: app::fib src/fib.rs:3
        5: app::twice src/main.rs:21 < app::main src/main.rs:5
        1: [startup] :0"#]]
    .assert_eq(&stack.join("\n"));
}

#[test]
fn functions_have_both_names_and_their_declaration() {
    let reader = Reader { file: demo_file() };
    let functions: Vec<String> = (reader.file.function.iter())
        .map(|f| {
            let [name, system, file] =
                [f.name, f.system_name, f.filename].map(|id| reader.text(id));
            format!("{name} | {system} | {file}:{}\n", f.start_line)
        })
        .collect();
    expect![[r#"
        [runtime:div_u64] |  | :0
        [startup] |  | :0
        app::fib | _RNv3app3fib | src/fib.rs:1
        app::main | _RNv3app4main | src/main.rs:3
        app::twice | _RNv3app5twice | src/main.rs:20
        core::swap<_> | _RIswap1 | core/mem.rs:7
        core::swap<_> | _RIswap2 | core/mem.rs:7
    "#]]
    .assert_eq(&functions.concat());
}

#[test]
fn causes_are_labels_and_add_up() {
    let reader = Reader { file: demo_file() };
    let mut causes: BTreeMap<&str, i64> = BTreeMap::new();
    for sample in &reader.file.sample {
        if sample.value[0] != 0 {
            // Calls are events, and nobody spent them.
            assert!(sample.label.is_empty() && sample.value[1] == 0);
            continue;
        }
        let [label] = sample.label.as_slice() else {
            panic!("a sample has one label");
        };
        assert_eq!(reader.text(label.key), "cause");
        *causes.entry(reader.text(label.str)).or_default() += sample.value[1];
    }
    expect![[r#"
        {
            "call": 6,
            "epilogue": 6,
            "op": 12,
            "prologue": 5,
            "runtime:div_u64": 1,
            "startup": 3,
        }
    "#]]
    .assert_debug_eq(&causes);
}

/// A function with lines of another file is there for each of them.
#[test]
fn a_line_of_another_file_keeps_its_file() {
    let mut build = Build::new();
    let f = build.declared("f", "_Zf", "f.c", 7);
    let own = build.line("f.c", 8);
    let included = build.line("table.inc", 1);
    let block = build.block(f, &[op(1).at(own), op(2).at(included), op(3)]);
    let log = Run::new(&build.map).enter(f).block(block).halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let file = decode(&to_pprof(&profile).unwrap());
    let reader = Reader { file };
    let locations: Vec<String> = (reader.file.location.iter())
        .map(|location| reader.describe(location) + "\n")
        .collect();
    expect![[r#"
        0: f f.c:8
        1: f table.inc:1
        2: f f.c:0
    "#]]
    .assert_eq(&locations.concat());
    let starts: Vec<i64> = reader.file.function.iter().map(|f| f.start_line).collect();
    assert_eq!(starts, [7, 0]);
}

/// DWARF's line 0 has a file, too, often of another function; it would make a routine of it there.
#[test]
fn line_0_is_of_the_declaring_file() {
    let mut build = Build::new();
    let f = build.declared("list_find", "", "list.c", 7);
    let own = build.line("list.c", 8);
    let nowhere = build.line("main.c", 0);
    let block = build.block(f, &[op(1).at(own), op(2).at(nowhere)]);
    let log = Run::new(&build.map).enter(f).block(block).halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let reader = Reader {
        file: decode(&to_pprof(&profile).unwrap()),
    };
    let locations: Vec<String> = (reader.file.location.iter())
        .map(|location| reader.describe(location) + "\n")
        .collect();
    expect![[r#"
        0: list_find list.c:8
        1: list_find list.c:0
    "#]]
    .assert_eq(&locations.concat());
    assert_eq!(reader.file.function.len(), 1);
}

/// An empty name is none for pprof, and a line break ends a line of its tables.
#[test]
fn names_are_one_line_each() {
    let (map, log) = common::pictures::odd_names();
    let profile = Profile::from_run(&map, &log).unwrap();
    let reader = Reader {
        file: decode(&to_pprof(&profile).unwrap()),
    };
    let names: Vec<&str> = (reader.file.function.iter())
        .map(|function| reader.text(function.name))
        .collect();
    assert!(names.contains(&"[unnamed]") && names.contains(&"\u{fffd}\u{fffd}"));
    let mut texts = reader.file.string_table[1..].iter();
    assert!(texts.all(|text| !text.is_empty() && !text.contains(char::is_control)));
}

/// pprof knows no offsets: what differs in them only is one location there.
#[test]
fn locations_are_there_once() {
    let mut build = Build::new();
    let callee = build.function("callee");
    let caller = build.function("caller");
    let inner = build.block(callee, &[op(9)]);
    // One row: its payer is at offset 1, and its call at offset 2.
    let call = build.block(caller, &[op(1)]);
    build.merge(call, &op(2).cause(Cause::Call));
    let log = Run::new(&build.map)
        .enter(caller)
        .block(call)
        .enter(callee)
        .block(inner)
        .leave(callee)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let file = decode(&to_pprof(&profile).unwrap());
    assert_eq!((profile.locations().len(), file.location.len()), (3, 2));
}

/// Labels that nothing has are not in the string table, and comments are.
#[test]
fn strings_are_those_that_are_used() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let comments = ["one".to_owned(), "two\nlines".to_owned()];
    let reader = Reader {
        file: decode(&to_commented_pprof(&profile, &comments).unwrap()),
    };
    let has = |text: &str| reader.file.string_table.iter().any(|known| known == text);
    assert!(has("cause") && !has("operator") && !has("rule"));
    let comments = reader.file.comment.iter().map(|&id| reader.text(id));
    assert_eq!(comments.collect::<Vec<_>>(), ["one", "two\u{fffd}lines"]);
}

#[test]
fn a_frame_without_address_has_no_mapping() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[op(1)]);
    let log = Run::new(&build.map)
        .enter(f)
        .charge(zkasm::Counter::Cycles, 9)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let file = decode(&to_pprof(&profile).unwrap());
    let [location] = file.location.as_slice() else {
        panic!("there is one location");
    };
    assert_eq!((location.address, location.mapping_id), (0, 0));
    let mapping = &file.mapping[0];
    assert!(mapping.has_functions && !mapping.has_filenames);
    assert!(!mapping.has_line_numbers && !mapping.has_inline_frames);
}

#[test]
fn bytes_are_the_same_each_time_and_name_no_time() {
    let (map, log) = demo();
    let file = || to_pprof(&Profile::from_run(&map, &log).unwrap()).unwrap();
    let bytes = file();
    assert_eq!(bytes, file());
    // Magic, deflate, no flags, time 0, best compression, unknown system (RFC 1952).
    assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
}

/// The crate's messages skip the column, so the bytes are looked at.
#[test]
fn lines_have_columns() {
    let mut build = Build::new();
    let f = build.function("f");
    let at = build.line("f.c", 70);
    let block = build.block(f, &[op(1).at(at)]);
    let log = Run::new(&build.map).enter(f).block(block).halt();
    let proto = to_proto(&Profile::from_run(&build.map, &log).unwrap());
    // Line { function_id: 1, line: 70, column: 5 }
    let line = [8, 1, 16, 70, 24, 5];
    assert_eq!(proto.windows(line.len()).filter(|w| *w == line).count(), 1);
}
