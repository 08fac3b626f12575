//! The rules: what is looked for, where, from which share on, and what it could save.

/// From which share of all cycles on a finding is worth a line, in percent.
pub const LEAST: f64 = 3.0;
/// Runs of fewer cycles get no advice: their startup alone is a share of them.
pub const LEAST_CYCLES: u64 = 1_000;
/// How many findings there are at most.
pub const MOST: usize = 5;

/// A rule. `docs/advice.md` has a section for each, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Which cycles are counted.
    pub what: What,
    /// Over what they are added up.
    pub place: PlaceKind,
    /// From which share of the cycles of that place on it is a finding, in percent. It must also be
    /// [`LEAST`] of all.
    pub share: f64,
    /// What the finding says. `{share}` is the percentage of the place's cycles, `{place}` the place,
    /// `{mostly}` where most of it comes from, `{value}` the cycles, `{calls}` how often the place was
    /// called; `{machine}` is explained at [`What::Fuller`], `{machines}`, `{proofs}` and `{less}` at
    /// [`What::Proofs`].
    pub says: &'static str,
}

/// Cycles that a rule counts, each with the part of it that could be saved at most.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// Those of causes. All of them could be saved.
    Causes(&'static [&'static str]),
    /// Those of a cause for some operators. All of them could be saved.
    CauseFor(&'static str, &'static [&'static str]),
    /// Those for operators that contain a text, with the part that could be saved.
    Operators(&'static [(&'static str, Part)]),
    /// Those of routines of the runtime whose name ends in a text. All of them could be saved, and the
    /// steps of calling them, which are not counted.
    Routines(&'static [&'static str]),
    /// Those in functions whose name contains a text, in small letters, and in all they call. All of
    /// them could be saved. One of the functions must be among so many that cost most.
    Names(&'static [&'static str], usize),
    /// Those of the program that no source line is known for, though it is known which instruction they
    /// are of. Nothing is saved.
    NoLine,
    /// All, if some state machine has more to prove than fits one proof: `{machines}` are the metrics of
    /// those that need most proofs, `{proofs}` how many they need, `{less}` how many of their events
    /// fewer would save one. Nothing is estimated.
    Proofs,
    /// All, if the run fits one proof, and the state machine `{machine}` fills more than half of it, and
    /// more than the main one. Nothing is estimated.
    Fuller,
}

/// A part of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part(pub u64, pub u64);

/// Over what cycles are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// The whole run.
    Run,
    /// A function as it was compiled, with what was inlined into it.
    Function,
    /// A source line in such a function.
    Line,
}

const ALL: Part = Part(1, 1);

/// The rules, in the order of the page.
pub const RULES: &[Rule] = &[
    Rule {
        name: "proofs",
        what: What::Proofs,
        place: PlaceKind::Run,
        share: 0.0,
        says: "the run fits no single proof: its {machines} take {proofs}{less}",
    },
    Rule {
        name: "fuller",
        what: What::Fuller,
        place: PlaceKind::Run,
        share: 0.0,
        says: "{machine} fills more of a proof than the cycles do: it decides how many proofs are needed",
    },
    Rule {
        name: "no-lines",
        what: What::NoLine,
        place: PlaceKind::Run,
        share: 10.0,
        says: "of {share} of the cycles no source line is known, mostly in {mostly}: compile with debug information",
    },
    Rule {
        name: "hash",
        what: What::Names(
            &[
                "sha1", "sha2", "sha3", "sha256", "sha512", "keccak", "blake2", "blake3", "ripemd",
                "md5", "poseidon",
            ],
            10,
        ),
        place: PlaceKind::Run,
        share: 10.0,
        says: "{share} of the cycles are a hash in software, mostly in {mostly}",
    },
    Rule {
        name: "spills",
        what: What::Causes(&["spill", "reload"]),
        place: PlaceKind::Function,
        share: 15.0,
        says: "{share} of {place} are spills and reloads",
    },
    Rule {
        name: "wraps",
        what: What::Causes(&["wrap", "extend"]),
        place: PlaceKind::Function,
        share: 20.0,
        says: "{share} of {place} bring results back into 32 bits, or widen them",
    },
    Rule {
        name: "narrow",
        what: What::Operators(&[
            // Eight of 13 and 20 steps against one of 5 and 4; four of 14 and 21.
            (".load8", Part(99, 104)),
            (".store8", Part(156, 160)),
            (".load16", Part(51, 56)),
            (".store16", Part(80, 84)),
        ]),
        place: PlaceKind::Line,
        share: 20.0,
        says: "{share} of {place} are loads and stores of bytes and of 16 bits",
    },
    Rule {
        name: "alignment",
        what: What::CauseFor(
            "align",
            &[
                "i32.load",
                "i32.store",
                "i64.load",
                "i64.store",
                "i64.load32_s",
                "i64.load32_u",
                "i64.store32",
            ],
        ),
        place: PlaceKind::Line,
        // An access that is aligned has a check: with nothing else on its line, 20 to 25 % of it.
        share: 30.0,
        says: "{share} of {place} put words together, or keep the rest of one, for accesses that are not of a whole word",
    },
    Rule {
        name: "unaligned",
        what: What::Routines(&["_unaligned"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles are accesses across words, mostly for {mostly}",
    },
    Rule {
        name: "copies",
        what: What::Routines(&["memory_copy", "memory_fill", "memory_init"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles copy and fill memory, mostly for {mostly}",
    },
    Rule {
        name: "memcpy",
        what: What::Names(
            &[
                "memcpy",
                "memmove",
                "memset",
                "memcmp",
                "bcmp",
                "compiler_builtins::mem",
            ],
            10,
        ),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles copy, fill or compare memory in functions of the program, mostly {mostly}",
    },
    Rule {
        name: "far-memory",
        what: What::Routines(&["_far"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles reach memory outside of the fast 1 MiB, mostly for {mostly}",
    },
    Rule {
        name: "bit-counting",
        what: What::Routines(&["clz32", "clz64", "ctz32", "ctz64", "popcnt"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles count bits, mostly for {mostly}",
    },
    Rule {
        name: "calls",
        what: What::Causes(&["prologue", "epilogue"]),
        place: PlaceKind::Function,
        share: 20.0,
        says: "{share} of {place} are its entry and exit, in {calls} calls",
    },
    Rule {
        name: "dispatch",
        what: What::Operators(&[("br_table", ALL), ("call_indirect", ALL)]),
        place: PlaceKind::Function,
        share: 10.0,
        says: "{share} of {place} choose where to go: br_table and call_indirect",
    },
];
