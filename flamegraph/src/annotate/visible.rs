//! What is shown of a function's source lines.

use super::text::Layout;
use super::{AnnotatedOperator, SourceLine};
use crate::text::percent;

/// So many lines of the source without code are shown at either end of a gap.
const AROUND: usize = 2;

/// What is shown of a function's lines, one beneath the other.
pub(super) enum Shown<'a> {
    /// A line of the source for which nothing is shown that was compiled, and no numbers.
    Text(&'a SourceLine),
    /// A line with its numbers, but without what was compiled for it.
    Light(&'a SourceLine),
    /// A line with what was compiled for it, or with that which is inlined there.
    Code(&'a SourceLine, Vec<&'a AnnotatedOperator>),
    /// Lines of the source that are left out.
    Gap,
}

/// What is left out because it is too cheap.
#[derive(Default)]
pub(super) struct LeftOut {
    pub(super) lines: u64,
    pub(super) operators: u64,
    pub(super) zkasm: u64,
    /// What was counted there.
    pub(super) value: u64,
}

/// What is shown, and how much is not.
#[derive(Default)]
pub(super) struct Visible<'a> {
    pub(super) shown: Vec<Shown<'a>>,
    pub(super) left_out: LeftOut,
}

impl<'a> Visible<'a> {
    /// The lines that are shown.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'a SourceLine> + '_ {
        self.shown.iter().filter_map(|shown| match shown {
            Shown::Text(line) | Shown::Light(line) | Shown::Code(line, _) => Some(*line),
            Shown::Gap => None,
        })
    }
}

/// What a line has to do with the place that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// It is there, or inlined there.
    Inside,
    /// What is there is inlined into it.
    Around,
    Elsewhere,
}

impl Layout<'_> {
    /// What is shown of lines.
    pub(super) fn visible<'b>(&self, lines: &'b [SourceLine]) -> Visible<'b> {
        let mut visible = Visible::default();
        if self.ran.is_empty() {
            return visible;
        }
        let (ran, at) = (self.ran_in(lines), self.at(lines));
        // With whether it may be left out as a part of a gap.
        let mut all: Vec<(Shown<'b>, bool)> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if !ran[index] {
                // A line of the function itself is there for its text even if nothing of it ran.
                let is_text = line.depth == 0 && line.line.is_some();
                if is_text && self.options.place.is_none() {
                    all.push((Shown::Text(line), true));
                }
                continue;
            }
            match at[index] {
                At::Elsewhere => continue,
                At::Around => {
                    all.push((Shown::Light(line), false));
                    continue;
                }
                At::Inside => {}
            }
            let operators = line.operators.iter().filter(|o| self.is_shown(o));
            let (light, heavy): (Vec<_>, Vec<_>) = operators.partition(|o| self.is_light(o.value));
            if self.is_light(line.total) {
                match line.depth {
                    0 => all.push((Shown::Light(line), true)),
                    _ => visible.left_out.lines += 1,
                }
            } else {
                all.push((Shown::Code(line, heavy), false));
            }
            visible.left_out.operators += light.len() as u64;
            visible.left_out.value += light.iter().map(|o| o.value).sum::<u64>();
        }
        visible.shown = with_gaps(all, &mut visible.left_out);
        visible
    }

    /// Whether something is left out for being too cheap.
    pub(super) fn is_light(&self, value: u64) -> bool {
        let least = self.options.min_percent;
        least > 0.0 && percent(value, self.self_value) < least
    }

    /// For each line, whether anything is to be shown that was compiled for it or is inlined there.
    fn ran_in(&self, lines: &[SourceLine]) -> Vec<bool> {
        around(lines, |line| {
            line.operators.iter().any(|o| self.is_shown(o))
        })
    }

    /// For each line, where it is.
    pub(super) fn at(&self, lines: &[SourceLine]) -> Vec<At> {
        let Some(place) = &self.options.place else {
            return vec![At::Inside; lines.len()];
        };
        let around = around(lines, |line| place.has(line));
        // How deep the line is that is there, until one follows that is not inlined there.
        let mut inside: Option<u32> = None;
        let at = lines.iter().zip(around).map(|(line, around)| {
            inside = inside.filter(|&depth| depth < line.depth);
            if inside.is_none() && place.has(line) {
                inside = Some(line.depth);
            }
            match (inside, around) {
                (Some(_), _) => At::Inside,
                (None, true) => At::Around,
                (None, false) => At::Elsewhere,
            }
        });
        at.collect()
    }

    pub(super) fn is_shown(&self, operator: &AnnotatedOperator) -> bool {
        let lines = operator.zkasm.iter().map(|line| &line.zkpc);
        let mut lines = lines.chain(&operator.paid_by_others);
        // What others pay for in other functions is not among what ran.
        self.options.all && self.annotation.blocks || lines.any(|zkpc| self.ran.contains(zkpc))
    }
}

/// For each line, whether something holds for it or for a line that is inlined there.
fn around(lines: &[SourceLine], holds: impl Fn(&SourceLine) -> bool) -> Vec<bool> {
    let mut found = vec![false; lines.len()];
    // How deep the last line is for which it holds, until the line is found that it is inlined at.
    let mut inner = 0;
    for (index, line) in lines.iter().enumerate().rev() {
        found[index] = line.depth < inner || holds(line);
        if found[index] {
            inner = line.depth;
        }
    }
    found
}

/// Puts a gap in place of the middle of what may be left out.
fn with_gaps<'a>(all: Vec<(Shown<'a>, bool)>, left_out: &mut LeftOut) -> Vec<Shown<'a>> {
    let mut shown = Vec::with_capacity(all.len());
    let mut run: Vec<Shown<'a>> = Vec::new();
    let mut close = |run: &mut Vec<Shown<'a>>, shown: &mut Vec<Shown<'a>>| {
        if run.len() > 2 * AROUND + 1 {
            let last = run.split_off(run.len() - AROUND);
            let middle = run.split_off(AROUND);
            let light = middle.iter().filter(|line| matches!(line, Shown::Light(_)));
            left_out.lines += light.count() as u64;
            shown.append(run);
            shown.push(Shown::Gap);
            shown.extend(last);
        } else {
            shown.append(run);
        }
    };
    for (line, may_be_left_out) in all {
        if may_be_left_out {
            run.push(line);
        } else {
            close(&mut run, &mut shown);
            shown.push(line);
        }
    }
    close(&mut run, &mut shown);
    shown
}
