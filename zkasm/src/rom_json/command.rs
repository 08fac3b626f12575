//! Commands as trees of JSON.

use serde_json::{Value, json};

use super::fields::{Fields, Problem};
use crate::expr::{BinaryExprOp, Expr, Module, UnaryExprOp};
use crate::reg::Reg;
use crate::rom::Rom;

/// What operators are called.
const BINARY: &[(BinaryExprOp, &str)] = &[
    (BinaryExprOp::Add, "add"),
    (BinaryExprOp::Sub, "sub"),
    (BinaryExprOp::Mul, "mul"),
    (BinaryExprOp::Div, "div"),
    (BinaryExprOp::Rem, "mod"),
    (BinaryExprOp::And, "bitand"),
    (BinaryExprOp::Or, "bitor"),
    (BinaryExprOp::Xor, "bitxor"),
    (BinaryExprOp::Shl, "shl"),
    (BinaryExprOp::Shr, "shr"),
    (BinaryExprOp::LogicAnd, "and"),
    (BinaryExprOp::LogicOr, "or"),
    (BinaryExprOp::Eq, "eq"),
    (BinaryExprOp::Ne, "ne"),
    (BinaryExprOp::Lt, "lt"),
    (BinaryExprOp::Le, "le"),
    (BinaryExprOp::Gt, "gt"),
    (BinaryExprOp::Ge, "ge"),
];

const UNARY: &[(UnaryExprOp, &str)] = &[
    (UnaryExprOp::Neg, "neg"),
    (UnaryExprOp::Not, "not"),
    (UnaryExprOp::BitNot, "bitnot"),
];

/// The name of an operator in a table.
fn name_of<T: PartialEq>(table: &[(T, &'static str)], op: &T) -> &'static str {
    table
        .iter()
        .find(|(known, _)| known == op)
        .map_or("", |(_, name)| name)
}

/// A command of a program with that ROM.
pub(super) fn to_json(expr: &Expr, rom: &Rom) -> Value {
    tree(expr, Some(rom))
}

/// Without a ROM, names of the program stay as they are: so the reference leaves them inside of an
/// index.
fn tree(expr: &Expr, rom: Option<&Rom>) -> Value {
    let list = |operands: &[&Expr]| -> Vec<Value> {
        operands.iter().map(|operand| tree(operand, rom)).collect()
    };
    match expr {
        Expr::Number(value) => number(value),
        Expr::Reg(reg) => json!({"op": "getReg", "regName": reg.name()}),
        Expr::ZkPc => json!({"op": "getReg", "regName": "zkPC"}),
        Expr::Ident(name) => json!({"op": "getVar", "varName": name}),
        Expr::Declare(name, None) => json!({"op": "declareVar", "varName": name}),
        Expr::Declare(name, Some(value)) => {
            let left = json!({"op": "declareVar", "varName": name});
            values("setVar", vec![left, tree(value, rom)])
        }
        Expr::Assign(name, value) => {
            let left = json!({"op": "getVar", "varName": name});
            values("setVar", vec![left, tree(value, rom)])
        }
        Expr::Unary(op, operand) => values(name_of(UNARY, op), list(&[operand])),
        Expr::Binary(op, left, right) => values(name_of(BINARY, op), list(&[left, right])),
        Expr::Ternary(condition, then, otherwise) => {
            values("if", list(&[condition, then, otherwise]))
        }
        Expr::Call(name, args) => {
            let params = args.iter().map(|arg| tree(arg, rom)).collect();
            with(
                json!({"op": "functionCall", "funcName": name}),
                "params",
                Value::Array(params),
            )
        }
        Expr::Data(module, name, index) => data(*module, name, index.as_deref(), rom),
    }
}

fn values(op: &str, values: Vec<Value>) -> Value {
    with(json!({"op": op}), "values", Value::Array(values))
}

/// An object with one more member, which is moved, not copied.
fn with(mut object: Value, member: &str, value: Value) -> Value {
    if let Value::Object(map) = &mut object {
        map.insert(member.to_owned(), value);
    }
    object
}

fn number(value: impl ToString) -> Value {
    json!({"op": "number", "num": value.to_string()})
}

fn data(module: Module, name: &str, index: Option<&Expr>, rom: Option<&Rom>) -> Value {
    let array_offset = match index {
        None => json!(0),
        Some(index) => tree(index, None),
    };
    let Some(rom) = rom else {
        let data = json!({"op": "getData", "module": module.text(), "offset": name});
        return with(data, "arrayOffset", array_offset);
    };
    let constant_index = match index {
        Some(Expr::Number(index)) => *index,
        _ => 0,
    };
    let offset = rom
        .vars
        .get(name)
        .map_or(0, |(_, offset)| u128::from(*offset));
    let address = offset.saturating_add(constant_index);
    // As in JavaScript, a number is rounded if it is large.
    let address = match u64::try_from(address) {
        Ok(address) => json!(address),
        Err(_) => json!(address as f64),
    };
    match module {
        Module::Const => {
            let value = rom.constants.get(name).map_or(0, |constant| constant.value);
            let number = json!({
                "op": "number", "module": "const", "num": value.to_string(), "offsetLabel": name,
            });
            with(number, "arrayOffset", array_offset)
        }
        Module::Addr => {
            let number =
                json!({"op": "number", "module": "addr", "num": address, "offsetLabel": name});
            with(number, "arrayOffset", array_offset)
        }
        Module::Mem => match index {
            None | Some(Expr::Number(_)) => {
                let word = json!({
                    "op": "getMemValue", "module": "mem", "offset": address, "offsetLabel": name,
                });
                with(word, "arrayOffset", array_offset)
            }
            Some(_) => {
                let index = match offset {
                    0 => array_offset,
                    _ => values("add", vec![array_offset, number(offset)]),
                };
                let word = json!({"op": "getMemValueByAddress", "module": "mem"});
                with(word, "params", Value::Array(vec![index]))
            }
        },
    }
}

/// Reads a command. A word of memory becomes an element of the variable that the command names,
/// which is noted in `vars` with its offset.
pub(super) fn from_json(value: &Value, vars: &mut Vec<(String, i64)>) -> Result<Expr, Problem> {
    let fields = Fields::of(value)?;
    let op = fields.text("op")?;
    let mut operands = |field: &str| -> Result<Vec<Expr>, Problem> {
        fields
            .list(field)?
            .iter()
            .enumerate()
            .map(|(index, value)| {
                from_json(value, vars)
                    .map_err(|problem| problem.within(format!("{field}[{index}]")))
            })
            .collect()
    };
    let exactly = |found: usize, wanted: usize| {
        if found == wanted {
            Ok(())
        } else {
            let problem = format!("{op} has {wanted} values, not {found}");
            Err(Problem::new(problem).within("values"))
        }
    };
    if let Some((op, _)) = BINARY.iter().find(|(_, name)| *name == op) {
        let values = operands("values")?;
        exactly(values.len(), 2)?;
        let [left, right] = <[Expr; 2]>::try_from(values).map_err(|_| Problem::new("values"))?;
        return Ok(left.binary(*op, right));
    }
    if let Some((op, _)) = UNARY.iter().find(|(_, name)| *name == op) {
        let values = operands("values")?;
        exactly(values.len(), 1)?;
        let [operand] = <[Expr; 1]>::try_from(values).map_err(|_| Problem::new("values"))?;
        return Ok(Expr::Unary(*op, Box::new(operand)));
    }
    Ok(match op {
        "number" => {
            let (negative, magnitude) = fields.big("num")?;
            let number = Expr::Number(magnitude);
            if negative {
                Expr::Unary(UnaryExprOp::Neg, Box::new(number))
            } else {
                number
            }
        }
        "getReg" => match fields.text("regName")? {
            "zkPC" => Expr::ZkPc,
            name => match Reg::from_name(name).filter(|reg| *reg != Reg::RotlC) {
                Some(reg) => Expr::Reg(reg),
                None => {
                    let problem = format!("a command cannot read the register `{name}`");
                    return Err(Problem::new(problem).within("regName"));
                }
            },
        },
        "getVar" => Expr::Ident(fields.name("varName")?),
        "declareVar" => Expr::Declare(fields.name("varName")?, None),
        "setVar" => {
            let values = operands("values")?;
            exactly(values.len(), 2)?;
            match <[Expr; 2]>::try_from(values) {
                Ok([Expr::Ident(name), value]) => Expr::Assign(name, Box::new(value)),
                Ok([Expr::Declare(name, None), value]) => {
                    Expr::Declare(name, Some(Box::new(value)))
                }
                _ => {
                    let problem = "only a variable can be assigned to";
                    return Err(Problem::new(problem).within("values[0]"));
                }
            }
        }
        "if" => {
            let values = operands("values")?;
            exactly(values.len(), 3)?;
            let [condition, then, otherwise] =
                <[Expr; 3]>::try_from(values).map_err(|_| Problem::new("values"))?;
            Expr::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise))
        }
        "functionCall" => Expr::Call(fields.name("funcName")?, operands("params")?),
        "getMemValue" => {
            let address = fields.integer("offset", 0, u32::MAX.into())?;
            let name = match fields.get("offsetLabel") {
                Some(_) => fields.name("offsetLabel")?,
                None => return Err(Problem::new("a word of memory without offsetLabel")),
            };
            let index = match fields.get("arrayOffset") {
                None => 0,
                Some(Value::Number(number)) if number.as_u64() == Some(0) => 0,
                Some(index) => {
                    let index = Fields::of(index).and_then(|index| index.big("num"));
                    let index = index.map_err(|problem| problem.within("arrayOffset"))?;
                    match index {
                        (false, index) if index <= address as u128 => index as i64,
                        _ => {
                            let problem = "an index beyond the word's address";
                            return Err(Problem::new(problem).within("arrayOffset"));
                        }
                    }
                }
            };
            vars.push((name.clone(), address - index));
            let index = (index != 0).then(|| Box::new(Expr::Number(index as u128)));
            Expr::Data(Module::Mem, name, index)
        }
        "getMemValueByAddress" => {
            return Err(Problem::new(
                "the executor cannot read memory by a computed address",
            ));
        }
        "" => return Err(Problem::new("an empty command")),
        _ => {
            let shown = crate::lex::shortened(op);
            return Err(Problem::new(format!("unknown command `{shown}`")).within("op"));
        }
    })
}

/// Whether a command is that of `$`.
pub(super) fn is_bare(value: &Value) -> bool {
    value.get("op").and_then(Value::as_str) == Some("")
}
