//! Where an instruction comes from, and why it exists.

use cranelift_codegen::ir::SourceLoc;
use runtime_hooks::Cause;
use runtime_hooks::sidetable::{Origin, WasmOffset};

/// The WASM operator that an instruction serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loc {
    /// The operator's offset in the module.
    pub offset: WasmOffset,
    /// Whether CLIF said so, or it was inferred from a neighbour.
    pub origin: Origin,
}

impl Loc {
    /// The location that a CLIF instruction carries itself.
    pub fn direct(srcloc: SourceLoc) -> Option<Loc> {
        (!srcloc.is_default()).then(|| Loc {
            offset: WasmOffset(srcloc.bits()),
            origin: Origin::Direct,
        })
    }

    /// The same operator, for an instruction that does not name it itself.
    pub fn inherited(self) -> Loc {
        Loc {
            origin: Origin::Inherited,
            ..self
        }
    }
}

/// One reason for a step: the operator it serves and why it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The operator; none in startup and runtime code.
    pub loc: Option<Loc>,
    /// Why the step exists.
    pub cause: Cause,
}
