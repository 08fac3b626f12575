//! Functions and source files of a side table as those of a profile.

use std::collections::{HashMap, HashSet};

use runtime_hooks::RegionId;
use runtime_hooks::sidetable::{self, FunctionKind, FunctionName, SideTable};

use crate::profile::{Function, FunctionId, Line, ProfileBuilder, StringId};

/// The frame of calls beyond the log's limits.
const DEEPER: &str = "[deeper]";
/// The frame of what runs before any function is entered.
const NO_FUNCTION: &str = "[no function]";

/// The frame of a region.
pub(crate) fn region_frame(name: &str) -> String {
    format!("[region:{name}]")
}

/// The profile's functions and files for those of the side table.
#[derive(Debug)]
pub(super) struct Names {
    files: Vec<StringId>,
    functions: Vec<FunctionId>,
    inlined: Vec<FunctionId>,
    regions: Vec<FunctionId>,
    deeper: FunctionId,
    no_function: FunctionId,
}

impl Names {
    /// Adds every function and file of the side table to the profile. An inlined function that
    /// also exists out of line, by name, linkage name and declaration, is one function. Names alone need
    /// not be unique in a module: where nothing else is known of functions, the second of a name
    /// and all that follow are called `NAME#INDEX`.
    pub(super) fn new(map: &SideTable, builder: &mut ProfileBuilder) -> Names {
        let files: Vec<StringId> = map.files.iter().map(|file| builder.string(file)).collect();
        let mut add = |name: &FunctionName| {
            let function = Function {
                name: builder.string(&name.name),
                system_name: name
                    .linkage_name
                    .as_deref()
                    .map(|name| builder.string(name)),
                file: name.declared.map(|(file, _)| files[file as usize]),
                start_line: name.declared.map_or(0, |(_, line)| line),
            };
            builder.function(function)
        };
        let mut known: HashMap<&FunctionName, FunctionId> = HashMap::new();
        let mut bare: HashSet<&str> = HashSet::new();
        let mut functions = Vec::with_capacity(map.functions.len());
        for function in &map.functions {
            let id = match function.kind {
                FunctionKind::Wasm(index) if is_repeated(&mut bare, &function.name) => {
                    add(&FunctionName {
                        name: format!("{}#{index}", function.name.name),
                        ..FunctionName::default()
                    })
                }
                _ => add(&function.name),
            };
            if matches!(function.kind, FunctionKind::Wasm(_)) {
                known.entry(&function.name).or_insert(id);
            }
            functions.push(id);
        }
        let mut inlined = Vec::with_capacity(map.inlined.len());
        for name in &map.inlined {
            inlined.push(*known.entry(name).or_insert_with(|| add(name)));
        }
        let synthetic = |name: &str| FunctionName {
            name: name.to_owned(),
            ..FunctionName::default()
        };
        let regions = map.regions.iter();
        let regions = regions.map(|name| add(&synthetic(&region_frame(name))));
        let regions = regions.collect();
        let deeper = add(&synthetic(DEEPER));
        let no_function = add(&synthetic(NO_FUNCTION));
        Names {
            files,
            functions,
            inlined,
            regions,
            deeper,
            no_function,
        }
    }

    /// A function, at no known place.
    pub(super) fn function(&self, function: runtime_hooks::FunctionId) -> Line {
        nowhere(self.functions[function.0 as usize])
    }

    /// `[deeper]`.
    pub(super) fn deeper(&self) -> Line {
        nowhere(self.deeper)
    }

    /// `[no function]`.
    pub(super) fn no_function(&self) -> Line {
        nowhere(self.no_function)
    }

    /// The frame of a region, at the place of a row in it.
    pub(super) fn region(&self, region: RegionId, place: &Line) -> Line {
        Line {
            function: self.regions[region.0 as usize],
            ..*place
        }
    }

    /// A frame of an inline chain in a row of `function`. DWARF has a file for line 0, too, and often
    /// another than the function's; it is that of no line.
    pub(super) fn line(
        &self,
        function: runtime_hooks::FunctionId,
        place: &sidetable::Location,
    ) -> Line {
        let function = match place.inlined {
            Some(inlined) => self.inlined[inlined as usize],
            None => self.functions[function.0 as usize],
        };
        if place.line == 0 {
            return nowhere(function);
        }
        Line {
            function,
            file: Some(self.files[place.file as usize]),
            line: place.line,
            column: place.column,
        }
    }
}

/// Whether nothing but its name is known of a function, and an earlier one has the same.
fn is_repeated<'a>(bare: &mut HashSet<&'a str>, name: &'a FunctionName) -> bool {
    name.linkage_name.is_none() && name.declared.is_none() && !bare.insert(&name.name)
}

fn nowhere(function: FunctionId) -> Line {
    Line {
        function,
        file: None,
        line: 0,
        column: 0,
    }
}
