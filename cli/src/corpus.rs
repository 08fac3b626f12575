//! The corpus: programs to measure, listed in a manifest.
//!
//! A manifest is a JSON object: `benchmarks` is a list of objects with `name`, `wasm` (a path
//! relative to the manifest), `invoke` (the export), `args` (those of the golden run) and `sizes`
//! (lists of arguments for runs of other sizes).

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use cranelift_zkasm_profile::{Options, compile};
use runtime_hooks::Instrument;

use crate::load::{self, Recorded};
use crate::{files, wasm};

/// A list of benchmarks.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The benchmarks.
    pub(crate) benchmarks: Vec<Benchmark>,
    #[serde(skip)]
    folder: PathBuf,
}

/// A program and the call to measure.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Benchmark {
    /// Its name, and that of its golden file.
    pub(crate) name: String,
    wasm: PathBuf,
    invoke: String,
    args: Vec<String>,
    /// Arguments of runs of other sizes.
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "for tests of the corpus, which read the manifest themselves"
    )]
    sizes: Vec<Vec<String>>,
}

impl Manifest {
    /// Reads a manifest.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Manifest> {
        let text = files::read_text(path)?;
        let mut manifest: Manifest =
            serde_json::from_str(&text).with_context(|| files::shown(path))?;
        manifest.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        for (index, benchmark) in manifest.benchmarks.iter().enumerate() {
            let name = &benchmark.name;
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
                bail!(
                    "{}: {name:?} is no name for a benchmark: letters, digits, -, _ and . only",
                    path.display()
                );
            }
            if manifest.benchmarks[..index]
                .iter()
                .any(|other| other.name == *name)
            {
                bail!("{}: two benchmarks are called {name}", path.display());
            }
        }
        Ok(manifest)
    }

    /// Builds and runs a benchmark.
    pub(crate) fn record(&self, benchmark: &Benchmark) -> anyhow::Result<Recorded> {
        let path = self.folder.join(&benchmark.wasm);
        let module = wasm::read_module(&path)?;
        let file_name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let options = Options {
            module_name: file_name,
            entry: Some(benchmark.invoke.clone()),
            args: benchmark.args.clone(),
            instrument: Instrument::Blocks,
            ..Options::default()
        };
        let compiled = compile(&module, &options).with_context(|| path.display().to_string())?;
        let report = load::run(&compiled.program.to_string(), None)
            .with_context(|| benchmark.name.clone())?;
        Ok(Recorded {
            map: compiled.side_table,
            log: report.log,
        })
    }
}
