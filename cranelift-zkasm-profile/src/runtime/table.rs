//! Tables: fill, copy, init and grow, an entry at a time.
//!
//! All tables lie in one array, one after the other. A routine checks its bounds before it changes
//! anything. That what it addresses then is a word of the array does not rest on what the arrays of
//! sizes and bases hold: the last word is checked again against the constant number of words, and
//! each index proves in its own step that it is not negative. Nothing is free.

use runtime_hooks::TrapKind;
use zkasm::{Coeff, LinComb, Op, Reg, Step, Target};

use super::bulk::{check, constant, entry, if_negative, if_zero, minus, set};
use super::{
    ELEMENT_BASES, ELEMENT_LENGTHS, ELEMENTS, Routine, TABLE_BASES, TABLE_SIZES, TABLES,
    UNPROVABLE, array, buffer, load, power, store,
};
use crate::machinst::buffer::Buffer;
use crate::translate::Module;

/// Keeps the number of a second run of words, or what a routine returns.
const OTHER: &str = "table_other";

/// Words of an array, and by which number a run of them is found: its length and its first word.
struct Array {
    name: &'static str,
    words: usize,
    sizes: &'static str,
    bases: &'static str,
}

impl Array {
    fn new(name: &'static str, module: &Module) -> Array {
        let (sizes, bases) = match name {
            TABLES => (TABLE_SIZES, TABLE_BASES),
            _ => (ELEMENT_LENGTHS, ELEMENT_BASES),
        };
        Array {
            name,
            words: array(name, module).map_or(0, |words| words.len()),
            sizes,
            bases,
        }
    }

    /// Traps unless C entries from the index in `reg` on are in the run whose number is in E, and
    /// makes `reg` the index of the first one's word. Loses D.
    fn locate(&self, b: &mut Buffer, reg: Reg, outside: &str) {
        b.step(entry(self.sizes, Reg::D));
        check(b, reg, LinComb::reg(Reg::D), outside);
        b.step(entry(self.bases, Reg::D));
        b.step(set(reg, LinComb::reg(reg).plus(Coeff::ONE, Reg::D)));
        self.holds(b, reg);
    }

    /// Proves that C words from the index in `reg` on are words of the array.
    fn holds(&self, b: &mut Buffer, reg: Reg) {
        let room = minus(minus(constant(self.words as i64), reg), Reg::C);
        b.step(if_negative(room, UNPROVABLE));
    }
}

/// `reg :MSTORE(tables+E)`
fn write(reg: Reg) -> Step {
    Step::of(LinComb::reg(reg)).with(Op::MStore(power(TABLES)))
}

/// E = a value that this step proves not to be negative.
fn index(value: LinComb) -> Step {
    set(Reg::E, value).with(Op::JmpN(Target::label(UNPROVABLE), None))
}

/// Makes of the number of words in C that of the words behind the first one, and of each register,
/// which holds the index of the first word, that of the last one. Goes to `done` if C is 0.
fn begin(b: &mut Buffer, regs: &[Reg], done: &str) {
    b.step(count_down(done, None));
    for &reg in regs {
        b.step(set(reg, LinComb::reg(reg).plus(Coeff::ONE, Reg::C)));
    }
}

/// C - 1; goes to `done` if that is negative, so that it is not where the line goes on.
fn count_down(done: &str, next: Option<&str>) -> Step {
    let jump = Op::JmpN(Target::label(done), next.map(Target::label));
    set(Reg::C, LinComb::reg(Reg::C).plus_const(-1)).with(jump)
}

/// Writes B to C words from A on, and goes to `done`.
fn write_all(b: &mut Buffer, done: &str) {
    begin(b, &[Reg::A], done);
    let next = b.new_label();
    b.bind(&next);
    b.step(index(minus(LinComb::reg(Reg::A), Reg::C)));
    b.step(write(Reg::B));
    b.step(count_down(done, Some(&next)));
}

/// Copies C words from B on in `source` to A on, from the first on, and goes to `done`.
fn copy_forwards(b: &mut Buffer, source: &Array, done: &str) {
    begin(b, &[Reg::A, Reg::B], done);
    let next = b.new_label();
    b.bind(&next);
    b.step(index(minus(LinComb::reg(Reg::B), Reg::C)));
    b.step(entry(source.name, Reg::D));
    b.step(index(minus(LinComb::reg(Reg::A), Reg::C)));
    b.step(write(Reg::D));
    b.step(count_down(done, Some(&next)));
}

/// Copies C words, not 0, from B on to A on, from the last on, and returns.
fn copy_backwards(b: &mut Buffer) {
    for reg in [Reg::A, Reg::B] {
        b.step(set(reg, LinComb::reg(reg).plus(Coeff::ONE, Reg::C)));
    }
    let next = b.new_label();
    let before = |reg| index(LinComb::reg(reg).plus_const(-1)).to(reg);
    b.bind(&next);
    b.step(before(Reg::B));
    b.step(entry(TABLES, Reg::D));
    b.step(before(Reg::A));
    b.step(write(Reg::D));
    let more = Op::JmpNz(Target::label(&next), None);
    b.step(set(Reg::C, LinComb::reg(Reg::C).plus_const(-1)).with(more));
    b.step(Step::bare(Op::Return));
}

fn finish(name: &'static str, b: Buffer) -> Routine {
    Routine {
        name,
        lines: b.finish(),
    }
}

/// Fills: index in A, value in B, length in C, table in D.
pub(super) fn fill(name: &'static str, module: &Module) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsTable);
    b.step(set(Reg::E, LinComb::reg(Reg::D)));
    Array::new(TABLES, module).locate(&mut b, Reg::A, &outside);
    let done = b.new_label();
    write_all(&mut b, &done);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    finish(name, b)
}

/// Grows a table: entries in A, their value in B, the size that it can grow to in C, table in D. The
/// old size, or -1, is left in A.
pub(super) fn grow(name: &'static str, module: &Module) -> Routine {
    let mut b = buffer(name);
    let fails = b.aside(|b| {
        let minus_one = Step::of(constant((1 << 32) - 1));
        b.step(minus_one.to(Reg::A).with(Op::Return));
    });
    b.step(set(Reg::E, LinComb::reg(Reg::D)));
    b.step(entry(TABLE_SIZES, Reg::D));
    // No table is larger than what it can grow to, so the difference is in the range of a sign test.
    let room = minus(minus(LinComb::reg(Reg::C), Reg::D), Reg::A);
    b.step(if_negative(room, &fails));
    let grown = LinComb::reg(Reg::D).plus(Coeff::ONE, Reg::A);
    b.step(Step::of(grown).with(Op::MStore(power(TABLE_SIZES))));
    b.step(set(Reg::C, LinComb::reg(Reg::A)));
    b.step(store(Reg::D, OTHER));
    b.step(entry(TABLE_BASES, Reg::A));
    b.step(set(Reg::A, LinComb::reg(Reg::A).plus(Coeff::ONE, Reg::D)));
    Array::new(TABLES, module).holds(&mut b, Reg::A);
    let back = b.new_label();
    write_all(&mut b, &back);
    b.bind(&back);
    b.step(load(Reg::A, OTHER).with(Op::Return));
    finish(name, b)
}

/// Copies: destination in A, source in B, length in C, their tables in D and E. Forwards if the
/// destination is not behind the source, else backwards, so that no entry is overwritten before it
/// is read.
pub(super) fn copy(name: &'static str, module: &Module) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsTable);
    let tables = Array::new(TABLES, module);
    let (backwards, done) = (b.new_label(), b.new_label());
    b.step(store(Reg::D, OTHER));
    tables.locate(&mut b, Reg::B, &outside);
    b.step(load(Reg::E, OTHER));
    tables.locate(&mut b, Reg::A, &outside);
    b.step(if_zero(Reg::C, &done));
    b.step(if_negative(minus(LinComb::reg(Reg::B), Reg::A), &backwards));
    copy_forwards(&mut b, &tables, &done);
    b.bind(&backwards);
    copy_backwards(&mut b);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    finish(name, b)
}

/// Copies out of a passive segment: destination in A, source in B, length in C, segment in D, table
/// in E.
pub(super) fn init(name: &'static str, module: &Module) -> Routine {
    let mut b = buffer(name);
    let outside = b.trap_aside(TrapKind::OutOfBoundsTable);
    let elements = Array::new(ELEMENTS, module);
    let done = b.new_label();
    b.step(store(Reg::D, OTHER));
    Array::new(TABLES, module).locate(&mut b, Reg::A, &outside);
    b.step(load(Reg::E, OTHER));
    elements.locate(&mut b, Reg::B, &outside);
    copy_forwards(&mut b, &elements, &done);
    b.bind(&done);
    b.step(Step::bare(Op::Return));
    finish(name, b)
}
