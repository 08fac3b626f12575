//! `zkasm-profile golden`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use runtime_hooks::log::Outcome;
use zkasm_flamegraph::golden::{self, Golden as File, Header};

use super::run::outcome_text;
use crate::corpus::{Benchmark, Manifest};
use crate::format::Format;
use crate::{Answer, files, progress};

/// Checks or renews the golden cycle files of a corpus.
#[derive(clap::Subcommand)]
pub(crate) enum Golden {
    Check(Check),
    Bless(Bless),
}

/// Which benchmarks and which golden files.
#[derive(clap::Args)]
struct Places {
    /// Only benchmarks whose name contains this.
    filter: Option<String>,
    /// The manifest of the corpus.
    #[arg(long, value_name = "FILE", default_value = "corpus/corpus.json")]
    corpus: PathBuf,
    /// The folder of golden files.
    #[arg(long, value_name = "DIR", default_value = "golden")]
    golden: PathBuf,
}

/// Runs the corpus and compares every function's cycles with the golden files.
///
/// The comparison is exact in both directions: a function that costs less differs too, and so does
/// one that is gone. Missing golden files and files of no benchmark are differences. Exit code 1
/// says that something differs.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile golden check fibonacci")]
pub(crate) struct Check {
    #[command(flatten)]
    places: Places,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// Runs the corpus and writes the golden files anew.
///
/// Refused where the environment variable CI is set, and for runs that trap. Golden files of
/// benchmarks that the manifest no longer lists are removed, unless a filter is given.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile golden bless fibonacci")]
pub(crate) struct Bless {
    #[command(flatten)]
    places: Places,
}

const SUFFIX: &str = ".cycles";

/// What `golden check --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Checked {
    format: &'static str,
    version: u32,
    same: bool,
    #[serde(flatten)]
    pairing: golden::Pairing,
    comparisons: Vec<CheckedFile>,
}

#[derive(serde::Serialize)]
struct CheckedFile {
    benchmark: String,
    same: bool,
    comparison: golden::Comparison,
}

impl Golden {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        match self {
            Golden::Check(check) => check.run(),
            Golden::Bless(bless) => bless.run(),
        }
    }
}

impl Places {
    fn wants(&self, name: &str) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
    }

    fn wanted<'a>(&self, manifest: &'a Manifest) -> anyhow::Result<Vec<&'a Benchmark>> {
        let wanted: Vec<_> = manifest
            .benchmarks
            .iter()
            .filter(|benchmark| self.wants(&benchmark.name))
            .collect();
        match &self.filter {
            Some(filter) if wanted.is_empty() => {
                bail!(
                    "no benchmark of {} has `{filter}` in its name",
                    self.corpus.display()
                )
            }
            _ => Ok(wanted),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.golden.join(format!("{name}{SUFFIX}"))
    }

    /// Names of the golden files that exist, in ascending order.
    fn existing(&self) -> anyhow::Result<Vec<String>> {
        if !self.golden.is_dir() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&self.golden)
            .with_context(|| format!("cannot read the folder {}", self.golden.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if let Some(stem) = name.strip_suffix(SUFFIX) {
                names.push(stem.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Runs a benchmark.
fn measure(manifest: &Manifest, benchmark: &Benchmark) -> anyhow::Result<(File, Outcome)> {
    let recorded = manifest.record(benchmark)?;
    let header = Header::from_run(&recorded.map, &recorded.log)?;
    let file = File::from_profile(&recorded.profile()?, header)?;
    Ok((file, recorded.log.outcome))
}

impl Check {
    fn run(self) -> anyhow::Result<Answer> {
        let manifest = Manifest::read(&self.places.corpus)?;
        let wanted = self.places.wanted(&manifest)?;
        let existing = self.places.existing()?;
        let pairing = golden::pair(
            existing
                .iter()
                .map(String::as_str)
                .filter(|name| self.places.wants(name)),
            wanted.iter().map(|benchmark| benchmark.name.as_str()),
        );
        let bar = progress::bar(wanted.len());
        let mut comparisons = Vec::new();
        for benchmark in &wanted {
            bar.set_message(benchmark.name.clone());
            if existing.contains(&benchmark.name) {
                let path = self.places.file(&benchmark.name);
                let base = read_golden(&path)?;
                let (head, _) = measure(&manifest, benchmark)?;
                let comparison = golden::compare(&base, &head);
                comparisons.push(CheckedFile {
                    benchmark: benchmark.name.clone(),
                    same: comparison.is_same(),
                    comparison,
                });
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let same = pairing.is_complete() && comparisons.iter().all(|checked| checked.same);
        let checked = Checked {
            format: "zkasm-profile/golden-check",
            version: 1,
            same,
            pairing,
            comparisons,
        };
        let printed = match self.format {
            Format::Text => checked.to_text(&self.places),
            Format::Json => format!("{}\n", serde_json::to_string(&checked)?),
        };
        files::stdout(printed.as_bytes())?;
        Ok(if same { Answer::Yes } else { Answer::No })
    }
}

impl Checked {
    fn to_text(&self, places: &Places) -> String {
        let mut text = String::new();
        for name in &self.pairing.missing {
            text += &format!(
                "{name}: missing: {} does not exist\n",
                places.file(name).display()
            );
        }
        for name in &self.pairing.orphaned {
            text += &format!(
                "{name}: orphaned: {} is of no benchmark\n",
                places.file(name).display()
            );
        }
        for checked in &self.comparisons {
            if checked.same {
                text += &format!("{}: same\n", checked.benchmark);
            } else {
                text += &format!("{}: {}", checked.benchmark, checked.comparison.to_text());
            }
        }
        if !self.same {
            text +=
                "run `zkasm-profile golden bless` to accept, and say why in the commit message\n";
        }
        text
    }
}

fn read_golden(path: &Path) -> anyhow::Result<File> {
    File::parse(&files::read_text(path)?).with_context(|| path.display().to_string())
}

impl Bless {
    fn run(self) -> anyhow::Result<Answer> {
        if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
            bail!(
                "golden files are not blessed where CI is set: bless them at home and commit them"
            );
        }
        let manifest = Manifest::read(&self.places.corpus)?;
        let wanted = self.places.wanted(&manifest)?;
        let bar = progress::bar(wanted.len());
        let mut renewed = Vec::new();
        for benchmark in &wanted {
            bar.set_message(benchmark.name.clone());
            let (file, outcome) = measure(&manifest, benchmark)?;
            if !matches!(outcome, Outcome::Halted { .. }) {
                bail!(
                    "{}: the run {}; nothing was blessed",
                    benchmark.name,
                    outcome_text(&outcome)
                );
            }
            renewed.push((
                self.places.file(&benchmark.name),
                file.to_text().into_bytes(),
            ));
            bar.inc(1);
        }
        bar.finish_and_clear();
        files::write_all(
            renewed
                .iter()
                .map(|(path, bytes)| (path.as_path(), bytes.as_slice())),
        )?;
        for (path, _) in &renewed {
            eprintln!("blessed {}", path.display());
        }
        let existing = self.places.existing()?;
        let names = manifest
            .benchmarks
            .iter()
            .map(|benchmark| benchmark.name.as_str());
        for name in golden::pair(existing.iter().map(String::as_str), names).orphaned {
            if self.places.filter.is_none() {
                let path = self.places.file(&name);
                fs::remove_file(&path)
                    .with_context(|| format!("cannot remove {}", path.display()))?;
                eprintln!("removed {}", path.display());
            }
        }
        Ok(Answer::Yes)
    }
}
