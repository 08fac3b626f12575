//! The sections of a program, in the order of its ROM.

use std::collections::BTreeSet;

use runtime_hooks::sidetable::{FunctionKind, FunctionName};

use zkasm::{Addr, Op};

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
}

impl Section {
    /// The comment above it.
    pub fn comment(&self) -> String {
        match self.kind {
            FunctionKind::Wasm(index) => format!("function {index}: {}", one_line(&self.name.name)),
            _ => self.name.name.clone(),
        }
    }

    /// The variables that its lines mention, with repeats.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        variables(&self.lines)
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

fn variables(lines: &[Line]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|line| match line {
        Line::Step(buffered) => match buffered.step.memory() {
            Some(Op::MLoad(Addr::Var(name, _)) | Op::MStore(Addr::Var(name, _))) => {
                Some(name.as_str())
            }
            _ => None,
        },
        Line::Label(_) => None,
    })
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
    }
}

/// The start stub, the routines that something uses, and the compiled functions.
pub(super) fn assemble(linkage: &Linkage<'_>) -> Vec<Section> {
    let used: BTreeSet<&str> = linkage
        .functions
        .iter()
        .flat_map(|section| variables(&section.lines))
        .collect();
    let startup = startup::lines(linkage.module, linkage.entry, &used);
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
            sections.push(synthetic(name, FunctionKind::Runtime, routine.lines));
        }
    }
    sections.extend(linkage.functions.iter().map(|section| Section {
        name: section.name.clone(),
        kind: section.kind,
        lines: section.lines.clone(),
    }));
    sections
}
