//! What it costs to have few registers: moves, spills and reloads by function.
//!
//! Values are those of samples whose cause is `move`, `spill` or `reload`: of ROM lines that exist for it.
//! What rides along in a line of something else is free, and is not here. They count for the function that was
//! compiled, with all that is inlined into it, for registers are allocated to it as a whole; instances of one
//! function of the source are one row.
//!
//! They are related to how often *WASM operators* were executed. An operator, by its offset, counts for the
//! function that it was compiled in as often as the one of its ROM lines ran that ran most often: a line is an operator's that names
//! it [directly](Origin::Direct), whether or not it pays. So a slow path of an operator is not counted
//! beside the other. Operators that have no line are not counted: those that are not compiled to any
//! (`local.get`, `block`, `loop`, `drop`), and what the optimiser folds into others or takes out. Work in
//! `[startup]` and in runtime routines has no operator of its own, and no rate. Of a part of a run, lines are
//! those whose payer is in it; their functions are those that they were compiled in, even if those are not.
//!
//! What was counted at no known zkASM line is in none of it: before a context's first block, or in a run that
//! was recorded without blocks, of which there is no table.
//!
//! # JSON
//!
//! One object:
//!
//! | field | meaning |
//! |---|---|
//! | `format` | `"zkasm-profile/register-moves"` |
//! | `version` | 1; changes whenever a field changes its meaning or goes away, not when one is added |
//! | `metric`, `unit` | what is counted |
//! | `outcome`, `focus`, `own`, `profile_sum` | which run it is of, and which part of it: [`Scope`] |
//! | `sum` | the profile's total of the metric |
//! | `unplaced` | the part of `sum` that is at no known zkASM line, of which nothing else is known |
//! | `total` | moves, spills, reloads and operators of all rows: an object like a row, without `function` |
//! | `row_count` | how many rows there are; `rows` can be fewer |
//! | `rows` | the table, by the sum of `moves`, `spills` and `reloads` descending, then by name, then by declaration |
//!
//! and a row:
//!
//! | field | meaning |
//! |---|---|
//! | `function` | the name of the function that was compiled |
//! | `moves`, `spills`, `reloads` | what was counted in lines of these causes |
//! | `operators` | how many WASM operators were executed, as above |
//! | `per_1000_operators` | the sum of the three for every 1,000 of those, rounded to two decimals; absent if there are none |
//!
//! A function without any of these is left out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use runtime_hooks::sidetable::{Origin, SideTable, WasmOffset};
use runtime_hooks::{BlockId, Cause};
use serde::{Deserialize, Serialize};
use zkasm::{Counter, ZkPc};

use crate::error::Error;
use crate::layout::{Column, Grid, Text};
use crate::profile::{FunctionId, MetricId, Profile, StringId};
use crate::scope::Scope;
use crate::table::Table;
use crate::text::{fraction, number, one_line, percent, share};

/// The value of the field `format`.
pub const FORMAT: &str = "zkasm-profile/register-moves";
/// The version of the JSON schema.
pub const VERSION: u32 = 1;

/// A table of moves, spills and reloads. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterMoves {
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
    /// The part of it that is at no known zkASM line.
    #[serde(default)]
    pub unplaced: u64,
    /// Those of all rows.
    pub total: Moves,
    /// How many rows there are in all.
    pub row_count: u64,
    /// The rows, or the first of them.
    pub rows: Vec<MovesRow>,
}

/// A row of [`RegisterMoves`]. The fields are those of the [JSON](self#json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovesRow {
    /// The name of the function that was compiled.
    pub function: String,
    /// What was counted in it.
    #[serde(flatten)]
    pub moves: Moves,
}

/// Moves, spills and reloads, and the operators that they are related to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// What copies between registers cost.
    pub moves: u64,
    /// What stores of registers to the stack cost.
    pub spills: u64,
    /// What loads of those cost.
    pub reloads: u64,
    /// How many WASM operators were executed.
    pub operators: u64,
    /// The three together for every 1,000 operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_1000_operators: Option<f64>,
}

impl Moves {
    /// Moves, spills and reloads together.
    pub fn sum(&self) -> u64 {
        // No overflow: each is a part of the profile's total.
        self.moves + self.spills + self.reloads
    }

    fn rated(mut self) -> Moves {
        let rate = 1000.0 * self.sum() as f64 / self.operators as f64;
        let rate = (rate * 100.0).round() / 100.0;
        self.per_1000_operators = (self.operators > 0).then_some(rate);
        self
    }
}

impl RegisterMoves {
    /// The table of a metric, with every row. `map` is the side table of the program that ran.
    ///
    /// # Errors
    /// If the side table breaks a rule of its format or is of another program, if that was not compiled, or
    /// if nothing that was counted is at a known line, as in a run that was recorded without blocks.
    ///
    /// # Panics
    /// If the metric is not of this profile.
    pub fn new(
        profile: &Profile,
        metric: MetricId,
        map: &SideTable,
    ) -> Result<RegisterMoves, Error> {
        map.check()?;
        let image = profile.image();
        if map.rows.len() as u64 != image.limit || map.module.sha256 != image.build_id {
            return Err(Error::Inconsistent {
                problem: "the profile is of another program".to_owned(),
            });
        }
        if map.is_of_labels() {
            return Err(Error::NotCompiled);
        }
        let mut functions: BTreeMap<FunctionId, Moves> = BTreeMap::new();
        let mut executions = vec![0; map.rows.len()];
        let cycles = profile.metric(Counter::Cycles.name())?;
        let (mut placed_cycles, mut unplaced) = (0, 0);
        for sample in profile.samples() {
            let leaf = profile.stacks()[sample.stack.index()].location;
            let location = profile.location(leaf);
            let Some(zkpc) = location.address else {
                unplaced += sample.values[metric.index()];
                continue;
            };
            // A line is a cycle whenever it runs.
            executions[zkpc as usize] += sample.values[cycles.index()];
            placed_cycles += sample.values[cycles.index()];
            let Some(cause) = sample.labels.cause else {
                continue;
            };
            let block = map.block_at(ZkPc(zkpc as u32));
            let Some(function) = block.map(|block| compiled(profile, map, block)) else {
                continue;
            };
            let mut add = |of: fn(&mut Moves) -> &mut u64| {
                let moves = functions.entry(function).or_default();
                *of(moves) += sample.values[metric.index()];
            };
            match profile.text(cause).parse() {
                Ok(Cause::Move) => add(|moves| &mut moves.moves),
                Ok(Cause::Spill) => add(|moves| &mut moves.spills),
                Ok(Cause::Reload) => add(|moves| &mut moves.reloads),
                _ => {}
            }
        }
        if placed_cycles == 0 && profile.total(cycles) > 0 {
            return Err(Error::WithoutBlocks);
        }
        for (block, times) in operators(map, &executions) {
            let function = compiled(profile, map, block);
            let operators = &mut functions.entry(function).or_default().operators;
            // The steps of a run bound how often a line ran, but not for how many operators.
            *operators = operators.saturating_add(times);
        }
        let mut total = Moves::default();
        for moves in functions.values() {
            total.moves += moves.moves;
            total.spills += moves.spills;
            total.reloads += moves.reloads;
            total.operators = total.operators.saturating_add(moves.operators);
        }
        let mut rows: Vec<(FunctionId, Moves)> = functions
            .into_iter()
            .filter(|(_, moves)| moves.sum() > 0 || moves.operators > 0)
            .collect();
        let declared = |id: FunctionId| {
            let function = profile.function(id);
            let text = |id: StringId| profile.text(id);
            (
                text(function.name),
                function.file.map(text),
                function.start_line,
            )
        };
        rows.sort_by_key(|&(function, moves)| (Reverse(moves.sum()), declared(function)));
        let metric_of = &profile.metrics()[metric.index()];
        Ok(RegisterMoves {
            format: FORMAT.to_owned(),
            version: VERSION,
            metric: metric_of.name.clone(),
            unit: metric_of.unit.clone(),
            scope: Scope::default(),
            sum: profile.total(metric),
            unplaced,
            total: total.rated(),
            row_count: rows.len() as u64,
            rows: rows
                .into_iter()
                .map(|(function, moves)| MovesRow {
                    function: profile.function_name(function).to_owned(),
                    moves: moves.rated(),
                })
                .collect(),
        })
    }
}

impl Table for RegisterMoves {
    fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
    }

    fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// The table for people; the last line has the sums of all rows.
    fn text(&self) -> Text {
        let mut text = self.scope.text();
        let all = self.total.sum();
        text.sentence(format_args!(
            "{} of register moves by compiled function{}: {}, {} of {}",
            self.metric,
            self.scope.part(),
            number(all),
            share(percent(all, self.sum)),
            number(self.sum),
        ));
        if self.unplaced > 0 {
            text.sentence(format_args!(
                "{} of those {} are at no known line, and in no row",
                number(self.unplaced),
                number(self.sum)
            ));
        }
        if (self.rows.len() as u64) < self.row_count {
            text.sentence(format_args!(
                "the first {} of {} rows",
                number(self.rows.len() as u64),
                number(self.row_count)
            ));
        }
        let mut grid = Grid::new([
            Column::number("moves"),
            Column::number("spills"),
            Column::number("reloads"),
            Column::number("operators").may_go(1),
            Column::number("per 1,000"),
            Column::name("function"),
        ]);
        let mut row = |moves: &Moves, name: String| {
            let rate = moves.per_1000_operators;
            let cells = [
                number(moves.moves),
                number(moves.spills),
                number(moves.reloads),
                number(moves.operators),
                rate.map_or("-".to_owned(), |rate| fraction(rate, 2)),
                name,
            ];
            grid.row(cells, None);
        };
        for one in &self.rows {
            row(&one.moves, one_line(&one.function));
        }
        row(&self.total, "total".to_owned());
        text.grid(grid);
        text
    }
}

/// The function of a block, as the profile knows it.
fn compiled(profile: &Profile, map: &SideTable, block: BlockId) -> FunctionId {
    // A profile's functions begin with those of the side table.
    let function = map.blocks[block.0 as usize].function;
    profile.source_function(FunctionId::new(function.0 as usize))
}

/// How often each operator was executed, with the block that has its line.
fn operators(map: &SideTable, executions: &[u64]) -> Vec<(BlockId, u64)> {
    let mut operators: BTreeMap<WasmOffset, (BlockId, u64)> = BTreeMap::new();
    for block in (0..map.blocks.len()).map(|id| BlockId(id as u32)) {
        for (zkpc, row) in map.block_rows(block) {
            let times = executions[zkpc.index()];
            for &part in row.contributions.iter().filter(|_| times > 0) {
                let part = &map.contributions[part as usize];
                let (Some(offset), Some(_)) = (part.wasm_offset, part.operator) else {
                    continue;
                };
                if part.origin == Some(Origin::Direct) {
                    let known = operators.entry(offset).or_insert((block, 0));
                    known.1 = known.1.max(times);
                }
            }
        }
    }
    operators.into_values().collect()
}
