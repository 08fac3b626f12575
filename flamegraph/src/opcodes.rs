//! A table of what costs most, by the operations of zkASM lines.
//!
//! A line has any number of operations, one value for all of them, and is one cycle whenever it runs. So
//! a row of the table is not an operation but what a line does at once, its *opcode*: the names of its
//! operations as they are written (`ADD`, `MLOAD`, …; `docs/zkasm.md` has all), without addresses,
//! targets and registers: what computes or checks, then an access of memory, then a jump, such as
//! `ADD, MSTORE` or `LT, JMPC`. Each line is in one row.
//!
//! A line without operations computes a sum and hands it to registers. Its opcode is what the sum is:
//!
//! | opcode | the sum |
//! |---|---|
//! | `constant` | numbers only, or nothing |
//! | `copy` | one register, as it is |
//! | `free input` | a free input, and whatever else |
//! | `sum` | everything else: several terms, or a register times a number |
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/opcodes"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `outcome`, `focus`, `own`, `profile_sum` | which run it is of, and which part of it: [`Scope`] |
//! | `sum` | the profile's total of the metric: the sum of `value` over all rows |
//! | `executions` | how many lines ran, those of opcodes that are left out, too |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by `value` descending, then `executions` descending, then by opcode |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `opcode` | the opcode; absent for what was counted at no known line |
//! | `executions` | how often lines of that opcode ran |
//! | `value`, `percent` | what was counted in them, and that in percent of `sum`, rounded to two decimals |
//! | `lines` | how many lines of the program have that opcode, whether they ran or not |
//! | `function`, `function_value` | the function in which most of it was counted, of several the first by name, and how much |
//!
//! Opcodes in which nothing was counted are left out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zkasm::{Coeff, Counter, Factor, Item, Op, Program, Step, Term};

use crate::error::Error;
use crate::layout::{Column, Grid, Text};
use crate::profile::{MetricId, Profile, StringId};
use crate::scope::Scope;
use crate::table::Table;
use crate::text::{first_rows, mostly, number, percent, rounded_percent, share};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/opcodes";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// What the text shows of what ran at no known line.
const NONE: &str = "[none]";

/// A table by opcode. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opcodes {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The metric's name.
    pub metric: String,
    /// The metric's unit.
    pub unit: String,
    /// Which run it is of, and which part of it.
    #[serde(flatten)]
    pub scope: Scope,
    /// The profile's total of the metric.
    pub sum: u64,
    /// How many lines ran, in all.
    pub executions: u64,
    /// How many rows there are in all.
    pub row_count: u64,
    /// The rows, or the first of them.
    pub rows: Vec<OpcodeRow>,
}

/// A row of [`Opcodes`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpcodeRow {
    /// The opcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opcode: Option<String>,
    /// How often such lines ran.
    pub executions: u64,
    /// What was counted in them.
    pub value: u64,
    /// That in percent of the sum.
    pub percent: f64,
    /// How many such lines there are.
    pub lines: u64,
    /// The function in which most of it was counted.
    pub function: String,
    /// How much that was.
    pub function_value: u64,
}

/// What was counted in lines of an opcode.
#[derive(Default)]
struct Counted {
    executions: u64,
    /// By the name of the innermost function.
    functions: BTreeMap<StringId, u64>,
}

impl Opcodes {
    /// The table of a metric, with every row. `program` is the program that ran.
    ///
    /// # Errors
    /// If the program has more or fewer lines than that which was profiled.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(profile: &Profile, metric: MetricId, program: &Program) -> Result<Opcodes, Error> {
        let steps = program.items.iter().filter_map(|item| match item {
            Item::Step(step) => Some(opcode(step)),
            _ => None,
        });
        let opcodes: Vec<String> = steps.collect();
        if opcodes.len() as u64 != profile.image().limit {
            return Err(Error::OtherProgram {
                lines: opcodes.len() as u64,
                profiled: profile.image().limit,
            });
        }
        let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
        for opcode in &opcodes {
            *lines.entry(opcode).or_default() += 1;
        }
        let cycles = profile.metric(Counter::Cycles.name())?;
        let mut counted: BTreeMap<Option<&str>, Counted> = BTreeMap::new();
        for sample in profile.samples() {
            let leaf = profile.stacks()[sample.stack.index()].location;
            let location = profile.location(leaf);
            // Addresses lie below the limit.
            let opcode = location.address.map(|zkpc| &*opcodes[zkpc as usize]);
            let counted = counted.entry(opcode).or_default();
            if opcode.is_some() {
                // A line is a cycle whenever it runs.
                counted.executions += sample.values[cycles.index()];
            }
            let function = profile.function(location.innermost().function).name;
            *counted.functions.entry(function).or_default() += sample.values[metric.index()];
        }
        let executions = counted.values().map(|counted| counted.executions).sum();
        let sum = profile.total(metric);
        let mut rows = Vec::with_capacity(counted.len());
        for (opcode, counted) in counted {
            let value: u64 = counted.functions.values().sum();
            let most = counted
                .functions
                .iter()
                .max_by_key(|(name, value)| (**value, Reverse(**name)));
            if let Some((&function, &function_value)) = most.filter(|_| value != 0) {
                rows.push(OpcodeRow {
                    opcode: opcode.map(str::to_owned),
                    executions: counted.executions,
                    value,
                    percent: rounded_percent(value, sum),
                    lines: opcode.map_or(0, |opcode| lines[opcode]),
                    function: profile.text(function).to_owned(),
                    function_value,
                });
            }
        }
        let order = |row: &OpcodeRow| (Reverse(row.value), Reverse(row.executions));
        rows.sort_by(|a, b| (order(a), &a.opcode).cmp(&(order(b), &b.opcode)));
        let metric = &profile.metrics()[metric.index()];
        Ok(Opcodes {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            scope: Scope::default(),
            sum,
            executions,
            row_count: rows.len() as u64,
            rows,
        })
    }
}

impl Table for Opcodes {
    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table for people: `sum%` adds up the rows from the top, and the last column is the
    /// function in which most was counted, with its share of the row.
    fn text(&self) -> Text {
        let mut text = self.scope.text();
        let what = format_args!("{} by opcode", self.metric);
        text.sentence(format_args!(
            "{}, {} executions",
            self.scope.head(what, self.sum),
            number(self.executions)
        ));
        let first = first_rows(&self.rows, |row| row.value, self.row_count, self.sum);
        first.into_iter().for_each(|line| text.sentence(line));
        let mut grid = Grid::new([
            Column::number("executions").may_go(1),
            Column::number(&self.metric),
            Column::share("self%"),
            Column::percent("sum%").may_go(3),
            Column::number("lines").may_go(2),
            Column::word("opcode"),
            Column::name("mostly in"),
        ]);
        let mut sum = 0;
        for row in &self.rows {
            sum += row.value;
            let cells = [
                number(row.executions),
                number(row.value),
                share(row.percent),
                share(percent(sum, self.sum)),
                number(row.lines),
                row.opcode.clone().unwrap_or(NONE.to_owned()),
                mostly(&row.function, row.function_value, row.value),
            ];
            grid.row(cells, Some(row.percent));
        }
        text.counted(grid);
        text
    }
}

/// What a line does: its operations.
fn opcode(step: &Step) -> String {
    let place = |op: &Op| match op {
        Op::MLoad(_) | Op::MStore(_) => 1,
        op => 2 * u8::from(op.is_jump()),
    };
    let ops = step.ops.iter();
    let mut names: Vec<(u8, &str)> = ops.map(|op| (place(op), op.name())).collect();
    names.sort_unstable();
    let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
    match names.as_slice() {
        [] => assigned(step).to_owned(),
        names => names.join(", "),
    }
}

/// What a line without operations hands to registers.
fn assigned(step: &Step) -> &'static str {
    let terms = step.op.as_ref().map_or(&[][..], |op| &op.terms);
    let is_register = |factor: &Factor| matches!(factor, Factor::Reg(_));
    let is_number = |term: &Term| match term {
        Term::Const(_) | Term::ConstL(_) => true,
        Term::Product(product) => !product.factors.iter().any(is_register),
        Term::Reg(..) | Term::Free(_) | Term::MinusFree(_) => false,
    };
    let is_free = |term: &Term| matches!(term, Term::Free(_) | Term::MinusFree(_));
    match terms {
        terms if terms.iter().all(is_number) => "constant",
        terms if terms.iter().any(is_free) => "free input",
        [Term::Reg(coefficient, _)] if *coefficient == Coeff::ONE => "copy",
        _ => "sum",
    }
}
