//! Source locations from DWARF.
//!
//! DWARF addresses in WebAssembly count from the start of the code section's contents; everything
//! else in this compiler counts from the start of the module. [`DebugInfo::locate`] is the one place
//! that converts.

mod declarations;

use std::collections::BTreeSet;

use gimli::{EndianSlice, LittleEndian};
use runtime_hooks::sidetable::WasmOffset;

use crate::prepare::Prepared;

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// A module's debug information.
pub(crate) struct DebugInfo<'a> {
    context: Option<addr2line::Context<Reader<'a>>>,
    /// The versions of its units, ascending.
    pub versions: BTreeSet<u16>,
    code_offset: u32,
    /// Where functions are declared.
    pub declarations: declarations::Declarations,
}

/// A frame of an inline chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceFrame {
    /// The linkage name of the function that the location lies in.
    pub function: Option<String>,
    /// The source file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
}

impl<'a> DebugInfo<'a> {
    /// Reads the `.debug_*` sections. Broken ones count as none: they are no reason to refuse.
    pub fn new(prepared: &'a Prepared) -> DebugInfo<'a> {
        let load = |id: gimli::SectionId| -> Result<Reader<'a>, gimli::Error> {
            let section = prepared
                .debug_sections
                .iter()
                .find(|(name, _)| name == id.name());
            let bytes = section.map_or(&[][..], |(_, bytes)| bytes);
            Ok(EndianSlice::new(bytes, LittleEndian))
        };
        let dwarf = gimli::Dwarf::load(load).ok();
        let declarations = dwarf
            .as_ref()
            .map(declarations::Declarations::read)
            .unwrap_or_default();
        let mut versions = BTreeSet::new();
        if let Some(dwarf) = &dwarf {
            let mut units = dwarf.units();
            while let Ok(Some(unit)) = units.next() {
                versions.insert(unit.version());
            }
        }
        let context = dwarf.and_then(|dwarf| addr2line::Context::from_dwarf(dwarf).ok());
        DebugInfo {
            context,
            versions,
            code_offset: prepared.code_offset,
            declarations,
        }
    }

    /// The inline chain of an operator, innermost first; empty if nothing is known. Innermost frames
    /// without a line are left out: line 0 is how compilers mark code that is nobody's.
    pub fn locate(&self, offset: WasmOffset) -> Vec<SourceFrame> {
        let (Some(context), Some(address)) =
            (&self.context, offset.0.checked_sub(self.code_offset))
        else {
            return Vec::new();
        };
        let Ok(mut frames) = context.find_frames(u64::from(address)).skip_all_loads() else {
            return Vec::new();
        };
        let mut chain = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let function = frame
                .function
                .and_then(|function| function.raw_name().ok().map(|name| name.into_owned()));
            let location = frame.location.unwrap_or(addr2line::Location {
                file: None,
                line: None,
                column: None,
            });
            let line = location.line.unwrap_or(0);
            if chain.is_empty() && (line == 0 || location.file.is_none()) {
                continue;
            }
            chain.push(SourceFrame {
                function,
                file: location.file.unwrap_or("<unknown>").to_owned(),
                line,
                column: location.column.unwrap_or(0),
            });
        }
        chain
    }
}
