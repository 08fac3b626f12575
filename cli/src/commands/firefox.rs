//! `zkasm-profile firefox`

use std::path::PathBuf;

use zkasm_flamegraph::firefox;

use crate::load::RecordedArgs;
use crate::{Answer, files};

/// Writes a profile for the Firefox Profiler (profiler.firefox.com, "Load a profile from file").
///
/// It holds every metric as a thread, inlined functions, and causes as categories. Its weights are
/// counts; nothing in it is a time.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile firefox profiles/fibonacci -o fibonacci.firefox.json"
)]
pub(crate) struct Firefox {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.json", default_value = "-")]
    output: PathBuf,
}

impl Firefox {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let profile = self.recorded.load()?.profile()?;
        let text = firefox::to_json(&profile)?;
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
