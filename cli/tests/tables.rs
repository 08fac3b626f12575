//! Tables that a program changes, and references, against wasmi.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{agree, ours};
use runtime_hooks::{Instrument, TrapKind};

/// Each export changes one of two tables and returns a number in which every entry's place counts.
const BULK: &str = r#"(module
  (type $nullary (func (result i32)))
  (table $first 8 funcref)
  (table $second 11 20 funcref)
  (elem (table $first) (i32.const 1) func $one $two $three $four $five)
  (elem (table $second) (i32.const 0) func $five $four)
  (elem $passive funcref
    (ref.func $three) (ref.null func) (ref.func $five) (ref.func $one) (ref.func $two))
  (elem declare func $six)
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func $three (result i32) (i32.const 3))
  (func $four (result i32) (i32.const 4))
  (func $five (result i32) (i32.const 5))
  (func $six (result i32) (i32.const 6))
  (func $sum (result i64) (local $index i32) (local $sum i64)
    (loop $next
      (local.set $sum (i64.mul (local.get $sum) (i64.const 7)))
      (if (i32.eqz (ref.is_null (table.get $first (local.get $index))))
        (then (local.set $sum (i64.add (local.get $sum)
          (i64.extend_i32_u
            (call_indirect $first (type $nullary) (local.get $index)))))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (table.size $first))))
    (local.set $index (i32.const 0))
    (loop $next
      (local.set $sum (i64.mul (local.get $sum) (i64.const 7)))
      (if (i32.eqz (ref.is_null (table.get $second (local.get $index))))
        (then (local.set $sum (i64.add (local.get $sum)
          (i64.extend_i32_u
            (call_indirect $second (type $nullary) (local.get $index)))))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (table.size $second))))
    (local.get $sum))
  (func (export "fill") (param i32 i32 i32) (result i64)
    (table.fill $first (local.get 0)
      (select (result funcref) (ref.func $six) (ref.null func) (local.get 1))
      (local.get 2))
    (call $sum))
  (func (export "copy") (param i32 i32 i32) (result i64)
    (table.copy $first $first (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "across") (param i32 i32 i32) (result i64)
    (table.copy $second $first (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "back") (param i32 i32 i32) (result i64)
    (table.copy $first $second (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "init") (param i32 i32 i32) (result i64)
    (table.init $first $passive (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "active") (param i32 i32 i32) (result i64)
    (table.init $first 0 (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "dropped") (param i32 i32 i32) (result i64)
    (elem.drop $passive)
    (table.init $second $passive (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "grow") (param i32 i32 i32) (result i64)
    (i64.add
      (i64.extend_i32_s (table.grow $second (ref.func $six) (local.get 0)))
      (block (result i64)
        (table.copy $second $first (local.get 1) (i32.const 0) (local.get 2)) (call $sum)))))"#;

#[test]
fn tables_are_filled_copied_and_initialised() {
    let wasm = wat::parse_str(BULK).unwrap();
    for export in [
        "fill", "copy", "across", "back", "init", "active", "dropped",
    ] {
        for to in [0, 1, 3, 7, 8, 9] {
            for from in [0, 1, 2, 5, 8] {
                for length in [0, 1, 3, 5, 8, 9] {
                    let args = [to, from, length].map(|number: i32| number.to_string());
                    agree(&wasm, export, &[&args[0], &args[1], &args[2]]).ok();
                }
            }
        }
    }
    assert!(agree(&wasm, "copy", &["2", "1", "6"]).is_ok());
    assert!(agree(&wasm, "init", &["3", "0", "5"]).is_ok());
}

#[test]
fn table_operators_check_their_bounds_first() {
    let wasm = wat::parse_str(BULK).unwrap();
    let outside = Err(TrapKind::OutOfBoundsTable);
    for (place, length) in [
        ("8", "1"),
        ("4", "5"),
        ("9", "0"),
        ("-1", "0"),
        ("-1", "1"),
        ("-1", "-1"),
        ("0", "-1"),
        ("1", "-1"),
        ("2147483648", "2147483648"),
    ] {
        for (export, args) in [
            ("fill", [place, "1", length]),
            ("copy", [place, "0", length]),
            ("copy", ["0", place, length]),
            ("across", ["0", place, length]),
            ("back", [place, "0", length]),
            ("init", [place, "0", length]),
            ("init", ["0", place, length]),
        ] {
            assert_eq!(agree(&wasm, export, &args), outside, "{export} {args:?}");
        }
    }
    assert_eq!(agree(&wasm, "active", &["0", "0", "1"]), outside);
    assert_eq!(agree(&wasm, "active", &["0", "1", "0"]), outside);
    assert_eq!(agree(&wasm, "dropped", &["0", "0", "1"]), outside);
    assert!(agree(&wasm, "dropped", &["0", "0", "0"]).is_ok());
}

#[test]
fn tables_grow_to_their_maximum() {
    let wasm = wat::parse_str(BULK).unwrap();
    for entries in ["0", "1", "8", "9", "10", "-1", "-11", "2147483648"] {
        for to in ["0", "3", "11", "12", "13"] {
            agree(&wasm, "grow", &[entries, to, "8"]).ok();
        }
    }
    assert!(agree(&wasm, "grow", &["9", "12", "8"]).is_ok());
    assert_eq!(
        agree(&wasm, "grow", &["9", "13", "8"]),
        Err(TrapKind::OutOfBoundsTable)
    );
}

/// A table without a maximum grows by 4,096 entries, and a table with one by no more.
#[test]
fn growth_has_a_limit() {
    let wasm = wat::parse_str(
        r#"(module (table $open 3 externref) (table $wide 0 1000000 externref)
             (func (export "open") (param i32 externref) (result i32 i32 i32 externref)
               (table.grow $open (local.get 1) (local.get 0))
               (table.size $open)
               (table.grow $open (ref.null extern) (i32.const 1))
               (table.get $open (i32.sub (table.size $open) (i32.const 1))))
             (func (export "wide") (param i32) (result i32 i32)
               (table.grow $wide (ref.null extern) (local.get 0)) (table.size $wide)))"#,
    )
    .unwrap();
    let results = |export, args: &[&str]| ours(&wasm, export, args).unwrap().join(" ");
    assert_eq!(
        results("open", &["4096", "9"]),
        "i32:3 i32:4099 i32:-1 externref:9"
    );
    assert_eq!(
        results("open", &["4097", "9"]),
        "i32:-1 i32:3 i32:3 externref:null"
    );
    assert_eq!(results("wide", &["4096"]), "i32:0 i32:4096");
    assert_eq!(results("wide", &["4097"]), "i32:-1 i32:0");
}

#[test]
fn entries_are_read_and_written() {
    let wasm = wat::parse_str(
        r#"(module (table $fixed 3 funcref) (table $grown 2 funcref) (table $empty 0 funcref)
             (elem (table $fixed) (i32.const 1) func $f)
             (elem declare func $g)
             (global $counter (mut i32) (i32.const 0))
             (func $f) (func $g)
             (func (export "fixed") (param i32) (result i32)
               (ref.is_null (table.get $fixed (local.get 0))))
             (func (export "empty") (param i32) (result i32)
               (ref.is_null (table.get $empty (local.get 0))))
             (func (export "grown") (param i32 i32) (result i32)
               (drop (table.grow $grown (ref.func $g) (i32.const 2)))
               (table.set $grown (local.get 0) (table.get $grown (local.get 1)))
               (ref.is_null (table.get $grown (local.get 0)))))"#,
    )
    .unwrap();
    for index in ["0", "1", "2", "3", "4", "-1", "2147483647", "2147483648"] {
        agree(&wasm, "fixed", &[index]).ok();
        assert_eq!(
            agree(&wasm, "empty", &[index]),
            Err(TrapKind::OutOfBoundsTable)
        );
        for other in ["0", "3", "4", "-1"] {
            agree(&wasm, "grown", &[index, other]).ok();
        }
    }
    assert_eq!(agree(&wasm, "fixed", &["2"]), Ok(vec!["i32:1".to_owned()]));
    assert_eq!(agree(&wasm, "fixed", &["1"]), Ok(vec!["i32:0".to_owned()]));
}

/// `call_indirect` through a table that changes: every way it can end.
#[test]
fn calls_through_a_table_that_changes() {
    let wasm = wat::parse_str(
        r#"(module
             (type $unary (func (param i32) (result i32)))
             (table 6 9 funcref)
             (elem (i32.const 1) func $double $other)
             (elem $more func $square $double)
             (elem declare func $cube)
             (global $held funcref (ref.func $negate))
             (func $double (type $unary) (i32.add (local.get 0) (local.get 0)))
             (func $unused (type $unary) (i32.const 77))
             (func $other (param i64))
             (func $square (type $unary) (i32.mul (local.get 0) (local.get 0)))
             (func $cube (type $unary)
               (i32.mul (local.get 0) (call $square (local.get 0))))
             (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
             (func (export "f") (param i32 i32) (result i32)
               (table.init $more (i32.const 3) (i32.const 0) (i32.const 2))
               (table.set (i32.const 5) (ref.func $cube))
               (drop (table.grow (global.get $held) (i32.const 2)))
               (i32.add (i32.const 1)
                 (call_indirect (type $unary) (local.get 1) (local.get 0))))
             (func (export "never") (param i32) (result i64)
               (table.set (i32.const 5) (ref.null func))
               (call_indirect (result i64) (local.get 0))))"#,
    )
    .unwrap();
    for index in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-1"] {
        agree(&wasm, "f", &[index, "7"]).ok();
        agree(&wasm, "never", &[index]).unwrap_err();
    }
    let f = |index| agree(&wasm, "f", &[index, "7"]);
    assert_eq!(f("0"), Err(TrapKind::UninitializedElement));
    assert_eq!(f("2"), Err(TrapKind::IndirectCallTypeMismatch));
    assert_eq!(f("5"), Ok(vec!["i32:344".to_owned()]));
    assert_eq!(f("7"), Ok(vec!["i32:-6".to_owned()]));
    assert_eq!(f("8"), Err(TrapKind::UndefinedElement));
}

/// References pass through globals, parameters, results and branches.
#[test]
fn references_are_values() {
    let wasm = wat::parse_str(
        r#"(module
             (global $kept (mut externref) (ref.null extern))
             (global $function (mut funcref) (ref.func $f))
             (func $f)
             (func (export "extern") (param externref i32) (result externref externref)
               (local externref)
               (if (local.get 1) (then (global.set $kept (local.get 0))))
               (global.get $kept)
               (block (result externref)
                 (br_if 0 (local.get 0) (local.get 1))
                 (drop) (local.get 2)))
             (func (export "func") (param funcref i32) (result funcref funcref)
               (select (result funcref) (global.get $function) (local.get 0) (local.get 1))
               (global.set $function (local.get 0))
               (global.get $function)))"#,
    )
    .unwrap();
    let results = |export, args: &[&str]| ours(&wasm, export, args).unwrap().join(" ");
    for number in ["null", "0", "5", "4294967294"] {
        assert_eq!(
            results("extern", &[number, "1"]),
            format!("externref:{number} externref:{number}")
        );
        assert_eq!(
            results("extern", &[number, "0"]),
            "externref:null externref:null"
        );
    }
    assert_eq!(results("func", &["null", "1"]), "funcref:0 funcref:null");
    assert_eq!(results("func", &["null", "0"]), "funcref:null funcref:null");
    for (args, problem) in [
        (["-1", "0"], "argument 1 of `extern`, `-1`, is no externref"),
        (
            ["4294967295", "0"],
            "argument 1 of `extern`, `4294967295`, is no externref",
        ),
    ] {
        let error = common::try_build(&wasm, "extern", &args, Instrument::Off).unwrap_err();
        assert_eq!(error.to_string(), problem);
    }
}

/// What nothing reads has no words, and a table that nothing changes is still a tree.
#[test]
fn only_tables_that_are_used_have_words() {
    let wasm = wat::parse_str(
        r#"(module (table $static 90000 funcref) (table $dynamic 2 funcref)
             (elem (table $static) (i32.const 7) func $f)
             (func $f (result i32) (i32.const 3))
             (func (export "f") (param i32) (result i32)
               (table.set $dynamic (i32.const 1) (ref.null func))
               (call_indirect $static (result i32) (local.get 0)))
             (func (export "unused")  (result i32)
               (table.set $static (i32.const 1) (ref.null func)) (i32.const 4)))"#,
    )
    .unwrap();
    assert_eq!(agree(&wasm, "f", &["7"]), Ok(vec!["i32:3".to_owned()]));
    let text = common::build(&wasm, "f", &["7"], Instrument::Off)
        .program
        .to_string();
    assert!(text.contains("VAR GLOBAL tables[2]"), "{text}");
    // This one would have to lie in memory, and does not fit.
    let error = common::try_build(&wasm, "unused", &[], Instrument::Off).unwrap_err();
    assert!(
        error.to_string().starts_with(
            "too large for the machine: the words of globals and of the runtime's variables is 90"
        ),
        "{error}"
    );
}
