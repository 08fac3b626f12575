//! What would compile.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::ValType;

use super::scan::{Scan, scan, signature};
use super::{ExportedFunction, Inspection, Layout, Refusal, dwarf, rom};
use crate::compile::try_each;
use crate::debuginfo::DebugInfo;
use crate::error::{Error, Place};
use crate::machinst::buffer::Line;
use crate::prepare::{Graph, Prepared, look_at};
use crate::translate::MemoryPlan;
use zkasm::limits::MEM_WORDS;

/// Looks at a module. With `allow_unknown_imports`, an import that nothing provides is no reason why
/// something would not compile.
///
/// # Errors
/// If it is no valid core module.
pub fn inspect(wasm: &[u8], allow_unknown_imports: bool) -> Result<Inspection, Error> {
    let (mut prepared, refusal) = look_at(wasm)?;
    let mut found = Inspection::default();
    let scan = scan(wasm, &prepared, &mut found).map_err(|error| Error::InvalidInput {
        message: error.message().to_owned(),
        place: Place::at(error.offset()),
    })?;
    let (refused, lines) = match refusal {
        Some(error) => {
            let refused = refused_features(wasm, &prepared, &scan, error, &mut found);
            (refused, BTreeMap::new())
        }
        None => try_to_compile(wasm, &mut prepared, &scan, &mut found),
    };
    let debug = DebugInfo::new(&prepared);
    found.dwarf = dwarf::coverage(&prepared, &debug, &scan);
    let whole = found
        .refusals
        .iter()
        .any(|refusal| refusal.function.is_none());
    // What walrus does not read has been refused above.
    let graph = Graph::new(wasm).ok();
    if let Some(graph) = &graph {
        let begins = scan.exported.iter().map(|&(_, function)| function);
        let begins: Vec<u32> = begins.chain(scan.start).collect();
        let reached = graph.reached(&begins).functions;
        let lines = lines.iter().filter(|(index, _)| reached.contains(index));
        found.rom = rom::located(&debug, lines.map(|(_, lines)| lines.as_slice()));
    }
    for &(export, function) in &scan.exported {
        let ty = &prepared.types[function as usize];
        let reached = graph
            .as_ref()
            .map(|graph| graph.reached(&[function]).functions);
        let unknown = unknown_imports(&prepared, reached.as_ref());
        let clean = reached
            .as_ref()
            .is_some_and(|reached| reached.is_disjoint(&refused));
        let imported = prepared.imports.len() as u32;
        let integer = |ty: &ValType| matches!(ty, ValType::I32 | ValType::I64);
        let begins = [Some(function), scan.start].into_iter().flatten();
        let callable = begins.into_iter().all(|index| index >= imported)
            && ty.params().iter().chain(ty.results()).all(integer);
        let bodies = |reached: &BTreeSet<u32>| {
            let bodies = scan.bodies.iter();
            let bodies = bodies.filter(|body| reached.contains(&body.index));
            bodies.fold((0, 0), |(count, bytes), body| {
                (count + 1, bytes + u64::from(body.end - body.start))
            })
        };
        let reaches = reached.as_ref().map(bodies);
        let compiles = !whole && clean && (unknown.is_empty() || allow_unknown_imports);
        found.exports[export].function = Some(ExportedFunction {
            signature: signature(ty),
            callable,
            reaches: reaches.map(|(count, _)| count),
            reached_bytes: reaches.map(|(_, bytes)| bytes),
            unknown_imports: unknown,
            compiles,
        });
    }
    let exported = found
        .exports
        .iter()
        .filter_map(|export| export.function.as_ref());
    let all_exports = exported.into_iter().all(|function| function.compiles);
    found.compiles = found.refusals.is_empty() && all_exports;
    Ok(found)
}

fn unknown_imports(prepared: &Prepared, reached: Option<&BTreeSet<u32>>) -> Vec<String> {
    let imports = (0..).zip(&prepared.imports);
    imports
        .filter(|(index, _)| {
            reached.is_some_and(|reached| reached.contains(index))
                && prepared.import(*index).is_none()
        })
        .map(|(_, name)| name.clone())
        .collect()
}

/// A module that uses what does not even validate here: what refuses its functions is found operator
/// by operator. Returns the functions that are refused.
fn refused_features(
    wasm: &[u8],
    prepared: &Prepared,
    scan: &Scan,
    error: Error,
    found: &mut Inspection,
) -> BTreeSet<u32> {
    let (bare, place) = error.clone().split_place();
    let inside = place.offset.is_some_and(|offset| {
        let mut bodies = scan.bodies.iter();
        bodies.any(|body| (body.start..body.end).contains(&offset.0) && has(scan, body.index))
    });
    // A function says it better.
    if !inside {
        found.refusals.push(Refusal {
            offset: place.offset.map(|offset| offset.0),
            ..Refusal::new(wasm, None, bare)
        });
    }
    add_functions(wasm, prepared, scan.refused.clone(), found)
}

fn has(scan: &Scan, function: u32) -> bool {
    scan.refused.iter().any(|(index, _)| *index == function)
}

/// Compiles every function. Returns those that are refused, and the lines of the others.
fn try_to_compile(
    wasm: &[u8],
    prepared: &mut Prepared,
    scan: &Scan,
    found: &mut Inspection,
) -> (BTreeSet<u32>, BTreeMap<u32, Vec<Line>>) {
    let bodies: Vec<u32> = scan.bodies.iter().map(|body| body.index).collect();
    if let Ok(graph) = Graph::new(wasm) {
        let reached = graph.reached(&bodies);
        prepared.referenced = reached.referenced;
        prepared.tables = reached.tables;
    }
    prepared.reached = bodies.into_iter().collect();
    match try_each(wasm, prepared) {
        Ok(tried) => {
            if let Some(memory) = found.memories.first_mut() {
                memory.grows = tried.module.memory.grows;
                memory.layout = Some(layout(&tried.module.memory));
            }
            let refused = add_functions(wasm, prepared, tried.refusals, found);
            (refused, tried.lines)
        }
        Err(error) => {
            found.refusals.push(Refusal::new(wasm, None, error));
            let refused = add_functions(wasm, prepared, scan.refused.clone(), found);
            (refused, BTreeMap::new())
        }
    }
}

fn layout(memory: &MemoryPlan) -> Layout {
    match memory.window {
        None => Layout::OneContext,
        Some(window) => {
            let first = u64::from(window.start) * 8;
            Layout::Window {
                first,
                end: first + u64::from(MEM_WORDS) * 8,
            }
        }
    }
}

fn add_functions(
    wasm: &[u8],
    prepared: &Prepared,
    refusals: Vec<(u32, Error)>,
    found: &mut Inspection,
) -> BTreeSet<u32> {
    let mut functions = BTreeSet::new();
    for (index, error) in refusals {
        let name = &prepared.names.function(index).name;
        found
            .refusals
            .push(Refusal::new(wasm, Some((index, name)), error));
        functions.insert(index);
    }
    functions
}
