//! The runtime: routines and variables that compiled code shares.
//!
//! Routines keep their own registers in variables, not on the stack: none calls another, and a
//! caller without frame need not move SP. Only routines that are called are linked.

mod access;

use runtime_hooks::Cause;
use zkasm::{Addr, LinComb, Op, Reg, Step};

use crate::machinst::buffer::{Buffer, Line, TRAP_LABEL};

/// Loads 8 bytes from an address that is no multiple of 8.
pub(crate) const LOAD_64: &str = "load64_unaligned";
/// Loads 4 bytes from an address that is no multiple of 4.
pub(crate) const LOAD_32: &str = "load32_unaligned";
/// Stores 8 bytes to an address that is no multiple of 8.
pub(crate) const STORE_64: &str = "store64_unaligned";
/// Stores 4 bytes to an address that is no multiple of 4.
pub(crate) const STORE_32: &str = "store32_unaligned";
/// Where a path goes that only a wrong free input reaches: nothing can be proven from there.
pub(crate) const UNPROVABLE: &str = "unprovable";
/// The variable that says how a run ended: 0, or the code of its trap.
pub(crate) const TRAP_VAR: &str = "trap";
/// The label of the end of every run, trapped or not.
pub(crate) const END: &str = "end";

/// A routine of the runtime.
pub(crate) struct Routine {
    /// Its entry's label, and its name in profiles.
    pub name: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The variable of a WebAssembly global.
pub(crate) fn global(index: u32) -> Addr {
    Addr::Var(global_var(index), None)
}

/// The name of the variable of a WebAssembly global.
pub(crate) fn global_var(index: u32) -> String {
    format!("global_{index}")
}

/// A variable that is no array.
pub(crate) fn var(name: &str) -> Addr {
    Addr::Var(name.to_owned(), None)
}

/// Where a store routine finds its value.
pub(crate) fn value_slot() -> Addr {
    var(access::VALUE)
}

/// `value :MSTORE(name)`
pub(crate) fn store(reg: Reg, name: &str) -> Step {
    Step::of(LinComb::reg(reg)).with(Op::MStore(var(name)))
}

/// `$ => reg :MLOAD(name)`
pub(crate) fn load(reg: Reg, name: &str) -> Step {
    Step::of(LinComb::bare()).to(reg).with(Op::MLoad(var(name)))
}

/// Every routine, in the order in which they are linked.
pub(crate) fn routines() -> Vec<Routine> {
    vec![
        access::load(LOAD_64, 8),
        access::load(LOAD_32, 4),
        access::store(STORE_64, u64::MAX),
        access::store(STORE_32, 0xffff_ffff),
        trap(),
        unprovable(),
    ]
}

/// A buffer for a routine's lines.
fn buffer(name: &'static str) -> Buffer {
    let mut buffer = Buffer::new(name);
    buffer.serve(None, name, Cause::Runtime(name.to_owned()));
    buffer.bind(name);
    buffer
}

/// Ends the run with a trap whose code is in A.
fn trap() -> Routine {
    let mut buffer = buffer(TRAP_LABEL);
    buffer.step(store(Reg::A, TRAP_VAR));
    buffer.jump(END);
    Routine {
        name: TRAP_LABEL,
        lines: buffer.finish(),
    }
}

/// 0 = 1.
fn unprovable() -> Routine {
    let mut buffer = buffer(UNPROVABLE);
    buffer.step(Step::of(LinComb::constant(0)).to(Reg::A));
    buffer.step(Step::of(LinComb::constant(1)).with(Op::Assert));
    // Never reached; a line must not fall into another routine.
    buffer.jump(UNPROVABLE);
    Routine {
        name: UNPROVABLE,
        lines: buffer.finish(),
    }
}
