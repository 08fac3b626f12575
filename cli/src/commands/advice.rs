//! `zkasm-profile advice`

use zkasm_flamegraph::advice::{self, Commands, Extent, MOST, Untried};
use zkasm_flamegraph::layout::Text;

use crate::format::Format;
use crate::load::RecordedArgs;
use crate::shell::quoted;
use crate::{Answer, files, terminal};

/// Prints what is worth acting on: the few findings that could save most, each with its evidence, an
/// upper bound of what it could save, and the command that shows it.
///
/// docs/advice.md has each rule: what it looks for, from which share on, and what to do. Of each rule there
/// is the place that could save most. Rules that could not be tried, for a run is too short, was recorded by
/// calls, or is of a program that was not compiled, are named.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile advice profiles/fibonacci\n  $ zkasm-profile advice profiles/fibonacci --all"
)]
pub(crate) struct Advice {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// How many findings to print at most; 0 for one of every rule that has any.
    #[arg(short = 'n', long, value_name = "N", default_value_t = MOST, conflicts_with = "all")]
    limit: usize,
    /// Every place at which a rule found something.
    #[arg(long)]
    all: bool,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Advice {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let extent = match (self.all, self.limit) {
            (true, _) => Extent::All,
            (false, 0) => Extent::First(usize::MAX),
            (false, limit) => Extent::First(limit),
        };
        let mut advice = advice::Advice::of(&recorded.profile()?, extent);
        advice.scope = recorded.scope();
        match self.format {
            Format::Json => files::stdout(advice.to_json().as_bytes())?,
            Format::Text => {
                let mut text = text_of(&advice, &self.recorded.words());
                if advice.findings.is_empty() {
                    let is_untried =
                        |rules: &advice::UntriedRules| rules.reason == Untried::TooShort;
                    if !advice.untried.iter().any(is_untried) {
                        text.sentence("nothing stands out");
                    }
                    text.append(advice.untried_text());
                }
                terminal::show(&text)?;
            }
        }
        Ok(Answer::Yes)
    }
}

/// Advice as text, with commands for the recorded run, which such words of a command name.
pub(super) fn text_of(advice: &advice::Advice, recorded: &str) -> Text {
    let function = |name: &str| format!("zkasm-profile annotate {recorded} {}", quoted(name));
    let all = format!("zkasm-profile advice {recorded} --all");
    advice.text(Some(Commands {
        function: &function,
        all: &all,
    }))
}
