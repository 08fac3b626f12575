//! Runs whose free inputs someone else chooses.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use zkasm::{Reg, assemble, parse};
use zkasm_simulator::{Error, FreeInput, Options, RunReport, Simulator, Word};

/// Runs a program in which the free input of that number has another value.
fn run(text: &str, number: u64, value: u64) -> (Result<RunReport, Error>, Vec<FreeInput>) {
    let text = format!("{text}\nfinalizeExecution:\n  :JMP(finalizeExecution)\n");
    let parsed = parse(&text).unwrap();
    let rom = assemble(&parsed.program, &parsed.positions).unwrap();
    let mut seen = Vec::new();
    let report = Simulator::new(&rom, Options::default())
        .unwrap()
        .run_choosing(&mut |input| {
            seen.push(input);
            (input.number == number).then(|| Word::from_u64(value))
        });
    (report, seen)
}

/// Whether a run failed, and whether by a constraint.
fn refused(report: Result<RunReport, Error>) -> Option<bool> {
    match report {
        Ok(_) => None,
        Err(Error::Failed(failure)) => Some(failure.check.is_constraint()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn later_commands_follow_from_what_was_chosen() {
    let (report, seen) = run("  ${5} => A\n  $ => B :ADD\n  ${A + 1} => C", 0, 40);
    assert_eq!(common::changed(&report.unwrap()), "A=40 B=40 C=41");
    let values: Vec<_> = seen
        .iter()
        .map(|input| (input.zkpc.0, input.number, input.honest))
        .collect();
    let word = |value| Some(Word::from_u64(value));
    assert_eq!(values, [(0, 0, word(5)), (2, 1, word(41))]);
}

#[test]
fn where_the_executor_has_no_value_another_may_have_one() {
    let (report, seen) = run("  ${1 / B} => A", 0, 3);
    assert_eq!(seen[0].honest, None);
    assert_eq!(report.unwrap().registers[Reg::A], Word::from_u64(3));
    let (report, _) = run("  ${1 / B} => A", 1, 3);
    assert_eq!(refused(report), Some(false));
}

#[test]
fn constraints_are_told_from_what_only_the_executor_checks() {
    let product = "  3 => A\n  4 => B\n  ${A * B} => C :ARITH";
    assert_eq!(refused(run(product, 0, 12).0), None);
    assert_eq!(refused(run(product, 0, 13).0), Some(true));
    let index = "  ${1} => E\n  $ => A :MLOAD(MEM:E)";
    assert_eq!(refused(run(index, 0, 2).0), None);
    assert_eq!(refused(run(index, 0, 1 << 20).0), Some(false));
}
