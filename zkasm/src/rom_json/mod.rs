//! ROMs as JSON: what the reference assembler writes and the reference executor loads.
//!
//! One object: `program`, a list of lines; `labels`, names with their zkPCs; `constants`, names with
//! value, type (`CONST` or `CONSTL`), file and line. A line has only the fields that it uses:
//!
//! | fields | what |
//! |---|---|
//! | `inA` … `inE`, `inCTX`, `inSP`, `inPC`, `inGAS`, `inRR`, `inHASHPOS`, `inRCX`, `inSTEP`, `inROTL_C`, `inCntArith`, `inCntBinary`, `inCntMemAlign`, `inCntKeccakF` | a register's coefficient |
//! | `CONST` or `CONSTL`, `labelCONST` | the constant, of lane 0 or of both lanes; the name it was written with as `@name` |
//! | `inFREE`, `freeInTag` | the free input's coefficient and command; `{"op": ""}` is `$` |
//! | `setA` … `setRCX` | destinations |
//! | `mOp`, `mWR`, `isStack`, `isMem`, `useCTX`, `incStack`, `ind`, `indRR`, `offset`, `offsetLabel`, `extraOffset` | a memory access |
//! | `bin`, `binOpcode`, `arith`, `assert`, `memAlignRD`, `memAlignWR`, `memAlignWR8` | operations |
//! | `hashK`, `hashK1`, `hashKLen`, `hashKDigest`, with `ind`, `indRR`, `offset` | a step of a hash |
//! | `JMP`, `JMPN`, `JMPC`, `JMPZ`, `call`, `return`, `repeat`, `useJmpAddr`, `jmpAddr`, `jmpAddrLabel`, `useElseAddr`, `elseAddr`, `elseAddrLabel`, with `ind`, `indRR`, `offset`, `offsetLabel` if computed | a change of control flow |
//! | `cmdBefore`, `cmdAfter` | lists of commands |
//! | `fileName`, `line`, `lineStr` | where the step stands |
//!
//! Coefficients and constants are decimal numbers in quotes, not reduced to the field; flags are 0 or
//! 1; `JMPNZ` and `JMPNC` are `JMPZ` and `JMPC` with the addresses exchanged.
//!
//! Commands that nest more than about 60 deep are not read.
//!
//! A member of our own, which the executor passes over, keeps what else a run here needs:
//! `zkasmProfile`, with `header`, the comments before the first step, and `vars`, every variable
//! with `scope`, `offset` and `words`. A ROM without it runs too, but has no results to print, and
//! knows of variables only what its lines say.

mod command;
mod fields;
mod read;
mod step;
mod texts;
mod write;

pub use read::{RomError, read as from_json};
pub use write::write as to_json;

/// The member of our own.
const OURS: &str = "zkasmProfile";

/// Read-only registers whose field is not `in` and their name.
const COUNTER_FIELDS: [(crate::Reg, &str); 4] = [
    (crate::Reg::CntArith, "inCntArith"),
    (crate::Reg::CntBinary, "inCntBinary"),
    (crate::Reg::CntMemAlign, "inCntMemAlign"),
    (crate::Reg::CntKeccakF, "inCntKeccakF"),
];

/// The field of a register's coefficient.
fn in_field(reg: crate::Reg) -> String {
    match COUNTER_FIELDS.iter().find(|(counter, _)| *counter == reg) {
        Some((_, field)) => (*field).to_owned(),
        None => format!("in{reg}"),
    }
}
