//! Free inputs, and whoever chooses them.
//!
//! The executor computes the value of a `${…}`; a proof holds for any value that passes the
//! constraints. A run with other values shows what they would let through.

use zkasm::ZkPc;

use crate::error::Checked;
use crate::word::Word;

/// A free input `${…}` that a run is about to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeInput {
    /// The step's ROM line.
    pub zkpc: ZkPc,
    /// The number of free inputs that the run took before.
    pub number: u64,
    /// The executor's value; none if its command has no value, as a division by 0 has none.
    pub honest: Option<Word>,
}

/// Who chooses the values of free inputs.
pub(crate) trait Choose {
    /// The value of a free input at a line, given the executor's own.
    fn choose(&mut self, zkpc: u32, honest: Checked<Word>) -> Checked<Word>;
}

/// The executor.
pub(crate) struct Executor;

impl Choose for Executor {
    #[inline]
    fn choose(&mut self, _: u32, honest: Checked<Word>) -> Checked<Word> {
        honest
    }
}

/// Anyone else.
pub(crate) struct Other<'a> {
    pub(crate) choose: &'a mut dyn FnMut(FreeInput) -> Option<Word>,
    pub(crate) taken: u64,
}

impl Choose for Other<'_> {
    fn choose(&mut self, zkpc: u32, honest: Checked<Word>) -> Checked<Word> {
        let input = FreeInput {
            zkpc: ZkPc(zkpc),
            number: self.taken,
            honest: honest.as_ref().ok().copied(),
        };
        self.taken += 1;
        (self.choose)(input).map_or(honest, Ok)
    }
}
