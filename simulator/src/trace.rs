//! Who watches a run, line by line.

use crate::error::Checked;
use crate::state::State;

/// Watches a run. The main loop is compiled once for each kind, so that one who does not look costs
/// nothing.
pub(crate) trait Tracer {
    /// Whether the program's own hooks are recorded.
    const HOOKS: bool = true;

    /// A line is about to run, after every line before it and none of its own commands.
    fn line(&mut self, zkpc: u32, state: &State<'_>) -> Checked<()>;
}

/// Nobody.
pub(crate) struct Nobody;

impl Tracer for Nobody {
    #[inline]
    fn line(&mut self, _: u32, _: &State<'_>) -> Checked<()> {
        Ok(())
    }
}

/// Counts the executions of every line.
pub(crate) struct Histogram(pub(crate) Vec<u64>);

impl Tracer for Histogram {
    #[inline]
    fn line(&mut self, zkpc: u32, _: &State<'_>) -> Checked<()> {
        self.0[zkpc as usize] += 1;
        Ok(())
    }
}
