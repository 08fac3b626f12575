//! The buffer of emitted steps.
//!
//! A function is emitted as a straight line and, after its last block, the paths that leave the
//! line and mostly come back: fix-ups, slow accesses, traps. Both are written at the same time.

use runtime_hooks::{Cause, TrapKind};
use smallvec::{SmallVec, smallvec};
use zkasm::{LinComb, Op, Reg, Step, Target};

use super::loc::{Loc, Part, Rule};
use crate::isa::zkasm::inst::Mark;

/// The label of the routine that ends a run with a trap; the code is in A.
pub(crate) const TRAP_LABEL: &str = "trap_with_code";

/// A line of a function.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// A label that something may jump to.
    Label(String),
    /// A step.
    Step(BufferedStep),
    /// A place where a region begins or ends: before the step that follows, or, if a label follows,
    /// behind the step before, which then does not jump.
    Mark(Mark),
}

/// A step and who has a part in it.
#[derive(Clone, Debug)]
pub(crate) struct BufferedStep {
    /// The step.
    pub step: Step,
    /// The reasons for it; the first pays.
    pub parts: SmallVec<[Part; 1]>,
    /// The kind of machine instruction it was made for.
    pub kind: &'static str,
}

/// Whether no step is among lines that a function begins with.
pub(crate) fn is_at_entry(lines: &[Line]) -> bool {
    !lines.iter().any(|line| matches!(line, Line::Step(_)))
}

/// Steps of one function.
pub(crate) struct Buffer {
    line: Vec<Line>,
    aside: Vec<Line>,
    is_aside: bool,
    prefix: String,
    next_label: u32,
    loc: Option<Loc>,
    also: Option<Loc>,
    rule: Option<Rule>,
    cause: Cause,
    kind: &'static str,
}

impl Buffer {
    /// An empty buffer; every label it makes begins with `prefix`.
    pub fn new(prefix: &str) -> Buffer {
        Buffer {
            line: Vec::new(),
            aside: Vec::new(),
            is_aside: false,
            prefix: prefix.to_owned(),
            next_label: 0,
            loc: None,
            also: None,
            rule: None,
            cause: Cause::Startup,
            kind: "startup",
        }
    }

    /// All lines, the paths aside last.
    pub fn finish(mut self) -> Vec<Line> {
        self.line.append(&mut self.aside);
        self.line
    }

    /// From here on, steps serve this operator, as this kind of instruction, for this reason.
    pub fn serve(&mut self, loc: Option<Loc>, kind: &'static str, cause: Cause) {
        (self.loc, self.kind, self.cause) = (loc, kind, cause);
        (self.also, self.rule) = (None, None);
    }

    /// Steps on the straight line do this operator's work, too, without its paying.
    pub fn serve_also(&mut self, also: Option<Loc>) {
        self.also = also;
    }

    /// The same, as an instruction that a rule made.
    pub fn serve_rule(&mut self, loc: Loc, rule: Rule, kind: &'static str, cause: Cause) {
        self.serve(Some(loc), kind, cause);
        self.rule = Some(rule);
    }

    /// Runs `emit` with another cause.
    pub fn because<T>(&mut self, cause: Cause, emit: impl FnOnce(&mut Buffer) -> T) -> T {
        let before = std::mem::replace(&mut self.cause, cause);
        let result = emit(self);
        self.cause = before;
        result
    }

    /// A label that is not bound yet.
    pub fn new_label(&mut self) -> String {
        self.next_label += 1;
        format!("{}_x{}", self.prefix, self.next_label)
    }

    fn push(&mut self, line: Line) {
        if self.is_aside {
            self.aside.push(line)
        } else {
            self.line.push(line)
        }
    }

    /// Binds a label here.
    pub fn bind(&mut self, label: &str) {
        self.push(Line::Label(label.to_owned()));
    }

    /// Marks this place.
    pub fn mark(&mut self, mark: &Mark) {
        self.push(Line::Mark(mark.clone()));
    }

    /// Whether nothing follows a mark yet.
    pub fn ends_in_mark(&self) -> bool {
        matches!(self.line.last(), Some(Line::Mark(_)))
    }

    /// Whether no step is on the straight line yet.
    pub fn is_at_entry(&self) -> bool {
        is_at_entry(&self.line)
    }

    /// Appends a step.
    pub fn step(&mut self, step: Step) {
        let part = Part {
            loc: self.loc,
            rule: self.rule,
            cause: self.cause.clone(),
        };
        let mut parts = smallvec![part];
        if let (Some(also), false) = (self.also, self.is_aside) {
            parts.push(Part {
                loc: Some(also),
                rule: self.rule,
                cause: Cause::Op,
            });
        }
        let line = Line::Step(BufferedStep {
            step,
            parts,
            kind: self.kind,
        });
        self.push(line);
    }

    /// Appends `:JMP(label)`.
    pub fn jump(&mut self, label: &str) {
        self.step(Step::bare(Op::Jmp(Target::label(label))));
    }

    /// Writes a path aside of the straight line and returns the label it begins with. It must end
    /// in a jump.
    pub fn aside(&mut self, emit: impl FnOnce(&mut Buffer)) -> String {
        let label = self.new_label();
        self.aside_at(&label, emit);
        label
    }

    /// Writes a path aside at a label made before.
    pub fn aside_at(&mut self, label: &str, emit: impl FnOnce(&mut Buffer)) {
        let before = std::mem::replace(&mut self.is_aside, true);
        debug_assert!(
            !before,
            "a path aside inside of another would be written into it"
        );
        self.bind(label);
        emit(self);
        self.is_aside = before;
    }

    /// A path aside that traps: one line for each place, so that a trap is known by its line.
    pub fn trap_aside(&mut self, kind: TrapKind) -> String {
        self.because(Cause::TrapCheck, |buffer| {
            buffer.aside(|buffer| buffer.trap(kind))
        })
    }

    /// Traps here.
    pub fn trap(&mut self, kind: TrapKind) {
        let code = LinComb::constant(i64::from(kind.code()));
        self.step(
            Step::of(code)
                .to(Reg::A)
                .with(Op::Jmp(Target::label(TRAP_LABEL))),
        );
    }
}
