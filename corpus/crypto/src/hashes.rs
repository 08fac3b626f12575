//! Digests of pseudo-random messages of `n` bytes: their first eight bytes. A negative size counts as zero.

use alloc::vec::Vec;

use sha2::Digest;
use tiny_keccak::{Hasher, IntoXof};

use crate::{beginning, message};

/// SHA-256.
#[unsafe(no_mangle)]
pub extern "C" fn sha256(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    beginning(&sha2::Sha256::digest(message))
}

/// SHA-512.
#[unsafe(no_mangle)]
pub extern "C" fn sha512(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    beginning(&sha2::Sha512::digest(message))
}

/// Keccak-256, as Ethereum uses it.
#[unsafe(no_mangle)]
pub extern "C" fn keccak256(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    let mut hasher = tiny_keccak::Keccak::v256();
    let mut digest = [0; 32];
    hasher.update(&message);
    hasher.finalize(&mut digest);
    beginning(&digest)
}

/// SHA3-256, as the standard pads it.
#[unsafe(no_mangle)]
pub extern "C" fn sha3_256(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    let mut hasher = tiny_keccak::Sha3::v256();
    let mut digest = [0; 32];
    hasher.update(&message);
    hasher.finalize(&mut digest);
    beginning(&digest)
}

/// KMAC256 with a key and more output than a block.
#[unsafe(no_mangle)]
pub extern "C" fn kmac256(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    let mut hasher = tiny_keccak::Kmac::v256(b"a key", b"corpus");
    let mut output = [0; 200];
    hasher.update(&message);
    tiny_keccak::Xof::squeeze(&mut hasher.into_xof(), &mut output);
    beginning(&output[192..])
}

/// TupleHash128 of the message's pieces of 7 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn tuple_hash(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    let mut hasher = tiny_keccak::TupleHash::v128(b"corpus");
    let mut digest = [0; 32];
    for piece in message.chunks(7) {
        hasher.update(piece);
    }
    hasher.finalize(&mut digest);
    beginning(&digest)
}

/// BLAKE3: a tree of chunks of 1 KiB.
#[unsafe(no_mangle)]
pub extern "C" fn blake3(n: i32) -> i64 {
    let message: Vec<u8> = message(n).collect();
    beginning(blake3::hash(&message).as_bytes())
}

/// BLAKE3 with a key, and more output than one block.
#[unsafe(no_mangle)]
pub extern "C" fn blake3_keyed(n: i32) -> i64 {
    let key = blake3::derive_key("zkasm-profile corpus crypto", b"key");
    let mut hasher = blake3::Hasher::new_keyed(&key);
    for byte in message(n) {
        hasher.update(&[byte]);
    }
    let mut output = [0; 200];
    hasher.finalize_xof().fill(&mut output);
    beginning(&output[128..])
}
