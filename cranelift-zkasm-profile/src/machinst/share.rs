//! Sharing constants between neighbours.
//!
//! Selection makes a constant anew at each use, which takes a step. Where two instructions of a block
//! want the same constant in the same register, and none between them needs that register for
//! something else, the second uses the first one's. A few instructions later it pays no more: the
//! register is missed in between, and spilling what lived there costs as much as the constant.

use regalloc2::{Operand, OperandConstraint, OperandKind, PReg};

use super::vcode::Located;
use crate::isa::zkasm::abi::REGS;
use crate::isa::zkasm::inst::{MInst, OperandCollector, Reg, preg};

/// How many instructions after its last use a constant is still taken from its register.
const REACH: usize = 4;

/// A constant that an instruction had in a certain register.
#[derive(Clone, Copy)]
struct Held {
    value: u64,
    reg: Reg,
    /// The position of its last user.
    used: usize,
}

/// A constant on its way to its user.
struct Made {
    reg: Reg,
    value: u64,
    /// The position where it is made.
    at: usize,
}

/// Removes constants from a block that stand ready; their registers become other names of those that
/// hold them.
pub(super) fn share_constants(insts: &mut Vec<Located>, alias: &mut [Option<Reg>]) {
    let mut held: [Option<Held>; REGS.len()] = [None; REGS.len()];
    let mut made: Vec<Made> = Vec::new();
    let mut shared = vec![false; insts.len()];
    for (at, located) in insts.iter().enumerate() {
        if let MInst::Const { dst: reg, value } = located.inst {
            made.push(Made { reg, value, at });
            continue;
        }
        let (operands, clobbers) = OperandCollector::collect(&located.inst, &mut alias.len());
        let is_used = |constant: &Made| operands.iter().any(|o| o.vreg() == constant.reg);
        let (wanted, later): (Vec<Made>, Vec<Made>) = made.into_iter().partition(is_used);
        made = later;
        // The register that holds a constant where it is wanted.
        let ready = |constant: &Made| {
            let operand = operands.iter().find(|o| o.vreg() == constant.reg)?;
            let held = held[fixed_at(operand)?.hw_enc()]?;
            (held.value == constant.value && at <= held.used + REACH).then_some(held.reg)
        };
        for constant in &wanted {
            // Bundling makes equal constants in one step, so only all of them together save one.
            let mut equal = wanted.iter().filter(|other| other.value == constant.value);
            if equal.all(|other| ready(other).is_some()) {
                alias[constant.reg.vreg()] = ready(constant);
                shared[constant.at] = true;
            }
        }
        for (index, held) in held.iter_mut().enumerate() {
            let fixed = |operand: &&Operand| fixed_at(operand) == Some(preg(index));
            let mut fixed = operands.iter().filter(fixed);
            let new = match (fixed.next(), fixed.next()) {
                (None, _) => *held,
                (Some(only), None) if only.kind() == OperandKind::Use => {
                    let constant = wanted.iter().find(|constant| constant.reg == only.vreg());
                    constant.map(|&Made { reg, value, .. }| Held {
                        value,
                        reg: alias[reg.vreg()].unwrap_or(reg),
                        used: at,
                    })
                }
                _ => None,
            };
            *held = new.filter(|_| !clobbers.contains(preg(index)));
        }
    }
    let mut shared = shared.into_iter();
    insts.retain(|_| !shared.next().unwrap_or(false));
}

fn fixed_at(operand: &Operand) -> Option<PReg> {
    match operand.constraint() {
        OperandConstraint::FixedReg(at) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::SourceLoc;
    use regalloc2::RegClass;

    use super::super::loc::Rule;
    use super::*;
    use crate::isa::zkasm::inst::Why;
    use crate::machinst::loc::Loc;

    fn reg(index: usize) -> Reg {
        Reg::new(index, RegClass::Int)
    }

    fn zero(dst: usize) -> MInst {
        MInst::Const {
            dst: reg(dst),
            value: 0,
        }
    }

    /// Wants 0 in D.
    fn divide(zero: usize) -> MInst {
        MInst::DivU {
            quotient: reg(90),
            n: reg(91),
            d: reg(92),
            zero: reg(zero),
        }
    }

    /// The constants that are left.
    fn left(insts: Vec<MInst>) -> Vec<usize> {
        let loc = Loc::direct(SourceLoc::new(1)).expect("a location");
        let located = |inst| Located {
            inst,
            why: Why::Op,
            loc,
            also: None,
            rule: Rule::Driver("test"),
        };
        let mut insts: Vec<Located> = insts.into_iter().map(located).collect();
        let mut alias = vec![None; 100];
        share_constants(&mut insts, &mut alias);
        let made = insts.iter().filter_map(|located| match located.inst {
            MInst::Const { dst, .. } => Some(dst.vreg()),
            _ => None,
        });
        made.collect()
    }

    #[test]
    fn neighbours_share() {
        let insts = vec![zero(0), divide(0), zero(1), divide(1), zero(2), divide(2)];
        assert_eq!(left(insts), [0]);
    }

    /// `0 => C, D` is one step, which is needed for C in any case.
    #[test]
    fn equal_constants_of_one_instruction_are_shared_together() {
        let product = |c, zero| MInst::MulAddFits {
            dst: reg(80),
            a: reg(81),
            b: reg(82),
            c: reg(c),
            zero: reg(zero),
        };
        let insts = vec![zero(0), divide(0), zero(1), zero(2), product(1, 2)];
        assert_eq!(left(insts), [0, 1, 2]);
        let mut insts = vec![zero(0), zero(1), product(0, 1)];
        insts.extend([zero(2), zero(3), product(2, 3)]);
        assert_eq!(left(insts), [0, 1]);
    }

    #[test]
    fn a_register_that_is_needed_in_between_is_not_shared() {
        let product = MInst::MulAdd64 {
            dst: reg(80),
            a: reg(81),
            b: reg(82),
            c: reg(83),
        };
        let insts = vec![zero(0), divide(0), product.clone(), zero(1), divide(1)];
        assert_eq!(left(insts), [0, 1]);
        let insts = vec![zero(0), divide(0), zero(1), product, divide(1)];
        assert_eq!(left(insts), [0, 1]);
        let call = MInst::Call {
            callee: 0,
            uses: Vec::new(),
            defs: Vec::new(),
        };
        let insts = vec![zero(0), divide(0), call, zero(1), divide(1)];
        assert_eq!(left(insts), [0, 1]);
    }

    #[test]
    fn another_value_or_a_far_one_is_not_shared() {
        let one = MInst::Const {
            dst: reg(1),
            value: 1,
        };
        assert_eq!(left(vec![zero(0), divide(0), one, divide(1)]), [0, 1]);
        let mut insts = vec![zero(0), divide(0)];
        insts.extend((0..REACH).map(|_| MInst::Scale {
            dst: reg(70),
            a: reg(71),
            k: 1,
        }));
        insts.extend([zero(1), divide(1)]);
        assert_eq!(left(insts), [0, 1]);
    }
}
