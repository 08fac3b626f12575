//! Advice as text, for people.

use super::{Advice, LEAST_CYCLES, PAGE, Untried, UntriedRules};
use crate::layout::{Column, Grid, Text};
use crate::text::{grouped, one_line, share};

/// Commands that show more, as the text names them.
#[derive(Clone, Copy)]
pub struct Commands<'a> {
    /// That shows a function, as it was compiled.
    pub function: &'a dyn Fn(&str) -> String,
    /// That prints all findings.
    pub all: &'a str,
}

impl Advice {
    /// The findings for people: for each a row, and a second one with the command that shows it; then how
    /// many there are beyond these, and [what was not tried](Advice::untried_text). Nothing of them if
    /// there are no findings.
    pub fn text(&self, commands: Option<Commands<'_>>) -> Text {
        let mut text = self.scope.text();
        if self.findings.is_empty() {
            return text;
        }
        text.sentence(format_args!(
            "worth a look: what could be saved at most, and how ({PAGE})"
        ));
        let mut grid = Grid::new([
            Column::word("rule"),
            Column::number("saves"),
            Column::share("saves%"),
            Column::words("finding"),
        ]);
        for finding in &self.findings {
            let others = match finding.others {
                0 => String::new(),
                1 => "; and one more like it".to_owned(),
                others => format!("; and {others} more like it"),
            };
            let cells = [
                finding.rule.clone(),
                finding.saves.map(grouped).unwrap_or_default(),
                finding.saves_percent.map(share).unwrap_or_default(),
                one_line(&finding.text) + &others,
            ];
            grid.row(cells, finding.saves_percent);
            if let (Some(commands), Some(function)) = (commands, &finding.compiled) {
                let command = one_line(&(commands.function)(function));
                grid.row([String::new(), String::new(), String::new(), command], None);
            }
        }
        text.grid(grid);
        if let (Some(commands), 1..) = (commands, self.omitted) {
            text.sentence(format_args!(
                "{} more: {}",
                grouped(self.omitted),
                commands.all
            ));
        }
        text.append(self.untried_text());
        text
    }

    /// The same as plain text.
    pub fn to_text(&self, commands: Option<Commands<'_>>) -> String {
        self.text(commands).to_string()
    }

    /// Which rules were not tried, and why: a line for each reason, nothing if all were.
    pub fn untried_text(&self) -> Text {
        let mut text = Text::default();
        for UntriedRules { reason, rules } in &self.untried {
            let rules = rules.join(", ");
            text.sentence(match reason {
                Untried::TooShort => format!(
                    "no rule was tried: the run has fewer than {} cycles",
                    grouped(LEAST_CYCLES)
                ),
                Untried::NoInstructions => format!(
                    "not tried, since cycles were counted by function, not by instruction: {rules}"
                ),
                Untried::NotCompiled => {
                    format!("not tried, since the program was not compiled: {rules}")
                }
            });
        }
        text
    }
}
