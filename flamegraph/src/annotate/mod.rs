//! Functions as they were compiled: source, WebAssembly and zkASM side by side, with what each cost.
//!
//! A function is annotated as it was compiled: with all that was inlined into it, and each instance of a
//! generic function on its own. Its cost is what was counted in its own zkASM lines, whichever inlined
//! functions they are for; so the values of a function's zkASM lines add up to its `self`, and those
//! of all functions that were compiled to the profile's total.
//!
//! A function that was inlined is annotated, too, once for all places where it is. Its zkASM lines are
//! those of other functions whose payer's inline chain has it, whether once or, in recursion, several
//! times; its source lines begin at the outermost of them. So its `self` is what its inlined frames
//! cost with all that is inlined into them and without what they call; and all instances of a generic function are one.
//! What a function cost in all, as it was compiled and as it was inlined, is the sum of both: where it is inlined
//! into itself is a part of the former.
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
//! | `outcome` | how the run ended: [`Scope`] |
//! | `functions` | those that ran, by `self` descending, then by name; the first of them, if there is a limit |
//! | `omitted` | the others: `function` and `self` of each, and `inlined` if it is true |
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
//! | `inlined_into` | of a function as it was inlined: the `function`s that were compiled with it inside, with `value`, what was counted there, and `places`, at how many of their places it ran; by `value` descending. Absent of one that was compiled |
//! | `causes` | for what its `self` was spent: `cause` and `value`, by `value` descending; absent of the metric `calls`, which have none |
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
//! | `function` | of a function as it was inlined: which function that was compiled it is in |
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
//! | `labels` | the names of labels in front of it; absent if there are none, or the program is not known |
//! | `jump` | where it may jump, as zkPC, if that is a place that is written in it |
//! | `value` | what was counted |
//! | `times` | how often it ran; of a line that repeats itself, how often it was entered |
//! | `cause`, `rule` | why the compiler spends it, and by which of its rules, of whoever pays for it; a rule may be absent |
//! | `inherited` | whether operator and source line are those of what uses the result; absent if not |
//! | `also` | what else it does: `cause`, and `wasm_offset` and `operator` where they are not the payer's |
//!
//! Counts are exact integers; percentages are for people, rounded to two decimals.

mod assembly;
mod function;
mod heading;
mod inlined;
mod lines;
mod model;
mod options;
mod row;
mod rows;
mod sources;
mod text;
mod visible;
mod wat;

pub use model::{
    AlsoDone, AnnotatedFunction, AnnotatedOperator, Annotation, InlinedInto, OfCause,
    OmittedFunction, SourceLine, ZkasmLine,
};
pub use options::{Options, Order, Place};
pub use row::{Row, Span, Tone};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use zkasm::{Rom, ZkPc};

use crate::error::Error;
use crate::fold::{CALLS, executions, region_frame};
use crate::listing::Listing;
use crate::matching::Pattern;
use crate::profile::{FunctionId, MetricId, Profile};
use crate::scope::Scope;
use crate::text::{rounded_percent, to_json};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/annotate";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// Texts of the program that functions are annotated with. Where one is not long enough, lines have
/// no text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    /// The listing of the module, and its text.
    pub wat: Option<(&'a Listing, &'a str)>,
    /// The text of each ROM line, by zkPC.
    pub zkasm: &'a [String],
    /// The program, for its labels and jumps.
    pub rom: Option<&'a Rom>,
}

impl Annotation {
    /// Annotates the functions that `name` [means](crate::matching) and that ran, at most `limit` of them. Lines
    /// of the source have no text yet: [`Annotation::add_sources`] gives it to them.
    ///
    /// # Errors
    /// As [`Profile::from_run`], and if there is no such function or no such metric. Of regions, the error
    /// tells in which functions they are.
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
        let pattern = Pattern::new(name, &[&profile])?;
        let mut run = Run::new(map, log, &profile, metric, &pattern)?;
        for (label, &zkpc) in texts.rom.iter().flat_map(|rom| &rom.labels) {
            run.labels.entry(zkpc).or_default().push(label.clone());
        }
        let mut found: Vec<(Asked, u64)> = run
            .values
            .iter()
            .filter(|(asked, _)| run.wanted[asked.id().index()])
            .map(|(&asked, values)| (asked, values.sum()))
            .collect();
        if found.is_empty() {
            return Err(not_found(&run, name, &pattern, log.instrument));
        }
        let name_of = |asked: Asked| profile.function_name(asked.id());
        found.sort_by_key(|&(asked, value)| (Reverse(value), name_of(asked), asked));
        let omitted = found.split_off(limit.min(found.len()));
        let omitted = omitted.into_iter().map(|(asked, value)| OmittedFunction {
            function: name_of(asked).to_owned(),
            self_value: value,
            inlined: matches!(asked, Asked::Inlined(_)),
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
            scope: Scope::of_run(&log.outcome),
            omitted: omitted.collect(),
            functions: found
                .iter()
                .map(|&(asked, _)| function::annotated(&run, &texts, asked))
                .collect(),
            sources_missing: BTreeSet::new(),
        })
    }

    /// The annotation as JSON, in lines for people, ending in a newline.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// A function to annotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// As it was compiled.
    Compiled(FunctionId),
    /// As it was inlined: the function of the source.
    Inlined(FunctionId),
}

impl Asked {
    fn id(self) -> FunctionId {
        match self {
            Asked::Compiled(id) | Asked::Inlined(id) => id,
        }
    }
}

/// No function of that name ran; perhaps it is a region, or where it is inlined was not recorded.
fn not_found(run: &Run<'_>, name: &str, pattern: &Pattern, instrument: Instrument) -> Error {
    let (map, profile) = (run.map, run.profile);
    let mut inside: BTreeSet<&str> = BTreeSet::new();
    for location in profile.locations() {
        let regions = location
            .lines
            .iter()
            .filter(|line| run.regions[line.function.index()]);
        if regions
            .clone()
            .any(|line| pattern.means(profile, line.function))
        {
            inside.insert(profile.function_name(location.outermost().function));
        }
    }
    if !inside.is_empty() {
        return Error::OnlyRegions {
            name: name.to_owned(),
            inside: inside.into_iter().collect::<Vec<_>>().join(", "),
        };
    }
    let mut inlined = profile.function_ids().skip(map.functions.len());
    let exists = inlined.any(|id| run.wanted[id.index()]);
    match instrument < Instrument::Blocks && !map.is_of_labels() && exists {
        true => Error::WithoutBlocks,
        false => pattern.not_found(&[profile]),
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
    /// Whether what is counted is calls, which nobody spends: they have no cause.
    is_of_calls: bool,
    /// Whether functions of the profile are asked for.
    wanted: Vec<bool>,
    /// Whether they are the frames of regions.
    regions: Vec<bool>,
    /// What was counted, by what was compiled, of all that ran; and in what of the wanted was inlined.
    values: BTreeMap<Asked, Values>,
    /// How often rows ran, by function.
    times: BTreeMap<(runtime_hooks::FunctionId, ZkPc), u64>,
    /// The offsets of operators that something was compiled for.
    offsets: BTreeSet<u32>,
    /// The labels of the program, by the line they are in front of.
    labels: BTreeMap<ZkPc, Vec<String>>,
}

impl<'a> Run<'a> {
    fn new(
        map: &'a SideTable,
        log: &ExecutionLog,
        profile: &'a Profile,
        metric: MetricId,
        pattern: &Pattern,
    ) -> Result<Run<'a>, Error> {
        let frames: BTreeSet<String> = map.regions.iter().map(|name| region_frame(name)).collect();
        let ids = profile.function_ids();
        let regions = ids.map(|id| {
            // They are declared nowhere.
            profile.function(id).file.is_none() && frames.contains(profile.function_name(id))
        });
        let offsets = map.contributions.iter();
        let offsets = offsets.filter_map(|other| Some(other.wasm_offset?.0));
        let mut run = Run {
            map,
            profile,
            sum: profile.total(metric),
            is_of_calls: profile.metric(CALLS).is_ok_and(|calls| calls == metric),
            wanted: pattern.functions(profile),
            regions: regions.collect(),
            values: BTreeMap::new(),
            times: executions(map, log)?,
            offsets: offsets.collect(),
            labels: BTreeMap::new(),
        };
        for location in profile.locations() {
            for function in run.inlined(location) {
                run.values.entry(Asked::Inlined(function)).or_default();
            }
        }
        for sample in profile.samples() {
            let leaf = profile.stacks()[sample.stack.index()].location;
            let location = profile.location(leaf);
            let value = sample.values[metric.index()];
            let compiled = Asked::Compiled(location.outermost().function);
            let inlined = run.inlined(location).into_iter().map(Asked::Inlined);
            for asked in inlined.chain([compiled]) {
                let function = run.values.entry(asked).or_default();
                match location.address {
                    Some(zkpc) => *function.placed.entry(zkpc).or_default() += value,
                    None => function.unplaced += value,
                }
            }
        }
        Ok(run)
    }

    fn percent(&self, value: u64) -> f64 {
        rounded_percent(value, self.sum)
    }
}
