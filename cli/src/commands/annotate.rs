//! `zkasm-profile annotate`

use anyhow::ensure;
use zkasm_flamegraph::annotate::{Annotation, Options, Order, Place, Texts};

use crate::format::{Format, percent};
use crate::load::RecordedArgs;
use crate::sources::SourceArgs;
use crate::{Answer, files, rows, terminal};

/// The width where nothing says another.
const WIDTH: usize = 120;
/// The narrowest that makes sense.
const NARROWEST: usize = 60;

/// Prints source, WebAssembly and zkASM of a function side by side, with what each line cost.
///
/// A row for each line of the source, with what it cost itself and with what is inlined there, which
/// follows it (↳); beneath, each WASM operator that was compiled for it, and beside that the zkASM lines that
/// it pays for, with how often they ran and why the compiler spends them. `+` marks what else a zkASM line
/// does, and "done by zkPC 20" an operator whose work the line 20 does, which another operator pays for.
/// In the row before an operator are those before it that became no zkASM of their own, as `local.get`. `…` stands for
/// what is left out: source lines that did not run, operators that there is no room for, or, by --order zkpc, zkASM lines.
///
/// A function that was compiled has all in it that was inlined into it, and its zkASM lines add up to its own cost. A
/// function that was inlined is shown over all places where it is, with what is inlined into it in turn;
/// its zkASM lines are those of the functions that it is in. One that was both is shown as both.
/// Of hand-written zkASM the source is the zkASM.
///
/// Needed beside the side table: NAME.zkasm and, of a module, NAME.listing.wat, which `profile` writes.
/// Of a run that was recorded without blocks no line is known, and none is shown.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile annotate profiles/fibonacci remember\n  $ zkasm-profile annotate profiles/fibonacci sum --metric mem --width 80\n  $ zkasm-profile annotate profiles/fibonacci advance\n  $ zkasm-profile annotate profiles/fibonacci iterative --order zkpc --min-percent 1"
)]
pub(crate) struct Annotate {
    #[command(flatten)]
    recorded: RecordedArgs,
    /// Which functions: a function's whole name, as it is shown or mangled; or what several names contain; or
    /// /REGEX/. Capital letters count if there are any.
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
    /// Leave out source lines and operators, or zkASM lines, below so many percent of their function, and
    /// say how many there were. Only in text.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = percent)]
    min_percent: f64,
    /// Only what was compiled for some lines of the source, and what is inlined there: FILE:LINE or FILE:FIRST-LAST,
    /// where FILE can be the end of a path. Only in text.
    #[arg(long, value_name = "FILE:LINE", value_parser = place)]
    line: Option<Place>,
    /// In which order. Only in text.
    #[arg(long, value_name = "ORDER", default_value = "source")]
    order: OrderArg,
    /// How many columns to fill, at least 60; by default as many as COLUMNS says, or else as the terminal has, or 120.
    /// Below 100, zkASM is beneath the WebAssembly.
    #[arg(long, value_name = "N")]
    width: Option<usize>,
    #[command(flatten)]
    sources: SourceArgs,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OrderArg {
    /// Source lines, with what was compiled for them.
    Source,
    /// zkASM lines by address, with labels, where jumps go, and source lines and operators as comments where they
    /// change.
    Zkpc,
}

fn place(text: &str) -> Result<Place, String> {
    Place::parse(text).ok_or_else(|| "not FILE:LINE, and not FILE:FIRST-LAST".to_owned())
}

impl Annotate {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let annotation = self.annotation()?;
        if let Format::Json = self.format {
            files::stdout(annotation.to_json().as_bytes())?;
            return Ok(Answer::Yes);
        }
        let options = self.options();
        if let Some(place) = &options.place {
            ensure!(
                annotation.has(place),
                "nothing of what is annotated was compiled for a line there: {}",
                self.shown_line()
            );
        }
        rows::print(&annotation.to_rows(&options))?;
        self.warn_of_missing(&annotation, &options);
        Ok(Answer::Yes)
    }

    fn options(&self) -> Options {
        let order = match self.order {
            OrderArg::Source => Order::Source,
            OrderArg::Zkpc => Order::Zkpc,
        };
        Options {
            width: self.width(),
            all: self.all,
            min_percent: self.min_percent,
            order,
            place: self.line.clone(),
        }
    }

    fn shown_line(&self) -> String {
        self.line.as_ref().map(Place::to_string).unwrap_or_default()
    }

    fn annotation(&self) -> anyhow::Result<Annotation> {
        let recorded = self.recorded.load()?;
        let texts = self.recorded.texts()?;
        let (map, log) = (&recorded.map, &recorded.log);
        let program = texts.program(map)?;
        let zkasm = program.line_texts();
        let module = match map.is_of_labels() {
            true => None,
            false => Some(
                texts
                    .wat_and_listing(map)?
                    .ok_or_else(|| texts.without_wat())?,
            ),
        };
        let limit = match self.limit {
            0 => usize::MAX,
            limit => limit,
        };
        let texts = Texts {
            wat: module
                .as_ref()
                .map(|(listing, text)| (listing, text.as_str())),
            zkasm: &zkasm,
            rom: Some(&program.rom),
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
        let width = self.width.or_else(terminal::width);
        width.unwrap_or(WIDTH).max(NARROWEST)
    }

    /// Says on stderr what to do about sources that are missing for what is shown.
    fn warn_of_missing(&self, annotation: &Annotation, options: &Options) {
        let missing = annotation.missing_in_text(options);
        if missing.is_empty() {
            return;
        }
        eprintln!(
            "not found, so without text; --source-path names the folder they are below, and --trim-path\n\
             what to leave out before:"
        );
        for file in missing {
            eprintln!("  {file}");
        }
    }
}
