//! Steps: `combination => destinations :operations`.

use crate::error::ParseError;
use crate::lex::Token;
use crate::op::{Addr, BinaryOp, HashId, HashOp, Op, Target};
use crate::program::Step;
use crate::reg::Reg;

use super::token::Parser;

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
        if let Some(&op) = HashOp::ALL.iter().find(|op| op.name() == word) {
            self.bump()?;
            self.expect("(", "`(`")?;
            let id = if self.token == Token::Ident("E") {
                self.bump()?;
                HashId::E
            } else {
                HashId::Number(self.number("a hash's number")?)
            };
            self.expect(")", "`)`")?;
            return Ok(Op::Hash(op, id));
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
                if self.eat("[")? {
                    return self.element(name);
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

    /// What follows `name[`: a number, or E with an offset.
    fn element(&mut self, name: String) -> Result<Addr, ParseError> {
        let addr = if self.token == Token::Ident("E") {
            match self.offset_of_e()? {
                0 => Addr::Var(name, Some(Reg::E)),
                offset => Addr::ElementE(name, offset),
            }
        } else {
            Addr::Element(name, self.offset_after(false)?.unsigned_abs())
        };
        self.expect("]", "`]`")?;
        Ok(addr)
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
        self.offset_of_e()
    }

    /// `E` with an offset.
    fn offset_of_e(&mut self) -> Result<i32, ParseError> {
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
