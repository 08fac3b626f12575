//! Text with tables on a terminal: fitted to its width, and coloured like perf's.
//!
//! | of the environment | means |
//! |---|---|
//! | `COLUMNS=N` | so many columns, whatever the terminal has, and where there is none |
//! | `NO_COLOR`, not empty | no colours |
//! | `CLICOLOR_FORCE` or `FORCE_COLOR`, not empty and not 0 | colours, even where stdout is no terminal |
//! | `CLICOLOR=0`, `TERM=dumb` | no colours |
//!
//! The first that applies decides about colours, and `--color` before all of them.

use std::env;

use console::{Style, Term};
use zkasm_flamegraph::layout::{Laid, Text};

use crate::files;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless the environment says otherwise: NO_COLOR, CLICOLOR_FORCE or FORCE_COLOR, CLICOLOR=0,
    /// TERM=dumb.
    Auto,
    /// Wherever it is printed.
    Always,
    /// Nowhere.
    Never,
}

impl Color {
    /// Makes the choice that of everything that is printed.
    pub(crate) fn set(self) {
        let stdout = Term::stdout().is_term();
        let colours = self.colours(|name| env::var(name).ok(), stdout);
        console::set_colors_enabled(colours);
    }

    fn colours(self, variable: impl Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_forced = |name: &str| given(name).is_some_and(|value| value != "0");
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if given("NO_COLOR").is_some() => false,
            Color::Auto if is_forced("CLICOLOR_FORCE") || is_forced("FORCE_COLOR") => true,
            Color::Auto => {
                let is_off = given("CLICOLOR").is_some_and(|value| value == "0");
                let is_dumb = given("TERM").is_some_and(|value| value == "dumb");
                is_terminal && !is_off && !is_dumb
            }
        }
    }
}

/// Prints a text with tables: as wide as it is, or as wide as there are [columns](width).
pub(crate) fn show(text: &Text) -> anyhow::Result<()> {
    let lines = match width() {
        Some(columns) => text.fitted(columns),
        None => text.whole(),
    };
    let coloured = console::colors_enabled();
    let lines = lines.iter().map(|line| match coloured {
        true => styled(line) + "\n",
        false => line.text().to_owned() + "\n",
    });
    files::stdout(lines.collect::<String>().as_bytes())
}

/// The columns to fill: those that COLUMNS says, or the terminal's that stdout is; none if it is none.
pub(crate) fn width() -> Option<usize> {
    let said = env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let said = said.filter(|&columns| columns > 0);
    said.or_else(|| Some(Term::stdout().size_checked()?.1.into()))
}

/// The colour of a share in percent by its size; the limits are those of perf.
pub(crate) fn of_share(percent: f64) -> Style {
    match percent {
        5.0.. => Style::new().red().bold(),
        0.5.. => Style::new().green(),
        _ => Style::new().dim(),
    }
}

/// A line with its share in its colour.
fn styled(line: &Laid) -> String {
    let styled = |style: Style, text: &str| style.force_styling(true).apply_to(text).to_string();
    match line {
        Laid::Head(text) => styled(Style::new().bold(), text),
        Laid::Row {
            text,
            share: Some(share),
        } => {
            let (before, rest) = text.split_at(share.at.start);
            let (shown, after) = rest.split_at(share.at.len());
            format!("{before}{}{after}", styled(of_share(share.percent), shown))
        }
        Laid::Text(text) | Laid::Row { text, share: None } => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use zkasm_flamegraph::layout::{Column, Grid};

    use super::*;

    #[test]
    fn colours_change_nothing_but_colours() {
        let mut text = Text::default();
        text.sentence("7 rows of 9, 90.00%");
        let mut grid = Grid::new([
            Column::number("self"),
            Column::share("self%"),
            Column::name("name"),
        ]);
        for (value, share, name) in [
            ("180", 90.0, "hot 50.00%"),
            ("9", 4.5, "warm"),
            ("1", 0.4, "cold"),
        ] {
            let cells = [value.to_owned(), format!("{share:.2}%"), name.to_owned()];
            grid.row(cells, Some(share));
        }
        text.grid(grid);
        let colourful: String = text
            .whole()
            .iter()
            .map(|line| styled(line) + "\n")
            .collect();
        assert_eq!(console::strip_ansi_codes(&colourful), text.to_string());
        let lines: Vec<&str> = colourful.lines().collect();
        assert_eq!(lines[0], "7 rows of 9, 90.00%");
        assert!(lines[1].starts_with("\u{1b}[1mself"), "{:?}", lines[1]);
        assert!(
            lines[2].contains(" \u{1b}[31m\u{1b}[1m90.00%\u{1b}[0m  hot 50.00%"),
            "{:?}",
            lines[2]
        );
        assert!(lines[3].contains("\u{1b}[32m4.50%"), "{:?}", lines[3]);
        assert!(lines[4].contains("\u{1b}[2m0.40%"), "{:?}", lines[4]);
    }

    #[test]
    fn the_first_that_applies_decides_about_colours() {
        let colours = |color: Color, set: &[(&str, &str)], is_terminal: bool| {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            color.colours(variable, is_terminal)
        };
        assert!(colours(Color::Auto, &[], true));
        assert!(!colours(Color::Auto, &[], false));
        assert!(colours(Color::Always, &[("NO_COLOR", "1")], false));
        assert!(!colours(Color::Never, &[("FORCE_COLOR", "1")], true));
        assert!(!colours(Color::Auto, &[("NO_COLOR", "0")], true));
        assert!(colours(Color::Auto, &[("NO_COLOR", "")], true));
        assert!(!colours(
            Color::Auto,
            &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
            true
        ));
        for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
            assert!(colours(Color::Auto, &[(name, "1")], false));
            assert!(!colours(Color::Auto, &[(name, "0")], false));
            assert!(!colours(Color::Auto, &[(name, "")], false));
        }
        assert!(!colours(Color::Auto, &[("CLICOLOR", "0")], true));
        assert!(!colours(Color::Auto, &[("TERM", "dumb")], true));
    }
}
