//! The contract between the compiler and whatever executes its programs.
//!
//! * [`Hook`]: the commands that an instrumented program carries, and their spelling.
//! * [`SideTable`]: what the compiler knows of every ROM line (`NAME.map.json`).
//! * [`ExecutionLog`]: what an executor saw (`NAME.log.json`).
//! * [`Trace`]: every step of a short run, for debugging (`NAME.trace`).
//! * [`labels`]: the side table of a program that was not compiled.
//! * [`instrumented`]: a plain program with the hooks that its side table knows the places of.
//!
//! `js/` has the [`Recorder`] once more, as a helper for the reference executor.
//!
//! Side table and log are plain JSON with a `format` and a `version`; the modules of all three specify them.

mod cause;
mod error;
mod hook;
mod instrumented;
pub mod labels;
pub mod log;
pub mod recorder;
mod regions;
pub mod sidetable;
pub mod trace;
mod trap;
mod written;

pub use cause::Cause;
pub use error::FormatError;
pub use hook::{BlockId, FunctionId, Hook, HookError, Instrument, PREFIX, RegionId};
pub use instrumented::instrumented;
pub use labels::Entries;
pub use log::ExecutionLog;
pub use recorder::Recorder;
pub use sidetable::SideTable;
pub use trace::Trace;
pub use trap::TrapKind;
