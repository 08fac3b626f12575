//! Tables, as far as they are known when a program is built.
//!
//! A *reference* is a number of 32 bits: 0 is null, and a function's is its index plus one. What an
//! `externref` refers to is the host's business; the reference is the host's number of it plus one.

use cranelift_codegen::ir::{Type, types};
use cranelift_entity::packed_option::ReservedValue;
use cranelift_wasm::{FuncIndex, Table};

use super::indirect::Entry;
use crate::prepare::TableUse;

/// The CLIF type of references.
pub(super) const REFERENCE: Type = types::I32;
/// The null reference.
pub(super) const NULL: u32 = 0;
/// Entries by which a table can grow, if its own maximum allows more.
const GROWTH: u32 = 4096;

/// A table and where it lies.
#[derive(Clone, Debug)]
pub(crate) struct TablePlan {
    /// What it holds at the beginning.
    pub entries: Vec<Option<FuncIndex>>,
    /// What compiled code does to it.
    pub used: TableUse,
    /// Its first word in the array of tables.
    pub base: u32,
    /// The entries that it can grow to, which are its words in the array; 0 if it has none there.
    pub capacity: u32,
}

impl TablePlan {
    /// Plans a table behind others.
    pub(super) fn new(table: &Table, used: TableUse, before: Option<&TablePlan>) -> TablePlan {
        let largest = match used.grows {
            true => table
                .maximum
                .unwrap_or(u32::MAX)
                .min(table.minimum.saturating_add(GROWTH)),
            false => table.minimum,
        };
        TablePlan {
            entries: vec![None; table.minimum as usize],
            used,
            base: before.map_or(0, |plan| plan.base + plan.capacity),
            capacity: if used.changes || used.is_read {
                largest
            } else {
                0
            },
        }
    }

    /// Its entries, once it does not grow.
    pub(crate) fn size(&self) -> Option<u32> {
        (!self.used.grows).then_some(self.entries.len() as u32)
    }

    /// Its words in the array of tables.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        let entries = self.entries.iter().map(|&entry| reference(entry).into());
        entries
            .chain(std::iter::repeat(NULL.into()))
            .take(self.capacity as usize)
    }
}

/// The reference to a function.
pub(super) fn reference(function: Option<FuncIndex>) -> u32 {
    function.map_or(NULL, |function| function.as_u32() + 1)
}

/// The function of an element; none if it is null.
pub(super) fn element(function: FuncIndex) -> Option<FuncIndex> {
    (!function.is_reserved_value()).then_some(function)
}

/// What a call does for each reference that it can find, as [`super::indirect::runs`]: the first
/// reference of each run. No table holds references between those, so it does not matter which run
/// they are in.
pub(super) fn callees(
    functions: impl IntoIterator<Item = (FuncIndex, Entry)>,
) -> Vec<(u32, Entry)> {
    let mut runs = vec![(NULL, Entry::Null)];
    for (function, entry) in functions {
        if runs.last().is_none_or(|(_, last)| *last != entry) {
            runs.push((reference(Some(function)), entry));
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use cranelift_wasm::WasmRefType;

    use super::*;

    #[test]
    fn a_run_ends_where_the_next_function_is_another() {
        let f = FuncIndex::from_u32;
        let function = |index| (f(index), Entry::Function(f(index)));
        let mismatch = |index| (f(index), Entry::Mismatch);
        assert_eq!(
            callees([
                mismatch(0),
                mismatch(3),
                function(4),
                function(9),
                mismatch(11)
            ]),
            [
                (0, Entry::Null),
                (1, Entry::Mismatch),
                (5, Entry::Function(f(4))),
                (10, Entry::Function(f(9))),
                (12, Entry::Mismatch),
            ]
        );
        assert_eq!(callees([]), [(0, Entry::Null)]);
    }

    #[test]
    fn tables_have_words_if_something_changes_or_reads_them() {
        let table = |minimum, maximum| Table {
            wasm_ty: WasmRefType::FUNCREF,
            minimum,
            maximum,
        };
        let (unused, read, grown) = (
            TableUse::default(),
            TableUse {
                is_read: true,
                ..TableUse::default()
            },
            TableUse {
                changes: true,
                grows: true,
                is_read: false,
            },
        );
        let mut before: Option<TablePlan> = None;
        for (table, used, base, capacity, size) in [
            (table(7, None), unused, 0, 0, Some(7)),
            (table(5, Some(9)), read, 0, 5, Some(5)),
            (table(3, None), grown, 5, 3 + GROWTH, None),
            (table(2, Some(4)), grown, 8 + GROWTH, 4, None),
            (table(1, None), read, 12 + GROWTH, 1, Some(1)),
        ] {
            let plan = TablePlan::new(&table, used, before.as_ref());
            assert_eq!((plan.base, plan.capacity), (base, capacity));
            assert_eq!(plan.size(), size);
            assert_eq!(plan.words().count(), capacity as usize);
            before = Some(plan);
        }
    }
}
