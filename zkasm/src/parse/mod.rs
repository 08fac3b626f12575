//! The parser.
//!
//! Text is read item by item. A step ends with its line; labels, declarations and commands may
//! share a line with what follows them. Comments become items only where a line has nothing else;
//! `/* … */` comments are dropped. The items of an included file stand where `INCLUDE` does.

mod combination;
mod command;
mod constant;
mod step;
mod token;

use crate::error::{ParseError, Pos};
use crate::lex::{Token, shortened};
use crate::names::is_keyword;
use crate::program::{Item, Program, VarDecl};
use crate::reg::Reg;
use crate::source::{MAX_INCLUDE_DEPTH, MAX_INCLUDED, Source, Sources};
use token::Parser;

/// A program read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The program.
    pub program: Program,
    /// Where each item stands.
    pub positions: Vec<Pos>,
}

/// What finds an included file: given its name as it is written and the name of the file that
/// includes it, the file, or why there is none.
pub type Load<'a> = dyn FnMut(&str, &str) -> Result<Source, String> + 'a;

/// Reads a program of one file.
///
/// Commands and the expressions of constants may nest 200 levels deep, and no number may exceed
/// 2^128 - 1.
///
/// # Errors
/// If the text is not zkASM, with the place of the first thing that does not fit, what was found
/// there and what was expected; or if it includes another file.
pub fn parse(text: &str) -> Result<Parsed, ParseError> {
    let none = "this program is read without access to other files";
    parse_files(
        &mut Sources::new("", text),
        &mut |_, _| Err(none.to_owned()),
    )
}

/// Reads a program whose own file `sources` begins with, and what it includes, which goes to
/// `sources`. Included items take the place of `INCLUDE`.
///
/// # Errors
/// As for [`parse`]; or if `load` fails, a file includes itself, files are included more than 50
/// deep, or more than 10,000 in all.
pub fn parse_files(sources: &mut Sources, load: &mut Load<'_>) -> Result<Parsed, ParseError> {
    let mut reader = Reader {
        sources,
        load,
        parsed: Parsed {
            program: Program::default(),
            positions: Vec::new(),
        },
        open: Vec::new(),
    };
    reader.file(0)?;
    Ok(reader.parsed)
}

/// What reads a program file by file.
struct Reader<'a, 'b> {
    sources: &'a mut Sources,
    load: &'a mut Load<'b>,
    parsed: Parsed,
    /// The names of the files that are being read, each included by the one before.
    open: Vec<String>,
}

impl Reader<'_, '_> {
    fn file(&mut self, file: u32) -> Result<(), ParseError> {
        let Source { name, text } = self.sources.at(file);
        self.open.push(name);
        let mut parser = Parser::new(&text, file)?;
        let before = self.parsed.positions.len();
        let mut line_has_item = false;
        loop {
            let pos = parser.pos;
            let item = match parser.token {
                Token::End => break,
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
                Token::Ident("INCLUDE") => {
                    line_has_item = true;
                    let name = parser.include()?;
                    self.include(name, pos)?;
                    continue;
                }
                _ => parser.item()?,
            };
            line_has_item = true;
            self.parsed.program.items.push(item);
            self.parsed.positions.push(pos);
        }
        // Whoever looks for the borders of files must see this one.
        let is_empty = |pos: &Pos| pos.file != file;
        if file != 0 && self.parsed.positions[before..].iter().all(is_empty) {
            self.parsed.program.items.push(Item::Comment(String::new()));
            self.parsed.positions.push(Pos {
                line: 1,
                column: 1,
                file,
            });
        }
        self.open.pop();
        Ok(())
    }

    fn include(&mut self, name: &str, pos: Pos) -> Result<(), ParseError> {
        let error = |message| Err(ParseError { pos, message });
        let from = self.open.last().map_or("", String::as_str);
        let source = match (self.load)(name, from) {
            Ok(source) => source,
            Err(problem) => {
                let name = shortened(name);
                return error(format!("cannot include `{name}`: {problem}"));
            }
        };
        if let Some(first) = self.open.iter().position(|open| *open == source.name) {
            let cycle = self.open[first..].join(" includes ");
            return error(format!("{cycle} includes {}", source.name));
        }
        if self.open.len() > MAX_INCLUDE_DEPTH {
            return error(format!("files included more than {MAX_INCLUDE_DEPTH} deep"));
        }
        if self.sources.included() >= MAX_INCLUDED {
            return error(format!("more than {MAX_INCLUDED} files included"));
        }
        let file = self.sources.add(source);
        self.file(file)
    }
}

impl<'a> Parser<'a> {
    /// An item other than a comment.
    fn item(&mut self) -> Result<Item, ParseError> {
        match self.token {
            Token::Symbol("$${") => Ok(Item::Command(self.command()?)),
            Token::Ident("VAR") => Ok(Item::Var(self.var()?)),
            Token::Ident(word @ ("CONST" | "CONSTL")) => {
                Ok(Item::Const(self.constant(word == "CONSTL")?))
            }
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

    /// `INCLUDE "name"`: the name.
    fn include(&mut self) -> Result<&'a str, ParseError> {
        self.bump()?;
        let Token::Text(name) = self.token else {
            return self.unexpected("a file's name in quotes");
        };
        self.bump()?;
        Ok(name)
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
