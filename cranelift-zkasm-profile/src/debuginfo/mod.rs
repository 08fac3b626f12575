//! Source locations from DWARF.
//!
//! DWARF addresses in WebAssembly count from the start of the code section's contents; everything
//! else in this compiler counts from the start of the module. [`DebugInfo`] alone converts.

mod declarations;

use std::collections::BTreeSet;

use gimli::{EndianSlice, LittleEndian};
use runtime_hooks::sidetable::{FunctionName, INLINE_LIMIT, WasmOffset};

use crate::prepare::{Prepared, function_name};

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
    /// The line, from 1; 0 if it is none.
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

    /// The names of the function whose body begins at an offset, which has these in the module. Linkers that
    /// demangle names leave the linkage name to DWARF alone; and they write what is demangled in another way
    /// than the names of inlined functions are written here.
    pub fn names(&self, body: WasmOffset, known: &FunctionName) -> FunctionName {
        let mangled = |name: &FunctionName| {
            let linkage = name.linkage_name.as_deref().unwrap_or_default();
            linkage.starts_with("_Z") || linkage.starts_with("_R")
        };
        let start = body.0.checked_sub(self.code_offset).map(u64::from);
        let found = start
            .filter(|_| !mangled(known))
            .and_then(|start| self.declarations.linkage_name(start, &known.name))
            .map(function_name)
            .filter(mangled);
        found.unwrap_or_else(|| known.clone())
    }

    /// Whether the source of an operator is known: the line of some frame.
    pub fn has_line(&self, offset: WasmOffset) -> bool {
        self.locate(offset).iter().any(|frame| frame.line != 0)
    }

    /// The inline chain of an operator, innermost first; empty if nothing is known. The line is 0 where
    /// compilers mark code that belongs to no line of its function.
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
            // Without a file nothing is known but the function.
            let Some(file) = location.file else {
                continue;
            };
            chain.push(SourceFrame {
                function,
                file: file.to_owned(),
                line,
                column: location.column.unwrap_or(0),
            });
        }
        // A side table holds no more; the innermost go.
        chain.drain(..chain.len().saturating_sub(INLINE_LIMIT));
        chain
    }
}

#[cfg(test)]
mod tests {
    use runtime_hooks::sidetable::{FunctionKind, FunctionName};

    use super::DebugInfo;
    use crate::prepare::prepare;
    use crate::{Options, compile};

    const CPP: &[u8] = include_bytes!("../../../corpus/cpp/cpp.wasm");

    /// The linker demangled the names of functions out of line, in its own way: they had no declaration,
    /// and were not the same as those of inlined ones.
    #[test]
    fn names_that_the_linker_demangled_are_those_of_inlined_functions() {
        let options = Options {
            missing_args: Some("0".to_owned()),
            ..Options::default()
        };
        let table = compile(CPP, &options).expect("it compiles").side_table;
        let functions = table.functions.iter();
        let functions = functions.filter(|function| matches!(function.kind, FunctionKind::Wasm(_)));
        let mut mangled = 0;
        for function in functions {
            let FunctionName {
                name,
                linkage_name,
                declared,
            } = &function.name;
            assert!(declared.is_some(), "{name}");
            match linkage_name {
                Some(linkage) => {
                    assert!(linkage.starts_with("_Z"), "{name}: {linkage}");
                    mangled += 1;
                }
                None => assert_eq!(name, "recurrences"),
            }
        }
        assert_eq!(mangled, 5);
    }

    /// In version 5 the compilation's directory is among the directories, too: it was there twice.
    #[test]
    fn declarations_are_in_the_files_that_lines_are_in() {
        const DWARF5: &[u8] = include_bytes!("../../../corpus/dwarf5/dwarf5.wasm");
        let options = Options {
            missing_args: Some("0".to_owned()),
            ..Options::default()
        };
        let table = compile(DWARF5, &options).expect("it compiles").side_table;
        let names = table.functions.iter().map(|function| &function.name);
        let declared = names.chain(&table.inlined).filter_map(|name| name.declared);
        let files: Vec<&str> = declared
            .map(|(file, _)| table.files[file as usize].as_str())
            .collect();
        assert!(files.len() > 5);
        for file in files {
            assert!(file.starts_with("corpus/dwarf5/src/"), "{file}");
        }
    }

    #[test]
    fn the_name_of_another_function_is_not_taken() {
        let prepared = prepare(CPP).expect("it is valid");
        let debug = DebugInfo::new(&prepared);
        let start = *debug
            .declarations
            .starts
            .iter()
            .find(|&&start| debug.declarations.linkage_name(start, "euclid").is_some())
            .expect("the function is there");
        let body = super::WasmOffset(debug.code_offset + start as u32);
        let named = |name: &str| FunctionName {
            name: name.to_owned(),
            ..FunctionName::default()
        };
        let found = debug.names(body, &named("euclid(…)"));
        assert_eq!(
            found.linkage_name.as_deref(),
            Some("_ZN12_GLOBAL__N_16euclidEjj")
        );
        assert_eq!(debug.names(body, &named("gcd")), named("gcd"));
    }
}
