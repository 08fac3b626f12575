//! What the parser refuses, where, and what it says.

use zkasm::parse;

fn refused(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), *expected, "for {text:?}");
    }
}

#[test]
fn steps() {
    refused(&[
        (
            "=> A",
            "1:1: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `=>`",
        ),
        (
            "  5 =>",
            "1:7: expected a register, found the end of the text",
        ),
        ("5 => 6", "1:6: expected a register, found number 6"),
        (
            "5 => A,\n",
            "1:8: expected a register, found the end of the line",
        ),
        (
            "5 => A :",
            "1:9: expected an operation, found the end of the text",
        ),
        (
            "5 => A ADD",
            "1:8: expected `,`, `:` or the end of the line, found `ADD`",
        ),
        (
            "A B",
            "1:3: expected an operator, `=>`, `:` or the end of the line, found `B`",
        ),
        (
            "$ :ADD SUB",
            "1:8: expected `,` or the end of the line, found `SUB`",
        ),
        (
            "5 => A $${f()}",
            "1:8: expected `,`, `:` or the end of the line, found `$${`",
        ),
        (
            "5 + -3 => A",
            "1:5: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `-`",
        ),
        (
            "+5 => A",
            "1:1: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `+`",
        ),
        (
            "(5) => A",
            "1:1: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `(`",
        ),
        ("A*B => C", "1:3: two registers cannot be multiplied"),
        ("2 * $ => A", "1:1: a free input cannot be multiplied"),
        (
            "-${1} => A",
            "1:1: a free input that comes first cannot be negated",
        ),
        (
            "A + 2*3*4294967295*B => A",
            "1:9: the factors before a register cannot exceed 2^32 - 1",
        ),
        (
            "0x10000000000000000n => A",
            "1:1: a number with suffix n cannot exceed 2^64 - 1",
        ),
        (
            "A*3*4294967296 => A",
            "1:5: a coefficient's factor cannot exceed 2^32 - 1",
        ),
        (
            "9223372036854775808 => A",
            "1:1: a number without suffix n cannot exceed 2^63 - 1",
        ),
        ("2 ** A => A", "1:6: expected a number, found `A`"),
        (
            "2 ** 3 ** 2 => A",
            "1:8: expected an operator, `=>`, `:` or the end of the line, found `**`",
        ),
        (
            "2 ** 63 => A",
            "1:1: a number without suffix n cannot exceed 2^63 - 1",
        ),
        (
            "2n ** 64n => A",
            "1:1: a number with suffix n cannot exceed 2^64 - 1",
        ),
        (
            "2n ** 64 => A",
            "1:1: base and exponent must both have the suffix n, or none",
        ),
        (
            "@A => A",
            "1:2: expected the name of a label or a variable, found `A`",
        ),
        ("%X*${1} => A", "1:1: a free input cannot be multiplied"),
        ("A*%X*B => A", "1:6: two registers cannot be multiplied"),
        (
            "A + ADD => A",
            "1:5: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `ADD`",
        ),
    ]);
}

#[test]
fn operations() {
    refused(&[
        (":FOO", "1:2: expected an operation, found `FOO`"),
        (":5", "1:2: expected an operation, found number 5"),
        (":JMP", "1:5: expected `(`, found the end of the text"),
        (
            ":JMP()",
            "1:6: expected a label, a register or `@label + register`, found `)`",
        ),
        (
            ":JMP(5)",
            "1:6: expected a label, a register or `@label + register`, found number 5",
        ),
        (":JMP(l", "1:7: expected `)`, found the end of the text"),
        (
            ":JMP(@l)",
            "1:8: expected `+` and a register after `@label`, found `)`",
        ),
        (":JMP(@l+x)", "1:9: expected a register, found `x`"),
        (":JMP(l, m)", "1:7: expected `)`, found `,`"),
        (
            "0 :JMPN(l,)",
            "1:11: expected a label, a register or `@label + register`, found `)`",
        ),
        (":REPEAT(A)", "1:9: expected `RCX`, found `A`"),
        ("0 :HASHK", "1:9: expected `(`, found the end of the text"),
        ("0 :HASHK(A)", "1:10: expected a hash's number, found `A`"),
        (
            "0 :HASHKLEN(-1)",
            "1:13: expected a hash's number, found `-`",
        ),
        (
            "0 :HASHKDIGEST(4294967296)",
            "1:16: a hash's number: 4294967296 is too large",
        ),
        ("0 :MSTORE()", "1:11: expected an address, found `)`"),
        ("0 :MSTORE(5)", "1:11: expected an address, found number 5"),
        ("0 :MSTORE(A)", "1:11: expected an address, found `A`"),
        ("0 :MSTORE(SP + E)", "1:16: expected an offset, found `E`"),
        ("0 :MSTORE(SP+ +)", "1:15: expected a number, found `+`"),
        (
            "0 :MSTORE(SP + 4n)",
            "1:16: expected an offset, found number 4n",
        ),
        (
            "0 :MSTORE(SP + 4294967296)",
            "1:16: an offset: 4294967296 is too large",
        ),
        (
            "0 :MSTORE(SP + 2147483648)",
            "1:16: offset 2147483648 is outside of -2^31 ..= 2^31-1",
        ),
        ("0 :MSTORE(MEM)", "1:14: expected `:`, found `)`"),
        ("0 :MSTORE(MEM:RR)", "1:15: expected `E`, found `RR`"),
        ("0 :MSTORE(x[])", "1:13: expected an offset, found `]`"),
        ("0 :MSTORE(x[E+])", "1:15: expected an offset, found `]`"),
        ("0 :MSTORE(x[2)", "1:14: expected `]`, found `)`"),
    ]);
}

#[test]
fn items() {
    refused(&[
        (
            "l",
            "1:2: expected `:` after a label's name, found the end of the text",
        ),
        (
            "l 5 => A",
            "1:3: expected `:` after a label's name, found number 5",
        ),
        (
            "ADD:",
            "1:1: expected a step, a label or a declaration, found `ADD`",
        ),
        (
            "A:",
            "1:3: expected an operation, found the end of the text",
        ),
        (
            ")",
            "1:1: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `)`",
        ),
        ("VAR x", "1:5: expected `GLOBAL` or `CTX`, found `x`"),
        (
            "VAR CTX",
            "1:8: expected a variable's name, found the end of the text",
        ),
        ("VAR CTX SP", "1:9: expected a variable's name, found `SP`"),
        (
            "VAR CTX x[y]",
            "1:11: expected the number of words, found `y`",
        ),
        (
            "VAR CTX x[2",
            "1:12: expected `]`, found the end of the text",
        ),
        (
            "VAR CTX x[4294967296]",
            "1:11: the number of words: 4294967296 is too large",
        ),
        ("CONST X = 5", "1:7: expected `%` and a name, found `X`"),
        ("CONST %X 5", "1:10: expected `=`, found number 5"),
        (
            "CONSTL %X = 1 +",
            "1:16: expected a number, a constant or `(`, found the end of the text",
        ),
        (
            "CONST %X = (1",
            "1:14: expected an operator or `)`, found the end of the text",
        ),
        (
            "CONST %X = 1 ? 2",
            "1:17: expected an operator or `:`, found the end of the text",
        ),
        (
            "CONST %X = 1 ?? 2",
            "1:14: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `??`",
        ),
        (
            "INCLUDE x",
            "1:9: expected a file's name in quotes, found `x`",
        ),
        (
            " INCLUDE \"x\"",
            "1:2: cannot include `x`: this program is read without access to other files",
        ),
        (
            "\"x\"",
            "1:1: expected a register, a number, a constant, `@name`, `zkPC`, `$` or `${`, found `\"x\"`",
        ),
        ("5 => A ; é\n  6 => B é", "2:10: unexpected character 'é'"),
    ]);
}

#[test]
fn commands() {
    refused(&[
        ("${ } => A", "1:4: expected an operand, found `}`"),
        ("$${}", "1:4: expected an operand, found `}`"),
        ("${1 + } => A", "1:7: expected an operand, found `}`"),
        ("${(1} => A", "1:5: expected an operator or `)`, found `}`"),
        ("${1)} => A", "1:4: expected an operator or `}`, found `)`"),
        (
            "${1 2} => A",
            "1:5: expected an operator or `}`, found number 2",
        ),
        ("${5n} => A", "1:3: expected an operand, found number 5n"),
        (
            "${5 ADD} => A",
            "1:5: expected an operator or `}`, found `ADD`",
        ),
        ("${f(1,)} => A", "1:7: expected an operand, found `)`"),
        (
            "${f(1} => A",
            "1:6: expected an operator, `,` or `)`, found `}`",
        ),
        ("${1 ? 2} => A", "1:8: expected `:`, found `}`"),
        ("${1 ? 2 + 3 : 4} => A", "1:9: expected `:`, found `+`"),
        (
            "${2 ** 3} => A",
            "1:5: `**` fails in the executor: use exp(base, exponent)",
        ),
        ("${mem.A} => A", "1:7: expected a declared name, found `A`"),
        (
            "${mem.x[1 => A",
            "1:11: expected an operator or `]`, found `=>`",
        ),
        ("${addr.} => A", "1:8: expected a declared name, found `}`"),
        (
            "${rom.x} => A",
            "1:6: `rom` is not one of addr, const and mem",
        ),
        ("$${var = 1}", "1:8: expected a variable's name, found `=`"),
        ("$${var A}", "1:8: expected a variable's name, found `A`"),
        ("$${x + y = 1}", "1:10: only a variable can be assigned to"),
        ("$${A = 1}", "1:6: only a variable can be assigned to"),
        ("$${(x) = 1}", "1:8: expected an operator or `}`, found `=`"),
        ("$${mem.x = 1}", "1:10: only a variable can be assigned to"),
        (
            "$${1\n2}",
            "2:1: expected an operator or `}`, found number 2",
        ),
        (
            "$${1",
            "1:5: expected an operator or `}`, found the end of the text",
        ),
        ("${1 /* x */ } => A", "1:6: expected an operand, found `*`"),
    ]);
}

#[test]
fn depth_is_limited_and_says_so() {
    let limit = "expression of more than 200 levels";
    let deep = |n: usize, open: &str, close: &str| {
        parse(&format!("${{{}1{}}} => A", open.repeat(n), close.repeat(n)))
    };
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("-", ""),
        ("1 + ", ""),
        ("!(", ")"),
        ("x = ", ""),
    ] {
        assert!(deep(199, open, close).is_ok(), "{open}");
        for n in [201, 100_000] {
            let error = deep(n, open, close).unwrap_err();
            assert_eq!(error.message, limit, "{open}");
        }
    }
}
