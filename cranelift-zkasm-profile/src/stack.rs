//! How much stack functions need: who must check, and for how many words.
//!
//! A function that can be reached from itself checks; what the others need is bounded by the call
//! graph. So the words above a checked frame are those of the longest path through functions that
//! do not check, and the same bound from the entry must fit the stack.

use std::collections::BTreeMap;

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
        let recursive: BTreeMap<u32, bool> = needs
            .keys()
            .map(|&function| (function, reaches_itself(needs, function)))
            .collect();
        let mut above = BTreeMap::new();
        for &function in needs.keys() {
            words_above(needs, &recursive, function, &mut above);
        }
        let fits = |what: &str, words: u64| {
            if words <= u64::from(STACK_WORDS) {
                return Ok(words as u32);
            }
            Err(Error::Limit {
                what: format!("the stack in words that {what} needs"),
                found: words,
                limit: u64::from(STACK_WORDS),
                place: Place::default(),
            })
        };
        let own = |function: u32| u64::from(needs.get(&function).map_or(0, |need| need.words));
        for &entry in entries {
            let above = above.get(&entry).copied().unwrap_or(0);
            fits("the entry", own(entry) + above)?;
        }
        let mut checks = BTreeMap::new();
        for (&function, &is_recursive) in &recursive {
            let check = if is_recursive {
                let words = fits("a recursive function", own(function) + above[&function])?;
                StackCheck::WordsAbove(words - own(function) as u32)
            } else {
                StackCheck::None
            };
            checks.insert(function, check);
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

fn reaches_itself(needs: &BTreeMap<u32, Need>, function: u32) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut pending = needs[&function].callees.clone();
    while let Some(callee) = pending.pop() {
        if callee == function {
            return true;
        }
        if seen.insert(callee)
            && let Some(need) = needs.get(&callee)
        {
            pending.extend(&need.callees);
        }
    }
    false
}

/// Words that calls of a function can need above its frame until a function checks for itself.
fn words_above(
    needs: &BTreeMap<u32, Need>,
    recursive: &BTreeMap<u32, bool>,
    root: u32,
    above: &mut BTreeMap<u32, u64>,
) {
    // Postorder over functions that do not check: their graph has no cycle.
    let mut stack = vec![(root, false)];
    while let Some((function, callees_done)) = stack.pop() {
        if above.contains_key(&function) {
            continue;
        }
        let callees = needs[&function]
            .callees
            .iter()
            .filter(|callee| !recursive[callee]);
        if callees_done {
            let deepest = callees
                .map(|callee| u64::from(needs[callee].words) + above[callee])
                .max();
            above.insert(function, deepest.unwrap_or(0));
        } else {
            stack.push((function, true));
            stack.extend(callees.map(|&callee| (callee, false)));
        }
    }
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
