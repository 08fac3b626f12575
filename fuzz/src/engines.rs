//! Two engines behind one face: our compiler with its simulator, and wasmi.
//!
//! wasmi is held at version 1: version 2.0.0 gives wrong answers.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use cranelift_zkasm_profile::{Error, Options, compile};
use runtime_hooks::log::Outcome;
use runtime_hooks::{Instrument, TrapKind};
use zkasm_simulator::{RunReport, Simulator};

/// A value that crosses the border of a module. Floats are bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "WebAssembly's names")]
pub enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    /// Null, or the function's index. That is only known of functions that
    /// [`observed`](super::patch::observed) exports.
    FuncRef(Option<Option<u32>>),
    /// Null, or the number by which the host knows what is referred to.
    ExternRef(Option<u32>),
}

impl Value {
    /// Whether it is a floating point number.
    pub fn is_float(self) -> bool {
        matches!(self, Value::F32(_) | Value::F64(_))
    }

    /// The number as the compiler's options want it.
    pub fn argument(self) -> String {
        match self {
            Value::I32(value) => value.to_string(),
            Value::I64(value) => value.to_string(),
            Value::F32(bits) => format!("f32:{bits:#010x}"),
            Value::F64(bits) => format!("f64:{bits:#018x}"),
            Value::FuncRef(_) | Value::ExternRef(None) => "null".to_owned(),
            Value::ExternRef(Some(number)) => number.to_string(),
        }
    }

    fn from_wasmi(value: &wasmi::Val, instance: &Instance) -> Option<Value> {
        Some(match value {
            wasmi::Val::I32(value) => Value::I32(*value),
            wasmi::Val::I64(value) => Value::I64(*value),
            wasmi::Val::F32(value) => Value::F32(value.to_bits()),
            wasmi::Val::F64(value) => Value::F64(value.to_bits()),
            wasmi::Val::FuncRef(value) => {
                Value::FuncRef(value.val().map(|function| instance.index_of(function)))
            }
            wasmi::Val::ExternRef(value) => Value::ExternRef(match value.val() {
                Some(value) => Some(*value.data(&instance.store).downcast_ref()?),
                None => None,
            }),
            wasmi::Val::V128(_) => return None,
        })
    }

    /// The value as an argument; no function is one.
    fn to_wasmi(self, store: &mut wasmi::Store<wasmi::StoreLimits>) -> wasmi::Val {
        match self {
            Value::I32(value) => wasmi::Val::I32(value),
            Value::I64(value) => wasmi::Val::I64(value),
            Value::F32(bits) => wasmi::Val::F32(wasmi::F32::from_bits(bits)),
            Value::F64(bits) => wasmi::Val::F64(wasmi::F64::from_bits(bits)),
            Value::FuncRef(_) => wasmi::Val::FuncRef(wasmi::Ref::Null),
            Value::ExternRef(None) => wasmi::Val::ExternRef(wasmi::Ref::Null),
            Value::ExternRef(Some(number)) => {
                let reference = wasmi::ExternRef::new(store, number);
                wasmi::Val::ExternRef(wasmi::Ref::Val(reference))
            }
        }
    }
}

impl fmt::Display for Value {
    /// As programs announce their results.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(value) => write!(f, "i32:{value}"),
            Value::I64(value) => write!(f, "i64:{value}"),
            Value::F32(bits) => write!(f, "f32:{bits:#010x}"),
            Value::F64(bits) => write!(f, "f64:{bits:#018x}"),
            Value::FuncRef(None) => f.write_str("funcref:null"),
            Value::FuncRef(Some(None)) => f.write_str(SOME_FUNCTION),
            Value::FuncRef(Some(Some(index))) => write!(f, "funcref:{index}"),
            Value::ExternRef(None) => f.write_str("externref:null"),
            Value::ExternRef(Some(number)) => write!(f, "externref:{number}"),
        }
    }
}

/// A result that is some function, which is as much as one can say of it.
const SOME_FUNCTION: &str = "funcref:function";

/// A call of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The export's name.
    pub export: String,
    /// The arguments.
    pub args: Vec<Value>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<String> = self.args.iter().map(|value| value.to_string()).collect();
        write!(f, "{:?}({})", self.export, args.join(", "))
    }
}

/// How a call ended: results as `type:value`, or a trap.
pub type Ended = Result<Vec<String>, TrapKind>;

/// Whether two ends are the same. Engines differ in what they call an index beyond a table.
pub fn same_end(one: &Ended, other: &Ended) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => same_results(one, other),
        (Err(one), Err(other)) => same_trap(*one, *other),
        _ => false,
    }
}

/// Whether results are the same. Of a function one side may know only that it is one.
pub fn same_results(one: &[String], other: &[String]) -> bool {
    let is_function = |text: &str| text.starts_with("funcref:") && text != "funcref:null";
    let some_function = |one: &str, other: &str| one == SOME_FUNCTION && is_function(other);
    one.len() == other.len()
        && std::iter::zip(one, other).all(|(one, other)| {
            one == other || some_function(one, other) || some_function(other, one)
        })
}

/// Whether two traps are the same, but for the two names of an index beyond a table.
pub fn same_trap(one: TrapKind, other: TrapKind) -> bool {
    let one_name = |kind| match kind {
        TrapKind::UndefinedElement => TrapKind::OutOfBoundsTable,
        kind => kind,
    };
    one_name(one) == one_name(other)
}

/// What became of a call on our side.
pub enum Ours {
    /// The compiler says that it cannot: what it cannot.
    Refused(String),
    /// A bug, whatever the right answer: a panic, an internal error, a program that the machine
    /// does not accept.
    Broken(String),
    /// The run took more steps than allowed.
    OutOfSteps,
    /// The call ended.
    Ended(Ended, Box<RunReport>),
}

/// How a call is compiled and run on our side.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Whether Cranelift's mid-end optimises.
    pub optimize: bool,
    /// Steps after which the run is stopped.
    pub max_steps: u64,
}

/// Compiles a call and runs the program's text.
pub fn ours(wasm: &[u8], call: &Call, how: How) -> Ours {
    catch_unwind(AssertUnwindSafe(|| run_ours(wasm, call, how)))
        .unwrap_or_else(|panic| Ours::Broken(format!("panic: {}", message(&*panic))))
}

fn run_ours(wasm: &[u8], call: &Call, how: How) -> Ours {
    let options = Options {
        entry: Some(call.export.clone()),
        args: call.args.iter().map(|value| value.argument()).collect(),
        instrument: Instrument::Off,
        optimize: how.optimize,
        check: true,
        ..Options::default()
    };
    let compiled = match compile(wasm, &options) {
        Ok(compiled) => compiled,
        Err(error) => {
            return match reason(&error) {
                Some(reason) => Ours::Refused(reason),
                None => Ours::Broken(error.to_string()),
            };
        }
    };
    match simulate(&compiled.program.to_string(), how.max_steps) {
        Ok(report) => match &report.log.outcome {
            Outcome::Halted { results } => Ours::Ended(Ok(results.clone()), Box::new(report)),
            Outcome::Trap { trap } => Ours::Ended(Err(*trap), Box::new(report)),
            Outcome::OutOfSteps => Ours::OutOfSteps,
        },
        Err(problem) => Ours::Broken(format!("the program does not run: {problem}")),
    }
}

/// Runs a program's text.
///
/// # Errors
/// What the parser, the assembler or the simulator says.
pub fn simulate(text: &str, max_steps: u64) -> Result<RunReport, String> {
    let parsed = zkasm::parse(text).map_err(|error| error.to_string())?;
    let rom =
        zkasm::assemble(&parsed.program, &parsed.positions).map_err(|error| error.to_string())?;
    let options = zkasm_simulator::Options {
        max_steps: Some(max_steps),
        ..Default::default()
    };
    Simulator::new(&rom, options)
        .and_then(|simulator| simulator.run())
        .map_err(|error| error.to_string())
}

/// Why a valid module was refused, without the details that make each refusal another; none if
/// there is no such reason.
pub fn reason(error: &Error) -> Option<String> {
    match error {
        Error::Unsupported { what, .. } => Some(without_numbers(what)),
        Error::Limit { what, .. } | Error::Effort { what, .. } => {
            Some(format!("limit: {}", without_numbers(what)))
        }
        _ => None,
    }
}

/// The text with N for every number.
fn without_numbers(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let number = |c: char| c.is_ascii_digit() || "()".contains(c);
        match word.chars().all(number) && word.contains(|c: char| c.is_ascii_digit()) {
            true => word
                .replace(|c: char| c.is_ascii_digit(), "N")
                .replace("NN", "N"),
            false => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a panic says.
pub fn message(panic: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else {
        "not a text".to_owned()
    }
}

/// How many pages a memory can have on our side. That growing may fail is in the specification's
/// power, and how far it succeeds is the machine's, so this is found out: a module with such a
/// memory grows it page by page.
pub fn machine_pages(least: u64, most: Option<u64>) -> u64 {
    static KNOWN: Mutex<BTreeMap<(u64, Option<u64>), u64>> = Mutex::new(BTreeMap::new());
    if let Ok(known) = KNOWN.lock()
        && let Some(&pages) = known.get(&(least, most))
    {
        return pages;
    }
    let most_text = most.map(|most| most.to_string()).unwrap_or_default();
    let text = format!(
        r#"(module (memory {least} {most_text})
             (func (export "run") (result i32)
               (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
               (memory.size)))"#
    );
    let call = Call {
        export: "run".to_owned(),
        args: Vec::new(),
    };
    let ended = wat::parse_str(text).map(|wasm| ours(&wasm, &call, PROBE));
    let pages = match ended {
        Ok(Ours::Ended(Ok(results), _)) => results.first().and_then(|result| {
            let pages: i32 = result.strip_prefix("i32:")?.parse().ok()?;
            u64::try_from(pages).ok()
        }),
        _ => None,
    };
    // What does not compile does not grow.
    let pages = pages.unwrap_or(least);
    if let Ok(mut known) = KNOWN.lock() {
        known.insert((least, most), pages);
    }
    pages
}

/// How that is found out.
const PROBE: How = How {
    optimize: true,
    max_steps: 50_000_000,
};

/// What wasmi may spend on an instance and its calls.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Operators to run, start function included.
    pub fuel: u64,
    /// Pages that each memory can grow to.
    pub pages: u64,
}

impl Default for Budget {
    /// More than any test needs.
    fn default() -> Budget {
        Budget {
            fuel: 2_000_000_000,
            pages: 1 << 16,
        }
    }
}

/// A module in wasmi.
pub struct Instance {
    store: wasmi::Store<wasmi::StoreLimits>,
    instance: wasmi::Instance,
}

/// Why wasmi gives no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silent {
    /// The call, or the instance, needs more than it was given: time or memory.
    Exhausted,
    /// wasmi does not accept the module.
    Invalid(String),
}

impl Instance {
    /// Instantiates a module without imports and runs its start function. The inner error is the
    /// trap of a segment or of the start function.
    ///
    /// # Errors
    /// If wasmi does not accept the module.
    pub fn new(wasm: &[u8], budget: Budget) -> Result<Result<Instance, TrapKind>, Silent> {
        let mut config = wasmi::Config::default();
        config.consume_fuel(true).set_max_recursion_depth(20_000);
        let engine = wasmi::Engine::new(&config);
        let invalid = |error: wasmi::Error| Silent::Invalid(error.to_string());
        let module = wasmi::Module::new(&engine, wasm).map_err(invalid)?;
        let limits = wasmi::StoreLimitsBuilder::new()
            .memory_size((budget.pages << 16) as usize)
            .build();
        let mut store = wasmi::Store::new(&engine, limits);
        store.limiter(|limits| limits);
        store.set_fuel(budget.fuel).map_err(invalid)?;
        let linker = wasmi::Linker::new(&engine);
        match linker.instantiate_and_start(&mut store, &module) {
            Ok(instance) => Ok(Ok(Instance { store, instance })),
            Err(error) => trap(&error).map(Err),
        }
    }

    /// Calls an export.
    ///
    /// # Errors
    /// If there is no such export, or wasmi ran out of something.
    pub fn call(&mut self, call: &Call) -> Result<Ended, Silent> {
        let function = self
            .instance
            .get_func(&self.store, &call.export)
            .ok_or_else(|| Silent::Invalid(format!("no function {:?}", call.export)))?;
        let store = &mut self.store;
        let inputs: Vec<_> = call
            .args
            .iter()
            .map(|value| value.to_wasmi(store))
            .collect();
        let ty = function.ty(&self.store);
        let mut outputs: Vec<_> = ty
            .results()
            .iter()
            .map(|&ty| wasmi::Val::default(ty))
            .collect();
        match function.call(&mut self.store, &inputs, &mut outputs) {
            Ok(()) => Ok(Ok(outputs
                .iter()
                .map(|value| match Value::from_wasmi(value, self) {
                    Some(value) => value.to_string(),
                    None => "a vector".to_owned(),
                })
                .collect())),
            Err(error) => trap(&error).map(Err),
        }
    }

    /// The index of a function that the module exports under a name of ours.
    fn index_of(&self, function: &wasmi::Func) -> Option<u32> {
        let shown = format!("{function:?}");
        let exports = (0..).map_while(|index| {
            let name = super::patch::function_name(index);
            self.instance.get_func(&self.store, &name)
        });
        let mut indices = (0..).zip(exports);
        let found = indices.find(|(_, export)| format!("{export:?}") == shown);
        found.map(|(index, _)| index)
    }

    /// The value of an exported global.
    pub fn global(&self, export: &str) -> Option<Value> {
        let global = self.instance.get_global(&self.store, export)?;
        Value::from_wasmi(&global.get(&self.store), self)
    }

    /// The bytes of an exported memory.
    pub fn memory(&self, export: &str) -> Option<&[u8]> {
        let memory = self.instance.get_memory(&self.store, export)?;
        Some(memory.data(&self.store))
    }

    /// The entries of an exported table.
    pub fn table_values(&self, export: &str) -> Option<Vec<Value>> {
        let table = self.instance.get_table(&self.store, export)?;
        let entries = (0..table.size(&self.store)).map_while(|index| {
            let entry = table.get(&self.store, index)?;
            Value::from_wasmi(&entry, self)
        });
        Some(entries.collect())
    }

    /// The entries of an exported table, in some notation that tells them apart.
    pub fn table(&self, export: &str) -> Option<Vec<String>> {
        let table = self.instance.get_table(&self.store, export)?;
        let entries = 0..table.size(&self.store);
        Some(
            entries
                .map(|index| format!("{:?}", table.get(&self.store, index)))
                .collect(),
        )
    }
}

/// The trap behind an error of wasmi.
fn trap(error: &wasmi::Error) -> Result<TrapKind, Silent> {
    use wasmi::TrapCode;
    if let Some(code) = error.as_trap_code() {
        return Ok(match code {
            TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
            TrapCode::IntegerDivisionByZero => TrapKind::IntegerDivideByZero,
            TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
            TrapCode::MemoryOutOfBounds => TrapKind::OutOfBoundsMemory,
            TrapCode::TableOutOfBounds => TrapKind::OutOfBoundsTable,
            TrapCode::IndirectCallToNull => TrapKind::UninitializedElement,
            TrapCode::BadSignature => TrapKind::IndirectCallTypeMismatch,
            TrapCode::StackOverflow => TrapKind::StackOverflow,
            TrapCode::OutOfFuel | TrapCode::GrowthOperationLimited => {
                return Err(Silent::Exhausted);
            }
            TrapCode::BadConversionToInteger => return Err(Silent::Invalid(error.to_string())),
        });
    }
    let text = error.to_string();
    if text.contains("out of bounds table access") {
        return Ok(TrapKind::OutOfBoundsTable);
    }
    Err(Silent::Invalid(text))
}
