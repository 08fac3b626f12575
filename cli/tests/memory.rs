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

/// A memory of more than 1 MiB: accesses around the ends of its window and of its contexts.
#[test]
fn memories_beyond_one_context() {
    let accesses = r#"
      (func $around (param i32) (result i64)
        (i64.xor (i64.mul (i64.load (i32.and (local.get 0) (i32.const -8))) (i64.const 31))
                 (i64.load offset=8 (i32.and (local.get 0) (i32.const -8)))))
      (func (export "store64") (param i32 i64) (result i64)
        (i64.store offset=8 (local.get 0) (local.get 1)) (call $around (local.get 0)))
      (func (export "store32") (param i32 i64) (result i64)
        (i64.store32 offset=4 (local.get 0) (local.get 1)) (call $around (local.get 0)))
      (func (export "store16") (param i32 i64) (result i64)
        (i64.store16 offset=3 (local.get 0) (local.get 1)) (call $around (local.get 0)))
      (func (export "store8") (param i32 i64) (result i64)
        (i64.store8 offset=9 (local.get 0) (local.get 1)) (call $around (local.get 0)))
      (func (export "load") (param i32 i64) (result i64)
        (i64.store (local.get 0) (local.get 1))
        (i64.store offset=8 (local.get 0) (i64.const 0x1122334455667788))
        (i64.add (i64.add (i64.load32_s offset=2 (local.get 0)) (i64.load16_u offset=7 (local.get 0)))
                 (i64.add (i64.load8_s offset=5 (local.get 0)) (i64.load offset=5 (local.get 0)))))
      (func (export "constant") (param i32 i64) (result i64)
        (i64.store (i32.const 65528) (local.get 1)) (i64.store (i32.const 1114104) (local.get 1))
        (i64.store32 (i32.const 1048580) (local.get 1))
        (i64.add (i64.load (i32.const 65532)) (i64.add (i64.load (i32.const 1114100)) (i64.load (i32.const 1048577)))))
      (func (export "fill") (param i32 i64) (result i64)
        (memory.fill (i32.sub (local.get 0) (i32.const 9)) (i32.wrap_i64 (local.get 1)) (i32.const 22))
        (call $around (local.get 0)))
      (func (export "copy") (param i32 i64) (result i64)
        (i64.store (i32.const 99) (local.get 1))
        (memory.copy (i32.sub (local.get 0) (i32.const 5)) (i32.const 97) (i32.const 19))
        (memory.copy (i32.const 1048574) (i32.sub (local.get 0) (i32.const 3)) (i32.const 13))
        (i64.xor (call $around (i32.const 1048576)) (call $around (local.get 0))))"#;
    let data = r#"(data (i32.const 65530) "around the window's beginning")
                  (data (i32.const 1048570) "around 1 MiB")
                  (data (i32.const 1114070) "close to the window's end: the memory's")"#;
    let modules = [
        format!("(module (memory 17) (global (mut i32) (i32.const 1048576)) {data} {accesses})"),
        format!("(module (memory 40) (global (mut i32) (i32.const 1048576)) {data} {accesses})"),
        format!(
            r#"(module (memory 18 64) {data} {accesses}
                     (func (export "grown") (param i32 i64) (result i64)
                       (drop (memory.grow (i32.const 46)))
                       (i64.store (local.get 0) (local.get 1))
                       (i64.add (i64.load (local.get 0)) (i64.extend_i32_u (memory.size)))))"#
        ),
    ];
    for module in &modules {
        let wasm = wat::parse_str(module).unwrap();
        let exports = [
            "store64", "store32", "store16", "store8", "load", "constant", "fill", "copy",
        ];
        for edge in [
            64, 65_536, 524_288, 786_432, 1_048_576, 1_114_112, 1_835_008, 2_621_440,
        ] {
            for distance in [-17, -16, -9, -8, -7, -5, -4, -3, -1, 0, 1, 4, 8] {
                let address = (edge + distance).to_string();
                for export in exports {
                    agree(&wasm, export, &[&address, "-1311768467463790320"]).ok();
                }
                if module.contains("grown") {
                    agree(&wasm, "grown", &[&address, "77"]).ok();
                }
            }
        }
        for address in ["-1", "-8", "-2147483648", "4194296", "4194297"] {
            for export in exports {
                agree(&wasm, export, &[address, "5"]).ok();
            }
            if module.contains("grown") {
                agree(&wasm, "grown", &[address, "5"]).ok();
            }
        }
    }
}

/// Memories whose size in bytes does not fit 32 bits are refused.
#[test]
fn the_limit_of_memory() {
    let wasm = wat::parse_str(r#"(module (memory 65536) (func (export "f")))"#).unwrap();
    let error = common::try_build(&wasm, "f", &[], runtime_hooks::Instrument::Off).unwrap_err();
    assert_eq!(
        error.to_string(),
        "too large for the machine: the linear memory in pages of 64 KiB is 65536, the limit is 65535"
    );
}
