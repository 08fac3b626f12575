//! The runtime: routines and variables that compiled code shares.
//!
//! Routines keep their own registers in variables, not on the stack: none calls another, and a
//! caller without frame need not move SP. Only routines that are called are linked.

mod access;
mod bits;
mod bulk;
mod table;

use runtime_hooks::Cause;
use zkasm::{Addr, LinComb, Op, Reg, Step};

use self::access::Reach;
use crate::machinst::buffer::{Buffer, Line, TRAP_LABEL};
use crate::translate::{Module, TablePlan};

/// Loads 8 bytes from an address that is no multiple of 8.
pub(crate) const LOAD_64: &str = "load64_unaligned";
/// Loads 2 bytes that lie in two words.
pub(crate) const LOAD_16: &str = "load16_unaligned";
/// Loads 4 bytes from an address that is no multiple of 4.
pub(crate) const LOAD_32: &str = "load32_unaligned";
/// Stores 8 bytes to an address that is no multiple of 8.
pub(crate) const STORE_64: &str = "store64_unaligned";
/// Stores 2 bytes into two words.
pub(crate) const STORE_16: &str = "store16_unaligned";
/// Stores 4 bytes to an address that is no multiple of 4.
pub(crate) const STORE_32: &str = "store32_unaligned";
/// Loads 8 bytes from anywhere; this and the following are for what is outside of the window.
pub(crate) const LOAD_64_FAR: &str = "load64_far";
/// Loads 4 bytes from anywhere.
pub(crate) const LOAD_32_FAR: &str = "load32_far";
/// Loads 2 bytes from anywhere.
pub(crate) const LOAD_16_FAR: &str = "load16_far";
/// Loads a byte from anywhere.
pub(crate) const LOAD_8_FAR: &str = "load8_far";
/// Stores 8 bytes anywhere.
pub(crate) const STORE_64_FAR: &str = "store64_far";
/// Stores 4 bytes anywhere.
pub(crate) const STORE_32_FAR: &str = "store32_far";
/// Stores 2 bytes anywhere.
pub(crate) const STORE_16_FAR: &str = "store16_far";
/// Stores a byte anywhere.
pub(crate) const STORE_8_FAR: &str = "store8_far";
/// Counts the leading zeros of 32 bits.
pub(crate) const CLZ_32: &str = "clz32";
/// Counts the leading zeros of 64 bits.
pub(crate) const CLZ_64: &str = "clz64";
/// Counts the trailing zeros of 32 bits.
pub(crate) const CTZ_32: &str = "ctz32";
/// Counts the trailing zeros of 64 bits.
pub(crate) const CTZ_64: &str = "ctz64";
/// Counts the ones of 64 bits.
pub(crate) const POPCNT: &str = "popcnt";
/// The array of powers of 2: word `n` holds 2^n, word 64 holds 1, for 2^64 turned once around.
pub(crate) const POWERS: &str = "powers";
/// The array of factors of right shifts: word `n` holds 2^(64-n) - 1, 0 <= n < 64.
pub(crate) const SHIFT_FACTORS: &str = "shift_factors";
/// Where a signed division keeps its dividend.
pub(crate) const DIVIDEND: &str = "divide_dividend";
/// Where a signed division keeps its divisor.
pub(crate) const DIVISOR: &str = "divide_divisor";
/// Where a signed division keeps a third value.
pub(crate) const KEPT: &str = "divide_kept";
/// The array of powers of 2^8: word `n` holds 2^8n, word 8 holds 1.
pub(crate) const BYTE_POWERS: &str = "byte_powers";
/// The array of masks of whole bytes: word `n` holds 2^8n - 1, 0 <= n <= 8.
pub(crate) const BYTE_MASKS: &str = "byte_masks";
/// The variable that holds the size of linear memory in pages of 64 KiB.
pub(crate) const MEMORY_PAGES: &str = "memory_pages";
/// The bytes of a page.
pub(crate) const PAGE_BYTES: u32 = 1 << 16;
/// `memory.fill`: address in A, byte in B, length in C.
pub(crate) const MEMORY_FILL: &str = "memory_fill";
/// `memory.copy`: destination in A, source in B, length in C.
pub(crate) const MEMORY_COPY: &str = "memory_copy";
/// `memory.grow`: pages in A, and the result.
pub(crate) const MEMORY_GROW: &str = "memory_grow";
/// `memory.init`: destination in A, source in B, length in C, number of the segment in D.
pub(crate) const MEMORY_INIT: &str = "memory_init";
/// The array of the bytes of all passive segments, each from a word on.
pub(crate) const SEGMENTS: &str = "segments";
/// The array of the first byte of each segment in [`SEGMENTS`].
pub(crate) const SEGMENT_BASES: &str = "segment_bases";
/// The array of the lengths of the segments in bytes; those of active and dropped ones are 0.
pub(crate) const SEGMENT_LENGTHS: &str = "segment_lengths";
/// `table.fill`: index in A, value in B, length in C, number of the table in D.
pub(crate) const TABLE_FILL: &str = "table_fill";
/// `table.copy`: destination in A, source in B, length in C, numbers of their tables in D and E.
pub(crate) const TABLE_COPY: &str = "table_copy";
/// `table.init`: destination in A, source in B, length in C, number of the segment in D, of the table
/// in E.
pub(crate) const TABLE_INIT: &str = "table_init";
/// `table.grow`: entries in A, and the result; value in B, the largest size in C, number of the table
/// in D.
pub(crate) const TABLE_GROW: &str = "table_grow";
/// The array of the entries of all tables, as references.
pub(crate) const TABLES: &str = "tables";
/// The array of the first word of each table in [`TABLES`].
pub(crate) const TABLE_BASES: &str = "table_bases";
/// The array of the sizes of the tables.
pub(crate) const TABLE_SIZES: &str = "table_sizes";
/// The array of the references in all passive element segments.
pub(crate) const ELEMENTS: &str = "elements";
/// The array of the first word of each segment in [`ELEMENTS`].
pub(crate) const ELEMENT_BASES: &str = "element_bases";
/// The array of the lengths of the element segments; those of dropped ones, and of ones that are not
/// passive, are 0.
pub(crate) const ELEMENT_LENGTHS: &str = "element_lengths";
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

/// An entry of an array of powers, by the index in E.
pub(crate) fn power(array: &str) -> Addr {
    Addr::Var(array.to_owned(), Some(Reg::E))
}

/// The words of an array variable with their initial values; none for a variable that is no array.
pub(crate) fn array(name: &str, module: &Module) -> Option<Vec<u64>> {
    let powers = |bits: u32| {
        (0..64)
            .step_by(bits as usize)
            .map(|n| 1 << n)
            .chain([1])
            .collect()
    };
    let segments = module.passive.iter();
    match name {
        POWERS => Some(powers(1)),
        SHIFT_FACTORS => Some((0..64).map(|n| u64::MAX >> n).collect()),
        BYTE_POWERS => Some(powers(8)),
        BYTE_MASKS => Some((0..9).map(|n| ((1u128 << (8 * n)) - 1) as u64).collect()),
        SEGMENTS => {
            let words = segments.flat_map(|bytes| bytes.chunks(8));
            let word = |bytes: &[u8]| {
                bytes
                    .iter()
                    .rev()
                    .fold(0u64, |word, &byte| word << 8 | u64::from(byte))
            };
            Some(words.map(word).chain([0]).collect())
        }
        SEGMENT_BASES => {
            let lengths = segments.map(|bytes| bytes.len().next_multiple_of(8) as u64);
            Some(bases(lengths))
        }
        SEGMENT_LENGTHS => Some(segments.map(|bytes| bytes.len() as u64).collect()),
        TABLES => {
            let mut words: Vec<u64> = module.tables.iter().flat_map(TablePlan::words).collect();
            // The assembler has no arrays without words.
            words.resize(words.len().max(1), 0);
            Some(words)
        }
        TABLE_BASES => Some(module.tables.iter().map(|plan| plan.base.into()).collect()),
        TABLE_SIZES => {
            let sizes = module.tables.iter().map(|plan| plan.entries.len() as u64);
            Some(sizes.collect())
        }
        ELEMENTS => {
            let words = module.elements.iter().flatten().copied();
            Some(words.map(u64::from).chain([0]).collect())
        }
        ELEMENT_BASES => Some(bases(module.elements.iter().map(|list| list.len() as u64))),
        ELEMENT_LENGTHS => {
            let lengths = module.elements.iter().map(|list| list.len() as u64);
            Some(lengths.collect())
        }
        _ => None,
    }
}

/// Where each of several runs of words begins, one after the other.
fn bases(words: impl Iterator<Item = u64>) -> Vec<u64> {
    words
        .scan(0, |next, words| {
            let base = *next;
            *next += words;
            Some(base)
        })
        .collect()
}

/// Where an access keeps the index of its word.
pub(crate) fn index_slot() -> Addr {
    var(access::INDEX)
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
pub(crate) fn routines(module: &Module) -> Vec<Routine> {
    let window = module.memory.window;
    vec![
        access::load(LOAD_64, 8, Reach::Unaligned, window),
        access::load(LOAD_32, 4, Reach::Unaligned, window),
        access::load(LOAD_16, 2, Reach::Unaligned, window),
        access::load(LOAD_64_FAR, 8, Reach::Anywhere, window),
        access::load(LOAD_32_FAR, 4, Reach::Anywhere, window),
        access::load(LOAD_16_FAR, 2, Reach::Anywhere, window),
        access::load(LOAD_8_FAR, 1, Reach::Anywhere, window),
        access::store(STORE_64, 8, Reach::Unaligned, window),
        access::store(STORE_32, 4, Reach::Unaligned, window),
        access::store(STORE_16, 2, Reach::Unaligned, window),
        access::store(STORE_64_FAR, 8, Reach::Anywhere, window),
        access::store(STORE_32_FAR, 4, Reach::Anywhere, window),
        access::store(STORE_16_FAR, 2, Reach::Anywhere, window),
        access::store(STORE_8_FAR, 1, Reach::Anywhere, window),
        bits::clz(CLZ_32, 32),
        bits::clz(CLZ_64, 64),
        bits::ctz(CTZ_32, 32),
        bits::ctz(CTZ_64, 64),
        bits::popcnt(),
        bulk::fill(MEMORY_FILL, window),
        bulk::copy(MEMORY_COPY, window),
        bulk::init(MEMORY_INIT, window),
        bulk::grow(MEMORY_GROW, module.memory.max_pages),
        table::fill(TABLE_FILL, module),
        table::copy(TABLE_COPY, module),
        table::init(TABLE_INIT, module),
        table::grow(TABLE_GROW, module),
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
