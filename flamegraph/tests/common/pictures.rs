//! What views are drawn of, and reading pictures back.

use std::collections::BTreeMap;

use runtime_hooks::sidetable::SideTable;
use runtime_hooks::{Cause, ExecutionLog};
use zkasm::Counter;
use zkasm_flamegraph::folded::{self, Shape};
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::{Granularity, Profile};

use super::{Build, Run, op, row};

/// Every way to build stacks.
pub fn shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for granularity in Granularity::ALL {
        for (reversed, causes) in [(false, false), (false, true), (true, false), (true, true)] {
            shapes.push(Shape {
                granularity,
                reversed,
                causes,
            });
        }
    }
    shapes
}

/// A program whose functions have names that formats could stumble over, each calling `leaf`.
pub fn odd_names() -> (SideTable, ExecutionLog) {
    let long = "long::".repeat(500);
    let names = [
        "f",
        "f 2",
        "f 3 4.5",
        "f<[u8; 3]>",
        "f!",
        "",
        "\u{1}\n",
        "# f",
        "a & \"b\" 'c'",
        "]]> <!-- x -->",
        "\u{1f525} hot\u{200d}\u{301}",
        "(f (1 cycles, 2%)",
        "[op]",
        "-",
        "f_[k]",
        "\\\u{2028}\\",
        &long,
    ];
    each_calling_leaf(names, "x; y.c")
}

/// A program whose functions have these names, are of a file, and call `leaf` once each.
pub fn each_calling_leaf<const N: usize>(
    names: [&str; N],
    file: &str,
) -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let functions = names.map(|name| build.function(name));
    let leaf = build.function("leaf");
    let line = build.line(file, 1);
    let blocks = functions.map(|function| {
        let rows = [
            row(Cause::Prologue).costs(Counter::Mem),
            op(1).at(line),
            op(2).cause(Cause::Call),
        ];
        build.block(function, &rows)
    });
    let leaf_block = build.block(leaf, &[op(3)]);
    let mut run = Run::new(&build.map);
    for (function, block) in functions.into_iter().zip(blocks) {
        run = run.enter(function).block(block);
        run = run.enter(leaf).block(leaf_block).leave(leaf);
        run = run.block(block).leave(function);
    }
    let log = run.halt();
    (build.map, log)
}

/// The frames of a picture: the names from the outermost on, each after a `;`, and the width. They
/// lie inside of each other, and no two have the same names.
pub fn picture(svg: &str) -> BTreeMap<String, u64> {
    struct Drawn {
        y: u64,
        begin: u64,
        width: u64,
        name: String,
    }
    let mut drawn: Vec<Drawn> = Vec::new();
    for frame in svg.split("<g><title>").skip(1) {
        let number = |name: &str| -> u64 {
            let rest = frame.split_once(name).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let title = frame.split_once("</title>").unwrap().0;
        // What inferno's script takes for the name.
        let (name, count) = title.rsplit_once(" (").unwrap();
        assert!(count.ends_with(')') && !count.contains('('), "{title}");
        let mut name = name.to_owned();
        for (escape, c) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&apos;", "'"),
        ] {
            name = name.replace(escape, c);
        }
        drawn.push(Drawn {
            y: number(" y=\""),
            begin: number(" fg:x=\""),
            width: number(" fg:w=\""),
            name: name.replace("&amp;", "&"),
        });
    }
    let all = drawn.iter().position(|frame| frame.name == "all").unwrap();
    let all = drawn.swap_remove(all);
    let total = svg.split_once("total_samples=\"").unwrap().1;
    assert!(total.starts_with(&format!("{}\"", all.width)));
    drawn.sort_by_key(|frame| (frame.y.abs_diff(all.y), frame.begin));
    let mut paths: Vec<String> = vec![String::new(); drawn.len()];
    for index in 0..drawn.len() {
        let frame = &drawn[index];
        let depth = frame.y.abs_diff(all.y);
        let caller = drawn.iter().position(|caller| {
            caller.y.abs_diff(all.y) + 16 == depth
                && caller.begin <= frame.begin
                && frame.begin + frame.width <= caller.begin + caller.width
        });
        assert!(
            caller.is_some() || depth == 16,
            "{} hangs in the air",
            frame.name
        );
        let caller = caller.map_or("", |caller| &paths[caller]);
        paths[index] = format!("{caller};{}", frame.name);
    }
    let mut picture = BTreeMap::from([(String::new(), all.width)]);
    for (path, frame) in paths.into_iter().zip(drawn) {
        let before = picture.insert(path.clone(), frame.width).unwrap_or(0);
        // A function can be called like a cause.
        assert!(
            before == 0 || frame.name.starts_with('['),
            "{path} is drawn twice"
        );
        picture.insert(path, before + frame.width);
    }
    picture
}

/// What a picture shows of a profile: its folded stacks, frame by frame.
pub fn widths(profile: &Profile, metric: MetricId, shape: Shape) -> BTreeMap<String, u64> {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for line in folded::to_text(profile, metric, shape).lines() {
        let (stack, value) = line.rsplit_once(' ').unwrap();
        let value: u64 = value.parse().unwrap();
        let mut path = String::new();
        *expected.entry(path.clone()).or_default() += value;
        for frame in stack.split(';') {
            path = format!("{path};{frame}");
            *expected.entry(path.clone()).or_default() += value;
        }
    }
    expected
}
