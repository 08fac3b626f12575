//! Differential flamegraphs: two profiles in one picture.
//!
//! Widths are those of one side. Red is a frame that costs more itself than it did, blue one that
//! costs less, the deeper the larger the change; white is one that costs the same, whatever
//! happened above it. The tooltip has the frame with all that it calls, old and new, with the change
//! in absolute numbers and in percent of the old, and the same of the frame itself where it changed.
//!
//! Reversed stacks end in the outermost caller, which is where a stack's value would be a frame's own.
//! There colours are of the whole frame: of what the innermost function costs, called in this way.
//!
//! A frame that has no width on the drawn side cannot be drawn: the legend counts those and names
//! the largest; the other side's picture has them.

use std::borrow::Cow;

use inferno::flamegraph;
use inferno::flamegraph::color::{BackgroundColor, Color};

use super::compared::{Node, Tree, compared};
use super::legend::{self, Entry, unexpected};
use super::{SvgOptions, counted, draw, inferno_options};
use crate::error::Error;
use crate::folded::{self, Shape};
use crate::profile::{MetricId, Profile};
use crate::text::{change_percent, escaped, grouped};

/// The largest total that inferno finds colours for.
const MAX_TOTAL: u64 = i64::MAX as u64 / 256;
/// The deepest red and blue of inferno.
const WORSE: [u8; 3] = [255, 100, 100];
const BETTER: [u8; 3] = [100, 100, 255];
const SAME: [u8; 3] = [250, 250, 250];
/// What white can be seen on.
const BACKGROUND: [u8; 3] = [222, 222, 218];
/// How many frames of the other side the legend names.
const NAMED: usize = 3;
/// How many characters of their names.
const SHORT: usize = 60;

/// Whose values widths show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The old profile's.
    Old,
    /// The new profile's.
    New,
}

/// A flamegraph of how `new` differs from `old`. Of the options, the metric is that of `new`.
///
/// # Errors
/// If the profiles do not count the same metrics, if nothing was counted in the metric on the side
/// that is drawn, or if a total is too large to compare.
///
/// # Panics
/// If the metric is not of `new`.
pub fn to_diff_svg(
    old: &Profile,
    new: &Profile,
    side: Side,
    options: &SvgOptions,
) -> Result<String, Error> {
    let metric = &new.metrics()[options.metric.index()].name;
    let old_metric = same_metric(old, new, options.metric)?;
    let (before, after) = (old.total(old_metric), new.total(options.metric));
    let width = if side == Side::New { after } else { before };
    if width == 0 {
        return Err(Error::Empty {
            metric: metric.clone(),
        });
    }
    if before.max(after) > MAX_TOTAL {
        return Err(Error::Incomparable {
            problem: format!("the total of {metric} is above {MAX_TOTAL}"),
        });
    }
    let lines = compared(
        &folded::to_text(old, old_metric, options.shape),
        &folded::to_text(new, options.metric, options.shape),
    )?;
    let tree = Tree::new(&lines, side);

    let drawn = match side {
        Side::New => "widths are new",
        Side::Old => "widths are old",
    };
    let subtitle = format!("{}; {drawn}", shown(metric, [before, after]));
    let mut inferno = inferno_options(options, metric, &subtitle);
    // inferno takes the last column for widths, and the difference to the one before for colours.
    inferno.negate_differentials = side == Side::Old;
    inferno.bgcolors = Some(BackgroundColor::Flat(Color::from(BACKGROUND)));
    let text: Vec<String> = (lines.iter())
        .map(|line| match (side, line.values) {
            (Side::New, [old, new]) => format!("{} {old} {new}", line.stack),
            (Side::Old, [old, new]) => format!("{} {new} {old}", line.stack),
        })
        .collect();
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    let svg = draw(&mut inferno, &text)?;
    let svg = with_titles(&svg, &tree, metric, options.shape.reversed)?;
    legend::append(
        svg,
        1,
        &legend_of(&tree, side, metric, options.shape.reversed),
    )
}

/// The folded stacks of two profiles, each with its old and its new value behind: what `difffolded.pl`
/// writes and other tools read. Of the metric of `new`, sorted like [`folded::to_text`].
///
/// # Errors
/// If the profiles do not count the same metrics.
///
/// # Panics
/// If the metric is not of `new`.
pub fn to_diff_folded(
    old: &Profile,
    new: &Profile,
    metric: MetricId,
    shape: Shape,
) -> Result<String, Error> {
    let old_metric = same_metric(old, new, metric)?;
    let lines = compared(
        &folded::to_text(old, old_metric, shape),
        &folded::to_text(new, metric, shape),
    )?;
    let lines = lines.iter().map(|line| {
        let [old, new] = line.values;
        format!("{} {old} {new}\n", line.stack)
    });
    Ok(lines.collect())
}

/// The metric of the old profile that is one of the new.
fn same_metric(old: &Profile, new: &Profile, metric: MetricId) -> Result<MetricId, Error> {
    if old.metrics() != new.metrics() {
        let names = |profile: &Profile| {
            let metrics = profile.metrics().iter();
            let names: Vec<String> = metrics
                .map(|m| format!("{} ({})", m.name, m.unit))
                .collect();
            names.join(", ")
        };
        return Err(Error::Incomparable {
            problem: format!("one counts {}, the other {}", names(old), names(new)),
        });
    }
    old.metric(&new.metrics()[metric.index()].name)
}

/// The largest change that a colour is of.
fn most(tree: &Tree<'_>, reversed: bool) -> u64 {
    let changes = tree.nodes.iter().map(|node| match (reversed, node.depth) {
        (false, _) => node.own,
        // All of it is no frame to look for.
        (true, 0) => [0; 2],
        (true, _) => node.total,
    });
    let changes = changes.map(|[old, new]| old.abs_diff(new));
    changes.max().unwrap_or(0)
}

/// The colour of a reversed frame: as inferno's, but of the whole.
fn colour(node: &Node<'_>, most: u64) -> [u8; 3] {
    let [old, new] = node.total;
    if node.depth == 0 || old == new {
        return SAME;
    }
    let rest = u128::from(most - old.abs_diff(new)) * 150 / u128::from(most);
    let pale = 100 + rest as u8;
    match new > old {
        true => [255, pale, pale],
        false => [pale, pale, 255],
    }
}

/// The legend of a comparison.
fn legend_of(tree: &Tree<'_>, side: Side, metric: &str, reversed: bool) -> Vec<Entry> {
    let most = counted(most(tree, reversed), metric);
    let itself = if reversed { "" } else { " itself" };
    let mut entries: Vec<Entry> = [
        (
            WORSE,
            format!("costs more{itself} than it did; the deepest red: {most}"),
        ),
        (
            BETTER,
            format!("costs less{itself} than it did; the deepest blue: {most}"),
        ),
        (SAME, format!("costs the same{itself}")),
    ]
    .into_iter()
    .map(|(rgb, text)| Entry {
        rgb: Some(rgb),
        text,
    })
    .collect();
    for (only, name) in [(Side::Old, "old"), (Side::New, "new")] {
        let frames = tree.only(only);
        if frames.is_empty() {
            continue;
        }
        let value = |node: &Node<'_>| node.total[only as usize];
        let sum: u64 = frames.iter().map(|node| value(node)).sum();
        let named = frames.iter().take(NAMED).map(|node| {
            let short: String = node.name.chars().take(SHORT).collect();
            let dots = if short.len() < node.name.len() {
                ".."
            } else {
                ""
            };
            format!("{short}{dots} {}", grouped(value(node)))
        });
        let named: Vec<String> = named.collect();
        let more = if frames.len() > NAMED { ", .." } else { "" };
        let drawn = if only == side { "" } else { ", so not drawn" };
        entries.push(Entry {
            rgb: None,
            text: format!(
                "only {name}{drawn}: {}: {}{more}",
                counted(sum, metric),
                named.join(", ")
            ),
        });
    }
    entries
}

/// A change with its sign: `+1,234`.
fn by(old: u64, new: u64) -> String {
    let sign = if new < old { '-' } else { '+' };
    format!("{sign}{}", grouped(old.abs_diff(new)))
}

/// `30 → 33 cycles, +3, +10.00 %`
fn shown(metric: &str, [old, new]: [u64; 2]) -> String {
    if old == new {
        return format!("{}, as before", counted(old, metric));
    }
    let (by, percent) = (by(old, new), change_percent(old, new));
    format!(
        "{} → {}, {by}, {percent}",
        grouped(old),
        counted(new, metric)
    )
}

/// A picture with our titles of frames instead of inferno's, which know one side only, and, if it is
/// reversed, with our colours. A title ends in brackets with none inside: inferno's script takes what is
/// before for the name.
fn with_titles(svg: &str, tree: &Tree<'_>, metric: &str, reversed: bool) -> Result<String, Error> {
    let height = flamegraph::defaults::FRAME_HEIGHT;
    let (head, frames) = svg.split_once("<g><title>").ok_or_else(unexpected)?;
    let frames: Vec<Frame<'_>> = frames
        .split("<g><title>")
        .map(Frame::parse)
        .collect::<Option<_>>()
        .ok_or_else(unexpected)?;
    let all = frames.iter().map(|frame| frame.y);
    let bottom = if reversed { all.min() } else { all.max() };
    let bottom = bottom.unwrap_or(0);
    let most = most(tree, reversed);
    let mut text = head.to_owned();
    for frame in frames {
        // inferno draws what has no width if there is no least width; several lie on one place.
        if frame.width == 0 {
            text += frame.after;
            continue;
        }
        let depth = frame.y.abs_diff(bottom) / height;
        let node = tree
            .drawn
            .get(&(depth, frame.begin))
            .ok_or_else(unexpected)?;
        let node = &tree.nodes[*node];
        let mut title = format!("{} ({}", node.name, shown(metric, node.total));
        let [old, new] = node.own;
        if !reversed && node.own != node.total && old != new {
            let by = by(old, new);
            title += &format!("; itself {} → {}, {by}", grouped(old), grouped(new));
        }
        title.push(')');
        let fill = reversed.then(|| colour(node, most));
        let content = frame.filled(fill).ok_or_else(unexpected)?;
        let title = escaped(&title);
        text += &format!("<g><title>{title}</title>{content}</g>{}", frame.after);
    }
    Ok(text)
}

/// A frame as inferno draws it.
struct Frame<'a> {
    y: usize,
    begin: u64,
    width: u64,
    /// What follows on the title inside of the frame, and on the frame.
    content: &'a str,
    after: &'a str,
}

impl<'a> Frame<'a> {
    /// A frame, from its title on.
    fn parse(text: &'a str) -> Option<Frame<'a>> {
        let (_, rest) = text.split_once("</title>")?;
        let (content, after) = rest.split_once("</g>")?;
        let number = |name: &str| {
            let (_, rest) = content.split_once(name)?;
            rest.split('"').next()?.parse::<u64>().ok()
        };
        Some(Frame {
            y: usize::try_from(number(" y=\"")?).ok()?,
            begin: number(" fg:x=\"")?,
            width: number(" fg:w=\"")?,
            content,
            after,
        })
    }

    /// Its content, in another colour if one is given.
    fn filled(&self, rgb: Option<[u8; 3]>) -> Option<Cow<'a, str>> {
        let Some([r, g, b]) = rgb else {
            return Some(self.content.into());
        };
        let (before, rest) = self.content.split_once("fill=\"")?;
        let (_, after) = rest.split_once('"')?;
        Some(format!("{before}fill=\"rgb({r},{g},{b})\"{after}").into())
    }
}
