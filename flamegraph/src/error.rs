//! What can go wrong between a run and its views.

use std::io;

use runtime_hooks::FormatError;

/// Why there is no profile, no view of it, or no golden file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Invalid input: a side table or an execution log breaks a rule of its own format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Invalid input: the side table and the log are not of the same program.
    #[error(
        "the execution log is of build {log:?}, the side table of build {map:?}: run the program again, or take the side table that was built with it"
    )]
    BuildMismatch {
        /// The build that the log names.
        log: String,
        /// The build that the side table names.
        map: String,
    },
    /// Unsupported: the side table's costs are those of another cost table.
    #[error(
        "the side table was made with cost model {found:?}, this program knows {expected:?}: build again"
    )]
    CostModel {
        /// The version that the side table names.
        found: String,
        /// [`zkasm::cost::COST_MODEL`].
        expected: &'static str,
    },
    /// Invalid input: side table and log contradict each other.
    #[error("the execution log does not fit the side table: {problem}")]
    Inconsistent {
        /// What does not fit, and where.
        problem: String,
    },
    /// Invalid input: a program that is not the one that was profiled.
    #[error(
        "this is not the program that was profiled: it has {lines} lines instead of {profiled}"
    )]
    OtherProgram {
        /// How many lines it has.
        lines: u64,
        /// How many lines the program had that was profiled.
        profiled: u64,
    },
    /// Invalid input: sources that are not those of the side table's files.
    #[error("there are {sources} sources for the side table's {files} files")]
    OtherSources {
        /// How many sources there are, known or not.
        sources: usize,
        /// How many files the side table names.
        files: usize,
    },
    /// Limit: a metric's total does not fit the formats that a profile is written to.
    #[error("the total of {metric} is above 2^63 - 1, the most that a profile can hold")]
    TooLarge {
        /// The metric's name.
        metric: String,
    },
    /// Invalid input: a listing of a module that is none.
    #[error("{file}:{line}: {problem}")]
    Listing {
        /// The listing's name.
        file: String,
        /// The line, from 1.
        line: u32,
        /// What is wrong with it.
        problem: String,
    },
    /// Invalid input: no metric of that name.
    #[error("there is no metric {name:?}; there are {known}")]
    UnknownMetric {
        /// The name asked for.
        name: String,
        /// The names there are, separated by commas.
        known: String,
    },
    /// Invalid input: functions were asked for by a name without a letter.
    #[error("an empty name means no function; /./ means every one")]
    EmptyName,
    /// Invalid input: functions were asked for by a regular expression that is none.
    #[error("{text} is no regular expression: {problem}")]
    NoExpression {
        /// What was given, with its slashes.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Invalid input: no function that was asked for ran.
    #[error("no function that ran has {what}{hint}")]
    NoSuchFunction {
        /// What was looked for.
        what: String,
        /// What could have been meant; empty if nothing is near.
        hint: String,
    },
    /// Invalid input: functions to annotate that are regions.
    #[error(
        "what has {name:?} in its name is a region, not a function: annotate what runs in it, {inside}"
    )]
    OnlyRegions {
        /// What names were to contain.
        name: String,
        /// The functions that the regions are in.
        inside: String,
    },
    /// Invalid input: a table of what a compiler makes, of a program that has none.
    #[error(
        "the program was not compiled, so what its lines are for is not known; --by opcode tells what they do"
    )]
    NotCompiled,
    /// Invalid input: a table by zkASM line, of a run whose lines are not known.
    #[error(
        "nothing that was counted is at a known zkASM line: the run was recorded without blocks; record it with --instrument=blocks"
    )]
    WithoutBlocks,
    /// Invalid input: nothing to draw.
    #[error("nothing was counted in metric {metric}, so there is nothing to draw")]
    Empty {
        /// The metric's name.
        metric: String,
    },
    /// Invalid input: two profiles that cannot be compared.
    #[error("the profiles cannot be compared: {problem}")]
    Incomparable {
        /// Why not.
        problem: String,
    },
    /// Internal: a writer failed although it writes to memory.
    #[error("writing {what} failed: {source}")]
    Write {
        /// What was being written.
        what: &'static str,
        /// What the writer says.
        source: io::Error,
    },
    /// Invalid input: a golden file that is none.
    #[error("line {line}: {problem}")]
    Golden {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}
