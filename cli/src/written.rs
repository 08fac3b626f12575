//! Programs that nobody compiled: their runs are followed, and their labels are their functions.

use std::path::Path;

use anyhow::Context;
use runtime_hooks::SideTable;
use runtime_hooks::labels::Origin;
use runtime_hooks::sidetable::Module;
use sha2::{Digest, Sha256};

use crate::execution::Execution;
use crate::files;
use crate::load::Recorded;
use crate::program::Program;

/// Whether an input is zkASM text, by its name; what comes on stdin is a module.
pub(crate) fn is_zkasm(input: &Path) -> bool {
    input
        .extension()
        .is_some_and(|extension| extension == "zkasm")
}

/// Whether an input is zkASM text: by its name, unless what is in the file is a module.
pub(crate) fn holds_zkasm(input: &Path) -> anyhow::Result<bool> {
    if !is_zkasm(input) {
        return Ok(false);
    }
    let bytes = files::read(input)?;
    Ok(!bytes.starts_with(b"\0asm") && !bytes.trim_ascii_start().starts_with(b"("))
}

/// Runs a program, follows its calls, and makes the side table that they show.
pub(crate) fn followed(program: &Program, execution: &Execution) -> anyhow::Result<Recorded> {
    let (report, entries) = program.follow(execution)?;
    let origin = origin(program);
    let map = SideTable::of_labels(program.parsed()?, &program.rom, &entries, origin)
        .context("the program's labels")?;
    let mut log = report.log;
    log.build.clone_from(&map.build);
    Ok(Recorded { map, log })
}

/// What tells a program from any other, as the side tables that [`followed`] makes have it.
pub(crate) fn build(program: &Program) -> String {
    origin(program).build
}

/// Where a program is from. Its files are named from its own folder.
fn origin(program: &Program) -> Origin {
    let files = program.sources.files();
    let text = files.first().map_or("", |file| file.text.as_str());
    let names = program.sources.names_from_own_folder();
    let mut build = Sha256::new();
    for (name, file) in names.iter().zip(files) {
        for part in [name, &file.text] {
            build.update((part.len() as u64).to_le_bytes());
            build.update(part);
        }
    }
    Origin {
        module: Module {
            name: names.first().cloned().unwrap_or_default(),
            sha256: files::sha256(text.as_bytes()),
            bytes: text.len() as u64,
            ..Module::default()
        },
        build: files::hex(&build.finalize()[..8]),
        files: names,
    }
}
