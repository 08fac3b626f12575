//! Jumps that go nowhere of their own: threaded, dropped, and what they made unreachable with them.
//!
//! A jump to the next line stays where marks need a step, and where a function begins with a loop: who
//! comes to a function's first line has called it.

use std::collections::{HashMap, HashSet};

use zkasm::{Op, Step, Target};

use super::buffer::{Line, is_at_entry};

/// Simplifies the jumps of a function without computed jumps. `entry` is its label from outside.
pub(crate) fn simplify(mut lines: Vec<Line>, entry: &str) -> Vec<Line> {
    thread(&mut lines);
    drop_unreachable(&mut lines);
    drop_jumps_to_next(&mut lines);
    drop_unused_labels(&mut lines, entry);
    lines
}

fn bare_jump(step: &Step) -> Option<&str> {
    match (&step.op, step.ops.as_slice()) {
        (None, [Op::Jmp(Target::Label(label))]) => Some(label),
        _ => None,
    }
}

/// Redirects jumps to a bare jump to where that one goes.
fn thread(lines: &mut [Line]) {
    let mut onward: HashMap<String, String> = HashMap::new();
    let mut waiting: Vec<&String> = Vec::new();
    for line in lines.iter() {
        match line {
            Line::Label(label) => waiting.push(label),
            Line::Step(buffered) => {
                let goes_to = bare_jump(&buffered.step);
                for label in waiting.drain(..) {
                    if let Some(target) = goes_to.filter(|target| target != label) {
                        onward.insert(label.clone(), target.to_owned());
                    }
                }
            }
            // Who comes by a mark must go on doing so.
            Line::Mark(_) => waiting.clear(),
        }
    }
    let end_of = |label: &str| {
        let mut end = label;
        // Bounded: bare jumps may form a loop.
        for _ in 0..onward.len() {
            match onward.get(end) {
                Some(next) => end = next,
                None => break,
            }
        }
        end.to_owned()
    };
    for line in lines {
        if let Line::Step(buffered) = line {
            for target in targets_mut(&mut buffered.step) {
                if let Target::Label(label) = target {
                    *label = end_of(label);
                }
            }
        }
    }
}

fn targets_mut(step: &mut Step) -> impl Iterator<Item = &mut Target> {
    step.ops.iter_mut().flat_map(|op| match op {
        Op::Jmp(target) | Op::Call(target) => vec![target],
        Op::JmpN(target, other)
        | Op::JmpZ(target, other)
        | Op::JmpNz(target, other)
        | Op::JmpC(target, other)
        | Op::JmpNc(target, other) => std::iter::once(target).chain(other.as_mut()).collect(),
        _ => Vec::new(),
    })
}

/// Drops steps that follow an unconditional jump without a label that is jumped to.
fn drop_unreachable(lines: &mut Vec<Line>) {
    loop {
        let used = used_labels(lines);
        let before = lines.len();
        let mut reachable = true;
        lines.retain(|line| match line {
            Line::Label(label) => {
                // The first label of the function is reachable without a jump of its own.
                reachable |= used.contains(label.as_str());
                true
            }
            Line::Step(buffered) => {
                let keep = reachable;
                let leaves = matches!(
                    buffered.step.jump(),
                    Some(
                        Op::Jmp(_)
                            | Op::Return
                            | Op::JmpN(_, Some(_))
                            | Op::JmpZ(_, Some(_))
                            | Op::JmpNz(_, Some(_))
                            | Op::JmpC(_, Some(_))
                            | Op::JmpNc(_, Some(_))
                    )
                );
                reachable &= !leaves;
                keep
            }
            Line::Mark(_) => reachable,
        });
        if lines.len() == before {
            return;
        }
    }
}

fn used_labels(lines: &[Line]) -> HashSet<String> {
    all_labels(lines).collect()
}

/// The labels that something jumps to, with repeats.
fn all_labels(lines: &[Line]) -> impl Iterator<Item = String> {
    lines
        .iter()
        .filter_map(|line| match line {
            Line::Step(buffered) => Some(&buffered.step),
            Line::Label(_) | Line::Mark(_) => None,
        })
        .flat_map(|step| step.ops.iter().flat_map(Op::labels))
        .map(str::to_owned)
}

fn drop_jumps_to_next(lines: &mut Vec<Line>) {
    let mut keep = vec![true; lines.len()];
    let mut uses: HashMap<String, u32> = HashMap::new();
    for label in all_labels(lines) {
        *uses.entry(label).or_default() += 1;
    }
    for (index, line) in lines.iter().enumerate() {
        if let Line::Step(buffered) = line
            && let Some(target) = bare_jump(&buffered.step)
        {
            let labels = lines[index + 1..].iter().map_while(|line| match line {
                Line::Label(label) => Some(label),
                Line::Step(_) | Line::Mark(_) => None,
            });
            let goes_to_next = labels.clone().any(|label| label == target);
            let uses = labels.filter_map(|label| uses.get(label)).sum::<u32>();
            let shares_it = uses > 1;
            let before = &lines[..index];
            let is_needed = bears_marks(before) || is_at_entry(before);
            keep[index] = !goes_to_next || shares_it && is_needed;
        }
    }
    let mut keep = keep.into_iter();
    lines.retain(|_| keep.next().unwrap_or(true));
}

/// Whether marks stand before a jump to a label of others that have no other step to stand at: a step
/// before them that does not jump.
fn bears_marks(before: &[Line]) -> bool {
    let marks = before.iter().rev();
    let marks = marks
        .take_while(|line| matches!(line, Line::Mark(_)))
        .count();
    let bearer = before.iter().rev().nth(marks);
    let bears = |line: &Line| matches!(line, Line::Step(step) if step.step.jump().is_none());
    marks > 0 && !bearer.is_some_and(bears)
}

fn drop_unused_labels(lines: &mut Vec<Line>, entry: &str) {
    let used = used_labels(lines);
    lines.retain(|line| match line {
        Line::Label(label) => label == entry || used.contains(label),
        Line::Step(_) | Line::Mark(_) => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::zkasm::inst::Mark;
    use crate::machinst::buffer::Buffer;

    /// What is left of a function: labels, `*` for marks, `-` for steps and `>` for jumps.
    fn left(write: impl FnOnce(&mut Buffer)) -> String {
        let mut buffer = Buffer::new("f");
        buffer.bind("f");
        write(&mut buffer);
        let shown = simplify(buffer.finish(), "f")
            .into_iter()
            .map(|line| match line {
                Line::Label(label) => label,
                Line::Mark(_) => "*".to_owned(),
                Line::Step(step) if step.step.jump().is_some() => ">".to_owned(),
                Line::Step(_) => "-".to_owned(),
            });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn mark(buffer: &mut Buffer) {
        buffer.mark(&Mark {
            region: "r".into(),
            end: false,
        });
    }

    fn step(buffer: &mut Buffer) {
        buffer.step(Step::of(zkasm::LinComb::constant(1)).to(zkasm::Reg::A));
    }

    #[test]
    fn a_mark_before_a_label_of_others_needs_a_step() {
        // At the step before it.
        let left_of = |first: fn(&mut Buffer), others: bool| {
            left(|b| {
                first(b);
                mark(b);
                b.jump("next");
                b.bind("next");
                step(b);
                b.jump(if others { "next" } else { "f" });
            })
        };
        assert_eq!(left_of(step, true), "f - * next - >");
        assert_eq!(left_of(step, false), "f - * - >");
        // There is none, or it jumps.
        assert_eq!(left_of(|_| {}, true), "f * > next - >");
        assert_eq!(left_of(|_| {}, false), "f * - >");
        let branch = |b: &mut Buffer| {
            let condition = Step::of(zkasm::LinComb::reg(zkasm::Reg::A));
            b.step(condition.with(Op::JmpNz(Target::label("f"), None)));
        };
        assert_eq!(left_of(branch, true), "f > * > next - >");
    }

    #[test]
    fn only_who_calls_a_function_comes_to_its_first_line() {
        let left_of = |loops: bool| {
            left(|b| {
                b.jump("body");
                b.bind("body");
                step(b);
                b.jump(if loops { "body" } else { "end" });
                b.bind("end");
                b.step(Step::bare(Op::Return));
            })
        };
        assert_eq!(left_of(true), "f > body - >");
        assert_eq!(left_of(false), "f - >");
    }

    #[test]
    fn nobody_comes_by_a_mark_who_did_not_before_and_nobody_gets_around_it() {
        let text = left(|b| {
            b.jump("marked");
            mark(b);
            b.bind("marked");
            mark(b);
            b.jump("end");
            b.bind("other");
            step(b);
            b.bind("end");
            step(b);
            b.jump("other");
        });
        assert_eq!(text, "f * > other - end - >");
    }
}
