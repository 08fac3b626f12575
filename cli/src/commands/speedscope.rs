//! `zkasm-profile speedscope`

use std::path::PathBuf;

use zkasm_flamegraph::{Granularity, speedscope};

use crate::load::{self, GranularityArg, RecordedArgs};
use crate::{Answer, files, titles};

/// Writes a profile for speedscope (speedscope.app, or `npx speedscope OUT.json`).
///
/// It holds metrics as profiles of their own, and inlined functions, with files and lines. Its weights are
/// counts; nothing in it is a time.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile speedscope profiles/fibonacci -o fibonacci.speedscope.json\n  $ zkasm-profile speedscope profiles/fibonacci --granularity line --metric cycles -o lines.json"
)]
pub(crate) struct Speedscope {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// What is one frame: speedscope adds up no coarser than that.
    #[arg(long, value_name = "WHAT", default_value = "function")]
    granularity: GranularityArg,
    /// A metric to write, once for each; by default every one that counted something.
    #[arg(long, value_name = "METRIC")]
    metric: Vec<String>,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.json", default_value = "-")]
    output: PathBuf,
}

impl Speedscope {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let granularity = Granularity::from(self.granularity);
        let profile = recorded.profile_by(granularity)?;
        let metrics = load::metrics(&profile, &self.metric)?;
        let title = titles::title(&recorded.map);
        let text = speedscope::to_json(&profile, granularity, &metrics, &title)?;
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
