//! `zkasm-profile top`

use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::neighbours::{Neighbours, Side};
use zkasm_flamegraph::top;

use crate::format::Format;
use crate::load::{RecordedArgs, ViewArgs};
use crate::{Answer, terminal};

/// Prints what costs most: itself, and with everything it calls.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile top profiles/fibonacci --granularity line\n  $ zkasm-profile top profiles/fibonacci --by rule\n  $ zkasm-profile top profiles/fibonacci --callers fib --granularity line"
)]
pub(crate) struct Top {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// Instead of frames: why the compiler spent it, for which WASM operator, or by which rule.
    #[arg(long, value_name = "LABEL", conflicts_with = "granularity")]
    by: Option<By>,
    /// Instead of all frames: who calls the functions whose name contains this, from the outermost of them.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["by", "callees"])]
    callers: Option<String>,
    /// Instead of all frames: what the functions whose name contains this call, from the innermost of them.
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
    /// Why the compiler spent it.
    Cause,
    /// The WASM operator that it is for.
    Operator,
    /// The rule of instruction selection that made the instruction.
    Rule,
}

impl From<By> for Label {
    fn from(by: By) -> Label {
        match by {
            By::Cause => Label::Cause,
            By::Operator => Label::Operator,
            By::Rule => Label::Rule,
        }
    }
}

impl Top {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let (profile, metric) = self.view.profile(&self.recorded.load()?)?;
        let limit = match self.limit {
            0 => usize::MAX,
            limit => limit,
        };
        let granularity = self.view.granularity();
        let neighbours = match (&self.callers, &self.callees) {
            (Some(name), _) => Some((name, Side::Callers)),
            (None, Some(name)) => Some((name, Side::Callees)),
            (None, None) => None,
        };
        let printed = if let Some(by) = self.by {
            let mut table = ByLabel::new(&profile, metric, by.into());
            table.truncate(limit);
            match self.format {
                Format::Text => table.to_text(),
                Format::Json => table.to_json(),
            }
        } else if let Some((name, side)) = neighbours {
            let mut table = Neighbours::new(&profile, metric, granularity, name, side)?;
            table.truncate(limit);
            match self.format {
                Format::Text => table.to_text(),
                Format::Json => table.to_json(),
            }
        } else {
            let mut table = top::Top::new(&profile, metric, granularity);
            table.truncate(limit);
            match self.format {
                Format::Text => table.to_text(),
                Format::Json => table.to_json(),
            }
        };
        terminal::print(&printed, self.format)?;
        Ok(Answer::Yes)
    }
}
