//! `zkasm-profile completions`

use clap::CommandFactory;

use crate::{Answer, Cli};

/// Prints shell completions.
///
/// Put the output where your shell looks for completions.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile completions bash")]
pub(crate) struct Completions {
    /// The shell.
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "zkasm-profile", &mut text);
        crate::files::stdout(&text)?;
        Ok(Answer::Yes)
    }
}
