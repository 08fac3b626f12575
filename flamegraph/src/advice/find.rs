//! What a rule counts in a profile.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use zkasm::{Counter, Counters};

use super::Finding;
use super::rules::{LEAST, Part, PlaceKind, Rule, What};
use crate::fold::CALLS;
use crate::granularity::Granularity;
use crate::profile::{FunctionId, Line, Location, Profile, Sample, StringId};
use crate::text::{grouped, percent};
use crate::top::Top;

/// What stands for a name in braces in what a rule says.
pub(super) type Fact = (&'static str, String);

/// Where debug information has the files of Rust's own library, whose lines are nobody's to change.
const LIBRARY: &str = "/rustc/";
/// A function, a file and a line in it.
pub(super) type Source = (FunctionId, Option<(StringId, u32)>);

/// Where cycles are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    Run,
    Function(FunctionId),
    /// A source line in a function as it was compiled, and the function, inlined there or not, that the
    /// line is of.
    Line(FunctionId, Source),
}

/// What was counted at a place.
#[derive(Default)]
pub(super) struct Count {
    pub(super) cycles: u64,
    /// By the part that could be saved: its numerator and denominator.
    parts: BTreeMap<(u64, u64), u64>,
    /// Where it comes from.
    from: BTreeMap<Source, u64>,
}

impl Count {
    pub(super) fn saves(&self) -> u64 {
        let parts = self.parts.iter();
        let saved = parts.map(|(&(part, whole), &value)| {
            u64::try_from(u128::from(value) * u128::from(part) / u128::from(whole.max(1)))
        });
        // No overflow: parts are at most the whole.
        saved.map(|saved| saved.unwrap_or(u64::MAX)).sum()
    }

    pub(super) fn mostly(&self) -> Option<Source> {
        let most = self
            .from
            .iter()
            .max_by_key(|(from, value)| (**value, Reverse(**from)));
        most.map(|(&from, _)| from)
    }
}

/// A profile, with what every rule needs of it.
pub(super) struct Counted<'a> {
    pub(super) profile: &'a Profile,
    pub(super) cycles: u64,
    functions: HashMap<FunctionId, u64>,
    lines: HashMap<Place, u64>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(profile: &'a Profile) -> Counted<'a> {
        let mut counted = Counted {
            profile,
            cycles: profile.total(profile.default_metric()),
            functions: HashMap::new(),
            lines: HashMap::new(),
        };
        for sample in profile.samples() {
            let location = counted.leaf(&sample);
            let value = counted.value(&sample);
            let function = location.outermost().function;
            *counted.functions.entry(function).or_default() += value;
            *counted.lines.entry(line_of(profile, location)).or_default() += value;
        }
        counted
    }

    /// The finding of a rule that could save most, if there is any.
    pub(super) fn finding(&self, rule: &Rule) -> Option<Finding> {
        let mut facts: Vec<Fact> = Vec::new();
        let counts = match rule.what {
            What::Proofs => {
                facts = self.proofs()?;
                self.whole()
            }
            What::Fuller => {
                facts.push(("machine", self.fuller()?.name().to_owned()));
                self.whole()
            }
            What::Names(names, within) => self.named(names, within)?,
            _ => self.counts(rule),
        };
        let mut found: Vec<(Place, Count)> = counts
            .into_iter()
            .filter(|(place, count)| {
                let share = percent(count.cycles, self.cycles_of(*place));
                count.cycles > 0
                    && share >= rule.share
                    && percent(count.cycles, self.cycles) >= LEAST
            })
            .collect();
        found.sort_by_key(|(place, count)| (Reverse(count.saves()), Reverse(count.cycles), *place));
        let others = (found.len() as u64).saturating_sub(1);
        let (place, count) = found.into_iter().next()?;
        Some(self.told(rule, facts, place, &count, others))
    }

    fn leaf(&self, sample: &Sample<'_>) -> &'a Location {
        let stack = self.profile.stacks()[sample.stack.index()];
        self.profile.location(stack.location)
    }

    fn value(&self, sample: &Sample<'_>) -> u64 {
        sample.values[self.profile.default_metric().index()]
    }

    pub(super) fn cycles_of(&self, place: Place) -> u64 {
        let found = match place {
            Place::Run => Some(&self.cycles),
            Place::Function(function) => self.functions.get(&function),
            Place::Line(..) => self.lines.get(&place),
        };
        found.copied().unwrap_or(0)
    }

    pub(super) fn calls(&self, function: FunctionId) -> u64 {
        let Ok(metric) = self.profile.metric(CALLS) else {
            return 0;
        };
        let samples = self.profile.samples();
        let own = samples.filter(|sample| self.leaf(sample).outermost().function == function);
        own.map(|sample| sample.values[metric.index()]).sum()
    }

    /// The run as a place where all cycles are.
    fn whole(&self) -> BTreeMap<Place, Count> {
        let count = Count {
            cycles: self.cycles,
            ..Count::default()
        };
        [(Place::Run, count)].into()
    }

    /// The cycles that a rule counts, by place.
    fn counts(&self, rule: &Rule) -> BTreeMap<Place, Count> {
        let profile = self.profile;
        let mut counts: BTreeMap<Place, Count> = BTreeMap::new();
        let mut known: HashMap<[Option<StringId>; 2], Option<Part>> = HashMap::new();
        for sample in profile.samples() {
            let value = self.value(&sample);
            let labels = [sample.labels.cause, sample.labels.operator];
            let part = *known.entry(labels).or_insert_with(|| {
                let [cause, operator] = labels.map(|id| id.map_or("", |id| profile.text(id)));
                part(rule.what, cause, operator)
            });
            let location = self.leaf(&sample);
            let is_own = !is_synthetic(profile, location.outermost().function);
            let part = match rule.what {
                What::NoLine if is_own && lacks_line(location, &sample) => Some(Part(0, 1)),
                What::Routines(..) => part,
                // The runtime and the startup are as they are.
                _ => part.filter(|_| is_own),
            };
            let Some(Part(part, whole)) = part.filter(|_| value != 0) else {
                continue;
            };
            let place = match rule.place {
                PlaceKind::Run => Place::Run,
                PlaceKind::Function => Place::Function(location.outermost().function),
                PlaceKind::Line => line_of(profile, location),
            };
            let count = counts.entry(place).or_default();
            count.cycles += value;
            *count.parts.entry((part, whole)).or_default() += value;
            let from = match rule.what {
                What::Routines(..) => self.caller(&sample),
                _ => Some((location.outermost().function, None)),
            };
            if let Some(from) = from {
                *count.from.entry(from).or_default() += value;
            }
        }
        counts
    }

    /// Who calls the routines of the runtime that a sample is in: the first that is not of the
    /// language's library, if there is one.
    fn caller(&self, sample: &Sample<'_>) -> Option<Source> {
        let profile = self.profile;
        let callers = profile.stack(sample.stack).skip(1);
        let callers = callers.map(|id| profile.location(id));
        let own = callers.filter(|caller| !is_synthetic(profile, caller.outermost().function));
        let mut own = own.map(|caller| source_of(profile, caller));
        let first = own.next()?;
        let is_library = |source: &Source| {
            source
                .1
                .is_some_and(|(file, _)| profile.text(file).starts_with(LIBRARY))
        };
        match is_library(&first) {
            true => own.find(|source| !is_library(source)).or(Some(first)),
            false => Some(first),
        }
    }

    /// The cycles in functions of some names and all they call; none if no such function is among so
    /// many that cost most themselves.
    fn named(&self, names: &[&str], within: usize) -> Option<BTreeMap<Place, Count>> {
        let profile = self.profile;
        let is_named = |name: &str| {
            let name = name.to_lowercase();
            !name.starts_with('[') && names.iter().any(|part| name.contains(part))
        };
        let top = Top::new(profile, profile.default_metric(), Granularity::Function);
        let mut first = top.rows.iter().take(within);
        if !first.any(|row| is_named(&row.function)) {
            return None;
        }
        let named: Vec<bool> = profile
            .function_ids()
            .map(|id| is_named(profile.function_name(id)))
            .collect();
        // Callers have smaller ids.
        let mut inside: Vec<bool> = Vec::with_capacity(profile.stacks().len());
        for stack in profile.stacks() {
            let lines = &profile.location(stack.location).lines;
            let here = lines.iter().any(|line| named[line.function.index()]);
            inside.push(here || stack.parent.is_some_and(|parent| inside[parent.index()]));
        }
        let mut count = Count::default();
        for sample in profile.samples() {
            let value = self.value(&sample);
            if !inside[sample.stack.index()] || value == 0 {
                continue;
            }
            count.cycles += value;
            let lines = self.leaf(&sample).lines.iter();
            if let Some(line) = lines.into_iter().find(|line| named[line.function.index()]) {
                let function = profile.source_function(line.function);
                *count.from.entry((function, None)).or_default() += value;
            }
        }
        count.parts.insert((1, 1), count.cycles);
        Some([(Place::Run, count)].into())
    }

    /// The events of each state machine.
    fn events(&self) -> impl Iterator<Item = (Counter, u64)> {
        let counters = Counter::ALL.into_iter();
        counters.filter_map(|counter| {
            let metric = self.profile.metric(counter.name()).ok()?;
            Some((counter, self.profile.total(metric)))
        })
    }

    /// The state machines that need most proofs, if that is more than one: which, how many, and how many
    /// events fewer would need one less. All of them must get below, or nothing is won.
    fn proofs(&self) -> Option<Vec<Fact>> {
        let mut used = Counters::ZERO;
        for (counter, events) in self.events() {
            used[counter] = events;
        }
        let proofs = used.segments();
        if proofs < 2 {
            return None;
        }
        // A machine's name, and how many of its events are in the last proof.
        let fullest = used.iter().filter_map(|(counter, events)| {
            let room = (proofs - 1).saturating_mul(counter.capacity());
            let over = events.checked_sub(room).filter(|&over| over > 0)?;
            Some((counter.name(), grouped(over)))
        });
        let fullest: Vec<(&str, String)> = fullest.collect();
        let names: Vec<&str> = fullest.iter().map(|(name, _)| *name).collect();
        let (proofs, less) = match &fullest[..] {
            [(_, over)] => (
                grouped(proofs),
                format!(", and {over} fewer would take one less"),
            ),
            all => {
                let fewer = all.iter().map(|(name, over)| format!("{over} {name}"));
                let fewer: Vec<String> = fewer.collect();
                let fewer = listed(&fewer);
                (
                    format!("{} each", grouped(proofs)),
                    format!("; for one less all must get below, by {fewer}"),
                )
            }
        };
        Some(vec![
            ("machines", listed(&names)),
            ("proofs", proofs),
            ("less", less),
        ])
    }

    /// The state machine that fills more of a proof than the main one, and more than half; none if the
    /// run needs several proofs, of which [`Counted::proofs`] says more.
    fn fuller(&self) -> Option<Counter> {
        if self.proofs().is_some() {
            return None;
        }
        // In parts of a proof, scaled alike.
        let filled = |counter: Counter, events: u64| {
            (u128::from(events) << 64) / u128::from(counter.capacity())
        };
        let main = filled(Counter::Cycles, self.cycles);
        let others = self
            .events()
            .map(|(counter, events)| (counter, filled(counter, events)));
        let fullest = others.max_by_key(|&(counter, filled)| (filled, Reverse(counter)));
        let (counter, filled) = fullest?;
        (filled > main && filled > 1 << 63).then_some(counter)
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match &items[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        all => all.concat(),
    }
}

/// The part of a cycle of a cause and operator that a rule says could be saved; none if it does not
/// count it.
fn part(what: What, cause: &str, operator: &str) -> Option<Part> {
    match what {
        What::Causes(causes) => causes.contains(&cause).then_some(Part(1, 1)),
        What::CauseFor(of, operators) => {
            (cause == of && operators.contains(&operator)).then_some(Part(1, 1))
        }
        What::Operators(operators) => {
            let found = operators.iter().find(|(part, _)| operator.contains(part));
            found.map(|&(_, part)| part)
        }
        What::Routines(routines) => {
            let routine = cause.strip_prefix("runtime:")?;
            let found = routines.iter().any(|end| routine.ends_with(end));
            found.then_some(Part(1, 1))
        }
        What::NoLine | What::Names(..) | What::Proofs | What::Fuller => None,
    }
}

/// Whether there is no source line for a sample where there could be one: not if just the function is
/// known, of a run that reported nothing but calls.
fn lacks_line(location: &Location, sample: &Sample<'_>) -> bool {
    let is_known = location.address.is_some() || sample.labels.cause.is_some();
    is_known && location.innermost().line == 0
}

/// Whether a function is none of the program: the startup, or a routine of the runtime.
fn is_synthetic(profile: &Profile, function: FunctionId) -> bool {
    profile.function_name(function).starts_with('[')
}

/// The function, inlined or not, that a location is in, and its line: the innermost that is not of the
/// language's library, if there is one. Regions are no functions.
fn source_of(profile: &Profile, location: &Location) -> Source {
    let own = location.lines.iter();
    let mut own = own.filter(|line| !is_synthetic(profile, line.function));
    let is_library = |line: &&Line| {
        let file = profile.function_at(line).file;
        file.is_some_and(|file| profile.text(file).starts_with(LIBRARY))
    };
    let line = own
        .clone()
        .find(|line| !is_library(line))
        .or_else(|| own.next());
    let line = line.unwrap_or(location.outermost());
    let source = line.file.filter(|_| line.line != 0);
    let function = profile.source_function(line.function);
    (function, source.map(|file| (file, line.line)))
}

fn line_of(profile: &Profile, location: &Location) -> Place {
    let function = location.outermost().function;
    Place::Line(function, source_of(profile, location))
}
