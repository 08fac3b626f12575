//! Steps: `combination => destinations :operations`.

use crate::error::{ParseError, Pos};
use crate::lex::Token;
use crate::program::{Addr, BinaryOp, Coeff, FreeInput, LinComb, Op, Step, Target, Term};
use crate::reg::Reg;

use super::token::Parser;

/// The factors of a product, as they are met.
#[derive(Default)]
struct Product {
    /// Numbers without suffix, and where they stand.
    numbers: Vec<(u128, Pos)>,
    /// A number with suffix `n`.
    long: Option<u128>,
    reg: Option<Reg>,
    free: Option<FreeInput>,
    factors: usize,
}

impl Parser<'_> {
    /// A step and the end of its line, which is left for the caller.
    pub(super) fn step(&mut self) -> Result<Step, ParseError> {
        let mut step = Step::default();
        if !self.at(":") {
            step.op = Some(self.combination()?);
            if self.eat("=>")? {
                step.dests.push(self.reg()?);
                while self.eat(",")? {
                    step.dests.push(self.reg()?);
                }
            }
        }
        if self.eat(":")? {
            step.ops.push(self.op()?);
            while self.eat(",")? {
                step.ops.push(self.op()?);
            }
        }
        match self.token {
            Token::Newline | Token::Comment(_) | Token::End => Ok(step),
            _ => self.unexpected(match (step.ops.last(), step.dests.last()) {
                (Some(_), _) => "`,` or the end of the line",
                (None, Some(_)) => "`,`, `:` or the end of the line",
                (None, None) => "an operator, `=>`, `:` or the end of the line",
            }),
        }
    }

    fn combination(&mut self) -> Result<LinComb, ParseError> {
        let negative = self.eat("-")?;
        let mut terms = vec![self.term(negative)?];
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
        let mut product = Product::default();
        self.factor(&mut product)?;
        while self.eat("*")? {
            self.factor(&mut product)?;
        }
        product.term(negative, pos)
    }

    fn factor(&mut self, product: &mut Product) -> Result<(), ParseError> {
        match self.token {
            Token::Number { value, long: false } => product.numbers.push((value, self.pos)),
            Token::Number { value, long: true } => product.long = Some(value),
            Token::Ident("zkPC") => return self.not_supported("`zkPC` in a combination"),
            Token::Symbol("%") => return self.not_supported("a constant `%name`"),
            Token::Symbol("@") => {
                return self.not_supported("a reference `@name` in a combination");
            }
            Token::Symbol("$") => product.free = Some(FreeInput::Bare),
            Token::Symbol("${") => {
                product.free = Some(FreeInput::Expr(self.free_input()?));
                product.factors += 1;
                return Ok(());
            }
            Token::Ident(word) => match Reg::from_name(word) {
                Some(_) if product.reg.is_some() => {
                    return self.error("two registers cannot be multiplied".to_owned());
                }
                Some(reg) => product.reg = Some(reg),
                None => return self.unexpected("a register, a number, `$` or `${`"),
            },
            _ => return self.unexpected("a register, a number, `$` or `${`"),
        }
        product.factors += 1;
        self.bump()
    }

    fn reg(&mut self) -> Result<Reg, ParseError> {
        match self.token {
            Token::Ident(word) if let Some(reg) = Reg::from_name(word) => {
                self.bump()?;
                Ok(reg)
            }
            _ => self.unexpected("a register"),
        }
    }

    fn op(&mut self) -> Result<Op, ParseError> {
        let Token::Ident(word) = self.token else {
            return self.unexpected("an operation");
        };
        if let Some(&op) = BinaryOp::ALL.iter().find(|op| op.name() == word) {
            self.bump()?;
            return Ok(Op::Binary(op));
        }
        if word.starts_with("HASHK") {
            return self.not_supported(&format!("`{word}`"));
        }
        let simple = match word {
            "ARITH" => Some(Op::Arith),
            "ASSERT" => Some(Op::Assert),
            "MEM_ALIGN_RD" => Some(Op::MemAlignRd),
            "MEM_ALIGN_WR" => Some(Op::MemAlignWr),
            "MEM_ALIGN_WR8" => Some(Op::MemAlignWr8),
            "RETURN" => Some(Op::Return),
            "CALL" | "JMP" | "JMPC" | "JMPN" | "JMPNC" | "JMPNZ" | "JMPZ" | "MLOAD" | "MSTORE"
            | "REPEAT" => None,
            _ => return self.unexpected("an operation"),
        };
        self.bump()?;
        if let Some(op) = simple {
            return Ok(op);
        }
        self.expect("(", "`(`")?;
        let op = match word {
            "MLOAD" => Op::MLoad(self.addr()?),
            "MSTORE" => Op::MStore(self.addr()?),
            "JMP" => Op::Jmp(self.target()?),
            "CALL" => Op::Call(self.target()?),
            "JMPN" => self.branch(Op::JmpN)?,
            "JMPZ" => self.branch(Op::JmpZ)?,
            "JMPNZ" => self.branch(Op::JmpNz)?,
            "JMPC" => self.branch(Op::JmpC)?,
            "JMPNC" => self.branch(Op::JmpNc)?,
            _ => {
                if self.token != Token::Ident("RCX") {
                    return self.unexpected("`RCX`");
                }
                self.bump()?;
                Op::Repeat
            }
        };
        self.expect(")", "`)`")?;
        Ok(op)
    }

    fn branch(&mut self, make: fn(Target, Option<Target>) -> Op) -> Result<Op, ParseError> {
        let target = self.target()?;
        let otherwise = if self.eat(",")? {
            Some(self.target()?)
        } else {
            None
        };
        Ok(make(target, otherwise))
    }

    fn target(&mut self) -> Result<Target, ParseError> {
        if self.eat("@")? {
            let label = self.name("a label's name")?.to_owned();
            self.expect("+", "`+` and a register after `@label`")?;
            return Ok(Target::LabelPlus(label, self.reg()?));
        }
        match self.token {
            Token::Ident(word) if Reg::from_name(word).is_some() => Ok(Target::Reg(self.reg()?)),
            _ => {
                let label = self.name("a label, a register or `@label + register`")?;
                Ok(Target::Label(label.to_owned()))
            }
        }
    }

    fn addr(&mut self) -> Result<Addr, ParseError> {
        let Token::Ident(word) = self.token else {
            return self.unexpected("an address");
        };
        match word {
            "SP" => {
                self.bump()?;
                self.stack_addr()
            }
            "STACK" => Ok(Addr::StackE(self.indexed_by_e()?)),
            "MEM" => Ok(Addr::Mem(self.indexed_by_e()?)),
            "SYS" => Ok(Addr::Sys(self.indexed_by_e()?)),
            _ => {
                let name = self.name("an address")?.to_owned();
                if self.at("[") {
                    return self.not_supported("an array element");
                }
                if !self.eat("+")? {
                    return Ok(Addr::Var(name, None));
                }
                if matches!(self.token, Token::Number { .. }) {
                    let index = self.offset_after(false)?;
                    return Ok(Addr::Element(name, index.unsigned_abs()));
                }
                Ok(Addr::Var(name, Some(self.reg()?)))
            }
        }
    }

    /// What follows `SP`: nothing, `++`, `--` or an offset.
    fn stack_addr(&mut self) -> Result<Addr, ParseError> {
        for (sign, addr) in [("+", Addr::StackInc), ("-", Addr::StackDec)] {
            if self.at(sign) {
                let first = self.pos;
                self.bump()?;
                if !self.at(sign) {
                    return Ok(Addr::Stack(self.offset_after(sign == "-")?));
                }
                if self.pos.column != first.column + 1 {
                    return self.unexpected("a number");
                }
                self.bump()?;
                return Ok(addr);
            }
        }
        Ok(Addr::Stack(0))
    }

    /// `:E` with an offset, after the name of a region.
    fn indexed_by_e(&mut self) -> Result<i32, ParseError> {
        self.bump()?;
        self.expect(":", "`:`")?;
        if self.token != Token::Ident("E") {
            return self.unexpected("`E`");
        }
        self.bump()?;
        if self.eat("+")? {
            self.offset_after(false)
        } else if self.eat("-")? {
            self.offset_after(true)
        } else {
            Ok(0)
        }
    }

    /// The number of an offset, after its sign.
    fn offset_after(&mut self, negative: bool) -> Result<i32, ParseError> {
        let pos = self.pos;
        let magnitude: u32 = self.number("an offset")?;
        let offset = i64::from(magnitude) * if negative { -1 } else { 1 };
        i32::try_from(offset).map_err(|_| ParseError {
            pos,
            message: format!("offset {offset} is outside of -2^31 ..= 2^31-1"),
        })
    }
}

impl Product {
    /// The term that the factors make.
    fn term(self, negative: bool, pos: Pos) -> Result<Term, ParseError> {
        let error = |pos, message: &str| {
            Err(ParseError {
                pos,
                message: message.to_owned(),
            })
        };
        if let Some(free) = self.free {
            if negative || self.factors > 1 {
                return error(pos, "a free input can neither be subtracted nor multiplied");
            }
            return Ok(Term::Free(free));
        }
        if let Some(long) = self.long {
            if negative || self.factors > 1 {
                let message = "a number with suffix n can neither be subtracted nor multiplied";
                return error(pos, message);
            }
            return match u64::try_from(long) {
                Ok(value) => Ok(Term::ConstL(value)),
                Err(_) => error(pos, "a number with suffix n cannot exceed 2^64 - 1"),
            };
        }
        if let Some(reg) = self.reg {
            let mut factors = Vec::with_capacity(self.numbers.len());
            for (number, pos) in self.numbers {
                match u32::try_from(number) {
                    Ok(factor) => factors.push(factor),
                    Err(_) => return error(pos, "a coefficient's factor cannot exceed 2^32 - 1"),
                }
            }
            return Ok(Term::Reg(Coeff { negative, factors }, reg));
        }
        let product = self
            .numbers
            .into_iter()
            .try_fold(1i64, |product, (number, _)| {
                product.checked_mul(i64::try_from(number).ok()?)
            });
        match product {
            Some(product) => Ok(Term::Const(if negative { -product } else { product })),
            None => error(pos, "a number without suffix n cannot exceed 2^63 - 1"),
        }
    }
}
