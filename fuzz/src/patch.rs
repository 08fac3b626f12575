//! A module with something added or taken away.
//!
//! A binary is read as a list of sections, and a section as a vector of items. That is enough to
//! append a function, to export what is hidden, and to replace a body, for any module at all.

use wasmparser::{
    ElementItems, ExternalKind, FuncType, Operator, Parser, Payload, TypeRef, ValType,
};

use super::engines::{Call, Value};

const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const CODE: u8 = 10;

/// The order of sections that are not custom ones.
const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/// What a module declares.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The number of imports of any kind.
    pub imports: usize,
    /// The number of imported functions, which have the first indices.
    pub imported_functions: usize,
    /// The type of every function.
    pub functions: Vec<FuncType>,
    /// The type of every global.
    pub globals: Vec<ValType>,
    /// The bits that global 0 begins with, if it is mutable and holds an integer.
    pub stack_pointer: Option<u64>,
    /// The number of memories.
    pub memories: usize,
    /// The least and the largest number of pages of the first memory.
    pub pages: Option<(u64, Option<u64>)>,
    /// The number of tables.
    pub tables: usize,
    /// Every table that is not imported.
    pub table_facts: Vec<TableFacts>,
    /// The type of every element segment.
    pub elements: Vec<ValType>,
    /// The number of types.
    pub types: usize,
    /// The types, which are all of functions.
    pub signatures: Vec<FuncType>,
    /// Name, kind and index of every export.
    pub exports: Vec<(String, ExternalKind, u32)>,
    /// Whether each body of the code section computes with floats or has locals of such types.
    pub float_bodies: Vec<bool>,
    /// Whether some body drops a segment, which leaves nothing to see.
    pub drops_segments: bool,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct TableFacts {
    /// The type of its entries.
    pub ty: ValType,
    /// How many it has at the beginning.
    pub entries: u32,
}

impl Facts {
    /// Reads what a valid module declares.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(wasm: &[u8]) -> Result<Facts, wasmparser::BinaryReaderError> {
        let mut facts = Facts::default();
        let mut types = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    facts.types = section.count() as usize;
                    for ty in section.into_iter_err_on_gc_types() {
                        types.push(ty?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section {
                        facts.imports += 1;
                        match import?.ty {
                            TypeRef::Func(ty) => {
                                facts.imported_functions += 1;
                                facts.functions.push(types[ty as usize].clone());
                            }
                            TypeRef::Global(ty) => facts.globals.push(ty.content_type),
                            TypeRef::Memory(_) => facts.memories += 1,
                            TypeRef::Table(_) => facts.tables += 1,
                            TypeRef::Tag(_) => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        facts.functions.push(types[ty? as usize].clone());
                    }
                }
                Payload::TableSection(section) => {
                    facts.tables += section.count() as usize;
                    for table in section {
                        let ty = table?.ty;
                        facts.table_facts.push(TableFacts {
                            ty: ValType::Ref(ty.element_type),
                            entries: u32::try_from(ty.initial).unwrap_or(u32::MAX),
                        });
                    }
                }
                Payload::ElementSection(section) => {
                    for segment in section {
                        facts.elements.push(match segment?.items {
                            ElementItems::Functions(_) => ValType::FUNCREF,
                            ElementItems::Expressions(ty, _) => ValType::Ref(ty),
                        });
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        let memory = memory?;
                        facts.memories += 1;
                        facts.pages.get_or_insert((memory.initial, memory.maximum));
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        let global = global?;
                        if facts.globals.is_empty() && global.ty.mutable {
                            let value = global.init_expr.get_operators_reader().read()?;
                            facts.stack_pointer = match value {
                                Operator::I32Const { value } => Some(u64::from(value as u32)),
                                Operator::I64Const { value } => Some(value as u64),
                                _ => None,
                            };
                        }
                        facts.globals.push(global.ty.content_type);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let name = export.name.to_owned();
                        facts.exports.push((name, export.kind, export.index));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut float = false;
                    for local in body.get_locals_reader()? {
                        float |= is_float(local?.1);
                    }
                    for operator in body.get_operators_reader()? {
                        let operator = operator?;
                        facts.drops_segments |= matches!(
                            operator,
                            Operator::DataDrop { .. } | Operator::ElemDrop { .. }
                        );
                        float |= computes_with_floats(&operator);
                    }
                    facts.float_bodies.push(float);
                }
                _ => {}
            }
        }
        facts.signatures = types;
        Ok(facts)
    }

    /// The index of an exported function.
    pub fn exported_function(&self, name: &str) -> Option<u32> {
        let found = |(export, kind, _): &&(String, ExternalKind, u32)| {
            export == name && *kind == ExternalKind::Func
        };
        self.exports.iter().find(found).map(|&(_, _, index)| index)
    }

    /// The index of an exported global.
    pub fn exported_global(&self, name: &str) -> Option<u32> {
        let found = |(export, kind, _): &&(String, ExternalKind, u32)| {
            export == name && *kind == ExternalKind::Global
        };
        self.exports.iter().find(found).map(|&(_, _, index)| index)
    }
}

/// Whether a type is a floating point one.
pub fn is_float(ty: ValType) -> bool {
    matches!(ty, ValType::F32 | ValType::F64)
}

/// The names of operators say which types they are about.
fn computes_with_floats(operator: &Operator<'_>) -> bool {
    if let Operator::TypedSelect { ty } = operator {
        return is_float(*ty);
    }
    let name = format!("{operator:?}");
    let name = name.split([' ', '{', '(']).next().unwrap_or_default();
    name.contains("F32") || name.contains("F64")
}

/// A module as sections.
#[derive(Clone, Debug)]
pub struct Module {
    /// Sections by id, in order.
    sections: Vec<(u8, Vec<u8>)>,
}

impl Module {
    /// Splits a module; none if it is no sequence of sections.
    pub fn read(wasm: &[u8]) -> Option<Module> {
        let mut rest = wasm.strip_prefix(b"\0asm\x01\0\0\0")?;
        let mut sections = Vec::new();
        while let [id, after @ ..] = rest {
            let (size, after) = read_u32(after)?;
            let (contents, after) = after.split_at_checked(size as usize)?;
            sections.push((*id, contents.to_vec()));
            rest = after;
        }
        Some(Module { sections })
    }

    /// The module's bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (id, contents) in &self.sections {
            wasm.push(*id);
            write_u32(&mut wasm, contents.len() as u32);
            wasm.extend(contents);
        }
        wasm
    }

    /// A module without sections.
    pub fn empty() -> Module {
        Module {
            sections: Vec::new(),
        }
    }

    /// Appends a function type.
    pub fn add_type(&mut self, params: &[ValType], results: &[ValType]) {
        let mut ty = vec![0x60];
        for list in [params, results] {
            write_u32(&mut ty, list.len() as u32);
            ty.extend(list.iter().filter_map(|&ty| type_code(ty)));
        }
        self.append(TYPE, &ty);
    }

    /// Appends a function: the index of its type, its locals as they are encoded, its operators but
    /// for the last `end`.
    pub fn add_body(&mut self, ty: u32, locals: &[u8], operators: &[u8]) {
        let mut index = Vec::new();
        write_u32(&mut index, ty);
        self.append(FUNCTION, &index);
        let mut sized = Vec::new();
        write_u32(&mut sized, (locals.len() + operators.len() + 1) as u32);
        sized.extend(locals);
        sized.extend(operators);
        sized.push(0x0b);
        self.append(CODE, &sized);
    }

    /// Appends a memory of that many pages.
    pub fn add_memory(&mut self, pages: u32) {
        let mut item = vec![0];
        write_u32(&mut item, pages);
        self.append(MEMORY, &item);
    }

    /// Makes the module have one memory of that many pages, and at most.
    pub fn set_memory(&mut self, least: u32, most: u32) {
        let mut section = vec![1, 1];
        write_u32(&mut section, least);
        write_u32(&mut section, most);
        *self.section(MEMORY) = section;
    }

    /// Appends a table of that many function references.
    pub fn add_table(&mut self, entries: u32) {
        let mut item = vec![0x70, 0];
        write_u32(&mut item, entries);
        self.append(TABLE, &item);
    }

    /// Appends a mutable global of type i64 that begins with 0.
    pub fn add_global(&mut self) {
        self.append(GLOBAL, &[0x7e, 1, 0x42, 0, 0x0b]);
    }

    /// Makes the module have that many mutable globals, each 7.
    pub fn set_globals(&mut self, count: u32) {
        let section = self.section(GLOBAL);
        section.clear();
        write_u32(section, count);
        for _ in 0..count {
            section.extend([0x7e, 1, 0x42, 7, 0x0b]);
        }
    }

    /// Ids and contents of all sections, in order.
    pub fn sections_mut(&mut self) -> &mut [(u8, Vec<u8>)] {
        &mut self.sections
    }

    /// The contents of the first section of an id, which is made if there is none.
    fn section(&mut self, id: u8) -> &mut Vec<u8> {
        let place = |id: u8| ORDER.iter().position(|&other| other == id);
        let at = match self.sections.iter().position(|(other, _)| *other == id) {
            Some(at) => at,
            None => {
                let after = |(other, _): &(u8, Vec<u8>)| place(*other) > place(id);
                let at = self.sections.iter().position(after);
                let at = at.unwrap_or(self.sections.len());
                self.sections.insert(at, (id, vec![0]));
                at
            }
        };
        &mut self.sections[at].1
    }

    /// Appends an item to a section.
    fn append(&mut self, id: u8, item: &[u8]) {
        let section = self.section(id);
        let Some((count, items)) = read_u32(section) else {
            return;
        };
        let old = section.len() - items.len();
        let mut new = Vec::new();
        write_u32(&mut new, count + 1);
        section.splice(..old, new);
        section.extend(item);
    }

    /// Appends an exported function to the module that the facts are about.
    pub fn add_function(
        &mut self,
        facts: &Facts,
        export: &str,
        params: &[ValType],
        results: &[ValType],
        operators: &[u8],
    ) {
        self.add_type(params, results);
        self.export(export, ExternalKind::Func, facts.functions.len() as u32);
        self.add_body(facts.types as u32, &[0], operators);
    }

    /// Exports something by its index.
    pub fn export(&mut self, name: &str, kind: ExternalKind, index: u32) {
        let mut item = Vec::new();
        write_u32(&mut item, name.len() as u32);
        item.extend(name.as_bytes());
        item.push(match kind {
            ExternalKind::Func => 0,
            ExternalKind::Table => 1,
            ExternalKind::Memory => 2,
            ExternalKind::Global => 3,
            ExternalKind::Tag => 4,
        });
        write_u32(&mut item, index);
        self.append(EXPORT, &item);
    }

    /// The bodies of the code section, without their sizes; none if there are none.
    pub fn bodies(&mut self) -> Option<Vec<Vec<u8>>> {
        let (count, mut rest) = read_u32(self.section(CODE))?;
        let mut bodies = Vec::new();
        for _ in 0..count {
            let (size, after) = read_u32(rest)?;
            let (body, after) = after.split_at_checked(size as usize)?;
            bodies.push(body.to_vec());
            rest = after;
        }
        Some(bodies)
    }

    /// Writes the bodies of the code section, each with its size.
    pub fn set_bodies(&mut self, bodies: &[Vec<u8>]) {
        let mut section = Vec::new();
        write_u32(&mut section, bodies.len() as u32);
        for body in bodies {
            write_u32(&mut section, body.len() as u32);
            section.extend(body);
        }
        *self.section(CODE) = section;
    }

    /// Replaces some bodies of the code section by one that only has these operators.
    pub fn replace_bodies(&mut self, which: &[bool], operators: &[u8]) {
        let Some(mut bodies) = self.bodies() else {
            return;
        };
        for (body, &replace) in bodies.iter_mut().zip(which) {
            if replace {
                // No locals.
                *body = vec![0];
                body.extend(operators);
                body.push(0x0b);
            }
        }
        self.set_bodies(&bodies);
    }
}

/// The name under which [`observed`] exports a global.
pub fn global_name(index: usize) -> String {
    format!("observed global {index}")
}

/// The name under which [`observed`] exports a memory.
pub fn memory_name(index: usize) -> String {
    format!("observed memory {index}")
}

/// The name under which [`observed`] exports a table.
pub fn table_name(index: usize) -> String {
    format!("observed table {index}")
}

/// The name under which [`observed`] exports a function.
pub fn function_name(index: usize) -> String {
    format!("observed function {index}")
}

/// A module that exports all its globals, memories, tables and functions under names of ours.
pub fn observed(wasm: &[u8], facts: &Facts) -> Option<Vec<u8>> {
    let mut module = Module::read(wasm)?;
    for index in 0..facts.globals.len() {
        module.export(&global_name(index), ExternalKind::Global, index as u32);
    }
    for index in 0..facts.memories {
        module.export(&memory_name(index), ExternalKind::Memory, index as u32);
    }
    for index in 0..facts.tables {
        module.export(&table_name(index), ExternalKind::Table, index as u32);
    }
    for index in 0..facts.functions.len() {
        module.export(&function_name(index), ExternalKind::Func, index as u32);
    }
    Some(module.write())
}

/// Operators that call a function with these arguments. What only the host can make is read from
/// local variables, which `from_host` lists.
pub fn call_operators(function: u32, args: &[Value], from_host: &mut Vec<Value>) -> Vec<u8> {
    let mut operators = Vec::new();
    for arg in args {
        match *arg {
            Value::I32(value) => {
                operators.push(0x41);
                write_i64(&mut operators, value.into());
            }
            Value::I64(value) => {
                operators.push(0x42);
                write_i64(&mut operators, value);
            }
            Value::F32(bits) => {
                operators.push(0x43);
                operators.extend(bits.to_le_bytes());
            }
            Value::F64(bits) => {
                operators.push(0x44);
                operators.extend(bits.to_le_bytes());
            }
            Value::FuncRef(_) => operators.extend([0xd0, 0x70]),
            Value::ExternRef(None) => operators.extend([0xd0, 0x6f]),
            Value::ExternRef(Some(_)) => {
                operators.push(0x20);
                write_u32(&mut operators, from_host.len() as u32);
                from_host.push(*arg);
            }
        }
    }
    operators.push(0x10);
    write_u32(&mut operators, function);
    operators
}

/// Operators that make a call of an export and drop what it returns; none if there is no such
/// function.
pub fn dropped_call(facts: &Facts, call: &Call, from_host: &mut Vec<Value>) -> Option<Vec<u8>> {
    let function = facts.exported_function(&call.export)?;
    let mut operators = call_operators(function, &call.args, from_host);
    let results = facts.functions[function as usize].results().len();
    operators.extend(std::iter::repeat_n(0x1a, results));
    Some(operators)
}

/// Operators that read a global.
pub fn global_get(index: u32) -> Vec<u8> {
    let mut operators = vec![0x23];
    write_u32(&mut operators, index);
    operators
}

fn type_code(ty: ValType) -> Option<u8> {
    Some(match ty {
        ValType::I32 => 0x7f,
        ValType::I64 => 0x7e,
        ValType::F32 => 0x7d,
        ValType::F64 => 0x7c,
        ValType::V128 => 0x7b,
        ValType::FUNCREF => 0x70,
        ValType::EXTERNREF => 0x6f,
        ValType::Ref(_) => return None,
    })
}

/// Reads an unsigned LEB128 number.
pub fn read_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0u64;
    for (at, &byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((u32::try_from(value).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

/// Writes an unsigned LEB128 number.
pub fn write_u32(to: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// Writes a signed LEB128 number.
pub fn write_i64(to: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            to.push(byte);
            return;
        }
        to.push(byte | 0x80);
    }
}
