//! The side table: what the compiler knows of every ROM line (`NAME.map.json`).
//!
//! # Format
//!
//! One JSON object, UTF-8, fields in the order of [`SideTable`]. `format` is always
//! `"zkasm-profile/map"`. A reader refuses another `version`: the version changes whenever the
//! meaning of a field changes or a field goes away; added fields do not change it, and readers
//! ignore fields they do not know.
//!
//! Ids are indices, from 0, into the array of their kind:
//!
//! * `rows[zkPC]` is `[cost, payer, more…]`: an index into `costs`, then indices into
//!   `contributions`, at least one. The first contribution *pays*: the row's cost counts for it
//!   alone, so sums over contributions are sums over rows.
//! * `blocks` are `[function, rows]`: they cut the rows into runs, in ascending order, and the blocks
//!   of one function are neighbours. What a block is: [`crate::hook`](crate::Hook).
//! * `locations` are `[file, line, column, inlined, inlined_at]`, inline chains linked from the
//!   innermost frame to the outermost: `inlined` is the inlined function, an index into `inlined`,
//!   and `inlined_at` the place in the caller, always a smaller index. The last two are left out of
//!   what is not inlined.
//! * `contributions` are lists of whole numbers, `[cause, rule, operator, wasm_offset, location,
//!   origin]`: indices into `causes`, `rules` and `operators`, the offset in bytes from the start of
//!   the module, an index into `locations`, and 0 if the operator is [direct](Origin::Direct), 1 if it
//!   is [inherited](Origin::Inherited). -1 is none, and those at the end are left out.
//! * `regions` are the names of the regions that the program marks, and `marks` the places where it
//!   does: in ascending order of row, and of one row in the order in which they run.
//!
//! The table of a program that was not compiled is made from its text and a run of it: see
//! [`crate::labels`].
//!
//! Limits: 2^32 - 1 of each kind, [`INLINE_LIMIT`] frames of a location. Files, operators, rules and regions
//! are listed without repeats (files of a program that was not compiled may be there again, once for each
//! time that they are included).
//!
//! Which contribution pays after several steps were merged into one is the compiler's rule; see
//! its documentation of bundling.

mod check;

use zkasm::{Counter, Counters, ZkPc};

use crate::cause::Cause;
use crate::error::FormatError;
use crate::hook::{BlockId, FunctionId, Hook, RegionId};
use crate::written::Written;

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/map";
/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

/// How many frames a location may have, inlined ones and the outermost. Compilers come to some 30.
pub const INLINE_LIMIT: usize = 1000;

pub(crate) const WHAT: &str = "side table";

/// A byte offset from the start of the WebAssembly module.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct WasmOffset(pub u32);

impl std::fmt::Display for WasmOffset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// What the compiler knows of every ROM line of one program.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct SideTable {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The program's build id, which the header of its zkASM text and every log of it repeat.
    pub build: String,
    /// The version of the cost table, [`zkasm::cost::COST_MODEL`].
    pub cost_model: String,
    /// The module that was compiled.
    pub module: Module,
    /// The export that the program runs.
    pub entry: Entry,
    /// Source files, as DWARF names them.
    pub files: Vec<String>,
    /// Functions of the program; [`FunctionId`] is the index. The first is where the run begins:
    /// `[startup]` of a compiled program.
    pub functions: Vec<Function>,
    /// Functions that exist only inlined into others.
    pub inlined: Vec<FunctionName>,
    /// Source locations with their inline chains.
    pub locations: Vec<Location>,
    /// Blocks; [`BlockId`] is the index.
    pub blocks: Vec<Block>,
    /// Distinct static costs of rows.
    pub costs: Vec<StaticCost>,
    /// Names of WASM operators.
    pub operators: Vec<String>,
    /// Rules of instruction selection: `lower.isle:LINE PATTERN`, or what the driver lowers itself.
    pub rules: Vec<String>,
    /// Distinct contributions.
    pub contributions: Vec<Contribution>,
    /// Kinds of machine instructions, as `profile_inst` hooks number them; empty without them.
    pub kinds: Vec<String>,
    /// Names of the regions that the program marks, without repeats; [`RegionId`] is the index.
    pub regions: Vec<String>,
    /// Where regions begin and end.
    pub marks: Vec<Mark>,
    /// One row per ROM line; zkPC is the index.
    pub rows: Vec<Row>,
}

/// A place where a region begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The row that it precedes.
    pub zkpc: u32,
    /// The region.
    pub region: RegionId,
    /// Whether it is an end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
    /// Whether it is passed only by those who come from the row before, and not by those who jump to
    /// the label between them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub falling: bool,
}

impl Mark {
    /// The hook that tells of it.
    pub fn hook(&self) -> Hook {
        match self.end {
            false => Hook::RegionBegin(self.region),
            true => Hook::RegionEnd(self.region),
        }
    }
}

/// The module that was compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Module {
    /// Its file name without folders.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Where the contents of its code section begin: DWARF counts from here.
    pub code_offset: u32,
    /// Whether it has usable DWARF line tables.
    pub has_dwarf: bool,
}

/// The export that the program runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its name.
    pub export: String,
    /// Its arguments as `type:value`, such as `i32:7`.
    pub args: Vec<String>,
    /// Its result types.
    pub results: Vec<String>,
}

/// A function's names.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct FunctionName {
    /// The name to show: demangled, without hash.
    pub name: String,
    /// The name the linker knows, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkage_name: Option<String>,
    /// Where the function is declared: index into `files` and line from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<(u32, u32)>,
}

/// A function of the program.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Function {
    /// Its names. Names of synthetic functions stand in brackets.
    #[serde(flatten)]
    pub name: FunctionName,
    /// What it is.
    pub kind: FunctionKind,
}

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionKind {
    /// What runs before and after the entry.
    Startup,
    /// A routine of the compiler's runtime.
    Runtime,
    /// A function of the module, with its index in the module's function index space.
    Wasm(u32),
    /// A label of a program that was not compiled, with its zkPC. Rows of such functions belong to
    /// whichever of them jumped there: a jump stays in its function, and what several share is no
    /// function of its own.
    Label(u32),
}

/// A source location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// Index into `files`.
    pub file: u32,
    /// Line, from 1; 0 if unknown.
    pub line: u32,
    /// Column, from 1; 0 if unknown.
    pub column: u32,
    /// The inlined function that the location lies in, an index into `inlined`; none for the
    /// outermost frame, which is the row's own function.
    pub inlined: Option<u32>,
    /// Where that inlined function was called: an index into `locations`.
    pub inlined_at: Option<u32>,
}

/// A block: a run of rows entered only at the first and left only at the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The function it belongs to.
    pub function: FunctionId,
    /// Its first row's zkPC.
    pub first: u32,
    /// Its number of rows, at least one.
    pub rows: u32,
}

/// How a contribution came by its WASM offset and location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The operator at that offset is what the instruction was made for.
    Direct,
    /// The optimiser made or moved the instruction; the offset is that of what uses it.
    Inherited,
}

/// Something that a row does, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contribution {
    /// Why the instruction exists.
    pub cause: Cause,
    /// The rule of instruction selection that made the instruction, an index into `rules`; none of
    /// what register allocation inserts, of prologues, and of startup and runtime code.
    pub rule: Option<u32>,
    /// The operator it serves; none only where the cause explains why.
    pub wasm_offset: Option<WasmOffset>,
    /// What that operator is, an index into `operators`; none exactly if there is no offset, or no
    /// operator at it.
    pub operator: Option<u32>,
    /// The innermost source location, an index into `locations`.
    pub location: Option<u32>,
    /// How offset and location were found; none exactly if there is no offset.
    pub origin: Option<Origin>,
}

/// The cost of one execution of a row: values in the order of [`Counter::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(from = "[u64; 6]", into = "[u64; 6]")]
pub struct StaticCost(pub Counters);

impl From<[u64; 6]> for StaticCost {
    fn from(values: [u64; 6]) -> StaticCost {
        let mut counters = Counters::ZERO;
        for (counter, value) in Counter::ALL.into_iter().zip(values) {
            counters[counter] = value;
        }
        StaticCost(counters)
    }
}

impl From<StaticCost> for [u64; 6] {
    fn from(cost: StaticCost) -> [u64; 6] {
        Counter::ALL.map(|counter| cost.0[counter])
    }
}

/// A ROM line: its cost and who has a part in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<u32>", into = "Vec<u32>")]
pub struct Row {
    /// Index into `costs`.
    pub cost: u32,
    /// Indices into `contributions`, at least one; the first pays.
    pub contributions: Vec<u32>,
}

impl TryFrom<Vec<u32>> for Row {
    type Error = &'static str;

    fn try_from(values: Vec<u32>) -> Result<Row, &'static str> {
        match values.as_slice() {
            [cost, contributions @ ..] if !contributions.is_empty() => Ok(Row {
                cost: *cost,
                contributions: contributions.to_vec(),
            }),
            _ => Err("a row needs a cost and at least one contribution"),
        }
    }
}

impl From<Row> for Vec<u32> {
    fn from(row: Row) -> Vec<u32> {
        let mut values = vec![row.cost];
        values.extend(row.contributions);
        values
    }
}

impl SideTable {
    /// Reads and checks a side table.
    ///
    /// # Errors
    /// If the text is not JSON of this shape, of another format or version, or breaks a rule of
    /// the format.
    pub fn from_json(text: &str) -> Result<SideTable, FormatError> {
        crate::log::check_format(text, WHAT, FORMAT, VERSION)?;
        let written: Written = serde_json::from_str(text)
            .map_err(|source| FormatError::Json { what: WHAT, source })?;
        let table = SideTable::try_from(written).map_err(|problem| FormatError::Inconsistent {
            what: WHAT,
            problem,
        })?;
        table.check()?;
        Ok(table)
    }

    /// The side table as JSON, ending in a newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string(self).expect("a side table has only string keys");
        text.push('\n');
        text
    }

    /// The row of a ROM line.
    pub fn row(&self, zkpc: ZkPc) -> Option<&Row> {
        self.rows.get(zkpc.index())
    }

    /// The contribution that pays for a row.
    ///
    /// # Panics
    /// If the row is not of this table.
    pub fn payer(&self, row: &Row) -> &Contribution {
        &self.contributions[row.contributions[0] as usize]
    }

    /// What one execution of a row costs.
    ///
    /// # Panics
    /// If the row is not of this table.
    pub fn cost(&self, row: &Row) -> Counters {
        self.costs[row.cost as usize].0
    }

    /// The rows of a block with their zkPC.
    ///
    /// # Panics
    /// If the block is not of this table.
    pub fn block_rows(&self, block: BlockId) -> impl Iterator<Item = (ZkPc, &Row)> {
        let block = &self.blocks[block.0 as usize];
        let first = block.first;
        self.rows[first as usize..][..block.rows as usize]
            .iter()
            .enumerate()
            .map(move |(i, row)| (ZkPc(first + i as u32), row))
    }

    /// The block that a ROM line lies in.
    pub fn block_at(&self, zkpc: ZkPc) -> Option<BlockId> {
        let after = self.blocks.partition_point(|block| block.first <= zkpc.0);
        let index = after.checked_sub(1)?;
        let block = &self.blocks[index];
        (zkpc.0 - block.first < block.rows).then_some(BlockId(index as u32))
    }

    /// The inline chain of a location, innermost first.
    pub fn chain(&self, location: u32) -> impl Iterator<Item = &Location> {
        std::iter::successors(self.locations.get(location as usize), |location| {
            self.locations.get(location.inlined_at? as usize)
        })
    }
}
