//! Linking: functions, runtime and start stub become one program and its side table.
//!
//! Order of the ROM: `[startup]`, the runtime's routines that are called, the module's functions by
//! index. Computed jumps, which reach only the first 2^16 lines, are in the runtime alone.

mod blocks;
mod sections;
mod startup;
mod tables;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use runtime_hooks::{Hook, Instrument, SideTable};
use sha2::{Digest, Sha256};
use zkasm::limits::VAR_WORDS;
use zkasm::{Item, Op, Program, VarDecl};

use crate::debuginfo::DebugInfo;
use crate::error::{Error, Place};
use crate::machinst::buffer::Line;
use crate::prepare::{Entry, Prepared};
use crate::runtime;
use crate::translate::Module;

pub(crate) use sections::Section;
use tables::Tables;

/// Everything that a program is made of.
pub(crate) struct Linkage<'a> {
    /// The module's bytes.
    pub wasm: &'a [u8],
    /// Its file name.
    pub module_name: &'a str,
    /// What was found in it.
    pub prepared: &'a Prepared,
    /// Its translation.
    pub module: &'a Module,
    /// Its debug information.
    pub debug: &'a DebugInfo<'a>,
    /// The call that the program makes.
    pub entry: &'a Entry,
    /// Compiled functions of the module, by index.
    pub functions: Vec<Section>,
    /// The hooks to emit.
    pub instrument: Instrument,
}

/// Links a program.
///
/// # Errors
/// If the program has more variables than the machine holds.
pub(crate) fn link(mut linkage: Linkage<'_>) -> Result<(Program, SideTable), Error> {
    let functions = std::mem::take(&mut linkage.functions);
    let sections = sections::assemble(&linkage, functions);
    let blocks = blocks::find(&sections);
    let mut items = Vec::new();
    declare(linkage.module, &sections, &mut items)?;
    let mut tables = Tables::new(&linkage, &sections);
    let mut block = 0;
    let mut zkpc = 0u32;
    // Where hooks go: the index of the item that each precedes.
    let mut hooks: Vec<(usize, Hook)> = Vec::new();
    for (number, section) in sections.iter().enumerate() {
        let function = runtime_hooks::FunctionId(number as u32);
        items.push(Item::Comment(section.comment()));
        let mut entered = false;
        // Marks that wait for their step.
        let mut waiting: Vec<Hook> = Vec::new();
        let mut lines = section.lines.iter().peekable();
        while let Some(line) = lines.next() {
            let buffered = match line {
                Line::Label(label) => {
                    items.push(Item::Label(label.clone()));
                    continue;
                }
                Line::Mark(mark) => {
                    waiting.push(tables.mark(mark, zkpc));
                    if let Some(Line::Label(_)) = lines.peek() {
                        tables.fall(waiting.len());
                        hooks.extend(waiting.drain(..).map(|hook| (items.len(), hook)));
                    }
                    continue;
                }
                Line::Step(buffered) => buffered,
            };
            if !std::mem::replace(&mut entered, true) {
                hooks.push((items.len(), Hook::Enter(function)));
            }
            hooks.extend(waiting.drain(..).map(|hook| (items.len(), hook)));
            if blocks.get(block).is_some_and(|found| found.first == zkpc) {
                let after_call = block > 0 && blocks[block].after_call;
                match linkage.instrument {
                    Instrument::Calls if after_call => {
                        hooks.push((items.len(), Hook::Resume(function)));
                    }
                    Instrument::Calls | Instrument::Off => {}
                    _ => hooks.push((
                        items.len(),
                        Hook::Block(runtime_hooks::BlockId(block as u32)),
                    )),
                }
                tables.block(function, &blocks[block]);
                block += 1;
            }
            if linkage.instrument == Instrument::Instructions {
                hooks.push((items.len(), Hook::Inst(tables.kind(buffered.kind))));
            }
            if buffered.step.ops.contains(&Op::Return) {
                hooks.push((items.len(), Hook::Leave(function)));
            }
            tables.row(buffered);
            items.push(Item::Step(buffered.step.clone()));
            zkpc += 1;
        }
    }
    // A name for this very program: a hash of its text.
    let plain = Program { items };
    let build = hex(&Sha256::digest(plain.to_string().as_bytes())[..8]);
    let mut program = Program {
        items: header(&linkage, &build),
    };
    let mut hooks = hooks.into_iter().peekable();
    for (index, item) in plain.items.into_iter().enumerate() {
        while let Some((_, hook)) = hooks.next_if(|(at, _)| *at == index) {
            if linkage.instrument != Instrument::Off {
                program.items.push(Item::Command(hook.to_command()));
            }
        }
        program.items.push(item);
    }
    Ok((program, tables.finish(&linkage, build)))
}

/// The comments that begin a program. An executor finds result types and build id here.
fn header(linkage: &Linkage<'_>, build: &str) -> Vec<Item> {
    let entry = linkage.entry;
    let call = format!("{}({})", entry.export, entry.shown_args.join(", "));
    let mut results = "results:".to_owned();
    for ty in &entry.results {
        let _ = write!(results, " {ty}");
    }
    [
        format!(
            "program: {} from {}",
            one_line(&call),
            one_line(linkage.module_name)
        ),
        format!("build {build}"),
        results,
    ]
    .map(Item::Comment)
    .into()
}

/// Text without line breaks, which would end a comment.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Declares every variable that a line mentions, in the order of the program.
fn declare(module: &Module, sections: &[Section], items: &mut Vec<Item>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut total = 0u64;
    for name in sections.iter().flat_map(Section::variables) {
        if seen.insert(name) {
            let words = runtime::array(name, module).map_or(1, |words| words.len() as u32);
            total += u64::from(words);
            let name = name.to_owned();
            items.push(Item::Var(VarDecl {
                name,
                ctx: false,
                words,
            }));
        }
    }
    let limit = u64::from(VAR_WORDS);
    if total > limit {
        return Err(Error::Limit {
            what: "the words of globals and of the runtime's variables".to_owned(),
            found: total,
            limit,
            place: Place::default(),
        });
    }
    Ok(())
}
