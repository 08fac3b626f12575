//! Damaged files, and what must hold whatever is in them: no panic, no end that does not come, and
//! an error that says where.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use cranelift_zkasm_profile::{Error, Options, compile};
use runtime_hooks::{ExecutionLog, FormatError, Instrument, SideTable};
use wasmparser::{ValType, Validator};
use zkasm_flamegraph::advice::{Advice, Extent};
use zkasm_flamegraph::annotate::{self, Annotation};
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::fold::{Backtrace, Coverage, Regions, RegisterMoves};
use zkasm_flamegraph::golden::{self, Golden};
use zkasm_flamegraph::neighbours::{Neighbours, Side};
use zkasm_flamegraph::svg::SvgOptions;
use zkasm_flamegraph::{
    Granularity, Profile, Table, firefox, folded, pprof, report, speedscope, svg, top,
};

use super::damage::{damage_module, damage_text};
use super::engines::{Call, Value, message, simulate};
use super::patch::{Facts, observed};
use super::rng::Rng;
use super::smith::{Verdict, compare_with};

/// How long one file may take, in a build that is hardly optimised.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Steps that a damaged program may run.
const MAX_STEPS: u64 = 300_000;
/// Operators that wasmi may run of a damaged module that is still valid.
const FUEL: u64 = 200_000;

/// What kinds of files there are to damage.
pub const KINDS: [Kind; 6] = [
    Kind::Wasm,
    Kind::Zkasm,
    Kind::Rom,
    Kind::Map,
    Kind::Log,
    Kind::Cycles,
];

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `.wasm`
    Wasm,
    /// `.zkasm`
    Zkasm,
    /// `.rom.json`
    Rom,
    /// `.map.json`
    Map,
    /// `.log.json`
    Log,
    /// `.cycles`
    Cycles,
}

impl Kind {
    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Wasm => "wasm",
            Kind::Zkasm => "zkasm",
            Kind::Rom => "rom.json",
            Kind::Map => "map.json",
            Kind::Log => "log.json",
            Kind::Cycles => "cycles",
        }
    }
}

/// Undamaged files of every kind.
pub struct Seeds {
    modules: Vec<(Vec<u8>, Call)>,
    programs: Vec<Program>,
    /// Programs, those that were written by hand among them.
    texts: Vec<String>,
    /// Their ROMs.
    roms: Vec<String>,
}

/// What came of compiling and running a module.
struct Program {
    zkasm: String,
    map: SideTable,
    map_text: String,
    log: ExecutionLog,
    log_text: String,
    cycles: Option<String>,
}

/// Small modules; what they need of the compiler may not be there yet.
const MODULES: [(&str, &str, &[Value]); 5] = [
    (
        r#"(module (memory 1)
             (data (i32.const 8) "some bytes to begin with")
             (global $g (mut i64) (i64.const 5))
             (func $f (param i32 i64) (result i64)
               (if (i32.eqz (local.get 0)) (then (return (i64.load (i32.const 11)))))
               (i64.store offset=3 (local.get 0) (local.get 1))
               (global.set $g (i64.add (global.get $g) (i64.const -3)))
               (i64.mul (call $f (i32.sub (local.get 0) (i32.const 1)) (local.get 1))
                        (global.get $g)))
             (func (export "run") (param i32 i64) (result i64)
               (call $f (local.get 0) (local.get 1))))"#,
        "run",
        &[Value::I32(9), Value::I64(-7)],
    ),
    (
        r#"(module
             (func (export "run") (param i64) (result i32) (local i32)
               (block $done
                 (loop $next
                   (br_if $done (i64.eq (local.get 0) (i64.const 1)))
                   (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                   (if (i64.eqz (i64.and (local.get 0) (i64.const 1)))
                     (then (local.set 0 (i64.div_u (local.get 0) (i64.const 2))))
                     (else (local.set 0
                       (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.const 1)))))
                   (br $next)))
               (local.get 1)))"#,
        "run",
        &[Value::I64(27)],
    ),
    (
        r#"(module
             (type $t (func (param i32) (result i32)))
             (table 4 8 funcref) (elem (i32.const 1) $a $b)
             (func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
             (func $b (type $t) (i32.rotl (local.get 0) (i32.const 5)))
             (func (export "run") (param i32 i32) (result i32)
               (block (block (block
                 (br_table 0 1 2 (local.get 0)))
                 (return (call_indirect (type $t) (local.get 1) (i32.const 1))))
                 (return (call_indirect (type $t) (local.get 1) (i32.const 2))))
               (i32.clz (local.get 1))))"#,
        "run",
        &[Value::I32(1), Value::I32(77)],
    ),
    (
        r#"(module (memory 1 3)
             (data $p "passive") (data (i32.const 100) "active")
             (start $s)
             (func $s (i32.store8 (i32.const 5) (i32.const 200)))
             (func (export "run") (param i32) (result i32 i64)
               (memory.init $p (i32.const 10) (i32.const 1) (i32.const 4))
               (data.drop $p)
               (memory.copy (i32.const 12) (i32.const 98) (i32.const 9))
               (memory.fill (i32.const 20) (local.get 0) (i32.const 3))
               (drop (memory.grow (i32.const 1)))
               (i32.add (memory.size) (i32.load8_s (i32.const 5)))
               (i64.load16_u (i32.const 11))))"#,
        "run",
        &[Value::I32(66)],
    ),
    (
        r#"(module
             (func $f (param i32 i64 i32 i64 i32 i64 i32) (result i64 i32)
               (i64.shr_s (local.get 1) (local.get 3))
               (i32.div_s (local.get 0) (local.get 2)))
             (func (export "run") (param i32) (result i64 i32)
               (call $f (local.get 0) (i64.const -9) (i32.const 3) (i64.const 2)
                        (i32.const 1) (i64.const 1) (i32.const 1))))"#,
        "run",
        &[Value::I32(-100)],
    ),
];

/// Programs that were written by hand.
const WRITTEN: [&str; 3] = [
    "runtime-hooks/fixtures/language.zkasm",
    "runtime-hooks/fixtures/machine.zkasm",
    "runtime-hooks/fixtures/hash.zkasm",
];

impl Seeds {
    /// The programs of the corpus, each with its smallest arguments, and some small modules.
    ///
    /// # Errors
    /// If the corpus cannot be read.
    pub fn read(root: &Path) -> Result<Seeds, String> {
        let mut modules = Vec::new();
        for (text, export, args) in MODULES {
            let wasm = wat::parse_str(text).map_err(|error| error.to_string())?;
            let call = Call {
                export: export.to_owned(),
                args: args.to_vec(),
            };
            modules.push((wasm, call));
        }
        let folder = root.join("corpus");
        let manifest = std::fs::read_to_string(folder.join("corpus.json"))
            .map_err(|error| format!("corpus.json: {error}"))?;
        let manifest: serde_json::Value =
            serde_json::from_str(&manifest).map_err(|error| format!("corpus.json: {error}"))?;
        for benchmark in manifest["benchmarks"].as_array().into_iter().flatten() {
            let path = folder.join(benchmark["wasm"].as_str().unwrap_or_default());
            let wasm =
                std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let facts =
                Facts::read(&wasm).map_err(|error| format!("{}: {error}", path.display()))?;
            let export = benchmark["invoke"].as_str().unwrap_or_default().to_owned();
            let types = facts.exported_function(&export);
            let types = types.map_or(&[][..], |index| facts.functions[index as usize].params());
            let sizes = benchmark["sizes"][0].as_array().into_iter().flatten();
            let args = types.iter().zip(sizes).map(|(ty, size)| {
                let number = size
                    .as_str()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0i64);
                match ty {
                    ValType::I32 => Value::I32(number as i32),
                    _ => Value::I64(number),
                }
            });
            let args = args.collect();
            modules.push((wasm, Call { export, args }));
        }
        let programs: Vec<Program> = modules
            .iter()
            .filter_map(|(wasm, call)| program(wasm, call))
            .collect();
        let mut texts: Vec<String> = programs
            .iter()
            .map(|program| program.zkasm.clone())
            .collect();
        for name in WRITTEN {
            let text = std::fs::read_to_string(root.join(name));
            texts.push(text.map_err(|error| format!("{name}: {error}"))?);
        }
        let roms = texts.iter().map(|text| rom(text));
        let roms = roms.collect::<Result<_, String>>()?;
        Ok(Seeds {
            modules,
            programs,
            texts,
            roms,
        })
    }

    /// How many programs the compiler makes of the modules.
    pub fn programs(&self) -> usize {
        self.programs.len()
    }
}

/// The ROM of a program, as JSON.
fn rom(text: &str) -> Result<String, String> {
    let parsed = zkasm::parse(text).map_err(|error| error.to_string())?;
    let rom =
        zkasm::assemble(&parsed.program, &parsed.positions).map_err(|error| error.to_string())?;
    let sources = zkasm::Sources::new("p.zkasm", text);
    Ok(zkasm::rom_json::to_json(
        &parsed.program,
        &parsed.positions,
        &sources,
        &rom,
    ))
}

fn options(call: &Call, instrument: Instrument) -> Options {
    Options {
        entry: Some(call.export.clone()),
        args: call.args.iter().map(|value| value.argument()).collect(),
        instrument,
        ..Options::default()
    }
}

fn program(wasm: &[u8], call: &Call) -> Option<Program> {
    let compiled = compile(wasm, &options(call, Instrument::Blocks)).ok()?;
    let zkasm = compiled.program.to_string();
    let map = compiled.side_table;
    let log = simulate(&zkasm, 100 * MAX_STEPS).ok()?.log;
    let cycles = Profile::from_run(&map, &log).ok().and_then(|profile| {
        let header = golden::Header::from_run(&map, &log).ok()?;
        Some(Golden::from_profile(&profile, header).ok()?.to_text())
    });
    Some(Program {
        map_text: map.to_json(),
        log_text: log.to_json(),
        zkasm,
        map,
        log,
        cycles,
    })
}

/// What came of a damaged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// An error that says where.
    Refused,
    /// A module that could have been compiled, but not by us: why.
    Unsupported(String),
    /// It went through.
    Accepted,
    /// It is a module that runs, and wasmi gives the same answer.
    Agreed,
    /// It must not end like this: what happened.
    Finding(String),
}

/// A damaged file.
pub struct Damaged {
    /// Its kind.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which of the undamaged files it was.
    from: usize,
    /// Whether hooks are asked for, for a module.
    instrument: Instrument,
    /// And optimisation.
    optimize: bool,
}

/// The damaged file of a seed; none if there is no undamaged one of its kind.
pub fn damaged(seeds: &Seeds, kind: Kind, seed: u64) -> Option<Damaged> {
    let mut rng = Rng::new(seed ^ (kind as u64) << 56);
    let instrument = rng.pick(&[
        Instrument::Off,
        Instrument::Off,
        Instrument::Calls,
        Instrument::Blocks,
        Instrument::Instructions,
    ]);
    let optimize = !rng.one_in(4);
    if kind == Kind::Wasm {
        let from = rng.below(seeds.modules.len());
        let bytes = damage_module(&mut rng, &seeds.modules[from].0);
        return Some(Damaged {
            kind,
            bytes,
            from,
            instrument,
            optimize,
        });
    }
    if seeds.programs.is_empty() {
        return None;
    }
    let from = rng.below(match kind {
        Kind::Zkasm | Kind::Rom => seeds.texts.len(),
        _ => seeds.programs.len(),
    });
    let text = match kind {
        Kind::Wasm | Kind::Zkasm => &seeds.texts[from],
        Kind::Rom => &seeds.roms[from],
        Kind::Map => &seeds.programs[from].map_text,
        Kind::Log => &seeds.programs[from].log_text,
        Kind::Cycles => seeds.programs[from].cycles.as_ref()?,
    };
    let bytes = damage_text(&mut rng, text);
    Some(Damaged {
        kind,
        bytes,
        from,
        instrument,
        optimize,
    })
}

/// Gives a damaged file to what reads it.
pub fn check(seeds: &Seeds, damaged: &Damaged) -> Fate {
    let start = Instant::now();
    let fate = catch_unwind(AssertUnwindSafe(|| {
        let text = || String::from_utf8_lossy(&damaged.bytes);
        match damaged.kind {
            Kind::Wasm => check_module(damaged, &seeds.modules[damaged.from].1),
            Kind::Zkasm => check_zkasm(&text()),
            Kind::Rom => check_rom(&text()),
            Kind::Map => check_map(&text(), &seeds.programs[damaged.from]),
            Kind::Log => check_log(&text(), &seeds.programs[damaged.from]),
            Kind::Cycles => check_cycles(&text(), &seeds.programs[damaged.from]),
        }
    }))
    .unwrap_or_else(|panic| Fate::Finding(format!("panic: {}", message(&*panic))));
    if start.elapsed() > PATIENCE && !matches!(fate, Fate::Finding(_)) {
        return Fate::Finding(format!("took {:.0} s", start.elapsed().as_secs_f64()));
    }
    fate
}

fn check_module(damaged: &Damaged, call: &Call) -> Fate {
    let wasm = &damaged.bytes;
    let options = Options {
        optimize: damaged.optimize,
        ..options(call, damaged.instrument)
    };
    let compiled = match compile(wasm, &options) {
        Ok(compiled) => compiled,
        Err(error) => return refusal(wasm, call, &error),
    };
    let report = match simulate(&compiled.program.to_string(), MAX_STEPS) {
        Ok(report) => report,
        Err(problem) => return Fate::Finding(format!("the program does not run: {problem}")),
    };
    if damaged.instrument != Instrument::Off {
        return match Profile::from_run(&compiled.side_table, &report.log) {
            Ok(_) => Fate::Accepted,
            Err(error) => Fate::Finding(format!("its run gives no profile: {error}")),
        };
    }
    // The answer has to be right, whatever the damage made of the program.
    let wasm = Facts::read(wasm)
        .ok()
        .and_then(|facts| observed(wasm, &facts));
    match wasm.map(|wasm| compare_with(&wasm, &wasm, call, FUEL, damaged.optimize)) {
        Some(Verdict::Mismatch(what)) => Fate::Finding(what),
        Some(Verdict::Agreed { .. }) => Fate::Agreed,
        _ => Fate::Accepted,
    }
}

/// An error about a module is one about its contents, and says where they are.
fn refusal(wasm: &[u8], call: &Call, error: &Error) -> Fate {
    let valid = Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(wasm)
        .is_ok();
    match error {
        Error::InvalidInput { place, .. } if !valid => {
            // Nothing but the start of a file is not worth an offset.
            let outside = place.offset.is_some_and(|at| at.0 as usize > wasm.len());
            match outside || place.offset.is_none() && wasm.starts_with(b"\0asm") {
                true => Fate::Finding(format!("an error without its place: {error}")),
                false => Fate::Refused,
            }
        }
        Error::InvalidInput { .. } => Fate::Finding(format!("called invalid: {error}")),
        Error::Unsupported { what, .. } if valid => Fate::Unsupported(what.clone()),
        Error::Unsupported { .. } => Fate::Refused,
        Error::Limit { what, .. } | Error::Effort { what, .. } => {
            Fate::Unsupported(format!("limit: {what}"))
        }
        Error::Request { .. } => match fits(wasm, call) {
            true => Fate::Finding(format!("the call fits: {error}")),
            false => Fate::Refused,
        },
        error => Fate::Finding(error.to_string()),
    }
}

/// Whether the call could be made.
fn fits(wasm: &[u8], call: &Call) -> bool {
    let Ok(facts) = Facts::read(wasm) else {
        return false;
    };
    let Some(function) = facts.exported_function(&call.export) else {
        return false;
    };
    let params = facts.functions[function as usize].params();
    params.len() == call.args.len()
        && params.iter().zip(&call.args).all(|(ty, value)| {
            matches!(
                (ty, value),
                (ValType::I32, Value::I32(_)) | (ValType::I64, Value::I64(_))
            )
        })
}

fn check_zkasm(text: &str) -> Fate {
    // The end of the text is one column after its last character, or one line.
    let is_place = |pos: zkasm::Pos| {
        pos.line >= 1 && pos.column >= 1 && pos.line as usize <= text.lines().count() + 1
    };
    let refused = |pos: zkasm::Pos, error: &dyn std::fmt::Display| match is_place(pos) {
        true => Fate::Refused,
        false => Fate::Finding(format!("an error beside the text: {error}")),
    };
    let parsed = match zkasm::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return refused(error.pos, &error),
    };
    // Comments lose characters that would end them, so it is the second text that must be the same.
    let printed = parsed.program.to_string();
    match zkasm::parse(&printed) {
        Ok(again) if again.program.to_string() == printed => {}
        Ok(_) => return Fate::Finding("printed and parsed, the program is another".to_owned()),
        Err(error) => return Fate::Finding(format!("printed, it does not parse: {error}")),
    }
    let rom = match zkasm::assemble(&parsed.program, &parsed.positions) {
        Ok(rom) => rom,
        Err(error) => return refused(error.pos, &error),
    };
    zkasm::quirks(&rom, |_| false);
    let (shown, fate) = match run(&rom) {
        Ok(outcome) => (outcome, Fate::Accepted),
        Err(error) => {
            let fate = match &error {
                zkasm_simulator::Error::Failed(failure) => refused(failure.pos, failure),
                zkasm_simulator::Error::InvalidCommand { pos, .. }
                | zkasm_simulator::Error::InvalidHook { pos, .. } => refused(*pos, &"a command"),
                zkasm_simulator::Error::InvalidLine { .. } => {
                    Fate::Finding("the assembler makes a line that none makes".to_owned())
                }
                _ => Fate::Refused,
            };
            (placeless(&error), fate)
        }
    };
    // Its ROM runs alike, unless a command is one that cannot be.
    let sources = zkasm::Sources::new("p.zkasm", text);
    let json = zkasm::rom_json::to_json(&parsed.program, &parsed.positions, &sources, &rom);
    match zkasm::rom_json::from_json(&json) {
        Ok((rom, _)) => {
            let again = run(&rom).unwrap_or_else(|error| placeless(&error));
            if again != shown {
                return Fate::Finding(format!("its ROM does not run alike: {again}, not {shown}"));
            }
        }
        Err(error)
            if error.message == "recursion limit exceeded"
                || error.message.starts_with("the executor cannot read memory") => {}
        Err(error) => return Fate::Finding(format!("its ROM cannot be read: {error}")),
    }
    fate
}

/// An error of the simulator, without the place of a command, which a ROM does not have.
fn placeless(error: &zkasm_simulator::Error) -> String {
    match error {
        zkasm_simulator::Error::InvalidCommand { problem, .. } => problem.clone(),
        zkasm_simulator::Error::InvalidHook { source, .. } => source.to_string(),
        error => error.to_string(),
    }
}

/// How a ROM ends.
fn run(rom: &zkasm::Rom) -> Result<String, zkasm_simulator::Error> {
    let options = zkasm_simulator::Options {
        max_steps: Some(MAX_STEPS),
        ..Default::default()
    };
    let report = zkasm_simulator::Simulator::new(rom, options)?.run()?;
    Ok(report.log.to_json())
}

fn check_rom(text: &str) -> Fate {
    let (rom, _) = match zkasm::rom_json::from_json(text) {
        Ok(rom) => rom,
        Err(error) if error.place.is_empty() => {
            return Fate::Finding(format!("an error without its place: {error}"));
        }
        Err(_) => return Fate::Refused,
    };
    zkasm::quirks(&rom, |_| false);
    match run(&rom) {
        Ok(_) => Fate::Accepted,
        Err(zkasm_simulator::Error::InvalidLine { zkpc, problem }) => {
            Fate::Finding(format!("zkPC {zkpc} is read but not run: {problem}"))
        }
        Err(_) => Fate::Refused,
    }
}

fn check_map(text: &str, program: &Program) -> Fate {
    match SideTable::from_json(text) {
        Ok(map) => views(&map, &program.log),
        Err(error) => format_error(text, &error),
    }
}

fn check_log(text: &str, program: &Program) -> Fate {
    match ExecutionLog::from_json(text) {
        Ok(log) => views(&program.map, &log),
        Err(error) => format_error(text, &error),
    }
}

fn format_error(text: &str, error: &FormatError) -> Fate {
    match error {
        FormatError::Json { source, .. } if source.line() == 0 => {
            Fate::Finding(format!("an error without its place: {error}: {source}"))
        }
        FormatError::Json { source, .. } if source.line() > text.lines().count() + 1 => {
            Fate::Finding(format!("an error beside the text: {error}: {source}"))
        }
        _ => Fate::Refused,
    }
}

/// Every view of a profile, if the files fit together.
fn views(map: &SideTable, log: &ExecutionLog) -> Fate {
    let Ok(profile) = Profile::from_run(map, log) else {
        return Fate::Refused;
    };
    let metric = profile.default_metric();
    for granularity in [
        Granularity::Function,
        Granularity::Line,
        Granularity::Wasm,
        Granularity::Zkasm,
    ] {
        let sum: Option<u64> = folded::to_text(&profile, metric, granularity)
            .lines()
            .map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .sum();
        if sum != Some(profile.total(metric)) {
            return Fate::Finding(format!("folded by {granularity:?}, {sum:?} steps are left"));
        }
        let table = top::Top::new(&profile, metric, granularity);
        table.to_text();
        table.to_json();
        for side in [Side::Callers, Side::Callees] {
            if let Ok(table) = Neighbours::new(&profile, metric, granularity, "/./", side) {
                table.to_text();
                table.to_json();
            }
        }
        let _ = speedscope::to_json(&profile, granularity, &[metric], "mutated");
        match Profile::from_run_by(map, log, granularity) {
            Ok(folded) if folded.total(metric) == profile.total(metric) => {}
            Ok(_) => return Fate::Finding(format!("folded for {granularity:?}, steps are lost")),
            Err(error) => return Fate::Finding(format!("no profile by {granularity:?}: {error}")),
        }
    }
    for label in [Label::Cause, Label::Operator, Label::Rule] {
        ByLabel::new(&profile, metric, label).to_text();
    }
    for part in profile.focus("/./").into_iter().chain([profile.own()]) {
        top::Top::new(&part, metric, Granularity::Line).to_text();
    }
    if let Ok(regions) = Regions::from_run(map, log) {
        regions.to_text();
    }
    let _ = Coverage::from_run(map, log);
    let _ = Backtrace::from_run(map, log).map(|stack| stack.to_text());
    let _ = firefox::to_json(&profile, &[metric], "mutated");
    Advice::of(&profile, Extent::All).to_text(None);
    // Refusals of these have reasons of their own.
    let texts = annotate::Texts::default();
    let cycles = &profile.metrics()[metric.index()].name;
    if let Ok(annotation) = Annotation::new(map, log, cycles, "/./", usize::MAX, texts) {
        for order in [annotate::Order::Source, annotate::Order::Zkpc] {
            annotation.to_text(&annotate::Options {
                all: true,
                order,
                ..annotate::Options::new(100)
            });
        }
        annotation.to_json();
    }
    if let Ok(moves) = RegisterMoves::new(&profile, metric, map) {
        moves.to_text();
        moves.to_json();
    }
    let _ = report::to_html(&report::Input {
        name: "mutated",
        profile: &profile,
        advice: &Advice::new(&profile),
        map,
        log,
        wat: None,
        zkasm: None,
        sources: &vec![None; map.files.len()],
    });
    let _ = svg::to_svg(&profile, &SvgOptions::new(&profile));
    let _ = pprof::to_pprof(&profile);
    if let Ok(header) = golden::Header::from_run(map, log)
        && let Ok(golden) = Golden::from_profile(&profile, header)
        && let Err(error) = Golden::parse(&golden.to_text())
    {
        return Fate::Finding(format!("its golden file is none: {error}"));
    }
    Fate::Accepted
}

fn check_cycles(text: &str, program: &Program) -> Fate {
    match Golden::parse(text) {
        Ok(golden) => {
            match Golden::parse(&golden.to_text()) {
                Ok(again) if again == golden => {}
                Ok(_) => return Fate::Finding("printed and parsed, it is another".to_owned()),
                Err(error) => return Fate::Finding(format!("printed, it does not parse: {error}")),
            }
            let original = program
                .cycles
                .as_deref()
                .and_then(|text| Golden::parse(text).ok());
            if let Some(original) = original {
                golden::compare(&original, &golden);
                golden::compare(&golden, &original);
            }
            Fate::Accepted
        }
        Err(zkasm_flamegraph::Error::Golden { line, .. })
            if (1..=text.lines().count() + 1).contains(&line) =>
        {
            Fate::Refused
        }
        Err(error) => Fate::Finding(format!("an error without its place: {error}")),
    }
}

/// What came of many damaged files.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// By kind: refused, accepted.
    pub fates: BTreeMap<Kind, (u64, u64)>,
    /// Accepted modules whose answer is also wasmi's; others were not asked for it, as they have
    /// hooks, or run for too long.
    pub agreed: u64,
    /// Valid modules that our compiler refuses, by reason.
    pub unsupported: BTreeMap<String, u64>,
    /// What must not be: kind, seed, what.
    pub findings: Vec<(Kind, u64, String)>,
}

impl Summary {
    /// Damages and checks the file of a seed.
    pub fn run(&mut self, seeds: &Seeds, kind: Kind, seed: u64) {
        let Some(damaged) = damaged(seeds, kind, seed) else {
            return;
        };
        let fates = self.fates.entry(kind).or_default();
        match check(seeds, &damaged) {
            Fate::Refused => fates.0 += 1,
            Fate::Accepted => fates.1 += 1,
            Fate::Agreed => {
                fates.1 += 1;
                self.agreed += 1;
            }
            Fate::Unsupported(reason) => {
                *self.unsupported.entry(reason).or_default() += 1;
            }
            Fate::Finding(what) => self.findings.push((kind, seed, what)),
        }
    }

    /// Adds what another thread found.
    pub fn add(&mut self, other: Summary) {
        for (kind, (refused, accepted)) in other.fates {
            let fates = self.fates.entry(kind).or_default();
            fates.0 += refused;
            fates.1 += accepted;
        }
        self.agreed += other.agreed;
        for (reason, count) in other.unsupported {
            *self.unsupported.entry(reason).or_default() += count;
        }
        self.findings.extend(other.findings);
        self.findings.sort();
    }

    /// How many files there were.
    pub fn files(&self) -> u64 {
        let fates: u64 = self
            .fates
            .values()
            .map(|(refused, accepted)| refused + accepted)
            .sum();
        fates + self.unsupported.values().sum::<u64>() + self.findings.len() as u64
    }

    /// The numbers.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (kind, (refused, accepted)) in &self.fates {
            let _ = write!(
                text,
                "  .{:<9} {refused:>6} refused, {accepted:>6} accepted",
                kind.extension()
            );
            if *kind == Kind::Wasm {
                let count: u64 = self.unsupported.values().sum();
                let _ = write!(
                    text,
                    " ({} compared with wasmi), {count:>6} valid but unsupported",
                    self.agreed
                );
            }
            text += "\n";
        }
        for (kind, seed, what) in &self.findings {
            let _ = writeln!(text, "FINDING .{} seed {seed}: {what}", kind.extension());
        }
        text
    }
}
