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

use zkasm::{Addr, BinaryOp, Coeff, LinComb, Op, Reg, Step, Target};

use super::{Routine, buffer, load as load_var, store as store_var};
use crate::isa::zkasm::inst::emit::{binary, constant, high_word, product_plus_c};
use crate::machinst::buffer::Buffer;

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

fn copy(from: Reg, to: Reg) -> Step {
    Step::of(LinComb::reg(from)).to(to)
}

fn read(reg: Reg, offset: i32) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(Addr::Mem(offset)))
}

/// Saves A, B, C and D, and splits the byte address in E: C becomes its low bits, E the index of its
/// word.
fn begin(buffer: &mut Buffer) {
    buffer.step(store_var(Reg::A, SAVED_A));
    buffer.step(store_var(Reg::B, SAVED_B));
    buffer.step(store_var(Reg::C, SAVED_C));
    buffer.step(store_var(Reg::D, SAVED_D));
    buffer.step(copy(Reg::E, Reg::A));
    buffer.step(Step::of(LinComb::constant(7)).to(Reg::B));
    // Only a wrong guess of the alignment comes here with an aligned address.
    let test = Op::JmpZ(Target::label(super::UNPROVABLE), None);
    buffer.step(binary(BinaryOp::And).to(Reg::C));
    buffer.step(Step::of(LinComb::reg(Reg::C)).with(test));
    let eighth = Coeff::inverse_power_of_two(3);
    let index = LinComb::default()
        .plus(eighth.clone(), Reg::E)
        .plus(eighth.negated(), Reg::C);
    buffer.step(Step::of(index).to(Reg::E));
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

/// A routine that loads `bytes` bytes from the byte address in E, which is no multiple of 8. The
/// bytes are in the low end of E then; what is above them is undefined.
pub(super) fn load(name: &'static str, bytes: u32) -> Routine {
    let mut b = buffer(name);
    begin(&mut b);
    b.step(read(Reg::A, 0));
    b.step(store_var(Reg::A, WORD));
    let combine = b.new_label();
    if bytes < 8 {
        // What ends inside the first word must not touch the second, which may not exist.
        let inside = b.aside(|b| {
            b.step(Step::of(LinComb::constant(0)).to(Reg::A));
            b.jump(&combine);
        });
        let beyond = LinComb::reg(Reg::C).plus_const(-i64::from(8 - bytes + 1));
        b.step(Step::of(beyond).with(Op::JmpN(Target::Label(inside), None)));
    }
    b.step(read(Reg::A, 1));
    b.bind(&combine);
    power(&mut b, LinComb::constant(8).plus(Coeff::MINUS_ONE, Reg::C));
    product(&mut b, Some(Reg::E));
    b.step(load_var(Reg::A, WORD));
    product(&mut b, None);
    let value = LinComb::reg(Reg::E).plus(Coeff::ONE, Reg::D);
    b.step(Step::of(value).to(Reg::E));
    end(&mut b);
    Routine {
        name,
        lines: b.finish(),
    }
}

/// A routine that stores the variable [`VALUE`], whose bits lie within `mask`, at the byte address
/// in E, which is no multiple of 8. Loses E.
pub(super) fn store(name: &'static str, mask: u64) -> Routine {
    let mut b = buffer(name);
    begin(&mut b);
    b.step(store_var(Reg::E, INDEX));
    power(&mut b, LinComb::reg(Reg::C));
    b.step(load_var(Reg::A, VALUE));
    product(&mut b, Some(Reg::C));
    b.step(store_var(Reg::C, LOW));
    b.step(store_var(Reg::D, HIGH));
    b.step(Step::of(constant(mask)).to(Reg::A));
    product(&mut b, Some(Reg::C));
    b.step(load_var(Reg::E, INDEX));
    replace(&mut b, 0, Reg::C, LOW);
    // The mask's high word is a number of the form 2^n - 1: 0 exactly if its lane 0 is.
    let done = b.new_label();
    b.step(Step::of(LinComb::reg(Reg::D)).with(Op::JmpZ(Target::label(&done), None)));
    replace(&mut b, 1, Reg::D, HIGH);
    b.bind(&done);
    end(&mut b);
    Routine {
        name,
        lines: b.finish(),
    }
}

/// The word at E + `offset`, with the bits of `mask` replaced by a variable that lies within them.
fn replace(b: &mut Buffer, offset: i32, mask: Reg, bits: &str) {
    b.step(read(Reg::A, offset));
    b.step(copy(mask, Reg::B));
    b.step(binary(BinaryOp::And).to(Reg::B));
    let cleared = LinComb::reg(Reg::A).plus(Coeff::MINUS_ONE, Reg::B);
    b.step(Step::of(cleared).to(Reg::A));
    b.step(load_var(Reg::B, bits));
    let joined = LinComb::reg(Reg::A).plus(Coeff::ONE, Reg::B);
    b.step(Step::of(joined).with(Op::MStore(Addr::Mem(offset))));
}
