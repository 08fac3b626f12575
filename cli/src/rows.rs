//! Rows whose parts say what they are, coloured as [tables](crate::terminal) are.

use console::Style;
use zkasm_flamegraph::annotate::{Row, Tone};

use crate::{files, terminal};

/// Prints rows.
pub(crate) fn print(rows: &[Row]) -> anyhow::Result<()> {
    files::stdout(shown(rows, console::colors_enabled()).as_bytes())
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

fn style(tone: Tone) -> Option<Style> {
    let style = match tone {
        Tone::Plain => return None,
        Tone::Head => Style::new().bold(),
        Tone::Faint => Style::new().dim(),
        Tone::Share(share) => terminal::of_share(share),
    };
    Some(style.force_styling(true))
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
