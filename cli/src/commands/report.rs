//! `zkasm-profile report`

use std::path::PathBuf;

use zkasm_flamegraph::advice::Advice;

use crate::listings::Texts;
use crate::load::RecordedArgs;
use crate::sources::SourceArgs;
use crate::{Answer, files};

/// Writes a report: one page for a browser, which needs nothing else, neither network nor other files.
///
/// It has a summary, an interactive flamegraph, a table of the functions, and the source, the module's
/// text and the zkASM side by side, linked to each other, with what each line costs. `profile` writes one,
/// too; this command is for sources that are elsewhere. Needed beside the side table: NAME.zkasm, and for
/// the module's text NAME.listing.wat.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile report profiles/fibonacci -o report.html")]
pub(crate) struct Report {
    #[command(flatten)]
    recorded: RecordedArgs,
    #[command(flatten)]
    sources: SourceArgs,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.html", default_value = "-")]
    output: PathBuf,
}

impl Report {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let beside = self.recorded.texts()?;
        let program = beside.program(&recorded.map)?;
        let wat = match recorded.map.is_of_labels() {
            true => None,
            false => beside.wat(&recorded.map)?,
        };
        let name = beside.name();
        let texts = Texts::new(name, &program, wat, &recorded.map, &self.sources)?;
        let profile = recorded.profile()?;
        let html = texts.report(name, &recorded, &profile, &Advice::new(&profile))?;
        files::write_all([(self.output.as_path(), html.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
