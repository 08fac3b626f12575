//! pprof files: `profile.proto`, compressed by gzip, as `go tool pprof` and many viewers read it.
//!
//! # What stands where
//!
//! * Sample types are the profile's metrics in their order; `default_sample_type` is the profile's.
//!   `period` is 1 of the default metric: everything was counted, nothing sampled.
//! * One mapping: the image's name and build id, from 0 to its limit. Its `has_*` flags say what
//!   the locations in fact have.
//! * An address is the zkPC itself, and 0 is an address like any other: the program's first row.
//!   Where only the function is known there is none, and the location has no mapping either.
//! * A location's frames are its lines, innermost first; `is_folded` stays false.
//! * A function that has lines in several files (macros, included files) is there once per file;
//!   `start_line` belongs to the file that declares it. `system_name` is the mangled name and empty
//!   if there is none: Go would take an equal one for mangled and shorten the name that it shows.
//! * Labels `cause`, `operator` and `rule`: why the machine did the work, for which WASM operator, and
//!   which rule of the compiler made the instruction; each only where it is known.
//! * Times are 0. The gzip header has no time, no name, and an unknown system.
//!
//! # Order
//!
//! Strings, functions and locations ascend by content, with ids from 1; samples are in the
//! profile's order, leaf first each. The same profile gives the same bytes.

mod wire;

use std::collections::BTreeMap;
use std::io::Write;

use ::pprof::protos::{self, Message};
use flate2::{Compression, GzBuilder};

use crate::error::Error;
use crate::profile::{Function, Labels, Metric, Profile};

/// gzip's code for an unknown operating system.
const UNKNOWN_SYSTEM: u8 = 255;
/// The id of the only mapping.
const MAPPING: u64 = 1;

/// A profile as a pprof file (`.pb.gz`).
///
/// # Errors
/// Only if compressing to memory fails.
pub fn to_pprof(profile: &Profile) -> Result<Vec<u8>, Error> {
    let write = |source| Error::Write {
        what: "the pprof file",
        source,
    };
    let mut gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(UNKNOWN_SYSTEM)
        .write(Vec::new(), Compression::best());
    gzip.write_all(&to_proto(profile)).map_err(write)?;
    gzip.finish().map_err(write)
}

/// A profile as a `profile.proto` message, not compressed.
pub fn to_proto(profile: &Profile) -> Vec<u8> {
    let strings = Strings::new(profile);
    let functions = function_ids(profile);
    let default = &profile.metrics()[profile.default_metric().index()];
    let message = protos::Profile {
        sample_type: profile
            .metrics()
            .iter()
            .map(|m| strings.metric(m))
            .collect(),
        sample: samples(profile, &strings),
        mapping: vec![mapping(profile, &functions, &strings)],
        function: functions
            .iter()
            .map(|(function, &id)| function_message(profile, &strings, function, id))
            .collect(),
        string_table: strings.0.keys().map(|&text| text.to_owned()).collect(),
        period_type: Some(strings.metric(default)),
        period: 1,
        default_sample_type: strings.id(&default.name),
        // Locations follow: they have columns.
        ..protos::Profile::default()
    };
    let mut bytes = message.encode_to_vec();
    for (index, location) in profile.locations().iter().enumerate() {
        let head = protos::Location {
            id: index as u64 + 1,
            mapping_id: location.address.map_or(0, |_| MAPPING),
            address: location.address.unwrap_or(0),
            ..protos::Location::default()
        };
        let lines = location.lines.iter().map(|line| {
            let message = protos::Line {
                function_id: functions[&profile.function_at(line)],
                line: i64::from(line.line),
            };
            (message, line.column)
        });
        wire::push_location(&mut bytes, &head, lines);
    }
    bytes
}

fn samples(profile: &Profile, strings: &Strings<'_>) -> Vec<protos::Sample> {
    let labels = |labels: Labels| {
        let values = Labels::NAMES.into_iter().zip(labels.values());
        let known = values.filter_map(|(name, value)| Some((name, value?)));
        let label = known.map(|(name, value)| protos::Label {
            key: strings.id(name),
            str: strings.id(profile.text(value)),
            ..protos::Label::default()
        });
        label.collect()
    };
    let sample = |sample: crate::profile::Sample<'_>| protos::Sample {
        location_id: profile
            .stack(sample.stack)
            .map(|id| id.index() as u64 + 1)
            .collect(),
        // A profile's values fit: no total is above 2^63 - 1.
        value: sample.values.iter().map(|&value| value as i64).collect(),
        label: labels(sample.labels),
    };
    profile.samples().map(sample).collect()
}

fn mapping(
    profile: &Profile,
    functions: &BTreeMap<Function, u64>,
    strings: &Strings<'_>,
) -> protos::Mapping {
    let image = profile.image();
    let mut lines = profile.locations().iter().flat_map(|l| &l.lines);
    protos::Mapping {
        id: MAPPING,
        memory_start: 0,
        memory_limit: image.limit,
        filename: strings.id(&image.name),
        build_id: strings.id(&image.build_id),
        has_functions: !functions.is_empty(),
        has_filenames: functions.keys().any(|function| function.file.is_some()),
        has_line_numbers: lines.any(|line| line.line != 0),
        has_inline_frames: profile.locations().iter().any(|l| l.lines.len() > 1),
        ..protos::Mapping::default()
    }
}

/// The functions of every location, with their ids in ascending order of content.
fn function_ids(profile: &Profile) -> BTreeMap<Function, u64> {
    let lines = profile.locations().iter().flat_map(|l| &l.lines);
    let mut functions: BTreeMap<Function, u64> =
        lines.map(|line| (profile.function_at(line), 0)).collect();
    for (id, value) in (1..).zip(functions.values_mut()) {
        *value = id;
    }
    functions
}

fn function_message(
    profile: &Profile,
    strings: &Strings<'_>,
    function: &Function,
    id: u64,
) -> protos::Function {
    let string = |id: Option<_>| id.map_or(0, |id| strings.id(profile.text(id)));
    protos::Function {
        id,
        name: string(Some(function.name)),
        system_name: string(function.system_name),
        filename: string(function.file),
        start_line: i64::from(function.start_line),
    }
}

/// The string table: sorted, so the empty string comes first, as the format asks.
struct Strings<'a>(BTreeMap<&'a str, i64>);

impl<'a> Strings<'a> {
    fn new(profile: &'a Profile) -> Strings<'a> {
        let metrics = profile.metrics().iter();
        let functions = function_ids(profile);
        let names = functions
            .keys()
            .flat_map(|f| [Some(f.name), f.system_name, f.file])
            .chain(profile.samples().flat_map(|sample| sample.labels.values()))
            .flatten()
            .map(|id| profile.text(id));
        let image = profile.image();
        let texts = metrics
            .flat_map(|metric: &Metric| [metric.name.as_str(), metric.unit.as_str()])
            .chain(
                ["", &image.name, &image.build_id]
                    .into_iter()
                    .chain(Labels::NAMES),
            )
            .chain(names);
        let mut table: BTreeMap<&str, i64> = texts.map(|text| (text, 0)).collect();
        for (id, value) in (0..).zip(table.values_mut()) {
            *value = id;
        }
        Strings(table)
    }

    /// The place of a string.
    ///
    /// # Panics
    /// If it was not collected.
    fn id(&self, text: &str) -> i64 {
        self.0[text]
    }

    fn metric(&self, metric: &Metric) -> protos::ValueType {
        protos::ValueType {
            ty: self.id(&metric.name),
            unit: self.id(&metric.unit),
        }
    }
}
