//! Which rows a profile holds as one.
//!
//! Of the rows that a [`Granularity`] does not tell apart, one stands for all: the first in the
//! program, whose address theirs then is. So rows are merged before anything is kept of them.
//!
//! | granularity | rows are one if they have the same |
//! |---|---|
//! | function | function, and functions inlined there |
//! | line | those, each at the same line of the same file |
//! | wasm | offset in the module, and source location |
//! | zkasm | address |
//!
//! Calls are merged with calls only, so that a caller's address is that of a call.

use std::collections::{BTreeSet, HashMap};

use runtime_hooks::sidetable::Contribution;
use runtime_hooks::{BlockId, ExecutionLog, FunctionId, SideTable};
use zkasm::ZkPc;

use super::{Role, leaving};
use crate::granularity::Granularity;
use crate::profile::{Labels, Line, Location};

/// What rows that are one have in common: the function, the source location as far as it counts, and
/// the offset.
type Key = (FunctionId, Option<u32>, Option<u32>);

/// The detail of a profile.
#[derive(Debug)]
pub(super) struct Detail {
    granularity: Granularity,
    /// For each row the one that stands for it as a leaf; none if each stands for itself.
    leaves: Option<Vec<u32>>,
    /// For those rows of calls that another stands for, that one.
    calls: HashMap<u32, u32>,
}

impl Detail {
    /// The detail of the profile of a side table and a log that fit each other.
    pub(super) fn new(map: &SideTable, log: &ExecutionLog, granularity: Granularity) -> Detail {
        let mut detail = Detail {
            granularity,
            leaves: None,
            calls: HashMap::new(),
        };
        if granularity == Granularity::Zkasm {
            return detail;
        }
        let chains = chains(map, granularity);
        let key = |function: FunctionId, contribution: &Contribution| -> Key {
            let chain = contribution.location.map(|id| chains[id as usize]);
            let offset = contribution.wasm_offset.map(|offset| offset.0);
            let offset = offset.filter(|_| granularity == Granularity::Wasm);
            (function, chain, offset)
        };
        let mut first: HashMap<Key, u32> = HashMap::new();
        let mut leaves: Vec<u32> = (0..map.rows.len() as u32).collect();
        for (index, block) in map.blocks.iter().enumerate() {
            for (ZkPc(zkpc), row) in map.block_rows(BlockId(index as u32)) {
                let key = key(block.function, map.payer(row));
                // Blocks ascend, so the first is the lowest.
                leaves[zkpc as usize] = *first.entry(key).or_insert(zkpc);
            }
        }
        detail.leaves = Some(leaves);
        let sites: BTreeSet<BlockId> = log.contexts.iter().filter_map(|c| c.site).collect();
        let mut first: HashMap<Key, u32> = HashMap::new();
        for site in sites {
            let block = &map.blocks[site.0 as usize];
            let zkpc = block.first + (block.rows - 1);
            let call = leaving(map, &map.rows[zkpc as usize]);
            let lowest = *first.entry(key(block.function, call)).or_insert(zkpc);
            detail.calls.insert(zkpc, lowest);
        }
        detail
    }

    /// The row that stands for a row in a role.
    pub(super) fn row(&self, zkpc: ZkPc, role: Role) -> ZkPc {
        let row = match role {
            Role::Leaf => self.leaves.as_ref().map(|leaves| leaves[zkpc.index()]),
            Role::Caller => self.calls.get(&zkpc.0).copied(),
        };
        row.map_or(zkpc, ZkPc)
    }

    /// What is kept of a row's location.
    pub(super) fn location(&self, location: Location) -> Location {
        let kept = |line: Line| match self.granularity {
            Granularity::Function => Line {
                file: None,
                line: 0,
                column: 0,
                ..line
            },
            Granularity::Line => Line { column: 0, ..line },
            Granularity::Wasm | Granularity::Zkasm => line,
        };
        let (by_function, by_source) = match self.granularity {
            Granularity::Function => (true, true),
            Granularity::Line => (false, true),
            Granularity::Wasm | Granularity::Zkasm => (false, false),
        };
        Location {
            address: location.address.filter(|_| !by_function),
            offset: location.offset.filter(|_| !by_source),
            lines: location.lines.into_iter().map(kept).collect(),
            inlined: location.inlined,
        }
    }

    /// What is kept of a row's labels: operator and rule are of places in the module and in the program.
    pub(super) fn labels(&self, labels: Labels) -> Labels {
        match self.granularity {
            Granularity::Function | Granularity::Line => Labels {
                cause: labels.cause,
                ..Labels::default()
            },
            Granularity::Wasm | Granularity::Zkasm => labels,
        }
    }

    /// Whether rows are merged.
    pub(super) fn merges(&self) -> bool {
        self.leaves.is_some()
    }
}

/// For each source location the first that it cannot be told from.
fn chains(map: &SideTable, granularity: Granularity) -> Vec<u32> {
    let ids = 0..map.locations.len() as u32;
    if granularity == Granularity::Wasm {
        return ids.collect();
    }
    let mut first: HashMap<Vec<_>, u32> = HashMap::new();
    let chain = |id| {
        let places = map.chain(id).map(|place| {
            let line = (granularity == Granularity::Line && place.line != 0)
                .then_some((place.file, place.line));
            (place.inlined, line)
        });
        *first.entry(places.collect()).or_insert(id)
    };
    ids.map(chain).collect()
}
