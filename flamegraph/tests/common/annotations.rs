//! Runs with texts to annotate them with.

use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::{Cause, ExecutionLog, SideTable};
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::annotate::{Annotation, Options, Texts};
use zkasm_flamegraph::listing::Listing;

use super::{Build, Run, op};

/// The listing of [`demo`](super::demo).
pub const WAT: &str = "\
;; demo.wasm
(;@100   ;)   (func $main (;1;)
(;@101   ;)     i32.const 7
(;@102   ;)     local.get 0
(;@103   ;)     i64.rotl
(;@105   ;)     call $f
(;@107   ;)     drop
(;@109   ;)     call $g
(;@10b   ;)   )
(;@140   ;)   (func $fib (;2;)
              (local i32)
(;@141   ;)     i32.sub
(;@142   ;)     local.get 0
(;@143   ;)     local.get 1
(;@144   ;)     local.get 2
(;@145   ;)     call $fib
(;@147   ;)     i32.add
(;@148   ;)   )
";

/// The text of a source file, of the one that is there.
pub fn main_rs(name: &str) -> Option<String> {
    let lines = (1..=40).map(|line| format!("    line {line}\n"));
    (name == "src/main.rs").then(|| lines.collect())
}

/// An annotation of every function that a name means.
pub fn annotated(map: &SideTable, log: &ExecutionLog, metric: &str, name: &str) -> Annotation {
    let listing = Listing::wat("demo.listing.wat", WAT).unwrap();
    let zkasm: Vec<String> = (0..map.rows.len()).map(|i| format!("{i} => A")).collect();
    let texts = Texts {
        wat: Some((&listing, WAT)),
        zkasm: &zkasm,
        rom: None,
    };
    let mut annotation = Annotation::new(map, log, metric, name, usize::MAX, texts).unwrap();
    annotation.add_sources(main_rs);
    annotation
}

/// How to show it.
pub fn options(width: usize, all: bool) -> Options {
    Options {
        all,
        ..Options::new(width)
    }
}

/// Its text.
pub fn text(annotation: &Annotation, width: usize, all: bool) -> String {
    annotation.to_text(&options(width, all))
}

/// What each function of the source cost without what it calls, by name and declaration: from a profile, and from its
/// annotation.
pub fn by_function(
    map: &SideTable,
    log: &ExecutionLog,
    metric: &str,
) -> [BTreeMap<(String, Option<String>), u64>; 2] {
    let profile = Profile::from_run(map, log).unwrap();
    let index = profile.metric(metric).unwrap().index();
    let mut costs: [BTreeMap<_, u64>; 2] = Default::default();
    for sample in profile.samples() {
        let leaf = profile.stacks()[sample.stack.index()].location;
        let lines = profile.location(leaf).lines.iter();
        let functions: BTreeSet<_> = lines
            .map(|line| profile.function(line.function))
            .map(|function| {
                let file = function.file.filter(|_| function.start_line != 0);
                let file = file.map(|file| profile.text(file).to_owned());
                (profile.text(function.name).to_owned(), file)
            })
            .collect();
        for function in functions {
            *costs[0].entry(function).or_default() += sample.values[index];
        }
    }
    let every = Annotation::new(map, log, metric, "/./", usize::MAX, Texts::default()).unwrap();
    for function in every.functions {
        let zkasm = function.lines.iter().flat_map(|line| &line.operators);
        let zkasm = zkasm.flat_map(|operator| &operator.zkasm);
        let value: u64 = zkasm.map(|line| line.value).sum();
        assert_eq!(value + function.unplaced, function.self_value);
        let key = (function.function, function.file);
        *costs[1].entry(key).or_default() += function.self_value;
    }
    costs
}

/// A function that is inlined into two, once in itself, and that was compiled, too.
pub fn inlined() -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let f = build.function("app::f");
    let g = build.function("app::g");
    let twice = build.declared("app::twice", "", "src/main.rs", 20);
    let inlined = build.inlined("app::twice", "", "src/main.rs", 20);
    let other = build.inlined("app::other", "", "src/main.rs", 30);
    let (f4, f5, g9) = (
        build.line("src/main.rs", 4),
        build.line("src/main.rs", 5),
        build.line("src/main.rs", 9),
    );
    let f_twice = build.inlined_line(inlined, "src/main.rs", 21, f4);
    let f_twice_again = build.inlined_line(inlined, "src/main.rs", 21, f5);
    let inside = build.inlined_line(other, "src/main.rs", 31, f_twice);
    let recursive = build.inlined_line(inlined, "src/main.rs", 22, inside);
    let g_twice = build.inlined_line(inlined, "src/main.rs", 22, g9);
    let own = build.line("src/main.rs", 21);
    let itself = build.inlined_line(inlined, "src/main.rs", 22, own);
    let in_f = build.block(
        f,
        &[
            op(0x101).at(f4),
            op(0x103).at(f_twice),
            op(0x105).at(inside),
            op(0x107).at(recursive).cause(Cause::Spill),
            op(0x109).at(f_twice_again),
        ],
    );
    build.merge(in_f, &op(0x107).cause(Cause::Branch).at(recursive));
    let in_g = build.block(g, &[op(0x141).at(g_twice), op(0x145).at(g9)]);
    let never = build.block(g, &[op(0x147).at(g_twice)]);
    let in_twice = build.block(twice, &[op(0x10b).at(own), op(0x10b).at(itself)]);
    assert_eq!(never.0, 2);
    let log = Run::new(&build.map).enter(f).block(in_f).enter(g);
    let log = log.block(in_g).leave(g).enter(twice).block(in_twice);
    let log = log.leave(twice).leave(f).halt();
    (build.map, log)
}
