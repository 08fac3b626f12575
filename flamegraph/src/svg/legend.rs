//! A legend below a picture that inferno drew, which has none.

use super::failed;
use crate::error::Error;
use crate::text::escaped;

/// What pictures with a legend stand on: nothing that changes how colours look.
pub(super) const BACKGROUND: [u8; 3] = [250, 250, 250];

/// The height of a line, and the room below the picture and on its left, in pixels.
const LINE: usize = 18;
const MARGIN: usize = 8;
const LEFT: usize = 10;
/// The side of a patch of colour.
const PATCH: usize = 12;

/// A line of a legend.
pub(super) struct Entry {
    /// The colour that it explains, if it explains one.
    pub(super) rgb: Option<[u8; 3]>,
    /// The explanation.
    pub(super) text: String,
}

/// Adds a legend in columns, row by row.
pub(super) fn append(svg: String, columns: usize, entries: &[Entry]) -> Result<String, Error> {
    let rows = entries.len().div_ceil(columns);
    let (mut svg, top) = grow(svg, rows * LINE + 2 * MARGIN)?;
    let end = svg.rfind("</svg>").ok_or_else(unexpected)?;
    let width = 100 / columns;
    let mut legend = String::from("<g id=\"legend\">");
    for (index, entry) in entries.iter().enumerate() {
        // An x in percent: the width of the picture is that of the window.
        let x = width * (index % columns);
        let y = top + MARGIN + LINE * (index / columns);
        // What is too long for its column is cut off.
        legend += &format!("<svg x=\"{x}%\" y=\"{y}\" width=\"{width}%\" height=\"{LINE}\">");
        let mut indent = LEFT;
        if let Some([r, g, b]) = entry.rgb {
            indent += PATCH + 6;
            legend += &format!(
                "<rect x=\"{LEFT}\" y=\"1\" width=\"{PATCH}\" height=\"{PATCH}\" \
                 fill=\"rgb({r},{g},{b})\" stroke=\"#555\" stroke-width=\"0.5\"/>"
            );
        }
        let text = escaped(&entry.text);
        legend += &format!("<text x=\"{indent}\" y=\"11\">{text}</text></svg>");
    }
    legend += "</g>";
    svg.insert_str(end, &legend);
    Ok(svg)
}

/// Makes a picture higher; with where it ended.
fn grow(svg: String, by: usize) -> Result<(String, usize), Error> {
    let height = svg.split("height=\"").nth(1);
    let height = height.and_then(|rest| rest.split('"').next()?.parse::<usize>().ok());
    let height = height.ok_or_else(unexpected)?;
    let mut svg = svg;
    for (before, after) in [
        ("height=\"", "\" onload="),
        ("viewBox=\"0 0 1200 ", "\""),
        ("width=\"100%\" height=\"", "\" fill=\"url(#background)\""),
    ] {
        let old = format!("{before}{height}{after}");
        let at = svg.find(&old).ok_or_else(unexpected)?;
        let new = format!("{before}{}{after}", height + by);
        svg.replace_range(at..at + old.len(), &new);
    }
    Ok((svg, height))
}

/// inferno draws otherwise than it used to.
pub(super) fn unexpected() -> Error {
    failed(std::io::Error::other(
        "inferno's picture is of another form than known",
    ))
}
