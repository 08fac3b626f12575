//! Modules of wasm-smith, and both engines compared on them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use runtime_hooks::TrapKind;
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices};
use wasmparser::ValType;
use zkasm::MemBase;
use zkasm::limits::MEM_WORDS;
use zkasm_simulator::RunReport;

use super::engines::{
    Budget, Call, How, Instance, Ours, Silent, Value, machine_pages, ours, same_end,
};
use super::enrich::enrich;
use super::patch::{Facts, Module, function_name, global_name, memory_name, observed, table_name};
use super::rng::Rng;

/// Function entries and loop turns after which a generated module traps.
const FUEL: u32 = 300;
/// Steps of the machine that a call of a generated module may take; fuel ends it far earlier.
pub const MAX_STEPS: u64 = 50_000_000;
/// Operators that wasmi may run in such a call; a shrunk module may have lost its fuel.
const WASMI_FUEL: u64 = 20_000_000;
/// Calls tried of each module.
const CALLS: usize = 4;

/// A module and calls of it.
pub struct Case {
    /// The module.
    pub wasm: Vec<u8>,
    /// The calls, each of a fresh instance.
    pub calls: Vec<Call>,
    /// Whether they are compiled with optimisation.
    pub optimize: bool,
}

/// The module of a seed: wasm-smith's, with more in it that can go wrong and be seen ([`enrich`]).
///
/// # Errors
/// If wasm-smith finds none.
pub fn case(seed: u64) -> Result<Case, String> {
    let mut rng = Rng::new(seed);
    let config = config(&mut rng);
    let entropy = rng.bytes(1 << 14);
    let mut unstructured = arbitrary::Unstructured::new(&entropy);
    let mut module = wasm_smith::Module::new(config, &mut unstructured)
        .map_err(|error| format!("wasm-smith: {error}"))?;
    let fuel = module
        .ensure_termination(FUEL)
        .map_err(|error| format!("wasm-smith: {error}"))?;
    let mut wasm = module.to_bytes();
    let mut facts = Facts::read(&wasm).map_err(|error| format!("wasm-smith: {error}"))?;
    if facts.memories > 0 && rng.one_in(6) {
        // wasm-smith prefers small memories; those of more than a context are another matter.
        let least = rng.pick(&[15, 16, 17, 18, 33, 40]);
        let most = least + rng.pick(&[0, 1, 3]);
        let mut larger = Module::read(&wasm).ok_or("wasm-smith: no sections")?;
        larger.set_memory(least, most);
        wasm = larger.write();
        facts = Facts::read(&wasm).map_err(|error| format!("wasm-smith: {error}"))?;
    }
    let wasm = enrich(&wasm, &facts, fuel, &mut rng).ok_or("wasm-smith: not valid")?;
    let facts = Facts::read(&wasm).map_err(|error| error.to_string())?;
    let wasm = observed(&wasm, &facts).ok_or("wasm-smith: no sections")?;
    let candidates: Vec<usize> = (0..facts.functions.len())
        .filter(|&index| {
            let ty = &facts.functions[index];
            let known = |ty: &ValType| !matches!(ty, ValType::F32 | ValType::F64 | ValType::V128);
            ty.params().iter().chain(ty.results()).all(known)
        })
        .collect();
    let mut calls = Vec::new();
    if !candidates.is_empty() {
        for _ in 0..CALLS {
            let index = rng.pick(&candidates);
            let args = facts.functions[index].params().iter().map(|&ty| match ty {
                ValType::I32 => Value::I32(rng.interesting() as i32),
                ValType::EXTERNREF if rng.one_in(2) => Value::ExternRef(None),
                // One more is not below 2^32.
                ValType::EXTERNREF => Value::ExternRef(Some(rng.number() as u32 & !1)),
                ValType::Ref(_) => Value::FuncRef(None),
                _ => Value::I64(rng.interesting()),
            });
            calls.push(Call {
                args: args.collect(),
                export: function_name(index),
            });
        }
    }
    Ok(Case {
        wasm,
        calls,
        optimize: !rng.one_in(4),
    })
}

/// Some of the integer language: each seed leaves other parts out, so that what is left comes up
/// more often.
fn config(rng: &mut Rng) -> Config {
    let mut kinds = vec![InstructionKind::NumericInt, InstructionKind::Control];
    for (kind, one_in) in [
        (InstructionKind::Parametric, 4),
        (InstructionKind::Variable, 5),
        (InstructionKind::MemoryInt, 3),
    ] {
        if !rng.one_in(one_in) {
            kinds.push(kind);
        }
    }
    let tables = rng.one_in(3);
    if tables {
        kinds.extend([InstructionKind::Table, InstructionKind::Reference]);
    }
    let pages = rng.pick(&[1, 1, 2, 16, 17, 40]);
    Config {
        allowed_instructions: InstructionKinds::new(&kinds),
        allow_floats: false,
        bulk_memory_enabled: tables || rng.one_in(3),
        reference_types_enabled: tables,
        multi_value_enabled: rng.one_in(2),
        sign_extension_ops_enabled: true,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        custom_descriptors_enabled: false,
        custom_page_sizes_enabled: false,
        compact_imports_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        shared_everything_threads_enabled: false,
        tail_call_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: false,
        disallow_traps: !rng.one_in(3),
        max_imports: 0,
        min_types: 2,
        min_funcs: 1,
        max_funcs: rng.pick(&[1, 2, 4, 8]),
        max_exports: 3,
        max_types: 8,
        max_globals: rng.pick(&[0, 3, 6]),
        max_instructions: rng.pick(&[10, 40, 100, 400]),
        max_memories: 1,
        max_memory32_bytes: pages << 16,
        // Engines may differ in how far they let grow what has no maximum.
        memory_max_size_required: true,
        memory_offset_choices: rng.pick_offsets(),
        max_data_segments: 4,
        max_tables: if tables { 3 } else { 1 },
        max_table_elements: 40,
        table_max_size_required: true,
        max_element_segments: 4,
        max_elements: 12,
        ..Config::default()
    }
}

impl Rng {
    fn pick_offsets(&mut self) -> MemoryOffsetChoices {
        if self.one_in(2) {
            MemoryOffsetChoices(1, 0, 0)
        } else {
            MemoryOffsetChoices::default()
        }
    }
}

/// What came of a call in both engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Our compiler says that it cannot.
    Refused(String),
    /// Both engines agree.
    Agreed {
        /// The trap, if it was one.
        trap: Option<TrapKind>,
        /// The steps it took.
        steps: u64,
    },
    /// No answer to compare with.
    Undecided(&'static str),
    /// The engines disagree, or ours breaks.
    Mismatch(String),
}

/// Makes a call in both engines and compares results, trap, globals and memory. The module exports
/// its state as [`observed`] does.
pub fn compare(wasm: &[u8], call: &Call, optimize: bool) -> Verdict {
    compare_with(wasm, wasm, call, WASMI_FUEL, optimize)
}

/// The same with a module for each engine, so that a test can see this find what differs, and with
/// that many operators for wasmi.
pub fn compare_with(
    wasm: &[u8],
    for_wasmi: &[u8],
    call: &Call,
    fuel: u64,
    optimize: bool,
) -> Verdict {
    let facts = match Facts::read(for_wasmi) {
        Ok(facts) => facts,
        Err(error) => return Verdict::Mismatch(format!("no module: {error}")),
    };
    let budget = Budget {
        fuel,
        pages: facts
            .pages
            .map_or(0, |(least, most)| machine_pages(least, most)),
    };
    let theirs = match Instance::new(for_wasmi, budget) {
        Err(Silent::Invalid(why)) => return Verdict::Mismatch(format!("wasmi refuses: {why}")),
        Err(Silent::Exhausted) => return Verdict::Undecided("wasmi: no instance"),
        Ok(Err(trap)) => Err(trap),
        Ok(Ok(mut instance)) => match instance.call(call) {
            Err(Silent::Invalid(why)) => return Verdict::Mismatch(format!("wasmi refuses: {why}")),
            Err(Silent::Exhausted) => return Verdict::Undecided("wasmi: out of fuel"),
            Ok(Err(TrapKind::StackOverflow)) => return Verdict::Undecided("wasmi: out of stack"),
            Ok(ended) => Ok((instance, ended)),
        },
    };
    let how = How {
        optimize,
        max_steps: MAX_STEPS,
    };
    let (ended, report) = match ours(wasm, call, how) {
        Ours::Refused(reason) => return Verdict::Refused(reason),
        Ours::Broken(problem) => return Verdict::Mismatch(problem),
        Ours::OutOfSteps => return Verdict::Mismatch("our run does not end".to_owned()),
        Ours::Ended(ended, report) => (ended, report),
    };
    let expected = match &theirs {
        Err(trap) => &Err(*trap),
        Ok((_, ended)) => ended,
    };
    if ended == Err(TrapKind::StackOverflow) {
        return Verdict::Undecided("ours: out of stack");
    }
    if !same_end(&ended, expected) {
        return Verdict::Mismatch(format!("ours gives {ended:?}, wasmi {expected:?}"));
    }
    if let Ok((instance, _)) = &theirs
        && let Some(difference) = state_difference(instance, &report, &facts)
    {
        return Verdict::Mismatch(difference);
    }
    Verdict::Agreed {
        trap: ended.err(),
        steps: report.log.totals.0[zkasm::Counter::Cycles],
    }
}

/// The first difference between the globals and memories that both engines leave.
fn state_difference(instance: &Instance, report: &RunReport, facts: &Facts) -> Option<String> {
    for index in 0.. {
        let Some(expected) = instance.global(&global_name(index)) else {
            break;
        };
        // A global that no compiled function mentions has no variable.
        let Some(word) = report.global(&format!("global_{index}")) else {
            continue;
        };
        let Some(expected) = word_of(expected) else {
            continue;
        };
        let found = word.as_u64();
        if found != Some(expected) {
            return Some(format!(
                "global {index}: ours {found:x?}, wasmi {expected:x}"
            ));
        }
    }
    if let Some(difference) = table_difference(instance, report, facts) {
        return Some(difference);
    }
    let memory = instance.memory(&memory_name(0))?;
    let bias = bias(facts);
    for (number, bytes) in memory.chunks_exact(8).enumerate() {
        let expected = bytes
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte));
        // Byte k of a word is its bits 8k..8k+7.
        let place = number as u64 + bias;
        let words = u64::from(MEM_WORDS);
        let (context, offset) = (place / words, place % words);
        let found = report
            .memory
            .word(MemBase::Mem, context as i32, offset as u32)
            .as_u64();
        if found != Some(expected) {
            return Some(format!(
                "memory at {:#x}: ours {found:x?}, wasmi {expected:x}",
                8 * number
            ));
        }
    }
    None
}

/// The word in which a program keeps a value.
fn word_of(value: Value) -> Option<u64> {
    Some(match value {
        Value::I32(value) => u64::from(value as u32),
        Value::I64(value) => value as u64,
        Value::FuncRef(None) | Value::ExternRef(None) => 0,
        Value::FuncRef(Some(Some(number))) | Value::ExternRef(Some(number)) => {
            u64::from(number) + 1
        }
        Value::F32(_) | Value::F64(_) | Value::FuncRef(Some(None)) => return None,
    })
}

/// The first difference between the entries that both engines leave in the module's only table. Where
/// one of several begins is not known here, and a table that nothing changes has no words.
fn table_difference(instance: &Instance, report: &RunReport, facts: &Facts) -> Option<String> {
    if facts.tables != 1 {
        return None;
    }
    let found = report.global_words("tables")?;
    let entries = instance.table_values(&table_name(0))?;
    if let Some(size) = report.global("table_sizes")
        && size.as_u64() != Some(entries.len() as u64)
    {
        return Some(format!(
            "table size: ours {:?}, wasmi {}",
            size.as_u64(),
            entries.len()
        ));
    }
    for (index, (found, entry)) in std::iter::zip(found, entries).enumerate() {
        let expected = word_of(entry);
        if expected.is_some() && found.as_u64() != expected {
            return Some(format!(
                "table entry {index}: ours {:?}, wasmi {expected:?}",
                found.as_u64()
            ));
        }
    }
    None
}

/// Where linear memory begins, in words: a place is a context and an offset in it. A memory that does
/// not fit one context has a window of it in one, which begins at the used part of the stack
/// (docs/decisions/0003-a-window-of-linear-memory.md).
fn bias(facts: &Facts) -> u64 {
    const CONTEXT: u64 = MEM_WORDS as u64 * 8;
    const STACK: u64 = 1 << 18;
    const PAGE: u64 = 1 << 16;
    let bytes = facts.pages.map_or(0, |(least, _)| least * PAGE);
    if bytes <= CONTEXT {
        return 0;
    }
    let used = facts.stack_pointer.unwrap_or(0).saturating_sub(STACK) / PAGE * PAGE;
    let start = used.min(bytes - CONTEXT) / 8;
    let words = u64::from(MEM_WORDS);
    start.div_ceil(words) * words - start
}

/// What a mismatch has in common with others of its kind.
pub fn kind(mismatch: &str) -> String {
    let words = mismatch.split(' ');
    let words = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.take(6).collect::<Vec<_>>().join(" ")
}

/// What came of many modules.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Modules generated.
    pub modules: u64,
    /// Modules of which at least one call compiled and could be compared.
    pub compiled: u64,
    /// Modules without a call to try.
    pub without_call: u64,
    /// Calls that both engines agree on.
    pub agreed: u64,
    /// Steps of the machine in those.
    pub steps: u64,
    /// How many of those trapped, by kind.
    pub traps: BTreeMap<TrapKind, u64>,
    /// Calls refused by our compiler, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Calls without an answer to compare with, by reason.
    pub undecided: BTreeMap<&'static str, u64>,
    /// Mismatches: seed, call, what differs.
    pub mismatches: Vec<(u64, Call, String)>,
}

impl Summary {
    /// Runs the module of a seed.
    pub fn run(&mut self, seed: u64) {
        self.modules += 1;
        let case = match case(seed) {
            Ok(case) => case,
            Err(_) => {
                self.without_call += 1;
                return;
            }
        };
        if case.calls.is_empty() {
            self.without_call += 1;
        }
        let mut compiled = false;
        for call in case.calls {
            match compare(&case.wasm, &call, case.optimize) {
                Verdict::Agreed { trap, steps } => {
                    compiled = true;
                    self.agreed += 1;
                    self.steps += steps;
                    if let Some(trap) = trap {
                        *self.traps.entry(trap).or_default() += 1;
                    }
                }
                Verdict::Refused(reason) => *self.refused.entry(reason).or_default() += 1,
                Verdict::Undecided(why) => *self.undecided.entry(why).or_default() += 1,
                Verdict::Mismatch(what) => {
                    self.mismatches.push((seed, call, what));
                    break;
                }
            }
        }
        self.compiled += u64::from(compiled);
    }

    /// Adds what another thread found.
    pub fn add(&mut self, other: Summary) {
        self.modules += other.modules;
        self.compiled += other.compiled;
        self.without_call += other.without_call;
        self.agreed += other.agreed;
        self.steps += other.steps;
        for (trap, count) in other.traps {
            *self.traps.entry(trap).or_default() += count;
        }
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        for (why, count) in other.undecided {
            *self.undecided.entry(why).or_default() += count;
        }
        self.mismatches.extend(other.mismatches);
        self.mismatches.sort_by_key(|(seed, ..)| *seed);
    }

    /// The numbers, the most frequent reasons first.
    pub fn to_text(&self) -> String {
        let refused: u64 = self.refused.values().sum();
        let trapped: u64 = self.traps.values().sum();
        let mut text = format!(
            "{} modules: {} compiled and compared, {} without a call to try\n\
             calls: {} agreed ({trapped} of them trapped, {} steps), {refused} refused, \
             {} undecided, {} mismatches\n",
            self.modules,
            self.compiled,
            self.without_call,
            self.agreed,
            self.steps,
            self.undecided.values().sum::<u64>(),
            self.mismatches.len()
        );
        for (trap, count) in &self.traps {
            let _ = writeln!(text, "  trapped {count:>6}  {trap}");
        }
        for (why, count) in &self.undecided {
            let _ = writeln!(text, "  undecided {count:>4}  {why}");
        }
        let mut refused: Vec<_> = self.refused.iter().collect();
        refused.sort_by_key(|&(reason, &count)| (std::cmp::Reverse(count), reason));
        for (reason, count) in refused {
            let _ = writeln!(text, "  refused {count:>6}  {reason}");
        }
        for (seed, call, what) in &self.mismatches {
            let _ = writeln!(text, "MISMATCH seed {seed}, {call}: {what}");
        }
        text
    }
}
