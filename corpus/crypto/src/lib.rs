//! Hashes, signatures and RLP: what a node of a chain does all day, by the crates it does it with.
//!
//! This program is here for its size: hundreds of functions, long chains of generic code, large constants.
//! Every export makes its own input from a number and returns a number that depends on all of the result, so
//! that each library can be exercised on its own, and `all` reaches every one of them.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod hashes;
#[cfg(target_arch = "wasm32")]
mod heap;
mod lists;
mod signatures;
mod texts;

/// The first eight bytes, read as a little-endian number.
fn beginning(bytes: &[u8]) -> i64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| i64::from_le_bytes(*bytes))
}

/// `len` pseudo-random bytes: Marsaglia's xorshift generator with a period of 2^64 - 1.
fn message(len: i32) -> impl Iterator<Item = u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..len.max(0)).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
}

/// Calls every other export once, and mixes what they return.
#[unsafe(no_mangle)]
pub extern "C" fn all(n: i32) -> i64 {
    let results = [
        hashes::sha256(n),
        hashes::sha512(n),
        hashes::keccak256(n),
        hashes::sha3_256(n),
        hashes::kmac256(n),
        hashes::tuple_hash(n),
        hashes::blake3(n),
        hashes::blake3_keyed(n),
        signatures::public_key(n),
        signatures::sign(n, 1),
        i64::from(signatures::verify(n, 1, 0)),
        signatures::recover(n, 1),
        signatures::shared_secret(n, 1),
        signatures::schnorr(n, 1),
        texts::numbers(n),
        texts::words(n),
        lists::encode(n),
        lists::decode(n),
        i64::from(lists::decode_damaged(n, n)),
    ];
    results.iter().fold(0, |state, result| {
        (state ^ result).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
