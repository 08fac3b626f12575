//! Which functions a name means, for every view that is asked for functions by name.
//!
//! * The whole name of a function that ran, as it is shown or as the linker knows it (mangled), means the
//!   functions of that name and no others: `fibonacci` is not `fibonacci::sum`.
//! * `/…/` is a regular expression of the [`regex`] crate, and means the functions in whose shown name it
//!   finds something.
//! * Anything else means the functions that have it in their shown name.
//!
//! An expression or part of a name without capital letters is found in any case, with some in just that.
//! What is empty means nothing.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};

use crate::error::Error;
use crate::profile::{FunctionId, Profile};

/// What begins and ends a regular expression.
const SLASH: char = '/';
/// No more names than these are suggested.
const SUGGESTED: usize = 3;

/// What functions are asked for. See the [module](self).
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// A whole name.
    Whole,
    /// A part of a name; in any case, or in just this.
    Part { any_case: bool },
    /// What a name is searched for.
    Regex(Regex),
}

impl Pattern {
    /// What a text means where it is looked for in some profiles. The whole name of a function that ran in one of
    /// them is a whole name in all.
    ///
    /// # Errors
    /// If it is empty, or a regular expression that is none.
    pub fn new(text: &str, profiles: &[&Profile]) -> Result<Pattern, Error> {
        if text.trim().is_empty() {
            return Err(Error::EmptyName);
        }
        let kind = match expression(text) {
            Some("") => return Err(Error::EmptyName),
            Some(expression) => Kind::Regex(regex(text, expression)?),
            None if profiles.iter().any(|profile| has_whole(profile, text)) => Kind::Whole,
            None => Kind::Part {
                any_case: !text.chars().any(char::is_uppercase),
            },
        };
        Ok(Pattern {
            text: text.to_owned(),
            kind,
        })
    }

    /// Whether it means a function of a profile.
    ///
    /// # Panics
    /// If the id is not of this profile.
    pub fn means(&self, profile: &Profile, id: FunctionId) -> bool {
        let name = profile.function_name(id);
        match &self.kind {
            Kind::Whole => is_whole(profile, id, &self.text),
            Kind::Part { any_case: false } => name.contains(&self.text),
            Kind::Part { any_case: true } => name.to_lowercase().contains(&self.text),
            Kind::Regex(regex) => regex.is_match(name),
        }
    }

    /// For each function of a profile, whether it means that.
    pub(crate) fn functions(&self, profile: &Profile) -> Vec<bool> {
        let ids = profile.function_ids();
        ids.map(|id| self.means(profile, id)).collect()
    }

    /// That nothing it means ran, and what else could have been meant.
    pub fn not_found(&self, profiles: &[&Profile]) -> Error {
        let what = match self.kind {
            Kind::Regex(_) => format!("a name that {} matches", self.text),
            Kind::Whole | Kind::Part { .. } => format!("{:?} in its name", self.text),
        };
        let suggested = match self.kind {
            Kind::Regex(_) => Vec::new(),
            Kind::Whole | Kind::Part { .. } => suggested(&self.text, profiles),
        };
        let hint = match suggested.split_last() {
            None => String::new(),
            Some((only, [])) => format!("; did you mean {only}?"),
            Some((last, others)) => format!("; did you mean {} or {last}?", others.join(", ")),
        };
        Error::NoSuchFunction { what, hint }
    }
}

/// What stands between slashes.
fn expression(text: &str) -> Option<&str> {
    text.strip_prefix(SLASH)?.strip_suffix(SLASH)
}

fn regex(text: &str, expression: &str) -> Result<Regex, Error> {
    let mut escaped = false;
    // `\S` and the like are no capital letters.
    let capital = expression.chars().any(|c| {
        let is_capital = c.is_uppercase() && !escaped;
        escaped = c == '\\' && !escaped;
        is_capital
    });
    let built = RegexBuilder::new(expression)
        .case_insensitive(!capital)
        .build();
    built.map_err(|error| {
        // Its first lines show where.
        let problem = error.to_string();
        let problem = problem.lines().last().unwrap_or_default();
        let problem = problem.strip_prefix("error: ").unwrap_or(problem);
        Error::NoExpression {
            text: text.to_owned(),
            problem: problem.to_owned(),
        }
    })
}

/// The functions of a profile that have a frame in it.
pub(crate) fn that_ran(profile: &Profile) -> BTreeSet<FunctionId> {
    let lines = profile.locations().iter().flat_map(|at| &at.lines);
    lines.map(|line| line.function).collect()
}

fn has_whole(profile: &Profile, text: &str) -> bool {
    let mut ran = that_ran(profile).into_iter();
    ran.any(|id| is_whole(profile, id, text))
}

fn is_whole(profile: &Profile, id: FunctionId, text: &str) -> bool {
    let system_name = profile.function(id).system_name;
    profile.function_name(id) == text || system_name.is_some_and(|id| profile.text(id) == text)
}

/// The names of functions that ran that are a few letters from a text, the nearest first.
fn suggested<'a>(text: &str, profiles: &[&'a Profile]) -> Vec<&'a str> {
    let text = text.to_lowercase();
    let most = (text.chars().count() / 3).max(1);
    let mut near: BTreeSet<(usize, &str)> = BTreeSet::new();
    for profile in profiles {
        for id in that_ran(profile) {
            let name = profile.function_name(id);
            let distance = distance(&text, &name.to_lowercase());
            if distance <= most {
                near.insert((distance, name));
            }
        }
    }
    near.into_iter()
        .take(SUGGESTED)
        .map(|(_, name)| name)
        .collect()
}

/// How many letters a text is from a name or the end of its path, whichever is nearer.
fn distance(text: &str, name: &str) -> usize {
    let ends = name
        .match_indices("::")
        .map(|(at, colons)| &name[at + colons.len()..]);
    let ends = [name].into_iter().chain(ends);
    let distances = ends.map(|end| strsim::osa_distance(text, end));
    distances.min().unwrap_or(usize::MAX)
}
