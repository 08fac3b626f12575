//! Side tables as they are written: contributions as lists of numbers.

use std::collections::BTreeMap;

use crate::cause::Cause;
use crate::hook::FunctionId;
use crate::sidetable::{
    Block, Contribution, Entry, Function, FunctionName, Location, Mark, Module, Origin, Row,
    SideTable, StaticCost, WasmOffset,
};

/// A side table in its file. Fields are documented in [`SideTable`].
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Written {
    format: String,
    version: u32,
    build: String,
    cost_model: String,
    module: Module,
    entry: Entry,
    files: Vec<String>,
    functions: Vec<Function>,
    inlined: Vec<FunctionName>,
    locations: Vec<Vec<i64>>,
    blocks: Vec<(u32, u32)>,
    costs: Vec<StaticCost>,
    causes: Vec<Cause>,
    operators: Vec<String>,
    rules: Vec<String>,
    contributions: Vec<Vec<i64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    regions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark>,
    rows: Vec<Row>,
}

const NONE: i64 = -1;

impl From<SideTable> for Written {
    fn from(table: SideTable) -> Written {
        let mut causes: Vec<Cause> = Vec::new();
        let mut known = BTreeMap::new();
        let contributions = table.contributions.into_iter().map(|contribution| {
            let cause = *known.entry(contribution.cause).or_insert_with_key(|cause| {
                causes.push(cause.clone());
                causes.len() as i64 - 1
            });
            trimmed(vec![
                cause,
                contribution.rule.map_or(NONE, i64::from),
                contribution.operator.map_or(NONE, i64::from),
                contribution
                    .wasm_offset
                    .map_or(NONE, |offset| offset.0.into()),
                contribution.location.map_or(NONE, i64::from),
                contribution.origin.map_or(NONE, |origin| origin as i64),
            ])
        });
        let contributions = contributions.collect();
        Written {
            format: table.format,
            version: table.version,
            build: table.build,
            cost_model: table.cost_model,
            module: table.module,
            entry: table.entry,
            files: table.files,
            functions: table.functions,
            inlined: table.inlined,
            locations: table.locations.iter().map(location_list).collect(),
            blocks: table
                .blocks
                .iter()
                .map(|block| (block.function.0, block.rows))
                .collect(),
            costs: table.costs,
            causes,
            operators: table.operators,
            rules: table.rules,
            contributions,
            kinds: table.kinds,
            regions: table.regions,
            marks: table.marks,
            rows: table.rows,
        }
    }
}

impl TryFrom<Written> for SideTable {
    type Error = String;

    fn try_from(written: Written) -> Result<SideTable, String> {
        let contributions = written.contributions.iter().enumerate();
        let contributions = contributions
            .map(|(index, list)| {
                contribution(list, &written.causes)
                    .ok_or_else(|| format!("contribution {index} is none: {list:?}"))
            })
            .collect::<Result<_, _>>()?;
        let locations = written.locations.iter().enumerate();
        let locations = locations
            .map(|(index, list)| {
                location(list).ok_or_else(|| format!("location {index} is none: {list:?}"))
            })
            .collect::<Result<_, _>>()?;
        let mut first = 0u32;
        let blocks = written.blocks.iter().enumerate();
        let blocks = blocks
            .map(|(index, &(function, rows))| {
                let block = Block {
                    function: FunctionId(function),
                    first,
                    rows,
                };
                first = first
                    .checked_add(rows)
                    .ok_or_else(|| format!("block {index} ends beyond 2^32 rows"))?;
                Ok(block)
            })
            .collect::<Result<_, String>>()?;
        Ok(SideTable {
            format: written.format,
            version: written.version,
            build: written.build,
            cost_model: written.cost_model,
            module: written.module,
            entry: written.entry,
            files: written.files,
            functions: written.functions,
            inlined: written.inlined,
            locations,
            blocks,
            costs: written.costs,
            operators: written.operators,
            rules: written.rules,
            contributions,
            kinds: written.kinds,
            regions: written.regions,
            marks: written.marks,
            rows: written.rows,
        })
    }
}

/// A list without what is none at its end.
fn trimmed(mut list: Vec<i64>) -> Vec<i64> {
    while list.last() == Some(&NONE) {
        list.pop();
    }
    list
}

/// A number of a list, if it is one: none, or an index.
fn number(list: &[i64], index: usize) -> Option<Option<u32>> {
    match list.get(index) {
        None | Some(&NONE) => Some(None),
        Some(number) => u32::try_from(*number).ok().map(Some),
    }
}

fn location_list(location: &Location) -> Vec<i64> {
    trimmed(vec![
        location.file.into(),
        location.line.into(),
        location.column.into(),
        location.inlined.map_or(NONE, i64::from),
        location.inlined_at.map_or(NONE, i64::from),
    ])
}

/// The location that a list of numbers is.
fn location(list: &[i64]) -> Option<Location> {
    if list.len() > 5 {
        return None;
    }
    Some(Location {
        file: number(list, 0)??,
        line: number(list, 1)??,
        column: number(list, 2)??,
        inlined: number(list, 3)?,
        inlined_at: number(list, 4)?,
    })
}

/// The contribution that a list of numbers is.
fn contribution(list: &[i64], causes: &[Cause]) -> Option<Contribution> {
    if list.len() > 6 {
        return None;
    }
    let at = |index| number(list, index);
    Some(Contribution {
        cause: causes.get(at(0)?? as usize)?.clone(),
        rule: at(1)?,
        operator: at(2)?,
        wasm_offset: at(3)?.map(WasmOffset),
        location: at(4)?,
        origin: match at(5)? {
            None => None,
            Some(0) => Some(Origin::Direct),
            Some(1) => Some(Origin::Inherited),
            Some(_) => return None,
        },
    })
}
