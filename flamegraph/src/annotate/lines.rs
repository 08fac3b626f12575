//! Source lines as a tree: those of inlined functions are inside of those they are inlined at.

use std::collections::{BTreeMap, HashMap};

use runtime_hooks::SideTable;
use runtime_hooks::sidetable::Contribution;

use super::function::operator;
use super::{AnnotatedOperator, SourceLine};
use crate::text::rounded_percent;

/// A place in the source: what tells the lines inside of one line apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    inlined: Option<u32>,
    /// File and line; none if unknown.
    line: Option<(u32, u32)>,
}

/// Something compiled for a source line: an operator, or what has none, by cause.
pub(super) struct Part {
    pub(super) operator: AnnotatedOperator,
}

struct Node {
    parent: Option<usize>,
    depth: u32,
    place: Place,
    parts: Vec<Part>,
}

/// The source lines of a function in the making.
pub(super) struct Nodes<'a> {
    map: &'a SideTable,
    /// For each location, the one that its chain ends with; if none are given, chains are whole.
    roots: Option<&'a [Option<u32>]>,
    /// Callers first.
    nodes: Vec<Node>,
    ids: HashMap<(Option<usize>, Place), usize>,
    of_location: HashMap<u32, usize>,
    parts: HashMap<(usize, Result<u32, String>), usize>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(map: &'a SideTable, roots: Option<&'a [Option<u32>]>) -> Nodes<'a> {
        Nodes {
            map,
            roots,
            nodes: Vec::new(),
            ids: HashMap::new(),
            of_location: HashMap::new(),
            parts: HashMap::new(),
        }
    }

    /// Where a contribution belongs; of an inlined function, it is in the compiled one called `function`.
    pub(super) fn operator(&mut self, of: &Contribution, function: Option<&String>) -> &mut Part {
        let node = match of.location {
            Some(location) => self.location(location),
            None => self.node(
                None,
                Place {
                    inlined: None,
                    line: None,
                },
            ),
        };
        let offset = of.wasm_offset.map(|offset| offset.0);
        let key = offset.ok_or_else(|| of.cause.to_string());
        let parts = &mut self.nodes[node].parts;
        let part = *self.parts.entry((node, key)).or_insert(parts.len());
        if part == parts.len() {
            parts.push(Part {
                operator: AnnotatedOperator {
                    wasm_offset: offset,
                    operator: operator(self.map, of),
                    function: function.cloned(),
                    text: None,
                    before: Vec::new(),
                    value: 0,
                    zkasm: Vec::new(),
                    paid_by_others: Vec::new(),
                },
            });
        }
        &mut parts[part]
    }

    /// The line of a location. Chains may be long, so there is no recursion.
    fn location(&mut self, location: u32) -> usize {
        let mut unknown = Vec::new();
        let mut next = Some(location);
        let mut node = None;
        while let Some(id) = next {
            node = self.of_location.get(&id).copied();
            if node.is_some() {
                break;
            }
            unknown.push(id);
            next = match self.is_root(id) {
                true => None,
                false => self.map.locations[id as usize].inlined_at,
            };
        }
        for &id in unknown.iter().rev() {
            let location = &self.map.locations[id as usize];
            let place = Place {
                inlined: location.inlined.filter(|_| !self.is_root(id)),
                line: (location.line != 0).then_some((location.file, location.line)),
            };
            let inner = self.node(node, place);
            self.of_location.insert(id, inner);
            node = Some(inner);
        }
        node.expect("a location is a part of its own chain")
    }

    /// Whether a chain ends with a location, although it is inlined itself.
    fn is_root(&self, location: u32) -> bool {
        let root = self.roots.and_then(|roots| roots[location as usize]);
        root == Some(location)
    }

    fn node(&mut self, parent: Option<usize>, place: Place) -> usize {
        *self.ids.entry((parent, place)).or_insert_with(|| {
            self.nodes.push(Node {
                parent,
                depth: parent.map_or(0, |parent| self.nodes[parent].depth + 1),
                place,
                parts: Vec::new(),
            });
            self.nodes.len() - 1
        })
    }

    /// The lines in order: those of the file that declares the function first, what has no source
    /// last, and what is inlined somewhere right behind that.
    pub(super) fn into_lines(self, declared: Option<&str>, own: u64, sum: u64) -> Vec<SourceLine> {
        let map = self.map;
        let file = |place: Place| {
            place
                .line
                .map(|(file, _)| map.files[file as usize].as_str())
        };
        let name = |place: Place| {
            let id = place.inlined?;
            Some(map.inlined[id as usize].name.as_str())
        };
        let mut lines: Vec<SourceLine> = Vec::with_capacity(self.nodes.len());
        let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        let places: Vec<Place> = self.nodes.iter().map(|node| node.place).collect();
        let parents: Vec<Option<usize>> = self.nodes.iter().map(|node| node.parent).collect();
        for (index, node) in self.nodes.into_iter().enumerate() {
            inside.entry(node.parent).or_default().push(index);
            let mut operators: Vec<_> = node.parts.into_iter().map(|part| part.operator).collect();
            operators.sort_by_key(|operator| {
                let first = operator.zkasm.first().map(|line| line.zkpc);
                let offset = operator.wasm_offset;
                (offset.is_none(), offset, first)
            });
            let self_value = operators.iter().map(|operator| operator.value).sum();
            lines.push(SourceLine {
                depth: node.depth,
                inlined: name(node.place).map(str::to_owned),
                file: file(node.place).map(str::to_owned),
                line: node.place.line.map(|(_, line)| line),
                text: None,
                self_value,
                total: self_value,
                percent: 0.0,
                percent_of_sum: 0.0,
                operators,
            });
        }
        for index in (0..lines.len()).rev() {
            let total = lines[index].total;
            lines[index].percent = rounded_percent(total, own);
            lines[index].percent_of_sum = rounded_percent(total, sum);
            if let Some(parent) = parents[index] {
                lines[parent].total += total;
            }
        }
        for list in inside.values_mut() {
            list.sort_by_key(|&index| {
                let place = places[index];
                let other = place.line.is_none() || file(place) != declared;
                let line = place.line.map(|(_, line)| line);
                let unknown = line.is_none();
                (
                    name(place),
                    unknown,
                    other,
                    file(place),
                    line,
                    place.inlined,
                )
            });
        }
        let mut pending: Vec<usize> = Vec::new();
        let push = |pending: &mut Vec<usize>, of: Option<usize>| {
            let list = inside.get(&of).map_or(&[][..], Vec::as_slice);
            pending.extend(list.iter().rev());
        };
        push(&mut pending, None);
        let mut order = Vec::with_capacity(lines.len());
        while let Some(index) = pending.pop() {
            order.push(index);
            push(&mut pending, Some(index));
        }
        let mut lines: Vec<Option<SourceLine>> = lines.into_iter().map(Some).collect();
        let ordered = order.into_iter().filter_map(|index| lines[index].take());
        ordered.collect()
    }
}
