//! What a module uses.

use std::collections::BTreeMap;

use wasmparser::{BlockType, FuncType, Operator, ValType};

use super::Feature;
use crate::prepare::{operator_name, operator_proposal};

/// Proposals whose operators this compiler knows, if not all of them.
const KNOWN: [&str; 7] = [
    "mvp",
    "sign-extension",
    "bulk-memory",
    "reference-types",
    "multi-value",
    "mutable-globals",
    "extended-const",
];
/// What the first version has and this compiler has not.
const FLOATING_POINT: &str = "floating-point";

/// Features, with the number of operators that belong to each.
#[derive(Default)]
pub(super) struct Features(BTreeMap<String, u64>);

impl Features {
    /// Takes note of something that is no operator.
    pub(super) fn note(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default();
    }

    /// Takes note of an operator; tells whether it is refused outright.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> bool {
        let proposal = operator_proposal(operator).replace('_', "-");
        let name = operator_name(operator);
        let floats = name.contains("f32") || name.contains("f64");
        if let Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } =
            operator
            && matches!(blockty, BlockType::FuncType(_))
        {
            self.note("multi-value");
        }
        let refused = floats || !KNOWN.contains(&proposal.as_str());
        if floats && matches!(proposal.as_str(), "mvp" | "saturating-float-to-int") {
            *self.0.entry(FLOATING_POINT.to_owned()).or_default() += 1;
        }
        if proposal != "mvp" {
            *self.0.entry(proposal).or_default() += 1;
        }
        refused
    }

    /// Takes note of a function type.
    pub(super) fn signature(&mut self, ty: &FuncType) {
        if ty.results().len() > 1 {
            self.note("multi-value");
        }
        for ty in ty.params().iter().chain(ty.results()) {
            self.value_type(*ty);
        }
    }

    /// Takes note of the type of a value.
    pub(super) fn value_type(&mut self, ty: ValType) {
        match ty {
            ValType::I32 | ValType::I64 => {}
            ValType::F32 | ValType::F64 => self.note(FLOATING_POINT),
            ValType::V128 => self.note("simd"),
            ValType::Ref(_) => self.note("reference-types"),
        }
    }

    /// The features, by name.
    pub(super) fn finish(self) -> Vec<Feature> {
        let features = self.0.into_iter();
        features
            .map(|(name, operators)| Feature {
                refused: !KNOWN.contains(&name.as_str()),
                name,
                operators,
            })
            .collect()
    }
}
