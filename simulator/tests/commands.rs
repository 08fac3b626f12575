//! The command language: values, lanes, functions, and what has none.

mod common;

use common::{accepted, changed, refused, run};

fn value(expr: &str) -> String {
    let report = run(&format!("5 => A\n 3 => B\n ${{{expr}}} => C\n 0 => A, B"))
        .unwrap_or_else(|error| panic!("{error} for {expr}"));
    changed(&report)
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
        ("0 => A\n$${log(A)}", "line 1: unknown function log"),
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
