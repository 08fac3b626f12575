//! How much of the code the debug information knows.

use std::collections::HashSet;

use runtime_hooks::sidetable::WasmOffset;

use super::scan::Scan;
use super::{Dwarf, DwarfState};
use crate::debuginfo::DebugInfo;
use crate::prepare::Prepared;

/// Looks every operator up.
pub(super) fn coverage(prepared: &Prepared, debug: &DebugInfo<'_>, scan: &Scan) -> Dwarf {
    if prepared.debug_sections.is_empty() {
        return Dwarf::default();
    }
    let mut dwarf = Dwarf {
        versions: debug.versions.iter().copied().collect(),
        ..Dwarf::default()
    };
    for body in &scan.bodies {
        for (at, &offset) in body.operators.iter().enumerate() {
            let end = body.operators.get(at + 1).copied().unwrap_or(body.end);
            let bytes = u64::from(end - offset);
            let chain = debug.locate(WasmOffset(offset));
            dwarf.operator_bytes += bytes;
            if chain.iter().any(|frame| frame.line != 0) {
                dwarf.operators_with_line += 1;
                dwarf.bytes_with_line += bytes;
            }
            dwarf.operators_inlined += u64::from(chain.len() > 1);
        }
    }
    // Linkers leave functions that they dropped at 0, or at an address that no code has.
    let starts: HashSet<u64> = scan
        .bodies
        .iter()
        .map(|body| u64::from(body.start - prepared.code_offset))
        .collect();
    let code = scan.bodies.iter().map(|body| body.end).max().unwrap_or(0);
    let code = u64::from(code.saturating_sub(prepared.code_offset));
    let placed = debug.declarations.starts.iter();
    for start in placed.filter(|&&start| start > 0 && start < code) {
        dwarf.placed += 1;
        dwarf.placed_right += u64::from(starts.contains(start));
    }
    let sections = prepared.debug_sections.iter();
    let has_table = sections
        .into_iter()
        .any(|(name, bytes)| name == ".debug_line" && !bytes.is_empty());
    let found = dwarf.operators_with_line > 0 || scan.bodies.is_empty();
    dwarf.state = if 2 * dwarf.placed_right < dwarf.placed {
        DwarfState::Stale
    } else if found {
        DwarfState::Usable
    } else if has_table {
        DwarfState::Stale
    } else {
        DwarfState::NoLines
    };
    dwarf
}
