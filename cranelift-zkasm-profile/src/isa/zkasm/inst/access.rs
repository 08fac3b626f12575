//! The steps of loads and stores.
//!
//! **Aligned accesses** guess: the executor says whether the address is a multiple of 8, and the
//! prover may lie. If it is said to be one, `address/8 => E :JMPN(unprovable)` pins it: the sign test
//! accepts nothing outside of ±2^32, the eighth of a number of 32 bits that is no multiple of 8 is
//! about k·2^61 away in the field, and a negative one would need an address beyond 2^32. If it is
//! said not to be one, the path aside works out the low bits for itself, and a routine that finds
//! them 0 never comes back.

use runtime_hooks::Cause;
use zkasm::{Addr, BinaryExprOp, BinaryOp, Coeff, Expr, LinComb, Op, Reg, Step, Target, Term};

use super::WordPart;
use super::emit::{U32_MAX, UPPER_LANE, binary, high_word, jump_if_negative, product_plus_c};
use crate::machinst::buffer::Buffer;
use crate::machinst::emit::FunctionContext;
use crate::runtime;

/// Jumps to a path aside unless lane 0 of `addr` is said to be a multiple of 2^`bits`.
fn unless_aligned(buffer: &mut Buffer, addr: Reg, bits: u32, path: &str) {
    let low = Expr::reg(addr).binary(BinaryExprOp::And, Expr::number((1u32 << bits) - 1));
    let jump = Op::JmpNz(Target::label(path), None);
    buffer.because(Cause::Align, |buffer| {
        buffer.step(Step::of(LinComb::free(low)).with(jump));
    });
}

/// E = `addr`/8, which the step itself proves to be exact.
fn word_index(buffer: &mut Buffer, addr: Reg) {
    buffer.because(Cause::Address, |buffer| {
        let eighth = LinComb::default().plus(Coeff::inverse_power_of_two(3), addr);
        buffer.step(
            Step::of(eighth)
                .to(Reg::E)
                .with(jump_if_negative(runtime::UNPROVABLE)),
        );
    });
}

/// Calls a routine with the byte address `addr + 8·disp` in E.
fn call_routine(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    addr: Reg,
    disp: u32,
    routine: &str,
) {
    let address = LinComb::reg(addr).plus_const(8 * i64::from(disp));
    buffer.step(Step::of(address).to(Reg::E));
    ctx.call_aside(buffer, routine);
}

/// The same, for a routine that stores `value`.
fn call_store(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    (addr, value): (Reg, Reg),
    disp: u32,
    routine: &str,
) {
    buffer.step(Step::of(LinComb::reg(value)).with(Op::MStore(runtime::value_slot())));
    call_routine(buffer, ctx, addr, disp, routine);
}

fn aside(buffer: &mut Buffer, emit: impl FnOnce(&mut Buffer)) -> String {
    buffer.because(Cause::Align, |buffer| buffer.aside(emit))
}

fn read(reg: Reg, word: &Addr) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(word.clone()))
}

fn jump(step: Step, label: &str) -> Step {
    step.with(Op::Jmp(Target::label(label)))
}

/// Loads a word.
pub(super) fn load64(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    addr: Reg,
    dst: Reg,
    disp: u32,
) {
    let back = buffer.new_label();
    let misaligned = aside(buffer, |buffer| {
        call_routine(buffer, ctx, addr, disp, runtime::LOAD_64);
        buffer.step(jump(Step::of(LinComb::reg(Reg::E)).to(dst), &back));
    });
    unless_aligned(buffer, addr, 3, &misaligned);
    word_index(buffer, addr);
    buffer.step(read(dst, &Addr::Mem(disp as i32)));
    buffer.bind(&back);
}

/// Stores a word.
pub(super) fn store64(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    addr: Reg,
    value: Reg,
    disp: u32,
) {
    let back = buffer.new_label();
    let misaligned = aside(buffer, |buffer| {
        call_store(buffer, ctx, (addr, value), disp, runtime::STORE_64);
        buffer.jump(&back);
    });
    unless_aligned(buffer, addr, 3, &misaligned);
    word_index(buffer, addr);
    let store = Op::MStore(Addr::Mem(disp as i32));
    buffer.step(Step::of(LinComb::reg(value)).with(store));
    buffer.bind(&back);
}

/// E = (`addr` - 4)/8, for the upper half of a word.
fn upper_word_index(buffer: &mut Buffer, addr: Reg) {
    buffer.step(Step::of(LinComb::reg(addr).plus_const(-4)).to(Reg::E));
    word_index(buffer, Reg::E);
}

/// Loads 32 bits into A: the lower lane of a word, its upper lane, or across lanes. Loses B and, on
/// the path aside, C.
pub(super) fn load32(buffer: &mut Buffer, ctx: &FunctionContext<'_>, addr: Reg, disp: u32) {
    let word = Addr::Mem(disp as i32);
    let cut = buffer.new_label();
    let odd = aside(buffer, |buffer| {
        call_routine(buffer, ctx, addr, disp, runtime::LOAD_32);
        buffer.step(jump(Step::of(LinComb::reg(Reg::E)).to(Reg::A), &cut));
    });
    let upper = aside(buffer, |buffer| {
        unless_aligned(buffer, addr, 2, &odd);
        upper_word_index(buffer, addr);
        buffer.step(read(Reg::C, &word));
        buffer.step(jump(Step::of(LinComb::reg(Reg::RotlC)).to(Reg::A), &cut));
    });
    unless_aligned(buffer, addr, 3, &upper);
    word_index(buffer, addr);
    buffer.step(read(Reg::A, &word));
    buffer.bind(&cut);
    cut_lower(buffer);
}

/// A = lane 0 of A; loses B.
fn cut_lower(buffer: &mut Buffer) {
    buffer.because(Cause::Extend, |buffer| {
        buffer.step(Step::of(LinComb::constant(U32_MAX)).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::A));
    });
}

/// A = the word with the lanes of `mask` kept; loses B.
fn keep(buffer: &mut Buffer, word: &Addr, mask: LinComb) {
    buffer.because(Cause::Align, |buffer| {
        buffer.step(read(Reg::A, word));
        buffer.step(Step::of(mask).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::A));
    });
}

/// Writes the sum of A and another register, which share no bits.
fn write(lane: Reg, word: &Addr) -> Step {
    let joined = LinComb::reg(Reg::A).plus(Coeff::ONE, lane);
    Step::of(joined).with(Op::MStore(word.clone()))
}

/// Loads the word with index E, or half of it: then into A, and B and C are lost.
pub(super) fn load_at(buffer: &mut Buffer, dst: Reg, part: WordPart) {
    let word = Addr::Mem(0);
    match part {
        WordPart::Whole => buffer.step(read(dst, &word)),
        WordPart::Lower => {
            buffer.step(read(Reg::A, &word));
            cut_lower(buffer);
        }
        WordPart::Upper => {
            buffer.step(read(Reg::C, &word));
            buffer.step(Step::of(LinComb::reg(Reg::RotlC)).to(Reg::A));
            cut_lower(buffer);
        }
    }
}

/// Stores the word with index E, or half of it: then A, B and C are lost.
pub(super) fn store_at(buffer: &mut Buffer, value: Reg, part: WordPart) {
    let word = Addr::Mem(0);
    match part {
        WordPart::Whole => {
            buffer.step(Step::of(LinComb::reg(value)).with(Op::MStore(word)));
        }
        WordPart::Lower => {
            keep(buffer, &word, LinComb::of(Term::ConstL(UPPER_LANE)));
            buffer.step(write(value, &word));
        }
        WordPart::Upper => {
            keep(buffer, &word, LinComb::constant(U32_MAX));
            buffer.step(Step::of(LinComb::reg(value)).to(Reg::C));
            buffer.step(write(Reg::RotlC, &word));
        }
    }
}

/// Stores 32 bits of `value`, whose upper lane is 0, leaving the rest of the word as it is. Loses A,
/// B and, on the path aside, C.
pub(super) fn store32(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    addr: Reg,
    value: Reg,
    disp: u32,
) {
    let word = Addr::Mem(disp as i32);
    let back = buffer.new_label();
    let odd = aside(buffer, |buffer| {
        call_store(buffer, ctx, (addr, value), disp, runtime::STORE_32);
        buffer.jump(&back);
    });
    let upper = aside(buffer, |buffer| {
        unless_aligned(buffer, addr, 2, &odd);
        upper_word_index(buffer, addr);
        keep(buffer, &word, LinComb::constant(U32_MAX));
        buffer.step(Step::of(LinComb::reg(value)).to(Reg::C));
        buffer.step(jump(write(Reg::RotlC, &word), &back));
    });
    unless_aligned(buffer, addr, 3, &upper);
    word_index(buffer, addr);
    keep(buffer, &word, LinComb::of(Term::ConstL(UPPER_LANE)));
    buffer.step(write(value, &word));
    buffer.bind(&back);
}

// ---- One and two bytes -------------------------------------------------------------------------

/// C = the byte of A in its word, pinned by AND; if the access of `bytes` bytes goes beyond the word,
/// jumps to what `straddles` emits.
fn byte_of_word(buffer: &mut Buffer, bytes: u32, straddles: impl FnOnce(&mut Buffer)) {
    buffer.because(Cause::Address, |buffer| {
        buffer.step(Step::of(LinComb::constant(7)).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::C));
    });
    if bytes > 1 {
        let path = aside(buffer, straddles);
        let room = LinComb::constant(i64::from(8 - bytes)).plus(Coeff::MINUS_ONE, Reg::C);
        buffer.because(Cause::Align, |buffer| {
            buffer.step(Step::of(room).with(jump_if_negative(&path)));
        });
    }
}

/// (A - C)/8, exact because C is A mod 8.
fn exact_word_index() -> LinComb {
    let eighth = Coeff::inverse_power_of_two(3);
    LinComb::default()
        .plus(eighth.clone(), Reg::A)
        .plus(eighth.negated(), Reg::C)
}

/// Loads `bytes` bytes from the byte address in A into A. Loses the other registers.
///
/// Rotating the word right by C bytes brings them to its low end: word·2^(64-8C) = D·2^64 + C', and
/// the rotated word is D + C', whose parts share no bits.
pub(super) fn load_narrow(buffer: &mut Buffer, ctx: &FunctionContext<'_>, disp: u32, bytes: u32) {
    let cut = buffer.new_label();
    byte_of_word(buffer, bytes, |buffer| {
        call_routine(buffer, ctx, Reg::A, disp, runtime::LOAD_16);
        buffer.step(jump(Step::of(LinComb::reg(Reg::E)).to(Reg::A), &cut));
    });
    buffer.because(Cause::Address, |buffer| {
        buffer.step(Step::of(exact_word_index()).to(Reg::E));
    });
    buffer.step(read(Reg::A, &Addr::Mem(disp as i32)));
    buffer.because(Cause::Align, |buffer| {
        let rest = LinComb::constant(8).plus(Coeff::MINUS_ONE, Reg::C);
        buffer.step(Step::of(rest).to(Reg::E));
        let power = Op::MLoad(runtime::power(runtime::BYTE_POWERS));
        buffer.step(Step::of(LinComb::bare()).to(Reg::B).with(power));
        buffer.step(Step::of(LinComb::constant(0)).to(Reg::C));
        buffer.step(Step::of(LinComb::free(high_word(product_plus_c()))).to(Reg::D));
        buffer.step(
            Step::of(LinComb::free(product_plus_c()))
                .to(Reg::C)
                .with(Op::Arith),
        );
        let rotated = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::D);
        buffer.step(Step::of(rotated).to(Reg::A));
    });
    buffer.bind(&cut);
    buffer.because(Cause::Extend, |buffer| {
        let mask = (1 << (8 * bytes)) - 1;
        buffer.step(Step::of(LinComb::constant(mask)).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::A));
    });
}

/// Stores the `bytes` bytes in D, zero-extended, at the byte address in A. Loses all registers.
///
/// The bytes and a mask of their width are multiplied by 2^8C, which fits the word: ARITH pins the
/// products with a high word of 0.
pub(super) fn store_narrow(buffer: &mut Buffer, ctx: &FunctionContext<'_>, disp: u32, bytes: u32) {
    let back = buffer.new_label();
    byte_of_word(buffer, bytes, |buffer| {
        call_store(buffer, ctx, (Reg::A, Reg::D), disp, runtime::STORE_16);
        buffer.jump(&back);
    });
    buffer.because(Cause::Address, |buffer| {
        let keep = Op::MStore(runtime::index_slot());
        buffer.step(Step::of(exact_word_index()).with(keep));
    });
    buffer.because(Cause::Align, |buffer| {
        buffer.step(Step::of(LinComb::reg(Reg::C)).to(Reg::E));
        let power = Op::MLoad(runtime::power(runtime::BYTE_POWERS));
        buffer.step(Step::of(LinComb::bare()).to(Reg::B).with(power));
        buffer.step(Step::of(LinComb::reg(Reg::D)).to(Reg::A));
        let product = |to: Reg| {
            Step::of(LinComb::free(product_plus_c()))
                .to(to)
                .with(Op::Arith)
        };
        buffer.step(Step::of(LinComb::constant(0)).to(Reg::C).to(Reg::D));
        buffer.step(product(Reg::D).with(Op::MStore(runtime::value_slot())));
        let mask = (1 << (8 * bytes)) - 1;
        buffer.step(Step::of(LinComb::constant(mask)).to(Reg::A));
        buffer.step(Step::of(LinComb::constant(0)).to(Reg::D));
        buffer.step(product(Reg::B));
        let index = Op::MLoad(runtime::index_slot());
        buffer.step(Step::of(LinComb::bare()).to(Reg::E).with(index));
        buffer.step(read(Reg::A, &Addr::Mem(disp as i32)));
        buffer.step(binary(BinaryOp::And).to(Reg::C));
        let bits = Op::MLoad(runtime::value_slot());
        buffer.step(Step::of(LinComb::bare()).to(Reg::D).with(bits));
    });
    let joined = LinComb::reg(Reg::A)
        .plus(Coeff::MINUS_ONE, Reg::C)
        .plus(Coeff::ONE, Reg::D);
    buffer.step(Step::of(joined).with(Op::MStore(Addr::Mem(disp as i32))));
    buffer.bind(&back);
}
