//! Who watches a run, line by line.

use runtime_hooks::trace::TraceStep;
use zkasm::{Counters, ZkPc};

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

/// Writes down every step.
#[derive(Default)]
pub(crate) struct Steps {
    steps: Vec<TraceStep>,
    /// What was counted before the last of them.
    before: Counters,
}

impl Steps {
    /// The steps of a run that counted so much.
    pub(crate) fn finish(mut self, now: &Counters) -> Vec<TraceStep> {
        self.charge(now);
        self.steps
    }

    /// Charges the last step what was counted since.
    #[inline]
    fn charge(&mut self, now: &Counters) {
        if let Some(last) = self.steps.last_mut() {
            last.charged = *now - self.before;
        }
        self.before = *now;
    }
}

impl Tracer for Steps {
    #[inline]
    fn line(&mut self, zkpc: u32, state: &State<'_>) -> Checked<()> {
        self.charge(&state.counters);
        self.steps.push(TraceStep {
            zkpc: ZkPc(zkpc),
            charged: Counters::ZERO,
        });
        Ok(())
    }
}
