//! The mid-end: Cranelift's own optimiser, unchanged.

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;

use crate::error::Error;
use crate::isa::zkasm::ZkAsmIsa;

/// Legalizes and optimises a function, as the shared flag `opt_level` says.
pub(crate) fn optimize(func: Function, isa: &ZkAsmIsa) -> Result<Context, Error> {
    let mut ctx = Context::for_function(func);
    ctx.optimize(&*isa.midend, &mut ControlPlane::default())
        .map_err(|error| Error::internal(format!("the optimiser failed: {error}")))?;
    Ok(ctx)
}
