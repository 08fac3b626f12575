//! Folded stacks: one line per stack, as flamegraph tools read them.
//!
//! # Format
//!
//! UTF-8 text, one line per stack with a value other than 0: the frames, outermost first, separated
//! by `;`, then a blank and the self value, an exact integer. Lines are sorted by their frames, the
//! outermost first, so stacks with a common caller are neighbours; no two have the same frames. The
//! values add up to the profile's total of the metric.
//!
//! Frames are called as their [`Granularity`] says, but so that no tool misreads a line:
//!
//! * `;` becomes `:`; unprintable characters become `\u{fffd}`;
//! * the blank before a last word of digits becomes `_` (`f 3` would read as two values), as does
//!   the one after a leading `#` (such lines would read as comments);
//! * an empty name is `[unnamed]`.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::granularity::Granularity;
use crate::profile::{MetricId, Profile};
use crate::text::one_line;
use crate::tree::Tree;

/// A profile's folded stacks by metric and granularity, ending in a newline unless there are none.
///
/// # Panics
/// If the metric is not of this profile.
pub fn to_text(profile: &Profile, metric: MetricId, granularity: Granularity) -> String {
    let tree = Tree::new(profile, metric, granularity);
    let names: Vec<String> = tree
        .frames()
        .iter()
        .map(|(_, frame)| fold_name(&frame.label(profile)))
        .collect();
    Names::new(&tree, &names).to_text()
}

/// A tree of names: frames of one name in one context are one node.
struct Names<'a> {
    /// Every name once, in ascending order.
    names: Vec<&'a str>,
    /// For each node its place in `names` and its self value; parents first.
    nodes: Vec<(usize, u64)>,
    /// The outermost nodes and the children of each node, as places in `nodes`.
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
}

impl<'a> Names<'a> {
    /// Folds a tree further. `names` has the name of each of its frames.
    fn new(tree: &Tree, names: &'a [String]) -> Names<'a> {
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let rank = |name: &String| sorted.binary_search(&name.as_str());
        let ranks: Vec<usize> = names
            .iter()
            .map(|name| rank(name).expect("every name is in the list of names"))
            .collect();
        let mut folded = Names {
            names: sorted,
            nodes: Vec::new(),
            roots: Vec::new(),
            children: Vec::new(),
        };
        let mut ids: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        let mut id_of: Vec<usize> = Vec::with_capacity(tree.iter().len());
        for (_, node) in tree.iter() {
            let parent = node.parent.map(|parent| id_of[parent.index()]);
            let rank = ranks[node.frame.index()];
            let id = *ids.entry((parent, rank)).or_insert_with(|| {
                let id = folded.nodes.len();
                folded.nodes.push((rank, 0));
                folded.children.push(Vec::new());
                match parent {
                    Some(parent) => folded.children[parent].push(id),
                    None => folded.roots.push(id),
                }
                id
            });
            folded.nodes[id].1 += node.self_value;
            id_of.push(id);
        }
        // The last is walked first.
        for siblings in folded.children.iter_mut().chain([&mut folded.roots]) {
            siblings.sort_unstable_by_key(|&id| Reverse(folded.nodes[id].0));
        }
        folded
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        let mut stack = String::new();
        // A node, and how long the stack of its callers is.
        let mut todo: Vec<(usize, usize)> = self.roots.iter().map(|&id| (id, 0)).collect();
        while let Some((id, callers)) = todo.pop() {
            let (name, value) = self.nodes[id];
            stack.truncate(callers);
            if !stack.is_empty() {
                stack.push(';');
            }
            stack.push_str(self.names[name]);
            if value != 0 {
                text.push_str(&stack);
                text.push_str(&format!(" {value}\n"));
            }
            todo.extend(self.children[id].iter().map(|&child| (child, stack.len())));
        }
        text
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
            ("two\nlines", "two\u{fffd}lines"),
            ("", "[unnamed]"),
            ("<T as U>::f", "<T as U>::f"),
        ] {
            assert_eq!(fold_name(name), folded);
        }
    }
}
