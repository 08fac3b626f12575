//! Imports turned into definitions.
//!
//! A program of ours has no host. But what the suite's host module, `spectest`, exports is known and
//! hardly does anything, and other modules of a script export functions that depend on nothing. A
//! module that imports only those is the same as one that defines them itself.

use wast::core::{
    DataKind, ElemKind, ElemPayload, Expression, Func, FuncKind, FunctionType, Global, GlobalKind,
    ImportItems, InlineExport, Instruction, ItemKind, ItemSig, Limits, Memory, MemoryKind, Module,
    ModuleField, ModuleKind, Table, TableKind, TypeUse,
};
use wast::token::{F32, F64, Id, Index};
use wast::{QuoteWat, Wat};

/// A function of a registered module that depends on nothing but its parameters.
#[derive(Clone)]
pub struct Copyable<'a> {
    /// The name that its module is registered under.
    pub module: &'a str,
    name: &'a str,
    ty: TypeUse<'a, FunctionType<'a>>,
    instructions: Vec<Instruction<'a>>,
}

impl<'a> Copyable<'a> {
    /// The same, of a module registered under that name.
    pub fn of(mut self, module: &'a str) -> Copyable<'a> {
        self.module = module;
        self
    }

    fn kind(&self) -> FuncKind<'a> {
        FuncKind::Inline {
            locals: Box::default(),
            expression: expression(self.instructions.clone()),
        }
    }
}

/// The exported functions of a module that others can have copies of.
pub fn copyable<'a>(module: &QuoteWat<'a>) -> Vec<Copyable<'a>> {
    let QuoteWat::Wat(Wat::Module(Module {
        kind: ModuleKind::Text(fields),
        ..
    })) = module
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for field in fields {
        if let ModuleField::Func(function) = field
            && let FuncKind::Inline { locals, expression } = &function.kind
            && locals.is_empty()
            && function.ty.index.is_none()
            && expression.instrs.iter().all(depends_on_nothing)
        {
            found.extend(function.exports.names.iter().map(|name| Copyable {
                module: "",
                name,
                ty: function.ty.clone(),
                instructions: expression.instrs.to_vec(),
            }));
        }
    }
    found
}

fn depends_on_nothing(instruction: &Instruction<'_>) -> bool {
    matches!(
        instruction,
        Instruction::i32_const(_) | Instruction::i64_const(_) | Instruction::local_get(_)
    )
}

/// Turns imports into definitions, unless some cannot be.
pub fn define<'a>(module: &mut QuoteWat<'a>, registered: &[Copyable<'a>]) {
    if let QuoteWat::Wat(wat) = module {
        define_in(wat, registered);
    }
}

/// The same for a module that is no directive of its own.
pub fn define_in<'a>(wat: &mut Wat<'a>, registered: &[Copyable<'a>]) {
    let Wat::Module(module) = wat else {
        return;
    };
    let ModuleKind::Text(fields) = &mut module.kind else {
        return;
    };
    let known = |field: &ModuleField<'a>| {
        is_ours_or_no_import(field) || imported(field, registered).is_some()
    };
    if !fields.iter().all(known) {
        return;
    }
    let mut globals = Vec::new();
    for field in fields.iter_mut() {
        if let Some((id, name)) = imported_global(field) {
            globals.push((id, value(name)));
        }
        match imported(field, registered) {
            Some(function) => copy(field, function),
            None => replace(field),
        }
    }
    // What a constant expression may read is an imported global, but not a defined one.
    for field in fields {
        let expressions: Vec<&mut Expression<'_>> = match field {
            ModuleField::Global(Global {
                kind: GlobalKind::Inline(expression),
                ..
            }) => vec![expression],
            ModuleField::Data(data) => match &mut data.kind {
                DataKind::Active { offset, .. } => vec![offset],
                DataKind::Passive => Vec::new(),
            },
            ModuleField::Elem(elem) => {
                let offset = match &mut elem.kind {
                    ElemKind::Active { offset, .. } => Some(offset),
                    ElemKind::Passive | ElemKind::Declared => None,
                };
                let items = match &mut elem.payload {
                    ElemPayload::Exprs { exprs, .. } => exprs.as_mut_slice(),
                    ElemPayload::Indices(_) => &mut [],
                };
                offset.into_iter().chain(items).collect()
            }
            _ => Vec::new(),
        };
        for instruction in expressions.into_iter().flat_map(|e| e.instrs.iter_mut()) {
            if let Instruction::global_get(index) = instruction
                && let Some(value) = read(&globals, index)
            {
                *instruction = value;
            }
        }
    }
}

const HOST: &str = "spectest";

fn is_ours_or_no_import(field: &ModuleField<'_>) -> bool {
    match field {
        ModuleField::Import(imports) => {
            matches!(&imports.items, ImportItems::Single { module, .. } if *module == HOST)
        }
        ModuleField::Func(Func {
            kind: FuncKind::Import(import, _),
            ..
        })
        | ModuleField::Global(Global {
            kind: GlobalKind::Import(import),
            ..
        })
        | ModuleField::Memory(Memory {
            kind: MemoryKind::Import { import, .. },
            ..
        })
        | ModuleField::Table(Table {
            kind: TableKind::Import { import, .. },
            ..
        }) => import.module == HOST,
        _ => true,
    }
}

/// The function that a field imports, if there is a copy.
fn imported<'a, 'r>(
    field: &ModuleField<'a>,
    registered: &'r [Copyable<'a>],
) -> Option<&'r Copyable<'a>> {
    let (from, field) = match field {
        ModuleField::Import(imports) => match &imports.items {
            ImportItems::Single { module, name, sig } => match sig.kind {
                ItemKind::Func(_) => (*module, *name),
                _ => return None,
            },
            _ => return None,
        },
        ModuleField::Func(Func {
            kind: FuncKind::Import(import, _),
            ..
        }) => (import.module, import.field),
        _ => return None,
    };
    let found = |function: &&Copyable<'_>| function.module == from && function.name == field;
    registered.iter().find(found)
}

/// Makes a field the copy of the function that it imports.
fn copy<'a>(field: &mut ModuleField<'a>, function: &Copyable<'a>) {
    match field {
        ModuleField::Func(func) => {
            func.kind = function.kind();
            func.ty = function.ty.clone();
        }
        ModuleField::Import(imports) => {
            if let ImportItems::Single { sig, .. } = &imports.items {
                *field = ModuleField::Func(Func {
                    span: sig.span,
                    id: sig.id,
                    name: sig.name,
                    exports: InlineExport::default(),
                    kind: function.kind(),
                    ty: function.ty.clone(),
                });
            }
        }
        _ => {}
    }
}

/// Id and field of an imported global.
fn imported_global<'a>(field: &ModuleField<'a>) -> Option<(Option<Id<'a>>, &'a str)> {
    match field {
        ModuleField::Import(imports) => match &imports.items {
            ImportItems::Single { name, sig, .. } if matches!(sig.kind, ItemKind::Global(_)) => {
                Some((sig.id, *name))
            }
            _ => None,
        },
        ModuleField::Global(Global {
            id,
            kind: GlobalKind::Import(import),
            ..
        }) => Some((*id, import.field)),
        _ => None,
    }
}

/// The value of a global of `spectest`.
fn value(name: &str) -> Option<Instruction<'static>> {
    Some(match name {
        "global_i32" => Instruction::i32_const(666),
        "global_i64" => Instruction::i64_const(666),
        "global_f32" => Instruction::f32_const(F32 {
            bits: 666.6f32.to_bits(),
        }),
        "global_f64" => Instruction::f64_const(F64 {
            bits: 666.6f64.to_bits(),
        }),
        _ => return None,
    })
}

fn read(
    globals: &[(Option<Id<'_>>, Option<Instruction<'static>>)],
    index: &Index<'_>,
) -> Option<Instruction<'static>> {
    let found = match index {
        Index::Num(number, _) => globals.get(*number as usize)?,
        Index::Id(id) => globals
            .iter()
            .find(|(other, _)| other.is_some_and(|other| other.name() == id.name()))?,
    };
    found.1.clone()
}

fn replace(field: &mut ModuleField<'_>) {
    match field {
        ModuleField::Import(imports) => {
            if let ImportItems::Single { name, sig, .. } = &imports.items
                && let Some(defined) = definition(name, sig)
            {
                *field = defined;
            }
        }
        ModuleField::Func(func) => {
            if let FuncKind::Import(..) = func.kind {
                func.kind = nothing();
            }
        }
        ModuleField::Global(global) => {
            if let GlobalKind::Import(import) = &global.kind
                && let Some(value) = value(import.field)
            {
                global.kind = GlobalKind::Inline(expression(vec![value]));
            }
        }
        ModuleField::Memory(memory) => {
            if let MemoryKind::Import { ty, .. } = &memory.kind {
                let mut ty = *ty;
                ty.limits = MEMORY;
                memory.kind = MemoryKind::Normal(ty);
            }
        }
        ModuleField::Table(table) => {
            if let TableKind::Import { ty, .. } = &table.kind {
                let mut ty = *ty;
                ty.limits = TABLE;
                table.kind = TableKind::Normal {
                    ty,
                    init_expr: None,
                };
            }
        }
        _ => {}
    }
}

const MEMORY: Limits = Limits {
    is64: false,
    min: 1,
    max: Some(2),
};
const TABLE: Limits = Limits {
    is64: false,
    min: 10,
    max: Some(20),
};

fn definition<'a>(name: &str, sig: &ItemSig<'a>) -> Option<ModuleField<'a>> {
    let ItemSig {
        span,
        id,
        name: shown,
        ..
    } = *sig;
    let exports = InlineExport::default();
    Some(match &sig.kind {
        ItemKind::Func(ty) => ModuleField::Func(Func {
            span,
            id,
            name: shown,
            exports,
            kind: nothing(),
            ty: ty.clone(),
        }),
        ItemKind::Global(ty) => ModuleField::Global(Global {
            span,
            id,
            name: shown,
            exports,
            ty: *ty,
            kind: GlobalKind::Inline(expression(vec![value(name)?])),
        }),
        ItemKind::Memory(ty) => ModuleField::Memory(Memory {
            span,
            id,
            name: shown,
            exports,
            kind: MemoryKind::Normal({
                let mut ty = *ty;
                ty.limits = MEMORY;
                ty
            }),
        }),
        ItemKind::Table(ty) => ModuleField::Table(Table {
            span,
            id,
            name: shown,
            exports,
            kind: TableKind::Normal {
                ty: {
                    let mut ty = *ty;
                    ty.limits = TABLE;
                    ty
                },
                init_expr: None,
            },
        }),
        ItemKind::Tag(_) | ItemKind::FuncExact(_) => return None,
    })
}

/// The body of the functions that print.
fn nothing<'a>() -> FuncKind<'a> {
    FuncKind::Inline {
        locals: Box::default(),
        expression: expression(Vec::new()),
    }
}

fn expression(instructions: Vec<Instruction<'_>>) -> Expression<'_> {
    Expression {
        instrs: instructions.into(),
        branch_hints: Box::default(),
        instr_spans: None,
    }
}
