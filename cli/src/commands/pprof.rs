//! `zkasm-profile pprof`

use std::path::PathBuf;

use zkasm_flamegraph::pprof;

use crate::load::RecordedArgs;
use crate::{Answer, files};

/// Writes a profile for pprof (`go tool pprof -http=: NAME.pb.gz`).
///
/// It holds every metric as a sample type, inlined functions, and the cause of each cycle as a
/// label.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile pprof profiles/fibonacci -o fibonacci.pb.gz")]
pub(crate) struct Pprof {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.pb.gz", default_value = "-")]
    output: PathBuf,
}

impl Pprof {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let profile = self.recorded.load()?.profile()?;
        files::write_all([(self.output.as_path(), pprof::to_pprof(&profile)?.as_slice())])?;
        Ok(Answer::Yes)
    }
}
