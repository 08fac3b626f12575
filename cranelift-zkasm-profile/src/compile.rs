//! The whole way from a module to its program.

use std::collections::BTreeMap;
use std::sync::Arc;

use cranelift_codegen::ir::SourceLoc;
use cranelift_codegen::settings::{self, Configurable};
use regalloc2::Output;
use runtime_hooks::sidetable::FunctionKind;
use runtime_hooks::{Instrument, SideTable};
use zkasm::Program;

use crate::debuginfo::DebugInfo;
use crate::error::{Error, Place};
use crate::isa::zkasm::ZkAsmIsa;
use crate::isa::zkasm::abi::{Frame, REGS};
use crate::isa::zkasm::inst::MInst;
use crate::link::{Linkage, Section, link};
use crate::machinst::buffer::Line;
use crate::machinst::emit::{FunctionContext, emit, frame, function_label};
use crate::machinst::loc::Loc;
use crate::machinst::lower::{Environment, lower};
use crate::machinst::regalloc::allocate;
use crate::machinst::vcode::VCode;
use crate::machinst::{bundle, jumps, plant};
use crate::prepare::{Prepared, operator_at, prepare, resolve};
use crate::stack::{Need, StackPlan};
use crate::translate::{Module, Translated, translate, translate_each};
use crate::{Options, midend};

/// A compiled program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compiled {
    /// The program.
    pub program: Program,
    /// Its side table.
    pub side_table: SideTable,
    /// What the user should know, such as missing debug information.
    pub warnings: Vec<String>,
}

/// Code of a function between register allocation and emission.
struct Allocated {
    code: VCode,
    output: Output,
    frame: Frame,
    entry: Loc,
    /// Whether its last slot for spilled values is for spills that are planted.
    plants_spills: bool,
}

/// Compiles a WebAssembly module into a program that makes one call.
///
/// # Errors
/// See [`Error`]: each variant says whose fault it is.
pub fn compile(wasm: &[u8], options: &Options) -> Result<Compiled, Error> {
    let isa = build_isa(options)?;
    let mut prepared = prepare(wasm)?;
    let entry = resolve(
        &prepared,
        options.entry.as_deref(),
        &options.args,
        options.missing_args.as_ref(),
    )?;
    prepared.reach_from(wasm, entry.function, options.allow_unknown_imports)?;
    let mut module = translate(wasm, &prepared)?;
    for function in module.start.into_iter().chain([entry.function]) {
        if let Some(import) = prepared.imports.get(function as usize) {
            return Err(Error::Unsupported {
                what: format!("a program that begins with the imported function `{import}`"),
                place: Place::default(),
            });
        }
    }
    let mut allocated = BTreeMap::new();
    for function in std::mem::take(&mut module.functions) {
        let index = function.index;
        let code = allocate_function(function, &module, &isa, options.check)
            .map_err(|error| explain(error, wasm, &prepared, index))?;
        allocated.insert(index, code);
    }
    if options.plant_spills {
        for function in allocated.values_mut() {
            function.frame.spill_words += 1;
            function.plants_spills = true;
        }
    }
    let debug = DebugInfo::new(&prepared);
    let functions = emit_all(&allocated, &prepared, &debug, &module, entry.function)?;
    let (program, side_table) = link(Linkage {
        wasm,
        module_name: &options.module_name,
        prepared: &prepared,
        module: &module,
        debug: &debug,
        entry: &entry,
        functions,
        instrument: isa.flags.instrument(),
    })?;
    debug_assert_eq!(
        side_table.check().map_err(|error| error.to_string()),
        Ok(())
    );
    let warnings = warnings(&prepared, &side_table);
    Ok(Compiled {
        program,
        side_table,
        warnings,
    })
}

/// What became of each function.
pub(crate) struct Tried {
    /// The module's translation.
    pub module: Module,
    /// Those that cannot be compiled, and why, in the order of their indices.
    pub refusals: Vec<(u32, Error)>,
    /// The lines of the others, by index; empty if some of them need more than the whole stack.
    pub lines: BTreeMap<u32, Vec<Line>>,
}

/// Compiles every function that `prepared` says is reached, and tells which cannot be compiled.
///
/// # Errors
/// If what is refused is no function.
pub(crate) fn try_each(wasm: &[u8], prepared: &Prepared) -> Result<Tried, Error> {
    let isa = build_isa(&Options::default())?;
    let (mut module, mut refusals) = translate_each(wasm, prepared)?;
    let mut allocated = BTreeMap::new();
    let mut refuse = |error, index| refusals.push((index, explain(error, wasm, prepared, index)));
    for function in std::mem::take(&mut module.functions) {
        let index = function.index;
        match allocate_function(function, &module, &isa, false) {
            Ok(code) => {
                allocated.insert(index, code);
            }
            Err(error) => refuse(error, index),
        }
    }
    let mut lines = BTreeMap::new();
    if let Ok(plan) = stack_plan(&allocated, &[]) {
        for (&index, function) in &allocated {
            match emit_function(index, function, &plan, &module) {
                Ok(emitted) => {
                    lines.insert(index, emitted);
                }
                Err(error) => refuse(error, index),
            }
        }
    }
    refusals.sort_by_key(|(index, _)| *index);
    Ok(Tried {
        module,
        refusals,
        lines,
    })
}

/// Sets the flags that the options ask for, through Cranelift's settings interface.
fn build_isa(options: &Options) -> Result<Arc<ZkAsmIsa>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("settings: {error}"));
    let mut shared = settings::builder();
    let level = if options.optimize { "speed" } else { "none" };
    shared
        .set("opt_level", level)
        .map_err(|error| failed(&error))?;
    let verify = if options.check { "true" } else { "false" };
    shared
        .set("enable_verifier", verify)
        .map_err(|error| failed(&error))?;
    let mut builder = crate::isa::zkasm::builder();
    let detail = match options.instrument {
        Instrument::Off => None,
        Instrument::Calls => Some("calls"),
        Instrument::Blocks => Some("blocks"),
        Instrument::Instructions => Some("instructions"),
    };
    if let Some(detail) = detail {
        builder
            .enable("emit_profiling_info")
            .map_err(|error| failed(&error))?;
        builder
            .set("profiling_detail", detail)
            .map_err(|error| failed(&error))?;
    }
    builder
        .finish(settings::Flags::new(shared))
        .map_err(|error| failed(&error))
}

fn allocate_function(
    function: Translated,
    module: &Module,
    isa: &ZkAsmIsa,
    check: bool,
) -> Result<Allocated, Error> {
    let entry = Loc::direct(SourceLoc::new(function.body))
        .ok_or_else(|| Error::internal("a function without place in the module"))?;
    let signature = &function.func.signature;
    let most = signature.params.len().max(signature.returns.len());
    let passed_words = most.saturating_sub(REGS.len()) as u32;
    let optimized = midend::optimize(function.func, isa)?;
    let env = Environment {
        memory: &module.memory,
        tables: &module.tables,
        data: &module.data,
        entry,
    };
    let code = lower(&optimized, &env)?;
    let output = allocate(&code, check)?;
    let frame = frame(&code, &output, passed_words);
    Ok(Allocated {
        code,
        output,
        frame,
        entry,
        plants_spills: false,
    })
}

fn emit_all(
    allocated: &BTreeMap<u32, Allocated>,
    prepared: &Prepared,
    debug: &DebugInfo<'_>,
    module: &Module,
    entry: u32,
) -> Result<Vec<Section>, Error> {
    let entries: Vec<u32> = module.start.into_iter().chain([entry]).collect();
    let plan = stack_plan(allocated, &entries)?;
    allocated
        .iter()
        .map(|(&index, function)| {
            let name = prepared.names.function(index);
            Ok(Section {
                name: debug.names(function.entry.offset, name),
                kind: FunctionKind::Wasm(index),
                lines: emit_function(index, function, &plan, module)?,
            })
        })
        .collect()
}

fn stack_plan(allocated: &BTreeMap<u32, Allocated>, entries: &[u32]) -> Result<StackPlan, Error> {
    let needs: BTreeMap<u32, Need> = allocated
        .iter()
        .map(|(&index, function)| {
            let callees = function
                .code
                .insts
                .iter()
                .filter_map(|located| match located.inst {
                    MInst::Call { callee, .. } => Some(callee),
                    _ => None,
                });
            (
                index,
                Need {
                    words: function.frame.words(),
                    callees: callees.collect(),
                },
            )
        })
        .collect();
    StackPlan::new(&needs, entries)
}

fn emit_function(
    index: u32,
    function: &Allocated,
    plan: &StackPlan,
    module: &Module,
) -> Result<Vec<Line>, Error> {
    let ctx = FunctionContext {
        index,
        code: &function.code,
        output: &function.output,
        frame: function.frame,
        stack_check: plan.check(index),
        entry: function.entry,
        window: module.memory.window,
    };
    let lines = jumps::simplify(emit(&ctx)?, &function_label(index));
    let lines = bundle::bundle(lines);
    Ok(match function.plants_spills {
        true => plant::spills(&ctx, lines),
        false => lines,
    })
}

/// Adds the function, and says which operator has no rule.
fn explain(mut error: Error, wasm: &[u8], prepared: &Prepared, function: u32) -> Error {
    if let Error::Unsupported { what, place } = &mut error
        && what.starts_with("no rule")
        && let Some(operator) = place.offset.and_then(|offset| operator_at(wasm, offset.0))
    {
        *what = format!("the operator `{operator}` ({what})");
    }
    error.in_function(&prepared.names.function(function).name)
}

fn warnings(prepared: &Prepared, table: &SideTable) -> Vec<String> {
    let mut warnings = Vec::new();
    if !table.module.has_dwarf {
        warnings.push(if prepared.debug_sections.is_empty() {
            "the module has no DWARF: profiles show WASM offsets instead of source lines \
             (compile with debug information, such as `debug = 2` in a Cargo profile or `-g`)"
                .to_owned()
        } else {
            "the module has .debug_* sections, but none of its code can be found in them: a tool \
             such as wasm-opt without `-g` changed the code and left them as they were"
                .to_owned()
        });
    }
    warnings
}
