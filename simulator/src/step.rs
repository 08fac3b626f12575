//! One step of the machine.
//!
//! Everything in a step sees the same `op` and the registers as they were before it; what the step
//! changes, it changes at its end. A step that fails a check changes nothing.

use zkasm::limits::COMPUTED_JUMP_LIMIT;
use zkasm::{Fe, Reg};

use crate::decode::{Access, Align, Code, Condition, Free, Jump, Line, Target};
use crate::error::{Check, Checked, Operand, looked_up};
use crate::memory::region_start;
use crate::prover::Choose;
use crate::state::{State, signed};
use crate::word::Word;

impl State<'_> {
    /// Executes a line at zkPC `here`, with a free input that `prover` chooses; returns the zkPC that comes next, which is not beyond the
    /// program.
    #[inline]
    pub(crate) fn execute(
        &mut self,
        code: &Code,
        line: &Line,
        here: u32,
        prover: &mut impl Choose,
    ) -> Checked<u32> {
        if line.reads_special {
            self.refresh();
        }
        let mut op = line.constant;
        for term in code.terms(line) {
            op = op + term.value(&self.regs);
        }

        let (mut result, mut carry) = (0, false);
        let (mut a, mut b) = (0, 0);
        if let Some(binary) = line.binary {
            a = self.looked_up(Reg::A)?;
            b = self.looked_up(Reg::B)?;
            (result, carry) = binary.eval(a, b);
        }
        let mut address = 0;
        let mut loaded = Word::default();
        if let Some(access) = &line.mem {
            address = self.address(access)?;
            if !access.write {
                loaded = self.memory.load(address);
            }
        }
        let free = match line.free {
            Free::None => None,
            Free::Binary => Some(Word::from_u64(result)),
            Free::Load => Some(loaded),
            Free::AlignRead => Some(Word::from_u64(self.align_read()?.expected)),
            Free::Hash => match line.hash {
                Some(hash) => Some(self.hash_read(hash)?),
                None => None,
            },
            Free::Command(index) => {
                self.zkpc = here;
                Some(prover.choose(here, code.free_input(index).eval(self))?)
            }
        };
        if let Some(free) = free {
            op = op + line.free_times.word(free);
        }

        if let Some(operation) = line.binary
            && op != Word::from_u64(result)
        {
            return Err(Box::new(Check::Binary {
                operation,
                a,
                b,
                expected: result,
                op,
            }));
        }
        if line.arith || line.assert || line.align.is_some() {
            self.check_rare(line, op)?;
        }
        let hashed = match line.hash {
            Some(hash) => Some(self.hash_step(hash, op)?),
            None => None,
        };
        if let Some(access) = &line.mem
            && !access.write
            && op != loaded
        {
            return Err(Box::new(Check::Load {
                address,
                expected: loaded,
                op,
            }));
        }
        if line.narrow_dests != 0 {
            check_one_lane(line.narrow_dests, op.lane0)?;
        }
        let next = self.next(code, line, here, op.lane0, carry)?;

        if let Some(access) = &line.mem {
            if access.write {
                self.memory.store(address, op);
            }
            let sp = &mut self.regs[Reg::Sp];
            match access.inc_stack {
                0 => {}
                1.. => sp.lane0 += Fe::ONE,
                _ => sp.lane0 += -Fe::ONE,
            }
        }
        match line.jump {
            Jump::Call(_) => {
                self.regs[Reg::Rr] = Word::narrow(Fe::from(u64::from(here) + 1));
            }
            Jump::Repeat if next == here => self.regs[Reg::Rcx].lane0 += -Fe::ONE,
            _ => {}
        }
        let mut dests = line.wide_dests;
        while dests != 0 {
            self.regs[Reg::ALL[dests.trailing_zeros() as usize]] = op;
            dests &= dests - 1;
        }
        let mut dests = line.narrow_dests;
        while dests != 0 {
            let reg = Reg::ALL[dests.trailing_zeros() as usize];
            self.regs[reg] = Word::narrow(op.lane0);
            dests &= dests - 1;
        }
        if let Some(change) = hashed {
            self.hash_change(change);
        }
        Ok(next)
    }

    /// The address of a memory access.
    #[inline]
    fn address(&self, access: &Access) -> Checked<i64> {
        let mut offset = i64::from(access.offset);
        if let Some(reg) = access.index {
            offset += self.index(reg)?;
        }
        if access.base == zkasm::MemBase::Stack {
            offset += self.index(Reg::Sp)?;
        }
        if offset < 0 || offset >= i64::from(access.words) {
            return Err(Box::new(Check::Address {
                offset,
                words: access.words,
            }));
        }
        Ok(region_start(access.base, self.index(Reg::Ctx)?) + offset)
    }

    /// Where the machine goes after a line.
    #[inline]
    fn next(&self, code: &Code, line: &Line, here: u32, op: Fe, carry: bool) -> Checked<u32> {
        let target = match line.jump {
            Jump::Next => i64::from(here) + 1,
            Jump::Always(target) | Jump::Call(target) => self.target(target)?,
            Jump::Branch(condition, target, otherwise) => {
                // The executor computes and checks the address of a jump that it does not take, too.
                let (target, otherwise) = (self.target(target)?, self.target(otherwise)?);
                let taken = match condition {
                    Condition::Zero => op == Fe::ZERO,
                    Condition::Carry => carry,
                    Condition::Negative => match op.as_signed_lane() {
                        Some(value) => value < 0,
                        None => return Err(Box::new(Check::Sign { value: op })),
                    },
                };
                if taken { target } else { otherwise }
            }
            Jump::Return => self.index(Reg::Rr)?,
            Jump::Repeat => {
                let stays = self.regs[Reg::Rcx].lane0 != Fe::ZERO;
                i64::from(here) + i64::from(!stays)
            }
        };
        match u32::try_from(target) {
            Ok(next) if (next as usize) < code.lines.len() => Ok(next),
            _ => Err(Box::new(Check::OutsideProgram {
                target,
                lines: code.lines.len(),
            })),
        }
    }

    #[inline]
    fn target(&self, target: Target) -> Checked<i64> {
        let line = i64::from(target.line);
        let Some(reg) = target.index else {
            return Ok(line);
        };
        let target = line + self.index(reg)?;
        if target < 0 || target >= COMPUTED_JUMP_LIMIT as i64 {
            return Err(Box::new(Check::ComputedJump { target }));
        }
        Ok(target)
    }

    /// The checks of operations that are rare enough to be kept out of the way of the others.
    fn check_rare(&self, line: &Line, op: Word) -> Checked<()> {
        if line.assert && self.regs[Reg::A] != op {
            let a = self.regs[Reg::A];
            return Err(Box::new(Check::Assert { a, op }));
        }
        if line.arith {
            self.check_arith(op)?;
        }
        match line.align {
            None => Ok(()),
            Some(Align::Read) => {
                let read = self.align_read()?;
                if op == Word::from_u64(read.expected) {
                    return Ok(());
                }
                let AlignRead { a, b, c, expected } = read;
                Err(Box::new(Check::AlignRead {
                    a,
                    b,
                    c,
                    expected,
                    op,
                }))
            }
            Some(Align::Write) => self.check_align_write(op),
            Some(Align::WriteByte) => self.check_align_write_byte(op),
        }
    }

    fn check_arith(&self, op: Word) -> Checked<()> {
        let a = self.looked_up(Reg::A)?;
        let b = self.looked_up(Reg::B)?;
        let c = self.looked_up(Reg::C)?;
        let d = self.looked_up(Reg::D)?;
        let op = looked_up(op, || Operand::Op)?;
        // The sum is at most (2^64-1)^2 + 2^64-1 < 2^128.
        let sum = u128::from(a) * u128::from(b) + u128::from(c);
        if sum == u128::from(d) << 64 | u128::from(op) {
            Ok(())
        } else {
            Err(Box::new(Check::Arith { a, b, c, d, op }))
        }
    }

    /// The byte offset of a `MEM_ALIGN_*`.
    fn align_offset(&self) -> Checked<u32> {
        match self.looked_up(Reg::C)? {
            c @ 0..=6 => Ok(c as u32),
            c => Err(Box::new(Check::AlignOffset { c })),
        }
    }

    fn align_read(&self) -> Checked<AlignRead> {
        let c = self.align_offset()?;
        let a = self.looked_up(Reg::A)?;
        let b = self.looked_up(Reg::B)?;
        let both = u128::from(a) << 64 | u128::from(b);
        Ok(AlignRead {
            a,
            b,
            c: c.into(),
            expected: (both << (8 * c) >> 64) as u64,
        })
    }

    fn check_align_write(&self, op: Word) -> Checked<()> {
        let c = self.align_offset()?;
        let a = self.looked_up(Reg::A)?;
        let b = self.looked_up(Reg::B)?;
        let op = looked_up(op, || Operand::Op)?;
        // The two words as one, in which 8 bytes from byte c on are replaced.
        let shift = 64 - 8 * c;
        let both = u128::from(a) << 64 | u128::from(b);
        let written = both & !(u128::from(u64::MAX) << shift) | u128::from(op) << shift;
        self.check_written(Reg::D, c, op, (written >> 64) as u64)?;
        self.check_written(Reg::E, c, op, written as u64)
    }

    fn check_align_write_byte(&self, op: Word) -> Checked<()> {
        let c = self.align_offset()?;
        let a = self.looked_up(Reg::A)?;
        let op = looked_up(op, || Operand::Op)?;
        let shift = 56 - 8 * c;
        self.check_written(Reg::D, c, op, a & !(0xff << shift) | (op & 0xff) << shift)
    }

    fn check_written(&self, reg: Reg, c: u32, op: u64, expected: u64) -> Checked<()> {
        let found = self.looked_up(reg)?;
        if found == expected {
            return Ok(());
        }
        Err(Box::new(Check::AlignWrite {
            reg,
            c: c.into(),
            op,
            expected,
            found,
        }))
    }
}

/// What `MEM_ALIGN_RD` reads, and from what.
struct AlignRead {
    a: u64,
    b: u64,
    c: u64,
    expected: u64,
}

/// Checks that one-lane registers take a value.
#[inline]
fn check_one_lane(dests: u32, value: Fe) -> Checked<()> {
    if signed(value).is_some() {
        return Ok(());
    }
    Err(Box::new(Check::OneLane {
        reg: Reg::ALL[dests.trailing_zeros() as usize],
        value,
    }))
}
