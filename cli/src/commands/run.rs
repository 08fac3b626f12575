//! `zkasm-profile run`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use runtime_hooks::SideTable;
use runtime_hooks::log::Outcome;
use zkasm_flamegraph::fold::{Backtrace, Shortened};
use zkasm_flamegraph::grouped;
use zkasm_simulator::RunReport;

use crate::execution::{Execution, ExecutionArgs};
use crate::format::Format;
use crate::program::Program;
use crate::progress::Stages;
use crate::{Answer, files, load};

/// Runs a zkASM program, or a ROM, on the simulator.
///
/// Prints how it ended, its results, and what it cost; what its commands print goes to stderr. If it
/// trapped and its side table is beside it (NAME.map.json), the call stack is printed with source
/// lines. An instrumented program's log can be written with --log, and every step of a short run with
/// --trace; one of them can go to stdout (`-`), before the outcome as text. Exit code 1 says that the
/// program trapped or did not come to its end.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile run fibonacci.zkasm --log fibonacci.log.json")]
pub(crate) struct Run {
    /// The program: zkASM, or a ROM as the reference assembler and `assemble` write it; `-` for
    /// stdin.
    #[arg(value_name = "IN.zkasm|IN.json")]
    program: PathBuf,
    /// Where to write the execution log.
    #[arg(long, value_name = "NAME.log.json")]
    log: Option<PathBuf>,
    /// Where to write a trace: the zkPC of every step and what it was charged, a line each. Only of
    /// runs of up to 1,048,576 steps.
    #[arg(long, value_name = "NAME.trace")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    execution: ExecutionArgs,
    /// How to print the outcome.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `run --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Outcomes<'a> {
    format: &'static str,
    version: u32,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trap: Option<runtime_hooks::TrapKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<Vec<Shortened<'a>>>,
    results: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    logs: BTreeMap<&'a str, Stored<'a>>,
    steps: u64,
    counters: runtime_hooks::log::Totals,
}

/// A log that the program's commands have stored.
#[derive(serde::Serialize)]
struct Stored<'a> {
    data: &'a [String],
    topics: &'a [String],
}

impl Run {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let program = Program::read(&self.program)?;
        self.check_outputs(&program)?;
        let execution = self.execution.load()?;
        program.warn_of_quirks();
        let stages = Stages::begin("running");
        let (report, trace) = match self.trace {
            Some(_) => program
                .trace(&execution)
                .map(|(report, trace)| (report, Some(trace)))?,
            None => (program.run(&execution)?, None),
        };
        let stack = self.stack(&program, &execution, &report);
        drop(stages);
        if let Err(error) = &stack {
            eprintln!("warning: no call stack: {error:#}");
        }
        let stack = stack.unwrap_or_default();
        let log = self.log.as_ref();
        let log = log.map(|path| (path.as_path(), report.log.to_json().into_bytes()));
        let trace = self.trace.as_ref().zip(trace);
        let trace = trace.map(|(path, trace)| (path.as_path(), trace.to_text().into_bytes()));
        let written: Vec<(&Path, Vec<u8>)> = log.into_iter().chain(trace).collect();
        files::write_all(
            written
                .iter()
                .map(|(path, bytes)| (*path, bytes.as_slice())),
        )?;
        let printed = match self.format {
            Format::Text => text_of(&report, stack.as_ref()),
            Format::Json => format!(
                "{}\n",
                serde_json::to_string(&outcomes(&report, stack.as_ref()))?
            ),
        };
        files::stdout(printed.as_bytes())?;
        Ok(answer(&report.log.outcome))
    }

    /// Refuses outputs that would overwrite each other or an input, or be mixed on stdout.
    fn check_outputs(&self, program: &Program) -> anyhow::Result<()> {
        let outputs = [("--log", &self.log), ("--trace", &self.trace)];
        let outputs = outputs.into_iter();
        let outputs: Vec<(&str, &Path)> = outputs
            .filter_map(|(name, path)| Some((name, path.as_deref()?)))
            .collect();
        if let [(log, first), (trace, second)] = outputs[..]
            && files::same(first, second)
        {
            let place = files::shown_output(first);
            bail!("{log} and {trace} are both {place}: name two files");
        }
        let inputs = self.inputs(program);
        for (name, path) in outputs {
            if files::is_dash(path) {
                ensure!(
                    self.format == Format::Text,
                    "{name} and the outcome as JSON would both be on stdout: name a file for {name}"
                );
                continue;
            }
            for (what, input) in &inputs {
                ensure!(
                    !files::same(path, input),
                    "{name} would overwrite {what}, {}: name another file",
                    path.display()
                );
            }
        }
        Ok(())
    }

    /// Files that are read, or belong to what is read, and what they are.
    fn inputs(&self, program: &Program) -> Vec<(&'static str, PathBuf)> {
        let included = program.sources.files().iter().skip(1);
        let included = included.map(|file| ("what the program includes", file.name.clone().into()));
        let mut inputs: Vec<(&str, PathBuf)> = included.collect();
        inputs.push(("the program", self.program.clone()));
        inputs.push(("the program's side table", self.side_table()));
        let input = self.execution.input().map(Path::to_owned);
        inputs.extend(input.map(|path| ("the executor's input", path)));
        inputs
    }

    /// Where the program's side table is, if it has one.
    fn side_table(&self) -> PathBuf {
        files::with_suffix(&self.program, ".map.json")
    }

    /// The stack of a run that trapped, by the side table beside the program.
    fn stack(
        &self,
        program: &Program,
        execution: &Execution,
        report: &RunReport,
    ) -> anyhow::Result<Option<Backtrace>> {
        if !matches!(report.log.outcome, Outcome::Trap { .. }) || self.program == Path::new("-") {
            return Ok(None);
        }
        let path = self.side_table();
        if !path.exists() {
            return Ok(None);
        }
        let map =
            SideTable::from_json(&files::read_text(&path)?).with_context(|| files::shown(&path))?;
        load::trap_stack(program, execution, &map, &report.log).with_context(|| files::shown(&path))
    }
}

/// Whether an outcome is a negative answer.
pub(super) fn answer(outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Halted { .. } => Answer::Yes,
        Outcome::Trap { .. } | Outcome::OutOfSteps => Answer::No,
    }
}

/// An outcome in words.
pub(crate) fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Halted { results } if results.is_empty() => "halted".to_owned(),
        Outcome::Halted { results } => format!("halted with {}", results.join(", ")),
        Outcome::Trap { trap } => format!("trapped: {trap}"),
        Outcome::OutOfSteps => "out of steps".to_owned(),
    }
}

fn text_of(report: &RunReport, stack: Option<&Backtrace>) -> String {
    let mut text = format!("{}\n", outcome_text(&report.log.outcome));
    text += &stack.map(Backtrace::to_text).unwrap_or_default();
    for (name, log) in &report.logs {
        text += &format!("log {name}: data [{}]", log.data.join(", "));
        text += &format!(", topics [{}]\n", log.topics.join(", "));
    }
    for (counter, value) in report.log.totals.0.iter() {
        text += &format!("{:>15}  {}\n", grouped(value), counter.name());
    }
    text
}

fn outcomes<'a>(report: &'a RunReport, stack: Option<&'a Backtrace>) -> Outcomes<'a> {
    let (outcome, trap) = match report.log.outcome {
        Outcome::Halted { .. } => ("halted", None),
        Outcome::Trap { trap } => ("trap", Some(trap)),
        Outcome::OutOfSteps => ("out_of_steps", None),
    };
    Outcomes {
        format: "zkasm-profile/run",
        version: 1,
        outcome,
        trap,
        stack: stack.map(Backtrace::shortened),
        results: &report.results,
        logs: report
            .logs
            .iter()
            .map(|(name, log)| {
                let (data, topics) = (&log.data, &log.topics);
                (name.as_str(), Stored { data, topics })
            })
            .collect(),
        steps: report.log.totals.0[zkasm::Counter::Cycles],
        counters: report.log.totals,
    }
}
