//! Where functions are declared, by linkage name; and which function begins where.

use std::collections::HashMap;

use gimli::{AttributeValue, DebuggingInformationEntry, DwAt, Dwarf, Unit};

use super::Reader;

/// How many entries an entry may stand for, one after the other: it is an instance of one that completes
/// one inside of a class.
const LINKS: usize = 4;

/// The names of a function.
struct Named {
    linkage_name: String,
    /// As the source has it.
    name: String,
}

/// File and line of functions' declarations.
#[derive(Default)]
pub(crate) struct Declarations {
    by_name: HashMap<String, (String, u32)>,
    /// Functions by where they begin.
    by_start: HashMap<u64, Named>,
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

    /// The linkage name of the function that begins at an address, if that is one which a linker shows
    /// under this name.
    pub fn linkage_name(&self, start: u64, shown: &str) -> Option<&str> {
        let named = self.by_start.get(&start)?;
        // Without template arguments, which are written in many ways.
        let name = named.name.split('<').next().unwrap_or_default();
        let is_it = !name.is_empty() && shown.contains(name);
        is_it.then_some(named.linkage_name.as_str())
    }

    fn read_unit<'a>(
        &mut self,
        dwarf: &Dwarf<Reader<'a>>,
        unit: &Unit<Reader<'a>>,
    ) -> Result<(), gimli::Error> {
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs()? {
            if entry.tag() != gimli::DW_TAG_subprogram {
                continue;
            }
            let start = entry.attr_value(gimli::DW_AT_low_pc);
            if let Some(start) = start.and_then(|start| dwarf.attr_address(unit, start).ok()?) {
                self.starts.push(start);
                let text = |name| inherited_text(dwarf, unit, entry, name);
                if let (Some(linkage_name), Some(name)) =
                    (text(gimli::DW_AT_linkage_name), text(gimli::DW_AT_name))
                {
                    self.by_start.insert(start, Named { linkage_name, name });
                }
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

/// The text of an attribute of an entry, or of the one that it is an instance of or completes, in the same
/// unit.
fn inherited_text<'a>(
    dwarf: &Dwarf<Reader<'a>>,
    unit: &Unit<Reader<'a>>,
    entry: &DebuggingInformationEntry<Reader<'a>>,
    name: DwAt,
) -> Option<String> {
    let mut entry = entry.clone();
    for _ in 0..LINKS {
        if let Some(text) = entry.attr_value(name) {
            let text = dwarf.attr_string(unit, text).ok()?;
            return Some(text.to_string_lossy().into_owned());
        }
        let link = entry
            .attr_value(gimli::DW_AT_abstract_origin)
            .or_else(|| entry.attr_value(gimli::DW_AT_specification))?;
        let AttributeValue::UnitRef(offset) = link else {
            return None;
        };
        entry = unit.entry(offset).ok()?;
    }
    None
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
    // Directory 0 is the compilation's, in version 5 also by its name.
    if let Some(directory) = file
        .directory(header)
        .filter(|_| file.directory_index() != 0)
    {
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
