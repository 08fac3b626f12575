//! What a register or a memory word holds.

use std::fmt;
use std::ops::{Add, Index, IndexMut};

use zkasm::{Fe, Reg};

/// Two lanes: bits 0..32 and 32..64 of a value, as field elements. Nothing keeps a lane below 2^32
/// until an operation looks it up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Word {
    /// Lane 0, the low one.
    pub lane0: Fe,
    /// Lane 1; always zero in a one-lane register.
    pub lane1: Fe,
}

impl Word {
    /// The word of a 64-bit value: both lanes below 2^32.
    #[inline]
    pub fn from_u64(value: u64) -> Word {
        Word {
            lane0: Fe::from(value as u32),
            lane1: Fe::from((value >> 32) as u32),
        }
    }

    /// A word whose lane 1 is zero.
    #[inline]
    pub fn narrow(lane0: Fe) -> Word {
        Word {
            lane0,
            lane1: Fe::ZERO,
        }
    }

    /// The 64-bit value, if both lanes are below 2^32.
    #[inline]
    pub fn as_u64(self) -> Option<u64> {
        let low = self.lane0.as_lane()?;
        let high = self.lane1.as_lane()?;
        Some(u64::from(high) << 32 | u64::from(low))
    }
}

impl Add for Word {
    type Output = Word;
    #[inline]
    fn add(self, other: Word) -> Word {
        Word {
            lane0: self.lane0 + other.lane0,
            lane1: self.lane1 + other.lane1,
        }
    }
}

impl fmt::Display for Word {
    /// The 64-bit value in decimal, or both lanes, low one first, if it has none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_u64() {
            Some(value) => write!(f, "{value}"),
            None => write!(f, "[{}, {}]", self.lane0, self.lane1),
        }
    }
}

/// The registers, read-only ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registers([Word; Reg::ALL.len()]);

impl Default for Registers {
    fn default() -> Registers {
        Registers([Word::default(); Reg::ALL.len()])
    }
}

impl Index<Reg> for Registers {
    type Output = Word;
    #[inline]
    fn index(&self, reg: Reg) -> &Word {
        &self.0[reg as usize]
    }
}

impl IndexMut<Reg> for Registers {
    #[inline]
    fn index_mut(&mut self, reg: Reg) -> &mut Word {
        &mut self.0[reg as usize]
    }
}
