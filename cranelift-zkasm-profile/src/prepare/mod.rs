//! Preparation: is this a module we can compile, what is in it, and what does its entry reach?

mod names;
mod operator;
mod reach;
mod request;

use std::collections::BTreeSet;

use wasmparser::{
    CompositeInnerType, Encoding, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType,
    Validator, WasmFeatures,
};

pub(crate) use names::{Names, function_name};
pub(crate) use operator::{operator_at, operator_name, operator_offsets, operator_proposal};
pub(crate) use reach::{Graph, TableUse};
pub(crate) use request::{Entry, resolve};

use crate::error::{Error, Place};

/// What a module may use. Operators are refused one by one in translation and lowering; what is not
/// listed here does not even validate.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::from_bits_truncate(
    WasmFeatures::MUTABLE_GLOBAL.bits()
        | WasmFeatures::SATURATING_FLOAT_TO_INT.bits()
        | WasmFeatures::SIGN_EXTENSION.bits()
        | WasmFeatures::MULTI_VALUE.bits()
        | WasmFeatures::BULK_MEMORY.bits()
        | WasmFeatures::REFERENCE_TYPES.bits()
        | WasmFeatures::GC_TYPES.bits()
        | WasmFeatures::FLOATS.bits(),
);

/// A module, looked at.
pub(crate) struct Prepared {
    /// Names of its functions.
    pub names: Names,
    /// Exported functions, in the order of the export section.
    pub exports: Vec<(String, u32)>,
    /// Imported functions as `module.field`, by index.
    pub imports: Vec<String>,
    /// The type of every function.
    pub types: Vec<FuncType>,
    /// Custom sections whose names begin with `.debug_`.
    pub debug_sections: Vec<(String, Vec<u8>)>,
    /// Where the contents of the code section begin.
    pub code_offset: u32,
    /// Functions to compile.
    pub reached: BTreeSet<u32>,
    /// Those of them that a call through a table can find, whatever was done to the table.
    pub referenced: BTreeSet<u32>,
    /// What the functions to compile do to each table.
    pub tables: Vec<TableUse>,
}

/// Validates a module and gathers what later stages ask for.
pub(crate) fn prepare(wasm: &[u8]) -> Result<Prepared, Error> {
    match look_at(wasm)? {
        (prepared, None) => Ok(prepared),
        (_, Some(refusal)) => Err(refusal),
    }
}

/// Gathers what is in a valid core module, and why it is refused if it uses what is not in
/// [`FEATURES`].
pub(crate) fn look_at(wasm: &[u8]) -> Result<(Prepared, Option<Error>), Error> {
    let invalid = |message: String, offset: usize| {
        Err(Error::InvalidInput {
            message,
            place: Place::at(offset),
        })
    };
    if !wasm.starts_with(b"\0asm") {
        let message = if wasm.len() < 4 && b"\0asm".starts_with(wasm) {
            "the file ends before its header does"
        } else {
            "this is not WebAssembly: the magic number is missing"
        };
        return Err(Error::InvalidInput {
            message: message.to_owned(),
            place: Place::default(),
        });
    }
    if u32::try_from(wasm.len()).is_err() {
        return invalid("the module is larger than 4 GiB".to_owned(), 0);
    }
    if Parser::is_component(wasm) {
        return Err(Error::Unsupported {
            what: "a WebAssembly component (only core modules can be compiled)".to_owned(),
            place: Place::default(),
        });
    }
    let mut refused = None;
    if let Err(error) = Validator::new_with_features(FEATURES).validate_all(wasm) {
        // A module of a proposal that is switched off is valid, but not for us.
        if Validator::new_with_features(WasmFeatures::all())
            .validate_all(wasm)
            .is_err()
        {
            return invalid(error.message().to_owned(), error.offset());
        }
        refused = Some(Error::Unsupported {
            what: error.message().to_owned(),
            place: Place::at(error.offset()),
        });
    }
    let prepared = gather(wasm).map_err(|error| Error::InvalidInput {
        message: error.message().to_owned(),
        place: Place::at(error.offset()),
    })?;
    Ok((prepared, refused))
}

fn gather(wasm: &[u8]) -> Result<Prepared, wasmparser::BinaryReaderError> {
    let mut prepared = Prepared {
        names: Names::default(),
        exports: Vec::new(),
        imports: Vec::new(),
        types: Vec::new(),
        debug_sections: Vec::new(),
        code_offset: 0,
        reached: BTreeSet::new(),
        referenced: BTreeSet::new(),
        tables: Vec::new(),
    };
    let mut types: Vec<FuncType> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::Version { encoding, .. } => debug_assert_eq!(encoding, Encoding::Module),
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => ty,
                            // Keeps its number; nothing that compiles refers to it.
                            _ => FuncType::new([], []),
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section {
                    let import = import?;
                    if let TypeRef::Func(ty) = import.ty {
                        prepared
                            .imports
                            .push(format!("{}.{}", import.module, import.name));
                        prepared.types.push(types[ty as usize].clone());
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    prepared.types.push(types[ty? as usize].clone());
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        prepared
                            .exports
                            .push((export.name.to_owned(), export.index));
                    }
                }
            }
            // DWARF counts from here: from the number of bodies on.
            Payload::CodeSectionStart { range, .. } => prepared.code_offset = range.start as u32,
            Payload::CustomSection(section) if section.name() == "name" => {
                prepared.names.read(section.data(), section.data_offset());
            }
            Payload::CustomSection(section) if section.name().starts_with(".debug_") => {
                prepared
                    .debug_sections
                    .push((section.name().to_owned(), section.data().to_vec()));
            }
            _ => {}
        }
    }
    prepared
        .names
        .complete(&prepared.types, &prepared.exports, &prepared.imports);
    Ok(prepared)
}

impl Prepared {
    /// Limits the functions to compile to what `entry` reaches.
    ///
    /// # Errors
    /// If it reaches an import that nothing provides, unless those are allowed.
    pub(crate) fn reach_from(
        &mut self,
        wasm: &[u8],
        entry: u32,
        allow_unknown_imports: bool,
    ) -> Result<(), Error> {
        let reached = reach::reached(wasm, entry)?;
        self.reached = reached.functions;
        self.referenced = reached.referenced;
        self.tables = reached.tables;
        let imported = |index: &u32| (*index as usize) < self.imports.len();
        for &index in self.reached.iter().filter(|index| imported(index)) {
            let known = self.import(index).is_some();
            if !known && !allow_unknown_imports {
                let name = &self.imports[index as usize];
                return Err(Error::Unsupported {
                    what: format!("the imported function `{name}`, which the entry reaches"),
                    place: Place::default(),
                });
            }
        }
        Ok(())
    }

    /// What provides an imported function; none if nothing does, or if it is not imported.
    pub(crate) fn import(&self, index: u32) -> Option<Import> {
        let ty = self.types.get(index as usize)?;
        let takes_two = |operand| ty.params() == [operand, operand] && ty.results().is_empty();
        match self.imports.get(index as usize)?.as_str() {
            "env.assert_eq_i32" if takes_two(ValType::I32) => Some(Import::AssertEq),
            "env.assert_eq_i64" if takes_two(ValType::I64) => Some(Import::AssertEq),
            "zkasm.region_begin" if takes_two(ValType::I32) => Some(Import::RegionBegin),
            "zkasm.region_end" if takes_two(ValType::I32) => Some(Import::RegionEnd),
            _ => None,
        }
    }
}

/// An imported function that the compiler provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Import {
    /// Traps if its operands differ.
    AssertEq,
    /// Says that a region begins, by the address and the length of its name.
    RegionBegin,
    /// Says that it ends.
    RegionEnd,
}
