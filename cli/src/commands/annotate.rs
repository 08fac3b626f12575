//! `zkasm-profile annotate`

use zkasm_flamegraph::annotate::{Annotation, Texts};
use zkasm_flamegraph::listing::Listing;

use crate::format::Format;
use crate::load::RecordedArgs;
use crate::sources::SourceArgs;
use crate::{Answer, files, terminal};

/// The width where nothing says another.
const WIDTH: usize = 120;
/// The narrowest that makes sense.
const NARROWEST: usize = 60;

/// Prints source, WebAssembly and zkASM of a function side by side, with what each line cost.
///
/// A row for each line of the source, with what it cost itself and with what is inlined there, which
/// follows it; beneath, each WASM operator that was compiled for it, and beside that the zkASM lines that
/// it pays for, with how often they ran and why the compiler spends them. `+` marks what else a zkASM line
/// does. All zkASM lines of a function add up to its own cost. Of hand-written zkASM the source is the
/// zkASM.
///
/// Needed beside the side table: NAME.zkasm and, of a module, NAME.listing.wat, which `profile` writes.
/// Of a run that was recorded without blocks no line is known, and none is shown.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile annotate profiles/fibonacci remember\n  $ zkasm-profile annotate profiles/fibonacci sum --metric mem --width 80"
)]
pub(crate) struct Annotate {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// Which functions, as they were compiled, with all that was inlined into them: a function's whole name, as
    /// it is shown or mangled; or what several names contain; or /REGEX/. Capital letters count if there are any.
    function: String,
    /// The metric: calls, cycles, mem, binary, arith, mem_align, keccak_f or cells.
    #[arg(long, default_value = "cycles")]
    metric: String,
    /// How many functions to annotate, the costliest first; 0 for all.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// Lines that never ran, too.
    #[arg(long)]
    all: bool,
    /// How many columns to fill; by default those of the terminal, or 120. Below 100, zkASM is beneath the
    /// WebAssembly.
    #[arg(long, value_name = "N")]
    width: Option<usize>,
    #[command(flatten)]
    sources: SourceArgs,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Annotate {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let annotation = self.annotation()?;
        let printed = match self.format {
            Format::Json => annotation.to_json(),
            Format::Text => annotation.to_text(self.width(), self.all) + &self.note(&annotation),
        };
        // What is asked to be so wide is not cut.
        match self.width {
            Some(_) => files::stdout(printed.as_bytes())?,
            None => terminal::print(&printed, self.format)?,
        }
        Ok(Answer::Yes)
    }

    fn annotation(&self) -> anyhow::Result<Annotation> {
        let recorded = self.recorded.load()?;
        let texts = self.recorded.texts()?;
        let (map, log) = (&recorded.map, &recorded.log);
        let program = texts.program(map)?;
        let zkasm = program.line_texts();
        let (listing, wat);
        let module = if map.is_of_labels() {
            None
        } else {
            wat = texts.wat(map)?.ok_or_else(|| texts.without_wat())?;
            listing = Listing::wat(&map.module.name, &wat)?;
            Some((&listing, wat.as_str()))
        };
        let limit = match self.limit {
            0 => usize::MAX,
            limit => limit,
        };
        let texts = Texts {
            wat: module,
            zkasm: &zkasm,
        };
        let mut annotation = Annotation::new(map, log, &self.metric, &self.function, limit, texts)?;
        if map.is_of_labels() {
            let names = program.sources.names_from_own_folder();
            let files = program.sources.files();
            annotation.add_sources(|name| {
                let index = names.iter().position(|own| own == name)?;
                Some(files.get(index)?.text.clone())
            });
        } else {
            annotation.add_sources(|name| self.sources.read(name));
        }
        Ok(annotation)
    }

    fn width(&self) -> usize {
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let width = self.width.or_else(columns).or_else(terminal::width);
        width.unwrap_or(WIDTH).max(NARROWEST)
    }

    /// What to do about sources that are missing for what is shown; nothing if none are.
    fn note(&self, annotation: &Annotation) -> String {
        let missing = annotation.missing_in_text(self.all);
        if missing.is_empty() {
            return String::new();
        }
        let files: String = missing.iter().map(|file| format!("  {file}\n")).collect();
        format!(
            "not found, so without text; --source-path names the folder they are below, and --trim-path\n\
             what to leave out before:\n{files}"
        )
    }
}
