//! Choices between two values: `select`, minimum, maximum and masks.
//!
//! The test is that of a branch, so a choice costs its test, and one more step only where it takes
//! the first value.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Inst, InstructionData, Opcode, Value};

use crate::error::Error;
use crate::isa::zkasm::inst::{MInst, Reg, Why};
use crate::machinst::lower::Lower;

impl Lower<'_> {
    /// Lowers a choice, if the instruction is one, and returns the register of its result.
    pub(crate) fn choice(&mut self, inst: Inst) -> Option<Result<Reg, Error>> {
        match self.func.dfg.insts[inst] {
            InstructionData::Ternary {
                opcode: Opcode::Select,
                args: [condition, x, y],
            } => {
                let test = self.branch_on(inst, condition);
                Some(test.and_then(|test| self.select(test, x, y)))
            }
            InstructionData::Binary {
                opcode,
                args: [x, y],
            } => {
                let less = match opcode {
                    Opcode::Umin | Opcode::Umax => IntCC::UnsignedLessThan,
                    Opcode::Smin | Opcode::Smax => IntCC::SignedLessThan,
                    _ => return None,
                };
                let (t, f) = match opcode {
                    Opcode::Umin | Opcode::Smin => (x, y),
                    _ => (y, x),
                };
                let test = self.compare_branch(inst, less, x, y, false);
                Some(test.and_then(|test| self.select(test, t, f)))
            }
            // All ones if the argument is not 0, else 0.
            InstructionData::Unary {
                opcode: Opcode::Bmask,
                arg,
            } => {
                let ty = self.func.dfg.value_type(self.func.dfg.first_result(inst));
                let test = self.branch_on(inst, arg);
                Some(test.and_then(|test| {
                    let ones = self.constant_reg(u64::MAX >> (64 - ty.bits()));
                    let zero = self.constant_reg(0);
                    self.select_regs(test, ones, zero)
                }))
            }
            _ => None,
        }
    }

    fn select(&mut self, branch: MInst, t: Value, f: Value) -> Result<Reg, Error> {
        let (t, f) = (self.use_value(t), self.use_value(f));
        self.select_regs(branch, t, f)
    }

    fn select_regs(&mut self, branch: MInst, t: Reg, f: Reg) -> Result<Reg, Error> {
        let MInst::Branch {
            test,
            negated,
            op,
            x,
            y,
        } = branch
        else {
            return Err(Error::internal("a choice tests like a branch"));
        };
        let (t, f) = if negated { (f, t) } else { (t, f) };
        let dst = self.new_vreg();
        self.push(
            Why::Op,
            MInst::Select {
                dst,
                test,
                op,
                x,
                y,
                t,
                f,
            },
        );
        Ok(dst)
    }
}
