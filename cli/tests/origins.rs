//! Which operator an instruction serves that the optimiser made.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeSet;

use common::{build, root, simulate};
use cranelift_zkasm_profile::inspect::inspect;
use cranelift_zkasm_profile::{Options, compile};
use runtime_hooks::sidetable::Origin;
use runtime_hooks::{Cause, Instrument};
use zkasm_flamegraph::fold::Coverage;

/// The operators that the instructions of one CLIF operation serve, with their offsets and origins.
fn served(text: &str, clif: &str) -> BTreeSet<(String, u32, bool)> {
    let wasm = wat::parse_str(text).unwrap();
    let table = build(&wasm, "f", &["1", "2", "3", "4", "5"], Instrument::Off).side_table;
    let parts = table.contributions.iter().filter(|part| {
        let rule = part.rule.map(|rule| &table.rules[rule as usize]);
        rule.is_some_and(|rule| rule.contains(clif)) && part.cause != Cause::Const
    });
    let served = parts.map(|part| {
        let operator = &table.operators[part.operator.unwrap() as usize];
        let direct = part.origin == Some(Origin::Direct);
        (operator.clone(), part.wasm_offset.unwrap().0, direct)
    });
    served.collect()
}

/// The optimiser regroups `((a op b) op c) op d` into `(a op b) op (c op d)` and does not note that the one is
/// the other. Its instructions were taken for what uses the value: here, the rotation.
#[test]
fn a_regrouped_chain_serves_the_chain_and_not_what_uses_it() {
    for ty in ["i32", "i64"] {
        for (op, clif) in [
            ("add", "(iadd "),
            ("mul", "(imul "),
            ("and", "(band "),
            ("xor", "(bxor "),
        ] {
            let chain = |rest: &str| {
                format!(
                    "(module (func (export \"f\")
                       (param $a {ty}) (param $b {ty}) (param $c {ty}) (param $d {ty}) (param $e {ty})
                       (result {ty})
                       local.get $a local.get $b {ty}.{op} local.get $c {ty}.{op}
                       local.get $d {ty}.{op} {rest}))"
                )
            };
            let found = served(&chain(&format!("local.get $e {ty}.rotl")), clif);
            assert!(found.len() > 1, "{ty}.{op}: {found:?}");
            let operator = format!("{ty}.{op}");
            assert!(
                found.iter().all(|(served, ..)| *served == operator),
                "{found:?}"
            );
            // Its value is that of the last operator, which it serves directly.
            let offsets = found.iter().map(|&(_, offset, _)| offset);
            let last = offsets.max().unwrap();
            assert!(found.contains(&(operator, last, true)), "{found:?}");
        }
    }
}

/// The same with terms that are subtracted.
#[test]
fn a_regrouped_difference_serves_the_difference() {
    let text = "(module (func (export \"f\")
         (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $e i64) (result i64)
         local.get $a local.get $b i64.sub local.get $c i64.sub local.get $d i64.add
         local.get $e i64.rotl))";
    let found = served(text, "(isub ");
    assert!(!found.is_empty());
    for (operator, _, direct) in &found {
        assert!(operator == "i64.sub" || operator == "i64.add", "{operator}");
        assert!(*direct || operator == "i64.add", "{found:?}");
    }
}

/// Sums of other terms are others: each line belongs to its own.
#[test]
fn chains_of_other_terms_are_told_apart() {
    let text = "(module (func (export \"f\")
         (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $e i64) (result i64)
         local.get $a local.get $b i64.add local.get $c i64.add local.get $d i64.add
         local.get $e i64.rotl
         local.get $a local.get $b i64.add local.get $c i64.add local.get $e i64.add
         local.get $d i64.rotl
         i64.xor))";
    let found = served(text, "(iadd ");
    let direct = found.iter().filter(|(_, _, direct)| *direct);
    let offsets: BTreeSet<u32> = direct.map(|&(_, offset, _)| offset).collect();
    let wasm = wat::parse_str(text).unwrap();
    let adds: Vec<u32> = operators(&wasm)
        .into_iter()
        .filter(|(_, operator)| matches!(operator, wasmparser::Operator::I64Add))
        .map(|(offset, _)| offset)
        .collect();
    assert!(offsets.contains(&adds[2]), "{found:?} {adds:?}");
    assert!(offsets.contains(&adds[5]), "{found:?} {adds:?}");
}

/// The offsets of a function's operators.
fn operators(wasm: &[u8]) -> Vec<(u32, wasmparser::Operator<'_>)> {
    let mut found = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() {
            let mut operators = body.get_operators_reader().unwrap();
            while !operators.eof() {
                let (operator, offset) = operators.read_with_offset().unwrap();
                found.push((offset as u32, operator));
            }
        }
    }
    found
}

/// What both arms of an `if` compute in other words, or in the same, is one value to the optimiser. What runs in
/// one arm served the other, which did not run.
#[test]
fn what_runs_serves_no_operator_of_an_arm_that_does_not() {
    let product = |[a, b, c, d]: [&str; 4]| {
        format!(
            "local.get ${a} local.get ${b} i64.mul local.get ${c} i64.mul local.get ${d} i64.mul"
        )
    };
    let (one, other) = (["x", "y", "z", "w"], ["y", "z", "w", "x"]);
    for arms in [[one, other], [other, one], [one, one]] {
        let [then, otherwise] = arms.map(product);
        let text = format!(
            "(module (func (export \"f\")
               (param $c i32) (param $x i64) (param $y i64) (param $z i64) (param $w i64) (result i64)
               local.get $c
               if (result i64) {then} i64.const 3 i64.rotl
               else {otherwise} i64.const 5 i64.rotl
               end))"
        );
        let wasm = wat::parse_str(&text).unwrap();
        let operators = operators(&wasm);
        let at = |wanted: fn(&wasmparser::Operator<'_>) -> bool| {
            let found = operators.iter().find(|(_, operator)| wanted(operator));
            found.unwrap().0
        };
        let begin = at(|operator| matches!(operator, wasmparser::Operator::If { .. }));
        let middle = at(|operator| matches!(operator, wasmparser::Operator::Else));
        let end = operators[operators.len() - 2].0;
        for (condition, dead) in [("0", begin + 1..middle), ("1", middle + 1..end)] {
            let args = [condition, "2", "3", "4", "5"];
            let compiled = build(&wasm, "f", &args, Instrument::Off);
            let table = &compiled.side_table;
            let times = simulate(&compiled).histogram.unwrap();
            for (row, times) in table.rows.iter().zip(times) {
                if times > 0
                    && let Some(offset) = table.payer(row).wasm_offset
                {
                    assert!(!dead.contains(&offset.0), "{offset} in {dead:?}: {text}");
                }
            }
        }
    }
}

/// Squares of squares have more terms than numbers can tell: they were taken for each other.
#[test]
fn products_of_different_squares_are_told_apart() {
    let squares = |x: &str| {
        let square = format!("local.get ${x} local.get ${x} i64.mul local.set ${x}\n").repeat(130);
        format!(
            "{square} local.get ${x} local.get $c i64.mul local.get $d i64.mul local.get $c i64.mul\n"
        )
    };
    let text = format!(
        "(module (func (export \"f\")
           (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $e i64) (result i64)
           {} local.get $e i64.rotl {} i64.sub))",
        squares("a"),
        squares("b"),
    );
    let wasm = wat::parse_str(&text).unwrap();
    let products: Vec<u32> = operators(&wasm)
        .into_iter()
        .filter(|(_, operator)| matches!(operator, wasmparser::Operator::I64Mul))
        .map(|(offset, _)| offset)
        .collect();
    let served = served(&text, "(imul ");
    let offsets: BTreeSet<u32> = served.iter().map(|&(_, offset, _)| offset).collect();
    // The last of either chain is served by something.
    for last in [products[132], products[265]] {
        assert!(offsets.contains(&last), "{last:#x} is served by nothing");
    }
}

/// An aligned access outside of the window costs what finding its place does: it was told as if it were for alignment.
#[test]
fn far_accesses_are_no_matter_of_alignment() {
    for (access, value) in [("i64.load", ""), ("i64.store", "i64.const 1")] {
        let result = if value.is_empty() { "drop" } else { "" };
        let text = format!(
            "(module (memory 64) (func (export \"f\") (param $at i32)
               local.get $at {value} {access} {result}))"
        );
        let wasm = wat::parse_str(&text).unwrap();
        let compiled = build(&wasm, "f", &["4000000"], Instrument::Off);
        let table = &compiled.side_table;
        let times = simulate(&compiled).histogram.unwrap();
        let ran = |wanted: fn(&Cause) -> bool| -> u64 {
            let rows = table.rows.iter().zip(&times);
            rows.filter(|(row, _)| wanted(&table.payer(row).cause))
                .map(|(_, times)| times)
                .sum()
        };
        assert!(ran(|cause| matches!(cause, Cause::Runtime(name) if name.ends_with("_far"))) > 10);
        assert!(ran(|cause| *cause == Cause::Address) > 1, "{access}");
        assert_eq!(ran(|cause| *cause == Cause::Align), 0, "{access}");
    }
}

/// The shares in docs/side-table.md, of programs that are measured: of cycles, and of ROM lines.
#[test]
fn the_shares_in_the_documentation_are_those_of_the_corpus() {
    let page = std::fs::read_to_string(root().join("docs/side-table.md")).unwrap();
    for (program, arg) in [
        ("fibonacci", "100"),
        ("sha256", "1000"),
        ("keccak256", "1000"),
        ("coremark", "2"),
    ] {
        let wasm = std::fs::read(root().join(format!("corpus/{program}/{program}.wasm"))).unwrap();
        let options = Options {
            args: vec![arg.to_owned()],
            instrument: Instrument::Blocks,
            ..Options::default()
        };
        let compiled = compile(&wasm, &options).unwrap();
        let log = simulate(&compiled).log;
        let cycles = Coverage::from_run(&compiled.side_table, &log).unwrap();
        let lines = inspect(&wasm, false).unwrap().rom.lines;
        let with_line = lines.direct_with_line + lines.inherited_with_line;
        let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole as f64;
        let row = format!(
            "| {program}({arg}) | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
            cycles.with_line_percent(),
            cycles.inherited_percent(),
            percent(with_line, lines.all),
            percent(lines.inherited_with_line, with_line)
        );
        assert!(page.contains(&row), "docs/side-table.md lacks {row}");
    }
}
