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
}

fn variables(lines: &[Line]) -> impl Iterator<Item = &str> {
    lines.iter().filter_map(|line| match line {
        Line::Step(buffered) => match buffered.step.memory() {
            Some(
                Op::MLoad(Addr::Var(name, _) | Addr::Element(name, _))
                | Op::MStore(Addr::Var(name, _) | Addr::Element(name, _)),
            ) => Some(name.as_str()),
            _ => None,
        },
        Line::Label(_) | Line::Mark(_) => None,
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
pub(super) fn assemble(linkage: &Linkage<'_>, functions: Vec<Section>) -> Vec<Section> {
    let mut routines: Vec<(bool, runtime::Routine)> = runtime::routines(linkage.module)
        .into_iter()
        .map(|routine| (false, routine))
        .collect();
    // Every program can end in a trap. A routine may use another.
    let mut pending: Vec<String> = vec![TRAP_LABEL.to_owned()];
    pending.extend(functions.iter().flat_map(|section| labels(&section.lines)));
    while let Some(label) = pending.pop() {
        let found = routines
            .iter_mut()
            .find(|(used, routine)| !used && routine.name == label);
        if let Some((used, routine)) = found {
            *used = true;
            pending.extend(labels(&routine.lines));
        }
    }
    let routines = routines
        .into_iter()
        .filter(|(used, _)| *used)
        .map(|(_, routine)| {
            let name = format!("[runtime:{}]", routine.name);
            synthetic(name, FunctionKind::Runtime, routine.lines)
        });
    let rest: Vec<Section> = routines.chain(functions).collect();
    let used: BTreeSet<&str> = rest.iter().flat_map(Section::variables).collect();
    let startup = startup::lines(linkage.module, linkage.entry, &used);
    let startup = synthetic("[startup]".to_owned(), FunctionKind::Startup, startup);
    std::iter::once(startup).chain(rest).collect()
}

/// The labels that lines refer to, with repeats.
fn labels(lines: &[Line]) -> impl Iterator<Item = String> {
    lines.iter().flat_map(|line| match line {
        Line::Step(buffered) => buffered
            .step
            .ops
            .iter()
            .flat_map(Op::labels)
            .map(str::to_owned)
            .collect(),
        Line::Label(_) | Line::Mark(_) => Vec::new(),
    })
}
