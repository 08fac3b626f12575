//! What a run leaves behind.

use std::collections::BTreeMap;

use runtime_hooks::ExecutionLog;
use zkasm::{MemBase, VarDecl};

use crate::memory::Memory;
use crate::state::StoredLog;
use crate::word::{Registers, Word};

/// What a run leaves behind.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The execution log: outcome, totals, and what the hooks recorded.
    pub log: ExecutionLog,
    /// The program's results as `type:value`, such as `i32:7`; empty unless it came to its end
    /// without a trap.
    pub results: Vec<String>,
    /// How often each ROM line was executed, by zkPC; none unless asked for.
    pub histogram: Option<Vec<u64>>,
    /// The registers at the end.
    pub registers: Registers,
    /// The memory at the end.
    pub memory: Memory,
    /// What `storeLog` has stored, by the numbers of the logs.
    pub logs: BTreeMap<String, StoredLog>,
    pub(crate) vars: BTreeMap<String, (VarDecl, u32)>,
}

impl RunReport {
    /// The final value of a global variable, its first word if it is an array; none if there is no
    /// global variable of that name.
    pub fn global(&self, name: &str) -> Option<Word> {
        self.global_words(name)?.next()
    }

    /// The final words of a global variable, in order; none if there is no global variable of that
    /// name.
    pub fn global_words(&self, name: &str) -> Option<impl Iterator<Item = Word>> {
        let (var, start) = self.vars.get(name).filter(|(var, _)| !var.ctx)?;
        let words = *start..start.saturating_add(var.words);
        Some(words.map(|offset| self.memory.word(MemBase::Global, 0, offset)))
    }
}
