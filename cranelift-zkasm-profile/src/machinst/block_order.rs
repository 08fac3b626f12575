//! The order of blocks, with critical edges split.

use std::collections::HashMap;

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::ir::{Block, BlockCall, Function};

/// A block of virtual-register code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LoweredBlock {
    /// A CLIF block.
    Orig(Block),
    /// An edge that carries arguments or is critical: from a block, by the number of its
    /// successor.
    Edge(Block, usize),
}

/// The blocks in reverse postorder, each edge block right after the block it leaves.
pub(crate) struct BlockOrder {
    /// The blocks.
    pub blocks: Vec<LoweredBlock>,
    /// Successors of every reachable CLIF block, in the order of its terminator.
    pub succs: HashMap<Block, Vec<BlockCall>>,
    index: HashMap<LoweredBlock, usize>,
}

impl BlockOrder {
    /// Orders the reachable blocks of a function.
    pub fn new(func: &Function, domtree: &DominatorTree) -> BlockOrder {
        let mut succs = HashMap::new();
        let mut preds: HashMap<Block, usize> = HashMap::new();
        let rpo: Vec<Block> = domtree.cfg_postorder().iter().rev().copied().collect();
        for &block in &rpo {
            let last = func
                .layout
                .last_inst(block)
                .expect("a reachable block has a terminator");
            let calls = func.dfg.insts[last]
                .branch_destination(&func.stencil.dfg.jump_tables)
                .to_vec();
            for call in &calls {
                *preds.entry(call.block(&func.dfg.value_lists)).or_default() += 1;
            }
            succs.insert(block, calls);
        }
        let mut blocks = Vec::new();
        for &block in &rpo {
            blocks.push(LoweredBlock::Orig(block));
            if succs[&block].len() < 2 {
                continue;
            }
            for (number, call) in succs[&block].iter().enumerate() {
                let target = call.block(&func.dfg.value_lists);
                if preds[&target] > 1 || !call.args_slice(&func.dfg.value_lists).is_empty() {
                    blocks.push(LoweredBlock::Edge(block, number));
                }
            }
        }
        let index = blocks
            .iter()
            .enumerate()
            .map(|(index, &block)| (block, index))
            .collect();
        BlockOrder {
            blocks,
            succs,
            index,
        }
    }

    /// The index of the block that control reaches through successor `number` of `from`.
    pub fn successor(&self, func: &Function, from: Block, number: usize) -> usize {
        if let Some(&edge) = self.index.get(&LoweredBlock::Edge(from, number)) {
            return edge;
        }
        let target = self.succs[&from][number].block(&func.dfg.value_lists);
        self.index[&LoweredBlock::Orig(target)]
    }

    /// The index of a CLIF block.
    pub fn index_of(&self, block: Block) -> usize {
        self.index[&LoweredBlock::Orig(block)]
    }
}
