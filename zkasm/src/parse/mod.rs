//! The parser.
//!
//! Text is read item by item. A step ends with its line; labels, declarations and commands may
//! share a line with what follows them. Comments become items only where a line has nothing else;
//! `/* … */` comments are dropped.
//!
//! Not in the language yet, and refused by name: `INCLUDE`, the hash operations, and in commands
//! assignments, declarations, array elements, `zkPC` and `addr.x`.

mod combination;
mod command;
mod constant;
mod step;
mod token;

use crate::error::{ParseError, Pos};
use crate::lex::Token;
use crate::names::is_keyword;
use crate::program::{Item, Program, VarDecl};
use crate::reg::Reg;
use token::Parser;

/// A program read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The program.
    pub program: Program,
    /// Where each item stands.
    pub positions: Vec<Pos>,
}

/// Reads a program.
///
/// Commands may nest 200 levels deep, and no number may exceed 2^128 - 1.
///
/// # Errors
/// If the text is not zkASM, with the place of the first thing that does not fit, what was found
/// there and what was expected.
pub fn parse(text: &str) -> Result<Parsed, ParseError> {
    let mut parser = Parser::new(text)?;
    let mut parsed = Parsed {
        program: Program::default(),
        positions: Vec::new(),
    };
    let mut line_has_item = false;
    loop {
        let pos = parser.pos;
        let item = match parser.token {
            Token::End => return Ok(parsed),
            Token::Newline => {
                line_has_item = false;
                parser.bump()?;
                continue;
            }
            Token::Comment(text) => {
                parser.bump()?;
                if line_has_item {
                    continue;
                }
                Item::Comment(text.to_owned())
            }
            _ => parser.item()?,
        };
        line_has_item = true;
        parsed.program.items.push(item);
        parsed.positions.push(pos);
    }
}

impl Parser<'_> {
    /// An item other than a comment.
    fn item(&mut self) -> Result<Item, ParseError> {
        match self.token {
            Token::Symbol("$${") => Ok(Item::Command(self.command()?)),
            Token::Ident("VAR") => Ok(Item::Var(self.var()?)),
            Token::Ident(word @ ("CONST" | "CONSTL")) => {
                Ok(Item::Const(self.constant(word == "CONSTL")?))
            }
            Token::Ident("INCLUDE") => self.not_supported("`INCLUDE`"),
            Token::Ident(name) if !is_keyword(name) => {
                self.bump()?;
                self.expect(":", "`:` after a label's name")?;
                Ok(Item::Label(name.to_owned()))
            }
            Token::Ident(word) if Reg::from_name(word).is_none() && word != "zkPC" => {
                self.unexpected("a step, a label or a declaration")
            }
            _ => Ok(Item::Step(self.step()?)),
        }
    }

    fn var(&mut self) -> Result<VarDecl, ParseError> {
        self.bump()?;
        let ctx = match self.token {
            Token::Ident("GLOBAL") => false,
            Token::Ident("CTX") => true,
            _ => return self.unexpected("`GLOBAL` or `CTX`"),
        };
        self.bump()?;
        let name = self.name("a variable's name")?.to_owned();
        let mut words = 1;
        if self.eat("[")? {
            words = self.number("the number of words")?;
            self.expect("]", "`]`")?;
        }
        Ok(VarDecl { name, ctx, words })
    }
}
