//! Prints how many steps a second the simulator runs, on loops of different kinds.
//!
//! `cargo bench -p zkasm-simulator`; every loop is run for 50 million steps.

#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::time::Instant;

use zkasm::{assemble, parse};
use zkasm_simulator::{Options, Simulator};

const STEPS: u64 = 50_000_000;

/// Each loop with its name. They end after far more than [`STEPS`] steps.
const LOOPS: &[(&str, &str)] = &[
    (
        "linear steps and a jump",
        "\
loop:
  A + 1 => A
  A - B*2 + 5 => C
  D + 1 => D
  :JMP(loop)
",
    ),
    (
        "fibonacci: binary operations",
        "\
  1n => B
  0xffffffffn => E
loop:
  $ => C :ADD
  B => A
  C => B
  E - 1 => E :JMPNZ(loop)
",
    ),
    (
        "memory and calls",
        "\
  5 => A
  3 => E
loop:
  A :MSTORE(MEM:E + 10)
  $ => B :MLOAD(MEM:E + 10)
  B :MSTORE(SP++)
  :CALL(routine)
  :JMP(loop)
routine:
  SP - 1 => SP
  $ => D :MLOAD(SP), RETURN
",
    ),
    (
        "division by free inputs",
        "\
  7 => B
  0 => D
loop:
  1000003 => A
  ${A % 7} => C
  ${A / 7} => A
  1000003 :ARITH
  :JMP(loop)
",
    ),
    (
        "a hook in every block",
        "\
  0 => D
  $${profile_enter(0)}
loop:
  $${profile_block(0)}
  A + 1 => A
  A - B*2 + 5 => C
  0 :JMPZ(other)
  D + 1 => D
other:
  $${profile_block(1)}
  D + 1 => D
  :JMP(loop)
",
    ),
];

fn main() {
    for (name, text) in LOOPS {
        let text = format!("{text}finalizeExecution:\n  :JMP(finalizeExecution)\n");
        let parsed = parse(&text).expect("the loops are zkASM");
        let rom = assemble(&parsed.program, &parsed.positions).expect("the loops assemble");
        let options = Options {
            max_steps: Some(STEPS),
            ..Options::default()
        };
        let simulator = Simulator::new(&rom, options).expect("the loops load");
        let start = Instant::now();
        simulator.run().expect("the loops run");
        let rate = STEPS as f64 / start.elapsed().as_secs_f64() / 1e6;
        println!("{rate:7.1} million steps/s  {name}");
    }
}
