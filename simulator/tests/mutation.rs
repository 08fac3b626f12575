//! No text, however wrong, makes the parser, the assembler or the simulator panic.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use zkasm::{Counter, assemble, parse};
use zkasm_simulator::{Options, Simulator};

const MAX_STEPS: u64 = 10_000;

/// A program with something of everything.
const SEED: &str = "\
; build 1
; results: i32 i64
VAR GLOBAL result_0
VAR GLOBAL result_1
VAR GLOBAL trap
VAR CTX c[4]
  0xffff => SP
  $${profile_enter(0)}
start:
  $${profile_block(0)}
  20 => GAS
  0x123456789abcdefn => A
  7 => B
  ${A % B} => C
  0 => D
  ${A / B} => A
  0x123456789abcdefn :ARITH
  $ => D :MEM_ALIGN_RD, MSTORE(MEM:E + 3)
  3 => RCX
  A*4294967295*536870912 - C*2 + SP => D
  1 => E :MSTORE(result_0)
loop:
  $${profile_block(1)}
  $ => C :ADD, MSTORE(c+E), JMPC(out)
  $${profile_block(2)}
  :CALL(f)
  $${profile_block(3)}
  GAS - 1 => GAS :JMPNZ(loop, out)
f:
  $${profile_enter(1)}
  $${profile_block(4)}
  RR :MSTORE(SP--)
  5 => RR
  SP + 1 => SP
  A + ${STEP % 3 ? 1 : exp(2, 3)} => A
  $ => RR :MLOAD(SP)
  -1 :JMPN(next, out)
  $${profile_block(5)}
  B + 1 => B
  $${profile_leave(1)}
  :RETURN
out:
  $${profile_block(6)}
  ${bitwise_not(A) + (mem.result_0 == 1)} :MSTORE(result_1)
  E - 1 :JMPZ(@end + E)
  0 => A
end:
  0 => A
  $${profile_block(7)}
  B + 1 => A, B :REPEAT(RCX)
  B - 1 => B
  $${cond(A == B)}
  B + 1 :ASSERT
finalizeExecution:
  ${beforeLast(2)} :JMPN(finalizeExecution)
  :JMP(start)
";

fn survives(text: &str) {
    let Ok(parsed) = parse(text) else { return };
    let Ok(rom) = assemble(&parsed.program, &parsed.positions) else {
        return;
    };
    let options = Options {
        max_steps: Some(MAX_STEPS),
        histogram: true,
        ..Options::default()
    };
    let Ok(simulator) = Simulator::new(&rom, options) else {
        return;
    };
    if let Ok(report) = simulator.run() {
        report.log.check().expect("the log keeps its rules");
        let steps = report.log.totals.0[Counter::Cycles];
        assert!(steps <= MAX_STEPS);
        assert_eq!(
            report.histogram.map(|counts| counts.iter().sum()),
            Some(steps)
        );
    }
}

/// A line of the seed, one of its words, or something else that may stand in its place.
fn piece() -> impl Strategy<Value = String> {
    let words = SEED.split_whitespace().collect::<Vec<_>>();
    prop_oneof![
        4 => select(words).prop_map(String::from),
        1 => select(vec![
            "0", "1", "-1", "65535", "4294967295", "18446744073709551615n", "${1 << 99999}", "E",
            "RR", "STACK:E", "SYS:E", "@loop + E", "RETURN", "REPEAT(RCX)", "CTX", "ROTL_C", "\n",
        ])
        .prop_map(String::from),
        1 => any::<u64>().prop_map(|value| format!("{value:#x}n")),
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn programs_with_lines_moved(moves in prop::collection::vec(any::<(Index, Index)>(), 1..6)) {
        let mut lines: Vec<&str> = SEED.lines().collect();
        for (from, to) in moves {
            let line = lines.remove(from.index(lines.len()));
            lines.insert(to.index(lines.len() + 1), line);
        }
        survives(&(lines.join("\n") + "\n"));
    }

    #[test]
    fn programs_with_words_replaced(
        changes in prop::collection::vec((any::<Index>(), piece()), 1..4),
    ) {
        let mut text = SEED.to_owned();
        for (index, piece) in changes {
            let words: Vec<(usize, &str)> = text
                .split_whitespace()
                .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
                .collect();
            let (at, word) = words[index.index(words.len())];
            let end = at + word.len();
            text.replace_range(at..end, &piece);
        }
        survives(&text);
    }

    #[test]
    fn programs_with_bytes_changed(
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..5),
    ) {
        let mut text = SEED.as_bytes().to_vec();
        for (index, byte) in changes {
            let at = index.index(text.len());
            text[at] = byte;
        }
        survives(&String::from_utf8_lossy(&text));
    }
}

#[test]
fn the_program_they_begin_with_runs() {
    survives(SEED);
    let parsed = parse(SEED).unwrap();
    let rom = assemble(&parsed.program, &parsed.positions).unwrap();
    let simulator = Simulator::new(&rom, Options::default()).unwrap();
    let report = simulator.run().unwrap();
    assert_eq!(report.results, ["i32:1", "i64:-11712218459498189"]);
}
