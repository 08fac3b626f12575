//! Translation: WebAssembly to CLIF, by cranelift-wasm. Every CLIF instruction carries the offset
//! of its operator in the module.

mod builtin;
mod func_env;
mod indirect;
mod module_env;
mod tables;

use cranelift_codegen::ir;
use cranelift_wasm::{WasmError, translate_module};
use runtime_hooks::TrapKind;
use zkasm::limits::MEM_WORDS;

use crate::error::{Error, Place};
use crate::prepare::Prepared;
pub(crate) use builtin::Builtin;
use module_env::ModuleEnv;
pub(crate) use tables::TablePlan;

/// Names that translated functions refer to, by namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// A function of the module, by its index.
    Function = 0,
    /// A WebAssembly global, by its index.
    Global = 1,
    /// A linear memory, by its index.
    Heap = 2,
    /// A call that does nothing but hand its arguments on as results.
    Forward = 3,
    /// What the runtime does, by [`Builtin`].
    Builtin = 4,
}

/// The trap code of an assertion that failed.
pub(crate) const ASSERTION_FAILED: u16 = 1;
/// The trap code of a call of an import that nothing provides.
pub(crate) const UNKNOWN_IMPORT: u16 = 2;

impl Namespace {
    /// The namespace of that number.
    pub fn decode(number: u32) -> Option<Namespace> {
        [
            Namespace::Function,
            Namespace::Global,
            Namespace::Heap,
            Namespace::Forward,
            Namespace::Builtin,
        ]
        .get(number as usize)
        .copied()
    }
}

/// Where linear memory lies and how large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MemoryPlan {
    /// Its size in bytes at the beginning.
    pub bytes: u64,
    /// The pages it can grow to: what the module and the machine allow.
    pub max_pages: u32,
    /// Whether something that is compiled grows it.
    pub grows: bool,
    /// The part of it that accesses reach without changing CTX; none if that is all of it.
    pub window: Option<Window>,
}

/// The window of a memory of more than 1 MiB: the 2^17 words that lie in `MEM:` of the home context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The index of its first word.
    pub start: u32,
    /// The home context: CTX between any two accesses.
    pub home: u32,
}

impl Window {
    /// The window from a byte on, a multiple of 8. The home context is such that no word of the
    /// memory lies in a context below 0.
    pub fn from_byte(byte: u64) -> Window {
        let start = (byte / 8) as u32;
        Window {
            start,
            home: start.div_ceil(MEM_WORDS),
        }
    }

    /// What is added to the index of a word to make its place: its context is that place divided by
    /// 2^17, its offset there the rest.
    pub fn bias(self) -> i64 {
        i64::from(self.home) * i64::from(MEM_WORDS) - i64::from(self.start)
    }
}

/// A function's CLIF.
pub(crate) struct Translated {
    /// Its index in the module.
    pub index: u32,
    /// Its CLIF.
    pub func: ir::Function,
    /// The offset of its body in the module: where DWARF says it begins.
    pub body: u32,
}

/// An active data segment.
pub(crate) struct DataSegment {
    /// The first byte's address.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A translated module.
pub(crate) struct Module {
    /// The functions that the entry reaches, in the order of their indices.
    pub functions: Vec<Translated>,
    /// Initial values of the globals.
    pub globals: Vec<u64>,
    /// Active data segments, in the order in which they are written.
    pub data: Vec<DataSegment>,
    /// The bytes of every segment, by its number; none of active ones.
    pub passive: Vec<Vec<u8>>,
    /// Tables.
    pub tables: Vec<TablePlan>,
    /// The references in every element segment, by its number; none of those that are not passive.
    pub elements: Vec<Vec<u32>>,
    /// Linear memory.
    pub memory: MemoryPlan,
    /// The trap that instantiation ends in, if a segment does not fit.
    pub instantiation_trap: Option<TrapKind>,
    /// The start function.
    pub start: Option<u32>,
}

/// Translates what the entry reaches.
pub(crate) fn translate(wasm: &[u8], prepared: &Prepared) -> Result<Module, Error> {
    translate_with(wasm, ModuleEnv::new(prepared)).map(|(module, _)| module)
}

/// Translates what it can, and tells why it cannot translate the rest.
///
/// # Errors
/// If what is refused is no function.
pub(crate) fn translate_each(
    wasm: &[u8],
    prepared: &Prepared,
) -> Result<(Module, Vec<(u32, Error)>), Error> {
    let mut env = ModuleEnv::new(prepared);
    env.refusals = Some(Vec::new());
    translate_with(wasm, env)
}

fn translate_with(
    wasm: &[u8],
    mut env: ModuleEnv<'_>,
) -> Result<(Module, Vec<(u32, Error)>), Error> {
    let result = translate_module(wasm, &mut env);
    if let Some(error) = env.error.take() {
        return Err(error);
    }
    result.map_err(|error| wasm_error(&error))?;
    let refusals = env.refusals.take().unwrap_or_default();
    Ok((env.finish()?, refusals))
}

/// What cranelift-wasm refuses, in our terms.
fn wasm_error(error: &WasmError) -> Error {
    match error {
        WasmError::InvalidWebAssembly { message, offset } => Error::InvalidInput {
            message: message.clone(),
            place: Place::at(*offset),
        },
        WasmError::Unsupported(what) => Error::Unsupported {
            what: what.clone(),
            place: Place::default(),
        },
        WasmError::ImplLimitExceeded => Error::Unsupported {
            what: "a function beyond the limits of Cranelift".to_owned(),
            place: Place::default(),
        },
        WasmError::User(message) => Error::internal(message.clone()),
    }
}
