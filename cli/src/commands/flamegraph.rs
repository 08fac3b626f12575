//! `zkasm-profile flamegraph`

use std::path::PathBuf;

use anyhow::Context;
use zkasm_flamegraph::folded::Shape;
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::svg::{Side, SvgOptions};
use zkasm_flamegraph::{Profile, folded, svg};

use crate::load::{self, RecordedArgs, ViewArgs};
use crate::{Answer, files};

/// Draws a flamegraph, weighted by cycles or by another metric.
///
/// With --diff, two runs are compared: red is what costs more itself than it did in BASE, blue what
/// costs less. Widths are those of PROFILE, or with --diff-reverse those of BASE, which has the
/// frames that are gone.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile flamegraph profiles/fibonacci --metric mem -o fibonacci-mem.svg\n  $ zkasm-profile flamegraph profiles/fibonacci --causes -o fibonacci-causes.svg\n  $ zkasm-profile flamegraph profiles/fibonacci --granularity line --reverse -o fibonacci-lines.svg\n  $ zkasm-profile flamegraph profiles/fibonacci --diff profiles/fibonacci -o fibonacci-diff.svg"
)]
pub(crate) struct Flamegraph {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    view: ViewArgs,
    /// Begin with the innermost frames, and merge their callers.
    #[arg(long)]
    reverse: bool,
    /// Show on every frame the causes of what it costs itself, in colours.
    #[arg(long)]
    causes: bool,
    /// Compare with an earlier run: a folder that `profile` wrote, or its log.
    #[arg(long, value_name = "BASE")]
    diff: Option<PathBuf>,
    /// With --diff: draw the widths of BASE.
    #[arg(long, requires = "diff")]
    diff_reverse: bool,
    /// Print folded stacks instead of a picture.
    #[arg(long, conflicts_with = "diff")]
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
        let granularity = self.view.granularity();
        let text = match &self.diff {
            Some(base) => {
                let base = load::recorded(base)
                    .and_then(|recorded| recorded.profile_by(granularity))
                    .context("--diff")?;
                let head = self.recorded.load()?.profile_by(granularity)?;
                let (base, head, metric) = self.view.pair(base, head)?;
                let side = if self.diff_reverse {
                    Side::Old
                } else {
                    Side::New
                };
                svg::to_diff_svg(&base, &head, side, &self.options(&head, metric))?
            }
            None => {
                let profile = self.recorded.load()?.profile_by(granularity)?;
                let (profile, metric) = self.view.of(profile)?;
                if self.folded {
                    folded::to_text(&profile, metric, self.shape())
                } else {
                    svg::to_svg(&profile, &self.options(&profile, metric))?
                }
            }
        };
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }

    fn shape(&self) -> Shape {
        Shape {
            granularity: self.view.granularity(),
            reversed: self.reverse,
            causes: self.causes,
        }
    }

    fn options(&self, profile: &Profile, metric: MetricId) -> SvgOptions {
        let defaults = SvgOptions::of_metric(profile, metric);
        SvgOptions {
            shape: self.shape(),
            title: self.title.clone().unwrap_or_else(|| defaults.title.clone()),
            min_width: self.min_width,
            ..defaults
        }
    }
}
