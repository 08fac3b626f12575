//! What is compiled is sound, in the eyes of the lint.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use zkasm_lint::Pin;

fn assert_sound(name: &str, wasm: &[u8]) {
    for optimize in [false, true] {
        let (program, _, report) = common::examined(wasm, None, optimize);
        assert!(
            report.is_sound(),
            "{name}: {:#?}\n{program}",
            report.problems
        );
        // Where nothing is free there is nothing to pin: then this tests less than it seems to.
        let pinned = report.sites.iter().filter(|site| {
            !site.pins.contains(&Pin::EndOfTrace) && !site.pins.contains(&Pin::Unused)
        });
        assert!(pinned.count() > 0, "{name} has no free input");
    }
}

#[test]
fn the_corpus_is_sound() {
    let names = ["fibonacci", "sha256", "keccak256", "coremark"];
    std::thread::scope(|scope| {
        for name in names {
            scope.spawn(move || {
                let path = common::root().join(format!("corpus/{name}/{name}.wasm"));
                let wasm = std::fs::read(path).unwrap();
                let (program, _, report) = common::examined(&wasm, None, true);
                assert!(
                    report.is_sound(),
                    "{name}: {:#?}\n{program}",
                    report.problems
                );
            });
        }
    });
}

/// Accesses of every width and the bulk operators, in memories of every layout: of one page, of what
/// `MEM:` holds exactly, larger, and growing.
#[test]
fn memories_of_every_layout_are_sound() {
    for pages in ["1", "16", "17", "40", "1 5", "1 16", "40 60"] {
        let grow = match pages.contains(' ') {
            true => "(drop (memory.grow (local.get 0)))",
            false => "",
        };
        let wasm = wat::parse_str(format!(
            r#"(module (memory {pages})
              (func $access (param $p i32) (param $x i64) (result i64)
                (i32.store8 offset=1 (local.get $p) (i32.wrap_i64 (local.get $x)))
                (i32.store16 offset=3 (local.get $p) (i32.wrap_i64 (local.get $x)))
                (i32.store offset=7 (local.get $p) (i32.wrap_i64 (local.get $x)))
                (i64.store8 offset=2 (local.get $p) (local.get $x))
                (i64.store32 offset=9 (local.get $p) (local.get $x))
                (i64.store offset=70000 (local.get $p) (local.get $x))
                (i64.store offset=8 (i32.const 16) (local.get $x))
                (i32.store offset=4 (i32.const 16) (local.get $p))
                (i64.add (i64.load8_s (local.get $p))
                  (i64.add (i64.load16_u (local.get $p))
                    (i64.add (i64.load32_s (local.get $p))
                      (i64.add (i64.load (local.get $p))
                        (i64.extend_i32_u (i32.add (i32.load16_s (local.get $p))
                          (i32.load (local.get $p)))))))))
              (func (export "main") (param i32 i64) (result i64) {grow}
                (memory.fill (local.get 0) (i32.wrap_i64 (local.get 1)) (memory.size))
                (memory.copy (local.get 0) (i32.wrap_i64 (local.get 1)) (local.get 0))
                (memory.init 0 (local.get 0) (i32.const 3) (local.get 0))
                (data.drop 0)
                (call $access (local.get 0) (local.get 1)))
              (data "some passive bytes") (data (i32.const 100) "active"))"#
        ))
        .unwrap();
        assert_sound(pages, &wasm);
    }
}

/// Calls with more values than registers, recursion, tables that change, and imports.
#[test]
fn calls_and_tables_are_sound() {
    let wasm = wat::parse_str(
        r#"(module
          (import "env" "assert_eq_i64" (func $same (param i64 i64)))
          (type $op (func (param i32) (result i32)))
          (table $t 5 9 funcref) (elem $e funcref (ref.func $a) (ref.func $c) (ref.func $d))
          (table $u 5 funcref) (elem (table $u) (i32.const 1) func $a $c $d)
          (func $a (type $op) (i32.add (local.get 0) (i32.const 3)))
          (func $c (type $op) (i32.rotl (local.get 0) (local.get 0)))
          (func $d (param i64) (result i64) (i64.div_s (local.get 0) (i64.const 3)))
          (func $many (param i32 i64 i32 i64 i32 i64 i32 i64) (result i32 i64 i32 i64 i32 i64 i32)
            (i32.add (local.get 0) (local.get 2)) (i64.add (local.get 1) (local.get 7)) (local.get 4)
            (local.get 3) (i32.rotl (local.get 6) (local.get 0)) (local.get 5)
            (i32.rem_u (local.get 2) (local.get 6)))
          (func $power (param i64 i64) (result i64)
            (if (result i64) (i64.eqz (local.get 1)) (then (i64.const 1))
              (else (i64.mul (local.get 0)
                (call $power (local.get 0) (i64.sub (local.get 1) (i64.const 1)))))))
          (func (export "main") (param i32 i64) (result i64) (local i64)
            (table.init $t $e (local.get 0) (i32.const 0) (i32.const 3))
            (elem.drop $e)
            (drop (table.grow $t (ref.null func) (local.get 0)))
            (table.set $t (local.get 0) (table.get $t (i32.const 1)))
            (table.copy $t $t (local.get 0) (i32.const 1) (i32.const 2))
            (call $same (local.get 1) (call $power (local.get 1) (local.get 1)))
            (call $many (local.get 0) (local.get 1) (local.get 0) (local.get 1) (i32.const 3)
              (i64.const -1) (local.get 0) (i64.const 4))
            (drop) (local.set 2) (drop) (drop) (drop) (drop) (drop)
            (i64.add (local.get 2) (i64.extend_i32_u (i32.add
              (call_indirect $t (type $op) (local.get 0) (local.get 0))
              (call_indirect $u (type $op) (local.get 0) (local.get 0)))))))"#,
    )
    .unwrap();
    assert_sound("calls and tables", &wasm);
}
