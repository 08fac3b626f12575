//! `zkasm-profile advice`

use zkasm_flamegraph::advice;

use crate::format::Format;
use crate::load::RecordedArgs;
use crate::{Answer, terminal};

/// Prints what is worth acting on: the few findings that could save most, each with its evidence and
/// an upper bound of what it could save.
///
/// docs/advice.md has each rule: what it looks for, from which share on, and what to do.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  $ zkasm-profile advice profiles/fibonacci")]
pub(crate) struct Advice {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Advice {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let profile = self.recorded.load()?.profile()?;
        let advice = advice::Advice::new(&profile);
        let printed = match self.format {
            Format::Json => advice.to_json(),
            Format::Text if advice.findings.is_empty() => "nothing stands out\n".to_owned(),
            Format::Text => advice.to_text(),
        };
        terminal::print(&printed, self.format)?;
        Ok(Answer::Yes)
    }
}
