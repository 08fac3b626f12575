//! Calls of what is not a function: operators that lowering makes, or the runtime.

use cranelift_codegen::cursor::FuncCursor;
use cranelift_codegen::ir::{self, ExternalName, InstBuilder, UserExternalName, Value};
use cranelift_codegen::isa::CallConv;
use cranelift_wasm::{FunctionBuilder, TableIndex};

use super::Namespace;

/// Operators on memory and tables that are made of more than CLIF has. Arguments that are said to
/// be numbers are constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// `memory.size`.
    Size = 0,
    /// `memory.grow`.
    Grow = 1,
    /// `memory.fill`.
    Fill = 2,
    /// `memory.copy`.
    Copy = 3,
    /// `memory.init`, with the number of the segment as last argument.
    Init = 4,
    /// `data.drop`, with the number of the segment as argument.
    Drop = 5,
    /// `table.size`, of a table that grows: the number of the table.
    TableSize = 6,
    /// `table.grow`: entries, value, the size that the table can grow to, the number of the table.
    TableGrow = 7,
    /// `table.get`: index, the number of the table.
    TableGet = 8,
    /// What `call_indirect` calls: index, the number of the table.
    TableCallee = 9,
    /// `table.set`: index, value, the number of the table.
    TableSet = 10,
    /// `table.fill`: index, value, length, the number of the table.
    TableFill = 11,
    /// `table.copy`: destination, source, length, the numbers of their tables.
    TableCopy = 12,
    /// `table.init`: destination, source, length, the numbers of the segment and of the table.
    TableInit = 13,
    /// `elem.drop`: the number of the segment.
    DropElements = 14,
    /// A region begins: the address and the length of its name, constants after optimization.
    RegionBegin = 15,
    /// A region ends: the same.
    RegionEnd = 16,
}

impl Builtin {
    /// The operator of that number.
    pub fn decode(number: u32) -> Option<Builtin> {
        let all = [
            Builtin::Size,
            Builtin::Grow,
            Builtin::Fill,
            Builtin::Copy,
            Builtin::Init,
            Builtin::Drop,
            Builtin::TableSize,
            Builtin::TableGrow,
            Builtin::TableGet,
            Builtin::TableCallee,
            Builtin::TableSet,
            Builtin::TableFill,
            Builtin::TableCopy,
            Builtin::TableInit,
            Builtin::DropElements,
            Builtin::RegionBegin,
            Builtin::RegionEnd,
        ];
        all.get(number as usize).copied()
    }
}

/// An instruction whose results are these values.
pub(super) fn forward(builder: &mut FunctionBuilder<'_>, values: &[Value]) -> ir::Inst {
    let mut signature = ir::Signature::new(CallConv::Fast);
    let types = values
        .iter()
        .map(|&value| ir::AbiParam::new(builder.func.dfg.value_type(value)));
    signature.params.extend(types);
    signature.returns.clone_from(&signature.params);
    let signature = builder.import_signature(signature);
    let name = UserExternalName {
        namespace: Namespace::Forward as u32,
        index: 0,
    };
    let name = builder.func.declare_imported_user_function(name);
    let callee = builder.import_function(ir::ExtFuncData {
        name: ExternalName::user(name),
        signature,
        colocated: true,
    });
    builder.ins().call(callee, values)
}

/// An argument of a builtin.
#[derive(Clone, Copy)]
pub(super) enum Argument {
    /// A value of the program.
    Value(Value),
    /// A constant.
    Number(u32),
}

impl Argument {
    /// The number of a table.
    pub fn table(table: TableIndex) -> Argument {
        Argument::Number(table.as_u32())
    }
}

/// A call of what the runtime does, some arguments of which are numbers.
pub(super) fn builtin_with(
    pos: &mut FuncCursor<'_>,
    name: Builtin,
    args: &[Argument],
    result: Option<ir::Type>,
) -> ir::Inst {
    let args: Vec<Value> = args
        .iter()
        .map(|&arg| match arg {
            Argument::Value(value) => value,
            Argument::Number(number) => pos.ins().iconst(ir::types::I32, i64::from(number)),
        })
        .collect();
    builtin(pos, name, &args, result)
}

/// A call of what the runtime does.
pub(super) fn builtin(
    pos: &mut FuncCursor<'_>,
    builtin: Builtin,
    args: &[Value],
    result: Option<ir::Type>,
) -> ir::Inst {
    let mut signature = ir::Signature::new(CallConv::Fast);
    let types = args
        .iter()
        .map(|&arg| ir::AbiParam::new(pos.func.dfg.value_type(arg)));
    signature.params.extend(types);
    signature.returns.extend(result.map(ir::AbiParam::new));
    let signature = pos.func.import_signature(signature);
    let name = UserExternalName {
        namespace: Namespace::Builtin as u32,
        index: builtin as u32,
    };
    let name = pos.func.declare_imported_user_function(name);
    let callee = pos.func.import_function(ir::ExtFuncData {
        name: ExternalName::user(name),
        signature,
        colocated: true,
    });
    pos.ins().call(callee, args)
}
