//! Bulk memory and growth, against wasmi.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::agree;
use runtime_hooks::TrapKind;

/// Each export changes memory and returns a sum over it in which every byte's place counts.
const BULK: &str = r#"(module
  (memory 1)
  (data (i32.const 0) "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+")
  (func $sum (result i64) (local i32 i64)
    (loop $next
      (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 1099511628211))
                            (i64.load (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get 0) (i32.const 96))))
    (local.get 1))
  (func (export "fill") (param i32 i32 i32) (result i64)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)) (call $sum))
  (func (export "copy") (param i32 i32 i32) (result i64)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)) (call $sum)))"#;

#[test]
fn fill_at_every_place_and_length() {
    let wasm = wat::parse_str(BULK).unwrap();
    for to in 0..10 {
        for length in (0..20).chain([24, 31, 40]) {
            let (to, length) = (to.to_string(), length.to_string());
            agree(&wasm, "fill", &[&to, "-85", &length]).unwrap();
        }
    }
}

#[test]
fn copy_at_every_place_and_length() {
    let wasm = wat::parse_str(BULK).unwrap();
    for to in 0..12 {
        for from in 0..12 {
            for length in [0, 1, 2, 7, 8, 9, 16, 17, 33] {
                let args = [to, from, length].map(|number: i32| number.to_string());
                agree(&wasm, "copy", &[&args[0], &args[1], &args[2]]).unwrap();
            }
        }
    }
}

#[test]
fn bulk_operators_check_their_bounds_first() {
    let wasm = wat::parse_str(BULK).unwrap();
    let outside = Err(TrapKind::OutOfBoundsMemory);
    for (to, length) in [
        ("65536", "1"),
        ("65530", "7"),
        ("-1", "1"),
        ("0", "-1"),
        ("-1", "-1"),
        ("65537", "0"),
    ] {
        assert_eq!(
            agree(&wasm, "fill", &[to, "1", length]),
            outside,
            "fill {to} {length}"
        );
        assert_eq!(
            agree(&wasm, "copy", &[to, "0", length]),
            outside,
            "copy to {to} {length}"
        );
        assert_eq!(
            agree(&wasm, "copy", &["0", to, length]),
            outside,
            "copy from {to} {length}"
        );
    }
    agree(&wasm, "fill", &["65536", "1", "0"]).unwrap();
    agree(&wasm, "fill", &["65529", "1", "7"]).unwrap();
    agree(&wasm, "copy", &["40", "65529", "7"]).unwrap();
    agree(&wasm, "copy", &["65529", "3", "7"]).unwrap();
}

#[test]
fn memory_grows_to_its_limit() {
    let wasm = wat::parse_str(
        r#"(module (memory 1 5)
             (func (export "grow") (param i32) (result i32 i32)
               (memory.grow (local.get 0)) (memory.size))
             (func (export "touch") (param i32 i32) (result i32)
               (drop (memory.grow (local.get 0)))
               (i32.store8 offset=3 (local.get 1) (i32.const 77))
               (i32.load offset=0 (local.get 1)))
             (func (export "far") (param i32 i32) (result i32)
               (drop (memory.grow (local.get 0)))
               (i32.load offset=200000 (local.get 1)))
             (func (export "fill") (param i32 i32) (result i32)
               (drop (memory.grow (local.get 0)))
               (memory.fill (i32.const 65000) (i32.const 1) (local.get 1))
               (i32.load8_u (i32.const 66000))))"#,
    )
    .unwrap();
    for pages in ["0", "1", "4", "5", "-1", "-2147483648"] {
        agree(&wasm, "grow", &[pages]).unwrap();
        for address in [
            "0", "65532", "65533", "131068", "131069", "327676", "327677", "-1", "-4",
        ] {
            agree(&wasm, "touch", &[pages, address]).ok();
            agree(&wasm, "far", &[pages, address]).ok();
        }
        for length in ["0", "536", "537", "2000"] {
            agree(&wasm, "fill", &[pages, length]).ok();
        }
    }
}

#[test]
fn indirect_calls_find_their_function_or_trap() {
    let wasm = wat::parse_str(
        r#"(module
             (type $unary (func (param i32) (result i32)))
             (type $binary (func (param i32 i32) (result i32)))
             (table 9 funcref)
             (elem (i32.const 1) $double $square $double $add $square)
             (func $double (type $unary) (i32.add (local.get 0) (local.get 0)))
             (func $square (type $unary) (i32.mul (local.get 0) (local.get 0)))
             (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
             (func (export "unary") (param i32 i32) (result i32)
               (i32.add (i32.const 1)
                 (call_indirect (type $unary) (local.get 1) (local.get 0))))
             (func (export "binary") (param i32 i32) (result i32)
               (call_indirect (type $binary) (local.get 1) (i32.const 100) (local.get 0))))"#,
    )
    .unwrap();
    for index in ["0", "1", "2", "3", "4", "5", "6", "8", "9", "-1"] {
        for export in ["unary", "binary"] {
            agree(&wasm, export, &[index, "7"]).ok();
        }
    }
    assert_eq!(
        agree(&wasm, "unary", &["0", "7"]),
        Err(TrapKind::UninitializedElement)
    );
    assert_eq!(
        agree(&wasm, "unary", &["4", "7"]),
        Err(TrapKind::IndirectCallTypeMismatch)
    );
    assert_eq!(
        agree(&wasm, "unary", &["9", "7"]),
        Err(TrapKind::UndefinedElement)
    );
    assert_eq!(
        agree(&wasm, "binary", &["4", "7"]),
        Ok(vec!["i32:107".to_owned()])
    );
}

/// A call through a table without a function of its signature can only trap.
#[test]
fn indirect_call_that_never_returns() {
    let wasm = wat::parse_str(
        r#"(module (table 2 funcref) (elem (i32.const 1) $other)
             (func $other (param i64))
             (func (export "f") (param i32) (result i32)
               (i32.add (i32.const 1) (call_indirect (result i32) (local.get 0)))))"#,
    )
    .unwrap();
    assert_eq!(
        agree(&wasm, "f", &["0"]),
        Err(TrapKind::UninitializedElement)
    );
    assert_eq!(
        agree(&wasm, "f", &["1"]),
        Err(TrapKind::IndirectCallTypeMismatch)
    );
    assert_eq!(agree(&wasm, "f", &["2"]), Err(TrapKind::UndefinedElement));
}

#[test]
fn passive_segments_are_copied_and_dropped() {
    let wasm = wat::parse_str(
        r#"(module (memory 1)
             (data $active (i32.const 50) "active")
             (data $short "abc")
             (data $long "0123456789abcdefghijklmnopqrstuvwxyz")
             (func $sum (result i64)
               (i64.xor (i64.mul (i64.load (i32.const 0)) (i64.const 31))
                 (i64.xor (i64.mul (i64.load (i32.const 8)) (i64.const 17))
                   (i64.xor (i64.load (i32.const 16)) (i64.load (i32.const 24))))))
             (func (export "long") (param i32 i32 i32) (result i64)
               (memory.init $long (local.get 0) (local.get 1) (local.get 2)) (call $sum))
             (func (export "short") (param i32 i32 i32) (result i64)
               (memory.init $short (local.get 0) (local.get 1) (local.get 2)) (call $sum))
             (func (export "active") (param i32 i32 i32) (result i64)
               (memory.init $active (local.get 0) (local.get 1) (local.get 2)) (call $sum))
             (func (export "dropped") (param i32 i32 i32) (result i64)
               (data.drop $long)
               (memory.init $long (local.get 0) (local.get 1) (local.get 2)) (call $sum)))"#,
    )
    .unwrap();
    for to in [0, 1, 5, 8] {
        for from in [0, 1, 3, 7, 8, 20] {
            for length in [0, 1, 7, 8, 15, 16] {
                let args = [to, from, length].map(|number: i32| number.to_string());
                agree(&wasm, "long", &[&args[0], &args[1], &args[2]]).unwrap();
            }
        }
    }
    for export in ["short", "active", "dropped", "long"] {
        for args in [
            ["0", "0", "0"],
            ["3", "1", "2"],
            ["0", "1", "3"],
            ["0", "4", "0"],
            ["0", "36", "1"],
            ["65536", "0", "1"],
            ["0", "-1", "1"],
            ["-1", "0", "-1"],
        ] {
            agree(&wasm, export, &args).ok();
        }
    }
    assert_eq!(
        agree(&wasm, "dropped", &["0", "0", "1"]),
        Err(TrapKind::OutOfBoundsMemory)
    );
    assert_eq!(
        agree(&wasm, "active", &["0", "0", "1"]),
        Err(TrapKind::OutOfBoundsMemory)
    );
}

/// A segment that does not fit its memory or table ends the run before it begins.
#[test]
fn segments_that_do_not_fit_trap() {
    for (module, trap) in [
        (
            r#"(memory 1) (data (i32.const 65535) "ab")"#,
            TrapKind::OutOfBoundsMemory,
        ),
        (
            r#"(memory 1) (data (i32.const -1) "a")"#,
            TrapKind::OutOfBoundsMemory,
        ),
        (
            "(table 2 funcref) (elem (i32.const 1) $f $f)",
            TrapKind::OutOfBoundsTable,
        ),
    ] {
        let wat = format!(r#"(module {module} (func $f (export "f") (result i32) (i32.const 1)))"#);
        let wasm = wat::parse_str(wat).unwrap();
        assert_eq!(common::ours(&wasm, "f", &[]), Err(trap), "{module}");
    }
    let fits = r#"(module (memory 1) (data (i32.const 65535) "a")
                   (func (export "f") (result i32) (i32.load8_u (i32.const 65535))))"#;
    agree(&wat::parse_str(fits).unwrap(), "f", &[]).unwrap();
}
