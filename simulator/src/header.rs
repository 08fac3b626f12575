//! How a program announces and leaves its outcome.
//!
//! Comments before the first step, with the variables they promise:
//!
//! * `; build ID`: the id that the program shares with its side table.
//! * `; results: i32 i64 f32 f64 funcref externref`: the types of the results; they are left in the variables
//!   `result_0`, `result_1`, … (`GLOBAL`). A 32-bit result is below 2^32, and so is a reference: 0 is
//!   null, else it is one more than the number of what it refers to.
//!
//! A variable `trap` (`GLOBAL`), if there is one, holds 0 or the code of a trap
//! ([`TrapKind::from_code`]).

use runtime_hooks::TrapKind;
use runtime_hooks::log::Outcome;
use zkasm::Rom;

use crate::error::Error;
use crate::memory::Memory;
use crate::word::Word;

/// What a program's header says.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) build: String,
    /// Type, variable and address of each result.
    results: Vec<(ValueType, String, u32)>,
    /// The address of the variable `trap`.
    trap: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
enum ValueType {
    I32,
    I64,
    F32,
    F64,
    FuncRef,
    ExternRef,
}

const TRAP: &str = "trap";

impl Header {
    pub(crate) fn read(rom: &Rom) -> Result<Header, Error> {
        let mut build = None;
        let mut results = None;
        for comment in &rom.header {
            let twice = if let Some(id) = comment.strip_prefix("build ") {
                build.replace(id.trim().to_owned()).is_some()
            } else if let Some(types) = comment.strip_prefix("results:") {
                results.replace(result_variables(rom, types)?).is_some()
            } else {
                continue;
            };
            if twice {
                return invalid(format!("`{comment}` says again what was said before"));
            }
        }
        let trap = match rom.vars.contains_key(TRAP) {
            true => Some(global(rom, TRAP)?),
            false => None,
        };
        Ok(Header {
            build: build.unwrap_or_default(),
            results: results.unwrap_or_default(),
            trap,
        })
    }

    /// The outcome of a program that came to its end.
    pub(crate) fn outcome(&self, memory: &Memory) -> Result<Outcome, Error> {
        if let Some(address) = self.trap {
            let word = memory.load(address.into());
            let code = value(TRAP, word)?;
            if code != 0 {
                let kind = u32::try_from(code).ok().and_then(TrapKind::from_code);
                return match kind {
                    Some(trap) => Ok(Outcome::Trap { trap }),
                    None => Err(bad_outcome(TRAP, word, "no such trap")),
                };
            }
        }
        let results = self.results.iter().map(|(value_type, name, address)| {
            let word = memory.load((*address).into());
            value_type
                .format(value(name, word)?)
                .ok_or_else(|| bad_outcome(name, word, "not below 2^32"))
        });
        Ok(Outcome::Halted {
            results: results.collect::<Result<_, _>>()?,
        })
    }
}

impl ValueType {
    /// A result of this type; none if the value is none of the type.
    fn format(self, value: u64) -> Option<String> {
        let low = u32::try_from(value).ok();
        Some(match self {
            ValueType::I32 => format!("i32:{}", low? as i32),
            ValueType::I64 => format!("i64:{}", value as i64),
            ValueType::F32 => format!("f32:{:#010x}", low?),
            ValueType::F64 => format!("f64:{value:#018x}"),
            ValueType::FuncRef => format!("funcref:{}", referred(low?)),
            ValueType::ExternRef => format!("externref:{}", referred(low?)),
        })
    }
}

/// What a reference refers to.
fn referred(reference: u32) -> String {
    match reference.checked_sub(1) {
        Some(number) => number.to_string(),
        None => "null".to_owned(),
    }
}

fn result_variables(rom: &Rom, types: &str) -> Result<Vec<(ValueType, String, u32)>, Error> {
    let mut results = Vec::new();
    for (index, value_type) in types.split_whitespace().enumerate() {
        let value_type = match value_type {
            "i32" => ValueType::I32,
            "i64" => ValueType::I64,
            "f32" => ValueType::F32,
            "f64" => ValueType::F64,
            "funcref" => ValueType::FuncRef,
            "externref" => ValueType::ExternRef,
            other => return invalid(format!("unknown result type `{other}`")),
        };
        let name = format!("result_{index}");
        let address = global(rom, &name)?;
        results.push((value_type, name, address));
    }
    Ok(results)
}

/// The address of a global variable of the outcome.
fn global(rom: &Rom, name: &str) -> Result<u32, Error> {
    match rom.vars.get(name) {
        Some((var, offset)) if !var.ctx => Ok(*offset),
        Some(_) => invalid(format!("variable {name} is not GLOBAL")),
        None => invalid(format!("variable {name} is not declared")),
    }
}

fn value(name: &str, word: Word) -> Result<u64, Error> {
    word.as_u64()
        .ok_or_else(|| bad_outcome(name, word, "a lane is outside of 0..2^32"))
}

fn bad_outcome(variable: &str, value: Word, problem: &'static str) -> Error {
    Error::InvalidOutcome {
        variable: variable.to_owned(),
        value,
        problem,
    }
}

fn invalid<T>(problem: String) -> Result<T, Error> {
    Err(Error::InvalidHeader { problem })
}
