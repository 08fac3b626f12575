//! What all parts of the parser share: one token of lookahead and the errors.

use std::borrow::Cow;

use crate::error::{ParseError, Pos};
use crate::lex::{Lexer, Token, shortened};
use crate::names::is_keyword;

/// The parser's place in the text.
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that comes next.
    pub(super) token: Token<'a>,
    /// Where it begins.
    pub(super) pos: Pos,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, file: u32) -> Result<Parser<'a>, ParseError> {
        let mut lexer = Lexer::new(text, file);
        let (token, pos) = lexer.next()?;
        Ok(Parser { lexer, token, pos })
    }

    /// Goes on to the token after the next one.
    pub(super) fn bump(&mut self) -> Result<(), ParseError> {
        (self.token, self.pos) = self.lexer.next()?;
        Ok(())
    }

    /// Whether this symbol comes next.
    pub(super) fn at(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    /// Takes this symbol if it comes next.
    pub(super) fn eat(&mut self, symbol: &str) -> Result<bool, ParseError> {
        let found = self.at(symbol);
        if found {
            self.bump()?;
        }
        Ok(found)
    }

    /// Takes this symbol; `expected` names it in the error.
    pub(super) fn expect(&mut self, symbol: &str, expected: &str) -> Result<(), ParseError> {
        if self.eat(symbol)? {
            Ok(())
        } else {
            self.unexpected(expected)
        }
    }

    /// Takes a word that is not one of the language.
    pub(super) fn name(&mut self, expected: &str) -> Result<&'a str, ParseError> {
        match self.token {
            Token::Ident(name) if !is_keyword(name) => {
                self.bump()?;
                Ok(name)
            }
            _ => self.unexpected(expected),
        }
    }

    /// Takes a number without suffix that fits the type.
    pub(super) fn number<T: TryFrom<u128>>(&mut self, expected: &str) -> Result<T, ParseError> {
        let Token::Number { value, long: false } = self.token else {
            return self.unexpected(expected);
        };
        let Ok(number) = T::try_from(value) else {
            return self.error(format!("{expected}: {value} is too large"));
        };
        self.bump()?;
        Ok(number)
    }

    /// The error that the next token is not what is `expected` here.
    pub(super) fn unexpected<T>(&self, expected: &str) -> Result<T, ParseError> {
        let found: Cow<'_, str> = match self.token {
            Token::Ident(word) => format!("`{}`", shortened(word)).into(),
            Token::Number { value, long } => {
                format!("number {value}{}", if long { "n" } else { "" }).into()
            }
            Token::Constant(name) => format!("`%{}`", shortened(name)).into(),
            Token::Text(text) => format!("`\"{}\"`", shortened(text)).into(),
            Token::Symbol(symbol) => format!("`{symbol}`").into(),
            Token::Comment(_) => "a comment".into(),
            Token::Newline => "the end of the line".into(),
            Token::End => "the end of the text".into(),
        };
        self.error(format!("expected {expected}, found {found}"))
    }

    /// An error at the next token.
    pub(super) fn error<T>(&self, message: String) -> Result<T, ParseError> {
        Err(ParseError {
            pos: self.pos,
            message,
        })
    }
}
