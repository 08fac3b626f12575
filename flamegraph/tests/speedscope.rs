//! Files of speedscope, held against its schema.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use std::collections::BTreeMap;

use common::pictures::odd_names;
use common::{Build, Run, demo, op};
use expect_test::expect;
use serde_json::Value;
use zkasm_flamegraph::speedscope::{SCHEMA, to_json};
use zkasm_flamegraph::{Error, Granularity, Profile};

fn file(profile: &Profile, granularity: Granularity) -> Value {
    let metrics: Vec<_> = profile.metric_ids().collect();
    serde_json::from_str(&to_json(profile, granularity, &metrics, "demo(3)").unwrap()).unwrap()
}

/// Checks the fields of an object: those that must be there, and those that may.
fn has_fields(object: &Value, required: &str, optional: &str) {
    let fields = object.as_object().unwrap();
    for field in required.split(' ') {
        assert!(fields.contains_key(field), "{field} is missing");
    }
    let mut known = required.split(' ').chain(optional.split(' '));
    assert!(
        fields
            .keys()
            .all(|field| known.clone().any(|known| known == field)),
        "{fields:?}"
    );
    assert!(known.next().is_some());
}

/// The rules of the schema, and that samples are those of the profile.
fn check(profile: &Profile, granularity: Granularity) -> Value {
    let file = file(profile, granularity);
    has_fields(
        &file,
        "$schema shared profiles",
        "name exporter activeProfileIndex",
    );
    assert_eq!(file["$schema"], SCHEMA);
    has_fields(&file["shared"], "frames", "");
    let frames = file["shared"]["frames"].as_array().unwrap();
    for frame in frames {
        has_fields(frame, "name", "file line col");
        assert!(!frame["name"].as_str().unwrap().is_empty());
        assert!(frame["line"].is_null() || frame["line"].as_u64().unwrap() > 0);
    }
    for view in file["profiles"].as_array().unwrap() {
        has_fields(
            view,
            "type name unit startValue endValue samples weights",
            "",
        );
        assert_eq!(
            (&view["type"], &view["unit"]),
            (&"sampled".into(), &"none".into())
        );
        let metric = profile.metric(view["name"].as_str().unwrap()).unwrap();
        let weights = view["weights"].as_array().unwrap();
        let samples = view["samples"].as_array().unwrap();
        assert_eq!(weights.len(), samples.len());
        let sum: u64 = weights.iter().map(|weight| weight.as_u64().unwrap()).sum();
        assert_eq!(sum, profile.total(metric));
        assert_eq!(view["endValue"], sum);
        for frame in samples.iter().flat_map(|stack| stack.as_array().unwrap()) {
            assert!((frame.as_u64().unwrap() as usize) < frames.len());
        }
    }
    let active = file["activeProfileIndex"].as_u64().unwrap() as usize;
    assert_eq!(file["profiles"][active]["name"], "cycles");
    file
}

/// Stacks with their weights.
fn stacks(file: &Value, metric: &str) -> String {
    let views = file["profiles"].as_array().unwrap();
    let view = views.iter().find(|view| view["name"] == metric).unwrap();
    let mut shown: BTreeMap<String, u64> = BTreeMap::new();
    for (stack, weight) in
        (view["samples"].as_array().unwrap().iter()).zip(view["weights"].as_array().unwrap())
    {
        let names = stack.as_array().unwrap().iter().map(|index| {
            let frame = &file["shared"]["frames"][index.as_u64().unwrap() as usize];
            let name = frame["name"].as_str().unwrap();
            match frame["file"].as_str() {
                Some(file) => format!("{name} {file}:{}", frame["line"]),
                None => name.to_owned(),
            }
        });
        let names: Vec<String> = names.collect();
        *shown.entry(names.join(" > ")).or_default() += weight.as_u64().unwrap();
    }
    let lines = shown
        .iter()
        .map(|(stack, weight)| format!("{stack} {weight}\n"));
    lines.collect()
}

#[test]
fn stacks_are_those_of_the_run_with_inlined_frames() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    for granularity in Granularity::ALL {
        check(&profile, granularity);
    }
    let file = check(&profile, Granularity::Function);
    assert_eq!(file["name"], "demo(3)");
    expect![[r#"
        [startup] 3
        [startup] > app::main src/main.rs:3 4
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 2
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 > app::fib src/fib.rs:1 5
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 5
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 5
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 > app::fib src/fib.rs:1 4
        [startup] > app::main src/main.rs:3 > app::twice src/main.rs:20 > core::swap<_> core/mem.rs:7 1
        [startup] > app::main src/main.rs:3 > core::swap<_> core/mem.rs:7 3
        [startup] > app::main src/main.rs:3 > core::swap<_> core/mem.rs:7 > [runtime:div_u64] 1
    "#]].assert_eq(&stacks(&file, "cycles"));
    expect![[r#"
        [startup] > app::main src/main.rs:5 > core::swap<_> core/mem.rs:8 > [runtime:div_u64] 1
    "#]]
    .assert_eq(&stacks(&check(&profile, Granularity::Line), "arith"));
}

#[test]
fn odd_names_are_one_line_each() {
    let (map, log) = odd_names();
    let profile = Profile::from_run(&map, &log).unwrap();
    for granularity in Granularity::ALL {
        let file = check(&profile, granularity);
        assert!(!file.to_string().contains("\\u0001"));
    }
}

#[test]
fn nothing_counted_is_nothing_to_write() {
    let mut build = Build::new();
    let f = build.function("f");
    build.block(f, &[op(1)]);
    let log = Run::new(&build.map).halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let metrics = [profile.default_metric()];
    let error = to_json(&profile, Granularity::Function, &metrics, "f").unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
}
