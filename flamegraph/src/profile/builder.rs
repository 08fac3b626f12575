//! Building a profile in any order, finishing it in one.

use std::collections::HashMap;

use super::strings::Interner;
use super::{
    Function, FunctionId, Image, Labels, Location, LocationId, Metric, MetricId, Profile, Stack,
    StackId, StringId,
};
use crate::error::Error;

/// The largest total: values are signed 64-bit numbers in pprof files.
const MAX_TOTAL: u64 = i64::MAX as u64;

/// Gathers samples and makes a [`Profile`] of them.
///
/// Ids that a builder hands out are for this builder only: [`ProfileBuilder::finish`] numbers
/// everything but functions and metrics anew.
#[derive(Debug)]
pub struct ProfileBuilder {
    metrics: Vec<Metric>,
    default_metric: MetricId,
    image: Image,
    strings: Interner,
    functions: Vec<Function>,
    locations: Vec<Location>,
    location_ids: HashMap<Location, LocationId>,
    stacks: Vec<Stack>,
    stack_ids: HashMap<Stack, StackId>,
    samples: Vec<(StackId, Labels)>,
    sample_ids: HashMap<(StackId, Labels), u32>,
    values: Vec<u64>,
    totals: Vec<u64>,
}

impl ProfileBuilder {
    /// A builder without samples. `default_metric` is a place in `metrics`.
    ///
    /// # Panics
    /// If there is no metric at that place.
    pub fn new(metrics: Vec<Metric>, default_metric: usize, image: Image) -> ProfileBuilder {
        assert!(
            default_metric < metrics.len(),
            "the default metric is one of the metrics"
        );
        let totals = vec![0; metrics.len()];
        ProfileBuilder {
            metrics,
            default_metric: MetricId::new(default_metric),
            image,
            strings: Interner::default(),
            functions: Vec::new(),
            locations: Vec::new(),
            location_ids: HashMap::new(),
            stacks: Vec::new(),
            stack_ids: HashMap::new(),
            samples: Vec::new(),
            sample_ids: HashMap::new(),
            values: Vec::new(),
            totals,
        }
    }

    /// The id of a string.
    pub fn string(&mut self, text: &str) -> StringId {
        self.strings.intern(text)
    }

    /// Adds a function; never the same as one added before, whatever its name.
    pub fn function(&mut self, function: Function) -> FunctionId {
        let id = FunctionId::new(self.functions.len());
        self.functions.push(function);
        id
    }

    /// The id of a location.
    ///
    /// # Panics
    /// If it has no frame, or lies beyond the image's limit.
    pub fn location(&mut self, location: Location) -> LocationId {
        assert!(!location.lines.is_empty(), "a location has a frame");
        assert!(
            location
                .address
                .is_none_or(|address| address < self.image.limit),
            "an address lies inside the image"
        );
        if let Some(&id) = self.location_ids.get(&location) {
            return id;
        }
        let id = LocationId::new(self.locations.len());
        self.locations.push(location.clone());
        self.location_ids.insert(location, id);
        id
    }

    /// The id of the stack that has `location` inside of `parent`.
    pub fn stack(&mut self, parent: Option<StackId>, location: LocationId) -> StackId {
        let stack = Stack { parent, location };
        *self.stack_ids.entry(stack).or_insert_with(|| {
            let id = StackId::new(self.stacks.len());
            self.stacks.push(stack);
            id
        })
    }

    /// Adds values, in the order of the metrics, to what was spent in a stack with labels.
    ///
    /// # Errors
    /// If a metric's total becomes too large.
    ///
    /// # Panics
    /// If there are not as many values as metrics.
    pub fn add(&mut self, stack: StackId, labels: Labels, values: &[u64]) -> Result<(), Error> {
        let width = self.metrics.len();
        assert_eq!(values.len(), width, "every metric has a value");
        if values.iter().all(|&value| value == 0) {
            return Ok(());
        }
        for ((total, &value), metric) in self.totals.iter_mut().zip(values).zip(&self.metrics) {
            let sum = total.checked_add(value).filter(|&sum| sum <= MAX_TOTAL);
            *total = sum.ok_or_else(|| Error::TooLarge {
                metric: metric.name.clone(),
            })?;
        }
        let sample = *self.sample_ids.entry((stack, labels)).or_insert_with(|| {
            let id = u32::try_from(self.samples.len());
            self.samples.push((stack, labels));
            self.values.resize(self.samples.len() * width, 0);
            id.expect("a profile holds fewer than 2^32 of each kind")
        });
        let sample = sample as usize;
        // No overflow: a sample's value is at most its metric's total.
        for (sum, &value) in self.values[sample * width..].iter_mut().zip(values) {
            *sum += value;
        }
        Ok(())
    }

    /// The profile: strings, locations, stacks and samples sorted, unused ones dropped.
    pub fn finish(mut self) -> Profile {
        // What follows takes as much memory again.
        self.sample_ids = HashMap::new();
        self.stack_ids = HashMap::new();
        self.location_ids = HashMap::new();
        let (strings, string_ids) = std::mem::take(&mut self.strings).into_sorted();
        let string = |id: StringId| string_ids[id.index()];
        for function in &mut self.functions {
            function.name = string(function.name);
            function.system_name = function.system_name.map(string);
            function.file = function.file.map(string);
        }
        for line in self.locations.iter_mut().flat_map(|l| &mut l.lines) {
            line.file = line.file.map(string);
        }

        let source_functions = source_functions(&self.functions);
        let used = self.used_stacks();
        let location_ids = self.sort_locations(&used);
        let stack_ids = self.sort_stacks(&used, &location_ids);

        let mut order: Vec<(StackId, Labels, u32)> = self
            .samples
            .iter()
            .enumerate()
            .map(|(index, &(stack, labels))| {
                (stack_ids[stack.index()], labels.map(string), index as u32)
            })
            .collect();
        order.sort_unstable();
        let width = self.metrics.len();
        let mut values = Vec::with_capacity(self.values.len());
        for &(_, _, index) in &order {
            values.extend_from_slice(&self.values[index as usize * width..][..width]);
        }
        Profile {
            metrics: self.metrics,
            default_metric: self.default_metric,
            image: self.image,
            strings,
            functions: self.functions,
            source_functions,
            locations: self.locations,
            stacks: self.stacks,
            samples: order
                .into_iter()
                .map(|(s, labels, _)| (s, labels))
                .collect(),
            values,
            totals: self.totals,
        }
    }

    /// For each stack, whether it is a sample's or a caller's of one.
    fn used_stacks(&self) -> Vec<bool> {
        let mut used = vec![false; self.stacks.len()];
        for &(stack, _) in &self.samples {
            let mut next = Some(stack);
            while let Some(id) = next.filter(|id| !used[id.index()]) {
                used[id.index()] = true;
                next = self.stacks[id.index()].parent;
            }
        }
        used
    }

    /// Keeps the locations of used stacks, sorted. The result is the new id of each old one;
    /// meaningless where the old one is not used.
    fn sort_locations(&mut self, used_stacks: &[bool]) -> Vec<LocationId> {
        let mut used = vec![false; self.locations.len()];
        for (stack, _) in self
            .stacks
            .iter()
            .zip(used_stacks)
            .filter(|(_, used)| **used)
        {
            used[stack.location.index()] = true;
        }
        let mut order: Vec<(usize, Location)> = std::mem::take(&mut self.locations)
            .into_iter()
            .enumerate()
            .filter(|(old, _)| used[*old])
            .collect();
        order.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
        let mut ids = vec![LocationId::new(0); used.len()];
        for (new, (old, _)) in order.iter().enumerate() {
            ids[*old] = LocationId::new(new);
        }
        self.locations = order.into_iter().map(|(_, location)| location).collect();
        ids
    }

    /// Keeps the used stacks, numbered along a walk of their tree that visits siblings by location.
    /// The result is the new id of each old one; meaningless where the old one is not used.
    fn sort_stacks(&mut self, used: &[bool], locations: &[LocationId]) -> Vec<StackId> {
        let old = std::mem::take(&mut self.stacks);
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); old.len()];
        let mut roots = Vec::new();
        for (index, stack) in old.iter().enumerate().filter(|(index, _)| used[*index]) {
            match stack.parent {
                Some(parent) => children[parent.index()].push(index),
                None => roots.push(index),
            }
        }
        let mut ids = vec![StackId::new(0); old.len()];
        let descending = |list: &mut Vec<usize>| {
            list.sort_unstable_by_key(|&index| {
                std::cmp::Reverse(locations[old[index].location.index()])
            });
        };
        descending(&mut roots);
        let mut todo = roots;
        while let Some(index) = todo.pop() {
            ids[index] = StackId::new(self.stacks.len());
            self.stacks.push(Stack {
                parent: old[index].parent.map(|parent| ids[parent.index()]),
                location: locations[old[index].location.index()],
            });
            descending(&mut children[index]);
            todo.append(&mut children[index]);
        }
        ids
    }
}

/// For each function, the first one with the same name and declaration.
fn source_functions(functions: &[Function]) -> Vec<FunctionId> {
    let mut first: HashMap<(StringId, Option<StringId>, u32), FunctionId> = HashMap::new();
    let functions = functions.iter().enumerate();
    functions
        .map(|(index, function)| {
            let key = (function.name, function.file, function.start_line);
            *first.entry(key).or_insert(FunctionId::new(index))
        })
        .collect()
}
