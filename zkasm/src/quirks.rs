//! Known peculiarities of the reference tools that a program meets.
//!
//! The simulator does what the reference does, bugs included; these are the places where that is
//! hardly what was meant. Not here is what fails a run anyway, such as `MEM_ALIGN_*` with offset 7.

use crate::error::Pos;
use crate::expr::{BinaryExprOp, Expr, Module};
use crate::program::Command;
use crate::reg::Reg;
use crate::rom::{END, PlacedCommand, Rom, RomFree, RomLine, ZkPc};

/// A peculiarity that a step meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Where the step stands, or the one that the command belongs to.
    pub pos: Pos,
    /// What happens, in lower case without a full stop.
    pub message: String,
}

/// The peculiarities that a program meets, in the order of its lines. A hook is a command that is
/// for runs beyond the program's end, too.
pub fn quirks(rom: &Rom, is_hook: impl Fn(&Command) -> bool) -> Vec<Quirk> {
    let end = rom.labels.get(END).copied();
    let mut quirks = Vec::new();
    for (index, line) in rom.lines.iter().enumerate() {
        let mut add = |pos: Pos, message: String| {
            let quirk = Quirk { pos, message };
            if quirks.last() != Some(&quirk) {
                quirks.push(quirk);
            }
        };
        of_line(line, &mut |message| add(line.pos, message));
        if let Some((_, RomFree::Expr(expr))) = &line.free {
            of_command(expr, rom, &mut |message| add(line.pos, message));
        }
        let at_end = end == Some(ZkPc(index as u32));
        for PlacedCommand { command, pos } in line.cmd_before.iter().chain(&line.cmd_after) {
            if at_end && !is_hook(command) {
                let message = format!(
                    "a command of the step at {END} never runs: the executor stops before it"
                );
                add(*pos, message);
            }
            of_command(&command.expr, rom, &mut |message| add(*pos, message));
        }
    }
    quirks
}

fn of_line(line: &RomLine, add: &mut impl FnMut(String)) {
    if line.negative_long {
        add(
            "a negative constant with suffix n is taken modulo 2^64, lane by lane: -1n adds 2^32-1 \
             to both lanes; without the suffix it is -1"
                .to_owned(),
        );
    }
    let steps_sp = line
        .mem
        .as_ref()
        .is_some_and(|access| access.inc_stack != 0);
    if steps_sp && line.dests.contains(&Reg::Sp) {
        add("SP++ and SP-- do not change SP in a step that sets it".to_owned());
    }
}

fn of_command(expr: &Expr, rom: &Rom, add: &mut impl FnMut(String)) {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Binary(BinaryExprOp::Le, ..) => {
                add("`<=` is 1 if the left side is greater, in the 64-bit executor".to_owned());
            }
            Expr::Call(name, args) if name == "beforeLast" && args.is_empty() => {
                add("beforeLast() without argument is never 0, in the 64-bit executor".to_owned())
            }
            Expr::Data(Module::Mem, name, _)
                if rom.vars.get(name).is_some_and(|(var, _)| var.ctx) =>
            {
                add(format!(
                    "mem.{name} is the word of context 0, whatever CTX is"
                ));
            }
            Expr::Data(module @ (Module::Addr | Module::Const), name, Some(index))
                if *module == Module::Const || !matches!(**index, Expr::Number(_)) =>
            {
                add(format!("the index of {}.{name} is ignored", module.text()));
            }
            _ => {}
        }
        open.extend(expr.operands());
    }
}
