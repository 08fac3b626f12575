//! `zkasm-profile flamegraph`

use std::path::PathBuf;

use zkasm_flamegraph::{folded, svg};

use crate::load::{RecordedArgs, ViewArgs};
use crate::{Answer, files};

/// Draws a flamegraph, weighted by cycles or by another metric.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile flamegraph profiles/fibonacci --metric mem -o fibonacci-mem.svg"
)]
pub(crate) struct Flamegraph {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// Print folded stacks instead of a picture.
    #[arg(long)]
    folded: bool,
    /// The title; by default the module's name.
    #[arg(long)]
    title: Option<String>,
    /// Leave out frames narrower than this, in percent of the whole.
    #[arg(long, value_name = "PERCENT", default_value_t = svg::MIN_WIDTH)]
    min_width: f64,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.svg", default_value = "-")]
    output: PathBuf,
}

impl Flamegraph {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let (profile, metric) = self.view.profile(&self.recorded.load()?)?;
        let granularity = self.view.granularity();
        let text = if self.folded {
            folded::to_text(&profile, metric, granularity)
        } else {
            let defaults = svg::SvgOptions::of_metric(&profile, metric);
            let title = self.title.unwrap_or(defaults.title);
            let min_width = self.min_width;
            svg::to_svg(
                &profile,
                &svg::SvgOptions {
                    granularity,
                    title,
                    min_width,
                    ..defaults
                },
            )?
        };
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
