//! The canonical printer.
//!
//! One line per item, steps and declarations as the parser reads them back. Products print the
//! register first (`A*2*3`), sums print the sign of what follows (`A - 1`), and commands have
//! parentheses around every nested binary or ternary expression, because the reference's grammar
//! has only two levels of precedence.

use std::fmt::{self, Display, Write};

use crate::constant::{ConstDecl, ConstExpr};
use crate::expr::Expr;
use crate::op::{Addr, HashId, Op, Target};
use crate::program::{
    Coeff, Command, Factor, FreeInput, Item, LinComb, Program, Step, Term, VarDecl,
};
use crate::reg::Reg;

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))
    }
}

impl fmt::Display for Item {
    /// The item's line, without the line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Comment(text) => comment(f, text),
            Item::Var(var) => var.fmt(f),
            Item::Const(constant) => constant.fmt(f),
            Item::Label(name) => write!(f, "{name}:"),
            Item::Command(command) => command.fmt(f),
            Item::Step(step) => write!(f, "  {step}"),
        }
    }
}

/// A comment on one line, whatever its text: what could end the line becomes a space.
fn comment(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let ends_line = |c: char| (c.is_control() && c != '\t') || c == '\u{2028}' || c == '\u{2029}';
    f.write_char(';')?;
    if !text.is_empty() {
        f.write_char(' ')?;
    }
    text.chars()
        .try_for_each(|c| f.write_char(if ends_line(c) { ' ' } else { c }))
}

impl fmt::Display for VarDecl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.ctx { "CTX" } else { "GLOBAL" };
        write!(f, "VAR {scope} {}", self.name)?;
        if self.words != 1 {
            write!(f, "[{}]", self.words)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$${{{}}}", self.expr)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(op) = &self.op {
            op.fmt(f)?;
        }
        for (i, dest) in self.dests.iter().enumerate() {
            write!(f, "{}{dest}", if i == 0 { " => " } else { ", " })?;
        }
        for (i, op) in self.ops.iter().enumerate() {
            let separator = match i {
                0 if self.op.is_none() => ":",
                0 => " :",
                _ => ", ",
            };
            write!(f, "{separator}{op}")?;
        }
        Ok(())
    }
}

impl fmt::Display for LinComb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            f.write_str(match (i, is_negative(term)) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            })?;
            match term {
                Term::Reg(coeff, reg) => {
                    write!(f, "{reg}")?;
                    coeff.factors.iter().try_for_each(|k| write!(f, "*{k}"))?;
                }
                Term::Const(value) => write!(f, "{}", value.unsigned_abs())?,
                Term::ConstL(value) => write!(f, "{value:#x}n")?,
                Term::Product(product) => {
                    for (i, factor) in product.factors.iter().enumerate() {
                        write!(f, "{}{factor}", if i == 0 { "" } else { "*" })?;
                    }
                }
                Term::Free(free) | Term::MinusFree(free) => free.fmt(f)?,
            }
        }
        Ok(())
    }
}

fn is_negative(term: &Term) -> bool {
    match term {
        Term::Reg(Coeff { negative, .. }, _) => *negative,
        Term::Const(value) => *value < 0,
        Term::Product(product) => product.negative,
        Term::MinusFree(_) => true,
        Term::ConstL(_) | Term::Free(_) => false,
    }
}

impl fmt::Display for FreeInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FreeInput::Bare => f.write_char('$'),
            FreeInput::Expr(expr) => write!(f, "${{{expr}}}"),
        }
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Factor::Number(value) => value.fmt(f),
            Factor::Long(value) => write!(f, "{value:#x}n"),
            Factor::Constant(name) => write!(f, "%{name}"),
            Factor::Address(name) => write!(f, "@{name}"),
            Factor::ZkPc => f.write_str("zkPC"),
            Factor::Reg(reg) => reg.fmt(f),
        }
    }
}

impl fmt::Display for ConstDecl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.long { "CONSTL" } else { "CONST" };
        write!(f, "{word} %{} = {}", self.name, self.value)
    }
}

impl fmt::Display for ConstExpr {
    /// With parentheses around everything nested but numbers and names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nested = |f: &mut fmt::Formatter<'_>, operand: &ConstExpr| match operand {
            ConstExpr::Number(_) | ConstExpr::Name(_) => operand.fmt(f),
            _ => write!(f, "({operand})"),
        };
        match self {
            // Larger numbers without suffix are rounded when read.
            ConstExpr::Number(value) if *value > 1 << 53 => write!(f, "{value}n"),
            ConstExpr::Number(value) => value.fmt(f),
            ConstExpr::Name(name) => write!(f, "%{name}"),
            ConstExpr::Neg(operand) => {
                f.write_char('-')?;
                nested(f, operand)
            }
            ConstExpr::Not(operand) => {
                f.write_char('!')?;
                nested(f, operand)
            }
            ConstExpr::Binary(op, left, right) => {
                nested(f, left)?;
                write!(f, " {} ", op.text())?;
                nested(f, right)
            }
            ConstExpr::Choice(condition, then, otherwise) => {
                nested(f, condition)?;
                f.write_str(" ? ")?;
                nested(f, then)?;
                f.write_str(" : ")?;
                nested(f, otherwise)
            }
            ConstExpr::OrElse(name, otherwise) => {
                write!(f, "%{name} ?? ")?;
                nested(f, otherwise)
            }
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Op::Binary(_)
            | Op::Arith
            | Op::MemAlignRd
            | Op::MemAlignWr
            | Op::MemAlignWr8
            | Op::Assert
            | Op::Return => f.write_str(name),
            Op::MLoad(addr) | Op::MStore(addr) => write!(f, "{name}({addr})"),
            Op::Hash(_, id) => write!(f, "{name}({id})"),
            Op::Jmp(target) | Op::Call(target) => write!(f, "{name}({target})"),
            Op::JmpN(target, otherwise)
            | Op::JmpZ(target, otherwise)
            | Op::JmpNz(target, otherwise)
            | Op::JmpC(target, otherwise)
            | Op::JmpNc(target, otherwise) => branch(f, name, target, otherwise.as_ref()),
            Op::Repeat => write!(f, "{name}({})", Reg::Rcx),
        }
    }
}

impl fmt::Display for HashId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HashId::Number(id) => id.fmt(f),
            HashId::E => Reg::E.fmt(f),
        }
    }
}

fn branch(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    target: &Target,
    otherwise: Option<&Target>,
) -> fmt::Result {
    match otherwise {
        None => write!(f, "{name}({target})"),
        Some(otherwise) => write!(f, "{name}({target}, {otherwise})"),
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_offset = |f: &mut fmt::Formatter<'_>, base: &str, offset: i32| match offset {
            0 => f.write_str(base),
            1.. => write!(f, "{base} + {offset}"),
            _ => write!(f, "{base} - {}", offset.unsigned_abs()),
        };
        match self {
            Addr::Stack(offset) => with_offset(f, "SP", *offset),
            Addr::StackInc => f.write_str("SP++"),
            Addr::StackDec => f.write_str("SP--"),
            Addr::StackE(offset) => with_offset(f, "STACK:E", *offset),
            Addr::Mem(offset) => with_offset(f, "MEM:E", *offset),
            Addr::Sys(offset) => with_offset(f, "SYS:E", *offset),
            Addr::Var(name, None) => f.write_str(name),
            Addr::Var(name, Some(index)) => write!(f, "{name}+{index}"),
            Addr::ElementE(name, offset) => {
                f.write_str(name)?;
                with_offset(f, "[E", *offset)?;
                f.write_char(']')
            }
            Addr::Element(name, index) => write!(f, "{name}+{index}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Label(name) => f.write_str(name),
            Target::Reg(reg) => reg.fmt(f),
            Target::LabelPlus(name, reg) => write!(f, "@{name} + {reg}"),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Number(value) => value.fmt(f),
            Expr::Reg(reg) => reg.fmt(f),
            Expr::Ident(name) => f.write_str(name),
            Expr::ZkPc => f.write_str("zkPC"),
            Expr::Data(module, name, None) => write!(f, "{}.{name}", module.text()),
            Expr::Data(module, name, Some(index)) => {
                write!(f, "{}.{name}[{index}]", module.text())
            }
            Expr::Declare(name, None) => write!(f, "var {name}"),
            Expr::Declare(name, Some(value)) => write!(f, "var {name} = {value}"),
            Expr::Assign(name, value) => write!(f, "{name} = {value}"),
            Expr::Unary(op, operand) => {
                f.write_str(op.text())?;
                match **operand {
                    Expr::Unary(..) => write!(f, "({operand})"),
                    _ => nested(f, operand),
                }
            }
            Expr::Binary(op, left, right) => {
                nested(f, left)?;
                write!(f, " {} ", op.text())?;
                nested(f, right)
            }
            Expr::Ternary(condition, then, otherwise) => {
                nested(f, condition)?;
                f.write_str(" ? ")?;
                nested(f, then)?;
                f.write_str(" : ")?;
                nested(f, otherwise)
            }
            Expr::Call(name, args) => {
                write!(f, "{name}(")?;
                for (i, arg) in args.iter().enumerate() {
                    write!(f, "{}{arg}", if i == 0 { "" } else { ", " })?;
                }
                f.write_char(')')
            }
        }
    }
}

/// An operand: in parentheses if an assignment or an operator of two or three operands makes it.
fn nested(f: &mut fmt::Formatter<'_>, operand: &Expr) -> fmt::Result {
    match operand {
        Expr::Binary(..) | Expr::Ternary(..) | Expr::Assign(..) | Expr::Declare(_, Some(_)) => {
            write!(f, "({operand})")
        }
        _ => operand.fmt(f),
    }
}
