//! Indirect calls, as choices between direct ones.
//!
//! Nothing that is compiled changes a table, so its entries are known. `call_indirect` becomes a tree
//! of comparisons of the index, whose leaves call one function each or trap: one sign test for each
//! bit of the number of leaves, the exact callee in every profile, and nothing to pin.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, TrapCode, Value, types};
use cranelift_wasm::{FuncIndex, FunctionBuilder};

/// What a table holds at an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A function of the signature that is called.
    Function(FuncIndex),
    /// A function of another signature.
    Mismatch,
    /// Nothing.
    Null,
    /// The table has ended.
    Beyond,
}

impl Entry {
    /// How a call through such an entry traps.
    pub(super) fn trap(self) -> Option<TrapCode> {
        match self {
            Entry::Function(_) => None,
            Entry::Mismatch => Some(TrapCode::BadSignature),
            Entry::Null => Some(TrapCode::IndirectCallToNull),
            Entry::Beyond => Some(TrapCode::TableOutOfBounds),
        }
    }
}

/// Runs of equal entries: the first index of each, in ascending order. The last run has no end.
pub(super) fn runs(entries: impl IntoIterator<Item = Entry>) -> Vec<(u32, Entry)> {
    let mut runs: Vec<(u32, Entry)> = Vec::new();
    for (index, entry) in (0..).zip(entries.into_iter().chain([Entry::Beyond])) {
        if runs.last().is_none_or(|(_, last)| *last != entry) {
            runs.push((index, entry));
        }
    }
    runs
}

/// Emits the tree: control reaches the block that `leaf` gives for the run that holds `index`.
pub(super) fn choose(
    builder: &mut FunctionBuilder<'_>,
    index: Value,
    runs: &[(u32, Entry)],
    leaf: &mut dyn FnMut(&mut FunctionBuilder<'_>, Entry) -> Block,
) {
    if let [(_, entry)] = runs {
        let block = leaf(builder, *entry);
        builder.ins().jump(block, &[]);
        return;
    }
    let (low, high) = runs.split_at(runs.len() / 2);
    let below = builder.create_block();
    let above = builder.create_block();
    let limit = builder.ins().iconst(types::I32, i64::from(high[0].0));
    let is_below = builder.ins().icmp(IntCC::UnsignedLessThan, index, limit);
    builder.ins().brif(is_below, below, &[], above, &[]);
    for (block, runs) in [(below, low), (above, high)] {
        builder.switch_to_block(block);
        builder.seal_block(block);
        choose(builder, index, runs, leaf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_run() {
        let f = |index| Entry::Function(FuncIndex::from_u32(index));
        let entries = [
            f(1),
            f(1),
            Entry::Null,
            Entry::Mismatch,
            Entry::Mismatch,
            f(2),
        ];
        let expected = [
            (0, f(1)),
            (2, Entry::Null),
            (3, Entry::Mismatch),
            (5, f(2)),
            (6, Entry::Beyond),
        ];
        assert_eq!(runs(entries), expected);
        assert_eq!(runs([]), [(0, Entry::Beyond)]);
    }
}
