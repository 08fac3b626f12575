//! The side table of a program that was not compiled: its functions are labels, its sources are
//! zkASM.
//!
//! * A function is the line where the run begins, or one that a call goes to. It is named by the
//!   first of the labels that stand there; else by those of the nearest line before that has any, as
//!   `name+lines`. What comes before every label is called `[start]`.
//! * A block belongs to the function whose entry is nearest before it. That is its place in the text
//!   and no more: where it runs, it belongs to whoever jumped there ([`FunctionKind::Label`]).
//! * A row's location is its place in the zkASM, its cause [`Cause::Written`].

use std::collections::HashMap;

use zkasm::cost::COST_MODEL;
use zkasm::{Item, Parsed, Pos, Rom, ZkPc};

use crate::cause::Cause;
use crate::error::FormatError;
use crate::hook::FunctionId;
use crate::sidetable::{
    self, Block, Contribution, Entry, Function, FunctionKind, FunctionName, Location, Module, Row,
    SideTable, StaticCost,
};

/// Where control comes to the lines of a program, other than from the line before. Both lists ascend
/// and begin with 0; their places are the ids of functions and blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Where the run begins, and where calls go.
    pub functions: Vec<ZkPc>,
    /// Where blocks begin: after every jump, and wherever one goes; functions begin with a block.
    pub blocks: Vec<ZkPc>,
}

impl Entries {
    fn check(&self) -> Result<(), FormatError> {
        let (functions, blocks) = (&self.functions, &self.blocks);
        let ordered = |list: &[ZkPc]| {
            list.first() == Some(&ZkPc(0)) && list.is_sorted_by(|one, next| one < next)
        };
        let has_block = |function: &ZkPc| blocks.binary_search(function).is_ok();
        if ordered(functions) && ordered(blocks) && functions.iter().all(has_block) {
            return Ok(());
        }
        Err(FormatError::Inconsistent {
            what: sidetable::WHAT,
            problem: "the entries do not ascend from 0, or a function begins inside of a block"
                .to_owned(),
        })
    }
}

/// What a program's text does not say of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its file.
    pub module: Module,
    /// What tells this build from any other.
    pub build: String,
    /// The names of its files: [`Pos::file`] is an index into them.
    pub files: Vec<String>,
}

/// The name of what stands before every label.
const START: &str = "[start]";

impl SideTable {
    /// The side table of a program by its labels.
    ///
    /// # Errors
    /// If the entries are not in order or beyond the program, or a line is of a file without a name.
    pub fn of_labels(
        parsed: &Parsed,
        rom: &Rom,
        entries: &Entries,
        origin: Origin,
    ) -> Result<SideTable, FormatError> {
        entries.check()?;
        let labels = Labels::of(parsed);
        let pos = |zkpc: ZkPc| {
            rom.lines
                .get(zkpc.index())
                .map_or(Pos::default(), |l| l.pos)
        };
        let functions = entries.functions.iter().map(|&zkpc| {
            let (name, place) = labels.name(zkpc);
            let place = place.unwrap_or(pos(zkpc));
            Function {
                name: FunctionName {
                    name,
                    linkage_name: None,
                    declared: Some((place.file, place.line)),
                },
                kind: FunctionKind::Label(zkpc.0),
            }
        });
        let functions: Vec<Function> = functions.collect();
        let ends = entries.blocks.iter().skip(1).map(|next| next.0);
        let blocks = entries
            .blocks
            .iter()
            .zip(ends.chain([rom.lines.len() as u32]));
        let blocks = blocks.map(|(first, end)| {
            let owners = entries.functions.partition_point(|entry| entry <= first);
            Block {
                function: FunctionId(owners.saturating_sub(1) as u32),
                first: first.0,
                rows: end.saturating_sub(first.0),
            }
        });
        let mut table = SideTable {
            format: sidetable::FORMAT.to_owned(),
            version: sidetable::VERSION,
            build: origin.build,
            cost_model: COST_MODEL.to_owned(),
            module: origin.module,
            entry: Entry {
                export: functions
                    .first()
                    .map_or(START, |function| &function.name.name)
                    .to_owned(),
                ..Entry::default()
            },
            files: origin.files,
            blocks: blocks.collect(),
            functions,
            inlined: Vec::new(),
            locations: Vec::new(),
            costs: Vec::new(),
            operators: Vec::new(),
            rules: Vec::new(),
            contributions: Vec::new(),
            kinds: Vec::new(),
            regions: Vec::new(),
            marks: Vec::new(),
            rows: Vec::with_capacity(rom.lines.len()),
        };
        let mut costs = HashMap::new();
        for (location, line) in (0..).zip(&rom.lines) {
            table.locations.push(Location {
                file: line.pos.file,
                line: line.pos.line,
                column: line.pos.column,
                inlined: None,
                inlined_at: None,
            });
            table.contributions.push(Contribution {
                rule: None,
                operator: None,
                cause: Cause::Written,
                wasm_offset: None,
                location: Some(location),
                origin: None,
            });
            let cost = *costs.entry(line.cost).or_insert_with(|| {
                table.costs.push(StaticCost(line.cost));
                table.costs.len() as u32 - 1
            });
            table.rows.push(Row {
                cost,
                contributions: vec![location],
            });
        }
        table.check()?;
        Ok(table)
    }

    /// Whether the table is of a program that was not compiled: [`SideTable::of_labels`].
    pub fn is_of_labels(&self) -> bool {
        let mut kinds = self.functions.iter().map(|function| function.kind);
        kinds.any(|kind| matches!(kind, FunctionKind::Label(_)))
    }
}

/// The first label of each line that has one, in ascending order, with its place.
struct Labels<'a>(Vec<(ZkPc, &'a str, Pos)>);

impl<'a> Labels<'a> {
    fn of(parsed: &'a Parsed) -> Labels<'a> {
        let mut labels: Vec<(ZkPc, &str, Pos)> = Vec::new();
        let mut zkpc = ZkPc(0);
        for (item, &pos) in parsed.program.items.iter().zip(&parsed.positions) {
            match item {
                Item::Label(name) if labels.last().is_none_or(|(at, ..)| *at != zkpc) => {
                    labels.push((zkpc, name, pos));
                }
                Item::Step(_) => zkpc = zkpc.next(),
                _ => {}
            }
        }
        Labels(labels)
    }

    /// The name of a line, and where its label stands if it has one of its own.
    fn name(&self, zkpc: ZkPc) -> (String, Option<Pos>) {
        let before = self.0.partition_point(|(at, ..)| *at <= zkpc);
        let (at, name, pos) = match before.checked_sub(1) {
            Some(index) => self.0[index],
            None => (ZkPc(0), START, Pos::default()),
        };
        match zkpc.0 - at.0 {
            0 => (name.to_owned(), (name != START).then_some(pos)),
            lines => (format!("{name}+{lines}"), None),
        }
    }
}
