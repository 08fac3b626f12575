//! Bundling: neighbouring steps in one, where the machine allows it.
//!
//! A step computes one value `op`, hands it to any number of registers, and may do one memory
//! access and one jump besides; everything in it reads the registers as they were before. So:
//!
//! * **jump**: a step without jump takes over a following bare `JMP`, `CALL` or `RETURN`.
//! * **same value**: steps whose `op` is the same constants and registers, none of them written by
//!   the first, become one with the destinations of both.
//! * **forward**: `… => A` followed by a step whose `op` is just A, such as a spill, a move or a
//!   test of A, becomes one step: A holds what `op` was.
//!
//! What a region's begin or end parts stays apart.
//!
//! **Who pays.** The one that would be there without the other: first what the program asks for (operations, checks,
//! jumps, calls, entries and exits), then constants, reloads, spills, and moves last, for who has to store a value or
//! to jump needs a step for that whether or not a register is copied in it. Of two of a kind, the first. The others'
//! reasons stay in the row, behind it. The whole row counts for who pays, by every metric.

use runtime_hooks::Cause;
use zkasm::{Addr, Coeff, LinComb, Op, Reg, Step, Target, Term};

use super::buffer::{BufferedStep, Line};

/// Bundles the steps of a function.
pub(crate) fn bundle(lines: Vec<Line>) -> Vec<Line> {
    let mut bundled: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        if let (Line::Step(second), Some(Line::Step(first))) = (&line, bundled.last_mut())
            && let Some(step) = merge(&first.step, &second.step)
        {
            first.step = step;
            extend(first, second);
            continue;
        }
        bundled.push(line);
    }
    bundled
}

fn extend(first: &mut BufferedStep, second: &BufferedStep) {
    for part in &second.parts {
        if !first.parts.contains(part) {
            first.parts.push(part.clone());
        }
    }
    // The first to pay before all others; the others stay in their order.
    let mut payer = 0;
    for (index, part) in first.parts.iter().enumerate() {
        if rank(&part.cause) < rank(&first.parts[payer].cause) {
            payer = index;
        }
    }
    first.parts[..=payer].rotate_right(1);
}

/// Who pays before whom: the smaller.
fn rank(cause: &Cause) -> u8 {
    match cause {
        Cause::Const => 1,
        Cause::Reload => 2,
        Cause::Spill => 3,
        Cause::Move => 4,
        _ => 0,
    }
}

/// The step that does what two do, one after the other.
fn merge(first: &Step, second: &Step) -> Option<Step> {
    if first.jump().is_some() {
        return None;
    }
    let both_memory = first.memory().is_some() && second.memory().is_some();
    if both_memory || second.dests.iter().any(|reg| first.dests.contains(reg)) {
        return None;
    }
    // What the second reads besides `op` must not have been written by the first.
    let reads = second.ops.iter().filter_map(other_read);
    if reads.into_iter().any(|reg| first.dests.contains(&reg)) {
        return None;
    }
    match &second.op {
        None => {
            let plain = match second.ops.as_slice() {
                [Op::Jmp(Target::Label(_)) | Op::Return] => true,
                // CALL writes RR.
                [Op::Call(Target::Label(_))] => !first.dests.contains(&Reg::Rr),
                _ => false,
            };
            (plain && first.op.is_some()).then(|| joined(first, second))
        }
        Some(op) if forwards(first, op) || same_value(first, op) => second
            .ops
            .iter()
            .all(follows_op)
            .then(|| joined(first, second)),
        Some(_) => None,
    }
}

fn joined(first: &Step, second: &Step) -> Step {
    let mut step = first.clone();
    step.dests.extend(&second.dests);
    step.ops.extend(second.ops.iter().cloned());
    step
}

/// Whether `op` is just a register that the first step wrote, with both lanes.
fn forwards(first: &Step, op: &LinComb) -> bool {
    match op.terms.as_slice() {
        [Term::Reg(coeff, reg)] => {
            *coeff == Coeff::ONE && reg.is_wide() && first.dests.contains(reg)
        }
        _ => false,
    }
}

/// Whether `op` is the same value as the first step's.
fn same_value(first: &Step, op: &LinComb) -> bool {
    first.op.as_ref() == Some(op)
        && op.terms.iter().all(|term| match term {
            Term::Reg(_, reg) => {
                let written = if *reg == Reg::RotlC { Reg::C } else { *reg };
                reg.is_wide() && !first.dests.contains(&written)
            }
            Term::Const(_) | Term::ConstL(_) => true,
            Term::Product(_) | Term::Free(_) | Term::MinusFree(_) => false,
        })
        // A stack address that moves SP would move it for both.
        && !matches!(first.memory(), Some(Op::MLoad(Addr::StackInc | Addr::StackDec)
            | Op::MStore(Addr::StackInc | Addr::StackDec)))
}

/// Operations that look at `op` alone.
fn follows_op(op: &Op) -> bool {
    matches!(
        op,
        Op::MStore(_)
            | Op::Jmp(Target::Label(_))
            | Op::JmpN(..)
            | Op::JmpZ(..)
            | Op::JmpNz(..)
            | Op::Return
    )
}

/// A register that an operation reads besides `op`.
fn other_read(op: &Op) -> Option<Reg> {
    match op {
        Op::MLoad(addr) | Op::MStore(addr) => match addr {
            Addr::Stack(_) | Addr::StackInc | Addr::StackDec => Some(Reg::Sp),
            Addr::Mem(_) | Addr::Sys(_) | Addr::StackE(_) | Addr::ElementE(..) => Some(Reg::E),
            Addr::Var(_, index) => *index,
            Addr::Element(..) => None,
        },
        Op::Return => Some(Reg::Rr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machinst::loc::Part;

    fn to(op: LinComb, regs: &[Reg]) -> Step {
        Step {
            op: Some(op),
            dests: regs.to_vec(),
            ops: Vec::new(),
        }
    }

    #[test]
    fn a_spill_rides_along() {
        let add = to(LinComb::bare(), &[Reg::A]).with(Op::Binary(zkasm::BinaryOp::Add));
        let spill = Step::of(LinComb::reg(Reg::A)).with(Op::MStore(Addr::Stack(2)));
        let merged = merge(&add, &spill).unwrap();
        assert_eq!(merged.dests, [Reg::A]);
        assert_eq!(merged.ops.len(), 2);
        // The address is read before the step writes.
        let to_e = to(LinComb::bare(), &[Reg::E]).with(Op::Binary(zkasm::BinaryOp::Add));
        let through_e = Step::of(LinComb::reg(Reg::E)).with(Op::MStore(Addr::Mem(0)));
        assert_eq!(merge(&to_e, &through_e), None);
    }

    #[test]
    fn what_the_program_asks_for_pays_before_what_registers_need() {
        let step = |causes: &[Cause]| BufferedStep {
            step: Step::of(LinComb::reg(Reg::A)),
            parts: causes
                .iter()
                .map(|cause| Part {
                    loc: None,
                    rule: None,
                    cause: cause.clone(),
                })
                .collect(),
            kind: "test",
        };
        let bundled = |first: &[Cause], second: &[Cause]| -> Vec<Cause> {
            let mut first = step(first);
            extend(&mut first, &step(second));
            first.parts.into_iter().map(|part| part.cause).collect()
        };
        use Cause::{Branch, Call, Const, Move, Op, Reload, Spill};
        assert_eq!(bundled(&[Op], &[Spill]), [Op, Spill]);
        assert_eq!(bundled(&[Move], &[Branch]), [Branch, Move]);
        assert_eq!(bundled(&[Spill], &[Call]), [Call, Spill]);
        assert_eq!(bundled(&[Const], &[Spill]), [Const, Spill]);
        assert_eq!(bundled(&[Move], &[Reload]), [Reload, Move]);
        assert_eq!(bundled(&[Const, Spill], &[Op]), [Op, Const, Spill]);
        assert_eq!(bundled(&[Op], &[Branch]), [Op, Branch]);
    }

    #[test]
    fn values_that_the_first_step_changes_are_not_the_same() {
        let next = to(LinComb::reg(Reg::A).plus_const(1), &[Reg::A]);
        assert_eq!(
            merge(&next, &to(LinComb::reg(Reg::A).plus_const(1), &[Reg::B])),
            None
        );
        let zero = |reg| to(LinComb::constant(0), &[reg]);
        assert_eq!(
            merge(&zero(Reg::C), &zero(Reg::D)),
            Some(to(LinComb::constant(0), &[Reg::C, Reg::D]))
        );
        let swapped = |reg| to(LinComb::reg(Reg::RotlC), &[reg]);
        assert_eq!(merge(&swapped(Reg::C), &swapped(Reg::A)), None);
    }

    #[test]
    fn returns_and_calls_ride_along_unless_rr_changes() {
        let ret = Step::bare(Op::Return);
        let call = Step::bare(Op::Call(Target::label("f")));
        let reload = to(LinComb::bare(), &[Reg::Rr]).with(Op::MLoad(Addr::Stack(0)));
        assert_eq!(merge(&reload, &ret), None);
        assert_eq!(merge(&reload, &call), None);
        assert!(merge(&to(LinComb::constant(1), &[Reg::A]), &ret).is_some());
        // Nothing follows a jump.
        let jumped = Step::bare(Op::Jmp(Target::label("l")));
        assert_eq!(merge(&jumped, &to(LinComb::constant(1), &[Reg::A])), None);
    }
}
