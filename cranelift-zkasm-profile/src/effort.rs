//! How much work a function will be, found before it is done.
//!
//! Nearly everything that compiles a function takes time in proportion to it. Three things do not, and
//! a small module can be made of nothing else:
//!
//! * Translation gives a loop a parameter for each local that is used in it, and finds out only at
//!   its end which are needed: control structures × locals.
//! * A `br_table` out of nested blocks leaves each of them anew: targets × depth.
//! * Register allocation looks at what else is live wherever it tries a value, and again at each piece
//!   of a value that it splits. It holds values that become each other at the heads of blocks for one,
//!   and orders all that are handed to a block at once. So its time grows with the sum of the values'
//!   spans, and with the squares of how many values are one, and of how many are handed over.
//!
//! The limits are such that a function at one of them takes some seconds, and that the corpus is two
//! hundred times below them. They are on the shape of a function and not on time, so that what compiles
//! does not depend on the computer.

use cranelift_codegen::ir::{Function, InstructionData, Opcode, Value, ValueDef};
use cranelift_entity::SecondaryMap;
use runtime_hooks::sidetable::WasmOffset;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use crate::error::{Error, Place};

/// Most of control structures × locals.
const MOST_LOCALS: u64 = 50_000_000;
/// Most of targets of `br_table` × depth.
const MOST_TARGETS: u64 = 500_000_000;
/// Most of [`allocation`].
const MOST_ALLOCATION: u64 = 1_000_000_000;
/// What a span counts against the square of how many values are one, by measurement.
const SPAN_WEIGHT: u64 = 16;
/// What the square of how many values are handed to a block counts.
const HANDED_WEIGHT: u64 = 4;

fn limit(what: &str, found: u64, limit: u64, body: usize) -> Result<(), Error> {
    if found <= limit {
        return Ok(());
    }
    Err(Error::Effort {
        what: what.to_owned(),
        found,
        limit,
        place: Place {
            function: None,
            offset: u32::try_from(body).ok().map(WasmOffset),
        },
    })
}

/// Checks what translation would do with a valid body that has so many parameters.
pub(crate) fn check_body(body: &FunctionBody<'_>, params: usize) -> Result<(), Error> {
    let (by_locals, by_targets) = translation(body, params)
        .map_err(|error| Error::internal(format!("a valid body cannot be read: {error}")))?;
    let at = body.range().start;
    limit("control structures × locals", by_locals, MOST_LOCALS, at)?;
    limit("br_table targets × depth", by_targets, MOST_TARGETS, at)
}

fn translation(body: &FunctionBody<'_>, params: usize) -> Result<(u64, u64), BinaryReaderError> {
    let mut locals = params as u64;
    for group in body.get_locals_reader()? {
        locals += u64::from(group?.0);
    }
    let (mut structures, mut depth, mut by_targets) = (0u64, 1u64, 0u64);
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                structures += 1;
                depth += 1;
            }
            Operator::End => depth -= 1,
            Operator::BrTable { targets } => {
                by_targets = by_targets.saturating_add(u64::from(targets.len()) * depth);
            }
            _ => {}
        }
    }
    Ok((structures.saturating_mul(locals), by_targets))
}

/// Checks what register allocation would do with a function, whose body begins at an offset.
pub(crate) fn check_clif(func: &Function, body: usize) -> Result<(), Error> {
    let what = "the work of allocating registers, by spans and merges of values,";
    limit(what, allocation(func), MOST_ALLOCATION, body)
}

/// The weighted sum of the spans of all values, of the squares of how many are one, and of the squares
/// of how many are handed to a block.
///
/// A span is from the definition to the last use in the order of the layout; every instruction and
/// every value handed to a block counts. A constant is made where it is used and has none.
fn allocation(func: &Function) -> u64 {
    let mut ends: SecondaryMap<Value, u64> = SecondaryMap::new();
    let mut starts: SecondaryMap<Value, u64> = SecondaryMap::new();
    let mut webs = Webs::new(func.dfg.num_values());
    let (mut position, mut handed) = (0u64, 0u64);
    for block in func.layout.blocks() {
        for &param in func.dfg.block_params(block) {
            starts[param] = position;
            ends[param] = position;
        }
        for inst in func.layout.block_insts(block) {
            position += 1;
            for value in func.dfg.inst_values(inst) {
                ends[func.dfg.resolve_aliases(value)] = position;
            }
            let data = &func.dfg.insts[inst];
            for call in data.branch_destination(&func.dfg.jump_tables) {
                let args = call.args_slice(&func.dfg.value_lists);
                let count = args.len() as u64;
                position += count;
                handed = handed.saturating_add(count * count);
                let params = func.dfg.block_params(call.block(&func.dfg.value_lists));
                for (&arg, &param) in args.iter().zip(params) {
                    let arg = func.dfg.resolve_aliases(arg);
                    ends[arg] = position;
                    if !is_constant(func, arg) {
                        webs.join(arg, param);
                    }
                }
            }
            for &result in func.dfg.inst_results(inst) {
                starts[result] = position;
                ends[result] = position;
            }
        }
    }
    let spans = func
        .dfg
        .values()
        .filter(|&value| !is_constant(func, value))
        .fold(0u64, |sum, value| {
            sum.saturating_add(ends[value].saturating_sub(starts[value]))
        });
    spans
        .saturating_mul(SPAN_WEIGHT)
        .saturating_add(webs.squares())
        .saturating_add(handed.saturating_mul(HANDED_WEIGHT))
}

fn is_constant(func: &Function, value: Value) -> bool {
    matches!(
        func.dfg.value_def(value),
        ValueDef::Result(inst, _) if matches!(
            func.dfg.insts[inst],
            InstructionData::UnaryImm { opcode: Opcode::Iconst, .. }
        )
    )
}

/// Values that become each other at the heads of blocks, joined.
struct Webs {
    parents: Vec<u32>,
    sizes: Vec<u64>,
}

impl Webs {
    fn new(values: usize) -> Webs {
        Webs {
            parents: (0..values as u32).collect(),
            sizes: vec![1; values],
        }
    }

    fn find(&mut self, value: u32) -> u32 {
        let mut at = value;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    fn join(&mut self, a: Value, b: Value) {
        let (a, b) = (self.find(a.as_u32()), self.find(b.as_u32()));
        if a != b {
            let (large, small) = if self.sizes[a as usize] < self.sizes[b as usize] {
                (b, a)
            } else {
                (a, b)
            };
            self.parents[small as usize] = large;
            self.sizes[large as usize] += self.sizes[small as usize];
        }
    }

    /// The sum of the squares of the numbers of joined values.
    fn squares(&self) -> u64 {
        let roots = (0..)
            .zip(&self.parents)
            .filter(|(at, parent)| at == *parent);
        roots.fold(0u64, |sum, (at, _)| {
            let size = self.sizes[at as usize];
            sum.saturating_add(if size > 1 {
                size.saturating_mul(size)
            } else {
                0
            })
        })
    }
}
