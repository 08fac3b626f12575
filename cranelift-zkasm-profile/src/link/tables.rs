//! The side table under construction.

use std::collections::HashMap;
use std::hash::Hash;

use runtime_hooks::sidetable::{
    Block, Contribution, Entry, FORMAT, Function, FunctionName, Location, Mark, Module, Row,
    SideTable, StaticCost, VERSION, WasmOffset,
};
use runtime_hooks::{FunctionId, Hook, RegionId};
use sha2::{Digest, Sha256};
use zkasm::Counters;
use zkasm::cost::COST_MODEL;

use super::blocks::Found;
use super::{Linkage, Section, hex};
use crate::debuginfo::DebugInfo;
use crate::isa::zkasm::inst;
use crate::machinst::buffer::BufferedStep;
use crate::machinst::loc::Part;
use crate::prepare::{function_name, operator_at, operator_offsets};

/// A list without repeats, in the order of first use.
struct Interned<T> {
    items: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Interned<T> {
    fn new() -> Interned<T> {
        Interned {
            items: Vec::new(),
            index: HashMap::new(),
        }
    }

    fn intern(&mut self, item: T) -> u32 {
        if let Some(&id) = self.index.get(&item) {
            return id;
        }
        let id = self.items.len() as u32;
        self.items.push(item.clone());
        self.index.insert(item, id);
        id
    }
}

/// The side table under construction.
pub(super) struct Tables<'a> {
    debug: &'a DebugInfo<'a>,
    wasm: &'a [u8],
    files: Interned<String>,
    functions: Vec<Function>,
    inlined: Interned<FunctionName>,
    locations: Interned<Location>,
    located: HashMap<WasmOffset, Option<u32>>,
    blocks: Vec<Block>,
    costs: Interned<StaticCost>,
    operators: Interned<String>,
    /// Where operators begin, in ascending order.
    boundaries: Vec<u32>,
    /// The operator at each offset, an index into `operators`.
    operator_at: HashMap<WasmOffset, Option<u32>>,
    rules: Interned<String>,
    contributions: Interned<Contribution>,
    kinds: Interned<String>,
    regions: Interned<String>,
    marks: Vec<Mark>,
    rows: Vec<Row>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(linkage: &Linkage<'a>, sections: &[Section]) -> Tables<'a> {
        let mut tables = Tables {
            debug: linkage.debug,
            files: Interned::new(),
            functions: Vec::new(),
            inlined: Interned::new(),
            locations: Interned::new(),
            located: HashMap::new(),
            blocks: Vec::new(),
            costs: Interned::new(),
            wasm: linkage.wasm,
            operators: Interned::new(),
            boundaries: operator_offsets(linkage.wasm),
            operator_at: HashMap::new(),
            rules: Interned::new(),
            contributions: Interned::new(),
            kinds: Interned::new(),
            regions: Interned::new(),
            marks: Vec::new(),
            rows: Vec::new(),
        };
        for section in sections {
            let name = tables.declared(section.name.clone());
            tables.functions.push(Function {
                name,
                kind: section.kind,
            });
        }
        tables
    }

    /// The same name, with the place of its declaration if that is known.
    fn declared(&mut self, mut name: FunctionName) -> FunctionName {
        let linkage = name.linkage_name.as_deref().unwrap_or(&name.name);
        name.declared = self
            .debug
            .declarations
            .get(linkage)
            .map(|(file, line)| (self.files.intern(file.to_owned()), line));
        name
    }

    pub(super) fn block(&mut self, function: FunctionId, found: &Found) {
        self.blocks.push(Block {
            function,
            first: found.first,
            rows: found.rows,
        });
    }

    /// The number of a kind of instruction.
    pub(super) fn kind(&mut self, kind: &str) -> u32 {
        self.kinds.intern(kind.to_owned())
    }

    /// Takes note of the begin or the end of a region before a row, and gives the hook that tells of it.
    pub(super) fn mark(&mut self, mark: &inst::Mark, zkpc: u32) -> Hook {
        let mark = Mark {
            zkpc,
            region: RegionId(self.regions.intern(mark.region.to_string())),
            end: mark.end,
            falling: false,
        };
        self.marks.push(mark);
        mark.hook()
    }

    /// The last marks, so many, stand before the label of the next row.
    pub(super) fn fall(&mut self, marks: usize) {
        for mark in self.marks.iter_mut().rev().take(marks) {
            mark.falling = true;
        }
    }

    pub(super) fn row(&mut self, buffered: &BufferedStep) {
        let cost = self
            .costs
            .intern(StaticCost(Counters::of_step(&buffered.step)));
        let contributions = buffered
            .parts
            .iter()
            .map(|part| self.contribution(part))
            .collect();
        self.rows.push(Row {
            cost,
            contributions,
        });
    }

    fn contribution(&mut self, part: &Part) -> u32 {
        let wasm_offset = part.loc.map(|loc| loc.offset);
        let location = wasm_offset.and_then(|offset| self.location(offset));
        let operator = wasm_offset.and_then(|offset| self.operator(offset));
        let rule = part.rule.map(|rule| self.rules.intern(rule.to_string()));
        self.contributions.intern(Contribution {
            cause: part.cause.clone(),
            rule,
            operator,
            wasm_offset,
            location,
            origin: part.loc.map(|loc| loc.origin),
        })
    }

    fn operator(&mut self, offset: WasmOffset) -> Option<u32> {
        if let Some(&known) = self.operator_at.get(&offset) {
            return known;
        }
        // A function's entry is where its body begins, which is no operator.
        let is_operator = self.boundaries.binary_search(&offset.0).is_ok();
        let name = is_operator
            .then(|| operator_at(self.wasm, offset.0))
            .flatten();
        let operator = name.map(|name| self.operators.intern(name));
        self.operator_at.insert(offset, operator);
        operator
    }

    fn location(&mut self, offset: WasmOffset) -> Option<u32> {
        if let Some(&known) = self.located.get(&offset) {
            return known;
        }
        let mut location = None;
        // Outermost first: a location names its caller's.
        for (depth, frame) in self.debug.locate(offset).into_iter().rev().enumerate() {
            let inlined = (depth > 0).then(|| {
                let linkage = frame.function.as_deref().unwrap_or("<inlined>");
                let name = self.declared(function_name(linkage));
                self.inlined.intern(name)
            });
            location = Some(self.locations.intern(Location {
                file: self.files.intern(frame.file),
                line: frame.line,
                column: frame.column,
                inlined,
                inlined_at: location,
            }));
        }
        self.located.insert(offset, location);
        location
    }

    /// The finished table.
    pub(super) fn finish(self, linkage: &Linkage<'_>, build: String) -> SideTable {
        SideTable {
            format: FORMAT.to_owned(),
            version: VERSION,
            build,
            cost_model: COST_MODEL.to_owned(),
            module: Module {
                name: linkage.module_name.to_owned(),
                sha256: hex(&Sha256::digest(linkage.wasm)),
                bytes: linkage.wasm.len() as u64,
                code_offset: linkage.prepared.code_offset,
                has_dwarf: !self.locations.items.is_empty(),
            },
            entry: Entry {
                export: linkage.entry.export.clone(),
                args: linkage.entry.shown_args.clone(),
                results: linkage.entry.results.clone(),
            },
            files: self.files.items,
            functions: self.functions,
            inlined: self.inlined.items,
            locations: self.locations.items,
            blocks: self.blocks,
            costs: self.costs.items,
            operators: self.operators.items,
            rules: self.rules.items,
            contributions: self.contributions.items,
            kinds: self.kinds.items,
            regions: self.regions.items,
            marks: self.marks,
            rows: self.rows,
        }
    }
}
