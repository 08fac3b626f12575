//! The steps of reading and writing entries of tables.
//!
//! An index is pinned below the number of the table's words by the sign of their difference: an index
//! of 32 bits and a number of at most 2^16 leave it in the range of a sign test. So what E is then, in
//! the step that addresses `tables+E`, is the index of a word of this very table, whatever the size of
//! a table that grows is; that its word is an entry, a second difference says.

use runtime_hooks::{Cause, TrapKind};
use zkasm::{Addr, Coeff, LinComb, Op, Reg, Step, Target};

use super::Place;
use crate::machinst::buffer::Buffer;
use crate::runtime::{TABLE_SIZES, TABLES};

fn load(buffer: &mut Buffer, reg: Reg, addr: Addr) {
    buffer.step(Step::of(LinComb::bare()).to(reg).with(Op::MLoad(addr)));
}

fn size_of(table: u32) -> Addr {
    Addr::Element(TABLE_SIZES.to_owned(), table)
}

fn entry() -> Addr {
    Addr::Var(TABLES.to_owned(), Some(Reg::E))
}

/// The size of a table that grows.
pub(super) fn size(buffer: &mut Buffer, dst: Reg, table: u32) {
    load(buffer, dst, size_of(table));
}

/// Traps unless the table has an entry of that index; E becomes the index of its word.
fn find(buffer: &mut Buffer, index: Reg, table: Place, beyond: TrapKind) {
    let outside = buffer.trap_aside(beyond);
    buffer.because(Cause::BoundsCheck, |buffer| {
        let inside = |buffer: &mut Buffer, distance: LinComb| {
            let inside = buffer.new_label();
            let below = Op::JmpN(Target::label(&inside), Some(Target::label(&outside)));
            buffer.step(Step::of(distance).with(below));
            buffer.bind(&inside);
        };
        let capacity = i64::from(table.capacity);
        inside(buffer, LinComb::reg(index).plus_const(-capacity));
        if table.grows {
            load(buffer, Reg::E, size_of(table.number));
            let distance = LinComb::reg(index).plus(Coeff::MINUS_ONE, Reg::E);
            inside(buffer, distance);
        }
    });
    buffer.because(Cause::Address, |buffer| {
        let word = LinComb::reg(index).plus_const(table.base.into());
        buffer.step(Step::of(word).to(Reg::E));
    });
}

/// Reads an entry.
pub(super) fn get(buffer: &mut Buffer, index: Reg, dst: Reg, table: Place, beyond: TrapKind) {
    find(buffer, index, table, beyond);
    load(buffer, dst, entry());
}

/// Writes an entry.
pub(super) fn set(buffer: &mut Buffer, value: Reg, index: Reg, table: Place) {
    find(buffer, index, table, TrapKind::OutOfBoundsTable);
    buffer.step(Step::of(LinComb::reg(value)).with(Op::MStore(entry())));
}
