//! `ARITH`: A·B + C = D·2^64 + op over the integers, all five below 2^64.
//!
//! * With A, B and C given, D and op are: the two words of one number.
//! * With all but C given, C is.
//! * With B, D and op given and C below B, A and C are quotient and remainder.
//! * With B, C and D given, op is known modulo B. So if op + B carries, op lies in a window of B numbers
//!   below 2^64, and A and op are what they are.
//! * With B and C given and A = D, op = C - A·(2^64 - B) is known modulo 2^64 - B. So if op + B does not
//!   carry, op is the remainder of C by 2^64 - B, and A the quotient.

use zkasm::Reg;

use crate::interval::Interval;
use crate::linear::{Lin, Value, as_constant};
use crate::log::Log;
use crate::report::Pin;
use crate::state::{Division, Shape, State};
use crate::step::{lookup, shape, shared};

const WORD: u128 = 1 << 64;

pub(crate) fn arith(state: &mut State, pc: u32, op: &Value, log: &mut Log) {
    let [a, b, c, d] = [Reg::A, Reg::B, Reg::C, Reg::D].map(|reg| state.reg(reg));
    for (what, value) in [("A", &a), ("B", &b), ("C", &c), ("D", &d), ("op", op)] {
        lookup(state, pc, what, value, log);
    }
    let given = |state: &State, values: &[&Value]| values.iter().all(|v| state.is_pinned(v));
    let mut pin = |state: &mut State, values: &[&Value], class: Pin| {
        for value in values {
            if let Some(atoms) = state.witness(value) {
                log.pin(&atoms, class);
                state.pin(&atoms);
            }
        }
    };
    let is_open = |state: &State, value: &Value| state.witness(value).is_some();
    let settled = |state: &State, value: &Value| given(state, &[value]) || is_open(state, value);
    if given(state, &[&a, &b, &c]) && settled(state, &d) && settled(state, op) {
        pin(state, &[&d, op], Pin::Arith);
        let total = state
            .most(&a)
            .checked_mul(state.most(&b))
            .and_then(|product| product.checked_add(state.most(&c)));
        if let Some(total) = total {
            state.learn_at_most(&d, total >> 64);
            if total < WORD || as_constant(&d) == Some(0) {
                state.learn_at_most(op, total.min(WORD - 1));
            }
        }
        if as_constant(&c) == Some(0) {
            if state.is_power_of_two(&b) {
                words_of_shift(state, &a, &b, &d, op);
            } else if state.is_power_of_two(&a) {
                words_of_shift(state, &b, &a, &d, op);
            }
        }
        return;
    }
    let total = |state: &State| {
        let high = state.most(&d).checked_mul(WORD)?;
        high.checked_add(state.most(op))
    };
    if given(state, &[&a, &b, &d, op]) {
        pin(state, &[&c], Pin::Arith);
        return;
    }
    if a == d && given(state, &[&b, &c]) {
        by_complement(state, [&a, &b, &c], op);
        return;
    }
    if !given(state, &[&b]) || !given(state, &[&d]) {
        return;
    }
    let divisor_least = least_divisor(state, &b);
    if given(state, &[op]) && is_open(state, &a) {
        let remainder = is_open(state, &c) && state.less.contains(&(c.clone(), b.clone()));
        if remainder || (given(state, &[&c]) && divisor_least > 0) {
            pin(state, &[&a, &c], Pin::Division);
            if let Some(total) = total(state) {
                let quotient = (total - state.least(&c).min(total)) / divisor_least.max(1);
                state.learn_at_most(&a, quotient.min(WORD - 1));
                if remainder {
                    state.learn_at_most(&c, total.min(state.most(&b).saturating_sub(1)));
                }
            }
        }
        return;
    }
    if given(state, &[&c]) && is_open(state, &a) && is_open(state, op) {
        let most = match state.most(&d).checked_mul(WORD) {
            Some(high) => high
                .saturating_add(WORD - 1)
                .saturating_sub(state.least(&c)),
            None => u128::MAX,
        };
        state.divisions.push(Division {
            quotient: a,
            divisor: b,
            rest: op.clone(),
            complement: false,
            most,
        });
    }
}

/// The last case: the divisor is 2^64 - B, the quotient in A and D.
fn by_complement(state: &mut State, [a, b, c]: [&Value; 3], op: &Value) {
    if state.witness(a).is_some() && state.witness(op).is_some() {
        let divisor = WORD - state.most(b);
        state.divisions.push(Division {
            quotient: a.clone(),
            divisor: b.clone(),
            rest: op.clone(),
            complement: true,
            most: state.most(c) / divisor,
        });
    }
}

/// At least this is a divisor of which that much is known.
fn least_divisor(state: &State, divisor: &Value) -> u128 {
    let lanes = divisor[0].plus(zkasm::Fe::ONE, &divisor[1]);
    let positive = state.eval(&lanes).lo.max(0) as u128;
    state.least(divisor).max(positive.min(1))
}

/// op = a·2^k mod 2^64 and d its high word: they share no bits, and neither do the lanes of op if a·2^k
/// fits both and a fits one.
fn words_of_shift(state: &mut State, a: &Value, power: &Value, d: &Value, op: &Value) {
    let (power, of) = (shared(power), shared(a));
    let low = Shape::Low {
        power: power.clone(),
        of: of.clone(),
    };
    shape(state, op, || low.clone());
    let high = Shape::High {
        power: power.clone(),
    };
    shape(state, d, || high.clone());
    for lane in 0..2 {
        let with = |wanted: &dyn Fn(&Shape) -> bool| -> Vec<Lin> {
            state
                .infos
                .iter()
                .filter(|(atom, info)| atom.lane() == lane && wanted(&info.shape))
                .map(|(&atom, _)| Lin::atom(atom))
                .collect()
        };
        let lows = with(&|shape| matches!(shape, Shape::Low { power: p, .. } if *p == power));
        let highs = with(&|shape| matches!(shape, Shape::High { power: p } if *p == power));
        for low in &lows {
            for high in &highs {
                state.learn(low.plus(zkasm::Fe::ONE, high), Interval::LANE);
            }
        }
    }
    let none = |state: &State, lane: &Lin| state.eval(lane) == Interval::ZERO;
    let fits = none(state, &d[0]) && none(state, &d[1]);
    if fits && none(state, &a[1]) {
        state.learn(op[0].plus(zkasm::Fe::ONE, &op[1]), Interval::LANE);
    }
    // The bits of v·2^k are among those of m·2^k if m is of the form 2^n - 1 and v at most m.
    if !fits {
        return;
    }
    let Some(mask) = as_constant(&of).filter(|mask| (mask & mask.wrapping_add(1)) == 0) else {
        return;
    };
    for lane in 0..2u8 {
        let parts: Vec<Lin> = state
            .infos
            .iter()
            .filter(|(atom, info)| {
                atom.lane() == lane
                    && matches!(&info.shape, Shape::Low { power: p, of: v }
                        if *p == power && *v != of && state.most(v) <= u128::from(mask))
            })
            .map(|(&atom, _)| Lin::atom(atom))
            .collect();
        for part in parts {
            state.learn_part(part, op[usize::from(lane)].clone());
        }
    }
}

/// A + B carries, or does not: if they are op and B of an equation that leaves op open modulo the
/// divisor, op is in a window of as many numbers as the divisor, in which each residue occurs once.
pub(crate) fn window(state: &mut State, a: &Value, b: &Value, carries: bool, log: &mut Log) {
    let Some(division) = state
        .divisions
        .iter()
        .rev()
        .find(|division| {
            let pair = [&division.rest, &division.divisor];
            division.complement != carries && (pair == [a, b] || pair == [b, a])
        })
        .cloned()
    else {
        return;
    };
    for value in [&division.quotient, &division.rest] {
        if let Some(atoms) = state.witness(value) {
            log.pin(&atoms, Pin::Division);
            state.pin(&atoms);
        }
    }
    if division.complement {
        state.learn_at_most(&division.quotient, division.most);
        let below = WORD - state.least(&division.divisor);
        state.learn_at_most(&division.rest, below - 1);
    } else {
        let divisor = least_divisor(state, &division.divisor).max(1);
        state.learn_at_most(&division.quotient, (division.most / divisor).min(WORD - 1));
        let least = WORD - state.most(&division.divisor).min(WORD);
        state.learn_at_least(&division.rest, least);
    }
}
