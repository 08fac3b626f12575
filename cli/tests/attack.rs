//! Every operator against a prover who is not honest.
//!
//! A program runs again and again, with other values in place of the executor's free inputs, one or
//! two at a time; what the executor computes later follows from them. A constraint must refuse the
//! run, or it must end as the honest one does. What only the executor refuses counts as let through.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;
#[path = "attack/prover.rs"]
mod prover;

use common::build;
use prover::{Attacked, attack};
use runtime_hooks::Instrument;

/// Attacks a call of an export.
fn sound(wasm: &[u8], export: &str, args: &[&str]) -> Attacked {
    let compiled = build(wasm, export, args, Instrument::Off);
    let numbers: Vec<u64> = args
        .iter()
        .map(|arg| arg.parse::<i64>().unwrap() as u64)
        .collect();
    let attacked = attack(&compiled.program.to_string(), &numbers);
    assert!(
        attacked.let_through.is_empty(),
        "{export}({}): {:#?}\n{}",
        args.join(", "),
        &attacked.let_through[..attacked.let_through.len().min(5)],
        compiled.program
    );
    attacked
}

/// The test of the test: a value that nothing pins is found, and so is what only the executor refuses.
#[test]
fn what_is_not_pinned_is_found() {
    let program = |body: &str| {
        let text = format!(
            "; results: i64\nVAR GLOBAL result_0\nVAR GLOBAL trap\n{body}  A :MSTORE(result_0)\n\
             finalizeExecution:\n  :JMP(finalizeExecution)\n"
        );
        attack(&text, &[])
    };
    assert!(!program("  ${7} => A\n").let_through.is_empty());
    // The index of a word, which only the executor keeps in its region.
    let index = "  ${5} => E\n  $ => A :MLOAD(MEM:E)\n";
    assert!(!program(index).let_through.is_empty());
    let pinned = program("  6 => A\n  7 => B\n  ${A * B} => A :ARITH\n");
    assert!(pinned.let_through.is_empty() && pinned.runs > 0);
    assert_eq!(pinned.refused, pinned.runs);
}

/// Without the test of its carry, no division is sound.
#[test]
fn divisions_need_the_check_that_bounds_the_remainder() {
    for operator in ["div_u", "rem_u", "div_s", "rem_s"] {
        for divisor in ["(local.get 1)", "(i64.const 7)"] {
            let wat = format!(
                "(module (func (export \"f\") (param i64 i64) (result i64)
                   (i64.{operator} (local.get 0) {divisor})))"
            );
            let args = ["1000", "7"];
            let compiled = build(&wat::parse_str(wat).unwrap(), "f", &args, Instrument::Off);
            let unchecked: String = compiled
                .program
                .to_string()
                .lines()
                .map(|line| match line.split_once(":ADD, JMP") {
                    Some((sum, _)) => format!("{sum}:ADD\n"),
                    None => format!("{line}\n"),
                })
                .collect();
            assert!(unchecked.contains(":ADD\n"), "{unchecked}");
            let attacked = attack(&unchecked, &[1000, 7]);
            assert!(!attacked.let_through.is_empty(), "{operator}:\n{unchecked}");
        }
    }
}

const PAIRS_32: [(&str, &str); 9] = [
    ("100", "7"),
    ("7", "100"),
    ("7", "7"),
    ("0", "1"),
    ("-1", "1"),
    ("-1", "-1"),
    ("-2147483648", "-1"),
    ("5", "0"),
    ("-100", "33"),
];
const PAIRS_64: [(&str, &str); 13] = [
    ("100", "7"),
    ("7", "100"),
    ("7", "7"),
    ("0", "1"),
    ("-1", "1"),
    ("-1", "-1"),
    ("-9223372036854775808", "-1"),
    ("5", "0"),
    ("-100", "33"),
    ("-3", "4294967296"),
    ("-3", "4294967297"),
    ("-3", "-9223372036854775808"),
    ("1311768467463790320", "12884901888"),
];

/// Attacks binary operators at pairs of operands; so many runs must be refused by a constraint.
fn binary_sound(operators: &[&str]) {
    for (ty, pairs) in [("i32", PAIRS_32.as_slice()), ("i64", &PAIRS_64)] {
        for operator in operators {
            let wat = format!(
                "(module (func (export \"{ty}.{operator}\") (param {ty} {ty}) (result {ty})
                   ({ty}.{operator} (local.get 0) (local.get 1))))"
            );
            let mut refused = 0;
            let wasm = wat::parse_str(wat).unwrap();
            for (x, y) in pairs {
                refused += sound(&wasm, &format!("{ty}.{operator}"), &[x, y]).refused;
            }
            assert!(refused > 0, "{ty}.{operator} has free inputs");
        }
    }
}

#[test]
fn unsigned_divisions() {
    binary_sound(&["div_u", "rem_u"]);
}

#[test]
fn signed_divisions() {
    binary_sound(&["div_s", "rem_s"]);
}

#[test]
fn shifts_rotations_and_products() {
    binary_sound(&["mul", "shl", "shr_u", "shr_s", "rotl", "rotr"]);
}

/// With a constant, other rules apply.
#[test]
fn operators_with_a_constant() {
    for (ty, constants) in [
        (
            "i32",
            ["1", "7", "31", "65536", "-1", "-2147483648"].as_slice(),
        ),
        (
            "i64",
            &["1", "7", "63", "4294967296", "-1", "-9223372036854775808"],
        ),
    ] {
        for operator in [
            "div_u", "rem_u", "div_s", "rem_s", "mul", "shl", "shr_u", "shr_s", "rotl", "rotr",
        ] {
            for constant in constants {
                let wat = format!(
                    "(module (func (export \"{ty}.{operator} {constant}\") (param {ty}) (result {ty})
                       ({ty}.{operator} (local.get 0) ({ty}.const {constant}))))"
                );
                let wasm = wat::parse_str(wat).unwrap();
                for x in ["0", "100", "-1", "-2147483648"] {
                    sound(&wasm, &format!("{ty}.{operator} {constant}"), &[x]);
                }
            }
        }
    }
}

/// Operators that have no free input, or whose routine may: counting, widening, comparing.
#[test]
fn other_operators() {
    for (ty, values) in [
        ("i32", ["0", "1", "65535", "-1", "-2147483648"]),
        (
            "i64",
            ["0", "1", "4294967296", "-1", "-9223372036854775808"],
        ),
    ] {
        for operator in ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
            let wat = format!(
                "(module (func (export \"{ty}.{operator}\") (param {ty}) (result {ty})
                   ({ty}.{operator} (local.get 0))))"
            );
            let wasm = wat::parse_str(wat).unwrap();
            for value in values {
                sound(&wasm, &format!("{ty}.{operator}"), &[value]);
            }
        }
        for operator in ["lt_s", "lt_u", "ge_s", "eq"] {
            let wat = format!(
                "(module (func (export \"{ty}.{operator}\") (param {ty} {ty}) (result {ty})
                   (select (local.get 0) (local.get 1)
                     ({ty}.{operator} (local.get 0) (local.get 1)))))"
            );
            let wasm = wat::parse_str(wat).unwrap();
            for value in values {
                sound(&wasm, &format!("{ty}.{operator}"), &[value, values[1]]);
            }
        }
    }
}

/// A module that stores and loads, and says what is around. `pages` decides how memory is laid out.
fn memory_module(pages: u32) -> String {
    let mut wat = format!(
        r#"(module (memory {pages} {})
  (data (i32.const 0) "\01\02\03\84\05\06\07\88\09\0a\0b\8c\0d\0e\0f\90\11\12\13\94\15\16\17\98")
  (func $around (result i64)
    (i64.add (i64.mul (i64.load (i32.const 0)) (i64.const 31))
      (i64.add (i64.mul (i64.load (i32.const 8)) (i64.const 37)) (i64.load (i32.const 16)))))
  (func (export "fill") (param i32 i32) (result i64)
    (memory.fill (local.get 0) (i32.const 7) (local.get 1)) (call $around))
  (func (export "copy") (param i32 i32) (result i64)
    (memory.copy (local.get 0) (i32.const 3) (local.get 1)) (call $around))
  (func (export "grow") (param i32 i32) (result i32)
    (i32.add (memory.grow (local.get 1)) (memory.size)))
"#,
        pages + 2
    );
    for (ty, suffixes) in [
        ("i32", ["8_s", "8_u", "16_s", "16_u", ""].as_slice()),
        ("i64", &["8_s", "16_u", "32_s", "32_u", ""]),
    ] {
        for suffix in suffixes {
            wat += &format!(
                "(func (export \"{ty}.load{suffix}\") (param i32 i32) (result {ty})
                   ({ty}.load{suffix} (local.get 0)))\n"
            );
        }
    }
    for store in [
        "i32.store8",
        "i32.store16",
        "i32.store",
        "i64.store32",
        "i64.store",
    ] {
        let value = match store.starts_with("i32") {
            true => "(local.get 1)",
            false => "(i64.extend_i32_s (local.get 1))",
        };
        wat += &format!(
            "(func (export \"{store}\") (param i32 i32) (result i64)
               ({store} (local.get 0) {value}) (call $around))\n"
        );
    }
    wat + ")"
}

fn memory_sound(pages: u32) {
    let wasm = wat::parse_str(memory_module(pages)).unwrap();
    let beyond = (i64::from(pages) * 65536 - 1).to_string();
    let addresses = ["0", "1", "3", "4", "7", beyond.as_str(), "-8"];
    for export in [
        "i32.load8_s",
        "i32.load8_u",
        "i32.load16_s",
        "i32.load16_u",
        "i32.load",
        "i64.load8_s",
        "i64.load16_u",
        "i64.load32_s",
        "i64.load32_u",
        "i64.load",
        "i32.store8",
        "i32.store16",
        "i32.store",
        "i64.store32",
        "i64.store",
    ] {
        let mut refused = 0;
        for address in addresses {
            refused += sound(&wasm, export, &[address, "-559038737"]).refused;
        }
        assert!(refused > 0, "{export} has free inputs");
    }
    for export in ["fill", "copy", "grow"] {
        for (address, length) in [("0", "9"), ("1", "8"), ("3", "3"), ("0", "-1")] {
            sound(&wasm, export, &[address, length]);
        }
    }
}

#[test]
fn memory_of_one_page() {
    memory_sound(1);
}

#[test]
fn memory_beyond_a_window() {
    memory_sound(17);
}
