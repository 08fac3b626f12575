//! Why an instruction exists.

use std::fmt;
use std::str::FromStr;

/// Why the compiler emitted an instruction.
///
/// Assigned where the instruction is made and carried through allocation and bundling; never
/// guessed from the text of the instruction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// The WASM operator's own work.
    Op,
    /// A constant put into a register.
    Const,
    /// A copy between registers.
    Move,
    /// A register stored to the stack for want of registers.
    Spill,
    /// A spilled value loaded again.
    Reload,
    /// A 32-bit result brought back into 32 bits.
    Wrap,
    /// A value widened, with or without sign; 32 bits taken out of a word.
    Extend,
    /// A byte address split into word and byte.
    Address,
    /// A word put together from two because an access is not aligned.
    Align,
    /// A check that an address lies inside the memory.
    BoundsCheck,
    /// A check for another trap: a divisor of zero, an exhausted stack.
    TrapCheck,
    /// A step that does nothing but pin a free input.
    FreeInputCheck,
    /// A call, its arguments and its results.
    Call,
    /// The entry of a function.
    Prologue,
    /// The exit of a function.
    Epilogue,
    /// A jump.
    Branch,
    /// The choice of a target at run time: `br_table`, `call_indirect`.
    Dispatch,
    /// A routine of the runtime, by name.
    Runtime(String),
    /// What runs before and after the program's entry.
    Startup,
    /// A line of a program that was not compiled: it was written so.
    Written,
}

const PLAIN: &[(Cause, &str)] = &[
    (Cause::Op, "op"),
    (Cause::Const, "const"),
    (Cause::Move, "move"),
    (Cause::Spill, "spill"),
    (Cause::Reload, "reload"),
    (Cause::Wrap, "wrap"),
    (Cause::Extend, "extend"),
    (Cause::Address, "address"),
    (Cause::Align, "align"),
    (Cause::BoundsCheck, "bounds-check"),
    (Cause::TrapCheck, "trap-check"),
    (Cause::FreeInputCheck, "free-input-check"),
    (Cause::Call, "call"),
    (Cause::Prologue, "prologue"),
    (Cause::Epilogue, "epilogue"),
    (Cause::Branch, "branch"),
    (Cause::Dispatch, "dispatch"),
    (Cause::Startup, "startup"),
    (Cause::Written, "written"),
];

const RUNTIME: &str = "runtime:";
/// How many bytes the name of a routine may have that is read: causes are copied.
const LONGEST_ROUTINE: usize = 64;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Cause::Runtime(routine) = self {
            return write!(f, "{RUNTIME}{routine}");
        }
        let (_, name) = PLAIN
            .iter()
            .find(|(cause, _)| cause == self)
            .expect("every cause but a runtime routine is in the table");
        f.write_str(name)
    }
}

impl FromStr for Cause {
    type Err = String;

    fn from_str(text: &str) -> Result<Cause, String> {
        if let Some(routine) = text.strip_prefix(RUNTIME) {
            if routine.len() > LONGEST_ROUTINE {
                return Err(format!(
                    "the name of a routine has {} bytes, more than {LONGEST_ROUTINE}",
                    routine.len()
                ));
            }
            return Ok(Cause::Runtime(routine.to_owned()));
        }
        PLAIN
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(cause, _)| cause.clone())
            .ok_or_else(|| format!("unknown cause {text:?}"))
    }
}

impl serde::Serialize for Cause {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Cause {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cause, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_survives_its_spelling() {
        let runtime = Cause::Runtime("load64".to_owned());
        for cause in PLAIN.iter().map(|(cause, _)| cause).chain([&runtime]) {
            assert_eq!(cause.to_string().parse().as_ref(), Ok(cause));
        }
        assert!("spil".parse::<Cause>().is_err());
        assert!(
            format!("runtime:{}", "x".repeat(64))
                .parse::<Cause>()
                .is_ok()
        );
        assert!(
            format!("runtime:{}", "x".repeat(65))
                .parse::<Cause>()
                .is_err()
        );
    }
}
