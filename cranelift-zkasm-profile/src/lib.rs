//! A Cranelift-based compiler from WebAssembly to zkASM.
//!
//! [`compile`] turns a module and a call of one of its exports into a [`zkasm::Program`] and a
//! [`runtime_hooks::SideTable`], which says of every ROM line which operator, source line and
//! inlined function it serves, and why it exists.
//!
//! ```text
//! prepare → translate → midend → machinst::lower → regalloc → emit → bundle → link
//! ```
//!
//! Everything is Cranelift 0.112 unmodified up to CLIF and its optimiser, its ISLE rule compiler,
//! and regalloc2; from instruction selection on it is this crate's own.
//!
//! **Soundness.** Every free input that compiled code contains is pinned by a constraint of the
//! same step or a later one on every path; the rules and routines say by which. Nothing depends on
//! the executor's good will.

mod compile;
mod debuginfo;
mod effort;
mod error;
pub mod inspect;
pub mod isa;
mod link;
mod machinst;
mod midend;
mod prepare;
mod runtime;
mod stack;
mod translate;

pub use compile::{Compiled, compile};
pub use error::{Error, Place};
use runtime_hooks::Instrument;

/// What to compile, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The module's file name, without folders, for headers and profiles.
    pub module_name: String,
    /// The export to call; none for the only one, `_start` or `main`.
    pub entry: Option<String>,
    /// Its arguments: integers, decimal or `0x` hexadecimal, signed or unsigned; references, `null`
    /// or, of an `externref`, the number by which the host knows it.
    pub args: Vec<String>,
    /// What those that are not given are; none if all must be given.
    pub missing_args: Option<String>,
    /// Which profiling hooks to emit.
    pub instrument: Instrument,
    /// Whether Cranelift's mid-end optimises (`opt_level=speed`) or not (`none`).
    pub optimize: bool,
    /// Whether calls of imported functions that nothing provides trap when they are made, instead of
    /// being refused when the program is built.
    pub allow_unknown_imports: bool,
    /// Whether to verify CLIF and register allocation, which takes more than linear time.
    pub check: bool,
    /// For tests of profiles: one more spill before each call of a function, which serves nothing.
    #[doc(hidden)]
    pub plant_spills: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            module_name: "module.wasm".to_owned(),
            entry: None,
            args: Vec::new(),
            missing_args: None,
            instrument: Instrument::Off,
            optimize: true,
            allow_unknown_imports: false,
            check: false,
            plant_spills: false,
        }
    }
}
