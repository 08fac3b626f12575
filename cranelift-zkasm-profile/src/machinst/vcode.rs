//! Code over virtual registers, as the allocator sees it.

use ra::{Block, Inst, InstRange, Operand, PRegSet, RegClass, VReg};
use regalloc2 as ra;

use super::loc::Loc;
use crate::isa::zkasm::inst::{MInst, OperandCollector, Reg, Why};

/// An instruction with its reason.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The instruction.
    pub inst: MInst,
    /// Why it exists.
    pub why: Why,
    /// The operator it serves.
    pub loc: Loc,
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
    pub fn new(blocks: Vec<BlockCode>, alias: &[Option<Reg>]) -> VCode {
        let resolve = |mut reg: VReg| {
            while let Some(Some(next)) = alias.get(reg.vreg()) {
                reg = *next;
            }
            reg
        };
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
            for located in block.insts {
                let (operands, clobbers) =
                    OperandCollector::collect(&located.inst, &mut code.num_vregs);
                let renamed = operands.into_iter().map(|operand| {
                    let reg = resolve(operand.vreg());
                    Operand::new(reg, operand.constraint(), operand.kind(), operand.pos())
                });
                code.operands.push(renamed.collect());
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
        code
    }

    /// The indices of a block's successors.
    pub fn successors(&self, block: usize) -> impl Iterator<Item = usize> + '_ {
        self.succs[block].iter().map(|succ| succ.index())
    }
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
