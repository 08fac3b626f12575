//! The lines of the module's text that operators are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::AnnotatedOperator;
use crate::listing::Listing;

/// Gives operators their lines of the module's text, and those before them that nothing was compiled for:
/// each line to the next operator, if that is one of them. `compiled` are the offsets of all operators that something
/// was compiled for, in whichever function.
pub(super) fn give_text<'a>(
    operators: impl Iterator<Item = &'a mut AnnotatedOperator>,
    compiled: &BTreeSet<u32>,
    listing: &Listing,
    text: &str,
) {
    let mut by_offset: BTreeMap<u64, Vec<&mut AnnotatedOperator>> = BTreeMap::new();
    for operator in operators {
        if let Some(offset) = operator.wasm_offset {
            let alike = by_offset.entry(u64::from(offset)).or_default();
            alike.push(operator);
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let line = |number: u32| lines.get((number as usize).checked_sub(1)?).copied();
    let is_compiled = |place: u64| u32::try_from(place).is_ok_and(|at| compiled.contains(&at));
    // Function by function.
    let mut next = by_offset.keys().next().copied();
    while let Some(first) = next {
        let mut last = first;
        let mut before = Vec::new();
        for (place, number) in listing.function_places(first) {
            last = last.max(place);
            let Some(item) = line(number).and_then(Listing::item) else {
                continue;
            };
            match by_offset.get_mut(&place) {
                // What is of several source lines has the lines before it in the first.
                Some(alike) => {
                    for operator in alike {
                        operator.text = Some(item.to_owned());
                        operator.before = std::mem::take(&mut before);
                    }
                }
                // An operator of what is not annotated.
                None if is_compiled(place) => before.clear(),
                // Locals are no operators.
                None if item.starts_with('(') => {}
                None => before.push(item.to_owned()),
            }
        }
        next = by_offset
            .range((Bound::Excluded(last), Bound::Unbounded))
            .next()
            .map(|(&offset, _)| offset);
    }
}
