//! What an entry can reach: functions, and what they do to tables.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{self, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, FunctionId, FunctionKind, GlobalKind, ModuleConfig,
    TableId,
};

use crate::error::Error;

/// What compiled code does to a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableUse {
    /// Whether something changes its entries or its size.
    pub changes: bool,
    /// Whether something makes it grow.
    pub grows: bool,
    /// Whether something reads entries, other than to call them.
    pub is_read: bool,
}

/// What an entry can reach.
#[derive(Default)]
pub(crate) struct Reached {
    /// The indices of the functions.
    pub functions: BTreeSet<u32>,
    /// The functions that a reference can name, if anything is called through one.
    pub referenced: BTreeSet<u32>,
    /// What happens to each table.
    pub tables: Vec<TableUse>,
}

/// Calls and references of one function.
#[derive(Default)]
struct References {
    functions: Vec<FunctionId>,
    /// Of those, the ones that are not called but named.
    named: Vec<FunctionId>,
    indirect: bool,
    /// What it does to tables, by their numbers.
    tables: BTreeMap<usize, TableUse>,
}

impl References {
    /// Tables are numbered as the module numbers them.
    fn table(&mut self, id: TableId) -> &mut TableUse {
        self.tables.entry(id.index()).or_default()
    }
}

impl<'instr> Visitor<'instr> for References {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.push(*function);
    }

    fn visit_ref_func(&mut self, instr: &ir::RefFunc) {
        self.named.push(instr.func);
    }

    fn visit_call_indirect(&mut self, _: &ir::CallIndirect) {
        self.indirect = true;
    }

    fn visit_table_get(&mut self, instr: &ir::TableGet) {
        self.table(instr.table).is_read = true;
    }

    fn visit_table_set(&mut self, instr: &ir::TableSet) {
        self.table(instr.table).changes = true;
    }

    fn visit_table_fill(&mut self, instr: &ir::TableFill) {
        self.table(instr.table).changes = true;
    }

    fn visit_table_init(&mut self, instr: &ir::TableInit) {
        self.table(instr.table).changes = true;
    }

    fn visit_table_grow(&mut self, instr: &ir::TableGrow) {
        let table = self.table(instr.table);
        (table.changes, table.grows) = (true, true);
    }

    fn visit_table_copy(&mut self, instr: &ir::TableCopy) {
        self.table(instr.dst).changes = true;
        self.table(instr.src).is_read = true;
    }
}

/// What each function of a module calls or refers to.
pub(crate) struct Graph {
    functions: Vec<References>,
    /// What element segments and globals hold.
    held: Vec<u32>,
    start: Option<u32>,
    tables: usize,
}

/// What `entry` or the start function can reach.
pub(super) fn reached(wasm: &[u8], entry: u32) -> Result<Reached, Error> {
    Ok(Graph::new(wasm)?.reached(&[entry]))
}

/// Functions are numbered as the module numbers them: imports first, then bodies.
fn index_of(id: FunctionId) -> u32 {
    id.index() as u32
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
        let named = |expression: &ConstExpr| match expression {
            ConstExpr::RefFunc(function) => Some(index_of(*function)),
            _ => None,
        };
        let mut held = Vec::new();
        for element in module.elements.iter() {
            // What is only declared is in no table.
            if matches!(element.kind, ElementKind::Declared) {
                continue;
            }
            match &element.items {
                ElementItems::Functions(functions) => {
                    held.extend(functions.iter().copied().map(index_of));
                }
                ElementItems::Expressions(_, expressions) => {
                    held.extend(expressions.iter().filter_map(named));
                }
            }
        }
        for global in module.globals.iter() {
            if let GlobalKind::Local(value) = &global.kind {
                held.extend(named(value));
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
            tables: module.tables.iter().count(),
        })
    }

    /// What `entries` or the start function can reach. A function that makes an indirect call can reach
    /// whatever an element segment or a global holds.
    pub(crate) fn reached(&self, entries: &[u32]) -> Reached {
        let mut pending: Vec<u32> = entries.iter().copied().chain(self.start).collect();
        let mut reached = Reached {
            tables: vec![TableUse::default(); self.tables],
            ..Reached::default()
        };
        let mut indirect = false;
        while let Some(function) = pending.pop() {
            let Some(references) = self.functions.get(function as usize) else {
                continue;
            };
            if !reached.functions.insert(function) {
                continue;
            }
            for (&table, of_function) in &references.tables {
                let all = &mut reached.tables[table];
                all.changes |= of_function.changes;
                all.grows |= of_function.grows;
                all.is_read |= of_function.is_read;
            }
            pending.extend(references.functions.iter().copied().map(index_of));
            reached
                .referenced
                .extend(references.named.iter().copied().map(index_of));
            if references.indirect && !std::mem::replace(&mut indirect, true) {
                pending.extend(&self.held);
                reached.referenced.extend(&self.held);
            }
        }
        reached
    }
}
