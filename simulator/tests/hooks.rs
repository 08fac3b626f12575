//! What the log makes of hooks; for when commands run see the tables.

mod common;

use common::{MAX_STEPS, refused, run, run_with};
use runtime_hooks::log::{Frame, LiveFrame};
use runtime_hooks::{BlockId, FunctionId, Instrument};
use zkasm::Counter;
use zkasm_simulator::{Options, RunReport};

/// Block, entries and cycles of every block of the log, context by context.
fn blocks(report: &RunReport) -> Vec<(u32, u64, u64)> {
    let contexts = report.log.contexts.iter();
    contexts
        .flat_map(|context| &context.blocks)
        .map(|count| (count.block.0, count.entries, count.values[Counter::Cycles]))
        .collect()
}

#[test]
fn a_command_before_a_step_runs_on_every_repetition() {
    let report = run("\
  2 => RCX
l:
  $${profile_block(0)}
  A + 1 => A :REPEAT(RCX)
  $${profile_block(1)}
  0 => A
")
    .unwrap();
    assert_eq!(blocks(&report), [(0, 3, 3), (1, 1, 1)]);
}

#[test]
fn commands_of_the_last_step_do_not_run_and_those_before_it_do() {
    let report = run("\
  0 => A
  $${profile_block(7)}
finalizeExecution:
  $${profile_block(8)}
  0 => A :JMP(finalizeExecution)
")
    .unwrap();
    assert_eq!(blocks(&report), [(7, 1, 0)]);
    assert_eq!(report.log.end, 1);
    assert_eq!(report.log.totals.0[Counter::Cycles], 1);
}

#[test]
fn a_run_cut_short_runs_no_command_of_the_step_that_did_not_begin() {
    let text = "\
  0 => A
  $${profile_block(7)}
l:
  $${profile_block(8)}
  0 => A
finalizeExecution:
  :JMP(finalizeExecution)
";
    for (max_steps, expected) in [(0, vec![]), (1, vec![]), (2, vec![(7, 1, 0), (8, 1, 1)])] {
        let options = Options {
            max_steps: Some(max_steps),
            ..Options::default()
        };
        let report = run_with(text, options).unwrap();
        assert_eq!(blocks(&report), expected, "{max_steps} steps");
        assert_eq!(u64::from(report.log.end), max_steps);
    }
}

const CALLS: &str = "\
; build 42
  0 => SP
  $${profile_enter(0)}
start:
  $${profile_block(0)}
  2 => A :CALL(f)
  $${profile_block(1)}
  0 :JMPZ(end)
f:
  $${profile_enter(1)}
  $${profile_block(2)}
  RR :MSTORE(SP++)
  A - 1 => A :JMPN(out)
  $${profile_block(3)}
  :CALL(f)
out:
  $${profile_block(4)}
  SP - 1 => SP
  $ => RR :MLOAD(SP)
  $${profile_leave(1)}
  :RETURN
end:
  $${profile_block(5)}
  0 => B
finalizeExecution:
  :JMP(finalizeExecution)
";

#[test]
fn calls_make_a_tree_that_adds_up() {
    let report = run(CALLS).unwrap();
    let log = &report.log;
    assert_eq!(
        (log.build.as_str(), log.instrument),
        ("42", Instrument::Blocks)
    );
    let frames: Vec<_> = log
        .contexts
        .iter()
        .map(|c| (c.parent, c.site, c.frame, c.calls))
        .collect();
    let (f0, f1) = (
        Frame::Function(FunctionId(0)),
        Frame::Function(FunctionId(1)),
    );
    assert_eq!(
        frames,
        [
            (None, None, Frame::Root, 0),
            (Some(0), None, f0, 1),
            (Some(1), Some(BlockId(0)), f1, 1),
            (Some(2), Some(BlockId(3)), f1, 1),
            (Some(3), Some(BlockId(3)), f1, 1),
        ]
    );
    let last = LiveFrame {
        context: 1,
        block: Some(BlockId(5)),
    };
    assert_eq!(log.live.last(), Some(&last));
    // Hooks cost nothing: without them the run is the same.
    let plain: String = CALLS
        .lines()
        .filter(|line| !line.contains("$${"))
        .map(|line| format!("{line}\n"))
        .collect();
    let plain = run(&plain).unwrap();
    assert_eq!(plain.log.totals, log.totals);
    assert_eq!(plain.registers, report.registers);
    assert_eq!(plain.log.instrument, Instrument::Off);
}

#[test]
fn the_histogram_counts_every_line() {
    let options = Options {
        max_steps: Some(MAX_STEPS),
        histogram: true,
        ..Options::default()
    };
    let report = run_with(CALLS, options).unwrap();
    let histogram = report.histogram.expect("it was asked for");
    assert_eq!(histogram, [1, 1, 1, 3, 3, 2, 3, 3, 3, 1, 0]);
    assert_eq!(
        histogram.iter().sum::<u64>(),
        report.log.totals.0[Counter::Cycles]
    );
    assert_eq!(run(CALLS).unwrap().histogram, None);
}

#[test]
fn hooks_that_do_not_fit_are_refused() {
    refused(&[
        (
            "0 => A\n$${profile_block(A)}",
            "line 2: profile_block takes one number below 2^32",
        ),
        (
            "l:\n$${profile_enter()}\n 0 => A",
            "line 2: profile_enter takes one number below 2^32",
        ),
        (
            "0 => A\n$${profile_nothing(1)}",
            "line 2: unknown function profile_nothing",
        ),
    ]);
    let error = run("0 => A\n 0 => A\n$${profile_leave(3)}")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("step 1, zkPC 1, line 2: profile_leave(3) without"),
        "{error}"
    );
}
