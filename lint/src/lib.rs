//! Soundness of zkASM programs.
//!
//! The reference executor follows an honest prover. A proof must hold for every other: a free input
//! `${…}` is whatever a prover likes until a constraint pins it. [`lint`] follows a program with what
//! is known of its values instead of the values themselves, and says of every free input that control
//! can reach which check pins it ([`Pin`]), and of everything that is not proven why not
//! ([`Problem`]).
//!
//! **What is known.** Every lane is a linear combination of unknowns over the field; every unknown has
//! a range of integers; combinations of several unknowns may have one too (*facts*: from sign tests,
//! comparisons, masks and products). Lanes of words of memory are canonical, which every store is held
//! to. Functions are analysed for all of their calls at once.
//!
//! **What is reported.**
//! * A value that depends on a free input which nothing has pinned yet reaches memory, a variable, an
//!   address, SP or CTX ([`ProblemKind::FreeInput`]).
//! * A branch depends on one, and its ways do not prove conditions that exclude each other
//!   ([`ProblemKind::Guess`]).
//! * An operation looks up, or a store keeps, a lane that may be outside of 0 ..= 2^32-1
//!   ([`ProblemKind::Lane`]).
//! * An index may leave `MEM:`, or a written array ([`ProblemKind::Address`]).
//! * A step of a hash, which is not examined ([`ProblemKind::Hash`]).
//! * A jump, a return or SP is not what the caller relies on ([`ProblemKind::Control`]).
//!
//! **What is not.** That the program computes what its source says; what registers hold at the end, and
//! what the program does from `finalizeExecution` on; that an honest prover gets to the
//! end; how deep the stack grows (SP below 2^16 is a matter of the call graph); hashes (`HASHK*`).
//! A program without problems may still be wrong; a program with problems may still be sound, by an
//! argument that the lint does not know.

mod analysis;
mod arith;
mod branch;
mod guess;
mod interval;
mod join;
mod linear;
mod log;
mod report;
mod state;
mod step;
mod tables;

pub use report::{Pin, Problem, ProblemKind, Report, Site};

/// Examines a program.
pub fn lint(rom: &zkasm::Rom) -> Report {
    analysis::analyse(rom)
}
