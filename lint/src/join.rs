//! Where ways meet.

use std::collections::{BTreeMap, BTreeSet};

use crate::interval::Interval;
use crate::linear::{Atom, Lin, Loc};
use crate::state::{Fact, Info, Shape, State};

/// Joins what is known on a new way into the block at `pc` into what was known there. Places on which the ways disagree get an unknown of their own; with `widen`,
/// its range grows in few steps.
pub(crate) fn join(pc: u32, known: &mut State, new: &State, widen: bool) {
    if new.impossible {
        return;
    }
    if known.impossible {
        *known = new.clone();
        return;
    }
    // Unknowns of this very block that the new way changes: in its values they mean the old ones.
    let stale: BTreeSet<Atom> = known
        .values
        .iter()
        .flat_map(|(&loc, value)| (0..2u8).map(move |lane| (loc, lane, &value[usize::from(lane)])))
        .filter(|&(loc, lane, lin)| {
            let own = Atom::Phi(pc, loc, lane);
            let kept = new
                .values
                .get(&loc)
                .is_some_and(|value| value[usize::from(lane)] == *lin);
            lin.as_atom() == Some(own) && !kept
        })
        .map(|(loc, lane, _)| Atom::Phi(pc, loc, lane))
        .collect();
    let is_stale = |lin: &Lin| lin.atoms().any(|atom| stale.contains(&atom));

    let mut values = BTreeMap::new();
    let mut infos: BTreeMap<Atom, Info> = BTreeMap::new();
    // Places with the same value on both ways share an unknown.
    let mut classes: BTreeMap<(&Lin, &Lin), Lin> = BTreeMap::new();
    for (&loc, old) in &known.values {
        let Some(other) = new.values.get(&loc) else {
            continue;
        };
        let lanes: [Lin; 2] = std::array::from_fn(|lane| {
            let (a, b) = (&old[lane], &other[lane]);
            if a == b && !is_stale(b) {
                return a.clone();
            }
            classes
                .entry((a, b))
                .or_insert_with(|| {
                    phi(pc, (loc, lane as u8), known, new, [a, b], widen, &mut infos)
                })
                .clone()
        });
        values.insert(loc, lanes);
    }
    // What both ways know of what stays.
    for (&atom, info) in &known.infos {
        if infos.contains_key(&atom) {
            continue;
        }
        let merged = match new.infos.get(&atom) {
            Some(other) if !stale.contains(&atom) => merge(info, other, widen),
            _ => info.clone(),
        };
        infos.insert(atom, merged);
    }
    for (&atom, info) in &new.infos {
        if !stale.contains(&atom) {
            infos.entry(atom).or_insert_with(|| info.clone());
        }
    }
    let facts = known
        .facts
        .iter()
        .filter(|fact| !is_stale(&fact.lin))
        .filter_map(|fact| {
            let other = new.facts.iter().find(|other| other.lin == fact.lin)?;
            let range = if widen {
                fact.range.widen(other.range)
            } else {
                fact.range.hull(other.range)
            };
            Some(Fact {
                lin: fact.lin.clone(),
                range,
            })
        })
        .collect();
    let fresh = |lin: &Lin| !is_stale(lin);
    known.values = values;
    known.infos = infos;
    known.facts = facts;
    known
        .nonzero
        .retain(|lin| fresh(lin) && new.nonzero.contains(lin));
    known
        .parts
        .retain(|part| fresh(&part.0) && fresh(&part.1) && new.parts.contains(part));
    known.less.retain(|pair| {
        pair.0.iter().all(fresh) && pair.1.iter().all(fresh) && new.less.contains(pair)
    });
    known.divisions.clear();
    known.forget_unused();
}

fn phi(
    pc: u32,
    (loc, lane): (Loc, u8),
    known: &State,
    new: &State,
    [a, b]: [&Lin; 2],
    widen: bool,
    infos: &mut BTreeMap<Atom, Info>,
) -> Lin {
    let atom = Atom::Phi(pc, loc, lane);
    let (old, other) = (known.eval_closely(a), new.eval_closely(b));
    let range = if widen {
        old.widen(other)
    } else {
        old.hull(other)
    };
    let mut open = known.open(a);
    open.extend(new.open(b));
    open.sort_unstable();
    open.dedup();
    let shape = Shape::Plain;
    let info = Info { range, open, shape };
    infos.insert(atom, info);
    Lin::atom(atom)
}

fn merge(a: &Info, b: &Info, widen: bool) -> Info {
    let range: Interval = if widen {
        a.range.widen(b.range)
    } else {
        a.range.hull(b.range)
    };
    let mut open = a.open.clone();
    open.extend(&b.open);
    open.sort_unstable();
    open.dedup();
    let shape = if a.shape == b.shape {
        a.shape.clone()
    } else {
        Shape::Plain
    };
    Info { range, open, shape }
}
