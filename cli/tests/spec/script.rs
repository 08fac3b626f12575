//! A file of the spec suite, read into assertions that stand for themselves.
//!
//! A script calls one instance again and again, and a program of ours makes one call. So each
//! assertion becomes a module and one call of it: if earlier calls of the instance changed its
//! memories, globals or tables, as an instance in wasmi shows, the module gets a function more that
//! makes those calls before.
//!
//! Functions that compute with floats are emptied: they trap. If wasmi then still gives the
//! expected answer, the assertion needs no float; else it is one about floats.

use wast::core::{AbstractHeapType, HeapType};
use wast::core::{WastArgCore, WastRetCore};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

use super::fuzz::engines::{Budget, Call, Ended, Instance, Silent, Value, same_results};
use super::fuzz::patch::{
    Facts, Module, call_operators, dropped_call, global_get, global_name, is_float, memory_name,
    observed, table_name,
};
use super::spectest::{self, Copyable};
use runtime_hooks::TrapKind;

/// The export that makes earlier calls, and then the one to look at.
const ENTRY: &str = "earlier calls, and this one";
/// Traps as no emptied function of the suite is expected to.
const DIVIDE_BY_ZERO: [u8; 7] = [0x41, 0, 0x41, 0, 0x6d, 0x1a, 0x00];
const UNREACHABLE: [u8; 1] = [0x00];

/// An assertion of a file.
pub struct Assertion {
    /// The line it begins at.
    pub line: usize,
    /// What is called.
    pub what: String,
    /// What to do about it.
    pub task: Task,
}

/// What to do about an assertion.
pub enum Task {
    /// Call this.
    Run(Job),
    /// Only the compiler's refusal counts: the module is malformed or invalid.
    Refuse(Vec<u8>),
    /// Needs floating point operators.
    Float,
    /// Cannot be asked of a compiler of single modules: why.
    NotApplicable(&'static str),
    /// Could not be turned into a single call: why.
    NotRun(&'static str),
}

/// One call of a fresh instance.
pub struct Job {
    /// The module.
    pub wasm: Vec<u8>,
    /// The call.
    pub call: Call,
    /// The right answer.
    pub expected: Expected,
}

/// The right answer.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Results, as `type:value`.
    Results(Vec<String>),
    /// A trap, in the words of the suite.
    Trap(String),
}

impl Expected {
    /// Whether a call ended so.
    pub fn is(&self, ended: &Ended) -> bool {
        match (self, ended) {
            (Expected::Results(expected), Ok(results)) => same_results(expected, results),
            (Expected::Trap(message), Err(trap)) => {
                // The suite's words are sometimes the longer ones: `uninitialized element 2`.
                message.starts_with(&trap.to_string())
            }
            _ => false,
        }
    }

    /// The same for wasmi, which has one name for what the suite gives two.
    fn is_in_wasmi(&self, ended: &Ended) -> bool {
        self.is(ended)
            || *ended == Err(TrapKind::OutOfBoundsTable)
                && self.is(&Err(TrapKind::UndefinedElement))
    }
}

/// A module's instance while the script runs. Functions that compute with floats are emptied, so
/// that what they would change is not there either.
struct Live<'a> {
    /// The module as it is.
    wasm: Vec<u8>,
    facts: Facts,
    /// None if it has imports or wasmi does not take it.
    instance: Option<Instance>,
    state: Vec<u8>,
    /// Earlier calls that changed the state.
    earlier: Vec<Call>,
    registered: bool,
    /// Functions that other modules can have copies of.
    copyable: Vec<Copyable<'a>>,
}

/// Reads a file.
pub fn assertions(name: &str, text: &str) -> Vec<Assertion> {
    let mut lexer = Lexer::new(text);
    // One file is about names that look like others.
    lexer.allow_confusing_unicode(true);
    let buffer =
        ParseBuffer::new_with_lexer(lexer).unwrap_or_else(|error| panic!("{name}: {error}"));
    let wast: Wast<'_> = parser::parse(&buffer).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut script = Script {
        name,
        instances: Vec::new(),
        ids: Vec::new(),
        registered: Vec::new(),
        assertions: Vec::new(),
    };
    for directive in wast.directives {
        let line = directive.span().linecol_in(text).0 + 1;
        script.directive(directive, line);
    }
    script.assertions
}

struct Script<'a> {
    name: &'a str,
    instances: Vec<Live<'a>>,
    ids: Vec<(String, usize)>,
    /// What modules that import can have copies of instead.
    registered: Vec<Copyable<'a>>,
    assertions: Vec<Assertion>,
}

impl<'a> Script<'a> {
    fn directive(&mut self, directive: WastDirective<'a>, line: usize) {
        match directive {
            WastDirective::Module(mut module) => {
                let id = module.name().map(|id| id.name().to_owned());
                let copyable = spectest::copyable(&module);
                spectest::define(&mut module, &self.registered);
                let wasm = module
                    .encode()
                    .unwrap_or_else(|error| panic!("{}:{line}: {error}", self.name));
                self.instantiate(wasm, id, copyable);
            }
            WastDirective::Register { name, module, .. } => {
                let id = module.map(|id| id.name().to_owned());
                if let Some(live) = self.find(id.as_deref()) {
                    live.registered = true;
                    let copyable = live.copyable.iter().cloned();
                    let copyable: Vec<_> = copyable.map(|function| function.of(name)).collect();
                    self.registered.retain(|function| function.module != name);
                    self.registered.extend(copyable);
                }
            }
            WastDirective::Invoke(invoke) => {
                let id = invoke.module.map(|id| id.name().to_owned());
                if let (Ok(call), Some(live)) = (call(&invoke), self.find(id.as_deref())) {
                    live.call(&call);
                }
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                let expected = results.iter().map(result).collect::<Result<Vec<_>, Task>>();
                self.execute(exec, expected.map(Expected::Results), line);
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                self.execute(exec, Ok(Expected::Trap(message.to_owned())), line);
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                let expected = Ok(Expected::Trap(message.to_owned()));
                self.execute(WastExecute::Invoke(call), expected, line);
            }
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertMalformedCustom { module, .. }
            | WastDirective::AssertInvalid { module, .. }
            | WastDirective::AssertInvalidCustom { module, .. } => self.refuse(module, line),
            // About imports, or of proposals that no file here is about.
            WastDirective::AssertUnlinkable { .. }
            | WastDirective::AssertException { .. }
            | WastDirective::AssertSuspension { .. }
            | WastDirective::ModuleDefinition(_)
            | WastDirective::ModuleInstance { .. }
            | WastDirective::Thread(_)
            | WastDirective::Wait { .. } => {}
        }
    }

    fn instantiate(&mut self, wasm: Vec<u8>, id: Option<String>, copyable: Vec<Copyable<'a>>) {
        let facts = Facts::read(&wasm).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let instance = (facts.imports == 0)
            .then(|| {
                let wasm = observed(&emptied(&wasm, &facts, &DIVIDE_BY_ZERO)?.write(), &facts)?;
                Instance::new(&wasm, Budget::default()).ok()?.ok()
            })
            .flatten();
        let mut live = Live {
            wasm,
            facts,
            instance,
            state: Vec::new(),
            earlier: Vec::new(),
            registered: false,
            copyable,
        };
        live.state = live.snapshot();
        if let Some(id) = id {
            self.ids.push((id, self.instances.len()));
        }
        self.instances.push(live);
    }

    /// The instance of a name, or the latest.
    fn find(&mut self, id: Option<&str>) -> Option<&mut Live<'a>> {
        match id {
            None => self.instances.last_mut(),
            Some(id) => {
                let found = self.ids.iter().rev().find(|(name, _)| name == id)?;
                self.instances.get_mut(found.1)
            }
        }
    }

    /// A module that must not be compiled. What is wrong with the text alone is no matter of ours.
    fn refuse(&mut self, mut module: QuoteWat<'_>, line: usize) {
        if let Ok(wasm) = module.encode() {
            self.assertions.push(Assertion {
                line,
                what: "an invalid module".to_owned(),
                task: Task::Refuse(wasm),
            });
        }
    }

    fn execute(&mut self, exec: WastExecute<'_>, expected: Result<Expected, Task>, line: usize) {
        let (what, task) = match exec {
            WastExecute::Invoke(invoke) => {
                let id = invoke.module.map(|id| id.name().to_owned());
                let call = call(&invoke);
                let what = match &call {
                    Ok(call) => call.to_string(),
                    Err(_) => format!("{:?}", invoke.name),
                };
                let task = match (call, self.find(id.as_deref())) {
                    (Ok(call), Some(live)) => live.assertion(&call, expected),
                    (Err(task), _) => task,
                    (Ok(_), None) => Task::NotApplicable("there is no instance"),
                };
                (what, task)
            }
            WastExecute::Get { module, global, .. } => {
                let id = module.map(|id| id.name().to_owned());
                let task = match (expected, self.find(id.as_deref())) {
                    (Ok(expected), Some(live)) => live.reading(global, expected),
                    (Err(task), _) => task,
                    (Ok(_), None) => Task::NotApplicable("there is no instance"),
                };
                (format!("global {global:?}"), task)
            }
            WastExecute::Wat(wat) => ("an instantiation".to_owned(), instantiation(wat, expected)),
        };
        self.assertions.push(Assertion { line, what, task });
    }
}

impl Live<'_> {
    /// Memories, globals and tables, as bytes.
    fn snapshot(&self) -> Vec<u8> {
        let mut state = Vec::new();
        if let Some(instance) = &self.instance {
            for index in 0..self.facts.globals.len() {
                let value = instance.global(&global_name(index));
                state.extend(
                    value
                        .map(|value| value.to_string())
                        .unwrap_or_default()
                        .bytes(),
                );
            }
            for index in 0..self.facts.tables {
                let entries = instance.table(&table_name(index)).unwrap_or_default();
                state.extend(entries.concat().bytes());
            }
            for index in 0..self.facts.memories {
                state.extend(instance.memory(&memory_name(index)).unwrap_or_default());
            }
        }
        state
    }

    /// Makes a call, and keeps it if it changes the state. Calls that trap are not kept: no later
    /// call of the same program could follow.
    fn call(&mut self, call: &Call) {
        let Some(instance) = &mut self.instance else {
            return;
        };
        let ended = instance.call(call);
        let state = self.snapshot();
        let changed = state != self.state || self.facts.drops_segments;
        self.state = state;
        if changed && matches!(ended, Ok(Ok(_))) {
            self.earlier.push(call.clone());
        }
    }

    /// The task behind an assertion about a call, which is then made.
    fn assertion(&mut self, call: &Call, expected: Result<Expected, Task>) -> Task {
        let task = match expected {
            Err(task) => task,
            Ok(_) if self.facts.imports > 0 => Task::NotApplicable("imports"),
            Ok(expected) => match self.facts.exported_function(&call.export) {
                None => Task::NotApplicable("no such function"),
                Some(function) => {
                    let results = self.facts.functions[function as usize].results().to_vec();
                    if results.iter().any(|&ty| is_float(ty)) {
                        Task::Float
                    } else if self.earlier.is_empty() {
                        self.job(expected, |_| Some(call.clone()))
                    } else {
                        self.after_earlier(expected, &results, |from_host| {
                            call_operators(function, &call.args, from_host)
                        })
                    }
                }
            },
        };
        self.call(call);
        task
    }

    /// The task behind an assertion about a global.
    fn reading(&self, global: &str, expected: Expected) -> Task {
        if self.facts.imports > 0 {
            return Task::NotApplicable("imports");
        }
        match self.facts.exported_global(global) {
            None => Task::NotApplicable("no such global"),
            Some(index) => {
                let ty = self.facts.globals[index as usize];
                self.after_earlier(expected, &[ty], |_| global_get(index))
            }
        }
    }

    /// The task of making earlier calls, and then running these operators. References of the host are
    /// parameters of the function that does so.
    fn after_earlier(
        &self,
        expected: Expected,
        results: &[wasmparser::ValType],
        last: impl FnOnce(&mut Vec<Value>) -> Vec<u8>,
    ) -> Task {
        self.job(expected, |module| {
            let mut operators = Vec::new();
            let mut args = Vec::new();
            for call in &self.earlier {
                operators.extend(dropped_call(&self.facts, call, &mut args)?);
            }
            operators.extend(last(&mut args));
            let params = vec![wasmparser::ValType::EXTERNREF; args.len()];
            module.add_function(&self.facts, ENTRY, &params, results, &operators);
            Some(Call {
                export: ENTRY.to_owned(),
                args,
            })
        })
    }

    /// Makes a task, if wasmi gives the expected answer to it.
    fn job(&self, expected: Expected, entry: impl FnOnce(&mut Module) -> Option<Call>) -> Task {
        let trap: &[u8] = match &expected {
            Expected::Trap(message) if message == "integer divide by zero" => &UNREACHABLE,
            _ => &DIVIDE_BY_ZERO,
        };
        let Some(mut module) = emptied(&self.wasm, &self.facts, trap) else {
            return Task::NotRun("the module has a form that cannot be extended");
        };
        let floats = self.facts.float_bodies.contains(&true);
        let Some(call) = entry(&mut module) else {
            return Task::NotRun("an earlier call is of no function");
        };
        let wasm = module.write();
        let ended = match Instance::new(&wasm, Budget::default()) {
            Ok(Ok(mut instance)) => instance.call(&call),
            Ok(Err(trap)) => Ok(Err(trap)),
            Err(silent) => Err(silent),
        };
        match ended {
            Ok(ended) if expected.is_in_wasmi(&ended) => Task::Run(Job {
                wasm,
                call,
                expected,
            }),
            _ if floats => Task::Float,
            _ if self.registered => Task::NotApplicable("linking"),
            Ok(_) => Task::NotRun("follows a call that trapped and left its mark"),
            Err(Silent::Exhausted) => Task::NotRun("too long for wasmi"),
            Err(Silent::Invalid(_)) => Task::NotRun("wasmi does not take the module"),
        }
    }
}

/// The module without what computes with floats: such functions only trap.
fn emptied(wasm: &[u8], facts: &Facts, trap: &[u8]) -> Option<Module> {
    let mut module = Module::read(wasm)?;
    if facts.float_bodies.contains(&true) {
        module.replace_bodies(&facts.float_bodies, trap);
    }
    Some(module)
}

/// The task of instantiating a module, which is to trap.
fn instantiation(mut wat: Wat<'_>, expected: Result<Expected, Task>) -> Task {
    let expected = match expected {
        Ok(expected) => expected,
        Err(task) => return task,
    };
    spectest::define_in(&mut wat, &[]);
    let Ok(wasm) = wat.encode() else {
        return Task::NotRun("the module has no binary form");
    };
    let Ok(facts) = Facts::read(&wasm) else {
        return Task::NotRun("the module cannot be read");
    };
    if facts.imports > 0 {
        return Task::NotApplicable("imports");
    }
    let live = Live {
        wasm,
        facts,
        instance: None,
        state: Vec::new(),
        earlier: Vec::new(),
        registered: false,
        copyable: Vec::new(),
    };
    live.after_earlier(expected, &[], |_| Vec::new())
}

/// A call, unless its arguments are none of ours.
fn call(invoke: &WastInvoke<'_>) -> Result<Call, Task> {
    let args = invoke.args.iter().map(|arg| match arg {
        WastArg::Core(WastArgCore::I32(value)) => Ok(Value::I32(*value)),
        WastArg::Core(WastArgCore::I64(value)) => Ok(Value::I64(*value)),
        WastArg::Core(WastArgCore::F32(_) | WastArgCore::F64(_)) => Err(Task::Float),
        WastArg::Core(WastArgCore::RefNull(ty)) => null(ty),
        WastArg::Core(WastArgCore::RefExtern(number)) => Ok(Value::ExternRef(Some(*number))),
        _ => Err(Task::NotApplicable("vectors")),
    });
    Ok(Call {
        export: invoke.name.to_owned(),
        args: args.collect::<Result<_, Task>>()?,
    })
}

/// A result as `type:value`, unless it is none of ours.
fn result(result: &WastRet<'_>) -> Result<String, Task> {
    match result {
        WastRet::Core(WastRetCore::I32(value)) => Ok(Value::I32(*value).to_string()),
        WastRet::Core(WastRetCore::I64(value)) => Ok(Value::I64(*value).to_string()),
        WastRet::Core(WastRetCore::F32(_) | WastRetCore::F64(_)) => Err(Task::Float),
        WastRet::Core(WastRetCore::RefNull(Some(ty))) => null(ty).map(|null| null.to_string()),
        WastRet::Core(WastRetCore::RefExtern(Some(number))) => {
            Ok(Value::ExternRef(Some(*number)).to_string())
        }
        WastRet::Core(WastRetCore::RefFunc(None)) => Ok(Value::FuncRef(Some(None)).to_string()),
        _ => Err(Task::NotApplicable("vectors")),
    }
}

/// The null reference of a type.
fn null(ty: &HeapType<'_>) -> Result<Value, Task> {
    match ty {
        HeapType::Abstract {
            ty: AbstractHeapType::Func,
            ..
        } => Ok(Value::FuncRef(None)),
        HeapType::Abstract {
            ty: AbstractHeapType::Extern,
            ..
        } => Ok(Value::ExternRef(None)),
        _ => Err(Task::NotApplicable("references of other types")),
    }
}
