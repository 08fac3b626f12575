//! Folded stacks: one line per stack, as flamegraph tools read them.
//!
//! # Format
//!
//! UTF-8 text, one line per stack with a value other than 0: the frames, outermost first, separated
//! by `;`, then a blank and the self value, an exact integer. Lines are sorted by their frames, the
//! outermost first, so stacks with a common caller are neighbours; no two have the same frames. The
//! values add up to the profile's total of the metric.
//!
//! A [`Shape`] can turn stacks around, innermost frame first, and can add to each the cause of its
//! value as a frame of its own, called `[cause]`, innermost of all; `[no cause]` if it is not known.
//!
//! Frames are called as their [`Granularity`] says, but so that no tool misreads a line:
//!
//! * `;` becomes `:`; unprintable characters become `\u{fffd}`;
//! * the blank before a last word of digits becomes `_` (`f 3` would read as two values), as does
//!   the one after a leading `#` (such lines would read as comments);
//! * `_[k]`, `_[w]`, `_[i]` and `_[j]` at the end lose the `_` (they would read as annotations);
//! * an empty name is `[unnamed]`.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::granularity::{Frames, Granularity};
use crate::profile::{MetricId, Profile, StringId};
use crate::text::one_line;

/// How stacks are built of frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// What is one frame.
    pub granularity: Granularity,
    /// Whether stacks begin with the innermost frame, so that those that share it are merged.
    pub reversed: bool,
    /// Whether the cause is the innermost frame.
    pub causes: bool,
}

impl From<Granularity> for Shape {
    fn from(granularity: Granularity) -> Shape {
        Shape {
            granularity,
            ..Shape::default()
        }
    }
}

/// A profile's folded stacks by metric, in a shape; a [`Granularity`] is one. The text ends in a
/// newline unless there are none.
///
/// # Panics
/// If the metric is not of this profile.
pub fn to_text(profile: &Profile, metric: MetricId, shape: impl Into<Shape>) -> String {
    Names::new(profile, metric, shape.into(), "").to_text(0)
}

/// What no name has in it: [`one_line`] replaces it.
pub(crate) const CAUSE_MARK: &str = "\u{ffff}";

/// The same for a picture. The names of causes end in [`CAUSE_MARK`]: functions can be called like causes.
/// Frames of a value below `least` have no frames inside, and small ones stand for their neighbours: there
/// is no room to draw them.
pub(crate) fn to_picture_text(
    profile: &Profile,
    metric: MetricId,
    shape: Shape,
    least: u64,
) -> String {
    Names::new(profile, metric, shape, CAUSE_MARK).to_text(least)
}

/// What the frame of a cause is called.
pub(crate) fn cause_name(profile: &Profile, cause: Option<StringId>) -> String {
    match cause {
        Some(cause) => fold_name(&format!("[{}]", profile.text(cause))),
        None => "[no cause]".to_owned(),
    }
}

/// A tree of names: frames of one name in one context are one node.
#[derive(Default)]
struct Names {
    /// Every name once, in ascending order.
    names: Vec<String>,
    /// For each node its place in `names` and its self value; parents first.
    nodes: Vec<(usize, u64)>,
    /// The outermost nodes and the children of each node, as places in `nodes`.
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
    ids: HashMap<(Option<usize>, usize), usize>,
}

impl Names {
    fn new(profile: &Profile, metric: MetricId, shape: Shape, mark: &str) -> Names {
        let frames = Frames::new(profile, shape.granularity);
        let labels = frames.iter().map(|(_, frame)| frame.label(profile));
        let of_frame: Vec<String> = labels.map(|label| fold_name(&label)).collect();
        let of_cause: HashMap<Option<StringId>, String> = match shape.causes {
            true => profile
                .samples()
                .map(|sample| sample.labels.cause)
                .collect::<Vec<_>>(),
            false => Vec::new(),
        }
        .into_iter()
        .map(|cause| (cause, cause_name(profile, cause) + mark))
        .collect();
        let mut names: Vec<String> = of_frame.iter().chain(of_cause.values()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        let mut tree = Names {
            names,
            ..Names::default()
        };
        let ranks: Vec<usize> = of_frame.iter().map(|name| tree.rank(name)).collect();
        // For each stack its node, as long as stacks begin with the outermost frame.
        let mut node_of_stack: Vec<usize> = Vec::new();
        if !shape.reversed {
            for stack in profile.stacks() {
                let mut node = stack.parent.map(|parent| node_of_stack[parent.index()]);
                for frame in frames.of(stack.location) {
                    node = Some(tree.child(node, ranks[frame.index()]));
                }
                node_of_stack.push(node.expect("a location has a frame"));
            }
        }
        for sample in profile.samples() {
            let value = sample.values[metric.index()];
            if value == 0 {
                continue;
            }
            let cause = of_cause
                .get(&sample.labels.cause)
                .map(|name| tree.rank(name));
            let mut node = node_of_stack.get(sample.stack.index()).copied();
            if let Some(cause) = cause {
                node = Some(tree.child(node, cause));
            }
            if shape.reversed {
                for location in profile.stack(sample.stack) {
                    for frame in frames.of(location).iter().rev() {
                        node = Some(tree.child(node, ranks[frame.index()]));
                    }
                }
            }
            // No overflow: no sum of values exceeds the metric's total.
            tree.nodes[node.expect("a stack has a frame")].1 += value;
        }
        // The last is walked first.
        for siblings in tree.children.iter_mut().chain([&mut tree.roots]) {
            siblings.sort_unstable_by_key(|&id| Reverse(tree.nodes[id].0));
        }
        tree
    }

    fn rank(&self, name: &String) -> usize {
        let found = self.names.binary_search(name);
        found.expect("every name is in the list of names")
    }

    /// The node of a name in a context.
    fn child(&mut self, parent: Option<usize>, name: usize) -> usize {
        *self.ids.entry((parent, name)).or_insert_with(|| {
            let id = self.nodes.len();
            self.nodes.push((name, 0));
            self.children.push(Vec::new());
            match parent {
                Some(parent) => self.children[parent].push(id),
                None => self.roots.push(id),
            }
            id
        })
    }

    /// For each node what was counted in it and in all inside of it.
    fn totals(&self) -> Vec<u64> {
        let mut totals: Vec<u64> = self.nodes.iter().map(|&(_, value)| value).collect();
        for id in (0..totals.len()).rev() {
            // Children have larger ids.
            totals[id] += self.children[id]
                .iter()
                .map(|&child| totals[child])
                .sum::<u64>();
        }
        totals
    }

    /// The text; neighbours whose totals are together below `least` are one line, of the first.
    fn to_text(&self, least: u64) -> String {
        let totals = self.totals();
        let mut text = String::new();
        let mut stack = String::new();
        // A node, how long the stack of its callers is, and what its line is to have instead of its own.
        let roots = self.lines(&self.roots, &totals, least);
        let mut todo: Vec<(usize, usize, Option<u64>)> = Vec::new();
        todo.extend(roots.into_iter().map(|(id, whole)| (id, 0, whole)));
        while let Some((id, callers, whole)) = todo.pop() {
            let (name, own) = self.nodes[id];
            stack.truncate(callers);
            if !stack.is_empty() {
                stack.push(';');
            }
            stack.push_str(&self.names[name]);
            let value = whole.unwrap_or(own);
            if value != 0 {
                text.push_str(&stack);
                text.push_str(&format!(" {value}\n"));
            }
            if whole.is_none() {
                let lines = self.lines(&self.children[id], &totals, least);
                todo.extend(
                    lines
                        .into_iter()
                        .map(|(id, whole)| (id, stack.len(), whole)),
                );
            }
        }
        text
    }

    /// Siblings, the last first, with the value of the line if it is one for all inside of it and maybe for
    /// siblings after it.
    fn lines(&self, last_first: &[usize], totals: &[u64], least: u64) -> Vec<(usize, Option<u64>)> {
        let mut lines: Vec<(usize, Option<u64>)> = Vec::with_capacity(last_first.len().min(64));
        for &id in last_first.iter().rev() {
            let total = totals[id];
            match lines.last_mut() {
                Some((_, Some(sum))) if *sum + total < least => *sum += total,
                _ if total < least => lines.push((id, Some(total))),
                _ => lines.push((id, None)),
            }
        }
        lines.reverse();
        lines
    }
}

/// A frame's name as a folded line can hold it.
fn fold_name(name: &str) -> String {
    let mut name = one_line(name).replace(';', ":");
    let digits = |word: &str| word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if let Some((before, _)) = name.rsplit_once(' ').filter(|(_, word)| digits(word)) {
        let at = before.len();
        name.replace_range(at..=at, "_");
    }
    if ["_[k]", "_[w]", "_[i]", "_[j]"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        name.remove(name.len() - 4);
    }
    if name.starts_with("# ") {
        name.replace_range(1..2, "_");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tools_would_misread_are_changed() {
        for (name, folded) in [
            ("f<[u8; 8]>", "f<[u8: 8]>"),
            ("operator 3", "operator_3"),
            ("a b 12.5", "a b_12.5"),
            ("# note", "#_note"),
            ("12", "12"),
            ("f_[k]", "f[k]"),
            ("f_[x]", "f_[x]"),
            ("two\nlines", "two\u{fffd}lines"),
            ("", "[unnamed]"),
            ("<T as U>::f", "<T as U>::f"),
        ] {
            assert_eq!(fold_name(name), folded);
        }
    }
}
