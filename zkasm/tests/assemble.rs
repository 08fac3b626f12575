//! The assembler: what each rule accepts and refuses, where commands land, what a line holds.

use zkasm::{
    AssembleError, Counter, Fe, JumpKind, JumpTarget, MemBase, MemIndex, Pos, Program, Reg, Rom,
    RomLine, ZkPc, assemble, parse,
};

fn rom(text: &str) -> Result<Rom, AssembleError> {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    assemble(&parsed.program, &parsed.positions)
}

/// The only line of a program that also has a label `l` and variables `g` and `c`.
fn line(step: &str) -> RomLine {
    let text = format!("VAR GLOBAL g0[3]\nVAR GLOBAL g\nVAR CTX c\n{step}\nl:\n");
    let mut rom = rom(&text).unwrap_or_else(|error| panic!("{error} in {step:?}"));
    assert_eq!(rom.lines.len(), 1, "{step}");
    rom.lines.remove(0)
}

#[test]
fn every_rule_accepts_what_fits() {
    for step in [
        "$ => A :ADD",
        "$ => A, B, C, D, E, CTX, SP, PC, GAS, RR, HASHPOS, RCX :MLOAD(SP)",
        "$ => C :ADD, MSTORE(SP), JMPC(l)",
        "$ => A :MLOAD(SP--), RETURN",
        "$ => A :MLOAD(SP), JMP(l)",
        "$ => E :MLOAD(SP), ARITH",
        "$ => A :MEM_ALIGN_RD, ASSERT",
        "$ :LT, JMPC(RR)",
        "$ :LT, JMPNC(l, next)",
        "A :ASSERT, MSTORE(SP), JMPN(l, l)",
        "0 :MLOAD(c), ARITH",
        "5 => D :JMP(RR)",
        ":JMP(@l + E)",
        ":CALL(@l + RR)",
        "0 :JMPZ(E, l)",
        "0 :JMPNZ(next)",
        ":REPEAT(RCX)",
        "5 => RCX :CALL(l)",
        "5 => RR :REPEAT(RCX)",
        "4294967295 => A",
        "-2147483648 => A",
        "4294967295 + 1 - 1 => A",
        "0xffffffffffffffffn => A",
        "1 + ${A + mem.g} => A",
        "B*4294967295*4294967295*4294967295 => A",
        "E + 1 => E :MSTORE(MEM:E)",
        "9 => SP :MSTORE(SP++)",
    ] {
        line(step);
    }
}

#[test]
fn every_rule_refuses_what_does_not_fit() {
    for (step, message) in [
        ("0 :ADD, SUB", "two binary operations in one step"),
        (
            "0 :MLOAD(SP), MSTORE(SP)",
            "two memory accesses in one step",
        ),
        (
            "0 :MEM_ALIGN_RD, MEM_ALIGN_WR",
            "two MEM_ALIGN operations in one step",
        ),
        (
            "0 :MEM_ALIGN_WR8, MEM_ALIGN_WR8",
            "two MEM_ALIGN operations in one step",
        ),
        ("0 :ARITH, ARITH", "ARITH twice in one step"),
        ("0 :ASSERT, ASSERT", "ASSERT twice in one step"),
        ("0 :JMP(l), JMPN(l)", "two jumps in one step"),
        (":CALL(l), RETURN", "two jumps in one step"),
        (":REPEAT(RCX), JMP(l)", "two jumps in one step"),
        (
            "0 :MSTORE(SP), JMP(RR)",
            "a memory access and a jump to a computed address in one step",
        ),
        (
            "$ :MLOAD(SP), JMPN(@l + E)",
            "a memory access and a jump to a computed address in one step",
        ),
        (
            "0 => A :JMPC(l)",
            "JMPC and JMPNC need a binary operation in the same step",
        ),
        (
            "0 => A :ARITH, JMPNC(l)",
            "JMPC and JMPNC need a binary operation in the same step",
        ),
        (":ADD", "ADD needs a left-hand side"),
        (":MSTORE(SP)", "MSTORE(SP) needs a left-hand side"),
        (":JMPZ(l)", "JMPZ(l) needs a left-hand side"),
        (":RETURN, ASSERT", "ASSERT needs a left-hand side"),
        ("${1} + $ => A :ADD", "two free inputs in one step"),
        (
            "$ => A",
            "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 0",
        ),
        (
            "$ => A :ARITH, MSTORE(SP), ASSERT",
            "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 0",
        ),
        (
            "$ => A :ADD, MLOAD(SP)",
            "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 2",
        ),
        (
            "0 :HASHK(0), HASHKLEN(0)",
            "two hash operations in one step",
        ),
        (
            "0 :HASHK(0), MSTORE(SP)",
            "a hash operation and a memory access in one step",
        ),
        (
            "0 :HASHK(0), JMP(RR)",
            "a hash operation and a jump to a computed address in one step",
        ),
        (":HASHK(0)", "HASHK(0) needs a left-hand side"),
        (
            "$ => A :HASHKDIGEST(0)",
            "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 0",
        ),
        (
            "$ => A :HASHK(0), ADD",
            "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 2",
        ),
        (
            "1 + 1n => A",
            "constants with and without suffix n in one step",
        ),
        (
            "4294967296 => A",
            "constant 4294967296 is outside of -2^31 ..= 2^32-1: wider ones take the suffix n",
        ),
        (
            "A - 65536*65536 => A",
            "constant 4294967296 is outside of -2^31 ..= 2^32-1: wider ones take the suffix n",
        ),
        ("0 => A, B, A", "A is written twice"),
        ("0 => STEP", "STEP cannot be written"),
        ("0 => ROTL_C", "ROTL_C cannot be written"),
        ("0 => CNT_ARITH", "CNT_ARITH cannot be written"),
        ("0 => RR :CALL(l)", "RR is written by CALL already"),
        ("0 => RCX :REPEAT(RCX)", "RCX is written by REPEAT already"),
        ("0 :MSTORE(g+A)", "A cannot index memory: only E and RR can"),
        ("0 :MSTORE(nope)", "variable `nope` is not declared"),
        (":JMP(nope)", "label `nope` is not defined"),
        (":JMP(g)", "label `g` is not defined"),
        (":JMP(@nope + E)", "label `nope` is not defined"),
        (":JMP(@l + A)", "A cannot index a jump: only E and RR can"),
        (":JMP(SP)", "SP cannot index a jump: only E and RR can"),
        (
            ":CALL(RR)",
            "CALL takes a label or `@label + register`, not the register RR alone",
        ),
        ("0 :JMPNZ(RR)", "JMPNZ takes a label, not `RR`"),
        ("$ :EQ, JMPNC(@l + E)", "JMPNC takes a label, not `@l + E`"),
        (
            "0 :JMPN(l, RR)",
            "`RR` as the way not taken: only a label can be",
        ),
        ("${mem.nope} => A", "variable `nope` is not declared"),
        ("${f(1, -mem.l)} => A", "variable `l` is not declared"),
        ("${ROTL_C} => A", "a command cannot read ROTL_C"),
    ] {
        let text = format!("VAR GLOBAL g\nl:\n  0 => A\n{step}\n");
        let error = rom(&text).expect_err(step);
        assert_eq!(error.to_string(), format!("4:1: {message}"), "for {step:?}");
    }
}

#[test]
fn names_are_declared_once_and_fit() {
    for (text, message) in [
        ("l:\n0 => A\n l:", "3:2: label `l` is defined twice"),
        ("next:", "1:1: `next` cannot be a name"),
        ("constructor:", "1:1: `constructor` cannot be a name"),
        ("VAR GLOBAL toString", "1:1: `toString` cannot be a name"),
        (
            "VAR GLOBAL x\nVAR CTX x",
            "2:1: variable `x` is declared twice",
        ),
        ("VAR GLOBAL x[0]", "1:1: variable `x` has no words"),
        (
            "VAR CTX x[65536]\nVAR GLOBAL y\nVAR CTX z",
            "3:1: variable `z` ends at word 65537 of its scope CTX, which holds 65536",
        ),
        (
            "VAR GLOBAL x[4294967295]",
            "1:1: variable `x` ends at word 4294967295 of its scope GLOBAL, which holds 65536",
        ),
    ] {
        assert_eq!(rom(text).expect_err(text).to_string(), message);
    }
    let rom = rom("VAR GLOBAL a\nVAR CTX b[65536]\nVAR GLOBAL c[2]\nVAR GLOBAL d").unwrap();
    let offsets: Vec<_> = rom
        .vars
        .iter()
        .map(|(name, (_, at))| (name.as_str(), *at))
        .collect();
    assert_eq!(offsets, [("a", 0), ("b", 0), ("c", 1), ("d", 3)]);
}

#[test]
fn a_program_that_was_not_parsed_is_checked_too() {
    use zkasm::{Item, LinComb, Step};
    let step = |op: Option<LinComb>, dests: &[Reg]| {
        Item::Step(Step {
            op,
            dests: dests.to_vec(),
            ops: Vec::new(),
        })
    };
    for (item, message) in [
        (step(None, &[]), "2:1: a step that does nothing"),
        (step(None, &[Reg::A]), "2:1: a step that does nothing"),
        (
            step(Some(LinComb::default()), &[]),
            "2:1: a left-hand side without terms",
        ),
        (
            Item::Label("two words".to_owned()),
            "2:1: `two words` cannot be a name",
        ),
    ] {
        let items = vec![Item::Comment(String::new()), item];
        let error = assemble(&Program { items }, &[]).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn commands_land_where_the_reference_puts_them() {
    let text = "\
start:
  5 => A
  $${ f(1) }
; a comment makes no difference
  $${ f(2) }
VAR GLOBAL x
  $${ f(3) }
  6 => A
  :JMP(n)
  $${ f(4) }
  $${ f(5) }
  7 => A :JMPZ(n)
  $${ f(6) }
n:
  $${ f(7) }
  8 => A :REPEAT(RCX)
  $${ f(8) }
  $ => A :MLOAD(SP), RETURN
  $${ f(9) }
  0 :JMPNZ(n)
  $${ f(10) }
  $ :EQ, JMPNC(n)
  $${ f(11) } 0 :JMPN(n)
  $${ f(12) }
  :CALL(n)
  $${ f(13) }
  $ :EQ, JMPC(n)
  $${ f(14) }
  0 => A
";
    let rom = rom(text).unwrap();
    let landed: Vec<String> = rom
        .lines
        .iter()
        .map(|line| {
            let list = |commands: &[zkasm::PlacedCommand]| {
                let texts = commands
                    .iter()
                    .map(|placed| placed.command.expr.to_string());
                let list: Vec<_> = texts.collect();
                list.join(" ")
            };
            format!(
                "{} | {} | {}",
                line.pos.line,
                list(&line.cmd_before),
                list(&line.cmd_after)
            )
        })
        .collect();
    expect_test::expect![[r#"
        2 |  | f(1) f(2)
        8 | f(3) | 
        9 |  | 
        12 | f(4) f(5) | f(6)
        16 | f(7) | f(8)
        18 |  | 
        20 | f(9) | f(10)
        22 |  | 
        23 | f(11) | 
        25 | f(12) | 
        27 | f(13) | 
        29 | f(14) | "#]]
    .assert_eq(&landed.join("\n"));
}

#[test]
fn a_command_without_a_step_is_refused() {
    for (text, message) in [
        (
            "$${f()}\nl:\n0 => A",
            "2:1: the command at 1:1 waits for a step, and this comes first",
        ),
        (
            ":JMP(l)\n $${f()}\nVAR CTX x\nl: 0 => A",
            "3:1: the command at 2:2 waits for a step, and this comes first",
        ),
        (
            "l:\n$${f()}\n$${g()}",
            "2:1: command without a step after it",
        ),
        (":RETURN\n$${f()}", "2:1: command without a step after it"),
    ] {
        assert_eq!(rom(text).expect_err(text).to_string(), message);
    }
    assert!(rom("0 => A\n$${f()}").is_ok());
    assert!(rom("0 => A\n$${f()}\nl:").is_ok());
}

#[test]
fn a_line_holds_what_the_step_says() {
    let sum = line("2*A + B*3 - A - 2*C + 4*A*5 + C*2 + ${A} + 7 - 9 => D");
    let fe = |value: i64| Fe::from(value);
    assert_eq!(sum.regs, [(Reg::A, fe(21)), (Reg::B, fe(3))]);
    assert_eq!(sum.constant.lane0, fe(-2));
    assert_eq!(sum.constant.lane1, Fe::ZERO);
    let eighth = line("A*4294967295*536870912 => E");
    assert_eq!(eighth.regs[0].1 * fe(-8), Fe::ONE);
    let long = line("0x123456789n + 1n => A").constant;
    assert_eq!((long.lane0, long.lane1), (fe(0x2345_678a), fe(1)));

    let access = |step: &str| {
        let access = line(step).mem.unwrap();
        (
            access.write,
            access.base,
            access.offset,
            access.index,
            access.inc_stack,
        )
    };
    use MemBase::{Global, Mem, Stack, VarCtx};
    for (step, expected) in [
        (
            "$ => A :MLOAD(SP - 2)",
            (false, Stack, -2, MemIndex::None, 0),
        ),
        ("A :MSTORE(SP++)", (true, Stack, 0, MemIndex::None, 1)),
        ("A :MSTORE(SP--)", (true, Stack, 0, MemIndex::None, -1)),
        ("A :MSTORE(STACK:E + 5)", (true, Stack, 5, MemIndex::E, 0)),
        ("A :MSTORE(MEM:E)", (true, Mem, 0, MemIndex::E, 0)),
        ("A :MSTORE(SYS:E - 1)", (true, Global, -1, MemIndex::E, 0)),
        ("A :MSTORE(g)", (true, Global, 3, MemIndex::None, 0)),
        ("A :MSTORE(g+RR)", (true, Global, 3, MemIndex::Rr, 0)),
        ("A :MSTORE(c+E)", (true, VarCtx, 0, MemIndex::E, 0)),
    ] {
        assert_eq!(access(step), expected, "{step}");
    }

    let jump = |step: &str| {
        let jump = line(step).jump.unwrap();
        (jump.kind, jump.target, jump.otherwise)
    };
    use JumpTarget::{Indexed, Line, Next};
    let l = Line(ZkPc(1));
    for (step, expected) in [
        (":JMP(l)", (JumpKind::Always, l, Next)),
        (":JMP(next)", (JumpKind::Always, Next, Next)),
        (
            ":JMP(E)",
            (JumpKind::Always, Indexed(ZkPc(0), Reg::E), Next),
        ),
        (
            ":CALL(@l + RR)",
            (JumpKind::Call, Indexed(ZkPc(1), Reg::Rr), Next),
        ),
        ("0 :JMPN(l)", (JumpKind::Negative, l, Next)),
        ("0 :JMPN(next, l)", (JumpKind::Negative, Next, l)),
        ("0 :JMPZ(l)", (JumpKind::Zero, l, Next)),
        ("0 :JMPNZ(l)", (JumpKind::Zero, Next, l)),
        ("$ :EQ, JMPC(l)", (JumpKind::Carry, l, Next)),
        ("$ :EQ, JMPNC(l)", (JumpKind::Carry, Next, l)),
        (":RETURN", (JumpKind::Return, Next, Next)),
        (":REPEAT(RCX)", (JumpKind::Repeat, Next, Next)),
    ] {
        assert_eq!(jump(step), expected, "{step}");
    }

    let cost = line("$ => E :MLOAD(SP), ARITH").cost;
    assert_eq!(
        (
            cost[Counter::Cycles],
            cost[Counter::Mem],
            cost[Counter::Arith]
        ),
        (1, 1, 1)
    );
}

#[test]
fn the_header_is_what_stands_before_the_first_step() {
    let rom = rom("; build 7\nVAR GLOBAL x\n; results: i32\nl:\n0 => A\n; not this\n").unwrap();
    assert_eq!(rom.header, ["build 7", "results: i32"]);
    assert_eq!(rom.labels["l"], ZkPc(0));
    assert_eq!(
        rom.lines[0].pos,
        Pos {
            line: 5,
            column: 1,
            file: 0
        }
    );
}
