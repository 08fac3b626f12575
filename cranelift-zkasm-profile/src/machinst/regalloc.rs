//! Register allocation: five registers, no scratch.

use ra::{MachineEnv, Output, PRegSet, RegallocOptions};
use regalloc2 as ra;

use super::vcode::VCode;
use crate::error::Error;
use crate::isa::zkasm::abi::REGS;
use crate::isa::zkasm::inst::preg;

fn machine_env() -> MachineEnv {
    let all: PRegSet = (0..REGS.len()).map(preg).collect();
    MachineEnv {
        preferred_regs_by_class: [all, PRegSet::empty(), PRegSet::empty()],
        non_preferred_regs_by_class: [PRegSet::empty(); 3],
        scratch_by_class: [None, None, None],
        fixed_stack_slots: Vec::new(),
    }
}

/// Allocates registers. With `check`, the allocator's own checker verifies the result, which takes
/// more than linear time.
pub(crate) fn allocate(code: &VCode, check: bool) -> Result<Output, Error> {
    let env = machine_env();
    let options = RegallocOptions {
        verbose_log: false,
        validate_ssa: check,
        algorithm: ra::Algorithm::Ion,
    };
    let output = ra::run(code, &env, &options)
        .map_err(|error| Error::internal(format!("register allocation failed: {error:?}")))?;
    if check {
        let mut checker = ra::checker::Checker::new(code, &env);
        checker.prepare(&output);
        checker.run().map_err(|errors| {
            Error::internal(format!("register allocation does not verify: {errors:?}"))
        })?;
    }
    Ok(output)
}
