//! Golden files: a profile as a short text to commit, to be compared exactly.
//!
//! # Format
//!
//! UTF-8 text, lines ended by `\n`, the last one too:
//!
//! ```text
//! zkasm-profile/golden 1
//! cost-model zk64-1
//! wasm 3b1f…
//! entry run
//! arguments i32:10
//! outcome halted i64:55
//! rom-lines 143
//! total calls 3
//! total cycles 120
//! …
//! total cells 14160
//! cause call 20
//! cause op 100
//!
//!             self            total        calls  name
//!               90               90            2  fib
//!               30              120            1  run
//! ```
//!
//! 1. The format's name and version. A reader refuses another version.
//! 2. What was run: the version of the cost table, the SHA-256 of the module, the export, its
//!    arguments, the outcome, and the number of ROM lines. A value extends to the end of its line
//!    and can be empty.
//! 3. The total of every metric, in the profile's order, `calls` and `cycles` among them.
//! 4. The cycles of every cause that has any, by name; `[unknown]` where no cause is known. They
//!    add up to the cycles.
//! 5. After an empty line and a line of titles, every function with a total or calls: its cycles,
//!    its cycles with everything it called (recursion counts once), its calls (an inlined function
//!    has none), and after two blanks its name. The first column adds up to the cycles, the third
//!    to the calls.
//!
//! Functions are sorted by name, so a change of cost changes only the lines of what it concerns,
//! and columns have a fixed width (16, 16, 12) that only larger numbers exceed, for the same
//! reason. Numbers are decimal, without sign, separators or leading zeros.
//!
//! A name is the demangled one on one line. Instances of a generic function, having the same name and
//! declaration, are one function. Of several functions with the same name, all but the first are
//! called `name #2`, `name #3`…, in the order of their declaration's file and line, counting those
//! that did not run: a number depends on the program, not on the run.

mod compare;
mod files;
mod parse;
mod report;

pub use compare::{Change, Comparison, Difference, HeaderField, Reason, Verdict, compare};
pub use files::{Pairing, pair};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::error::Error;
use crate::fold::CALLS;
use crate::granularity::Granularity;
use crate::profile::{FunctionId, Profile};
use crate::text::one_line;
use crate::tree::Tree;

/// The first word of a golden file.
pub const FORMAT: &str = "zkasm-profile/golden";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

/// The metric that functions and causes are measured in.
const CYCLES: &str = "cycles";
/// The cause of cycles of which none is known.
const UNKNOWN: &str = "[unknown]";
/// The titles of the table's columns.
const TITLES: [&str; 4] = ["self", "total", "calls", "name"];

/// What was run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    cost_model: String,
    wasm_sha256: String,
    entry: String,
    arguments: String,
    outcome: String,
    rom_lines: u64,
}

impl Header {
    /// A header; texts are brought onto one line.
    pub fn new(
        cost_model: &str,
        wasm_sha256: &str,
        entry: &str,
        arguments: &str,
        outcome: &str,
        rom_lines: u64,
    ) -> Header {
        let value = |text: &str| match text.trim() {
            "" => String::new(),
            text => one_line(text),
        };
        Header {
            cost_model: value(cost_model),
            wasm_sha256: value(wasm_sha256),
            entry: value(entry),
            arguments: value(arguments),
            outcome: value(outcome),
            rom_lines,
        }
    }

    /// The version of the cost table.
    pub fn cost_model(&self) -> &str {
        &self.cost_model
    }

    /// The SHA-256 of the module, in hex.
    pub fn wasm_sha256(&self) -> &str {
        &self.wasm_sha256
    }

    /// The export that was run.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// Its arguments, separated by blanks.
    pub fn arguments(&self) -> &str {
        &self.arguments
    }

    /// How the run ended.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// The number of ROM lines.
    pub fn rom_lines(&self) -> u64 {
        self.rom_lines
    }
}

/// What a golden file says of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Costs {
    /// Cycles in the function itself.
    #[serde(rename = "self")]
    pub self_value: u64,
    /// Cycles in the function and everything that it called.
    pub total: u64,
    /// How often it was called.
    pub calls: u64,
}

/// A golden file. See the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    header: Header,
    totals: Vec<(String, u64)>,
    causes: BTreeMap<String, u64>,
    functions: BTreeMap<String, Costs>,
}

impl Golden {
    /// The golden file of a profile.
    ///
    /// # Errors
    /// If the profile has no metric `calls` or `cycles`.
    pub fn from_profile(profile: &Profile, header: Header) -> Result<Golden, Error> {
        let (calls, cycles) = (profile.metric(CALLS)?, profile.metric(CYCLES)?);
        let totals = profile.metrics().iter().map(|metric| {
            let total = profile.metric(&metric.name).map(|id| profile.total(id));
            Ok((one_line(&metric.name), total?))
        });
        let mut causes = BTreeMap::new();
        for sample in profile.samples() {
            let value = sample.values[cycles.index()];
            if value != 0 {
                let cause = sample.labels.cause.map_or(UNKNOWN, |id| profile.text(id));
                *causes.entry(one_line(cause)).or_default() += value;
            }
        }
        let names = unique_names(profile);
        let mut functions: BTreeMap<String, Costs> = BTreeMap::new();
        for metric in [cycles, calls] {
            let tree = Tree::new(profile, metric, Granularity::Function);
            for ((_, frame), values) in tree.frames().iter().zip(tree.frame_values()) {
                let name = &names[&frame.function];
                if metric == cycles && values.total != 0 {
                    let costs = functions.entry(name.clone()).or_default();
                    costs.self_value = values.self_value;
                    costs.total = values.total;
                } else if metric == calls && values.self_value != 0 {
                    functions.entry(name.clone()).or_default().calls = values.self_value;
                }
            }
        }
        Ok(Golden {
            header,
            totals: totals.collect::<Result<_, Error>>()?,
            causes,
            functions,
        })
    }

    /// Reads a golden file.
    ///
    /// # Errors
    /// [`Error::Golden`] with the line of the first thing that breaks a rule of the format, sums
    /// included.
    pub fn parse(text: &str) -> Result<Golden, Error> {
        parse::parse(text)
    }

    /// The file's text: the same golden file gives the same bytes.
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// What was run.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The total of every metric, in the profile's order.
    pub fn totals(&self) -> &[(String, u64)] {
        &self.totals
    }

    /// The total of a metric, if the file has it.
    pub fn total(&self, metric: &str) -> Option<u64> {
        let found = self.totals.iter().find(|(name, _)| name == metric);
        found.map(|&(_, total)| total)
    }

    /// The total of the cycles.
    pub fn cycles(&self) -> u64 {
        self.total(CYCLES).unwrap_or(0)
    }

    /// Cycles by cause.
    pub fn causes(&self) -> &BTreeMap<String, u64> {
        &self.causes
    }

    /// The functions by their unique names.
    pub fn functions(&self) -> &BTreeMap<String, Costs> {
        &self.functions
    }
}

impl fmt::Display for Golden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = &self.header;
        let mut field = |name: &str, value: &str| {
            let blank = if value.is_empty() { "" } else { " " };
            writeln!(f, "{name}{blank}{value}")
        };
        field(FORMAT, &VERSION.to_string())?;
        field("cost-model", &header.cost_model)?;
        field("wasm", &header.wasm_sha256)?;
        field("entry", &header.entry)?;
        field("arguments", &header.arguments)?;
        field("outcome", &header.outcome)?;
        field("rom-lines", &header.rom_lines.to_string())?;
        for (metric, total) in &self.totals {
            writeln!(f, "total {metric} {total}")?;
        }
        for (cause, cycles) in &self.causes {
            writeln!(f, "cause {cause} {cycles}")?;
        }
        let [own, total, calls, name] = TITLES;
        writeln!(f, "\n{own:>16} {total:>16} {calls:>12}  {name}")?;
        for (name, costs) in &self.functions {
            let Costs {
                self_value,
                total,
                calls,
            } = costs;
            writeln!(f, "{self_value:>16} {total:>16} {calls:>12}  {name}")?;
        }
        Ok(())
    }
}

/// A name for each function of the source, by id; no two are the same.
fn unique_names(profile: &Profile) -> BTreeMap<FunctionId, String> {
    let sources = profile.function_ids();
    let mut sources: Vec<FunctionId> = sources
        .filter(|&id| profile.source_function(id) == id)
        .collect();
    // Stable: the program's order is last. Ids of strings compare like strings.
    sources.sort_by_key(|&id| {
        let function = profile.function(id);
        (function.file, function.start_line)
    });
    let plain = |id: FunctionId| one_line(profile.function_name(id));
    // A function may really be called `f #2`.
    let mut taken: BTreeSet<String> = sources.iter().map(|&id| plain(id)).collect();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for id in sources {
        let plain = plain(id);
        let number = numbers.entry(plain.clone()).or_insert(0);
        *number += 1;
        let mut name = plain.clone();
        while *number > 1 {
            name = format!("{plain} #{number}");
            if taken.insert(name.clone()) {
                break;
            }
            *number += 1;
        }
        names.insert(id, name);
    }
    names
}
