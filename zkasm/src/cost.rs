//! What a step costs, in the counters of the machine: the workspace's only cost table.

use std::ops::{Add, AddAssign, Index, IndexMut, Sub};

use crate::limits::ROWS;
use crate::op::Op;
use crate::program::Step;
use crate::rom::RomLine;

/// Version of this table; golden files name it.
pub const COST_MODEL: &str = "zk64-1";

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Counter {
    /// Executed steps: rows of the main state machine.
    Cycles,
    /// `MLOAD` and `MSTORE`: rows of the memory state machine.
    Mem,
    /// Binary operations, four rows each.
    Binary,
    /// `ARITH`, eight rows each.
    Arith,
    /// `MEM_ALIGN_*`, eight rows each.
    MemAlign,
    /// Keccak-f permutations.
    KeccakF,
}

impl Counter {
    /// Every counter, in the order of every table that lists them.
    pub const ALL: [Counter; 6] = [
        Counter::Cycles,
        Counter::Mem,
        Counter::Binary,
        Counter::Arith,
        Counter::MemAlign,
        Counter::KeccakF,
    ];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Counter::Cycles => "cycles",
            Counter::Mem => "mem",
            Counter::Binary => "binary",
            Counter::Arith => "arith",
            Counter::MemAlign => "mem_align",
            Counter::KeccakF => "keccak_f",
        }
    }

    /// The counter of that name.
    pub fn from_name(name: &str) -> Option<Counter> {
        Counter::ALL
            .into_iter()
            .find(|counter| counter.name() == name)
    }

    /// How many events fit one proof: the machine's rows ([`ROWS`]) over the rows that an event takes.
    /// Of keccak-f permutations, 44 share a slot of 155,286 rows.
    pub const fn capacity(self) -> u64 {
        match self {
            Counter::Cycles | Counter::Mem => ROWS,
            Counter::Binary => ROWS / 4,
            Counter::Arith | Counter::MemAlign => ROWS / 8,
            Counter::KeccakF => ROWS / 155_286 * 44,
        }
    }

    /// Committed cells that one event adds to the proof's area: rows per event times committed
    /// columns of the state machine. For a keccak-f permutation the amortised figure.
    pub const fn cells(self) -> u64 {
        match self {
            Counter::Cycles => 103,
            Counter::Mem => 7,
            Counter::Binary => 4 * 22,
            Counter::Arith => 8 * 22,
            Counter::MemAlign => 8 * 22,
            Counter::KeccakF => 76_700,
        }
    }
}

/// A value for every [`Counter`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Counters {
    /// All zero.
    pub const ZERO: Counters = Counters([0; Counter::ALL.len()]);

    /// Each counter with its value, in the order of [`Counter::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL
            .into_iter()
            .map(|counter| (counter, self[counter]))
    }

    /// Every value times `factor`, saturating.
    #[must_use]
    pub fn times(mut self, factor: u64) -> Counters {
        for value in &mut self.0 {
            *value = value.saturating_mul(factor);
        }
        self
    }

    /// The marginal proving area in committed cells: see [`Counter::cells`].
    pub fn cells(&self) -> u64 {
        self.iter()
            .map(|(counter, value)| value.saturating_mul(counter.cells()))
            .sum()
    }

    /// How many proofs of full size a run of so much takes at the least: as many as its fullest state
    /// machine fills ([`Counter::capacity`]).
    pub fn segments(&self) -> u64 {
        let filled = self
            .iter()
            .map(|(counter, value)| value.div_ceil(counter.capacity()));
        filled.max().unwrap_or(0).max(1)
    }

    /// What one execution of a step is charged. A `REPEAT` line is charged per execution of its
    /// body; hash digests are charged by length when they run, not here.
    pub fn of_step(step: &Step) -> Counters {
        Counters::of_events(step.ops.iter().filter_map(|op| match op {
            Op::MLoad(_) | Op::MStore(_) => Some(Counter::Mem),
            Op::Binary(_) => Some(Counter::Binary),
            Op::Arith => Some(Counter::Arith),
            Op::MemAlignRd | Op::MemAlignWr | Op::MemAlignWr8 => Some(Counter::MemAlign),
            _ => None,
        }))
    }

    /// What one execution of a ROM line is charged: see [`Counters::of_step`].
    pub fn of_line(line: &RomLine) -> Counters {
        let aligns = line.mem_align_rd || line.mem_align_wr || line.mem_align_wr8;
        let events = [
            line.mem.as_ref().map(|_| Counter::Mem),
            line.binary.map(|_| Counter::Binary),
            line.arith.then_some(Counter::Arith),
            aligns.then_some(Counter::MemAlign),
        ];
        Counters::of_events(events.into_iter().flatten())
    }

    /// A step and what else it does.
    fn of_events(events: impl Iterator<Item = Counter>) -> Counters {
        let mut cost = Counters::ZERO;
        cost[Counter::Cycles] = 1;
        events.for_each(|event| cost[event] += 1);
        cost
    }
}

impl Index<Counter> for Counters {
    type Output = u64;
    #[inline]
    fn index(&self, counter: Counter) -> &u64 {
        &self.0[counter as usize]
    }
}

impl IndexMut<Counter> for Counters {
    #[inline]
    fn index_mut(&mut self, counter: Counter) -> &mut u64 {
        &mut self.0[counter as usize]
    }
}

impl AddAssign for Counters {
    #[inline]
    fn add_assign(&mut self, other: Counters) {
        for (value, more) in self.0.iter_mut().zip(other.0) {
            *value += more;
        }
    }
}

impl Add for Counters {
    type Output = Counters;
    #[inline]
    fn add(mut self, other: Counters) -> Counters {
        self += other;
        self
    }
}

impl Sub for Counters {
    type Output = Counters;
    /// # Panics
    /// In debug builds, if a value of `other` is larger than ours.
    #[inline]
    fn sub(mut self, other: Counters) -> Counters {
        for (value, less) in self.0.iter_mut().zip(other.0) {
            *value -= less;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_those_of_the_fullest_machine() {
        assert_eq!(Counter::KeccakF.capacity(), 2_376);
        assert_eq!(Counters::ZERO.segments(), 1);
        for counter in Counter::ALL {
            let mut used = Counters::ZERO;
            used[counter] = counter.capacity();
            assert_eq!(used.segments(), 1);
            used[counter] += 1;
            assert_eq!(used.segments(), 2);
            used[counter] = 5 * counter.capacity();
            used[Counter::Cycles] = used[Counter::Cycles].max(1);
            assert_eq!(used.segments(), 5);
        }
    }
}
