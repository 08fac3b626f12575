//! How full the state machines are: what a run needs to be proved.

use std::cmp::Reverse;

use zkasm::{Counter, Counters};

use super::find::{Counted, Fact};
use crate::text::grouped;

impl Counted<'_> {
    /// The events of each state machine.
    fn events(&self) -> impl Iterator<Item = (Counter, u64)> {
        let counters = Counter::ALL.into_iter();
        counters.filter_map(|counter| {
            let metric = self.profile.metric(counter.name()).ok()?;
            Some((counter, self.profile.total(metric)))
        })
    }

    /// The state machines that need most proofs, if that is more than one: which, how many, and how many
    /// events fewer would need one less. All of them must get below, or nothing is won.
    pub(super) fn proofs(&self) -> Option<Vec<Fact>> {
        let mut used = Counters::ZERO;
        for (counter, events) in self.events() {
            used[counter] = events;
        }
        let proofs = used.segments();
        if proofs < 2 {
            return None;
        }
        // A machine's name, and how many of its events are in the last proof.
        let fullest = used.iter().filter_map(|(counter, events)| {
            let room = (proofs - 1).saturating_mul(counter.capacity());
            let over = events.checked_sub(room).filter(|&over| over > 0)?;
            Some((counter.name(), grouped(over)))
        });
        let fullest: Vec<(&str, String)> = fullest.collect();
        let names: Vec<&str> = fullest.iter().map(|(name, _)| *name).collect();
        let (proofs, less) = match &fullest[..] {
            [(_, over)] => (
                grouped(proofs),
                format!(", and {over} fewer would take one less"),
            ),
            all => {
                let fewer = all.iter().map(|(name, over)| format!("{over} {name}"));
                let fewer: Vec<String> = fewer.collect();
                let fewer = listed(&fewer);
                (
                    format!("{} each", grouped(proofs)),
                    format!("; for one less all must get below, by {fewer}"),
                )
            }
        };
        Some(vec![
            ("machines", listed(&names)),
            ("proofs", proofs),
            ("less", less),
        ])
    }

    /// The state machine that fills more of a proof than the main one, and more than half; none if the
    /// run needs several proofs, of which [`Counted::proofs`] says more.
    pub(super) fn fuller(&self) -> Option<Counter> {
        if self.proofs().is_some() {
            return None;
        }
        // In parts of a proof, scaled alike.
        let filled = |counter: Counter, events: u64| {
            (u128::from(events) << 64) / u128::from(counter.capacity())
        };
        let main = filled(Counter::Cycles, self.cycles);
        let others = self
            .events()
            .map(|(counter, events)| (counter, filled(counter, events)));
        let fullest = others.max_by_key(|&(counter, filled)| (filled, Reverse(counter)));
        let (counter, filled) = fullest?;
        (filled > main && filled > 1 << 63).then_some(counter)
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match &items[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        all => all.concat(),
    }
}
