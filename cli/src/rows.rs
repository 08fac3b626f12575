//! Rows whose parts say what they are, coloured on a terminal like those of perf.

use console::{Style, Term};
use zkasm_flamegraph::annotate::{Row, Tone};

use crate::files;

/// Prints rows. On a terminal their parts are coloured, unless NO_COLOR is set; anywhere else they are plain text.
pub(crate) fn print(rows: &[Row]) -> anyhow::Result<()> {
    let colours = Term::stdout().is_term() && console::colors_enabled();
    files::stdout(shown(rows, colours).as_bytes())
}

fn shown(rows: &[Row], colours: bool) -> String {
    let mut text = String::new();
    for row in rows {
        for span in &row.spans {
            let style = style(span.tone).filter(|_| colours && !span.text.trim().is_empty());
            match style {
                Some(style) => text += &style.apply_to(&span.text).to_string(),
                None => text += &span.text,
            }
        }
        text.push('\n');
    }
    text
}

/// The limits of shares are those of perf.
fn style(tone: Tone) -> Option<Style> {
    let style = Style::new().force_styling(true);
    match tone {
        Tone::Plain => None,
        Tone::Head => Some(style.bold()),
        Tone::Faint => Some(style.dim()),
        Tone::Share(share) => Some(match share {
            5.0.. => style.red().bold(),
            0.5.. => style.green(),
            _ => style.dim(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zkasm_flamegraph::annotate::Span;

    fn span(text: &str, tone: Tone) -> Span {
        Span {
            text: text.to_owned(),
            tone,
        }
    }

    #[test]
    fn every_part_has_its_colour() {
        let spans = vec![
            span("zkPC ", Tone::Head),
            span("12", Tone::Share(7.0)),
            span(" 3", Tone::Share(0.7)),
            span(" 1", Tone::Share(0.1)),
            span(" => A", Tone::Plain),
            span("  ; x", Tone::Faint),
            span("   ", Tone::Share(9.0)),
        ];
        let rows = [Row { spans }, Row::default()];
        let plain = "zkPC 12 3 1 => A  ; x   \n\n";
        assert_eq!(shown(&rows, false), plain);
        let coloured = shown(&rows, true);
        assert_eq!(console::strip_ansi_codes(&coloured), plain);
        for styled in [
            "\u{1b}[1mzkPC ",
            "\u{1b}[31m\u{1b}[1m12",
            "\u{1b}[32m 3",
            "\u{1b}[2m 1",
            "\u{1b}[0m => A",
            "\u{1b}[2m  ; x",
        ] {
            assert!(coloured.contains(styled), "{styled:?} in {coloured:?}");
        }
    }
}
