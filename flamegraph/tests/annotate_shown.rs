//! What of an annotation is shown: in the order of addresses, from a percentage on, or of one place.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeMap;

use common::annotations::{WAT, annotated, inlined, main_rs};
use common::demo;
use expect_test::expect;
use zkasm_flamegraph::annotate::{Annotation, Options, Order, Place, Texts};
use zkasm_flamegraph::listing::Listing;

#[test]
fn assembly_is_in_the_order_of_addresses() {
    let (map, log) = inlined();
    let program = "  0 => A\nagain:\n  1 => A\n  A :JMPZ(end)\n  3 => A\n  4 => A :JMP(again)\nend:\n  5 => A\n";
    let program = zkasm::parse(program).unwrap().program;
    let rom = zkasm::assemble(&program, &[]).unwrap();
    let zkasm: Vec<String> = (0..map.rows.len()).map(|i| format!("{i} => A")).collect();
    let listing = Listing::wat("demo.listing.wat", WAT).unwrap();
    let texts = Texts {
        wat: Some((&listing, WAT)),
        zkasm: &zkasm,
        rom: Some(&rom),
    };
    let zkpc = Options {
        order: Order::Zkpc,
        ..Options::new(110)
    };
    let mut annotation = Annotation::new(&map, &log, "cycles", "app::f", 9, texts).unwrap();
    annotation.add_sources(main_rs);
    expect![[r#"
        app::f
        5 cycles itself, 55.56% of 9; 5 of 5 zkASM lines ran
        op 4 · spill 1

        zkPC cycles  of func times cause zkASM

                                         ; main.rs:4: line 4
           0      1   20.00%     1 op      0 => A      ; 0x101 i32.const 7
                                         again:
                                         ;   ↳ app::twice main.rs:21: line 21
           1      1   20.00%     1 op      1 => A      ; 0x103 i64.rotl
                                         ;   ↳ app::other main.rs:31: line 31
           2      1   20.00%     1 op      2 => A  ↓5  ; 0x105 call $f
                                         ;   ↳ app::twice main.rs:22: line 22
           3      1   20.00%     1 spill   3 => A      ; 0x107 drop
                                         ; main.rs:5: line 5
                                         ;   ↳ app::twice main.rs:21: line 21
           4      1   20.00%     1 op      4 => A  ↑1  ; 0x109 call $g, +branch @0x107

    "#]]
    .assert_eq(&annotation.to_text(&zkpc));
    let inlined = Annotation::new(&map, &log, "cycles", "app::twice", 1, texts).unwrap();
    expect![[r#"
        app::twice  src/main.rs:20
        5 cycles itself, 55.56% of 9; 5 of 6 zkASM lines ran
        inlined into app::f (4), app::g (1), at 3 places
        op 4 · spill 1

        zkPC cycles  of func times cause zkASM

                                         in app::f
                                         again:
                                         ; main.rs:21
           1      1   20.00%     1 op      1 => A      ; 0x103 i64.rotl
                                         ;   ↳ app::other main.rs:31
           2      1   20.00%     1 op      2 => A  ↓5  ; 0x105 call $f
                                         ;   ↳ app::twice main.rs:22
           3      1   20.00%     1 spill   3 => A      ; 0x107 drop
                                         ; main.rs:21
           4      1   20.00%     1 op      4 => A  ↑1  ; 0x109 call $g, +branch @0x107
                                         in app::g
                                         end:
                                         ; main.rs:22
           5      1   20.00%     1 op      5 => A      ; 0x141 i32.sub

        left out: app::twice (2)

    "#]]
    .assert_eq(&inlined.to_text(&zkpc));
    let f: Annotation = serde_json::from_str(&annotation.to_json()).unwrap();
    let lines = f.functions[0].lines.iter().flat_map(|line| &line.operators);
    let lines: BTreeMap<u32, _> = lines
        .flat_map(|operator| &operator.zkasm)
        .map(|line| (line.zkpc, (line.labels.join(" "), line.jump)))
        .collect();
    assert_eq!(lines[&1], ("again".to_owned(), None));
    assert_eq!(lines[&2], (String::new(), Some(5)));
    assert_eq!(lines[&4], (String::new(), Some(1)));
}

/// What is cheap is left out, and added up.
#[test]
fn what_is_below_a_percentage_is_left_out() {
    let (map, log) = demo();
    let annotation = annotated(&map, &log, "cycles", "app::main");
    let mut options = Options {
        min_percent: 20.0,
        ..Options::new(110)
    };
    expect![[r#"
        app::main  src/main.rs:3
        7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
        op 3 · call 2 · epilogue 1 · prologue 1

          self cycles  of func   of all   line  source
          offset cycles  WAT │ zkPC cycles times cause    zkASM

                                             3      line 3
             1      1   14.29%    3.03%      4      line 4
             1      4   57.14%   12.12%      5      line 5
             2      3   42.86%    9.09%         ↳ app::twice main.rs:21: line 21
             2      2   28.57%    6.06%         [no source]
        below 20% and left out: 1 source line and 7 operators; 7 cycles, 100.00%

    "#]]
    .assert_eq(&annotation.to_text(&options));
    options.order = Order::Zkpc;
    expect![[r#"
        app::main  src/main.rs:3
        7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
        op 3 · call 2 · epilogue 1 · prologue 1

        zkPC cycles  of func times cause    zkASM

        below 20% and left out: 7 zkASM lines; 7 cycles, 100.00%

    "#]]
    .assert_eq(&annotation.to_text(&options));
}

#[test]
fn a_place_is_shown_with_what_is_inlined_there() {
    let (map, log) = demo();
    let annotation = annotated(&map, &log, "cycles", "app::main");
    let at = |place: &str, order: Order| {
        annotation.to_text(&Options {
            place: Some(Place::parse(place).unwrap()),
            order,
            ..Options::new(110)
        })
    };
    expect![[r#"
        app::main  src/main.rs:3
        7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
        op 3 · call 2 · epilogue 1 · prologue 1

          self cycles  of func   of all   line  source
          offset cycles  WAT         │ zkPC cycles times cause    zkASM

             1      4   57.14%   12.12%      5      line 5
             2      3   42.86%    9.09%         ↳ app::twice main.rs:21: line 21
             1      1   14.29%    3.03%           ↳ core::swap<_> mem.rs:8
                         local.get 0 │
           0x103      1  i64.rotl    │    4      1     1 op       4 => A

    "#]]
    .assert_eq(&at("mem.rs:8", Order::Source));
    expect![[r#"
        app::main  src/main.rs:3
        7 cycles itself, 21.21% of 33; 7 of 7 zkASM lines ran
        op 3 · call 2 · epilogue 1 · prologue 1

        zkPC cycles  of func times cause    zkASM

           …
                                            ; main.rs:4: line 4
           3      1   14.29%     1 op         3 => A  ; 0x101 i32.const 7
                                            ; main.rs:5: line 5
                                            ;   ↳ core::swap<_> mem.rs:8
           4      1   14.29%     1 op         4 => A  ; 0x103 i64.rotl
                                            ;   ↳ app::twice main.rs:21: line 21
           5      1   14.29%     1 call       5 => A  ; 0x105 call $f
           6      1   14.29%     1 op         6 => A  ; 0x107 drop
                                            ; main.rs:5: line 5
           7      1   14.29%     1 call       7 => A  ; 0x109 call $g

    "#]]
    .assert_eq(&at("src/main.rs:4-20", Order::Zkpc));
    for wrong in [
        "",
        "main.rs",
        ":3",
        "main.rs:x",
        "main.rs:3-2",
        "main.rs:3-",
    ] {
        assert_eq!(Place::parse(wrong), None, "{wrong}");
    }
    // A part of a folder's name is no folder.
    assert!(!at("ain.rs:4", Order::Source).contains("i32.const"));
}

/// Rows are as wide as a terminal shows them, where letters may take two columns.
#[test]
fn wide_letters_count_twice() {
    let (map, log) = demo();
    let mut annotation = annotated(&map, &log, "cycles", "app::main");
    for function in &mut annotation.functions {
        for line in &mut function.lines {
            line.text = Some("ワイド".repeat(40));
        }
    }
    let text = annotation.to_text(&Options::new(100));
    assert!(text.contains("ワイド"));
    for row in text.lines() {
        assert!(console_width(row) <= 100, "{row}");
    }
}

/// The columns of a text, of which only these letters take two.
fn console_width(text: &str) -> usize {
    text.chars()
        .map(|c| if "ワイド".contains(c) { 2 } else { 1 })
        .sum()
}

/// The last offset that there can be was added one to.
#[test]
fn a_listing_may_have_any_offset() {
    let (map, log) = demo();
    let wat = format!("{WAT}(;@ffffffffffffffff;) )\n");
    let listing = Listing::wat("demo.listing.wat", &wat).unwrap();
    let texts = Texts {
        wat: Some((&listing, wat.as_str())),
        ..Texts::default()
    };
    let annotation = Annotation::new(&map, &log, "cycles", "app::fib", usize::MAX, texts).unwrap();
    assert_eq!(annotation.functions.len(), 1);
}
