//! Commands: `${…}`, whose value is a free input, and `$${…}`, run for their effect.
//!
//! They are compiled when a program is loaded. A command's value is an integer, whose two's
//! complement modulo 2^64 is split into lanes; or it is a pair of lanes, which only some functions
//! give and which cannot be computed with:
//!
//! | function | value |
//! |---|---|
//! | `beforeLast(k)` | lanes: -1 while fewer than 2^23 - k steps have run, then 0. Without argument k = -2, as the reference has it |
//! | `cond(e)` | lanes: -1 if e is not 0, else 0 |
//! | `exp(b, e)` | lanes of b to the power of e |
//! | `bitwise_and(a, b)`, `bitwise_or(a, b)`, `bitwise_xor(a, b)` | integer |
//! | `bitwise_not(a)` | integer: a with its low 64 bits inverted, unlike `~a` |
//! | `comp_lt(a, b)`, `comp_gt(a, b)`, `comp_eq(a, b)` | integer, 0 or 1 |
//!
//! A command that names an unknown function or a variable that no command declares is refused when
//! the program is loaded, even if it would never run.

use zkasm::limits::ROWS;
use zkasm::{BinaryExprOp, Counter, Expr, Fe, Reg, Rom, UnaryExprOp};

use crate::error::{Check, Checked, Operand, looked_up};
use crate::int::Int;
use crate::state::{self, State};
use crate::word::Word;

/// What a command gives.
#[derive(Debug)]
pub(crate) enum Command {
    /// An integer, as lanes.
    Value(Node),
    /// `beforeLast`.
    BeforeLast(Option<Node>),
    /// `cond`.
    Cond(Node),
    /// `exp`.
    Exp(Node, Node),
    /// A choice of which one way at least is a pair of lanes.
    Choice(Node, Box<(Command, Command)>),
}

/// An integer expression.
#[derive(Debug)]
pub(crate) enum Node {
    Number(Int),
    /// A register of two lanes.
    Wide(Reg),
    /// A register of one lane.
    Narrow(Reg),
    Counter(Counter),
    /// A variable by its address; the reference ignores the context.
    Variable(Box<(String, u32)>),
    Unary(UnaryExprOp, Box<Node>),
    Binary(BinaryExprOp, Box<(Node, Node)>),
    Choice(Box<(Node, Node, Node)>),
}

/// What a function gives to an expression.
enum Function {
    Lanes,
    Integer,
    Unknown,
}

fn function(name: &str) -> Function {
    match name {
        "beforeLast" | "cond" | "exp" => Function::Lanes,
        "bitwise_and" | "bitwise_or" | "bitwise_xor" | "bitwise_not" | "comp_lt" | "comp_gt"
        | "comp_eq" => Function::Integer,
        _ => Function::Unknown,
    }
}

fn wrong_arguments<T>(name: &str, found: usize) -> Result<T, String> {
    Err(format!("wrong number of arguments of {name}: {found}"))
}

impl Command {
    /// Compiles a command; the error says what the executor does not know of it.
    pub(crate) fn compile(expr: &Expr, rom: &Rom) -> Result<Command, String> {
        match expr {
            Expr::Call(name, args) if matches!(function(name), Function::Lanes) => {
                match (name.as_str(), args.as_slice()) {
                    ("beforeLast", []) => Ok(Command::BeforeLast(None)),
                    ("beforeLast", [k]) => Ok(Command::BeforeLast(Some(Node::compile(k, rom)?))),
                    ("cond", [value]) => Ok(Command::Cond(Node::compile(value, rom)?)),
                    ("exp", [base, exponent]) => Ok(Command::Exp(
                        Node::compile(base, rom)?,
                        Node::compile(exponent, rom)?,
                    )),
                    _ => wrong_arguments(name, args.len()),
                }
            }
            Expr::Ternary(condition, then, otherwise) => {
                let condition = Node::compile(condition, rom)?;
                let ways = (
                    Command::compile(then, rom)?,
                    Command::compile(otherwise, rom)?,
                );
                Ok(match ways {
                    (Command::Value(then), Command::Value(otherwise)) => {
                        Command::Value(Node::Choice(Box::new((condition, then, otherwise))))
                    }
                    ways => Command::Choice(condition, Box::new(ways)),
                })
            }
            _ => Node::compile(expr, rom).map(Command::Value),
        }
    }

    /// The command's value in a state.
    pub(crate) fn eval(&self, state: &State) -> Checked<Word> {
        let flag = |set: bool| Word::narrow(if set { -Fe::ONE } else { Fe::ZERO });
        match self {
            Command::Value(value) => Ok(Word::from_u64(value.eval(state)?.low_u64())),
            Command::BeforeLast(k) => {
                let k = match k {
                    None => Int::Small(-2),
                    Some(k) => k.eval(state)?,
                };
                let limit = Int::Small(ROWS.into()).binary(BinaryExprOp::Sub, k)?;
                let step = Int::Small(state.step().into());
                Ok(flag(step.binary(BinaryExprOp::Lt, limit)?.is_true()))
            }
            Command::Cond(value) => Ok(flag(value.eval(state)?.is_true())),
            Command::Exp(base, exponent) => {
                let power = base.eval(state)?.power(&exponent.eval(state)?)?;
                Ok(Word::from_u64(power.low_u64()))
            }
            Command::Choice(condition, ways) => {
                if condition.eval(state)?.is_true() {
                    ways.0.eval(state)
                } else {
                    ways.1.eval(state)
                }
            }
        }
    }
}

impl Node {
    fn compile(expr: &Expr, rom: &Rom) -> Result<Node, String> {
        let pair = |a: &Expr, b: &Expr| -> Result<Box<(Node, Node)>, String> {
            Ok(Box::new((Node::compile(a, rom)?, Node::compile(b, rom)?)))
        };
        Ok(match expr {
            Expr::Number(value) => Node::Number(Int::from(*value)),
            Expr::Reg(reg) => match state::counter(*reg) {
                Some(counter) => Node::Counter(counter),
                None if *reg == Reg::RotlC => return Err("a command cannot read ROTL_C".to_owned()),
                None if reg.is_wide() => Node::Wide(*reg),
                None => Node::Narrow(*reg),
            },
            Expr::Ident(name) => {
                return Err(format!("no command declares the variable {name}"));
            }
            Expr::Mem(name) => match rom.vars.get(name) {
                Some((_, offset)) => Node::Variable(Box::new((name.clone(), *offset))),
                None => return Err(format!("variable {name} is not declared")),
            },
            Expr::Const(name) => match rom.constants.get(name) {
                Some(constant) => Node::Number(Int::Small(constant.value)),
                None => return Err(format!("constant {name} is not defined")),
            },
            Expr::Unary(op, operand) => Node::Unary(*op, Box::new(Node::compile(operand, rom)?)),
            Expr::Binary(op, left, right) => Node::Binary(*op, pair(left, right)?),
            Expr::Ternary(condition, then, otherwise) => Node::Choice(Box::new((
                Node::compile(condition, rom)?,
                Node::compile(then, rom)?,
                Node::compile(otherwise, rom)?,
            ))),
            Expr::Call(name, args) => {
                let op = match function(name) {
                    Function::Integer => name.as_str(),
                    Function::Lanes => {
                        return Err(format!("{name} gives lanes, which cannot be computed with"));
                    }
                    Function::Unknown => return Err(format!("unknown function {name}")),
                };
                match (op, args.as_slice()) {
                    ("bitwise_not", [a]) => {
                        let ones = Node::Number(Int::Small(u64::MAX.into()));
                        let operands = Box::new((Node::compile(a, rom)?, ones));
                        Node::Binary(BinaryExprOp::Xor, operands)
                    }
                    ("bitwise_and", [a, b]) => Node::Binary(BinaryExprOp::And, pair(a, b)?),
                    ("bitwise_or", [a, b]) => Node::Binary(BinaryExprOp::Or, pair(a, b)?),
                    ("bitwise_xor", [a, b]) => Node::Binary(BinaryExprOp::Xor, pair(a, b)?),
                    ("comp_lt", [a, b]) => Node::Binary(BinaryExprOp::Lt, pair(a, b)?),
                    ("comp_gt", [a, b]) => Node::Binary(BinaryExprOp::Gt, pair(a, b)?),
                    ("comp_eq", [a, b]) => Node::Binary(BinaryExprOp::Eq, pair(a, b)?),
                    _ => return wrong_arguments(name, args.len()),
                }
            }
        })
    }

    fn eval(&self, state: &State) -> Checked<Int> {
        Ok(match self {
            Node::Number(value) => value.clone(),
            Node::Wide(reg) => Int::Small(state.looked_up(*reg)?.into()),
            Node::Narrow(reg) => Int::Small(state.index(*reg)?.into()),
            Node::Counter(counter) => Int::Small(state.counters[*counter].into()),
            Node::Variable(variable) => {
                let (name, address) = &**variable;
                let variable = || name.clone();
                match state.memory.written(i64::from(*address)) {
                    Some(value) => {
                        Int::Small(looked_up(value, || Operand::Variable(variable()))?.into())
                    }
                    None => {
                        return Err(Box::new(Check::Unwritten {
                            variable: variable(),
                        }));
                    }
                }
            }
            Node::Unary(op, operand) => operand.eval(state)?.unary(*op),
            Node::Binary(op, operands) => {
                let (left, right) = (operands.0.eval(state)?, operands.1.eval(state)?);
                left.binary(*op, right)?
            }
            Node::Choice(parts) => {
                let (condition, then, otherwise) = &**parts;
                if condition.eval(state)?.is_true() {
                    then.eval(state)?
                } else {
                    otherwise.eval(state)?
                }
            }
        })
    }
}
