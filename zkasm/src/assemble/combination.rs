//! The left-hand side of a step: sums of products, in the field.
//!
//! Each number, and each product of numbers, is in the range of its kind: -2^31 ..= 2^32-1 without
//! suffix, 0 ..= 2^64-1 with suffix `n`. Their sums and their negatives are not, as in the
//! reference: of one lane they are taken in the field, of both lanes modulo 2^64.

use crate::constant::{SHORT_MAX, SHORT_MIN, not_defined};
use crate::field::Fe;
use crate::program::{Factor, FreeInput, LinComb, Product, Term};
use crate::reg::Reg;
use crate::rom::{ConstLanes, RomFree, RomLine};

use super::{Names, Place};

/// What a product is.
enum Value {
    /// A number for lane 0.
    Short(i128),
    /// A number for lane 0 that is an address as it is written; it multiplies no register.
    Address(i128),
    /// A number for both lanes.
    Long(u64),
    /// A register with its coefficient.
    Reg(Fe, Reg),
}

/// Adds a left-hand side to the line of the step at `place`.
pub(super) fn add(
    line: &mut RomLine,
    op: &LinComb,
    names: &Names,
    place: Place,
) -> Result<(), String> {
    if op.terms.is_empty() {
        return Err("a left-hand side without terms".to_owned());
    }
    line.has_op = true;
    let (mut short, mut long) = (None::<i128>, None::<i128>);
    for term in &op.terms {
        let (negative, value) = match term {
            Term::Reg(coeff, reg) => (false, Value::Reg(coeff.value(), *reg)),
            Term::Const(value) => {
                let negative = *value < 0;
                let magnitude = checked_short(i128::from(value.unsigned_abs()))?;
                (negative, Value::Short(magnitude))
            }
            Term::ConstL(value) => (false, Value::Long(*value)),
            Term::Product(product) => (product.negative, value_of(product, names, place)?),
            Term::Free(free) | Term::MinusFree(free) => {
                if line.free.is_some() {
                    return Err("two free inputs in one step".to_owned());
                }
                let coeff = match term {
                    Term::MinusFree(_) => -Fe::ONE,
                    _ => Fe::ONE,
                };
                let source = match free {
                    FreeInput::Bare => RomFree::Bare,
                    FreeInput::Expr(expr) => {
                        names.check_expr(expr)?;
                        RomFree::Expr(expr.clone())
                    }
                };
                line.free = Some((coeff, source));
                continue;
            }
        };
        match value {
            Value::Reg(coeff, reg) => {
                let coeff = if negative { -coeff } else { coeff };
                match line.regs.iter_mut().find(|(known, _)| *known == reg) {
                    Some((_, sum)) => *sum += coeff,
                    None => line.regs.push((reg, coeff)),
                }
            }
            Value::Short(value) | Value::Address(value) => {
                *short.get_or_insert_default() += if negative { -value } else { value };
            }
            Value::Long(value) => {
                let value = i128::from(value);
                *long.get_or_insert_default() += if negative { -value } else { value };
            }
        }
    }
    line.regs.retain(|(_, coeff)| *coeff != Fe::ZERO);
    line.constant = match (short, long) {
        (Some(_), Some(_)) => {
            return Err("constants with and without suffix n in one step".to_owned());
        }
        (Some(value), None) => ConstLanes {
            lane0: Fe::from_i128(value),
            lane1: Fe::ZERO,
        },
        (None, value) => {
            let value = value.unwrap_or_default();
            line.negative_long = value < 0;
            ConstLanes {
                lane0: Fe::from(value as u32),
                lane1: Fe::from((value >> 32) as u32),
            }
        }
    };
    Ok(())
}

fn checked_short(value: i128) -> Result<i128, String> {
    if (SHORT_MIN..=SHORT_MAX).contains(&value) {
        Ok(value)
    } else {
        Err(format!(
            "constant {value} is outside of -2^31 ..= 2^32-1: wider ones take the suffix n"
        ))
    }
}

fn value_of(product: &Product, names: &Names, place: Place) -> Result<Value, String> {
    let mut factors = product.factors.iter();
    let Some(first) = factors.next() else {
        return Err("a product without factors".to_owned());
    };
    factors.try_fold(factor(first, names, place)?, |value, next| {
        times(value, factor(next, names, place)?)
    })
}

fn factor(factor: &Factor, names: &Names, place: Place) -> Result<Value, String> {
    Ok(match factor {
        Factor::Number(value) => Value::Short(checked_short((*value).into())?),
        Factor::Long(value) => Value::Long(*value),
        Factor::Reg(reg) => Value::Reg(Fe::ONE, *reg),
        Factor::ZkPc => Value::Short(place.line.0.into()),
        Factor::Constant(name) => match names.constant_before(name, place) {
            None => return Err(not_defined(name)),
            Some(constant) if constant.long => Value::Long(constant.value as u64),
            Some(constant) => Value::Short(constant.value),
        },
        Factor::Address(name) => match names.address_before(name, place) {
            Some(address) => Value::Address(address.into()),
            None => {
                return Err(format!(
                    "neither a label nor a variable `{name}` is defined before"
                ));
            }
        },
    })
}

/// The product of two values.
fn times(left: Value, right: Value) -> Result<Value, String> {
    use Value::{Address, Long, Reg, Short};
    match (left, right) {
        (Long(a), Long(b)) => match a.checked_mul(b) {
            Some(product) => Ok(Long(product)),
            None => Err("a product of numbers with suffix n exceeds 2^64 - 1".to_owned()),
        },
        (Short(a) | Address(a), Short(b) | Address(b)) => checked_short(a * b).map(Short),
        (Short(by), Reg(coeff, reg)) | (Reg(coeff, reg), Short(by)) => {
            Ok(Reg(coeff * Fe::from_i128(by), reg))
        }
        (Long(_), Short(_) | Address(_)) | (Short(_) | Address(_), Long(_)) => {
            Err("constants with and without suffix n in one product".to_owned())
        }
        (Long(_), Reg(..)) | (Reg(..), Long(_)) => {
            Err("a number with suffix n cannot multiply a register".to_owned())
        }
        (Address(_), Reg(..)) | (Reg(..), Address(_)) => {
            Err("an address `@name` cannot multiply a register".to_owned())
        }
        (Reg(..), Reg(..)) => Err("two registers cannot be multiplied".to_owned()),
    }
}
