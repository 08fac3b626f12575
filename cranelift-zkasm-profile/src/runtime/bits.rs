//! Counting bits. Nothing here is free: trees of sign tests, and sums in parallel.

use zkasm::{BinaryOp, Coeff, LinComb, Op, Reg, Step, Target};

use super::{Routine, buffer};
use crate::isa::zkasm::inst::emit::{binary, constant};
use crate::machinst::buffer::Buffer;

/// Where control goes if lane 0 of A, a lane, is in `low..high` (by the number of its highest bit
/// plus one): to a leaf that returns what `count` makes of that number. Five sign tests for 32 bits.
fn tree(b: &mut Buffer, low: u32, high: u32, count: &dyn Fn(u32) -> u32) {
    if high - low == 1 {
        let count = LinComb::constant(i64::from(count(low)));
        b.step(Step::of(count).to(Reg::A).with(Op::Return));
        return;
    }
    let middle = low.midpoint(high);
    // A has at least `middle` bits exactly if it is above 2^(middle-1) - 1.
    let limit = (1i64 << (middle - 1)) - 1;
    let more = b.new_label();
    let room = LinComb::constant(limit).plus(Coeff::MINUS_ONE, Reg::A);
    b.step(Step::of(room).with(Op::JmpN(Target::label(&more), None)));
    tree(b, low, middle, count);
    b.bind(&more);
    tree(b, middle, high, count);
}

/// Returns what `count` makes of the number of significant bits of A.
fn by_length(b: &mut Buffer, bits: u32, count: &dyn Fn(u32) -> u32) {
    if bits == 64 {
        b.step(Step::of(LinComb::reg(Reg::A)).to(Reg::C));
        let low = b.new_label();
        let test = Op::JmpZ(Target::label(&low), None);
        b.step(Step::of(LinComb::reg(Reg::RotlC)).to(Reg::A).with(test));
        tree(b, 1, 33, &|length| count(length + 32));
        b.bind(&low);
        b.step(Step::of(LinComb::reg(Reg::C)).to(Reg::A));
    }
    tree(b, 0, 33, count);
}

/// Counts leading zeros of A.
pub(super) fn clz(name: &'static str, bits: u32) -> Routine {
    let mut b = buffer(name);
    by_length(&mut b, bits, &|length| bits - length);
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Counts trailing zeros of A: the lowest bit is what A and -A share.
pub(super) fn ctz(name: &'static str, bits: u32) -> Routine {
    let mut b = buffer(name);
    b.step(Step::of(LinComb::reg(Reg::A)).to(Reg::B).to(Reg::C));
    b.step(Step::of(LinComb::constant(0)).to(Reg::A));
    b.step(binary(BinaryOp::Sub).to(Reg::A));
    b.step(binary(BinaryOp::And).to(Reg::A));
    by_length(&mut b, bits, &|length| {
        if length == 0 { bits } else { length - 1 }
    });
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Counts ones of A: pairs, fours, bytes and halves of lanes at once, then the lanes together.
pub(super) fn popcnt() -> Routine {
    let name = super::POPCNT;
    let mut b = buffer(name);
    // Pairs: x - (x >> 1 & 0x55…); the bits to shift are cut out first, so the division is exact.
    b.step(Step::of(constant(0xaaaa_aaaa_aaaa_aaaa)).to(Reg::B));
    b.step(binary(BinaryOp::And).to(Reg::C));
    let half = Coeff::inverse_power_of_two(1);
    b.step(Step::of(LinComb::reg(Reg::A).plus(half.negated(), Reg::C)).to(Reg::A));
    // Then neighbouring counts of 2, 4 and 8 bits are added, each time into twice the room.
    for (mask, shift) in [
        (0x3333_3333_3333_3333, 2),
        (0x0f0f_0f0f_0f0f_0f0f, 4),
        (0x00ff_00ff_00ff_00ff, 8),
        (0x0000_ffff_0000_ffff, 16),
    ] {
        b.step(Step::of(constant(mask)).to(Reg::B));
        b.step(binary(BinaryOp::And).to(Reg::C));
        // What is left is a multiple of 2^shift in each lane.
        let right = Coeff::inverse_power_of_two(shift);
        let upper = LinComb::default()
            .plus(right.clone(), Reg::A)
            .plus(right.negated(), Reg::C)
            .plus(Coeff::ONE, Reg::C);
        b.step(Step::of(upper).to(Reg::A));
    }
    // Both lanes hold a count of at most 32: their sum, in lane 0 alone.
    b.step(Step::of(LinComb::reg(Reg::A)).to(Reg::C));
    let sum = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::RotlC);
    b.step(Step::of(sum).to(Reg::A));
    b.step(Step::of(LinComb::constant(127)).to(Reg::B));
    b.step(binary(BinaryOp::And).to(Reg::A));
    b.step(Step::bare(Op::Return));
    Routine {
        name,
        lines: b.finish(),
    }
}
