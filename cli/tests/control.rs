//! Control flow, calls and traps, against wasmi.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use common::agree;
use runtime_hooks::TrapKind;

const MODULE: &str = r#"(module
  (memory 1)
  (global $count (mut i64) (i64.const 40))
  (global $small (mut i32) (i32.const -7))
  (start $begin)
  (func $begin (global.set $count (i64.add (global.get $count) (i64.const 2))))
  (func (export "globals") (param i32) (result i64 i32)
    (global.set $small (i32.add (global.get $small) (local.get 0)))
    (global.get $count) (global.get $small))

  (func $ack (export "ackermann") (param i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.add (local.get 1) (i32.const 1)))))
    (if (i32.eqz (local.get 1))
      (then (return (call $ack (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
    (call $ack (i32.sub (local.get 0) (i32.const 1))
               (call $ack (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))

  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))

  (func $swap (param i32 i64 i32 i64 i32) (result i32 i64 i32 i64 i32)
    (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
  (func (export "five") (param i32) (result i32 i64 i32 i64 i32)
    (call $swap (local.get 0) (i64.const -1) (i32.const 2)
                (i64.extend_i32_s (local.get 0)) (i32.const -5)))

  (func (export "collatz") (param i64) (result i32) (local i32)
    (block $done
      (loop $next
        (br_if $done (i64.eq (local.get 0) (i64.const 1)))
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (if (i64.eqz (i64.and (local.get 0) (i64.const 1)))
          (then (local.set 0 (i64.div_u (local.get 0) (i64.const 2))))
          (else (local.set 0 (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.const 1)))))
        (br $next)))
    (local.get 1))

  ;; More values alive than there are registers, across a call.
  (func (export "pressure") (param i64) (result i64) (local i64 i64 i64 i64 i64 i64 i64)
    (local.set 1 (i64.add (local.get 0) (i64.const 1)))
    (local.set 2 (i64.mul (local.get 0) (local.get 1)))
    (local.set 3 (i64.xor (local.get 2) (local.get 1)))
    (local.set 4 (i64.sub (local.get 3) (local.get 0)))
    (local.set 5 (i64.or (local.get 4) (local.get 2)))
    (local.set 6 (i64.mul (local.get 5) (local.get 3)))
    (local.set 7 (i64.extend_i32_u (call $even (i32.const 3))))
    (i64.add (i64.add (i64.add (local.get 0) (i64.mul (local.get 1) (local.get 7)))
                      (i64.add (local.get 2) (local.get 3)))
             (i64.xor (i64.add (local.get 4) (local.get 5)) (local.get 6))))

  (func (export "switch") (param i32) (result i32)
    (block $default (block $b4 (block $b3 (block $b2 (block $b1 (block $b0
      (br_table $b0 $b1 $b2 $b0 $b3 $b4 $default (local.get 0)))
      (return (i32.const 100)))
      (return (i32.const 101)))
      (return (i32.const 102)))
      (return (i32.const 103)))
      (return (i32.const 104)))
    (i32.const 105))
  (func (export "switch with value") (param i32) (result i32)
    (block $b (result i32) (block $a (result i32)
      (i32.const 7) (br_table $a $b $a (local.get 0))) (i32.const 3) (i32.mul)))
  (func (export "switch of only a default") (param i32) (result i32)
    (i32.add (i32.const 1)
      (block (result i32) (br_table 0 (i32.const 20) (local.get 0)) (unreachable))))
  (func (export "switch of nothing") (param i32) (result i32)
    (block (br_table 0 (local.get 0))) (i32.const 9))

  (func (export "unreachable") (param i32) (result i32)
    (if (i32.gt_s (local.get 0) (i32.const 3)) (then (unreachable)))
    (local.get 0))
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))
  (func (export "remainder") (param i64) (result i64) (i64.rem_u (i64.const 100) (local.get 0)))
  (func $forever (export "forever") (param i64) (result i64)
    (i64.add (call $forever (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
  (func (export "nothing"))
)"#;

fn wasm() -> Vec<u8> {
    wat::parse_str(MODULE).unwrap()
}

#[test]
fn recursion_and_loops() {
    let wasm = wasm();
    for (m, n) in [("0", "0"), ("1", "3"), ("2", "3"), ("3", "2")] {
        agree(&wasm, "ackermann", &[m, n]).unwrap();
    }
    for n in ["0", "1", "10", "333"] {
        agree(&wasm, "even", &[n]).unwrap();
    }
    for n in ["1", "6", "27", "4294967297"] {
        agree(&wasm, "collatz", &[n]).unwrap();
    }
}

#[test]
fn values_survive_calls_and_pressure() {
    let wasm = wasm();
    for n in ["0", "-1", "77", "-9223372036854775808"] {
        agree(&wasm, "pressure", &[n]).unwrap();
    }
    for n in ["0", "-1", "2147483647"] {
        agree(&wasm, "five", &[n]).unwrap();
        agree(&wasm, "globals", &[n]).unwrap();
    }
    assert_eq!(agree(&wasm, "nothing", &[]), Ok(vec![]));
    for index in ["0", "1", "2", "3", "4", "5", "6", "7", "-1", "-2147483648"] {
        for export in [
            "switch",
            "switch with value",
            "switch of nothing",
            "switch of only a default",
        ] {
            agree(&wasm, export, &[index]).unwrap();
        }
    }
}

#[test]
fn traps_are_outcomes() {
    let wasm = wasm();
    assert_eq!(
        agree(&wasm, "unreachable", &["4"]),
        Err(TrapKind::Unreachable)
    );
    agree(&wasm, "unreachable", &["3"]).unwrap();
    assert_eq!(
        agree(&wasm, "divide", &["0"]),
        Err(TrapKind::IntegerDivideByZero)
    );
    assert_eq!(
        agree(&wasm, "remainder", &["0"]),
        Err(TrapKind::IntegerDivideByZero)
    );
    // A divisor whose lower lane is 0 is not 0.
    agree(&wasm, "remainder", &["4294967296"]).unwrap();
    assert_eq!(
        agree(&wasm, "forever", &["0"]),
        Err(TrapKind::StackOverflow)
    );
}

#[test]
fn without_optimisation_the_answers_are_the_same() {
    use common::simulate;
    use cranelift_zkasm_profile::{Options, compile};
    let wasm = wasm();
    for (export, args) in [
        ("ackermann", vec!["2", "3"]),
        ("pressure", vec!["77"]),
        ("five", vec!["9"]),
    ] {
        let expected = common::wasmi(&wasm, export, &args).unwrap();
        let options = Options {
            entry: Some(export.to_owned()),
            args: args.iter().map(ToString::to_string).collect(),
            optimize: false,
            check: true,
            ..Options::default()
        };
        assert_eq!(
            simulate(&compile(&wasm, &options).unwrap()).results,
            expected
        );
    }
}

/// A choice whose comparison has one value on both sides, which once was read too late.
#[test]
fn select_comparing_a_value_with_itself() {
    use common::simulate;
    use cranelift_zkasm_profile::{Options, compile};
    let wasm = wat::parse_str(
        r#"(module
             (func (export "lt") (param i64 i64) (result i64) (local $x i64)
               (local.set $x (i64.xor (local.get 0) (local.get 1)))
               (i64.add (i64.mul (local.get $x) (i64.const 3))
                 (select (local.get 0) (local.get 1)
                   (i64.lt_u (local.get $x) (local.get $x)))))
             (func (export "eq") (param i64 i64) (result i64) (local $x i64)
               (local.set $x (i64.xor (local.get 0) (local.get 1)))
               (i64.add (i64.mul (local.get $x) (i64.const 3))
                 (select (local.get 0) (local.get 1)
                   (i64.eq (local.get $x) (local.get $x)))))
             (func (export "extended") (param i32 i64) (result i64)
               (select (local.get 1) (i64.const 7)
                 (i64.lt_s (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 0))))))"#,
    )
    .unwrap();
    for export in ["lt", "eq", "extended"] {
        for optimize in [false, true] {
            let options = Options {
                entry: Some(export.to_owned()),
                args: vec!["5".to_owned(), "9".to_owned()],
                optimize,
                check: true,
                ..Options::default()
            };
            let results = simulate(&compile(&wasm, &options).unwrap()).results;
            assert_eq!(
                Ok(results),
                common::wasmi(&wasm, export, &["5", "9"]),
                "{export}"
            );
        }
    }
}

/// Runtime routines work behind a start stub of more than 2^16 lines, where computed jumps do not.
#[test]
fn unaligned_access_after_much_data() {
    let bytes = "\\ff".repeat(600_000);
    let wasm = wat::parse_str(format!(
        "(module (memory 16) (data (i32.const 8) \"{bytes}\")
           (func (export \"f\") (param i32) (result i64) (i64.load (local.get 0))))"
    ))
    .unwrap();
    agree(&wasm, "f", &["3"]).unwrap();
}

/// More globals than there are variables are refused when the program is built.
#[test]
fn too_many_globals_are_refused() {
    let mut wat = String::from("(module\n");
    for _ in 0..66_000 {
        wat += "(global (mut i32) (i32.const 1))\n";
    }
    wat += "(func (export \"f\")";
    for index in 0..66_000 {
        wat += &format!("(global.set {index} (i32.const 2))\n");
    }
    let wasm = wat::parse_str(wat + "))").unwrap();
    let options = cranelift_zkasm_profile::Options::default();
    let error = cranelift_zkasm_profile::compile(&wasm, &options).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("too large for the machine: the words of globals")
    );
}

/// Parameters and results beyond the registers, through calls, recursion and tables.
#[test]
fn many_parameters_and_results() {
    let wasm = wat::parse_str(
        r#"(module
             (type $many (func (param i32 i64 i32 i64 i32 i64 i32 i64)
                               (result i64 i32 i64 i32 i64 i32 i64)))
             (table 1 funcref) (elem (i32.const 0) $turn)
             (func $turn (type $many)
               (local.get 7) (local.get 6) (local.get 5) (local.get 4)
               (local.get 3) (local.get 2)
               (i64.add (local.get 1) (i64.extend_i32_s (local.get 0))))
             (func (export "eight") (param i32 i64 i32 i64 i32 i64 i32 i64)
                   (result i64 i32 i64 i32 i64 i32 i64)
               (call $turn (local.get 0) (local.get 1) (local.get 2) (local.get 3)
                           (local.get 4) (local.get 5) (local.get 6) (local.get 7)))
             (func (export "indirect") (param i32 i64 i32 i64 i32 i64 i32 i64)
                   (result i64 i32 i64 i32 i64 i32 i64)
               (call_indirect (type $many)
                 (local.get 6) (local.get 7) (local.get 4) (local.get 5)
                 (local.get 2) (local.get 3) (local.get 0) (local.get 1) (i32.const 0)))
             (func $sum (export "sum") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
               (if (i32.eqz (local.get 6)) (then (return (local.get 5))))
               (i32.add (local.get 0)
                 (call $sum (local.get 1) (local.get 2) (local.get 3) (local.get 4)
                   (local.get 5) (i32.add (local.get 0) (local.get 5))
                   (i32.sub (local.get 6) (i32.const 1))))))"#,
    )
    .unwrap();
    let args = ["1", "-2", "3", "-4", "5", "-6", "7", "-8"];
    agree(&wasm, "eight", &args).unwrap();
    agree(&wasm, "indirect", &args).unwrap();
    for depth in ["0", "1", "2", "50"] {
        agree(
            &wasm,
            "sum",
            &["1", "20", "300", "4000", "50000", "600000", depth],
        )
        .unwrap();
    }
    assert_eq!(
        agree(&wasm, "sum", &["1", "2", "3", "4", "5", "6", "-1"]),
        Err(TrapKind::StackOverflow)
    );
}

/// What control does not reach is not translated, so it cannot be refused, and nothing stumbles over it.
#[test]
fn unreached_floating_point_compiles() {
    let wasm = wat::parse_str(
        r#"(module (func (export "f") (param i32) (result i32)
          (block (br_if 0 (local.get 0)) (unreachable) (drop (f64.add (f64.const 1) (f64.const 2))))
          (return (i32.const 3))
          (drop (f32.const 1))
          (i32.const 4)))"#,
    )
    .unwrap();
    assert_eq!(agree(&wasm, "f", &["1"]), Ok(vec!["i32:3".to_owned()]));
    assert_eq!(agree(&wasm, "f", &["0"]), Err(TrapKind::Unreachable));
}
