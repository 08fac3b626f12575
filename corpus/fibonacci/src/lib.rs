//! The Fibonacci sequence, computed in three ways.
//!
//! This is the first program of the corpus. It is small enough to be read next to its profile, and it
//! holds one of each thing a profiler has to get right: a loop whose body was inlined, a function that
//! calls itself, a table in linear memory, and functions that stay functions after optimisation.
//! All arithmetic is modulo 2^64.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// How many of the latest numbers the table in memory keeps.
const TABLE_LEN: usize = 32;

/// The naive recursion takes exponential time, so its argument stops here.
const RECURSION_LIMIT: u32 = 12;

/// Two neighbours of the sequence: the number at some position and the one after it.
#[derive(Clone, Copy)]
struct Pair {
    this: u64,
    next: u64,
}

impl Pair {
    /// The sequence begins with 0 and 1.
    const START: Self = Self { this: 0, next: 1 };

    /// Moves one position on. Too small to remain a function: profiles show it as an inlined frame.
    #[inline(always)]
    fn advance(self) -> Self {
        Self {
            this: self.next,
            next: add(self.this, self.next),
        }
    }
}

/// Adds modulo 2^64. Inlined into `advance`, which is inlined itself, so the frames form a chain.
#[inline(always)]
fn add(left: u64, right: u64) -> u64 {
    left.wrapping_add(right)
}

/// Stirs `value` into `state`, so that the final result depends on every number computed on the way.
#[inline]
fn mix(state: u64, value: u64) -> u64 {
    let stirred = (state ^ value).wrapping_mul(0x0000_0100_0000_01b3);
    add(stirred, state << 5)
}

/// The Fibonacci number at position `n`, by the loop everybody writes first.
#[inline(never)]
fn iterative(n: u32) -> u64 {
    let mut pair = Pair::START;
    for _ in 0..n {
        pair = pair.advance();
    }
    pair.this
}

/// The Fibonacci number at position `n`, straight from the definition. The optimiser turns one of the
/// two calls into a loop; the other remains a real recursion, at most `n` frames deep.
#[inline(never)]
fn recursive(n: u32) -> u64 {
    if n < 2 {
        u64::from(n)
    } else {
        add(recursive(n - 1), recursive(n - 2))
    }
}

/// Writes the next `count` numbers to the front of the table and returns the pair that follows them.
#[inline(never)]
fn remember(table: &mut [u64; TABLE_LEN], count: usize, mut pair: Pair) -> Pair {
    for slot in table.iter_mut().take(count) {
        *slot = pair.this;
        pair = pair.advance();
    }
    pair
}

/// Adds up the table.
#[inline(never)]
fn sum(table: &[u64; TABLE_LEN]) -> u64 {
    let mut total = 0;
    for &value in table {
        total = add(total, value);
    }
    total
}

/// Walks the first `n` numbers in batches of a table each and mixes the sums of the batches. A last
/// batch that is not full leaves older numbers standing behind it; they are summed with the rest.
#[inline(never)]
fn through_memory(n: u32) -> u64 {
    // The library fills the table by several small functions, all of them inlined: the deepest chain of
    // frames in this program. Zeros would not do, for the compiler leaves those to a call of `memset`.
    let mut table = core::array::from_fn(|slot| u64::from(n) + slot as u64);
    let mut pair = Pair::START;
    let mut state = 0;
    let mut left = n as usize;
    while left != 0 {
        let count = left.min(TABLE_LEN);
        pair = remember(&mut table, count, pair);
        state = mix(state, sum(&table));
        left -= count;
    }
    state
}

/// The entry: does work in proportion to `n` and returns a number that depends on all of it.
/// A negative size counts as zero.
#[unsafe(no_mangle)]
pub extern "C" fn fibonacci(n: i32) -> i64 {
    let n = n.max(0) as u32;
    let mut state = mix(0, iterative(n));
    state = mix(state, recursive(n.min(RECURSION_LIMIT)));
    state = mix(state, through_memory(n));
    state as i64
}

/// Nothing here panics, and the optimiser removes this; the language wants it to exist all the same.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_and_the_recursion_agree() {
        for n in 0..20 {
            assert_eq!(iterative(n), recursive(n), "position {n}");
        }
        assert_eq!(iterative(93), 12_200_160_415_121_876_738);
    }
}
