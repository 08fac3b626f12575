//! Runs and profiles: from a program text, or from what an earlier command wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use runtime_hooks::log::Outcome;
use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use zkasm_flamegraph::fold::Backtrace;
use zkasm_flamegraph::granularity::Granularity;
use zkasm_flamegraph::matching::Pattern;
use zkasm_flamegraph::profile::MetricId;
use zkasm_flamegraph::{Error, Profile, Scope};
use zkasm_simulator::{Options, RunReport, Simulator};

use crate::execution::Execution;
use crate::listings::Beside;
use crate::program::Program;
use crate::shell::quoted;
use crate::{files, written};

/// Parses, assembles and runs a compiled program.
pub(crate) fn run(text: &str, max_steps: Option<u64>) -> anyhow::Result<RunReport> {
    let program = compiled(text)?;
    program.run(&Execution {
        options: Options {
            max_steps,
            ..Options::default()
        },
        ..Execution::default()
    })
}

/// Parses and assembles a compiled program.
pub(crate) fn compiled(text: &str) -> anyhow::Result<Program> {
    Program::of_text("the compiled program".to_owned(), text.to_owned())
}

/// The stack of a run that trapped; none of any other. A program without hooks of its own for blocks
/// is run once more with those that its side table has the places of; a program that was not compiled
/// is followed once more.
pub(crate) fn trap_stack(
    program: &Program,
    execution: &Execution,
    map: &SideTable,
    log: &ExecutionLog,
) -> anyhow::Result<Option<Backtrace>> {
    if !matches!(log.outcome, Outcome::Trap { .. }) {
        return Ok(None);
    }
    if log.instrument >= Instrument::Blocks {
        return Ok(Some(Backtrace::from_run(map, log)?));
    }
    let again = execution.again();
    if map.is_of_labels() {
        let Recorded { map, log } = written::followed(program, &again)?;
        return Ok(Some(Backtrace::from_run(&map, &log)?));
    }
    let report = run_with_hooks(program, map, &again)?;
    Ok(Some(Backtrace::from_run(map, &report.log)?))
}

/// Runs a program with hooks where its side table has the places of them.
pub(crate) fn run_with_hooks(
    program: &Program,
    map: &SideTable,
    execution: &Execution,
) -> anyhow::Result<RunReport> {
    let program = runtime_hooks::instrumented(&program.parsed()?.program, map)
        .context("the program and its side table are of different lengths")?;
    let rom = zkasm::assemble(&program, &[])?;
    let Execution { options, input, .. } = execution.clone();
    Ok(Simulator::with_input(&rom, options, input)?.run()?)
}

/// A recorded run.
pub(crate) struct Recorded {
    /// The program's side table.
    pub(crate) map: SideTable,
    /// The run's log.
    pub(crate) log: ExecutionLog,
}

impl Recorded {
    /// The run's profile, row by row.
    pub(crate) fn profile(&self) -> anyhow::Result<Profile> {
        Ok(Profile::from_run(&self.map, &self.log)?)
    }

    /// The run's profile with the detail of a granularity; refused where the run was recorded without.
    pub(crate) fn profile_by(&self, granularity: Granularity) -> anyhow::Result<Profile> {
        if granularity != Granularity::Function {
            self.require_blocks()?;
        }
        Ok(Profile::from_run_by(&self.map, &self.log, granularity)?)
    }

    /// What tables say of the run.
    pub(crate) fn scope(&self) -> Scope {
        Scope::of_run(&self.log.outcome)
    }

    /// Whether more than functions is known of the run.
    pub(crate) fn has_blocks(&self) -> bool {
        self.log.instrument >= Instrument::Blocks
    }

    /// Refuses a run of which nothing but functions is known.
    pub(crate) fn require_blocks(&self) -> anyhow::Result<()> {
        ensure!(self.has_blocks(), Error::WithoutBlocks);
        Ok(())
    }
}

/// Where a recorded run is.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RecordedArgs {
    /// A folder that `profile` wrote, or a log (NAME.log.json) whose side table is beside it.
    #[arg(value_name = "PROFILE")]
    source: PathBuf,
    /// The side table, if it is elsewhere than the log.
    #[arg(long, value_name = "NAME.map.json")]
    map: Option<PathBuf>,
}

impl RecordedArgs {
    /// Reads log and side table.
    pub(crate) fn load(&self) -> anyhow::Result<Recorded> {
        let (log, map) = self.paths()?;
        read(&log, &map)
    }

    /// What names this run in another command.
    pub(crate) fn words(&self) -> String {
        let source = quoted(&self.source.display().to_string());
        match &self.map {
            Some(map) => format!("{source} --map {}", quoted(&map.display().to_string())),
            None => source,
        }
    }

    /// Where the texts of the program are.
    pub(crate) fn texts(&self) -> anyhow::Result<Beside> {
        let (_, map) = self.paths()?;
        Ok(Beside::new(&map))
    }

    /// Log and side table.
    fn paths(&self) -> anyhow::Result<(PathBuf, PathBuf)> {
        let log = log_of(&self.source)?;
        let map = match &self.map {
            Some(map) => map.clone(),
            None => map_beside(&log)?,
        };
        Ok((log, map))
    }
}

/// Reads a log, or the only one of a folder, and the side table beside it.
pub(crate) fn recorded(source: &Path) -> anyhow::Result<Recorded> {
    let log_path = log_of(source)?;
    read(&log_path, &map_beside(&log_path)?)
}

fn read(log_path: &Path, map_path: &Path) -> anyhow::Result<Recorded> {
    let log = ExecutionLog::from_json(&files::read_text(log_path)?)
        .with_context(|| files::shown(log_path))?;
    let map = SideTable::from_json(&files::read_text(map_path)?)
        .with_context(|| files::shown(map_path))?;
    Ok(Recorded { map, log })
}

fn log_of(source: &Path) -> anyhow::Result<PathBuf> {
    if source.is_dir() {
        return only_log(source);
    }
    ensure!(
        files::is_dash(source) || source.exists(),
        "{}: no such file or folder",
        source.display()
    );
    Ok(source.to_owned())
}

const LOG_SUFFIX: &str = ".log.json";

fn only_log(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut logs = Vec::new();
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with(LOG_SUFFIX))
        {
            logs.push(path);
        }
    }
    match logs.as_slice() {
        [log] => Ok(log.clone()),
        [] => bail!(
            "{} holds no NAME{LOG_SUFFIX}; `zkasm-profile profile` writes one",
            folder.display()
        ),
        _ => bail!(
            "{} holds several NAME{LOG_SUFFIX}; name one of them",
            folder.display()
        ),
    }
}

fn map_beside(log: &Path) -> anyhow::Result<PathBuf> {
    let name = log
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match name.strip_suffix(LOG_SUFFIX) {
        Some(stem) => Ok(log.with_file_name(format!("{stem}.map.json"))),
        None if files::is_dash(log) => bail!("name the side table of the log on stdin with --map"),
        None => bail!(
            "{0}: expected the folder that `profile` wrote, or a log NAME{LOG_SUFFIX} (if {0} is a log, name its \
             side table with --map)",
            log.display()
        ),
    }
}

/// What of a profile to look at.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ViewArgs {
    /// The metric: calls, cycles, mem, binary, arith, mem_align, keccak_f or cells.
    #[arg(long, default_value = "cycles")]
    metric: String,
    /// What is one frame.
    #[arg(long, value_name = "WHAT", default_value = "function")]
    granularity: GranularityArg,
    /// Only what ran inside of some functions: a function's whole name, as it is shown or mangled; or what
    /// several names contain; or /REGEX/. Capital letters count if there are any.
    #[arg(long, value_name = "NAME")]
    focus: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum GranularityArg {
    /// Functions, inlined ones too.
    Function,
    /// Source lines.
    Line,
    /// WASM operators, by offset.
    Wasm,
    /// zkASM lines, by zkPC.
    Zkasm,
}

impl From<GranularityArg> for Granularity {
    fn from(argument: GranularityArg) -> Granularity {
        match argument {
            GranularityArg::Function => Granularity::Function,
            GranularityArg::Line => Granularity::Line,
            GranularityArg::Wasm => Granularity::Wasm,
            GranularityArg::Zkasm => Granularity::Zkasm,
        }
    }
}

impl ViewArgs {
    /// What is one frame.
    pub(crate) fn granularity(&self) -> Granularity {
        self.granularity.into()
    }

    /// What stacks are to be inside of.
    pub(crate) fn focus(&self) -> Option<&str> {
        self.focus.as_deref()
    }

    /// What of a run's profile to look at, the metric, and which part of the run that is.
    pub(crate) fn scoped(
        &self,
        recorded: &Recorded,
        whole: Profile,
    ) -> anyhow::Result<(Profile, MetricId, Scope)> {
        let metric = whole.metric(&self.metric)?;
        let scope = recorded.scope();
        let Some(name) = &self.focus else {
            return Ok((whole, metric, scope));
        };
        let sum = whole.total(metric);
        Ok((whole.focus(name)?, metric, scope.inside(name, sum)))
    }

    /// Says where something was looked for, if that is not the whole run.
    pub(crate) fn looked_for<T, E>(&self, found: Result<T, E>) -> anyhow::Result<T>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match &self.focus {
            Some(name) => found.with_context(|| format!("inside of --focus {name}")),
            None => Ok(found?),
        }
    }

    /// Two profiles to compare, and the metric. One of them may lack what is focused on.
    pub(crate) fn pair(
        &self,
        base: Profile,
        head: Profile,
    ) -> anyhow::Result<(Profile, Profile, MetricId)> {
        let metric = head.metric(&self.metric)?;
        let Some(name) = &self.focus else {
            return Ok((base, head, metric));
        };
        let pattern = Pattern::new(name, &[&base, &head])?;
        let (inside_base, inside_head) = (base.inside(&pattern), head.inside(&pattern));
        let is_empty = |profile: &Profile| profile.samples().len() == 0;
        if is_empty(&inside_base) && is_empty(&inside_head) {
            return Err(pattern.not_found(&[&base, &head]).into());
        }
        Ok((inside_base, inside_head, metric))
    }
}

/// The metrics of some names, each once; all if there are none.
pub(crate) fn metrics(profile: &Profile, names: &[String]) -> anyhow::Result<Vec<MetricId>> {
    if names.is_empty() {
        return Ok(profile.metric_ids().collect());
    }
    let mut metrics: Vec<MetricId> = Vec::new();
    for name in names {
        let metric = profile.metric(name)?;
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    Ok(metrics)
}
