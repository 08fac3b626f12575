//! Sequences that give the right answer with an honest prover and prove nothing, each beside one that
//! does: the lint must tell them apart.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use expect_test::{Expect, expect};

/// A program around `body`, which finds any two words in A and B, 0 in the other registers, and leaves its
/// result in A.
fn program(body: &str) -> String {
    let body: String = body
        .lines()
        .map(|line| format!("  {}\n", line.trim()))
        .collect();
    format!(
        "VAR GLOBAL kept
VAR GLOBAL other
VAR GLOBAL result_0
start:
  0 => SP, CTX, E
  $ => A :MLOAD(MEM:E)
  1 => E
  $ => B :MLOAD(MEM:E)
  0 => C, D, E
{body}  A :MSTORE(result_0)
finalizeExecution:
  :JMP(finalizeExecution)
zero:
  0 => A :JMP(finalizeExecution)
unprovable:
  0 => A
  1 :ASSERT, JMP(unprovable)
"
    )
}

/// What the lint says: free inputs with their classes, then problems.
fn found(body: &str) -> String {
    let text = program(&body.replace("; ", "\n"));
    let parsed = zkasm::parse(&text).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let shown = |line: u32| lines[line as usize - 1].trim();
    let report = zkasm_lint::lint(&rom);
    let mut found = String::new();
    for site in &report.sites {
        let pins: Vec<String> = site.pins.iter().map(ToString::to_string).collect();
        found += &format!("{} [{}]\n", shown(site.pos.line), pins.join(", "));
    }
    for problem in &report.problems {
        let line = rom.lines[problem.zkpc.index()].pos.line;
        found += &format!("! {}: {}: {}\n", shown(line), problem.kind, problem.message);
    }
    found
}

fn unsound(body: &str, expected: Expect) {
    let found = found(body);
    assert!(found.contains('!'), "no problem was found:\n{found}");
    expected.assert_eq(&found);
}

fn sound(body: &str, expected: Expect) {
    let found = found(body);
    assert!(!found.contains('!'), "a problem was found:\n{found}");
    expected.assert_eq(&found);
}

// ---- Division ----------------------------------------------------------------------------------

#[test]
fn a_quotient_needs_a_remainder_below_the_divisor() {
    unsound(
        "A => E; ${E % B} => C; ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % B} => C [unused]
            ${E / B} => A []
            ! A :MSTORE(result_0): free-input: the free input of line 12 reaches a variable before a check pins it
        "#]],
    );
    sound(
        "A => E; ${E % B} => A, C; $ :LT, JMPNC(unprovable); ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % B} => A, C [division]
            ${E / B} => A [division]
        "#]],
    );
}

#[test]
fn a_remainder_needs_the_quotient_pinned_too() {
    unsound(
        "A => E; ${E % B} => A, C; $ :LT, JMPNC(unprovable); C => A",
        expect![[r#"
            ${E % B} => A, C []
            ! A :MSTORE(result_0): free-input: the free input of line 11 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_remainder_may_not_equal_the_divisor() {
    unsound(
        "A => E; ${E % B} => C; B - C :JMPN(unprovable); ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % B} => C [unused]
            ${E / B} => A []
            ! A :MSTORE(result_0): free-input: the free input of line 13 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn the_remainder_that_is_compared_is_the_one_that_counts() {
    unsound(
        "A => E; ${E % B} => A; $ :LT, JMPNC(unprovable); ${E % B} => C; ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % B} => A [unused]
            ${E % B} => C [unused]
            ${E / B} => A []
            ! A :MSTORE(result_0): free-input: the free input of line 14 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn the_high_word_of_a_quotient_must_be_given() {
    unsound(
        "A => E; ${E % B} => A, C; $ :LT, JMPNC(unprovable); ${0} => D; ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % B} => A, C [unused]
            ${0} => D [unused]
            ${E / B} => A []
            ! A :MSTORE(result_0): free-input: the free input of line 14 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_window_of_the_divisors_width_pins_a_quotient() {
    sound(
        "0xffffffffffffffffn - A => C; ${A / B} => A, E; ${(A * B) + C} => A :ARITH
         $ :ADD, JMPNC(unprovable); E => A",
        expect![[r#"
            ${A / B} => A, E [division]
            ${(A * B) + C} => A :ARITH [division]
        "#]],
    );
    unsound(
        "0xffffffffffffffffn - A => C; ${A / B} => A, E; ${(A * B) + C} => A :ARITH
         $ :ADD, JMPC(unprovable); E => A",
        expect![[r#"
            ${A / B} => A, E [division]
            ${(A * B) + C} => A :ARITH [division]
            ! A :MSTORE(result_0): free-input: the free input of line 11 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_zero_divisor_may_not_be_claimed() {
    unsound(
        "A => E; ${E % (B + (B == 0))} => A, C; $ :LT, JMPNC(zero); ${E / B} => A; E :ARITH",
        expect![[r#"
            ${E % (B + (B == 0))} => A, C [division]
            ${E / B} => A [division]
            ! $ :LT, JMPNC(zero): guess: the free input of line 11 chooses the way, and the ways do not exclude each other
        "#]],
    );
}

// ---- Shifts and products -----------------------------------------------------------------------

#[test]
fn a_shift_needs_more_than_its_result() {
    unsound(
        "${A >> 5} => A",
        expect![[r#"
        ${A >> 5} => A []
        ! A :MSTORE(result_0): free-input: the free input of line 10 reaches a variable before a check pins it
    "#]],
    );
    // The product back is not the value that was shifted: any quotient has a remainder.
    unsound(
        "A => E; 32 => B; ${E >> 5} => A; ${E & 31} => C; E :ARITH",
        expect![[r#"
            ${E >> 5} => A []
            ${E & 31} => C [unused]
            ! A :MSTORE(result_0): free-input: the free input of line 12 reaches a variable before a check pins it
        "#]],
    );
    sound(
        "31 => B; $ => C :AND
         -A*4294967295*134217728 + C*4294967295*134217728 + ROTL_C*134217728 => A",
        expect![[""]],
    );
}

#[test]
fn both_words_of_a_product_are_pinned_together() {
    sound(
        "${(A * B) >> 64} => D; ${A * B} => A :ARITH",
        expect![[r#"
            ${(A * B) >> 64} => D [arith]
            ${A * B} => A :ARITH [arith]
        "#]],
    );
    // Without ARITH, an equation on lane 0 says nothing of lane 1.
    unsound(
        "${A * B} => C; C - A :JMPNZ(unprovable); C => A",
        expect![[r#"
            ${A * B} => C []
            ! A :MSTORE(result_0): free-input: the free input of line 10 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn a_rotation_joins_words_that_share_no_bits() {
    sound(
        "4096 => B; ${(A * B) >> 64} => D; ${A * B} => C :ARITH; C + D => A; $ => A :AND",
        expect![[r#"
            ${(A * B) >> 64} => D [arith]
            ${A * B} => C :ARITH [arith]
        "#]],
    );
    unsound(
        "4097 => B; ${(A * B) >> 64} => D; ${A * B} => C :ARITH; C + D => A; $ => A :AND",
        expect![[r#"
            ${(A * B) >> 64} => D [arith]
            ${A * B} => C :ARITH [arith]
            ! $ => A :AND: lane: lane 0 of A may be 0..=4294971391
        "#]],
    );
}

// ---- Lanes -------------------------------------------------------------------------------------

#[test]
fn a_sum_must_be_brought_back_before_it_is_looked_up() {
    unsound(
        "A + B => A; $ => A :XOR",
        expect![[r#"
        ! $ => A :XOR: lane: lane 0 of A may be 0..=8589934590
        ! $ => A :XOR: lane: lane 1 of A may be 0..=8589934590
    "#]],
    );
    sound("$ => A :ADD; $ => A :XOR", expect![[""]]);
}

#[test]
fn memory_keeps_canonical_lanes() {
    unsound(
        "A + B :MSTORE(MEM:E)",
        expect![[r#"
        ! A + B :MSTORE(MEM:E): lane: lane 0 of what is stored may be 0..=8589934590
        ! A + B :MSTORE(MEM:E): lane: lane 1 of what is stored may be 0..=8589934590
    "#]],
    );
    unsound(
        "A - 1 :MSTORE(MEM:E)",
        expect![[r#"
        ! A - 1 :MSTORE(MEM:E): lane: lane 0 of what is stored may be -1..=4294967294
    "#]],
    );
}

#[test]
fn the_other_lane_of_a_free_input_is_free_too() {
    unsound(
        "${A & 255} => C; 255 - C :JMPN(unprovable); C => A",
        expect![[r#"
            ${A & 255} => C []
            ! A :MSTORE(result_0): free-input: the free input of line 10 reaches a variable before a check pins it
        "#]],
    );
}

// ---- Hashes ------------------------------------------------------------------------------------

#[test]
fn hashes_are_not_taken_for_examined() {
    unsound(
        "0 => HASHPOS; 7 :HASHK1(0)",
        expect![[r#"
            ! 7 :HASHK1(0): hash: a step of a hash, which is not examined
        "#]],
    );
}

// ---- Addresses ---------------------------------------------------------------------------------

#[test]
fn an_index_must_be_pinned_and_in_range() {
    unsound(
        "${A / 8} => E; $ => A :MLOAD(MEM:E)",
        expect![[r#"
        ${A / 8} => E []
        ! $ => A :MLOAD(MEM:E): free-input: the free input of line 10 reaches an address before a check pins it
        ! $ => A :MLOAD(MEM:E): address: the index may be any element of the field, and MEM has the words 0..=131071
    "#]],
    );
    unsound(
        "A => E; $ => A :MLOAD(MEM:E)",
        expect![[r#"
        ! $ => A :MLOAD(MEM:E): address: the index may be 0..=4294967295, and MEM has the words 0..=131071
    "#]],
    );
    sound(
        "7 => B; $ => C :AND; 65535 - A :JMPN(zero)
         -A*4294967295*536870912 + C*4294967295*536870912 => E; $ => A :MLOAD(MEM:E)",
        expect![[""]],
    );
}

#[test]
fn bytes_put_together_by_the_prover_are_nobodys() {
    // As a load across words is often written: the parts are free, and their sum too.
    unsound(
        "A => D; ${D & 255} => A; ${D >> 8} => C; A + C => A; $ => A :AND",
        expect![[r#"
            ${D & 255} => A []
            ${D >> 8} => C []
            ! A :MSTORE(result_0): free-input: the free input of line 11 reaches a variable before a check pins it
            ! A :MSTORE(result_0): free-input: the free input of line 12 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn an_aligned_part_needs_an_offset_within_the_word() {
    sound(
        "3 => C; ${A} => D; B :MEM_ALIGN_WR8; D => A",
        expect![[r#"
        ${A} => D [mem-align]
    "#]],
    );
    unsound(
        "B => C; ${A} => D; B :MEM_ALIGN_WR8; D => A",
        expect![[r#"
        ${A} => D []
        ! A :MSTORE(result_0): free-input: the free input of line 11 reaches a variable before a check pins it
    "#]],
    );
}

// ---- Ways --------------------------------------------------------------------------------------

#[test]
fn a_guess_needs_proofs_that_exclude_each_other() {
    let rest = "7 => B; $ => C :AND; 65535 - A :JMPN(zero)";
    // The aligned way proves that it is; the other way proves nothing.
    unsound(
        &format!("{rest}; ${{A & 7}} :JMPNZ(zero); -A*4294967295*536870912 => E :JMPN(unprovable)"),
        expect![[r#"
            ${A & 7} :JMPNZ(zero) []
            ! ${A & 7} :JMPNZ(zero): guess: the free input of line 13 chooses the way, and the ways do not exclude each other
        "#]],
    );
    // Neither does.
    unsound(
        &format!("{rest}; ${{A & 7}} :JMPNZ(zero); 0 => A"),
        expect![[r#"
        ${A & 7} :JMPNZ(zero) []
        ! ${A & 7} :JMPNZ(zero): guess: the free input of line 13 chooses the way, and the ways do not exclude each other
    "#]],
    );
}

#[test]
fn what_is_pinned_on_one_way_is_not_on_the_other() {
    unsound(
        "${A} => C; B - 5 :JMPN(finish); C => D; C - C => C; D :ASSERT
         finish:; C => A",
        expect![[r#"
            ${A} => C [equal]
            ! A :MSTORE(result_0): free-input: the free input of line 10 reaches a variable before a check pins it
        "#]],
    );
}

#[test]
fn an_assertion_pins_both_lanes() {
    sound(
        "${A} => C; C :ASSERT; C => A",
        expect![[r#"
        ${A} => C [equal]
    "#]],
    );
}

#[test]
fn a_comparison_of_one_lane_is_none_of_the_word() {
    unsound(
        "${A} => C; A - C :JMPNZ(unprovable); C => A",
        expect![[r#"
        ${A} => C []
        ! A :MSTORE(result_0): free-input: the free input of line 10 reaches a variable before a check pins it
    "#]],
    );
}
