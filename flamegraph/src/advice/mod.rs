//! Advice: the few findings in a profile that are worth acting on, each with what it could save.
//!
//! The rules are data ([`RULES`]). A rule counts some of the cycles, adds them up over places, and is a
//! finding where they are a large enough share of the place and of all. Of each rule there is the
//! finding that could save most; the findings are the [`MOST`] of those that could save most, unless
//! [more](Extent) are asked for. Those that estimate nothing are always among them. What a
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
//! | `findings` | premises, then by what they could save, descending, then in the order of the rules; last what could not be estimated |
//! | `omitted` | how many findings there are beyond these |
//! | `untried` | rules that could not be tried; absent if all were |
//!
//! rules that were not tried:
//!
//! | field | meaning |
//! |---|---|
//! | `reason` | why: `too_short`, `no_instructions` (the run was counted by function) or `not_compiled` |
//! | `rules` | their names |
//!
//! and a finding:
//!
//! | field | meaning |
//! |---|---|
//! | `rule` | the rule's name: its section in `docs/advice.md` |
//! | `text` | what was found, for people |
//! | `function` | the function that it is about; absent of what is about the run |
//! | `file`, `line` | where that is declared, or the source line that it is about; absent if unknown |
//! | `mostly`, `mostly_file`, `mostly_line` | of what is about the run, where most of it comes from: the line, or where the function is declared; absent if unknown |
//! | `hottest_file`, `hottest_line` | of what is about a function, the line with most of it; absent if unknown |
//! | `compiled` | the function as it was compiled to look at: `function`, or that which `mostly` is in; absent if there is none |
//! | `cycles`, `percent` | what was counted, and that in percent of all cycles |
//! | `share` | what was counted in percent of the place's cycles |
//! | `saves`, `saves_percent` | the cycles that could be saved at most, and that in percent of all; absent of what cannot be estimated |
//! | `others` | at how many other places the rule found the same |

mod find;
mod machine;
mod named;
mod names;
mod rules;
mod tell;
mod text;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use rules::{
    COPIES, HASHES, Kind, LEAST, LEAST_CYCLES, MOST, Names, Part, PlaceKind, RULES, Rule, What,
};

pub use text::Commands;

use crate::profile::Profile;
use crate::scope::Scope;
use crate::text::to_json;

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
    /// How many there are beyond these.
    #[serde(default)]
    pub omitted: u64,
    /// Rules that could not be tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untried: Vec<UntriedRules>,
}

/// Rules that could not be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntriedRules {
    /// Why.
    pub reason: Untried,
    /// Their names.
    pub rules: Vec<String>,
}

/// Why a rule could not be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untried {
    /// The run has fewer than [`LEAST_CYCLES`].
    TooShort,
    /// The run was counted by function: of no cycle it is known which instruction it was.
    NoInstructions,
    /// The program was written by hand, so its lines have no causes and operators.
    NotCompiled,
}

/// How many findings there are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Of each rule that of one place, and of these so many.
    First(usize),
    /// Those of every rule at every place.
    All,
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
    /// The file of `hottest_line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hottest_file: Option<String>,
    /// Of what is about a function, the line that has most of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hottest_line: Option<u32>,
    /// The function as it was compiled to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiled: Option<String>,
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
    /// What is worth acting on in a profile: the first [`MOST`].
    pub fn new(profile: &Profile) -> Advice {
        Advice::of(profile, Extent::First(MOST))
    }

    /// What is worth acting on in a profile.
    pub fn of(profile: &Profile, extent: Extent) -> Advice {
        let counted = find::Counted::new(profile);
        let is_short = counted.cycles < LEAST_CYCLES;
        let mut found: Vec<(Kind, Finding)> = Vec::new();
        let mut untried: BTreeMap<Untried, Vec<String>> = BTreeMap::new();
        let mut all = 0;
        for rule in RULES {
            let reason = match is_short {
                true => Some(Untried::TooShort),
                false => counted.untried(rule),
            };
            if let Some(reason) = reason {
                untried
                    .entry(reason)
                    .or_default()
                    .push(rule.name.to_owned());
                continue;
            }
            let mut findings = counted.findings(rule);
            all += findings.len();
            if let Extent::First(_) = extent {
                let others = findings.len().saturating_sub(1);
                findings.truncate(1);
                for first in &mut findings {
                    first.others = others as u64;
                }
            }
            found.extend(findings.into_iter().map(|finding| (rule.kind, finding)));
        }
        // Stable: of equals, the first rule is first.
        found.sort_by_key(|(kind, finding)| (*kind, Reverse(finding.saves)));
        if let Extent::First(limit) = extent {
            limit_to(&mut found, limit);
        }
        let untried = untried.into_iter();
        Advice {
            format: FORMAT.to_owned(),
            version: VERSION,
            scope: Scope::default(),
            cycles: counted.cycles,
            omitted: (all - found.len()) as u64,
            findings: found.into_iter().map(|(_, finding)| finding).collect(),
            untried: untried
                .map(|(reason, rules)| UntriedRules { reason, rules })
                .collect(),
        }
    }

    /// The advice as JSON, in lines for people, ending in a newline.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// Leaves so many findings: all that estimate nothing, and of the others the first.
fn limit_to(found: &mut Vec<(Kind, Finding)>, limit: usize) {
    let estimates = |kind: Kind| kind == Kind::Saving;
    let others = found.iter().filter(|(kind, _)| !estimates(*kind)).count();
    let mut room = limit.saturating_sub(others);
    found.retain(|(kind, _)| {
        let stays = !estimates(*kind) || room > 0;
        if estimates(*kind) {
            room = room.saturating_sub(1);
        }
        stays
    });
    found.truncate(limit);
}
