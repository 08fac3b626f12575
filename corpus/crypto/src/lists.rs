//! RLP, Ethereum's encoding of nested lists.

use alloc::vec::Vec;

use rlp::{Rlp, RlpStream};

use crate::message;

/// `n` items, every third one a list of numbers.
fn encoded(n: i32) -> Vec<u8> {
    let n = n.clamp(0, 200);
    let mut stream = RlpStream::new();
    stream.begin_unbounded_list();
    for item in 0..n {
        match item % 3 {
            0 => {
                stream.begin_list(3);
                stream.append(&(item as u32 * 77));
                stream.append(&(u64::MAX >> (item % 64)));
                stream.append(&"a name of some length, so that it is no single byte");
            }
            1 => {
                stream.append(&message(item).collect::<Vec<u8>>());
            }
            _ => {
                stream.append(&(item as u16));
            }
        }
    }
    stream.finalize_unbounded_list();
    stream.out().to_vec()
}

fn mixed(bytes: impl IntoIterator<Item = u8>) -> i64 {
    bytes.into_iter().fold(0, |state, byte| {
        (state ^ i64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn decoded(rlp: &Rlp<'_>) -> Result<i64, rlp::DecoderError> {
    let mut state = 0i64;
    for (number, item) in rlp.iter().enumerate() {
        let value = match number % 3 {
            0 => {
                let small: u32 = item.val_at(0)?;
                let large: u64 = item.val_at(1)?;
                let text: alloc::string::String = item.val_at(2)?;
                i64::from(small) ^ large as i64 ^ mixed(text.into_bytes())
            }
            1 => mixed(item.as_val::<Vec<u8>>()?),
            _ => i64::from(item.as_val::<u16>()?),
        };
        state = mixed(state.to_le_bytes()) ^ value;
    }
    Ok(state)
}

/// A checksum of a list's encoding.
#[unsafe(no_mangle)]
pub extern "C" fn encode(n: i32) -> i64 {
    mixed(encoded(n))
}

/// A checksum of the list, encoded and decoded again.
#[unsafe(no_mangle)]
pub extern "C" fn decode(n: i32) -> i64 {
    decoded(&Rlp::new(&encoded(n))).unwrap_or(-1)
}

/// Whether a list can be decoded one byte of whose encoding is another.
#[unsafe(no_mangle)]
pub extern "C" fn decode_damaged(n: i32, at: i32) -> i32 {
    let mut bytes = encoded(n);
    let at = at as usize % bytes.len();
    bytes[at] ^= 0x55;
    i32::from(decoded(&Rlp::new(&bytes)).is_ok())
}
