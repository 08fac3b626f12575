//! The tables that all threads share.

use std::collections::{BTreeSet, HashMap};

use crate::causes::Family;
use crate::json::Object;
use crate::profile::{Function, Location, LocationId, Profile, StackId, StringId};
use crate::text::one_line;

/// What is not known.
pub(super) const NULL: Option<u32> = None;

/// A category of the file.
pub(super) struct Category<'a> {
    pub(super) name: &'a str,
    pub(super) color: &'static str,
    pub(super) subs: Vec<&'a str>,
}

/// The categories of causes; the first is that of frames without one.
pub(super) struct Categories<'a> {
    pub(super) list: Vec<Category<'a>>,
    of: HashMap<StringId, (usize, usize)>,
}

impl<'a> Categories<'a> {
    pub(super) fn new(profile: &'a Profile) -> Categories<'a> {
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
        let named = named.into_iter().enumerate();
        let list = named.map(|(index, (name, subs))| {
            let color = match index {
                0 => "grey",
                _ => Family::of(name).firefox(),
            };
            Category { name, color, subs }
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
pub(super) struct Tables<'a> {
    profile: &'a Profile,
    categories: &'a Categories<'a>,
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
    pub(super) fn new(profile: &'a Profile, categories: &'a Categories<'a>) -> Tables<'a> {
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
    pub(super) fn sample(&mut self, stack: StackId, cause: Option<StringId>) -> usize {
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

    /// Writes the tables.
    pub(super) fn write(&mut self, shared: &mut Object<'_>) {
        let profile = self.profile;
        let frames = std::mem::take(&mut self.frames).list;
        let location = |key: &FrameKey| -> &'a Location { profile.location(key.0) };
        let line = |key: &FrameKey| {
            let lines = &location(key).lines;
            &lines[lines.len() - 1 - key.1]
        };
        let functions: Vec<usize> = frames
            .iter()
            .map(|key| {
                let function = profile.function_at(line(key));
                self.functions.id(Function {
                    system_name: None,
                    ..function
                })
            })
            .collect();
        let category = |key: &FrameKey| key.2.map_or((0, 0), |cause| self.categories.of[&cause]);
        let known = |number: u32| (number != 0).then_some(number);
        shared.object("stackTable", |table| {
            let stacks = &self.stacks.list;
            let offset = |(index, (caller, _)): (usize, &(Option<usize>, usize))| {
                caller.map_or(0, |caller| index - caller)
            };
            table.field("length", stacks.len());
            table.list("frame", stacks.iter().map(|(_, frame)| frame));
            table.list("prefixOffset", stacks.iter().enumerate().map(offset));
        });
        shared.object("frameTable", |table| {
            table.field("length", frames.len());
            table.list("address", frames.iter().map(|f| address(location(f))));
            table.list("lib", frames.iter().map(|f| address(location(f)).min(0)));
            table.list("inlineDepth", frames.iter().map(|f| f.1));
            table.list("category", frames.iter().map(|f| category(f).0));
            table.list("subcategory", frames.iter().map(|f| category(f).1));
            table.list("func", &functions);
            table.list("nativeSymbol", nulls(frames.len()));
            table.list("innerWindowID", frames.iter().map(|_| 0));
            table.list("line", frames.iter().map(|f| known(line(f).line)));
            table.list("column", frames.iter().map(|f| known(line(f).column)));
            table.list("originalLocation", nulls(frames.len()));
        });
        let (strings, sources) = (&mut self.strings, &mut self.sources);
        let functions = &self.functions.list;
        let mut string = |text: &str| strings.id(one_line(text));
        shared.object("funcTable", |table| {
            let files = functions
                .iter()
                .map(|f| f.file.map(|file| sources.id(file)));
            table.field("length", functions.len());
            table.list(
                "name",
                functions.iter().map(|f| string(profile.text(f.name))),
            );
            table.list("isJS", functions.iter().map(|_| false));
            table.list("relevantForJS", functions.iter().map(|_| false));
            table.list("resource", functions.iter().map(|_| 0));
            table.list("source", files);
            table.list("lineNumber", functions.iter().map(|f| known(f.start_line)));
            table.list("columnNumber", nulls(functions.len()));
            table.list("originalLocation", nulls(functions.len()));
        });
        shared.object("sources", |table| {
            let files = &sources.list;
            table.field("length", files.len());
            table.list("id", nulls(files.len()));
            table.list(
                "filename",
                files.iter().map(|&file| string(profile.text(file))),
            );
            table.list("startLine", files.iter().map(|_| 1));
            table.list("startColumn", files.iter().map(|_| 1));
            table.list("sourceMapURL", nulls(files.len()));
            table.list("content", nulls(files.len()));
        });
        let image = string(&profile.image().name);
        shared.object("resourceTable", |table| {
            table.field("length", 1);
            table.list("name", [image]);
            table.list("host", nulls(1));
            table.list("type", [1]);
        });
        shared.object("nativeSymbols", |table| {
            table.field("length", 0);
            for column in ["libIndex", "address", "name", "functionSize"] {
                table.list::<()>(column, []);
            }
        });
        shared.object("sourceLocationTable", |table| {
            table.field("length", 0);
            for column in ["source", "line", "column"] {
                table.list::<()>(column, []);
            }
        });
        shared.list("stringArray", &strings.list);
    }
}

/// The address of a location; -1 if it has none.
fn address(location: &Location) -> i64 {
    let address = location.address.map(i64::try_from);
    address.and_then(Result::ok).unwrap_or(-1)
}

fn nulls(count: usize) -> impl Iterator<Item = Option<u32>> {
    std::iter::repeat_n(NULL, count)
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
