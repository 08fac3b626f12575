//! `zkasm-profile advice`

use zkasm_flamegraph::advice;

use crate::format::Format;
use crate::load::RecordedArgs;
use crate::{Answer, files, terminal};

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
        match self.format {
            Format::Json => files::stdout(advice.to_json().as_bytes())?,
            Format::Text if advice.findings.is_empty() => files::stdout(b"nothing stands out\n")?,
            Format::Text => terminal::show(&advice.text())?,
        }
        Ok(Answer::Yes)
    }
}
