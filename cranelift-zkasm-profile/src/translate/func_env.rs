//! What translation needs to know inside a function, and what it refuses there.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{self, ExternalName, InstBuilder, UserExternalName, Value};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_entity::{EntityRef, PrimaryMap};
use cranelift_wasm::{
    EngineOrModuleTypeIndex, FuncEnvironment, FuncIndex, FuncTranslationState, FunctionBuilder,
    GlobalIndex, GlobalVariable, Heap, HeapData, HeapStyle, MemoryIndex, ModuleInternedTypeIndex,
    TableIndex, TargetEnvironment, TypeConvert, TypeIndex, WasmError, WasmHeapType, WasmResult,
};
use runtime_hooks::sidetable::WasmOffset;
use target_lexicon::PointerWidth;
use wasmparser::{Operator, UnpackedIndex};

use super::builtin::{Argument, Builtin, builtin, builtin_with, forward};
use super::indirect::{self, Entry};
use super::module_env::{ModuleEnv, value_type};
use super::tables::{self, NULL, REFERENCE};
use super::{ASSERTION_FAILED, Namespace, UNKNOWN_IMPORT};
use crate::error::{Error, Place};
use crate::prepare::{Import, operator_name};

/// The function environment.
pub(super) struct FuncEnv<'a, 'b> {
    module: &'a ModuleEnv<'b>,
    heaps: PrimaryMap<Heap, HeapData>,
    /// The refusal behind the error that translation returned.
    pub(super) error: Option<Error>,
}

impl<'a, 'b> FuncEnv<'a, 'b> {
    pub(super) fn new(module: &'a ModuleEnv<'b>) -> FuncEnv<'a, 'b> {
        FuncEnv {
            module,
            heaps: PrimaryMap::new(),
            error: None,
        }
    }

    fn refuse<T>(&mut self, srcloc: ir::SourceLoc, what: &str) -> WasmResult<T> {
        let offset = (!srcloc.is_default()).then(|| WasmOffset(srcloc.bits()));
        let place = Place {
            function: None,
            offset,
        };
        self.error = Some(Error::Unsupported {
            what: format!("the operator `{what}`"),
            place,
        });
        Err(WasmError::Unsupported(what.to_owned()))
    }

    /// The function behind a reference, as a call of that signature sees it.
    fn callee(&self, function: FuncIndex, wanted: TypeIndex) -> Entry {
        let types = &self.module.types;
        let ty = self.module.functions[function.index()];
        if types[ty.index()] == types[wanted.index()] {
            Entry::Function(function)
        } else {
            Entry::Mismatch
        }
    }

    /// What `call_indirect` decides by, and for which values it does what. That is the index, if
    /// nothing changes the table, else the reference that it holds there.
    fn choices(
        &self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        ty: TypeIndex,
        index: Value,
    ) -> (Value, Vec<(u32, Entry)>) {
        let plan = &self.module.tables[table.index()];
        if !plan.used.changes {
            let entries = plan.entries.iter().map(|entry| match *entry {
                Some(function) => self.callee(function, ty),
                None => Entry::Null,
            });
            return (index, indirect::runs(entries));
        }
        let functions = self.module.prepared.referenced.iter().map(|&function| {
            let function = FuncIndex::from_u32(function);
            (function, self.callee(function, ty))
        });
        let runs = tables::callees(functions);
        let args = [Argument::Value(index), Argument::table(table)];
        let pos = &mut builder.cursor();
        let call = builtin_with(pos, Builtin::TableCallee, &args, Some(REFERENCE));
        (pos.func.dfg.first_result(call), runs)
    }

    fn symbol(&self, func: &mut ir::Function, namespace: Namespace, index: u32) -> ir::GlobalValue {
        let name = UserExternalName {
            namespace: namespace as u32,
            index,
        };
        let name = func.declare_imported_user_function(name);
        func.create_global_value(ir::GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: 0.into(),
            colocated: true,
            tls: false,
        })
    }
}

impl TypeConvert for FuncEnv<'_, '_> {
    fn lookup_heap_type(&self, _: UnpackedIndex) -> WasmHeapType {
        WasmHeapType::Func
    }

    fn lookup_type_index(&self, _: UnpackedIndex) -> EngineOrModuleTypeIndex {
        EngineOrModuleTypeIndex::Module(ModuleInternedTypeIndex::new(0))
    }
}

impl TargetEnvironment for FuncEnv<'_, '_> {
    fn target_config(&self) -> TargetFrontendConfig {
        TargetFrontendConfig {
            default_call_conv: CallConv::Fast,
            pointer_width: PointerWidth::U64,
            page_size_align_log2: 16,
        }
    }

    fn heap_access_spectre_mitigation(&self) -> bool {
        false
    }

    fn proof_carrying_code(&self) -> bool {
        false
    }

    fn reference_type(&self, _: WasmHeapType) -> (ir::Type, bool) {
        (REFERENCE, false)
    }
}

/// Operators that are refused: methods that take a position first.
macro_rules! refused {
    ($($operator:literal $name:ident($($arg:ty),*) -> $result:ty;)*) => {
        $(
            fn $name(&mut self, pos: FuncCursor<'_>, $(_: $arg),*) -> WasmResult<$result> {
                self.refuse(pos.srcloc(), $operator)
            }
        )*
    };
}

/// The same for methods that take a builder.
macro_rules! refused_with_builder {
    ($($operator:literal $name:ident($($arg:ty),*) -> $result:ty;)*) => {
        $(
            fn $name(&mut self, builder: &mut FunctionBuilder<'_>, $(_: $arg),*) -> WasmResult<$result> {
                self.refuse(builder.cursor().srcloc(), $operator)
            }
        )*
    };
}

impl FuncEnvironment for FuncEnv<'_, '_> {
    fn param_needs_stack_map(&self, _: &ir::Signature, _: usize) -> bool {
        false
    }

    fn sig_ref_result_needs_stack_map(&self, _: ir::SigRef, _: usize) -> bool {
        false
    }

    fn func_ref_result_needs_stack_map(&self, _: &ir::Function, _: ir::FuncRef, _: usize) -> bool {
        false
    }

    fn make_global(
        &mut self,
        func: &mut ir::Function,
        index: GlobalIndex,
    ) -> WasmResult<GlobalVariable> {
        let gv = self.symbol(func, Namespace::Global, index.as_u32());
        let ty = value_type(&self.module.globals[index.index()].wasm_ty)?;
        Ok(GlobalVariable::Memory {
            gv,
            offset: Offset32::new(0),
            ty,
        })
    }

    fn heaps(&self) -> &PrimaryMap<Heap, HeapData> {
        &self.heaps
    }

    /// A heap without checks in CLIF: lowering emits its own, which cost less.
    fn make_heap(&mut self, func: &mut ir::Function, index: MemoryIndex) -> WasmResult<Heap> {
        let base = self.symbol(func, Namespace::Heap, index.as_u32());
        Ok(self.heaps.push(HeapData {
            base,
            min_size: 0,
            max_size: None,
            offset_guard_size: 1 << 33,
            style: HeapStyle::Static { bound: 1 << 32 },
            index_type: ir::types::I32,
            memory_type: None,
            page_size_log2: 16,
        }))
    }

    fn make_indirect_sig(
        &mut self,
        func: &mut ir::Function,
        index: TypeIndex,
    ) -> WasmResult<ir::SigRef> {
        Ok(func.import_signature(self.module.signature(index)?))
    }

    fn make_direct_func(
        &mut self,
        func: &mut ir::Function,
        index: FuncIndex,
    ) -> WasmResult<ir::FuncRef> {
        let signature = self
            .module
            .signature(self.module.functions[index.index()])?;
        let signature = func.import_signature(signature);
        let name = UserExternalName {
            namespace: Namespace::Function as u32,
            index: index.as_u32(),
        };
        let name = func.declare_imported_user_function(name);
        Ok(func.import_function(ir::ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: true,
        }))
    }

    /// Refuses floating point here, where the operator is known for certain: constants of it would
    /// be folded and lose their places.
    fn before_translate_operator(
        &mut self,
        operator: &Operator<'_>,
        builder: &mut FunctionBuilder<'_>,
        state: &FuncTranslationState,
    ) -> WasmResult<()> {
        // What control does not reach is not translated.
        if !state.reachable() {
            return Ok(());
        }
        let name = operator_name(operator);
        if name.contains("f32") || name.contains("f64") {
            return self.refuse(builder.cursor().srcloc(), &name);
        }
        Ok(())
    }

    fn translate_memory_size(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: MemoryIndex,
        _: Heap,
    ) -> WasmResult<Value> {
        let call = builtin(&mut pos, Builtin::Size, &[], Some(ir::types::I32));
        Ok(pos.func.dfg.first_result(call))
    }

    fn translate_memory_grow(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: MemoryIndex,
        _: Heap,
        pages: Value,
    ) -> WasmResult<Value> {
        self.module.grows.set(true);
        let call = builtin(&mut pos, Builtin::Grow, &[pages], Some(ir::types::I32));
        Ok(pos.func.dfg.first_result(call))
    }

    fn translate_memory_fill(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: MemoryIndex,
        _: Heap,
        to: Value,
        value: Value,
        length: Value,
    ) -> WasmResult<()> {
        builtin(&mut pos, Builtin::Fill, &[to, value, length], None);
        Ok(())
    }

    fn translate_memory_copy(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: MemoryIndex,
        _: Heap,
        _: MemoryIndex,
        _: Heap,
        to: Value,
        from: Value,
        length: Value,
    ) -> WasmResult<()> {
        builtin(&mut pos, Builtin::Copy, &[to, from, length], None);
        Ok(())
    }

    fn translate_memory_init(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: MemoryIndex,
        _: Heap,
        segment: u32,
        to: Value,
        from: Value,
        length: Value,
    ) -> WasmResult<()> {
        let segment = pos.ins().iconst(ir::types::I32, i64::from(segment));
        builtin(&mut pos, Builtin::Init, &[to, from, length, segment], None);
        Ok(())
    }

    fn translate_data_drop(&mut self, mut pos: FuncCursor<'_>, segment: u32) -> WasmResult<()> {
        let segment = pos.ins().iconst(ir::types::I32, i64::from(segment));
        builtin(&mut pos, Builtin::Drop, &[segment], None);
        Ok(())
    }

    fn translate_call_indirect(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        ty: TypeIndex,
        _: ir::SigRef,
        index: Value,
        args: &[Value],
    ) -> WasmResult<Option<ir::Inst>> {
        let (decider, runs) = self.choices(builder, table, ty, index);
        let srcloc = builder.cursor().srcloc();
        let signature = self.module.signature(ty)?;
        let done = builder.create_block();
        for result in &signature.returns {
            builder.append_block_param(done, result.value_type);
        }
        let can_return = runs.iter().any(|(_, entry)| entry.trap().is_none());
        // One leaf for each outcome, however often the table holds it.
        let mut leaves: Vec<(Entry, ir::Block)> = Vec::new();
        indirect::choose(builder, decider, &runs, &mut |builder, entry| {
            if let Some((_, block)) = leaves.iter().find(|(leaf, _)| *leaf == entry) {
                return *block;
            }
            let block = builder.create_block();
            leaves.push((entry, block));
            block
        });
        for (entry, block) in leaves {
            builder.switch_to_block(block);
            builder.seal_block(block);
            match entry {
                Entry::Function(function) => {
                    let callee = self.make_direct_func(builder.func, function)?;
                    let call = self.translate_call(builder, function, callee, args)?;
                    let results = builder.inst_results(call).to_vec();
                    builder.ins().jump(done, &results);
                }
                _ => {
                    let code = entry.trap().unwrap_or(ir::TrapCode::UnreachableCodeReached);
                    builder.ins().trap(code);
                }
            }
        }
        if !can_return {
            return Ok(None);
        }
        builder.switch_to_block(done);
        builder.seal_block(done);
        builder.set_srcloc(srcloc);
        let results = builder.block_params(done).to_vec();
        Ok(Some(forward(builder, &results)))
    }

    fn translate_call(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        index: FuncIndex,
        callee: ir::FuncRef,
        args: &[Value],
    ) -> WasmResult<ir::Inst> {
        if index.index() >= self.module.imported_functions {
            return Ok(builder.ins().call(callee, args));
        }
        match self.module.prepared.import(index.as_u32()) {
            Some(Import::AssertEq) => {
                let differ = builder.ins().icmp(IntCC::NotEqual, args[0], args[1]);
                builder
                    .ins()
                    .trapnz(differ, ir::TrapCode::User(ASSERTION_FAILED));
                Ok(forward(builder, &[]))
            }
            Some(Import::RegionBegin) => {
                let pos = &mut builder.cursor();
                Ok(builtin(pos, Builtin::RegionBegin, args, None))
            }
            Some(Import::RegionEnd) => {
                let pos = &mut builder.cursor();
                Ok(builtin(pos, Builtin::RegionEnd, args, None))
            }
            None => {
                // Translation goes on behind the call and must believe that it can return.
                let srcloc = builder.cursor().srcloc();
                let always = builder.ins().iconst(ir::types::I32, 1);
                let code = ir::TrapCode::User(UNKNOWN_IMPORT);
                builder.ins().trapnz(always, code);
                let ty = self.module.functions[index.index()];
                let returns = self.module.signature(ty)?.returns;
                if returns.iter().any(|result| !result.value_type.is_int()) {
                    return self.refuse(srcloc, "call of an unknown import with a float result");
                }
                let results: Vec<Value> = returns
                    .iter()
                    .map(|result| builder.ins().iconst(result.value_type, 0))
                    .collect();
                Ok(forward(builder, &results))
            }
        }
    }

    fn translate_ref_null(
        &mut self,
        mut pos: FuncCursor<'_>,
        _: WasmHeapType,
    ) -> WasmResult<Value> {
        Ok(pos.ins().iconst(REFERENCE, i64::from(NULL)))
    }

    fn translate_ref_is_null(
        &mut self,
        mut pos: FuncCursor<'_>,
        value: Value,
    ) -> WasmResult<Value> {
        let null = pos.ins().icmp_imm(IntCC::Equal, value, i64::from(NULL));
        Ok(pos.ins().uextend(ir::types::I32, null))
    }

    fn translate_ref_func(
        &mut self,
        mut pos: FuncCursor<'_>,
        function: FuncIndex,
    ) -> WasmResult<Value> {
        let reference = tables::reference(Some(function));
        Ok(pos.ins().iconst(REFERENCE, i64::from(reference)))
    }

    fn translate_table_size(
        &mut self,
        mut pos: FuncCursor<'_>,
        table: TableIndex,
    ) -> WasmResult<Value> {
        if let Some(size) = self.module.tables[table.index()].size() {
            return Ok(pos.ins().iconst(ir::types::I32, i64::from(size)));
        }
        let args = [Argument::table(table)];
        let call = builtin_with(&mut pos, Builtin::TableSize, &args, Some(ir::types::I32));
        Ok(pos.func.dfg.first_result(call))
    }

    fn translate_table_grow(
        &mut self,
        mut pos: FuncCursor<'_>,
        table: TableIndex,
        entries: Value,
        value: Value,
    ) -> WasmResult<Value> {
        let capacity = self.module.tables[table.index()].capacity;
        let args = [
            Argument::Value(entries),
            Argument::Value(value),
            Argument::Number(capacity),
            Argument::table(table),
        ];
        let call = builtin_with(&mut pos, Builtin::TableGrow, &args, Some(ir::types::I32));
        Ok(pos.func.dfg.first_result(call))
    }

    fn translate_table_get(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        index: Value,
    ) -> WasmResult<Value> {
        let args = [Argument::Value(index), Argument::table(table)];
        let mut pos = builder.cursor();
        let call = builtin_with(&mut pos, Builtin::TableGet, &args, Some(REFERENCE));
        Ok(pos.func.dfg.first_result(call))
    }

    fn translate_table_set(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        value: Value,
        index: Value,
    ) -> WasmResult<()> {
        let args = [
            Argument::Value(index),
            Argument::Value(value),
            Argument::table(table),
        ];
        builtin_with(&mut builder.cursor(), Builtin::TableSet, &args, None);
        Ok(())
    }

    fn translate_table_fill(
        &mut self,
        mut pos: FuncCursor<'_>,
        table: TableIndex,
        to: Value,
        value: Value,
        length: Value,
    ) -> WasmResult<()> {
        let args = [to, value, length].map(Argument::Value);
        let args = [&args[..], &[Argument::table(table)]].concat();
        builtin_with(&mut pos, Builtin::TableFill, &args, None);
        Ok(())
    }

    fn translate_table_copy(
        &mut self,
        mut pos: FuncCursor<'_>,
        to_table: TableIndex,
        from_table: TableIndex,
        to: Value,
        from: Value,
        length: Value,
    ) -> WasmResult<()> {
        let args = [to, from, length].map(Argument::Value);
        let numbers = [to_table, from_table].map(Argument::table);
        let args = [&args[..], &numbers].concat();
        builtin_with(&mut pos, Builtin::TableCopy, &args, None);
        Ok(())
    }

    fn translate_table_init(
        &mut self,
        mut pos: FuncCursor<'_>,
        segment: u32,
        table: TableIndex,
        to: Value,
        from: Value,
        length: Value,
    ) -> WasmResult<()> {
        let args = [to, from, length].map(Argument::Value);
        let numbers = [Argument::Number(segment), Argument::table(table)];
        let args = [&args[..], &numbers].concat();
        builtin_with(&mut pos, Builtin::TableInit, &args, None);
        Ok(())
    }

    fn translate_elem_drop(&mut self, mut pos: FuncCursor<'_>, segment: u32) -> WasmResult<()> {
        let args = [Argument::Number(segment)];
        builtin_with(&mut pos, Builtin::DropElements, &args, None);
        Ok(())
    }

    refused_with_builder! {
        "return_call_indirect" translate_return_call_indirect(TableIndex, TypeIndex, ir::SigRef, Value, &[Value]) -> ();
        "return_call_ref" translate_return_call_ref(ir::SigRef, Value, &[Value]) -> ();
        "call_ref" translate_call_ref(ir::SigRef, Value, &[Value]) -> ir::Inst;
        "global.get of a reference" translate_custom_global_get(GlobalIndex) -> Value;
        "global.set of a reference" translate_custom_global_set(GlobalIndex, Value) -> ();
    }

    refused! {
        "memory.atomic.wait" translate_atomic_wait(MemoryIndex, Heap, Value, Value, Value) -> Value;
        "memory.atomic.notify" translate_atomic_notify(MemoryIndex, Heap, Value, Value) -> Value;
        "ref.i31" translate_ref_i31(Value) -> Value;
        "i31.get_s" translate_i31_get_s(Value) -> Value;
        "i31.get_u" translate_i31_get_u(Value) -> Value;
    }
}
