//! The sections of a program, in the order of its ROM.

use runtime_hooks::sidetable::{FunctionKind, FunctionName};

use super::{Linkage, one_line, startup};
use crate::machinst::buffer::{Line, TRAP_LABEL};
use crate::machinst::bundle::bundle;
use crate::runtime;

/// A function of the program: compiled, of the runtime, or the start stub.
pub(crate) struct Section {
    /// Its names.
    pub name: FunctionName,
    /// What it is.
    pub kind: FunctionKind,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Variables that it uses besides those of every program.
    pub vars: &'static [&'static str],
}

impl Section {
    /// The comment above it.
    pub fn comment(&self) -> String {
        match self.kind {
            FunctionKind::Wasm(index) => format!("function {index}: {}", one_line(&self.name.name)),
            _ => self.name.name.clone(),
        }
    }

    fn uses(&self, label: &str) -> bool {
        self.lines.iter().any(|line| match line {
            Line::Step(buffered) => buffered
                .step
                .ops
                .iter()
                .any(|op| op.labels().any(|used| used == label)),
            Line::Label(_) => false,
        })
    }
}

fn synthetic(name: String, kind: FunctionKind, lines: Vec<Line>) -> Section {
    let name = FunctionName {
        name,
        linkage_name: None,
        declared: None,
    };
    Section {
        name,
        kind,
        lines: bundle(lines),
        vars: &[],
    }
}

/// The start stub, the routines that something uses, and the compiled functions.
pub(super) fn assemble(linkage: &Linkage<'_>) -> Vec<Section> {
    let startup = startup::lines(linkage.module, linkage.entry);
    let mut sections = vec![synthetic(
        "[startup]".to_owned(),
        FunctionKind::Startup,
        startup,
    )];
    for routine in runtime::routines() {
        // Every program can end in a trap; a routine may use those after it.
        let used = routine.name == TRAP_LABEL
            || linkage
                .functions
                .iter()
                .any(|section| section.uses(routine.name));
        if used {
            let name = format!("[runtime:{}]", routine.name);
            let mut section = synthetic(name, FunctionKind::Runtime, routine.lines);
            section.vars = routine.vars;
            sections.push(section);
        }
    }
    sections.extend(linkage.functions.iter().map(|section| Section {
        name: section.name.clone(),
        kind: section.kind,
        lines: section.lines.clone(),
        vars: section.vars,
    }));
    sections
}
