//! Which run a table is of, and which part of it.

use std::fmt::Display;

use runtime_hooks::log::Outcome;
use serde::{Deserialize, Serialize};

use crate::layout::Text;
use crate::text::{number, one_line, percent, share};

/// Which run a table is of, and which part of it.
///
/// In the JSON of a table these are fields of its own object:
///
/// | field | meaning |
/// |---|---|
/// | `outcome` | how the run ended, as `profile` has it: an object of `outcome`, and `results` or `trap`; absent if not known |
/// | `focus` | of a part of the run, what [means](crate::matching) the functions that it ran inside of |
/// | `own` | whether what is inlined from Rust's own library counts for what it is inlined into; absent if not |
/// | `profile_sum` | with `focus`: the total of the metric of the whole run |
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// How the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What means the functions that it ran inside of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<String>,
    /// Whether inlined library code counts for what it is inlined into.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// The whole run's total of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_sum: Option<u64>,
}

impl Scope {
    /// All of a run that ended so.
    pub fn of_run(outcome: &Outcome) -> Scope {
        Scope {
            outcome: Some(outcome.clone()),
            ..Scope::default()
        }
    }

    /// The part of it inside of the functions that `name` means; `sum` is the total of the whole.
    #[must_use]
    pub fn inside(self, name: &str, sum: u64) -> Scope {
        Scope {
            focus: Some(name.to_owned()),
            profile_sum: Some(sum),
            ..self
        }
    }

    /// The text that a table begins with: a line if the run did not come to its end.
    pub fn text(&self) -> Text {
        let mut text = Text::default();
        match &self.outcome {
            Some(Outcome::Trap { trap }) => text.sentence(format_args!(
                "the run trapped ({trap}): this is what ran until then"
            )),
            Some(Outcome::OutOfSteps) => text
                .sentence("the run was stopped at its limit of steps: this is what ran until then"),
            Some(Outcome::Halted { .. }) | None => {}
        }
        text
    }

    /// `, inside of NAME`, if it is a part, and who library code counts for.
    pub(crate) fn part(&self) -> String {
        let part = |name: &String| format!(", inside of {}", one_line(name));
        let part = self.focus.as_ref().map(part).unwrap_or_default();
        let own = if self.own {
            ", library code with its users"
        } else {
            ""
        };
        part + own
    }

    /// What a table is of, with its sum: all there is, or a part of the run's.
    pub(crate) fn head(&self, what: impl Display, sum: u64) -> String {
        let part = self.part();
        match self.profile_sum {
            None => format!("{what}{part}: {} in all", number(sum)),
            Some(all) => format!(
                "{what}{part}: {}, {} of {}",
                number(sum),
                share(percent(sum, all)),
                number(all)
            ),
        }
    }
}
