//! Stacks turned around, and with causes: folded and drawn.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::pictures::{odd_names, picture, shapes, widths};
use common::{Build, Run, demo, op};
use expect_test::{Expect, expect};
use runtime_hooks::Cause;
use zkasm_flamegraph::folded::{self, Shape};
use zkasm_flamegraph::svg::{SvgOptions, to_svg};
use zkasm_flamegraph::{Granularity, Profile};

fn check(shape: Shape, focus: &str, expected: &Expect) {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let profile = profile.focus(focus).unwrap();
    expected.assert_eq(&folded::to_text(&profile, profile.default_metric(), shape));
}

#[test]
fn causes_are_the_innermost_frames() {
    let shape = Shape {
        causes: true,
        ..Shape::default()
    };
    check(
        shape,
        "core::swap",
        &expect![[r#"
        core::swap<_>;[call] 1
        core::swap<_>;[epilogue] 1
        core::swap<_>;[op] 2
        core::swap<_>;[runtime:div_u64];[runtime:div_u64] 1
    "#]],
    );
}

#[test]
fn reversed_stacks_begin_at_the_leaf() {
    let shape = Shape {
        reversed: true,
        ..Shape::default()
    };
    check(
        shape,
        "app::twice",
        &expect![[r#"
        app::fib;app::fib;app::fib;app::fib;app::twice 4
        app::fib;app::fib;app::fib;app::twice 5
        app::fib;app::fib;app::twice 5
        app::fib;app::twice 5
        app::twice 2
        core::swap<_>;app::twice 1
    "#]],
    );
}

#[test]
fn reversed_stacks_begin_with_the_cause() {
    let shape = Shape {
        reversed: true,
        causes: true,
        granularity: Granularity::Line,
    };
    check(
        shape,
        "core::swap",
        &expect![[r#"
        [call];core::swap<_> (core/mem.rs:8) 1
        [epilogue];core::swap<_> [no source] 1
        [op];core::swap<_> (core/mem.rs:8) 2
        [runtime:div_u64];[runtime:div_u64];core::swap<_> (core/mem.rs:8) 1
    "#]],
    );
}

/// Every frame of a picture without a least width is one of the folded text, as wide as its values.
#[test]
fn widths_are_the_folded_values() {
    let runs = [demo(), odd_names()];
    for (map, log) in runs {
        let profile = Profile::from_run(&map, &log).unwrap();
        for metric in profile.metrics() {
            let metric = profile.metric(&metric.name).unwrap();
            if profile.total(metric) == 0 {
                continue;
            }
            for shape in shapes() {
                let options = SvgOptions {
                    shape,
                    min_width: 0.0,
                    ..SvgOptions::of_metric(&profile, metric)
                };
                let svg = to_svg(&profile, &options).unwrap();
                let drawn = picture(&svg);
                assert_eq!(drawn[""], profile.total(metric));
                assert_eq!(drawn, widths(&profile, metric, shape), "{shape:?}");
            }
        }
    }
}

/// Colours say causes, and the legend has each with its sum.
#[test]
fn every_cause_is_in_the_legend() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let shape = Shape {
        causes: true,
        ..Shape::default()
    };
    let options = SvgOptions {
        shape,
        ..SvgOptions::new(&profile)
    };
    let svg = to_svg(&profile, &options).unwrap();
    let legend = svg.split("<g id=\"legend\">").nth(1).unwrap();
    let entries = legend.split("<svg ").skip(1).map(|entry| {
        let between = |a: &str, b: &str| {
            let rest = entry.split_once(a).unwrap().1;
            rest.split_once(b).unwrap().0.to_owned()
        };
        let text = between("\">", "</svg>");
        let text = text.rsplit_once("\">").unwrap().1;
        (between("fill=\"", "\""), text.replace("</text>", ""))
    });
    let entries: Vec<(String, String)> = entries.collect();
    let shown: String = entries
        .iter()
        .map(|(colour, text)| format!("{colour} {text}\n"))
        .collect();
    expect![[r#"
        rgb(63,182,145) [op]: 12 cycles, 36.36 %
        rgb(84,138,205) [call]: 6 cycles, 18.18 %
        rgb(153,185,225) [epilogue]: 6 cycles, 18.18 %
        rgb(119,162,215) [prologue]: 5 cycles, 15.15 %
        rgb(190,190,190) [startup]: 3 cycles, 9.09 %
        rgb(203,203,203) [runtime:div_u64]: 1 cycle, 3.03 %
    "#]]
    .assert_eq(&shown);
    // The frames have the colours of the legend.
    for (colour, text) in &entries {
        let name = text.split(':').next().unwrap();
        // The function `[startup]` is one, too, and has none of them.
        let mut frames = svg
            .split("<g><title>")
            .filter(|frame| frame.starts_with(name));
        assert!(
            frames.any(|frame| frame.contains(colour.as_str())),
            "{text}"
        );
    }
}

#[test]
fn causes_that_are_unknown_have_a_name() {
    let mut build = Build::new();
    let f = build.function("f");
    let block = build.block(f, &[op(1).cause(Cause::Spill)]);
    let log = Run::new(&build.map)
        .charge(zkasm::Counter::Cycles, 3)
        .enter(f)
        .block(block)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let shape = Shape {
        causes: true,
        ..Shape::default()
    };
    expect![[r#"
        [no function];[no cause] 3
        f;[spill] 1
    "#]]
    .assert_eq(&folded::to_text(&profile, profile.default_metric(), shape));
}
