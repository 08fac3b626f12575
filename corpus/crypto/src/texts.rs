//! Text: the formatting machinery of the language, which calls through tables, and an ordered map.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use crate::{beginning, message};

fn digest(text: &str) -> i64 {
    beginning(blake3::hash(text.as_bytes()).as_bytes())
}

/// `n` numbers in several notations.
#[unsafe(no_mangle)]
pub extern "C" fn numbers(n: i32) -> i64 {
    let mut text = String::new();
    for number in 0..n.clamp(0, 100) {
        let large = i64::from(number).wrapping_mul(0x1234_5678_9abc_def1);
        text += &format!(
            "{number:>5} {large:#018x} {large:+e} {:?};",
            (large as i128 * 3, number as u8 as char)
        );
    }
    digest(&text)
}

/// A map of `n` words and how often each occurs, as text and read again.
#[unsafe(no_mangle)]
pub extern "C" fn words(n: i32) -> i64 {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for byte in message(n.min(500)) {
        *counts.entry(format!("{:?}", Some(byte % 64))).or_default() += 1;
    }
    counts.retain(|word, count| word.len() > 6 || *count > 1);
    let text = format!("{counts:#?}");
    let mut sum = 0;
    for line in text.lines().filter_map(|line| line.rsplit_once(": ")) {
        sum += line.1.trim_end_matches(',').parse::<i64>().unwrap_or(1000);
    }
    digest(&text) ^ sum
}
