//! A profile: stacks and what was spent in them.
//!
//! Nothing here knows a machine. A [`Profile`] is a list of [`Sample`]s, each a stack of
//! [`Location`]s with one value per [`Metric`]; locations name [`Function`]s, several of them where
//! functions were inlined into each other. Whatever can count work per stack can build one with a
//! [`ProfileBuilder`].
//!
//! # Conservation
//!
//! A value is counted in exactly one sample: the sum over all samples is what was counted in all
//! ([`Profile::total`]). Every total is at most 2^63 - 1, so no sum of values overflows.
//!
//! # Order
//!
//! A profile is canonical: it depends on what was added to its builder, not on the order of it.
//! Strings, locations and samples are sorted and each is there once; only [`Profile::functions`]
//! keeps the builder's order, which is the program's. Two profiles with the same content are equal
//! and are written as the same bytes.

mod builder;
mod focus;
mod own;
mod rebuild;
mod strings;

pub use builder::ProfileBuilder;
pub(crate) use own::is_synthetic;

use std::num::NonZeroU32;

use crate::error::Error;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id of the thing at a place in its list.
            pub(crate) fn new(index: usize) -> $name {
                let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
                $name(number.expect("a profile holds fewer than 2^32 of each kind"))
            }

            /// The place in the list of its kind, from 0.
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    )*};
}

ids! {
    /// An interned string. Ids of one finished profile compare like their strings.
    StringId,
    /// A function of a profile: a place in [`Profile::functions`].
    FunctionId,
    /// A location of a profile: a place in [`Profile::locations`].
    LocationId,
    /// A stack of a profile: a place in [`Profile::stacks`].
    StackId,
    /// A metric of a profile: a place in [`Profile::metrics`].
    MetricId,
}

/// Something that is counted: a sample type, in the words of pprof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, such as `cycles`.
    pub name: String,
    /// The unit of its values, such as `count`.
    pub unit: String,
}

/// The program that a profile is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Its file name.
    pub name: String,
    /// What tells it apart from any other program, such as a hash of the file.
    pub build_id: String,
    /// The end of its address space: every [`Location::address`] lies below.
    pub limit: u64,
}

/// A function. A name in brackets stands for something that is no function of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Function {
    /// The name to show.
    pub name: StringId,
    /// The name that the linker knows (mangled), if another.
    pub system_name: Option<StringId>,
    /// The file that declares it, if known.
    pub file: Option<StringId>,
    /// The line of the declaration, from 1; 0 if unknown.
    pub start_line: u32,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The function that it lies in.
    pub function: FunctionId,
    /// The file, if known; not always the one that declares the function.
    pub file: Option<StringId>,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
}

/// A place in the program: one physical frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The address in the machine's program, from 0; none if only the function is known.
    pub address: Option<u64>,
    /// The offset in the file that was compiled, in bytes from its start, if known.
    pub offset: Option<u64>,
    /// Frames, innermost first, at least one: every frame but the last is inlined into its
    /// successor.
    pub lines: Vec<Line>,
    /// Whether the last frame is inlined, too, into one that was left out: of a part of a profile.
    pub inlined: bool,
}

impl Location {
    /// The innermost frame.
    pub fn innermost(&self) -> &Line {
        self.lines.first().expect("a location has a frame")
    }

    /// The frame that is no inlined one.
    pub fn outermost(&self) -> &Line {
        self.lines.last().expect("a location has a frame")
    }
}

/// A stack: a location and what called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stack {
    /// The caller's stack, always a smaller id; none for the outermost frame.
    pub parent: Option<StackId>,
    /// The innermost location: for a caller, the place of its call.
    pub location: LocationId,
}

/// What else is known of the work of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Labels {
    /// Why the machine did it.
    pub cause: Option<StringId>,
    /// The operator of the source program that it is for.
    pub operator: Option<StringId>,
    /// The compiler's rule that made the instruction.
    pub rule: Option<StringId>,
}

impl Labels {
    /// The labels' names, in the order of [`Labels::values`].
    pub const NAMES: [&str; 3] = ["cause", "operator", "rule"];

    /// The labels' values.
    pub fn values(self) -> [Option<StringId>; 3] {
        [self.cause, self.operator, self.rule]
    }

    /// The same labels, each text with another id.
    #[must_use]
    pub fn map(self, mut id: impl FnMut(StringId) -> StringId) -> Labels {
        Labels {
            cause: self.cause.map(&mut id),
            operator: self.operator.map(&mut id),
            rule: self.rule.map(&mut id),
        }
    }
}

/// What was spent in one stack, with one set of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// The stack.
    pub stack: StackId,
    /// What else is known of it.
    pub labels: Labels,
    /// Self values in the order of [`Profile::metrics`]; never all zero.
    pub values: &'a [u64],
}

/// Stacks, and what was spent in them. See the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    metrics: Vec<Metric>,
    default_metric: MetricId,
    image: Image,
    strings: Vec<String>,
    functions: Vec<Function>,
    source_functions: Vec<FunctionId>,
    locations: Vec<Location>,
    stacks: Vec<Stack>,
    samples: Vec<(StackId, Labels)>,
    values: Vec<u64>,
    totals: Vec<u64>,
}

impl Profile {
    /// The metrics, in the order of every sample's values.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The ids of [`Profile::metrics`].
    pub fn metric_ids(&self) -> impl ExactSizeIterator<Item = MetricId> {
        (0..self.metrics.len()).map(MetricId::new)
    }

    /// The metric that views show unless told otherwise.
    pub fn default_metric(&self) -> MetricId {
        self.default_metric
    }

    /// The metric of that name.
    ///
    /// # Errors
    /// If there is none; the message lists those there are.
    pub fn metric(&self, name: &str) -> Result<MetricId, Error> {
        let found = self.metrics.iter().position(|metric| metric.name == name);
        found.map(MetricId::new).ok_or_else(|| {
            let known: Vec<&str> = self.metrics.iter().map(|m| m.name.as_str()).collect();
            Error::UnknownMetric {
                name: name.to_owned(),
                known: known.join(", "),
            }
        })
    }

    /// The program that ran.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The text of an interned string.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn text(&self, id: StringId) -> &str {
        &self.strings[id.index()]
    }

    /// The ids of all strings.
    pub(crate) fn string_ids(&self) -> impl ExactSizeIterator<Item = StringId> + use<> {
        (0..self.strings.len()).map(StringId::new)
    }

    /// Every function of the program, whether it ran or not, in the program's order; then those
    /// that exist only inlined, then synthetic ones.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The ids of [`Profile::functions`].
    pub fn function_ids(&self) -> impl ExactSizeIterator<Item = FunctionId> {
        (0..self.functions.len()).map(FunctionId::new)
    }

    /// A function.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// The name of a function.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn function_name(&self, id: FunctionId) -> &str {
        self.text(self.function(id).name)
    }

    /// The function of the source that a function is an instance of: the first one with the same
    /// name and declaration. Views show instances of a generic function as one, for they have one
    /// name, and nothing that lasts longer than a build tells them apart.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn source_function(&self, id: FunctionId) -> FunctionId {
        self.source_functions[id.index()]
    }

    /// The function of a frame as formats know functions that have one file: with that of the line.
    pub(crate) fn function_at(&self, line: &Line) -> Function {
        let function = *self.function(line.function);
        match line.file {
            Some(file) if function.file != Some(file) => Function {
                file: Some(file),
                start_line: 0,
                ..function
            },
            _ => function,
        }
    }

    /// Every location of a stack, in ascending order.
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// A location.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn location(&self, id: LocationId) -> &Location {
        &self.locations[id.index()]
    }

    /// Every stack of a sample and every caller's, callers first; siblings in ascending order of
    /// location. A stack's descendants follow it without gap.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }

    /// The locations of a stack, leaf first.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn stack(&self, id: StackId) -> impl Iterator<Item = LocationId> {
        let stacks = std::iter::successors(Some(id), |id| self.stacks[id.index()].parent);
        stacks.map(|id| self.stacks[id.index()].location)
    }

    /// The samples, in ascending order of stack, then of labels; no two with both the same.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = Sample<'_>> {
        let values = self.values.chunks_exact(self.metrics.len());
        self.samples
            .iter()
            .zip(values)
            .map(|(&(stack, labels), values)| Sample {
                stack,
                labels,
                values,
            })
    }

    /// What was counted of a metric in all: the sum over all samples.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn total(&self, metric: MetricId) -> u64 {
        self.totals[metric.index()]
    }
}
