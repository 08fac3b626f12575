//! The Goldilocks field, in which every lane of every register lives.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// An element of the Goldilocks field, p = 2^64 - 2^32 + 1, kept reduced.
///
/// ```
/// use zkasm::Fe;
/// // 1/8 is a field element: how a byte address becomes a word index in one linear step.
/// let eighth = -(Fe::from(4_294_967_295u64) * Fe::from(536_870_912u64));
/// assert_eq!(eighth * Fe::from(4096u64), Fe::from(512u64));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Fe(u64);

impl Fe {
    /// The field's characteristic, 2^64 - 2^32 + 1.
    pub const P: u64 = 0xffff_ffff_0000_0001;
    /// The additive identity.
    pub const ZERO: Fe = Fe(0);
    /// The multiplicative identity.
    pub const ONE: Fe = Fe(1);

    /// The element as an integer in `0..P`.
    #[inline]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The element as a 32-bit lane, if it is canonical (below 2^32): the range that every lookup
    /// of the machine demands.
    #[inline]
    pub const fn as_lane(self) -> Option<u32> {
        if self.0 >> 32 == 0 {
            Some(self.0 as u32)
        } else {
            None
        }
    }

    /// The element as a signed integer in `-2^32+1 ..= 2^32-1`, the values a sign test (`JMPN`)
    /// and a one-lane register accept; `None` outside of it.
    #[inline]
    pub const fn as_signed_lane(self) -> Option<i64> {
        if self.0 >> 32 == 0 {
            Some(self.0 as i64)
        } else {
            let below = Self::P - self.0;
            if below >> 32 == 0 {
                Some(-(below as i64))
            } else {
                None
            }
        }
    }

    /// The element congruent to a signed integer.
    #[inline]
    pub const fn from_i128(value: i128) -> Fe {
        Fe(value.rem_euclid(Self::P as i128) as u64)
    }

    #[inline]
    fn reduce(value: u128) -> Fe {
        // 2^64 = 2^32 - 1 and 2^96 = -1 in the field.
        let low = value as u64;
        let high = (value >> 64) as u64;
        let (high_high, high_low) = (high >> 32, high & 0xffff_ffff);
        let (mut sum, borrow) = low.overflowing_sub(high_high);
        if borrow {
            sum = sum.wrapping_sub(0xffff_ffff);
        }
        let (mut sum, carry) = sum.overflowing_add(high_low * 0xffff_ffff);
        if carry {
            sum = sum.wrapping_add(0xffff_ffff);
        }
        Fe(if sum >= Self::P { sum - Self::P } else { sum })
    }
}

impl From<u32> for Fe {
    #[inline]
    fn from(value: u32) -> Fe {
        Fe(u64::from(value))
    }
}

impl From<u64> for Fe {
    #[inline]
    fn from(value: u64) -> Fe {
        Fe(if value >= Self::P {
            value - Self::P
        } else {
            value
        })
    }
}

impl From<i64> for Fe {
    #[inline]
    fn from(value: i64) -> Fe {
        Fe::from_i128(i128::from(value))
    }
}

impl Add for Fe {
    type Output = Fe;
    #[inline]
    fn add(self, other: Fe) -> Fe {
        let (sum, carry) = self.0.overflowing_add(other.0);
        if carry || sum >= Self::P {
            Fe(sum.wrapping_sub(Self::P))
        } else {
            Fe(sum)
        }
    }
}

impl AddAssign for Fe {
    #[inline]
    fn add_assign(&mut self, other: Fe) {
        *self = *self + other;
    }
}

impl Neg for Fe {
    type Output = Fe;
    #[inline]
    fn neg(self) -> Fe {
        if self.0 == 0 {
            self
        } else {
            Fe(Self::P - self.0)
        }
    }
}

impl Sub for Fe {
    type Output = Fe;
    #[inline]
    fn sub(self, other: Fe) -> Fe {
        self + -other
    }
}

impl Mul for Fe {
    type Output = Fe;
    #[inline]
    fn mul(self, other: Fe) -> Fe {
        Fe::reduce(u128::from(self.0) * u128::from(other.0))
    }
}

impl fmt::Debug for Fe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fe {
    /// Small negative elements print as negative numbers, everything else as `0..P`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_signed_lane() {
            Some(value) => write!(f, "{value}"),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arithmetic_agrees_with_wide_integers(a: u64, b: u64) {
            let (x, y) = (Fe::from(a), Fe::from(b));
            let p = u128::from(Fe::P);
            prop_assert_eq!(u128::from((x + y).as_u64()), (u128::from(a) + u128::from(b)) % p);
            prop_assert_eq!(u128::from((x * y).as_u64()), u128::from(a) % p * (u128::from(b) % p) % p);
            prop_assert_eq!(x - y + y, x);
            prop_assert_eq!(x + -x, Fe::ZERO);
        }
    }

    #[test]
    fn extremes_multiply_and_convert() {
        let top = Fe::from(Fe::P - 1);
        assert_eq!(top * top, Fe::ONE);
        assert_eq!(top.as_signed_lane(), Some(-1));
        assert_eq!(Fe::from(Fe::P), Fe::ZERO);
        assert_eq!(Fe::from(-5i64).as_signed_lane(), Some(-5));
        assert_eq!(Fe::from(1u64 << 32).as_signed_lane(), None);
        assert_eq!(Fe::from(1u64 << 32).as_lane(), None);
    }
}
