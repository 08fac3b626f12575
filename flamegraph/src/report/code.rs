//! The program's texts, and what each line of them is for and cost.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Input, Text};
use crate::granularity::{Granularity, Place};
use crate::profile::Profile;
use crate::tree::Tree;

/// The second blob. Lines are from 1, 0 is none; places in lists are from 0, -1 is none.
#[derive(Serialize)]
pub(super) struct Code<'a> {
    /// By file, in the order of the first blob's; null for what is not known.
    sources: &'a [Option<String>],
    wat: Option<Lines<'a>>,
    zkasm: Option<Lines<'a>>,
    /// Names of the functions that there are only inlined.
    inlined: Vec<&'a str>,
    operators: &'a [String],
    rules: &'a [String],
    causes: Vec<String>,
    /// `[file, line, column, inlined, inlined_at]`.
    locations: Vec<[i64; 5]>,
    /// `[cause, WAT line, location, operator, rule]`.
    contributions: Vec<[i64; 5]>,
    /// Per zkPC: contributions; the first pays.
    rows: Vec<&'a [u32]>,
    /// `[name, its first zkPC, the rows]` of the side table's functions.
    functions: Vec<(&'a str, u32, u32)>,
    /// The source's lines that ran.
    line: Values<[usize; 2]>,
    /// Lines of the WAT that ran.
    wasm: Values<u32>,
    /// zkPCs that ran.
    zkpc: Values<u64>,
}

/// A text.
#[derive(Serialize)]
struct Lines<'a> {
    file: &'a str,
    text: &'a str,
    /// Of a program: the line of each zkPC, as the difference to that of the one before.
    lines: Vec<i64>,
}

/// What was counted in places, by metric.
#[derive(Serialize)]
struct Values<K> {
    keys: Vec<K>,
    /// Of each metric: in each place itself.
    #[serde(rename = "self")]
    own: Vec<Vec<u64>>,
    /// Of each metric: with everything that was called there, once per stack; as how much that is more.
    more: Vec<Vec<u64>>,
}

impl<'a> Code<'a> {
    pub(super) fn new(input: &Input<'a>) -> Code<'a> {
        let Input { map, profile, .. } = *input;
        let wat = input.wat.map(|text| text.listing);
        let index = |id: Option<u32>| id.map_or(-1, i64::from);
        let mut causes: BTreeMap<String, i64> = BTreeMap::new();
        for contribution in &map.contributions {
            causes.entry(contribution.cause.to_string()).or_default();
        }
        for (id, value) in (0..).zip(causes.values_mut()) {
            *value = id;
        }
        let contributions = map.contributions.iter().map(|contribution| {
            let offset = contribution.wasm_offset.map(|offset| u64::from(offset.0));
            let line = offset.and_then(|offset| wat?.line(offset));
            [
                causes[&contribution.cause.to_string()],
                i64::from(line.unwrap_or(0)),
                index(contribution.location),
                index(contribution.operator),
                index(contribution.rule),
            ]
        });
        let contributions = contributions.collect();
        let mut functions: Vec<(&str, u32, u32)> = map
            .functions
            .iter()
            .map(|function| (function.name.name.as_str(), 0, 0))
            .collect();
        for block in &map.blocks {
            let (_, first, rows) = &mut functions[block.function.0 as usize];
            if *rows == 0 {
                *first = block.first;
            }
            *rows += block.rows;
        }
        let files: BTreeMap<&str, usize> = map.files.iter().map(String::as_str).zip(0..).collect();
        Code {
            sources: input.sources,
            wat: input.wat.map(|text| lines(text, 0)),
            zkasm: input.zkasm.map(|text| lines(text, map.rows.len())),
            inlined: map.inlined.iter().map(|name| name.name.as_str()).collect(),
            operators: &map.operators,
            rules: &map.rules,
            causes: causes.into_keys().collect(),
            locations: map
                .locations
                .iter()
                .map(|location| {
                    let (inlined, at) = (index(location.inlined), index(location.inlined_at));
                    let [file, line, column] =
                        [location.file, location.line, location.column].map(i64::from);
                    [file, line, column, inlined, at]
                })
                .collect(),
            contributions,
            rows: map
                .rows
                .iter()
                .map(|row| row.contributions.as_slice())
                .collect(),
            functions,
            line: values(profile, Granularity::Line, |place| match place {
                Place::Line(file, line) => {
                    let file = files.get(profile.text(file))?;
                    Some([*file, line as usize])
                }
                _ => None,
            }),
            wasm: values(profile, Granularity::Wasm, |place| match place {
                Place::Offset(offset) => wat?.line(offset),
                _ => None,
            }),
            zkpc: values(profile, Granularity::Zkasm, |place| match place {
                Place::Address(address) => Some(address),
                _ => None,
            }),
        }
    }
}

fn lines<'a>(text: Text<'a>, rows: usize) -> Lines<'a> {
    let Text { listing, text } = text;
    let mut last = 0;
    let line = |zkpc: usize| {
        let line = i64::from(listing.line(zkpc as u64).unwrap_or(0));
        let more = line - last;
        last = line;
        more
    };
    Lines {
        file: listing.file(),
        text,
        lines: (0..rows).map(line).collect(),
    }
}

/// What was counted in each place that a key names, in ascending order of the key.
fn values<K: Copy + Ord>(
    profile: &Profile,
    granularity: Granularity,
    key: impl Fn(Place) -> Option<K>,
) -> Values<K> {
    let tree = Tree::new(profile, profile.default_metric(), granularity);
    let metrics = profile.metrics().len();
    let keys: Vec<Option<K>> = tree
        .frames()
        .iter()
        .map(|(_, frame)| key(frame.place))
        .collect();
    let nodes = tree.iter().len();
    let mut own = vec![0; nodes * metrics];
    for sample in profile.samples() {
        let node = tree.of(sample.stack).index();
        let sums = &mut own[node * metrics..][..metrics];
        for (sum, value) in sums.iter_mut().zip(sample.values) {
            *sum += value;
        }
    }
    let mut all = own.clone();
    // Callers come first: from the last node on, each is complete when it is its turn.
    let parents: Vec<Option<usize>> = tree
        .iter()
        .map(|(_, node)| node.parent.map(|parent| parent.index()))
        .collect();
    for (node, parent) in parents.iter().enumerate().rev() {
        if let Some(parent) = parent {
            let (before, after) = all.split_at_mut(node * metrics);
            let sums = &mut before[parent * metrics..][..metrics];
            for (sum, value) in sums.iter_mut().zip(after) {
                *sum += *value;
            }
        }
    }
    let mut sums: BTreeMap<K, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
    for (id, node) in tree.iter() {
        let Some(key) = keys[node.frame.index()] else {
            continue;
        };
        let (own_sums, totals) = sums
            .entry(key)
            .or_insert_with(|| (vec![0; metrics], vec![0; metrics]));
        let values = id.index() * metrics..(id.index() + 1) * metrics;
        for (sum, value) in own_sums.iter_mut().zip(&own[values.clone()]) {
            *sum += value;
        }
        let mut callers = tree.path(id).skip(1);
        if !callers.any(|caller| keys[caller.frame.index()] == Some(key)) {
            for (sum, value) in totals.iter_mut().zip(&all[values]) {
                *sum += value;
            }
        }
    }
    let column = |metric: usize| {
        let of = move |(own, _): &(Vec<u64>, Vec<u64>)| own[metric];
        sums.values().map(of).collect::<Vec<u64>>()
    };
    let more = |metric: usize| {
        let of = move |(own, total): &(Vec<u64>, Vec<u64>)| total[metric] - own[metric];
        sums.values().map(of).collect::<Vec<u64>>()
    };
    Values {
        own: (0..metrics).map(column).collect(),
        more: (0..metrics).map(more).collect(),
        keys: sums.into_keys().collect(),
    }
}
