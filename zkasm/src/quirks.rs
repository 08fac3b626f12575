//! Known peculiarities of the reference tools that a program meets.
//!
//! The simulator does what the reference does, bugs included; these are the places where that is
//! hardly what was meant. Not here is what fails a run anyway, such as `MEM_ALIGN_*` with offset 7.

use crate::error::Pos;
use crate::expr::{BinaryExprOp, Expr, Module};
use crate::program::Command;
use crate::reg::Reg;
use crate::rom::{Rom, RomFree, RomLine, ZkPc};

/// The label before which the executor stops.
const END: &str = "finalizeExecution";

/// A peculiarity that a step meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Where the step stands, or the one that the command belongs to.
    pub pos: Pos,
    /// What happens, in lower case without a full stop.
    pub message: String,
}

/// The peculiarities that a program meets, in the order of its lines.
pub fn quirks(rom: &Rom) -> Vec<Quirk> {
    let end = rom.labels.get(END).copied();
    let mut quirks = Vec::new();
    for (index, line) in rom.lines.iter().enumerate() {
        let mut add = |message: String| {
            let quirk = Quirk {
                pos: line.pos,
                message,
            };
            if quirks.last() != Some(&quirk) {
                quirks.push(quirk);
            }
        };
        of_line(line, &mut add);
        let lost = |command: &Command| !is_hook(&command.expr);
        if end == Some(ZkPc(index as u32)) && line.cmd_before.iter().any(lost) {
            add(format!(
                "a command of the step at {END} never runs: the executor stops before it"
            ));
        }
        let commands = line.cmd_before.iter().chain(&line.cmd_after);
        let commands = commands.map(|command| &command.expr);
        let free = match &line.free {
            Some((_, RomFree::Expr(expr))) => Some(expr),
            _ => None,
        };
        for expr in free.into_iter().chain(commands) {
            of_command(expr, rom, &mut add);
        }
    }
    quirks
}

/// Whether a command is a profiling hook: those at the end are for runs that go on beyond it.
fn is_hook(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(name, _) if name.starts_with("profile_"))
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
