//! Constants: what their expressions are worth, and what they do in a step.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use zkasm::{AssembleError, Fe, Reg, Rom, assemble, parse};

fn rom(text: &str) -> Result<Rom, AssembleError> {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    assemble(&parsed.program, &parsed.positions)
}

fn value(expression: &str) -> i128 {
    let text = format!("CONST %TWO = 2\nCONSTL %MAX = 2 ** 64 - 1\nCONST %X = {expression}");
    match rom(&text) {
        Ok(rom) => rom.constants["X"].value,
        Err(error) => panic!("{error} for {expression}"),
    }
}

#[test]
fn operators_bind_as_in_the_reference() {
    for (expression, expected) in [
        ("1 + 2 * 3", 7),
        ("10 / 6 * 2 - - 3", 5),
        ("2 ** 3 ** 2", 64),
        ("2 * 3 ** 2", 36),
        ("-2 ** 2 + 5", 1),
        ("7 / -2 * 2", -1),
        ("!1 + 1", 1),
        ("!-0 * 2", 1),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("5 %3", 2),
        ("1 << 3 + 1", 16),
        ("1 << -1", 0),
        ("-1 >> 70", -1),
        ("3 >> -1", 6),
        ("(1 << 100) >> 99", 2),
        ("-1 & 255 ^ 3 | 256", 508),
        ("1 == 1 && 2 > 1 || 0", 1),
        ("2 && 3", 1),
        ("0 || 0", 0),
        ("3 <= 3", 1),
        ("3 >= 4", 0),
        ("3 < 4 != 1", 0),
        ("0 && 1 ? 5 : 6", 6),
        ("1 ? 2 : 0 ? 3 : 4", 2),
        ("0 ? 1 : 2 + 3", 5),
        ("1 ? 2 : 1 / 0", 2),
        ("%N ?? 1 + 2", 3),
        ("2 * %N ?? 1 + 2", 6),
        ("%N ?? %M ?? 4", 4),
        ("%TWO ?? 1 / 0", 2),
        ("%MAX & 0xff", 255),
        ("0xFFFFFFFFFFFFFFFFn - %MAX", 0),
        ("1_000n + 0x1_0", 1016),
        // Numbers without suffix go through a double.
        ("9007199254740993 - 9007199254740992", 0),
        ("9007199254740993n - 9007199254740992n", 1),
        ("(-1) ** 5000000000000n", 1),
        ("(-1) ** 5000000000001n", -1),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn what_has_no_value_is_refused() {
    for (text, expected) in [
        ("CONST %X = 1 / 0", "1:1: division by zero"),
        ("CONST %X = 1 % 0", "1:1: division by zero"),
        ("CONST %X = 2 ** -1", "1:1: exponent -1 is below 0"),
        (
            "CONST %X = 2 << 70000",
            "1:1: a value of more than 65536 bits",
        ),
        (
            "CONST %X = 2 ** 99999999999",
            "1:1: a value of more than 65536 bits",
        ),
        (
            "CONST %X = 2 << (1 << 80)",
            "1:1: a value of more than 65536 bits",
        ),
        (
            "CONST %X = 1 << 32",
            "1:1: %X = 4294967296 is outside of -2^31 ..= 2^32-1",
        ),
        (
            "CONST %X = -(1 << 31) - 1",
            "1:1: %X = -2147483649 is outside of -2^31 ..= 2^32-1",
        ),
        ("CONSTL %X = -1", "1:1: %X = -1 is outside of 0 ..= 2^64-1"),
        (
            "CONSTL %X = 1 << 64",
            "1:1: %X = 18446744073709551616 is outside of 0 ..= 2^64-1",
        ),
        ("CONSTL %X = 1 << 200", "1:1: %X is outside of 0 ..= 2^64-1"),
        (
            "CONST %X = 1\n CONST %X = 1",
            "2:2: constant %X is defined at 1:1 already",
        ),
        ("CONST %X = %X", "1:1: constant %X is not defined before"),
        (
            "CONST %toString = 1",
            "1:1: `%toString` cannot be a constant's name",
        ),
        (
            "%X => A\nCONST %X = 1",
            "1:1: constant %X is not defined before",
        ),
        ("${const.X} => A", "1:1: constant `X` is not defined"),
        (
            "CONSTL %L = 1\n%L*2 => A",
            "2:1: constants with and without suffix n in one product",
        ),
        (
            "CONSTL %L = 1\nA*%L => A",
            "2:1: a number with suffix n cannot multiply a register",
        ),
        (
            "CONSTL %L = 1\n%L + 1 => A",
            "2:1: constants with and without suffix n in one step",
        ),
        (
            "CONSTL %L = 1 << 63\n%L*2n => A",
            "2:1: a product of numbers with suffix n exceeds 2^64 - 1",
        ),
        (
            "CONST %X = 65536\n%X*%X => A",
            "2:1: constant 4294967296 is outside of -2^31 ..= 2^32-1: wider ones take the suffix n",
        ),
        (
            "zkPC*4294967296 => A",
            "1:1: constant 4294967296 is outside of -2^31 ..= 2^32-1: wider ones take the suffix n",
        ),
        (
            "@l => A\nl:\n 0 => A",
            "1:1: neither a label nor a variable `l` is defined before",
        ),
        (
            "VAR GLOBAL v\nA*@v => A",
            "2:1: an address `@name` cannot multiply a register",
        ),
    ] {
        let error = rom(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "for {text:?}");
    }
}

#[test]
fn a_step_takes_constants_addresses_and_its_own_place() {
    let names = "VAR GLOBAL q[4]\nVAR GLOBAL z\nCONST %X = 7\nCONST %M = -2\nCONSTL %L = 5\n";
    let p = i128::from(Fe::P);
    for (step, lanes, regs) in [
        ("%X => A", [7, 0], vec![]),
        ("-%X => A", [-7, 0], vec![]),
        ("3 - %X*2 => A", [-11, 0], vec![]),
        ("%X*%X*2 => A", [98, 0], vec![]),
        ("3*%X*A*%M => A", [0, 0], vec![(Reg::A, -42)]),
        ("A - %X*A => A", [0, 0], vec![(Reg::A, -6)]),
        ("2 ** 3*A + 2 ** 31 => B", [1 << 31, 0], vec![(Reg::A, 8)]),
        ("2n ** 63n => A", [0, 1 << 31], vec![]),
        ("%L*3n => A", [15, 0], vec![]),
        // A negative number of both lanes is a two's complement, and lanes have no carry.
        ("A - 1n => A", [0xffff_ffff, 0xffff_ffff], vec![(Reg::A, 1)]),
        ("A - %L => A", [0xffff_fffb, 0xffff_ffff], vec![(Reg::A, 1)]),
        ("0n - 5n => A", [0xffff_fffb, 0xffff_ffff], vec![]),
        ("0xffffffffffffffffn + 1n => A", [0, 0], vec![]),
        // Sums of one lane are in the field.
        ("4294967295 + 1 => A", [1 << 32, 0], vec![]),
        ("-3 - 4294967295 => A", [p - (1 << 32) - 2, 0], vec![]),
        ("@z => A", [4, 0], vec![]),
        ("@z*2 - @q => A", [8, 0], vec![]),
        ("@z*2*A => A", [0, 0], vec![(Reg::A, 8)]),
        ("zkPC + 2 => RR", [3, 0], vec![]),
        ("5 - zkPC*A => RR", [5, 0], vec![(Reg::A, -1)]),
        ("@l => A", [0, 0], vec![]),
    ] {
        let rom = rom(&format!("{names}l:\n  0 => A\n{step}\n")).unwrap_or_else(|e| panic!("{e}"));
        let line = &rom.lines[1];
        let constant = [line.constant.lane0, line.constant.lane1];
        assert_eq!(constant, lanes.map(Fe::from_i128), "{step}");
        let regs: Vec<_> = regs
            .into_iter()
            .map(|(reg, coeff)| (reg, Fe::from_i128(coeff)))
            .collect();
        assert_eq!(line.regs, regs, "{step}");
    }
}

#[test]
fn definitions_do_not_come_between_a_command_and_its_step() {
    let text = "  0 => A\nCONST %X = 4 $${f(const.X)}\nl:\n$${g()}\nCONST %Y = 5 %Y => A\n";
    let rom = rom(text).unwrap();
    assert_eq!(rom.lines[0].cmd_after.len(), 1);
    assert_eq!(rom.lines[1].cmd_before.len(), 1);
    assert_eq!(rom.lines[1].constant.lane0, Fe::from(5u32));
}

#[test]
fn elements_of_arrays_have_two_spellings() {
    let text = "VAR GLOBAL a\nVAR CTX q[4]\nVAR CTX r[4]\n";
    for (one, other) in [
        ("r[3]", "r+3"),
        ("r[E]", "r+E"),
        ("q[E + 6]", "r[E+2]"),
        ("q[E+1]", "r[E - 3]"),
    ] {
        let access = |addr| {
            let rom = rom(&format!("{text}  5 :MSTORE({addr})\n")).unwrap();
            rom.lines[0].mem.clone().unwrap()
        };
        assert_eq!(access(one), access(other), "{one}");
    }
    let error = rom(&format!("{text}  5 :MSTORE(q[4])\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "4:3: `q` has no word 4: it has 4, from 0"
    );
}
