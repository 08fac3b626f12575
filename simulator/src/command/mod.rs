//! Commands: `${…}`, whose value is a free input, and `$${…}`, run for their effect.
//!
//! They are compiled when a program is loaded. A command's value is an integer, whose two's
//! complement modulo 2^64 is split into lanes; or it is a pair of lanes, which only some functions
//! give (see the module `function`) and which can be assigned to a variable but not computed with.
//!
//! A command that names an unknown function or a variable that no command declares is refused when
//! the program is loaded, even if it would never run.

mod function;
mod node;
mod scope;

use zkasm::{Expr, Pos};

use crate::error::{Check, Checked};
use crate::int::Int;
use crate::state::State;
use crate::word::Word;
use function::{Effect, Lanes};
use node::Node;
use scope::Local;
pub(crate) use scope::Scope;

/// A compiled command.
#[derive(Debug)]
pub(crate) enum Command {
    /// An integer.
    Integer(Node),
    /// A function that gives lanes.
    Lanes(Lanes),
    /// A function run for its effect.
    Effect(Effect),
    /// A variable of commands, whatever it holds.
    Read(Local),
    /// `var x = e`.
    Declare(Local, Box<Command>),
    /// `x = e`.
    Assign(Local, Box<Command>),
    /// A choice of which one way at least may be a pair of lanes.
    Choice(Node, Box<(Command, Command)>),
}

/// What a command gives.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// An integer.
    Integer(Int),
    /// A pair of lanes.
    Lanes(Word),
}

impl Value {
    /// The lanes of a free input.
    pub(crate) fn word(self) -> Word {
        match self {
            Value::Integer(value) => Word::from_u64(value.low_u64()),
            Value::Lanes(lanes) => lanes,
        }
    }
}

impl Command {
    /// Compiles the command of a free input, at a place; the error says what the executor does not
    /// know of it.
    pub(crate) fn free_input(expr: &Expr, scope: &Scope<'_>, pos: Pos) -> Result<Command, String> {
        match Command::compile(expr, scope, pos)? {
            Command::Effect(effect) if !effect.has_value() => {
                Err("a function without a value".to_owned())
            }
            command => Ok(command),
        }
    }

    /// Compiles a command that is run for its effect, at a place; the error says what the executor
    /// does not know of it.
    pub(crate) fn compile(expr: &Expr, scope: &Scope<'_>, pos: Pos) -> Result<Command, String> {
        let operand = |expr: &Expr| Command::free_input(expr, scope, pos);
        Ok(match expr {
            Expr::Call(name, args) if name == "loadScalar" => match args.as_slice() {
                [value] => operand(value)?,
                _ => return Err(function::wrong_arguments(name, args.len())),
            },
            Expr::Call(name, args) => {
                if let Some(effect) = Effect::compile(name, args, scope, pos)? {
                    Command::Effect(effect)
                } else if let Some(lanes) = Lanes::compile(name, args, scope)? {
                    Command::Lanes(lanes)
                } else {
                    Command::Integer(Node::compile(expr, scope)?)
                }
            }
            Expr::Ident(name) => Command::Read(scope.local(name)?),
            Expr::Declare(name, Some(value)) => {
                Command::Declare(scope.local(name)?, Box::new(operand(value)?))
            }
            Expr::Assign(name, value) => {
                Command::Assign(scope.local(name)?, Box::new(operand(value)?))
            }
            Expr::Ternary(condition, then, otherwise) => {
                let condition = Node::compile(condition, scope)?;
                match (operand(then)?, operand(otherwise)?) {
                    (Command::Integer(then), Command::Integer(otherwise)) => {
                        Command::Integer(Node::Choice(Box::new((condition, then, otherwise))))
                    }
                    ways => Command::Choice(condition, Box::new(ways)),
                }
            }
            _ => Command::Integer(Node::compile(expr, scope)?),
        })
    }

    /// The command's value in a state, as lanes.
    #[inline]
    pub(crate) fn eval(&self, state: &mut State<'_>) -> Checked<Word> {
        match self {
            Command::Integer(value) => Ok(Word::from_u64(value.eval(state)?.low_u64())),
            _ => self.value(state).map(Value::word),
        }
    }

    fn value(&self, state: &mut State<'_>) -> Checked<Value> {
        match self {
            Command::Integer(value) => value.eval(state).map(Value::Integer),
            Command::Lanes(lanes) => lanes.eval(state).map(Value::Lanes),
            Command::Effect(effect) => effect.run(state).map(Value::Lanes),
            Command::Read(local) => local.read(state).cloned(),
            Command::Declare(local, value) => {
                // The variable is there, and 0, while its value is computed.
                local.declare(state)?;
                let value = value.value(state)?;
                local.assign(state, value)
            }
            Command::Assign(local, value) => {
                local.read(state)?;
                let value = value.value(state)?;
                local.assign(state, value)
            }
            Command::Choice(condition, ways) => {
                if condition.eval(state)?.is_true() {
                    ways.0.value(state)
                } else {
                    ways.1.value(state)
                }
            }
        }
    }

    /// The command's value where an integer is needed.
    fn integer(&self, state: &mut State<'_>) -> Checked<Int> {
        match self.value(state)? {
            Value::Integer(value) => Ok(value),
            Value::Lanes(lanes) => Err(Box::new(Check::LanesInArithmetic { lanes })),
        }
    }
}
