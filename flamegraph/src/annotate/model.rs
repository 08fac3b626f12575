//! What an annotation holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// Annotated functions. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// [`FORMAT`](super::FORMAT).
    pub format: String,
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The metric's name.
    pub metric: String,
    /// The metric's unit.
    pub unit: String,
    /// Which functions: what means them.
    pub of: String,
    /// The profile's total of the metric.
    pub sum: u64,
    /// Whether the program was compiled.
    pub compiled: bool,
    /// Whether the run was recorded with blocks.
    #[serde(default = "with_blocks")]
    pub blocks: bool,
    /// Which run it is of.
    #[serde(flatten)]
    pub scope: Scope,
    /// The functions, or the first of them.
    pub functions: Vec<AnnotatedFunction>,
    /// The others.
    pub omitted: Vec<OmittedFunction>,
    /// Files of lines whose text is not known.
    pub sources_missing: BTreeSet<String>,
}

/// What has no such field is read as it always was.
fn with_blocks() -> bool {
    true
}

/// A function that is left out. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OmittedFunction {
    /// Its name.
    pub function: String,
    /// What was counted in it.
    #[serde(rename = "self")]
    pub self_value: u64,
    /// Whether it is what was inlined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inlined: bool,
}

/// A function that was compiled with another inside. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinedInto {
    /// Its name.
    pub function: String,
    /// What was counted in what is inlined there.
    pub value: u64,
    /// At how many of its places that ran.
    pub places: u64,
}

/// What was spent for a cause. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfCause {
    /// The cause.
    pub cause: String,
    /// What was counted.
    pub value: u64,
}

/// A function with its lines. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnnotatedFunction {
    /// Its name.
    pub function: String,
    /// Its mangled name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_name: Option<String>,
    /// The file that declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in `file`, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What was counted in its zkASM lines.
    #[serde(rename = "self")]
    pub self_value: u64,
    /// That in percent of the profile's total.
    pub self_percent: f64,
    /// The part of it that is at no known zkASM line.
    pub unplaced: u64,
    /// As it was inlined: into which functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inlined_into: Option<Vec<InlinedInto>>,
    /// For what `self_value` was spent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<OfCause>,
    /// How many zkASM lines it has.
    pub zkasm_lines: u64,
    /// How many of them ran.
    pub zkasm_lines_run: u64,
    /// Its source lines, each followed by those that are inlined there.
    pub lines: Vec<SourceLine>,
}

/// A line of the source. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceLine {
    /// How many functions are inlined into each other here.
    pub depth: u32,
    /// The inlined function that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inlined: Option<String>,
    /// Its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in `file`, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What was counted for the line itself.
    #[serde(rename = "self")]
    pub self_value: u64,
    /// What was counted for it and all that is inlined there.
    pub total: u64,
    /// `total` in percent of what was counted in the function.
    pub percent: f64,
    /// `total` in percent of the profile's total.
    pub percent_of_sum: f64,
    /// What was compiled for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<AnnotatedOperator>,
}

/// An operator of WebAssembly, or what is of none. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotatedOperator {
    /// Where it is, in bytes from the start of the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasm_offset: Option<u32>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The compiled function that it is in, of a function as it was inlined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its line of the module's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The lines before it that nothing was compiled for by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// What was counted.
    pub value: u64,
    /// The zkASM lines that it pays for.
    pub zkasm: Vec<ZkasmLine>,
    /// The zkPCs of lines that serve it, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid_by_others: Vec<u32>,
}

/// A line of zkASM. The fields are those of the [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZkasmLine {
    /// Its address.
    pub zkpc: u32,
    /// Its text.
    pub text: String,
    /// The labels in front of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Where it may jump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jump: Option<u32>,
    /// What was counted.
    pub value: u64,
    /// How often it ran.
    pub times: u64,
    /// Why the compiler spends it.
    pub cause: String,
    /// By which of its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Whether operator and source line are those of what uses the result.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
    /// What else it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoDone>,
}

/// What a zkASM line does besides that which pays for it. The fields are those of the
/// [JSON](super#json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoDone {
    /// Why.
    pub cause: String,
    /// For which operator, if not the payer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasm_offset: Option<u32>,
    /// What that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}
