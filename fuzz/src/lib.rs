//! What the long runs in `fuzz/` share with the short ones in `cli/tests/`.
//!
//! * [`damage`]: bytes and texts, changed at random.
//! * [`driver`]: command lines of the long runs.
//! * [`engines`]: our compiler and simulator, and wasmi, behind one face: results, trap, globals,
//!   memory.
//! * [`enrich`]: modules with more in them that can go wrong and be seen.
//! * [`extremes`]: modules that are large in one way each.
//! * [`patch`]: modules with something added or taken away, section by section.
//! * [`smith`]: modules of wasm-smith, and both engines compared on them.
//! * [`mutation`]: damaged files, and what must hold whatever is in them.
//!
//! The tests include this file by its path, so that the workspace does not depend on this folder.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod damage;
pub mod driver;
pub mod engines;
pub mod enrich;
pub mod extremes;
pub mod mutation;
pub mod patch;
pub mod rng;
pub mod smith;
