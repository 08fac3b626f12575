//! The mid-end: Cranelift's own optimiser, unchanged.

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{Block, Function, Inst};
use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;

use crate::error::Error;
use crate::isa::zkasm::ZkAsmIsa;

/// An optimised function.
pub(crate) struct Optimized {
    /// The function, its control flow and dominator tree.
    pub ctx: Context,
    /// The blocks that instructions stood in before, as translation made them.
    pub home: SecondaryMap<Inst, PackedOption<Block>>,
}

/// Legalizes and optimises a function, as the shared flag `opt_level` says.
pub(crate) fn optimize(func: Function, isa: &ZkAsmIsa) -> Result<Optimized, Error> {
    let mut home = SecondaryMap::new();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            home[inst] = block.into();
        }
    }
    let mut ctx = Context::for_function(func);
    ctx.optimize(&*isa.midend, &mut ControlPlane::default())
        .map_err(|error| Error::internal(format!("the optimiser failed: {error}")))?;
    Ok(Optimized { ctx, home })
}
