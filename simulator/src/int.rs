//! The unbounded integers of the command language.
//!
//! Almost every value fits 128 bits, and those are computed without allocation; the rest are big
//! integers. A value beyond [`MAX_BITS`] bits is refused.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::{BigInt, Sign};
use zkasm::{BinaryExprOp, UnaryExprOp};

/// The size of the largest value, in bits.
pub(crate) const MAX_BITS: u64 = 1 << 16;

/// An integer. `Big` only if it does not fit `Small`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Int {
    /// A value of 128 bits.
    Small(i128),
    /// A larger one.
    Big(Box<BigInt>),
}

/// An operation without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArithmeticError {
    /// A quotient or remainder by 0.
    #[error("division by zero")]
    DivisionByZero,
    /// A result that is too large to be meant.
    #[error("a value of more than {MAX_BITS} bits")]
    TooLarge,
    /// `exp` with an exponent below 0.
    #[error("exponent below 0")]
    NegativeExponent,
}

impl From<bool> for Int {
    fn from(value: bool) -> Int {
        Int::Small(value.into())
    }
}

impl From<u128> for Int {
    fn from(value: u128) -> Int {
        i128::try_from(value).map_or_else(|_| Int::big(value.into()), Int::Small)
    }
}

impl Int {
    fn big(value: BigInt) -> Int {
        match i128::try_from(&value) {
            Ok(small) => Int::Small(small),
            Err(_) => Int::Big(Box::new(value)),
        }
    }

    fn to_big(&self) -> BigInt {
        match self {
            Int::Small(value) => BigInt::from(*value),
            Int::Big(value) => (**value).clone(),
        }
    }

    fn bits(&self) -> u64 {
        match self {
            Int::Small(value) => u64::from(u128::BITS - value.unsigned_abs().leading_zeros()),
            Int::Big(value) => value.bits(),
        }
    }

    fn is_negative(&self) -> bool {
        match self {
            Int::Small(value) => *value < 0,
            Int::Big(value) => value.sign() == Sign::Minus,
        }
    }

    /// Whether it counts as true.
    pub(crate) fn is_true(&self) -> bool {
        *self != Int::Small(0)
    }

    /// The value, or the nearest one of 64 bits.
    pub(crate) fn as_i64(&self) -> i64 {
        let nearest = if self.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        };
        match self {
            Int::Small(value) => i64::try_from(*value).unwrap_or(nearest),
            Int::Big(_) => nearest,
        }
    }

    /// The low 64 bits of its two's complement.
    #[inline]
    pub(crate) fn low_u64(&self) -> u64 {
        match self {
            Int::Small(value) => *value as u64,
            Int::Big(value) => {
                let low = value.iter_u64_digits().next().unwrap_or(0);
                if value.sign() == Sign::Minus {
                    low.wrapping_neg()
                } else {
                    low
                }
            }
        }
    }

    pub(crate) fn unary(self, op: UnaryExprOp) -> Int {
        match (op, self) {
            (UnaryExprOp::Not, value) => (!value.is_true()).into(),
            (UnaryExprOp::BitNot, Int::Small(value)) => Int::Small(!value),
            (UnaryExprOp::BitNot, Int::Big(value)) => Int::big(!*value),
            (UnaryExprOp::Neg, value) => match value {
                Int::Small(small) if small != i128::MIN => Int::Small(-small),
                value => Int::big(-value.to_big()),
            },
        }
    }

    pub(crate) fn binary(self, op: BinaryExprOp, other: Int) -> Result<Int, ArithmeticError> {
        use BinaryExprOp::*;
        Ok(match op {
            Add => self.either(other, i128::checked_add, |a, b| a + b)?,
            Sub => self.either(other, i128::checked_sub, |a, b| a - b)?,
            Mul => self.either(other, i128::checked_mul, |a, b| a * b)?,
            Div | Rem if !other.is_true() => return Err(ArithmeticError::DivisionByZero),
            Div => self.either(other, i128::checked_div, |a, b| a / b)?,
            Rem => self.either(other, i128::checked_rem, |a, b| a % b)?,
            And => self.either(other, |a, b| Some(a & b), |a, b| a & b)?,
            Or => self.either(other, |a, b| Some(a | b), |a, b| a | b)?,
            Xor => self.either(other, |a, b| Some(a ^ b), |a, b| a ^ b)?,
            Shl => self.shift(&other, false)?,
            Shr => self.shift(&other, true)?,
            LogicAnd => (self.is_true() && other.is_true()).into(),
            LogicOr => (self.is_true() || other.is_true()).into(),
            Eq => (self == other).into(),
            Ne => (self != other).into(),
            Lt => (self.compare(&other) == Ordering::Less).into(),
            // The reference's 64-bit branch computes `>` here.
            Le | Gt => (self.compare(&other) == Ordering::Greater).into(),
            Ge => (self.compare(&other) != Ordering::Less).into(),
        })
    }

    /// Computes in 128 bits if that is possible, else with big integers.
    #[inline]
    fn either(
        self,
        other: Int,
        small: fn(i128, i128) -> Option<i128>,
        big: fn(BigInt, BigInt) -> BigInt,
    ) -> Result<Int, ArithmeticError> {
        if let (Int::Small(a), Int::Small(b)) = (&self, &other)
            && let Some(result) = small(*a, *b)
        {
            return Ok(Int::Small(result));
        }
        limited(Int::big(big(self.to_big(), other.to_big())))
    }

    fn compare(&self, other: &Int) -> Ordering {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => a.cmp(b),
            (a, b) => a.to_big().cmp(&b.to_big()),
        }
    }

    /// A shift to the right (arithmetic) or left; a negative amount shifts the other way.
    fn shift(self, amount: &Int, right: bool) -> Result<Int, ArithmeticError> {
        let right = right != amount.is_negative();
        let amount = match amount {
            Int::Small(amount) => u64::try_from(amount.unsigned_abs()).unwrap_or(u64::MAX),
            Int::Big(_) => u64::MAX,
        };
        if right {
            return Ok(match self {
                Int::Small(value) => Int::Small(value >> amount.min(127)),
                Int::Big(value) => Int::big(*value >> amount.min(MAX_BITS)),
            });
        }
        if !self.is_true() {
            return Ok(self);
        }
        if self.bits().saturating_add(amount) > MAX_BITS {
            return Err(ArithmeticError::TooLarge);
        }
        match self {
            Int::Small(value) if self.bits() + amount < 127 => Ok(Int::Small(value << amount)),
            value => Ok(Int::big(value.to_big() << amount)),
        }
    }

    /// `self` to the power of `exponent`.
    pub(crate) fn power(self, exponent: &Int) -> Result<Int, ArithmeticError> {
        if exponent.is_negative() {
            return Err(ArithmeticError::NegativeExponent);
        }
        let odd = exponent.low_u64() & 1 == 1;
        match self {
            Int::Small(0 | 1) if exponent.is_true() => return Ok(self),
            Int::Small(-1) => return Ok(Int::Small(if odd { -1 } else { 1 })),
            _ => {}
        }
        let too_large = Err(ArithmeticError::TooLarge);
        let &Int::Small(exponent) = exponent else {
            return too_large;
        };
        match u32::try_from(exponent) {
            Ok(exponent) if self.bits().saturating_mul(exponent.into()) <= MAX_BITS => {
                Ok(Int::big(self.to_big().pow(exponent)))
            }
            _ => too_large,
        }
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int::Small(value) => value.fmt(f),
            Int::Big(value) => value.fmt(f),
        }
    }
}

impl fmt::LowerHex for Int {
    /// The magnitude, after a `-` if negative.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Int::Small(value) => {
                if *value < 0 {
                    f.write_str("-")?;
                }
                fmt::LowerHex::fmt(&value.unsigned_abs(), f)
            }
            Int::Big(value) => fmt::LowerHex::fmt(&**value, f),
        }
    }
}

fn limited(value: Int) -> Result<Int, ArithmeticError> {
    if value.bits() > MAX_BITS {
        return Err(ArithmeticError::TooLarge);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn int() -> impl Strategy<Value = BigInt> {
        let wide = (any::<i128>(), 0..200u32).prop_map(|(value, up)| BigInt::from(value) << up);
        prop_oneof![
            (-3..4i64).prop_map(BigInt::from),
            any::<i64>().prop_map(BigInt::from),
            any::<i128>().prop_map(BigInt::from),
            Just(BigInt::from(i128::MIN)),
            wide,
        ]
    }

    proptest! {
        #[test]
        fn both_paths_agree_with_big_integers(a in int(), b in int(), by in -300..300i32) {
            use BinaryExprOp::*;
            let compute = |op, b: &BigInt| Int::big(a.clone()).binary(op, Int::big(b.clone()));
            let truth = |value: bool| BigInt::from(u8::from(value));
            let mut expected = vec![
                (Add, &a + &b), (Sub, &a - &b), (Mul, &a * &b),
                (And, &a & &b), (Or, &a | &b), (Xor, &a ^ &b),
                (Lt, truth(a < b)), (Gt, truth(a > b)), (Le, truth(a > b)), (Ge, truth(a >= b)),
                (Eq, truth(a == b)), (Ne, truth(a != b)),
            ];
            if b != BigInt::ZERO {
                expected.extend([(Div, &a / &b), (Rem, &a % &b)]);
            } else {
                prop_assert_eq!(compute(Div, &b), Err(ArithmeticError::DivisionByZero));
            }
            for (op, value) in expected {
                prop_assert_eq!(compute(op, &b), Ok(Int::big(value)), "{}", op.text());
            }
            let amount = by.unsigned_abs();
            let (left, right) = (&a << amount, &a >> amount);
            let (left, right) = if by < 0 { (right, left) } else { (left, right) };
            prop_assert_eq!(compute(Shl, &by.into()), Ok(Int::big(left)));
            prop_assert_eq!(compute(Shr, &by.into()), Ok(Int::big(right)));
            prop_assert_eq!(Int::big(a.clone()).unary(UnaryExprOp::BitNot), Int::big(!a.clone()));
            prop_assert_eq!(Int::big(a.clone()).unary(UnaryExprOp::Neg), Int::big(-a.clone()));
            let low = ((&a % (BigInt::from(1) << 64)) + (BigInt::from(1) << 64)) % (BigInt::from(1) << 64);
            prop_assert_eq!(BigInt::from(Int::big(a).low_u64()), low);
        }
    }

    #[test]
    fn what_would_grow_without_bound_is_refused() {
        let small = Int::Small;
        let shl = |a: Int, b: Int| a.binary(BinaryExprOp::Shl, b);
        assert_eq!(
            shl(small(1), small(1 << 40)),
            Err(ArithmeticError::TooLarge)
        );
        assert_eq!(shl(small(0), small(1 << 100)), Ok(small(0)));
        assert_eq!(shl(small(-1), small(-(1 << 100))), Ok(small(-1)));
        let huge = shl(small(1), small(MAX_BITS as i128 - 1)).unwrap();
        let square = huge.clone().binary(BinaryExprOp::Mul, huge);
        assert_eq!(square, Err(ArithmeticError::TooLarge));
        for (base, exponent, power) in [
            (2, 10, Ok(small(1024))),
            (0, 0, Ok(small(1))),
            (-1, 1 << 90, Ok(small(1))),
            (1, 1 << 90, Ok(small(1))),
            (2, 1 << 90, Err(ArithmeticError::TooLarge)),
            (2, -1, Err(ArithmeticError::NegativeExponent)),
        ] {
            assert_eq!(
                small(base).power(&small(exponent)),
                power,
                "{base}^{exponent}"
            );
        }
    }
}
