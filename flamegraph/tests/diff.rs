//! Differential flamegraphs.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::pictures::{odd_names, picture, shapes, widths};
use common::{Build, Run, demo, op};
use expect_test::expect;
use proptest::prelude::*;
use runtime_hooks::{ExecutionLog, SideTable};
use zkasm_flamegraph::folded::Shape;
use zkasm_flamegraph::profile::{Image, Labels, Metric, ProfileBuilder};
use zkasm_flamegraph::svg::{Side, SvgOptions, to_diff_svg};
use zkasm_flamegraph::{Error, Profile};

/// `main` runs blocks of its own, then calls functions, each so many times.
fn run(main: u64, calls: [u64; 3]) -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let top = build.function("main");
    let block = build.block(top, &[op(1)]);
    let functions = ["kept", "<gone & \"away\">", "fresh; 2"].map(|name| build.function(name));
    let blocks = functions.map(|function| build.block(function, &[op(2), op(3)]));
    let mut run = Run::new(&build.map).enter(top);
    for _ in 0..main {
        run = run.block(block);
    }
    for ((function, body), calls) in functions.into_iter().zip(blocks).zip(calls) {
        for _ in 0..calls {
            run = run.enter(function).block(body).leave(function).block(block);
        }
    }
    (build.map.clone(), run.leave(top).halt())
}

fn profile((map, log): (SideTable, ExecutionLog)) -> Profile {
    Profile::from_run(&map, &log).unwrap()
}

fn draw(old: &Profile, new: &Profile, side: Side) -> String {
    to_diff_svg(old, new, side, &SvgOptions::new(new)).unwrap()
}

/// Each frame's title and colour, and the lines of the legend.
fn shown(svg: &str) -> String {
    let mut shown = String::new();
    for frame in svg.split("<g><title>").skip(1) {
        let title = frame.split_once("</title>").unwrap().0;
        let colour = frame.split_once("fill=\"").unwrap().1;
        let colour = colour.split_once('"').unwrap().0;
        shown += &format!("{title} {colour}\n");
    }
    let legend = svg.split("<g id=\"legend\">").nth(1).unwrap();
    for text in legend.split("</text>") {
        shown += &format!("{}\n", text.rsplit_once('>').unwrap().1);
    }
    shown
}

#[test]
fn red_is_worse_and_blue_is_better_on_both_sides() {
    let old = profile(run(10, [2, 3, 0]));
    let new = profile(run(4, [5, 0, 1]));
    expect![[r#"
        fresh:_2 (0 → 2 cycles, +2, new) rgb(255,200,200)
        all (25 → 22 cycles, -3, -12.00 %) rgb(250,250,250)
        main (25 → 22 cycles, -3, -12.00 %; itself 15 → 10, -5) rgb(125,125,255)
        kept (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        costs more itself than it did; the deepest red: 6 cycles
        costs less itself than it did; the deepest blue: 6 cycles
        costs the same itself
        only old, so not drawn: 6 cycles: &lt;gone &amp; &quot;away&quot;&gt; 6
        only new: 2 cycles: fresh:_2 2

    "#]]
    .assert_eq(&shown(&draw(&old, &new, Side::New)));
    expect![[r#"
        &lt;gone &amp; &quot;away&quot;&gt; (6 → 0 cycles, -6, -100.00 %) rgb(100,100,255)
        all (25 → 22 cycles, -3, -12.00 %) rgb(250,250,250)
        main (25 → 22 cycles, -3, -12.00 %; itself 15 → 10, -5) rgb(125,125,255)
        kept (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        costs more itself than it did; the deepest red: 6 cycles
        costs less itself than it did; the deepest blue: 6 cycles
        costs the same itself
        only old: 6 cycles: &lt;gone &amp; &quot;away&quot;&gt; 6
        only new, so not drawn: 2 cycles: fresh:_2 2

    "#]]
    .assert_eq(&shown(&draw(&old, &new, Side::Old)));
}

/// The last frame of a reversed stack is the outermost caller, which did not change because of that: the
/// colours are those of what changed, whoever called it.
#[test]
fn reversed_frames_have_the_colour_of_what_changed_in_them() {
    let old = profile(run(10, [2, 3, 0]));
    let new = profile(run(10, [5, 0, 0]));
    let options = SvgOptions {
        shape: Shape {
            reversed: true,
            ..Shape::default()
        },
        ..SvgOptions::new(&new)
    };
    let svg = |side| to_diff_svg(&old, &new, side, &options).unwrap();
    expect![[r#"
        kept (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        main (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        all (25 cycles, as before) rgb(250,250,250)
        main (15 cycles, as before) rgb(250,250,250)
        costs more than it did; the deepest red: 6 cycles
        costs less than it did; the deepest blue: 6 cycles
        costs the same
        only old, so not drawn: 6 cycles: &lt;gone &amp; &quot;away&quot;&gt; 6

    "#]]
    .assert_eq(&shown(&svg(Side::New)));
    expect![[r#"
        &lt;gone &amp; &quot;away&quot;&gt; (6 → 0 cycles, -6, -100.00 %) rgb(100,100,255)
        main (6 → 0 cycles, -6, -100.00 %) rgb(100,100,255)
        kept (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        main (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        all (25 cycles, as before) rgb(250,250,250)
        main (15 cycles, as before) rgb(250,250,250)
        costs more than it did; the deepest red: 6 cycles
        costs less than it did; the deepest blue: 6 cycles
        costs the same
        only old: 6 cycles: &lt;gone &amp; &quot;away&quot;&gt; 6

    "#]]
    .assert_eq(&shown(&svg(Side::Old)));
    // With causes the functions are callers of those.
    let options = SvgOptions {
        shape: Shape {
            causes: true,
            ..options.shape
        },
        ..options
    };
    expect![[r#"
        kept (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        main (4 → 10 cycles, +6, +150.00 %) rgb(255,100,100)
        all (25 cycles, as before) rgb(250,250,250)
        [op] (25 cycles, as before) rgb(250,250,250)
        main (15 cycles, as before) rgb(250,250,250)
        costs more than it did; the deepest red: 6 cycles
        costs less than it did; the deepest blue: 6 cycles
        costs the same
        only old, so not drawn: 6 cycles: &lt;gone &amp; &quot;away&quot;&gt; 6

    "#]]
    .assert_eq(&shown(
        &to_diff_svg(&old, &new, Side::New, &options).unwrap(),
    ));
}

#[test]
fn a_profile_does_not_differ_from_itself() {
    let old = profile(demo());
    let svg = draw(&old, &old, Side::New);
    for frame in svg.split("<g><title>").skip(1) {
        let title = frame.split_once("</title>").unwrap().0;
        let same = [" cycles, as before)", "(1 cycle, as before)"];
        assert!(same.iter().any(|end| title.ends_with(end)), "{title}");
        assert!(frame.contains("fill=\"rgb(250,250,250)\""), "{frame}");
    }
    assert!(!svg.contains("only old") && !svg.contains("only new"));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let new = profile(run(1, [0, 0, 0]));
    let metric = |name: &str| Metric {
        name: name.to_owned(),
        unit: "count".to_owned(),
    };
    let image = Image::default();
    let old = ProfileBuilder::new(vec![metric("cycles")], 0, image.clone()).finish();
    let error = to_diff_svg(&old, &new, Side::New, &SvgOptions::new(&new)).unwrap_err();
    expect!["the profiles cannot be compared: one counts cycles (count), the other calls (count), cycles (count), mem (count), binary (count), arith (count), mem_align (count), keccak_f (count), cells (count)"].assert_eq(&error.to_string());

    // Nothing on the side that is drawn.
    let mem = new.metric("mem").unwrap();
    let options = SvgOptions::of_metric(&new, mem);
    let with_mem = profile(demo());
    let error = to_diff_svg(&with_mem, &new, Side::New, &options).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
    to_diff_svg(&with_mem, &new, Side::Old, &options).unwrap();

    let mut builder = ProfileBuilder::new(vec![metric("cycles")], 0, image);
    let name = builder.string("f");
    let function = builder.function(zkasm_flamegraph::profile::Function {
        name,
        system_name: None,
        file: None,
        start_line: 0,
    });
    let location = builder.location(zkasm_flamegraph::profile::Location {
        address: None,
        offset: None,
        lines: vec![zkasm_flamegraph::profile::Line {
            function,
            file: None,
            line: 0,
            column: 0,
        }],
        inlined: false,
    });
    let stack = builder.stack(None, location);
    builder.add(stack, Labels::default(), &[1 << 60]).unwrap();
    let large = builder.finish();
    let error = to_diff_svg(&old, &large, Side::New, &SvgOptions::new(&large)).unwrap_err();
    expect!["the profiles cannot be compared: the total of cycles is above 36028797018963967"]
        .assert_eq(&error.to_string());
}

fn check_widths(old: &Profile, new: &Profile) {
    for metric in new.metrics() {
        let metric = new.metric(&metric.name).unwrap();
        for shape in shapes() {
            for (side, drawn) in [(Side::Old, old), (Side::New, new)] {
                let options = SvgOptions {
                    shape,
                    min_width: 0.0,
                    ..SvgOptions::of_metric(new, metric)
                };
                let svg = to_diff_svg(old, new, side, &options);
                if drawn.total(metric) == 0 {
                    assert!(matches!(svg, Err(Error::Empty { .. })));
                    continue;
                }
                let svg = svg.unwrap();
                assert_eq!(svg, to_diff_svg(old, new, side, &options).unwrap());
                assert_eq!(picture(&svg), widths(drawn, metric, shape), "{options:?}");
            }
        }
    }
}

#[test]
fn odd_names_are_compared() {
    check_widths(&profile(demo()), &profile(odd_names()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each side's picture has each frame of that side once, as wide as what it cost there.
    #[test]
    fn widths_are_those_of_the_drawn_side(
        old in (0u64..4, [0u64..3, 0..3, 0..3]),
        new in (0u64..4, [0u64..3, 0..3, 0..3]),
    ) {
        check_widths(&profile(run(old.0, old.1)), &profile(run(new.0, new.1)));
    }
}
