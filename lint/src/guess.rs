//! Ways that a free input chooses.
//!
//! That is sound if the two ways prove conditions that exclude each other, so that only one of them can
//! be proven to its end. To see that, each way is followed some steps, into calls too, without losing
//! what is known by joining ways; and whatever one way ends with must contradict the other somewhere.

use std::collections::BTreeSet;

use zkasm::{Fe, Reg};

use crate::interval::{Interval, signed};
use crate::linear::{Atom, Lin, Loc};
use crate::log::Log;
use crate::report::{Pin, ProblemKind};
use crate::state::{Info, State};
use crate::step::{Edge, Machine, site_of};

/// How far the first way is followed; the less the better, and mostly nothing more is needed.
const FIRST_STEPS: [u32; 3] = [0, 3, 12];
/// How far it is to an assertion that fails.
const CHECK_STEPS: u32 = 3;
/// How far the other way is followed.
const MAX_STEPS: u32 = 32;
/// How many ends a way may have.
const MAX_ENDS: usize = 48;

/// Checks the two ways of the branch at `pc`, which depends on the free inputs `open`.
pub(crate) fn check(
    machine: &Machine<'_>,
    pc: u32,
    open: &[Atom],
    ways: &[(Edge, State)],
    log: &mut Log,
) {
    let mut sites: Vec<u32> = open.iter().filter_map(|&atom| site_of(atom)).collect();
    sites.dedup();
    // A way that no prover can follow to its end is a check, not a choice.
    let closed = |way: &(Edge, State)| follow(machine, way, CHECK_STEPS, &|_| false).is_empty();
    if ways.len() < 2 || ways.iter().any(closed) {
        return;
    }
    let excluded = match ways {
        [one, other] => FIRST_STEPS.iter().any(|&steps| {
            [(one, other), (other, one)].iter().any(|(one, other)| {
                let first = follow(machine, one, steps, &|_| false);
                let excluded = |end: &End| first.iter().all(|first| contradict(first, end));
                follow(machine, other, MAX_STEPS, &excluded).is_empty()
            })
        }),
        _ => true,
    };
    if excluded {
        for site in sites {
            log.pins.entry(site).or_default().insert(Pin::Guess);
        }
        return;
    }
    log.blamed.extend(&sites);
    let lines: Vec<String> = sites
        .iter()
        .map(|&site| machine.line(site).pos.line.to_string())
        .collect();
    let who = match lines.as_slice() {
        [] => "an earlier free input".to_owned(),
        lines => format!("the free input of line {}", lines.join(" and ")),
    };
    let message = format!("{who} chooses the way, and the ways do not exclude each other");
    log.problem(pc, ProblemKind::Guess, message);
}

/// What is known after some steps along a way.
#[derive(Clone)]
struct End {
    state: State,
    /// The lines that were run since the ways parted. What they made has the same names on both ways, and
    /// need not be the same.
    lines: BTreeSet<u32>,
}

impl End {
    /// Whether a combination is of what there was before the ways parted, and the same for every prover.
    fn is_common(&self, lin: &Lin) -> bool {
        is_given(&self.state, lin)
            && lin.atoms().all(|atom| match atom {
                Atom::Step(pc, ..) => !self.lines.contains(&pc),
                // A name given to what a step of this way had made before.
                Atom::Phi(pc, ..) => pc < u32::MAX / 2,
                Atom::Entry(..) | Atom::Returned(..) => true,
            })
    }
}

/// Follows a way so many steps: what is known at every end that is not `excluded`, there or before.
fn follow(
    machine: &Machine<'_>,
    way: &(Edge, State),
    steps: u32,
    excluded: &dyn Fn(&End) -> bool,
) -> Vec<End> {
    // Only a step that proves something new can exclude a way.
    let proven = |state: &State| (state.facts.last().cloned(), state.nonzero.len());
    let start = End {
        state: way.1.clone(),
        lines: BTreeSet::new(),
    };
    let mut open = vec![(way.0, start, steps, true)];
    let mut ends = Vec::new();
    let mut log = Log {
        exploring: true,
        ..Log::default()
    };
    while let Some((edge, end, left, new)) = open.pop() {
        if new && excluded(&end) {
            continue;
        }
        let pc = match edge {
            Edge::Goto(pc) if left > 0 && machine.goes_on(pc) => pc,
            _ => {
                ends.push(end);
                continue;
            }
        };
        if ends.len() + open.len() > MAX_ENDS {
            ends.push(end);
            ends.extend(open.into_iter().map(|(_, end, ..)| end));
            return ends;
        }
        let before = proven(&end.state);
        let End { state, mut lines } = end;
        lines.insert(pc);
        for (edge, mut next) in machine.step(state, pc, &mut log) {
            let edge = match edge {
                Edge::Call(callee) => {
                    let back = Lin::integer(i128::from(pc) + 1);
                    next.set(Loc::Reg(Reg::Rr), [back, Lin::default()]);
                    Edge::Goto(callee)
                }
                edge => edge,
            };
            if !next.impossible {
                let new = proven(&next) != before;
                let end = End {
                    state: next,
                    lines: lines.clone(),
                };
                open.push((edge, end, left - 1, new));
            }
        }
    }
    ends
}

/// Whether a combination is the same for every prover. What the prover chooses excludes nothing.
fn is_given(state: &State, lin: &Lin) -> bool {
    lin.atoms().all(|atom| {
        let info = state.infos.get(&atom);
        info.is_some_and(|info| info.open.is_empty())
    })
}

/// Whether two ways' ends cannot both be.
fn contradict(one: &End, other: &End) -> bool {
    residues(one, other) || disjoint(one, other) || disjoint(other, one)
}

/// Whether something known of one is outside of what the other allows.
fn disjoint(one: &End, other: &End) -> bool {
    let apart = |lin: &Lin, range: Interval| {
        let allowed = other.state.eval(lin);
        let common = one.is_common(lin) && other.is_common(lin);
        common && allowed.is_small() && range.is_small() && allowed.meet(range).is_empty()
    };
    let differs = |atom: Atom, info: &Info| {
        let theirs = other.state.infos.get(&atom).map(|info| info.range);
        theirs.is_some_and(|range| range != info.range)
    };
    one.state
        .infos
        .iter()
        .any(|(&atom, info)| differs(atom, info) && apart(&Lin::atom(atom), info.range))
        || one
            .state
            .facts
            .iter()
            .any(|fact| !other.state.facts.contains(fact) && apart(&fact.lin, fact.range))
}

/// Whether they disagree on what a lane leaves when divided by 2, 4 or 8.
fn residues(one: &End, other: &End) -> bool {
    let theirs = all_residues(&other.state);
    all_residues(&one.state).iter().any(|known| {
        known.allowed == 0
            || theirs.iter().any(|their| {
                their.lin == known.lin
                    && their.modulus == known.modulus
                    && their.allowed & known.allowed == 0
                    && one.is_common(&known.lin)
                    && other.is_common(&known.lin)
            })
    })
}

/// What a lane may leave when divided by 2, 4 or 8.
struct Residues {
    lin: Lin,
    modulus: i128,
    /// Bit r: whether it may leave r.
    allowed: u8,
}

/// The residues that the equations of a state allow.
fn all_residues(state: &State) -> Vec<Residues> {
    let exact = state
        .facts
        .iter()
        .filter(|fact| fact.range == Interval::ZERO && is_given(state, &fact.lin));
    // A short lane is known by itself.
    let short = state
        .nonzero
        .iter()
        .flat_map(|lin| lin.atoms())
        .filter_map(|atom| {
            let (lin, range) = (Lin::atom(atom), state.range(atom));
            let known = is_given(state, &lin) && range.within(Interval::new(0, 7));
            known.then(|| Residues {
                lin,
                modulus: 8,
                allowed: remaining(state, atom, range).fold(0, |bits, value| bits | 1 << value),
            })
        });
    exact
        .flat_map(|fact| [2, 4, 8].map(|modulus| (&fact.lin, modulus)))
        .flat_map(|(lin, modulus)| {
            // Any short term may be the one whose values are known.
            let short = lin.terms.iter().filter_map(move |&(atom, factor)| {
                let range = state.range(atom);
                let known = signed(factor) == -1 && range.within(Interval::new(0, 7));
                known.then_some(Some((atom, range)))
            });
            short
                .chain([None])
                .filter_map(move |short| of_equation(state, lin, modulus, short))
        })
        .chain(short)
        .collect()
}

/// The values in a range that an unknown is not known not to have.
fn remaining(state: &State, atom: Atom, range: Interval) -> impl Iterator<Item = i128> {
    (range.lo..=range.hi).filter(move |&value| {
        let distance = Lin::atom(atom).plus_integer(-value);
        let negated = distance.scaled(-Fe::ONE);
        let mut nonzero = state.nonzero.iter();
        !nonzero.any(|lin| *lin == distance || *lin == negated)
    })
}

/// `lin` is 0: what that says of its terms whose coefficients are no multiples of the modulus, but for
/// one that is known to be `short`.
fn of_equation(
    state: &State,
    lin: &Lin,
    modulus: i128,
    short: Option<(Atom, Interval)>,
) -> Option<Residues> {
    // The sum is 0 in the field; of its residues that says something if it is over the integers too.
    state.over_integers(lin)?;
    let mut rest = Lin::default();
    for &(atom, factor) in &lin.terms {
        let factor = signed(factor);
        let is_short = short.is_some_and(|(short, _)| short == atom);
        if factor % modulus != 0 && !is_short {
            rest.terms.push((atom, Fe::from_i128(factor)));
        }
    }
    // 2^shift·x mod 2^n says x mod 2^(n - shift), and that the sum is a multiple of 2^shift.
    let shift = rest
        .terms
        .iter()
        .map(|&(_, factor)| signed(factor).trailing_zeros())
        .min()
        .unwrap_or(0);
    // Of a sum and its negative, the one that begins with a positive term.
    let sign = match rest.terms.first() {
        Some(&(_, factor)) if signed(factor) < 0 => -1,
        _ => 1,
    };
    let unit = 1i128 << shift;
    for (_, factor) in &mut rest.terms {
        *factor = Fe::from_i128(sign * signed(*factor) / unit);
    }
    let constant = signed(lin.constant);
    let residues: Vec<i128> = match short {
        None => vec![-constant],
        Some((atom, range)) => remaining(state, atom, range)
            .map(|residue| residue - constant)
            .collect(),
    };
    let allowed = residues
        .iter()
        .map(|residue| (sign * residue).rem_euclid(modulus))
        .filter(|residue| residue % unit == 0)
        .fold(0u8, |allowed, residue| allowed | 1 << (residue / unit));
    let modulus = modulus / unit;
    // Nothing is left: 0 leaves 0.
    let allowed = match rest.terms.is_empty() {
        true => allowed & 1,
        false => allowed,
    };
    Some(Residues {
        lin: rest,
        modulus,
        allowed,
    })
}
