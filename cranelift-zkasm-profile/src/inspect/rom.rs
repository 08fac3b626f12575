//! How the lines of the ROM that a module becomes came by their places.

use std::collections::HashMap;

use runtime_hooks::sidetable::{Origin, WasmOffset};

use super::{Origins, Rom};
use crate::debuginfo::DebugInfo;
use crate::machinst::buffer::Line;
use crate::machinst::loc::Part;

/// Looks up what every line of these functions serves.
pub(super) fn located<'a>(
    debug: &DebugInfo<'_>,
    functions: impl Iterator<Item = &'a [Line]>,
) -> Rom {
    let mut has_line: HashMap<WasmOffset, bool> = HashMap::new();
    let mut count = |origins: &mut Origins, part: &Part| {
        origins.all += 1;
        let Some(loc) = part.loc else { return };
        let known = has_line.entry(loc.offset);
        let with_line = u64::from(*known.or_insert_with(|| debug.has_line(loc.offset)));
        match loc.origin {
            Origin::Direct => {
                origins.direct += 1;
                origins.direct_with_line += with_line;
            }
            Origin::Inherited => {
                origins.inherited += 1;
                origins.inherited_with_line += with_line;
            }
        }
    };
    let mut rom = Rom::default();
    for lines in functions {
        rom.functions += 1;
        for line in lines {
            let Line::Step(buffered) = line else { continue };
            for (at, part) in buffered.parts.iter().enumerate() {
                if at == 0 {
                    count(&mut rom.lines, part);
                }
                count(&mut rom.contributions, part);
            }
        }
    }
    rom
}
