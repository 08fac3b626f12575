//! `zkasm-profile pprof`

use std::path::PathBuf;

use anyhow::bail;
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::{Granularity, Profile, pprof};

use crate::load::{GranularityArg, RecordedArgs};
use crate::{Answer, files};

/// Writes a profile for pprof (`go tool pprof -http=: NAME.pb.gz`).
///
/// It holds every metric as a sample type, inlined functions, and the cause, operator and rule of each
/// cycle as labels. With granularity `wasm`, frames of the module's text are inside of those of the source
/// (`NAME [wasm]`, in NAME.listing.wat), and with `zkasm` frames of the zkASM inside of those
/// (`NAME [zkasm]`, in NAME.zkasm), so that `-list` and `-weblist` show all three, annotated; these
/// files are looked for beside the side table, where `profile` writes them:
/// `go tool pprof -trim_path=none -source_path=.:profiles/fibonacci -weblist=remember fibonacci.pb.gz`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile pprof profiles/fibonacci -o fibonacci.pb.gz\n  $ zkasm-profile pprof profiles/fibonacci --granularity zkasm -o fibonacci.pb.gz"
)]
pub(crate) struct Pprof {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// The finest frames. By `function` alone, the file is small and has no lines.
    #[arg(long, value_name = "WHAT", default_value = "line")]
    granularity: GranularityArg,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.pb.gz", default_value = "-")]
    output: PathBuf,
}

impl Pprof {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let profile = self.profile()?;
        files::write_all([(self.output.as_path(), pprof::to_pprof(&profile)?.as_slice())])?;
        Ok(Answer::Yes)
    }

    fn profile(&self) -> anyhow::Result<Profile> {
        let recorded = self.recorded.load()?;
        let profile = recorded.profile()?;
        let granularity = self.granularity.into();
        if granularity == Granularity::Function {
            return Ok(profile.by_function()?);
        }
        if granularity == Granularity::Line {
            return Ok(profile);
        }
        let map = &recorded.map;
        if map.is_of_labels() {
            // Its source is the zkASM.
            match granularity {
                Granularity::Wasm => bail!("the program was not compiled from WebAssembly"),
                _ => return Ok(profile),
            }
        }
        let texts = self.recorded.texts()?;
        let wasm = texts.wat_listing(map)?;
        if granularity == Granularity::Wasm {
            let wasm = wasm.ok_or_else(|| texts.without_wat())?;
            return Ok(profile.listed(&[&wasm])?);
        }
        let zkasm = texts.zkasm_listing(map)?;
        let listings: Vec<&Listing> = wasm.iter().chain([&zkasm]).collect();
        Ok(profile.listed(&listings)?)
    }
}
