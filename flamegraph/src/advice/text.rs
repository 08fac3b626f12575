//! Advice as text, for people.

use std::fmt::Write as _;

use super::{Advice, Finding, LEAST_CYCLES, PAGE, Untried, UntriedRules};
use crate::text::{grouped, one_line};

/// Commands that show more, as the text names them.
#[derive(Clone, Copy)]
pub struct Commands<'a> {
    /// That shows a function, as it was compiled.
    pub function: &'a dyn Fn(&str) -> String,
    /// That prints all findings.
    pub all: &'a str,
}

impl Advice {
    /// The findings as text, for people: for each a line, and a second one with the command that shows it;
    /// then how many there are beyond these, and [what was not tried](Advice::untried_text). Nothing if
    /// there are no findings.
    pub fn to_text(&self, commands: Option<Commands<'_>>) -> String {
        let mut text = String::new();
        if self.findings.is_empty() {
            return text;
        }
        let _ = writeln!(
            text,
            "worth a look: what could be saved at most, and how ({PAGE})"
        );
        let saves = |finding: &Finding| finding.saves.map(grouped).unwrap_or_default();
        let width = |of: &dyn Fn(&Finding) -> usize, title: &str| {
            let widest = self.findings.iter().map(of).max().unwrap_or(0);
            widest.max(title.len())
        };
        let saves_width = width(&|finding| saves(finding).len(), "saves");
        let rule_width = width(&|finding| finding.rule.len(), "rule");
        let _ = writeln!(
            text,
            "{:rule_width$}  {:>saves_width$}  saves%  finding",
            "rule", "saves"
        );
        for finding in &self.findings {
            let percent = finding.saves_percent.map(|part| format!("{part:.2}%"));
            let others = match finding.others {
                0 => String::new(),
                1 => "; and one more like it".to_owned(),
                others => format!("; and {others} more like it"),
            };
            let _ = writeln!(
                text,
                "{:rule_width$}  {:>saves_width$} {:>7}  {}{others}",
                finding.rule,
                saves(finding),
                percent.unwrap_or_default(),
                one_line(&finding.text),
            );
            if let (Some(commands), Some(function)) = (commands, &finding.compiled) {
                let command = one_line(&(commands.function)(function));
                let indent = rule_width + saves_width + 12;
                let _ = writeln!(text, "{:indent$}{command}", "");
            }
        }
        if let (Some(commands), 1..) = (commands, self.omitted) {
            let _ = writeln!(text, "{} more: {}", grouped(self.omitted), commands.all);
        }
        text + &self.untried_text()
    }

    /// Which rules were not tried, and why: a line for each reason, nothing if all were.
    pub fn untried_text(&self) -> String {
        let line = |UntriedRules { reason, rules }: &UntriedRules| {
            let rules = rules.join(", ");
            match reason {
                Untried::TooShort => format!(
                    "no rule was tried: the run has fewer than {} cycles\n",
                    grouped(LEAST_CYCLES)
                ),
                Untried::NoInstructions => format!(
                    "not tried, since cycles were counted by function, not by instruction: {rules}\n"
                ),
                Untried::NotCompiled => {
                    format!("not tried, since the program was not compiled: {rules}\n")
                }
            }
        };
        self.untried.iter().map(line).collect()
    }
}
