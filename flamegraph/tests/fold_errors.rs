//! What a profile is not made of.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{demo, trap};
use expect_test::{Expect, expect};
use runtime_hooks::{ExecutionLog, FunctionId, SideTable};
use zkasm::{Counter, Counters};
use zkasm_flamegraph::fold::Coverage;
use zkasm_flamegraph::{Error, Profile};

#[track_caller]
fn refused(map: &SideTable, log: &ExecutionLog, expected: &Expect) {
    let error = Profile::from_run(map, log).unwrap_err();
    expected.assert_eq(&error.to_string());
    let also = Coverage::from_run(map, log).map(|_| ());
    if !matches!(error, Error::TooLarge { .. }) {
        assert_eq!(also.unwrap_err().to_string(), error.to_string());
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (map, log) = demo();
    let mut other = log.clone();
    other.build = "b2".to_owned();
    refused(
        &map,
        &other,
        &expect![[
            r#"the execution log is of build "b2", the side table of build "b1": run the program again, or take the side table that was built with it"#
        ]],
    );

    let mut old = map.clone();
    old.cost_model = "zk64-0".to_owned();
    refused(
        &old,
        &log,
        &expect![[
            r#"the side table was made with cost model "zk64-0", this program knows "zk64-1": build again"#
        ]],
    );

    let mut cut = map.clone();
    cut.rows.pop();
    refused(
        &cut,
        &log,
        &expect!["inconsistent side table: the blocks hold 19 rows, the table 18"],
    );

    let mut small = map.clone();
    let last = small.blocks.pop().unwrap();
    small.rows.truncate(last.first as usize);
    refused(
        &small,
        &log,
        &expect![
            "the execution log does not fit the side table: context 1 names block 10, which is not listed"
        ],
    );
}

#[test]
fn a_log_that_contradicts_the_side_table_is_refused() {
    let (map, log) = trap();
    let mut dear = map.clone();
    dear.costs[0].0[Counter::Cycles] = 2;
    refused(
        &dear,
        &log,
        &expect![
            "the execution log does not fit the side table: context 1, block 0: its rows cost more in 2 entries than the 6 cycles that were measured"
        ],
    );

    let mut unlisted = log.clone();
    unlisted.contexts[1].frame = runtime_hooks::log::Frame::Function(FunctionId(77));
    refused(
        &map,
        &unlisted,
        &expect![
            "the execution log does not fit the side table: context 1 is of function 77, which is not listed"
        ],
    );

    let mut never = log.clone();
    never.contexts[1].blocks[0].entries = 0;
    refused(
        &map,
        &never,
        &expect![
            "the execution log does not fit the side table: context 1, block 0: something was measured, but it was never entered"
        ],
    );

    let mut never = log.clone();
    never.end = 4;
    never.contexts[1].blocks[1].entries = 0;
    refused(
        &map,
        &never,
        &expect![
            "the execution log does not fit the side table: context 1, block 1: the run ended in it, but it was never entered"
        ],
    );
}

#[test]
fn totals_beyond_pprofs_numbers_are_refused() {
    let (map, mut log) = trap();
    let mut huge = Counters::ZERO;
    huge[Counter::Cycles] = u64::MAX - log.totals.0[Counter::Cycles];
    log.contexts[0].outside.0 = huge;
    log.totals.0 += huge;
    refused(
        &map,
        &log,
        &expect!["the total of cells is above 2^63 - 1, the most that a profile can hold"],
    );

    let (map, mut log) = trap();
    log.contexts[0].calls = u64::MAX;
    refused(
        &map,
        &log,
        &expect!["the total of calls is above 2^63 - 1, the most that a profile can hold"],
    );

    let (map, mut log) = trap();
    log.contexts[1].blocks[0].entries = u64::MAX;
    refused(
        &map,
        &log,
        &expect![
            "the execution log does not fit the side table: context 1, block 0: its rows cost more in 18446744073709551615 entries than the 6 cycles that were measured"
        ],
    );
}
