//! Profiles cut down to some functions.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::demo;
use expect_test::{Expect, expect};
use zkasm_flamegraph::top::Top;
use zkasm_flamegraph::{Granularity, Profile, Scope, Table, folded};

fn check(name: &str, expected: &Expect) {
    let (map, log) = demo();
    let focused = Profile::from_run(&map, &log).unwrap().focus(name).unwrap();
    let cycles = focused.default_metric();
    expected.assert_eq(&folded::to_text(&focused, cycles, Granularity::Function));
}

#[test]
fn stacks_begin_at_the_outermost_match() {
    check(
        "fib",
        &expect![[r#"
            app::fib 5
            app::fib;app::fib 5
            app::fib;app::fib;app::fib 5
            app::fib;app::fib;app::fib;app::fib 4
        "#]],
    );
}

#[test]
fn an_inlined_function_loses_what_it_is_inlined_into() {
    check(
        "twice",
        &expect![[r#"
            app::twice 2
            app::twice;app::fib 5
            app::twice;app::fib;app::fib 5
            app::twice;app::fib;app::fib;app::fib 5
            app::twice;app::fib;app::fib;app::fib;app::fib 4
            app::twice;core::swap<_> 1
        "#]],
    );
}

#[test]
fn nothing_in_focus_is_an_error() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    let error = profile.focus("nobody").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no function that ran has \"nobody\" in its name"
    );
}

/// The functions of a part are marked as those of the whole, and its head says what it is.
#[test]
fn a_part_knows_what_it_is_a_part_of() {
    let (map, log) = demo();
    let whole = Profile::from_run(&map, &log).unwrap();
    let cycles = whole.default_metric();
    let mut table = Top::new(
        &whole.focus("twice").unwrap(),
        cycles,
        Granularity::Function,
    );
    table.set_scope(Scope::of_run(&log.outcome).inside("twice", whole.total(cycles)));
    expect![[r#"
        cycles by function, inside of twice: 22, 66.67% of 33
        self   self%    sum%  total  total%  name
          19  86.36%  86.36%     19  86.36%  app::fib                src/fib.rs:3
           2   9.09%  95.45%     22 100.00%  app::twice (inline)     src/main.rs:21
           1   4.55% 100.00%      1   4.55%  core::swap<_> (inline)  core/mem.rs:8
    "#]]
    .assert_eq(&table.to_text());
    let json: serde_json::Value = serde_json::from_str(&table.to_json()).unwrap();
    assert_eq!(
        (&json["focus"], &json["profile_sum"]),
        (&"twice".into(), &33.into())
    );
    assert_eq!(
        serde_json::from_str::<Top>(&table.to_json()).unwrap(),
        table
    );
}

#[test]
fn a_run_that_did_not_come_to_its_end_says_so() {
    let (map, mut log) = common::trap();
    let profile = Profile::from_run(&map, &log).unwrap();
    let mut table = Top::new(&profile, profile.default_metric(), Granularity::Function);
    table.set_scope(Scope::of_run(&log.outcome));
    expect![[r#"
        the run trapped (unreachable): this is what ran until then
        cycles by function: 8 in all
        self   self%    sum%  total  total%  name
           6  75.00%  75.00%      8 100.00%  f
           2  25.00% 100.00%      2  25.00%  [runtime:trap]
    "#]]
    .assert_eq(&table.to_text());
    let json: serde_json::Value = serde_json::from_str(&table.to_json()).unwrap();
    expect![[r#"{"outcome":"trap","trap":"unreachable"}"#]].assert_eq(&json["outcome"].to_string());
    log.outcome = runtime_hooks::log::Outcome::OutOfSteps;
    table.set_scope(Scope::of_run(&log.outcome));
    expect!["the run was stopped at its limit of steps: this is what ran until then"]
        .assert_eq(table.to_text().lines().next().unwrap_or_default());
}

/// What is inlined from the library counts for the line of the program that it is inlined at.
#[test]
fn library_code_counts_for_its_users() {
    let mut build = common::Build::new();
    let f = build.declared("app::f", "", "f.rs", 1);
    let next = build.inlined("core::next", "", "/rustc/0a1b/library/core/iter.rs", 9);
    let closure = build.inlined("app::f::{closure#0}", "", "f.rs", 2);
    let f2 = build.line("f.rs", 2);
    let next9 = build.inlined_line(next, "/rustc/0a1b/library/core/iter.rs", 9, f2);
    let closure3 = build.inlined_line(closure, "f.rs", 3, next9);
    let rows = [
        common::op(1).at(f2),
        common::op(2).at(next9),
        common::op(3).at(closure3),
    ];
    let body = build.block(f, &rows);
    let sort = build.declared("core::sort", "", "/rustc/0a1b/library/core/sort.rs", 4);
    let sort5 = build.line("/rustc/0a1b/library/core/sort.rs", 5);
    let sorted = build.block(sort, &[common::op(4).at(sort5)]);
    let log = common::Run::new(&build.map)
        .enter(f)
        .block(body)
        .enter(sort)
        .block(sorted)
        .halt();
    let own = Profile::from_run(&build.map, &log).unwrap().own();
    let cycles = own.default_metric();
    expect![[r#"
        app::f (f.rs:2) 2
        app::f (f.rs:2);core::next (/rustc/0a1b/library/core/iter.rs:9);app::f::{closure#0} (f.rs:3) 1
        app::f (f.rs:2);core::next (/rustc/0a1b/library/core/iter.rs:9);app::f::{closure#0} (f.rs:3);core::sort (/rustc/0a1b/library/core/sort.rs:5) 1
    "#]].assert_eq(&folded::to_text(&own, cycles, Granularity::Line));
    let mut table = Top::new(&own, cycles, Granularity::Function);
    table.set_scope(Scope {
        own: true,
        ..Scope::default()
    });
    expect![[r#"
        cycles by function, library code with its users: 4 in all
        self   self%    sum%  total  total%  name
           2  50.00%  50.00%      4 100.00%  app::f                        f.rs:2
           1  25.00%  75.00%      2  50.00%  app::f::{closure#0} (inline)  f.rs:3
           1  25.00% 100.00%      1  25.00%  core::sort                    /rustc/0a1b/library/core/sort.rs:5
           0   0.00% 100.00%      2  50.00%  core::next (inline)           /rustc/0a1b/library/core/iter.rs:9
    "#]].assert_eq(&table.to_text());
    assert_eq!(
        serde_json::from_str::<Top>(&table.to_json()).unwrap(),
        table
    );
}
