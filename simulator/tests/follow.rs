//! Which jumps are calls, and where they return to.

mod common;

use common::MAX_STEPS;
use expect_test::{Expect, expect};
use runtime_hooks::labels::Origin;
use runtime_hooks::log::Frame;
use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use zkasm::{Counter, Counters, assemble, parse};
use zkasm_simulator::{Options, RunReport, Simulator};

const END: &str = "\nfinalizeExecution:\n  :JMP(finalizeExecution)\n";

/// Follows a program and makes its side table; a text without end gets one.
fn follow(text: &str, max_steps: u64) -> (SideTable, RunReport) {
    let text = match text.contains("finalizeExecution:") {
        true => text.to_owned(),
        false => format!("{text}{END}"),
    };
    let parsed = parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let rom = assemble(&parsed.program, &parsed.positions).expect("it assembles");
    let options = Options {
        max_steps: Some(max_steps),
        histogram: true,
        ..Options::default()
    };
    let simulator = Simulator::new(&rom, options).expect("it loads");
    let (report, entries) = simulator.run_following(&mut |_, _| {}).expect("it runs");
    let origin = Origin {
        files: vec!["text".to_owned()],
        ..Origin::default()
    };
    let map = SideTable::of_labels(&parsed, &rom, &entries, origin).expect("a table");
    let plain = simulator.run().expect("it runs");
    assert_eq!(
        (&plain.log.totals, &plain.log.outcome, plain.log.end),
        (&report.log.totals, &report.log.outcome, report.log.end)
    );
    assert_eq!(plain.registers, report.registers);
    report.log.check().expect("the log keeps its rules");
    assert_eq!(plain.log.instrument, Instrument::Off);
    rows_are_those_counted(&map, &report.log, &plain.histogram.expect("asked for"));
    (map, report)
}

/// Spreads entries over rows: what the histogram counted, unless the run ended inside of a block.
fn rows_are_those_counted(map: &SideTable, log: &ExecutionLog, histogram: &[u64]) {
    let mut rows = vec![0; map.rows.len()];
    let mut cost = Counters::ZERO;
    for count in log.contexts.iter().flat_map(|context| &context.blocks) {
        for (zkpc, row) in map.block_rows(count.block) {
            rows[zkpc.index()] += count.entries;
            cost += map.cost(row).times(count.entries);
        }
    }
    let live = log.live.last().expect("the root at least");
    let inside = live
        .block
        .filter(|&block| map.block_at(log.end()) == Some(block))
        .filter(|block| log.end > map.blocks[block.0 as usize].first);
    if let Some(block) = inside {
        for (zkpc, row) in map.block_rows(block).filter(|(zkpc, _)| zkpc.0 >= log.end) {
            rows[zkpc.index()] -= 1;
            cost = cost - map.cost(row);
        }
    }
    assert_eq!(rows, histogram);
    cost[Counter::KeccakF] = log.totals.0[Counter::KeccakF];
    assert_eq!(cost, log.totals.0);
}

/// Each context as `stack calls cycles`.
fn stacks(map: &SideTable, log: &ExecutionLog) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut text = String::new();
    for context in &log.contexts {
        let own = match context.frame {
            Frame::Root => "-",
            Frame::Deeper => "[deeper]",
            Frame::Region(_) => "[region]",
            Frame::Function(function) => &map.functions[function.0 as usize].name.name,
        };
        let name = match context.parent.map(|parent| names[parent as usize].as_str()) {
            None | Some("-") => own.to_owned(),
            Some(parent) => format!("{parent};{own}"),
        };
        let counts = context.blocks.iter().map(|c| c.values[Counter::Cycles]);
        let cycles: u64 = counts.sum();
        if context.frame != Frame::Root {
            text += &format!("{name} {} {cycles}\n", context.calls);
        }
        names.push(name);
    }
    text
}

fn check(text: &str, expected: Expect) {
    let (map, report) = follow(text, MAX_STEPS);
    expected.assert_eq(&stacks(&map, &report.log));
    // Wherever a run stops, what it did is all there.
    let steps = report.log.totals.0[Counter::Cycles];
    for max_steps in 0..steps.min(60) {
        let (_, report) = follow(text, max_steps);
        assert_eq!(report.log.totals.0[Counter::Cycles], max_steps);
    }
}

#[test]
fn every_way_to_call_is_one() {
    check(
        "\
CONST %after = 12
main:
  :CALL(f)
  zkPC + 1 => RR :JMP(f)
  zkPC + 2 => RR
  :JMP(f)
  zkPC + 3 => RR
  5 => A
  :JMP(f)
  1 => E
  :CALL(@f + E)
  zkPC + 1 => RR :JMP(@f + E)
  A :JMPZ(next)
  %after => RR :JMP(f)
  0 :JMP(end)
f:
  0 => B
  :JMP(RR)
end:
  0 => A
",
        expect![[r#"
            main 1 14
            main;f 1 2
            main;f 1 2
            main;f 1 2
            main;f 1 2
            main;f+1 1 1
            main;f+1 1 1
            main;f 1 2
        "#]],
    );
}

#[test]
fn a_jump_is_no_call_for_what_happens_to_be_in_rr() {
    // RR is the following line's address each time, but not because of what the text says; or the text
    // says so, and control came from elsewhere.
    check(
        "\
main:
  0 => B
  4 => A
  A => RR
  :JMP(f)
back:
  A :JMPZ(out)
  0 => A
  zkPC + 2 => RR
middle:
  0 :JMP(g)
after:
  7 => RR :JMP(middle)
f:
  0 => B :JMP(back)
g:
  RR - 8 :JMPZ(after)
out:
  0 => A
",
        expect![[r#"
            main 1 9
            main;g 1 5
        "#]],
    );
}

#[test]
fn a_conditional_jump_is_a_call_when_it_is_taken() {
    check(
        "\
main:
  2 => A
again:
  A - 1 => A
  zkPC + 2 => RR
  A :JMPZ(f)
  A :JMPNZ(again)
  0 :JMP(end)
f:
  0 => B :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 11
            main;f 1 1
        "#]],
    );
}

#[test]
fn recursions_and_what_is_beyond_their_limit() {
    check(
        "\
main:
  12 => A :CALL(even)
  0 :JMP(end)
even:
  A :JMPZ(leave)
  RR :MSTORE(SP++)
  A - 1 => A :CALL(odd)
  0 :JMP(pop)
odd:
  A :JMPZ(leave)
  RR :MSTORE(SP++)
  zkPC + 1 => RR
  A - 1 => A, E :CALL(even)
pop:
  SP - 1 => SP
  $ => RR :MLOAD(SP)
leave:
  :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 3
            main;even 1 7
            main;even;odd 1 7
            main;even;odd;even 1 7
            main;even;odd;even;odd 1 7
            main;even;odd;even;odd;even 1 7
            main;even;odd;even;odd;even;odd 1 7
            main;even;odd;even;odd;even;odd;even 1 7
            main;even;odd;even;odd;even;odd;even;odd 1 7
            main;even;odd;even;odd;even;odd;even;odd;even 1 7
            main;even;odd;even;odd;even;odd;even;odd;even;odd 1 7
            main;even;odd;even;odd;even;odd;even;odd;even;odd;even 1 7
            main;even;odd;even;odd;even;odd;even;odd;even;odd;even;odd 1 7
            main;even;odd;even;odd;even;odd;even;odd;even;odd;even;odd;even 1 2
        "#]],
    );
    check(
        "\
main:
  15 => A :CALL(f)
  0 :JMP(end)
f:
  A :JMPZ(leave)
  RR :MSTORE(SP++)
  A - 1 => A :CALL(f)
  SP - 1 => SP
  $ => RR :MLOAD(SP)
leave:
  :JMP(RR)
end:
  0 => A
",
        expect![[r#"
            main 1 3
            main;f 1 6
            main;f;f 1 6
            main;f;f;f 1 6
            main;f;f;f;f 1 6
            main;f;f;f;f;f 1 6
            main;f;f;f;f;f;f 1 6
            main;f;f;f;f;f;f;f 1 6
            main;f;f;f;f;f;f;f;f 1 6
            main;f;f;f;f;f;f;f;f;f 1 6
            main;f;f;f;f;f;f;f;f;f;f 1 6
            main;f;f;f;f;f;f;f;f;f;f;[deeper] 0 0
            main;f;f;f;f;f;f;f;f;f;f;[deeper];f 6 32
        "#]],
    );
}

#[test]
fn a_jump_stays_in_its_function() {
    check(
        "\
main:
  :CALL(f)
  :CALL(g)
  :CALL(h)
  0 :JMP(end)
f:
  0 => A :JMP(h)
g:
  0 => B
  0 => C :JMP(shared)
h:
  0 => D
shared:
  0 => E :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 5
            main;f 1 3
            main;g 1 3
            main;h 1 2
        "#]],
    );
}

#[test]
fn a_return_leaves_every_call_since() {
    check(
        "\
main:
  :CALL(f)
  :CALL(g)
  0 :JMP(end)
f:
  RR => B :CALL(g)
  0 => C :RETURN
g:
  B :JMPZ(plain)
  A => E :CALL(h)
plain:
  :RETURN
h:
  B => RR
  0 => B
  :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 4
            main;f 1 1
            main;f;g 1 2
            main;f;g;h 1 3
            main;g 1 2
        "#]],
    );
}

#[test]
fn a_return_to_no_call_is_a_jump() {
    check(
        "\
main:
  zkPC + 3 => E
  :JMP(E)
  0 => A
  4 => RR
  :CALL(f)
  0 :JMP(end)
f:
  @f => RR
  RR + 4 => RR
  :RETURN
  0 => A
  5 => RR :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 6
            main;f 1 5
        "#]],
    );
}

#[test]
fn computed_jumps_go_into_straight_lines() {
    check(
        "\
main:
  3 => A
again:
  A => E
  :JMP(@table + E)
table:
  B + 1 => B
  B + 1 => B
  B + 1 => B
  B + 1 => B
  A - 1 => A :JMPN(end, again)
end:
  0 => A
",
        expect![[r#"
            main 1 24
        "#]],
    );
}

#[test]
fn calls_that_never_return_are_frames_to_the_end() {
    check(
        "\
  2 => A
loop:
  A - 1 => A :JMPN(end)
  :CALL(next_one)
next_one:
  0 => B :JMP(loop)
end:
  0 => A
",
        expect![[r#"
            [start] 1 3
            [start];next_one 1 3
            [start];next_one;next_one 1 3
        "#]],
    );
}

/// It goes where an open call expects its return, but RR was made for another.
#[test]
fn a_call_to_where_another_would_return_is_a_call() {
    check(
        "\
main:
  :CALL(h)
g:
  0 => A
  :RETURN
h:
  0 => E
  zkPC + 1 => RR :JMP(@g + E)
  0 => A, B
  :JMP(finalizeExecution)
",
        expect![[r#"
            main 1 1
            main;h 1 4
            main;h;g 1 2
        "#]],
    );
}

#[test]
fn repetitions_and_digests_are_charged_where_they_run() {
    check(
        "\
main:
  3 => RCX :CALL(f)
  2 => RCX :CALL(f)
  0 => E :CALL(digest)
  0 :JMP(end)
f:
  E + 1 => E :MSTORE(MEM:E), REPEAT(RCX)
  :RETURN
digest:
  8 => D
  0x0102030405060708n :HASHK(0)
  8 :HASHKLEN(0)
  0xc94fedadf39fe78en => A
  0x3c3af6ebf470b5afn => B
  0xfec062278915ba5cn => C
  0xea427b9aa5df9692n => E :HASHKDIGEST(0)
  :RETURN
end:
  0 => A
",
        expect![[r#"
            main 1 5
            main;f 1 5
            main;f 1 4
            main;digest 1 8
        "#]],
    );
}

#[test]
fn a_programs_own_hooks_are_left_out() {
    let hooks = "\
main:
  $${profile_leave(7)}
  :CALL(f)
  $${profile_block(9)}
  0 :JMP(end)
f:
  $${profile_enter(3)}
  0 => A :RETURN
end:
  0 => A
";
    let plain: String = hooks
        .split_inclusive('\n')
        .filter(|line| !line.contains("$${"))
        .collect();
    assert_eq!(log_of(hooks), log_of(&plain));
}

/// The log alone: a plain run would take the hooks for what they are.
fn log_of(text: &str) -> ExecutionLog {
    let parsed = parse(&format!("{text}{END}")).expect("it parses");
    let rom = assemble(&parsed.program, &parsed.positions).expect("it assembles");
    let simulator = Simulator::new(&rom, Options::default()).expect("it loads");
    simulator
        .run_following(&mut |_, _| {})
        .expect("it runs")
        .0
        .log
}

/// More calls than are remembered: those beyond are jumps, and the run is all there.
#[test]
fn a_million_open_calls_are_enough() {
    let text = format!("  0 => A\nloop:\n  A + 1 => A :CALL(loop){END}");
    let (map, report) = follow(&text, 3_000_000);
    assert_eq!(report.log.live.len(), (1 << 20) + 2);
    let calls: u64 = report
        .log
        .contexts
        .iter()
        .map(|context| context.calls)
        .sum();
    assert_eq!(calls, (1 << 20) + 1);
    assert_eq!(map.functions.len(), 2);
}
