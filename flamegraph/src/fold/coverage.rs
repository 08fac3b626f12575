//! How much of a run the debug information explains.

use runtime_hooks::log::Frame;
use runtime_hooks::sidetable::{FunctionKind, Origin};
use runtime_hooks::{ExecutionLog, FunctionId, SideTable};
use zkasm::Counter;

use super::rows::Spread;
use super::{check, kind};
use crate::error::Error;
use crate::text::percent;

/// Executed cycles by how well their source is known.
///
/// `startup_and_runtime` are the compiler's own: they have no source to know. `program` are all
/// others, those of no known function included; `with_line` is a part of them, and `inherited` a
/// part of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Cycles in `[startup]` and in `[runtime:…]` routines.
    pub startup_and_runtime: u64,
    /// All other cycles.
    pub program: u64,
    /// Cycles of `program` that have a file and a line, themselves or where their function was inlined.
    pub with_line: u64,
    /// Cycles of `with_line` whose line is that of the operator that uses the result, because the
    /// optimiser made or moved the instruction.
    pub inherited: u64,
}

impl Coverage {
    /// The coverage of a run.
    ///
    /// # Errors
    /// As [`Profile::from_run`](crate::Profile::from_run).
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Coverage, Error> {
        check(map, log)?;
        let is_program = |id: FunctionId| {
            let kind = kind(map, id);
            matches!(kind, FunctionKind::Wasm(_) | FunctionKind::Label(_))
        };
        let spread = Spread::new(map, log);
        let mut coverage = Coverage::default();
        // No overflow: the log's check holds every sum of its values to its totals.
        for (index, context) in log.contexts.iter().enumerate() {
            let outside = context.outside.0[Counter::Cycles];
            match context.frame {
                Frame::Function(id) if !is_program(id) => coverage.startup_and_runtime += outside,
                _ => coverage.program += outside,
            }
            for count in &context.blocks {
                let program = is_program(map.blocks[count.block.0 as usize].function);
                for (zkpc, cost) in spread.block(index, count)? {
                    let cycles = cost[Counter::Cycles];
                    if !program {
                        coverage.startup_and_runtime += cycles;
                        continue;
                    }
                    coverage.program += cycles;
                    let payer = map.payer(&map.rows[zkpc.index()]);
                    let mut chain = payer.location.into_iter().flat_map(|id| map.chain(id));
                    if chain.any(|location| location.line != 0) {
                        coverage.with_line += cycles;
                        if payer.origin == Some(Origin::Inherited) {
                            coverage.inherited += cycles;
                        }
                    }
                }
            }
        }
        Ok(coverage)
    }

    /// `with_line` in percent of `program`; 0 if there is none.
    pub fn with_line_percent(&self) -> f64 {
        percent(self.with_line, self.program)
    }

    /// `inherited` in percent of `with_line`; 0 if there is none.
    pub fn inherited_percent(&self) -> f64 {
        percent(self.inherited, self.with_line)
    }
}
