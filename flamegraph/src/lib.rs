//! Where the cycles went: profiles and their views.
//!
//! ```text
//! side table + execution log ──fold──▶ Profile ──▶ folded ──▶ svg
//!                                         ├──────▶ pprof
//!                                         ├──────▶ firefox, speedscope
//!                                         ├──────▶ top, by_label, neighbours, opcodes, advice
//!                                         ├──────▶ golden
//!                                         └──────▶ annotate, report, with the program's texts
//! ```
//!
//! * [`profile`]: stacks × metrics. Knows no machine, so that another machine's run could feed it.
//! * [`fold`]: makes a profile of a run ([`Profile::from_run`]) of its side table and execution log.
//! * [`granularity`], [`tree`]: what views regard as one frame; the call tree.
//! * [`matching`]: which functions a name means.
//! * [`listing`]: the program's texts; frames in them.
//! * [`layout`]: how tables are laid out as text.
//! * [`folded`], [`svg`], [`pprof`], [`firefox`], [`speedscope`], [`top`], [`by_label`], [`neighbours`],
//!   [`opcodes`]: one view each, a pure function of the profile, and the last of the program, too.
//! * [`advice`]: what in a profile is worth acting on, by rules that are data.
//! * [`annotate`]: functions line by line, as source, WebAssembly and zkASM. Like `fold` it knows side tables.
//! * [`report`]: a page with all of it. Like `annotate` it shows code that did not run, too.
//! * [`golden`]: a profile as a short text file to commit, and the exact comparison of two.
//!
//! # Promises
//!
//! *Conservation*: for every metric, the sum of self values over all stacks is the executor's own
//! total, in the profile and in every view. *Determinism*: the same input gives the same bytes.
//! *Robustness*: whatever the input, the answer is a value or an [`Error`], never a panic.

pub mod advice;
pub mod annotate;
pub mod by_label;
pub mod firefox;
pub mod fold;
pub mod folded;
pub mod golden;
pub mod granularity;
pub mod layout;
pub mod listing;
pub mod matching;
pub mod neighbours;
pub mod opcodes;
pub mod pprof;
pub mod profile;
pub mod report;
pub mod speedscope;
pub mod svg;
pub mod top;
pub mod tree;

mod causes;
mod error;
mod json;
mod scope;
mod table;
mod text;

pub use error::Error;
pub use granularity::Granularity;
pub use profile::Profile;
pub use scope::Scope;
pub use table::Table;
pub use text::grouped;
