//! A change to be found again: one more spill before each call of a function.
//!
//! Tests compile a program with it and without, and what profiles tell of the difference must be this
//! and nothing else. The step is made as those of allocation are and takes the same way from here on; but
//! it is put between bundled lines, for a spill before a call that has a line of its own would share and
//! pay for that line, and nothing would be dearer.

use runtime_hooks::Cause;
use smallvec::smallvec;
use zkasm::{Op, Reg, Target};

use super::buffer::{BufferedStep, Line};
use super::emit::{FunctionContext, is_function_label};
use super::loc::Part;

/// Spills a register before each line that calls a function, to the last slot, which nothing else
/// uses.
pub(crate) fn spills(ctx: &FunctionContext<'_>, lines: Vec<Line>) -> Vec<Line> {
    let calls = |line: &Line| match line {
        Line::Step(buffered) => match buffered.step.jump() {
            Some(Op::Call(Target::Label(label))) => is_function_label(label),
            _ => false,
        },
        Line::Label(_) | Line::Mark(_) => false,
    };
    let mut planted = Vec::with_capacity(lines.len());
    for line in lines {
        if let (true, Line::Step(call)) = (calls(&line), &line) {
            let takes_frame = call.step.dests.contains(&Reg::Sp);
            planted.push(Line::Step(BufferedStep {
                step: ctx.spare_spill(takes_frame),
                parts: smallvec![Part {
                    loc: call.parts.last().and_then(|part| part.loc),
                    rule: None,
                    cause: Cause::Spill,
                }],
                kind: "spill",
            }));
        }
        planted.push(line);
    }
    planted
}
