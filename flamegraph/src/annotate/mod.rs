//! Functions as they were compiled: source, WebAssembly and zkASM side by side, with what each cost.
//!
//! A function here is what was compiled: with all that was inlined into it, and each instance of a
//! generic function on its own. Its cost is what was counted in its own zkASM lines, whichever inlined
//! functions they are for; so the values of a function's zkASM lines add up to its `self`, and those
//! of all functions to the profile's total.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/annotate"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `of` | which functions: what [means](crate::matching) them |
//! | `sum` | the profile's total of the metric |
//! | `compiled` | whether the program was compiled; of one that was not, the source is the zkASM |
//! | `blocks` | whether the run was recorded with blocks; of one that was not, everything is `unplaced`, and what says how often lines ran and what they cost is 0 without having been measured |
//! | `functions` | those that ran, by `self` descending, then by name; the first of them, if there is a limit |
//! | `omitted` | the others: `function` and `self` of each |
//! | `sources_missing` | files of lines whose text is not known |
//!
//! a function:
//!
//! | field | meaning |
//! |---|---|
//! | `function`, `system_name` | its names; the mangled one is absent if it has none |
//! | `file`, `line` | where it is declared; absent if unknown |
//! | `self`, `self_percent` | what was counted in its zkASM lines, and that in percent of `sum` |
//! | `unplaced` | the part of `self` that is at no known zkASM line, because the run was recorded without blocks |
//! | `zkasm_lines`, `zkasm_lines_run` | how many it has, and how many of them ran |
//! | `lines` | its source lines, each followed by those that are inlined there |
//!
//! a source line:
//!
//! | field | meaning |
//! |---|---|
//! | `depth` | 0 for the function's own lines, otherwise one more than that of the line it is inlined at |
//! | `inlined` | the inlined function that the line is of; absent of the function's own |
//! | `file`, `line` | absent if unknown: of what has no source |
//! | `text` | absent if unknown |
//! | `self`, `total` | what was counted for the line itself, and with all that is inlined there |
//! | `percent`, `percent_of_sum` | `total` in percent of the function's `self`, and of `sum` |
//! | `operators` | what was compiled for it, by offset; what is of no operator last. Absent if nothing was: of lines between others, and where all is inlined |
//!
//! an operator:
//!
//! | field | meaning |
//! |---|---|
//! | `wasm_offset`, `operator` | where it is, in bytes from the start of the module, and its name; absent of what is of no operator, such as a function's entry |
//! | `text` | its line of the module's text; absent if unknown |
//! | `before` | the lines before it that nothing was compiled for by themselves, as `local.get` |
//! | `value` | what was counted |
//! | `zkasm` | the zkASM lines that it pays for |
//! | `paid_by_others` | the zkPCs of lines that serve it, too, and that others pay for |
//!
//! and a zkASM line:
//!
//! | field | meaning |
//! |---|---|
//! | `zkpc`, `text` | its address and text |
//! | `value` | what was counted |
//! | `times` | how often it ran |
//! | `cause`, `rule` | why the compiler spends it, and by which of its rules, of whoever pays for it; a rule may be absent |
//! | `inherited` | whether operator and source line are those of what uses the result; absent if not |
//! | `also` | what else it does: `cause`, and `wasm_offset` and `operator` where they are not the payer's |
//!
//! Counts are exact integers; percentages are for people, rounded to two decimals.

mod function;
mod lines;
mod model;
mod rows;
mod sources;
mod text;

pub use model::{
    AlsoDone, AnnotatedFunction, AnnotatedOperator, Annotation, OmittedFunction, SourceLine,
    ZkasmLine,
};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use zkasm::ZkPc;

use crate::error::Error;
use crate::fold::{executions, region_frame};
use crate::listing::Listing;
use crate::matching::Pattern;
use crate::profile::{FunctionId, MetricId, Profile};
use crate::text::{rounded_percent, to_json};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/annotate";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// Texts of the program that functions are annotated with. Where one is not long enough, lines have
/// no text.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// The listing of the module, and its text.
    pub wat: Option<(&'a Listing, &'a str)>,
    /// The text of each ROM line, by zkPC.
    pub zkasm: &'a [String],
}

impl Annotation {
    /// Annotates the functions that `name` [means](crate::matching) and that ran, at most `limit` of them. Lines
    /// of the source have no text yet: [`Annotation::add_sources`] gives it to them.
    ///
    /// # Errors
    /// As [`Profile::from_run`], and if there is no such function or no such metric. If there is none,
    /// but such functions were inlined, the error tells into which; of regions, in which functions they are.
    pub fn new(
        map: &SideTable,
        log: &ExecutionLog,
        metric: &str,
        name: &str,
        limit: usize,
        texts: Texts<'_>,
    ) -> Result<Annotation, Error> {
        let profile = Profile::from_run(map, log)?;
        let metric = profile.metric(metric)?;
        let run = Run::new(map, log, &profile, metric)?;
        let pattern = Pattern::new(name, &[&profile])?;
        let mut found: Vec<(FunctionId, u64)> = run
            .values
            .iter()
            .filter(|(id, _)| pattern.means(&profile, **id))
            .map(|(&id, values)| (id, values.sum()))
            .collect();
        if found.is_empty() {
            return Err(not_found(map, &profile, name, &pattern));
        }
        found.sort_by_key(|&(id, value)| (Reverse(value), profile.function_name(id), id));
        let omitted = found.split_off(limit.min(found.len()));
        let omitted = omitted.into_iter().map(|(id, value)| OmittedFunction {
            function: profile.function_name(id).to_owned(),
            self_value: value,
        });
        let about = &profile.metrics()[metric.index()];
        Ok(Annotation {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: about.name.clone(),
            unit: about.unit.clone(),
            of: name.to_owned(),
            sum: profile.total(metric),
            compiled: !map.is_of_labels(),
            blocks: log.instrument >= Instrument::Blocks,
            omitted: omitted.collect(),
            functions: found
                .iter()
                .map(|&(id, _)| function::annotated(&run, &texts, id))
                .collect(),
            sources_missing: BTreeSet::new(),
        })
    }

    /// The annotation as JSON, in lines for people, ending in a newline.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// No function of that name was compiled and ran; perhaps it was inlined, or is a region.
fn not_found(map: &SideTable, profile: &Profile, name: &str, pattern: &Pattern) -> Error {
    let regions: BTreeSet<String> = map.regions.iter().map(|name| region_frame(name)).collect();
    let mut into: BTreeSet<&str> = BTreeSet::new();
    let mut inside: BTreeSet<&str> = BTreeSet::new();
    for sample in profile.samples() {
        let leaf = profile.stacks()[sample.stack.index()].location;
        let location = profile.location(leaf);
        let compiled = profile.function_name(location.outermost().function);
        for line in location.lines.iter().rev().skip(1) {
            let function = profile.function_name(line.function);
            if !pattern.means(profile, line.function) {
                continue;
            }
            // Regions are declared nowhere.
            let declared = profile.function(line.function).file.is_some();
            match !declared && regions.contains(function) {
                true => inside.insert(compiled),
                false => into.insert(compiled),
            };
        }
    }
    let name = name.to_owned();
    let list = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    match (into.is_empty(), inside.is_empty()) {
        (false, _) => Error::OnlyInlined {
            name,
            into: list(into),
        },
        (true, false) => Error::OnlyRegions {
            name,
            inside: list(inside),
        },
        (true, true) => pattern.not_found(&[profile]),
    }
}

/// What was counted in a function.
#[derive(Default)]
struct Values {
    /// By zkPC.
    placed: BTreeMap<u64, u64>,
    /// At no known zkASM line.
    unplaced: u64,
}

impl Values {
    /// No overflow: no sum of values exceeds the metric's total.
    fn sum(&self) -> u64 {
        self.unplaced + self.placed.values().sum::<u64>()
    }
}

/// A run as annotations need it.
struct Run<'a> {
    map: &'a SideTable,
    profile: &'a Profile,
    sum: u64,
    /// What was counted, by what was compiled; of all that ran.
    values: BTreeMap<FunctionId, Values>,
    /// How often rows ran, by function.
    times: BTreeMap<(runtime_hooks::FunctionId, ZkPc), u64>,
}

impl<'a> Run<'a> {
    fn new(
        map: &'a SideTable,
        log: &ExecutionLog,
        profile: &'a Profile,
        metric: MetricId,
    ) -> Result<Run<'a>, Error> {
        let mut values: BTreeMap<FunctionId, Values> = BTreeMap::new();
        for sample in profile.samples() {
            let leaf = profile.stacks()[sample.stack.index()].location;
            let location = profile.location(leaf);
            let function = values.entry(location.outermost().function).or_default();
            let value = sample.values[metric.index()];
            match location.address {
                Some(zkpc) => *function.placed.entry(zkpc).or_default() += value,
                None => function.unplaced += value,
            }
        }
        Ok(Run {
            map,
            profile,
            sum: profile.total(metric),
            values,
            times: executions(map, log)?,
        })
    }

    fn percent(&self, value: u64) -> f64 {
        rounded_percent(value, self.sum)
    }
}
