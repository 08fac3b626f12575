//! Flamegraphs as SVG, drawn by inferno.
//!
//! The picture is interactive in a browser (click to zoom, search) and needs no network. Widths are
//! values of the metric; the order of siblings is alphabetical and says nothing; colours are chosen
//! by name, so a function has the same colour in every picture.

use inferno::flamegraph::{self, Options};

use crate::error::Error;
use crate::folded;
use crate::granularity::Granularity;
use crate::profile::{MetricId, Profile};
use crate::text::one_line;

/// Frames narrower than this are left out unless told otherwise: in percent of the whole.
pub const MIN_WIDTH: f64 = 0.01;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct SvgOptions {
    /// The metric that widths show.
    pub metric: MetricId,
    /// What is one frame.
    pub granularity: Granularity,
    /// The title.
    pub title: String,
    /// A smaller line below it.
    pub subtitle: Option<String>,
    /// Frames narrower than this are left out: in percent of the whole.
    pub min_width: f64,
}

impl SvgOptions {
    /// A picture of a profile's default metric by function, titled with the program's name and
    /// subtitled with the total.
    pub fn new(profile: &Profile) -> SvgOptions {
        SvgOptions::of_metric(profile, profile.default_metric())
    }

    /// A picture of a metric by function, titled with the program's name and subtitled with the
    /// total.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn of_metric(profile: &Profile, metric: MetricId) -> SvgOptions {
        let name = &profile.metrics()[metric.index()].name;
        SvgOptions {
            metric,
            granularity: Granularity::Function,
            title: profile.image().name.clone(),
            subtitle: Some(format!("{} {name}", profile.total(metric))),
            min_width: MIN_WIDTH,
        }
    }
}

/// The flamegraph of a profile.
///
/// # Errors
/// If nothing was counted in the metric.
///
/// # Panics
/// If the metric is not of this profile.
pub fn to_svg(profile: &Profile, options: &SvgOptions) -> Result<String, Error> {
    let metric = &profile.metrics()[options.metric.index()].name;
    if profile.total(options.metric) == 0 {
        return Err(Error::Empty {
            metric: metric.clone(),
        });
    }
    let folded = folded::to_text(profile, options.metric, options.granularity);

    let mut inferno = Options::default();
    inferno.title = one_line(&options.title);
    inferno.subtitle = options.subtitle.as_deref().map(one_line);
    inferno.count_name = metric.clone();
    inferno.name_type = "Frame:".to_owned();
    inferno.min_width = options.min_width;
    inferno.deterministic = true;
    // inferno sorts lines as text, where `a b` stands between `a` and `a;c`: it then draws `a`
    // twice, or refuses. Our lines are sorted by frames. What inferno calls a flame chart is the
    // one mode that keeps the order of lines, from the last to the first.
    inferno.flame_chart = true;
    let lines = folded.lines().rev();

    let write = |source| Error::Write {
        what: "the flamegraph",
        source,
    };
    let mut svg = Vec::new();
    flamegraph::from_lines(&mut inferno, lines, &mut svg).map_err(write)?;
    String::from_utf8(svg).map_err(|error| write(std::io::Error::other(error)))
}
