//! The driver of instruction selection.
//!
//! Blocks are lowered last to first, and each block backwards, so that every use of a value is seen
//! before its definition: what nothing uses is never lowered, and a pure instruction used once in
//! its own block can be merged into its user. Constants are made anew at each use.
//!
//! **Source locations.** The mid-end leaves rewritten and copied instructions without a location.
//! [`SourceLocs`] finds that of a rewritten one again. Any other inherits the location of the
//! instruction that asked for its value; failing that, of the next located instruction in its
//! block; failing that, of the function's entry. Inherited locations are marked as such.

use cranelift_codegen::ir::dfg::ValueDef;
use cranelift_codegen::ir::{
    Block, ExternalName, Function, Inst, InstructionData, Opcode, TrapCode, Type, Value, types,
};
use cranelift_entity::SecondaryMap;
use regalloc2::RegClass;
use runtime_hooks::TrapKind;

use super::block_order::{BlockOrder, LoweredBlock};
use super::loc::{Loc, Rule};
use super::share::share_constants;
use super::srcloc::SourceLocs;
use super::vcode::{BlockCode, Located, VCode};
use crate::error::{Error, Place};
use crate::isa::zkasm::abi::REGS;
use crate::isa::zkasm::inst::{MInst, Reg, VecFixed, Why};
use crate::isa::zkasm::lower::generated;
use crate::midend::Optimized;
use crate::translate::{
    ASSERTION_FAILED, Builtin, DataSegment, MemoryPlan, Namespace, TablePlan, UNKNOWN_IMPORT,
};

/// The rule of what receives a function's arguments.
const ARGUMENTS: Rule = Rule::Driver("arguments");

/// What lowering knows of the module around a function.
pub(crate) struct Environment<'a> {
    /// Where linear memory lies and how large it is.
    pub memory: &'a MemoryPlan,
    /// Where tables lie.
    pub tables: &'a [TablePlan],
    /// What is in linear memory at the beginning.
    pub data: &'a [DataSegment],
    /// The function's first operator, for instructions that nothing else locates.
    pub entry: Loc,
}

/// The state of lowering one function.
pub(crate) struct Lower<'a> {
    pub(crate) func: &'a Function,
    pub(crate) env: &'a Environment<'a>,
    order: BlockOrder,
    srclocs: SourceLocs,
    /// Uses by reachable instructions, block arguments included.
    uses: SecondaryMap<Value, u32>,
    vregs: SecondaryMap<Value, Option<u32>>,
    /// Whether some lowered instruction reads the value from its register.
    demanded: SecondaryMap<Value, bool>,
    /// The location of the instruction that demanded a value.
    demanded_at: SecondaryMap<Value, Option<Loc>>,
    alias: Vec<Option<Reg>>,
    /// Instructions of the CLIF instruction being lowered, in execution order.
    current: Vec<(Why, MInst)>,
    current_block: Block,
    loc: Loc,
    /// Instructions that were looked into while the one at hand is lowered: if their results are in no
    /// register, their work is done with it.
    pub(crate) looked_into: Vec<Inst>,
    /// The rule that lowers the CLIF instruction at hand.
    pub(crate) rule: Rule,
}

/// Lowers an optimised function.
pub(crate) fn lower(optimized: &Optimized, env: &Environment<'_>) -> Result<VCode, Error> {
    let (func, domtree) = (&optimized.ctx.func, &optimized.ctx.domtree);
    let order = BlockOrder::new(func, domtree);
    let mut uses = SecondaryMap::<Value, u32>::new();
    for &block in domtree.cfg_postorder() {
        for inst in func.layout.block_insts(block) {
            for value in func.dfg.inst_values(inst) {
                uses[func.dfg.resolve_aliases(value)] += 1;
            }
        }
    }
    let entry = func
        .layout
        .entry_block()
        .expect("a translated function has an entry block");
    let lower = Lower {
        func,
        env,
        order,
        srclocs: SourceLocs::new(optimized, |value| uses[func.dfg.resolve_aliases(value)] > 0),
        uses,
        vregs: SecondaryMap::new(),
        demanded: SecondaryMap::new(),
        demanded_at: SecondaryMap::new(),
        alias: Vec::new(),
        current: Vec::new(),
        current_block: entry,
        loc: env.entry,
        looked_into: Vec::new(),
        rule: ARGUMENTS,
    };
    lower.run(entry)
}

impl<'a> Lower<'a> {
    fn run(mut self, entry: Block) -> Result<VCode, Error> {
        let blocks = self.order.blocks.clone();
        let mut lowered: Vec<BlockCode> = Vec::with_capacity(blocks.len());
        for &block in blocks.iter().rev() {
            lowered.push(match block {
                LoweredBlock::Orig(block) => self.block(block, block == entry)?,
                LoweredBlock::Edge(from, number) => self.edge(from, number),
            });
        }
        lowered.reverse();
        for block in &mut lowered {
            share_constants(&mut block.insts, &mut self.alias);
        }
        VCode::new(lowered, &self.alias)
    }

    /// The block on an edge: it passes the arguments.
    fn edge(&mut self, from: Block, number: usize) -> BlockCode {
        let last = self
            .func
            .layout
            .last_inst(from)
            .expect("a block has a terminator");
        self.current_block = from;
        self.loc = Loc::direct(self.func.srcloc(last)).unwrap_or(self.env.entry.inherited());
        let mut code = BlockCode::default();
        self.rule = Rule::Clif(Opcode::Jump);
        self.jump(&mut code, from, number);
        let mut insts = Vec::new();
        self.flush(&mut insts);
        insts.reverse();
        code.insts = insts;
        code
    }

    fn jump(&mut self, code: &mut BlockCode, from: Block, number: usize) {
        let call = self.order.succs[&from][number];
        let args = call.args_slice(&self.func.dfg.value_lists).to_vec();
        let regs = args
            .into_iter()
            .map(|value| self.use_value(value))
            .collect();
        self.push(Why::Branch, MInst::Jump);
        let target = self.order.index_of(call.block(&self.func.dfg.value_lists));
        code.succs.push((target, regs));
    }

    fn block(&mut self, block: Block, is_entry: bool) -> Result<BlockCode, Error> {
        self.current_block = block;
        let mut code = BlockCode::default();
        // Instructions in reverse order of execution.
        let mut reversed = Vec::new();
        let mut next_located = None;
        let insts: Vec<Inst> = self.func.layout.block_insts(block).collect();
        for &inst in insts.iter().rev() {
            let opcode = self.func.dfg.insts[inst].opcode();
            let results = self.func.dfg.inst_results(inst);
            let asked = results.iter().find_map(|&value| self.demanded_at[value]);
            let wanted = results.iter().any(|&value| self.demanded[value]);
            if !has_effect(self.func, inst) && !wanted {
                next_located = Loc::direct(self.func.srcloc(inst)).or(next_located);
                continue;
            }
            let asked_at = asked.map(|loc| loc.offset.0);
            let direct = Loc::direct(self.srclocs.of(self.func, inst, asked_at));
            next_located = direct.or(next_located);
            let inherited = || asked.or(next_located).unwrap_or(self.env.entry).inherited();
            self.loc = direct.unwrap_or_else(inherited);
            self.rule = Rule::Clif(opcode);
            if opcode.is_branch() {
                self.terminator(&mut code, block, inst)?;
            } else {
                self.inst(inst)?;
            }
            self.flush(&mut reversed);
        }
        if is_entry {
            let params = self.func.dfg.block_params(block).to_vec();
            let defs = self.fixed(&params, Self::vreg);
            self.loc = self.env.entry;
            self.rule = ARGUMENTS;
            self.push(Why::Prologue, MInst::Args { defs });
            self.load_passed(Why::Prologue, &params, true);
            self.flush(&mut reversed);
        } else {
            let params = self.func.dfg.block_params(block).to_vec();
            code.params = params.into_iter().map(|value| self.vreg(value)).collect();
        }
        reversed.reverse();
        code.insts = reversed;
        Ok(code)
    }

    fn flush(&mut self, reversed: &mut Vec<Located>) {
        let (loc, rule) = (self.loc, self.rule);
        let merged = self.merged();
        let located = |(why, inst)| {
            let (loc, also) = match (&inst, merged) {
                // The product costs the steps, and the sum comes with it for nothing.
                (
                    MInst::MulAdd64 { .. } | MInst::MulAddFits { .. },
                    Some((Opcode::Imul, product)),
                ) => (product, Some(loc)),
                (_, Some((Opcode::Icmp, test))) if why != Why::Const => (loc, Some(test)),
                _ => (loc, None),
            };
            Located {
                inst,
                why,
                loc,
                also,
                rule,
            }
        };
        reversed.extend(self.current.drain(..).rev().map(located));
    }

    /// The operator whose work is done with that of the instruction at hand, and what it is in CLIF: of several
    /// the last that was looked into.
    fn merged(&mut self) -> Option<(Opcode, Loc)> {
        let mut looked_into = std::mem::take(&mut self.looked_into).into_iter().rev();
        let inst = looked_into.find(|&inst| !self.demanded[self.func.dfg.first_result(inst)])?;
        let loc = Loc::direct(self.srclocs.of(self.func, inst, Some(self.loc.offset.0)))?;
        let opcode = self.func.dfg.insts[inst].opcode();
        (loc.offset != self.loc.offset).then_some((opcode, loc))
    }

    fn terminator(&mut self, code: &mut BlockCode, block: Block, inst: Inst) -> Result<(), Error> {
        match self.func.dfg.insts[inst] {
            InstructionData::Jump { .. } => self.jump(code, block, 0),
            InstructionData::Brif { arg, .. } => {
                let branch = self.branch_on(inst, arg)?;
                self.push(Why::Branch, branch);
                for number in 0..2 {
                    let target = self.order.successor(self.func, block, number);
                    code.succs.push((target, Vec::new()));
                }
            }
            // A table without entries: only its default is left.
            InstructionData::BranchTable { .. } if self.order.succs[&block].len() == 1 => {
                self.jump(code, block, 0);
            }
            InstructionData::BranchTable { arg, .. } => {
                let index = self.use_value(arg);
                self.push(Why::Branch, MInst::BranchTable { index });
                for number in 0..self.order.succs[&block].len() {
                    let target = self.order.successor(self.func, block, number);
                    code.succs.push((target, Vec::new()));
                }
            }
            _ => return Err(self.unsupported(inst)),
        }
        Ok(())
    }

    fn inst(&mut self, inst: Inst) -> Result<(), Error> {
        let func = self.func;
        match func.dfg.insts[inst] {
            InstructionData::MultiAry {
                opcode: Opcode::Return,
                args,
            } => {
                let values = args.as_slice(&func.dfg.value_lists);
                self.store_passed(Why::Epilogue, values, true);
                let uses = self.fixed(values, Self::use_value);
                self.push(Why::Epilogue, MInst::Return { uses });
            }
            InstructionData::Call {
                opcode: Opcode::Call,
                args,
                func_ref,
            } => {
                let (namespace, callee) = self.callee(func_ref)?;
                if namespace == Namespace::Forward {
                    let values = args.as_slice(&func.dfg.value_lists);
                    for (&result, &value) in func.dfg.inst_results(inst).iter().zip(values) {
                        let reg = self.use_value(value);
                        self.define(result, reg);
                    }
                    return Ok(());
                }
                if let (Namespace::Builtin, Some(builtin)) = (namespace, Builtin::decode(callee)) {
                    let values = args.as_slice(&func.dfg.value_lists);
                    return self.builtin(builtin, func.dfg.inst_results(inst), values);
                }
                if namespace != Namespace::Function {
                    return Err(self.unsupported(inst));
                }
                let results = func.dfg.inst_results(inst);
                let defs = self.fixed(results, Self::vreg);
                let values = args.as_slice(&func.dfg.value_lists);
                self.store_passed(Why::Call, values, false);
                let uses = self.fixed(values, Self::use_value);
                self.push(Why::Call, MInst::Call { callee, uses, defs });
                self.load_passed(Why::Call, results, false);
            }
            InstructionData::Trap {
                opcode: Opcode::Trap,
                code,
            } => {
                let kind = self.trap_kind(code)?;
                self.push(Why::Op, MInst::Trap { kind });
            }
            InstructionData::Load { arg, offset, .. } => {
                let dst = self.load(inst, arg, offset.into())?;
                self.define(func.dfg.first_result(inst), dst);
            }
            InstructionData::Store {
                args: [value, arg],
                offset,
                ..
            } => {
                self.store(inst, value, arg, offset.into())?;
            }
            _ => {
                if let Some(chosen) = self.choice(inst) {
                    let reg = chosen?;
                    self.define(func.dfg.first_result(inst), reg);
                    return Ok(());
                }
                let output = generated::constructor_lower(self, inst)
                    .ok_or_else(|| self.unsupported(inst))?;
                for (&value, reg) in func.dfg.inst_results(inst).iter().zip(output) {
                    self.define(value, reg);
                }
            }
        }
        Ok(())
    }

    fn trap_kind(&self, code: TrapCode) -> Result<TrapKind, Error> {
        Ok(match code {
            TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
            TrapCode::HeapOutOfBounds => TrapKind::OutOfBoundsMemory,
            TrapCode::IntegerDivisionByZero => TrapKind::IntegerDivideByZero,
            TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
            TrapCode::User(ASSERTION_FAILED) => TrapKind::AssertionFailed,
            TrapCode::User(UNKNOWN_IMPORT) => TrapKind::UnknownImport,
            TrapCode::TableOutOfBounds => TrapKind::UndefinedElement,
            TrapCode::IndirectCallToNull => TrapKind::UninitializedElement,
            TrapCode::BadSignature => TrapKind::IndirectCallTypeMismatch,
            _ => {
                let what = format!("the trap `{code}`");
                return Err(Error::Unsupported {
                    what,
                    place: self.place(),
                });
            }
        })
    }

    fn callee(&self, func_ref: cranelift_codegen::ir::FuncRef) -> Result<(Namespace, u32), Error> {
        match self.func.dfg.ext_funcs[func_ref].name {
            ExternalName::User(name) => {
                let name = &self.func.params.user_named_funcs()[name];
                Namespace::decode(name.namespace)
                    .map(|namespace| (namespace, name.index))
                    .ok_or_else(|| Error::internal("a call to an unknown namespace"))
            }
            _ => Err(Error::internal(
                "a call to a name that translation does not make",
            )),
        }
    }

    /// Binds values to the registers of the calling convention, as many as there are.
    pub(crate) fn fixed(
        &mut self,
        values: &[Value],
        mut reg: impl FnMut(&mut Self, Value) -> Reg,
    ) -> VecFixed {
        let in_regs = values.iter().take(REGS.len()).enumerate();
        in_regs.map(|(at, &value)| (reg(self, value), at)).collect()
    }

    /// Stores the values that do not fit the registers, in this function's frame or the callee's.
    fn store_passed(&mut self, why: Why, values: &[Value], own: bool) {
        for (slot, &value) in (0..).zip(values.iter().skip(REGS.len())) {
            let value = self.use_value(value);
            self.push(why, MInst::StorePassed { value, slot, own });
        }
    }

    /// Loads them.
    fn load_passed(&mut self, why: Why, values: &[Value], own: bool) {
        for (slot, &value) in (0..).zip(values.iter().skip(REGS.len())) {
            // Lowering goes backwards: who wants the value has asked for it by now.
            if self.demanded[value] {
                let dst = self.vreg(value);
                self.push(why, MInst::LoadPassed { dst, slot, own });
            }
        }
    }

    /// Where the instruction being lowered comes from.
    pub(crate) fn place(&self) -> Place {
        Place {
            function: None,
            offset: Some(self.loc.offset),
        }
    }

    /// The error that there is no rule for an instruction.
    pub(crate) fn unsupported(&self, inst: Inst) -> Error {
        let dfg = &self.func.dfg;
        let opcode = dfg.insts[inst].opcode();
        let ty = dfg
            .inst_results(inst)
            .first()
            .map(|&value| dfg.value_type(value));
        let ty = ty.map(|ty| format!(".{ty}")).unwrap_or_default();
        Error::Unsupported {
            what: format!("no rule for CLIF `{opcode}{ty}`"),
            place: self.place(),
        }
    }

    pub(crate) fn new_vreg(&mut self) -> Reg {
        self.alias.push(None);
        Reg::new(self.alias.len() - 1, RegClass::Int)
    }

    pub(crate) fn vreg(&mut self, value: Value) -> Reg {
        let value = self.func.dfg.resolve_aliases(value);
        if let Some(reg) = self.vregs[value] {
            return Reg::new(reg as usize, RegClass::Int);
        }
        let reg = self.new_vreg();
        self.vregs[value] = Some(reg.vreg() as u32);
        reg
    }

    /// Makes `reg` the register of a value whose uses have been lowered.
    fn define(&mut self, value: Value, reg: Reg) {
        let name = self.vreg(value);
        self.alias[name.vreg()] = Some(reg);
    }

    /// The register to read a value from. A constant is made here.
    pub(crate) fn use_value(&mut self, value: Value) -> Reg {
        if let Some(constant) = self.constant(value) {
            return self.constant_reg(constant);
        }
        let value = self.func.dfg.resolve_aliases(value);
        self.demanded[value] = true;
        // Lowering goes backwards: the last to ask is the first to run.
        self.demanded_at[value] = Some(self.loc);
        self.vreg(value)
    }

    /// A fresh register that holds a constant.
    pub(crate) fn constant_reg(&mut self, value: u64) -> Reg {
        let dst = self.new_vreg();
        self.push(Why::Const, MInst::Const { dst, value });
        dst
    }

    pub(crate) fn push(&mut self, why: Why, inst: MInst) {
        self.current.push((why, inst));
    }

    /// The instruction that defines a value, if it has no effect but its one result.
    pub(crate) fn pure_def(&self, value: Value) -> Option<Inst> {
        match self
            .func
            .dfg
            .value_def(self.func.dfg.resolve_aliases(value))
        {
            ValueDef::Result(inst, 0) => {
                let opcode = self.func.dfg.insts[inst].opcode();
                let pure = !has_effect(self.func, inst) && !opcode.can_load();
                (pure && self.func.dfg.inst_results(inst).len() == 1).then_some(inst)
            }
            _ => None,
        }
    }

    /// The same, if merging it into its user costs nothing: it has one use, in its own block.
    pub(crate) fn mergeable_def(&self, value: Value) -> Option<Inst> {
        let value = self.func.dfg.resolve_aliases(value);
        let inst = self.pure_def(value)?;
        let here = self.func.layout.inst_block(inst) == Some(self.current_block);
        (here && self.uses[value] == 1).then_some(inst)
    }

    /// The value of a constant, zero-extended from the width of its type.
    pub(crate) fn constant(&self, value: Value) -> Option<u64> {
        let inst = self.pure_def(value)?;
        match self.func.dfg.insts[inst] {
            InstructionData::UnaryImm {
                opcode: Opcode::Iconst,
                imm,
            } => Some(imm.bits() as u64 & mask(self.func.dfg.value_type(value))),
            _ => None,
        }
    }
}

fn mask(ty: Type) -> u64 {
    if ty == types::I64 {
        u64::MAX
    } else {
        (1 << ty.bits()) - 1
    }
}

/// Whether an instruction must be kept even if nothing uses its results: a load that can trap too.
pub(super) fn has_effect(func: &Function, inst: Inst) -> bool {
    let data = &func.dfg.insts[inst];
    let opcode = data.opcode();
    let traps = opcode.can_load() && data.memflags().is_none_or(|flags| !flags.notrap());
    traps
        || opcode.other_side_effects()
        || opcode.can_store()
        || opcode.can_trap()
        || opcode.is_call()
        || opcode.is_terminator()
}
