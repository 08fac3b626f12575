//! Every instruction with operands that the executor accepts and operands that it refuses.

mod common;

use common::{accepted, refused, run};
use zkasm::Counter;

#[test]
fn sums_are_computed_lane_by_lane() {
    accepted(&[
        ("5 => A", "A=5"),
        ("-1 => A", "A=[-1, 0]"),
        (
            "0x500000001n => A\n A - 1 => B",
            "A=21474836481 B=21474836480",
        ),
        (
            "0xffffffffn => A\n A + A => B",
            "A=4294967295 B=[8589934590, 0]",
        ),
        ("0x100000000n => A\n -A => B", "A=4294967296 B=[0, -1]"),
        ("7 => B\n A + B*2*3 - B + 1 => A, C", "A=36 B=7 C=36"),
        ("4096 => A\n -A*4294967295*536870912 => E", "A=4096 E=512"),
        (
            "0x900000005n => C\n ROTL_C => A",
            "A=21474836489 C=38654705669",
        ),
        ("0 => B\n STEP => A", "A=1"),
        ("$ => B :ADD\n CNT_BINARY => A, PC", "A=1 PC=1"),
        ("3 => SP\n SP*2 - 1 => A", "A=5 SP=3"),
        (
            "0x500000007n => A\n A => GAS\n GAS => B",
            "A=21474836487 B=7 GAS=7",
        ),
        ("A + ${5} => A\n ${6} + A => B", "A=5 B=11"),
        ("5 => A\n A + 1 => B, A", "A=6 B=6"),
    ]);
}

#[test]
fn one_lane_registers_take_a_signed_number_of_31_bits() {
    for reg in ["CTX", "SP", "PC", "GAS", "RR", "HASHPOS", "RCX"] {
        accepted(&[(
            &format!("2147483647 => {reg}\n -2147483647 => {reg}\n 1 => {reg}"),
            &format!("{reg}=1"),
        )]);
        refused(&[
            (
                &format!("2147483648 => {reg}"),
                &format!(
                    "step 0, zkPC 0, line 1: {reg} takes -(2^31-1) ..= 2^31-1, not 2147483648"
                ),
            ),
            (
                &format!("0 => A\n -2147483648 => A, {reg}"),
                &format!(
                    "step 1, zkPC 1, line 2: {reg} takes -(2^31-1) ..= 2^31-1, not -2147483648"
                ),
            ),
        ]);
    }
}

#[test]
fn binary_operations() {
    let on = |op: &str, a: &str, b: &str| {
        format!(
            "{a}n => A\n {b}n => B\n $ => C :{op}, JMPC(c)\n 0 => D :JMP(e)\nc: 1 => D\ne: 0 => A, B"
        )
    };
    let top = "0xffffffffffffffff";
    let sign = "0x8000000000000000";
    for (op, a, b, result) in [
        ("ADD", "5", "7", "C=12"),
        ("ADD", top, "1", "D=1"),
        ("ADD", "0xffffffff", "1", "C=4294967296"),
        ("SUB", "7", "5", "C=2"),
        ("SUB", "5", "7", "C=18446744073709551614 D=1"),
        ("LT", "5", "7", "C=1 D=1"),
        ("LT", "7", "7", ""),
        ("LT", sign, "1", ""),
        ("SLT", sign, "1", "C=1 D=1"),
        ("SLT", "1", sign, ""),
        ("EQ", top, top, "C=1 D=1"),
        ("EQ", "0x100000000", "0", ""),
        ("AND", "12", "10", "C=8 D=1"),
        ("AND", "12", "3", ""),
        ("OR", "12", "10", "C=14"),
        ("XOR", "12", "10", "C=6"),
    ] {
        accepted(&[(&on(op, a, b), result)]);
    }
    accepted(&[
        ("5 => A\n 7 => B\n 12 :ADD", "A=5 B=7"),
        ("5 => A\n 7 => B\n A + B :ADD", "A=5 B=7"),
        (
            "5 => A\n 7 => B\n ${A + B} => C :ADD, MSTORE(SP)",
            "A=5 B=7 C=12",
        ),
    ]);
    refused(&[
        (
            "5 => A\n 7 => B\n 13 :ADD",
            "step 2, zkPC 2, line 3: ADD of A = 5 and B = 7 is 12, not op = 13",
        ),
        (
            "5 => A\n 7 => B\n -2 :SUB",
            "step 2, zkPC 2, line 3: SUB of A = 5 and B = 7 is 18446744073709551614, not op = [-2, 0]",
        ),
        (
            "$ + 1 => A :ADD",
            "step 0, zkPC 0, line 1: ADD of A = 0 and B = 0 is 0, not op = 1",
        ),
        (
            "-1 => A\n $ => B :OR",
            "step 1, zkPC 1, line 2: A holds [-1, 0], with a lane outside of 0..2^32",
        ),
        (
            "0xffffffffn => B\n B + 1 => B\n $ => A :EQ",
            "step 2, zkPC 2, line 3: B holds [4294967296, 0], with a lane outside of 0..2^32",
        ),
    ]);
}

#[test]
fn arith() {
    let top = "0xffffffffffffffffn";
    accepted(&[
        ("2 => A\n 3 => B\n 4 => C\n 10 :ARITH", "A=2 B=3 C=4"),
        (
            &format!("{top} => A, B, C, D\n 0 :ARITH\n 0 => A, B, C, D"),
            "",
        ),
        (
            "0x100000000n => A, B\n 1 => D\n 0 :ARITH\n 0 => A, B",
            "D=1",
        ),
    ]);
    refused(&[
        (
            "2 => A\n 3 => B\n 4 => C\n 11 :ARITH",
            "step 3, zkPC 3, line 4: ARITH: A*B + C is not D*2^64 + op for A = 2, B = 3, C = 4, D = 0, op = 11",
        ),
        (
            "1 => D\n 0 :ARITH",
            "step 1, zkPC 1, line 2: ARITH: A*B + C is not D*2^64 + op for A = 0, B = 0, C = 0, D = 1, op = 0",
        ),
        (
            "-1 :ARITH",
            "step 0, zkPC 0, line 1: op holds [-1, 0], with a lane outside of 0..2^32",
        ),
    ]);
    for reg in ["A", "B", "C", "D"] {
        refused(&[(
            &format!("-1 => {reg}\n 0 :ARITH"),
            &format!("step 1, zkPC 1, line 2: {reg} holds [-1, 0], with a lane outside of 0..2^32"),
        )]);
    }
}

#[test]
fn mem_align_sees_big_endian_words() {
    let words = "0x0011223344556677n => A\n 0x8899aabbccddeeffn => B\n";
    for (c, read) in [
        (0, 0x0011_2233_4455_6677u64),
        (1, 0x1122_3344_5566_7788),
        (6, 0x6677_8899_aabb_ccdd),
    ] {
        let report = run(&format!("{words} {c} => C\n $ => D :MEM_ALIGN_RD")).unwrap();
        assert_eq!(report.registers[zkasm::Reg::D].as_u64(), Some(read));
    }
    let write = |c: u32, d: &str, e: &str| {
        format!(
            "{words} {c} => C\n {d}n => D\n {e}n => E\n 0xf0f1f2f3f4f5f6f7n :MEM_ALIGN_WR\n 0 => A, B, C, D, E"
        )
    };
    let byte = |c: u32, d: &str| {
        format!(
            "{words} {c} => C\n {d}n => D\n -1 => B, E\n 0x1ffn :MEM_ALIGN_WR8\n 0 => A, B, C, D, E"
        )
    };
    accepted(&[
        (&write(0, "0xf0f1f2f3f4f5f6f7", "0x8899aabbccddeeff"), ""),
        (&write(1, "0x00f0f1f2f3f4f5f6", "0xf799aabbccddeeff"), ""),
        (&write(6, "0x001122334455f0f1", "0xf2f3f4f5f6f7eeff"), ""),
        (&byte(0, "0xff11223344556677"), ""),
        (&byte(6, "0x001122334455ff77"), ""),
    ]);
    refused(&[
        (
            &format!("{words} 1 => C\n 5 :MEM_ALIGN_RD"),
            "step 3, zkPC 3, line 4: MEM_ALIGN_RD of A = 0x11223344556677, B = 0x8899aabbccddeeff, C = 1 is 1234605616436508552, not op = 5",
        ),
        (
            &write(1, "0x01f0f1f2f3f4f5f6", "0xf799aabbccddeeff"),
            "step 5, zkPC 5, line 6: MEM_ALIGN writes op = 0xf0f1f2f3f4f5f6f7 at C = 1: D is to be 0xf0f1f2f3f4f5f6, not 0x1f0f1f2f3f4f5f6",
        ),
        (
            &write(1, "0x00f0f1f2f3f4f5f6", "0xf699aabbccddeeff"),
            "step 5, zkPC 5, line 6: MEM_ALIGN writes op = 0xf0f1f2f3f4f5f6f7 at C = 1: E is to be 0xf799aabbccddeeff, not 0xf699aabbccddeeff",
        ),
        (
            &byte(0, "0xfe11223344556677"),
            "step 5, zkPC 5, line 6: MEM_ALIGN writes op = 0x1ff at C = 0: D is to be 0xff11223344556677, not 0xfe11223344556677",
        ),
        (
            "-1 => C\n $ => A :MEM_ALIGN_RD",
            "step 1, zkPC 1, line 2: C holds [-1, 0], with a lane outside of 0..2^32",
        ),
        (
            "-1 => B\n $ => A :MEM_ALIGN_RD",
            "step 1, zkPC 1, line 2: B holds [-1, 0], with a lane outside of 0..2^32",
        ),
    ]);
    for op in [
        "$ => D :MEM_ALIGN_RD",
        "0 :MEM_ALIGN_WR",
        "0 :MEM_ALIGN_WR8",
    ] {
        refused(&[(
            &format!("7 => C\n {op}"),
            "step 1, zkPC 1, line 2: the executor's MEM_ALIGN takes offsets 0 to 6, not C = 7",
        )]);
    }
}

#[test]
fn memory_keeps_raw_lanes_and_reads_zero_where_nothing_was_written() {
    accepted(&[
        ("$ => A, B :MLOAD(SP)", ""),
        ("0 :MLOAD(MEM:E + 131071)", ""),
        (
            "-5 :MSTORE(SP)\n $ => A :MLOAD(SP)\n -5 :MLOAD(SP)",
            "A=[-5, 0]",
        ),
        (
            "5 => A :MSTORE(SP + 3)\n 3 => E\n $ => B :MLOAD(STACK:E)",
            "A=5 B=5 E=3",
        ),
        (
            "1 => E\n E + 1 => E :MSTORE(MEM:E)\n $ => A :MLOAD(MEM:E - 1)",
            "A=2 E=2",
        ),
        (
            "6 => A :MSTORE(SP++)\n 7 :MSTORE(SP--)\n $ => B :MLOAD(SP + 1)",
            "A=6 B=7",
        ),
        ("9 => SP :MSTORE(SP++)", "SP=9"),
        (
            "5 => SP\n $ => A :MLOAD(SP--), JMP(l)\nl: SP => B",
            "B=4 SP=4",
        ),
        (
            "VAR GLOBAL x\nVAR GLOBAL y\n 5 :MSTORE(y)\n 1 => E\n $ => A :MLOAD(SYS:E)",
            "A=5 E=1",
        ),
        (
            "VAR GLOBAL x\nVAR GLOBAL y\n 5 :MSTORE(y)\n 1 => RR\n $ => A :MLOAD(x+RR)",
            "A=5 RR=1",
        ),
        (
            "VAR GLOBAL x\nVAR CTX c\n 5 :MSTORE(c)\n $ => A :MLOAD(x)\n $ => B :MLOAD(c)",
            "B=5",
        ),
        (
            "VAR GLOBAL x\nVAR CTX c\n 0 => CTX\n 5 :MSTORE(c)\n $ => A :MLOAD(x)",
            "A=5 CTX=0",
        ),
        (
            "5 :MSTORE(SP)\n -1 => CTX\n $ => A :MLOAD(SP)\n 2 => CTX\n $ => B :MLOAD(SP)",
            "B=5",
        ),
        (
            "0x700000001n => E\n 5 :MSTORE(MEM:E)\n 1 => E\n $ => A :MLOAD(MEM:E)",
            "A=5 E=1",
        ),
        (
            "-3 => E\n 5 => A :MSTORE(MEM:E + 3)\n 0 => E\n $ => B :MLOAD(MEM:E)",
            "A=5 B=5",
        ),
    ]);
    refused(&[
        (
            "5 :MLOAD(SP)",
            "step 0, zkPC 0, line 1: MLOAD: the word at 589824 is 0, not op = 5",
        ),
        (
            "-5 :MSTORE(MEM:E)\n 5 :MLOAD(MEM:E)",
            "step 1, zkPC 1, line 2: MLOAD: the word at 655360 is [-5, 0], not op = 5",
        ),
    ]);
}

#[test]
fn addresses_stay_in_their_region() {
    for (text, offset, words) in [
        ("0 => SP, E\n 0 :MSTORE(SP - 1)", -1, 65536),
        ("65536 => SP\n 0 :MSTORE(SP)", 65536, 65536),
        ("65535 => SP\n 0 :MSTORE(SP + 1)", 65536, 65536),
        ("-1 => SP\n 0 :MSTORE(SP--)", -1, 65536),
        ("65530 => SP, E\n 0 :MSTORE(STACK:E)", 131060, 65536),
        ("0 => E\n 0 :MSTORE(MEM:E - 1)", -1, 131072),
        ("131072 => E\n 0 :MLOAD(MEM:E)", 131072, 131072),
        ("65536 => E\n 0 :MSTORE(SYS:E)", 65536, 65536),
        ("65536 => E\n 0 :MSTORE(x+E)\nVAR GLOBAL x", 65536, 65536),
        ("-1 => RR\n 0 :MSTORE(x+RR)\nVAR CTX x", -1, 65536),
    ] {
        refused(&[(
            text,
            &format!(
                "step 1, zkPC 1, line 2: address {offset} is outside of its region of {words} words"
            ),
        )]);
    }
    refused(&[
        (
            "0x80000000n => E\n 0 :MSTORE(MEM:E - 2147483647)",
            "step 1, zkPC 1, line 2: index E = 2147483648 is outside of -(2^31-1) ..= 2^31-1",
        ),
        (
            "-2147483648 => E\n 0 :MSTORE(SYS:E)",
            "step 1, zkPC 1, line 2: index E = -2147483648 is outside of -(2^31-1) ..= 2^31-1",
        ),
    ]);
    accepted(&[
        (
            "65535 => SP\n 5 => A :MSTORE(SP)\n -1 => SP\n 0 :MSTORE(SP + 1)",
            "A=5 SP=-1",
        ),
        ("131071 => E\n 5 => A :MSTORE(MEM:E)", "A=5 E=131071"),
    ]);
}

#[test]
fn assert_compares_both_lanes() {
    accepted(&[
        ("0x500000001n => A\n 0x500000001n :ASSERT", "A=21474836481"),
        ("-1 => A\n -1 :ASSERT", "A=[-1, 0]"),
    ]);
    refused(&[
        (
            "0x500000001n => A\n 1 :ASSERT",
            "step 1, zkPC 1, line 2: ASSERT: A = 21474836481 is not op = 1",
        ),
        (
            "4294967295 => A\n A + 1 => A\n 0x100000000n :ASSERT",
            "step 2, zkPC 2, line 3: ASSERT: A = [4294967296, 0] is not op = 4294967296",
        ),
    ]);
}

#[test]
fn conditional_jumps() {
    let jump = |op: &str, jump: &str| format!("{op} :{jump}(l)\n 1 => A\nl: 1 => B");
    accepted(&[
        (&jump("-1", "JMPN"), "B=1"),
        ("4294967295 => D\n -D :JMPN(l)\n 1 => A\nl: 0 => D", ""),
        (&jump("0", "JMPN"), "A=1 B=1"),
        (&jump("4294967295", "JMPN"), "A=1 B=1"),
        (&jump("0x8000000000000000n", "JMPN"), "A=1 B=1"),
        (&jump("0", "JMPZ"), "B=1"),
        (&jump("0x100000000n", "JMPZ"), "B=1"),
        (&jump("1", "JMPZ"), "A=1 B=1"),
        (&jump("0", "JMPNZ"), "A=1 B=1"),
        (&jump("0x100000000n", "JMPNZ"), "A=1 B=1"),
        (&jump("-1", "JMPNZ"), "B=1"),
        (&jump("$ => D", "LT, JMPC"), "A=1 B=1"),
        (&jump("$ => D", "LT, JMPNC"), "B=1"),
        (&jump("$ => D", "EQ, JMPC"), "B=1 D=1"),
        ("0 :JMPN(l, m)\nl: 1 => A\nm: 1 => B", "B=1"),
        ("-1 :JMPN(l, m)\nm: 1 => A\nl: 1 => B", "B=1"),
        ("1 :JMPNZ(l, m)\nm: 1 => A\nl: 1 => B", "B=1"),
        ("0 :JMPNZ(l, m)\nl: 1 => A\nm: 1 => B", "B=1"),
        ("0 :JMPZ(next, m)\n 1 => A\nm: 1 => B", "A=1 B=1"),
    ]);
    refused(&[
        (
            "4294967295 => A\n A + 1 :JMPN(l)\nl: 0 => A",
            "step 1, zkPC 1, line 2: JMPN takes -(2^32-1) ..= 2^32-1, not op = 4294967296",
        ),
        (
            "4294967295 => A\n -A - 1 :JMPN(l)\nl: 0 => A",
            "step 1, zkPC 1, line 2: JMPN takes -(2^32-1) ..= 2^32-1, not op = 18446744065119617025",
        ),
    ]);
}

#[test]
fn calls_returns_and_computed_jumps() {
    accepted(&[
        (":JMP(l)\n 1 => A\nl: 1 => B", "B=1"),
        (":JMP(next)\n 1 => A", "A=1"),
        (
            "5 => A :CALL(f)\n 1 => B :JMP(finalizeExecution)\nf: 1 => C :RETURN",
            "A=5 B=1 C=1 RR=1",
        ),
        ("3 => RR\n 1 => RR :RETURN\n 1 => A\n RR => B", "B=1 RR=1"),
        (
            "1 => E :CALL(@f + E)\nf: 1 => A\n 1 => B",
            "A=1 B=1 E=1 RR=1",
        ),
        ("1 => E\n :CALL(@f + E)\nf: 1 => A\n 1 => B", "B=1 E=1 RR=2"),
        ("3 => E\n 9 => E :JMP(E)\n 1 => A\n 1 => B", "B=1 E=9"),
        (
            "-1 => E\n :JMP(@f + E)\n 1 => A\n 1 => B\nf: 1 => C",
            "B=1 C=1 E=[-1, 0]",
        ),
        ("3 => RR\n 0 :JMPZ(RR)\n 1 => A\n 1 => B", "B=1 RR=3"),
        ("3 => RR\n 1 :JMPZ(RR)\n 1 => A\n 1 => B", "A=1 B=1 RR=3"),
        ("0x900000003n => E\n :JMP(E)\n 1 => A\n 0 => E", ""),
    ]);
    refused(&[
        (
            "-1 => E\n :JMP(E)",
            "step 1, zkPC 1, line 2: computed jump to -1, outside of 0..2^16",
        ),
        (
            "65536 => E\n :JMP(E)",
            "step 1, zkPC 1, line 2: computed jump to 65536, outside of 0..2^16",
        ),
        (
            "65535 => E\n :JMP(E)",
            "step 1, zkPC 1, line 2: jump to 65535, outside of the program's 3 lines",
        ),
        (
            "0x80000000n => E\n :JMP(@l + E)\nl: 0 => A",
            "step 1, zkPC 1, line 2: index E = 2147483648 is outside of -(2^31-1) ..= 2^31-1",
        ),
        (
            "70000 => RR\n :RETURN",
            "step 1, zkPC 1, line 2: jump to 70000, outside of the program's 3 lines",
        ),
        (
            "-1 => RR\n :RETURN",
            "step 1, zkPC 1, line 2: jump to -1, outside of the program's 3 lines",
        ),
        (
            ":JMP(l)\nfinalizeExecution: 0 => A\nl: 0 => B",
            "step 1, zkPC 2, line 3: jump to 3, outside of the program's 3 lines",
        ),
    ]);
}

/// The executor computes the address of a jump to a register before it looks at the condition.
#[test]
fn a_jump_not_taken_checks_its_computed_address() {
    refused(&[
        (
            "-1 => E\n 1 :JMPN(E)",
            "step 1, zkPC 1, line 2: computed jump to -1, outside of 0..2^16",
        ),
        (
            "70000 => RR\n $ :LT, JMPC(RR)",
            "step 1, zkPC 1, line 2: computed jump to 70000, outside of 0..2^16",
        ),
    ]);
}

#[test]
fn repeat_runs_its_line_once_more_than_rcx_says() {
    accepted(&[
        ("A + 1 => A :REPEAT(RCX)", "A=1"),
        ("3 => RCX\n A + 1 => A :REPEAT(RCX)\n RCX => B", "A=4"),
        ("2 => RCX\n $ => A :MLOAD(SP++), REPEAT(RCX)", "SP=3"),
        ("2 => RCX\n :REPEAT(RCX)\n STEP => A", "A=4"),
    ]);
    let report = run("-1 => RCX\n :REPEAT(RCX)").unwrap();
    assert_eq!(report.log.outcome, runtime_hooks::log::Outcome::OutOfSteps);
}

#[test]
fn counters_count_what_ran() {
    let report = run("\
  2 => RCX
  $ => A :ADD, MSTORE(SP), REPEAT(RCX)
  $ => B :MLOAD(SP), ARITH
  $ => B :MEM_ALIGN_RD, JMP(end)
  0 :ARITH
end:
  CNT_ARITH => A
  CNT_BINARY => B
  CNT_MEM_ALIGN => C
  CNT_KECCAK_F => D
  ${CNT_ARITH + (10 * CNT_BINARY) + (100 * CNT_MEM_ALIGN) + (1000 * STEP)} => E
")
    .unwrap();
    assert_eq!(common::changed(&report), "A=1 B=3 C=1 E=10131");
    let totals: Vec<u64> = report.log.totals.0.iter().map(|(_, value)| value).collect();
    assert_eq!(
        Counter::ALL.map(|c| report.log.totals.0[c]).as_slice(),
        totals
    );
    assert_eq!(totals, [11, 4, 3, 1, 1, 0]);
}
