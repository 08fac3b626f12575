//! Modules from the command line: reading and compiling them.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::Instrument;

use crate::files;
use crate::written::is_zkasm;

/// Which call of which module to compile, and how.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ModuleArgs {
    /// The module: .wasm or .wat, or `-` for stdin. Where zkASM is taken, too: IN.zkasm.
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// The export to call; by default the only one, `_start` or `main`.
    #[arg(long, value_name = "NAME")]
    pub(crate) invoke: Option<String>,
    /// An argument of the call, once per parameter: an integer, decimal or 0x hexadecimal; or a
    /// reference, `null` or the host's number of what an externref refers to.
    #[arg(long = "arg", value_name = "V", allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
    /// Whether Cranelift's mid-end optimises; by default speed.
    #[arg(short = 'O', value_name = "LEVEL")]
    pub(crate) opt_level: Option<OptLevel>,
    /// Let calls of imported functions that nothing provides trap, instead of refusing the module.
    /// `env.assert_eq_i32`, `env.assert_eq_i64`, `zkasm.region_begin` and `zkasm.region_end` are
    /// provided.
    #[arg(long)]
    pub(crate) allow_unknown_imports: bool,
    /// Verify CLIF and register allocation (slow on large functions).
    #[arg(long)]
    pub(crate) check: bool,
}

/// Cranelift's `opt_level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OptLevel {
    /// Translate as it is.
    None,
    /// Optimise.
    Speed,
}

/// How much detail hooks report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Detail {
    /// Calls and returns: profiles by function.
    Calls,
    /// Also blocks: profiles down to the zkASM line.
    Blocks,
    /// Also every machine instruction.
    Instructions,
}

impl From<Detail> for Instrument {
    fn from(detail: Detail) -> Instrument {
        match detail {
            Detail::Calls => Instrument::Calls,
            Detail::Blocks => Instrument::Blocks,
            Detail::Instructions => Instrument::Instructions,
        }
    }
}

impl ModuleArgs {
    /// The module's name for artifacts: its file name without extension.
    pub(crate) fn name(&self) -> String {
        match self.input.file_stem() {
            Some(stem) if self.input != Path::new("-") => stem.to_string_lossy().into_owned(),
            _ => "module".to_owned(),
        }
    }

    /// The first option given that says something of a module.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let given = [
            ("--invoke", self.invoke.is_some()),
            ("--arg", !self.args.is_empty()),
            ("-O", self.opt_level.is_some()),
            ("--allow-unknown-imports", self.allow_unknown_imports),
            ("--check", self.check),
        ];
        let (option, _) = given.into_iter().find(|(_, given)| *given)?;
        Some(option)
    }

    /// Reads and compiles the module. Warnings go to stderr.
    pub(crate) fn compile(&self, instrument: Instrument) -> anyhow::Result<Compiled> {
        self.compile_with(instrument, None)
    }

    /// The same, with a value for arguments that are not given.
    pub(crate) fn compile_with(
        &self,
        instrument: Instrument,
        missing_args: Option<String>,
    ) -> anyhow::Result<Compiled> {
        self.compile_module(&read_module(&self.input)?, instrument, missing_args)
    }

    /// The module's file name.
    pub(crate) fn file_name(&self) -> String {
        let name = self.input.file_name();
        let name = name.map(|name| name.to_string_lossy().into_owned());
        name.filter(|name| name != "-")
            .unwrap_or("module.wasm".to_owned())
    }

    /// Compiles the module, which was read. Warnings go to stderr.
    pub(crate) fn compile_module(
        &self,
        wasm: &[u8],
        instrument: Instrument,
        missing_args: Option<String>,
    ) -> anyhow::Result<Compiled> {
        let options = Options {
            module_name: self.file_name(),
            entry: self.invoke.clone(),
            args: self.args.clone(),
            missing_args,
            instrument,
            optimize: self.opt_level != Some(OptLevel::None),
            allow_unknown_imports: self.allow_unknown_imports,
            check: self.check,
            ..Options::default()
        };
        let compiled =
            compile(wasm, &options).with_context(|| files::shown(&self.input).clone())?;
        for warning in &compiled.warnings {
            eprintln!("warning: {}: {warning}", files::shown(&self.input));
        }
        Ok(compiled)
    }
}

/// Reads a module in binary or text format.
pub(crate) fn read_module(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = files::read(path)?;
    let is_text = path.extension().is_some_and(|extension| extension == "wat")
        || bytes.trim_ascii_start().starts_with(b"(");
    if bytes.starts_with(b"\0asm") {
        return Ok(bytes);
    }
    if !is_text {
        ensure!(
            !is_zkasm(path),
            "{}: a zkASM program, where a WebAssembly module is needed",
            files::shown(path)
        );
        return Ok(bytes);
    }
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not text", files::shown(path)))?;
    wat::parse_str(&text).map_err(|mut error| {
        error.set_path(path);
        anyhow::Error::from(error)
    })
}
