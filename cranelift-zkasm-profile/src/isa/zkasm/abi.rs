//! The calling convention.
//!
//! * The first five parameters and results are in A, B, C, D, E, in this order, canonical and
//!   zero-extended. The others are in the first words of the callee's frame, which begins where SP
//!   points when it is called: the caller writes parameters there and reads results.
//! * Every register is the caller's to save; RR holds the return address.
//! * The stack grows upwards, in words. A function that calls others takes its frame when it is
//!   entered, `SP + F => SP`, and gives it back in the step that returns; slot `i` is then at
//!   `SP - F + i`, and RR rests in the last slot. A function that calls none leaves SP alone, and
//!   slot `i` is at `SP + i`: nothing else writes there while it runs.
//! * A function that can be reached from itself checks, before it takes its frame, that frame and
//!   all frames above it that are not checked themselves fit the stack; the start stub's callee is
//!   bounded when the program is linked. So SP stays below 2^16 on every path, which is what keeps
//!   stack addresses out of other memory.

use zkasm::Reg;

/// Registers of parameters and of results, in order.
pub(crate) const REGS: [Reg; 5] = [Reg::A, Reg::B, Reg::C, Reg::D, Reg::E];

/// A function's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Whether the function makes calls, and so takes its frame and saves RR.
    pub calls: bool,
    /// Words for parameters and results that are not in registers, from slot 0.
    pub passed_words: u32,
    /// Words for spilled values, after those.
    pub spill_words: u32,
    /// Whether a path that leaves the straight line needs a slot to save RR, in a function that
    /// makes no calls.
    pub saves_rr_aside: bool,
}

impl Frame {
    /// Its size in words.
    pub fn words(&self) -> u32 {
        self.passed_words + self.spill_words + u32::from(self.calls || self.saves_rr_aside)
    }

    /// The offset from SP of a slot, once the frame is taken.
    pub fn slot(&self, slot: u32) -> i32 {
        slot as i32 - if self.calls { self.words() as i32 } else { 0 }
    }

    /// The slot of a spilled value.
    pub fn spill_slot(&self, index: u32) -> u32 {
        self.passed_words + index
    }

    /// The slot in which RR rests.
    pub fn rr_slot(&self) -> u32 {
        self.passed_words + self.spill_words
    }
}
