//! `zkasm-profile top`

use anyhow::Context;
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::fold::RegisterMoves;
use zkasm_flamegraph::neighbours::{Neighbours, Side};
use zkasm_flamegraph::opcodes::Opcodes;
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::{Granularity, Profile, Table, top};

use crate::format::Format;
use crate::load::{Recorded, RecordedArgs, ViewArgs};
use crate::{Answer, terminal};

/// Prints what costs most: itself, and with everything it calls.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile top profiles/fibonacci --granularity line\n  $ zkasm-profile top profiles/fibonacci --by rule\n  $ zkasm-profile top profiles/fibonacci --by register-moves\n  $ zkasm-profile top profiles/fibonacci --callers fib --granularity line"
)]
pub(crate) struct Top {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// What a row is: a function or source line, as --granularity has them, or instead of frames why the
    /// compiler spent it, for which WASM operator, by which rule, or in which zkASM; or moves, spills and
    /// reloads by function. Not with --callers and --callees, whose rows --granularity tells.
    #[arg(long, value_name = "WHAT", conflicts_with = "granularity")]
    by: Option<By>,
    /// Instead of all frames: who calls the functions that this means, as in --focus, from the outermost of them;
    /// by --granularity, not --by.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["by", "callees"])]
    callers: Option<String>,
    /// Instead of all frames: what the functions that this means, as in --focus, call, from the innermost of them;
    /// by --granularity, not --by.
    #[arg(long, value_name = "NAME", conflicts_with = "by")]
    callees: Option<String>,
    /// How many rows to print; 0 for all.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum By {
    /// The function, inlined ones too.
    Function,
    /// The source line.
    Line,
    /// Why the compiler spent it.
    Cause,
    /// The WASM operator that it is for.
    Operator,
    /// The rule of instruction selection that made the instruction.
    Rule,
    /// What the zkASM line does: its operations. Reads the program beside the side table.
    Opcode,
    /// Moves, spills and reloads of each function, and for every 1,000 WASM operators: of programs that were
    /// compiled, and runs that were recorded with blocks.
    RegisterMoves,
}

impl Top {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let (profile, metric) = self.view.profile(&recorded)?;
        let granularity = self.view.granularity();
        let neighbours = |name: &str, side: Side| {
            let found = Neighbours::new(&profile, metric, granularity, name, side);
            self.view.looked_for(found)
        };
        let printed = match (self.by, &self.callers, &self.callees) {
            (Some(by), ..) => self.by(by, &recorded, &profile, metric)?,
            (None, Some(name), _) => self.shown(neighbours(name, Side::Callers)?),
            (None, None, Some(name)) => self.shown(neighbours(name, Side::Callees)?),
            (None, None, None) => self.shown(top::Top::new(&profile, metric, granularity)),
        };
        terminal::print(&printed, self.format)?;
        Ok(Answer::Yes)
    }

    /// A table as it is to be printed.
    fn shown(&self, mut table: impl Table) -> String {
        if self.limit > 0 {
            table.truncate(self.limit);
        }
        match self.format {
            Format::Text => table.to_text(),
            Format::Json => table.to_json(),
        }
    }

    fn by(
        &self,
        by: By,
        recorded: &Recorded,
        profile: &Profile,
        metric: MetricId,
    ) -> anyhow::Result<String> {
        let by_frame = |granularity| self.shown(top::Top::new(profile, metric, granularity));
        let by_label = |label| self.shown(ByLabel::new(profile, metric, label));
        Ok(match by {
            By::Function => by_frame(Granularity::Function),
            By::Line => by_frame(Granularity::Line),
            By::Cause => by_label(Label::Cause),
            By::Operator => by_label(Label::Operator),
            By::Rule => by_label(Label::Rule),
            By::Opcode => {
                let program = self.recorded.texts()?.program(&recorded.map);
                let program = program.context("the program is needed for its opcodes")?;
                let program = &program.parsed()?.program;
                self.shown(Opcodes::new(profile, metric, program)?)
            }
            By::RegisterMoves => self.shown(RegisterMoves::new(profile, metric, &recorded.map)?),
        })
    }
}
