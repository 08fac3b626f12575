//! Runs zkASM programs as the 64-bit machine's reference executor does.
//!
//! [`Simulator::new`] loads a [`Rom`](zkasm::Rom); [`Simulator::run`] runs it, with every check
//! that the executor makes, its known bugs included, and writes the execution log that the
//! program's hooks ask for.
//!
//! * A run ends when the step at the label `finalizeExecution` would come next. Commands that
//!   follow the step before it still run; those of the step itself do not.
//! * A failed check is an [`Error`]: the program did what the machine cannot prove. What the guest
//!   does wrong by the rules of its own language is an outcome, left in the variable `trap` (see
//!   [`RunReport::log`]).
//! * [`Simulator::run_choosing`] runs with other values of free inputs than the executor's.
//! * [`Simulator::run_following`] runs a program without hooks and follows its calls.
//! * [`Simulator::run_tracing`] writes down every step of a short run.
//! * A run may be longer than one proof can hold: it is simulated all the same.
//!
//! ```
//! use zkasm_simulator::{Options, Simulator};
//!
//! let text = "\
//! ; results: i32
//! VAR GLOBAL result_0
//!   5 => A
//!   2 => B
//!   $ => A :ADD
//!   A :MSTORE(result_0)
//! finalizeExecution:
//!   :JMP(finalizeExecution)
//! ";
//! let parsed = zkasm::parse(text)?;
//! let rom = zkasm::assemble(&parsed.program, &parsed.positions)?;
//! let report = Simulator::new(&rom, Options::default())?.run()?;
//! assert_eq!(report.results, ["i32:7"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod command;
mod decode;
mod error;
mod follow;
mod hash;
mod header;
mod input;
mod int;
mod memory;
mod prover;
mod report;
mod run;
mod state;
mod step;
mod trace;
mod word;

pub use error::{Check, Error, Failure, Operand};
pub use hash::HashProblem;
pub use input::{Flag, Input, Number};
pub use int::ArithmeticError;
pub use memory::Memory;
pub use prover::FreeInput;
pub use report::RunReport;
pub use run::{Options, Simulator};
pub use state::StoredLog;
pub use word::{Registers, Word};
