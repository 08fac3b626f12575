//! Bulk memory: fill and copy, a word or a part of a word at a time.
//!
//! A *chunk* is what of the bytes lies in one word of the destination. Its mask is what two entries of
//! a table of masks do not share, its place a product with a power of 2^8; both come from tables,
//! and nothing is free but the two words of products, which ARITH pins.
//!
//! Every address is a difference whose sign is tested in the same turn of the loop, against ends that
//! the bounds check proved; so each turn proves for itself that it stays in memory. Where that would
//! need what earlier turns proved, one more test says so, and its failure cannot be proven.

use zkasm::limits::MEM_WORDS;
use zkasm::{Addr, BinaryOp, Coeff, LinComb, Op, Reg, Step, Target};

use super::access::{go_home, select};
use super::{
    BYTE_MASKS, BYTE_POWERS, MEMORY_PAGES, PAGE_BYTES, Routine, SEGMENT_BASES, SEGMENT_LENGTHS,
    SEGMENTS, UNPROVABLE, buffer, load, power, store,
};
use crate::isa::zkasm::inst::emit::{binary, high_word, product_plus_c};
use crate::machinst::buffer::Buffer;
use crate::translate::Window;
use runtime_hooks::TrapKind;

const TO: &str = "bulk_to";
const TO_START: &str = "bulk_to_start";
const TO_END: &str = "bulk_to_end";
const FROM: &str = "bulk_from";
const FROM_START: &str = "bulk_from_start";
const FROM_END: &str = "bulk_from_end";
const LENGTH: &str = "bulk_length";
const OFFSET: &str = "bulk_offset";
const STOP: &str = "bulk_stop";
const INDEX: &str = "bulk_index";
const VALUE: &str = "bulk_value";
const MASK: &str = "bulk_mask";
const PLACE: &str = "bulk_place";
const KEPT: &str = "bulk_kept";

pub(super) fn set(reg: Reg, value: LinComb) -> Step {
    Step::of(value).to(reg)
}

fn keep(name: &str, value: LinComb) -> Step {
    Step::of(value).with(Op::MStore(super::var(name)))
}

pub(super) fn constant(value: i64) -> LinComb {
    LinComb::constant(value)
}

pub(super) fn minus(a: LinComb, b: Reg) -> LinComb {
    a.plus(Coeff::MINUS_ONE, b)
}

fn plus(a: LinComb, b: Reg) -> LinComb {
    a.plus(Coeff::ONE, b)
}

pub(super) fn if_negative(value: LinComb, label: &str) -> Step {
    Step::of(value).with(Op::JmpN(Target::label(label), None))
}

pub(super) fn if_zero(reg: Reg, label: &str) -> Step {
    Step::of(LinComb::reg(reg)).with(Op::JmpZ(Target::label(label), None))
}

pub(super) fn entry(array: &str, reg: Reg) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(power(array)))
}

fn word(reg: Reg) -> Step {
    Step::of(LinComb::bare())
        .to(reg)
        .with(Op::MLoad(Addr::Mem(0)))
}

/// A number of pages in bytes.
fn pages(reg: Reg) -> LinComb {
    LinComb::default().plus(Coeff::product(&[PAGE_BYTES]), reg)
}

/// (A - C)/8, where C is A mod 8.
fn eighth() -> LinComb {
    let eighth = Coeff::inverse_power_of_two(3);
    LinComb::default()
        .plus(eighth.clone(), Reg::A)
        .plus(eighth.negated(), Reg::C)
}

/// C = `address` mod 8, E = the index of its word; A = `address`, B = 7.
fn split(b: &mut Buffer, address: LinComb) {
    if address != LinComb::reg(Reg::A) {
        b.step(set(Reg::A, address));
    }
    b.step(set(Reg::B, constant(7)));
    b.step(binary(BinaryOp::And).to(Reg::C));
    b.step(set(Reg::E, eighth()));
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

/// Traps unless C bytes from `address` on lie in `size` bytes. Each difference is in the range of a
/// sign test because the one before it is not negative.
pub(super) fn check(b: &mut Buffer, address: Reg, size: LinComb, outside: &str) {
    let room = minus(size, Reg::C);
    b.step(if_negative(room.clone(), outside));
    b.step(if_negative(minus(room, address), outside));
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
    let joined = plus(minus(LinComb::reg(Reg::A), Reg::C), Reg::D);
    b.step(Step::of(joined).with(Op::MStore(Addr::Mem(0))));
    go_home(b, window);
}

/// MASK = the bytes from OFFSET on and before STOP; loses A, B and E.
fn make_mask(b: &mut Buffer) {
    b.step(load(Reg::E, STOP));
    b.step(entry(BYTE_MASKS, Reg::B));
    b.step(load(Reg::E, OFFSET));
    b.step(entry(BYTE_MASKS, Reg::A));
    let mask = binary(BinaryOp::Xor).with(Op::MStore(super::var(MASK)));
    b.step(mask);
}

/// D = the number of bytes from TO to TO_END, less 1, and A = TO; goes to `done` if there are none.
fn left(b: &mut Buffer, done: &str) {
    b.step(load(Reg::D, TO_END));
    b.step(load(Reg::A, TO));
    let less_one = minus(LinComb::reg(Reg::D), Reg::A).plus_const(-1);
    b.step(if_negative(less_one, done).to(Reg::D));
}

/// Takes the chunk at the byte C of its word, of the D + 1 bytes that are left from A on: STOP is where it
/// stops in its word, LENGTH its bytes, and TO moves on.
fn take_chunk(b: &mut Buffer) {
    let (all, taken) = (b.new_label(), b.new_label());
    let more = plus(LinComb::reg(Reg::D), Reg::C).plus_const(-7);
    b.step(if_negative(more, &all));
    b.step(keep(STOP, constant(8)));
    b.step(keep(LENGTH, minus(constant(8), Reg::C)));
    b.step(keep(TO, minus(LinComb::reg(Reg::A).plus_const(8), Reg::C)));
    b.jump(&taken);
    b.bind(&all);
    b.step(keep(STOP, plus(LinComb::reg(Reg::C), Reg::D).plus_const(1)));
    b.step(keep(LENGTH, LinComb::reg(Reg::D).plus_const(1)));
    b.step(keep(TO, plus(LinComb::reg(Reg::A), Reg::D).plus_const(1)));
    b.bind(&taken);
}

/// Fills: address in A, byte in B, length in C.
pub(super) fn fill(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    let done = b.new_label();
    b.step(load(Reg::D, MEMORY_PAGES));
    check(&mut b, Reg::A, pages(Reg::D), &outside);
    b.step(store(Reg::A, TO));
    b.step(keep(TO_END, plus(LinComb::reg(Reg::A), Reg::C)));
    // Eight copies of the byte: four in lane 0, and lane 1 the same.
    b.step(set(Reg::A, constant(255)));
    b.step(binary(BinaryOp::And).to(Reg::A));
    b.step(set(
        Reg::C,
        LinComb::default().plus(Coeff::product(&[0x0101_0101]), Reg::A),
    ));
    b.step(keep(VALUE, plus(LinComb::reg(Reg::C), Reg::RotlC)));
    let next = b.new_label();
    b.bind(&next);
    left(&mut b, &done);
    split(&mut b, LinComb::reg(Reg::A));
    let partial = b.new_label();
    if window.is_none() {
        // At the start of a word, as many whole words as there are.
        b.step(Step::of(LinComb::reg(Reg::C)).with(Op::JmpNz(Target::label(&partial), None)));
        b.step(if_negative(LinComb::reg(Reg::D).plus_const(-7), &partial));
        b.step(load(Reg::A, TO_END));
        b.step(binary(BinaryOp::And).to(Reg::C));
        b.step(set(Reg::D, eighth()));
        b.step(load(Reg::A, VALUE));
        let words = b.new_label();
        b.bind(&words);
        b.step(Step::of(LinComb::reg(Reg::A)).with(Op::MStore(Addr::Mem(0))));
        b.step(set(Reg::E, LinComb::reg(Reg::E).plus_const(1)));
        b.step(if_negative(minus(LinComb::reg(Reg::E), Reg::D), &words));
        let address = LinComb::default().plus(Coeff::product(&[8]), Reg::E);
        b.step(keep(TO, address));
        b.jump(&next);
    }
    // With a window, words may be in several contexts: one at a time.
    b.bind(&partial);
    b.step(store(Reg::C, OFFSET));
    b.step(store(Reg::E, INDEX));
    take_chunk(&mut b);
    make_mask(&mut b);
    b.step(load(Reg::E, INDEX));
    b.step(load(Reg::B, VALUE));
    blend(&mut b, window);
    b.jump(&next);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Copies: destination in A, source in B, length in C. Forwards if the destination is not above the
/// source, else backwards, so that no byte is overwritten before it is read.
pub(super) fn copy(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    b.step(load(Reg::D, MEMORY_PAGES));
    check(&mut b, Reg::A, pages(Reg::D), &outside);
    check(&mut b, Reg::B, pages(Reg::D), &outside);
    let (backwards, done) = (b.new_label(), b.new_label());
    b.step(if_negative(minus(LinComb::reg(Reg::B), Reg::A), &backwards));
    b.step(store(Reg::A, TO));
    b.step(keep(TO_END, plus(LinComb::reg(Reg::A), Reg::C)));
    b.step(keep(FROM_END, plus(LinComb::reg(Reg::B), Reg::C)));
    copy_forwards(&mut b, Source::Memory, window, &done);
    b.bind(&backwards);
    b.step(store(Reg::A, TO_START));
    b.step(keep(TO, plus(LinComb::reg(Reg::A), Reg::C)));
    b.step(store(Reg::B, FROM_START));
    copy_backwards(&mut b, window, &done);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Copies what is left from TO to TO_END out of the bytes before FROM_END, from the first on, and goes
/// to `done`.
fn copy_forwards(b: &mut Buffer, source: Source, window: Option<Window>, done: &str) {
    let next = b.new_label();
    b.bind(&next);
    left(b, done);
    split(b, LinComb::reg(Reg::A));
    b.step(store(Reg::C, OFFSET));
    b.step(store(Reg::E, INDEX));
    take_chunk(b);
    // As many bytes are left of the source.
    b.step(load(Reg::A, FROM_END));
    let from = minus(LinComb::reg(Reg::A), Reg::D).plus_const(-1);
    b.step(if_negative(from, UNPROVABLE).to(Reg::A));
    move_chunk(b, source, window, false);
    b.jump(&next);
}

/// Copies what is left between TO_START and TO, from the last byte on, and goes to `done`.
fn copy_backwards(b: &mut Buffer, window: Option<Window>, done: &str) {
    let previous = b.new_label();
    b.bind(&previous);
    b.step(load(Reg::A, TO));
    b.step(load(Reg::D, TO_START));
    let left_less_one = minus(LinComb::reg(Reg::A), Reg::D).plus_const(-1);
    b.step(if_negative(left_less_one, done).to(Reg::D));
    // The chunk ends with the last byte, at the byte C of its word.
    split(b, LinComb::reg(Reg::A).plus_const(-1));
    b.step(store(Reg::E, INDEX));
    b.step(keep(STOP, LinComb::reg(Reg::C).plus_const(1)));
    b.step(load(Reg::E, FROM_START));
    let (all, taken) = (b.new_label(), b.new_label());
    b.step(if_negative(minus(LinComb::reg(Reg::D), Reg::C), &all));
    b.step(keep(OFFSET, constant(0)));
    b.step(keep(LENGTH, LinComb::reg(Reg::C).plus_const(1)));
    b.step(keep(TO, minus(LinComb::reg(Reg::A), Reg::C)));
    b.step(keep(
        FROM,
        minus(plus(LinComb::reg(Reg::E), Reg::D), Reg::C),
    ));
    b.jump(&taken);
    b.bind(&all);
    b.step(keep(OFFSET, minus(LinComb::reg(Reg::C), Reg::D)));
    b.step(keep(LENGTH, LinComb::reg(Reg::D).plus_const(1)));
    b.step(keep(TO, minus(LinComb::reg(Reg::A), Reg::D)));
    b.step(keep(FROM, LinComb::reg(Reg::E)));
    b.bind(&taken);
    b.step(load(Reg::A, FROM));
    move_chunk(b, Source::Memory, window, true);
    b.jump(&previous);
}

/// Copies out of a passive segment: destination in A, source in B, length in C, segment in D.
pub(super) fn init(name: &'static str, window: Option<Window>) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsMemory);
    let done = b.new_label();
    b.step(set(Reg::E, LinComb::reg(Reg::D)));
    b.step(entry(SEGMENT_LENGTHS, Reg::D));
    check(&mut b, Reg::B, LinComb::reg(Reg::D), &outside);
    b.step(load(Reg::D, MEMORY_PAGES));
    check(&mut b, Reg::A, pages(Reg::D), &outside);
    b.step(store(Reg::A, TO));
    b.step(keep(TO_END, plus(LinComb::reg(Reg::A), Reg::C)));
    b.step(entry(SEGMENT_BASES, Reg::D));
    let end = plus(plus(LinComb::reg(Reg::B), Reg::C), Reg::D);
    b.step(keep(FROM_END, end));
    copy_forwards(&mut b, Source::Segments, window, &done);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
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

/// Moves LENGTH bytes from the address in A into the word with index INDEX, from its byte OFFSET on. That
/// the address lies in memory is proven here if `prove` is set.
fn move_chunk(b: &mut Buffer, source: Source, window: Option<Window>, prove: bool) {
    let in_one_context = source == Source::Memory && window.is_none();
    let before = |b: &mut Buffer, words: i64| {
        if in_one_context {
            let room = minus(constant(i64::from(MEM_WORDS) - words), Reg::E);
            b.step(if_negative(room, UNPROVABLE));
        }
    };
    let (aligned, have) = (b.new_label(), b.new_label());
    split(b, LinComb::reg(Reg::A));
    if prove {
        before(b, 1);
    }
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
    b.step(store(Reg::B, VALUE));
    b.step(entry(BYTE_POWERS, Reg::B));
    // The first word's upper bytes, then the second word's lower ones above them.
    product(b, Reg::A);
    b.step(store(Reg::D, MASK));
    b.step(load(Reg::A, VALUE));
    product(b, Reg::A);
    b.step(load(Reg::B, MASK));
    b.step(set(Reg::A, plus(LinComb::reg(Reg::A), Reg::B)));
    b.jump(&have);
    b.bind(&second);
    before(b, 2);
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
    b.step(load(Reg::C, MEMORY_PAGES));
    let fails = b.aside(|b| {
        b.step(
            Step::of(constant((1 << 32) - 1))
                .to(Reg::A)
                .with(Op::Return),
        );
    });
    let room = minus(minus(constant(i64::from(max_pages)), Reg::C), Reg::A);
    b.step(if_negative(room, &fails));
    b.step(keep(MEMORY_PAGES, plus(LinComb::reg(Reg::C), Reg::A)));
    b.step(Step::of(LinComb::reg(Reg::C)).to(Reg::A).with(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}
