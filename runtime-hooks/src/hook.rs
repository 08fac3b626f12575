//! Hooks: the commands that an instrumented program carries.
//!
//! | hook | stands | meaning |
//! |---|---|---|
//! | `$${profile_enter(f)}` | at the entry of function `f`, before any step of it | the current block of the caller is suspended; `f` is the function now |
//! | `$${profile_block(b)}` | at the head of every block | from this step on, steps belong to block `b` |
//! | `$${profile_leave(f)}` | before the step that returns from `f` | the *next* hook that runs belongs to the caller again |
//! | `$${profile_resume(f)}` | after a call, with `--instrument=calls` only, where no block hook stands | from this step on, steps belong to `f` as a whole |
//! | `$${profile_region_begin(r)}` | where the program says that region `r` begins | from here on, steps belong to region `r`, too |
//! | `$${profile_region_end(r)}` | where it says that the region ends | the region that began last of those of that name is over |
//! | `$${profile_inst(k)}` | before each machine instruction (`--instrument=instructions`) | an instruction of kind `k` begins |
//!
//! A *block* is a run of ROM lines that is entered only at its first line and left only at its
//! last: any jump, conditional jump, call or return ends a block, and so does a label that
//! something jumps to, or the begin or end of a region. What is entered is therefore run to its end, unless the run itself stops,
//! and the lines of a block are executed equally often.
//!
//! `profile_leave` announces: the returning step still belongs to the block it stands in. The line
//! after a call always begins a block of the caller, so the next hook is that block's (or a
//! `profile_resume`).
//!
//! A hook of a region stands behind `profile_enter` and before the other hooks of its step. Where
//! control falls through to a label that is jumped to from elsewhere, too, it stands before the label,
//! behind a step that does not jump: executors run it only for those who come from that step.

use std::fmt;

use zkasm::{Command, Expr};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);
    )*};
}

ids! {
    /// A function of the side table: the index into [`SideTable::functions`](crate::SideTable).
    FunctionId,
    /// A block of the side table: the index into [`SideTable::blocks`](crate::SideTable).
    BlockId,
    /// A region that the program names: the index into [`SideTable::regions`](crate::SideTable).
    RegionId,
}

/// How much an instrumented build reports.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Instrument {
    /// No hooks: the plain build.
    #[default]
    Off,
    /// `profile_enter`, `profile_leave` and `profile_resume`, and those of regions, only: profiles by
    /// function.
    Calls,
    /// `profile_enter`, `profile_leave` and `profile_block`: profiles down to the ROM line.
    Blocks,
    /// Also `profile_inst`.
    Instructions,
}

/// A profiling hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// `profile_enter(f)`.
    Enter(FunctionId),
    /// `profile_block(b)`.
    Block(BlockId),
    /// `profile_leave(f)`.
    Leave(FunctionId),
    /// `profile_resume(f)`.
    Resume(FunctionId),
    /// `profile_inst(kind)`: the kind is an index into the side table's list of instruction kinds.
    Inst(u32),
    /// `profile_region_begin(r)`.
    RegionBegin(RegionId),
    /// `profile_region_end(r)`.
    RegionEnd(RegionId),
}

/// A command that looks like a hook but is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} takes one number below 2^32")]
pub struct HookError {
    /// The hook's name.
    pub name: String,
}

/// The prefix of every hook's name.
pub const PREFIX: &str = "profile_";

impl Hook {
    fn parts(self) -> (&'static str, u32) {
        match self {
            Hook::Enter(function) => ("profile_enter", function.0),
            Hook::Block(block) => ("profile_block", block.0),
            Hook::Leave(function) => ("profile_leave", function.0),
            Hook::Resume(function) => ("profile_resume", function.0),
            Hook::Inst(kind) => ("profile_inst", kind),
            Hook::RegionBegin(region) => ("profile_region_begin", region.0),
            Hook::RegionEnd(region) => ("profile_region_end", region.0),
        }
    }

    /// The command that carries the hook.
    pub fn to_command(self) -> Command {
        let (name, id) = self.parts();
        Command {
            expr: Expr::call(name, vec![Expr::number(id)]),
        }
    }

    /// The hook that a command carries; `None` if its name is not one of a hook's.
    ///
    /// # Errors
    /// If the name is a hook's and the arguments are not.
    pub fn from_command(command: &Command) -> Option<Result<Hook, HookError>> {
        let Expr::Call(name, args) = &command.expr else {
            return None;
        };
        let make: fn(u32) -> Hook = match name.as_str() {
            "profile_enter" => |id| Hook::Enter(FunctionId(id)),
            "profile_block" => |id| Hook::Block(BlockId(id)),
            "profile_leave" => |id| Hook::Leave(FunctionId(id)),
            "profile_resume" => |id| Hook::Resume(FunctionId(id)),
            "profile_inst" => Hook::Inst,
            "profile_region_begin" => |id| Hook::RegionBegin(RegionId(id)),
            "profile_region_end" => |id| Hook::RegionEnd(RegionId(id)),
            _ => return None,
        };
        let id = match args.as_slice() {
            [Expr::Number(number)] => u32::try_from(*number).ok(),
            _ => None,
        };
        Some(id.map(make).ok_or_else(|| HookError { name: name.clone() }))
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = self.parts();
        write!(f, "{name}({id})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_survive_their_spelling() {
        for hook in [
            Hook::Enter(FunctionId(0)),
            Hook::Block(BlockId(u32::MAX)),
            Hook::Leave(FunctionId(7)),
            Hook::Resume(FunctionId(8)),
            Hook::Inst(3),
            Hook::RegionBegin(RegionId(4)),
            Hook::RegionEnd(RegionId(5)),
        ] {
            assert_eq!(Hook::from_command(&hook.to_command()), Some(Ok(hook)));
        }
        let bad = Command {
            expr: Expr::call("profile_enter", vec![]),
        };
        assert!(matches!(Hook::from_command(&bad), Some(Err(_))));
        let other = Command {
            expr: Expr::call("log", vec![]),
        };
        assert_eq!(Hook::from_command(&other), None);
    }
}
