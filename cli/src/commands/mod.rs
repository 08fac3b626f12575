//! The commands, one a module.

mod advice;
mod annotate;
mod assemble;
mod build;
mod completions;
mod costs;
mod firefox;
mod flamegraph;
mod golden;
mod inspect;
mod lint;
mod pprof;
mod profile;
mod regions;
mod report;
mod run;
mod speedscope;
mod top;

use crate::Answer;

pub(crate) use run::outcome_text;

/// The subcommands.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Build(build::Build),
    Run(run::Run),
    Assemble(assemble::Assemble),
    Profile(profile::ProfileCommand),
    Flamegraph(flamegraph::Flamegraph),
    Pprof(pprof::Pprof),
    Firefox(firefox::Firefox),
    Speedscope(speedscope::Speedscope),
    Report(report::Report),
    Top(top::Top),
    Annotate(annotate::Annotate),
    Advice(advice::Advice),
    Regions(regions::Regions),
    #[command(subcommand)]
    Golden(golden::Golden),
    Costs(costs::Costs),
    Inspect(inspect::Inspect),
    Lint(lint::Lint),
    Completions(completions::Completions),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self) -> anyhow::Result<Answer> {
        match self {
            Command::Build(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::Assemble(command) => command.run(),
            Command::Profile(command) => command.run(),
            Command::Flamegraph(command) => command.run(),
            Command::Pprof(command) => command.run(),
            Command::Firefox(command) => command.run(),
            Command::Speedscope(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Top(command) => command.run(),
            Command::Annotate(command) => command.run(),
            Command::Advice(command) => command.run(),
            Command::Regions(command) => command.run(),
            Command::Golden(command) => command.run(),
            Command::Costs(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Lint(command) => command.run(),
            Command::Completions(command) => command.run(),
        }
    }
}
