//! Loads and stores that are not aligned to their width.
//!
//! Shifts by whole bytes are multiplications by powers of 2^8 out of a table. With `w0` and `w1` the words that the access may touch,
//! and `c` the byte in `w0` at which it begins, 0 < c < 8:
//!
//! * load: w0·2^(64-8c) = high·2^64 + low, and `high` is w0 >> 8c. w1·2^(64-8c) has as its low word
//!   the bytes of w1 that follow. Their sum is the value, because they share no bits.
//! * store: value·2^8c = high·2^64 + low: `low` belongs into w0, `high` into w1. The same product
//!   for a mask of the value's width says which bits to clear first.
//!
//! ARITH pins both words of each product.

use zkasm::limits::MEM_WORDS;
use zkasm::{Addr, BinaryOp, Coeff, LinComb, Op, Reg, Step, Target};

use super::{Routine, buffer, load as load_var, store as store_var};
use crate::isa::zkasm::inst::emit::{binary, constant, high_word, product_plus_c};
use crate::machinst::buffer::Buffer;
use crate::translate::Window;

/// Where a store routine finds its value.
pub(super) const VALUE: &str = "access_value";
const SAVED_A: &str = "access_a";
const SAVED_B: &str = "access_b";
const SAVED_C: &str = "access_c";
const SAVED_D: &str = "access_d";
pub(super) const INDEX: &str = "access_index";
const WORD: &str = "access_word";
const LOW: &str = "access_low";
const HIGH: &str = "access_high";

/// Which addresses a routine takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those that are not aligned, or that do not fit a word. Only a wrong guess of the alignment comes
    /// with another one.
    Unaligned,
    /// Every address.
    Anywhere,
}

fn copy(from: Reg, to: Reg) -> Step {
    Step::of(LinComb::reg(from)).to(to)
}

fn read(reg: Reg, offset: i32) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(Addr::Mem(offset)))
}

/// Saves A, B, C and D, and splits the byte address in E for an access of `bytes` bytes: C becomes its low
/// bits, E the index of its word.
fn begin(buffer: &mut Buffer, bytes: u32, reach: Reach, window: Option<Window>) {
    buffer.step(store_var(Reg::A, SAVED_A));
    buffer.step(store_var(Reg::B, SAVED_B));
    buffer.step(store_var(Reg::C, SAVED_C));
    buffer.step(store_var(Reg::D, SAVED_D));
    buffer.step(copy(Reg::E, Reg::A));
    buffer.step(Step::of(LinComb::constant(7)).to(Reg::B));
    buffer.step(binary(BinaryOp::And).to(Reg::C));
    // Whether 2 bytes fit a word is not guessed.
    if reach == Reach::Unaligned && bytes > 2 {
        for aligned in (0..8).step_by(bytes as usize) {
            let test = Op::JmpZ(Target::label(super::UNPROVABLE), None);
            let distance = LinComb::reg(Reg::C).plus_const(-aligned);
            buffer.step(Step::of(distance).with(test));
        }
    }
    let eighth = Coeff::inverse_power_of_two(3);
    let index = LinComb::default()
        .plus(eighth.clone(), Reg::E)
        .plus(eighth.negated(), Reg::C);
    let bias = window.map_or(0, Window::bias);
    buffer.step(Step::of(index.plus_const(bias)).to(Reg::E));
}

/// With a window: takes the place of a word in E apart, CTX = place / 2^17, and E becomes the rest.
/// Loses A and B. [`go_home`] must follow the access.
pub(super) fn select(buffer: &mut Buffer, window: Option<Window>) {
    if window.is_some() {
        buffer.step(copy(Reg::E, Reg::A));
        let mask = i64::from(MEM_WORDS) - 1;
        buffer.step(Step::of(LinComb::constant(mask)).to(Reg::B));
        buffer.step(binary(BinaryOp::And).to(Reg::E));
        let part = Coeff::inverse_power_of_two(MEM_WORDS.ilog2());
        let context = LinComb::default()
            .plus(part.clone(), Reg::A)
            .plus(part.negated(), Reg::E);
        buffer.step(Step::of(context).to(Reg::Ctx));
    }
}

/// CTX = the home context again.
pub(super) fn go_home(buffer: &mut Buffer, window: Option<Window>) {
    if let Some(window) = window {
        buffer.step(Step::of(LinComb::constant(window.home.into())).to(Reg::Ctx));
    }
}

fn end(buffer: &mut Buffer) {
    buffer.step(load_var(Reg::D, SAVED_D));
    buffer.step(load_var(Reg::C, SAVED_C));
    buffer.step(load_var(Reg::B, SAVED_B));
    buffer.step(load_var(Reg::A, SAVED_A).with(Op::Return));
}

/// B = 2^(8·index), for an index made of the c in C; loses E.
fn power(buffer: &mut Buffer, index: LinComb) {
    buffer.step(Step::of(index).to(Reg::E));
    let load = Op::MLoad(super::power(super::BYTE_POWERS));
    buffer.step(Step::of(LinComb::bare()).to(Reg::B).with(load));
}

/// D and `low`: the high and the low word of A·B.
fn product(buffer: &mut Buffer, low: Option<Reg>) {
    buffer.step(Step::of(LinComb::constant(0)).to(Reg::C));
    buffer.step(Step::of(LinComb::free(high_word(product_plus_c()))).to(Reg::D));
    let mut step = Step::of(LinComb::free(product_plus_c())).with(Op::Arith);
    step.dests.extend(low);
    buffer.step(step);
}

/// A routine that loads `bytes` bytes from the byte address in E. The bytes are in the low end of E then;
/// what is above them is undefined.
pub(super) fn load(
    name: &'static str,
    bytes: u32,
    reach: Reach,
    window: Option<Window>,
) -> Routine {
    let mut b = buffer(name);
    begin(&mut b, bytes, reach, window);
    b.step(store_var(Reg::E, INDEX));
    select(&mut b, window);
    b.step(read(Reg::A, 0));
    go_home(&mut b, window);
    b.step(store_var(Reg::A, WORD));
    let (combine, done) = (b.new_label(), b.new_label());
    if reach == Reach::Anywhere {
        b.step(copy(Reg::A, Reg::E));
        let aligned = Op::JmpZ(Target::label(&done), None);
        b.step(Step::of(LinComb::reg(Reg::C)).with(aligned));
    }
    if bytes < 8 {
        // What ends inside the first word must not touch the second, which may not exist.
        let inside = b.aside(|b| {
            b.step(Step::of(LinComb::constant(0)).to(Reg::A));
            b.jump(&combine);
        });
        let beyond = LinComb::reg(Reg::C).plus_const(-i64::from(8 - bytes + 1));
        b.step(Step::of(beyond).with(Op::JmpN(Target::Label(inside), None)));
    }
    b.step(load_var(Reg::E, INDEX));
    b.step(Step::of(LinComb::reg(Reg::E).plus_const(1)).to(Reg::E));
    select(&mut b, window);
    b.step(read(Reg::A, 0));
    go_home(&mut b, window);
    b.bind(&combine);
    power(&mut b, LinComb::constant(8).plus(Coeff::MINUS_ONE, Reg::C));
    product(&mut b, Some(Reg::E));
    b.step(load_var(Reg::A, WORD));
    product(&mut b, None);
    let value = LinComb::reg(Reg::E).plus(Coeff::ONE, Reg::D);
    b.step(Step::of(value).to(Reg::E));
    b.bind(&done);
    end(&mut b);
    Routine {
        name,
        lines: b.finish(),
    }
}

/// A routine that stores the low `bytes` bytes of the variable [`VALUE`], above which it is 0, at the byte
/// address in E. Loses E.
pub(super) fn store(
    name: &'static str,
    bytes: u32,
    reach: Reach,
    window: Option<Window>,
) -> Routine {
    let mut b = buffer(name);
    let mask = u64::MAX >> (64 - 8 * bytes);
    begin(&mut b, bytes, reach, window);
    b.step(store_var(Reg::E, INDEX));
    power(&mut b, LinComb::reg(Reg::C));
    b.step(load_var(Reg::A, VALUE));
    product(&mut b, Some(Reg::C));
    b.step(store_var(Reg::C, LOW));
    b.step(store_var(Reg::D, HIGH));
    b.step(Step::of(constant(mask)).to(Reg::A));
    product(&mut b, Some(Reg::C));
    b.step(load_var(Reg::E, INDEX));
    select(&mut b, window);
    replace(&mut b, Reg::C, LOW);
    // The mask's high word is a number of the form 2^n - 1: 0 exactly if its lane 0 is.
    let done = b.new_label();
    b.step(Step::of(LinComb::reg(Reg::D)).with(Op::JmpZ(Target::label(&done), None)));
    b.step(load_var(Reg::E, INDEX));
    let next = LinComb::reg(Reg::E).plus_const(1);
    b.step(Step::of(next).to(Reg::E));
    if window.is_none() {
        // That is what it comes to: the second word is there because the bytes reach it.
        let room = LinComb::constant(i64::from(MEM_WORDS) - 1).plus(Coeff::MINUS_ONE, Reg::E);
        let outside = Op::JmpN(Target::label(super::UNPROVABLE), None);
        b.step(Step::of(room).with(outside));
    }
    select(&mut b, window);
    replace(&mut b, Reg::D, HIGH);
    b.bind(&done);
    go_home(&mut b, window);
    end(&mut b);
    Routine {
        name,
        lines: b.finish(),
    }
}

/// The word at E, with the bits of `mask` replaced by a variable that lies within them.
fn replace(b: &mut Buffer, mask: Reg, bits: &str) {
    b.step(read(Reg::A, 0));
    b.step(copy(mask, Reg::B));
    b.step(binary(BinaryOp::And).to(Reg::B));
    let cleared = LinComb::reg(Reg::A).plus(Coeff::MINUS_ONE, Reg::B);
    b.step(Step::of(cleared).to(Reg::A));
    b.step(load_var(Reg::B, bits));
    b.step(binary(BinaryOp::Or).with(Op::MStore(Addr::Mem(0))));
}
