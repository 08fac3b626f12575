//! Blocks: runs of ROM lines entered only at the first and left only at the last.

use zkasm::Op;

use super::Section;
use crate::machinst::buffer::Line;

/// A block of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The zkPC of its first line.
    pub first: u32,
    /// Its number of lines.
    pub rows: u32,
    /// Whether the line before it is a call of the same section: control comes back here.
    pub after_call: bool,
}

/// The blocks of all sections, in order. Every jump, call and return ends one; every label begins
/// one, for only labels that something jumps to are left, and so does every mark.
pub(super) fn find(sections: &[Section]) -> Vec<Found> {
    let mut blocks: Vec<Found> = Vec::new();
    let mut zkpc = 0;
    for section in sections {
        let mut leader = true;
        let mut after_call = false;
        for line in &section.lines {
            match line {
                Line::Label(_) | Line::Mark(_) => leader = true,
                Line::Step(buffered) => {
                    if leader {
                        blocks.push(Found {
                            first: zkpc,
                            rows: 0,
                            after_call,
                        });
                    }
                    if let Some(block) = blocks.last_mut() {
                        block.rows += 1;
                    }
                    let jump = buffered.step.jump();
                    leader = jump.is_some();
                    after_call = matches!(jump, Some(Op::Call(_)));
                    zkpc += 1;
                }
            }
        }
    }
    blocks
}
