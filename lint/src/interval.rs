//! Integers that a field element may stand for.

use zkasm::Fe;

/// 2^32 - 1: the largest canonical lane.
pub(crate) const LANE_MAX: i128 = (1 << 32) - 1;
/// Within these bounds two intervals of one element speak of the same integer: their union is far
/// narrower than the field.
const SMALL: i128 = 1 << 62;

/// An element of the field is congruent to an integer in `lo ..= hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub lo: i128,
    pub hi: i128,
}

impl Interval {
    /// What holds for every element.
    pub const ANY: Interval = Interval {
        lo: 0,
        hi: Fe::P as i128 - 1,
    };
    /// A canonical lane.
    pub const LANE: Interval = Interval {
        lo: 0,
        hi: LANE_MAX,
    };
    pub const BIT: Interval = Interval { lo: 0, hi: 1 };
    pub const ZERO: Interval = Interval { lo: 0, hi: 0 };

    pub const fn new(lo: i128, hi: i128) -> Interval {
        Interval { lo, hi }
    }

    pub const fn at(value: i128) -> Interval {
        Interval {
            lo: value,
            hi: value,
        }
    }

    /// Whether which integer is meant is beyond doubt.
    pub fn is_small(self) -> bool {
        -SMALL < self.lo && self.hi < SMALL
    }

    pub fn within(self, other: Interval) -> bool {
        other.lo <= self.lo && self.hi <= other.hi
    }

    pub fn is_empty(self) -> bool {
        self.lo > self.hi
    }

    pub fn hull(self, other: Interval) -> Interval {
        Interval::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// What both say of the same element.
    pub fn meet(self, other: Interval) -> Interval {
        match (self.is_small(), other.is_small()) {
            (true, true) => Interval::new(self.lo.max(other.lo), self.hi.min(other.hi)),
            (false, true) => other,
            (true, false) => self,
            (false, false) if other.hi - other.lo < self.hi - self.lo => other,
            (false, false) => self,
        }
    }

    pub fn plus(self, other: Interval) -> Interval {
        Interval::new(self.lo + other.lo, self.hi + other.hi).or_any()
    }

    pub fn minus(self, other: Interval) -> Interval {
        Interval::new(self.lo - other.hi, self.hi - other.lo).or_any()
    }

    pub fn times(self, factor: i128) -> Interval {
        if factor.abs() > 1 << 44 || self.hi.max(-self.lo) > 1 << 66 {
            return if factor == 0 {
                Interval::ZERO
            } else {
                Interval::ANY
            };
        }
        let (a, b) = (self.lo * factor, self.hi * factor);
        Interval::new(a.min(b), a.max(b)).or_any()
    }

    /// The integers whose multiples by a factor other than 0 lie in the interval.
    pub fn divided(self, factor: i128) -> Interval {
        let (low, high) = if factor > 0 {
            (self.lo, self.hi)
        } else {
            (-self.hi, -self.lo)
        };
        let factor = factor.abs();
        let up = low.div_euclid(factor) + i128::from(low.rem_euclid(factor) != 0);
        Interval::new(up, high.div_euclid(factor))
    }

    /// Nothing is gained by an interval wider than the field.
    fn or_any(self) -> Interval {
        if self.hi - self.lo >= Fe::P as i128 {
            Interval::ANY
        } else {
            self
        }
    }

    /// A superset of both that is met after a few steps at most: for values that change in a loop.
    pub fn widen(self, next: Interval) -> Interval {
        const LOWS: [i128; 4] = [1, 0, -LANE_MAX, -(1 << 40)];
        const HIGHS: [i128; 12] = [
            0,
            1,
            7,
            63,
            255,
            0xffff,
            (1 << 17) - 1,
            1 << 20,
            (1 << 31) - 1,
            LANE_MAX,
            2 * LANE_MAX,
            1 << 40,
        ];
        let mut wide = self.hull(next);
        if wide.lo < self.lo {
            match LOWS.iter().find(|&&low| low <= wide.lo) {
                Some(&low) => wide.lo = low,
                None => return Interval::ANY,
            }
        }
        if wide.hi > self.hi {
            match HIGHS.iter().find(|&&high| high >= wide.hi) {
                Some(&high) => wide.hi = high,
                None => return Interval::ANY,
            }
        }
        wide
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_small() {
            write!(f, "{}..={}", self.lo, self.hi)
        } else {
            f.write_str("any element of the field")
        }
    }
}

/// The integer of least magnitude that an element stands for.
pub(crate) fn signed(element: Fe) -> i128 {
    let value = i128::from(element.as_u64());
    if value > (Fe::P / 2) as i128 {
        value - Fe::P as i128
    } else {
        value
    }
}
