//! Where an instruction comes from, and why it exists.

use std::fmt;

use cranelift_codegen::ir::{Opcode, SourceLoc};
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

/// The rule of instruction selection that made an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// One of `lower.isle`: its line and its pattern.
    Isle(u32, &'static str),
    /// The driver, which lowers some CLIF itself.
    Clif(Opcode),
    /// The driver, for something else.
    Driver(&'static str),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Isle(line, pattern) => write!(f, "lower.isle:{line} {pattern}"),
            Rule::Clif(opcode) => opcode.fmt(f),
            Rule::Driver(what) => f.write_str(what),
        }
    }
}

/// One reason for a step: the operator it serves and why it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The operator; none in startup and runtime code.
    pub loc: Option<Loc>,
    /// The rule that made its instruction; none of what allocation inserts, and in startup and
    /// runtime code.
    pub rule: Option<Rule>,
    /// Why the step exists.
    pub cause: Cause,
}
