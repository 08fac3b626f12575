//! Conditional branches: the test that costs least.
//!
//! Comparing lanes by the sign of their difference takes one step, any registers, and no binary
//! operation; it serves every unsigned comparison of at most 32 bits, whose values are canonical
//! and zero-extended. 64 bits need a binary operation, whose carry the same step can test.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Inst, InstructionData, Opcode, Value, types};
use zkasm::BinaryOp;

use crate::error::Error;
use crate::isa::zkasm::inst::{BranchOperand, MInst, Test, Why};
use crate::machinst::lower::Lower;

/// How many instructions a branch looks through.
const LOOK_THROUGH: usize = 8;
/// The largest number that a step can hold with either sign.
const SIGNED_MAX: u64 = (1 << 31) - 1;

impl Lower<'_> {
    /// The branch that is taken if a value is not zero.
    pub(crate) fn branch_on(
        &mut self,
        branch_inst: Inst,
        condition: Value,
    ) -> Result<MInst, Error> {
        let mut condition = condition;
        let mut negated = false;
        // Look through extensions and through comparisons of a truth value with zero; not for ever,
        // as each branch on a long chain would walk it again.
        for _ in 0..LOOK_THROUGH {
            let Some(inst) = self.pure_def(condition) else {
                break;
            };
            match self.func.dfg.insts[inst] {
                InstructionData::Unary {
                    opcode: Opcode::Uextend,
                    arg,
                } => condition = arg,
                InstructionData::IntCompare {
                    cond, args: [x, y], ..
                } => {
                    self.looked_into.push(inst);
                    let zero_test = match cond {
                        IntCC::Equal => Some(true),
                        IntCC::NotEqual => Some(false),
                        _ => None,
                    };
                    let (Some(inverts), Some(0)) = (zero_test, self.constant(y)) else {
                        return self.compare_branch(branch_inst, cond, x, y, negated);
                    };
                    negated ^= inverts;
                    if self.func.dfg.value_type(x) == types::I64 {
                        let x = BranchOperand::Reg {
                            reg: self.use_value(x),
                        };
                        return Ok(branch(Test::Nonzero64, negated, x, BranchOperand::None));
                    }
                    condition = x;
                }
                _ => break,
            }
        }
        let test = match self.func.dfg.value_type(condition) {
            types::I64 => Test::Nonzero64,
            _ => Test::Nonzero,
        };
        let x = BranchOperand::Reg {
            reg: self.use_value(condition),
        };
        Ok(branch(test, negated, x, BranchOperand::None))
    }

    /// The branch that is taken if a comparison holds, or does not.
    pub(crate) fn compare_branch(
        &mut self,
        branch_inst: Inst,
        cc: IntCC,
        x: Value,
        y: Value,
        negated: bool,
    ) -> Result<MInst, Error> {
        let ty = self.func.dfg.value_type(x);
        if !ty.is_int() || ty.bits() > 64 {
            return Err(self.unsupported(branch_inst));
        }
        // Reduce the ten conditions to equality and the two "less than", in their positive form.
        let (cc, x, y, negated) = match cc {
            IntCC::NotEqual => (IntCC::Equal, x, y, !negated),
            IntCC::UnsignedGreaterThan => (IntCC::UnsignedLessThan, y, x, negated),
            IntCC::UnsignedGreaterThanOrEqual => (IntCC::UnsignedLessThan, x, y, !negated),
            IntCC::UnsignedLessThanOrEqual => (IntCC::UnsignedLessThan, y, x, !negated),
            IntCC::SignedGreaterThan => (IntCC::SignedLessThan, y, x, negated),
            IntCC::SignedGreaterThanOrEqual => (IntCC::SignedLessThan, x, y, !negated),
            IntCC::SignedLessThanOrEqual => (IntCC::SignedLessThan, y, x, !negated),
            cc => (cc, x, y, negated),
        };
        if ty == types::I64 {
            let op = match cc {
                IntCC::Equal => BinaryOp::Eq,
                IntCC::UnsignedLessThan => BinaryOp::Lt,
                _ => BinaryOp::Slt,
            };
            let x = BranchOperand::Reg {
                reg: self.use_value(x),
            };
            let y = BranchOperand::Reg {
                reg: self.use_value(y),
            };
            return Ok(MInst::Branch {
                test: Test::Binary,
                negated,
                op,
                x,
                y,
            });
        }
        if cc == IntCC::SignedLessThan && ty != types::I32 {
            // With the sign bits flipped, signed order is unsigned.
            let mut flipped = |value| {
                let (a, b) = (
                    self.use_value(value),
                    self.constant_reg(1 << (ty.bits() - 1)),
                );
                let dst = self.new_vreg();
                self.push(
                    Why::Op,
                    MInst::Binary {
                        op: BinaryOp::Xor,
                        dst,
                        a,
                        b,
                    },
                );
                BranchOperand::Reg { reg: dst }
            };
            let (x, y) = (flipped(x), flipped(y));
            return Ok(branch(Test::LtU32, negated, x, y));
        }
        let x = self.branch_operand(x);
        let y = self.branch_operand(y);
        Ok(match (cc, x, y) {
            (IntCC::Equal, ..) => branch(Test::Eq32, negated, x, y),
            (IntCC::UnsignedLessThan, ..) => branch(Test::LtU32, negated, x, y),
            // x < 0 signed is 2^31 - 1 < x unsigned.
            (_, x, BranchOperand::Const { value: 0 }) => {
                let top = BranchOperand::Const {
                    value: SIGNED_MAX as i64,
                };
                branch(Test::LtU32, negated, top, x)
            }
            _ => branch(Test::LtS32, negated, x, y),
        })
    }

    /// An operand of at most 32 bits: a small constant stays a constant.
    fn branch_operand(&mut self, value: Value) -> BranchOperand {
        match self.constant(value) {
            Some(constant) if constant <= SIGNED_MAX => BranchOperand::Const {
                value: constant as i64,
            },
            _ => BranchOperand::Reg {
                reg: self.use_value(value),
            },
        }
    }
}

fn branch(test: Test, negated: bool, x: BranchOperand, y: BranchOperand) -> MInst {
    // The operation matters to Test::Binary only.
    MInst::Branch {
        test,
        negated,
        op: BinaryOp::Eq,
        x,
        y,
    }
}
