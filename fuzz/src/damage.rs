//! Damage: the same seed does the same.

use std::ops::Range;

use wasmparser::{Parser, Payload};

use super::patch::Module;
use super::rng::Rng;

/// Damages a module: its bytes, or the contents of a section, or operators, which leaves it valid
/// more often.
pub fn damage_module(rng: &mut Rng, wasm: &[u8]) -> Vec<u8> {
    let times = 1 + rng.below(3);
    match rng.below(8) {
        0 => {
            let mut bytes = wasm.to_vec();
            for _ in 0..times {
                damage_bytes(rng, &mut bytes);
            }
            bytes
        }
        1 | 2 => damage_section(rng, wasm, times).unwrap_or_default(),
        3 => damage_body(rng, wasm, times).unwrap_or_default(),
        _ => replace_operators(rng, wasm, times),
    }
}

fn damage_section(rng: &mut Rng, wasm: &[u8], times: usize) -> Option<Vec<u8>> {
    let mut module = Module::read(wasm)?;
    for _ in 0..times {
        let sections = module.sections_mut();
        let at = rng.below(sections.len());
        damage_bytes(rng, &mut sections[at].1);
    }
    Some(module.write())
}

fn damage_body(rng: &mut Rng, wasm: &[u8], times: usize) -> Option<Vec<u8>> {
    let mut module = Module::read(wasm)?;
    let mut bodies = module.bodies()?;
    if bodies.is_empty() {
        return None;
    }
    for _ in 0..times {
        let at = rng.below(bodies.len());
        damage_bytes(rng, &mut bodies[at]);
    }
    module.set_bodies(&bodies);
    Some(module.write())
}

/// i32.clz, ctz, popcnt, eqz, extend8_s, extend16_s
pub const I32_UNARY: &[u8] = &[0x67, 0x68, 0x69, 0x45, 0xc0, 0xc1];
/// i64.clz, ctz, popcnt, extend8_s, extend16_s, extend32_s
pub const I64_UNARY: &[u8] = &[0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4];
/// i32.add, sub, mul, div_s, div_u, rem_s, rem_u, and, or, xor, shl, shr_s, shr_u, rotl, rotr
pub const I32_BINARY: &[u8] = &[
    0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
];
/// The same of i64.
pub const I64_BINARY: &[u8] = &[
    0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a,
];
/// i32.eq, ne, lt_s, lt_u, gt_s, gt_u, le_s, le_u, ge_s, ge_u
pub const I32_COMPARE: &[u8] = &[0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f];
/// The same of i64.
pub const I64_COMPARE: &[u8] = &[0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a];

/// Opcodes with the same operands and results.
const ALIKE: [&[u8]; 12] = [
    I32_UNARY,
    I64_UNARY,
    I32_BINARY,
    I64_BINARY,
    I32_COMPARE,
    I64_COMPARE,
    // i32: loads
    &[0x28, 0x2c, 0x2d, 0x2e, 0x2f],
    // i64: loads
    &[0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
    // i32: stores
    &[0x36, 0x3a, 0x3b],
    // i64: stores
    &[0x37, 0x3c, 0x3d, 0x3e],
    // i64.extend_i32_s, i64.extend_i32_u
    &[0xac, 0xad],
    // local.get, local.set, local.tee, global.get, global.set
    &[0x20, 0x21, 0x22, 0x23, 0x24],
];

/// Replaces operators by others that take and give the same, and numbers by others.
fn replace_operators(rng: &mut Rng, wasm: &[u8], times: usize) -> Vec<u8> {
    let mut wasm = wasm.to_vec();
    let mut places = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm).map_while(Result::ok) {
        if let Payload::CodeSectionEntry(body) = payload
            && let Ok(operators) = body.get_operators_reader()
        {
            let offsets = operators.into_iter_with_offsets().map_while(Result::ok);
            places.extend(offsets.map(|(_, offset)| offset));
        }
    }
    if places.is_empty() {
        return wasm;
    }
    let mut left = times;
    for _ in 0..100 {
        let at = rng.pick(&places);
        let opcode = wasm[at];
        if let Some(alike) = ALIKE.iter().find(|alike| alike.contains(&opcode)) {
            wasm[at] = rng.pick(alike);
        } else if (0x41..=0x42).contains(&opcode) || (0x0c..=0x0d).contains(&opcode) {
            // The last byte of a number holds its sign; every byte but the last has bit 7 set.
            wasm[at + 1] = wasm[at + 1] & 0x80 | rng.number() as u8 & 0x7f;
        } else {
            continue;
        }
        left -= 1;
        if left == 0 {
            break;
        }
    }
    wasm
}

/// One change of bytes.
fn damage_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        bytes.push(rng.number() as u8);
        return;
    }
    let at = rng.below(bytes.len());
    let length = 1 + rng.below(16).min(bytes.len() - at - 1);
    match rng.below(9) {
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes[at] = rng.number() as u8,
        2 => bytes[at] = rng.pick(&[0, 1, 0x0b, 0x3f, 0x40, 0x7f, 0x80, 0xff]),
        3 => {
            let inserted = rng.bytes(length);
            bytes.splice(at..at, inserted);
        }
        4 => {
            bytes.drain(at..at + length);
        }
        5 => {
            let copied = bytes[at..at + length].to_vec();
            let to = rng.below(bytes.len());
            bytes.splice(to..to, copied);
        }
        6 => bytes.truncate(at),
        7 => {
            // The largest numbers in LEB128.
            let number = rng.pick(&[
                &[0xff, 0xff, 0xff, 0xff, 0x0f][..],
                &[0x80, 0x80, 0x80, 0x80, 0x08],
            ]);
            let end = (at + number.len()).min(bytes.len());
            bytes.splice(at..end, number.iter().copied());
        }
        _ => {
            let other = rng.below(bytes.len());
            bytes.swap(at, other);
        }
    }
}

/// Numbers to put where there was one.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "1e400",
    "0x",
    "-0",
];

/// Damages a text: its bytes, its numbers, its words, its lines.
pub fn damage_text(rng: &mut Rng, text: &str) -> Vec<u8> {
    let mut text = text.to_owned();
    for _ in 0..1 + rng.below(3) {
        match rng.below(6) {
            0 => {
                let mut bytes = text.into_bytes();
                damage_bytes(rng, &mut bytes);
                text = String::from_utf8_lossy(&bytes).into_owned();
            }
            1 | 2 => {
                let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
                let words: Vec<_> = words(&text)
                    .into_iter()
                    .filter(|w| is_number(&text[w.clone()]))
                    .collect();
                if !words.is_empty() {
                    let at = words[rng.below(words.len())].clone();
                    let number = match rng.one_in(2) {
                        true => rng.pick(&NUMBERS).to_owned(),
                        false => rng.interesting().to_string(),
                    };
                    text.replace_range(at, &number);
                }
            }
            3 => {
                let words = words(&text);
                if !words.is_empty() {
                    let from = text[words[rng.below(words.len())].clone()].to_owned();
                    text.replace_range(words[rng.below(words.len())].clone(), &from);
                }
            }
            4 => {
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (one, other) = (rng.below(lines.len()), rng.below(lines.len()));
                    match rng.below(3) {
                        0 => {
                            lines.remove(one);
                        }
                        1 => lines.insert(one, lines[other]),
                        _ => lines.swap(one, other),
                    }
                }
                text = lines.join("\n") + "\n";
            }
            _ => {
                let odd = rng.pick(&[
                    "\0", "\u{202e}", "é", "\r", "\"", "{", "}}", "[", "(((", ":", ",", "=>", "%",
                    "$", "${", "\n",
                ]);
                let at = (0..=text.len()).rev().find({
                    let at = rng.below(text.len() + 1);
                    let text = &text;
                    move |&place| place <= at && text.is_char_boundary(place)
                });
                text.insert_str(at.unwrap_or(0), odd);
            }
        }
    }
    text.into_bytes()
}

/// Where words are: letters, digits and `_`.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_ascii_alphanumeric() || c == '_';
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}
