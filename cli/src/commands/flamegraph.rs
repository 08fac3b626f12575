//! `zkasm-profile flamegraph`

use std::path::PathBuf;

use anyhow::{Context, bail};
use zkasm_flamegraph::folded::Shape;
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::svg::{Side, SvgOptions, counted};
use zkasm_flamegraph::{Granularity, Profile, folded, grouped, svg};

use crate::format::percent;
use crate::load::{self, Recorded, RecordedArgs, ViewArgs};
use crate::{Answer, files, titles};

/// Draws a flamegraph, weighted by cycles or by another metric.
///
/// With --diff, two runs are compared: red is what costs more itself than it did in BASE, blue what
/// costs less; with --reverse, what costs more and less, called in this way. Widths are those of PROFILE, or with --diff-reverse those of BASE, which has the
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
    /// Print folded stacks instead of a picture; with --diff, each with its values in BASE and in PROFILE.
    #[arg(long)]
    folded: bool,
    /// The title; by default what was run, with its arguments.
    #[arg(long)]
    title: Option<String>,
    /// Leave out frames narrower than this, in percent of the whole.
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value_t = svg::MIN_WIDTH)]
    min_width: f64,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.svg", default_value = "-")]
    output: PathBuf,
}

impl Flamegraph {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let head = self.recorded.load()?;
        let text = match &self.diff {
            Some(base) => {
                let base = load::recorded(base).context("--diff")?;
                self.compared(&base, &head)?
            }
            None => self.drawn(&head)?,
        };
        files::write_all([(self.output.as_path(), text.as_bytes())])?;
        Ok(Answer::Yes)
    }

    fn drawn(&self, recorded: &Recorded) -> anyhow::Result<String> {
        let whole = self.profile(recorded)?;
        let (profile, metric, scope) = self.view.scoped(recorded, whole)?;
        if self.folded {
            return Ok(folded::to_text(&profile, metric, self.shape()));
        }
        let title = titles::title(&recorded.map);
        let mut options = self.options(&profile, metric, title);
        if let Some(sum) = scope.profile_sum {
            let name = &profile.metrics()[metric.index()].name;
            let part = grouped(profile.total(metric));
            options.subtitle = format!("{part} of {}", counted(sum, name));
        }
        options
            .details
            .extend(titles::failure(&recorded.log.outcome));
        Ok(svg::to_svg(&profile, &options)?)
    }

    fn compared(&self, base: &Recorded, head: &Recorded) -> anyhow::Result<String> {
        let [old_module, new_module] = [base, head].map(|recorded| &recorded.map.module.name);
        if old_module != new_module {
            eprintln!(
                "warning: {new_module} is compared with {old_module}, another program: frames of the same name are \
                 taken for the same"
            );
        }
        let old = self.profile(base).context("--diff")?;
        let new = self.profile(head)?;
        let (old, new, metric) = self.view.pair(old, new)?;
        if self.folded {
            return Ok(svg::to_diff_folded(&old, &new, metric, self.shape())?);
        }
        let side = if self.diff_reverse {
            Side::Old
        } else {
            Side::New
        };
        let name = &new.metrics()[metric.index()].name;
        let old_total = old.metric(name).map_or(0, |metric| old.total(metric));
        let inside = self.view.focus().map(|name| format!(" inside of {name}"));
        let only = |total: u64| format!("{}{}", counted(total, name), inside.unwrap_or_default());
        match (side, old_total, new.total(metric)) {
            (Side::New, 1.., 0) => bail!(
                "only BASE has something to draw, {}: --diff-reverse draws it",
                only(old_total)
            ),
            (Side::Old, 0, total @ 1..) => bail!(
                "only PROFILE has something to draw, {}: without --diff-reverse it is drawn",
                only(total)
            ),
            _ => {}
        }
        let [from, to] = [base, head].map(|recorded| titles::title(&recorded.map));
        let mut options = self.options(&new, metric, format!("{from} → {to}"));
        for (recorded, side) in [(base, "old"), (head, "new")] {
            let failure = titles::failure(&recorded.log.outcome);
            options
                .details
                .extend(failure.map(|text| format!("{side} {text}")));
        }
        Ok(svg::to_diff_svg(&old, &new, side, &options)?)
    }

    fn profile(&self, recorded: &Recorded) -> anyhow::Result<Profile> {
        if self.causes {
            recorded.require_blocks()?;
        }
        recorded.profile_by(self.view.granularity())
    }

    fn shape(&self) -> Shape {
        Shape {
            granularity: self.view.granularity(),
            reversed: self.reverse,
            causes: self.causes,
        }
    }

    fn options(&self, profile: &Profile, metric: MetricId, title: String) -> SvgOptions {
        let mut details = Vec::new();
        details.extend(self.view.focus().map(|name| format!("inside of {name}")));
        if self.view.granularity() != Granularity::Function {
            details.push(format!("by {}", self.view.granularity()));
        }
        if self.causes {
            details.push("with causes".to_owned());
        }
        if self.reverse {
            details.push("innermost first".to_owned());
        }
        SvgOptions {
            shape: self.shape(),
            title: self.title.clone().unwrap_or(title),
            details,
            min_width: self.min_width,
            ..SvgOptions::of_metric(profile, metric)
        }
    }
}
