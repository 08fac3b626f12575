//! What each way of a conditional jump proves.

use zkasm::{BinaryOp, Fe, JumpKind, RomLine};

use crate::arith::window;
use crate::interval::{Interval, LANE_MAX, signed};
use crate::linear::{Atom, Kind, Lin, Value};
use crate::log::Log;
use crate::state::State;
use crate::step::{Before, equal};

/// What a sign test accepts as negative: a proof says of it that 2^32 more fits 32 bits.
const NEGATIVE: Interval = Interval {
    lo: -LANE_MAX - 1,
    hi: -1,
};

/// The states in which the condition holds, and in which it does not.
pub(crate) fn split(
    state: State,
    before: &Before,
    line: &RomLine,
    op: &Value,
    log: &mut Log,
) -> [State; 2] {
    let (mut yes, mut no) = (state.clone(), state);
    match line.jump.as_ref().map(|jump| jump.kind) {
        Some(JumpKind::Negative) => {
            yes.learn(op[0].clone(), NEGATIVE);
            no.learn(op[0].clone(), Interval::LANE);
        }
        Some(JumpKind::Zero) => {
            yes.learn(op[0].clone(), Interval::ZERO);
            if let ([(atom, _)], false) = (&op[0].terms[..], yes.impossible)
                && op[0].constant == Fe::ZERO
            {
                // The one element of which a multiple is 0.
                yes.learn(Lin::atom(*atom), Interval::ZERO);
            }
            no.learn_nonzero(&op[0]);
        }
        Some(JumpKind::Carry) => {
            if let Some(operation) = line.binary {
                let operands = [&before.a, &before.b];
                carry(&mut yes, &mut no, operation, operands, op, log);
            }
        }
        _ => {}
    }
    [yes, no]
}

fn carry(
    yes: &mut State,
    no: &mut State,
    operation: BinaryOp,
    [a, b]: [&Value; 2],
    op: &Value,
    log: &mut Log,
) {
    match operation {
        BinaryOp::Lt => {
            yes.learn(op[0].clone(), Interval::at(1));
            no.learn(op[0].clone(), Interval::ZERO);
            below(yes, a, b);
            let most = no.most(a);
            no.learn_at_most(b, most);
            if short(no, a) && short(no, b) {
                no.learn(a[0].minus(&b[0]), Interval::LANE);
            }
        }
        BinaryOp::Eq => {
            yes.learn(op[0].clone(), Interval::at(1));
            no.learn(op[0].clone(), Interval::ZERO);
            equal(yes, a, b, log);
        }
        BinaryOp::And => {
            for lane in op {
                no.learn(lane.clone(), Interval::ZERO);
            }
            yes.learn_nonzero(&op[0].plus(Fe::ONE, &op[1]));
        }
        BinaryOp::Add => {
            window(yes, a, b, true, log);
            window(no, a, b, false, log);
            // A carry leaves less than either operand, and neither operand is 0.
            let most = yes.most(a).min(yes.most(b));
            yes.learn_at_most(op, most.saturating_sub(1));
            for operand in [a, b] {
                yes.learn_nonzero(&operand[0].plus(Fe::ONE, &operand[1]));
            }
        }
        BinaryOp::Sub => {
            below(yes, a, b);
            let most = no.most(a);
            no.learn_at_most(b, most);
        }
        BinaryOp::Slt => {
            yes.learn(op[0].clone(), Interval::at(1));
            no.learn(op[0].clone(), Interval::ZERO);
        }
        // These never carry.
        BinaryOp::Or | BinaryOp::Xor => yes.impossible = true,
    }
}

/// Whether a word is known to fit lane 0.
fn short(state: &State, value: &Value) -> bool {
    state.eval(&value[1]) == Interval::ZERO
}

/// Learns that a is below b, both of canonical lanes.
fn below(state: &mut State, a: &Value, b: &Value) {
    let most = state.most(b).saturating_sub(1);
    state.learn_at_most(a, most);
    state.learn_nonzero(&b[0].plus(Fe::ONE, &b[1]));
    if short(state, a) && short(state, b) {
        state.learn(b[0].minus(&a[0]), Interval::new(1, LANE_MAX));
    }
    state.less.push((a.clone(), b.clone()));
}

/// A sign test proves that a division is exact, if every other quotient is far from what it accepts:
/// 2^-k·x with a short x is an integer below 2^32 only if 2^k divides x, because a remainder r adds
/// r·2^-k, which lies about a multiple of p/2^k away.
pub(crate) fn divide_exactly(state: &mut State, pc: u32, lin: &Lin) {
    let mut factors = lin.terms.iter().map(|&(_, factor)| factor);
    if is_short(lin.constant) && factors.all(is_short) {
        return;
    }
    for k in 1..=8u32 {
        let factor = Fe::from(1u64 << k);
        let Some(split) = split_terms(lin, factor, &is_short) else {
            continue;
        };
        let (dividend, rest) = split;
        let (range, rest_range) = (state.eval_closely(&dividend), state.eval_closely(&rest));
        let far = 1i128 << 34;
        if !range.within(Interval::new(-far, far)) || !rest_range.within(Interval::new(-far, far)) {
            return;
        }
        let inverse = inverse_of_power(k);
        let beyond =
            (1..1u64 << k).all(|remainder| signed(Fe::from(remainder) * inverse).abs() > 1 << 40);
        if !beyond {
            return;
        }
        let quotient = Interval::new(
            range.lo.div_euclid(1 << k) + i128::from(range.lo.rem_euclid(1 << k) != 0),
            range.hi.div_euclid(1 << k),
        );
        if quotient.is_empty() {
            state.impossible = true;
            return;
        }
        let atom = Atom::Step(pc, Kind::Quotient, 0);
        let open = state.open(&dividend);
        let quotient = state.define(atom, quotient, open);
        state.learn(dividend.plus(-factor, &quotient), Interval::ZERO);
        return;
    }
}

fn is_short(factor: Fe) -> bool {
    signed(factor).abs() <= 1 << 33
}

/// `lin` as dividend/factor + rest, with short coefficients in both.
fn split_terms(lin: &Lin, factor: Fe, short: &impl Fn(Fe) -> bool) -> Option<(Lin, Lin)> {
    let (mut dividend, mut rest) = (Lin::default(), Lin::default());
    for &(atom, coefficient) in &lin.terms {
        let term = Lin::atom(atom);
        if short(coefficient) {
            rest = rest.plus(coefficient, &term);
        } else if short(coefficient * factor) {
            dividend = dividend.plus(coefficient * factor, &term);
        } else {
            return None;
        }
    }
    if short(lin.constant) {
        rest.constant = lin.constant;
    } else if short(lin.constant * factor) {
        dividend.constant = lin.constant * factor;
    } else {
        return None;
    }
    Some((dividend, rest))
}

/// 2^-k: (2^32 - 1)·2^32 = -1 in the field.
fn inverse_of_power(k: u32) -> Fe {
    -(Fe::from(u64::from(u32::MAX)) * Fe::from(1u64 << (32 - k)))
}
