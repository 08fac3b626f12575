//! The machine's memory.
//!
//! Addresses count words. A global variable's address is its offset; everything else lies in a
//! context, [`CTX_STRIDE`] words from the next: the context's variables first, then its stack, then
//! what `MEM:` names. Context 0 shares its variables' words with the global ones, and a context may
//! be negative.

use std::collections::HashMap;

use zkasm::limits::{CTX_STRIDE, MEM_BASE, MEM_WORDS, STACK_BASE, STACK_WORDS, VAR_WORDS};
use zkasm::{Fe, MemBase};

use crate::word::Word;

/// Small, so that words far apart cost little.
const PAGE_WORDS: usize = 1 << 9;
/// Pages of the contexts 0..16, which are found without hashing.
const NEAR_PAGES: usize = 16 * CTX_STRIDE as usize / PAGE_WORDS;
/// What a lane never holds: the mark of a word that was never written.
const UNWRITTEN: u64 = u64::MAX;

type Page = Box<[[u64; 2]]>;

/// Words by address, allocated in pages when written. A word that was never written reads as zero.
#[derive(Clone, Debug)]
pub struct Memory {
    near: Vec<Option<Page>>,
    far: HashMap<i64, Page>,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            near: vec![None; NEAR_PAGES],
            far: HashMap::new(),
        }
    }
}

impl Memory {
    /// The word at an offset into a region of a context; `ctx` is of no account for global
    /// variables.
    pub fn word(&self, base: MemBase, ctx: i32, offset: u32) -> Word {
        self.load(region_start(base, i64::from(ctx)) + i64::from(offset))
    }

    #[inline]
    pub(crate) fn load(&self, address: i64) -> Word {
        self.written(address).unwrap_or_default()
    }

    /// The word at an address, unless it was never written.
    #[inline]
    pub(crate) fn written(&self, address: i64) -> Option<Word> {
        let (page, word) = place(address);
        let page = match usize::try_from(page) {
            Ok(near) if near < NEAR_PAGES => self.near[near].as_ref(),
            _ => self.far.get(&page),
        };
        let [lane0, lane1] = page?[word];
        (lane0 != UNWRITTEN).then(|| Word {
            lane0: Fe::from(lane0),
            lane1: Fe::from(lane1),
        })
    }

    #[inline]
    pub(crate) fn store(&mut self, address: i64, value: Word) {
        let (page, word) = place(address);
        let page = match usize::try_from(page) {
            Ok(near) if near < NEAR_PAGES => self.near[near].get_or_insert_with(empty_page),
            _ => self.far.entry(page).or_insert_with(empty_page),
        };
        page[word] = [value.lane0.as_u64(), value.lane1.as_u64()];
    }
}

#[cold]
fn empty_page() -> Page {
    vec![[UNWRITTEN, 0]; PAGE_WORDS].into_boxed_slice()
}

/// The page of an address and the word's index in it.
#[inline]
fn place(address: i64) -> (i64, usize) {
    let page_words = PAGE_WORDS as i64;
    (
        address.div_euclid(page_words),
        address.rem_euclid(page_words) as usize,
    )
}

/// The address of a region's first word.
#[inline]
pub(crate) fn region_start(base: MemBase, ctx: i64) -> i64 {
    let within = match base {
        MemBase::Global => return 0,
        MemBase::VarCtx => 0,
        MemBase::Stack => STACK_BASE,
        MemBase::Mem => MEM_BASE,
    };
    ctx * CTX_STRIDE as i64 + within as i64
}

/// The number of words that an address form can reach in a region.
#[inline]
pub(crate) fn region_words(base: MemBase) -> u32 {
    match base {
        MemBase::Global | MemBase::VarCtx => VAR_WORDS,
        MemBase::Stack => STACK_WORDS,
        MemBase::Mem => MEM_WORDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_apart_near_and_far() {
        let mut memory = Memory::default();
        let last_near = NEAR_PAGES as i64 * PAGE_WORDS as i64 - 1;
        let addresses = [
            0,
            1,
            511,
            512,
            last_near,
            last_near + 1,
            -1,
            i64::from(i32::MIN) << 18,
        ];
        for (value, address) in addresses.into_iter().enumerate() {
            assert_eq!(memory.written(address), None);
            assert_eq!(memory.load(address), Word::default());
            memory.store(address, Word::from_u64(value as u64 | 7 << 40));
        }
        for (value, address) in addresses.into_iter().enumerate() {
            assert_eq!(memory.load(address), Word::from_u64(value as u64 | 7 << 40));
        }
    }

    #[test]
    fn context_zero_shares_variables_with_the_globals() {
        let mut memory = Memory::default();
        memory.store(region_start(MemBase::Global, 5) + 3, Word::from_u64(1));
        assert_eq!(memory.word(MemBase::VarCtx, 0, 3), Word::from_u64(1));
        assert_eq!(memory.word(MemBase::VarCtx, 1, 3), Word::default());
        assert_eq!(memory.word(MemBase::Stack, 0, 3), Word::default());
    }
}
