//! secp256k1: keys, ECDSA with recovery, Diffie-Hellman, Schnorr signatures.

use k256::ecdsa::signature::{Signer, Verifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};

use crate::beginning;

/// The private key made from a number.
fn key(seed: i32) -> SigningKey {
    let mut bytes = [0x17; 32];
    bytes[28..].copy_from_slice(&seed.to_be_bytes());
    // The beginning keeps it below the group's order, and above 0.
    SigningKey::from_bytes(&bytes.into()).unwrap()
}

fn signed(seed: i32, text: i32) -> Signature {
    key(seed).sign(&text.to_be_bytes())
}

/// The beginning of the x coordinate of a public key.
#[unsafe(no_mangle)]
pub extern "C" fn public_key(seed: i32) -> i64 {
    let point = key(seed).verifying_key().to_encoded_point(true);
    beginning(&point.as_bytes()[1..])
}

/// The beginning of a signature of a number.
#[unsafe(no_mangle)]
pub extern "C" fn sign(seed: i32, text: i32) -> i64 {
    beginning(&signed(seed, text).to_bytes())
}

/// Whether a signature of `text` is one of `text` with some bits flipped: 1 exactly for 0.
#[unsafe(no_mangle)]
pub extern "C" fn verify(seed: i32, text: i32, flipped: i32) -> i32 {
    let signature = signed(seed, text);
    let found = (text ^ flipped).to_be_bytes();
    i32::from(key(seed).verifying_key().verify(&found, &signature).is_ok())
}

/// The beginning of the public key that a signature gives away.
#[unsafe(no_mangle)]
pub extern "C" fn recover(seed: i32, text: i32) -> i64 {
    let bytes = text.to_be_bytes();
    let (signature, id) = key(seed).sign_recoverable(&bytes).unwrap();
    match VerifyingKey::recover_from_msg(&bytes, &signature, id) {
        Ok(key) => beginning(&key.to_encoded_point(true).as_bytes()[1..]),
        Err(_) => 0,
    }
}

/// The beginning of the secret that two keys share.
#[unsafe(no_mangle)]
pub extern "C" fn shared_secret(mine: i32, theirs: i32) -> i64 {
    let theirs = *key(theirs).verifying_key().as_affine();
    let shared = k256::ecdh::diffie_hellman(key(mine).as_nonzero_scalar(), theirs);
    beginning(shared.raw_secret_bytes())
}

/// The beginning of a Schnorr signature of a number.
#[unsafe(no_mangle)]
pub extern "C" fn schnorr(seed: i32, text: i32) -> i64 {
    let key = k256::schnorr::SigningKey::from_bytes(&key(seed).to_bytes()).unwrap();
    match key.sign_prehash_with_aux_rand(&[text as u8; 32], &[7; 32]) {
        Ok(signature) => beginning(&signature.to_bytes()),
        Err(_) => 0,
    }
}
