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
//! | `hashKDigestR64(id, i)` | lanes of 64 bits of a hash's digest, i = 0 for the least significant ones |
//! | `bitwise_and(a, b)`, `bitwise_or(a, b)`, `bitwise_xor(a, b)` | integer |
//! | `bitwise_not(a)` | integer: a with its low 64 bits inverted, unlike `~a` |
//! | `comp_lt(a, b)`, `comp_gt(a, b)`, `comp_eq(a, b)` | integer, 0 or 1 |
//!
//! A command that names an unknown function or a variable that no command declares is refused when
//! the program is loaded, even if it would never run.

use std::collections::BTreeMap;

use zkasm::limits::ROWS;
use zkasm::{BinaryExprOp, Counter, Expr, Fe, Reg, Rom, RomFree, UnaryExprOp};

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
    /// `hashKDigestR64`.
    Digest(Node, Node),
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
    /// A variable of commands.
    Read(Local),
    Declare(Local, Box<Node>),
    Assign(Local, Box<Node>),
    Unary(UnaryExprOp, Box<Node>),
    Binary(BinaryExprOp, Box<(Node, Node)>),
    Choice(Box<(Node, Node, Node)>),
}

/// A variable of commands: its name and its number.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    name: Box<str>,
    number: usize,
}

/// What a program's commands can name.
pub(crate) struct Scope<'a> {
    rom: &'a Rom,
    /// The numbers of the variables that any command declares.
    locals: BTreeMap<&'a str, usize>,
}

impl<'a> Scope<'a> {
    /// The names of a program.
    pub(crate) fn of(rom: &'a Rom) -> Scope<'a> {
        let mut open: Vec<&Expr> = Vec::new();
        for line in &rom.lines {
            let commands = line.cmd_before.iter().chain(&line.cmd_after);
            open.extend(commands.map(|command| &command.expr));
            if let Some(RomFree::Expr(expr)) = &line.free {
                open.push(expr);
            }
        }
        let mut locals = BTreeMap::new();
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Declare(name, value) => {
                    let number = locals.len();
                    locals.entry(name.as_str()).or_insert(number);
                    open.extend(value.as_deref());
                }
                Expr::Assign(_, operand) | Expr::Unary(_, operand) => open.push(operand),
                Expr::Binary(_, left, right) => open.extend([&**left, right]),
                Expr::Ternary(condition, then, otherwise) => {
                    open.extend([&**condition, then, otherwise]);
                }
                Expr::Call(_, args) => open.extend(args),
                Expr::Number(_) | Expr::Reg(_) | Expr::Ident(_) | Expr::Mem(_) | Expr::Const(_) => {
                }
            }
        }
        Scope { rom, locals }
    }

    /// The number of variables.
    pub(crate) fn variables(&self) -> usize {
        self.locals.len()
    }

    fn local(&self, name: &str) -> Result<Local, String> {
        match self.locals.get(name) {
            Some(&number) => Ok(Local {
                name: name.into(),
                number,
            }),
            None => Err(format!("no command declares the variable {name}")),
        }
    }
}

/// What a function gives to an expression.
enum Function {
    Lanes,
    Integer,
    Unknown,
}

fn function(name: &str) -> Function {
    match name {
        "beforeLast" | "cond" | "exp" | "hashKDigestR64" => Function::Lanes,
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
    pub(crate) fn compile(expr: &Expr, scope: &Scope<'_>) -> Result<Command, String> {
        match expr {
            Expr::Call(name, args) if matches!(function(name), Function::Lanes) => {
                match (name.as_str(), args.as_slice()) {
                    ("beforeLast", []) => Ok(Command::BeforeLast(None)),
                    ("beforeLast", [k]) => Ok(Command::BeforeLast(Some(Node::compile(k, scope)?))),
                    ("cond", [value]) => Ok(Command::Cond(Node::compile(value, scope)?)),
                    ("exp", [base, exponent]) => Ok(Command::Exp(
                        Node::compile(base, scope)?,
                        Node::compile(exponent, scope)?,
                    )),
                    ("hashKDigestR64", [id, part]) => Ok(Command::Digest(
                        Node::compile(id, scope)?,
                        Node::compile(part, scope)?,
                    )),
                    _ => wrong_arguments(name, args.len()),
                }
            }
            Expr::Ternary(condition, then, otherwise) => {
                let condition = Node::compile(condition, scope)?;
                let ways = (
                    Command::compile(then, scope)?,
                    Command::compile(otherwise, scope)?,
                );
                Ok(match ways {
                    (Command::Value(then), Command::Value(otherwise)) => {
                        Command::Value(Node::Choice(Box::new((condition, then, otherwise))))
                    }
                    ways => Command::Choice(condition, Box::new(ways)),
                })
            }
            _ => Node::compile(expr, scope).map(Command::Value),
        }
    }

    /// The command's value in a state.
    pub(crate) fn eval(&self, state: &mut State) -> Checked<Word> {
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
            Command::Digest(id, part) => {
                let (id, part) = (id.eval(state)?, part.eval(state)?);
                state.hash_digest(id.as_i64(), part.as_i64())
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

impl Local {
    #[cold]
    fn not_declared(&self) -> Box<Check> {
        let variable = self.name.to_string();
        Box::new(Check::NotDeclared { variable })
    }
}

impl Node {
    fn compile(expr: &Expr, scope: &Scope<'_>) -> Result<Node, String> {
        let pair = |a: &Expr, b: &Expr| -> Result<Box<(Node, Node)>, String> {
            Ok(Box::new((
                Node::compile(a, scope)?,
                Node::compile(b, scope)?,
            )))
        };
        Ok(match expr {
            Expr::Number(value) => Node::Number(Int::from(*value)),
            Expr::Reg(reg) => match state::counter(*reg) {
                Some(counter) => Node::Counter(counter),
                None if *reg == Reg::RotlC => return Err("a command cannot read ROTL_C".to_owned()),
                None if reg.is_wide() => Node::Wide(*reg),
                None => Node::Narrow(*reg),
            },
            Expr::Ident(name) => Node::Read(scope.local(name)?),
            Expr::Declare(name, value) => {
                let value = match value {
                    Some(value) => Node::compile(value, scope)?,
                    None => Node::Number(Int::Small(0)),
                };
                Node::Declare(scope.local(name)?, Box::new(value))
            }
            Expr::Assign(name, value) => {
                Node::Assign(scope.local(name)?, Box::new(Node::compile(value, scope)?))
            }
            Expr::Mem(name) => match scope.rom.vars.get(name) {
                Some((_, offset)) => Node::Variable(Box::new((name.clone(), *offset))),
                None => return Err(format!("variable {name} is not declared")),
            },
            Expr::Const(name) => match scope.rom.constants.get(name) {
                Some(constant) => Node::Number(Int::Small(constant.value)),
                None => return Err(format!("constant {name} is not defined")),
            },
            Expr::Unary(op, operand) => Node::Unary(*op, Box::new(Node::compile(operand, scope)?)),
            Expr::Binary(op, left, right) => Node::Binary(*op, pair(left, right)?),
            Expr::Ternary(condition, then, otherwise) => Node::Choice(Box::new((
                Node::compile(condition, scope)?,
                Node::compile(then, scope)?,
                Node::compile(otherwise, scope)?,
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
                        let operands = Box::new((Node::compile(a, scope)?, ones));
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

    fn eval(&self, state: &mut State) -> Checked<Int> {
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
            Node::Read(local) => match &state.variables[local.number] {
                Some(value) => value.clone(),
                None => return Err(local.not_declared()),
            },
            Node::Assign(local, value) => {
                if state.variables[local.number].is_none() {
                    return Err(local.not_declared());
                }
                let value = value.eval(state)?;
                state.variables[local.number].insert(value).clone()
            }
            Node::Declare(local, value) => {
                let variable = &mut state.variables[local.number];
                if variable.is_some() && !local.name.starts_with('_') {
                    let variable = local.name.to_string();
                    return Err(Box::new(Check::DeclaredAgain { variable }));
                }
                // The value can name the variable, which is 0 by then.
                *variable = Some(Int::Small(0));
                let value = value.eval(state)?;
                state.variables[local.number].insert(value).clone()
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
