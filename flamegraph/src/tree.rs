//! The call tree of one metric at one granularity: what flamegraphs and tables are drawn from.

use std::collections::HashMap;

use crate::granularity::{FrameId, Frames, Granularity};
use crate::profile::{MetricId, Profile, StackId};

/// A node of a [`Tree`]: its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The place in the list, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A frame in one calling context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The caller, always a smaller id; none for an outermost frame.
    pub parent: Option<NodeId>,
    /// The frame.
    pub frame: FrameId,
    /// What was counted in the frame itself.
    pub self_value: u64,
    /// What was counted in it and in everything that it called.
    pub total: u64,
}

/// The samples of a profile, folded by frame. The sum of `self_value` over all nodes is the
/// profile's total of the metric.
#[derive(Clone, Debug)]
pub struct Tree {
    frames: Frames,
    nodes: Vec<Node>,
    of_stack: Vec<NodeId>,
}

impl Tree {
    /// Folds the samples of a profile.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(profile: &Profile, metric: MetricId, granularity: Granularity) -> Tree {
        let frames = Frames::new(profile, granularity);
        let mut nodes: Vec<Node> = Vec::new();
        let mut ids: HashMap<(Option<NodeId>, FrameId), NodeId> = HashMap::new();
        let mut of_stack: Vec<NodeId> = Vec::with_capacity(profile.stacks().len());
        for stack in profile.stacks() {
            let mut parent = stack.parent.map(|id| of_stack[id.index()]);
            for &frame in frames.of(stack.location) {
                let id = *ids.entry((parent, frame)).or_insert_with(|| {
                    nodes.push(Node {
                        parent,
                        frame,
                        self_value: 0,
                        total: 0,
                    });
                    NodeId((nodes.len() - 1) as u32)
                });
                parent = Some(id);
            }
            of_stack.push(parent.expect("a location has a frame"));
        }
        // No overflow: no sum of values exceeds the metric's total.
        for sample in profile.samples() {
            let node = of_stack[sample.stack.index()];
            nodes[node.index()].self_value += sample.values[metric.index()];
        }
        for index in (0..nodes.len()).rev() {
            nodes[index].total += nodes[index].self_value;
            if let Some(parent) = nodes[index].parent {
                nodes[parent.index()].total += nodes[index].total;
            }
        }
        Tree {
            frames,
            nodes,
            of_stack,
        }
    }

    /// The frames that the nodes name.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// The nodes with their ids, callers first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (NodeId, &Node)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.map(|(index, node)| (NodeId(index as u32), node))
    }

    /// The node of a stack: that of its innermost frame.
    ///
    /// # Panics
    /// If the stack is not of the profile.
    pub fn of(&self, stack: StackId) -> NodeId {
        self.of_stack[stack.index()]
    }

    /// A node and its callers, innermost first.
    ///
    /// # Panics
    /// If the id is not of this tree.
    pub fn path(&self, id: NodeId) -> impl Iterator<Item = &Node> {
        let parent = |node: &&Node| node.parent.map(|id| &self.nodes[id.index()]);
        std::iter::successors(Some(&self.nodes[id.index()]), parent)
    }

    /// For each frame, what was counted in it and what in every stack that it stands in. A frame
    /// that stands in a stack several times counts once.
    pub fn frame_values(&self) -> Vec<FrameValues> {
        let mut values = vec![FrameValues::default(); self.frames.iter().len()];
        for (id, node) in self.iter() {
            let value = &mut values[node.frame.index()];
            value.self_value += node.self_value;
            let mut callers = self.path(id).skip(1);
            if !callers.any(|caller| caller.frame == node.frame) {
                value.total += node.total;
            }
        }
        values
    }
}

/// What was counted in a frame over all its calling contexts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameValues {
    /// In the frame itself.
    pub self_value: u64,
    /// In the frame and everything that it called, once per stack.
    pub total: u64,
}
