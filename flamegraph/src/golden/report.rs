//! A comparison as text: a verdict line, then only what changed.

use std::fmt;

use super::compare::{Change, Comparison, Difference, Reason, Verdict};
use crate::text::{change, change_percent};

impl Comparison {
    /// Whether the two files say the same.
    pub fn is_same(&self) -> bool {
        self.verdict == Verdict::Same
    }

    /// The verdict in one line, without its newline.
    pub fn verdict_line(&self) -> String {
        let (base, head) = (self.base_cycles, self.head_cycles);
        let word = self.verdict.name();
        if base == head {
            let what = match self.verdict {
                Verdict::Same => String::new(),
                _ => format!(", but {}", self.what_changed()),
            };
            return format!("{word}: {head} cycles{what}");
        }
        format!(
            "{word}: {base} → {head} cycles ({}, {}), {}",
            change(base, head),
            change_percent(base, head),
            self.what_changed()
        )
    }

    /// How many functions changed; without any, that other things did.
    fn what_changed(&self) -> String {
        let count = |wanted: fn(Change) -> bool| {
            let functions = self
                .differences
                .iter()
                .filter(|d| matches!(d, Difference::Function { change, .. } if wanted(*change)));
            functions.count()
        };
        let counts = [
            ("added", count(|c| c == Change::Added)),
            ("removed", count(|c| c == Change::Removed)),
            (
                "changed",
                count(|c| c != Change::Added && c != Change::Removed),
            ),
        ];
        let parts: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count != 0)
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        if parts.is_empty() {
            "no function changed".to_owned()
        } else {
            format!("functions: {}", parts.join(", "))
        }
    }

    /// The whole report; the last line ends in a newline. It begins with the verdict line.
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    fn rows(&self, row: impl Fn(&Difference) -> Option<Vec<String>>) -> Vec<Vec<String>> {
        self.differences.iter().filter_map(row).collect()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.verdict_line())?;
        if !self.reasons.is_empty() {
            let reasons: Vec<&str> = self
                .reasons
                .iter()
                .map(|&reason| Reason::text(reason))
                .collect();
            writeln!(f, "because {}", reasons.join(", and "))?;
        }
        section(f, "header", None, &self.rows(header_row))?;
        section(f, "totals", None, &self.rows(total_row))?;
        section(f, "cycles by cause", None, &self.rows(cause_row))?;
        let titles = ["", "self", "", "", "total", "calls", "function"];
        section(f, "functions", Some(&titles), &self.rows(function_row))
    }
}

fn header_row(difference: &Difference) -> Option<Vec<String>> {
    let Difference::Header { field, base, head } = difference else {
        return None;
    };
    let [base, head] = [base, head].map(|text| match text.as_str() {
        "" => "(none)",
        text => text,
    });
    Some(vec![field.name().to_owned(), format!("{base} → {head}")])
}

fn total_row(difference: &Difference) -> Option<Vec<String>> {
    let Difference::Total { metric, base, head } = difference else {
        return None;
    };
    let (old, new) = (base.unwrap_or(0), head.unwrap_or(0));
    let text = |value: &Option<u64>| value.map_or("absent".to_owned(), |value| value.to_string());
    Some(vec![
        format!("{} → {}", text(base), text(head)),
        change(old, new),
        change_percent(old, new),
        metric.clone(),
    ])
}

fn cause_row(difference: &Difference) -> Option<Vec<String>> {
    let &Difference::Cause {
        ref cause,
        base,
        head,
    } = difference
    else {
        return None;
    };
    Some(vec![
        format!("{base} → {head}"),
        change(base, head),
        change_percent(base, head),
        cause.clone(),
    ])
}

fn function_row(difference: &Difference) -> Option<Vec<String>> {
    let &Difference::Function {
        ref name,
        change: what,
        base,
        head,
    } = difference
    else {
        return None;
    };
    let (old, new) = (base.unwrap_or_default(), head.unwrap_or_default());
    let mark = match what {
        Change::Added => "+",
        Change::Removed => "-",
        _ => match (new.self_value, new.total).cmp(&(old.self_value, old.total)) {
            std::cmp::Ordering::Greater => "↑",
            std::cmp::Ordering::Less => "↓",
            std::cmp::Ordering::Equal => "=",
        },
    };
    Some(vec![
        mark.to_owned(),
        pair(old.self_value, new.self_value),
        change(old.self_value, new.self_value),
        change_percent(old.self_value, new.self_value),
        pair(old.total, new.total),
        pair(old.calls, new.calls),
        format!("{name} ({})", what.text()),
    ])
}

/// `old → new`, or the one value if both are the same.
fn pair(old: u64, new: u64) -> String {
    if old == new {
        old.to_string()
    } else {
        format!("{old} → {new}")
    }
}

/// A titled table: columns right-justified but for the last. Nothing, if it has no rows.
fn section(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    columns: Option<&[&str]>,
    rows: &[Vec<String>],
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    let titles = columns.map(|titles| titles.iter().map(|&t| t.to_owned()).collect());
    let rows: Vec<&Vec<String>> = titles.iter().chain(rows).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line.push_str("  ");
            if column + 1 == row.len() {
                line.push_str(cell);
            } else {
                line.push_str(&format!("{cell:>width$}", width = widths[column]));
            }
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
