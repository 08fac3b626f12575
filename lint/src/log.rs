//! What an analysis notes on its way.

use std::collections::{BTreeMap, BTreeSet};

use zkasm::ZkPc;

use crate::interval::Interval;
use crate::linear::Atom;
use crate::report::{Pin, Problem, ProblemKind};
use crate::step::site_of;

/// A store into a variable.
pub(crate) struct Store {
    /// Its scope and first word.
    pub key: (bool, u32),
    pub ranges: [Interval; 2],
    /// Whether a prover may choose it.
    pub open: bool,
}

/// What an analysis notes on its way.
#[derive(Default)]
pub(crate) struct Log {
    /// Free inputs that control reaches, and what pins them.
    pub pins: BTreeMap<u32, BTreeSet<Pin>>,
    pub problems: BTreeSet<Problem>,
    /// Free inputs that a problem names.
    pub blamed: BTreeSet<u32>,
    /// What is stored into variables.
    pub stores: Vec<Store>,
    /// The lowest word of the stack that is written.
    pub lowest_slot: Option<i32>,
    /// Whether single ways are followed to see what they prove: branches on them are not checked.
    pub exploring: bool,
}

impl Log {
    pub fn site(&mut self, pc: u32) {
        self.pins.entry(pc).or_default();
    }

    pub fn pin(&mut self, atoms: &[Atom], pin: Pin) {
        for site in atoms.iter().filter_map(|&atom| site_of(atom)) {
            self.pins.entry(site).or_default().insert(pin);
        }
    }

    pub fn problem(&mut self, pc: u32, kind: ProblemKind, message: String) {
        let zkpc = ZkPc(pc);
        self.problems.insert(Problem {
            zkpc,
            kind,
            message,
        });
    }

    pub fn wrote_slot(&mut self, slot: i32) {
        self.lowest_slot = Some(self.lowest_slot.map_or(slot, |lowest| lowest.min(slot)));
    }

    pub fn store(&mut self, key: (bool, u32), ranges: [Interval; 2], open: bool) {
        self.stores.push(Store { key, ranges, open });
    }
}
