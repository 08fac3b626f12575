//! Flamegraphs as SVG, drawn by inferno.
//!
//! The picture is interactive in a browser (click to zoom, search) and needs no network. Widths are
//! values of the metric; the order of siblings is alphabetical and says nothing; colours are chosen
//! by name, so a function has the same colour in every picture.
//!
//! With causes ([`Shape::causes`]), every frame bears the causes of what it costs itself, in the
//! colours of a legend below; functions are grey, even those called like a cause, so that colour means a
//! cause and nothing else.
//! Reversed stacks ([`Shape::reversed`]) hang from the top, the innermost frames first.
//!
//! [`to_diff_svg`] compares two profiles.

mod compared;
mod diff;
mod legend;

use inferno::flamegraph::color::{BackgroundColor, Color, PaletteMap};
use inferno::flamegraph::{self, Direction, Options};

use crate::causes;
use crate::error::Error;
use crate::folded::{self, CAUSE_MARK, Shape};
use crate::profile::{MetricId, Profile};
use crate::text::{grouped, one_line, percent};

pub use diff::{Side, to_diff_folded, to_diff_svg};
use legend::Entry;

/// Frames narrower than this are left out unless told otherwise: in percent of the whole.
pub const MIN_WIDTH: f64 = 0.01;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct SvgOptions {
    /// The metric that widths show.
    pub metric: MetricId,
    /// What is one frame, and which is the first.
    pub shape: Shape,
    /// The title.
    pub title: String,
    /// How much it is, in a smaller line below. Comparisons say what became of it instead.
    pub subtitle: String,
    /// What else is to be said in that line.
    pub details: Vec<String>,
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
            shape: Shape::default(),
            title: profile.image().name.clone(),
            subtitle: counted(profile.total(metric), name),
            details: Vec::new(),
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
    // Half of what inferno leaves out, to be sure that it does.
    let least = profile.total(options.metric) as f64 * options.min_width / 200.0;
    let folded = folded::to_picture_text(profile, options.metric, options.shape, least as u64);
    let lines: Vec<&str> = folded.lines().collect();

    let mut inferno = inferno_options(options, metric, &options.subtitle);
    let mut palette = PaletteMap::default();
    if !options.shape.causes {
        return draw(&mut inferno, &lines);
    }
    let legend = causes_of(profile, options.metric);
    let frames = lines.iter().flat_map(|line| {
        let stack = line.rsplit_once(' ').map_or(*line, |(stack, _)| stack);
        stack.split(';')
    });
    for frame in frames.chain([""]) {
        palette.insert(frame, Color::from(PLAIN));
    }
    for entry in &legend {
        let frame = format!("{}{CAUSE_MARK}", entry.frame);
        palette.insert(&frame, Color::from(entry.rgb));
    }
    inferno.palette_map = Some(&mut palette);
    inferno.bgcolors = Some(BackgroundColor::Flat(Color::from(legend::BACKGROUND)));
    let svg = draw(&mut inferno, &lines)?.replace(CAUSE_MARK, "");
    let metric = &profile.metrics()[options.metric.index()].name;
    let total = profile.total(options.metric);
    let entries = legend.iter().map(|entry| Entry {
        rgb: Some(entry.rgb),
        text: format!(
            "{}: {}, {:.2} %",
            entry.frame,
            counted(entry.value, metric),
            percent(entry.value, total)
        ),
    });
    legend::append(svg, 2, &entries.collect::<Vec<_>>())
}

/// `1 cycle`, `2,000 cycles`: metrics are called by their plural.
pub fn counted(value: u64, metric: &str) -> String {
    let one = metric.strip_suffix('s').filter(|_| value == 1);
    format!("{} {}", grouped(value), one.unwrap_or(metric))
}

/// The colour of frames that are no causes.
const PLAIN: [u8; 3] = [226, 226, 222];

/// A cause and what was counted for it.
struct CauseValue {
    frame: String,
    rgb: [u8; 3],
    value: u64,
}

/// The causes of a metric, the largest first.
fn causes_of(profile: &Profile, metric: MetricId) -> Vec<CauseValue> {
    let mut causes: Vec<CauseValue> = Vec::new();
    for sample in profile.samples() {
        let value = sample.values[metric.index()];
        let frame = folded::cause_name(profile, sample.labels.cause);
        match causes.iter_mut().find(|cause| cause.frame == frame) {
            Some(cause) => cause.value += value,
            None => causes.push(CauseValue {
                frame,
                rgb: causes::rgb(sample.labels.cause.map_or("", |cause| profile.text(cause))),
                value,
            }),
        }
    }
    causes.retain(|cause| cause.value != 0);
    causes.sort_by(|a, b| (b.value, &a.frame).cmp(&(a.value, &b.frame)));
    causes
}

/// What inferno is told of every picture.
fn inferno_options<'a>(options: &SvgOptions, metric: &str, subtitle: &str) -> Options<'a> {
    let mut inferno = Options::default();
    inferno.title = one_line(&options.title);
    let details = options.details.iter().map(String::as_str);
    let subtitle: Vec<&str> = [subtitle].into_iter().chain(details).collect();
    inferno.subtitle = Some(one_line(&subtitle.join("; ")));
    inferno.count_name = metric.to_owned();
    inferno.name_type = "Frame:".to_owned();
    inferno.min_width = options.min_width;
    inferno.deterministic = true;
    // inferno sorts lines as text, where `a b` stands between `a` and `a;c`: it then draws `a`
    // twice, or refuses. Our lines are sorted by frames. What inferno calls a flame chart is the
    // one mode that keeps the order of lines, from the last to the first.
    inferno.flame_chart = true;
    if options.shape.reversed {
        inferno.direction = Direction::Inverted;
    }
    inferno
}

/// Has inferno draw lines that are sorted by frames.
fn draw(inferno: &mut Options<'_>, lines: &[&str]) -> Result<String, Error> {
    let lines = lines.iter().rev().copied();
    let mut svg = Vec::new();
    flamegraph::from_lines(inferno, lines, &mut svg).map_err(failed)?;
    String::from_utf8(svg).map_err(|error| failed(std::io::Error::other(error)))
}

fn failed(source: std::io::Error) -> Error {
    Error::Write {
        what: "the flamegraph",
        source,
    }
}
