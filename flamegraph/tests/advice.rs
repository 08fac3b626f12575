//! Rules: each where it is a finding, and where it is none.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{Build, Row, Run, demo, op, row};
use expect_test::expect;
use runtime_hooks::log::ExecutionLog;
use runtime_hooks::{Cause, FunctionId, SideTable};
use zkasm::Counter;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::advice::{Advice, Commands, Extent, LEAST, MOST, RULES};
use zkasm_flamegraph::fold::Coverage;

fn advice(map: &SideTable, log: &ExecutionLog) -> Advice {
    Advice::new(&Profile::from_run(map, log).unwrap())
}

/// A row of a line of the source.
fn plain() -> Row {
    op(0x101).at(0)
}

/// A thousand cycles of `f`, so many percent of them of one row, the others plain.
fn mixed(row: &Row, operator: &str, percent: u32) -> Advice {
    let mut build = Build::new();
    let f = build.declared("app::f", "", "src/f.rs", 1);
    build.line("src/f.rs", 4);
    let special = build.block(f, std::slice::from_ref(row));
    build.map.operators.push(operator.to_owned());
    build.map.contributions[0].operator = Some(0);
    let others = build.block(f, &[plain()]);
    let mut run = Run::new(&build.map).enter(f);
    for index in 0..1000 {
        run = run.block(if index < percent * 10 {
            special
        } else {
            others
        });
    }
    advice(&build.map, &run.leave(f).halt())
}

fn cause(cause: Cause, percent: u32) -> Advice {
    mixed(&plain().cause(cause), "i64.add", percent)
}

fn operator(operator: &str, percent: u32) -> Advice {
    mixed(&plain(), operator, percent)
}

/// The same, where the row is of a function that `f` calls.
fn called(add: impl Fn(&mut Build) -> FunctionId, row: &Row, percent: u32) -> Advice {
    let mut build = Build::new();
    let f = build.declared("app::f", "", "src/f.rs", 1);
    let line = build.line("src/f.rs", 4);
    let callee = add(&mut build);
    let others = build.block(f, &[plain()]);
    let call = build.block(f, &[op(0x109).cause(Cause::Call).at(line)]);
    let special = build.block(callee, std::slice::from_ref(row));
    let mut run = Run::new(&build.map).enter(f);
    for _ in 0..(999 - percent * 10) {
        run = run.block(others);
    }
    run = run.block(call).enter(callee);
    for _ in 0..percent * 10 {
        run = run.block(special);
    }
    advice(&build.map, &run.leave(callee).leave(f).halt())
}

fn routine(name: &str, percent: u32) -> Advice {
    let cause = Cause::Runtime(name.to_owned());
    let name = format!("[runtime:{name}]");
    called(|build| build.runtime(&name), &row(cause), percent)
}

fn function(name: &str, percent: u32) -> Advice {
    called(|build| build.function(name), &plain(), percent)
}

/// A run of which so much more is counted than its steps.
fn charged(counters: &[(Counter, u64)]) -> Advice {
    let mut build = Build::new();
    let f = build.function("f");
    build.line("src/f.rs", 4);
    let block = build.block(f, &[plain()]);
    let mut run = Run::new(&build.map).enter(f).block(block);
    for &(counter, value) in counters {
        run = run.charge(counter, value);
    }
    advice(&build.map, &run.leave(f).halt())
}

/// For each rule, advice that names it, and advice that does not, though by little.
fn cases() -> Vec<(&'static str, Advice, Advice)> {
    let rows = zkasm::limits::ROWS;
    let cycles = |value| [(Counter::Cycles, value)];
    let binary = |value| charged(&[(Counter::Cycles, rows / 2), (Counter::Binary, value)]);
    let align = |percent| mixed(&plain().cause(Cause::Align), "i64.load", percent);
    let without_lines = |percent| called(|build| build.function("g"), &op(0x103), percent);
    vec![
        ("proofs", charged(&cycles(rows)), charged(&cycles(rows - 1))),
        ("fuller", binary(rows / 8 + 9), binary(rows / 8)),
        ("no-lines", without_lines(11), without_lines(9)),
        (
            "hash",
            function("sha2::compress", 11),
            function("sha2::compress", 9),
        ),
        ("spills", cause(Cause::Reload, 16), cause(Cause::Reload, 14)),
        ("wraps", cause(Cause::Wrap, 21), cause(Cause::Wrap, 19)),
        (
            "narrow",
            operator("i32.load8_u", 21),
            operator("i32.load8_u", 19),
        ),
        ("alignment", align(31), align(29)),
        (
            "unaligned",
            routine("load64_unaligned", 4),
            routine("load64_unaligned", 2),
        ),
        (
            "copies",
            routine("memory_copy", 4),
            routine("memory_copy", 2),
        ),
        ("memcpy", function("memcpy", 4), function("memcpy", 2)),
        (
            "far-memory",
            routine("store8_far", 4),
            routine("store8_far", 2),
        ),
        ("bit-counting", routine("popcnt", 4), routine("popcnt", 2)),
        (
            "calls",
            cause(Cause::Epilogue, 21),
            cause(Cause::Epilogue, 19),
        ),
        (
            "dispatch",
            operator("br_table", 11),
            operator("br_table", 9),
        ),
    ]
}

#[test]
fn each_rule_finds_what_it_says_and_no_less() {
    let cases = cases();
    let names: Vec<&str> = cases.iter().map(|(name, _, _)| *name).collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names, rules, "every rule has a case");
    for (name, found, none) in cases {
        let has = |advice: &Advice| advice.findings.iter().any(|finding| finding.rule == name);
        assert!(has(&found), "{name} is not in {found:?}");
        assert!(!has(&none), "{name} is in {none:?}");
    }
}

#[test]
fn findings_have_evidence_and_an_estimate() {
    let mut lines = String::new();
    for (_, found, _) in cases() {
        lines += &found.to_text(None);
    }
    expect![[r#"
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        proofs                 the run fits no single proof: its cycles take 2, and 1 fewer would take one less
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        fuller                 binary fills more of a proof than the cycles do: it decides how many proofs are needed
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule      saves  saves%  finding
        no-lines                 11.0 % of the cycles are in functions without source lines, mostly in g: compile them with debug information
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule  saves  saves%  finding
        hash                 11.0 % of the cycles are hashes in software, mostly in sha2::compress
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        spills    160  16.00%  16.0 % of app::f (src/f.rs:1) are spills and reloads; 100 % of that at line 4
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule   saves  saves%  finding
        wraps    210  21.00%  21.0 % of app::f (src/f.rs:1) bring results back into 32 bits, or widen them; 100 % of that at line 4
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        narrow    199  19.90%  21.0 % of the line src/f.rs:4 (app::f) are loads and stores of bytes and of 16 bits
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule       saves  saves%  finding
        alignment    310  31.00%  31.0 % of the line src/f.rs:4 (app::f) put words together, or keep the rest of one, for accesses that are not of a whole word
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule       saves  saves%  finding
        unaligned     40   4.00%  4.0 % of the cycles are accesses across words, mostly for app::f (src/f.rs:4)
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        copies     40   4.00%  4.0 % of the cycles copy and fill memory, mostly for app::f (src/f.rs:4)
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        memcpy     40   4.00%  4.0 % of the cycles copy, fill or compare memory in functions of the program, mostly memcpy
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule        saves  saves%  finding
        far-memory     40   4.00%  4.0 % of the cycles reach memory outside of the fast 1 MiB, mostly for app::f (src/f.rs:4)
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule          saves  saves%  finding
        bit-counting     40   4.00%  4.0 % of the cycles count bits, mostly for app::f (src/f.rs:4)
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule   saves  saves%  finding
        calls    210  21.00%  21.0 % of app::f (src/f.rs:1) are its entry and exit, in 1 calls; 100 % of that at line 4
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule      saves  saves%  finding
        dispatch    110  11.00%  11.0 % of app::f (src/f.rs:1) choose where to go: br_table and call_indirect; 100 % of that at line 4
    "#]].assert_eq(&lines);
    expect![[r#"
        {
          "format": "zkasm-profile/advice",
          "version": 1,
          "cycles": 1000,
          "findings": [
            {
              "rule": "far-memory",
              "text": "54.0 % of the cycles reach memory outside of the fast 1 MiB, mostly for app::f (src/f.rs:4)",
              "mostly": "app::f",
              "mostly_file": "src/f.rs",
              "mostly_line": 4,
              "compiled": "app::f",
              "cycles": 540,
              "percent": 54.0,
              "share": 54.0,
              "saves": 540,
              "saves_percent": 54.0,
              "others": 0
            }
          ],
          "omitted": 0
        }
    "#]].assert_eq(&routine("load64_far", 54).to_json());
    expect![[r#"
        {
          "format": "zkasm-profile/advice",
          "version": 1,
          "cycles": 1000,
          "findings": [
            {
              "rule": "narrow",
              "text": "30.0 % of the line src/f.rs:4 (app::f) are loads and stores of bytes and of 16 bits",
              "function": "app::f",
              "file": "src/f.rs",
              "line": 4,
              "compiled": "app::f",
              "cycles": 300,
              "percent": 30.0,
              "share": 30.0,
              "saves": 285,
              "saves_percent": 28.5,
              "others": 0
            }
          ],
          "omitted": 0
        }
    "#]].assert_eq(&operator("i64.store16", 30).to_json());
}

#[test]
fn text_without_findings_is_empty() {
    let (map, log) = demo();
    let advice = advice(&map, &log);
    assert_eq!(advice.findings, []);
    assert_eq!(advice.to_text(None), "");
    let json = advice.to_json();
    assert_eq!(serde_json::from_str::<Advice>(&json).unwrap(), advice);
}

/// The startup and the runtime are the compiler's; what they are made of is no advice.
#[test]
fn only_the_program_is_looked_at() {
    let spill = row(Cause::Spill);
    let advice = called(|build| build.runtime("[runtime:f]"), &spill, 90);
    assert_eq!(advice.findings, []);
}

/// A hash that is not among the ten functions that cost most themselves is none to look at, whatever it
/// calls.
#[test]
fn a_hash_must_be_among_the_costliest() {
    let is_found = |others: u32| {
        let mut build = Build::new();
        build.line("src/f.rs", 4);
        let hash = build.function("app::keccakf");
        let own = build.block(hash, &[plain()]);
        let round = build.function("app::round");
        let most = build.block(round, &[plain()]);
        let others = (0..others).map(|index| {
            let function = build.function(&format!("g{index}"));
            (function, build.block(function, &[plain(), plain()]))
        });
        let others: Vec<_> = others.collect();
        let mut run = Run::new(&build.map).enter(hash).block(own).enter(round);
        for _ in 0..1000 {
            run = run.block(most);
        }
        run = run.leave(round).leave(hash);
        for (function, block) in others {
            run = run.enter(function).block(block).leave(function);
        }
        let advice = advice(&build.map, &run.halt());
        advice.findings.iter().any(|finding| finding.rule == "hash")
    };
    assert!(is_found(8));
    assert!(!is_found(9));
}

/// Functions are told by whole segments of their names, and by the crates that their files are of.
#[test]
fn hashes_are_told_by_whole_names() {
    let is_hash = |entry: (&str, &str), name: &str, file: &str| {
        let mut build = Build::new();
        let f = build.declared(entry.0, "", entry.1, 1);
        let line = build.line("src/f.rs", 4);
        let callee = match file {
            "" => build.function(name),
            file => build.declared(name, "", file, 7),
        };
        let call = build.block(f, &[op(0x109).cause(Cause::Call).at(line)]);
        let own = build.block(callee, &[plain()]);
        let mut run = Run::new(&build.map).enter(f).block(call).enter(callee);
        for _ in 0..1000 {
            run = run.block(own);
        }
        let advice = advice(&build.map, &run.leave(callee).leave(f).halt());
        let rules = advice.findings.iter().map(|finding| &finding.rule);
        let rules: Vec<&String> = rules.collect();
        rules.contains(&&"hash".to_owned())
    };
    let app = ("app::run", "app/src/lib.rs");
    for (name, file) in [
        ("sha2::compress", ""),
        ("<sha2::Sha256 as digest::Update>::update", ""),
        ("<&mut tiny_keccak::Keccak>::absorb::{closure#0}", ""),
        ("sha256_transform", "main.c"),
        ("SHA256_Transform", "main.c"),
        ("app::hash::keccakf", ""),
        (
            "crypto.sha2.Sha2x32(.{ .rounds = 64 }).round",
            "/zig/lib/std/crypto/sha2.zig",
        ),
        // The folder tells the crate of what has another name.
        ("<T as Foo>::f", "/crates.io/md-5-0.10.6/src/lib.rs"),
        (
            "<[u8; 32] as Into<T>>::into",
            "/crates.io/blake3-1.5.0/src/lib.rs",
        ),
    ] {
        assert!(is_hash(app, name, file), "{name} {file}");
    }
    for (name, file) in [
        ("main_sha256_client", ""),
        ("sha256::Message::next_word", "app/src/lib.rs"),
        ("app::sha2::f", ""),
        ("sha2", ""),
        ("sha2x::compress", ""),
        ("app::f::<sha2::Sha256>", ""),
        // The folder is better evidence than the name.
        ("sha2::compress", "/crates.io/other-0.1.0/src/lib.rs"),
    ] {
        assert!(!is_hash(app, name, file), "{name} {file}");
    }
    // The guest's own crate is none, whatever it is called, but what it hashes with is.
    let own = ("sha2::run", "guest/sha2/src/lib.rs");
    assert!(!is_hash(own, "sha2::sum", "guest/sha2/src/sum.rs"));
    assert!(!is_hash(("sha2::run", "x.rs"), "sha2::sum", ""));
    assert!(!is_hash(
        ("exported", "guest/sha2/src/lib.rs"),
        "sha2::sum",
        "guest/sha2/src/sum.rs"
    ));
    assert!(is_hash(
        own,
        "sha2::sum",
        "/crates.io/sha2-0.10.8/src/lib.rs"
    ));
    assert!(is_hash(own, "sha2::sum", "vendor/sha2/src/lib.rs"));
    assert!(is_hash(own, "sha2::compress256", "guest/sha2/src/sum.rs"));
}

/// What a hash calls counts, from its outermost function on; and that is no saving.
#[test]
fn a_hash_counts_from_its_outermost_function_on() {
    let mut build = Build::new();
    let line = build.line("app/src/lib.rs", 4);
    let f = build.declared("app::run", "", "app/src/lib.rs", 1);
    let update = build.declared("sha2::update", "", "/crates.io/sha2-0.11.1/src/lib.rs", 5);
    let round = build.declared("core::rotate", "", "/rustc/1/core.rs", 9);
    let call = |build: &mut Build, of| build.block(of, &[op(0x109).cause(Cause::Call).at(line)]);
    let (first, second) = (call(&mut build, f), call(&mut build, update));
    let own = build.block(f, &[plain()]);
    let rounds = build.block(round, &[plain()]);
    let mut run = Run::new(&build.map).enter(f);
    for _ in 0..498 {
        run = run.block(own);
    }
    run = run.block(first).enter(update).block(second).enter(round);
    for _ in 0..500 {
        run = run.block(rounds);
    }
    let advice = advice(&build.map, &run.leave(round).leave(update).leave(f).halt());
    let [finding] = &advice.findings[..] else {
        panic!("{advice:?}");
    };
    expect!["50.1 % of the cycles are hashes in software, mostly in sha2::update (/crates.io/sha2-0.11.1/src/lib.rs:5)"]
        .assert_eq(&finding.text);
    assert_eq!((finding.cycles, finding.saves), (501, None));
    assert_eq!(finding.compiled.as_deref(), Some("sha2::update"));
}

/// The finding with the largest estimate comes first, of each rule the largest, and no more than a few.
#[test]
fn the_few_that_could_save_most() {
    let mut build = Build::new();
    build.line("src/f.rs", 4);
    let causes = [Cause::Spill, Cause::Wrap, Cause::Prologue];
    let mut blocks = Vec::new();
    for index in 0..4u32 {
        let function = build.function(&format!("f{index}"));
        let rows = causes.iter().map(|cause| plain().cause(cause.clone()));
        let rows: Vec<Row> = rows.chain([op(0x105)]).collect();
        let block = build.block(function, &rows);
        blocks.push((function, block, 100 + 10 * index));
    }
    let lineless = build.function("lineless");
    blocks.push((lineless, build.block(lineless, &[op(0x107)]), 400));
    for routine in ["memory_copy", "popcnt", "load16_unaligned"] {
        let function = build.runtime(&format!("[runtime:{routine}]"));
        let block = build.block(function, &[row(Cause::Runtime(routine.to_owned()))]);
        blocks.push((function, block, 100));
    }
    let mut run = Run::new(&build.map);
    for (function, block, times) in blocks {
        run = run.enter(function);
        for _ in 0..times {
            run = run.block(block);
        }
        run = run.leave(function);
    }
    let advice = advice(&build.map, &run.halt());
    let findings = advice.findings.iter().map(|finding| {
        let function = finding.function.as_deref().unwrap_or_default();
        (
            finding.rule.as_str(),
            function,
            finding.saves,
            finding.others,
        )
    });
    let findings: Vec<_> = findings.collect();
    assert_eq!(findings.len(), MOST);
    assert_eq!(
        &findings[1..4],
        [
            ("spills", "f3", Some(130), 3),
            ("wraps", "f3", Some(130), 3),
            ("calls", "f3", Some(130), 3),
        ]
    );
    assert_eq!(findings[0], ("no-lines", "", None, 0));
    let saves = |saves: Option<u64>, cycles| saves.unwrap_or(cycles);
    let order = advice.findings.iter();
    let order: Vec<u64> = order.map(|f| saves(f.saves, f.cycles)).collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    assert!(
        advice
            .findings
            .iter()
            .all(|finding| finding.percent >= LEAST)
    );
}

fn texts(advice: &Advice) -> Vec<&str> {
    let findings = advice.findings.iter();
    findings.map(|finding| finding.text.as_str()).collect()
}

/// Where several state machines need as many proofs, less of one is not enough; and which is fuller says
/// nothing then.
#[test]
fn all_machines_that_need_most_proofs_are_named() {
    let of = |counters: &[(Counter, u64)]| {
        let advice = charged(counters);
        let rules = advice.findings.iter().filter(|finding| {
            let rule = finding.rule.as_str();
            rule == "proofs" || rule == "fuller"
        });
        let texts: Vec<String> = rules.map(|finding| finding.text.clone()).collect();
        texts.join("\n")
    };
    // A step of its own comes on top.
    let cycles = (Counter::Cycles, 9_600_011);
    expect!["the run fits no single proof: its cycles and binary take 2 each; for one less all must get below, by 1,211,404 cycles and 1,502,848 binary"]
        .assert_eq(&of(&[cycles, (Counter::Binary, 3_600_000)]));
    expect!["the run fits no single proof: its cycles, binary and arith take 2 each; for one less all must get below, by 1,211,404 cycles, 1,502,848 binary and 1 arith"]
        .assert_eq(&of(&[
            cycles,
            (Counter::Binary, 3_600_000),
            (Counter::Arith, Counter::Arith.capacity() + 1),
        ]));
    // Neither a machine that fits one proof more, nor one that is full, holds the others back.
    expect!["the run fits no single proof: its binary take 3, and 7 fewer would take one less"]
        .assert_eq(&of(&[
            cycles,
            (Counter::Binary, 2 * Counter::Binary.capacity() + 7),
        ]));
    expect![
        "the run fits no single proof: its cycles take 2, and 1,211,404 fewer would take one less"
    ]
    .assert_eq(&of(&[
        cycles,
        (Counter::Binary, Counter::Binary.capacity()),
    ]));
}

/// All of a routine is counted as what could be saved: what its callers do for it comes on top.
#[test]
fn routines_could_be_saved_whole() {
    for name in [
        "load64_far",
        "store8_far",
        "load32_unaligned",
        "memory_fill",
    ] {
        let advice = routine(name, 50);
        let finding = &advice.findings[0];
        assert_eq!((finding.cycles, finding.saves), (500, Some(500)), "{name}");
    }
}

#[test]
fn the_program_s_own_copies_and_comparisons_are_found_by_name() {
    for name in ["memcpy", "memmove", "memset", "memcmp", "bcmp"] {
        let advice = function(name, 50);
        assert_eq!(advice.findings[0].rule, "memcpy", "{name}");
    }
    for name in ["compiler_builtins::mem::impls::copy", "compiler_rt.memset"] {
        let advice = function(name, 50);
        assert_eq!(advice.findings[0].rule, "memcpy", "{name}");
    }
    for name in [
        "memory",
        "memcpy_of_config",
        "my_memcpy",
        "app::memcpy::sum",
    ] {
        assert_eq!(function(name, 50).findings, [], "{name}");
    }
}

/// The check of an aligned access is a fifth or a quarter of it, and no reason to align anything.
#[test]
fn the_check_of_an_aligned_access_is_none() {
    let line = |aligns: u32| {
        let mut build = Build::new();
        let f = build.function("f");
        let line = build.line("src/f.rs", 4);
        let row = |index: u32| {
            op(0x101).at(line).cause(if index < aligns {
                Cause::Align
            } else {
                Cause::Address
            })
        };
        let rows: Vec<Row> = (0..4).map(row).collect();
        let block = build.block(f, &rows);
        build.map.operators.push("i64.store".to_owned());
        for contribution in &mut build.map.contributions {
            contribution.operator = Some(0);
        }
        let mut run = Run::new(&build.map).enter(f);
        for _ in 0..1000 {
            run = run.block(block);
        }
        advice(&build.map, &run.leave(f).halt())
    };
    assert_eq!(line(1).findings, []);
    assert_eq!(line(2).findings[0].rule, "alignment");
}

/// A run that reports only calls has no instructions, so it says nothing of whether there are lines.
#[test]
fn calls_alone_do_not_ask_for_debug_information() {
    let mut build = Build::new();
    let f = build.declared("app::f", "", "src/f.rs", 1);
    build.line("src/f.rs", 4);
    let lineless = build.block(f, &[op(0x103)]);
    let run = Run::new(&build.map).enter(f);
    let calls = run.charge(Counter::Cycles, 5000).leave(f).halt();
    assert_eq!(calls.instrument, runtime_hooks::Instrument::Calls);
    assert_eq!(advice(&build.map, &calls).findings, []);
    let mut run = Run::new(&build.map).enter(f);
    for _ in 0..5000 {
        run = run.block(lineless);
    }
    let advice = advice(&build.map, &run.leave(f).halt());
    assert_eq!(advice.findings[0].rule, "no-lines");
}

/// Without a source line, the function is the place.
#[test]
fn a_place_without_a_line_is_its_function() {
    let bytes = |lineless: u32, others: u32| {
        let mut build = Build::new();
        let f = build.function("fill");
        let line = build.line("src/f.rs", 4);
        let byte = build.block(f, &[op(0x101)]);
        build.map.operators.push("i32.store8".to_owned());
        build.map.contributions[0].operator = Some(0);
        let rest = build.block(f, &[op(0x103)]);
        let lined = build.block(f, &[op(0x105).at(line)]);
        let mut run = Run::new(&build.map).enter(f);
        for (block, times) in [(byte, lineless), (rest, 300), (lined, others)] {
            for _ in 0..times {
                run = run.block(block);
            }
        }
        let advice = advice(&build.map, &run.leave(f).halt());
        let narrow = |text: &&str| text.contains("bytes");
        let text = texts(&advice).into_iter().find(narrow);
        text.unwrap().to_owned()
    };
    expect![
        "70.0 % of fill, whose lines are not known, are loads and stores of bytes and of 16 bits"
    ]
    .assert_eq(&bytes(700, 0));
    expect!["70.0 % of what has no line in fill are loads and stores of bytes and of 16 bits"]
        .assert_eq(&bytes(700, 500));
}

/// Debug information is missing where a function has no line at all: what has none in a function that has
/// lines is its entry, or code that compilers give no line. The same is what [`Coverage`] counts.
#[test]
fn only_functions_without_any_line_lack_debug_information() {
    let coverage = |map: &SideTable, log: &ExecutionLog| Coverage::from_run(map, log).unwrap();
    let mut build = Build::new();
    let f = build.declared("f", "", "src/f.rs", 1);
    let line = build.line("src/f.rs", 4);
    let zero = build.line("src/f.rs", 0);
    let inlined = build.inlined("g", "", "src/g.rs", 1);
    let nowhere = build.inlined_line(inlined, "src/g.rs", 0, line);
    let h = build.function("h");
    let rows = [
        op(0x103).cause(Cause::Prologue),
        op(0x104).at(zero),
        op(0x105).at(nowhere),
        op(0x106).at(line),
    ];
    let in_f = build.block(f, &rows);
    let in_h = build.block(h, &[op(0x107)]);
    // Of this one, nothing but the entry runs.
    let declared = build.declared("i", "", "src/f.rs", 9);
    let in_i = build.block(declared, &[op(0x108)]);
    let of = |hs: u32| {
        let mut run = Run::new(&build.map).enter(f);
        for _ in 0..250 {
            run = run.block(in_f);
        }
        run = run.leave(f);
        if hs > 0 {
            run = run.enter(declared).block(in_i).leave(declared);
        }
        run = run.enter(h);
        for _ in 0..hs {
            run = run.block(in_h);
        }
        run.leave(h).halt()
    };
    let log = of(0);
    let lacks = |log| {
        let findings = advice(&build.map, log).findings;
        findings
            .into_iter()
            .find(|finding| finding.rule == "no-lines")
    };
    assert_eq!(lacks(&log), None);
    expect![[r#"
        source lines known for 50.0 % of the program's 1,000 cycles, 50.0 % of those only that of an inlining caller, 0.0 % of those inherited from the operator that uses the result
        no line: 50.0 % are entries of functions and code of no line
    "#]]
    .assert_eq(&coverage(&build.map, &log).to_text());
    let log = of(1000);
    let coverage = coverage(&build.map, &log);
    let lacking = lacks(&log).unwrap().cycles;
    assert_eq!(lacking, coverage.without_debug_information);
    expect![[r#"
        source lines known for 25.0 % of the program's 2,001 cycles, 50.0 % of those only that of an inlining caller, 0.0 % of those inherited from the operator that uses the result
        no line: 25.0 % are entries of functions and code of no line, 50.0 % are functions without debug information
    "#]]
    .assert_eq(&coverage.to_text());
    // Where nothing has a line, declarations are of no use.
    let mut run = Run::new(&build.map).enter(declared);
    for _ in 0..1000 {
        run = run.block(in_i);
    }
    let log = run.leave(declared).halt();
    assert_eq!(lacks(&log).unwrap().cycles, 1000);
    let coverage = Coverage::from_run(&build.map, &log).unwrap();
    assert_eq!(coverage.without_debug_information, 1000);
}

/// What could not be tried is told, with the reason.
#[test]
fn rules_that_were_not_tried_are_named() {
    let mut build = Build::new();
    let f = build.function("f");
    let routine = build.runtime("[runtime:memory_copy]");
    build.line("src/f.rs", 4);
    let lineless = build.block(f, &[op(0x103)]);
    let run = Run::new(&build.map).enter(f).enter(routine);
    let run = run.charge(Counter::Cycles, 5000).leave(routine).leave(f);
    let calls = advice(&build.map, &run.halt());
    expect![[r#"
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        copies  5,000 100.00%  100.0 % of the cycles copy and fill memory, mostly for f
        not tried, since cycles were counted by function, not by instruction: no-lines, spills, wraps, narrow, alignment, calls, dispatch
    "#]]
    .assert_eq(&calls.to_text(None));
    let run = Run::new(&build.map).enter(f).block(lineless).leave(f);
    let short = advice(&build.map, &run.halt());
    assert_eq!(
        (&short.findings[..], short.untried[0].rules.len()),
        (&[][..], RULES.len())
    );
    expect!["no rule was tried: the run has fewer than 1,000 cycles\n"]
        .assert_eq(&short.untried_text().to_string());
    let written = build.block(f, &[row(Cause::Written)]);
    let mut run = Run::new(&build.map).enter(f);
    for _ in 0..1000 {
        run = run.block(written);
    }
    let written = advice(&build.map, &run.leave(f).halt());
    expect!["not tried, since the program was not compiled: no-lines, spills, wraps, narrow, alignment, unaligned, copies, far-memory, bit-counting, calls, dispatch\n"]
        .assert_eq(&written.untried_text().to_string());
}

/// A function that is also inlined has two shares: that of its own code is meant.
#[test]
fn a_function_that_is_inlined_too_is_told_as_compiled() {
    let text = |is_inlined: bool| {
        let mut build = Build::new();
        let f = build.declared("f", "", "src/f.rs", 3);
        let g = build.declared("g", "", "src/g.rs", 1);
        let line = build.line("src/f.rs", 4);
        let other = build.line("src/f.rs", 5);
        let f_inlined = build.inlined("f", "", "src/f.rs", 3);
        let in_g = build.line("src/g.rs", 9);
        let at = match is_inlined {
            true => build.inlined_line(f_inlined, "src/f.rs", 4, in_g),
            false => in_g,
        };
        let spill = |at| op(0x101).at(at).cause(Cause::Spill);
        let block = build.block(f, &[spill(line), spill(line), spill(other), spill(in_g)]);
        let elsewhere = build.block(g, &[op(0x105).at(at)]);
        let mut run = Run::new(&build.map).enter(g).block(elsewhere).enter(f);
        for _ in 0..1000 {
            run = run.block(block);
        }
        let advice = advice(&build.map, &run.leave(f).leave(g).halt());
        let finding = &advice.findings[0];
        assert_eq!(finding.hottest_line, Some(4));
        assert_eq!(finding.compiled.as_deref(), Some("f"));
        finding.text.clone()
    };
    expect!["100.0 % of f (src/f.rs:3) are spills and reloads; 50 % of that at line 4"]
        .assert_eq(&text(false));
    expect!["100.0 % of f (src/f.rs:3) as compiled, not where it is inlined, are spills and reloads; 50 % of that at line 4"]
        .assert_eq(&text(true));
}

/// Every place of every rule can be had, and fewer or more than the usual number.
#[test]
fn all_findings_can_be_had() {
    let mut build = Build::new();
    build.line("src/f.rs", 4);
    let causes = [Cause::Spill, Cause::Wrap, Cause::Prologue];
    let mut run = Vec::new();
    for index in 0..4u32 {
        let function = build.function(&format!("f{index}"));
        let rows = causes.iter().map(|cause| plain().cause(cause.clone()));
        let rows: Vec<Row> = rows.collect();
        run.push((function, build.block(function, &rows), 100 + index));
    }
    let hash = build.function("keccakf");
    run.push((hash, build.block(hash, &[plain()]), 500));
    let mut log = Run::new(&build.map);
    for (function, block, times) in run {
        log = log.enter(function);
        for _ in 0..times {
            log = log.block(block);
        }
        log = log.leave(function);
    }
    let log = log.halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let names = |extent| {
        let advice = Advice::of(&profile, extent);
        let names = advice.findings.iter().map(|finding| {
            let function = finding.function.as_deref().unwrap_or_default();
            format!("{} {function} {}", finding.rule, finding.others)
        });
        (names.collect::<Vec<String>>(), advice.omitted)
    };
    let (all, omitted) = names(Extent::All);
    assert_eq!((all.len(), omitted), (13, 0), "{all:?}");
    assert_eq!(all[..3], ["spills f3 0", "wraps f3 0", "calls f3 0"]);
    assert_eq!(all[12], "hash  0");
    // What estimates nothing stays.
    let usual = ["spills f3 3", "wraps f3 3", "calls f3 3", "hash  0"].map(String::from);
    assert_eq!(names(Extent::First(9)), (usual.to_vec(), 9));
    let [first, second, _, last] = usual;
    assert_eq!(
        names(Extent::First(3)),
        (vec![first, second, last.clone()], 10)
    );
    assert_eq!(names(Extent::First(1)), (vec![last], 12));
    let text = |extent| {
        let function = |name: &str| format!("show {name}");
        Advice::of(&profile, extent).to_text(Some(Commands {
            function: &function,
            all: "show all",
        }))
    };
    expect![[r#"
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        spills    103   6.00%  33.3 % of f3 are spills and reloads; 100 % of that at src/f.rs:4; and 3 more like it
                               show f3
        hash                   29.1 % of the cycles are hashes in software, mostly in keccakf
                               show keccakf
        11 more: show all
    "#]].assert_eq(&text(Extent::First(2)));
}

/// Names are not looked at for placeholders.
#[test]
fn names_may_have_braces() {
    for name in ["{mostly}", "{share}{value}", "{", "}{", "{place"] {
        let hash = format!("sha2::{name}");
        let advice = function(&hash, 50);
        let text = format!("50.0 % of the cycles are hashes in software, mostly in {hash}");
        assert_eq!(texts(&advice), [text.as_str()]);
    }
    let mut build = Build::new();
    let f = build.function("{calls}{share}{mostly}");
    let line = build.line("src/{value}.rs", 4);
    let block = build.block(f, &[op(0x101).at(line)]);
    build.map.operators.push("i32.load8_u".to_owned());
    build.map.contributions[0].operator = Some(0);
    let mut run = Run::new(&build.map).enter(f);
    for _ in 0..1000 {
        run = run.block(block);
    }
    let advice = advice(&build.map, &run.leave(f).halt());
    assert_eq!(
        texts(&advice),
        [
            "100.0 % of the line src/{value}.rs:4 ({calls}{share}{mostly}) are loads and stores of bytes and of 16 bits"
        ]
    );
}
