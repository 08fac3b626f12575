//! The rules: what is looked for, where, from which share on, and what it could save.

pub use super::names::Names;

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
    /// What its finding is for.
    pub kind: Kind,
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

/// What a finding is for. Findings stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What must be known before anything else. Nothing is estimated.
    Premise,
    /// What could be saved: it is estimated.
    Saving,
    /// What explains the run, though nothing can be said of what it could save.
    Remark,
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
    /// Those in functions of some names and in all they call, from the outermost such function on. One of
    /// the functions must be among so many that cost most.
    Names(&'static Names, usize),
    /// Those in functions without [debug information](crate::fold::Known), at known instructions.
    NoLine,
    /// All, if some state machine has more to prove than fits one proof: `{machines}` are the metrics of
    /// those that need most proofs, `{proofs}` how many they need, `{less}` how many of their events
    /// fewer would save one.
    Proofs,
    /// All, if the run fits one proof, and the state machine `{machine}` fills more than half of it, and
    /// more than the main one.
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

/// Hashes: crates that are nothing else, modules of Zig's library, and the compression functions and
/// permutations by the names that they have in C, and in crates.
pub const HASHES: Names = Names {
    crates: &[
        "blake2",
        "blake2_rfc",
        "blake2b_simd",
        "blake2s_simd",
        "blake3",
        "block_buffer",
        "digest",
        "groestl",
        "keccak",
        "light_poseidon",
        "md4",
        "md5",
        "md_5",
        "poseidon",
        "poseidon_hash",
        "ripemd",
        "ripemd160",
        "sha1",
        "sha1_smol",
        "sha2",
        "sha2_const",
        "sha3",
        "sha_1",
        "skein",
        "sm3",
        "streebog",
        "tiny_keccak",
        "whirlpool",
    ],
    modules: &[
        &["crypto", "Sha1"],
        &["crypto", "blake2"],
        &["crypto", "blake3"],
        &["crypto", "keccak_p"],
        &["crypto", "md5"],
        &["crypto", "sha2"],
        &["crypto", "sha3"],
    ],
    functions: &[
        "blake2b_compress",
        "blake2s_compress",
        "blake3_compress",
        "blake3_compress_in_place",
        "blake3_compress_in_place_portable",
        "blake3_compress_xof",
        "compress256",
        "compress512",
        "keccak_f",
        "keccak_f1600",
        "keccakf",
        "keccakf1600",
        "keccakf1600_statepermute",
        "keccakp1600_permute_24rounds",
        "md5_transform",
        "md5transform",
        "poseidon_permutation",
        "poseidon_permute",
        "ripemd160_compress",
        "ripemd160_transform",
        "rmd160_compress",
        "sha1_compress",
        "sha1_transform",
        "sha1transform",
        "sha256_block",
        "sha256_block_data_order",
        "sha256_compress",
        "sha256_process",
        "sha256_transform",
        "sha3_keccakf",
        "sha512_block",
        "sha512_block_data_order",
        "sha512_compress",
        "sha512_process",
        "sha512_transform",
    ],
};

/// Functions that copy, fill and compare memory, of a libc or Rust's stand-in for it.
pub const COPIES: Names = Names {
    crates: &[],
    modules: &[&["compiler_builtins", "mem"]],
    functions: &["bcmp", "memcmp", "memcpy", "memmove", "memset"],
};

/// The rules, in the order of the page.
pub const RULES: &[Rule] = &[
    Rule {
        name: "proofs",
        kind: Kind::Premise,
        what: What::Proofs,
        place: PlaceKind::Run,
        share: 0.0,
        says: "the run fits no single proof: its {machines} take {proofs}{less}",
    },
    Rule {
        name: "fuller",
        kind: Kind::Premise,
        what: What::Fuller,
        place: PlaceKind::Run,
        share: 0.0,
        says: "{machine} fills more of a proof than the cycles do: it decides how many proofs are needed",
    },
    Rule {
        name: "no-lines",
        kind: Kind::Premise,
        what: What::NoLine,
        place: PlaceKind::Run,
        share: 10.0,
        says: "{share} of the cycles are in functions without source lines, mostly in {mostly}: compile them with debug information",
    },
    Rule {
        name: "hash",
        kind: Kind::Remark,
        what: What::Names(&HASHES, 10),
        place: PlaceKind::Run,
        share: 10.0,
        says: "{share} of the cycles are hashes in software, mostly in {mostly}",
    },
    Rule {
        name: "spills",
        kind: Kind::Saving,
        what: What::Causes(&["spill", "reload"]),
        place: PlaceKind::Function,
        share: 15.0,
        says: "{share} of {place} are spills and reloads",
    },
    Rule {
        name: "wraps",
        kind: Kind::Saving,
        what: What::Causes(&["wrap", "extend"]),
        place: PlaceKind::Function,
        share: 20.0,
        says: "{share} of {place} bring results back into 32 bits, or widen them",
    },
    Rule {
        name: "narrow",
        kind: Kind::Saving,
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
        kind: Kind::Saving,
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
        kind: Kind::Saving,
        what: What::Routines(&["_unaligned"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles are accesses across words, mostly for {mostly}",
    },
    Rule {
        name: "copies",
        kind: Kind::Saving,
        what: What::Routines(&["memory_copy", "memory_fill", "memory_init"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles copy and fill memory, mostly for {mostly}",
    },
    Rule {
        name: "memcpy",
        kind: Kind::Saving,
        what: What::Names(&COPIES, 10),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles copy, fill or compare memory in functions of the program, mostly {mostly}",
    },
    Rule {
        name: "far-memory",
        kind: Kind::Saving,
        what: What::Routines(&["_far"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles reach memory outside of the fast 1 MiB, mostly for {mostly}",
    },
    Rule {
        name: "bit-counting",
        kind: Kind::Saving,
        what: What::Routines(&["clz32", "clz64", "ctz32", "ctz64", "popcnt"]),
        place: PlaceKind::Run,
        share: 0.0,
        says: "{share} of the cycles count bits, mostly for {mostly}",
    },
    Rule {
        name: "calls",
        kind: Kind::Saving,
        what: What::Causes(&["prologue", "epilogue"]),
        place: PlaceKind::Function,
        share: 20.0,
        says: "{share} of {place} are its entry and exit, in {calls} calls",
    },
    Rule {
        name: "dispatch",
        kind: Kind::Saving,
        what: What::Operators(&[("br_table", ALL), ("call_indirect", ALL)]),
        place: PlaceKind::Function,
        share: 10.0,
        says: "{share} of {place} choose where to go: br_table and call_indirect",
    },
];
