//! Rules: each where it is a finding, and where it is none.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{Build, Row, Run, demo, op, row};
use expect_test::expect;
use runtime_hooks::log::ExecutionLog;
use runtime_hooks::{Cause, FunctionId, SideTable};
use zkasm::Counter;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::advice::{Advice, LEAST, MOST, RULES};

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
    let lineless = |percent| mixed(&op(0x103), "i64.add", percent);
    vec![
        ("proofs", charged(&cycles(rows)), charged(&cycles(rows - 1))),
        ("fuller", binary(rows / 8 + 9), binary(rows / 8)),
        ("no-lines", lineless(11), lineless(9)),
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
        lines += &found.to_text();
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
        no-lines                 of 11.0 % of the cycles no source line is known, mostly in app::f: compile with debug information
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule  saves  saves%  finding
        hash    110  11.00%  11.0 % of the cycles are a hash in software, mostly in sha2::compress
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule    saves  saves%  finding
        spills    160  16.00%  16.0 % of app::f are spills and reloads
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule   saves  saves%  finding
        wraps    210  21.00%  21.0 % of app::f bring results back into 32 bits, or widen them
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
        calls    210  21.00%  21.0 % of app::f are its entry and exit, in 1 calls
        worth a look: what could be saved at most, and how (docs/advice.md)
        rule      saves  saves%  finding
        dispatch    110  11.00%  11.0 % of app::f choose where to go: br_table and call_indirect
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
              "cycles": 540,
              "percent": 54.0,
              "share": 54.0,
              "saves": 540,
              "saves_percent": 54.0,
              "others": 0
            }
          ]
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
              "cycles": 300,
              "percent": 30.0,
              "share": 30.0,
              "saves": 285,
              "saves_percent": 28.5,
              "others": 0
            }
          ]
        }
    "#]].assert_eq(&operator("i64.store16", 30).to_json());
}

#[test]
fn text_without_findings_is_empty() {
    let (map, log) = demo();
    let advice = advice(&map, &log);
    assert_eq!(advice.findings, []);
    assert_eq!(advice.to_text(), "");
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
    assert_eq!(function("memory", 50).findings, []);
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

/// Names are not looked at for placeholders.
#[test]
fn names_may_have_braces() {
    for name in ["{mostly}", "{share}{value}", "{", "}{", "{place"] {
        let hash = format!("sha2::{name}");
        let advice = function(&hash, 50);
        let text = format!("50.0 % of the cycles are a hash in software, mostly in {hash}");
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
