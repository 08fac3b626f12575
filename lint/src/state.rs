//! What is known when control is at one place of a function.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use zkasm::{Fe, Reg};

use crate::interval::{Interval, LANE_MAX, signed};
use crate::linear::{Atom, Lin, Loc, Value};

/// How many relations are kept; the oldest are forgotten first.
const MAX_FACTS: usize = 40;

/// What is known of an unknown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Info {
    pub range: Interval,
    /// The free inputs that are not pinned yet and on which it depends; for one of them, itself.
    pub open: Vec<Atom>,
    pub shape: Shape,
}

/// What shape of bits an unknown has beside its range.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Shape {
    #[default]
    Plain,
    /// A lane of a power of two.
    PowerOfTwo,
    /// A lane of the low word of a product of the value with a power of two: none of its bits is below
    /// the power's.
    Low { power: Rc<Value>, of: Rc<Value> },
    /// A lane of the high word: all of its bits are below the power's.
    High { power: Rc<Value> },
}

/// A linear combination whose integer lies in a range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub lin: Lin,
    pub range: Interval,
}

/// A quotient that awaits the check of its remainder: A·B + C = D·2^64 + op with all but A and op
/// given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Division {
    pub quotient: Value,
    pub divisor: Value,
    pub rest: Value,
    /// Whether the divisor is 2^64 less the one here.
    pub complement: bool,
    /// The largest value that quotient times divisor can have; of a complement, that the quotient can.
    pub most: u128,
}

/// What is known at one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Registers, stack and variables. A word of the stack or a variable that is not there holds
    /// what its kind may hold anywhere.
    pub values: BTreeMap<Loc, Value>,
    pub infos: BTreeMap<Atom, Info>,
    pub facts: Vec<Fact>,
    /// Lanes known not to be 0.
    pub nonzero: Vec<Lin>,
    /// Lanes whose bits are a part of the bits of other lanes.
    pub parts: Vec<(Lin, Lin)>,
    /// Words of which the first is below the second.
    pub less: Vec<(Value, Value)>,
    pub divisions: Vec<Division>,
    /// Whether something contradicts itself: control never gets here.
    pub impossible: bool,
    /// Whether this is the program's own code, where words of the stack are counted from 0; those of a
    /// function are counted from SP at its entry.
    pub absolute: bool,
}

/// A free input that nothing can pin any more, at a line.
pub(crate) fn lost(pc: u32) -> Atom {
    Atom::Phi(u32::MAX - pc, Loc::Var(true, u32::MAX), 0)
}

/// The registers that are followed: those that a step can write.
pub(crate) fn registers() -> impl Iterator<Item = Reg> {
    let all = Reg::ALL.iter().copied();
    all.filter(|reg| reg.is_writable())
}

impl State {
    /// A register's value; of a register with one lane, lane 1 is 0.
    pub fn reg(&self, reg: Reg) -> Value {
        self.values.get(&Loc::Reg(reg)).cloned().unwrap_or_else(|| {
            debug_assert!(false, "{reg} is not followed");
            Value::default()
        })
    }

    pub fn set(&mut self, loc: Loc, value: Value) {
        self.values.insert(loc, value);
    }

    /// The word of the stack at SP, if it is known.
    pub fn stack_top(&self) -> Option<i32> {
        let sp = self.reg(Reg::Sp)[0].clone();
        let top = match self.absolute {
            true => sp.as_constant()?,
            false => sp
                .minus(&Lin::atom(Atom::Entry(Loc::Reg(Reg::Sp), 0)))
                .as_constant()?,
        };
        let words = i32::try_from(zkasm::limits::STACK_WORDS).ok()?;
        i32::try_from(top)
            .ok()
            .filter(|top| (-words..=words).contains(top))
    }

    /// Makes an unknown; an older one of the same name must be gone.
    pub fn define(&mut self, atom: Atom, range: Interval, open: Vec<Atom>) -> Lin {
        let shape = Shape::Plain;
        self.infos.insert(atom, Info { range, open, shape });
        Lin::atom(atom)
    }

    /// A name that no unknown has, for what a place holds when an unknown of the line `pc` is made again.
    fn free_name(&self, pc: u32, loc: Loc, lane: u8) -> Atom {
        // Lines beyond the end of any program: no block begins there. A way is not followed for as many
        // steps as there are names.
        let name = |turn: u32| Atom::Phi(u32::MAX - pc - (turn << 26), loc, lane);
        let mut turns = (0..32).map(name);
        let free = turns.find(|name| !self.infos.contains_key(name));
        free.unwrap_or_else(|| name(32))
    }

    /// Forgets an unknown that is about to be made again: what still holds it holds another one.
    pub fn retire(&mut self, atom: Atom, pc: u32) {
        let known = self.infos.contains_key(&atom);
        let lost = lost(pc);
        for (other, info) in &mut self.infos {
            if *other != atom && info.open.contains(&atom) {
                // It depends on a free input that nothing can pin any more.
                info.open.retain(|open| *open != atom);
                info.open.push(lost);
            }
        }
        if !known {
            return;
        }
        let mentions = |lin: &Lin| lin.coefficient(atom) != Fe::ZERO;
        let holders: Vec<(Loc, u8)> = self
            .values
            .iter()
            .flat_map(|(&loc, value)| {
                (0..2u8).filter_map(move |lane| {
                    mentions(&value[usize::from(lane)]).then_some((loc, lane))
                })
            })
            .collect();
        for (loc, lane) in holders {
            let old = self.values[&loc][usize::from(lane)].clone();
            let range = self.eval(&old);
            let fresh = self.free_name(pc, loc, lane);
            let open = match self.open(&old)[..] {
                [] => Vec::new(),
                _ => vec![fresh],
            };
            let new = self.define(fresh, range, open);
            if let Some(value) = self.values.get_mut(&loc) {
                value[usize::from(lane)] = new;
            }
        }
        self.facts.retain(|fact| !mentions(&fact.lin));
        self.nonzero.retain(|lin| !mentions(lin));
        self.parts.retain(|(a, b)| !mentions(a) && !mentions(b));
        let in_value = |value: &Value| value.iter().any(mentions);
        self.less.retain(|(a, b)| !in_value(a) && !in_value(b));
        self.divisions.retain(|division| {
            ![&division.quotient, &division.divisor, &division.rest]
                .into_iter()
                .any(in_value)
        });
        for info in self.infos.values_mut() {
            let named = match &info.shape {
                Shape::Low { power, of } => in_value(power) || in_value(of),
                Shape::High { power } => in_value(power),
                Shape::Plain | Shape::PowerOfTwo => false,
            };
            if named {
                info.shape = Shape::Plain;
            }
        }
        self.infos.remove(&atom);
    }

    // ---- Ranges --------------------------------------------------------------------------------

    pub fn range(&self, atom: Atom) -> Interval {
        self.infos
            .get(&atom)
            .map_or(Interval::ANY, |info| info.range)
    }

    /// The range term by term.
    fn direct(&self, lin: &Lin) -> Interval {
        let mut sum = Interval::at(signed(lin.constant));
        for &(atom, factor) in &lin.terms {
            let range = self.range(atom);
            sum = sum.plus(if range.lo == range.hi {
                // A number: its product may be short where the factor is not.
                Interval::at(signed(Fe::from_i128(range.lo) * factor))
            } else {
                range.times(signed(factor))
            });
            if !sum.is_small() {
                return Interval::ANY;
            }
        }
        sum
    }

    /// The range of the sum over the integers, with coefficients of least magnitude; none if that may be
    /// another integer than the one a range says.
    pub fn over_integers(&self, lin: &Lin) -> Option<Interval> {
        let mut sum = Interval::at(signed(lin.constant));
        for &(atom, factor) in &lin.terms {
            sum = sum.plus(self.range(atom).times(signed(factor)));
            if !sum.is_small() {
                return None;
            }
        }
        sum.is_small().then_some(sum)
    }

    /// The range of a combination, by what is known of its unknowns and of their relations.
    pub fn eval(&self, lin: &Lin) -> Interval {
        let direct = self.direct(lin);
        if lin.terms.is_empty() || lin.terms.len() == 1 && direct.within(Interval::LANE) {
            return direct;
        }
        self.eval_closely(lin)
    }

    /// The same, also for an unknown by itself.
    pub fn eval_closely(&self, lin: &Lin) -> Interval {
        let direct = self.direct(lin);
        if lin.terms.is_empty() {
            return direct;
        }
        let direct = self.eval_as_part(lin, direct);
        // Two facts at once only if one is not enough.
        let once = self.eval_with_facts(lin, direct, 1);
        if once.within(Interval::LANE) {
            return once;
        }
        self.eval_with_facts(lin, once, 2)
    }

    /// The range of an unknown by itself, by the equations in which it has another coefficient than 1.
    fn eval_as_part(&self, lin: &Lin, direct: Interval) -> Interval {
        let [(atom, Fe::ONE)] = lin.terms[..] else {
            return direct;
        };
        let constant = Interval::at(signed(lin.constant));
        let mut best = direct;
        for fact in &self.facts {
            let factor = signed(fact.lin.coefficient(atom));
            if fact.range != Interval::ZERO
                || factor.abs() < 2
                || self.over_integers(&fact.lin).is_none()
            {
                continue;
            }
            // The sum is 0 over the integers, being far from the field's order.
            let rest = fact.lin.plus(-fact.lin.coefficient(atom), &Lin::atom(atom));
            let Some(rest) = self.over_integers(&rest) else {
                continue;
            };
            let range = Interval::ZERO.minus(rest).divided(factor);
            best = best.meet(range.plus(constant));
        }
        best
    }

    fn eval_with_facts(&self, lin: &Lin, direct: Interval, depth: u32) -> Interval {
        let mut best = direct;
        for fact in self.facts.iter().rev() {
            for &(atom, factor) in &fact.lin.terms {
                let (whole, part) = (signed(lin.coefficient(atom)), signed(factor));
                // Only a factor is divided by without doubt; a unit is one of anything.
                if whole == 0 || whole % part != 0 {
                    continue;
                }
                let multiple = Fe::from_i128(whole / part);
                let rest = lin.plus(-multiple, &fact.lin);
                let mut range = self.direct(&rest);
                if depth > 1 && rest.terms.len() <= lin.terms.len() + 1 {
                    range = self.eval_with_facts(&rest, range, depth - 1);
                }
                let share = if fact.range == Interval::ZERO {
                    Interval::ZERO
                } else {
                    fact.range.times(signed(multiple))
                };
                if share.is_small() {
                    best = best.meet(range.plus(share));
                }
            }
        }
        best
    }

    /// The same value in a form whose range shows term by term, if there is one: fractions are divided
    /// out, and a sum that only a fact keeps in range becomes an unknown `atom` of its own.
    pub fn settle(&mut self, lin: &Lin, atom: Atom, kept: bool) -> Lin {
        let lin = &self.with_numbers(lin);
        let direct = self.direct(lin);
        if direct.within(Interval::LANE) {
            // What is kept for later outlives the facts that narrow it.
            if kept && lin.terms.len() > 1 && self.eval_closely(lin) != direct {
                return self.settle_sum(lin.clone(), atom);
            }
            return lin.clone();
        }
        let whole = self.whole(lin);
        match whole {
            Some(whole) if whole != *lin => self.settle(&whole, atom, kept),
            _ => self.settle_sum(lin.clone(), atom),
        }
    }

    /// The same value with numbers in the place of what can have one value only.
    fn with_numbers(&self, lin: &Lin) -> Lin {
        let mut known = lin.clone();
        for &(atom, factor) in &lin.terms {
            if let Some(info) = self.infos.get(&atom)
                && info.range.lo == info.range.hi
                && info.open.is_empty()
            {
                let number = Lin::integer(info.range.lo);
                known = known.plus(factor, &number.minus(&Lin::atom(atom)));
            }
        }
        known
    }

    /// The same value with short coefficients only, by dividing out fractions.
    fn whole(&self, lin: &Lin) -> Option<Lin> {
        let is_fraction = |factor: Fe| signed(factor).abs() > 1 << 40;
        let fractions = |lin: &Lin| {
            lin.terms
                .iter()
                .filter(|&&(_, factor)| is_fraction(factor))
                .count()
        };
        let mut whole = lin.clone();
        for _ in 0..2 {
            if fractions(&whole) == 0 {
                break;
            }
            let exact = self
                .facts
                .iter()
                .rev()
                .filter(|fact| fact.range == Interval::ZERO);
            let divided = exact.flat_map(|fact| {
                let units =
                    fact.lin
                        .terms
                        .iter()
                        .filter_map(|&(atom, factor)| match signed(factor) {
                            1 => Some((atom, Fe::ONE)),
                            -1 => Some((atom, -Fe::ONE)),
                            _ => None,
                        });
                units.filter_map(|(atom, unit)| {
                    let multiple = whole.coefficient(atom) * unit;
                    is_fraction(multiple).then(|| whole.plus(-multiple, &fact.lin))
                })
            });
            whole = divided.min_by_key(fractions)?;
        }
        (fractions(&whole) == 0 && self.direct(&whole).is_small()).then_some(whole)
    }

    fn settle_sum(&mut self, lin: Lin, atom: Atom) -> Lin {
        let (direct, range) = (self.direct(&lin), self.eval_closely(&lin));
        let open = self.open(&lin);
        if !range.within(Interval::LANE) || range == direct || !open.is_empty() {
            return lin;
        }
        let sum = self.define(atom, range, open);
        self.learn(lin.minus(&sum), Interval::ZERO);
        sum
    }

    pub fn is_lane(&self, lin: &Lin) -> bool {
        self.eval(lin).within(Interval::LANE)
    }

    /// The largest integer that a word of canonical lanes can be.
    pub fn most(&self, value: &Value) -> u128 {
        let lane = |lin| self.eval(lin).meet(Interval::LANE).hi.max(0) as u128;
        lane(&value[0]) | lane(&value[1]) << 32
    }

    /// The least one.
    pub fn least(&self, value: &Value) -> u128 {
        let lane = |lin| self.eval(lin).meet(Interval::LANE).lo.max(0) as u128;
        lane(&value[0]) + (lane(&value[1]) << 32)
    }

    /// Learns that a combination lies in a range.
    pub fn learn(&mut self, lin: Lin, range: Interval) {
        let known = self.eval(&lin).meet(range);
        if known.is_empty() {
            self.impossible = true;
            return;
        }
        if let Some(whole) = self.whole(&lin).filter(|whole| *whole != lin) {
            self.learn(whole, known);
            return;
        }
        if let [(atom, factor)] = lin.terms[..] {
            let short = self.over_integers(&lin).is_some();
            let factor = signed(factor);
            if (factor.abs() == 1 || short)
                && let Some(info) = self.infos.get_mut(&atom)
            {
                let multiple = known.minus(Interval::at(signed(lin.constant)));
                info.range = info.range.meet(multiple.divided(factor));
                self.impossible |= info.range.is_empty();
            }
            return;
        }
        if lin.terms.is_empty() {
            return;
        }
        if known == Interval::ZERO && lin.constant == Fe::ZERO {
            self.all_zero(&lin);
        }
        if known == Interval::ZERO && self.is_uneven(&lin) {
            self.impossible = true;
            return;
        }
        // An equation over the integers: half of it holds too.
        let lin = match known == Interval::ZERO {
            true => self.reduced(&lin),
            false => lin,
        };
        self.narrow(&lin, known);
        self.facts.retain(|fact| fact.lin != lin);
        self.facts.push(Fact { lin, range: known });
        if self.facts.len() > MAX_FACTS {
            self.facts.remove(0);
        }
    }

    /// Narrows the unknowns of a combination to what its range leaves them.
    fn narrow(&mut self, lin: &Lin, range: Interval) {
        if !range.is_small() || self.over_integers(lin).is_none() {
            return;
        }
        for &(atom, factor) in &lin.terms {
            let Some(rest) = self.over_integers(&lin.plus(-factor, &Lin::atom(atom))) else {
                continue;
            };
            let left = range.minus(rest).divided(signed(factor));
            if let Some(info) = self.infos.get_mut(&atom)
                && left.is_small()
            {
                info.range = info.range.meet(left);
                self.impossible |= info.range.is_empty();
            }
        }
    }

    /// A sum of what cannot be negative is 0 only if each part is.
    fn all_zero(&mut self, lin: &Lin) {
        let positive = lin
            .terms
            .iter()
            .all(|&(atom, factor)| signed(factor) > 0 && self.range(atom).lo >= 0);
        if positive && self.over_integers(lin).is_some() {
            for atom in lin.atoms() {
                if let Some(info) = self.infos.get_mut(&atom) {
                    info.range = info.range.meet(Interval::ZERO);
                    self.impossible |= info.range.is_empty();
                }
            }
        }
    }

    /// The lane divided by what all of its terms are multiples of.
    fn reduced(&self, lin: &Lin) -> Lin {
        let zeros = self.common_zeros(lin);
        let shorter = |factor: Fe| Fe::from_i128(signed(factor) >> zeros);
        let terms = lin.terms.iter();
        Lin {
            constant: shorter(lin.constant),
            terms: terms
                .map(|&(atom, factor)| (atom, shorter(factor)))
                .collect(),
        }
    }

    /// Learns that a lane is not 0.
    pub fn learn_nonzero(&mut self, lin: &Lin) {
        let lin = &self.reduced(lin);
        let range = self.eval(lin);
        if range == Interval::ZERO {
            self.impossible = true;
        } else if range.lo == 0 && range.is_small() {
            self.learn(lin.clone(), Interval::new(1, range.hi));
        } else if range.hi == 0 {
            self.learn(lin.clone(), Interval::new(range.lo, -1));
        }
        if self.nonzero.len() >= MAX_FACTS {
            self.nonzero.remove(0);
        }
        self.nonzero.push(lin.clone());
    }

    /// Learns that a word of canonical lanes is at most a number.
    pub fn learn_at_most(&mut self, value: &Value, most: u128) {
        let high = (most >> 32).min(0xffff_ffff) as i128;
        self.learn(value[1].clone(), Interval::new(0, high));
        if high == 0 {
            self.learn(value[0].clone(), Interval::new(0, most as i128));
        }
    }

    /// Learns that a word of canonical lanes is at least a number.
    pub fn learn_at_least(&mut self, value: &Value, least: u128) {
        let lane = |bits: u128| (bits & 0xffff_ffff) as i128;
        let (low, high) = (lane(least), lane(least >> 32));
        self.learn(value[1].clone(), Interval::new(high, LANE_MAX));
        if high == LANE_MAX {
            self.learn(value[0].clone(), Interval::new(low, LANE_MAX));
        }
    }

    // ---- Free inputs ---------------------------------------------------------------------------

    /// The free inputs that are not pinned yet and on which a lane depends.
    pub fn open(&self, lin: &Lin) -> Vec<Atom> {
        let mut open: Vec<Atom> = lin
            .atoms()
            .filter_map(|atom| self.infos.get(&atom))
            .flat_map(|info| info.open.iter().copied())
            .collect();
        open.sort_unstable();
        open.dedup();
        open
    }

    pub fn open_value(&self, value: &Value) -> Vec<Atom> {
        let mut open = self.open(&value[0]);
        open.extend(self.open(&value[1]));
        open.sort_unstable();
        open.dedup();
        open
    }

    pub fn is_pinned(&self, value: &Value) -> bool {
        value.iter().all(|lane| {
            lane.atoms().all(|atom| {
                self.infos
                    .get(&atom)
                    .is_none_or(|info| info.open.is_empty())
            })
        })
    }

    /// The two unpinned unknowns that are the lanes of a word, if it is nothing but a free input.
    pub fn witness(&self, value: &Value) -> Option<[Atom; 2]> {
        let lanes = [value[0].as_atom()?, value[1].as_atom()?];
        let is_open = |atom: &Atom| {
            self.infos
                .get(atom)
                .is_some_and(|info| info.open == [*atom])
        };
        lanes.iter().all(is_open).then_some(lanes)
    }

    /// The unknowns are what they are for every prover.
    pub fn pin(&mut self, atoms: &[Atom]) {
        for info in self.infos.values_mut() {
            info.open.retain(|atom| !atoms.contains(atom));
        }
    }

    // ---- Bits ----------------------------------------------------------------------------------

    /// Whether a word is a power of two.
    pub fn is_power_of_two(&self, value: &Value) -> bool {
        if let Some(constant) = crate::linear::as_constant(value) {
            return constant.is_power_of_two();
        }
        let is_lane_of_one = |atom: &Atom| {
            let info = self.infos.get(atom);
            info.is_some_and(|info| info.shape == Shape::PowerOfTwo)
        };
        let lane = |lin: &Lin| lin.as_atom().filter(is_lane_of_one);
        let is_zero = |lin: &Lin| lin.as_constant() == Some(0);
        match (lane(&value[0]), lane(&value[1])) {
            // Lanes of two powers of two do not make one.
            (Some(Atom::Step(pc, kind, a)), Some(Atom::Step(other_pc, other_kind, b))) => {
                (pc, kind) == (other_pc, other_kind) && a != b
            }
            (Some(_), None) => is_zero(&value[1]),
            (None, Some(_)) => is_zero(&value[0]),
            _ => false,
        }
    }

    /// How many of the low bits of a lane are 0 because all of its terms are multiples of a power of two.
    pub fn common_zeros(&self, lin: &Lin) -> u32 {
        // Over the integers, which the sum must be that it stands for.
        if self.over_integers(lin).is_none() {
            return 0;
        }
        let factors = lin.terms.iter().map(|&(_, factor)| factor);
        factors
            .chain([lin.constant])
            .filter(|&factor| factor != Fe::ZERO)
            .map(|factor| signed(factor).trailing_zeros())
            .min()
            .unwrap_or(0)
    }

    /// Whether a sum cannot be 0, because all terms but the constant are multiples of a power of two.
    fn is_uneven(&self, lin: &Lin) -> bool {
        let terms = Lin {
            constant: Fe::ZERO,
            terms: lin.terms.clone(),
        };
        let constant = signed(lin.constant);
        self.over_integers(lin).is_some()
            && constant != 0
            && constant.trailing_zeros() < self.common_zeros(&terms)
    }

    /// Remembers that the bits of `part` are among those of `whole`.
    pub fn learn_part(&mut self, part: Lin, whole: Lin) {
        if part.terms.is_empty() && part.constant == Fe::ZERO {
            return;
        }
        self.parts
            .retain(|known| *known != (part.clone(), whole.clone()));
        self.parts.push((part, whole));
        if self.parts.len() > MAX_FACTS {
            self.parts.remove(0);
        }
    }

    /// Drops what nothing refers to any more.
    pub fn forget_unused(&mut self) {
        let mut live: BTreeSet<Atom> = self
            .values
            .values()
            .flatten()
            .flat_map(|lin| lin.atoms())
            .collect();
        self.facts
            .retain(|fact| fact.lin.atoms().any(|atom| live.contains(&atom)));
        live.extend(self.facts.iter().flat_map(|fact| fact.lin.atoms()));
        let is_live = |lin: &Lin| lin.atoms().all(|atom| live.contains(&atom));
        self.nonzero.retain(is_live);
        self.parts.retain(|(a, b)| is_live(a) && is_live(b));
        let live_value = |value: &Value| value.iter().all(is_live);
        self.less.retain(|(a, b)| live_value(a) && live_value(b));
        self.divisions
            .retain(|division| live_value(&division.quotient) && live_value(&division.divisor));
        self.infos.retain(|atom, _| live.contains(atom));
    }
}
