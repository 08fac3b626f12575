//! A raw trace: every step of a short run, in order (`NAME.trace`).
//!
//! No profile is made of it: the [log](crate::log) is smaller and as exact. It is for looking at a
//! run step by step, for comparing two runs with `diff`, and for checking profiles by another way.
//!
//! # Format
//!
//! ASCII text; every line ends in a newline:
//!
//! ```text
//! zkasm-profile/trace 1
//! build 94b2a5a1bb9a11d9
//! 0
//! 1
//! 2 mem
//! 17 mem binary
//! 18 keccak_f=3
//! end 19
//! ```
//!
//! * First `zkasm-profile/trace` and the version, by the rule of the side table's.
//! * Then `build` and the build id of the program's header, as in the log; `build` alone if it has none.
//! * Then a line for each step: the zkPC of its ROM line, and what it was charged besides its one cycle:
//!   the names of the [`Counter`]s in the order of [`Counter::ALL`], and behind a name `=` and how much,
//!   unless that is 1. None is named twice.
//! * At last `end` and the zkPC that would have run next. A text without that line, or
//!   without the newline behind it, was cut short.
//!
//! The sum of what was charged is the run's total. A trace holds at most [`STEP_LIMIT`] steps.

use std::fmt::Write as _;

use zkasm::{Counter, Counters, ZkPc};

use crate::error::FormatError;

/// What the first line begins with.
pub const FORMAT: &str = "zkasm-profile/trace";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;
/// How many steps a trace holds.
pub const STEP_LIMIT: u64 = 1 << 20;

const WHAT: &str = "trace";

/// Every step of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The build id in the program's header; empty if the program has none.
    pub build: String,
    /// The steps in the order in which they ran.
    pub steps: Vec<TraceStep>,
    /// The ROM line that would have run next.
    pub end: ZkPc,
}

/// A step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The ROM line.
    pub zkpc: ZkPc,
    /// What it was charged, its cycle included.
    pub charged: Counters,
}

impl Trace {
    /// The trace as text.
    pub fn to_text(&self) -> String {
        let mut text = format!("{FORMAT} {VERSION}\nbuild {}", self.build);
        text.truncate(text.trim_end().len());
        text.push('\n');
        for step in &self.steps {
            let _ = write!(text, "{}", step.zkpc);
            for (counter, value) in step.charged.iter() {
                let usual = u64::from(counter == Counter::Cycles);
                if value == usual {
                    continue;
                }
                let _ = write!(text, " {}", counter.name());
                if value != 1 {
                    let _ = write!(text, "={value}");
                }
            }
            text.push('\n');
        }
        let _ = writeln!(text, "end {}", self.end);
        text
    }

    /// Reads a trace.
    ///
    /// # Errors
    /// If the text is of another format or version, or a line of it is not of that form; the message
    /// names the line.
    pub fn from_text(text: &str) -> Result<Trace, FormatError> {
        let mut lines = (1..).zip(text.lines());
        let (format, version) = match lines.next().and_then(|(_, head)| head.split_once(' ')) {
            Some((format, version)) => (format, version.parse::<u32>().ok()),
            None => ("", None),
        };
        let Some(version) = version.filter(|_| format == FORMAT) else {
            return Err(FormatError::WrongFormat {
                what: WHAT,
                found: format.to_owned(),
                expected: FORMAT,
            });
        };
        if version != VERSION {
            return Err(FormatError::WrongVersion {
                what: WHAT,
                found: version,
                expected: VERSION,
            });
        }
        let bad = |line: u64, problem: &str| FormatError::Inconsistent {
            what: WHAT,
            problem: format!("line {line} is {problem}"),
        };
        if !text.ends_with('\n') {
            return Err(FormatError::Inconsistent {
                what: WHAT,
                problem: "its last line has no end: it was cut short".to_owned(),
            });
        }
        let build = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix("build"));
        let build = build.ok_or_else(|| bad(2, "not the build id"))?;
        let mut trace = Trace {
            build: build.trim().to_owned(),
            ..Trace::default()
        };
        while let Some((number, line)) = lines.next() {
            if let Some(end) = line.strip_prefix("end ") {
                trace.end = end.parse().map(ZkPc).map_err(|_| bad(number, "no end"))?;
                return match lines.next() {
                    None => Ok(trace),
                    Some((number, _)) => Err(bad(number, "behind the end")),
                };
            }
            let step = step(line).map_err(|problem| bad(number, problem))?;
            trace.steps.push(step);
        }
        Err(FormatError::Inconsistent {
            what: WHAT,
            problem: "there is no end: it was cut short".to_owned(),
        })
    }
}

/// What a line says of a step, or what the line is instead.
fn step(line: &str) -> Result<TraceStep, &'static str> {
    const NO_STEP: &str = "no step";
    let mut words = line.split(' ');
    let zkpc = words.next().and_then(|zkpc| zkpc.parse().ok());
    let zkpc = ZkPc(zkpc.ok_or(NO_STEP)?);
    let mut charged = Counters::ZERO;
    charged[Counter::Cycles] = 1;
    let mut named = Vec::new();
    for word in words {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, value.parse().map_err(|_| NO_STEP)?),
            None => (word, 1),
        };
        let counter = Counter::from_name(name).ok_or(NO_STEP)?;
        if named.contains(&counter) {
            return Err("a step that names a counter twice");
        }
        named.push(counter);
        charged[counter] = value;
    }
    Ok(TraceStep { zkpc, charged })
}
