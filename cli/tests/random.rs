//! Random programs against wasmi: arithmetic, memory, globals, branches, loops and calls mixed.
//!
//! A fixed seed makes the programs; each is run with several arguments. A failure names its seed.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::fmt::Write;

use common::{ours, wasmi};
use runtime_hooks::Instrument;

/// xorshift64*
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len() as u64) as usize]
    }

    fn constant(&mut self) -> i64 {
        match self.below(6) {
            0 => 0,
            1 => self.below(16) as i64,
            2 => -(self.below(16) as i64),
            3 => 1 << self.below(63),
            4 => (1 << self.below(63)) - 1,
            _ => self.next() as i64,
        }
    }
}

/// Locals of type i32, the first a parameter.
const I32_LOCALS: [&str; 3] = ["0", "2", "3"];
/// Locals of type i64, the first a parameter. Local 6 counts loops.
const I64_LOCALS: [&str; 3] = ["1", "4", "5"];

struct Generator {
    rng: Rng,
    /// How many functions can be called.
    callable: u64,
}

impl Generator {
    fn i32(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.rng.below(3) {
                0 => format!("(i32.const {})", self.rng.constant() as i32),
                1 => "(global.get 0)".to_owned(),
                _ => format!("(local.get {})", self.rng.pick(&I32_LOCALS)),
            };
        }
        let next = depth - 1;
        match self.rng.below(12) {
            0 => format!("(i32.wrap_i64 {})", self.i64(next)),
            1 => format!(
                "(i32.{} {})",
                self.rng
                    .pick(&["eqz", "clz", "ctz", "popcnt", "extend8_s", "extend16_s"]),
                self.i32(next)
            ),
            2 => format!("(i64.eqz {})", self.i64(next)),
            3 => {
                let op = self.rng.pick(&[
                    "eq", "ne", "lt_u", "lt_s", "gt_u", "gt_s", "le_u", "le_s", "ge_u", "ge_s",
                ]);
                format!("(i64.{op} {} {})", self.i64(next), self.i64(next))
            }
            4 => {
                let op = self.rng.pick(&[
                    "eq", "ne", "lt_u", "lt_s", "gt_u", "gt_s", "le_u", "le_s", "ge_u", "ge_s",
                ]);
                format!("(i32.{op} {} {})", self.i32(next), self.i32(next))
            }
            5 => format!(
                "(select {} {} {})",
                self.i32(next),
                self.i32(next),
                self.i32(next)
            ),
            6 => format!(
                "(i32.load offset={} {})",
                self.rng.below(9),
                self.address(next)
            ),
            7 => format!(
                "(i32.{} {} (i32.const {}))",
                self.rng.pick(&["shl", "shr_u", "shr_s", "rotl", "rotr"]),
                self.i32(next),
                self.rng.below(34)
            ),
            8 => format!(
                "(i32.{} {} (i32.or {} (i32.const 1)))",
                self.rng.pick(&["div_u", "rem_u", "div_s", "rem_s"]),
                self.i32(next),
                self.i32(next)
            ),
            _ => {
                let op = self.rng.pick(&[
                    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_u", "shr_s", "rotl",
                    "rotr",
                ]);
                format!("(i32.{op} {} {})", self.i32(next), self.i32(next))
            }
        }
    }

    fn i64(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.rng.below(3) {
                0 => format!("(i64.const {})", self.rng.constant()),
                1 => "(global.get 1)".to_owned(),
                _ => format!("(local.get {})", self.rng.pick(&I64_LOCALS)),
            };
        }
        let next = depth - 1;
        match self.rng.below(12) {
            0 => format!(
                "(i64.{} {})",
                self.rng.pick(&["extend_i32_s", "extend_i32_u"]),
                self.i32(next)
            ),
            1 => format!(
                "(select {} {} {})",
                self.i64(next),
                self.i64(next),
                self.i32(next)
            ),
            2 => format!(
                "(i64.load offset={} {})",
                self.rng.below(9),
                self.address(next)
            ),
            3 => format!(
                "(i64.{} {})",
                self.rng.pick(&["load32_s", "load32_u"]),
                self.address(next)
            ),
            4 => format!(
                "(i64.{} {} (i64.const {}))",
                self.rng.pick(&["shl", "shr_u", "shr_s", "rotl", "rotr"]),
                self.i64(next),
                self.rng.below(66)
            ),
            5 => format!(
                "(i64.{} {} (i64.or {} (i64.const 1)))",
                self.rng.pick(&["div_u", "rem_u", "div_s", "rem_s"]),
                self.i64(next),
                self.i64(next)
            ),
            6 if self.callable > 0 => {
                let callee = self.rng.below(self.callable);
                format!("(call {callee} {} {})", self.i32(next), self.i64(next))
            }
            _ => {
                let op = self.rng.pick(&[
                    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_u", "shr_s", "rotl",
                    "rotr",
                ]);
                format!("(i64.{op} {} {})", self.i64(next), self.i64(next))
            }
        }
    }

    /// An address: mostly inside of the memory.
    fn address(&mut self, depth: u32) -> String {
        let mask = if self.rng.below(40) == 0 { -1 } else { 0xfff };
        format!("(i32.and {} (i32.const {mask}))", self.i32(depth))
    }

    fn statements(&mut self, depth: u32) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.rng.below(4) {
            let statement = match self.rng.below(if depth == 0 { 6 } else { 9 }) {
                0 | 1 => format!("(local.set {} {})", self.rng.pick(&I32_LOCALS), self.i32(3)),
                2 | 3 => format!("(local.set {} {})", self.rng.pick(&I64_LOCALS), self.i64(3)),
                4 => match self.rng.below(4) {
                    0 => format!(
                        "(i32.store offset={} {} {})",
                        self.rng.below(9),
                        self.address(1),
                        self.i32(2)
                    ),
                    1 => format!(
                        "(i64.store offset={} {} {})",
                        self.rng.below(9),
                        self.address(1),
                        self.i64(2)
                    ),
                    2 => format!("(i64.store32 {} {})", self.address(1), self.i64(2)),
                    _ => format!("(global.set 1 {})", self.i64(2)),
                },
                5 => format!("(global.set 0 {})", self.i32(2)),
                6 => format!(
                    "(if {} (then {}) (else {}))",
                    self.i32(2),
                    self.statements(depth - 1),
                    self.statements(depth - 1)
                ),
                7 => format!(
                    "(block {} (br_if 0 {}) {})",
                    self.statements(depth - 1),
                    self.i32(2),
                    self.statements(depth - 1)
                ),
                _ => format!(
                    "(local.set 6 (i32.const {})) (loop {} (br_if 0 (local.tee 6 (i32.sub (local.get 6) (i32.const 1)))))",
                    1 + self.rng.below(4),
                    // A nested loop would count in the same local.
                    self.statements(0),
                ),
            };
            writeln!(text, "    {statement}").unwrap();
        }
        text
    }

    fn module(seed: u64) -> String {
        let mut generator = Generator {
            rng: Rng(seed | 1),
            callable: 0,
        };
        for _ in 0..8 {
            generator.rng.next();
        }
        // Small memories, larger ones whose window begins at 0, and such whose window lies beyond what
        // is accessed.
        let (pages, stack) = [(1, 12_345), (20, 12_345), (20, 1_048_576)][(seed % 3) as usize];
        let mut text = format!(
            "(module (memory {pages})\n  (data (i32.const 5) \"some bytes to begin with\")\n  \
             (global (mut i32) (i32.const {stack})) (global (mut i64) (i64.const -99))\n",
        );
        for index in 0..3 {
            generator.callable = index;
            let body = generator.statements(2);
            let result = generator.i64(2);
            writeln!(
                text,
                "  (func (export \"f{index}\") (param i32 i64) (result i64) (local i32 i32 i64 i64 i32)\n\
                 {body}    {result})"
            )
            .unwrap();
        }
        text + ")"
    }
}

#[test]
fn random_programs_agree() {
    let mut trapped = 0;
    let mut ran = 0;
    for seed in 1..=400u64 {
        let text = Generator::module(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for (x, y) in [
            ("0", "0"),
            ("7", "-3"),
            ("-2147483648", "9223372036854775807"),
        ] {
            let expected = wasmi(&wasm, "f2", &[x, y]);
            assert_eq!(
                ours(&wasm, "f2", &[x, y]),
                expected,
                "seed {seed}, f2({x}, {y})\n{text}"
            );
            ran += 1;
            trapped += usize::from(expected.is_err());
        }
    }
    // Some must trap, most must not: else this tests less than it seems to.
    assert!(
        trapped > 0 && trapped * 2 < ran,
        "{trapped} of {ran} runs trapped"
    );
}

/// How many random programs to try: `ZKASM_SEEDS`, or so many.
fn seeds(default: u64) -> u64 {
    let seeds = std::env::var("ZKASM_SEEDS").ok();
    seeds
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(default)
}

/// Whatever is run, its profile is exact.
#[test]
fn random_programs_are_profiled_exactly() {
    for seed in 1..=seeds(100) {
        let text = Generator::module(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for (x, y) in [("7", "-3"), ("-2147483648", "0")] {
            let compiled = common::build(&wasm, "f2", &[x, y], Instrument::Blocks);
            let run = common::simulate(&compiled);
            common::profile_is_exact(&compiled, &run, &format!("seed {seed}, f2({x}, {y})"));
        }
    }
}

/// Hooks, side table and trace tell the same of whatever is run, and of whatever is cut short.
#[test]
fn profiles_of_random_programs_agree() {
    let (mut runs, mut all) = (0, 0);
    for seed in 1..=seeds(60) {
        let text = Generator::module(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut rng = Rng(seed);
        for args in [["7", "-3"], ["-2147483648", "0"]] {
            let steps = common::profiles_agree(&wasm, "f2", &args, None);
            let cut = rng.below(steps);
            common::profiles_agree(&wasm, "f2", &args, Some(cut));
            runs += 2;
            all += steps + cut;
        }
    }
    println!("{runs} runs of {all} steps agree");
}

/// Whatever is compiled, the lint can prove.
#[test]
fn random_programs_are_sound() {
    for seed in 1..=seeds(120) {
        let text = Generator::module(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let (program, rom, report) = common::examined(&wasm, Some("f2"), seed % 2 == 0);
        let problems: Vec<String> = report
            .problems
            .iter()
            .map(|problem| {
                let line = rom.lines[problem.zkpc.index()].pos.line as usize;
                let text = program.lines().nth(line - 1).unwrap_or_default();
                format!(
                    "line {line}: {}: {}: {}",
                    text.trim(),
                    problem.kind,
                    problem.message
                )
            })
            .collect();
        assert!(
            problems.is_empty(),
            "seed {seed}: {}\n{program}\n{text}",
            problems.join("\n")
        );
    }
}
