//! `zkasm-profile lint`

use std::collections::BTreeMap;

use runtime_hooks::{Instrument, SideTable};
use zkasm::{Pos, ZkPc};
use zkasm_flamegraph::grouped;
use zkasm_lint::{Pin, Report};

use crate::format::Format;
use crate::program::Program;
use crate::progress::Stages;
use crate::wasm::ModuleArgs;
use crate::written::is_zkasm;
use crate::{Answer, files, load};

/// Proves that a prover cannot cheat: classifies every free input by the check that pins it.
///
/// Takes a zkASM program, or a module, which it compiles first; arguments that are not given stand
/// for any. Every `${…}` that control can reach must be pinned by a constraint before anything
/// depends on it, every looked-up lane must be proven to be below 2^32, and every index to stay in its
/// region. Exit code 1 says that something is not proven.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  $ zkasm-profile lint corpus/fibonacci/fibonacci.wasm\n\nWhat the classes mean, and what is not examined: docs/lint.md"
)]
pub(crate) struct Lint {
    #[command(flatten)]
    module: ModuleArgs,
    /// List every free input with its class.
    #[arg(long)]
    sites: bool,
    /// How to print what was found.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `lint --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Printed {
    format: &'static str,
    version: u32,
    sound: bool,
    reached_lines: usize,
    rom_lines: usize,
    sites: Vec<SiteEntry>,
    problems: Vec<ProblemEntry>,
}

#[derive(serde::Serialize)]
struct Place {
    zkpc: u32,
    /// The line in the zkASM text, from 1.
    line: u32,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wasm_offset: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(serde::Serialize)]
struct SiteEntry {
    #[serde(flatten)]
    place: Place,
    classes: Vec<String>,
}

#[derive(serde::Serialize)]
struct ProblemEntry {
    #[serde(flatten)]
    place: Place,
    kind: String,
    message: String,
}

/// A program to examine: and what the compiler knows of it.
struct Subject {
    program: Program,
    table: Option<SideTable>,
}

impl Lint {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let stages = Stages::begin("examining");
        let subject = self.subject()?;
        let report = zkasm_lint::lint(&subject.program.rom);
        drop(stages);
        let printed = printed(&subject, &report);
        let text = match self.format {
            Format::Json => format!("{}\n", serde_json::to_string(&printed)?),
            Format::Text => self.text_of(&report, &printed),
        };
        files::stdout(text.as_bytes())?;
        Ok(if report.is_sound() {
            Answer::Yes
        } else {
            Answer::No
        })
    }

    fn subject(&self) -> anyhow::Result<Subject> {
        let input = &self.module.input;
        let (program, table) = if is_zkasm(input) {
            (Program::read(input)?, None)
        } else {
            // All ones: no lane of an argument is known to be 0 that need not be.
            let missing = Some("-1".to_owned());
            let compiled = self.module.compile_with(Instrument::Off, missing)?;
            let program = load::compiled(&compiled.program.to_string())?;
            (program, Some(compiled.side_table))
        };
        Ok(Subject { program, table })
    }

    fn text_of(&self, report: &Report, printed: &Printed) -> String {
        let mut text = format!(
            "{}: {} of {} ROM lines reached, {} free inputs\n",
            files::shown(&self.module.input),
            grouped(printed.reached_lines as u64),
            grouped(printed.rom_lines as u64),
            grouped(printed.sites.len() as u64),
        );
        let mut classes: BTreeMap<Pin, u64> = BTreeMap::new();
        for pin in report.sites.iter().flat_map(|site| &site.pins) {
            *classes.entry(*pin).or_default() += 1;
        }
        for (pin, count) in classes {
            text += &format!(
                "{:>8}  {:<12}  {}\n",
                grouped(count),
                pin.to_string(),
                pin.explanation()
            );
        }
        if self.sites {
            for site in &printed.sites {
                let classes = match site.classes.as_slice() {
                    [] => "nothing".to_owned(),
                    classes => classes.join(", "),
                };
                text += &format!("{}: {classes}\n", site.place.described());
            }
        }
        for problem in &printed.problems {
            text += &format!(
                "{}: {}: {}\n",
                problem.place.described(),
                problem.kind,
                problem.message
            );
        }
        text += &match printed.problems.len() {
            0 => {
                "sound: every free input is pinned, and every lane that is looked up is canonical\n"
                    .to_owned()
            }
            1 => "not proven: 1 problem\n".to_owned(),
            count => format!("not proven: {count} problems\n"),
        };
        text
    }
}

fn printed(subject: &Subject, report: &Report) -> Printed {
    let own = subject.program.sources.file(Pos::default());
    let lines: Vec<&str> = own.map_or(Vec::new(), |file| file.text.lines().collect());
    let place = |zkpc: ZkPc| subject.place(&lines, zkpc);
    Printed {
        format: "zkasm-profile/lint",
        version: 1,
        sound: report.is_sound(),
        reached_lines: report.reached.0,
        rom_lines: report.reached.1,
        sites: report
            .sites
            .iter()
            .map(|site| SiteEntry {
                place: place(site.zkpc),
                classes: site.pins.iter().map(ToString::to_string).collect(),
            })
            .collect(),
        problems: report
            .problems
            .iter()
            .map(|problem| ProblemEntry {
                place: place(problem.zkpc),
                kind: problem.kind.to_string(),
                message: problem.message.clone(),
            })
            .collect(),
    }
}

impl Subject {
    fn place(&self, lines: &[&str], zkpc: ZkPc) -> Place {
        let pos = self.program.rom.lines[zkpc.index()].pos;
        let line = pos.line;
        let text = match pos.file {
            0 => lines.get(line as usize - 1).copied(),
            _ => self.program.sources.line(pos),
        };
        let text = text.unwrap_or_default().trim();
        let mut place = Place {
            zkpc: zkpc.0,
            line,
            text: text.to_owned(),
            function: None,
            wasm_offset: None,
            source: None,
        };
        let Some(table) = &self.table else {
            return place;
        };
        if let Some(block) = table.block_at(zkpc) {
            let function = table.blocks[block.0 as usize].function;
            place.function = Some(table.functions[function.0 as usize].name.name.clone());
        }
        let Some(row) = table.row(zkpc) else {
            return place;
        };
        let paid = &table.contributions[row.contributions[0] as usize];
        place.wasm_offset = paid.wasm_offset.map(|offset| offset.0);
        place.source = paid.location.map(|location| {
            let location = &table.locations[location as usize];
            format!("{}:{}", table.files[location.file as usize], location.line)
        });
        place
    }
}

impl Place {
    fn described(&self) -> String {
        let mut text = format!("line {} (zkPC {}", self.line, self.zkpc);
        for part in [&self.function, &self.source].into_iter().flatten() {
            text += &format!(", {part}");
        }
        if let Some(offset) = self.wasm_offset {
            text += &format!(", WASM {offset:#x}");
        }
        format!("{text}) `{}`", self.text)
    }
}
