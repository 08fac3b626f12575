//! What is in a module, and what of it would not compile.
//!
//! [`inspect`] takes any valid core module, also one that uses what this compiler refuses. The fields
//! of an [`Inspection`] are those of the JSON that `zkasm-profile inspect` prints.

mod dwarf;
mod features;
mod rom;
mod scan;
mod verdict;

use serde::Serialize;

use crate::error::Error;

pub use verdict::inspect;

/// What is in a module. Offsets are from the start of the module, sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inspection {
    /// The size of the module.
    pub bytes: u64,
    /// Its sections, in their order.
    pub sections: Vec<Section>,
    /// Its functions.
    pub functions: Functions,
    /// Its imports, in their order.
    pub imports: Vec<Import>,
    /// Its exports, in their order.
    pub exports: Vec<Export>,
    /// The name of its start function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Its memories, imported ones first.
    pub memories: Vec<Memory>,
    /// Its tables, imported ones first.
    pub tables: Vec<Table>,
    /// Its globals.
    pub globals: Globals,
    /// Its data segments.
    pub data: Segments,
    /// Its element segments; their `size` counts elements.
    pub elements: Segments,
    /// What it uses beyond the first version of WebAssembly, and floating point; by name.
    pub features: Vec<Feature>,
    /// Tools that made it.
    pub producers: Vec<Producer>,
    /// Its debug information.
    pub dwarf: Dwarf,
    /// What its functions become.
    pub rom: Rom,
    /// What would not compile. Functions are named once, for the first of their operators that is
    /// refused.
    pub refusals: Vec<Refusal>,
    /// Whether all of it compiles: no refusal, and no export reaches an import that nothing provides
    /// (unless calls of those are to trap).
    pub compiles: bool,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// `type`, `code` and so on; of a custom section, its own name.
    pub name: String,
    /// Whether it is a custom section.
    pub custom: bool,
    /// Where its contents begin.
    pub offset: u64,
    /// The size of its contents.
    pub bytes: u64,
    /// How many things it holds, where it is a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
}

/// The functions of a module.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Functions {
    /// How many are imported.
    pub imported: u64,
    /// How many have bodies.
    pub defined: u64,
    /// The size of all bodies.
    pub code_bytes: u64,
    /// How many operators they have.
    pub operators: u64,
    /// Those with bodies, by size, the largest first; of equal ones, the one with the lower index.
    pub by_size: Vec<Function>,
}

/// A function with a body.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Function {
    /// Its index in the module.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Where its body begins.
    pub offset: u32,
    /// The size of its body.
    pub bytes: u64,
    /// How many operators it has.
    pub operators: u64,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Import {
    /// The module it is from, and its name there.
    pub name: String,
    /// Function, memory, table, global or tag.
    pub kind: &'static str,
    /// The signature of a function, such as `(i32, i32) -> ()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What becomes of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// The compiler provides it.
    BuiltIn,
    /// Nothing provides it: what reaches it is refused, unless calls of it are to trap.
    RefusedOrTrap,
    /// The module is refused for it.
    Refused,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Function, memory, table, global or tag.
    pub kind: &'static str,
    /// Of functions, the rest.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub function: Option<ExportedFunction>,
}

/// An exported function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExportedFunction {
    /// Its signature, such as `(i32) -> i64`.
    pub signature: String,
    /// Whether a program can begin with it: it has a body, and its parameters and results are integers.
    pub callable: bool,
    /// How many functions with bodies it reaches, the start function's included; none if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaches: Option<u64>,
    /// The size of their bodies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_bytes: Option<u64>,
    /// Imports that it reaches and nothing provides.
    pub unknown_imports: Vec<String>,
    /// Whether all that it reaches compiles, and no part of the module is refused.
    pub compiles: bool,
}

/// A memory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Memory {
    /// Its pages of 64 KiB at the beginning.
    pub pages: u64,
    /// The pages it may grow to, if the module says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_pages: Option<u64>,
    /// Whether a function grows it.
    pub grows: bool,
    /// How it is laid out; none if it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
}

/// How a memory is laid out (docs/decisions/0003).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Layout {
    /// All of it is in one context: it is not larger than 1 MiB, and does not become larger.
    OneContext,
    /// A window of it is in the context that is set between accesses; others are calls.
    Window {
        /// The address of the window's first byte.
        first: u64,
        /// The address behind its last byte.
        end: u64,
    },
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// The type of its elements.
    pub element: String,
    /// Its size at the beginning.
    pub size: u64,
    /// The size it may grow to, if the module says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u64>,
}

/// The globals of a module.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Globals {
    /// How many are imported.
    pub imported: u64,
    /// How many are defined.
    pub defined: u64,
    /// How many of all are mutable.
    pub mutable: u64,
}

/// Segments.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Segments {
    /// How many are written when the program begins.
    pub active: u64,
    /// How many are there to be copied from.
    pub passive: u64,
    /// How many only declare functions.
    pub declared: u64,
    /// What all of them hold.
    pub size: u64,
}

/// Something that a module uses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Feature {
    /// Its name, such as `bulk-memory`.
    pub name: String,
    /// How many operators belong to it.
    pub operators: u64,
    /// Whether it is refused outright.
    pub refused: bool,
}

/// A tool that made a module.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub field: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The debug information of a module.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dwarf {
    /// What can be done with it.
    pub state: DwarfState,
    /// The versions of its units.
    pub versions: Vec<u16>,
    /// How many operators have a source line, of [`Functions::operators`].
    pub operators_with_line: u64,
    /// The size of those operators.
    pub bytes_with_line: u64,
    /// The size of all operators: that of the bodies without the declarations of locals.
    pub operator_bytes: u64,
    /// How many operators lie in a function that was inlined.
    pub operators_inlined: u64,
    /// How many functions the debug information places in the code.
    pub placed: u64,
    /// How many of them are where a body begins.
    pub placed_right: u64,
}

/// What can be done with debug information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DwarfState {
    /// There is none.
    #[default]
    Absent,
    /// It is that of the code.
    Usable,
    /// It has no line table.
    NoLines,
    /// Its sections are there, but they speak of other code: nothing is found in them, or most
    /// functions are not where they say. Tools such as wasm-opt without `-g` leave it so.
    Stale,
}

/// What functions become: those that compile and that an export or the start function reaches. Start stub and
/// runtime are not counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rom {
    /// How many functions.
    pub functions: u64,
    /// Their ROM lines, by the contribution that pays.
    pub lines: Origins,
    /// All contributions to those lines, of which a line has one or more.
    pub contributions: Origins,
}

/// How ROM lines or contributions came by their places (docs/side-table.md).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Origins {
    /// How many there are.
    pub all: u64,
    /// Those that the operator at their offset was made into.
    pub direct: u64,
    /// How many of these have a source line.
    pub direct_with_line: u64,
    /// Those that the optimiser made or moved: their offset is that of what uses them.
    pub inherited: u64,
    /// How many of these have a source line.
    pub inherited_with_line: u64,
}

/// Something that would not compile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The function's index; none if it is something else that is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<u32>,
    /// The function's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// The operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Why, as an error would say it.
    pub reason: String,
}

impl Refusal {
    /// What an error says; its operator is looked up in a function.
    fn new(wasm: &[u8], function: Option<(u32, &str)>, error: Error) -> Refusal {
        let (error, place) = error.split_place();
        let offset = place.offset.map(|offset| offset.0);
        let of_operator = matches!(error, Error::Unsupported { .. });
        let operator = offset
            .filter(|_| of_operator && function.is_some())
            .and_then(|offset| crate::prepare::operator_at(wasm, offset));
        Refusal {
            function: function.map(|(index, _)| index),
            name: function.map(|(_, name)| name.to_owned()),
            offset,
            operator,
            reason: error.to_string(),
        }
    }
}
