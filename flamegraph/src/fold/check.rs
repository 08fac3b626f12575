//! Whether a side table and a log fit each other.

use runtime_hooks::log::Frame;
use runtime_hooks::{BlockId, ExecutionLog, SideTable};
use zkasm::cost::COST_MODEL;

use crate::error::Error;

/// Checks that side table and log obey their formats and are of the same program. Afterwards every
/// id in either is that of something listed.
pub(super) fn check(map: &SideTable, log: &ExecutionLog) -> Result<(), Error> {
    map.check()?;
    log.check()?;
    if log.build != map.build {
        return Err(Error::BuildMismatch {
            log: log.build.clone(),
            map: map.build.clone(),
        });
    }
    if map.cost_model != COST_MODEL {
        return Err(Error::CostModel {
            found: map.cost_model.clone(),
            expected: COST_MODEL,
        });
    }
    let bad = |problem| Err(Error::Inconsistent { problem });
    let unknown = |block: BlockId| block.0 as usize >= map.blocks.len();
    for (index, context) in log.contexts.iter().enumerate() {
        let named = match context.frame {
            Frame::Function(function) => Some(("function", function.0, map.functions.len())),
            Frame::Region(region) => Some(("region", region.0, map.regions.len())),
            Frame::Root | Frame::Deeper => None,
        };
        if let Some((what, id, listed)) = named
            && id as usize >= listed
        {
            return bad(format!(
                "context {index} is of {what} {id}, which is not listed"
            ));
        }
        let blocks = context.blocks.iter().map(|count| count.block);
        if let Some(block) = blocks.chain(context.site).find(|&block| unknown(block)) {
            let id = block.0;
            return bad(format!(
                "context {index} names block {id}, which is not listed"
            ));
        }
    }
    let listed = map.regions.len();
    if let Some(count) = log
        .regions
        .iter()
        .find(|count| count.region.0 as usize >= listed)
    {
        let id = count.region.0;
        return bad(format!(
            "there are numbers of region {id}, which is not listed"
        ));
    }
    Ok(())
}
