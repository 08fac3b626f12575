//! The names that commands can use.

use std::collections::BTreeMap;

use zkasm::{Expr, Rom, RomFree};

use super::Value;
use super::function::is_known;
use crate::error::{Check, Checked};
use crate::input::Input;
use crate::int::Int;
use crate::state::State;

/// Names that the executor, which keeps variables in an array of JavaScript, takes for declared.
const TAKEN: &[&str] = &[
    "at",
    "concat",
    "constructor",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "hasOwnProperty",
    "includes",
    "indexOf",
    "isPrototypeOf",
    "join",
    "keys",
    "lastIndexOf",
    "length",
    "map",
    "pop",
    "propertyIsEnumerable",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toLocaleString",
    "toReversed",
    "toSorted",
    "toSpliced",
    "toString",
    "unshift",
    "valueOf",
    "values",
    "with",
];

/// What a program's commands can name.
pub(crate) struct Scope<'a> {
    pub(super) rom: &'a Rom,
    pub(super) input: &'a Input,
    /// Whether commands of unknown functions are passed over.
    skip_unknown: bool,
    /// The numbers of the variables that any command declares.
    locals: BTreeMap<&'a str, usize>,
}

/// A variable of commands: its name and its number.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    name: Box<str>,
    number: usize,
}

impl<'a> Scope<'a> {
    /// The names of a program that is run with an input.
    pub(crate) fn of(rom: &'a Rom, input: &'a Input, skip_unknown: bool) -> Scope<'a> {
        let mut open: Vec<&Expr> = Vec::new();
        for line in &rom.lines {
            let commands = line.cmd_before.iter().chain(&line.cmd_after);
            open.extend(commands.map(|placed| &placed.command.expr));
            if let Some((_, RomFree::Expr(expr))) = &line.free {
                open.push(expr);
            }
        }
        let mut locals = BTreeMap::new();
        while let Some(expr) = open.pop() {
            if let Expr::Declare(name, _) = expr {
                let number = locals.len();
                locals.entry(name.as_str()).or_insert(number);
            }
            open.extend(expr.operands());
        }
        Scope {
            rom,
            input,
            skip_unknown,
            locals,
        }
    }

    /// Whether a command that is run for its effect is passed over.
    pub(crate) fn skips(&self, expr: &Expr) -> bool {
        let Expr::Call(name, _) = expr else {
            return false;
        };
        self.skip_unknown && !is_known(name)
    }

    /// The number of variables.
    pub(crate) fn variables(&self) -> usize {
        self.locals.len()
    }

    pub(super) fn local(&self, name: &str) -> Result<Local, String> {
        match self.locals.get(name) {
            _ if TAKEN.contains(&name) || name.starts_with("__") && name.ends_with("__") => Err(
                format!("the executor takes {name} for a variable of its own: use another name"),
            ),
            Some(&number) => Ok(Local {
                name: name.into(),
                number,
            }),
            None => Err(format!("no command declares the variable {name}")),
        }
    }
}

impl Local {
    /// What the variable holds.
    pub(super) fn read<'s>(&self, state: &'s State<'_>) -> Checked<&'s Value> {
        match &state.variables[self.number] {
            Some(value) => Ok(value),
            None => Err(self.not_declared()),
        }
    }

    /// Makes the variable, which is 0.
    pub(super) fn declare(&self, state: &mut State<'_>) -> Checked<()> {
        let variable = &mut state.variables[self.number];
        if variable.is_some() && !self.name.starts_with('_') {
            let variable = self.name.to_string();
            return Err(Box::new(Check::DeclaredAgain { variable }));
        }
        *variable = Some(Value::Integer(Int::Small(0)));
        Ok(())
    }

    /// Gives the variable, which is declared, a value; returns that.
    pub(super) fn assign(&self, state: &mut State<'_>, value: Value) -> Checked<Value> {
        state.variables[self.number] = Some(value.clone());
        Ok(value)
    }

    #[cold]
    fn not_declared(&self) -> Box<Check> {
        let variable = self.name.to_string();
        Box::new(Check::NotDeclared { variable })
    }
}
