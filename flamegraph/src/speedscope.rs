//! Profiles for speedscope: JSON in its own file format, whose schema is
//! <https://www.speedscope.app/file-format-schema.json>.
//!
//! # What stands where
//!
//! * A `sampled` profile per metric that is asked for and counted something, called like it. Weights are
//!   counts, the unit is `none`. Samples are stacks, each once, callers first; nothing was timed, so their
//!   order says nothing.
//! * What speedscope tells apart, and adds up in its tables, is a frame: so frames are those of a
//!   [`Granularity`]. Inlined functions are frames of their own.
//! * A frame has its function's name. By function, `file` and `line` are those of the declaration; by
//!   line, those of the line; by offset and address the name has the place, and there is no line.
//!
//! speedscope calculates with doubles: counts above 2^53 are shown rounded.

use crate::error::Error;
use crate::granularity::{Frame, Granularity, Place};
use crate::json;
use crate::profile::{MetricId, Profile};
use crate::text::one_line;
use crate::tree::{Node, Tree};

/// The schema of the format, which every file names.
pub const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

/// A profile as a file of speedscope, called `name`, with some metrics, as far as they counted something.
///
/// # Errors
/// If nothing was counted in any of them.
///
/// # Panics
/// If a metric is not of this profile.
pub fn to_json(
    profile: &Profile,
    granularity: Granularity,
    metrics: &[MetricId],
    name: &str,
) -> Result<String, Error> {
    let counted = metrics.iter().copied();
    let counted: Vec<MetricId> = counted.filter(|&id| profile.total(id) != 0).collect();
    let default = profile.default_metric();
    let Some(&first) = counted.first() else {
        let metric = metrics.first().copied().unwrap_or(default);
        return Err(Error::Empty {
            metric: profile.metrics()[metric.index()].name.clone(),
        });
    };
    let active = counted.iter().position(|&metric| metric == default);
    // The frames are the same for every metric.
    let frames = Tree::new(profile, first, granularity);
    Ok(json::file(|file| {
        file.field("$schema", SCHEMA);
        file.field("exporter", "zkasm-profile");
        file.field("name", one_line(name));
        file.field("activeProfileIndex", active.unwrap_or(0));
        file.object("shared", |shared| {
            let frames = frames.frames().iter();
            shared.objects("frames", frames, |object, (_, frame)| {
                let (name, place) = shown(profile, frame);
                object.field("name", name);
                if let Some((file, line)) = place {
                    object.field("file", one_line(file));
                    if line != 0 {
                        object.field("line", line);
                    }
                }
            });
        });
        file.objects("profiles", &counted, |object, &metric| {
            let tree = Tree::new(profile, metric, granularity);
            let own = || tree.iter().filter(|(_, node)| node.self_value != 0);
            object.field("type", "sampled");
            object.field("name", &profile.metrics()[metric.index()].name);
            object.field("unit", "none");
            object.field("startValue", 0);
            object.field("endValue", profile.total(metric));
            object.list(
                "samples",
                own().map(|(id, _)| {
                    let index = |node: &Node| node.frame.index();
                    let mut stack: Vec<usize> = tree.path(id).map(index).collect();
                    stack.reverse();
                    stack
                }),
            );
            object.list("weights", own().map(|(_, node)| node.self_value));
        });
    }))
}

/// A frame's name, and its file and line, 0 if unknown.
fn shown<'a>(profile: &'a Profile, frame: &Frame) -> (String, Option<(&'a str, u32)>) {
    let function = profile.function(frame.function);
    let declared = function.file.map(|file| profile.text(file));
    let name = one_line(profile.function_name(frame.function));
    match frame.place {
        Place::Function => (name, declared.map(|file| (file, function.start_line))),
        Place::Line(file, line) => (name, Some((profile.text(file), line))),
        Place::NoSource => (name, declared.map(|file| (file, 0))),
        Place::Offset(_) | Place::Address(_) => {
            let label = one_line(&frame.label(profile));
            (label, declared.map(|file| (file, 0)))
        }
    }
}
