//! The command language: values, lanes, functions, and what has none.

mod common;

use common::{accepted, changed, refused, run};

fn value(expr: &str) -> String {
    let report = run(&format!("5 => A\n 3 => B\n ${{{expr}}} => C\n 0 => A, B"))
        .unwrap_or_else(|error| panic!("{error} for {expr}"));
    changed(&report)
}

#[test]
fn operators_have_two_levels_of_precedence() {
    for (expr, expected) in [
        ("1 + 2 << 3", "C=17"),
        ("(1 + 2) << 3", "C=24"),
        ("A + 1 == 2", "C=5"),
        ("7 & 3 | 8", "C=11"),
        ("5 == 5 == 1", "C=1"),
        ("2 > 1 ? 5 : 6", "C=5"),
        ("1 + 0 ? 5 : 6", "C=7"),
        ("1 ? 2 : 4 + 3", "C=5"),
        ("0 ? 2 : 0 ? 5 : 6", "C=6"),
        ("1 - 2 - 3 + 10", "C=6"),
        ("-5 * 3 + 20", "C=5"),
        ("!0 + 1", "C=2"),
        ("--5", "C=5"),
        ("-~5", "C=6"),
        ("5--3", "C=8"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
}

#[test]
fn integers_are_unbounded_and_split_modulo_two_to_the_64() {
    for (expr, expected) in [
        ("-1", "C=18446744073709551615"),
        ("18446744073709551617", "C=1"),
        ("1 << 200", ""),
        ("(1 << 200) >> 198", "C=4"),
        ("1 << -1", ""),
        ("1 >> -3", "C=8"),
        ("-7 / 2", "C=18446744073709551613"),
        ("-7 % 2", "C=18446744073709551615"),
        ("-7 >> 1", "C=18446744073709551612"),
        ("(0 - (1 << 130)) % 1000", "C=18446744073709550792"),
        ("(A * A * A * A) >> B", "C=78"),
        ("~5", "C=18446744073709551610"),
        ("!5", ""),
        ("A && 0", ""),
        ("0 || B", "C=1"),
        ("A >= 5", "C=1"),
        ("A < B", ""),
        ("A != B", "C=1"),
        ("A ^ B", "C=6"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
}

/// The reference's 64-bit branch computes `>` for `<=`.
#[test]
fn less_or_equal_is_greater() {
    assert_eq!(value("1 <= 2"), "");
    assert_eq!(value("2 <= 2"), "");
    assert_eq!(value("3 <= 2"), "C=1");
}

#[test]
fn functions() {
    for (expr, expected) in [
        ("cond(A)", "C=[-1, 0]"),
        ("cond(A - 5)", ""),
        ("exp(2, 33)", "C=8589934592"),
        ("exp(2, 70)", ""),
        ("exp(10, 30)", "C=5076944270305263616"),
        ("beforeLast(2)", "C=[-1, 0]"),
        ("beforeLast()", "C=[-1, 0]"),
        ("beforeLast(8388606)", ""),
        ("beforeLast(8388605)", "C=[-1, 0]"),
        ("bitwise_and(12, 10)", "C=8"),
        ("bitwise_or(12, 3) + 1", "C=16"),
        ("bitwise_xor(12, 10)", "C=6"),
        ("bitwise_not(12)", "C=18446744073709551603"),
        ("bitwise_not(0) >> 60", "C=15"),
        ("comp_lt(1, 2)", "C=1"),
        ("comp_gt(1, 2) + 7", "C=7"),
        ("comp_eq(A, 5)", "C=1"),
        ("A ? cond(1) : 3", "C=[-1, 0]"),
        ("!A ? cond(1) : (A ? 3 : beforeLast(0))", "C=3"),
    ] {
        assert_eq!(value(expr), expected, "{expr}");
    }
    refused(&[
        ("${f(1)} => A", "line 1: unknown function f"),
        ("${x} => A", "line 1: no command declares the variable x"),
        (
            "${cond(1) + 1} => A",
            "line 1: cond gives lanes, which cannot be computed with",
        ),
        (
            "${cond(exp(2, 2))} => A",
            "line 1: exp gives lanes, which cannot be computed with",
        ),
        (
            "${cond()} => A",
            "line 1: wrong number of arguments of cond: 0",
        ),
        (
            "${exp(1)} => A",
            "line 1: wrong number of arguments of exp: 1",
        ),
        (
            "${beforeLast(1, 2)} => A",
            "line 1: wrong number of arguments of beforeLast: 2",
        ),
        (
            "${comp_eq(1, 2, 3)} => A",
            "line 1: wrong number of arguments of comp_eq: 3",
        ),
    ]);
}

#[test]
fn what_has_no_value_fails_the_run() {
    refused(&[
        (
            "${1 / 0} => A",
            "step 0, zkPC 0, line 1: command: division by zero",
        ),
        (
            "${1 % A} => A",
            "step 0, zkPC 0, line 1: command: division by zero",
        ),
        (
            "${0 && (1 / 0)} => A",
            "step 0, zkPC 0, line 1: command: division by zero",
        ),
        (
            "${1 || (1 / 0)} => A",
            "step 0, zkPC 0, line 1: command: division by zero",
        ),
        (
            "${1 << (1 << 40)} => A",
            "step 0, zkPC 0, line 1: command: a value of more than 65536 bits",
        ),
        (
            "${exp(3, 1 << 40)} => A",
            "step 0, zkPC 0, line 1: command: a value of more than 65536 bits",
        ),
        (
            "${exp(3, -1)} => A",
            "step 0, zkPC 0, line 1: command: exponent below 0",
        ),
        (
            "-1 => A\n ${A} => B",
            "step 1, zkPC 1, line 2: A holds [-1, 0], with a lane outside of 0..2^32",
        ),
        (
            "VAR GLOBAL x\n ${mem.x} => A",
            "step 0, zkPC 0, line 2: command: mem.x was never written, and the executor fails to read it",
        ),
        (
            "VAR GLOBAL x\n -1 :MSTORE(x)\n ${mem.x} => A",
            "step 1, zkPC 1, line 3: x holds [-1, 0], with a lane outside of 0..2^32",
        ),
    ]);
    assert_eq!(value("A ? 7 : (1 / 0)"), "C=7");
    assert_eq!(value("!A ? (1 / 0) : 7"), "C=7");
}

#[test]
fn commands_read_registers_and_variables() {
    accepted(&[
        ("-1 => SP\n ${SP} => A", "A=18446744073709551615 SP=-1"),
        (
            "0x500000001n => A\n ${A + 1} => B",
            "A=21474836481 B=21474836482",
        ),
        ("0 => A\n ${STEP} => B\n ${CTX} => C", "B=1 C=2"),
        (
            "VAR GLOBAL x\nVAR GLOBAL y[2]\n 7 :MSTORE(y)\n ${mem.y + 1} => A",
            "A=8",
        ),
        // The reference takes a context's variable for a global one here.
        (
            "VAR CTX c\nVAR GLOBAL g\n 7 :MSTORE(g)\n ${mem.c} => A",
            "A=7",
        ),
    ]);
}

#[test]
fn constants_are_read_wherever_they_are_defined() {
    let report = run("CONST %M = -3\n ${const.M * const.L} => A\n CONSTL %L = 1 << 33\n")
        .unwrap_or_else(|error| panic!("{error}"));
    let expected = format!("A={}", (-(3i64 << 33)) as u64);
    assert_eq!(changed(&report), expected);
}

#[test]
fn variables_last_for_the_run() {
    for (text, expected) in [
        (
            "3 => A\n $${var _m = A * 5}\n ${_m} => B\n $${_m = _m + 1}\n ${_m + 1} => C",
            "A=3 B=15 C=17",
        ),
        // Wider than a register.
        ("$${var x = 1 << 70}\n ${x >> 64} => B", "B=64"),
        ("$${var x}\n ${x + 2} => A\n ${x = 5} => B", "A=2 B=5"),
        ("$${var x}\n ${(x = 7) + 1} => A\n ${x} => B", "A=8 B=7"),
        ("${1 + (var x = 3)} => A\n ${x = var y = 9} => B", "A=4 B=9"),
        // Declared again, a variable is 0.
        (
            "$${var _x = 3}\n 1 => A\n $${var _x}\n ${_x} => B\n ${2 + var _x} => C",
            "A=1 C=2",
        ),
        (
            "l: $${var _x = A}\n A + 1 => A\n A - 5 :JMPN(l)\n ${_x} => B",
            "A=5 B=4",
        ),
    ] {
        let report = run(text).unwrap_or_else(|error| panic!("{error} for {text:?}"));
        assert_eq!(changed(&report), expected, "{text:?}");
    }
}

#[test]
fn variables_are_declared_once_and_before_their_use() {
    for (text, expected) in [
        ("${x} => A", "line 1: no command declares the variable x"),
        (
            "$${x = 1}\n 0 => A",
            "line 2: no command declares the variable x",
        ),
        (
            "${x} => A\n $${var x}\n 0 => A",
            "step 0, zkPC 0, line 1: command: variable x is not declared so far",
        ),
        (
            "${x = 1} => A\n ${var x} => A",
            "step 0, zkPC 0, line 1: command: variable x is not declared so far",
        ),
        (
            "0 => A\n ${var x = 1} => A\n ${var x = 1} => A",
            "step 2, zkPC 2, line 3: command: variable x is declared already, and its name does not begin with _",
        ),
        (
            "${var x = 1 / A} => A",
            "step 0, zkPC 0, line 1: command: division by zero",
        ),
    ] {
        match run(text) {
            Ok(_) => panic!("{text:?} runs"),
            Err(error) => assert_eq!(error.to_string(), expected, "{text:?}"),
        }
    }
}
