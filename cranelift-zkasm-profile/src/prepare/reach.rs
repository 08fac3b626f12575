//! Which functions an entry can reach.

use std::collections::BTreeSet;

use walrus::ir::{self, Visitor, dfs_in_order};
use walrus::{ConstExpr, ElementItems, FunctionId, FunctionKind, ModuleConfig};

use crate::error::Error;

/// Calls and references of one function.
#[derive(Default)]
struct References {
    functions: Vec<FunctionId>,
    indirect: bool,
}

impl<'instr> Visitor<'instr> for References {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.push(*function);
    }

    fn visit_call_indirect(&mut self, _: &ir::CallIndirect) {
        self.indirect = true;
    }
}

/// The indices of all functions that `entry` or the start function can reach. A function that makes
/// an indirect call can reach whatever an element segment holds.
pub(super) fn reached(wasm: &[u8], entry: u32) -> Result<BTreeSet<u32>, Error> {
    let mut config = ModuleConfig::new();
    config
        .generate_dwarf(false)
        .generate_name_section(false)
        .generate_producers_section(false);
    let module = config
        .parse(wasm)
        .map_err(|error| Error::internal(format!("the module cannot be analysed: {error:#}")))?;
    let mut held: Vec<FunctionId> = Vec::new();
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => held.extend(functions),
            ElementItems::Expressions(_, expressions) => {
                held.extend(
                    expressions
                        .iter()
                        .filter_map(|expression| match expression {
                            ConstExpr::RefFunc(function) => Some(*function),
                            _ => None,
                        }),
                );
            }
        }
    }
    // Functions are numbered as the module numbers them: imports first, then bodies.
    let by_index: Vec<FunctionId> = module.funcs.iter().map(|function| function.id()).collect();
    let index_of = |id: FunctionId| id.index() as u32;
    let mut pending: Vec<FunctionId> = by_index
        .get(entry as usize)
        .copied()
        .into_iter()
        .chain(module.start)
        .collect();
    let mut reached = BTreeSet::new();
    let mut tables = false;
    while let Some(function) = pending.pop() {
        if !reached.insert(index_of(function)) {
            continue;
        }
        if let FunctionKind::Local(local) = &module.funcs.get(function).kind {
            let mut references = References::default();
            dfs_in_order(&mut references, local, local.entry_block());
            pending.extend(references.functions);
            if references.indirect && !std::mem::replace(&mut tables, true) {
                pending.extend(&held);
            }
        }
    }
    Ok(reached)
}
