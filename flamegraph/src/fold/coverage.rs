//! How much of a run the debug information explains.
//!
//! What counts as known is [`Known`], here and wherever else it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::log::Frame;
use runtime_hooks::sidetable::{FunctionKind, Origin};
use runtime_hooks::{ExecutionLog, FunctionId, SideTable};
use zkasm::Counter;

use super::rows::Spread;
use super::{check, kind};
use crate::error::Error;
use crate::text::{grouped, percent};

/// From which share of the program's cycles on it is told why they have no line, in percent.
const WORTH_TELLING: f64 = 5.0;

/// How well the source of an instruction is known.
///
/// A function has *no debug information* if nothing of it that ran has a line of either kind, and it is
/// declared nowhere or nothing else that ran has a line. In any other, what has no line is the function's
/// entry, or code that compilers mark as of no line (line 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// No line.
    Nothing,
    /// Only a line that its function was inlined at, directly or not.
    Caller,
    /// The line of the innermost function.
    Line,
}

impl Known {
    /// How well it is known where the frames of an inline chain have these lines, the innermost first, 0
    /// for none.
    pub fn of(lines: impl IntoIterator<Item = u32>) -> Known {
        let mut lines = lines.into_iter().map(|line| line != 0);
        match (lines.next(), lines.any(|has_line| has_line)) {
            (Some(true), _) => Known::Line,
            (_, true) => Known::Caller,
            (_, false) => Known::Nothing,
        }
    }
}

/// Executed cycles by how well their source is [known](Known).
///
/// `startup_and_runtime` are the compiler's own: they have no source to know. `program` are all
/// others, those of no known function included. Of these, `with_line`, `without_debug_information` and
/// `unplaced` are parts; what remains are entries of functions, and code of no line, in functions that have
/// lines. `only_of_caller` and `inherited` are parts of `with_line`, and may count the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Cycles in `[startup]` and in `[runtime:…]` routines.
    pub startup_and_runtime: u64,
    /// All other cycles.
    pub program: u64,
    /// Cycles of `program` that have a file and a line, themselves or where their function was inlined.
    pub with_line: u64,
    /// Cycles of `with_line` whose line is that of the operator that uses the result, because the
    /// optimiser made or moved the instruction.
    pub inherited: u64,
    /// Cycles of `with_line` whose line is [only one that their function was inlined at](Known::Caller).
    #[serde(default)]
    pub only_of_caller: u64,
    /// Cycles of `program` in functions that have [no debug information](Known).
    #[serde(default)]
    pub without_debug_information: u64,
    /// Cycles of `program` at no known instruction: of a run that reported calls, all.
    #[serde(default)]
    pub unplaced: u64,
}

impl Coverage {
    /// The coverage of a run.
    ///
    /// # Errors
    /// As [`Profile::from_run`](crate::Profile::from_run).
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Coverage, Error> {
        check(map, log)?;
        let is_program = |id: FunctionId| {
            let kind = kind(map, id);
            matches!(kind, FunctionKind::Wasm(_) | FunctionKind::Label(_))
        };
        let spread = Spread::new(map, log);
        let mut coverage = Coverage::default();
        let mut without: BTreeMap<FunctionId, u64> = BTreeMap::new();
        let mut with_lines: BTreeSet<FunctionId> = BTreeSet::new();
        // No overflow: the log's check holds every sum of its values to its totals.
        for (index, context) in log.contexts.iter().enumerate() {
            let outside = context.outside.0[Counter::Cycles];
            match context.frame {
                Frame::Function(id) if !is_program(id) => coverage.startup_and_runtime += outside,
                _ => {
                    coverage.program += outside;
                    coverage.unplaced += outside;
                }
            }
            for count in &context.blocks {
                let function = map.blocks[count.block.0 as usize].function;
                let program = is_program(function);
                for (zkpc, cost) in spread.block(index, count)? {
                    let cycles = cost[Counter::Cycles];
                    if !program {
                        coverage.startup_and_runtime += cycles;
                        continue;
                    }
                    coverage.program += cycles;
                    let payer = map.payer(&map.rows[zkpc.index()]);
                    let chain = payer.location.into_iter().flat_map(|id| map.chain(id));
                    let known = Known::of(chain.map(|location| location.line));
                    if known == Known::Nothing {
                        *without.entry(function).or_default() += cycles;
                        continue;
                    }
                    with_lines.insert(function);
                    coverage.with_line += cycles;
                    if known == Known::Caller {
                        coverage.only_of_caller += cycles;
                    }
                    if payer.origin == Some(Origin::Inherited) {
                        coverage.inherited += cycles;
                    }
                }
            }
        }
        let has_debug_information = |id: FunctionId| {
            let is_declared = map.functions[id.0 as usize].name.declared.is_some();
            with_lines.contains(&id) || is_declared && !with_lines.is_empty()
        };
        without.retain(|&function, _| !has_debug_information(function));
        coverage.without_debug_information = without.into_values().sum();
        Ok(coverage)
    }

    /// `with_line` in percent of `program`; 0 if there is none.
    pub fn with_line_percent(&self) -> f64 {
        percent(self.with_line, self.program)
    }

    /// `inherited` in percent of `with_line`; 0 if there is none.
    pub fn inherited_percent(&self) -> f64 {
        percent(self.inherited, self.with_line)
    }

    /// For people: one line, or two if much has no line.
    pub fn to_text(&self) -> String {
        if self.program > 0 && self.unplaced == self.program {
            return format!(
                "source lines not known: the program's {} cycles were counted by function, not by instruction\n",
                grouped(self.program)
            );
        }
        let only_of_caller = match percent(self.only_of_caller, self.with_line) {
            ..0.05 => String::new(),
            share => format!("{share:.1} % of those only that of an inlining caller, "),
        };
        let mut text = format!(
            "source lines known for {:.1} % of the program's {} cycles, {only_of_caller}{:.1} % of those \
             inherited from the operator that uses the result\n",
            self.with_line_percent(),
            grouped(self.program),
            self.inherited_percent()
        );
        let without = self.program.saturating_sub(self.with_line);
        if percent(without, self.program) >= WORTH_TELLING {
            let known = self.without_debug_information + self.unplaced;
            let rest = without.saturating_sub(known);
            let parts = [
                (rest, "entries of functions and code of no line"),
                (
                    self.without_debug_information,
                    "functions without debug information",
                ),
                (self.unplaced, "no known instruction"),
            ];
            let parts = parts.into_iter().filter(|(cycles, _)| *cycles > 0);
            let parts = parts
                .map(|(cycles, what)| format!("{:.1} % are {what}", percent(cycles, self.program)));
            let parts: Vec<String> = parts.collect();
            text += &format!("no line: {}\n", parts.join(", "));
        }
        text
    }
}
