//! Which registers an instruction reads and writes, and when: the contract with the allocator.
//!
//! *Early* uses are read before anything is written; a *late* use is read after, so its register
//! survives the whole instruction. A *temporary* is written early: it shares no register with any
//! use. Results are written late and may take the register of an early use.

use ra::{Operand, OperandConstraint, OperandKind, OperandPos, PReg, PRegSet, RegClass};
use regalloc2 as ra;

use super::{BranchOperand, MInst, Reg, Test, WordPart};

const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const D: usize = 3;
const E: usize = 4;

/// The allocator's name of a machine register.
pub(crate) fn preg(index: usize) -> PReg {
    PReg::new(index, RegClass::Int)
}

/// Gathers the operands of one instruction, in the order in which emission asks for them.
pub(crate) struct OperandCollector<'a> {
    operands: Vec<Operand>,
    clobbers: PRegSet,
    next_vreg: &'a mut usize,
}

impl<'a> OperandCollector<'a> {
    /// The operands and clobbers of an instruction; temporaries take numbers from `next_vreg`.
    pub fn collect(inst: &MInst, next_vreg: &'a mut usize) -> (Vec<Operand>, PRegSet) {
        let mut collector = OperandCollector {
            operands: Vec::new(),
            clobbers: PRegSet::empty(),
            next_vreg,
        };
        collector.inst(inst);
        (collector.operands, collector.clobbers)
    }

    fn any_use(&mut self, reg: Reg) -> &mut Self {
        self.operands.push(Operand::reg_use(reg));
        self
    }

    fn late_use(&mut self, reg: Reg) -> &mut Self {
        self.operands.push(Operand::new(
            reg,
            OperandConstraint::Reg,
            OperandKind::Use,
            OperandPos::Late,
        ));
        self
    }

    fn fixed_use(&mut self, reg: Reg, at: usize) -> &mut Self {
        self.operands.push(Operand::reg_fixed_use(reg, preg(at)));
        self
    }

    fn any_def(&mut self, reg: Reg) -> &mut Self {
        self.operands.push(Operand::reg_def(reg));
        self
    }

    fn fixed_def(&mut self, reg: Reg, at: usize) -> &mut Self {
        self.operands.push(Operand::reg_fixed_def(reg, preg(at)));
        self
    }

    fn reuse_def(&mut self, reg: Reg, operand: usize) -> &mut Self {
        self.operands.push(Operand::reg_reuse_def(reg, operand));
        self
    }

    fn temporary(&mut self, at: usize) -> &mut Self {
        let reg = Reg::new(*self.next_vreg, RegClass::Int);
        *self.next_vreg += 1;
        self.operands.push(Operand::new(
            reg,
            OperandConstraint::FixedReg(preg(at)),
            OperandKind::Def,
            OperandPos::Early,
        ));
        self
    }

    fn clobber(&mut self, at: usize) -> &mut Self {
        self.clobbers.add(preg(at));
        self
    }

    fn inst(&mut self, inst: &MInst) {
        match inst {
            MInst::Const { dst, .. } | MInst::LoadGlobal { dst, .. } => {
                self.any_def(*dst);
            }
            MInst::Binary { dst, a, b, .. } | MInst::LtS32 { dst, a, b } => {
                self.fixed_use(*a, A).fixed_use(*b, B).any_def(*dst);
            }
            MInst::AddConst { dst, a, .. }
            | MInst::ConstSub { dst, a, .. }
            | MInst::Not64 { dst, a }
            | MInst::AddImm32 { dst, a, .. } => {
                self.any_use(*a).any_def(*dst);
            }
            MInst::Add32 { dst, a, b } | MInst::Sub32 { dst, a, b } => {
                self.any_use(*a).any_use(*b).any_def(*dst);
            }
            MInst::MulAdd64 { dst, a, b, c } => {
                self.fixed_use(*a, A)
                    .fixed_use(*b, B)
                    .fixed_use(*c, C)
                    .temporary(D)
                    .any_def(*dst);
            }
            MInst::MulAddFits { dst, a, b, c, zero } => {
                self.fixed_use(*a, A)
                    .fixed_use(*b, B)
                    .fixed_use(*c, C)
                    .fixed_use(*zero, D);
                self.any_def(*dst);
            }
            MInst::RotateLeft64 { dst, a, b, zero } => {
                self.fixed_use(*a, A)
                    .fixed_use(*b, B)
                    .fixed_use(*zero, C)
                    .temporary(D);
                self.fixed_def(*dst, C);
            }
            MInst::DivU {
                quotient,
                n,
                d,
                zero,
            } => {
                self.any_use(*n).fixed_use(*d, B).fixed_use(*zero, D);
                self.fixed_def(*quotient, E).clobber(A).clobber(C);
            }
            MInst::RemU { remainder, n, d } => {
                self.fixed_use(*n, C).fixed_use(*d, B);
                self.temporary(A).temporary(D).any_def(*remainder);
            }
            MInst::DivRemConst {
                quotient,
                remainder,
                n,
                minus_d,
            }
            | MInst::DivRemConstS {
                quotient,
                remainder,
                n,
                minus_d,
                ..
            } => {
                self.fixed_use(*n, C).fixed_use(*minus_d, B);
                self.fixed_def(*quotient, D).fixed_def(*remainder, A);
            }
            MInst::DivS {
                quotient,
                n,
                d,
                zero,
                bits,
            } => {
                match bits {
                    64 => self.fixed_use(*n, A),
                    _ => self.any_use(*n),
                };
                self.fixed_use(*d, B).fixed_use(*zero, D);
                self.fixed_def(*quotient, E).clobber(A).clobber(C);
            }
            MInst::RemS {
                remainder,
                n,
                d,
                bits,
            } => {
                let (at, other) = if *bits == 64 { (A, C) } else { (C, A) };
                self.fixed_use(*n, at).fixed_use(*d, B);
                self.fixed_def(*remainder, at);
                self.clobber(other).clobber(D).clobber(E);
            }
            MInst::ShiftRight { dst, a, factor } => {
                self.fixed_use(*a, A).fixed_use(*a, C);
                self.fixed_use(*factor, B).fixed_def(*dst, D);
            }
            MInst::SwapLanes { dst, a } => {
                self.fixed_use(*a, C).any_def(*dst);
            }
            MInst::Scale { dst, a, .. } => {
                self.any_use(*a).any_def(*dst);
            }
            MInst::ShiftRight32 { dst, a, mask, .. }
            | MInst::RotateRight { dst, a, mask, .. }
            | MInst::SwapNeighbours { dst, a, mask, .. } => {
                self.fixed_use(*a, A)
                    .fixed_use(*mask, B)
                    .temporary(C)
                    .any_def(*dst);
            }
            MInst::RotateLeft32 { dst, a, b, zero } => {
                self.fixed_use(*a, A).fixed_use(*b, B);
                self.fixed_use(*zero, C).fixed_use(*zero, D);
                self.fixed_def(*dst, A).clobber(B).clobber(C);
            }
            MInst::SignExtend { dst, a, .. } => {
                self.any_use(*a).reuse_def(*dst, 0);
            }
            MInst::Select {
                dst,
                test,
                x,
                y,
                t,
                f,
                ..
            } => {
                self.branch(*test, *x, *y);
                self.any_use(*t).any_use(*f);
                let f = self.operands.len() - 1;
                self.reuse_def(*dst, f);
            }
            MInst::BoundsCheck { index, .. } => {
                self.any_use(*index);
            }
            MInst::BoundsCheck64 { limit, index } => {
                self.fixed_use(*limit, A).fixed_use(*index, B);
            }
            MInst::Load64 { dst, addr, .. } => {
                self.any_use(*addr).temporary(E).any_def(*dst);
            }
            MInst::Store64 { value, addr, .. } => {
                self.late_use(*value).any_use(*addr).temporary(E);
            }
            MInst::Load32 { dst, addr, .. } => {
                self.any_use(*addr).temporary(E).fixed_def(*dst, A);
                self.clobber(B).clobber(C);
            }
            MInst::Store32 { value, addr, .. } => {
                self.late_use(*value).any_use(*addr).temporary(E);
                self.clobber(A).clobber(B).clobber(C);
            }
            MInst::LoadAt { dst, index, part } => {
                self.fixed_use(*index, E);
                match part {
                    WordPart::Whole => self.any_def(*dst),
                    WordPart::Lower | WordPart::Upper => {
                        self.fixed_def(*dst, A).clobber(B).clobber(C)
                    }
                };
            }
            MInst::StoreAt { value, index, part } => {
                self.late_use(*value).fixed_use(*index, E);
                if *part != WordPart::Whole {
                    self.clobber(A).clobber(B).clobber(C);
                }
            }
            MInst::LoadNarrow { dst, addr, .. } => {
                self.fixed_use(*addr, A).fixed_def(*dst, A);
                self.clobber(B).clobber(C).clobber(D).clobber(E);
            }
            MInst::StoreNarrow { value, addr, .. } => {
                self.fixed_use(*addr, A).fixed_use(*value, D);
                self.clobber(A).clobber(B).clobber(C).clobber(D).clobber(E);
            }
            MInst::Power { dst, index } | MInst::ShiftFactor { dst, index } => {
                self.fixed_use(*index, E).any_def(*dst);
            }
            MInst::TrapIf { test, x, y, .. } => self.branch(*test, *x, *y),
            MInst::BranchTable { index } => {
                self.any_use(*index);
            }
            MInst::MemorySize { dst }
            | MInst::TableSize { dst, .. }
            | MInst::LoadPassed { dst, .. } => {
                self.any_def(*dst);
            }
            MInst::TableGet { dst, index, .. } => {
                self.any_use(*index).temporary(E).any_def(*dst);
            }
            MInst::TableSet { value, index, .. } => {
                self.late_use(*value).any_use(*index).temporary(E);
            }
            MInst::BoundsCheckGrown { index, .. } => {
                self.late_use(*index).temporary(E);
            }
            MInst::StoreGlobal { value, .. } | MInst::StorePassed { value, .. } => {
                self.any_use(*value);
            }
            MInst::Args { defs } => self.fixed_defs(defs),
            MInst::Call { uses, defs, .. } | MInst::CallRuntime { uses, defs, .. } => {
                self.fixed_uses(uses);
                self.fixed_defs(defs);
                for at in [A, B, C, D, E] {
                    if !defs.iter().any(|&(_, reg)| reg == at) {
                        self.clobber(at);
                    }
                }
            }
            MInst::Return { uses } => self.fixed_uses(uses),
            MInst::Branch { test, x, y, .. } => self.branch(*test, *x, *y),
            MInst::Jump | MInst::Trap { .. } | MInst::DropSegment { .. } | MInst::Region { .. } => {
            }
        }
    }

    fn fixed_uses(&mut self, uses: &[(Reg, usize)]) {
        for &(reg, at) in uses {
            self.fixed_use(reg, at);
        }
    }

    fn fixed_defs(&mut self, defs: &[(Reg, usize)]) {
        for &(reg, at) in defs {
            self.fixed_def(reg, at);
        }
    }

    fn branch(&mut self, test: Test, x: BranchOperand, y: BranchOperand) {
        for (operand, binary_at) in [(x, A), (y, B)] {
            if let BranchOperand::Reg { reg } = operand {
                match test {
                    Test::Binary => self.fixed_use(reg, binary_at),
                    Test::Nonzero64 => self.fixed_use(reg, C),
                    _ => self.any_use(reg),
                };
            }
        }
    }
}
