//! How a run begins and ends: the end label, options, results, traps.

mod common;

use common::{changed, refused, run, run_with};
use runtime_hooks::TrapKind;
use runtime_hooks::log::Outcome;
use zkasm::{Counter, MemBase, Reg, Rom};
use zkasm_simulator::{Error, Input, Options, Simulator, Word};

const END: &str = "finalizeExecution:\n  :JMP(finalizeExecution)\n";

#[test]
fn a_program_needs_a_step_at_its_end() {
    let no_end = run_with("0 => A", Options::default()).unwrap_err();
    assert_eq!(no_end.to_string(), "no label finalizeExecution");
    let no_step = run("0 => A\nfinalizeExecution:").unwrap_err();
    assert_eq!(
        no_step.to_string(),
        "no step after the label finalizeExecution"
    );
    assert!(matches!(
        Simulator::new(&Rom::default(), Options::default()),
        Err(Error::NoEnd)
    ));
}

#[test]
fn the_step_at_the_end_is_not_run() {
    let report = run("finalizeExecution:\n 5 => A").unwrap();
    assert_eq!(report.log.totals.0[Counter::Cycles], 0);
    assert_eq!(changed(&report), "");
    let report = run("0 => B\n 0 => B\nfinalizeExecution:\n 5 => A\n 6 => A").unwrap();
    assert_eq!(
        (report.log.end, report.log.totals.0[Counter::Cycles]),
        (2, 2)
    );
}

#[test]
fn a_run_stops_at_its_limit() {
    let text = format!("l:\n A + 1 => A\n :JMP(l)\n{END}");
    let stop = |max_steps| {
        let options = Options {
            max_steps: Some(max_steps),
            ..Options::default()
        };
        run_with(&text, options).unwrap()
    };
    let report = stop(101);
    assert_eq!(report.log.outcome, Outcome::OutOfSteps);
    assert_eq!(
        (report.log.end, report.log.totals.0[Counter::Cycles]),
        (1, 101)
    );
    assert_eq!(changed(&report), "A=51");
    assert_eq!(stop(0).log.totals.0[Counter::Cycles], 0);
    // A program that ends with its last step has ended.
    let options = Options {
        max_steps: Some(1),
        ..Options::default()
    };
    let report = run_with(&format!("0 => A\n{END}"), options).unwrap();
    assert_eq!(report.log.outcome, Outcome::Halted { results: vec![] });
}

#[test]
fn registers_begin_as_the_input_says() {
    let text = format!("SP => A\n GAS => B\n CTX => C\n{END}");
    let parsed = zkasm::parse(&text).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let run = |input| Simulator::with_input(&rom, Options::default(), input)?.run();
    let input = Input {
        old_num_batch: 7,
        chain_id: -8,
        fork_id: 9,
        ..Input::default()
    };
    let report = run(input).unwrap();
    assert_eq!(changed(&report), "A=7 B=[-8, 0] C=9 CTX=9 SP=7 GAS=-8");
    let input = Input {
        chain_id: i32::MIN,
        ..Input::default()
    };
    let error = run(input).unwrap_err();
    assert_eq!(
        error.to_string(),
        "initial value -2147483648 of GAS is outside of -(2^31-1) ..= 2^31-1"
    );
}

#[test]
fn results_are_read_by_their_types() {
    let report = run("\
; results: i32 i64 f32 f64 i32
VAR GLOBAL result_0
VAR GLOBAL result_1
VAR GLOBAL result_2
VAR GLOBAL result_3
VAR GLOBAL result_4
  0xfffffffen :MSTORE(result_0)
  0xfffffffffffffffen :MSTORE(result_1)
  0x7fc00000n :MSTORE(result_2)
  0x3ff0000000000000n :MSTORE(result_3)
")
    .unwrap();
    let expected = [
        "i32:-2",
        "i64:-2",
        "f32:0x7fc00000",
        "f64:0x3ff0000000000000",
        "i32:0",
    ];
    assert_eq!(report.results, expected);
    let outcome = Outcome::Halted {
        results: expected.map(str::to_owned).to_vec(),
    };
    assert_eq!(report.log.outcome, outcome);
    assert_eq!(
        run("; results:\n 0 => A").unwrap().results,
        Vec::<String>::new()
    );
}

#[test]
fn headers_that_promise_too_much_are_refused() {
    refused(&[
        (
            "; results: i32\n 0 => A",
            "the program's header: variable result_0 is not declared",
        ),
        (
            "; results: i32\nVAR CTX result_0\n 0 => A",
            "the program's header: variable result_0 is not GLOBAL",
        ),
        (
            "VAR CTX trap\n 0 => A",
            "the program's header: variable trap is not GLOBAL",
        ),
        (
            "; results: v128\n 0 => A",
            "the program's header: unknown result type `v128`",
        ),
        (
            "; build 1\n; build 2\n 0 => A",
            "the program's header: `build 2` says again what was said before",
        ),
    ]);
    assert_eq!(
        run("0 => A\n; build 1\n; results: i32").unwrap().log.build,
        ""
    );
}

#[test]
fn results_that_are_none_are_refused() {
    let with = |value: &str, ty: &str| {
        format!("; results: {ty}\nVAR GLOBAL result_0\n {value} :MSTORE(result_0)")
    };
    refused(&[
        (
            &with("0x100000000n", "i32"),
            "variable result_0 holds 4294967296 at the end: not below 2^32",
        ),
        (
            &with("0x100000000n", "f32"),
            "variable result_0 holds 4294967296 at the end: not below 2^32",
        ),
        (
            &with("-1", "i64"),
            "variable result_0 holds [-1, 0] at the end: a lane is outside of 0..2^32",
        ),
    ]);
}

#[test]
fn a_trap_is_an_outcome() {
    let trapped = |code: &str| {
        run(&format!(
            "; results: i32\nVAR GLOBAL result_0\nVAR GLOBAL trap\n {code} :MSTORE(trap)"
        ))
    };
    for &trap in TrapKind::ALL {
        let report = trapped(&trap.code().to_string()).unwrap();
        assert_eq!(report.log.outcome, Outcome::Trap { trap });
        assert!(report.results.is_empty());
    }
    assert_eq!(trapped("0").unwrap().results, ["i32:0"]);
    for (code, message) in [
        ("999", "variable trap holds 999 at the end: no such trap"),
        (
            "0x100000001n",
            "variable trap holds 4294967297 at the end: no such trap",
        ),
        (
            "-1",
            "variable trap holds [-1, 0] at the end: a lane is outside of 0..2^32",
        ),
    ] {
        assert_eq!(trapped(code).unwrap_err().to_string(), message);
    }
}

#[test]
fn the_final_state_can_be_looked_at() {
    let report = run("\
VAR GLOBAL x
VAR GLOBAL list[3]
VAR CTX c
  5 :MSTORE(x)
  2 => E
  6 :MSTORE(list+E)
  7 :MSTORE(c)
  8 :MSTORE(MEM:E + 10)
  9 :MSTORE(SP + 1)
")
    .unwrap();
    let word = Word::from_u64;
    assert_eq!(report.global("x"), Some(word(5)));
    let list: Vec<_> = report.global_words("list").unwrap().collect();
    assert_eq!(list, [word(0), word(0), word(6)]);
    assert_eq!(report.global("list"), Some(word(0)));
    assert_eq!(report.global("c"), None);
    assert_eq!(report.global("y"), None);
    assert_eq!(report.memory.word(MemBase::VarCtx, 2, 0), word(7));
    assert_eq!(report.memory.word(MemBase::Mem, 2, 12), word(8));
    assert_eq!(report.memory.word(MemBase::Stack, 2, 1), word(9));
    assert_eq!(report.registers[Reg::E], word(2));
}

#[test]
fn a_simulator_runs_again_from_the_beginning() {
    let parsed = zkasm::parse(&format!("A + 1 => A :MSTORE(SP++)\n{END}")).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let simulator = Simulator::new(&rom, Options::default()).unwrap();
    let (first, second) = (simulator.run().unwrap(), simulator.run().unwrap());
    assert_eq!(first.log, second.log);
    assert_eq!(first.registers, second.registers);
}

#[test]
fn lines_that_no_assembler_makes_are_refused() {
    let parsed = zkasm::parse(&format!("$ => A :ADD, JMPC(next)\n{END}")).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let refused = |change: fn(&mut zkasm::RomLine)| {
        let mut rom = rom.clone();
        change(&mut rom.lines[0]);
        let error = Simulator::new(&rom, Options::default()).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused(|line| line.cost = zkasm::Counters::ZERO),
        "zkPC 0: a line that does not cost one cycle"
    );
    assert_eq!(
        refused(|line| line.dests.push(Reg::Step)),
        "zkPC 0: a destination that cannot be written"
    );
    assert_eq!(
        refused(|line| line.mem_align_rd = true),
        "zkPC 0: not one operation that supplies `$`"
    );
    assert_eq!(
        refused(|line| {
            line.free = None;
            line.binary = None;
        }),
        "zkPC 0: a jump on a carry without a binary operation"
    );
}
