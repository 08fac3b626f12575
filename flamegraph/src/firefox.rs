//! Profiles for the Firefox Profiler: JSON in its processed format, [`VERSION`].
//!
//! # What stands where
//!
//! * A thread per metric that counted something, called like it; all share the tables. Weights are
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

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::causes::Family;
use crate::error::Error;
use crate::profile::{Function, Location, LocationId, MetricId, Profile, StringId};

/// The version of the processed format. The profiler reads this one and every older one.
pub const VERSION: u32 = 70;
/// The version of the Gecko format, of which nothing is written.
const GECKO_VERSION: u32 = 36;

/// A profile as a file of the Firefox Profiler.
///
/// # Errors
/// If nothing was counted in any metric.
pub fn to_json(profile: &Profile) -> Result<String, Error> {
    let metrics: Vec<MetricId> = (0..profile.metrics().len())
        .map(MetricId::new)
        .filter(|&metric| profile.total(metric) != 0)
        .collect();
    let default = profile.default_metric();
    if metrics.is_empty() {
        return Err(Error::Empty {
            metric: profile.metrics()[default.index()].name.clone(),
        });
    }
    let categories = Categories::new(profile);
    let mut tables = Tables::new(profile, &categories);
    let stacks: Vec<usize> = profile
        .samples()
        .map(|sample| tables.sample(sample.stack, sample.labels.cause))
        .collect();
    let threads: Vec<Value> = metrics
        .iter()
        .enumerate()
        .map(|(tid, &metric)| thread(profile, tid, metric, &stacks))
        .collect();
    let selected = metrics.iter().position(|&metric| metric == default);
    let image = profile.image();
    let file = json!({
        "meta": {
            "categories": categories.list,
            "importedFrom": "zkasm-profile",
            "initialSelectedThreads": [selected.unwrap_or(0)],
            "initialVisibleThreads": (0..metrics.len()).collect::<Vec<_>>(),
            "interval": 1,
            "keepProfileThreadOrder": true,
            "markerSchema": [],
            "preprocessedProfileVersion": VERSION,
            "processType": 0,
            "product": image.name,
            "sourceCodeIsNotOnSearchfox": true,
            "stackwalk": 1,
            "startTime": 0,
            "symbolicated": true,
            "symbolicationNotSupported": true,
            "usesOnlyOneStackType": true,
            "version": GECKO_VERSION,
        },
        "libs": [{
            "arch": "",
            "name": image.name,
            "path": image.name,
            "debugName": image.name,
            "debugPath": image.name,
            "breakpadId": image.build_id,
            "codeId": null,
        }],
        "shared": tables.into_json(),
        "threads": threads,
    });
    Ok(format!("{file}\n"))
}

fn thread(profile: &Profile, tid: usize, metric: MetricId, stacks: &[usize]) -> Value {
    let samples = profile.samples().zip(stacks);
    let samples = samples.map(|(sample, &stack)| (sample.values[metric.index()], stack));
    let (weights, stacks): (Vec<u64>, Vec<usize>) =
        samples.filter(|&(value, _)| value != 0).unzip();
    json!({
        "name": profile.metrics()[metric.index()].name,
        "processName": profile.image().name,
        "processType": "default",
        "isMainThread": false,
        "pid": "0",
        "tid": tid,
        "registerTime": 0,
        "unregisterTime": null,
        "processStartupTime": 0,
        "processShutdownTime": null,
        "pausedRanges": [],
        "markers": {
            "data": [], "name": [], "startTime": [], "endTime": [], "phase": [], "category": [],
            "length": 0,
        },
        "samples": {
            "length": stacks.len(),
            "time": vec![0; stacks.len()],
            "stack": stacks,
            "weight": weights,
            "weightType": "samples",
        },
    })
}

/// The categories of causes; the first is that of frames without one.
struct Categories {
    list: Vec<Value>,
    of: HashMap<StringId, (usize, usize)>,
}

impl Categories {
    fn new(profile: &Profile) -> Categories {
        let causes: BTreeSet<StringId> = profile.samples().filter_map(|s| s.labels.cause).collect();
        // A cause `a:b` is the subcategory b of a. Ids compare like their strings.
        let mut named: Vec<(&str, Vec<&str>)> = vec![("Other", vec!["Other"])];
        let mut of = HashMap::new();
        for &cause in &causes {
            let text = profile.text(cause);
            let (name, sub) = text.split_once(':').unwrap_or((text, ""));
            let known = named.iter().skip(1).position(|(known, _)| *known == name);
            let category = known.map_or(named.len(), |index| index + 1);
            if known.is_none() {
                named.push((name, vec!["Other"]));
            }
            let subs = &mut named[category].1;
            if !sub.is_empty() {
                subs.push(sub);
            }
            let place = if sub.is_empty() { 0 } else { subs.len() - 1 };
            of.insert(cause, (category, place));
        }
        let list = named.iter().enumerate().map(|(index, (name, subs))| {
            let color = match index {
                0 => "grey",
                _ => Family::of(name).firefox(),
            };
            json!({"name": name, "color": color, "subcategories": subs})
        });
        Categories {
            list: list.collect(),
            of,
        }
    }
}

/// A frame of the file: a location, its place in the inline chain from the outermost, and the cause.
type FrameKey = (LocationId, usize, Option<StringId>);

/// The tables that all threads share.
struct Tables<'a> {
    profile: &'a Profile,
    categories: &'a Categories,
    strings: Ids<String>,
    sources: Ids<StringId>,
    functions: Ids<Function>,
    frames: Ids<FrameKey>,
    /// The caller's stack and the frame.
    stacks: Ids<(Option<usize>, usize)>,
    /// For each stack of the profile, the one of it as a caller, once it is needed.
    callers: Vec<Option<usize>>,
}

impl<'a> Tables<'a> {
    fn new(profile: &'a Profile, categories: &'a Categories) -> Tables<'a> {
        let mut tables = Tables {
            profile,
            categories,
            strings: Ids::default(),
            sources: Ids::default(),
            functions: Ids::default(),
            frames: Ids::default(),
            stacks: Ids::default(),
            callers: Vec::with_capacity(profile.stacks().len()),
        };
        let has_callees: BTreeSet<usize> = (profile.stacks().iter())
            .filter_map(|stack| Some(stack.parent?.index()))
            .collect();
        for (index, stack) in profile.stacks().iter().enumerate() {
            let caller = stack
                .parent
                .and_then(|parent| tables.callers[parent.index()]);
            let own = has_callees.contains(&index);
            let own = own.then(|| tables.chain(caller, stack.location, None));
            tables.callers.push(own);
        }
        tables
    }

    /// The stack of a sample.
    fn sample(&mut self, stack: crate::profile::StackId, cause: Option<StringId>) -> usize {
        let stack = self.profile.stacks()[stack.index()];
        let caller = stack.parent.and_then(|parent| self.callers[parent.index()]);
        self.chain(caller, stack.location, cause)
    }

    /// The stack of a location's frames inside of a caller's.
    fn chain(
        &mut self,
        caller: Option<usize>,
        location: LocationId,
        cause: Option<StringId>,
    ) -> usize {
        let depths = self.profile.location(location).lines.len();
        let mut stack = caller;
        for depth in 0..depths {
            let cause = cause.filter(|_| depth + 1 == depths);
            let frame = self.frames.id((location, depth, cause));
            stack = Some(self.stacks.id((stack, frame)));
        }
        stack.expect("a location has a frame")
    }

    fn into_json(mut self) -> Value {
        let frames = std::mem::take(&mut self.frames).list;
        let location = |key: &FrameKey| -> &'a Location { self.profile.location(key.0) };
        let line = |key: &FrameKey| {
            let lines = &location(key).lines;
            &lines[lines.len() - 1 - key.1]
        };
        let functions: Vec<usize> = frames
            .iter()
            .map(|key| {
                let function = self.profile.function_at(line(key));
                self.functions.id(Function {
                    system_name: None,
                    ..function
                })
            })
            .collect();
        let category = |key: &FrameKey| key.2.map_or((0, 0), |cause| self.categories.of[&cause]);
        let known = |number: u32| (number != 0).then_some(number);
        let frame_table = json!({
            "length": frames.len(),
            "address": frames.iter().map(|f| address(location(f))).collect::<Vec<_>>(),
            "lib": frames.iter().map(|f| address(location(f)).min(0)).collect::<Vec<_>>(),
            "inlineDepth": frames.iter().map(|f| f.1).collect::<Vec<_>>(),
            "category": frames.iter().map(|f| category(f).0).collect::<Vec<_>>(),
            "subcategory": frames.iter().map(|f| category(f).1).collect::<Vec<_>>(),
            "func": functions,
            "nativeSymbol": nulls(frames.len()),
            "innerWindowID": vec![0; frames.len()],
            "line": frames.iter().map(|f| known(line(f).line)).collect::<Vec<_>>(),
            "column": frames.iter().map(|f| known(line(f).column)).collect::<Vec<_>>(),
            "originalLocation": nulls(frames.len()),
        });
        let stacks = self.stacks.list.iter().enumerate();
        let offsets = stacks.map(|(index, (caller, _))| caller.map_or(0, |caller| index - caller));
        let stack_table = json!({
            "length": self.stacks.list.len(),
            "frame": self.stacks.list.iter().map(|(_, frame)| *frame).collect::<Vec<_>>(),
            "prefixOffset": offsets.collect::<Vec<_>>(),
        });
        let (strings, sources, profile) = (&mut self.strings, &mut self.sources, self.profile);
        let functions = &self.functions.list;
        let mut string = |text: &str| strings.id(text.to_owned());
        let func_table = json!({
            "length": functions.len(),
            "name": functions.iter().map(|f| string(profile.text(f.name))).collect::<Vec<_>>(),
            "isJS": vec![false; functions.len()],
            "relevantForJS": vec![false; functions.len()],
            "resource": vec![0; functions.len()],
            "source": functions.iter().map(|f| f.file.map(|f| sources.id(f))).collect::<Vec<_>>(),
            "lineNumber": functions.iter().map(|f| known(f.start_line)).collect::<Vec<_>>(),
            "columnNumber": nulls(functions.len()),
            "originalLocation": nulls(functions.len()),
        });
        let files = &sources.list;
        let source_table = json!({
            "length": files.len(),
            "id": nulls(files.len()),
            "filename": files.iter().map(|&f| string(profile.text(f))).collect::<Vec<_>>(),
            "startLine": vec![1; files.len()],
            "startColumn": vec![1; files.len()],
            "sourceMapURL": nulls(files.len()),
            "content": nulls(files.len()),
        });
        let image = string(&profile.image().name);
        json!({
            "stackTable": stack_table,
            "frameTable": frame_table,
            "funcTable": func_table,
            "resourceTable": {"length": 1, "name": [image], "host": [null], "type": [1]},
            "nativeSymbols":
                {"length": 0, "libIndex": [], "address": [], "name": [], "functionSize": []},
            "sources": source_table,
            "sourceLocationTable": {"length": 0, "source": [], "line": [], "column": []},
            "stringArray": strings.list,
        })
    }
}

/// The address of a location; -1 if it has none.
fn address(location: &Location) -> i64 {
    let address = location.address.map(i64::try_from);
    address.and_then(Result::ok).unwrap_or(-1)
}

fn nulls(count: usize) -> Vec<Value> {
    vec![Value::Null; count]
}

/// Things in the order of their arrival, each once.
struct Ids<T> {
    list: Vec<T>,
    ids: HashMap<T, usize>,
}

impl<T> Default for Ids<T> {
    fn default() -> Ids<T> {
        Ids {
            list: Vec::new(),
            ids: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Ids<T> {
    fn id(&mut self, thing: T) -> usize {
        if let Some(&id) = self.ids.get(&thing) {
            return id;
        }
        let id = self.list.len();
        self.list.push(thing.clone());
        self.ids.insert(thing, id);
        id
    }
}
