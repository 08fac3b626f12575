//! What the tests share: both engines behind one face, and paths.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;

use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::log::Outcome;
use runtime_hooks::{Instrument, TrapKind};
use zkasm_simulator::RunReport;

/// How a call ended: results as `type:value`, or the trap.
pub type Ended = Result<Vec<String>, TrapKind>;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The corpus program `fibonacci`.
pub fn fibonacci() -> Vec<u8> {
    std::fs::read(root().join("corpus/fibonacci/fibonacci.wasm")).unwrap()
}

/// Compiles a call with every check that the compiler has.
pub fn build(wasm: &[u8], export: &str, args: &[&str], instrument: Instrument) -> Compiled {
    try_build(wasm, export, args, instrument).unwrap_or_else(|error| panic!("{export}: {error}"))
}

pub fn try_build(
    wasm: &[u8],
    export: &str,
    args: &[&str],
    instrument: Instrument,
) -> Result<Compiled, cranelift_zkasm_profile::Error> {
    let options = Options {
        entry: Some(export.to_owned()),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        instrument,
        check: true,
        ..Options::default()
    };
    compile(wasm, &options)
}

/// Runs a program from its text, as a user would.
pub fn simulate(compiled: &Compiled) -> RunReport {
    let parsed = zkasm::parse(&compiled.program.to_string()).unwrap();
    assert_eq!(parsed.program, compiled.program, "parsing what was printed");
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let options = zkasm_simulator::Options {
        histogram: true,
        ..Default::default()
    };
    zkasm_simulator::Simulator::new(&rom, options)
        .unwrap()
        .run()
        .unwrap()
}

/// What the lint says of a call with any arguments: the program's text, its ROM, and the report.
pub fn examined(
    wasm: &[u8],
    export: Option<&str>,
    optimize: bool,
) -> (String, zkasm::Rom, zkasm_lint::Report) {
    let options = Options {
        entry: export.map(ToOwned::to_owned),
        missing_args: Some("-1".to_owned()),
        optimize,
        ..Options::default()
    };
    let program = compile(wasm, &options).unwrap().program.to_string();
    let parsed = zkasm::parse(&program).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let report = zkasm_lint::lint(&rom);
    (program, rom, report)
}

/// The outcome on our side.
pub fn ours(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    match simulate(&build(wasm, export, args, Instrument::Off))
        .log
        .outcome
    {
        Outcome::Halted { results } => Ok(results),
        Outcome::Trap { trap } => Err(trap),
        Outcome::OutOfSteps => panic!("a run without limit is out of steps"),
    }
}

/// The outcome of wasmi.
pub fn wasmi(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    use wasmi::{Engine, Linker, Module, Store, TrapCode, Val, ValType};
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine)
        .instantiate_and_start(&mut store, &module)
        .unwrap();
    let function = instance.get_func(&store, export).unwrap();
    let ty = function.ty(&store);
    let inputs: Vec<Val> = ty
        .params()
        .iter()
        .zip(args)
        .map(|(ty, arg)| match ty {
            ValType::I32 => Val::I32(arg.parse::<i64>().unwrap() as i32),
            ValType::I64 => Val::I64(arg.parse::<i128>().unwrap() as i64),
            ty => panic!("no arguments of type {ty:?}"),
        })
        .collect();
    let mut outputs: Vec<Val> = ty.results().iter().map(|&ty| Val::default(ty)).collect();
    match function.call(&mut store, &inputs, &mut outputs) {
        Ok(()) => Ok(outputs
            .iter()
            .map(|value| match value {
                Val::I32(value) => format!("i32:{value}"),
                Val::I64(value) => format!("i64:{value}"),
                value => panic!("no results like {value:?}"),
            })
            .collect()),
        Err(error) => Err(match error.as_trap_code() {
            Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
            Some(TrapCode::IntegerDivisionByZero) => TrapKind::IntegerDivideByZero,
            Some(TrapCode::IntegerOverflow) => TrapKind::IntegerOverflow,
            Some(TrapCode::MemoryOutOfBounds) => TrapKind::OutOfBoundsMemory,
            Some(TrapCode::TableOutOfBounds) => TrapKind::UndefinedElement,
            Some(TrapCode::IndirectCallToNull) => TrapKind::UninitializedElement,
            Some(TrapCode::BadSignature) => TrapKind::IndirectCallTypeMismatch,
            Some(TrapCode::StackOverflow) => TrapKind::StackOverflow,
            None if error.to_string().contains("out of bounds table access") => {
                TrapKind::UndefinedElement
            }
            code => panic!("no trap like {code:?}: {error}"),
        }),
    }
}

/// Compiles WAT and checks that both engines agree on a call.
pub fn agree(wasm: &[u8], export: &str, args: &[&str]) -> Ended {
    let ours = ours(wasm, export, args);
    // wasmi has one name for what we give two.
    let in_wasmi = ours.clone().map_err(|trap| match trap {
        TrapKind::OutOfBoundsTable => TrapKind::UndefinedElement,
        trap => trap,
    });
    assert_eq!(
        in_wasmi,
        wasmi(wasm, export, args),
        "{export}({})",
        args.join(", ")
    );
    ours
}
