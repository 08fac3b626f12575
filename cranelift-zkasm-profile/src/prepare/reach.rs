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

/// What each function of a module calls or refers to.
pub(crate) struct Graph {
    functions: Vec<References>,
    /// What element segments hold.
    held: Vec<u32>,
    start: Option<u32>,
}

/// The indices of all functions that `entry` or the start function can reach.
pub(super) fn reached(wasm: &[u8], entry: u32) -> Result<BTreeSet<u32>, Error> {
    Ok(Graph::new(wasm)?.reached(entry))
}

impl Graph {
    /// Reads a module.
    pub(crate) fn new(wasm: &[u8]) -> Result<Graph, Error> {
        let mut config = ModuleConfig::new();
        config
            .generate_dwarf(false)
            .generate_name_section(false)
            .generate_producers_section(false);
        let module = config.parse(wasm).map_err(|error| {
            Error::internal(format!("the module cannot be analysed: {error:#}"))
        })?;
        // Functions are numbered as the module numbers them: imports first, then bodies.
        let index_of = |id: FunctionId| id.index() as u32;
        let mut held = Vec::new();
        for element in module.elements.iter() {
            match &element.items {
                ElementItems::Functions(functions) => {
                    held.extend(functions.iter().copied().map(index_of));
                }
                ElementItems::Expressions(_, expressions) => {
                    held.extend(
                        expressions
                            .iter()
                            .filter_map(|expression| match expression {
                                ConstExpr::RefFunc(function) => Some(index_of(*function)),
                                _ => None,
                            }),
                    );
                }
            }
        }
        let functions = module.funcs.iter().map(|function| {
            let mut references = References::default();
            if let FunctionKind::Local(local) = &function.kind {
                dfs_in_order(&mut references, local, local.entry_block());
            }
            references
        });
        Ok(Graph {
            functions: functions.collect(),
            held,
            start: module.start.map(index_of),
        })
    }

    /// The indices of all functions that `entry` or the start function can reach. A function that
    /// makes an indirect call can reach whatever an element segment holds.
    pub(crate) fn reached(&self, entry: u32) -> BTreeSet<u32> {
        let mut pending: Vec<u32> = [entry].into_iter().chain(self.start).collect();
        let mut reached = BTreeSet::new();
        let mut tables = false;
        while let Some(function) = pending.pop() {
            let Some(references) = self.functions.get(function as usize) else {
                continue;
            };
            if !reached.insert(function) {
                continue;
            }
            pending.extend(references.functions.iter().map(|id| id.index() as u32));
            if references.indirect && !std::mem::replace(&mut tables, true) {
                pending.extend(&self.held);
            }
        }
        reached
    }
}
