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
        let recorded = self.recorded.load()?;
        let mut advice = advice::Advice::new(&recorded.profile()?);
        advice.scope = recorded.scope();
        match self.format {
            Format::Json => files::stdout(advice.to_json().as_bytes())?,
            Format::Text => {
                let mut text = advice.text();
                if advice.findings.is_empty() {
                    text.sentence("nothing stands out");
                }
                terminal::show(&text)?;
            }
        }
        Ok(Answer::Yes)
    }
}
