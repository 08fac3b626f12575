//! `zkasm-profile assemble`

use std::path::{Path, PathBuf};

use anyhow::bail;
use zkasm::rom_json;

use crate::program::Program;
use crate::{Answer, files};

/// Assembles a zkASM program to a ROM.
///
/// The ROM is the JSON that the reference executor loads, and `run` here. It goes to stdout, or to the
/// file given with -o.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile assemble fibonacci.zkasm -o fibonacci.rom.json"
)]
pub(crate) struct Assemble {
    /// The program, or `-` for stdin.
    #[arg(value_name = "IN.zkasm")]
    input: PathBuf,
    /// Where to write the ROM.
    #[arg(short, value_name = "ROM.json")]
    output: Option<PathBuf>,
}

impl Assemble {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let program = Program::read(&self.input)?;
        let Some(parsed) = &program.parsed else {
            bail!("{} is a ROM already", files::shown(&self.input));
        };
        program.warn_of_quirks();
        let rom = rom_json::to_json(
            &parsed.program,
            &parsed.positions,
            &program.sources,
            &program.rom,
        );
        let output = self.output.as_deref().unwrap_or(Path::new("-"));
        files::write_all([(output, rom.as_bytes())])?;
        Ok(Answer::Yes)
    }
}
