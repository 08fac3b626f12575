//! Profiles cut down to some functions.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::demo;
use expect_test::{Expect, expect};
use zkasm_flamegraph::{Granularity, Profile, folded};

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
