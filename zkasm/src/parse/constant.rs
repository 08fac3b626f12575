//! Definitions of constants: `CONST %X = expression`, `CONSTL %X = expression`.
//!
//! Operators bind as in C, but all of `**`, `*`, `/` and `%` alike and to the left; a unary minus
//! takes in products (`-2 ** 2` is -4). `%name ?? x` takes in all of x but a `? :`.

use crate::constant::{ConstDecl, ConstExpr, ConstOp};
use crate::error::ParseError;
use crate::lex::Token;

use super::token::Parser;

/// An expression and the depth of its tree.
type Tree = (ConstExpr, u32);

impl Parser<'_> {
    /// A definition, from its first word on.
    pub(super) fn constant(&mut self, long: bool) -> Result<ConstDecl, ParseError> {
        self.bump()?;
        let Token::Constant(name) = self.token else {
            return self.unexpected("`%` and a name");
        };
        self.bump()?;
        self.expect("=", "`=`")?;
        let (value, _) = self.choice(0)?;
        Ok(ConstDecl {
            name: name.to_owned(),
            long,
            value,
        })
    }

    /// A whole expression, inside of `nesting` others.
    fn choice(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        let nesting = self.deeper(nesting)?;
        let (condition, depth) = self.operators(1, nesting)?;
        if !self.eat("?")? {
            return Ok((condition, depth));
        }
        let (then, then_depth) = self.choice(nesting)?;
        self.expect(":", "an operator or `:`")?;
        let (otherwise, otherwise_depth) = self.choice(nesting)?;
        let depth = self.deeper(depth.max(then_depth).max(otherwise_depth))?;
        let ways = (Box::new(then), Box::new(otherwise));
        Ok((
            ConstExpr::Choice(Box::new(condition), ways.0, ways.1),
            depth,
        ))
    }

    /// An expression of operators of this level or a stronger one.
    fn operators(&mut self, level: u8, nesting: u32) -> Result<Tree, ParseError> {
        let nesting = self.deeper(nesting)?;
        let (mut left, mut depth) = self.prefixed(nesting)?;
        while let Token::Symbol(symbol) = self.token
            && let Some(op) = ConstOp::from_text(symbol)
            && op.level() >= level
        {
            self.bump()?;
            let (right, right_depth) = self.operators(op.level() + 1, nesting)?;
            depth = self.deeper(depth.max(right_depth))?;
            left = ConstExpr::Binary(op, Box::new(left), Box::new(right));
        }
        Ok((left, depth))
    }

    fn prefixed(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        let (operand, make): (_, fn(_) -> _) = if self.eat("-")? {
            (
                self.operators(ConstOp::PRODUCT, nesting)?,
                ConstExpr::Neg as _,
            )
        } else if self.eat("!")? {
            let nesting = self.deeper(nesting)?;
            (self.prefixed(nesting)?, ConstExpr::Not as _)
        } else {
            return self.const_operand(nesting);
        };
        let depth = self.deeper(operand.1)?;
        Ok((make(Box::new(operand.0)), depth))
    }

    fn const_operand(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        match self.token {
            Token::Number { value, long } => {
                let value = if long { value } else { self.rounded(value)? };
                self.bump()?;
                Ok((ConstExpr::Number(value), 1))
            }
            Token::Constant(name) => {
                self.bump()?;
                let name = name.to_owned();
                if self.eat("??")? {
                    let (otherwise, depth) = self.operators(1, nesting)?;
                    let depth = self.deeper(depth)?;
                    return Ok((ConstExpr::OrElse(name, Box::new(otherwise)), depth));
                }
                Ok((ConstExpr::Name(name), 1))
            }
            Token::Symbol("(") => {
                self.bump()?;
                let inner = self.choice(nesting)?;
                self.expect(")", "an operator or `)`")?;
                Ok(inner)
            }
            _ => self.unexpected("a number, a constant or `(`"),
        }
    }

    /// A number without suffix as the reference reads it: to the precision of a double.
    fn rounded(&self, value: u128) -> Result<u128, ParseError> {
        let rounded = value as f64;
        if rounded < 2f64.powi(128) {
            Ok(rounded as u128)
        } else {
            self.error(format!("number {value} exceeds 2^128 - 1 when rounded"))
        }
    }
}
