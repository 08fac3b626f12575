//! How often each ROM line ran, in which function.

use std::collections::BTreeMap;

use runtime_hooks::log::Frame;
use runtime_hooks::{ExecutionLog, FunctionId, SideTable};
use zkasm::ZkPc;

use super::rows::Spread;
use super::{check, owner};
use crate::error::Error;

/// How often rows ran, by the function that they are a part of there, and zkPC. What never ran is left
/// out.
///
/// # Errors
/// As [`Profile::from_run`](crate::Profile::from_run).
pub(crate) fn executions(
    map: &SideTable,
    log: &ExecutionLog,
) -> Result<BTreeMap<(FunctionId, ZkPc), u64>, Error> {
    check(map, log)?;
    let spread = Spread::new(map, log);
    let mut times: BTreeMap<(FunctionId, ZkPc), u64> = BTreeMap::new();
    // The frames of contexts, without the regions that are open in them.
    let mut homes: Vec<Frame> = Vec::with_capacity(log.contexts.len());
    for (index, context) in log.contexts.iter().enumerate() {
        let home = match (context.frame, context.parent) {
            (Frame::Region(_), Some(parent)) => homes[parent as usize],
            (frame, _) => frame,
        };
        homes.push(home);
        for count in &context.blocks {
            let function = owner(map, home, count.block);
            for (zkpc, runs) in spread.runs(index, count) {
                let sum = times.entry((function, zkpc)).or_default();
                *sum = sum.saturating_add(runs);
            }
        }
    }
    Ok(times)
}
