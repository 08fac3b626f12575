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
//! * A location's frames are its lines, innermost first; `is_folded` stays false. Locations that differ
//!   in their offsets only are one here.
//! * A function that has lines in several files (macros, included files) is there once per file;
//!   `start_line` belongs to the file that declares it. `system_name` is the mangled name and empty
//!   if there is none: Go would take an equal one for mangled and shorten the name that it shows.
//! * Labels `cause`, `operator` and `rule`: why the machine did the work, for which WASM operator, and
//!   which rule of the compiler made the instruction; each only where it is known.
//! * Texts are on one line each, and a function without a name is `[unnamed]`: pprof would take an empty
//!   name for none, and print another line for each.
//! * Comments are what the caller says of the run; `go tool pprof -comments` prints them.
//! * Times are 0. The gzip header has no time, no name, and an unknown system.
//!
//! # Order
//!
//! Strings, functions and locations ascend by content, with ids from 1; samples are in the
//! profile's order, leaf first each. The same profile gives the same bytes.

mod strings;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use ::pprof::protos::{self, Message};
use flate2::{Compression, GzBuilder};

use crate::error::Error;
use crate::profile::{Function, Labels, Profile};
use strings::Strings;

/// gzip's code for an unknown operating system.
const UNKNOWN_SYSTEM: u8 = 255;
/// How many bytes are written at once.
const PIECE: usize = 1 << 16;
/// The id of the only mapping.
const MAPPING: u64 = 1;

/// A profile as a pprof file (`.pb.gz`).
///
/// # Errors
/// Only if compressing to memory fails.
pub fn to_pprof(profile: &Profile) -> Result<Vec<u8>, Error> {
    to_commented_pprof(profile, &[])
}

/// The same with comments, a line each.
///
/// # Errors
/// Only if compressing to memory fails.
pub fn to_commented_pprof(profile: &Profile, comments: &[String]) -> Result<Vec<u8>, Error> {
    let mut gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(UNKNOWN_SYSTEM)
        .write(Vec::new(), Compression::best());
    let written = write(profile, comments, &mut gzip).and_then(|()| gzip.finish());
    written.map_err(|source| Error::Write {
        what: "the pprof file",
        source,
    })
}

/// A profile as a `profile.proto` message, not compressed.
///
/// # Panics
/// Never: memory takes whatever is written.
pub fn to_proto(profile: &Profile) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(profile, &[], &mut bytes).expect("memory can be written to");
    bytes
}

/// Writes the message in pieces: of the samples there may be millions.
fn write(profile: &Profile, comments: &[String], out: &mut impl Write) -> io::Result<()> {
    let functions = function_ids(profile);
    let strings = Strings::new(profile, functions.keys(), comments);
    let locations = Locations::new(profile, &functions);
    let default = &profile.metrics()[profile.default_metric().index()];
    let message = protos::Profile {
        sample_type: profile
            .metrics()
            .iter()
            .map(|m| strings.metric(m))
            .collect(),
        mapping: vec![mapping(profile, &functions, &strings)],
        function: functions
            .iter()
            .map(|(function, &id)| function_message(&strings, function, id))
            .collect(),
        string_table: strings.table(),
        period_type: Some(strings.metric(default)),
        period: 1,
        default_sample_type: strings.text(&default.name),
        comment: comments
            .iter()
            .map(|comment| strings.text(comment))
            .collect(),
        // Samples and locations follow.
        ..protos::Profile::default()
    };
    out.write_all(&message.encode_to_vec())?;
    let mut bytes = Vec::new();
    for sample in profile.samples() {
        wire::push_sample(
            &mut bytes,
            &sample_message(profile, sample, &locations, &strings),
        );
        flush(&mut bytes, out)?;
    }
    for (id, key) in (1..).zip(&locations.list) {
        let head = protos::Location {
            id,
            mapping_id: key.address.map_or(0, |_| MAPPING),
            address: key.address.unwrap_or(0),
            ..protos::Location::default()
        };
        let lines = key.lines.iter().map(|&(function_id, line, column)| {
            let message = protos::Line {
                function_id,
                line: i64::from(line),
            };
            (message, column)
        });
        wire::push_location(&mut bytes, &head, lines);
        flush(&mut bytes, out)?;
    }
    out.write_all(&bytes)
}

/// Passes on what is there, once it is enough.
fn flush(bytes: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    if bytes.len() >= PIECE {
        out.write_all(bytes)?;
        bytes.clear();
    }
    Ok(())
}

fn sample_message(
    profile: &Profile,
    sample: crate::profile::Sample<'_>,
    locations: &Locations,
    strings: &Strings,
) -> protos::Sample {
    let values = Labels::NAMES.into_iter().zip(sample.labels.values());
    let known = values.filter_map(|(name, value)| Some((name, value?)));
    let label = known.map(|(name, value)| protos::Label {
        key: strings.text(name),
        str: strings.id(value),
        ..protos::Label::default()
    });
    protos::Sample {
        location_id: profile
            .stack(sample.stack)
            .map(|id| locations.ids[id.index()])
            .collect(),
        // A profile's values fit: no total is above 2^63 - 1.
        value: sample.values.iter().map(|&value| value as i64).collect(),
        label: label.collect(),
    }
}

/// A location as the format has it: no offset, and functions by id with line and column.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Place {
    address: Option<u64>,
    lines: Vec<(u64, u32, u32)>,
}

/// The locations, each once.
struct Locations {
    list: Vec<Place>,
    /// For each location of the profile its id, from 1.
    ids: Vec<u64>,
}

impl Locations {
    fn new(profile: &Profile, functions: &BTreeMap<Function, u64>) -> Locations {
        let mut list: Vec<Place> = Vec::new();
        let mut known: HashMap<Place, u64> = HashMap::new();
        let ids = profile.locations().iter().map(|location| {
            let lines = location.lines.iter().map(|line| {
                let function = functions[&profile.function_at(line)];
                (function, line.line, line.column)
            });
            let place = Place {
                address: location.address,
                lines: lines.collect(),
            };
            *known.entry(place).or_insert_with_key(|place| {
                list.push(place.clone());
                list.len() as u64
            })
        });
        let ids = ids.collect();
        Locations { list, ids }
    }
}

fn mapping(
    profile: &Profile,
    functions: &BTreeMap<Function, u64>,
    strings: &Strings,
) -> protos::Mapping {
    let image = profile.image();
    let mut lines = profile.locations().iter().flat_map(|l| &l.lines);
    protos::Mapping {
        id: MAPPING,
        memory_start: 0,
        memory_limit: image.limit,
        filename: strings.text(&image.name),
        build_id: strings.text(&image.build_id),
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

fn function_message(strings: &Strings, function: &Function, id: u64) -> protos::Function {
    let string = |id: Option<_>| id.map_or(0, |id| strings.id(id));
    protos::Function {
        id,
        name: string(Some(function.name)),
        system_name: string(function.system_name),
        filename: string(function.file),
        start_line: i64::from(function.start_line),
    }
}
