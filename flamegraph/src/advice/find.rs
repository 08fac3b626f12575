//! What a rule counts in a profile.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use runtime_hooks::Cause;

use super::rules::{LEAST, Part, PlaceKind, Rule, What};
use super::{Finding, Untried};
use crate::fold::{CALLS, Known};
use crate::profile::{FunctionId, Location, Profile, Sample, StringId};
use crate::text::percent;
use crate::top::Top;

/// What stands for a name in braces in what a rule says.
pub(super) type Fact = (&'static str, String);

/// A file and a line in it.
pub(super) type At = (StringId, u32);
/// A function, and a line in it.
pub(super) type Source = (FunctionId, Option<At>);

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
    pub(super) parts: BTreeMap<(u64, u64), u64>,
    /// Where it comes from, and in which functions as they were compiled.
    from: BTreeMap<Source, BTreeMap<FunctionId, u64>>,
    /// At which lines.
    lines: BTreeMap<At, u64>,
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

    pub(super) fn add_from(&mut self, from: Source, compiled: FunctionId, value: u64) {
        *self
            .from
            .entry(from)
            .or_default()
            .entry(compiled)
            .or_default() += value;
    }

    /// Where most comes from, and in which function as it was compiled most of that is.
    pub(super) fn mostly(&self) -> Option<(Source, FunctionId)> {
        let sum = |compiled: &BTreeMap<FunctionId, u64>| compiled.values().sum::<u64>();
        let most = self
            .from
            .iter()
            .max_by_key(|(from, compiled)| (sum(compiled), Reverse(**from)));
        let (&from, compiled) = most?;
        let compiled = compiled
            .iter()
            .max_by_key(|(id, value)| (**value, Reverse(**id)));
        compiled.map(|(&compiled, _)| (from, compiled))
    }

    /// The line that has most of it, and how much.
    pub(super) fn hottest(&self) -> Option<(At, u64)> {
        let lines = self.lines.iter();
        let most = lines.max_by_key(|(at, value)| (**value, Reverse(**at)));
        most.map(|(&at, &value)| (at, value))
    }
}

/// A profile, with what every rule needs of it.
pub(super) struct Counted<'a> {
    pub(super) profile: &'a Profile,
    pub(super) cycles: u64,
    functions: HashMap<FunctionId, u64>,
    lines: HashMap<Place, u64>,
    calls: HashMap<FunctionId, u64>,
    /// Functions as they were compiled of which something that ran has a line.
    with_lines: HashSet<FunctionId>,
    /// Functions of the source that were inlined somewhere.
    inlined: HashSet<FunctionId>,
    /// Whether instructions are known, and not only functions.
    has_rows: bool,
    /// Whether there are causes of a compiler.
    is_compiled: bool,
    /// What costs most, once it is asked for.
    pub(super) top: OnceCell<Top>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(profile: &'a Profile) -> Counted<'a> {
        let mut counted = Counted {
            profile,
            cycles: profile.total(profile.default_metric()),
            functions: HashMap::new(),
            lines: HashMap::new(),
            calls: HashMap::new(),
            with_lines: HashSet::new(),
            inlined: HashSet::new(),
            has_rows: false,
            is_compiled: false,
            top: OnceCell::new(),
        };
        let calls = profile.metric(CALLS).ok();
        let written = Cause::Written.to_string();
        for sample in profile.samples() {
            let location = counted.leaf(&sample);
            let value = counted.value(&sample);
            let function = location.outermost().function;
            if let Some(calls) = calls {
                *counted.calls.entry(function).or_default() += sample.values[calls.index()];
            }
            if value == 0 {
                continue;
            }
            *counted.functions.entry(function).or_default() += value;
            *counted.lines.entry(line_of(profile, location)).or_default() += value;
            if known(location) != Known::Nothing && !profile.is_synthetic(function) {
                counted.with_lines.insert(function);
            }
            let inlined = location.lines.iter().rev().skip(1);
            let inlined = inlined.map(|line| profile.source_function(line.function));
            counted.inlined.extend(inlined);
            if let Some(cause) = sample.labels.cause {
                counted.has_rows = true;
                counted.is_compiled |= profile.text(cause) != written;
            }
        }
        counted
    }

    /// Why a rule could not be tried; none if it could.
    pub(super) fn untried(&self, rule: &Rule) -> Option<Untried> {
        match rule.what {
            What::Proofs | What::Fuller | What::Names(..) => None,
            What::Routines(..) if !self.has_rows => None,
            _ if !self.has_rows => Some(Untried::NoInstructions),
            _ if !self.is_compiled => Some(Untried::NotCompiled),
            _ => None,
        }
    }

    /// The findings of a rule, those first that could save most.
    pub(super) fn findings(&self, rule: &Rule) -> Vec<Finding> {
        if self.untried(rule).is_some() {
            return Vec::new();
        }
        let (facts, counts) = match rule.what {
            What::Proofs => (self.proofs(), Some(self.whole())),
            What::Fuller => {
                let machine = self.fuller().map(|machine| machine.name().to_owned());
                (
                    machine.map(|name| vec![("machine", name)]),
                    Some(self.whole()),
                )
            }
            What::Names(names, within) => (Some(Vec::new()), self.named(names, within)),
            _ => (Some(Vec::new()), Some(self.counts(rule))),
        };
        let (Some(facts), Some(counts)) = (facts, counts) else {
            return Vec::new();
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
        let found = found.iter();
        found
            .map(|(place, count)| self.told(rule, facts.clone(), *place, count))
            .collect()
    }

    fn leaf(&self, sample: &Sample<'_>) -> &'a Location {
        let stack = self.profile.stacks()[sample.stack.index()];
        self.profile.location(stack.location)
    }

    pub(super) fn value(&self, sample: &Sample<'_>) -> u64 {
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
        self.calls.get(&function).copied().unwrap_or(0)
    }

    /// As [`Known`] has it.
    fn has_debug_information(&self, function: FunctionId) -> bool {
        let is_declared = self.profile.function(function).file.is_some();
        self.with_lines.contains(&function) || is_declared && !self.with_lines.is_empty()
    }

    /// Whether a function that was compiled is also inlined somewhere.
    pub(super) fn is_inlined(&self, function: FunctionId) -> bool {
        let source = self.profile.source_function(function);
        self.inlined.contains(&source)
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
            let function = location.outermost().function;
            let is_own = !profile.is_synthetic(function);
            let part = match rule.what {
                What::NoLine => {
                    // At no known instruction there is none to have a line.
                    let is_instruction =
                        location.address.is_some() || sample.labels.cause.is_some();
                    let lacks = is_instruction && !self.has_debug_information(function);
                    (is_own && lacks).then_some(Part(0, 1))
                }
                // Of a run that was counted by function, the routine is all that is known.
                What::Routines(routines) if !self.has_rows => {
                    let routine = profile.function_name(function).strip_prefix("[runtime:");
                    routine
                        .and_then(|name| name.strip_suffix(']'))
                        .and_then(|name| routine_part(routines, name))
                }
                What::Routines(..) => part,
                // The runtime and the startup are as they are.
                _ => part.filter(|_| is_own),
            };
            let Some(Part(part, whole)) = part.filter(|_| value != 0) else {
                continue;
            };
            let place = match rule.place {
                PlaceKind::Run => Place::Run,
                PlaceKind::Function => Place::Function(function),
                PlaceKind::Line => line_of(profile, location),
            };
            let count = counts.entry(place).or_default();
            count.cycles += value;
            *count.parts.entry((part, whole)).or_default() += value;
            if let (_, Some(at)) = source_of(profile, location) {
                *count.lines.entry(at).or_default() += value;
            }
            let from = match rule.what {
                What::Routines(..) => self.caller(&sample),
                _ => Some(((function, None), function)),
            };
            if let Some((from, compiled)) = from {
                count.add_from(from, compiled, value);
            }
        }
        counts
    }

    /// Who calls the routines of the runtime that a sample is in: the first that is not of the
    /// language's library, if there is one; and the function as it was compiled that it is in.
    fn caller(&self, sample: &Sample<'_>) -> Option<(Source, FunctionId)> {
        let profile = self.profile;
        let callers = profile.stack(sample.stack).skip(1);
        let callers = callers.map(|id| profile.location(id));
        let mut own = callers.filter(|caller| !profile.is_synthetic(caller.outermost().function));
        let first = own.next()?;
        // With what is inlined there: a library's function may have the program's inside.
        let is_library = |caller: &&Location| {
            let mut lines = caller.lines.iter();
            lines.all(|line| profile.is_synthetic(line.function) || profile.is_library(line))
        };
        let caller = match is_library(&first) {
            true => own.find(|caller| !is_library(caller)).unwrap_or(first),
            false => first,
        };
        Some((source_of(profile, caller), caller.outermost().function))
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
            routine_part(routines, routine)
        }
        What::NoLine | What::Names(..) | What::Proofs | What::Fuller => None,
    }
}

fn routine_part(routines: &[&str], routine: &str) -> Option<Part> {
    let found = routines.iter().any(|end| routine.ends_with(end));
    found.then_some(Part(1, 1))
}

fn known(location: &Location) -> Known {
    Known::of(location.lines.iter().map(|line| line.line))
}

/// The function, inlined or not, that a location is in, and its line: the innermost that is not of the
/// language's library, if there is one. Regions are no functions.
fn source_of(profile: &Profile, location: &Location) -> Source {
    let own = location.lines.iter();
    let mut own = own.filter(|line| !profile.is_synthetic(line.function));
    let line = own
        .clone()
        .find(|line| !profile.is_library(line))
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
