//! Signed division: of absolute values, and the signs put back.

use cranelift_codegen::ir::{Inst, InstructionData, Opcode, Type, types};
use runtime_hooks::TrapKind;
use zkasm::BinaryOp;

use crate::error::Error;
use crate::isa::zkasm::inst::{BranchOperand, MInst, Reg, Test, Why};
use crate::machinst::lower::Lower;

/// A test, as a choice takes it: the test, its operation, and its operands.
type Condition = (Test, BinaryOp, BranchOperand, BranchOperand);

impl Lower<'_> {
    /// Lowers a signed division or remainder, if the instruction is one, and returns the register of
    /// its result.
    ///
    /// The quotient of the absolute values is negative if the signs differ, the remainder if the
    /// dividend is. The one quotient that does not fit is that of the least number by -1: signs
    /// agree, and yet the sign bit of the quotient is set.
    pub(crate) fn signed_division(&mut self, inst: Inst) -> Option<Result<Reg, Error>> {
        let InstructionData::Binary {
            opcode,
            args: [n, d],
        } = self.func.dfg.insts[inst]
        else {
            return None;
        };
        if !matches!(opcode, Opcode::Sdiv | Opcode::Srem) {
            return None;
        }
        let ty = self.func.dfg.value_type(n);
        if ty != types::I32 && ty != types::I64 {
            return Some(Err(self.unsupported(inst)));
        }
        let can_trap = self.constant(d).is_none_or(|divisor| divisor == 0);
        let (n, d) = (self.use_value(n), self.use_value(d));
        let (dividend, divisor) = (self.absolute(ty, n), self.absolute(ty, d));
        let zero = self.constant_reg(0);
        let (quotient, remainder) = (self.new_vreg(), self.new_vreg());
        self.push(
            Why::Op,
            MInst::DivRemU {
                quotient,
                remainder,
                n: dividend,
                d: divisor,
                zero,
                can_trap,
            },
        );
        Some(Ok(if opcode == Opcode::Srem {
            let negated = self.negated(ty, remainder);
            let negative = self.is_negative(ty, n);
            self.choose(negative, negated, remainder)
        } else {
            let signs = self.new_vreg();
            self.push(
                Why::Op,
                MInst::Binary {
                    op: BinaryOp::Xor,
                    dst: signs,
                    a: n,
                    b: d,
                },
            );
            let negated = self.negated(ty, quotient);
            let zero = self.constant_reg(0);
            let differ = self.is_negative(ty, signs);
            let positive = self.choose(differ, zero, quotient);
            let (test, op, x, y) = self.is_negative(ty, positive);
            let kind = TrapKind::IntegerOverflow;
            self.push(
                Why::Op,
                MInst::TrapIf {
                    kind,
                    test,
                    negated: false,
                    op,
                    x,
                    y,
                },
            );
            let differ = self.is_negative(ty, signs);
            self.choose(differ, negated, quotient)
        }))
    }

    fn absolute(&mut self, ty: Type, x: Reg) -> Reg {
        let negated = self.negated(ty, x);
        let negative = self.is_negative(ty, x);
        self.choose(negative, negated, x)
    }

    fn negated(&mut self, ty: Type, x: Reg) -> Reg {
        let zero = self.constant_reg(0);
        let dst = self.new_vreg();
        self.push(
            Why::Op,
            match ty {
                types::I64 => MInst::Binary {
                    op: BinaryOp::Sub,
                    dst,
                    a: zero,
                    b: x,
                },
                _ => MInst::Sub32 { dst, a: zero, b: x },
            },
        );
        dst
    }

    /// Whether the sign bit is set: x < 0 signed, or 2^31 - 1 < x unsigned.
    fn is_negative(&mut self, ty: Type, x: Reg) -> Condition {
        let x = BranchOperand::Reg { reg: x };
        if ty == types::I64 {
            let zero = BranchOperand::Reg {
                reg: self.constant_reg(0),
            };
            return (Test::Binary, BinaryOp::Slt, x, zero);
        }
        let top = BranchOperand::Const {
            value: (1 << 31) - 1,
        };
        (Test::LtU32, BinaryOp::Lt, top, x)
    }

    fn choose(&mut self, (test, op, x, y): Condition, t: Reg, f: Reg) -> Reg {
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
        dst
    }
}
