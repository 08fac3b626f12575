//! `zkasm-profile firefox`

use std::path::PathBuf;

use zkasm_flamegraph::{Granularity, firefox};

use crate::detail::{self, Detailed};
use crate::load::{self, GranularityArg, RecordedArgs};
use crate::{Answer, files, titles};

/// Writes a profile for the Firefox Profiler (profiler.firefox.com, "Load a profile from file").
///
/// It holds metrics as threads, inlined functions, and causes as categories. Its weights are
/// counts; nothing in it is a time.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile firefox profiles/fibonacci -o fibonacci.firefox.json\n  $ zkasm-profile firefox profiles/fibonacci --metric cycles -o fibonacci.firefox.json"
)]
pub(crate) struct Firefox {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// The finest frames; by default `line`, or `function`, which has no lines and is small, where that would
    /// be more than 500,000 samples.
    #[arg(long, value_name = "WHAT")]
    granularity: Option<GranularityArg>,
    /// A metric to write, once for each; by default every one that counted something. The file grows with
    /// each.
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.json", default_value = "-")]
    output: PathBuf,
}

impl Firefox {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let asked = self.granularity.map(Granularity::from);
        let Detailed { profile, note, .. } = detail::detailed(&recorded, asked, "the profile")?;
        if let Some(note) = note {
            eprintln!("note: {note}");
        }
        let metrics = load::metrics(&profile, &self.metric)?;
        let title = titles::title(&recorded.map);
        let text = firefox::to_json(&profile, &metrics, &title)?;
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
