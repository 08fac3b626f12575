//! Tables on terminals.

use expect_test::{Expect, expect};
use unicode_width::UnicodeWidthStr;
use zkasm_flamegraph::layout::{Column, Grid, Laid, Text};

const NEXT: &str = "<core::iter::adapters::take::Take<core::slice::iter::IterMut<u64>> as core::iter::traits::iterator::Iterator>::next (inline)";
const TAKE: &str =
    "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/iter/adapters/take.rs:38";

/// A table as `top` has them.
fn table() -> Text {
    let mut text = Text::default();
    text.sentence("cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for");
    let mut grid = Grid::new([
        Column::number("self"),
        Column::share("self%"),
        Column::percent("sum%").may_go(2),
        Column::number("total").may_go(1),
        Column::name("name"),
        Column::place(),
    ]);
    let rows = [
        ("13064", "29.48%", NEXT, TAKE, 29.48),
        (
            "5000",
            "11.28%",
            "fibonacci::remember",
            "corpus/fibonacci/src/lib.rs:75",
            11.28,
        ),
        ("4096", "9.24%", "名前::数える", "ソース/数.rs:7", 9.24),
        ("3", "0.01%", "[startup]", "", 0.01),
    ];
    for (value, share, name, place, percent) in rows {
        let cells = [value, share, share, value, name, place];
        grid.row(cells.map(str::to_owned), Some(percent));
    }
    text.grid(grid);
    text
}

fn check(text: &Text, columns: usize, expected: &Expect) {
    let lines = text.fitted(columns);
    let lines = lines.iter().map(|line| format!("{}\n", line.text()));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn tables_fit_the_terminal() {
    let table = table();
    check(
        &table,
        60,
        &expect![[r#"
            cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for
             self   self%  total  name
            13064  29.48%  13064  <core…::next (inline)  …/take.rs:38
             5000  11.28%   5000  fibonacci::remember    …/src/lib.rs:75
             4096   9.24%   4096  名前::数える           ソース/数.rs:7
                3   0.01%      3  [startup]
        "#]],
    );
    check(
        &table,
        80,
        &expect![[r#"
            cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for
             self   self%    sum%  total  name
            13064  29.48%  29.48%  13064  <core::iter…::next (inline)  …/adapters/take.rs:38
             5000  11.28%  11.28%   5000  fibonacci::remember          …/src/lib.rs:75
             4096   9.24%   9.24%   4096  名前::数える                 ソース/数.rs:7
                3   0.01%   0.01%      3  [startup]
        "#]],
    );
    check(
        &table,
        100,
        &expect![[r#"
            cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for
             self   self%    sum%  total  name
            13064  29.48%  29.48%  13064  <core::iter::adapters:…::next (inline)  …/src/iter/adapters/take.rs:38
             5000  11.28%  11.28%   5000  fibonacci::remember                     corpus/fibonacci/src/lib.rs:75
             4096   9.24%   9.24%   4096  名前::数える                            ソース/数.rs:7
                3   0.01%   0.01%      3  [startup]
        "#]],
    );
    check(
        &table,
        160,
        &expect![[r#"
        cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for
         self   self%    sum%  total  name
        13064  29.48%  29.48%  13064  <core::iter::adapters::take::Take<core::slice::iter::IterMut<u64>> as co…::next (inline)  <rust>/core/src/iter/adapters/take.rs:38
         5000  11.28%  11.28%   5000  fibonacci::remember                                                                       corpus/fibonacci/src/lib.rs:75
         4096   9.24%   9.24%   4096  名前::数える                                                                              ソース/数.rs:7
            3   0.01%   0.01%      3  [startup]
    "#]],
    );
    for columns in 1..200 {
        for line in table.fitted(columns) {
            match line {
                Laid::Text(_) => {}
                line => assert!(line.text().width() <= columns, "{columns}: {line:?}"),
            }
        }
    }
}

/// Where nothing says how wide it may be, nothing is left out.
#[test]
fn a_table_is_as_wide_as_it_is() {
    let text = table().to_string();
    assert!(text.contains(NEXT) && text.contains(TAKE));
    expect![[r#"
        cycles by line: 44313 in all, and a sentence is as long as it is, whatever there is room for
         self   self%    sum%  total  name
        13064  29.48%  29.48%  13064  <core::iter::adapters::take::Take<core::slice::iter::IterMut<u64>> as core::iter::traits::iterator::Iterator>::next (inline)  /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/iter/adapters/take.rs:38
         5000  11.28%  11.28%   5000  fibonacci::remember                                           corpus/fibonacci/src/lib.rs:75
         4096   9.24%   9.24%   4096  名前::数える                                                  ソース/数.rs:7
            3   0.01%   0.01%      3  [startup]
    "#]].assert_eq(&text);
}

#[test]
fn rows_know_where_their_share_is() {
    for columns in [14, 30, 60, 200] {
        let shares = table()
            .fitted(columns)
            .into_iter()
            .filter_map(|line| match line {
                Laid::Row { text, share } => {
                    share.map(|share| (text[share.at].to_owned(), share.percent))
                }
                _ => None,
            });
        let expected = [
            ("29.48%", 29.48),
            ("11.28%", 11.28),
            ("9.24%", 9.24),
            ("0.01%", 0.01),
        ];
        let expected = expected.map(|(text, percent)| (text.to_owned(), percent));
        assert_eq!(shares.collect::<Vec<_>>(), expected, "{columns}");
    }
}

#[test]
fn words_go_on_beneath_their_column() {
    let mut grid = Grid::new([
        Column::word("rule"),
        Column::share("saves%"),
        Column::words("finding"),
    ]);
    let words = "28.6 % of fibonacci::remember are spills and reloads; and one more like it";
    grid.row(["spills", "13.83%", words].map(str::to_owned), Some(13.83));
    grid.row(["hash", "", "short"].map(str::to_owned), None);
    let mut text = Text::default();
    text.grid(grid);
    check(
        &text,
        100,
        &expect![[r#"
        rule    saves%  finding
        spills  13.83%  28.6 % of fibonacci::remember are spills and reloads; and one more like it
        hash            short
    "#]],
    );
    check(
        &text,
        60,
        &expect![[r#"
        rule    saves%  finding
        spills  13.83%  28.6 % of fibonacci::remember are spills and
                        reloads; and one more like it
        hash            short
    "#]],
    );
    check(
        &text,
        40,
        &expect![[r#"
        rule    saves%
        spills  13.83%
            28.6 % of fibonacci::remember are
            spills and reloads; and one more
            like it
        hash
            short
    "#]],
    );
}
