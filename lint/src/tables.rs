//! Variables: which are tables of constants, and what the others may hold.

use std::collections::{BTreeMap, BTreeSet};

use zkasm::{Fe, MemBase, MemIndex, Rom, RomLine, VarDecl};

use crate::interval::Interval;

/// After this many growths, ranges grow in large steps.
const PATIENCE: u32 = 12;

/// The variables of a program.
pub(crate) struct Variables {
    /// By scope (whether of the context) and first word: the declaration.
    declared: BTreeMap<(bool, u32), VarDecl>,
    /// Arrays whose words the start of the program sets once and nothing else writes.
    tables: BTreeMap<(bool, u32), Vec<u64>>,
    /// What a word of any other may hold, lane by lane; what is never written holds 0.
    ranges: BTreeMap<(bool, u32), [Interval; 2]>,
    /// How often that grew.
    growths: BTreeMap<(bool, u32), u32>,
    /// Those into which a value goes that a prover may choose.
    open: BTreeSet<(bool, u32)>,
}

/// A word's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Scope and first word.
    pub key: (bool, u32),
    /// The word's number in it.
    pub word: u32,
    /// Its length.
    pub words: u32,
}

impl Variables {
    pub fn of(rom: &Rom) -> Variables {
        let declared: BTreeMap<(bool, u32), VarDecl> = rom
            .vars
            .values()
            .map(|(decl, offset)| ((decl.ctx, *offset), decl.clone()))
            .collect();
        let mut variables = Variables {
            declared,
            tables: BTreeMap::new(),
            ranges: BTreeMap::new(),
            growths: BTreeMap::new(),
            open: BTreeSet::new(),
        };
        variables.tables = variables.find_tables(rom);
        variables
    }

    /// The variable that word `offset` of a scope belongs to.
    pub fn at(&self, ctx: bool, offset: i32) -> Option<Variable> {
        let offset = u32::try_from(offset).ok()?;
        let (&key, decl) = self.declared.range(..=(ctx, offset)).next_back()?;
        let word = offset - key.1;
        (key.0 == ctx && word < decl.words).then_some(Variable {
            key,
            word,
            words: decl.words,
        })
    }

    /// Whether there are variables that all contexts share.
    pub fn has_globals(&self) -> bool {
        self.declared.keys().any(|&(ctx, _)| !ctx)
    }

    /// The words of a table.
    pub fn table(&self, variable: Variable) -> Option<&[u64]> {
        self.tables.get(&variable.key).map(Vec::as_slice)
    }

    /// What a word of the variable may hold.
    pub fn range(&self, variable: Variable) -> [Interval; 2] {
        let zero = [Interval::ZERO; 2];
        self.ranges.get(&variable.key).copied().unwrap_or(zero)
    }

    /// Whether it may hold a value that a prover may choose.
    pub fn is_open(&self, variable: Variable) -> bool {
        self.open.contains(&variable.key)
    }

    /// Adds what is stored into a variable; says whether it may now hold more than before.
    pub fn store(&mut self, key: (bool, u32), value: [Interval; 2], open: bool) -> bool {
        let known = self.ranges.entry(key).or_insert([Interval::ZERO; 2]);
        let growths = self.growths.entry(key).or_default();
        let mut changed = open && self.open.insert(key);
        for (known, new) in known.iter_mut().zip(value) {
            let wide = if new.within(*known) {
                *known
            } else if *growths < PATIENCE {
                known.hull(new)
            } else {
                known.widen(new)
            };
            changed |= wide != *known;
            *known = wide;
        }
        *growths += u32::from(changed);
        changed
    }

    /// Arrays whose words are set to constants up to the first jump, each once, and never else.
    fn find_tables(&self, rom: &Rom) -> BTreeMap<(bool, u32), Vec<u64>> {
        let straight = rom
            .lines
            .iter()
            .take_while(|line| line.jump.is_none())
            .count();
        let mut found: BTreeMap<(bool, u32), Option<BTreeMap<u32, u64>>> = BTreeMap::new();
        let mut read = BTreeSet::new();
        for (pc, line) in rom.lines.iter().enumerate() {
            let Some(access) = line.mem.as_ref() else {
                continue;
            };
            let ctx = match access.base {
                MemBase::Global => false,
                MemBase::VarCtx => true,
                MemBase::Stack | MemBase::Mem => continue,
            };
            let Some(variable) = self.at(ctx, access.offset) else {
                continue;
            };
            if !access.write {
                read.insert(variable.key);
                continue;
            }
            let words = found
                .entry(variable.key)
                .or_insert_with(|| Some(BTreeMap::new()));
            // Before the last of its words is set, it is no table yet.
            let once = !ctx && access.index == MemIndex::None && pc <= straight;
            let constant = constant(line).filter(|_| once && !read.contains(&variable.key));
            match (words.as_mut(), constant) {
                (Some(known), Some(value)) if !known.contains_key(&variable.word) => {
                    known.insert(variable.word, value);
                }
                _ => *words = None,
            }
        }
        found
            .into_iter()
            .filter_map(|(key, words)| {
                let (set, length) = (words?, self.declared.get(&key)?.words);
                // What is never written is 0.
                let words = (0..length).map(|word| set.get(&word).copied().unwrap_or(0));
                (length > 1).then(|| (key, words.collect()))
            })
            .collect()
    }
}

/// The word that a line stores, if it is a constant of canonical lanes.
fn constant(line: &RomLine) -> Option<u64> {
    if !line.regs.is_empty() || line.free.is_some() {
        return None;
    }
    let lane = |lane: Fe| lane.as_lane().map(u64::from);
    Some(lane(line.constant.lane0)? | lane(line.constant.lane1)? << 32)
}
