//! The machine's state.

use std::collections::BTreeMap;

use zkasm::limits::ONE_LANE_MAX;
use zkasm::{Counter, Counters, Fe, Pos, Reg};

use crate::command::Value;
use crate::error::{Check, Checked, Operand, looked_up};
use crate::hash::Hash;
use crate::input::Input;
use crate::memory::Memory;
use crate::word::{Registers, Word};

/// Registers, memory and counters between two steps.
pub(crate) struct State<'a> {
    /// Read-only registers are as old as the last [`State::refresh`].
    pub(crate) regs: Registers,
    pub(crate) memory: Memory,
    /// Everything counted; the cycles are the number of steps executed.
    pub(crate) counters: Counters,
    /// The hashes by their numbers.
    pub(crate) hashes: BTreeMap<i64, Hash>,
    /// The variables of commands, by their numbers; none: not declared so far.
    pub(crate) variables: Vec<Option<Value>>,
    /// The line that commands run at.
    pub(crate) zkpc: u32,
    /// What `storeLog` has stored, by the names of the logs.
    pub(crate) stored: BTreeMap<String, StoredLog>,
    pub(crate) input: &'a Input,
    /// Takes what commands print, with their places.
    console: &'a mut dyn FnMut(Pos, &str),
}

/// A log that commands have stored with `storeLog`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredLog {
    /// Its data, hexadecimal.
    pub data: Vec<String>,
    /// Its topics, hexadecimal.
    pub topics: Vec<String>,
}

/// The read-only registers that show a counter.
const COUNTERS: [(Reg, Counter); 5] = [
    (Reg::Step, Counter::Cycles),
    (Reg::CntArith, Counter::Arith),
    (Reg::CntBinary, Counter::Binary),
    (Reg::CntMemAlign, Counter::MemAlign),
    (Reg::CntKeccakF, Counter::KeccakF),
];

/// The counter that a read-only register shows.
pub(crate) fn counter(reg: Reg) -> Option<Counter> {
    let (_, counter) = COUNTERS.iter().find(|(shown, _)| *shown == reg)?;
    Some(*counter)
}

impl<'a> State<'a> {
    /// The state before the first step, but for the registers; `variables` is the number of
    /// variables that commands declare.
    pub(crate) fn new(
        variables: usize,
        input: &'a Input,
        console: &'a mut dyn FnMut(Pos, &str),
    ) -> State<'a> {
        State {
            regs: Registers::default(),
            memory: Memory::default(),
            counters: Counters::default(),
            hashes: BTreeMap::new(),
            variables: vec![None; variables],
            zkpc: 0,
            stored: BTreeMap::new(),
            input,
            console,
        }
    }

    /// Prints a line.
    pub(crate) fn print(&mut self, pos: Pos, text: String) {
        (self.console)(pos, &text);
    }

    /// Stores a value in a log.
    pub(crate) fn store_log(&mut self, log: String, is_topic: bool, value: String) {
        let log = self.stored.entry(log).or_default();
        let list = if is_topic {
            &mut log.topics
        } else {
            &mut log.data
        };
        list.push(value);
    }

    /// The number of steps executed.
    #[inline]
    pub(crate) fn step(&self) -> u64 {
        self.counters[Counter::Cycles]
    }

    /// Brings the read-only registers up to date.
    pub(crate) fn refresh(&mut self) {
        let c = self.regs[Reg::C];
        self.regs[Reg::RotlC] = Word {
            lane0: c.lane1,
            lane1: c.lane0,
        };
        for (reg, counter) in COUNTERS {
            self.regs[reg] = Word::narrow(Fe::from(self.counters[counter]));
        }
    }

    /// A register's 64-bit value for an operation that looks it up.
    #[inline]
    pub(crate) fn looked_up(&self, reg: Reg) -> Checked<u64> {
        looked_up(self.regs[reg], || Operand::Reg(reg))
    }

    /// Lane 0 of a register that indexes memory or a jump.
    #[inline]
    pub(crate) fn index(&self, reg: Reg) -> Checked<i64> {
        let value = self.regs[reg].lane0;
        signed(value).ok_or_else(|| Box::new(Check::Index { reg, value }))
    }
}

/// A lane as the signed number that one-lane registers and indices are.
#[inline]
pub(crate) fn signed(value: Fe) -> Option<i64> {
    value
        .as_signed_lane()
        .filter(|value| (-ONE_LANE_MAX..=ONE_LANE_MAX).contains(value))
}
