//! Keccak-256, the hash function of Ethereum, of a pseudo-random message of any length, by the crate
//! tiny-keccak.
//!
//! A program as users write them: a little code of its own around a library that was not written for
//! virtual machines. The library's permutation works on 25 words of 64 bits, rotated by all kinds of
//! distances, and macros unroll each of its rounds; messages are absorbed byte by byte.

#![cfg_attr(target_arch = "wasm32", no_std)]

use tiny_keccak::{Hasher, Keccak};

/// The message is hashed in chunks of this many bytes. A block of Keccak-256 has 136: so most chunks begin
/// inside a block, and the library has to piece blocks together.
const CHUNK_LEN: usize = 96;

/// A pseudo-random message, produced chunk by chunk so that no large buffer is needed.
struct Message {
    /// The state of the generator, never zero.
    state: u64,
    /// How many bytes are still to come.
    left: usize,
}

impl Message {
    /// A message of `len` bytes. Every message is the beginning of the same endless one.
    fn new(len: usize) -> Self {
        Self {
            state: 0x9e37_79b9_7f4a_7c15,
            left: len,
        }
    }

    /// The next eight bytes: Marsaglia's xorshift generator with a period of 2^64 - 1.
    #[inline]
    fn next_word(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// Fills the chunk, words in little-endian order, and returns the part of it that belongs to the
    /// message: the whole chunk except at the end. `None` once the message is over.
    #[inline(never)]
    fn next_chunk<'a>(&mut self, chunk: &'a mut [u8; CHUNK_LEN]) -> Option<&'a [u8]> {
        if self.left == 0 {
            return None;
        }
        let (words, _) = chunk.as_chunks_mut();
        for word in words {
            *word = self.next_word().to_le_bytes();
        }
        let len = self.left.min(CHUNK_LEN);
        self.left -= len;
        chunk.get(..len)
    }
}

/// Hashes the message of `len` bytes.
#[inline(never)]
fn hash_message(len: usize) -> [u8; 32] {
    let mut message = Message::new(len);
    let mut chunk = [0; CHUNK_LEN];
    let mut hasher = Keccak::v256();
    while let Some(bytes) = message.next_chunk(&mut chunk) {
        hasher.update(bytes);
    }
    let mut digest = [0; 32];
    hasher.finalize(&mut digest);
    digest
}

/// The entry: hashes a message of `n` bytes and returns the first eight bytes of the digest, read as a
/// little-endian number. A negative size counts as zero.
#[unsafe(no_mangle)]
pub extern "C" fn keccak256(n: i32) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = hash_message(n.max(0) as usize);
    i64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The language wants this to exist. What may still arrive here are checks of lengths that the optimiser
/// could not see to hold. Kept out of line: inlined into a function of the core library, its path would be
/// taken as relative to that library.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_message_has_the_digest_that_ethereum_knows() {
        let beginning = [0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c];
        assert_eq!(keccak256(0), i64::from_le_bytes(beginning));
        assert_eq!(keccak256(-1), keccak256(0));
    }

    #[test]
    fn chunks_make_no_difference() {
        for len in [1, 7, 8, 95, 96, 97, 135, 136, 137, 272, 1000] {
            let mut generator = Message::new(len);
            let words = (0..=len / 8).map(|_| generator.next_word().to_le_bytes());
            let mut whole: Vec<u8> = words.flatten().collect();
            whole.truncate(len);
            let mut hasher = Keccak::v256();
            hasher.update(&whole);
            let mut digest = [0; 32];
            hasher.finalize(&mut digest);
            assert_eq!(hash_message(len), digest);
        }
    }
}
