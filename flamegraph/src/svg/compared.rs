//! Two profiles side by side, frame by frame.

use std::collections::HashMap;

use inferno::differential;

use super::legend::unexpected;
use super::{Side, failed};
use crate::error::Error;

/// A stack with its self values, old and new.
pub(super) struct Line {
    pub(super) stack: String,
    pub(super) values: [u64; 2],
}

/// Two folded texts side by side, sorted by frames.
pub(super) fn compared(old: &str, new: &str) -> Result<Vec<Line>, Error> {
    let mut text = Vec::new();
    let options = differential::Options::default();
    differential::from_readers(options, old.as_bytes(), new.as_bytes(), &mut text)
        .map_err(failed)?;
    let text = String::from_utf8(text).map_err(|error| failed(std::io::Error::other(error)))?;
    let parse = |line: &str| {
        let (rest, new) = line.rsplit_once(' ')?;
        let (stack, old) = rest.rsplit_once(' ')?;
        Some(Line {
            stack: stack.to_owned(),
            values: [old.parse().ok()?, new.parse().ok()?],
        })
    };
    let lines: Option<Vec<Line>> = text.lines().map(parse).collect();
    let mut lines = lines.ok_or_else(unexpected)?;
    lines.sort_by(|a, b| a.stack.split(';').cmp(b.stack.split(';')));
    Ok(lines)
}

/// A frame in a context, with what it cost, old and new.
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    parent: usize,
    /// How many frames it is inside of, all of it among them.
    pub(super) depth: usize,
    pub(super) own: [u64; 2],
    pub(super) total: [u64; 2],
}

/// The frames that the picture is of; the first is all of it.
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// By depth and where it begins, each that has a width.
    pub(super) drawn: HashMap<(usize, u64), usize>,
}

impl<'a> Tree<'a> {
    /// The tree of sorted lines.
    pub(super) fn new(lines: &'a [Line], side: Side) -> Tree<'a> {
        let side = side as usize;
        let node = |name, parent, depth| Node {
            name,
            parent,
            depth,
            own: [0; 2],
            total: [0; 2],
        };
        let mut nodes = vec![node("all", 0, 0)];
        let mut begins: Vec<(usize, u64)> = vec![(0, 0)];
        // The nodes of the line before, the outermost first.
        let mut open: Vec<usize> = vec![0];
        let mut position = 0;
        for line in lines {
            let frames: Vec<&str> = line.stack.split(';').collect();
            let common = open[1..].iter().zip(&frames);
            let common = common.take_while(|&(&id, &frame)| nodes[id].name == frame);
            open.truncate(1 + common.count());
            for &frame in &frames[open.len() - 1..] {
                nodes.push(node(frame, open[open.len() - 1], open.len()));
                begins.push((open.len(), position));
                open.push(nodes.len() - 1);
            }
            nodes[open[open.len() - 1]].own = line.values;
            for &id in &open {
                for (total, value) in nodes[id].total.iter_mut().zip(line.values) {
                    *total += value;
                }
            }
            position += line.values[side];
        }
        let drawn = begins.into_iter().enumerate();
        let drawn = drawn.filter(|&(id, _)| nodes[id].total[side] != 0);
        let drawn = drawn.map(|(id, begin)| (begin, id)).collect();
        Tree { nodes, drawn }
    }

    /// The outermost frames that one side only has, the largest first.
    pub(super) fn only(&self, side: Side) -> Vec<&Node<'a>> {
        let other = 1 - side as usize;
        let mut found: Vec<&Node<'a>> = self.nodes[1..]
            .iter()
            .filter(|node| node.total[other] == 0)
            .filter(|node| node.parent == 0 || self.nodes[node.parent].total[other] != 0)
            .collect();
        // Stable: equal ones stay in the order of the picture.
        found.sort_by_key(|node| std::cmp::Reverse(node.total[side as usize]));
        found
    }
}
