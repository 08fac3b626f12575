//! Emission: allocated code to steps.

use ra::{Allocation, Block, Edit, Function as _, InstOrEdit, InstPosition, ProgPoint};
use regalloc2 as ra;
use runtime_hooks::{Cause, TrapKind};
use zkasm::{Addr, Coeff, LinComb, Op, Reg, Step, Target, limits};

use super::buffer::{Buffer, Line};
use super::loc::Loc;
use super::vcode::VCode;
use crate::error::Error;
use crate::isa::zkasm::abi::{Frame, REGS};
use crate::translate::Window;

/// How a function guards the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StackCheck {
    /// Not at all: its callers' bound covers it.
    None,
    /// It checks that its own frame and this many words above it fit.
    WordsAbove(u32),
}

/// What emission knows of a function.
pub(crate) struct FunctionContext<'a> {
    /// Its index in the module.
    pub index: u32,
    /// Its code.
    pub code: &'a VCode,
    /// Its allocations.
    pub output: &'a ra::Output,
    /// Its frame.
    pub frame: Frame,
    /// Its stack check.
    pub stack_check: StackCheck,
    /// Its entry.
    pub entry: Loc,
    /// The window of a memory of more than 1 MiB.
    pub window: Option<Window>,
}

/// The label of a function's entry.
pub(crate) fn function_label(index: u32) -> String {
    format!("f{index}")
}

/// Whether a label is that of a function's entry.
pub(crate) fn is_function_label(label: &str) -> bool {
    let index = label.strip_prefix('f').map(str::parse::<u32>);
    matches!(index, Some(Ok(_)))
}

/// The label of a block.
pub(crate) fn block_label(function: u32, block: usize) -> String {
    format!("f{function}_b{block}")
}

/// The frame of allocated code.
pub(crate) fn frame(code: &VCode, output: &ra::Output, passed_words: u32) -> Frame {
    let calls = code.insts.iter().any(|located| located.inst.is_call());
    let aside = code.insts.iter().any(|located| located.inst.calls_aside());
    let spill_words = output.num_spillslots as u32;
    Frame {
        calls,
        passed_words,
        spill_words,
        saves_rr_aside: !calls && aside,
    }
}

/// Emits a function.
pub(crate) fn emit(ctx: &FunctionContext<'_>) -> Result<Vec<Line>, Error> {
    let mut buffer = Buffer::new(&function_label(ctx.index));
    buffer.bind(&function_label(ctx.index));
    ctx.prologue(&mut buffer);
    for block in 0..ctx.code.num_blocks() {
        buffer.bind(&block_label(ctx.index, block));
        let first = ctx.code.block_insns(Block::new(block)).first();
        let before = ctx
            .output
            .edits
            .partition_point(|(point, _)| *point < ProgPoint::before(first));
        // The same edits that the items are, with their places.
        let mut places = ctx.output.edits[before..].iter().map(|(point, _)| *point);
        for item in ctx
            .output
            .block_insts_and_edits(ctx.code, Block::new(block))
        {
            match item {
                InstOrEdit::Inst(inst) => {
                    let located = &ctx.code.insts[inst.index()];
                    let cause = Cause::from(located.why);
                    let kind = located.inst.kind();
                    buffer.serve_rule(located.loc, located.rule, kind, cause);
                    buffer.serve_also(located.also);
                    let regs = ctx.registers(inst)?;
                    located.inst.emit(&regs, ctx, block, &mut buffer);
                }
                InstOrEdit::Edit(Edit::Move { from, to }) => {
                    let place = places
                        .next()
                        .ok_or_else(|| Error::internal("an edit has no place"))?;
                    let inst = ctx.served_by(place, *from, to.is_stack(), first);
                    let loc = ctx.code.insts[inst.index()].loc;
                    ctx.edit(&mut buffer, loc, *from, *to)?;
                }
            }
        }
    }
    Ok(buffer.finish())
}

impl FunctionContext<'_> {
    /// The instruction that an edit serves: the one that it prepares, or, of what is stored, the one that stands
    /// before it, if that made the value. What was made earlier is stored because the next instruction
    /// wants its register.
    fn served_by(
        &self,
        place: ProgPoint,
        from: Allocation,
        stores: bool,
        first: ra::Inst,
    ) -> ra::Inst {
        let inst = place.inst();
        let is_after_another = place.pos() == InstPosition::Before && inst != first;
        match stores && is_after_another && self.defines(inst.prev(), from) {
            true => inst.prev(),
            false => inst,
        }
    }

    /// Whether an instruction writes a register.
    fn defines(&self, inst: ra::Inst, reg: Allocation) -> bool {
        let operands = self.code.inst_operands(inst).iter();
        let mut allocated = operands.zip(self.output.inst_allocs(inst));
        allocated.any(|(operand, &allocation)| {
            operand.kind() == ra::OperandKind::Def && allocation == reg
        })
    }

    fn registers(&self, inst: ra::Inst) -> Result<Vec<Reg>, Error> {
        self.output
            .inst_allocs(inst)
            .iter()
            .map(|&allocation| self.register(allocation))
            .collect()
    }

    fn register(&self, allocation: Allocation) -> Result<Reg, Error> {
        allocation
            .as_reg()
            .map(|reg| REGS[reg.hw_enc()])
            .ok_or_else(|| Error::internal("an operand was not given a register"))
    }

    /// The address of a spill slot.
    pub fn slot(&self, slot: u32) -> Addr {
        Addr::Stack(self.frame.slot(slot))
    }

    /// The address of a value that is passed on the stack: in this function's own frame, or in that
    /// of a function it calls.
    pub fn passed(&self, slot: u32, own: bool) -> Addr {
        if own {
            self.slot(slot)
        } else {
            Addr::Stack(slot as i32)
        }
    }

    /// Stores RR, which is saved anyway, to the last slot for spilled values; before or after the frame is
    /// taken.
    pub fn spare_spill(&self, is_before_frame: bool) -> Step {
        let slot = self.frame.spill_slot(self.frame.spill_words - 1);
        let offset = match is_before_frame {
            true => slot as i32,
            false => self.frame.slot(slot),
        };
        Step::of(LinComb::reg(Reg::Rr)).with(Op::MStore(Addr::Stack(offset)))
    }

    fn edit(
        &self,
        buffer: &mut Buffer,
        loc: Loc,
        from: Allocation,
        to: Allocation,
    ) -> Result<(), Error> {
        let (from_slot, to_slot) = (from.as_stack(), to.as_stack());
        let (cause, kind, step) = match (from_slot, to_slot) {
            (None, None) => {
                let step = Step::of(LinComb::reg(self.register(from)?)).to(self.register(to)?);
                (Cause::Move, "move", step)
            }
            (None, Some(slot)) => {
                let store = Op::MStore(self.slot(self.frame.spill_slot(slot.index() as u32)));
                (
                    Cause::Spill,
                    "spill",
                    Step::of(LinComb::reg(self.register(from)?)).with(store),
                )
            }
            (Some(slot), None) => {
                let load = Op::MLoad(self.slot(self.frame.spill_slot(slot.index() as u32)));
                (
                    Cause::Reload,
                    "reload",
                    Step::of(LinComb::bare()).to(self.register(to)?).with(load),
                )
            }
            (Some(_), Some(_)) => {
                return Err(Error::internal(
                    "the allocator moved one stack slot to another",
                ));
            }
        };
        buffer.serve(Some(loc), kind, cause);
        buffer.step(step);
        Ok(())
    }

    fn prologue(&self, buffer: &mut Buffer) {
        buffer.serve(Some(self.entry), "prologue", Cause::Prologue);
        if let StackCheck::WordsAbove(above) = self.stack_check {
            let overflow = buffer.trap_aside(TrapKind::StackOverflow);
            let room = i64::from(limits::STACK_WORDS) - i64::from(self.frame.words() + above);
            let left = LinComb::constant(room).plus(Coeff::MINUS_ONE, Reg::Sp);
            buffer.because(Cause::TrapCheck, |buffer| {
                buffer.step(Step::of(left).with(Op::JmpN(Target::Label(overflow), None)));
            });
        }
        if self.frame.calls {
            let words = self.frame.words();
            let rr = Addr::Stack(self.frame.rr_slot() as i32);
            buffer.step(Step::of(LinComb::reg(Reg::Rr)).with(Op::MStore(rr)));
            let grown = LinComb::reg(Reg::Sp).plus_const(i64::from(words));
            buffer.step(Step::of(grown).to(Reg::Sp));
        }
        // Allocation may insert moves before the first instruction.
        buffer.serve(Some(self.entry), "move", Cause::Move);
    }

    /// Gives the frame back and returns.
    pub fn epilogue(&self, buffer: &mut Buffer) {
        if self.frame.calls {
            let rr = self.slot(self.frame.rr_slot());
            buffer.step(Step::of(LinComb::bare()).to(Reg::Rr).with(Op::MLoad(rr)));
            let shrunk = LinComb::reg(Reg::Sp).plus_const(-i64::from(self.frame.words()));
            buffer.step(Step::of(shrunk).to(Reg::Sp).with(Op::Return));
        } else {
            buffer.step(Step::bare(Op::Return));
        }
    }

    /// Calls a runtime routine from a path aside of the straight line.
    pub fn call_aside(&self, buffer: &mut Buffer, routine: &str) {
        let save = self
            .frame
            .saves_rr_aside
            .then(|| self.slot(self.frame.rr_slot()));
        if let Some(slot) = &save {
            buffer.step(Step::of(LinComb::reg(Reg::Rr)).with(Op::MStore(slot.clone())));
        }
        buffer.step(Step::bare(Op::Call(Target::label(routine))));
        if let Some(slot) = save {
            buffer.step(Step::of(LinComb::bare()).to(Reg::Rr).with(Op::MLoad(slot)));
        }
    }

    /// The labels of a block's successors, and whether each is the next block.
    pub fn successors(&self, block: usize) -> Vec<(String, bool)> {
        self.code
            .successors(block)
            .map(|succ| (block_label(self.index, succ), succ == block + 1))
            .collect()
    }
}
