//! `zkasm-profile inspect`

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use cranelift_zkasm_profile::inspect::{Becomes, DwarfState, Inspection, Layout, inspect};
use zkasm_flamegraph::grouped;
use zkasm_flamegraph::layout::{Column, Grid, Text};

use crate::format::Format;
use crate::wasm::read_module;
use crate::{Answer, files, terminal};

/// Shows what is in a WebAssembly module, and what of it would not compile and why.
///
/// Exit code 0 says that everything compiles, 1 that something would not: a function, a part of the
/// module, or an export that reaches an import which nothing provides. Limits of a whole program, such
/// as its stack, are left to `build`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile inspect corpus/fibonacci/fibonacci.wasm")]
pub(crate) struct Inspect {
    /// The module: .wasm or .wat, or `-` for stdin.
    #[arg(value_name = "IN.wasm")]
    input: PathBuf,
    /// Calls of imported functions that nothing provides are to trap, as for `build`.
    #[arg(long)]
    allow_unknown_imports: bool,
    /// How many functions to list, the largest first.
    #[arg(long, value_name = "N", default_value_t = 10)]
    largest: usize,
    /// How to print what was found.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// What `inspect --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Printed<'a> {
    format: &'static str,
    version: u32,
    #[serde(flatten)]
    inspection: &'a Inspection,
}

impl Inspect {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let wasm = read_module(&self.input)?;
        let mut found = inspect(&wasm, self.allow_unknown_imports)
            .with_context(|| files::shown(&self.input))?;
        found.functions.by_size.truncate(self.largest);
        match self.format {
            Format::Text => terminal::show(&self.text(&found)?)?,
            Format::Json => {
                let printed = Printed {
                    format: "zkasm-profile/inspect",
                    version: 1,
                    inspection: &found,
                };
                files::stdout(format!("{}\n", serde_json::to_string(&printed)?).as_bytes())?;
            }
        }
        Ok(match found.compiles {
            true => Answer::Yes,
            false => Answer::No,
        })
    }

    fn text(&self, found: &Inspection) -> Result<Text, std::fmt::Error> {
        let mut text = Text::default();
        let verdict = match found.compiles {
            true => "everything compiles",
            false => "not everything compiles",
        };
        let bytes = grouped(found.bytes);
        writeln!(
            text,
            "{}: {bytes} bytes, {verdict}",
            files::shown(&self.input)
        )?;
        refusals(&mut text, found)?;
        sections(&mut text, found)?;
        functions(&mut text, found)?;
        self.imports(&mut text, found)?;
        exports(&mut text, found, self.allow_unknown_imports)?;
        state(&mut text, found)?;
        made(&mut text, found)?;
        dwarf(&mut text, found)?;
        rom(&mut text, found)?;
        Ok(text)
    }

    fn imports(&self, text: &mut Text, found: &Inspection) -> std::fmt::Result {
        if !found.imports.is_empty() {
            writeln!(text, "\nimports")?;
        }
        for import in &found.imports {
            let becomes = match import.becomes {
                Becomes::BuiltIn => "built in",
                Becomes::Refused => "refused",
                Becomes::RefusedOrTrap if self.allow_unknown_imports => "traps when called",
                Becomes::RefusedOrTrap => {
                    "refused where it is reached; with --allow-unknown-imports it traps when called"
                }
            };
            let what = import.signature.as_deref().unwrap_or(import.kind);
            writeln!(text, "  {} {what}: {becomes}", one_line(&import.name))?;
        }
        Ok(())
    }
}

/// Names come from the module: no line breaks.
fn one_line(name: &str) -> String {
    name.replace(|c: char| c.is_control(), " ")
}

fn plural(count: u64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {one}{ending}", grouped(count))
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn refusals(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    if found.refusals.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nwould not compile")?;
    for refusal in &found.refusals {
        let place = refusal
            .offset
            .map(|offset| format!("at offset {offset:#x}"));
        let name = refusal
            .name
            .as_deref()
            .map(|name| format!("function `{}`", one_line(name)));
        let places: Vec<String> = name.into_iter().chain(place).collect();
        match places.is_empty() {
            true => writeln!(text, "  the module: {}", refusal.reason)?,
            false => writeln!(text, "  {}: {}", places.join(" "), refusal.reason)?,
        }
    }
    Ok(())
}

fn sections(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    writeln!(text)?;
    let mut grid = Grid::new([
        Column::number("bytes").at_least(11),
        Column::number("items").at_least(7),
        Column::name("section"),
    ]);
    for section in &found.sections {
        let items = section.items.map(grouped).unwrap_or_default();
        grid.row(
            [grouped(section.bytes), items, one_line(&section.name)],
            None,
        );
    }
    text.grid(grid);
    Ok(())
}

fn functions(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    let functions = &found.functions;
    writeln!(
        text,
        "\n{} with {} of code, {}; {} imported",
        plural(functions.defined, "function"),
        plural(functions.code_bytes, "byte"),
        plural(functions.operators, "operator"),
        grouped(functions.imported)
    )?;
    if functions.by_size.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new([
        Column::number("bytes").at_least(11),
        Column::number("operators").at_least(9),
        Column::number("offset").at_least(9),
        Column::name("largest"),
    ]);
    for function in &functions.by_size {
        let cells = [
            grouped(function.bytes),
            grouped(function.operators),
            format!("{:#x}", function.offset),
            one_line(&function.name),
        ];
        grid.row(cells, None);
    }
    text.grid(grid);
    Ok(())
}

fn exports(text: &mut Text, found: &Inspection, allowed: bool) -> std::fmt::Result {
    if !found.exports.is_empty() {
        writeln!(text, "\nexports")?;
    }
    for export in &found.exports {
        let name = one_line(&export.name);
        let Some(function) = &export.function else {
            writeln!(text, "  {name}: {}", export.kind)?;
            continue;
        };
        write!(text, "  {name}{}", function.signature)?;
        write!(
            text,
            ": {}",
            if function.callable {
                "callable"
            } else {
                "not callable with integers"
            }
        )?;
        if let (Some(reaches), Some(bytes)) = (function.reaches, function.reached_bytes) {
            let reaches = plural(reaches, "function");
            write!(text, ", reaches {reaches} of {}", plural(bytes, "byte"))?;
        }
        if !function.compiles {
            write!(text, ", would not compile")?;
        }
        if !function.unknown_imports.is_empty() && !allowed {
            write!(
                text,
                ", reaches {}",
                one_line(&function.unknown_imports.join(", "))
            )?;
        }
        writeln!(text)?;
    }
    if let Some(start) = &found.start {
        writeln!(text, "  start function: {}", one_line(start))?;
    }
    Ok(())
}

fn state(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    writeln!(text)?;
    for memory in &found.memories {
        let most = memory.maximum_pages;
        let most = most.map(|most| format!(", at most {}", grouped(most)));
        let grows = if memory.grows { ", grown" } else { "" };
        let layout = match memory.layout {
            None => String::new(),
            Some(Layout::OneContext) => "; it lies in one context: every access is fast".to_owned(),
            Some(Layout::Window { first, end }) => {
                format!("; fast from address {first:#x} to {end:#x}, slow elsewhere")
            }
        };
        let pages = plural(memory.pages, "page");
        writeln!(
            text,
            "memory: {pages}{}{grows}{layout}",
            most.unwrap_or_default()
        )?;
    }
    for table in &found.tables {
        let most = table
            .maximum
            .map(|most| format!(", at most {}", grouped(most)));
        let entries = format!("{} of {}", plural(table.size, "element"), table.element);
        writeln!(text, "table: {entries}{}", most.unwrap_or_default())?;
    }
    let globals = &found.globals;
    writeln!(
        text,
        "globals: {} imported, {} defined, {} of all mutable",
        globals.imported, globals.defined, globals.mutable
    )?;
    for (name, segments, unit) in [
        ("data segments", &found.data, "byte"),
        ("element segments", &found.elements, "element"),
    ] {
        let declared = match segments.declared {
            0 => String::new(),
            count => format!(", {count} declared"),
        };
        writeln!(
            text,
            "{name}: {} active, {} passive{declared}, {}",
            grouped(segments.active),
            grouped(segments.passive),
            plural(segments.size, unit)
        )?;
    }
    Ok(())
}

fn made(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    let features = found.features.iter().map(|feature| {
        let operators = match feature.operators {
            0 => String::new(),
            count => format!(" ({})", plural(count, "operator")),
        };
        let refused = if feature.refused { ", refused" } else { "" };
        format!("{}{operators}{refused}", feature.name)
    });
    let features: Vec<String> = features.collect();
    let features = match features.as_slice() {
        [] => "none beyond the first version of WebAssembly".to_owned(),
        features => features.join("; "),
    };
    writeln!(text, "features: {features}")?;
    for producer in &found.producers {
        let line = format!("{}: {} {}", producer.field, producer.name, producer.version);
        writeln!(text, "{}", one_line(line.trim_end()))?;
    }
    Ok(())
}

fn dwarf(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    let dwarf = &found.dwarf;
    let versions: Vec<String> = dwarf.versions.iter().map(ToString::to_string).collect();
    let versions = match versions.as_slice() {
        [] => String::new(),
        versions => format!(" {}", versions.join(" and ")),
    };
    match dwarf.state {
        DwarfState::Absent => writeln!(
            text,
            "DWARF: none; profiles show offsets instead of source lines"
        ),
        DwarfState::NoLines => writeln!(
            text,
            "DWARF{versions}: no line table; profiles show offsets instead of source lines"
        ),
        DwarfState::Stale => writeln!(
            text,
            "DWARF{versions}: not of this code. {} of {} functions are where it says, and {:.1} % of the \
             operators have a line in it: a tool such as wasm-opt without -g changed the code and left the \
             .debug_* sections as they were",
            dwarf.placed_right,
            dwarf.placed,
            percent(dwarf.operators_with_line, found.functions.operators)
        ),
        DwarfState::Usable => writeln!(
            text,
            "DWARF{versions}: source lines for {:.1} % of the code's bytes and {:.1} % of its operators; {}",
            percent(dwarf.bytes_with_line, dwarf.operator_bytes),
            percent(dwarf.operators_with_line, found.functions.operators),
            match dwarf.operators_inlined {
                0 => "no inlined functions".to_owned(),
                count => format!(
                    "{:.1} % of those are in inlined functions",
                    percent(count, dwarf.operators_with_line)
                ),
            }
        ),
    }
}

/// How the ROM's lines came by their places; `profile` says it of what runs.
fn rom(text: &mut Text, found: &Inspection) -> std::fmt::Result {
    let (rom, lines) = (&found.rom, &found.rom.lines);
    if lines.all == 0 {
        return Ok(());
    }
    let of = plural(rom.functions, "function");
    write!(text, "ROM: {} for {of}; ", plural(lines.all, "line"))?;
    let (what, direct, inherited) = match found.dwarf.state {
        DwarfState::Usable => (
            "source lines",
            lines.direct_with_line,
            lines.inherited_with_line,
        ),
        _ => ("operators", lines.direct, lines.inherited),
    };
    writeln!(
        text,
        "{what} known for {:.1} % of them, {:.1} % of those inherited from the operator that uses the result",
        percent(direct + inherited, lines.all),
        percent(inherited, direct + inherited)
    )
}
