//! `zkasm-profile top`

use zkasm_flamegraph::top;

use crate::format::Format;
use crate::load::{RecordedArgs, ViewArgs};
use crate::{Answer, files};

/// Prints what costs most: itself, and with everything it calls.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile top profiles/fibonacci --granularity line")]
pub(crate) struct Top {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// How many rows to print; 0 for all.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Top {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let (profile, metric) = self.view.profile(&self.recorded.load()?)?;
        let mut table = top::Top::new(&profile, metric, self.view.granularity());
        if self.limit > 0 {
            table.truncate(self.limit);
        }
        let printed = match self.format {
            Format::Text => table.to_text(),
            Format::Json => table.to_json(),
        };
        files::stdout(printed.as_bytes())?;
        Ok(Answer::Yes)
    }
}
