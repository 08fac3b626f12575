//! zkASM programs: read with what they include, assembled, run; errors show the line they are about.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::anyhow;
use runtime_hooks::{Entries, Hook, Trace};
use zkasm::{Command, Item, Parsed, Pos, Quirk, Rom, Source, Sources, rom_json};
use zkasm_simulator::{Error, RunReport, Simulator};

use crate::execution::Execution;
use crate::files;

/// A program ready to run.
pub(crate) struct Program {
    /// Its texts.
    pub(crate) sources: Sources,
    /// What they say; none if it was read as a ROM.
    pub(crate) parsed: Option<Parsed>,
    /// Its ROM.
    pub(crate) rom: Rom,
}

impl Program {
    /// Reads a program from a file, or from stdin for `-`: zkASM, or a ROM as JSON. Files are
    /// included relative to the including one, those of stdin relative to the current folder.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Program> {
        let (name, text) = (files::shown(path), files::read_text(path)?);
        if !text.trim_start().starts_with('{') {
            return Program::of_text(name, text);
        }
        let (rom, sources) =
            rom_json::from_json(&text).map_err(|error| anyhow!("{name}: {error}"))?;
        Ok(Program {
            sources,
            parsed: None,
            rom,
        })
    }

    /// Reads a program from a text; `name` is for messages and the folder of what it includes.
    pub(crate) fn of_text(name: String, text: String) -> anyhow::Result<Program> {
        let mut sources = Sources::new(name, text);
        let parsed = zkasm::parse_files(&mut sources, &mut included)
            .map_err(|error| shown(&sources, error.pos, &error.message))?;
        let rom = zkasm::assemble(&parsed.program, &parsed.positions)
            .map_err(|error| shown(&sources, error.pos, &error.message))?;
        Ok(Program {
            sources,
            parsed: Some(parsed),
            rom,
        })
    }

    /// What the program's text says.
    pub(crate) fn parsed(&self) -> anyhow::Result<&Parsed> {
        self.parsed.as_ref().ok_or_else(|| {
            let file = self.sources.file(Pos::default());
            let name = file.map_or("the program", |file| &file.name);
            anyhow!("{name}: a ROM without its text")
        })
    }

    /// The text of each ROM line, by zkPC.
    pub(crate) fn line_texts(&self) -> Vec<String> {
        let files = self.sources.files().iter();
        let files: Vec<Vec<&str>> = files.map(|file| file.text.lines().collect()).collect();
        let text = |pos: Pos| {
            let line = (pos.line as usize).checked_sub(1)?;
            files.get(pos.file as usize)?.get(line).copied()
        };
        let lines = self.rom.lines.iter().map(|line| text(line.pos));
        lines
            .map(|text| text.unwrap_or_default().trim().to_owned())
            .collect()
    }

    /// Runs the program; what its commands print goes to stderr.
    pub(crate) fn run(&self, execution: &Execution) -> anyhow::Result<RunReport> {
        self.simulator(execution)
            .and_then(|simulator| simulator.run_printing(&mut self.console(execution)))
            .map_err(|error| self.shown(&error))
    }

    /// Runs the program and writes down every step; what its commands print goes to stderr.
    pub(crate) fn trace(&self, execution: &Execution) -> anyhow::Result<(RunReport, Trace)> {
        self.simulator(execution)
            .and_then(|simulator| simulator.run_tracing(&mut self.console(execution)))
            .map_err(|error| {
                let shown = self.shown(&error);
                match error {
                    Error::TooLongToTrace => anyhow!("{shown}; --max-steps N traces the first N"),
                    _ => shown,
                }
            })
    }

    /// Runs the program and follows its calls; what its commands print goes to stderr.
    pub(crate) fn follow(&self, execution: &Execution) -> anyhow::Result<(RunReport, Entries)> {
        self.simulator(execution)
            .and_then(|simulator| simulator.run_following(&mut self.console(execution)))
            .map_err(|error| self.shown(&error))
    }

    fn simulator(&self, execution: &Execution) -> Result<Simulator, Error> {
        Simulator::with_input(&self.rom, execution.options, execution.input.clone())
    }

    /// Prints what commands print to stderr, unless that is to be dropped.
    fn console(&self, execution: &Execution) -> impl FnMut(Pos, &str) {
        let quiet = execution.quiet;
        move |pos, line| {
            if !quiet {
                let file = self.sources.file(pos).map_or("", |file| &file.name);
                eprintln!("{file}:{}: {line}", pos.line);
            }
        }
    }

    /// Says on stderr which peculiarities of the reference the program meets.
    pub(crate) fn warn_of_quirks(&self) {
        const SHOWN: u32 = 3;
        let is_hook = |command: &Command| Hook::from_command(command).is_some();
        let mut alike: BTreeMap<String, u32> = BTreeMap::new();
        for Quirk { pos, message } in zkasm::quirks(&self.rom, is_hook) {
            let met = alike.entry(message.clone()).or_default();
            *met += 1;
            if *met <= SHOWN {
                eprintln!("warning: {}", self.sources.describe(pos, &message));
            }
        }
        for (message, met) in alike.into_iter().filter(|(_, met)| *met > SHOWN) {
            eprintln!("warning: {} times more: {message}", met - SHOWN);
        }
    }

    fn shown(&self, error: &Error) -> anyhow::Error {
        match error.place() {
            Some((pos, message)) => shown(&self.sources, pos, &message),
            None => match self.sources.file(Pos::default()) {
                Some(file) => anyhow!("{}: {error}", file.name),
                None => anyhow!("{error}"),
            },
        }
    }
}

/// Whether an item of a program is a profiling hook.
pub(crate) fn is_hook(item: &Item) -> bool {
    matches!(item, Item::Command(command) if Hook::from_command(command).is_some())
}

fn shown(sources: &Sources, pos: Pos, message: &str) -> anyhow::Error {
    anyhow!("{}", sources.describe(pos, message))
}

/// The file `name` beside the file `from`.
fn included(name: &str, from: &str) -> Result<Source, String> {
    let path = beside(Path::new(from), Path::new(name));
    match files::read_file(&path) {
        Ok(text) => Ok(Source {
            name: path.display().to_string(),
            text,
        }),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// A path relative to a file's folder, without `.` and with `..` taken by name.
fn beside(file: &Path, path: &Path) -> PathBuf {
    let joined = file.parent().unwrap_or(Path::new("")).join(path);
    let mut plain = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(plain.components().next_back(), Some(Component::Normal(_))) =>
            {
                plain.pop();
            }
            _ => plain.push(component),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_are_beside_their_includer() {
        for (file, name, expected) in [
            ("a/b.zkasm", "c", "a/c"),
            ("a/b.zkasm", "./d/../c", "a/c"),
            ("a/b.zkasm", "../c", "c"),
            ("a/b.zkasm", "../../c", "../c"),
            ("a/b.zkasm", "/c", "/c"),
            ("stdin", "c/d", "c/d"),
        ] {
            assert_eq!(
                beside(Path::new(file), Path::new(name)),
                Path::new(expected)
            );
        }
    }
}
