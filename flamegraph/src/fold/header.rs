//! What a golden file says of the run as a whole.

use runtime_hooks::log::Outcome;
use runtime_hooks::{ExecutionLog, SideTable};

use super::check;
use crate::error::Error;
use crate::golden::Header;

impl Header {
    /// The header of a run's golden file.
    ///
    /// # Errors
    /// As [`Profile::from_run`](crate::Profile::from_run).
    pub fn from_run(map: &SideTable, log: &ExecutionLog) -> Result<Header, Error> {
        check(map, log)?;
        let outcome = match &log.outcome {
            Outcome::Halted { results } if results.is_empty() => "halted".to_owned(),
            Outcome::Halted { results } => format!("halted {}", results.join(" ")),
            Outcome::Trap { trap } => format!("trap {trap}"),
            Outcome::OutOfSteps => "out of steps".to_owned(),
        };
        Ok(Header::new(
            &map.cost_model,
            &map.module.sha256,
            &map.entry.export,
            &map.entry.args.join(" "),
            &outcome,
            map.rows.len() as u64,
        ))
    }
}
