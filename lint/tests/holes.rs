//! Whole programs that a dishonest prover can bend by means that once escaped the lint: each must be found.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use expect_test::{Expect, expect};

/// What the lint says of a program: its problems.
fn found(text: &str) -> String {
    let parsed = zkasm::parse(text).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let report = zkasm_lint::lint(&rom);
    let mut found = String::new();
    for problem in &report.problems {
        let line = rom.lines[problem.zkpc.index()].pos.line;
        let shown = lines[line as usize - 1].trim();
        found += &format!("{shown}: {}: {}\n", problem.kind, problem.message);
    }
    found
}

/// `body` in a program in which A and B are any words, `result` is what the program computes, and
/// `forged` is code that keeps what the prover likes. After it come functions.
fn unsound_with(body: &str, functions: &str, expected: Expect) {
    let text = format!(
        "VAR GLOBAL result
VAR GLOBAL table[4]
VAR GLOBAL x
VAR GLOBAL list[4]
start:
  1 :MSTORE(table)
  2 :MSTORE(table+1)
  4 :MSTORE(table+2)
  8 :MSTORE(table+3)
  0 => SP, CTX, E
  $ => A :MLOAD(MEM:E)
  1 => E
  $ => B :MLOAD(MEM:E)
  0 => C, D, E
{}
  A :MSTORE(result)
  :JMP(finalizeExecution)
forged:
  ${{7}} => A
  A :MSTORE(result)
finalizeExecution:
  :JMP(finalizeExecution)
unprovable:
  0 => A
  1 :ASSERT, JMP(unprovable)
{}
",
        body.replace("; ", "\n"),
        functions.replace("; ", "\n")
    );
    let found = found(&text);
    assert!(!found.is_empty(), "no problem was found");
    expected.assert_eq(&found);
}

fn unsound(body: &str, expected: Expect) {
    unsound_with(body, "", expected);
}

// ---- Ways --------------------------------------------------------------------------------------

#[test]
fn both_ways_of_a_jump_may_go_to_the_same_line() {
    // A may be 0 after either.
    unsound(
        "A :JMPZ(here)\nhere:\nA :JMPZ(forged)",
        expect![[r#"
        A :MSTORE(result): free-input: the free input of line 21 reaches a variable before a check pins it
    "#]],
    );
}

#[test]
fn a_repeated_line_is_left_after_any_number_of_turns() {
    unsound(
        "9 => A; 2 => B; 0 => RCX; 5 - A + B => A, B :REPEAT(RCX); A :JMPN(forged)",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 23 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn the_prover_may_not_choose_how_often_a_line_is_repeated() {
    unsound(
        "0 => A; ${5} => RCX; 1 => A :REPEAT(RCX); B => A",
        expect![[r#"
            1 => A :REPEAT(RCX): free-input: the free input of line 16 reaches the number of repetitions before a check pins it
        "#]],
    );
}

#[test]
fn ways_in_by_computed_jumps_meet_others() {
    // Line 12 is the one after `5 => C`.
    unsound(
        "12 => RR; B :JMPNZ(go); 5 => C; C => D; :JMP(after)
         go:
         6 => C :JMP(RR)
         after:
         D - 6 :JMPZ(forged)",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 27 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_guess_is_not_excluded_by_another_value_of_the_same_line() {
    unsound(
        "0 => D; ${1} :JMPNZ(common); 1 => D\ncommon:\nD => E; $ => A :MLOAD(MEM:E); A - B - D :JMPNZ(unprovable); E => A",
        expect![[r#"
            ${1} :JMPNZ(common): guess: the free input of line 16 chooses the way, and the ways do not exclude each other
        "#]],
    );
}

#[test]
fn every_end_of_a_way_counts_for_a_guess() {
    let branches: String = (0..3)
        .flat_map(|turn| {
            ["A", "B"].map(|reg| format!("{reg} :JMPZ(l{turn}{reg})\nl{turn}{reg}:\n"))
        })
        .collect();
    unsound(
        &format!(
            "${{1}} :JMPNZ(other)
             {branches}
             1 => A :JMP(done)
             other:
             A + B :JMPNZ(unprovable)
             2 => A
             done:"
        ),
        expect![[r#"
            ${1} :JMPNZ(other): guess: the free input of line 15 chooses the way, and the ways do not exclude each other
        "#]],
    );
}

#[test]
fn residues_are_those_of_integers() {
    // 2^33 * 2147483647 + 4294967297 is the order of the field: an odd sum of lanes is possible.
    unsound(
        "${1} :JMPZ(other); $ => D :MLOAD(MEM:E+2)
         D*65536*131072 + A + B :JMPNZ(unprovable); 1 => A :JMP(done)
         other:
         1 => GAS; A + B - 1 - GAS*65536*65536 :JMPNZ(unprovable); 2 => A
         done:",
        expect![[r#"
            ${1} :JMPZ(other): guess: the free input of line 15 chooses the way, and the ways do not exclude each other
        "#]],
    );
}

#[test]
fn a_guess_at_the_end_of_the_program_is_followed_no_further() {
    let text = "VAR GLOBAL x\nstart:\n  ${1} :JMPZ(end)\n  1 :MSTORE(x)\nend:\n  0 => A\n";
    assert!(!found(text).is_empty());
}

// ---- Arithmetic of the field ---------------------------------------------------------------------

#[test]
fn a_half_is_no_factor_of_an_integer() {
    // 2^-1 * A with A = 2 is 1.
    unsound(
        "A - 2 :JMPNZ(unprovable); -A*4294967295*2147483648 - 1 :JMPNZ(unprovable); ${7} => A",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 17 reaches a variable before a check pins it
        "#]],
    );
    unsound(
        "2 - A :JMPN(unprovable); A - 2 :JMPN(unprovable); -A*4294967295*2147483648 - 1 :JMPNZ(unprovable); ${7} => A",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 18 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn words_of_a_product_are_told_apart_by_lane() {
    unsound(
        "4096 => B; ${A * B} => C; ROTL_C => D; 0 => C; ${A * B} => E; E :ARITH; D => C; ROTL_C + E => A; $ => A :AND",
        expect![[r#"
            $ => A :AND: lane: lane 1 of A may be 0..=4294971390
        "#]],
    );
}

#[test]
fn two_powers_of_two_make_none_in_one_word() {
    unsound(
        "3 => B; $ => C :AND; C => E; 0 => D; $ => D :MLOAD(table+E); D => GAS; GAS => C; D => RR; RR + ROTL_C => B; 0 => C
         ${(A * B) >> 64} => D; ${A * B} => E; E :ARITH; D + E => A; $ => A :AND",
        expect![[r#"
            $ => A :AND: lane: lane 0 of A may be 0..=8589934590
            $ => A :AND: lane: lane 1 of A may be 0..=4294967303
        "#]],
    );
}

// ---- Memory --------------------------------------------------------------------------------------

#[test]
fn the_stack_read_by_an_index_holds_what_a_prover_chose() {
    unsound(
        "${7} :MSTORE(SP); 0 => E; $ => A :MLOAD(STACK:E)",
        expect![[r#"
            A :MSTORE(result): free-input: an earlier free input reaches a variable before a check pins it
        "#]],
    );
    unsound(
        "${7} :MSTORE(SP); B => SP; $ => A :MLOAD(SP)",
        expect![[r#"
            A :MSTORE(result): free-input: an earlier free input reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn other_words_hold_what_a_prover_chose() {
    unsound(
        "${7} :MSTORE(SP); 65536 => E; $ => A :MLOAD(SYS:E)",
        expect![[r#"
            $ => A :MLOAD(SYS:E): address: the index may be 65536..=65536, and the array has the words 0..=0
        "#]],
    );
    unsound(
        "${7} :MSTORE(SP); 65535 => E; $ => A :MLOAD(table+E)",
        expect![[r#"
            A :MSTORE(result): free-input: an earlier free input reaches a variable before a check pins it
        "#]],
    );
    unsound(
        "${7} :MSTORE(SP); 65536 => RR; $ => A :MLOAD(result+RR)",
        expect![[r#"
            $ => A :MLOAD(result+RR): address: the index may be 65536..=65536, and the array has the words 0..=0
        "#]],
    );
}

#[test]
fn a_variable_has_the_same_value_by_an_index() {
    unsound(
        "5 :MSTORE(x); 0 => E; 7 :MSTORE(x+E); $ => C :MLOAD(x); C - 5 :JMPNZ(forged)",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 23 reaches a variable before a check pins it
        "#]],
    );
    unsound(
        "${7} :MSTORE(x); 0 => E; $ => A :MLOAD(x+E)",
        expect![[r#"
        ${7} :MSTORE(x): free-input: the free input of line 15 reaches a variable before a check pins it
        A :MSTORE(result): free-input: the free input of line 15 reaches a variable before a check pins it
    "#]],
    );
}

#[test]
fn a_variable_that_is_read_may_be_a_result_too() {
    unsound(
        "$ => C :MLOAD(x); ${7} :MSTORE(x)",
        expect![[r#"
        ${7} :MSTORE(x): free-input: the free input of line 16 reaches a variable before a check pins it
    "#]],
    );
    unsound_with(
        "$ => C :MLOAD(x); ${7} :MSTORE(x); :CALL(f)",
        "f:\n  0 => D\n  :RETURN",
        expect![[r#"
            ${7} :MSTORE(x): free-input: the free input of line 16 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_table_is_one_only_when_it_is_set() {
    let text = "VAR GLOBAL result
VAR GLOBAL table[2]
start:
  0 => SP, CTX, E
  $ => C :MLOAD(table+E)
  3 :MSTORE(table)
  4 :MSTORE(table+1)
  C :JMPZ(forged)
  :JMP(finalizeExecution)
forged:
  ${7} => A
  A :MSTORE(result)
finalizeExecution:
  :JMP(finalizeExecution)
";
    assert!(!found(text).is_empty());
}

#[test]
fn another_context_has_other_words() {
    let text = "VAR GLOBAL result
VAR CTX x
start:
  0 => SP
  1 => CTX
  5 :MSTORE(x)
  6 :MSTORE(SP)
  2 => CTX
  $ => A :MLOAD(x)
  A - 5 :JMPNZ(forged)
  $ => A :MLOAD(SP)
  A - 6 :JMPNZ(forged)
  :JMP(finalizeExecution)
forged:
  ${7} => A
  A :MSTORE(result)
finalizeExecution:
  :JMP(finalizeExecution)
";
    assert!(!found(text).is_empty());
    let text = text
        .replace("1 => CTX", "0 => CTX")
        .replace("2 => CTX", "7 :MSTORE(result)");
    assert!(!found(&text).is_empty());
}

#[test]
fn a_function_may_not_leave_another_context() {
    unsound_with(
        "6 :MSTORE(SP); SP + 1 => SP :CALL(f); SP - 1 => SP; $ => C :MLOAD(SP); C - 6 :JMPNZ(forged)",
        "f:\n  3 => CTX\n  :RETURN",
        expect![[r#"
            :RETURN: control: returns with another CTX than it was called with
        "#]],
    );
}

#[test]
fn sp_at_the_start_is_not_0() {
    let text = "VAR GLOBAL result
start:
  5 :MSTORE(SP)
  0 => SP
  $ => A :MLOAD(SP)
  A - 5 :JMPNZ(forged)
  :JMP(finalizeExecution)
forged:
  ${7} => A
  A :MSTORE(result)
finalizeExecution:
  :JMP(finalizeExecution)
";
    assert!(!found(text).is_empty());
}

#[test]
fn a_function_that_moves_sp_to_a_constant_writes_into_the_frames_of_others() {
    unsound_with(
        "6 :MSTORE(SP); SP + 1 => SP :CALL(f); SP - 1 => SP; $ => C :MLOAD(SP); C - 6 :JMPNZ(forged)",
        "f:\n  SP => D\n  0 => SP\n  9 :MSTORE(SP)\n  D => SP\n  :RETURN",
        expect![[r#"
            9 :MSTORE(SP): address: writes to the stack at an unknown SP
        "#]],
    );
    unsound_with(
        "6 :MSTORE(SP); SP + 1 => SP :CALL(f); SP - 1 => SP; $ => C :MLOAD(SP); C - 6 :JMPNZ(forged)",
        "f:\n  SP => D\n  RR => E\n  B => SP\n  :CALL(g)\n  E => RR\n  D => SP\n  :RETURN\ng:\n  9 :MSTORE(SP)\n  :RETURN",
        expect![[r#"
            :CALL(g): control: calls at an unknown SP
        "#]],
    );
}

#[test]
fn the_stack_ends_where_mem_begins() {
    unsound(
        "65536 => SP; 0 => E; ${7} :MSTORE(SP); $ => A :MLOAD(MEM:E)",
        expect![[r#"
            ${7} :MSTORE(SP): address: writes beyond the end of the stack
        "#]],
    );
    unsound(
        "0 => E; ${7} :MSTORE(SP+65536); $ => A :MLOAD(MEM:E)",
        expect![[r#"
            ${7} :MSTORE(SP+65536): address: writes beyond the end of the stack
        "#]],
    );
}

#[test]
fn a_word_of_the_stack_that_two_ways_set_need_not_be_canonical() {
    unsound_with(
        "SP => D :CALL(f); $ => C :MLOAD(SP); C :JMPN(forged)",
        "f:\n  B :JMPZ(f2)\n  -1 :MSTORE(SP)\n f2:\n  :RETURN",
        expect![[r#"
            C :JMPN(forged): guess: an earlier free input chooses the way, and the ways do not exclude each other
            A :MSTORE(result): free-input: the free input of line 21 reaches a variable before a check pins it
        "#]],
    );
}

// ---- Functions -----------------------------------------------------------------------------------

#[test]
fn what_a_function_returns_unchanged_on_one_way_stays_open() {
    unsound_with(
        "${7} => D; :CALL(f)",
        "f:\n  B :JMPZ(f2)\n  D => A\n  :RETURN\nf2:\n  0 => A, D\n  B :JMPZ(f3)\nf3:\n  :RETURN",
        expect![[r#"
            A :MSTORE(result): free-input: an earlier free input reaches a variable before a check pins it
        "#]],
    );
    unsound_with(
        "${7} => D; :CALL(f)",
        "f:\n  B :JMPNZ(f2)\n  D => A\n  :RETURN\nf2:\n  0 => A, D\n  B :JMPZ(f3)\nf3:\n  :RETURN",
        expect![[r#"
            A :MSTORE(result): free-input: an earlier free input reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn rr_is_what_the_function_leaves_in_it() {
    unsound_with(
        "0 => D; :CALL(f); RR - 77 :JMPZ(forged)",
        "f:\n  77 => RR :RETURN",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 21 reaches a variable before a check pins it
        "#]],
    );
    // The address that f got is not the one that g got.
    unsound_with(
        "0 => D; :CALL(g)",
        "g:\n  :CALL(f)\n  D - 1 :JMPZ(forged)\n  1 => D :JMP(E)\nf:\n  RR => E\n  :RETURN",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 20 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_call_to_where_a_function_was_called_from_is_not_known() {
    unsound_with(
        ":CALL(f); :JMP(finalizeExecution)",
        "f:\n  0 => D\n  :CALL(@start+RR)\n  :JMP(forged)",
        expect![[r#"
            :CALL(@start+RR): control: calls the place where the function was called
        "#]],
    );
}

#[test]
fn the_first_line_is_no_function() {
    let text = "VAR GLOBAL result
  A :JMPNZ(forged)
  5 => A
  :CALL(0 + start)
forged:
  ${7} :MSTORE(result)
finalizeExecution:
  :JMP(finalizeExecution)
";
    let text = text
        .replace("  A :JMPNZ", "start:\n  A :JMPNZ")
        .replace("0 + start", "start");
    assert!(!found(&text).is_empty());
}

#[test]
fn what_is_not_the_whole_operand_is_no_result() {
    // The operand is what ADD checks, so C is the sum itself.
    unsound(
        "0 => A, B; 1 + $ => C :ADD; C :JMPZ(forged)",
        expect![[r#"
        A :MSTORE(result): free-input: the free input of line 21 reaches a variable before a check pins it
    "#]],
    );
}

#[test]
fn a_sign_test_takes_one_more_negative_number() {
    // A proof of it shows that 2^32 + x fits 32 bits.
    unsound(
        "1 => D; A - D*4294967295 => C; C - 1 :JMPN(there); B => A :JMP(out)
         there:
         A :JMPZ(forged)
         out:",
        expect![[r#"
            A :MSTORE(result): free-input: the free input of line 25 reaches a variable before a check pins it
        "#]],
    );
}
