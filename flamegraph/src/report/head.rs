//! What the summary, the flamegraph and the table of functions show.

use std::collections::BTreeMap;

use runtime_hooks::log::Outcome;
use serde::Serialize;

use super::Input;
use crate::advice::Advice;
use crate::causes;
use crate::error::Error;
use crate::fold::regions::RegionRow;
use crate::fold::{Backtrace, Coverage, Regions};
use crate::granularity::Granularity;
use crate::profile::{FunctionId, Profile, StringId};
use crate::tree::Tree;

/// The first blob. Lists named after the same thing are parallel.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    name: &'a str,
    module: &'a str,
    sha256: &'a str,
    build: &'a str,
    cost_model: &'a str,
    export: &'a str,
    args: &'a [String],
    outcome: &'a Outcome,
    /// Of a run that trapped, where: a frame a line, the innermost first.
    stack: Vec<String>,
    /// Whether functions are labels of zkASM that nobody compiled.
    labels: bool,
    metrics: Vec<&'a str>,
    default_metric: usize,
    totals: Vec<u64>,
    machines: Vec<Machine>,
    segments: u64,
    /// What was counted between the begins and ends of regions, in cycles.
    regions: Vec<RegionRow>,
    /// Of how much of the run the source is known; empty of a program that was not compiled.
    coverage: Vec<String>,
    rom_lines: usize,
    files: Vec<&'a str>,
    functions: Vec<Function<'a>>,
    causes: Vec<Cause<'a>>,
    tree: Nodes,
    findings: Vec<Finding>,
}

/// What is worth acting on.
#[derive(Serialize)]
struct Finding {
    text: String,
    /// The cycles that it could save at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    saves: Option<u64>,
    /// The function to look at, by its place in `functions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<usize>,
    /// The file of `line`, by its place in `files`.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<usize>,
    /// The line to look at, if it is one rather than a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// A state machine and how full it is.
#[derive(Serialize)]
struct Machine {
    name: &'static str,
    /// Events.
    used: u64,
    /// Events that fit one proof.
    capacity: u64,
}

/// A function of the source, inlined ones and synthetic ones, too; only those that ran.
#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_name: Option<&'a str>,
    /// The file that declares it, by its place in `files`.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<usize>,
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    /// Whether it is inlined wherever it occurs.
    inlined: bool,
    /// Places in the side table's functions of those it is compiled to.
    compiled: Vec<usize>,
    /// Places in the side table's inlined functions of those it is inlined as.
    inlined_as: Vec<usize>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct Cause<'a> {
    name: &'a str,
    rgb: [u8; 3],
}

/// The call tree by function.
#[derive(Serialize)]
struct Nodes {
    /// The caller of each node, a smaller place; -1 for none.
    parents: Vec<i64>,
    /// Places in `functions`.
    functions: Vec<u32>,
    /// Of what was counted in the nodes themselves: node, cause (-1 for none), then the metrics.
    samples: Vec<Vec<i64>>,
}

impl<'a> Head<'a> {
    pub(super) fn new(input: &Input<'a>) -> Result<Head<'a>, Error> {
        let Input {
            map,
            log,
            profile,
            advice,
            ..
        } = *input;
        let tree = Tree::new(profile, profile.default_metric(), Granularity::Function);
        let totals = log.totals.0;
        let machines = totals.iter().map(|(counter, used)| Machine {
            name: counter.name(),
            used,
            capacity: counter.capacity(),
        });
        let causes: BTreeMap<StringId, usize> = profile
            .samples()
            .filter_map(|sample| sample.labels.cause)
            .map(|cause| (cause, 0))
            .collect();
        let causes: BTreeMap<StringId, usize> = causes.into_keys().zip(0..).collect();
        let functions = functions(input, profile, &tree);
        Ok(Head {
            name: input.name,
            module: &map.module.name,
            sha256: &map.module.sha256,
            build: &map.build,
            cost_model: &map.cost_model,
            export: &map.entry.export,
            args: &map.entry.args,
            outcome: &log.outcome,
            stack: match &log.outcome {
                Outcome::Trap { .. } => stack(&Backtrace::from_run(map, log)?),
                _ => Vec::new(),
            },
            labels: map.is_of_labels(),
            metrics: profile.metrics().iter().map(|m| m.name.as_str()).collect(),
            default_metric: profile.default_metric().index(),
            totals: profile.metric_ids().map(|id| profile.total(id)).collect(),
            machines: machines.collect(),
            segments: totals.segments(),
            regions: Regions::from_run(map, log)?.rows,
            coverage: match map.is_of_labels() {
                true => Vec::new(),
                false => sentences(&Coverage::from_run(map, log)?),
            },
            rom_lines: map.rows.len(),
            files: map.files.iter().map(String::as_str).collect(),
            findings: findings(advice, &map.files, &functions),
            functions,
            tree: nodes(profile, &tree, &causes),
            causes: causes
                .into_keys()
                .map(|id| Cause {
                    name: profile.text(id),
                    rgb: causes::rgb(profile.text(id)),
                })
                .collect(),
        })
    }
}

/// The advice, with the functions and lines that it is about.
fn findings(advice: &Advice, files: &[String], functions: &[Function<'_>]) -> Vec<Finding> {
    let findings = advice.findings.iter();
    let findings = findings.map(|finding| {
        let (name, file, line) = match &finding.function {
            Some(name) => (Some(name), &finding.file, finding.line),
            None => (
                finding.mostly.as_ref(),
                &finding.mostly_file,
                finding.mostly_line,
            ),
        };
        let function = name.and_then(|name| functions.iter().position(|f| f.name == *name));
        let file = file
            .as_ref()
            .and_then(|name| files.iter().position(|file| file == name));
        let place = file.zip(line).filter(|&(file, line)| {
            // Where a function is declared says no more than the function.
            let declared = function.map(|f| (functions[f].file, functions[f].line));
            declared != Some((Some(file), line))
        });
        Finding {
            text: finding.text.clone(),
            saves: finding.saves,
            function,
            file: place.map(|(file, _)| file),
            line: place.map(|(_, line)| line),
        }
    });
    findings.collect()
}

/// A coverage as sentences.
fn sentences(coverage: &Coverage) -> Vec<String> {
    if coverage.program == 0 {
        return Vec::new();
    }
    let sentence = |line: &str| {
        let mut chars = line.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        first.chain(chars).chain(['.']).collect()
    };
    coverage.to_text().lines().map(sentence).collect()
}

/// A stack as text.
fn stack(stack: &Backtrace) -> Vec<String> {
    stack
        .to_text()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect()
}

/// A function's name, and the file and line that declare it.
type Named<'a> = (&'a str, Option<(&'a str, u32)>);

/// The functions of the tree's frames, in their order.
fn functions<'a>(input: &Input<'a>, profile: &'a Profile, tree: &Tree) -> Vec<Function<'a>> {
    let map = input.map;
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in map.files.iter().enumerate() {
        files.entry(file).or_insert(index);
    }
    // A profile's functions begin with those of the side table.
    let mut compiled: BTreeMap<FunctionId, Vec<usize>> = BTreeMap::new();
    for (index, id) in profile.function_ids().enumerate().take(map.functions.len()) {
        let source = profile.source_function(id);
        compiled.entry(source).or_default().push(index);
    }
    let mut inlined: BTreeMap<Named<'_>, Vec<usize>> = BTreeMap::new();
    for (index, name) in map.inlined.iter().enumerate() {
        let declared = name
            .declared
            .map(|(file, line)| (map.files[file as usize].as_str(), line));
        inlined
            .entry((&name.name, declared))
            .or_default()
            .push(index);
    }
    let frames = tree.frames();
    let functions = frames.iter().map(|(id, frame)| {
        let function = profile.function(frame.function);
        let file = function.file.map(|file| profile.text(file));
        let declared = file.map(|file| (file, function.start_line));
        let name = profile.text(function.name);
        Function {
            name,
            system_name: function.system_name.map(|name| profile.text(name)),
            file: file.and_then(|file| files.get(file).copied()),
            line: function.start_line,
            inlined: frames.always_inlined(id),
            compiled: compiled.remove(&frame.function).unwrap_or_default(),
            inlined_as: inlined.get(&(name, declared)).cloned().unwrap_or_default(),
        }
    });
    functions.collect()
}

fn nodes(profile: &Profile, tree: &Tree, causes: &BTreeMap<StringId, usize>) -> Nodes {
    let mut samples: BTreeMap<(usize, Option<usize>), Vec<u64>> = BTreeMap::new();
    for sample in profile.samples() {
        let cause = sample.labels.cause.map(|cause| causes[&cause]);
        let node = tree.of(sample.stack).index();
        let sums = samples
            .entry((node, cause))
            .or_insert_with(|| vec![0; sample.values.len()]);
        for (sum, value) in sums.iter_mut().zip(sample.values) {
            *sum += value;
        }
    }
    let index = |place: usize| place as i64;
    let samples = samples.into_iter().map(|((node, cause), values)| {
        let mut row = vec![index(node), cause.map_or(-1, index)];
        // A profile's values fit: no total is above 2^63 - 1.
        row.extend(values.into_iter().map(|value| value as i64));
        row
    });
    Nodes {
        parents: tree
            .iter()
            .map(|(_, node)| node.parent.map_or(-1, |parent| index(parent.index())))
            .collect(),
        functions: tree
            .iter()
            .map(|(_, node)| node.frame.index() as u32)
            .collect(),
        samples: samples.collect(),
    }
}
