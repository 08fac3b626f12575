//! The assembler.
//!
//! Beside resolving names it enforces what the machine and the reference tools demand of a program:
//!
//! * Labels and variables have proper names ([`is_name`]) and are declared once. Variables take
//!   their offsets from 0 in each scope, in the order of the text, and fit the scope.
//! * Constants are defined once and before they are used, but for `const.x` in commands.
//! * What a step may combine: see the module `line`.
//! * Commands name only what exists, and each has a step to belong to: a command after a step
//!   becomes the step's `cmd_after`, unless that step has a `JMP`, `JMPN`, `JMPC`, `JMPNC`, `CALL`
//!   or `RETURN` (`JMPZ` and `JMPNZ` do not count). Then, and after a label, a variable or the border
//!   of a file, it waits and becomes the `cmd_before` of the next step; a label, a variable, the
//!   border of a file or the end of the text must not come first. Comments, constants and other
//!   commands make no difference.

mod combination;
mod line;

pub(crate) use line::{add_dests, check_combinations};

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::constant::{ConstDecl, Constant};
use crate::error::{AssembleError, Pos};
use crate::expr::{Expr, Module};
use crate::limits::VAR_WORDS;
use crate::names::{is_command_name, is_constant_name, is_name};
use crate::op::Op;
use crate::program::{Item, Program, Step, VarDecl};
use crate::reg::Reg;
use crate::rom::{PlacedCommand, Rom, ZkPc};

/// The names of a program.
#[derive(Default)]
struct Names {
    labels: BTreeMap<String, Defined<ZkPc>>,
    vars: BTreeMap<String, Defined<(VarDecl, u32)>>,
    constants: BTreeMap<String, Constant>,
    /// The items that define the constants.
    constant_items: BTreeMap<String, usize>,
}

/// What a name means, and the item that says so.
struct Defined<T> {
    value: T,
    item: usize,
}

/// Where a step stands: its item and its ROM line.
#[derive(Clone, Copy)]
struct Place {
    item: usize,
    line: ZkPc,
}

/// Assembles a program; `positions[i]` is where item `i` stands, and items beyond the list stand
/// where the printer puts them.
///
/// # Errors
/// If the machine cannot load the program: the first broken rule and the place of its item.
pub fn assemble(program: &Program, positions: &[Pos]) -> Result<Rom, AssembleError> {
    let place = |index: usize| {
        let printed = || Program::printed_pos(index);
        positions.get(index).copied().unwrap_or_else(printed)
    };
    let names = Names::of(program, place).map_err(|(index, message)| AssembleError {
        pos: place(index),
        message,
    })?;
    let mut rom = Rom::default();
    let mut commands = Commands::default();
    let mut file = 0;
    for (index, item) in program.items.iter().enumerate() {
        let pos = place(index);
        if pos.file != std::mem::replace(&mut file, pos.file) {
            commands
                .end(pos)
                .map_err(|message| AssembleError { pos, message })?;
        }
        add_item(&mut rom, &mut commands, &names, item, (index, pos))
            .map_err(|message| AssembleError { pos, message })?;
    }
    if let Some(waiting) = commands.waiting.first() {
        return Err(AssembleError {
            pos: waiting.pos,
            message: "command without a step after it".to_owned(),
        });
    }
    let labels = names.labels.into_iter();
    rom.labels = labels.map(|(name, label)| (name, label.value)).collect();
    let vars = names.vars.into_iter();
    rom.vars = vars.map(|(name, var)| (name, var.value)).collect();
    rom.constants = names.constants;
    Ok(rom)
}

/// Where the next command goes.
#[derive(Default)]
struct Commands {
    /// Whether the last item was a step that takes commands.
    after_step: bool,
    /// Commands that wait for a step, with their places.
    waiting: Vec<PlacedCommand>,
}

impl Commands {
    /// What stands at `pos` belongs to no command before it, and no command before it to that.
    fn end(&mut self, pos: Pos) -> Result<(), String> {
        if let Some(waiting) = self.waiting.first() {
            return Err(format!(
                "the command at {} waits for a step, and this comes first",
                waiting.pos.seen_from(pos)
            ));
        }
        self.after_step = false;
        Ok(())
    }
}

fn add_item(
    rom: &mut Rom,
    commands: &mut Commands,
    names: &Names,
    item: &Item,
    (index, pos): (usize, Pos),
) -> Result<(), String> {
    match item {
        Item::Comment(text) => {
            if rom.lines.is_empty() {
                rom.header.push(text.clone());
            }
        }
        Item::Command(command) => {
            names.check_expr(&command.expr)?;
            let command = PlacedCommand {
                command: command.clone(),
                pos,
            };
            match rom.lines.last_mut() {
                Some(line) if commands.after_step => line.cmd_after.push(command),
                _ => commands.waiting.push(command),
            }
        }
        Item::Const(_) => {}
        Item::Var(_) | Item::Label(_) => {
            commands.end(pos)?;
        }
        Item::Step(step) => {
            let place = Place {
                item: index,
                line: ZkPc(rom.lines.len() as u32),
            };
            let mut line = line::assemble(step, names, place)?;
            line.pos = pos;
            line.cmd_before = std::mem::take(&mut commands.waiting);
            rom.lines.push(line);
            commands.after_step = takes_commands(step);
        }
    }
    Ok(())
}

/// Whether commands after the step belong to it.
fn takes_commands(step: &Step) -> bool {
    !step.ops.iter().any(|op| {
        matches!(
            op,
            Op::Jmp(_) | Op::JmpN(..) | Op::JmpC(..) | Op::JmpNc(..) | Op::Call(_) | Op::Return
        )
    })
}

impl Names {
    /// Collects the names of a program; an error comes with the index of its item.
    fn of(program: &Program, place: impl Fn(usize) -> Pos) -> Result<Names, (usize, String)> {
        let mut names = Names::default();
        let mut steps = 0u32;
        // The first free word of each scope.
        let (mut global_words, mut ctx_words) = (0, 0);
        for (index, item) in program.items.iter().enumerate() {
            let result = match item {
                Item::Label(name) => names.add_label(name, ZkPc(steps), index),
                Item::Var(var) if var.ctx => names.add_var(var, &mut ctx_words, index),
                Item::Var(var) => names.add_var(var, &mut global_words, index),
                Item::Const(constant) => names.add_constant(constant, place(index), index),
                Item::Step(_) => match steps.checked_add(1) {
                    Some(more) => {
                        steps = more;
                        Ok(())
                    }
                    None => Err("more than 2^32 - 1 steps".to_owned()),
                },
                Item::Comment(_) | Item::Command(_) => Ok(()),
            };
            result.map_err(|message| (index, message))?;
        }
        Ok(names)
    }

    fn add_label(&mut self, name: &str, value: ZkPc, item: usize) -> Result<(), String> {
        check_name(name)?;
        match self.labels.entry(name.to_owned()) {
            Entry::Vacant(entry) => entry.insert(Defined { value, item }),
            Entry::Occupied(_) => return Err(format!("label `{name}` is defined twice")),
        };
        Ok(())
    }

    fn add_var(&mut self, var: &VarDecl, next: &mut u32, item: usize) -> Result<(), String> {
        check_name(&var.name)?;
        let name = &var.name;
        if var.words == 0 {
            return Err(format!("variable `{name}` has no words"));
        }
        let end = u64::from(*next) + u64::from(var.words);
        let Some(end) = u32::try_from(end).ok().filter(|&end| end <= VAR_WORDS) else {
            let scope = if var.ctx { "CTX" } else { "GLOBAL" };
            return Err(format!(
                "variable `{name}` ends at word {end} of its scope {scope}, which holds {VAR_WORDS}"
            ));
        };
        match self.vars.entry(name.clone()) {
            Entry::Vacant(entry) => entry.insert(Defined {
                value: (var.clone(), *next),
                item,
            }),
            Entry::Occupied(_) => return Err(format!("variable `{name}` is declared twice")),
        };
        *next = end;
        Ok(())
    }

    fn add_constant(&mut self, decl: &ConstDecl, pos: Pos, item: usize) -> Result<(), String> {
        let name = &decl.name;
        if !is_constant_name(name) {
            return Err(format!("`%{name}` cannot be a constant's name"));
        }
        if let Some(first) = self.constants.get(name) {
            return Err(format!(
                "constant %{name} is defined at {} already",
                first.pos.seen_from(pos)
            ));
        }
        let constant = Constant {
            value: decl.eval(&self.constants)?,
            long: decl.long,
            pos,
        };
        self.constants.insert(name.clone(), constant);
        self.constant_items.insert(name.clone(), item);
        Ok(())
    }

    /// A variable and its offset.
    fn var(&self, name: &str) -> Result<(&VarDecl, u32), String> {
        match self.vars.get(name) {
            Some(Defined { value, .. }) => Ok((&value.0, value.1)),
            None => Err(format!("variable `{name}` is not declared")),
        }
    }

    /// A constant, if it is defined before a place.
    fn constant_before(&self, name: &str, place: Place) -> Option<&Constant> {
        self.constant_items
            .get(name)
            .filter(|item| **item < place.item)
            .and_then(|_| self.constants.get(name))
    }

    /// The address of a label, or else of a variable, if it is defined before a place.
    fn address_before(&self, name: &str, place: Place) -> Option<u32> {
        let label = self.labels.get(name).filter(|it| it.item < place.item);
        let var = || self.vars.get(name).filter(|it| it.item < place.item);
        label
            .map(|label| label.value.0)
            .or_else(|| var().map(|var| var.value.1))
    }

    /// Checks that an expression names only what exists and can be printed.
    fn check_expr(&self, expr: &Expr) -> Result<(), String> {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Reg(Reg::RotlC) => return Err("a command cannot read ROTL_C".to_owned()),
                Expr::Data(Module::Mem | Module::Addr, name, _)
                    if !self.vars.contains_key(name) =>
                {
                    return Err(format!("variable `{name}` is not declared"));
                }
                Expr::Data(Module::Const, name, _) if !self.constants.contains_key(name) => {
                    return Err(format!("constant `{name}` is not defined"));
                }
                Expr::Ident(name)
                | Expr::Declare(name, _)
                | Expr::Assign(name, _)
                | Expr::Call(name, _) => check_command_name(name)?,
                _ => {}
            }
            open.extend(expr.operands());
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), String> {
    if is_name(name) {
        Ok(())
    } else {
        Err(format!("`{name}` cannot be a name"))
    }
}

fn check_command_name(name: &str) -> Result<(), String> {
    if is_command_name(name) {
        Ok(())
    } else {
        Err(format!("`{name}` cannot be a name in a command"))
    }
}
