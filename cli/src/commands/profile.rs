//! `zkasm-profile profile`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail, ensure};
use runtime_hooks::{Instrument, SideTable};
use zkasm::Counter;
use zkasm_flamegraph::advice::Advice;
use zkasm_flamegraph::fold::{Backtrace, Coverage, Regions, Shortened};
use zkasm_flamegraph::layout::Text;
use zkasm_flamegraph::{Error, Granularity, Profile, Table, folded, grouped, pprof, svg, top};

use super::advice;
use super::run::{answer, outcome_text};
use crate::detail;
use crate::execution::{Execution, ExecutionArgs};
use crate::format::Format;
use crate::listings::{self, Beside, Texts, WAT_SUFFIX};
use crate::load::{self, Recorded};
use crate::program::{Program, is_hook};
use crate::progress::Stages;
use crate::shell::quoted;
use crate::sources::SourceArgs;
use crate::wasm::{Detail, ModuleArgs, read_module};
use crate::{Answer, files, terminal, titles, written};

/// Runs and profiles a program, and writes every artifact into one folder.
///
/// A WebAssembly module is compiled first. A zkASM program, IN.zkasm, is run as it is: if its side
/// table is beside it (IN.map.json, which `build` writes), its functions are those of the module; if
/// none is, they are the labels that calls go to, and its source is the zkASM.
///
/// The folder holds NAME.zkasm (the program, and beside it what it includes; of a module, with
/// hooks), NAME.map.json (its side table),
/// NAME.log.json (the execution log), NAME.folded (folded stacks), NAME.svg (a flamegraph),
/// NAME.html (a report with all of it, for a browser), NAME.pb.gz (for `go tool pprof`) and, of a module,
/// NAME.listing.wat (its text, with the offset of each operator). The functions that cost most are printed, the regions that
/// the program names, if it does, and what is worth a look. A program that traps
/// is profiled up to there, its call stack is printed, and the exit code is 1.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  $ zkasm-profile profile corpus/fibonacci/fibonacci.wasm --arg 100 -o profiles/fibonacci\n  $ zkasm-profile profile corpus/handwritten/modexp.zkasm"
)]
pub(crate) struct ProfileCommand {
    #[command(flatten)]
    module: ModuleArgs,
    /// How much detail the hooks of a module report; by default blocks.
    #[arg(long, value_name = "DETAIL")]
    instrument: Option<Detail>,
    /// The folder to write; by default profiles/NAME.
    #[arg(short, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    execution: ExecutionArgs,
    /// How many functions to print; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// How to print the result.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `profile --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Profiled<'a> {
    format: &'static str,
    version: u32,
    outcome: runtime_hooks::log::Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<Vec<Shortened<'a>>>,
    totals: runtime_hooks::log::Totals,
    coverage: Coverage,
    files: Vec<String>,
    top: top::Top,
    #[serde(skip_serializing_if = "Option::is_none")]
    regions: Option<Regions>,
    advice: Advice,
}

impl ProfileCommand {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let name = self.module.name();
        let folder = self
            .output
            .clone()
            .unwrap_or_else(|| PathBuf::from("profiles").join(&name));
        ensure!(
            !files::is_dash(&folder),
            "-o - would be stdout, and a profile is a folder: name one, such as ./-"
        );
        let stages = Stages::begin("compiling");
        let Ran {
            program,
            listing,
            included,
            recorded,
            stack,
        } = self.ran(&stages)?;
        stages.stage("writing");
        let texts = Texts::new(&name, &program, listing, &recorded.map, &self.sources)?;
        let mut regions = Regions::from_run(&recorded.map, &recorded.log)?;
        if self.format == Format::Json {
            regions.scope = recorded.scope();
        }
        let regions = Some(regions).filter(|regions| !regions.rows.is_empty());
        let coverage = Coverage::from_run(&recorded.map, &recorded.log)?;
        let (report, mut table, mut advice) = self.of_rows(&name, &texts, &recorded)?;
        // The text begins with it; each object of the JSON says it for itself.
        if self.format == Format::Json {
            table.set_scope(recorded.scope());
            advice.scope = recorded.scope();
        }
        let detailed = detail::for_pprof(
            &recorded,
            None,
            texts.wat_listing(),
            &format!("{name}.pb.gz"),
        )?;
        let pprof = pprof::to_commented_pprof(&detailed.profile, &titles::comments(&recorded))?;
        drop(detailed.profile);
        let profile = recorded.profile_by(Granularity::Function)?;
        let metric = profile.default_metric();
        // Nothing ran, or nothing but calls.
        let picture = match svg::to_svg(&profile, &picture(&profile, &recorded)) {
            Err(Error::Empty { .. }) => None,
            picture => Some((".svg", picture?.into_bytes())),
        };
        let artifacts: [(&str, Vec<u8>); 4] = [
            (".zkasm", own_text(&program).into_bytes()),
            (".map.json", recorded.map.to_json().into_bytes()),
            (".log.json", recorded.log.to_json().into_bytes()),
            (
                ".folded",
                folded::to_text(&profile, metric, Granularity::Function).into_bytes(),
            ),
        ];
        let viewed = [(".pb.gz", pprof), (".html", report.into_bytes())];
        let artifacts = artifacts
            .into_iter()
            .chain(picture)
            .chain(viewed)
            .map(|(suffix, bytes)| (folder.join(format!("{name}{suffix}")), bytes));
        let listing = texts.into_wat().map(|text| {
            let name = format!("{name}{WAT_SUFFIX}");
            (folder.join(name), text.into_bytes())
        });
        let included = included
            .into_iter()
            .map(|(name, text)| (folder.join(name), text.into_bytes()));
        let artifacts: Vec<(PathBuf, Vec<u8>)> = artifacts.chain(listing).chain(included).collect();
        let written = artifacts.iter();
        files::write_all(written.map(|(path, bytes)| (path.as_path(), bytes.as_slice())))?;
        let paths: Vec<&PathBuf> = artifacts.iter().map(|(path, _)| path).collect();
        drop(stages);
        // That there is no DWARF was said when the module was compiled.
        let is_said = detailed.granularity == Granularity::Wasm && !recorded.map.module.has_dwarf;
        if let Some(note) = detailed.note.filter(|_| !is_said) {
            eprintln!("note: {note}");
        }
        match self.format {
            Format::Json => {
                let profiled = Profiled {
                    format: "zkasm-profile/profile",
                    version: 1,
                    outcome: recorded.log.outcome.clone(),
                    stack: stack.as_ref().map(Backtrace::shortened),
                    totals: recorded.log.totals,
                    coverage,
                    files: paths
                        .iter()
                        .map(|path| path.display().to_string())
                        .collect(),
                    top: table,
                    regions,
                    advice,
                };
                files::stdout(format!("{}\n", serde_json::to_string(&profiled)?).as_bytes())?;
            }
            Format::Text => {
                let mut text = Text::default();
                writeln!(
                    text,
                    "{name}: {}, {} cycles",
                    outcome_text(&recorded.log.outcome),
                    grouped(recorded.log.totals.0[Counter::Cycles])
                )?;
                if let Some(stack) = &stack {
                    text.write_str(&stack.to_text())?;
                }
                if !recorded.map.is_of_labels() {
                    text.write_str(&coverage.to_text())?;
                }
                let mut tables = vec![table.text()];
                tables.extend(regions.as_ref().map(Regions::text));
                if !advice.findings.is_empty() {
                    let folder = quoted(&folder.display().to_string());
                    tables.push(advice::text_of(&advice, &folder));
                }
                for table in tables {
                    text.sentence("");
                    text.append(table);
                }
                text.sentence("");
                for path in &paths {
                    text.sentence(format_args!("wrote {}", path.display()));
                }
                terminal::show(&text)?;
            }
        }
        Ok(answer(&recorded.log.outcome))
    }

    /// What is made of a run row by row: the report, the table of functions and the advice.
    fn of_rows(
        &self,
        name: &str,
        texts: &Texts,
        recorded: &Recorded,
    ) -> anyhow::Result<(String, top::Top, Advice)> {
        let profile = recorded.profile()?;
        let advice = Advice::new(&profile);
        let report = texts.report(name, recorded, &profile, &advice)?;
        let mut table = top::Top::new(&profile, profile.default_metric(), Granularity::Function);
        if self.top > 0 {
            table.truncate(self.top);
        }
        Ok((report, table, advice))
    }

    fn ran(&self, stages: &Stages) -> anyhow::Result<Ran> {
        if !written::holds_zkasm(&self.module.input)? {
            return self.module(stages);
        }
        let instrument = self.instrument.map(|_| "--instrument");
        if let Some(option) = self.module.given().or(instrument) {
            bail!(
                "{}: {option} is for modules, and this is a zkASM program",
                files::shown(&self.module.input)
            );
        }
        stages.stage("running");
        self.zkasm()
    }

    fn module(&self, stages: &Stages) -> anyhow::Result<Ran> {
        let detail = self.instrument.unwrap_or(Detail::Blocks);
        let wasm = read_module(&self.module.input)?;
        let compiled = self.module.compile_module(&wasm, detail.into(), None)?;
        let listing = listings::wat(&self.module.file_name(), &wasm)?;
        stages.stage("running");
        let program = load::compiled(&compiled.program.to_string())?;
        let execution = self.execution.load()?;
        let log = program.run(&execution)?.log;
        let map = compiled.side_table;
        let mut ran = Ran::new(program, &execution, Recorded { map, log })?;
        ran.listing = Some(listing);
        Ok(ran)
    }

    fn zkasm(&self) -> anyhow::Result<Ran> {
        let input = &self.module.input;
        let program = Program::read(input)?;
        ensure!(
            program.parsed.is_some(),
            "{}: a ROM; a profile needs the program's text, zkASM",
            files::shown(input)
        );
        let execution = self.execution.load()?;
        program.warn_of_quirks();
        let path = files::with_suffix(input, ".map.json");
        let recorded = match table(&path)? {
            Some(map) => self
                .compiled(&program, &execution, map)
                .with_context(|| files::shown(&path))?,
            None => {
                if is_hooked(&program) {
                    eprintln!(
                        "warning: {}: its hooks are left out, since there is no side table {}",
                        files::shown(input),
                        path.display()
                    );
                }
                written::followed(&program, &execution)?
            }
        };
        let mut ran = Ran::new(program, &execution, recorded)?;
        if !ran.recorded.map.is_of_labels() {
            ran.listing = Beside::new(&path).wat(&ran.recorded.map)?;
        }
        let sources = &ran.program.sources;
        let names = sources.names_from_own_folder().into_iter();
        for (name, file) in names.zip(sources.files()).skip(1) {
            // It goes beside the program, where the program will look for it.
            if Path::new(&name)
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
            {
                ran.included.insert(name, file.text.clone());
            } else {
                eprintln!(
                    "warning: {name} is not beside the program, so it is not copied, and what reads \
                     the program again from the folder, such as `report`, will miss it"
                );
            }
        }
        Ok(ran)
    }

    /// A run of a program that was compiled earlier.
    fn compiled(
        &self,
        program: &Program,
        execution: &Execution,
        map: SideTable,
    ) -> anyhow::Result<Recorded> {
        ensure!(
            program.rom.lines.len() == map.rows.len(),
            "this is the side table of another program"
        );
        let mut log = program.run(execution)?.log;
        if log.instrument == Instrument::Off {
            log = load::run_with_hooks(program, &map, &execution.again())?.log;
        }
        let recorded = Recorded { map, log };
        // Both must fit.
        recorded.profile_by(Granularity::Function)?;
        Ok(recorded)
    }
}

/// A recorded run, its program, and where it trapped.
struct Ran {
    program: Program,
    /// The module as WAT.
    listing: Option<String>,
    /// The files that the program includes, by their names from its folder.
    included: BTreeMap<String, String>,
    recorded: Recorded,
    stack: Option<Backtrace>,
}

impl Ran {
    fn new(program: Program, execution: &Execution, recorded: Recorded) -> anyhow::Result<Ran> {
        let stack = load::trap_stack(&program, execution, &recorded.map, &recorded.log)?;
        Ok(Ran {
            program,
            listing: None,
            included: BTreeMap::new(),
            recorded,
            stack,
        })
    }
}

/// How the flamegraph is drawn.
fn picture(profile: &Profile, recorded: &Recorded) -> svg::SvgOptions {
    svg::SvgOptions {
        title: titles::title(&recorded.map),
        details: titles::failure(&recorded.log.outcome).into_iter().collect(),
        ..svg::SvgOptions::new(profile)
    }
}

/// The text of a program without what it includes.
fn own_text(program: &Program) -> String {
    let own = program.sources.files().first();
    own.map_or(String::new(), |file| file.text.clone())
}

/// The side table of a compiled program, if it is there. Tables that this command made of labels are
/// none: they are made anew.
fn table(path: &Path) -> anyhow::Result<Option<SideTable>> {
    if !path.exists() {
        return Ok(None);
    }
    let map = SideTable::from_json(&files::read_file(path)?).with_context(|| files::shown(path))?;
    Ok(Some(map).filter(|map| !map.is_of_labels()))
}

fn is_hooked(program: &Program) -> bool {
    let parsed = program.parsed.as_ref();
    parsed.is_some_and(|parsed| parsed.program.items.iter().any(is_hook))
}
