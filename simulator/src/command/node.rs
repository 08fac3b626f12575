//! Integer expressions.

use zkasm::{BinaryExprOp, Counter, Expr, Module, Reg, UnaryExprOp};

use super::function::{gives_lanes, wrong_arguments};
use super::scope::Local;
use super::{Command, Scope, Value};
use crate::error::{Check, Checked, Operand, looked_up};
use crate::int::Int;
use crate::state::{self, State};

/// An integer expression.
#[derive(Debug)]
pub(crate) enum Node {
    Number(Int),
    /// A register of two lanes.
    Wide(Reg),
    /// A register of one lane.
    Narrow(Reg),
    Counter(Counter),
    ZkPc,
    /// A word of memory: what it is called and its address; the reference ignores the context.
    Word(Box<(String, i64)>),
    /// A variable of commands.
    Read(Local),
    /// A variable of commands is made.
    Declare(Local),
    /// What must turn out to be an integer.
    Command(Box<Command>),
    Unary(UnaryExprOp, Box<Node>),
    Binary(BinaryExprOp, Box<(Node, Node)>),
    Choice(Box<(Node, Node, Node)>),
}

impl Node {
    pub(super) fn compile(expr: &Expr, scope: &Scope<'_>) -> Result<Node, String> {
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
            Expr::ZkPc => Node::ZkPc,
            Expr::Ident(name) => Node::Read(scope.local(name)?),
            Expr::Declare(name, None) => Node::Declare(scope.local(name)?),
            Expr::Declare(name, Some(value)) => {
                let value = Box::new(Command::Integer(Node::compile(value, scope)?));
                Node::Command(Box::new(Command::Declare(scope.local(name)?, value)))
            }
            Expr::Assign(name, value) => {
                let value = Box::new(Command::Integer(Node::compile(value, scope)?));
                Node::Command(Box::new(Command::Assign(scope.local(name)?, value)))
            }
            Expr::Data(module, name, index) => data(*module, name, index.as_deref(), scope)?,
            Expr::Unary(op, operand) => Node::Unary(*op, Box::new(Node::compile(operand, scope)?)),
            Expr::Binary(op, left, right) => Node::Binary(*op, pair(left, right)?),
            Expr::Ternary(condition, then, otherwise) => Node::Choice(Box::new((
                Node::compile(condition, scope)?,
                Node::compile(then, scope)?,
                Node::compile(otherwise, scope)?,
            ))),
            Expr::Call(name, args) => {
                let op = match (name.as_str(), args.as_slice()) {
                    (name, _) if gives_lanes(name) => {
                        return Err(format!("{name} gives lanes, which cannot be computed with"));
                    }
                    ("loadScalar", [value]) => return Node::compile(value, scope),
                    ("bitwise_not", [value]) => {
                        let ones = Node::Number(Int::Small(u64::MAX.into()));
                        let operands = Box::new((Node::compile(value, scope)?, ones));
                        return Ok(Node::Binary(BinaryExprOp::Xor, operands));
                    }
                    ("bitwise_and", [_, _]) => BinaryExprOp::And,
                    ("bitwise_or", [_, _]) => BinaryExprOp::Or,
                    ("bitwise_xor", [_, _]) => BinaryExprOp::Xor,
                    ("comp_lt", [_, _]) => BinaryExprOp::Lt,
                    ("comp_gt", [_, _]) => BinaryExprOp::Gt,
                    ("comp_eq", [_, _]) => BinaryExprOp::Eq,
                    (name, _) if gives_integer(name) => {
                        return Err(wrong_arguments(name, args.len()));
                    }
                    _ => return Err(format!("unknown function {name}")),
                };
                Node::Binary(op, pair(&args[0], &args[1])?)
            }
        })
    }

    pub(super) fn eval(&self, state: &mut State<'_>) -> Checked<Int> {
        Ok(match self {
            Node::Number(value) => value.clone(),
            Node::Wide(reg) => Int::Small(state.looked_up(*reg)?.into()),
            Node::Narrow(reg) => Int::Small(state.index(*reg)?.into()),
            Node::Counter(counter) => Int::Small(state.counters[*counter].into()),
            Node::ZkPc => Int::Small(state.zkpc.into()),
            Node::Word(word) => {
                let (name, address) = &**word;
                match state.memory.written(*address) {
                    Some(value) => {
                        let name = || Operand::Variable(name.clone());
                        Int::Small(looked_up(value, name)?.into())
                    }
                    None => {
                        let variable = name.clone();
                        return Err(Box::new(Check::Unwritten { variable }));
                    }
                }
            }
            Node::Read(local) => match local.read(state)? {
                Value::Integer(value) => value.clone(),
                Value::Lanes(lanes) => {
                    return Err(Box::new(Check::LanesInArithmetic { lanes: *lanes }));
                }
            },
            Node::Declare(local) => {
                local.declare(state)?;
                Int::Small(0)
            }
            Node::Command(command) => command.integer(state)?,
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

/// Whether a function gives an integer.
pub(super) fn gives_integer(name: &str) -> bool {
    matches!(
        name,
        "loadScalar"
            | "bitwise_not"
            | "bitwise_and"
            | "bitwise_or"
            | "bitwise_xor"
            | "comp_lt"
            | "comp_gt"
            | "comp_eq"
    )
}

/// What `module.name[index]` is.
fn data(
    module: Module,
    name: &str,
    index: Option<&Expr>,
    scope: &Scope<'_>,
) -> Result<Node, String> {
    if module == Module::Const {
        return match scope.rom.constants.get(name) {
            Some(constant) => Ok(Node::Number(Int::Small(constant.value))),
            None => Err(format!("constant {name} is not defined")),
        };
    }
    let Some((_, offset)) = scope.rom.vars.get(name) else {
        return Err(format!("variable {name} is not declared"));
    };
    let index = match (index, module) {
        (None, _) => 0,
        (Some(Expr::Number(index)), _) => match u32::try_from(*index) {
            Ok(index) => index.into(),
            Err(_) => return Err(format!("index {index} of {name} is too large")),
        },
        (Some(_), Module::Addr) => 0,
        (Some(_), _) => {
            return Err(format!(
                "the executor cannot read mem.{name}[…] unless the index is a number"
            ));
        }
    };
    let address = i64::from(*offset) + index;
    Ok(match module {
        Module::Mem if index != 0 => Node::Word(Box::new((format!("{name}[{index}]"), address))),
        Module::Mem => Node::Word(Box::new((name.to_owned(), address))),
        _ => Node::Number(Int::Small(address.into())),
    })
}
