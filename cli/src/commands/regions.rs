//! `zkasm-profile regions`

use anyhow::ensure;
use runtime_hooks::Instrument;
use zkasm_flamegraph::fold;

use crate::format::Format;
use crate::load::RecordedArgs;
use crate::{Answer, files, terminal};

/// Prints what each region cost that the program names by `zkasm.region_begin` and `zkasm.region_end`:
/// how often it began, and the cycles from begin to end.
///
/// Other regions and calls in between are counted, too, so regions overlap. In every other view a region is
/// a frame, `[region:NAME]`.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile profile corpus/regions/regions.wasm --arg 32 -o profiles/regions\n  $ zkasm-profile regions profiles/regions"
)]
pub(crate) struct Regions {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Regions {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let marked = !recorded.map.regions.is_empty();
        ensure!(
            !marked || recorded.log.instrument != Instrument::Off,
            "the log is of a run without hooks, which knows of no region; `profile` writes one with hooks"
        );
        let mut regions = fold::Regions::from_run(&recorded.map, &recorded.log)?;
        regions.scope = recorded.scope();
        match self.format {
            Format::Text if regions.rows.is_empty() => {
                let what = if marked { "began" } else { "is in the program" };
                let mut text = regions.scope.text();
                text.sentence(format_args!("no region {what}"));
                terminal::show(&text)?;
            }
            Format::Text => terminal::show(&regions.text())?,
            Format::Json => files::stdout(regions.to_json().as_bytes())?,
        }
        Ok(Answer::Yes)
    }
}
