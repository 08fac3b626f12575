//! A ROM in the form that the main loop runs: names resolved, commands compiled, sums reduced to
//! what is not trivial.

use runtime_hooks::Hook;
use zkasm::{
    BinaryOp, Counter, Counters, END, Fe, HashId, HashOp, JumpKind, JumpTarget, MemBase, MemIndex,
    PlacedCommand, Pos, Reg, Rom, RomFree, RomLine, ZkPc,
};

use crate::command::{Command, Scope};
use crate::error::Error;
use crate::input::Input;
use crate::memory::region_words;
use crate::word::{Registers, Word};

/// A decoded program.
#[derive(Debug)]
pub(crate) struct Code {
    /// The lines; index = zkPC.
    pub(crate) lines: Vec<Line>,
    /// Where each line stands in the text.
    pub(crate) places: Vec<Pos>,
    /// What an execution of each line costs.
    pub(crate) costs: Vec<Counters>,
    /// The zkPC before which the run ends.
    pub(crate) end: u32,
    /// The number of variables that commands declare.
    pub(crate) variables: usize,
    terms: Vec<Term>,
    free_inputs: Vec<Command>,
    actions: Vec<Action>,
}

/// A decoded ROM line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) constant: Word,
    pub(crate) free: Free,
    /// What the free input is multiplied by.
    pub(crate) free_times: Times,
    pub(crate) mem: Option<Access>,
    pub(crate) jump: Jump,
    /// One-lane destinations and two-lane destinations, bit i for the register of number i.
    pub(crate) narrow_dests: u32,
    pub(crate) wide_dests: u32,
    terms: Span,
    before: Span,
    after: Span,
    pub(crate) binary: Option<BinaryOp>,
    pub(crate) align: Option<Align>,
    pub(crate) arith: bool,
    pub(crate) assert: bool,
    pub(crate) hash: Option<(HashOp, HashId)>,
    /// Whether the sum has a read-only register.
    pub(crate) reads_special: bool,
    /// Whether an execution costs more than the step itself.
    pub(crate) has_cost: bool,
}

/// A part of one of [`Code`]'s tables.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// What `add` appends to a table.
    fn of<T>(table: &mut Vec<T>, more: impl IntoIterator<Item = T>) -> Span {
        let start = table.len() as u32;
        table.extend(more);
        Span {
            start,
            end: table.len() as u32,
        }
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.start == self.end
    }

    #[inline]
    fn get<T>(self, table: &[T]) -> &[T] {
        &table[self.start as usize..self.end as usize]
    }
}

/// A register with its coefficient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    reg: Reg,
    times: Times,
}

/// A coefficient.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    One,
    MinusOne,
    Other(Fe),
}

impl Times {
    fn of(coeff: Fe) -> Times {
        match coeff {
            Fe::ONE => Times::One,
            minus if minus == -Fe::ONE => Times::MinusOne,
            other => Times::Other(other),
        }
    }

    /// The product with a word.
    #[inline]
    pub(crate) fn word(self, Word { lane0, lane1 }: Word) -> Word {
        match self {
            Times::One => Word { lane0, lane1 },
            Times::MinusOne => Word {
                lane0: -lane0,
                lane1: -lane1,
            },
            Times::Other(by) => Word {
                lane0: lane0 * by,
                lane1: lane1 * by,
            },
        }
    }
}

impl Term {
    /// The term's value for that value of its register.
    #[inline]
    pub(crate) fn value(&self, regs: &Registers) -> Word {
        self.times.word(regs[self.reg])
    }
}

/// Where a line's free input comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Free {
    /// There is none.
    None,
    /// The binary operation's result.
    Binary,
    /// The memory word read.
    Load,
    /// What `MEM_ALIGN_RD` reads.
    AlignRead,
    /// The bytes of a hash.
    Hash,
    /// A command: an index into [`Code::free_input`].
    Command(u32),
}

/// A memory access.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) write: bool,
    pub(crate) base: MemBase,
    pub(crate) index: Option<Reg>,
    pub(crate) inc_stack: i8,
    pub(crate) offset: i32,
    /// The words of the region.
    pub(crate) words: u32,
}

/// An operation on words that are not aligned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Align {
    Read,
    Write,
    WriteByte,
}

/// What comes after a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Jump {
    Next,
    Always(Target),
    Branch(Condition, Target, Target),
    Call(Target),
    Return,
    Repeat,
}

/// The condition of a branch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Negative,
    Zero,
    Carry,
}

/// A zkPC, to which lane 0 of a register may be added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) line: u32,
    pub(crate) index: Option<Reg>,
}

/// What a command in `$${…}` does.
#[derive(Debug)]
pub(crate) enum Action {
    /// Tells the recorder of a hook.
    Hook(Hook),
    /// Nothing, but its evaluation can fail.
    Eval(Command),
}

impl Code {
    pub(crate) fn decode(rom: &Rom, input: &Input, skip_unknown: bool) -> Result<Code, Error> {
        let end = *rom.labels.get(END).ok_or(Error::NoEnd)?;
        if end.index() >= rom.lines.len() {
            return Err(Error::EndWithoutStep);
        }
        let scope = Scope::of(rom, input, skip_unknown);
        let mut code = Code {
            variables: scope.variables(),
            lines: Vec::with_capacity(rom.lines.len()),
            places: rom.lines.iter().map(|line| line.pos).collect(),
            costs: rom.lines.iter().map(|line| line.cost).collect(),
            end: end.0,
            terms: Vec::new(),
            free_inputs: Vec::new(),
            actions: Vec::new(),
        };
        for (index, line) in rom.lines.iter().enumerate() {
            let line = code.line(&scope, line, ZkPc(index as u32))?;
            code.lines.push(line);
        }
        Ok(code)
    }

    /// The registers of a line's sum.
    #[inline]
    pub(crate) fn terms(&self, line: &Line) -> &[Term] {
        line.terms.get(&self.terms)
    }

    /// The command that gives a free input.
    #[inline]
    pub(crate) fn free_input(&self, index: u32) -> &Command {
        &self.free_inputs[index as usize]
    }

    /// What runs at the beginning of a line.
    #[inline]
    pub(crate) fn before(&self, line: &Line) -> &[Action] {
        line.before.get(&self.actions)
    }

    /// What runs after a line, if the following line comes next.
    #[inline]
    pub(crate) fn after(&self, line: &Line) -> &[Action] {
        line.after.get(&self.actions)
    }

    fn line(&mut self, scope: &Scope<'_>, line: &RomLine, zkpc: ZkPc) -> Result<Line, Error> {
        let invalid = |problem| Error::InvalidLine { zkpc, problem };
        if line.cost[Counter::Cycles] != 1 {
            return Err(invalid("a line that does not cost one cycle"));
        }
        let terms = line.regs.iter().map(|&(reg, coeff)| Term {
            reg,
            times: Times::of(coeff),
        });
        let terms = Span::of(&mut self.terms, terms);
        let mask = |wide: bool| {
            let dests = line.dests.iter().filter(|dest| dest.is_wide() == wide);
            dests.fold(0, |mask, dest| mask | 1 << *dest as u32)
        };
        if !line.dests.iter().all(|dest| dest.is_writable()) {
            return Err(invalid("a destination that cannot be written"));
        }
        Ok(Line {
            constant: Word {
                lane0: line.constant.lane0,
                lane1: line.constant.lane1,
            },
            free: self.free(scope, line, zkpc)?,
            free_times: match &line.free {
                Some((coeff, _)) => Times::of(*coeff),
                None => Times::One,
            },
            mem: line.mem.as_ref().map(|access| Access {
                write: access.write,
                base: access.base,
                index: match access.index {
                    MemIndex::None => None,
                    MemIndex::E => Some(Reg::E),
                    MemIndex::Rr => Some(Reg::Rr),
                },
                inc_stack: access.inc_stack,
                offset: access.offset,
                words: region_words(access.base),
            }),
            jump: jump(line, zkpc).map_err(invalid)?,
            narrow_dests: mask(false),
            wide_dests: mask(true),
            terms,
            before: self.actions(scope, &line.cmd_before)?,
            after: self.actions(scope, &line.cmd_after)?,
            binary: line.binary,
            align: match (line.mem_align_rd, line.mem_align_wr, line.mem_align_wr8) {
                (false, false, false) => None,
                (true, false, false) => Some(Align::Read),
                (false, true, false) => Some(Align::Write),
                (false, false, true) => Some(Align::WriteByte),
                _ => return Err(invalid("two MEM_ALIGN operations")),
            },
            arith: line.arith,
            assert: line.assert,
            hash: line.hash,
            reads_special: line.regs.iter().any(|(reg, _)| !reg.is_writable()),
            has_cost: line
                .cost
                .iter()
                .any(|(counter, cost)| cost != u64::from(counter == Counter::Cycles)),
        })
    }

    fn free(&mut self, scope: &Scope<'_>, line: &RomLine, zkpc: ZkPc) -> Result<Free, Error> {
        let loads = line.mem.as_ref().is_some_and(|access| !access.write);
        let hashes = matches!(line.hash, Some((HashOp::Bytes | HashOp::Byte, _)));
        match &line.free {
            None => Ok(Free::None),
            Some((_, RomFree::Bare)) => {
                match (line.binary.is_some(), loads, line.mem_align_rd, hashes) {
                    (true, false, false, false) => Ok(Free::Binary),
                    (false, true, false, false) => Ok(Free::Load),
                    (false, false, true, false) => Ok(Free::AlignRead),
                    (false, false, false, true) => Ok(Free::Hash),
                    _ => Err(Error::InvalidLine {
                        zkpc,
                        problem: "not one operation that supplies `$`",
                    }),
                }
            }
            Some((_, RomFree::Expr(expr))) => {
                let pos = line.pos;
                let command = Command::free_input(expr, scope, pos)
                    .map_err(|problem| Error::InvalidCommand { pos, problem })?;
                self.free_inputs.push(command);
                Ok(Free::Command(self.free_inputs.len() as u32 - 1))
            }
        }
    }

    fn actions(&mut self, scope: &Scope<'_>, commands: &[PlacedCommand]) -> Result<Span, Error> {
        let start = self.actions.len() as u32;
        for PlacedCommand { command, pos } in commands {
            let pos = *pos;
            let action = match Hook::from_command(command) {
                Some(hook) => {
                    Action::Hook(hook.map_err(|source| Error::InvalidHook { pos, source })?)
                }
                None if scope.skips(&command.expr) => continue,
                None => Command::compile(&command.expr, scope, pos)
                    .map(Action::Eval)
                    .map_err(|problem| Error::InvalidCommand { pos, problem })?,
            };
            self.actions.push(action);
        }
        Ok(Span {
            start,
            end: self.actions.len() as u32,
        })
    }
}

impl Line {
    /// Whether something runs at the beginning of the line.
    #[inline]
    pub(crate) fn has_before(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether something may run after the line.
    #[inline]
    pub(crate) fn has_after(&self) -> bool {
        !self.after.is_empty()
    }
}

fn jump(line: &RomLine, zkpc: ZkPc) -> Result<Jump, &'static str> {
    let Some(jump) = &line.jump else {
        return Ok(Jump::Next);
    };
    let resolve = |target| match target {
        JumpTarget::Next => Ok(Target {
            line: zkpc.next().0,
            index: None,
        }),
        JumpTarget::Line(line) => Ok(Target {
            line: line.0,
            index: None,
        }),
        JumpTarget::Indexed(line, reg @ (Reg::E | Reg::Rr)) => Ok(Target {
            line: line.0,
            index: Some(reg),
        }),
        JumpTarget::Indexed(..) => Err("a jump indexed by neither E nor RR"),
    };
    let (target, otherwise) = (resolve(jump.target)?, resolve(jump.otherwise)?);
    Ok(match jump.kind {
        JumpKind::Always => Jump::Always(target),
        JumpKind::Negative => Jump::Branch(Condition::Negative, target, otherwise),
        JumpKind::Zero => Jump::Branch(Condition::Zero, target, otherwise),
        JumpKind::Carry if line.binary.is_none() => {
            return Err("a jump on a carry without a binary operation");
        }
        JumpKind::Carry => Jump::Branch(Condition::Carry, target, otherwise),
        JumpKind::Call => Jump::Call(target),
        JumpKind::Return => Jump::Return,
        JumpKind::Repeat => Jump::Repeat,
    })
}
