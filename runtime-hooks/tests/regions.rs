//! Regions in the log: what is open when, against a list of it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;

use runtime_hooks::log::{ExecutionLog, Frame, Outcome, RegionCount, Totals};
use runtime_hooks::recorder::{REGION_LIMIT, RecordError};
use runtime_hooks::{BlockId, FunctionId, Hook, Recorder, RegionId, log};
use zkasm::{Counter, Counters};

fn at(cycles: u64) -> Counters {
    let mut counters = Counters::ZERO;
    counters[Counter::Cycles] = cycles;
    counters
}

/// The log of hooks at cycles, as the format wants it.
fn record(hooks: &[(Hook, u64)], end: u64) -> ExecutionLog {
    let mut recorder = Recorder::new();
    for &(hook, now) in hooks {
        recorder.hook(hook, &at(now)).unwrap();
    }
    let recording = recorder.finish(&at(end));
    let log = ExecutionLog {
        format: log::FORMAT.to_owned(),
        version: log::VERSION,
        build: String::new(),
        instrument: recording.instrument,
        outcome: Outcome::OutOfSteps,
        end: 0,
        totals: Totals(at(end)),
        contexts: recording.contexts,
        live: recording.live,
        regions: recording.regions,
    };
    assert_eq!(ExecutionLog::from_json(&log.to_json()).unwrap(), log);
    log
}

fn shown(frame: Frame) -> String {
    match frame {
        Frame::Root => String::new(),
        Frame::Deeper => "deeper".to_owned(),
        Frame::Function(function) => format!("f{}", function.0),
        Frame::Region(region) => format!("r{}", region.0),
    }
}

/// The stack of a context.
fn path(log: &ExecutionLog, mut context: usize) -> String {
    let mut frames = Vec::new();
    while let Some(parent) = log.contexts[context].parent {
        frames.push(shown(log.contexts[context].frame));
        context = parent as usize;
    }
    frames.reverse();
    frames.join(" ")
}

/// Cycles by stack.
fn cycles(log: &ExecutionLog) -> BTreeMap<String, u64> {
    let mut cycles = BTreeMap::new();
    for (index, context) in log.contexts.iter().enumerate() {
        let blocks = context.blocks.iter().map(|count| count.values);
        let sum: u64 = blocks
            .chain([context.outside.0])
            .map(|v| v[Counter::Cycles])
            .sum();
        *cycles.entry(path(log, index)).or_default() += sum;
    }
    cycles.retain(|_, cycles| *cycles > 0);
    cycles
}

fn expect<const N: usize>(log: &ExecutionLog, expected: [(&str, u64); N]) {
    let expected = expected.map(|(path, cycles)| (path.to_owned(), cycles));
    assert_eq!(cycles(log), expected.into());
}

const fn enter(function: u32) -> Hook {
    Hook::Enter(FunctionId(function))
}

const fn leave(function: u32) -> Hook {
    Hook::Leave(FunctionId(function))
}

const fn block(block: u32) -> Hook {
    Hook::Block(BlockId(block))
}

const fn begin(region: u32) -> Hook {
    Hook::RegionBegin(RegionId(region))
}

const fn end(region: u32) -> Hook {
    Hook::RegionEnd(RegionId(region))
}

fn count(region: u32, count: u64, cycles: u64) -> RegionCount {
    RegionCount {
        region: RegionId(region),
        count,
        open: 0,
        unmatched: 0,
        min: Some(cycles),
        max: Some(cycles),
        sum: cycles * count,
        total: cycles * count,
    }
}

#[test]
fn regions_nest_around_calls() {
    let hooks = [
        (enter(0), 0),
        (block(0), 0),
        (begin(5), 3),
        (block(1), 3),
        (enter(1), 10),
        (block(9), 10),
        (begin(2), 20),
        (block(10), 20),
        (end(2), 50),
        (block(11), 50),
        (leave(1), 51),
        (block(2), 52),
        (end(5), 60),
        (block(3), 60),
    ];
    let log = record(&hooks, 100);
    expect(
        &log,
        [
            ("f0", 43),
            ("f0 r5", 15),
            ("f0 r5 f1", 12),
            ("f0 r5 f1 r2", 30),
        ],
    );
    assert_eq!(log.regions, [count(2, 1, 30), count(5, 1, 57)]);
    let calls = log.contexts.iter().map(|context| context.calls);
    assert_eq!(calls.collect::<Vec<_>>(), [0, 1, 1, 1, 1]);
    // A call in a region is known by the block that it ends.
    assert_eq!(log.contexts[3].site, Some(BlockId(1)));
}

#[test]
fn a_region_outlives_the_function_that_began_it() {
    // What a guard's constructor and destructor do when nobody inlines them.
    let hooks = [
        (enter(0), 0),
        (enter(1), 1),
        (begin(7), 2),
        (leave(1), 3),
        (Hook::Resume(FunctionId(0)), 4),
        (enter(2), 10),
        (end(7), 12),
        (leave(2), 13),
        (Hook::Resume(FunctionId(0)), 14),
    ];
    let log = record(&hooks, 20);
    expect(
        &log,
        [
            ("f0", 7),
            ("f0 f1", 1),
            ("f0 f1 r7", 2),
            ("f0 f2", 2),
            ("f0 r7", 6),
            ("f0 r7 f2", 2),
        ],
    );
    assert_eq!(log.regions, [count(7, 1, 10)]);
}

#[test]
fn regions_may_overlap() {
    let hooks = [
        (enter(0), 0),
        (begin(1), 1),
        (begin(2), 3),
        (end(1), 7),
        (end(2), 15),
    ];
    let log = record(&hooks, 31);
    expect(
        &log,
        [("f0", 17), ("f0 r1", 2), ("f0 r1 r2", 4), ("f0 r2", 8)],
    );
    assert_eq!(log.regions, [count(1, 1, 6), count(2, 1, 12)]);
}

#[test]
fn one_inside_of_itself_counts_once_in_the_total() {
    let hooks = [
        (enter(0), 0),
        (begin(1), 10),
        (begin(1), 20),
        (end(1), 50),
        (end(1), 90),
    ];
    let log = record(&hooks, 100);
    expect(&log, [("f0", 20), ("f0 r1", 50), ("f0 r1 r1", 30)]);
    let expected = RegionCount {
        min: Some(30),
        max: Some(80),
        sum: 110,
        total: 80,
        ..count(1, 2, 0)
    };
    assert_eq!(log.regions, [expected]);
}

#[test]
fn what_does_not_end_is_open_and_what_was_not_begun_is_counted() {
    let hooks = [
        (enter(0), 0),
        (end(3), 5),
        (begin(4), 10),
        (enter(1), 15),
        (end(3), 20),
    ];
    let log = record(&hooks, 100);
    expect(&log, [("f0", 10), ("f0 r4", 5), ("f0 r4 f1", 85)]);
    let none = RegionCount {
        min: None,
        max: None,
        ..count(3, 0, 0)
    };
    let ends = RegionCount {
        unmatched: 2,
        ..none
    };
    let open = RegionCount {
        region: RegionId(4),
        count: 1,
        open: 1,
        total: 90,
        ..none
    };
    assert_eq!(log.regions, [ends, open]);
    let live: Vec<String> = log
        .live
        .iter()
        .map(|l| path(&log, l.context as usize))
        .collect();
    assert_eq!(live, ["", "f0 r4", "f0 r4 f1"], "one for each function");
}

#[test]
fn at_a_limit_a_region_adds_no_context() {
    let mut hooks = vec![(enter(0), 0)];
    hooks.extend((0..30).map(|i| (begin(1), i)));
    hooks.extend((30..60).map(|i| (end(1), i)));
    let log = record(&hooks, 100);
    assert_eq!(log.contexts.len(), 2 + log::RECURSION_LIMIT);
    let sum = (0..30).map(|i| 30 + 29 - 2 * i).sum();
    assert_eq!(
        (
            log.regions[0].count,
            log.regions[0].sum,
            log.regions[0].total
        ),
        (30, sum, 59)
    );

    let mut recorder = Recorder::new();
    for _ in 0..REGION_LIMIT {
        recorder.hook(begin(1), &at(0)).unwrap();
    }
    let error = recorder.hook(begin(2), &at(0)).unwrap_err();
    assert_eq!(error, RecordError::TooManyRegions { hook: begin(2) });
    assert_eq!(
        error.to_string(),
        "profile_region_begin(2): 65536 regions have begun and not ended, which is the limit"
    );
    recorder.hook(end(1), &at(0)).unwrap();
    recorder.hook(begin(2), &at(0)).unwrap();
}

/// Numbers that look random, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

/// Any hooks that executors may meet: every stretch of time is charged to what is open by then, in the order of
/// opening, and each region has its own from begin to end.
#[test]
fn time_is_of_what_is_open() {
    let mut numbers = Numbers(1);
    for _ in 0..2_000 {
        let mut open: Vec<(Hook, u64)> = Vec::new();
        let mut hooks = Vec::new();
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let mut spans: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        let mut now = 0;
        for _ in 0..numbers.below(60) {
            let region = numbers.below(3) as u32;
            let functions = open
                .iter()
                .filter(|(hook, _)| matches!(hook, Hook::Enter(_)));
            match numbers.below(6) {
                0 if functions.count() < 9 => {
                    let function = numbers.below(3) as u32;
                    hooks.push((enter(function), now));
                    open.push((enter(function), now));
                }
                1 => {
                    let is_function = |(hook, _): &(Hook, u64)| matches!(hook, Hook::Enter(_));
                    if let Some(at) = open.iter().rposition(is_function) {
                        let Hook::Enter(FunctionId(function)) = open.remove(at).0 else {
                            unreachable!()
                        };
                        hooks.push((leave(function), now));
                    }
                }
                2 | 3 if open.len() < 9 => {
                    hooks.push((begin(region), now));
                    open.push((begin(region), now));
                }
                _ => {
                    hooks.push((end(region), now));
                    if let Some(at) = open.iter().rposition(|(hook, _)| *hook == begin(region)) {
                        let (_, began) = open.remove(at);
                        spans.entry(region).or_default().push(now - began);
                    }
                }
            }
            hooks.push((block(numbers.below(4) as u32), now));
            let frames: Vec<String> = open
                .iter()
                .map(|(hook, _)| match hook {
                    Hook::Enter(function) => format!("f{}", function.0),
                    Hook::RegionBegin(region) => format!("r{}", region.0),
                    _ => unreachable!(),
                })
                .collect();
            let passed = 1 + numbers.below(5);
            *expected.entry(frames.join(" ")).or_default() += passed;
            now += passed;
        }
        let log = record(&hooks, now);
        assert_eq!(cycles(&log), expected, "{hooks:?}");
        for region in &log.regions {
            let spans = spans.remove(&region.region.0).unwrap_or_default();
            let found = (region.ended(), region.sum, region.min, region.max);
            let (min, max) = (spans.iter().min().copied(), spans.iter().max().copied());
            assert_eq!(
                found,
                (spans.len() as u64, spans.iter().sum(), min, max),
                "{hooks:?}"
            );
            let inside = |path: &str| {
                path.split(' ')
                    .any(|f| f == format!("r{}", region.region.0))
            };
            let total: u64 = expected
                .iter()
                .filter(|(path, _)| inside(path))
                .map(|(_, c)| c)
                .sum();
            assert_eq!(region.total, total, "{hooks:?}");
        }
    }
}

#[test]
fn numbers_that_contradict_each_other_are_refused() {
    let log = record(&[(begin(1), 0), (end(1), 4), (begin(2), 4)], 10);
    let refused = |change: fn(&mut ExecutionLog), problem: &str| {
        let mut log = log.clone();
        change(&mut log);
        let error = ExecutionLog::from_json(&log.to_json()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("inconsistent execution log: {problem}")
        );
    };
    const ONE: &str = "the numbers of region 1 contradict each other";
    refused(|log| log.regions[0].total = 11, ONE);
    refused(|log| log.regions[0].open = 2, ONE);
    refused(|log| log.regions[0].min = None, ONE);
    refused(|log| log.regions[0].sum = 5, ONE);
    refused(|log| log.regions[0].min = Some(5), ONE);
    refused(
        |log| log.regions.swap(0, 1),
        "the regions are not in ascending order",
    );
}
