//! Bulk memory: fill and copy, a word or a part of a word at a time.
//!
//! A *chunk* is what of the bytes lies in one word of the destination. Its mask is the difference of
//! two entries of a table of masks, its place a product with a power of 2^8; both come from tables,
//! and nothing is free but the two words of products, which ARITH pins.

use zkasm::{Addr, BinaryOp, Coeff, LinComb, Op, Reg, Step, Target};

use super::access::{go_home, select};
use super::{
    BYTE_MASKS, BYTE_POWERS, MEMORY_BYTES, Routine, SEGMENT_BASES, SEGMENT_LENGTHS, SEGMENTS,
    buffer, load, power, store,
};
use crate::isa::zkasm::inst::emit::{binary, high_word, product_plus_c};
use crate::machinst::buffer::Buffer;
use crate::translate::Window;
use runtime_hooks::TrapKind;

const TO: &str = "bulk_to";
const FROM: &str = "bulk_from";
const LEFT: &str = "bulk_left";
const LENGTH: &str = "bulk_length";
const OFFSET: &str = "bulk_offset";
const INDEX: &str = "bulk_index";
const VALUE: &str = "bulk_value";
const MASK: &str = "bulk_mask";
const PLACE: &str = "bulk_place";
const KEPT: &str = "bulk_kept";

fn set(reg: Reg, value: LinComb) -> Step {
    Step::of(value).to(reg)
}

fn constant(value: i64) -> LinComb {
    LinComb::constant(value)
}

fn minus(a: LinComb, b: Reg) -> LinComb {
    a.plus(Coeff::MINUS_ONE, b)
}

fn if_negative(value: LinComb, label: &str) -> Step {
    Step::of(value).with(Op::JmpN(Target::label(label), None))
}

fn if_zero(reg: Reg, label: &str) -> Step {
    Step::of(LinComb::reg(reg)).with(Op::JmpZ(Target::label(label), None))
}

fn entry(array: &str, reg: Reg) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(power(array)))
}

fn word(reg: Reg) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(Addr::Mem(0)))
}

/// C = `address` mod 8, E = the index of its word; loses A and B.
fn split(b: &mut Buffer, address: LinComb) {
    b.step(set(Reg::A, address));
    b.step(set(Reg::B, constant(7)));
    b.step(binary(BinaryOp::And).to(Reg::C));
    let eighth = Coeff::inverse_power_of_two(3);
    let index = LinComb::default()
        .plus(eighth.clone(), Reg::A)
        .plus(eighth.negated(), Reg::C);
    b.step(set(Reg::E, index));
}

/// D and `low`: the high and the low word of A·B; loses C.
fn product(b: &mut Buffer, low: Reg) {
    b.step(set(Reg::C, constant(0)));
    b.step(set(Reg::D, LinComb::free(high_word(product_plus_c()))));
    b.step(
        Step::of(LinComb::free(product_plus_c()))
            .to(low)
            .with(Op::Arith),
    );
}

/// Traps unless `bytes` bytes from `address` on lie in the memory of D bytes. Each difference is in
/// the range of a sign test because the one before it is not negative.
fn check(b: &mut Buffer, address: Reg, bytes: Reg, outside: &str) {
    b.step(if_negative(minus(LinComb::reg(Reg::D), bytes), outside));
    let room = minus(minus(LinComb::reg(Reg::D), bytes), address);
    b.step(if_negative(room, outside));
}

/// Replaces, in the word with index E, the bytes in the variable MASK by those of B; loses the
/// registers.
fn blend(b: &mut Buffer, window: Option<Window>) {
    b.step(load(Reg::A, MASK));
    b.step(binary(BinaryOp::And).to(Reg::D));
    if let Some(window) = window {
        b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(window.bias())));
        select(b, Some(window));
        b.step(load(Reg::A, MASK));
    }
    b.step(set(Reg::B, LinComb::reg(Reg::A)));
    b.step(word(Reg::A));
    b.step(binary(BinaryOp::And).to(Reg::C));
    let joined = minus(LinComb::reg(Reg::A), Reg::C).plus(Coeff::ONE, Reg::D);
    b.step(Step::of(joined).with(Op::MStore(Addr::Mem(0))));
    go_home(b, window);
}

/// MASK = the bytes from OFFSET on, LENGTH of them; loses A, B and E.
fn make_mask(b: &mut Buffer) {
    b.step(load(Reg::A, OFFSET));
    b.step(load(Reg::E, LENGTH));
    b.step(set(Reg::E, LinComb::reg(Reg::E).plus(Coeff::ONE, Reg::A)));
    b.step(entry(BYTE_MASKS, Reg::B));
    b.step(set(Reg::E, LinComb::reg(Reg::A)));
    b.step(entry(BYTE_MASKS, Reg::A));
    // The lower mask is a part of the other: no lane borrows.
    let mask = minus(LinComb::reg(Reg::B), Reg::A);
    b.step(set(Reg::B, mask).with(Op::MStore(super::var(MASK))));
}

/// Fills: address in A, byte in B, length in C.
pub(super) fn fill(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    let done = b.new_label();
    b.step(load(Reg::D, MEMORY_BYTES));
    check(&mut b, Reg::A, Reg::C, &outside);
    b.step(store(Reg::A, TO));
    b.step(store(Reg::C, LEFT));
    // Eight copies of the byte: four in lane 0, and lane 1 the same.
    b.step(set(Reg::A, constant(255)));
    b.step(binary(BinaryOp::And).to(Reg::A));
    b.step(set(
        Reg::C,
        LinComb::default().plus(Coeff::product(&[0x0101_0101]), Reg::A),
    ));
    let pattern = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::RotlC);
    b.step(Step::of(pattern).with(Op::MStore(super::var(VALUE))));
    let next = b.new_label();
    let words = b.new_label();
    b.bind(&next);
    b.step(load(Reg::D, LEFT));
    b.step(if_zero(Reg::D, &done));
    b.step(load(Reg::A, TO));
    split(&mut b, LinComb::reg(Reg::A));
    b.step(store(Reg::C, OFFSET));
    b.step(store(Reg::E, INDEX));
    let partial = b.new_label();
    if window.is_some() {
        // Words may be in several contexts: one at a time.
        b.jump(&partial);
    }
    // At the start of a word, as many whole words as there are.
    b.step(Step::of(LinComb::reg(Reg::C)).with(Op::JmpNz(Target::label(&partial), None)));
    b.step(if_negative(LinComb::reg(Reg::D).plus_const(-8), &partial));
    b.step(set(Reg::A, LinComb::reg(Reg::D)));
    b.step(binary(BinaryOp::And).to(Reg::C));
    b.step(store(Reg::C, LEFT));
    let eighth = Coeff::inverse_power_of_two(3);
    let count = LinComb::default()
        .plus(eighth.clone(), Reg::A)
        .plus(eighth.negated(), Reg::C);
    b.step(set(Reg::B, count));
    b.step(load(Reg::A, VALUE));
    b.bind(&words);
    b.step(Step::of(LinComb::reg(Reg::A)).with(Op::MStore(Addr::Mem(0))));
    b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(1)));
    let more = Op::JmpNz(Target::label(&words), None);
    b.step(set(Reg::B, LinComb::reg(Reg::B).plus_const(-1)).with(more));
    let address = LinComb::default().plus(Coeff::product(&[8]), Reg::E);
    b.step(Step::of(address).with(Op::MStore(super::var(TO))));
    b.jump(&next);
    b.bind(&partial);
    take_chunk(&mut b);
    make_mask(&mut b);
    b.step(load(Reg::E, INDEX));
    b.step(load(Reg::B, VALUE));
    blend(&mut b, window);
    b.step(load(Reg::A, LENGTH));
    advance(&mut b, TO);
    b.jump(&next);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}

/// LENGTH = the smaller of 8 - C and D, and LEFT = D less it; loses A.
fn take_chunk(b: &mut Buffer) {
    let (all, taken) = (b.new_label(), b.new_label());
    b.step(set(Reg::A, minus(constant(8), Reg::C)));
    b.step(if_negative(minus(LinComb::reg(Reg::D), Reg::A), &all));
    b.step(store(Reg::A, LENGTH));
    b.jump(&taken);
    b.bind(&all);
    b.step(set(Reg::A, LinComb::reg(Reg::D)).with(Op::MStore(super::var(LENGTH))));
    b.bind(&taken);
    let left = minus(LinComb::reg(Reg::D), Reg::A);
    b.step(Step::of(left).with(Op::MStore(super::var(LEFT))));
}

/// Adds A to a variable; loses B.
fn advance(b: &mut Buffer, name: &str) {
    b.step(load(Reg::B, name));
    let sum = LinComb::reg(Reg::B).plus(Coeff::ONE, Reg::A);
    b.step(Step::of(sum).with(Op::MStore(super::var(name))));
}

/// Copies: destination in A, source in B, length in C. Forwards if the destination is not above the
/// source, else backwards, so that no byte is overwritten before it is read.
pub(super) fn copy(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    b.step(load(Reg::D, MEMORY_BYTES));
    check(&mut b, Reg::A, Reg::C, &outside);
    check(&mut b, Reg::B, Reg::C, &outside);
    b.step(store(Reg::C, LEFT));
    let (backwards, done) = (b.new_label(), b.new_label());
    b.step(store(Reg::A, TO));
    b.step(store(Reg::B, FROM));
    b.step(if_negative(minus(LinComb::reg(Reg::B), Reg::A), &backwards));

    copy_forwards(&mut b, Source::Memory, window, &done);

    // Backwards, TO and FROM are one past the last byte.
    b.bind(&backwards);
    b.step(set(Reg::A, LinComb::reg(Reg::C)));
    advance(&mut b, TO);
    advance(&mut b, FROM);
    let previous = b.new_label();
    b.bind(&previous);
    b.step(load(Reg::D, LEFT));
    b.step(if_zero(Reg::D, &done));
    // The word of the last byte; the chunk ends in it after OFFSET + 1 bytes, counted from its start.
    b.step(load(Reg::A, TO));
    split(&mut b, LinComb::reg(Reg::A).plus_const(-1));
    b.step(store(Reg::E, INDEX));
    b.step(set(Reg::E, LinComb::reg(Reg::C).plus_const(1)));
    b.step(set(Reg::C, minus(constant(8), Reg::E)));
    take_chunk(&mut b);
    let offset = minus(LinComb::reg(Reg::E), Reg::A);
    b.step(Step::of(offset).with(Op::MStore(super::var(OFFSET))));
    // The chunk begins LENGTH bytes before.
    b.step(set(Reg::A, minus(constant(0), Reg::A)));
    b.step(set(Reg::C, LinComb::reg(Reg::A)));
    advance_by_negative(&mut b, TO);
    advance_by_negative(&mut b, FROM);
    move_chunk(&mut b, Source::Memory, window);
    b.jump(&previous);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Copies LEFT bytes from FROM to TO, from the first on, and goes to `done`.
fn copy_forwards(b: &mut Buffer, source: Source, window: Option<Window>, done: &str) {
    let next = b.new_label();
    b.bind(&next);
    b.step(load(Reg::D, LEFT));
    b.step(if_zero(Reg::D, done));
    b.step(load(Reg::A, TO));
    split(b, LinComb::reg(Reg::A));
    b.step(store(Reg::C, OFFSET));
    b.step(store(Reg::E, INDEX));
    take_chunk(b);
    move_chunk(b, source, window);
    b.step(load(Reg::A, LENGTH));
    advance(b, TO);
    advance(b, FROM);
    b.jump(&next);
}

/// Copies out of a passive segment: destination in A, source in B, length in C, segment in D.
pub(super) fn init(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    let done = b.new_label();
    b.step(set(Reg::E, LinComb::reg(Reg::D)));
    b.step(entry(SEGMENT_LENGTHS, Reg::D));
    check(&mut b, Reg::B, Reg::C, &outside);
    b.step(load(Reg::D, MEMORY_BYTES));
    check(&mut b, Reg::A, Reg::C, &outside);
    b.step(store(Reg::A, TO));
    b.step(store(Reg::C, LEFT));
    b.step(entry(SEGMENT_BASES, Reg::D));
    let from = LinComb::reg(Reg::B).plus(Coeff::ONE, Reg::D);
    b.step(Step::of(from).with(Op::MStore(super::var(FROM))));
    copy_forwards(&mut b, Source::Segments, window, &done);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Adds C, the negative of at most the variable, to a variable; loses B.
fn advance_by_negative(b: &mut Buffer, name: &str) {
    b.step(load(Reg::B, name));
    let sum = LinComb::reg(Reg::B).plus(Coeff::ONE, Reg::C);
    b.step(Step::of(sum).with(Op::MStore(super::var(name))));
}

/// Where bytes are copied from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Linear memory.
    Memory,
    /// The array of passive segments.
    Segments,
}

impl Source {
    /// Reads the word with index E, or the next one; leaves E alone, but loses A with a window.
    fn read(self, b: &mut Buffer, reg: Reg, next: bool, window: Option<Window>) {
        match self {
            Source::Memory if window.is_some() => {
                let bias = window.map_or(0, Window::bias) + i64::from(next);
                b.step(store(Reg::E, PLACE));
                b.step(store(Reg::B, KEPT));
                b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(bias)));
                select(b, window);
                b.step(load(Reg::B, KEPT));
                b.step(word(reg));
                go_home(b, window);
                b.step(load(Reg::E, PLACE));
            }
            Source::Memory => {
                let load = Op::MLoad(Addr::Mem(next.into()));
                b.step(Step::of(LinComb::bare()).to(reg).with(load));
            }
            // A variable has no place for an offset beside its index.
            Source::Segments if next => {
                b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(1)));
                b.step(entry(SEGMENTS, reg));
                b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(-1)));
            }
            Source::Segments => b.step(entry(SEGMENTS, reg)),
        }
    }
}

/// Moves LENGTH bytes from the address FROM into the word with index INDEX, from its byte OFFSET on.
fn move_chunk(b: &mut Buffer, source: Source, window: Option<Window>) {
    let (aligned, have) = (b.new_label(), b.new_label());
    b.step(load(Reg::A, FROM));
    split(b, LinComb::reg(Reg::A));
    b.step(if_zero(Reg::C, &aligned));
    // Two words, of which the second is read only if the chunk reaches it: it may not exist.
    let inside = b.new_label();
    let second = b.new_label();
    b.step(load(Reg::D, LENGTH));
    b.step(set(Reg::B, constant(0)));
    let beyond = minus(minus(constant(8), Reg::C), Reg::D);
    b.step(if_negative(beyond, &second));
    b.bind(&inside);
    source.read(b, Reg::A, false, window);
    b.step(set(Reg::E, minus(constant(8), Reg::C)));
    b.step(Step::of(LinComb::reg(Reg::B)).with(Op::MStore(super::var(VALUE))));
    b.step(entry(BYTE_POWERS, Reg::B));
    // The first word's upper bytes, then the second word's lower ones above them.
    product(b, Reg::A);
    b.step(store(Reg::D, MASK));
    b.step(load(Reg::A, VALUE));
    product(b, Reg::A);
    b.step(load(Reg::B, MASK));
    let joined = LinComb::reg(Reg::A).plus(Coeff::ONE, Reg::B);
    b.step(set(Reg::A, joined));
    b.jump(&have);
    b.bind(&second);
    source.read(b, Reg::B, true, window);
    b.jump(&inside);
    b.bind(&aligned);
    source.read(b, Reg::A, false, window);
    b.bind(&have);
    // The bytes are in the low end of A: bring them to their place, and into the word.
    b.step(store(Reg::A, VALUE));
    make_mask(b);
    b.step(load(Reg::E, OFFSET));
    b.step(entry(BYTE_POWERS, Reg::B));
    b.step(load(Reg::A, VALUE));
    product(b, Reg::B);
    b.step(load(Reg::E, INDEX));
    blend(b, window);
}

/// Grows the memory: pages in A; the old size in pages, or -1, is left there.
pub(super) fn grow(name: &'static str, max_pages: u32) -> Routine {
    let mut b = buffer(name);
    b.step(load(Reg::C, MEMORY_BYTES));
    b.step(set(
        Reg::B,
        LinComb::default().plus(Coeff::inverse_power_of_two(16), Reg::C),
    ));
    let fails = b.aside(|b| {
        b.step(
            Step::of(constant((1 << 32) - 1))
                .to(Reg::A)
                .with(Op::Return),
        );
    });
    let room = minus(minus(constant(i64::from(max_pages)), Reg::B), Reg::A);
    b.step(if_negative(room, &fails));
    let grown = LinComb::reg(Reg::C).plus(Coeff::product(&[1 << 16]), Reg::A);
    b.step(Step::of(grown).with(Op::MStore(super::var(MEMORY_BYTES))));
    b.step(Step::of(LinComb::reg(Reg::B)).to(Reg::A).with(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}
