//! `zkasm-profile build`

use std::path::PathBuf;

use zkasm_flamegraph::grouped;

use crate::format::Format;
use crate::progress::Stages;
use crate::wasm::{Detail, ModuleArgs};
use crate::{Answer, files};

/// Compiles a call of a WebAssembly module to a zkASM program.
///
/// The program goes to stdout, without a side table, or to the file given with -o, beside which its side table
/// is written: OUT.zkasm and OUT.map.json.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile build corpus/fibonacci/fibonacci.wasm --arg 10 --instrument -o fibonacci.zkasm"
)]
pub(crate) struct Build {
    #[command(flatten)]
    module: ModuleArgs,
    /// Emit profiling hooks. They take no steps: without their lines the program is the plain one.
    #[arg(long, value_name = "DETAIL", num_args = 0..=1, require_equals = true, default_missing_value = "blocks")]
    instrument: Option<Detail>,
    /// Where to write the program; its side table goes beside it.
    #[arg(short, value_name = "OUT.zkasm")]
    output: Option<PathBuf>,
    /// How to print what was built, with -o.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `build --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Built<'a> {
    format: &'static str,
    version: u32,
    program: String,
    map: String,
    build: &'a str,
    rom_lines: usize,
    functions: usize,
    warnings: &'a [String],
}

impl Build {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let stages = Stages::begin("compiling");
        let compiled = self
            .module
            .compile(self.instrument.map(Into::into).unwrap_or_default())?;
        let text = compiled.program.to_string();
        drop(stages);
        // Nothing lies beside stdout.
        let Some(output) = self.output.filter(|output| !files::is_dash(output)) else {
            files::stdout(text.as_bytes())?;
            return Ok(Answer::Yes);
        };
        let map = files::with_suffix(&output, ".map.json");
        let table = &compiled.side_table;
        files::write_all([
            (output.as_path(), text.as_bytes()),
            (map.as_path(), table.to_json().as_bytes()),
        ])?;
        let built = Built {
            format: "zkasm-profile/build",
            version: 1,
            program: output.display().to_string(),
            map: map.display().to_string(),
            build: &table.build,
            rom_lines: table.rows.len(),
            functions: table.functions.len(),
            warnings: &compiled.warnings,
        };
        match self.format {
            Format::Json => {
                files::stdout(format!("{}\n", serde_json::to_string(&built)?).as_bytes())?
            }
            Format::Text => eprintln!(
                "{}: {} ROM lines, {} functions; side table in {}",
                built.program,
                grouped(built.rom_lines as u64),
                built.functions,
                built.map
            ),
        }
        Ok(Answer::Yes)
    }
}
