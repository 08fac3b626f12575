//! Where functions are declared, by linkage name.

use std::collections::HashMap;

use gimli::{AttributeValue, Dwarf, Unit};

use super::Reader;

/// File and line of functions' declarations.
#[derive(Default)]
pub(crate) struct Declarations {
    by_name: HashMap<String, (String, u32)>,
    /// Where functions begin, as offsets from the start of the code section's contents.
    pub starts: Vec<u64>,
}

impl Declarations {
    /// Reads all units; a unit that cannot be read is left out.
    pub(super) fn read(dwarf: &Dwarf<Reader<'_>>) -> Declarations {
        let mut declarations = Declarations::default();
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = dwarf.unit(header) {
                // A broken entry ends the unit, not the program.
                let _ = declarations.read_unit(dwarf, &unit);
            }
        }
        declarations
    }

    /// File and line, from 1, of a function's declaration.
    pub fn get(&self, linkage_name: &str) -> Option<(&str, u32)> {
        self.by_name
            .get(linkage_name)
            .map(|(file, line)| (file.as_str(), *line))
    }

    fn read_unit(
        &mut self,
        dwarf: &Dwarf<Reader<'_>>,
        unit: &Unit<Reader<'_>>,
    ) -> Result<(), gimli::Error> {
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs()? {
            if entry.tag() != gimli::DW_TAG_subprogram {
                continue;
            }
            let start = entry.attr_value(gimli::DW_AT_low_pc);
            if let Some(start) = start.and_then(|start| dwarf.attr_address(unit, start).ok()?) {
                self.starts.push(start);
            }
            let name = entry
                .attr_value(gimli::DW_AT_linkage_name)
                .or_else(|| entry.attr_value(gimli::DW_AT_name));
            let (Some(name), Some(AttributeValue::FileIndex(file)), Some(line)) = (
                name,
                entry.attr_value(gimli::DW_AT_decl_file),
                entry
                    .attr_value(gimli::DW_AT_decl_line)
                    .and_then(|line| line.udata_value()),
            ) else {
                continue;
            };
            let name = dwarf
                .attr_string(unit, name)?
                .to_string_lossy()
                .into_owned();
            if let Some(path) = file_path(dwarf, unit, file)? {
                self.by_name
                    .entry(name)
                    .or_insert((path, u32::try_from(line).unwrap_or(0)));
            }
        }
        Ok(())
    }
}

/// A file's path as the line table names it: directories joined, starting at the compilation's.
fn file_path(
    dwarf: &Dwarf<Reader<'_>>,
    unit: &Unit<Reader<'_>>,
    index: u64,
) -> Result<Option<String>, gimli::Error> {
    let Some(program) = &unit.line_program else {
        return Ok(None);
    };
    let header = program.header();
    let Some(file) = header.file(index) else {
        return Ok(None);
    };
    let mut path = unit
        .comp_dir
        .map(|dir| dir.to_string_lossy().into_owned())
        .unwrap_or_default();
    if let Some(directory) = file.directory(header) {
        push(
            &mut path,
            &dwarf.attr_string(unit, directory)?.to_string_lossy(),
        );
    }
    push(
        &mut path,
        &dwarf.attr_string(unit, file.path_name())?.to_string_lossy(),
    );
    Ok(Some(path))
}

fn push(path: &mut String, part: &str) {
    let absolute = part.starts_with('/') || part.get(1..3).is_some_and(|s| s == ":\\");
    if absolute {
        path.clear();
    } else if !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path.push_str(part);
}
