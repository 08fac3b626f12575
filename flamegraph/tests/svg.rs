//! Flamegraphs.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::pictures::{each_calling_leaf, odd_names, shapes};
use common::{Build, Run, demo, op};
use expect_test::expect;
use zkasm_flamegraph::folded::Shape;
use zkasm_flamegraph::svg::{SvgOptions, counted, to_svg};
use zkasm_flamegraph::{Error, Granularity, Profile};

/// Checks that every tag of a document is closed, in order; returns the texts between tags.
fn texts(svg: &str) -> Vec<&str> {
    let mut open = Vec::new();
    let mut texts = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        texts.push(&rest[..start]);
        rest = &rest[start..];
        let end = ["<!--", "<![CDATA["]
            .into_iter()
            .zip(["-->", "]]>"])
            .find(|(begin, _)| rest.starts_with(begin))
            .map_or(">", |(_, end)| end);
        let length = rest.find(end).expect("a tag ends") + end.len();
        let tag = &rest[..length];
        rest = &rest[length..];
        if let Some(name) = tag.strip_prefix("</") {
            assert_eq!(open.pop(), name.strip_suffix('>'));
        } else if !tag.starts_with("<?") && !tag.starts_with("<!") && !tag.ends_with("/>") {
            let name = tag[1..].split([' ', '>']).next();
            open.push(name.unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?} is not closed");
    texts
}

/// The titles of frames, which a browser shows as tooltips.
fn tooltips(svg: &str) -> Vec<&str> {
    let titles = texts(svg).into_iter();
    titles.filter(|text| text.contains("%)")).collect()
}

#[test]
fn frames_have_names_values_and_the_metric() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let svg = to_svg(&profile, &SvgOptions::new(&profile)).unwrap();
    let tooltips = tooltips(&svg);
    for frame in [
        "all (33 cycles, 100%)",
        "[startup] (33 cycles, 100.00%)",
        "app::main (30 cycles, 90.91%)",
        "app::twice (22 cycles, 66.67%)",
        "core::swap&lt;_&gt; (4 cycles, 12.12%)",
        "[runtime:div_u64] (1 cycles, 3.03%)",
    ] {
        assert!(tooltips.contains(&frame), "{frame} is not in {tooltips:#?}");
    }
    let texts = texts(&svg);
    assert!(texts.contains(&"demo.wasm"));
    assert!(texts.contains(&"33 cycles"));
}

#[test]
fn the_same_profile_gives_the_same_picture() {
    let (map, log) = demo();
    let picture = |metric: &str, granularity: Granularity| {
        let profile = Profile::from_run(&map, &log).unwrap();
        let metric = profile.metric(metric).unwrap();
        let options = SvgOptions {
            shape: granularity.into(),
            ..SvgOptions::of_metric(&profile, metric)
        };
        to_svg(&profile, &options).unwrap()
    };
    for granularity in Granularity::ALL {
        texts(&picture("cells", granularity));
        assert_eq!(picture("cells", granularity), picture("cells", granularity));
    }
}

#[test]
fn a_metric_without_a_count_cannot_be_drawn() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let metric = profile.metric("mem_align").unwrap();
    let error = to_svg(&profile, &SvgOptions::of_metric(&profile, metric)).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }));
    assert_eq!(
        error.to_string(),
        "nothing was counted in metric mem_align, so there is nothing to draw"
    );
}

/// Sorted as text, `f 1`, `f (x.c:1) 1` and `f;g 1` are not sorted by frame.
#[test]
fn a_frame_is_drawn_once_whatever_its_neighbours_are_called() {
    let names = [
        "f",
        "f 2",
        "f<T; 3>",
        "f!",
        "",
        "\u{1}\n",
        "# f",
        "a & \"b\"",
    ];
    let (map, log) = each_calling_leaf(names, "x.c");
    let profile = Profile::from_run(&map, &log).unwrap();
    let options = SvgOptions {
        title: "a <b> \u{1}".to_owned(),
        ..SvgOptions::new(&profile)
    };
    let svg = to_svg(&profile, &options).unwrap();
    let tooltips = tooltips(&svg);
    for name in ["f", "f_2", "f&lt;T: 3&gt;", "f!", "[unnamed]", "#_f"] {
        let frame = format!("{name} (7 cycles, 12.50%)");
        let count = tooltips.iter().filter(|text| **text == frame).count();
        assert_eq!(count, 1, "{frame} in {tooltips:#?}");
    }
    let options = SvgOptions {
        shape: Granularity::Line.into(),
        ..options
    };
    texts(&to_svg(&profile, &options).unwrap());
}

/// A function that is called like a cause is none.
#[test]
fn only_causes_have_colours_of_causes() {
    let mut build = Build::new();
    let [top, called] = ["top", "[op]"].map(|name| build.function(name));
    let first = build.block(top, &[op(1)]);
    let second = build.block(called, &[op(2), op(3)]);
    let log = Run::new(&build.map)
        .enter(top)
        .block(first)
        .enter(called)
        .block(second)
        .leave(called)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let options = SvgOptions {
        shape: Shape {
            causes: true,
            ..Shape::default()
        },
        ..SvgOptions::new(&profile)
    };
    let svg = to_svg(&profile, &options).unwrap();
    let frames = svg.split("<g><title>").skip(1).map(|frame| {
        let (title, rest) = frame.split_once("</title>").unwrap();
        let colour = rest.split_once("fill=\"").unwrap().1;
        format!("{title} {}\n", colour.split_once('"').unwrap().0)
    });
    expect![[r#"
        [op] (2 cycles, 66.67%) rgb(226,226,222)
        [op] (2 cycles, 66.67%) rgb(63,182,145)
        all (3 cycles, 100%) rgb(226,226,222)
        top (3 cycles, 100.00%) rgb(226,226,222)
        [op] (1 cycles, 33.33%) rgb(63,182,145)
    "#]]
    .assert_eq(&frames.collect::<String>());
    assert!(svg.contains("[op]: 3 cycles, 100.00 %") && !svg.contains('\u{ffff}'));
    // One of something is no plural.
    let calls = profile.metric("calls").unwrap();
    let svg = to_svg(&profile, &SvgOptions::of_metric(&profile, calls)).unwrap();
    assert!(texts(&svg).contains(&"2 calls"));
    assert_eq!(counted(1, "calls"), "1 call");
    assert_eq!(counted(1, "mem"), "1 mem");
    assert_eq!(counted(1_000, "cycles"), "1,000 cycles");
}

/// What there is no room for is not drawn, and the rest stays where it is.
#[test]
fn narrow_frames_are_left_out_of_the_picture_only() {
    let (map, log) = odd_names();
    let profile = Profile::from_run(&map, &log).unwrap();
    for shape in shapes() {
        let draw = |min_width: f64| {
            let options = SvgOptions {
                shape,
                min_width,
                ..SvgOptions::new(&profile)
            };
            let svg = to_svg(&profile, &options).unwrap();
            let frames = svg.split("<g><title>").skip(1);
            let mut frames: Vec<(u64, String)> = frames
                .map(|frame| {
                    let number = |name: &str| -> u64 {
                        let rest = frame.split_once(name).unwrap().1;
                        rest.split('"').next().unwrap().parse().unwrap()
                    };
                    let (title, _) = frame.split_once("</title>").unwrap();
                    (
                        number(" fg:w=\""),
                        format!("{title} at {}", number(" fg:x=\"")),
                    )
                })
                .collect();
            frames.sort();
            frames
        };
        let all = draw(0.0);
        let total = profile.total(profile.default_metric());
        for min_width in [0.01, 3.0, 10.0, 50.0] {
            let is_wide = |width: u64| width as f64 >= total as f64 * min_width / 100.0;
            let wide: Vec<_> = all
                .iter()
                .filter(|(width, _)| is_wide(*width))
                .cloned()
                .collect();
            assert_eq!(draw(min_width), wide, "{min_width} {shape:?}");
        }
    }
}
