//! Hashes: `HASHK`, `HASHK1`, `HASHKLEN`, `HASHKDIGEST`.
//!
//! A hash has bytes by position, of which every step of it claims some; any order and any number of
//! claims will do, as long as they agree, and those at one position are of one size. `HASHKLEN`
//! claims their number and fixes the digest, `HASHKDIGEST` claims the digest; each comes once.

use std::collections::BTreeMap;

use sha3::{Digest, Keccak256};
use zkasm::limits::VAR_WORDS;
use zkasm::{Counter, Fe, HashId, HashOp, Reg};

use crate::error::{Check, Checked, Operand, looked_up};
use crate::state::State;
use crate::word::Word;

/// The bytes of a block of keccak-f.
const BLOCK_BYTES: u64 = 136;

/// A hash as far as the steps so far have made it.
#[derive(Default)]
pub(crate) struct Hash {
    bytes: BTreeMap<i64, u8>,
    /// The sizes of what was claimed at each position.
    sizes: BTreeMap<i64, u8>,
    /// The digest, least significant 64 bits first.
    digest: Option<[u64; 4]>,
    len_called: bool,
    digest_called: bool,
}

/// What a step changes.
pub(crate) enum Change {
    Bytes { id: i64, at: i64, bytes: Vec<u8> },
    Len { id: i64, digest: [u64; 4] },
    Digest { id: i64, blocks: u64 },
}

/// How a step of a hash does not fit the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HashProblem {
    /// `HASHK` with D outside of 0..=8.
    #[error("HASHK takes 0 to 8 bytes, not D = {size}")]
    Size {
        /// Lane 0 of D.
        size: i64,
    },
    /// `op` is more than the bytes that are hashed.
    #[error("op = {op:#x} has more than {size} bytes")]
    Wide {
        /// The number of bytes.
        size: usize,
        /// The value of `op`.
        op: u64,
    },
    /// A byte that was another before.
    #[error("byte {at} is {expected:#04x}, not {found:#04x}")]
    Byte {
        /// Its position.
        at: i64,
        /// What it was before.
        expected: u8,
        /// What it is now.
        found: u8,
    },
    /// A position at which another number of bytes was hashed before.
    #[error("{expected} bytes were hashed from byte {at} on, now {found}")]
    OtherSize {
        /// The position.
        at: i64,
        /// The number before.
        expected: usize,
        /// The number now.
        found: usize,
    },
    /// `$` for a byte that no step has claimed.
    #[error("byte {at} is not known, so `$` has no value")]
    Unknown {
        /// Its position.
        at: i64,
    },
    /// Lane 0 of `op` is not the number of bytes.
    #[error("HASHKLEN: the length is {expected}, not op = {found}")]
    Len {
        /// The number of bytes.
        expected: i64,
        /// Lane 0 of `op`.
        found: Fe,
    },
    /// `HASHKLEN` before all bytes are known.
    #[error("HASHKLEN: byte {at} is missing")]
    Gap {
        /// The first position without a byte.
        at: i64,
    },
    /// `HASHKLEN` a second time.
    #[error("HASHKLEN a second time")]
    LenTwice,
    /// The digest is needed before `HASHKLEN`.
    #[error("there is no digest before HASHKLEN")]
    NoDigest,
    /// op, A, B and C are not the digest.
    #[error("HASHKDIGEST: the digest is {expected:x?}, not op, A, B, C = {found:x?}")]
    Digest {
        /// The digest, least significant 64 bits first.
        expected: [u64; 4],
        /// op, A, B and C.
        found: [u64; 4],
    },
    /// `HASHKDIGEST` a second time.
    #[error("HASHKDIGEST a second time")]
    DigestTwice,
    /// A part of the digest that it does not have.
    #[error("a digest has parts 0 to 3, not {part}")]
    Part {
        /// The part asked for.
        part: i64,
    },
    /// At the end of the run, a number that no hash has.
    #[error("there is no hash {missing}: the executor wants them numbered without gaps")]
    Skipped {
        /// The number.
        missing: i64,
    },
}

impl HashProblem {
    /// Whether the machine's constraints refuse it, too.
    pub(crate) fn is_constraint(&self) -> bool {
        !matches!(
            self,
            HashProblem::Unknown { .. } | HashProblem::Part { .. } | HashProblem::Skipped { .. }
        )
    }
}

impl Hash {
    fn len(&self) -> i64 {
        let last = self.bytes.last_key_value();
        last.map_or(0, |(last, _)| (last + 1).max(0))
    }

    fn digest_of_bytes(&self) -> Result<[u64; 4], HashProblem> {
        let mut hasher = Keccak256::new();
        for (expected, (&at, &byte)) in (0..).zip(self.bytes.range(0..)) {
            if at != expected {
                return Err(HashProblem::Gap { at: expected });
            }
            hasher.update([byte]);
        }
        let mut digest = [0; 4];
        for (i, byte) in hasher.finalize().iter().enumerate() {
            let part: &mut u64 = &mut digest[3 - i / 8];
            *part = *part << 8 | u64::from(*byte);
        }
        Ok(digest)
    }
}

fn problem<T>(id: i64, problem: HashProblem) -> Checked<T> {
    Err(Box::new(Check::Hash { id, problem }))
}

impl State<'_> {
    fn hash_id(&self, id: HashId) -> Checked<i64> {
        let offset = match id {
            HashId::Number(id) => id.into(),
            HashId::E => self.index(Reg::E)?,
        };
        let words = VAR_WORDS;
        if (0..i64::from(words)).contains(&offset) {
            Ok(offset)
        } else {
            Err(Box::new(Check::Address { offset, words }))
        }
    }

    fn hash_size(&self, op: HashOp, id: i64) -> Checked<usize> {
        if op == HashOp::Byte {
            return Ok(1);
        }
        match self.index(Reg::D)? {
            size @ 0..=8 => Ok(size as usize),
            size => problem(id, HashProblem::Size { size }),
        }
    }

    /// The value of a `$` that `HASHK` or `HASHK1` supplies.
    pub(crate) fn hash_read(&self, (op, id): (HashOp, HashId)) -> Checked<Word> {
        let id = self.hash_id(id)?;
        let size = self.hash_size(op, id)?;
        let first = self.index(Reg::HashPos)?;
        // Beyond the last byte the executor reads not even no bytes.
        let end = self.hashes.get(&id).map_or(0, Hash::len);
        if first + size as i64 > end {
            return problem(id, HashProblem::Unknown { at: end });
        }
        let mut value = 0;
        for at in first..first + size as i64 {
            match self.hashes.get(&id).and_then(|hash| hash.bytes.get(&at)) {
                Some(&byte) => value = value << 8 | u64::from(byte),
                None => return problem(id, HashProblem::Unknown { at }),
            }
        }
        Ok(Word::from_u64(value))
    }

    /// Checks a step of a hash.
    pub(crate) fn hash_step(&self, (op, id): (HashOp, HashId), value: Word) -> Checked<Change> {
        let id = self.hash_id(id)?;
        let known = self.hashes.get(&id);
        match op {
            HashOp::Bytes | HashOp::Byte => self.hash_bytes(op, id, value),
            HashOp::Len => {
                let empty = Hash::default();
                let hash = known.unwrap_or(&empty);
                if hash.len_called {
                    return problem(id, HashProblem::LenTwice);
                }
                let expected = hash.len();
                let found = value.lane0;
                if found != Fe::from(expected) {
                    return problem(id, HashProblem::Len { expected, found });
                }
                let digest = hash.digest_of_bytes().or_else(|gap| problem(id, gap))?;
                Ok(Change::Len { id, digest })
            }
            HashOp::Digest => {
                let Some((hash, expected)) = known.and_then(|hash| Some((hash, hash.digest?)))
                else {
                    return problem(id, HashProblem::NoDigest);
                };
                let op = looked_up(value, || Operand::Op)?;
                let [a, b, c] = [Reg::A, Reg::B, Reg::C].map(|reg| self.looked_up(reg));
                let found = [op, a?, b?, c?];
                if found != expected {
                    return problem(id, HashProblem::Digest { expected, found });
                }
                if hash.digest_called {
                    return problem(id, HashProblem::DigestTwice);
                }
                let blocks = (hash.len() as u64 + 1).div_ceil(BLOCK_BYTES);
                Ok(Change::Digest { id, blocks })
            }
        }
    }

    fn hash_bytes(&self, op: HashOp, id: i64, value: Word) -> Checked<Change> {
        let size = self.hash_size(op, id)?;
        let value = looked_up(value, || Operand::Op)?;
        let first = self.index(Reg::HashPos)?;
        let bytes = value.to_be_bytes();
        let (above, bytes) = bytes.split_at(8 - size);
        let known = self.hashes.get(&id);
        for (at, &found) in (first..).zip(bytes) {
            match known.and_then(|hash| hash.bytes.get(&at)) {
                Some(&expected) if expected != found => {
                    let differ = HashProblem::Byte {
                        at,
                        expected,
                        found,
                    };
                    return problem(id, differ);
                }
                _ => {}
            }
        }
        if above.iter().any(|byte| *byte != 0) {
            return problem(id, HashProblem::Wide { size, op: value });
        }
        match known.and_then(|hash| hash.sizes.get(&first)) {
            Some(&expected) if usize::from(expected) != size => {
                let differ = HashProblem::OtherSize {
                    at: first,
                    expected: expected.into(),
                    found: size,
                };
                problem(id, differ)
            }
            _ => Ok(Change::Bytes {
                id,
                at: first,
                bytes: bytes.to_vec(),
            }),
        }
    }

    /// Changes what a checked step changes. The step has set HASHPOS already if it does.
    pub(crate) fn hash_change(&mut self, change: Change) {
        match change {
            Change::Bytes { id, at, bytes } => {
                let hash = self.hashes.entry(id).or_default();
                hash.sizes.insert(at, bytes.len() as u8);
                self.regs[Reg::HashPos].lane0 += Fe::from(bytes.len() as u64);
                hash.bytes.extend((at..).zip(bytes));
            }
            Change::Len { id, digest } => {
                let hash = self.hashes.entry(id).or_default();
                hash.len_called = true;
                hash.digest.get_or_insert(digest);
            }
            Change::Digest { id, blocks } => {
                self.hashes.entry(id).or_default().digest_called = true;
                self.counters[Counter::KeccakF] += blocks;
            }
        }
    }

    /// 64 bits of a fixed digest, the least significant ones first.
    pub(crate) fn hash_digest(&self, id: i64, part: i64) -> Checked<Word> {
        let digest = self.hashes.get(&id).and_then(|hash| hash.digest);
        let Some(digest) = digest else {
            return problem(id, HashProblem::NoDigest);
        };
        // The executor cuts a slice out of the lanes, so that it knows parts from the end, too, but
        // for the last.
        let from_start = if (-4..=-2).contains(&part) {
            part + 4
        } else {
            part
        };
        match usize::try_from(from_start)
            .ok()
            .and_then(|part| digest.get(part))
        {
            Some(&value) => Ok(Word::from_u64(value)),
            None => problem(id, HashProblem::Part { part }),
        }
    }

    /// Checks all hashes at the end of the run: the executor wants them numbered from 0 on.
    pub(crate) fn hashes_at_end(&self) -> Checked<()> {
        match (0..).zip(self.hashes.keys()).find(|(n, id)| n != *id) {
            None => Ok(()),
            Some((missing, &id)) => problem(id, HashProblem::Skipped { missing }),
        }
    }
}
