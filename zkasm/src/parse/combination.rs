//! Left-hand sides: sums of products.

use crate::error::{ParseError, Pos};
use crate::lex::Token;
use crate::program::{Coeff, Factor, FreeInput, LinComb, Product, Term};
use crate::reg::Reg;

use super::token::Parser;

/// The factors of a product, as they are met.
#[derive(Default)]
struct Factors {
    /// All but a free input, and where they stand.
    known: Vec<(Factor, Pos)>,
    free: Option<FreeInput>,
    count: usize,
}

impl Parser<'_> {
    pub(super) fn combination(&mut self) -> Result<LinComb, ParseError> {
        let pos = self.pos;
        let negative = self.eat("-")?;
        let mut terms = vec![self.term(negative)?];
        if let Some(Term::MinusFree(_)) = terms.first() {
            return Err(error(
                pos,
                "a free input that comes first cannot be negated",
            ));
        }
        loop {
            if self.eat("+")? {
                terms.push(self.term(false)?);
            } else if self.eat("-")? {
                terms.push(self.term(true)?);
            } else {
                return Ok(LinComb { terms });
            }
        }
    }

    fn term(&mut self, negative: bool) -> Result<Term, ParseError> {
        let pos = self.pos;
        let mut factors = Factors::default();
        self.factor(&mut factors)?;
        while self.eat("*")? {
            self.factor(&mut factors)?;
        }
        factors.term(negative, pos)
    }

    fn factor(&mut self, factors: &mut Factors) -> Result<(), ParseError> {
        factors.count += 1;
        if factors.count > MAX_FACTORS {
            return self.error(format!("a product of more than {MAX_FACTORS} factors"));
        }
        let pos = self.pos;
        let factor = match self.token {
            Token::Number { .. } => {
                let number = self.power()?;
                factors.known.push((number, pos));
                return Ok(());
            }
            Token::Constant(name) => Factor::Constant(name.to_owned()),
            Token::Symbol("@") => {
                self.bump()?;
                let name = self.name("the name of a label or a variable")?;
                let address = Factor::Address(name.to_owned());
                factors.known.push((address, pos));
                return Ok(());
            }
            Token::Symbol("$") => {
                factors.free = Some(FreeInput::Bare);
                return self.bump();
            }
            Token::Symbol("${") => {
                factors.free = Some(FreeInput::Expr(self.free_input()?));
                return Ok(());
            }
            Token::Ident("zkPC") => Factor::ZkPc,
            Token::Ident(word) => match Reg::from_name(word) {
                Some(_) if factors.reg().is_some() => {
                    return self.error("two registers cannot be multiplied".to_owned());
                }
                Some(reg) => Factor::Reg(reg),
                None => return self.unexpected(FACTOR),
            },
            _ => return self.unexpected(FACTOR),
        };
        factors.known.push((factor, pos));
        self.bump()
    }

    /// A number, or `number ** number` of one kind.
    fn power(&mut self) -> Result<Factor, ParseError> {
        let pos = self.pos;
        let (base, long) = self.any_number()?;
        let mut value = Some(base);
        if self.eat("**")? {
            let (exponent, exponent_long) = match self.token {
                Token::Number { .. } => self.any_number()?,
                _ => return self.unexpected("a number"),
            };
            if long != exponent_long {
                let message = "base and exponent must both have the suffix n, or none";
                return Err(error(pos, message));
            }
            value = match (base, u32::try_from(exponent)) {
                (0 | 1, _) => Some(if exponent == 0 { 1 } else { base }),
                (_, Ok(exponent)) => base.checked_pow(exponent),
                (_, Err(_)) => None,
            };
        }
        if long {
            value
                .and_then(|value| u64::try_from(value).ok())
                .map(Factor::Long)
                .ok_or_else(|| error(pos, "a number with suffix n cannot exceed 2^64 - 1"))
        } else {
            value
                .and_then(|value| u64::try_from(value).ok())
                .filter(|value| i64::try_from(*value).is_ok())
                .map(Factor::Number)
                .ok_or_else(|| error(pos, TOO_LARGE))
        }
    }

    fn any_number(&mut self) -> Result<(u128, bool), ParseError> {
        let Token::Number { value, long } = self.token else {
            return self.unexpected("a number");
        };
        self.bump()?;
        Ok((value, long))
    }
}

/// The factors of a product: their product is written out in a ROM.
const MAX_FACTORS: usize = 100;
const TOO_LARGE: &str = "a number without suffix n cannot exceed 2^63 - 1";
const FACTOR: &str = "a register, a number, a constant, `@name`, `zkPC`, `$` or `${`";

impl Factors {
    fn reg(&self) -> Option<Reg> {
        self.known.iter().find_map(|(factor, _)| match factor {
            Factor::Reg(reg) => Some(*reg),
            _ => None,
        })
    }

    /// The term that the factors make.
    fn term(self, negative: bool, pos: Pos) -> Result<Term, ParseError> {
        let reg = self.reg();
        if let Some(free) = self.free {
            if self.count > 1 {
                return Err(error(pos, "a free input cannot be multiplied"));
            }
            return Ok(if negative {
                Term::MinusFree(free)
            } else {
                Term::Free(free)
            });
        }
        if let ([(Factor::Long(value), _)], false) = (self.known.as_slice(), negative) {
            return Ok(Term::ConstL(*value));
        }
        let mut numbers = Vec::with_capacity(self.known.len());
        let mut before = None;
        for (factor, pos) in &self.known {
            match factor {
                Factor::Number(number) => numbers.push((*number, *pos)),
                Factor::Reg(_) => before = Some(numbers.len()),
                _ => {
                    let factors = self.known.into_iter().map(|(factor, _)| factor).collect();
                    return Ok(Term::Product(Product { negative, factors }));
                }
            }
        }
        if let Some(reg) = reg {
            let mut factors = Vec::with_capacity(numbers.len());
            // What stands before the register is multiplied first, as a constant.
            let mut constant = 1u32;
            for (index, (number, pos)) in numbers.into_iter().enumerate() {
                let Ok(factor) = u32::try_from(number) else {
                    return Err(error(pos, "a coefficient's factor cannot exceed 2^32 - 1"));
                };
                if before.is_some_and(|before| index < before) {
                    constant = constant.checked_mul(factor).ok_or_else(|| {
                        error(pos, "the factors before a register cannot exceed 2^32 - 1")
                    })?;
                }
                factors.push(factor);
            }
            return Ok(Term::Reg(Coeff { negative, factors }, reg));
        }
        let product = numbers.into_iter().try_fold(1i64, |product, (number, _)| {
            product.checked_mul(i64::try_from(number).ok()?)
        });
        match product {
            Some(product) => Ok(Term::Const(if negative { -product } else { product })),
            None => Err(error(pos, TOO_LARGE)),
        }
    }
}

fn error(pos: Pos, message: &str) -> ParseError {
    ParseError {
        pos,
        message: message.to_owned(),
    }
}
