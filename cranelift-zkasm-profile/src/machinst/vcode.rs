//! Code over virtual registers, as the allocator sees it.

use ra::{
    Block, Inst, InstRange, Operand, OperandConstraint, OperandKind, PRegSet, RegClass, VReg,
};
use regalloc2 as ra;
use zkasm::BinaryOp;

use super::loc::{Loc, Rule};
use crate::error::Error;
use crate::isa::zkasm::inst::{BranchOperand, MInst, OperandCollector, Reg, Test, Why};

/// An instruction with its reason.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The instruction.
    pub inst: MInst,
    /// Why it exists.
    pub why: Why,
    /// The operator it serves, and pays for.
    pub loc: Loc,
    /// Another operator whose work it does, too.
    pub also: Option<Loc>,
    /// The rule that made it.
    pub rule: Rule,
}

/// A block while code is being made.
#[derive(Default)]
pub(crate) struct BlockCode {
    /// Its instructions, the last of which is a branch or an exit.
    pub insts: Vec<Located>,
    /// The registers of its parameters.
    pub params: Vec<Reg>,
    /// Its successors, with the arguments for their parameters.
    pub succs: Vec<(usize, Vec<Reg>)>,
}

/// A function's code before register allocation.
pub(crate) struct VCode {
    /// Instructions of all blocks, in order.
    pub insts: Vec<Located>,
    operands: Vec<Vec<Operand>>,
    clobbers: Vec<PRegSet>,
    ranges: Vec<InstRange>,
    succs: Vec<Vec<Block>>,
    preds: Vec<Vec<Block>>,
    params: Vec<Vec<VReg>>,
    args: Vec<Vec<Vec<VReg>>>,
    num_vregs: usize,
}

impl VCode {
    /// Lays out blocks. `alias[v]` is the register that `v` is another name of.
    ///
    /// # Errors
    /// If an instruction asks the allocator for what it would get wrong: see [`check_reuse`].
    pub fn new(blocks: Vec<BlockCode>, alias: &[Option<Reg>]) -> Result<VCode, Error> {
        let resolved = resolve_all(alias);
        let resolve = |reg: VReg| resolved.get(reg.vreg()).copied().unwrap_or(reg);
        let mut code = VCode {
            insts: Vec::new(),
            operands: Vec::new(),
            clobbers: Vec::new(),
            ranges: Vec::new(),
            succs: Vec::new(),
            preds: vec![Vec::new(); blocks.len()],
            params: Vec::new(),
            args: Vec::new(),
            num_vregs: alias.len(),
        };
        for (index, block) in blocks.into_iter().enumerate() {
            let start = code.insts.len();
            for mut located in block.insts {
                compare_with_itself(&mut located.inst, resolve);
                let (operands, clobbers) =
                    OperandCollector::collect(&located.inst, &mut code.num_vregs);
                let renamed = operands.into_iter().map(|operand| {
                    let reg = resolve(operand.vreg());
                    Operand::new(reg, operand.constraint(), operand.kind(), operand.pos())
                });
                let operands: Vec<Operand> = renamed.collect();
                check_reuse(&located.inst, &operands)?;
                code.operands.push(operands);
                code.clobbers.push(clobbers);
                code.insts.push(located);
            }
            code.ranges.push(InstRange::new(
                Inst::new(start),
                Inst::new(code.insts.len()),
            ));
            code.params.push(block.params);
            let mut succs = Vec::new();
            let mut args = Vec::new();
            for (succ, values) in block.succs {
                code.preds[succ].push(Block::new(index));
                succs.push(Block::new(succ));
                args.push(values.into_iter().map(resolve).collect());
            }
            code.succs.push(succs);
            code.args.push(args);
        }
        Ok(code)
    }

    /// The indices of a block's successors.
    pub fn successors(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        self.succs[block].iter().map(|succ| succ.index())
    }
}

/// What every register is another name of, in the end.
fn resolve_all(alias: &[Option<Reg>]) -> Vec<Reg> {
    let mut resolved: Vec<Option<Reg>> = vec![None; alias.len()];
    let mut chain = Vec::new();
    for start in 0..alias.len() {
        let mut reg = VReg::new(start, RegClass::Int);
        let end = loop {
            if let Some(known) = resolved[reg.vreg()] {
                break known;
            }
            chain.push(reg);
            match alias[reg.vreg()] {
                Some(next) => reg = next,
                None => break reg,
            }
        };
        for reg in chain.drain(..) {
            resolved[reg.vreg()] = Some(end);
        }
    }
    resolved.into_iter().flatten().collect()
}

/// A choice that compares a register with itself must not have it in A and in B: see
/// [`check_reuse`]. The difference of its lanes 0 is 0, which tells as much.
fn compare_with_itself(inst: &mut MInst, resolve: impl Fn(VReg) -> VReg) {
    if let MInst::Select {
        test: test @ Test::Binary,
        op,
        x: BranchOperand::Reg { reg: x },
        y: BranchOperand::Reg { reg: y },
        ..
    } = inst
        && resolve(*x) == resolve(*y)
    {
        *test = match op {
            BinaryOp::Eq => Test::Eq32,
            _ => Test::LtU32,
        };
    }
}

/// regalloc2 0.15.2 puts the copy that a register fixed in two places needs after the instruction,
/// if the instruction also reuses an operand's register for its result.
fn check_reuse(inst: &MInst, operands: &[Operand]) -> Result<(), Error> {
    let reuses = operands
        .iter()
        .any(|o| matches!(o.constraint(), OperandConstraint::Reuse(_)));
    let fixed = |o: &&Operand| {
        o.kind() == OperandKind::Use && matches!(o.constraint(), OperandConstraint::FixedReg(_))
    };
    let mut fixed_uses: Vec<VReg> = operands.iter().filter(fixed).map(|o| o.vreg()).collect();
    fixed_uses.sort_unstable();
    if reuses && fixed_uses.windows(2).any(|pair| pair[0] == pair[1]) {
        let kind = inst.kind();
        return Err(Error::internal(format!(
            "`{kind}` has one value in two fixed registers"
        )));
    }
    Ok(())
}

impl ra::Function for VCode {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.ranges.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        self.ranges[block.index()]
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.succs[block.index()]
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.preds[block.index()]
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.params[block.index()]
    }

    fn is_ret(&self, inst: Inst) -> bool {
        self.insts[inst.index()].inst.is_exit()
    }

    fn is_branch(&self, inst: Inst) -> bool {
        self.insts[inst.index()].inst.is_branch()
    }

    fn branch_blockparams(&self, block: Block, _: Inst, succ: usize) -> &[VReg] {
        &self.args[block.index()][succ]
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.operands[inst.index()]
    }

    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        self.clobbers[inst.index()]
    }

    fn num_vregs(&self) -> usize {
        self.num_vregs
    }

    fn spillslot_size(&self, _: RegClass) -> usize {
        1
    }
}
