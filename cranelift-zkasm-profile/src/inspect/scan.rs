//! One pass over a valid module.

use wasmparser::{
    BinaryReader, BinaryReaderError, DataKind, ElementItems, ElementKind, ExternalKind, FuncType,
    Parser, Payload, ProducersSectionReader, TypeRef,
};

use super::features::Features;
use super::{Becomes, Export, Function, Import, Inspection, Memory, Producer, Section, Table};
use crate::error::{Error, Place};
use crate::prepare::{Prepared, operator_name};

/// What a pass over a module finds besides what it enters in the inspection.
#[derive(Default)]
pub(super) struct Scan {
    /// The bodies, in their order.
    pub bodies: Vec<Body>,
    /// The index of the start function.
    pub start: Option<u32>,
    /// Functions with an operator that is refused outright, and that operator.
    pub refused: Vec<(u32, Error)>,
    /// Exported functions by their place among the exports.
    pub exported: Vec<(usize, u32)>,
}

/// A function's body.
pub(super) struct Body {
    /// The function's index.
    pub index: u32,
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Where its operators are.
    pub operators: Vec<u32>,
}

/// `(i32, i64) -> i32`
pub(super) fn signature(ty: &FuncType) -> String {
    let list = |types: &[wasmparser::ValType]| -> Vec<String> {
        types.iter().map(ToString::to_string).collect()
    };
    let (params, results) = (list(ty.params()), list(ty.results()));
    match results.as_slice() {
        [one] => format!("({}) -> {one}", params.join(", ")),
        all => format!("({}) -> ({})", params.join(", "), all.join(", ")),
    }
}

/// Passes over a module.
pub(super) fn scan(
    wasm: &[u8],
    prepared: &Prepared,
    found: &mut Inspection,
) -> Result<Scan, BinaryReaderError> {
    let mut scan = Scan::default();
    let mut features = Features::default();
    prepared.types.iter().for_each(|ty| features.signature(ty));
    found.bytes = wasm.len() as u64;
    found.functions.imported = prepared.imports.len() as u64;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Some((id, range)) = payload.as_section() {
            found.sections.push(section(wasm, &payload, id, range));
        }
        match payload {
            Payload::ImportSection(section) => {
                for import in section {
                    add_import(import?, prepared, &mut features, found);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    add_table(table?.ty, found);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    add_memory(memory?, &mut features, found);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let ty = global?.ty;
                    features.value_type(ty.content_type);
                    found.globals.defined += 1;
                    found.globals.mutable += u64::from(ty.mutable);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        scan.exported.push((found.exports.len(), export.index));
                    }
                    found.exports.push(Export {
                        name: export.name.to_owned(),
                        kind: kind(export.kind),
                        function: None,
                    });
                }
            }
            Payload::StartSection { func, .. } => {
                scan.start = Some(func);
                found.start = Some(prepared.names.function(func).name.clone());
            }
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element?;
                    match element.kind {
                        ElementKind::Active { .. } => found.elements.active += 1,
                        ElementKind::Passive => found.elements.passive += 1,
                        ElementKind::Declared => found.elements.declared += 1,
                    }
                    found.elements.size += match element.items {
                        ElementItems::Functions(items) => u64::from(items.count()),
                        ElementItems::Expressions(_, items) => u64::from(items.count()),
                    };
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    match data.kind {
                        DataKind::Active { .. } => found.data.active += 1,
                        DataKind::Passive => found.data.passive += 1,
                    }
                    found.data.size += data.data.len() as u64;
                }
            }
            Payload::TagSection(_) => features.note("exceptions"),
            Payload::CodeSectionEntry(body) => {
                let index = (prepared.imports.len() + scan.bodies.len()) as u32;
                let range = body.range();
                let mut operators = Vec::new();
                let mut refused = None;
                for local in body.get_locals_reader()? {
                    features.value_type(local?.1);
                }
                for entry in body.get_operators_reader()?.into_iter_with_offsets() {
                    let (operator, offset) = entry?;
                    if features.operator(&operator) && refused.is_none() {
                        refused = Some(Error::Unsupported {
                            what: format!("the operator `{}`", operator_name(&operator)),
                            place: Place::at(offset),
                        });
                    }
                    operators.push(offset as u32);
                }
                scan.refused.extend(refused.map(|error| (index, error)));
                found.functions.defined += 1;
                found.functions.code_bytes += range.len() as u64;
                found.functions.operators += operators.len() as u64;
                found.functions.by_size.push(Function {
                    index,
                    name: prepared.names.function(index).name.clone(),
                    offset: range.start as u32,
                    bytes: range.len() as u64,
                    operators: operators.len() as u64,
                });
                scan.bodies.push(Body {
                    index,
                    start: range.start as u32,
                    end: range.end as u32,
                    operators,
                });
            }
            Payload::CustomSection(section) if section.name() == "producers" => {
                let reader = BinaryReader::new(section.data(), section.data_offset());
                // What cannot be read is left out, as with names.
                found.producers = producers(reader).unwrap_or_default();
            }
            _ => {}
        }
    }
    if found.memories.len() > 1 {
        features.note("multi-memory");
    }
    found
        .functions
        .by_size
        .sort_by_key(|function| (std::cmp::Reverse(function.bytes), function.index));
    found.features = features.finish();
    Ok(scan)
}

fn section(wasm: &[u8], payload: &Payload<'_>, id: u8, range: std::ops::Range<usize>) -> Section {
    let names = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
        "tag",
    ];
    let custom = match payload {
        Payload::CustomSection(section) => Some(section.name().to_owned()),
        _ => None,
    };
    // Sections that are lists begin with their length.
    let is_list = matches!(id, 1..=7 | 9..=11 | 13);
    let contents = wasm.get(range.clone()).unwrap_or_default();
    let items = is_list.then(|| BinaryReader::new(contents, range.start).read_var_u32());
    Section {
        custom: custom.is_some(),
        name: custom.unwrap_or_else(|| match names.get(usize::from(id)) {
            Some(name) => (*name).to_owned(),
            None => format!("section {id}"),
        }),
        offset: range.start as u64,
        bytes: range.len() as u64,
        items: items.and_then(Result::ok).map(u64::from),
    }
}

fn kind(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

fn add_import(
    import: wasmparser::Import<'_>,
    prepared: &Prepared,
    features: &mut Features,
    found: &mut Inspection,
) {
    let functions = found
        .imports
        .iter()
        .filter(|known| known.kind == "function");
    let index = functions.count() as u32;
    let mut signature_of = None;
    let (kind, becomes) = match import.ty {
        TypeRef::Func(_) => {
            signature_of = prepared.types.get(index as usize).map(signature);
            let becomes = match prepared.import(index) {
                Some(_) => Becomes::BuiltIn,
                None => Becomes::RefusedOrTrap,
            };
            ("function", becomes)
        }
        TypeRef::Table(ty) => {
            add_table(ty, found);
            ("table", Becomes::Refused)
        }
        TypeRef::Memory(ty) => {
            add_memory(ty, features, found);
            ("memory", Becomes::Refused)
        }
        TypeRef::Global(ty) => {
            features.value_type(ty.content_type);
            found.globals.imported += 1;
            found.globals.mutable += u64::from(ty.mutable);
            if ty.mutable {
                features.note("mutable-globals");
            }
            ("global", Becomes::Refused)
        }
        TypeRef::Tag(_) => {
            features.note("exceptions");
            ("tag", Becomes::Refused)
        }
    };
    found.imports.push(Import {
        name: format!("{}.{}", import.module, import.name),
        kind,
        signature: signature_of,
        becomes,
    });
}

fn add_table(ty: wasmparser::TableType, found: &mut Inspection) {
    found.tables.push(Table {
        element: ty.element_type.to_string(),
        size: ty.initial,
        maximum: ty.maximum,
    });
}

fn add_memory(ty: wasmparser::MemoryType, features: &mut Features, found: &mut Inspection) {
    if ty.memory64 {
        features.note("memory64");
    }
    if ty.shared {
        features.note("threads");
    }
    found.memories.push(Memory {
        pages: ty.initial,
        maximum_pages: ty.maximum,
        grows: false,
        layout: None,
    });
}

fn producers(reader: BinaryReader<'_>) -> Result<Vec<Producer>, BinaryReaderError> {
    let mut producers = Vec::new();
    for field in ProducersSectionReader::new(reader)? {
        let field = field?;
        for value in field.values {
            let value = value?;
            producers.push(Producer {
                field: field.name.to_owned(),
                name: value.name.to_owned(),
                version: value.version.to_owned(),
            });
        }
    }
    Ok(producers)
}
