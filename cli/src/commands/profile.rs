//! `zkasm-profile profile`

use std::path::PathBuf;

use zkasm::Counter;
use zkasm_flamegraph::fold::{Backtrace, Coverage, Shortened};
use zkasm_flamegraph::{Granularity, folded, pprof, svg, top};
use zkasm_simulator::Options;

use super::run::{answer, outcome_text};
use crate::format::{Format, grouped};
use crate::load::{self, Recorded};
use crate::progress::Stages;
use crate::wasm::{Detail, ModuleArgs};
use crate::{Answer, files};

/// Builds, runs and profiles a WebAssembly program, and writes every artifact into one folder.
///
/// The folder holds NAME.zkasm (the program, with hooks), NAME.map.json (its side table),
/// NAME.log.json (the execution log), NAME.folded (folded stacks), NAME.svg (a flamegraph) and
/// NAME.pb.gz (for `go tool pprof`). The functions that cost most are printed. A program that traps
/// is profiled up to there, its call stack is printed, and the exit code is 1.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile profile corpus/fibonacci/fibonacci.wasm --arg 100 -o profiles/fibonacci"
)]
pub(crate) struct ProfileCommand {
    #[command(flatten)]
    module: ModuleArgs,
    /// How much detail the hooks report.
    #[arg(long, value_name = "DETAIL", default_value = "blocks")]
    instrument: Detail,
    /// The folder to write; by default profiles/NAME.
    #[arg(short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Stop the program after this many steps.
    #[arg(long, value_name = "N")]
    max_steps: Option<u64>,
    /// How many functions to print.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// How to print the result.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `profile --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Profiled<'a> {
    format: &'static str,
    version: u32,
    outcome: runtime_hooks::log::Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<Vec<Shortened<'a>>>,
    totals: runtime_hooks::log::Totals,
    coverage: Coverage,
    files: Vec<String>,
    top: top::Top,
}

impl ProfileCommand {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let name = self.module.name();
        let folder = self
            .output
            .clone()
            .unwrap_or_else(|| PathBuf::from("profiles").join(&name));
        let stages = Stages::begin("compiling");
        let compiled = self.module.compile(self.instrument.into())?;
        let program = compiled.program.to_string();
        stages.stage("running");
        let loaded = load::compiled(&program)?;
        let report = loaded.run(Options {
            max_steps: self.max_steps,
            ..Options::default()
        })?;
        let stack = load::trap_stack(&loaded, &compiled.side_table, &report.log)?;
        stages.stage("writing");
        let recorded = Recorded {
            map: compiled.side_table,
            log: report.log,
        };
        let profile = recorded.profile()?;
        let metric = profile.default_metric();
        let artifacts: [(&str, Vec<u8>); 6] = [
            (".zkasm", program.into_bytes()),
            (".map.json", recorded.map.to_json().into_bytes()),
            (".log.json", recorded.log.to_json().into_bytes()),
            (
                ".folded",
                folded::to_text(&profile, metric, Granularity::Function).into_bytes(),
            ),
            (
                ".svg",
                svg::to_svg(&profile, &svg::SvgOptions::new(&profile))?.into_bytes(),
            ),
            (".pb.gz", pprof::to_pprof(&profile)?),
        ];
        let paths: Vec<PathBuf> = artifacts
            .iter()
            .map(|(suffix, _)| folder.join(format!("{name}{suffix}")))
            .collect();
        files::write_all(
            paths
                .iter()
                .zip(&artifacts)
                .map(|(path, (_, bytes))| (path.as_path(), bytes.as_slice())),
        )?;
        drop(stages);
        let mut table = top::Top::new(&profile, metric, Granularity::Function);
        table.truncate(self.top);
        let coverage = Coverage::from_run(&recorded.map, &recorded.log)?;
        let printed = match self.format {
            Format::Json => {
                let profiled = Profiled {
                    format: "zkasm-profile/profile",
                    version: 1,
                    outcome: recorded.log.outcome.clone(),
                    stack: stack.as_ref().map(Backtrace::shortened),
                    totals: recorded.log.totals,
                    coverage,
                    files: paths
                        .iter()
                        .map(|path| path.display().to_string())
                        .collect(),
                    top: table,
                };
                format!("{}\n", serde_json::to_string(&profiled)?)
            }
            Format::Text => {
                let mut text = format!(
                    "{name}: {}, {} cycles\n",
                    outcome_text(&recorded.log.outcome),
                    grouped(recorded.log.totals.0[Counter::Cycles])
                );
                text += &stack.as_ref().map(Backtrace::to_text).unwrap_or_default();
                text += &coverage_text(&coverage);
                text.push('\n');
                text += &table.to_text();
                text.push('\n');
                for path in &paths {
                    text += &format!("wrote {}\n", path.display());
                }
                text
            }
        };
        files::stdout(printed.as_bytes())?;
        Ok(answer(&recorded.log.outcome))
    }
}

fn coverage_text(coverage: &Coverage) -> String {
    format!(
        "source lines known for {:.1} % of the program's {} cycles, {:.1} % of those inherited \
         from the operator that uses the result\n",
        coverage.with_line_percent(),
        grouped(coverage.program),
        coverage.inherited_percent()
    )
}
