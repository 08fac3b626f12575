//! What translation needs to know of the module.

use std::cell::Cell;

use cranelift_codegen::ir::{self, UserFuncName};
use cranelift_codegen::isa::CallConv;
use cranelift_entity::EntityRef;
use cranelift_wasm::{
    ConstExpr, DataIndex, ElemIndex, FuncIndex, FuncTranslator, Global, GlobalIndex, Memory,
    MemoryIndex, ModuleEnvironment, Table, TableIndex, TypeConvert, TypeIndex, WasmFuncType,
    WasmHeapType, WasmResult, WasmValType,
};
use runtime_hooks::TrapKind;
use wasmparser::{FuncValidator, FunctionBody, UnpackedIndex, ValidatorResources, WasmFeatures};
use zkasm::limits::MEM_WORDS;

use super::func_env::FuncEnv;
use super::tables::{self, NULL, REFERENCE, TablePlan};
use super::{DataSegment, MemoryPlan, Module, Namespace, Translated, Window};
use crate::effort;
use crate::error::{Error, Place};
use crate::prepare::{FEATURES, Prepared};

/// Bytes of linear memory that one context holds.
const WINDOW: u64 = MEM_WORDS as u64 * 8;
/// The largest memory: its size in bytes is below 2^32.
const MAX_MEMORY: u64 = 65_535 * PAGE;
/// How much of a stack that ends at the initial stack pointer is expected to be used.
const STACK_BYTES: u64 = 256 << 10;
/// Entries of a table: each can make a leaf of every indirect call.
const MAX_TABLE: u32 = 100_000;
const PAGE: u64 = 0x1_0000;

/// The module environment: declarations in, CLIF functions out.
pub(super) struct ModuleEnv<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) types: Vec<WasmFuncType>,
    pub(super) functions: Vec<TypeIndex>,
    pub(super) globals: Vec<Global>,
    pub(super) tables: Vec<TablePlan>,
    elements: Vec<Vec<u32>>,
    pub(super) imported_functions: usize,
    defined: usize,
    initial: Vec<u64>,
    memory: Option<Memory>,
    data: Vec<DataSegment>,
    passive: Vec<Vec<u8>>,
    start: Option<u32>,
    instantiation_trap: Option<TrapKind>,
    /// Whether a translated function grows the memory.
    pub(super) grows: Cell<bool>,
    translated: Vec<Translated>,
    translator: Option<FuncTranslator>,
    /// Functions that are refused one by one; none if the first one ends translation.
    pub(super) refusals: Option<Vec<(u32, Error)>>,
    /// An error with more to say than cranelift-wasm's own can carry.
    pub(super) error: Option<Error>,
}

impl<'a> ModuleEnv<'a> {
    pub(super) fn new(prepared: &'a Prepared) -> ModuleEnv<'a> {
        ModuleEnv {
            prepared,
            types: Vec::new(),
            functions: Vec::new(),
            globals: Vec::new(),
            tables: Vec::new(),
            elements: Vec::new(),
            imported_functions: 0,
            defined: 0,
            initial: Vec::new(),
            memory: None,
            data: Vec::new(),
            passive: Vec::new(),
            start: None,
            instantiation_trap: None,
            grows: Cell::new(false),
            translated: Vec::new(),
            translator: None,
            refusals: None,
            error: None,
        }
    }

    pub(super) fn finish(self) -> Result<Module, Error> {
        let bytes = self.memory.map_or(0, |memory| memory.minimum * PAGE);
        if bytes > MAX_MEMORY {
            return Err(Error::Limit {
                what: "the linear memory in pages of 64 KiB".to_owned(),
                found: bytes / PAGE,
                limit: MAX_MEMORY / PAGE,
                place: Place::default(),
            });
        }
        let memory = self.plan(bytes);
        Ok(Module {
            functions: self.translated,
            globals: self.initial,
            data: self.data,
            passive: self.passive,
            tables: self.tables,
            elements: self.elements,
            memory,
            instantiation_trap: self.instantiation_trap,
            start: self.start,
        })
    }

    /// Where the memory lies. A window of a larger one begins where the used part of the stack does,
    /// which compilers put before data and heap, but leaves no byte of it beyond the memory's end: so
    /// what is inside of the window needs no other check.
    fn plan(&self, bytes: u64) -> MemoryPlan {
        let max_pages = self.memory.map_or(0, max_pages);
        let grows = self.grows.get();
        let largest = if grows {
            u64::from(max_pages) * PAGE
        } else {
            bytes
        };
        let window = (largest > WINDOW).then(|| {
            let stack_pointer = self
                .initial
                .first()
                .copied()
                .filter(|_| self.globals[0].mutability);
            let used = stack_pointer.unwrap_or(0).saturating_sub(STACK_BYTES) / PAGE * PAGE;
            Window::from_byte(used.min(bytes.saturating_sub(WINDOW)))
        });
        MemoryPlan {
            bytes,
            max_pages,
            grows,
            window,
        }
    }

    pub(super) fn signature(&self, ty: TypeIndex) -> WasmResult<ir::Signature> {
        let ty = &self.types[ty.index()];
        let mut signature = ir::Signature::new(CallConv::Fast);
        for param in ty.params() {
            signature.params.push(ir::AbiParam::new(value_type(param)?));
        }
        for result in ty.returns() {
            signature
                .returns
                .push(ir::AbiParam::new(value_type(result)?));
        }
        Ok(signature)
    }

    /// Refuses a function: the module with it, or that function alone.
    fn refuse_body(&mut self, index: u32, error: Error) -> WasmResult<()> {
        let name = &self.prepared.names.function(index).name;
        let error = error.in_function(name);
        if let Some(refusals) = &mut self.refusals {
            refusals.push((index, error));
            return Ok(());
        }
        let message = error.to_string();
        self.error = Some(error);
        Err(cranelift_wasm::WasmError::User(message))
    }

    fn refuse<T>(&mut self, what: &str, place: Place) -> WasmResult<T> {
        self.error = Some(Error::Unsupported {
            what: what.to_owned(),
            place,
        });
        Err(cranelift_wasm::WasmError::Unsupported(what.to_owned()))
    }
}

/// The pages that a memory can grow to.
fn max_pages(memory: Memory) -> u32 {
    let limit = MAX_MEMORY / PAGE;
    memory.maximum.unwrap_or(limit).min(limit) as u32
}

/// The CLIF type of a WebAssembly value.
pub(super) fn value_type(ty: &WasmValType) -> WasmResult<ir::Type> {
    Ok(match ty {
        WasmValType::I32 => ir::types::I32,
        WasmValType::I64 => ir::types::I64,
        WasmValType::F32 => ir::types::F32,
        WasmValType::F64 => ir::types::F64,
        WasmValType::Ref(_) => REFERENCE,
        WasmValType::V128 => {
            let what = format!("values of type {ty}");
            return Err(cranelift_wasm::WasmError::Unsupported(what));
        }
    })
}

impl TypeConvert for ModuleEnv<'_> {
    fn lookup_heap_type(&self, _: UnpackedIndex) -> WasmHeapType {
        WasmHeapType::Func
    }

    fn lookup_type_index(&self, _: UnpackedIndex) -> cranelift_wasm::EngineOrModuleTypeIndex {
        // Only concrete reference types have one, and those features are off.
        cranelift_wasm::EngineOrModuleTypeIndex::Module(
            cranelift_wasm::ModuleInternedTypeIndex::new(0),
        )
    }
}

impl<'data> ModuleEnvironment<'data> for ModuleEnv<'_> {
    fn declare_type_func(&mut self, ty: WasmFuncType) -> WasmResult<()> {
        self.types.push(ty);
        Ok(())
    }

    fn declare_func_import(
        &mut self,
        ty: TypeIndex,
        _: &'data str,
        _: &'data str,
    ) -> WasmResult<()> {
        self.functions.push(ty);
        self.imported_functions += 1;
        Ok(())
    }

    fn declare_table_import(
        &mut self,
        _: Table,
        module: &'data str,
        field: &'data str,
    ) -> WasmResult<()> {
        self.refuse(
            &format!("the imported table `{module}.{field}`"),
            Place::default(),
        )
    }

    fn declare_memory_import(
        &mut self,
        _: Memory,
        module: &'data str,
        field: &'data str,
    ) -> WasmResult<()> {
        self.refuse(
            &format!("the imported memory `{module}.{field}`"),
            Place::default(),
        )
    }

    fn declare_global_import(
        &mut self,
        _: Global,
        module: &'data str,
        field: &'data str,
    ) -> WasmResult<()> {
        self.refuse(
            &format!("the imported global `{module}.{field}`"),
            Place::default(),
        )
    }

    fn declare_func_type(&mut self, ty: TypeIndex) -> WasmResult<()> {
        self.functions.push(ty);
        Ok(())
    }

    fn declare_table(&mut self, table: Table) -> WasmResult<()> {
        if table.minimum > MAX_TABLE {
            let what = format!("a table of more than {MAX_TABLE} entries");
            return self.refuse(&what, Place::default());
        }
        let used = self.prepared.tables.get(self.tables.len());
        let used = used.copied().unwrap_or_default();
        let plan = TablePlan::new(&table, used, self.tables.last());
        self.tables.push(plan);
        Ok(())
    }

    fn declare_memory(&mut self, memory: Memory) -> WasmResult<()> {
        self.memory = Some(memory);
        Ok(())
    }

    fn declare_global(&mut self, global: Global, init: ConstExpr) -> WasmResult<()> {
        let value = match init.ops() {
            [cranelift_wasm::ConstOp::I32Const(value)] => u64::from(*value as u32),
            [cranelift_wasm::ConstOp::I64Const(value)] => *value as u64,
            [cranelift_wasm::ConstOp::F32Const(bits)] => u64::from(*bits),
            [cranelift_wasm::ConstOp::F64Const(bits)] => *bits,
            [cranelift_wasm::ConstOp::RefNull] => NULL.into(),
            [cranelift_wasm::ConstOp::RefFunc(function)] => {
                tables::reference(Some(*function)).into()
            }
            _ => {
                let what = format!("the initial value of global {}", self.globals.len());
                return self.refuse(&what, Place::default());
            }
        };
        self.globals.push(global);
        self.initial.push(value);
        Ok(())
    }

    fn declare_func_export(&mut self, _: FuncIndex, _: &'data str) -> WasmResult<()> {
        Ok(())
    }

    fn declare_table_export(&mut self, _: TableIndex, _: &'data str) -> WasmResult<()> {
        Ok(())
    }

    fn declare_memory_export(&mut self, _: MemoryIndex, _: &'data str) -> WasmResult<()> {
        Ok(())
    }

    fn declare_global_export(&mut self, _: GlobalIndex, _: &'data str) -> WasmResult<()> {
        Ok(())
    }

    fn declare_start_func(&mut self, index: FuncIndex) -> WasmResult<()> {
        self.start = Some(index.as_u32());
        Ok(())
    }

    fn declare_table_elements(
        &mut self,
        table: TableIndex,
        base: Option<GlobalIndex>,
        offset: u32,
        elements: Box<[FuncIndex]>,
    ) -> WasmResult<()> {
        if base.is_some() {
            return self.refuse("an element segment at a global's address", Place::default());
        }
        // An active segment is dropped once it is written.
        self.elements.push(Vec::new());
        let entries = &mut self.tables[table.index()].entries;
        let start = offset as usize;
        match start
            .checked_add(elements.len())
            .and_then(|end| entries.get_mut(start..end))
        {
            Some(entries) => {
                for (entry, function) in entries.iter_mut().zip(&elements) {
                    *entry = tables::element(*function);
                }
                Ok(())
            }
            // Element segments are written before data segments.
            None => {
                self.instantiation_trap = Some(TrapKind::OutOfBoundsTable);
                Ok(())
            }
        }
    }

    fn declare_passive_element(
        &mut self,
        _: ElemIndex,
        elements: Box<[FuncIndex]>,
    ) -> WasmResult<()> {
        // Segments are declared in the order of their numbers.
        let references = elements
            .iter()
            .map(|&function| tables::reference(tables::element(function)));
        self.elements.push(references.collect());
        Ok(())
    }

    fn declare_elements(&mut self, _: Box<[FuncIndex]>) -> WasmResult<()> {
        self.elements.push(Vec::new());
        Ok(())
    }

    fn declare_passive_data(&mut self, _: DataIndex, data: &'data [u8]) -> WasmResult<()> {
        // Segments are declared in the order of their numbers.
        self.passive.push(data.to_vec());
        Ok(())
    }

    fn declare_data_initialization(
        &mut self,
        _: MemoryIndex,
        base: Option<GlobalIndex>,
        offset: u64,
        data: &'data [u8],
    ) -> WasmResult<()> {
        self.passive.push(Vec::new());
        if base.is_some() {
            return self.refuse("a data segment at an imported address", Place::default());
        }
        // A negative offset arrives sign-extended from 32 bits.
        let address = offset as u32;
        let size = self.memory.map_or(0, |memory| memory.minimum * PAGE);
        if u64::from(address) + data.len() as u64 > size {
            self.instantiation_trap
                .get_or_insert(TrapKind::OutOfBoundsMemory);
            return Ok(());
        }
        self.data.push(DataSegment {
            address,
            bytes: data.to_vec(),
        });
        Ok(())
    }

    fn define_function_body(
        &mut self,
        mut validator: FuncValidator<ValidatorResources>,
        body: FunctionBody<'data>,
    ) -> WasmResult<()> {
        let index = (self.imported_functions + self.defined) as u32;
        self.defined += 1;
        if !self.prepared.reached.contains(&index) {
            return Ok(());
        }
        let name = UserFuncName::user(Namespace::Function as u32, index);
        let start = body.range().start;
        let signature = match self.signature(self.functions[index as usize]) {
            Ok(signature) => signature,
            Err(refusal) => {
                let mut error = super::wasm_error(&refusal);
                error.at(start);
                return self.refuse_body(index, error);
            }
        };
        let mut func = ir::Function::with_name_signature(name, signature);
        let params = func.signature.params.len();
        if let Err(error) = effort::check_body(&body, params) {
            return self.refuse_body(index, error);
        }
        let mut translator = self.translator.take().unwrap_or_else(FuncTranslator::new);
        let mut env = FuncEnv::new(self);
        let result = translator.translate_body(&mut validator, body, &mut func, &mut env);
        let error = env.error.take();
        if let Err(refusal) = result {
            // Its translator is left in the middle of it.
            let error = error.unwrap_or_else(|| super::wasm_error(&refusal));
            return self.refuse_body(index, error);
        }
        self.translator = Some(translator);
        if let Err(error) = effort::check_clif(&func, start) {
            return self.refuse_body(index, error);
        }
        self.translated.push(Translated {
            index,
            func,
            body: start as u32,
        });
        Ok(())
    }

    fn wasm_features(&self) -> WasmFeatures {
        FEATURES
    }
}
