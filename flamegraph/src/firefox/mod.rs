//! Profiles for the Firefox Profiler: JSON in its processed format, [`VERSION`].
//!
//! # What stands where
//!
//! * A thread per metric that is asked for and counted something, called like it; all share the tables. Weights are
//!   counts, `weightType` is `samples`. Nothing was timed: every sample stands at time 0, so the
//!   timeline says nothing.
//! * Functions are by name, file and declaration; frames have the line and column in them, the zkPC
//!   as address and their place in the inline chain as `inlineDepth`. The only library is the image.
//! * A sample's innermost frame has its cause as category; a routine of the runtime is a subcategory
//!   of `runtime`. Callers have the category `Other`, for the format gives a frame one category and
//!   a caller's own causes are those of other samples.
//!
//! The rules are those of `src/types/profile.ts` and `docs-developer/CHANGELOG-formats.md` of the
//! profiler. It calculates with doubles: counts above 2^53 are shown rounded.

mod tables;

use crate::error::Error;
use crate::json::{self, Object};
use crate::profile::{MetricId, Profile};
use crate::text::one_line;
use tables::{Categories, NULL, Tables};

/// The version of the processed format. The profiler reads this one and every older one.
pub const VERSION: u32 = 70;
/// The version of the Gecko format, of which nothing is written.
const GECKO_VERSION: u32 = 36;

/// A profile as a file of the Firefox Profiler, called `name`, with some metrics, as far as they counted something.
///
/// # Errors
/// If nothing was counted in any of them.
///
/// # Panics
/// If a metric is not of this profile.
pub fn to_json(profile: &Profile, metrics: &[MetricId], name: &str) -> Result<String, Error> {
    let counted = metrics.iter().copied();
    let counted: Vec<MetricId> = counted.filter(|&id| profile.total(id) != 0).collect();
    let default = profile.default_metric();
    if counted.is_empty() {
        let metric = metrics.first().copied().unwrap_or(default);
        return Err(Error::Empty {
            metric: profile.metrics()[metric.index()].name.clone(),
        });
    }
    let categories = Categories::new(profile);
    let mut tables = Tables::new(profile, &categories);
    let stacks: Vec<usize> = profile
        .samples()
        .map(|sample| tables.sample(sample.stack, sample.labels.cause))
        .collect();
    let selected = counted.iter().position(|&metric| metric == default);
    let image = profile.image();
    let name = one_line(name);
    let file_name = one_line(&image.name);
    Ok(json::file(|file| {
        file.object("meta", |meta| {
            meta.objects("categories", &categories.list, |object, category| {
                object.field("name", category.name);
                object.field("color", category.color);
                object.list("subcategories", &category.subs);
            });
            meta.field("importedFrom", "zkasm-profile");
            meta.list("initialSelectedThreads", [selected.unwrap_or(0)]);
            meta.list("initialVisibleThreads", 0..counted.len());
            meta.field("interval", 1);
            meta.field("keepProfileThreadOrder", true);
            meta.list::<()>("markerSchema", []);
            meta.field("preprocessedProfileVersion", VERSION);
            meta.field("processType", 0);
            meta.field("product", &name);
            meta.field("sourceCodeIsNotOnSearchfox", true);
            meta.field("stackwalk", 1);
            meta.field("startTime", 0);
            meta.field("symbolicated", true);
            meta.field("symbolicationNotSupported", true);
            meta.field("usesOnlyOneStackType", true);
            meta.field("version", GECKO_VERSION);
        });
        file.objects("libs", [image], |lib, image| {
            lib.field("arch", "");
            for field in ["name", "path", "debugName", "debugPath"] {
                lib.field(field, &file_name);
            }
            lib.field("breakpadId", &image.build_id);
            lib.field("codeId", NULL);
        });
        file.object("shared", |shared| tables.write(shared));
        file.objects(
            "threads",
            counted.iter().enumerate(),
            |object, (tid, &metric)| {
                thread(object, profile, &name, tid, metric, &stacks);
            },
        );
    }))
}

fn thread(
    thread: &mut Object<'_>,
    profile: &Profile,
    process: &str,
    tid: usize,
    metric: MetricId,
    stacks: &[usize],
) {
    let samples = || {
        let samples = profile.samples().zip(stacks);
        let samples = samples.map(|(sample, &stack)| (sample.values[metric.index()], stack));
        samples.filter(|&(value, _)| value != 0)
    };
    thread.field("name", &profile.metrics()[metric.index()].name);
    thread.field("processName", process);
    thread.field("processType", "default");
    thread.field("isMainThread", false);
    thread.field("pid", "0");
    thread.field("tid", tid);
    thread.field("registerTime", 0);
    thread.field("unregisterTime", NULL);
    thread.field("processStartupTime", 0);
    thread.field("processShutdownTime", NULL);
    thread.list::<()>("pausedRanges", []);
    thread.object("markers", |markers| {
        for column in ["data", "name", "startTime", "endTime", "phase", "category"] {
            markers.list::<()>(column, []);
        }
        markers.field("length", 0);
    });
    thread.object("samples", |table| {
        table.field("length", samples().count());
        table.list("time", samples().map(|_| 0));
        table.list("stack", samples().map(|(_, stack)| stack));
        table.list("weight", samples().map(|(value, _)| value));
        table.field("weightType", "samples");
    });
}
