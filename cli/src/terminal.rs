//! Tables on a terminal: cut to its width, and coloured like those of perf.

use console::{Style, Term, truncate_str};

use crate::files;
use crate::format::Format;

/// Prints a text with tables. On a terminal their lines are cut to the terminal's width, and the larger shares are
/// coloured, unless NO_COLOR is set; anywhere else it is the text as it is.
pub(crate) fn print(text: &str, format: Format) -> anyhow::Result<()> {
    let stdout = Term::stdout();
    if format == Format::Json || !stdout.is_term() {
        return files::stdout(text.as_bytes());
    }
    files::stdout(shown(text, width(), console::colors_enabled()).as_bytes())
}

/// The columns of the terminal that stdout is; none if it is none.
pub(crate) fn width() -> Option<usize> {
    let (_, columns) = Term::stdout().size_checked()?;
    Some(columns.into())
}

/// The text as it is shown.
fn shown(text: &str, width: Option<usize>, colours: bool) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let part = Part::of(line);
        let line = match (width, part) {
            (Some(width), Part::Head | Part::Row(_)) => truncate_str(line, width, "…"),
            _ => line.into(),
        };
        match colours {
            true => shown += &part.coloured(&line),
            false => shown += &line,
        }
        shown.push('\n');
    }
    shown
}

/// What a line is in a table.
#[derive(Clone, Copy)]
enum Part {
    /// The names of its columns.
    Head,
    /// A row, with its first share in percent.
    Row(f64),
    /// No part of it.
    Text,
}

/// A share in percent, as tables have them.
fn share(word: &str) -> Option<f64> {
    word.strip_suffix('%')?.parse().ok()
}

impl Part {
    fn of(line: &str) -> Part {
        let mut words = line.split_whitespace();
        if words
            .clone()
            .any(|word| ["self%", "total%"].contains(&word))
        {
            return Part::Head;
        }
        // Rows begin with numbers; texts about tables do not.
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        match words.clone().next() {
            Some(first) if is_number(first) => words.find_map(share).map_or(Part::Text, Part::Row),
            _ => Part::Text,
        }
    }

    /// A line with its first share in the colour of its size; the limits are those of perf.
    fn coloured(self, line: &str) -> String {
        let styled =
            |style: Style, text: &str| style.force_styling(true).apply_to(text).to_string();
        match self {
            Part::Head => styled(Style::new().bold(), line),
            Part::Text => line.to_owned(),
            Part::Row(value) => {
                let word = line.split_whitespace().find(|word| share(word).is_some());
                let style = match value {
                    5.0.. => Style::new().red().bold(),
                    0.5.. => Style::new().green(),
                    _ => Style::new().dim(),
                };
                let word = word.unwrap_or_default();
                line.replacen(word, &styled(style, word), 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
the first 3 of 9 rows, which are not cut: 200, 90.00%
self   self%  name
 180  90.00%  hot
  19   9.50%  largé and long
   1   0.40%  cold
";

    #[test]
    fn lines_are_cut_to_the_width() {
        let cut = shown(TABLE, Some(20), false);
        let lines: Vec<&str> = cut.lines().collect();
        assert_eq!(lines[1], "self   self%  name");
        assert_eq!(lines[3], "  19   9.50%  largé…");
        assert_eq!(TABLE.lines().next(), Some(lines[0]));
        assert!(lines[1..].iter().all(|line| line.chars().count() <= 20));
        assert_eq!(shown(TABLE, None, false), TABLE);
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let colourful = shown(TABLE, None, true);
        assert_eq!(console::strip_ansi_codes(&colourful), TABLE);
        for styled in [
            "\u{1b}[31m\u{1b}[1m90.00%",
            "\u{1b}[1mself",
            "\u{1b}[2m0.40%",
        ] {
            assert!(colourful.contains(styled), "{styled:?} in {colourful:?}");
        }
    }
}
