//! Linear combinations of unknowns.

use zkasm::{Fe, Reg};

use crate::interval::signed;

/// A place that holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loc {
    /// A register.
    Reg(Reg),
    /// A word of the stack, counted from SP at the entry of the function.
    Slot(i32),
    /// A variable by its offset, of the current context or global.
    Var(bool, u32),
}

/// What of a step an unknown is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A free input that the program asks for.
    Free,
    /// What `$` stands for.
    Bare,
    /// The bits of an operand that a constant mask keeps, without the zeros below them.
    Kept,
    /// The bits that it removes, likewise.
    Cut,
    /// A sum that is kept.
    Sum,
    /// The quotient of an exact division.
    Quotient,
    /// What a register holds that cannot be written, such as STEP.
    ReadOnly(Reg),
}

/// An unknown: a lane of something that happened at one place of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Atom {
    /// What a place holds when the function is entered.
    Entry(Loc, u8),
    /// What a place holds when a block is entered, if its predecessors disagree.
    Phi(u32, Loc, u8),
    /// A result of a step.
    Step(u32, Kind, u8),
    /// What a place holds when the call at a step has returned.
    Returned(u32, Loc, u8),
}

impl Atom {
    /// Which lane of a word it was when it was made.
    pub fn lane(self) -> u8 {
        match self {
            Atom::Entry(_, lane)
            | Atom::Phi(_, _, lane)
            | Atom::Step(_, _, lane)
            | Atom::Returned(_, _, lane) => lane,
        }
    }
}

/// A constant and multiples of unknowns, in the field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Lin {
    pub constant: Fe,
    /// In the order of the unknowns; no coefficient is 0.
    pub terms: Vec<(Atom, Fe)>,
}

impl Lin {
    pub fn constant(value: Fe) -> Lin {
        Lin {
            constant: value,
            terms: Vec::new(),
        }
    }

    pub fn integer(value: i128) -> Lin {
        Lin::constant(Fe::from_i128(value))
    }

    pub fn atom(atom: Atom) -> Lin {
        Lin {
            constant: Fe::ZERO,
            terms: vec![(atom, Fe::ONE)],
        }
    }

    /// The constant, if there is nothing else.
    pub fn as_constant(&self) -> Option<i128> {
        self.terms.is_empty().then(|| signed(self.constant))
    }

    /// The unknown, if it is all there is.
    pub fn as_atom(&self) -> Option<Atom> {
        match self.terms[..] {
            [(atom, Fe::ONE)] if self.constant == Fe::ZERO => Some(atom),
            _ => None,
        }
    }

    pub fn coefficient(&self, atom: Atom) -> Fe {
        match self.terms.binary_search_by_key(&atom, |&(atom, _)| atom) {
            Ok(index) => self.terms[index].1,
            Err(_) => Fe::ZERO,
        }
    }

    /// `self + factor * other`
    #[must_use]
    pub fn plus(&self, factor: Fe, other: &Lin) -> Lin {
        if factor == Fe::ZERO {
            return self.clone();
        }
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut left, mut right) = (&self.terms[..], &other.terms[..]);
        loop {
            match (left.first(), right.first()) {
                (Some(&(a, x)), Some(&(b, y))) if a == b => {
                    let sum = x + factor * y;
                    if sum != Fe::ZERO {
                        terms.push((a, sum));
                    }
                    (left, right) = (&left[1..], &right[1..]);
                }
                (Some(&(a, x)), Some(&(b, _))) if a < b => {
                    terms.push((a, x));
                    left = &left[1..];
                }
                (_, Some(&(b, y))) => {
                    terms.push((b, factor * y));
                    right = &right[1..];
                }
                (Some(&term), None) => {
                    terms.push(term);
                    left = &left[1..];
                }
                (None, None) => break,
            }
        }
        Lin {
            constant: self.constant + factor * other.constant,
            terms,
        }
    }

    #[must_use]
    pub fn scaled(&self, factor: Fe) -> Lin {
        Lin::default().plus(factor, self)
    }

    #[must_use]
    pub fn minus(&self, other: &Lin) -> Lin {
        self.plus(-Fe::ONE, other)
    }

    #[must_use]
    pub fn plus_integer(mut self, value: i128) -> Lin {
        self.constant += Fe::from_i128(value);
        self
    }

    pub fn atoms(&self) -> impl Iterator<Item = Atom> {
        self.terms.iter().map(|&(atom, _)| atom)
    }
}

/// Both lanes of a word.
pub(crate) type Value = [Lin; 2];

/// A word's value if both lanes are constants.
pub(crate) fn as_constant(value: &Value) -> Option<u64> {
    let lane = |lane: &Lin| lane.as_constant().and_then(|lane| u32::try_from(lane).ok());
    Some(u64::from(lane(&value[0])?) | u64::from(lane(&value[1])?) << 32)
}

/// A word that is a constant.
pub(crate) fn constant(value: u64) -> Value {
    [
        Lin::integer(i128::from(value as u32)),
        Lin::integer(i128::from(value >> 32)),
    ]
}
