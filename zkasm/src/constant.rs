//! Named constants and the expressions that define them.
//!
//! `CONST %X = e` names a number for lane 0, -2^31 ..= 2^32-1; `CONSTL %X = e` one for both lanes,
//! 0 ..= 2^64-1. Expressions compute with unbounded integers, of at most [`MAX_BITS`] bits here:
//! `/` truncates toward zero, `%` has the dividend's sign, a shift by a negative amount goes the
//! other way, and comparisons and logic give 0 or 1.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use crate::error::Pos;

/// The size of the largest value while an expression is computed, in bits.
pub const MAX_BITS: u64 = 1 << 16;

/// The definition of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstDecl {
    /// Its name, without the `%`.
    pub name: String,
    /// True for `CONSTL`.
    pub long: bool,
    /// What it is.
    pub value: ConstExpr,
}

/// An expression over numbers and constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstExpr {
    /// A number. Above 2^53 the suffix `n` is needed to have it exactly.
    Number(u128),
    /// `%name`, which must be defined before.
    Name(String),
    /// `-x`, which takes in products: `-2 ** 2` is -4.
    Neg(Box<ConstExpr>),
    /// `!x`: 1 if x is 0, else 0.
    Not(Box<ConstExpr>),
    /// An operator applied.
    Binary(ConstOp, Box<ConstExpr>, Box<ConstExpr>),
    /// `condition ? then : otherwise`; the way not taken is not computed.
    Choice(Box<ConstExpr>, Box<ConstExpr>, Box<ConstExpr>),
    /// `%name ?? otherwise`: the constant if it is defined before, else the expression.
    OrElse(String, Box<ConstExpr>),
}

macro_rules! operators {
    ($($name:ident $text:literal $level:literal $doc:literal),* $(,)?) => {
        /// An operator of constant expressions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ConstOp { $(#[doc = $doc] $name),* }

        impl ConstOp {
            /// Every operator.
            pub const ALL: &'static [ConstOp] = &[$(ConstOp::$name),*];

            /// The operator's spelling.
            pub const fn text(self) -> &'static str {
                match self { $(ConstOp::$name => $text),* }
            }

            /// How strongly it binds; all operators of a level associate to the left.
            pub(crate) const fn level(self) -> u8 {
                match self { $(ConstOp::$name => $level),* }
            }
        }
    };
}

operators! {
    LogicOr "||" 1 "1 if either side is not 0.",
    LogicAnd "&&" 2 "1 if both sides are not 0.",
    Or "|" 3 "Bitwise or of two's complements.",
    Xor "^" 4 "Bitwise exclusive or of two's complements.",
    And "&" 5 "Bitwise and of two's complements.",
    Eq "==" 6 "1 if equal.",
    Ne "!=" 6 "1 if different.",
    Lt "<" 7 "1 if less.",
    Le "<=" 7 "1 if less or equal.",
    Gt ">" 7 "1 if greater.",
    Ge ">=" 7 "1 if greater or equal.",
    Shl "<<" 8 "Left shift.",
    Shr ">>" 8 "Arithmetic right shift.",
    Add "+" 9 "Sum.",
    Sub "-" 9 "Difference.",
    Mul "*" 10 "Product.",
    Div "/" 10 "Quotient.",
    Rem "%" 10 "Remainder.",
    Pow "**" 10 "Power.",
}

impl ConstOp {
    /// The level of products, whose operators a unary minus takes in.
    pub(crate) const PRODUCT: u8 = 10;

    /// The operator of that spelling.
    pub fn from_text(text: &str) -> Option<ConstOp> {
        ConstOp::ALL.iter().copied().find(|op| op.text() == text)
    }

    fn eval(self, a: BigInt, b: BigInt) -> Result<BigInt, String> {
        let zero = BigInt::ZERO;
        let flag = |set: bool| Ok(BigInt::from(u8::from(set)));
        match self {
            ConstOp::LogicOr => flag(a != zero || b != zero),
            ConstOp::LogicAnd => flag(a != zero && b != zero),
            ConstOp::Or => Ok(a | b),
            ConstOp::Xor => Ok(a ^ b),
            ConstOp::And => Ok(a & b),
            ConstOp::Eq => flag(a == b),
            ConstOp::Ne => flag(a != b),
            ConstOp::Lt => flag(a < b),
            ConstOp::Le => flag(a <= b),
            ConstOp::Gt => flag(a > b),
            ConstOp::Ge => flag(a >= b),
            ConstOp::Shl => shift(a, b),
            ConstOp::Shr => shift(a, -b),
            ConstOp::Add => Ok(a + b),
            ConstOp::Sub => Ok(a - b),
            ConstOp::Mul => Ok(a * b),
            ConstOp::Div | ConstOp::Rem if b == zero => Err("division by zero".to_owned()),
            ConstOp::Div => Ok(a / b),
            ConstOp::Rem => Ok(a % b),
            ConstOp::Pow => power(&a, &b),
        }
    }
}

/// `value << amount`, or a right shift if the amount is negative.
fn shift(value: BigInt, amount: BigInt) -> Result<BigInt, String> {
    let negative = amount < BigInt::ZERO;
    match u64::try_from(if negative { -amount } else { amount }) {
        _ if value == BigInt::ZERO => Ok(value),
        Ok(by) if negative => Ok(value >> by),
        Err(_) if negative => Ok(BigInt::from(if value < BigInt::ZERO { -1 } else { 0 })),
        Ok(by) if value.bits().saturating_add(by) <= MAX_BITS => Ok(value << by),
        _ => Err(too_large()),
    }
}

fn power(base: &BigInt, exponent: &BigInt) -> Result<BigInt, String> {
    if *exponent < BigInt::ZERO {
        return Err(format!("exponent {exponent} is below 0"));
    }
    let trivial = base.bits() <= 1;
    match u32::try_from(exponent) {
        Ok(by) if trivial || base.bits() * u64::from(by) <= MAX_BITS => Ok(base.pow(by)),
        // 0, 1 and -1 to a power beyond 2^32, which is as odd as its last bit.
        Err(_) if trivial => Ok(base.pow(2 + u32::from(exponent.bit(0)))),
        _ => Err(too_large()),
    }
}

fn too_large() -> String {
    format!("a value of more than {MAX_BITS} bits")
}

/// A defined constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its value.
    pub value: i128,
    /// Whether it goes over both lanes, as numbers with suffix `n` do.
    pub long: bool,
    /// Where it is defined.
    pub pos: Pos,
}

impl ConstDecl {
    /// The constant's value, given those that are defined before.
    pub(crate) fn eval(&self, defined: &BTreeMap<String, Constant>) -> Result<i128, String> {
        let value = self.value.eval(defined)?;
        let (range, limits) = if self.long {
            (0..=i128::from(u64::MAX), "0 ..= 2^64-1")
        } else {
            (SHORT_MIN..=SHORT_MAX, "-2^31 ..= 2^32-1")
        };
        match i128::try_from(&value) {
            Ok(value) if range.contains(&value) => Ok(value),
            Ok(value) => Err(format!("%{} = {value} is outside of {limits}", self.name)),
            Err(_) => Err(format!("%{} is outside of {limits}", self.name)),
        }
    }
}

/// The smallest constant of one lane.
pub(crate) const SHORT_MIN: i128 = -(1 << 31);
/// The largest constant of one lane.
pub(crate) const SHORT_MAX: i128 = (1 << 32) - 1;

impl ConstExpr {
    fn eval(&self, defined: &BTreeMap<String, Constant>) -> Result<BigInt, String> {
        let value = match self {
            ConstExpr::Number(value) => BigInt::from(*value),
            ConstExpr::Name(name) => match defined.get(name) {
                Some(constant) => constant.value.into(),
                None => return Err(not_defined(name)),
            },
            ConstExpr::Neg(operand) => -operand.eval(defined)?,
            ConstExpr::Not(operand) => {
                BigInt::from(u8::from(operand.eval(defined)? == BigInt::ZERO))
            }
            ConstExpr::Binary(op, left, right) => {
                op.eval(left.eval(defined)?, right.eval(defined)?)?
            }
            ConstExpr::Choice(condition, then, otherwise) => {
                if condition.eval(defined)? == BigInt::ZERO {
                    otherwise.eval(defined)?
                } else {
                    then.eval(defined)?
                }
            }
            ConstExpr::OrElse(name, otherwise) => match defined.get(name) {
                Some(constant) => constant.value.into(),
                None => otherwise.eval(defined)?,
            },
        };
        if value.bits() > MAX_BITS {
            return Err(too_large());
        }
        Ok(value)
    }
}

/// The error that a constant is used which is not defined before.
pub(crate) fn not_defined(name: &str) -> String {
    format!("constant %{name} is not defined before")
}
