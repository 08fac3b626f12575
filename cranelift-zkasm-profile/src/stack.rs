//! How much stack functions need: who must check, and for how many words.
//!
//! A function that can be reached from itself checks; what the others need is bounded by the call
//! graph. So the words above a checked frame are those of the longest path through functions that
//! do not check, and the same bound from the entry must fit the stack.

use std::collections::{BTreeMap, BTreeSet};

use zkasm::limits::STACK_WORDS;

use crate::error::{Error, Place};
use crate::machinst::emit::StackCheck;

/// A function's own need, and what it calls.
pub(crate) struct Need {
    /// Words of its frame.
    pub words: u32,
    /// The functions it calls.
    pub callees: Vec<u32>,
}

/// Every function's check.
pub(crate) struct StackPlan {
    checks: BTreeMap<u32, StackCheck>,
}

impl StackPlan {
    /// Plans the checks of all functions that `entries` reach.
    ///
    /// # Errors
    /// If functions that do not call themselves need more than the whole stack.
    pub fn new(needs: &BTreeMap<u32, Need>, entries: &[u32]) -> Result<StackPlan, Error> {
        let mut checks = BTreeMap::new();
        // Words that calls of a function can need above its frame until a function checks for
        // itself. Callees come before callers, but for those of one cycle, which check.
        let mut above: BTreeMap<u32, u64> = BTreeMap::new();
        for component in components(needs) {
            let recursive = component.len() > 1
                || component
                    .iter()
                    .any(|function| needs[function].callees.contains(function));
            let members: BTreeSet<u32> = component.iter().copied().collect();
            for &function in &component {
                let need = &needs[&function];
                let unchecked = need.callees.iter().filter(|callee| {
                    !members.contains(callee) && checks.get(*callee) == Some(&StackCheck::None)
                });
                let deepest =
                    unchecked.map(|callee| u64::from(needs[callee].words) + above[callee]);
                let words = deepest.max().unwrap_or(0);
                above.insert(function, words);
                if recursive {
                    fits("a recursive function", u64::from(need.words) + words)?;
                }
            }
            for function in component {
                let check = match recursive {
                    true => StackCheck::WordsAbove(above[&function] as u32),
                    false => StackCheck::None,
                };
                checks.insert(function, check);
            }
        }
        for entry in entries {
            if let Some(need) = needs.get(entry) {
                fits("the entry", u64::from(need.words) + above[entry])?;
            }
        }
        Ok(StackPlan { checks })
    }

    /// A function's check.
    pub fn check(&self, function: u32) -> StackCheck {
        self.checks
            .get(&function)
            .copied()
            .unwrap_or(StackCheck::None)
    }
}

fn fits(what: &str, words: u64) -> Result<(), Error> {
    if words <= u64::from(STACK_WORDS) {
        return Ok(());
    }
    Err(Error::Limit {
        what: format!("the stack in words that {what} needs"),
        found: words,
        limit: u64::from(STACK_WORDS),
        place: Place::default(),
    })
}

/// The strongly connected components of the call graph, callees first (Tarjan's algorithm, without
/// recursion).
fn components(needs: &BTreeMap<u32, Need>) -> Vec<Vec<u32>> {
    #[derive(Clone, Copy)]
    struct Visit {
        number: usize,
        low: usize,
        on_stack: bool,
    }
    let mut visits: BTreeMap<u32, Visit> = BTreeMap::new();
    let mut stack = Vec::new();
    let mut found = Vec::new();
    for &root in needs.keys() {
        if visits.contains_key(&root) {
            continue;
        }
        // Functions on the path from the root, each with the callee to look at next; none before
        // the first visit.
        let mut path: Vec<(u32, Option<usize>)> = vec![(root, None)];
        while let Some((function, next)) = path.pop() {
            if next.is_none() {
                let number = visits.len();
                visits.insert(
                    function,
                    Visit {
                        number,
                        low: number,
                        on_stack: true,
                    },
                );
                stack.push(function);
            }
            let mut low = visits[&function].low;
            let mut descend = None;
            let callees = &needs[&function].callees;
            // A callee just returned from is looked at again, for its low number.
            for (index, callee) in callees.iter().enumerate().skip(next.unwrap_or(0)) {
                match visits.get(callee) {
                    Some(visit) if visit.on_stack => low = low.min(visit.low),
                    Some(_) => {}
                    None if needs.contains_key(callee) => {
                        descend = Some((index, *callee));
                        break;
                    }
                    None => {}
                }
            }
            if let Some(visit) = visits.get_mut(&function) {
                visit.low = low;
            }
            if let Some((index, callee)) = descend {
                path.push((function, Some(index)));
                path.push((callee, None));
                continue;
            }
            if low == visits[&function].number {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(visit) = visits.get_mut(&member) {
                        visit.on_stack = false;
                    }
                    component.push(member);
                    if member == function {
                        break;
                    }
                }
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(functions: &[(u32, u32, &[u32])]) -> Result<StackPlan, Error> {
        let needs = functions
            .iter()
            .map(|&(function, words, callees)| {
                (
                    function,
                    Need {
                        words,
                        callees: callees.to_vec(),
                    },
                )
            })
            .collect();
        StackPlan::new(&needs, &[0])
    }

    #[test]
    fn only_cycles_check_and_count_what_does_not() {
        let plan = plan(&[
            (0, 3, &[1, 2]),
            (1, 5, &[1, 2, 3]),
            (2, 7, &[]),
            (3, 2, &[2, 1]),
        ])
        .unwrap();
        assert_eq!(plan.check(0), StackCheck::None);
        assert_eq!(plan.check(1), StackCheck::WordsAbove(7));
        assert_eq!(plan.check(2), StackCheck::None);
        assert_eq!(plan.check(3), StackCheck::WordsAbove(7));
    }

    #[test]
    fn frames_beyond_the_stack_are_refused() {
        assert!(plan(&[(0, 30_000, &[1]), (1, 30_000, &[2]), (2, 10_000, &[])]).is_err());
        assert!(plan(&[(0, 30_000, &[1]), (1, 30_000, &[])]).is_ok());
    }
}
