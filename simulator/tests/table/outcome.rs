//! What becomes of a program.
//!
//! Of a program that runs to its end: its steps, each counter that is not 0, the registers that are
//! not as they were at the beginning, and the variables that are not 0, as in
//! `3 steps, 1 binary: A=5 x=7`. Of any other the error, which tells where it was refused:
//! `1:2: …` as text, `line 1: …` when it was loaded, `step 0, zkPC 0, line 1: …` when it ran.

use std::fmt;

use runtime_hooks::log::Outcome as End;
use zkasm::{Counter, MemBase, Reg, Rom, assemble, parse};
use zkasm_simulator::{Options, RunReport, Word};

use crate::common::{MAX_STEPS, changed, run_twice};

/// What becomes of a program.
pub enum Outcome {
    Ended(Box<RunReport>, Vec<(String, Vec<Word>)>),
    Endless,
    Refused(String),
}

/// The program with an end.
pub fn with_end(text: &str) -> String {
    if text.contains("finalizeExecution") {
        text.to_owned()
    } else {
        format!("{text}finalizeExecution:\n  :JMP(finalizeExecution)\n")
    }
}

/// Assembles and runs a program.
pub fn outcome(text: &str) -> Outcome {
    run(&with_end(text)).unwrap_or_else(Outcome::Refused)
}

fn run(text: &str) -> Result<Outcome, String> {
    let parsed = parse(text).map_err(|error| error.to_string())?;
    let rom = assemble(&parsed.program, &parsed.positions).map_err(|error| error.to_string())?;
    let options = Options {
        max_steps: Some(MAX_STEPS.max(rom.lines.len() as u64)),
        ..Options::default()
    };
    let report = run_twice(text, &parsed, &rom, options).map_err(|error| error.to_string())?;
    Ok(match report.log.outcome {
        End::OutOfSteps => Outcome::Endless,
        _ => {
            let variables = variables(&rom, &report);
            Outcome::Ended(Box::new(report), variables)
        }
    })
}

/// Every variable's words, those of a context in that of the end.
fn variables(rom: &Rom, report: &RunReport) -> Vec<(String, Vec<Word>)> {
    let ctx = report.registers[Reg::Ctx].lane0.as_signed_lane();
    let ctx = ctx.and_then(|ctx| i32::try_from(ctx).ok()).unwrap_or(0);
    let words = rom.vars.iter().map(|(name, (var, start))| {
        let base = if var.ctx {
            MemBase::VarCtx
        } else {
            MemBase::Global
        };
        let words = (*start..start + var.words).map(|at| report.memory.word(base, ctx, at));
        (name.clone(), words.collect())
    });
    words.collect()
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (report, variables) = match self {
            Outcome::Refused(error) => return f.write_str(error),
            Outcome::Endless => return f.write_str("does not end"),
            Outcome::Ended(report, variables) => (report, variables),
        };
        for (counter, value) in report.log.totals.0.iter() {
            if counter == Counter::Cycles {
                let s = if value == 1 { "" } else { "s" };
                write!(f, "{value} step{s}")?;
            } else if value != 0 {
                write!(f, ", {value} {}", counter.name())?;
            }
        }
        let mut shown = vec![changed(report)];
        for (name, words) in variables {
            if words.iter().any(|word| *word != Word::default()) {
                let words: Vec<String> = words.iter().map(Word::to_string).collect();
                shown.push(format!("{name}={}", words.join(",")));
            }
        }
        shown.retain(|text| !text.is_empty());
        if !shown.is_empty() {
            write!(f, ": {}", shown.join(" "))?;
        }
        Ok(())
    }
}

impl Outcome {
    /// All that there is to compare, for other programs to read: `ended` with every counter, lanes
    /// of every register and lanes of every variable's words; `endless`; or `refused` and why.
    pub fn fields(&self) -> String {
        let (report, variables) = match self {
            Outcome::Refused(error) => return format!("refused\t{error}"),
            Outcome::Endless => return "endless".to_owned(),
            Outcome::Ended(report, variables) => (report, variables),
        };
        let lanes = |word: &Word| format!("{}:{}", word.lane0.as_u64(), word.lane1.as_u64());
        let counters = report.log.totals.0.iter();
        let mut fields: Vec<String> = counters
            .map(|(counter, value)| format!("{}={value}", counter.name()))
            .collect();
        for reg in Reg::ALL.iter().filter(|reg| reg.is_writable()) {
            fields.push(format!("{reg}={}", lanes(&report.registers[*reg])));
        }
        for (name, words) in variables {
            let words: Vec<String> = words.iter().map(lanes).collect();
            fields.push(format!("var.{name}={}", words.join(",")));
        }
        format!("ended\t{}", fields.join(" "))
    }
}
