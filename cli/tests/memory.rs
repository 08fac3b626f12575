//! Linear memory: every alignment, both ends, offsets, data segments.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use common::agree;
use runtime_hooks::TrapKind;

const MODULE: &str = r#"(module
  (memory 2)
  (data (i32.const 1021) "zero-knowledge machines read bytes too")
  (data (i32.const 1024) "\ff\fe")
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load32u") (param i32) (result i64) (i64.load32_u (local.get 0)))
  (func (export "load32s") (param i32) (result i64) (i64.load32_s (local.get 0)))
  (func (export "load8u") (param i32) (result i32) (i32.load8_u offset=3 (local.get 0)))
  (func (export "load8s") (param i32) (result i64) (i64.load8_s (local.get 0)))
  (func (export "load16u") (param i32) (result i64) (i64.load16_u (local.get 0)))
  (func (export "load16s") (param i32) (result i32) (i32.load16_s offset=8 (local.get 0)))
  (func (export "load64+13") (param i32) (result i64) (i64.load offset=13 (local.get 0)))
  (func (export "load32+8") (param i32) (result i32) (i32.load offset=8 (local.get 0)))
  (func (export "load far") (param i32) (result i32) (i32.load offset=4294967295 (local.get 0)))
  (func (export "load constant") (result i64) (i64.load (i32.const 1023)))
  (func (export "load constant beyond") (result i64) (i64.load (i32.const 131065)))
  ;; Writes, and then reads what is around: the sum tells every byte's place.
  (func (export "store64") (param i32 i64) (result i64)
    (i64.store (local.get 0) (local.get 1))
    (call $around (local.get 0)))
  (func (export "store32") (param i32 i32) (result i64)
    (i32.store (local.get 0) (local.get 1))
    (call $around (local.get 0)))
  (func (export "store64as32") (param i32 i64) (result i64)
    (i64.store32 offset=4 (local.get 0) (local.get 1))
    (call $around (local.get 0)))
  (func (export "store8") (param i32 i32) (result i64)
    (i32.store8 (local.get 0) (local.get 1))
    (call $around (local.get 0)))
  (func (export "store16") (param i32 i64) (result i64)
    (i64.store16 offset=1 (local.get 0) (local.get 1))
    (call $around (local.get 0)))
  (func $around (param i32) (result i64) (local i32 i64)
    (local.set 1 (i32.and (local.get 0) (i32.const -8)))
    (local.set 2 (i64.load (local.get 1)))
    (local.set 2 (i64.add (i64.mul (local.get 2) (i64.const 31))
                          (i64.load offset=8 (local.get 1))))
    (local.set 2 (i64.add (i64.mul (local.get 2) (i64.const 31))
                          (i64.load offset=16 (local.get 1))))
    (local.get 2)))
"#;

#[test]
fn loads_at_every_alignment() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for export in [
        "load64",
        "load32",
        "load32u",
        "load32s",
        "load8u",
        "load8s",
        "load16u",
        "load16s",
        "load64+13",
        "load32+8",
    ] {
        for address in 1010..1034 {
            agree(&wasm, export, &[&address.to_string()]).unwrap();
        }
    }
    agree(&wasm, "load constant", &[]).unwrap();
}

#[test]
fn stores_at_every_alignment() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for address in 1016..1032 {
        let address = address.to_string();
        for value in ["-1", "0", "1311768467463790320", "-9223372036854775807"] {
            agree(&wasm, "store64", &[&address, value]).unwrap();
            agree(&wasm, "store64as32", &[&address, value]).unwrap();
            agree(&wasm, "store16", &[&address, value]).unwrap();
        }
        for value in ["-1", "0", "305419896"] {
            agree(&wasm, "store32", &[&address, value]).unwrap();
            agree(&wasm, "store8", &[&address, value]).unwrap();
        }
    }
}

#[test]
fn the_end_of_memory() {
    let wasm = wat::parse_str(MODULE).unwrap();
    let pages = 2 * 65_536;
    for (export, size) in [
        ("load64", 8),
        ("load32", 4),
        ("load64+13", 21),
        ("load32+8", 12),
        ("load8u", 4),
        ("load16u", 2),
        ("load16s", 10),
    ] {
        for distance in -2..10 {
            let address: i64 = pages - size + distance;
            let ended = agree(&wasm, export, &[&address.to_string()]);
            assert_eq!(ended.is_err(), distance > 0, "{export} at {address}");
        }
        for address in ["-1", "-2147483648", "2147483647"] {
            assert_eq!(
                agree(&wasm, export, &[address]),
                Err(TrapKind::OutOfBoundsMemory)
            );
        }
    }
    for address in ["0", "1", "-1"] {
        assert_eq!(
            agree(&wasm, "load far", &[address]),
            Err(TrapKind::OutOfBoundsMemory)
        );
    }
    assert_eq!(
        agree(&wasm, "load constant beyond", &[]),
        Err(TrapKind::OutOfBoundsMemory)
    );
    for address in 131_060..131_072 {
        let address = address.to_string();
        // Reading around a store near the end traps in both engines, but at the store or after it.
        agree(&wasm, "store64", &[&address, "-1"]).unwrap_err();
        agree(&wasm, "store32", &[&address, "-1"]).unwrap_err();
    }
}

/// Sixteen pages fill `MEM:` to its last word.
#[test]
fn the_largest_memory() {
    let wasm = wat::parse_str(
        r#"(module (memory 16)
             (func (export "last") (param i32) (result i32)
               (i32.store (local.get 0) (i32.const 77))
               (i32.load (local.get 0))))"#,
    )
    .unwrap();
    for address in 1_048_560..1_048_580 {
        let ended = agree(&wasm, "last", &[&address.to_string()]);
        assert_eq!(ended.is_ok(), address <= 1_048_572);
    }
    let seventeen = wat::parse_str(r#"(module (memory 17) (func (export "f")))"#).unwrap();
    let error =
        common::try_build(&seventeen, "f", &[], runtime_hooks::Instrument::Off).unwrap_err();
    assert_eq!(
        error.to_string(),
        "too large for the machine: the linear memory in pages of 64 KiB is 17, the limit is 16"
    );
}

/// Addresses that are known when the program is compiled take other instructions.
#[test]
fn constant_addresses() {
    let mut wat = String::from(
        "(module (memory 1) (data (i32.const 0) \"0123456789abcdefghijklmnopqrstuvwxyz\")\n",
    );
    for address in 0..10 {
        for (name, load) in [
            ("i64", "i64.load"),
            ("i32", "i64.load32_u"),
            ("i32s", "i64.load32_s"),
            ("i8", "i64.load8_u"),
        ] {
            wat += &format!(
                "(func (export \"load {name} {address}\") (result i64)
                   ({load} offset=3 (i32.const {address})))\n"
            );
        }
        for (name, store) in [
            ("i64", "i64.store"),
            ("i32", "i64.store32"),
            ("i8", "i64.store8"),
        ] {
            wat += &format!(
                "(func (export \"store {name} {address}\") (param i64) (result i64 i64)
                   ({store} offset=1 (i32.const {address}) (local.get 0))
                   (i64.load (i32.const 0)) (i64.load (i32.const 8)))\n"
            );
        }
    }
    let wasm = wat::parse_str(wat + ")").unwrap();
    for address in 0..10 {
        for name in ["i64", "i32", "i32s", "i8"] {
            agree(&wasm, &format!("load {name} {address}"), &[]).unwrap();
        }
        for name in ["i64", "i32", "i8"] {
            for value in ["-1", "0", "1311768467463790320"] {
                agree(&wasm, &format!("store {name} {address}"), &[value]).unwrap();
            }
        }
    }
}
