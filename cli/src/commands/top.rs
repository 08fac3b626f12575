//! `zkasm-profile top`

use anyhow::{Context, ensure};
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::fold::RegisterMoves;
use zkasm_flamegraph::neighbours::{Neighbours, Side};
use zkasm_flamegraph::opcodes::Opcodes;
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::{Granularity, Profile, Scope, Table, top};

use crate::format::Format;
use crate::load::{Recorded, RecordedArgs, ViewArgs};
use crate::{Answer, files, terminal};

/// Prints what costs most: itself, and with everything it calls.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile top profiles/fibonacci --granularity line\n  $ zkasm-profile top profiles/fibonacci --by rule\n  $ zkasm-profile top profiles/fibonacci --by register-moves\n  $ zkasm-profile top profiles/fibonacci --callers fib --granularity line\n  $ zkasm-profile top profiles/fibonacci --by line --own"
)]
pub(crate) struct Top {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// What a row is: a function or source line, as --granularity has them, or instead of frames why the
    /// compiler spent it, for which WASM operator, by which rule, or in which zkASM; or moves, spills and
    /// reloads by compiled function. Not with --callers and --callees, whose rows --granularity tells.
    #[arg(long, value_name = "WHAT", conflicts_with = "granularity")]
    by: Option<By>,
    /// Instead of all frames: who calls the functions that this means, as in --focus, from the outermost of them,
    /// with the number of calls; by --granularity, not --by. With --callees, both tables.
    #[arg(long, value_name = "NAME", conflicts_with = "by")]
    callers: Option<String>,
    /// Instead of all frames: what the functions that this means, as in --focus, call, from the innermost of them;
    /// by --granularity, not --by.
    #[arg(long, value_name = "NAME", conflicts_with = "by")]
    callees: Option<String>,
    /// Count what is inlined from Rust's own library for the function of the program, and its line, that it is
    /// inlined into.
    #[arg(long)]
    own: bool,
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
    /// Moves, spills and reloads of each function that was compiled, with what is inlined into it, and for every
    /// 1,000 WASM operators: of programs that were compiled, and runs that were recorded with blocks.
    RegisterMoves,
}

impl Top {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let (mut profile, metric, mut scope) = self.view.scoped(&recorded, recorded.profile()?)?;
        if self.own {
            ensure!(
                !matches!(self.by, Some(By::RegisterMoves)),
                "--by register-moves is of functions as they were compiled, whatever is inlined: leave out --own"
            );
            profile = profile.own();
            scope.own = true;
        }
        let granularity = self.view.granularity();
        if self.needs_blocks() {
            recorded.require_blocks()?;
        }
        let shown = Shown {
            scope,
            limit: self.limit,
            format: self.format,
        };
        let neighbours = |name: &str, side: Side| {
            let found = Neighbours::new(&profile, metric, granularity, name, side);
            self.view.looked_for(found)
        };
        match (self.by, &self.callers, &self.callees) {
            (Some(by), ..) => self.by(by, &recorded, &profile, metric, &shown)?,
            (None, Some(callers), Some(callees)) => shown.print_both(
                neighbours(callers, Side::Callers)?,
                neighbours(callees, Side::Callees)?,
            )?,
            (None, Some(name), None) => shown.print(neighbours(name, Side::Callers)?)?,
            (None, None, Some(name)) => shown.print(neighbours(name, Side::Callees)?)?,
            (None, None, None) => shown.print(top::Top::new(&profile, metric, granularity))?,
        }
        Ok(Answer::Yes)
    }

    /// Whether rows are of what only blocks tell.
    fn needs_blocks(&self) -> bool {
        match self.by {
            None => self.view.granularity() != Granularity::Function,
            // The table of moves knows better what it needs.
            Some(By::Function | By::RegisterMoves) => false,
            Some(By::Line | By::Cause | By::Operator | By::Rule | By::Opcode) => true,
        }
    }

    fn by(
        &self,
        by: By,
        recorded: &Recorded,
        profile: &Profile,
        metric: MetricId,
        shown: &Shown,
    ) -> anyhow::Result<()> {
        let by_frame = |granularity| shown.print(top::Top::new(profile, metric, granularity));
        let by_label = |label| shown.print(ByLabel::new(profile, metric, label));
        match by {
            By::Function => by_frame(Granularity::Function),
            By::Line => by_frame(Granularity::Line),
            By::Cause => by_label(Label::Cause),
            By::Operator => by_label(Label::Operator),
            By::Rule => by_label(Label::Rule),
            By::Opcode => {
                let program = self.recorded.texts()?.program(&recorded.map);
                let program = program.context("the program is needed for its opcodes")?;
                let program = &program.parsed()?.program;
                shown.print(Opcodes::new(profile, metric, program)?)
            }
            By::RegisterMoves => shown.print(RegisterMoves::new(profile, metric, &recorded.map)?),
        }
    }
}

/// How tables are printed.
struct Shown {
    scope: Scope,
    /// How many rows; 0 for all.
    limit: usize,
    format: Format,
}

/// What `top --callers A --callees B --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Both {
    format: &'static str,
    version: u32,
    callers: Neighbours,
    callees: Neighbours,
}

impl Shown {
    fn prepare(&self, table: &mut impl Table) {
        table.set_scope(self.scope.clone());
        if self.limit > 0 {
            table.truncate(self.limit);
        }
    }

    fn print_both(&self, mut callers: Neighbours, mut callees: Neighbours) -> anyhow::Result<()> {
        self.prepare(&mut callers);
        self.prepare(&mut callees);
        match self.format {
            Format::Text => {
                let mut text = callers.text();
                text.sentence("");
                // What it says of the run stands above both.
                callees.set_scope(Scope {
                    outcome: None,
                    ..self.scope.clone()
                });
                text.append(callees.text());
                terminal::show(&text)
            }
            Format::Json => {
                let both = Both {
                    format: "zkasm-profile/peek",
                    version: 1,
                    callers,
                    callees,
                };
                files::stdout(format!("{}\n", serde_json::to_string_pretty(&both)?).as_bytes())
            }
        }
    }

    fn print(&self, mut table: impl Table) -> anyhow::Result<()> {
        self.prepare(&mut table);
        match self.format {
            Format::Text => terminal::show(&table.text()),
            Format::Json => files::stdout(table.to_json().as_bytes()),
        }
    }
}
