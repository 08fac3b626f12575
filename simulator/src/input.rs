//! What the executor's input says: the initial registers and what some functions of commands read.

use num_bigint::BigUint;
use serde::Deserialize;
use zkasm::{Fe, Reg};

use crate::word::Word;

/// The executor's input, as far as a program can see it. Fields of its JSON file that are not here
/// are of no account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Input {
    /// The initial value of SP.
    pub old_num_batch: i32,
    /// The initial value of GAS.
    #[serde(rename = "chainID")]
    pub chain_id: i32,
    /// The initial value of CTX.
    #[serde(rename = "forkID")]
    pub fork_id: i32,
    /// For `getPublicOldStateRootR64`.
    pub old_state_root: Number,
    /// For `getPublicOldAccInputHashR64`.
    pub old_acc_input_hash: Number,
    /// For `getTxs` and `getTxsLen`: `0x` and hexadecimal digits.
    #[serde(rename = "batchL2Data")]
    pub batch_l2_data: String,
    /// For `getSequencerAddr`.
    pub sequencer_addr: Number,
    /// For `getHistoricGERRoot`.
    #[serde(rename = "historicGERRoot")]
    pub historic_ger_root: Option<Number>,
    /// For `getTimestampLimit`.
    pub timestamp_limit: Option<u64>,
    /// For `getIsForced`.
    pub is_forced: Option<Flag>,
}

/// A number below 2^256: in JSON a whole number, or a text in decimal or, after `0x`, hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub struct Number(BigUint);

/// A flag: in JSON a boolean or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Flag {
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(u64),
}

/// A number of the input of which 64 bits can be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Public {
    OldStateRoot,
    OldAccInputHash,
}

impl TryFrom<serde_json::Value> for Number {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Number, String> {
        let text = match &value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (digits, radix) = match text.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (text.as_str(), 10),
        };
        // Digits alone: no sign, no underscores; and not so many that reading them takes long.
        let plain = digits.chars().all(|digit| digit.is_digit(radix));
        let number = match plain && digits.len() <= 80 {
            true => BigUint::parse_bytes(digits.as_bytes(), radix),
            false => None,
        };
        match number.filter(|number| number.bits() <= 256) {
            Some(number) => Ok(Number(number)),
            None => {
                let shown: String = text.chars().take(40).collect();
                Err(format!("`{shown}` is no whole number below 2^256"))
            }
        }
    }
}

impl Default for Input {
    /// The input of which nothing is set but the fork, 2, and 32 bytes of transactions, all 0.
    fn default() -> Input {
        Input {
            old_num_batch: 0,
            chain_id: 0,
            fork_id: 2,
            old_state_root: Number::default(),
            old_acc_input_hash: Number::default(),
            batch_l2_data: format!("0x{}", "0".repeat(64)),
            sequencer_addr: Number::default(),
            historic_ger_root: None,
            timestamp_limit: None,
            is_forced: None,
        }
    }
}

impl Number {
    /// 64 bits of it, number 0 being the least significant ones.
    fn part(&self, part: usize) -> Word {
        Word::from_u64(self.0.iter_u64_digits().nth(part).unwrap_or(0))
    }
}

impl Input {
    /// Reads an input from its JSON.
    ///
    /// # Errors
    /// If the text is not JSON, or a field has not its type; with line and column.
    pub fn from_json(text: &str) -> Result<Input, String> {
        let input: Input = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let digits = input.batch_l2_data.strip_prefix("0x");
        match digits {
            Some(digits)
                if digits.len() % 2 == 0
                    && digits.chars().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                Ok(input)
            }
            _ => Err("batchL2Data is not `0x` and pairs of hexadecimal digits".to_owned()),
        }
    }

    /// 64 bits of a number of 256; none beyond them.
    pub(crate) fn public(&self, public: Public, part: i64) -> Option<Word> {
        let value = match public {
            Public::OldStateRoot => &self.old_state_root,
            Public::OldAccInputHash => &self.old_acc_input_hash,
        };
        let part = usize::try_from(part).ok().filter(|part| *part < 4)?;
        Some(value.part(part))
    }

    pub(crate) fn sequencer_addr(&self) -> Word {
        self.sequencer_addr.part(0)
    }

    pub(crate) fn historic_ger_root(&self) -> Option<Word> {
        self.historic_ger_root.as_ref().map(|root| root.part(0))
    }

    pub(crate) fn timestamp_limit(&self) -> Option<Word> {
        self.timestamp_limit
            .map(|limit| Word::narrow(Fe::from(limit)))
    }

    pub(crate) fn is_forced(&self) -> Option<Word> {
        self.is_forced.map(|forced| {
            Word::narrow(match forced {
                Flag::Bool(forced) => Fe::from(u32::from(forced)),
                Flag::Number(forced) => Fe::from(forced),
            })
        })
    }

    /// The registers that it sets, and their initial values.
    pub(crate) fn registers(&self) -> [(Reg, i32); 3] {
        [
            (Reg::Sp, self.old_num_batch),
            (Reg::Gas, self.chain_id),
            (Reg::Ctx, self.fork_id),
        ]
    }

    fn digits(&self) -> &str {
        self.batch_l2_data.get(2..).unwrap_or_default()
    }

    pub(crate) fn txs_len(&self) -> Word {
        Word::narrow(Fe::from(self.digits().len() as u64 / 2))
    }

    /// The low 64 bits of `length` bytes from byte `at` on, as far as there are so many.
    pub(crate) fn txs(&self, at: i64, length: i64) -> Word {
        let digits = self.digits();
        let place = |byte: i64| {
            let digit = usize::try_from(byte.saturating_mul(2)).unwrap_or(0);
            digit.min(digits.len())
        };
        let (from, to) = (place(at), place(at.saturating_add(length)));
        let some = digits.get(from..to).unwrap_or_default();
        let low = some.get(some.len().saturating_sub(16)..).unwrap_or(some);
        Word::from_u64(u64::from_str_radix(low, 16).unwrap_or(0))
    }
}
