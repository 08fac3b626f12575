//! `zkasm-profile pprof`

use std::path::PathBuf;

use anyhow::bail;
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::{Granularity, Profile, pprof};

use crate::detail::{self, Detailed};
use crate::load::{GranularityArg, Recorded, RecordedArgs};
use crate::{Answer, files, titles};

/// Writes a profile for pprof (`go tool pprof -http=: NAME.pb.gz`).
///
/// It holds every metric as a sample type, inlined functions, and the cause of each cycle as a label; with
/// granularity `wasm` and `zkasm` operator and rule, too. With granularity `wasm`, frames of the module's text are inside of those of the source
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
    /// The finest frames; by default `line`, or `wasm` where no source lines are known, or `function`, which
    /// has no lines and is small, where those would be more than 500,000 samples.
    #[arg(long, value_name = "WHAT")]
    granularity: Option<GranularityArg>,
    /// Where to write; by default stdout.
    #[arg(short, value_name = "OUT.pb.gz", default_value = "-")]
    output: PathBuf,
}

impl Pprof {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let recorded = self.recorded.load()?;
        let profile = self.profile(&recorded)?;
        let bytes = pprof::to_commented_pprof(&profile, &titles::comments(&recorded))?;
        files::write_all([(self.output.as_path(), bytes.as_slice())])?;
        Ok(Answer::Yes)
    }

    fn profile(&self, recorded: &Recorded) -> anyhow::Result<Profile> {
        let map = &recorded.map;
        let texts = self.recorded.texts()?;
        let asked = self.granularity.map(Granularity::from);
        if map.is_of_labels() && asked == Some(Granularity::Wasm) {
            bail!("the program was not compiled from WebAssembly");
        }
        // Of a program that was not compiled the zkASM is the source.
        let is_listed = match asked {
            None => !detail::has_lines(map),
            Some(granularity) => granularity >= Granularity::Wasm,
        };
        let wat = match is_listed && !map.is_of_labels() {
            true => texts.wat_listing(map)?,
            false => None,
        };
        let Detailed {
            profile,
            granularity,
            note,
        } = detail::for_pprof(recorded, asked, wat.as_ref(), "the profile")?;
        if let Some(note) = note {
            eprintln!("note: {note}");
        }
        match granularity {
            _ if asked.is_none() || map.is_of_labels() => Ok(profile),
            Granularity::Function | Granularity::Line => Ok(profile),
            Granularity::Wasm => {
                let wat = wat.ok_or_else(|| texts.without_wat())?;
                Ok(profile.listed(&[&wat]))
            }
            Granularity::Zkasm => {
                let zkasm = texts.zkasm_listing(map)?;
                let listings: Vec<&Listing> = wat.iter().chain([&zkasm]).collect();
                Ok(profile.listed(&listings))
            }
        }
    }
}
