//! Exact stacks: the calls of a profile are those that the same program makes when Rust runs it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeMap;

use common::{build, simulate};
use runtime_hooks::Instrument;
use runtime_hooks::log::{Outcome, RECURSION_LIMIT};
use zkasm_flamegraph::fold::Backtrace;
use zkasm_flamegraph::{Granularity, Profile, folded};

/// What is on the stack, and how often each stack was called, by its frames.
#[derive(Default)]
struct Calls {
    stack: Vec<&'static str>,
    calls: BTreeMap<String, u64>,
}

impl Calls {
    /// Calls a function. Beyond the limit of recursion, frames are gathered in one.
    fn call<T>(&mut self, name: &'static str, body: impl FnOnce(&mut Calls) -> T) -> T {
        let before = self.stack.clone();
        let times = self.stack.iter().filter(|frame| **frame == name).count();
        if let Some(at) = self.stack.iter().position(|frame| *frame == DEEPER) {
            self.stack.truncate(at + 1);
        } else if times >= RECURSION_LIMIT {
            self.stack.push(DEEPER);
        }
        self.stack.push(name);
        *self.calls.entry(self.stack.join(";")).or_default() += 1;
        let result = body(self);
        self.stack = before;
        result
    }

    fn ackermann(&mut self, m: i32, n: i32) -> i32 {
        self.call("ackermann", |calls| match (m, n) {
            (0, n) => n + 1,
            (m, 0) => calls.ackermann(m - 1, 1),
            (m, n) => {
                let inner = calls.ackermann(m, n - 1);
                calls.ackermann(m - 1, inner)
            }
        })
    }

    fn is_even(&mut self, n: i32) -> i32 {
        self.call(
            "is_even",
            |calls| {
                if n == 0 { 1 } else { calls.is_odd(n - 1) }
            },
        )
    }

    fn is_odd(&mut self, n: i32) -> i32 {
        self.call(
            "is_odd",
            |calls| {
                if n == 0 { 0 } else { calls.is_even(n - 1) }
            },
        )
    }

    /// Calls one of three functions by number, of which the last calls on.
    fn dispatch(&mut self, n: i32) -> i32 {
        self.call("dispatch", |calls| match n % 3 {
            0 => calls.call("add", |_| n + 100),
            1 => calls.call("sub", |_| n - 100),
            _ => calls.call("again", |calls| calls.dispatch(n / 2)),
        })
    }
}

const DEEPER: &str = "[deeper]";

const MODULE: &str = r#"(module
  (func $ackermann (param $m i32) (param $n i32) (result i32)
    (if (i32.eqz (local.get $m))
      (then (return (i32.add (local.get $n) (i32.const 1)))))
    (if (i32.eqz (local.get $n))
      (then (return (call $ackermann (i32.sub (local.get $m) (i32.const 1)) (i32.const 1)))))
    (call $ackermann (i32.sub (local.get $m) (i32.const 1))
      (call $ackermann (local.get $m) (i32.sub (local.get $n) (i32.const 1)))))
  (func $is_even (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
    (call $is_odd (i32.sub (local.get $n) (i32.const 1))))
  (func $is_odd (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (call $is_even (i32.sub (local.get $n) (i32.const 1))))
  (type $unary (func (param i32) (result i32)))
  (table funcref (elem $add $sub $again))
  (func $add (param $n i32) (result i32) (i32.add (local.get $n) (i32.const 100)))
  (func $sub (param $n i32) (result i32) (i32.sub (local.get $n) (i32.const 100)))
  (func $again (param $n i32) (result i32)
    (call $dispatch (i32.div_u (local.get $n) (i32.const 2))))
  (func $dispatch (param $n i32) (result i32)
    (call_indirect (type $unary) (local.get $n) (i32.rem_u (local.get $n) (i32.const 3))))
  (func $a (param i32) (result i32) (i32.add (call $b (local.get 0)) (i32.const 1)))
  (func $b (param i32) (result i32) (i32.add (call $c (local.get 0)) (i32.const 2)))
  (func $c (param i32) (result i32) (i32.add (call $d (local.get 0)) (i32.const 3)))
  (func $d (param i32) (result i32) (i32.add (call $e (local.get 0)) (i32.const 4)))
  (func $e (param i32) (result i32) (i32.div_u (i32.const 9) (local.get 0)))
  (export "ackermann" (func $ackermann))
  (export "is_even" (func $is_even))
  (export "dispatch" (func $dispatch))
  (export "a" (func $a)))"#;

/// The calls of a run by stack, without what runs before the entry, and its result; the cycles must
/// add up.
fn calls_of(export: &str, args: &[&str]) -> (BTreeMap<String, u64>, String) {
    let wasm = wat::parse_str(MODULE).unwrap();
    let compiled = build(&wasm, export, args, Instrument::Blocks);
    let report = simulate(&compiled);
    let profile = Profile::from_run(&compiled.side_table, &report.log).unwrap();
    let cycles = profile.metric("cycles").unwrap();
    let steps = report.log.totals.0[zkasm::Counter::Cycles];
    assert_eq!(profile.total(cycles), steps);
    let calls = profile.metric("calls").unwrap();
    let folded = folded::to_text(&profile, calls, Granularity::Function);
    let mut by_stack = BTreeMap::new();
    for line in folded.lines() {
        let (stack, calls) = line.rsplit_once(' ').unwrap();
        if let Some(stack) = stack.strip_prefix("[startup];") {
            by_stack.insert(stack.to_owned(), calls.parse().unwrap());
        }
    }
    (by_stack, report.results.join(" "))
}

#[test]
fn ackermann_calls_itself_in_two_places() {
    for (m, n) in [(0, 5), (1, 4), (2, 3), (3, 3)] {
        let mut expected = Calls::default();
        let result = expected.ackermann(m, n);
        let (calls, results) = calls_of("ackermann", &[&m.to_string(), &n.to_string()]);
        assert_eq!(results, format!("i32:{result}"));
        assert_eq!(calls, expected.calls, "ackermann({m}, {n})");
    }
}

#[test]
fn functions_that_call_each_other_stand_in_turn() {
    for n in [0, 1, 7, 18, 60] {
        let mut expected = Calls::default();
        let result = expected.is_even(n);
        let (calls, results) = calls_of("is_even", &[&n.to_string()]);
        assert_eq!(results, format!("i32:{result}"));
        assert_eq!(calls, expected.calls, "is_even({n})");
    }
    // 60 calls and one: beyond ten of each, in one frame.
    let (calls, _) = calls_of("is_even", &["60"]);
    assert!(calls.keys().any(|stack| stack.contains(DEEPER)));
    assert_eq!(calls.values().sum::<u64>(), 61);
}

#[test]
fn indirect_calls_are_calls_of_what_was_chosen() {
    for n in [0, 1, 2, 5, 11, 23, 47, 95] {
        let mut expected = Calls::default();
        let result = expected.dispatch(n);
        let (calls, results) = calls_of("dispatch", &[&n.to_string()]);
        assert_eq!(results, format!("i32:{result}"));
        assert_eq!(calls, expected.calls, "dispatch({n})");
    }
}

#[test]
fn a_trap_five_frames_deep_names_them_all() {
    let wasm = wat::parse_str(MODULE).unwrap();
    let compiled = build(&wasm, "a", &["0"], Instrument::Blocks);
    let report = simulate(&compiled);
    assert!(matches!(report.log.outcome, Outcome::Trap { .. }));
    let trace = Backtrace::from_run(&compiled.side_table, &report.log).unwrap();
    let names: Vec<String> = trace
        .to_text()
        .lines()
        .map(|line| {
            line.split([' ', ','])
                .find(|word| !matches!(*word, "" | "at"))
        })
        .map(|name| name.unwrap().to_owned())
        .collect();
    assert_eq!(names, ["e", "d", "c", "b", "a"]);
    // What ran up to there is profiled.
    let profile = Profile::from_run(&compiled.side_table, &report.log).unwrap();
    let calls = profile.metric("calls").unwrap();
    let folded = folded::to_text(&profile, calls, Granularity::Function);
    assert!(folded.contains("[startup];a;b;c;d;e 1\n"), "{folded}");
}
