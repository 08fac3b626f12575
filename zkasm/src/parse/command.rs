//! The command language inside `${…}` and `$${…}`.
//!
//! Two levels of binary operators: `+` and `-` bind weakest, all others (`? :` among them) share
//! one level and associate to the left; the two results of `? :` are single operands.

use crate::error::ParseError;
use crate::expr::{BinaryExprOp, Expr, Module, UnaryExprOp};
use crate::lex::{Token, shortened};
use crate::names::is_command_name;
use crate::program::Command;
use crate::reg::Reg;

use super::token::Parser;

/// How deep an expression may be, as a tree and in parentheses.
const MAX_DEPTH: u32 = 200;

/// An expression and the depth of its tree.
struct Tree {
    expr: Expr,
    depth: u32,
}

impl Tree {
    fn leaf(expr: Expr) -> Tree {
        Tree { expr, depth: 1 }
    }
}

impl<'a> Parser<'a> {
    /// `$${expression}`.
    pub(super) fn command(&mut self) -> Result<Command, ParseError> {
        Ok(Command {
            expr: self.braced()?,
        })
    }

    /// `${expression}`.
    pub(super) fn free_input(&mut self) -> Result<Expr, ParseError> {
        self.braced()
    }

    fn braced(&mut self) -> Result<Expr, ParseError> {
        self.bump()?;
        let expr = self.expr(0)?.expr;
        self.expect("}", "an operator or `}`")?;
        Ok(expr)
    }

    /// An assignment or a sum, inside `nesting` others.
    fn expr(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        // Only a name that stands by itself can be assigned to, not one in parentheses.
        let begins_with_name = matches!(self.token, Token::Ident(_));
        let left = self.sum(nesting)?;
        if !begins_with_name || !self.at("=") {
            return Ok(left);
        }
        let (name, declares) = match left.expr {
            Expr::Ident(name) => (name, false),
            Expr::Declare(name, None) => (name, true),
            _ => return self.error("only a variable can be assigned to".to_owned()),
        };
        self.bump()?;
        let nesting = self.deeper(nesting)?;
        let value = self.expr(nesting)?;
        let depth = value.depth;
        let value = Box::new(value.expr);
        let expr = if declares {
            Expr::Declare(name, Some(value))
        } else {
            Expr::Assign(name, value)
        };
        self.above(expr, depth)
    }

    fn sum(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        let mut left = self.product(nesting)?;
        loop {
            let op = match self.token {
                Token::Symbol("+") => BinaryExprOp::Add,
                Token::Symbol("-") => BinaryExprOp::Sub,
                _ => return Ok(left),
            };
            self.bump()?;
            let right = self.product(nesting)?;
            left = self.binary(op, left, right)?;
        }
    }

    fn product(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        let mut left = self.unary(nesting)?;
        loop {
            let Token::Symbol(symbol) = self.token else {
                return Ok(left);
            };
            match (symbol, BinaryExprOp::from_text(symbol)) {
                ("+" | "-", _) => return Ok(left),
                ("**", _) => {
                    let message = "`**` fails in the executor: use exp(base, exponent)";
                    return self.error(message.to_owned());
                }
                ("?", _) => {
                    self.bump()?;
                    let then = self.unary(nesting)?;
                    self.expect(":", "`:`")?;
                    let otherwise = self.unary(nesting)?;
                    let depth = left.depth.max(then.depth).max(otherwise.depth);
                    let expr = Expr::Ternary(
                        Box::new(left.expr),
                        Box::new(then.expr),
                        Box::new(otherwise.expr),
                    );
                    left = self.above(expr, depth)?;
                }
                (_, Some(op)) => {
                    self.bump()?;
                    let right = self.unary(nesting)?;
                    left = self.binary(op, left, right)?;
                }
                (_, None) => return Ok(left),
            }
        }
    }

    fn unary(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        let mut ops = Vec::new();
        loop {
            match self.token {
                Token::Symbol("-") => ops.push(UnaryExprOp::Neg),
                Token::Symbol("!") => ops.push(UnaryExprOp::Not),
                Token::Symbol("~") => ops.push(UnaryExprOp::BitNot),
                Token::Symbol("+") => {}
                _ => break,
            }
            self.bump()?;
        }
        let mut operand = self.operand(nesting)?;
        for op in ops.into_iter().rev() {
            operand = self.above(Expr::Unary(op, Box::new(operand.expr)), operand.depth)?;
        }
        Ok(operand)
    }

    fn operand(&mut self, nesting: u32) -> Result<Tree, ParseError> {
        const EXPECTED: &str = "an operand";
        match self.token {
            Token::Number { value, long: false } => {
                self.bump()?;
                Ok(Tree::leaf(Expr::Number(value)))
            }
            Token::Symbol("(") => {
                let nesting = self.deeper(nesting)?;
                self.bump()?;
                let inner = self.expr(nesting)?;
                self.expect(")", "an operator or `)`")?;
                Ok(inner)
            }
            Token::Ident(word) => {
                if let Some(reg) = Reg::from_name(word) {
                    self.bump()?;
                    return Ok(Tree::leaf(Expr::Reg(reg)));
                }
                match word {
                    "zkPC" => {
                        self.bump()?;
                        Ok(Tree::leaf(Expr::ZkPc))
                    }
                    "var" => {
                        self.bump()?;
                        let name = self.command_name("a variable's name")?;
                        Ok(Tree::leaf(Expr::Declare(name.to_owned(), None)))
                    }
                    _ if is_command_name(word) => {
                        self.bump()?;
                        if self.at("(") {
                            let nesting = self.deeper(nesting)?;
                            return self.call(word, nesting);
                        }
                        if self.at(".") {
                            return self.data(word, nesting);
                        }
                        Ok(Tree::leaf(Expr::Ident(word.to_owned())))
                    }
                    _ => self.unexpected(EXPECTED),
                }
            }
            _ => self.unexpected(EXPECTED),
        }
    }

    fn command_name(&mut self, expected: &str) -> Result<&'a str, ParseError> {
        match self.token {
            Token::Ident(name) if is_command_name(name) => {
                self.bump()?;
                Ok(name)
            }
            _ => self.unexpected(expected),
        }
    }

    /// What follows the name of a module: `.name` and perhaps an index.
    fn data(&mut self, module: &str, nesting: u32) -> Result<Tree, ParseError> {
        let Some(module) = Module::from_text(module) else {
            return self.error(format!(
                "`{}` is not one of addr, const and mem",
                shortened(module)
            ));
        };
        self.bump()?;
        let name = self.command_name("a declared name")?.to_owned();
        if !self.eat("[")? {
            return Ok(Tree::leaf(Expr::Data(module, name, None)));
        }
        let nesting = self.deeper(nesting)?;
        let index = self.expr(nesting)?;
        self.expect("]", "an operator or `]`")?;
        let depth = index.depth;
        self.above(Expr::Data(module, name, Some(Box::new(index.expr))), depth)
    }

    fn call(&mut self, name: &str, nesting: u32) -> Result<Tree, ParseError> {
        self.bump()?;
        let mut args = Vec::new();
        let mut depth = 0;
        if !self.at(")") {
            loop {
                let arg = self.expr(nesting)?;
                depth = depth.max(arg.depth);
                args.push(arg.expr);
                if !self.eat(",")? {
                    break;
                }
            }
        }
        self.expect(")", "an operator, `,` or `)`")?;
        self.above(Expr::Call(name.to_owned(), args), depth)
    }

    fn binary(&self, op: BinaryExprOp, left: Tree, right: Tree) -> Result<Tree, ParseError> {
        let depth = left.depth.max(right.depth);
        self.above(left.expr.binary(op, right.expr), depth)
    }

    /// A tree over one of that depth.
    fn above(&self, expr: Expr, depth: u32) -> Result<Tree, ParseError> {
        let depth = self.deeper(depth)?;
        Ok(Tree { expr, depth })
    }

    pub(super) fn deeper(&self, depth: u32) -> Result<u32, ParseError> {
        if depth >= MAX_DEPTH {
            return self.error(format!("expression of more than {MAX_DEPTH} levels"));
        }
        Ok(depth + 1)
    }
}
