//! Where a run ended: its live stack as a person reads it.

use std::ops::Range;

use runtime_hooks::log::{Frame, LiveFrame};
use runtime_hooks::sidetable::{Contribution, FunctionKind, FunctionName};
use runtime_hooks::{BlockId, ExecutionLog, FunctionId, SideTable};
use serde::Serialize;
use zkasm::ZkPc;

use super::{check, kind, leaving};
use crate::error::Error;
use crate::text::one_line;

/// A stack of more frames is printed without those in its middle.
const PRINTED_WHOLE: usize = 40;
/// How many of its outermost frames are printed.
const OUTERMOST: usize = 10;

/// The call stack at the end of a run, innermost frame first.
///
/// Each frame but the innermost stands at its call. A run that trapped has jumped from the place of
/// the trap to a routine that ends it; the stack begins at that place. Functions that were inlined
/// are frames of their own. Of a place without source line, that of the function's declaration is
/// told. The start stub is left out where something else is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backtrace {
    /// Every frame, innermost first.
    pub frames: Vec<StackFrame>,
}

/// A frame of a [`Backtrace`]. What is not known is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StackFrame {
    /// The function's name.
    pub function: String,
    /// Its mangled name, if another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_name: Option<String>,
    /// Whether it is inlined into the frame that follows.
    pub inlined: bool,
    /// The source file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The operator's offset from the start of the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wasm_offset: Option<u32>,
    /// The ROM line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zkpc: Option<u32>,
}

/// An element of a shortened stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shortened<'a> {
    /// A frame.
    Frame(&'a StackFrame),
    /// So many frames are left out here.
    Omitted {
        /// How many.
        omitted: usize,
    },
}

impl Backtrace {
    /// The stack at the end of a run. Of a run that was recorded without blocks, only functions are
    /// known.
    ///
    /// # Errors
    /// If side table and log break the rules of their formats or are not of the same program.
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Backtrace, Error> {
        check(map, log)?;
        let mut frames = Vec::new();
        let mut live = log.live.iter().rev().peekable();
        let innermost = live.next_if(|live| !is_stub(map, log, live));
        if let Some(innermost) = innermost {
            let ended = Some(log.end()).filter(|&end| map.block_at(end) == innermost.block);
            add(map, log, innermost, ended, &mut frames)?;
        } else {
            live.next();
        }
        for live in live {
            add(map, log, live, None, &mut frames)?;
        }
        Ok(Backtrace { frames })
    }

    /// The stack as it is printed: all of it, or what it begins and ends with.
    pub fn shortened(&self) -> Vec<Shortened<'_>> {
        let count = self.frames.len();
        let (inner, outer) = if count <= PRINTED_WHOLE {
            (count, count)
        } else {
            (PRINTED_WHOLE - OUTERMOST, count - OUTERMOST)
        };
        let omitted = outer - inner;
        let gap = (omitted > 0).then_some(Shortened::Omitted { omitted });
        let frames = |range: Range<usize>| self.frames[range].iter().map(Shortened::Frame);
        frames(0..inner)
            .chain(gap)
            .chain(frames(outer..count))
            .collect()
    }

    /// The shortened stack, a line for each frame.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for element in self.shortened() {
            match element {
                Shortened::Frame(frame) => text += &format!("  at {}\n", frame.to_text()),
                Shortened::Omitted { omitted } => text += &format!("  … {omitted} frames …\n"),
            }
        }
        text
    }
}

impl StackFrame {
    /// `NAME (FILE:LINE:COLUMN), inlined, offset OFFSET`, as far as known.
    fn to_text(&self) -> String {
        let mut text = one_line(&self.function);
        if let Some(file) = &self.file {
            text += &format!(" ({}", one_line(file));
            for number in [self.line, self.column].into_iter().map_while(|n| n) {
                text += &format!(":{number}");
            }
            text.push(')');
        }
        if self.inlined {
            text += ", inlined";
        } else if let Some(offset) = self.wasm_offset {
            text += &format!(", offset {offset:#x}");
        }
        text
    }
}

fn context_function(log: &ExecutionLog, live: &LiveFrame) -> Option<FunctionId> {
    let mut context = &log.contexts[live.context as usize];
    while let (Frame::Region(_), Some(parent)) = (context.frame, context.parent) {
        context = &log.contexts[parent as usize];
    }
    match context.frame {
        Frame::Function(function) => Some(function),
        Frame::Root | Frame::Deeper | Frame::Region(_) => None,
    }
}

fn block_function(map: &SideTable, block: BlockId) -> Option<FunctionId> {
    map.blocks.get(block.0 as usize).map(|block| block.function)
}

/// Whether a frame is that of a routine that went on outside of itself: what ends a run that trapped.
fn is_stub(map: &SideTable, log: &ExecutionLog, live: &LiveFrame) -> bool {
    context_function(log, live).is_some_and(|function| {
        kind(map, function) == FunctionKind::Runtime && is_elsewhere(map, function, live)
    })
}

/// Whether a frame's block is another function's: one that was jumped to. Those of labels are
/// whoever's jumped there.
fn is_elsewhere(map: &SideTable, function: FunctionId, live: &LiveFrame) -> bool {
    let block = live.block.and_then(|block| block_function(map, block));
    let is_label = matches!(kind(map, function), FunctionKind::Label(_));
    block.is_some_and(|other| other != function) && !is_label
}

/// Adds the frames of one call: it stands at `row`, or else at the end of its block.
fn add(
    map: &SideTable,
    log: &ExecutionLog,
    live: &LiveFrame,
    row: Option<ZkPc>,
    frames: &mut Vec<StackFrame>,
) -> Result<(), Error> {
    let Some(function) = context_function(log, live) else {
        return Ok(());
    };
    let ends = |block: BlockId| {
        let found = map.blocks.get(block.0 as usize);
        let found = found.ok_or_else(|| Error::Inconsistent {
            problem: format!(
                "the live stack names block {}, which is not listed",
                block.0
            ),
        })?;
        Ok::<_, Error>(ZkPc(found.first + (found.rows - 1)))
    };
    let place = match row {
        Some(zkpc) => Some(zkpc),
        None => live.block.map(ends).transpose()?,
    };
    let zkpc = place.filter(|_| !is_elsewhere(map, function, live));
    let function = &map.functions[function.0 as usize];
    if function.kind == FunctionKind::Startup && !frames.is_empty() {
        return Ok(());
    }
    let entry = zkpc.and_then(|zkpc| map.row(zkpc));
    let part: Option<&Contribution> = entry.map(|entry| match row {
        Some(_) => map.payer(entry),
        None => leaving(map, entry),
    });
    let frame = |name: &FunctionName| StackFrame {
        function: name.name.clone(),
        system_name: name.linkage_name.clone(),
        inlined: false,
        file: None,
        line: None,
        column: None,
        wasm_offset: part
            .and_then(|part| part.wasm_offset)
            .map(|offset| offset.0),
        zkpc: zkpc.map(|zkpc| zkpc.0),
    };
    let before = frames.len();
    for place in part
        .and_then(|part| part.location)
        .into_iter()
        .flat_map(|location| map.chain(location))
    {
        let inlined = place.inlined.map(|id| &map.inlined[id as usize]);
        frames.push(StackFrame {
            inlined: inlined.is_some(),
            file: map.files.get(place.file as usize).cloned(),
            line: Some(place.line).filter(|&line| line > 0),
            column: Some(place.column).filter(|&column| column > 0),
            ..frame(inlined.unwrap_or(&function.name))
        });
    }
    if frames.len() == before {
        let declared = function.name.declared;
        frames.push(StackFrame {
            file: declared.and_then(|(file, _)| map.files.get(file as usize).cloned()),
            line: declared.map(|(_, line)| line).filter(|&line| line > 0),
            ..frame(&function.name)
        });
    }
    Ok(())
}
