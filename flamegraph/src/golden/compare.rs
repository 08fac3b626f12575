//! Comparing two golden files, exactly and both ways.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use super::{Costs, Golden, Header};

/// What changed between two golden files. Serialises as an object of the fields' names; variants
/// are named in snake case, those of [`Difference`] by the field `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// In one word.
    pub verdict: Verdict,
    /// Cycles before.
    pub base_cycles: u64,
    /// Cycles now.
    pub head_cycles: u64,
    /// What else changed and so explains it; empty exactly if nothing changed.
    pub reasons: Vec<Reason>,
    /// Header, totals and causes in the order of the file, causes and then functions by the size
    /// of their change: the cycles of a cause; of a function the self cycles, then the total, then
    /// the calls, then the name.
    pub differences: Vec<Difference>,
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing changed at all.
    Same,
    /// Fewer cycles.
    Better,
    /// More cycles.
    Worse,
    /// As many cycles, but something else changed.
    Changed,
}

impl Verdict {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Changed => "changed",
        }
    }
}

/// Why two runs can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Another version of the cost table.
    CostModel,
    /// Another module.
    Code,
    /// Another export or other arguments.
    Input,
    /// None of the others: the compiler or the simulator.
    Toolchain,
}

impl Reason {
    /// A sentence.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::CostModel => "the cost model changed",
            Reason::Code => "the code changed",
            Reason::Input => "the input changed",
            Reason::Toolchain => {
                "code, input and cost model are the same, so the compiler or the simulator changed"
            }
        }
    }
}

/// A field of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderField {
    /// The version of the cost table.
    CostModel,
    /// The module's SHA-256.
    Wasm,
    /// The export.
    Entry,
    /// Its arguments.
    Arguments,
    /// How the run ended.
    Outcome,
    /// The number of ROM lines.
    RomLines,
}

impl HeaderField {
    const ALL: [HeaderField; 6] = [
        HeaderField::CostModel,
        HeaderField::Wasm,
        HeaderField::Entry,
        HeaderField::Arguments,
        HeaderField::Outcome,
        HeaderField::RomLines,
    ];

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            HeaderField::CostModel => "cost-model",
            HeaderField::Wasm => "wasm",
            HeaderField::Entry => "entry",
            HeaderField::Arguments => "arguments",
            HeaderField::Outcome => "outcome",
            HeaderField::RomLines => "rom-lines",
        }
    }

    fn of(self, header: &Header) -> String {
        match self {
            HeaderField::CostModel => header.cost_model.clone(),
            HeaderField::Wasm => header.wasm_sha256.clone(),
            HeaderField::Entry => header.entry.clone(),
            HeaderField::Arguments => header.arguments.clone(),
            HeaderField::Outcome => header.outcome.clone(),
            HeaderField::RomLines => header.rom_lines.to_string(),
        }
    }
}

/// Something that is not the same in both files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Difference {
    /// A field of the header.
    Header {
        /// Which.
        field: HeaderField,
        /// Before.
        base: String,
        /// Now.
        head: String,
    },
    /// A metric's total.
    Total {
        /// The metric.
        metric: String,
        /// Before; none if the file did not have the metric.
        base: Option<u64>,
        /// Now; none if the file does not have the metric.
        head: Option<u64>,
    },
    /// The cycles of a cause.
    Cause {
        /// The cause.
        cause: String,
        /// Before.
        base: u64,
        /// Now.
        head: u64,
    },
    /// A function.
    Function {
        /// Its unique name.
        name: String,
        /// What about it changed.
        change: Change,
        /// Before; none if it was not there.
        base: Option<Costs>,
        /// Now; none if it is not there.
        head: Option<Costs>,
    },
}

/// What about a function changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It is called more or less often and costs the same per call.
    Calls,
    /// It is called as often and costs more or less per call.
    PerCall,
    /// Both.
    CallsAndPerCall,
    /// Its own cycles; it is never called, but inlined or jumped to.
    Own,
    /// Only what it calls.
    Callees,
}

impl Change {
    fn of(base: Option<Costs>, head: Option<Costs>) -> Change {
        let (Some(base), Some(head)) = (base, head) else {
            return if base.is_none() {
                Change::Added
            } else {
                Change::Removed
            };
        };
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        let same_per_call =
            product(base.self_value, head.calls) == product(head.self_value, base.calls);
        if base.self_value == head.self_value && base.calls == head.calls {
            Change::Callees
        } else if base.calls == 0 && head.calls == 0 {
            Change::Own
        } else if base.calls == head.calls {
            Change::PerCall
        } else if same_per_call && base.calls != 0 && head.calls != 0 {
            Change::Calls
        } else {
            Change::CallsAndPerCall
        }
    }

    /// A few words for it.
    pub const fn text(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Calls => "calls, same per call",
            Change::PerCall => "cost per call",
            Change::CallsAndPerCall => "calls and cost per call",
            Change::Own => "own cycles",
            Change::Callees => "callees",
        }
    }
}

/// Compares two golden files. Everything that is not the same in both is a difference, in either
/// direction.
pub fn compare(base: &Golden, head: &Golden) -> Comparison {
    let mut differences = Vec::new();
    for field in HeaderField::ALL {
        let (base, head) = (field.of(&base.header), field.of(&head.header));
        if base != head {
            differences.push(Difference::Header { field, base, head });
        }
    }
    let reasons = reasons(&differences);
    totals(base, head, &mut differences);
    causes(base, head, &mut differences);
    functions(base, head, &mut differences);
    let (base_cycles, head_cycles) = (base.cycles(), head.cycles());
    Comparison {
        verdict: match head_cycles.cmp(&base_cycles) {
            _ if differences.is_empty() => Verdict::Same,
            std::cmp::Ordering::Less => Verdict::Better,
            std::cmp::Ordering::Greater => Verdict::Worse,
            std::cmp::Ordering::Equal => Verdict::Changed,
        },
        base_cycles,
        head_cycles,
        reasons: if differences.is_empty() {
            Vec::new()
        } else {
            reasons
        },
        differences,
    }
}

fn reasons(header: &[Difference]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for difference in header {
        let reason = match difference {
            Difference::Header { field, .. } => match field {
                HeaderField::CostModel => Reason::CostModel,
                HeaderField::Wasm => Reason::Code,
                HeaderField::Entry | HeaderField::Arguments => Reason::Input,
                HeaderField::Outcome | HeaderField::RomLines => continue,
            },
            _ => continue,
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        reasons.push(Reason::Toolchain);
    }
    reasons
}

fn totals(base: &Golden, head: &Golden, differences: &mut Vec<Difference>) {
    let added = head
        .totals
        .iter()
        .filter(|(name, _)| base.total(name).is_none());
    for (metric, _) in base.totals.iter().chain(added) {
        let (base, head) = (base.total(metric), head.total(metric));
        if base != head {
            let metric = metric.clone();
            differences.push(Difference::Total { metric, base, head });
        }
    }
}

fn causes(base: &Golden, head: &Golden, differences: &mut Vec<Difference>) {
    let names: BTreeSet<&String> = base.causes.keys().chain(head.causes.keys()).collect();
    let value = |golden: &Golden, name: &String| golden.causes.get(name).copied().unwrap_or(0);
    let mut changed: Vec<(&String, u64, u64)> = names
        .into_iter()
        .map(|name| (name, value(base, name), value(head, name)))
        .filter(|(_, base, head)| base != head)
        .collect();
    changed.sort_by_key(|(name, base, head)| (Reverse(base.abs_diff(*head)), *name));
    differences.extend(
        changed
            .into_iter()
            .map(|(cause, base, head)| Difference::Cause {
                cause: cause.clone(),
                base,
                head,
            }),
    );
}

fn functions(base: &Golden, head: &Golden, differences: &mut Vec<Difference>) {
    let names: BTreeSet<&String> = base.functions.keys().chain(head.functions.keys()).collect();
    let mut changed: Vec<(&String, Option<Costs>, Option<Costs>)> = names
        .into_iter()
        .map(|name| {
            let of = |golden: &Golden| golden.functions.get(name).copied();
            (name, of(base), of(head))
        })
        .filter(|(_, base, head)| base != head)
        .collect();
    changed.sort_by_key(|(name, base, head)| {
        let (base, head) = (base.unwrap_or_default(), head.unwrap_or_default());
        (
            Reverse(base.self_value.abs_diff(head.self_value)),
            Reverse(base.total.abs_diff(head.total)),
            Reverse(base.calls.abs_diff(head.calls)),
            *name,
        )
    });
    let difference = |(name, base, head): (&String, _, _)| Difference::Function {
        name: name.clone(),
        change: Change::of(base, head),
        base,
        head,
    };
    differences.extend(changed.into_iter().map(difference));
}
