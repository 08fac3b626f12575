//! The steps of loads and stores.
//!
//! **Aligned accesses** guess: the executor says whether the address is a multiple of 8, and the
//! prover may lie. If it is said to be one, `address/8 => E :JMPN(unprovable)` pins it: the sign test
//! accepts nothing outside of ±2^32, the eighth of a number of 32 bits that is no multiple of 8 is
//! about k·2^61 away in the field, and a negative one would need an address beyond 2^32. If it is
//! said not to be one, the path aside works out the low bits for itself, and a routine that finds
//! them 0 never comes back. In a larger memory what is outside of the window has routines of its own,
//! which take any address.

use runtime_hooks::Cause;
use zkasm::limits::MEM_WORDS;
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

/// What an access moves.
#[derive(Clone, Copy)]
enum Moves {
    /// Bytes of memory into a register.
    Into(Reg),
    /// A register's bytes into memory.
    From(Reg),
}

/// An access at the byte address `addr + 8·disp`: its straight line is for some addresses, and paths
/// aside call routines for the others.
struct Access<'a> {
    ctx: &'a FunctionContext<'a>,
    addr: Reg,
    /// The displacement in words.
    disp: u32,
    moves: Moves,
    /// Where the paths aside come back to.
    back: String,
    /// The path aside for what is not in the window; none without one.
    far: String,
}

impl<'a> Access<'a> {
    fn new(
        buffer: &mut Buffer,
        ctx: &'a FunctionContext<'a>,
        addr: Reg,
        disp: u32,
        moves: Moves,
    ) -> Access<'a> {
        Access {
            ctx,
            addr,
            disp,
            moves,
            back: buffer.new_label(),
            far: String::new(),
        }
    }

    /// A path aside that calls a routine for what is not aligned.
    fn aside(&self, buffer: &mut Buffer, routine: &str) -> String {
        self.aside_because(buffer, Cause::Align, routine)
    }

    /// A path aside that calls a routine.
    fn aside_because(&self, buffer: &mut Buffer, cause: Cause, routine: &str) -> String {
        let call = |buffer: &mut Buffer| {
            if let Moves::From(value) = self.moves {
                let value = Step::of(LinComb::reg(value));
                buffer.step(value.with(Op::MStore(runtime::value_slot())));
            }
            let address = LinComb::reg(self.addr).plus_const(8 * i64::from(self.disp));
            buffer.step(Step::of(address).to(Reg::E));
            self.ctx.call_aside(buffer, routine);
            match self.moves {
                Moves::Into(dst) => {
                    buffer.step(jump(Step::of(LinComb::reg(Reg::E)).to(dst), &self.back));
                }
                Moves::From(_) => buffer.jump(&self.back),
            }
        };
        buffer.because(cause, |buffer| buffer.aside(call))
    }

    /// Makes the path aside for what is outside of the window, if there is one.
    fn beyond_window(&mut self, buffer: &mut Buffer, routine: &str) {
        if self.ctx.window.is_some() {
            self.far = self.aside_because(buffer, Cause::Address, routine);
        }
    }

    /// Its address, once E is its index.
    fn addr(&self) -> Addr {
        Addr::Mem(if self.ctx.window.is_some() {
            0
        } else {
            self.disp as i32
        })
    }

    /// Leaves for the path aside if the access is beyond the window's end; that is no trap.
    fn within(&self, buffer: &mut Buffer) {
        if let Some(window) = self.ctx.window {
            let last = i64::from(window.start) + i64::from(MEM_WORDS) - i64::from(self.disp) - 1;
            buffer.because(Cause::Address, |buffer| {
                // A displacement beyond the window: no address is within.
                if last < 0 {
                    buffer.jump(&self.far);
                    return;
                }
                let room = LinComb::constant(8 * last).plus(Coeff::MINUS_ONE, self.addr);
                buffer.step(Step::of(room).with(jump_if_negative(&self.far)));
            });
        }
    }

    /// E = the index of the word, if the address is said to be a multiple of 8; else leaves for
    /// `unaligned`.
    fn word_or(&self, buffer: &mut Buffer, unaligned: &str) {
        self.within(buffer);
        unless_aligned(buffer, self.addr, 3, unaligned);
        self.index(buffer, self.addr);
    }

    /// E = the index of the word at `addr`, which the step itself proves to be a multiple of 8. In a
    /// window the index counts from the window's start; a negative one leaves for the path aside.
    fn index(&self, buffer: &mut Buffer, addr: Reg) {
        buffer.because(Cause::Address, |buffer| {
            let mut eighth = LinComb::default().plus(Coeff::inverse_power_of_two(3), addr);
            let mut below = runtime::UNPROVABLE;
            if let Some(window) = self.ctx.window {
                eighth = eighth.plus_const(i64::from(self.disp) - i64::from(window.start));
                below = &self.far;
            }
            buffer.step(Step::of(eighth).to(Reg::E).with(jump_if_negative(below)));
        });
    }
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
    let mut access = Access::new(buffer, ctx, addr, disp, Moves::Into(dst));
    let slow = access.aside(buffer, runtime::LOAD_64);
    access.beyond_window(buffer, runtime::LOAD_64_FAR);
    access.word_or(buffer, &slow);
    buffer.step(read(dst, &access.addr()));
    buffer.bind(&access.back);
}

/// Stores a word.
pub(super) fn store64(
    buffer: &mut Buffer,
    ctx: &FunctionContext<'_>,
    addr: Reg,
    value: Reg,
    disp: u32,
) {
    let mut access = Access::new(buffer, ctx, addr, disp, Moves::From(value));
    let slow = access.aside(buffer, runtime::STORE_64);
    access.beyond_window(buffer, runtime::STORE_64_FAR);
    access.word_or(buffer, &slow);
    buffer.step(Step::of(LinComb::reg(value)).with(Op::MStore(access.addr())));
    buffer.bind(&access.back);
}

/// Loads 32 bits into A: the lower lane of a word, its upper lane, or across lanes. Loses B and, on
/// the path aside, C.
pub(super) fn load32(buffer: &mut Buffer, ctx: &FunctionContext<'_>, addr: Reg, disp: u32) {
    let mut access = Access::new(buffer, ctx, addr, disp, Moves::Into(Reg::A));
    let slow = access.aside(buffer, runtime::LOAD_32);
    access.beyond_window(buffer, runtime::LOAD_32_FAR);
    let upper = aside(buffer, |buffer| {
        unless_aligned(buffer, addr, 2, &slow);
        buffer.step(Step::of(LinComb::reg(addr).plus_const(-4)).to(Reg::E));
        access.index(buffer, Reg::E);
        buffer.step(read(Reg::C, &access.addr()));
        buffer.step(jump(
            Step::of(LinComb::reg(Reg::RotlC)).to(Reg::A),
            &access.back,
        ));
    });
    access.word_or(buffer, &upper);
    buffer.step(read(Reg::A, &access.addr()));
    buffer.bind(&access.back);
    cut_lower(buffer);
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
    let mut access = Access::new(buffer, ctx, addr, disp, Moves::From(value));
    let slow = access.aside(buffer, runtime::STORE_32);
    access.beyond_window(buffer, runtime::STORE_32_FAR);
    let upper = aside(buffer, |buffer| {
        unless_aligned(buffer, addr, 2, &slow);
        buffer.step(Step::of(LinComb::reg(addr).plus_const(-4)).to(Reg::E));
        access.index(buffer, Reg::E);
        keep(buffer, &access.addr(), LinComb::constant(U32_MAX));
        buffer.step(Step::of(LinComb::reg(value)).to(Reg::C));
        buffer.step(jump(write(Reg::RotlC, &access.addr()), &access.back));
    });
    access.word_or(buffer, &upper);
    keep(
        buffer,
        &access.addr(),
        LinComb::of(Term::ConstL(UPPER_LANE)),
    );
    buffer.step(write(value, &access.addr()));
    buffer.bind(&access.back);
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

// ---- One and two bytes -------------------------------------------------------------------------

/// C = the byte of A in its word, pinned by AND; leaves for the path aside if the access of `bytes`
/// bytes goes beyond the word.
fn byte_of_word(buffer: &mut Buffer, bytes: u32, aside: &str) {
    buffer.because(Cause::Address, |buffer| {
        buffer.step(Step::of(LinComb::constant(7)).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::C));
    });
    if bytes > 1 {
        let room = LinComb::constant(i64::from(8 - bytes)).plus(Coeff::MINUS_ONE, Reg::C);
        buffer.because(Cause::Align, |buffer| {
            buffer.step(Step::of(room).with(jump_if_negative(aside)));
        });
    }
}

/// E = the index of the word of A, whose byte C is A mod 8; in a window as [`Access::index`] says. The
/// index goes to a variable too, if one is given.
fn exact_word_index(buffer: &mut Buffer, access: &Access<'_>, keep: Option<Addr>) {
    let eighth = Coeff::inverse_power_of_two(3);
    let mut index = LinComb::default()
        .plus(eighth.clone(), Reg::A)
        .plus(eighth.negated(), Reg::C);
    if let Some(window) = access.ctx.window {
        index = index.plus_const(i64::from(access.disp) - i64::from(window.start));
    }
    let mut step = Step::of(index).to(Reg::E);
    step.ops.extend(keep.map(Op::MStore));
    if access.ctx.window.is_some() {
        step.ops.push(jump_if_negative(&access.far));
    }
    buffer.because(Cause::Address, |buffer| buffer.step(step));
}

/// Loads `bytes` bytes from the byte address in A into A. Loses the other registers.
///
/// Rotating the word right by C bytes brings them to its low end: word·2^(64-8C) = D·2^64 + C', and
/// the rotated word is D + C', whose parts share no bits.
pub(super) fn load_narrow(buffer: &mut Buffer, ctx: &FunctionContext<'_>, disp: u32, bytes: u32) {
    let mut access = Access::new(buffer, ctx, Reg::A, disp, Moves::Into(Reg::A));
    let mut beyond = String::new();
    let mut far_routine = runtime::LOAD_8_FAR;
    if bytes > 1 {
        beyond = access.aside(buffer, runtime::LOAD_16);
        far_routine = runtime::LOAD_16_FAR;
    }
    access.beyond_window(buffer, far_routine);
    access.within(buffer);
    byte_of_word(buffer, bytes, &beyond);
    exact_word_index(buffer, &access, None);
    buffer.step(read(Reg::A, &access.addr()));
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
    buffer.bind(&access.back);
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
    let mut access = Access::new(buffer, ctx, Reg::A, disp, Moves::From(Reg::D));
    let mut beyond = String::new();
    let mut far_routine = runtime::STORE_8_FAR;
    if bytes > 1 {
        beyond = access.aside(buffer, runtime::STORE_16);
        far_routine = runtime::STORE_16_FAR;
    }
    access.beyond_window(buffer, far_routine);
    access.within(buffer);
    byte_of_word(buffer, bytes, &beyond);
    exact_word_index(buffer, &access, Some(runtime::index_slot()));
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
        buffer.step(read(Reg::A, &access.addr()));
        buffer.step(binary(BinaryOp::And).to(Reg::C));
        let bits = Op::MLoad(runtime::value_slot());
        buffer.step(Step::of(LinComb::bare()).to(Reg::D).with(bits));
    });
    let joined = LinComb::reg(Reg::A)
        .plus(Coeff::MINUS_ONE, Reg::C)
        .plus(Coeff::ONE, Reg::D);
    buffer.step(Step::of(joined).with(Op::MStore(access.addr())));
    buffer.bind(&access.back);
}
