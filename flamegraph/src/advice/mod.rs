//! Advice: the few findings in a profile that are worth acting on, each with what it could save.
//!
//! The rules are data ([`RULES`]). A rule counts some of the cycles, adds them up over places, and is a
//! finding where they are a large enough share of the place and of all. Of each rule there is the
//! finding that could save most; the findings are the [`MOST`] of those that could save most. What a
//! finding could save is an upper bound: as if the cycles that it counts, or the part of them that the
//! rule says, were gone, and nothing came in their place. Of a routine of the runtime that is its own: what
//! its callers do to call it comes on top.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/advice"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `outcome` | how the run ended: [`Scope`] |
//! | `cycles` | all cycles of the run |
//! | `findings` | by what they could save, descending, then in the order of the rules |
//!
//! and a finding:
//!
//! | field | meaning |
//! |---|---|
//! | `rule` | the rule's name: its section in `docs/advice.md` |
//! | `text` | what was found, for people |
//! | `function` | the function that it is about; absent of what is about the run |
//! | `file`, `line` | where that is declared, or the source line that it is about; absent if unknown |
//! | `mostly`, `mostly_file`, `mostly_line` | of what is about the run, where most of it comes from; absent if unknown |
//! | `cycles`, `percent` | what was counted, and that in percent of all cycles |
//! | `share` | what was counted in percent of the place's cycles |
//! | `saves`, `saves_percent` | the cycles that could be saved at most, and that in percent of all; absent of what cannot be estimated |
//! | `others` | at how many other places the rule found the same |

mod find;
mod rules;
mod tell;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

pub use rules::{LEAST, LEAST_CYCLES, MOST, Part, PlaceKind, RULES, Rule, What};

use crate::layout::{Column, Grid, Text};
use crate::profile::Profile;
use crate::scope::Scope;
use crate::text::{grouped, one_line, share, to_json};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/advice";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// The page that has a section for each rule.
pub const PAGE: &str = "docs/advice.md";

/// Findings. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which run it is of, and which part of it.
    #[serde(flatten)]
    pub scope: Scope,
    /// All cycles of the run.
    pub cycles: u64,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// A finding. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// What was found.
    pub text: String,
    /// The function that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The file of `line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The source line that it is about, or where the function is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The function that most of it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mostly: Option<String>,
    /// The file of `mostly_line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mostly_file: Option<String>,
    /// The line that most of it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mostly_line: Option<u32>,
    /// What was counted.
    pub cycles: u64,
    /// That in percent of all cycles.
    pub percent: f64,
    /// And in percent of the place's.
    pub share: f64,
    /// The cycles that could be saved at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saves: Option<u64>,
    /// That in percent of all cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saves_percent: Option<f64>,
    /// At how many other places the rule found the same.
    pub others: u64,
}

impl Advice {
    /// What is worth acting on in a profile.
    pub fn new(profile: &Profile) -> Advice {
        let cycles = profile.total(profile.default_metric());
        let mut findings = Vec::new();
        if cycles >= LEAST_CYCLES {
            let counted = find::Counted::new(profile);
            findings.extend(RULES.iter().filter_map(|rule| counted.finding(rule)));
        }
        // Stable: of equals, the first rule is first.
        findings.sort_by_key(|finding| Reverse(finding.saves.unwrap_or(finding.cycles)));
        findings.truncate(MOST);
        Advice {
            format: FORMAT.to_owned(),
            version: VERSION,
            scope: Scope::default(),
            cycles,
            findings,
        }
    }

    /// The findings for people; nothing of them if there are none.
    pub fn text(&self) -> Text {
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
        }
        text.grid(grid);
        text
    }

    /// The findings as text, for people, one a line; nothing if there are none.
    pub fn to_text(&self) -> String {
        self.text().to_string()
    }

    /// The advice as JSON, in lines for people, ending in a newline.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}
