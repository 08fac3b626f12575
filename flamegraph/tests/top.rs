//! Tables.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

mod common;

use common::{Build, Run, demo, op};
use expect_test::expect;
use zkasm_flamegraph::top::Top;
use zkasm_flamegraph::{Granularity, Profile, Table};

fn top(metric: &str, granularity: Granularity) -> Top {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    Top::new(&profile, profile.metric(metric).unwrap(), granularity)
}

#[test]
fn functions() {
    expect![[r#"
        cycles by function: 33 in all
        self   self%    sum%  total  total%  name
          19  57.58%  57.58%     19  57.58%  app::fib             src/fib.rs:3
           4  12.12%  69.70%     30  90.91%  app::main            src/main.rs:4
           4  12.12%  81.82%      5  15.15%  core::swap<_>        core/mem.rs:8
           3   9.09%  90.91%     33 100.00%  [startup]
           2   6.06%  96.97%     22  66.67%  app::twice (inline)  src/main.rs:21
           1   3.03% 100.00%      1   3.03%  [runtime:div_u64]
    "#]]
    .assert_eq(&top("cycles", Granularity::Function).to_text());
    expect![[r#"
        calls by function: 8 in all
        self   self%    sum%  total  total%  name
           4  50.00%  50.00%      4  50.00%  app::fib             src/fib.rs:1
           1  12.50%  62.50%      8 100.00%  [startup]
           1  12.50%  75.00%      7  87.50%  app::main            src/main.rs:3
           1  12.50%  87.50%      2  25.00%  core::swap<_>        core/mem.rs:8
           1  12.50% 100.00%      1  12.50%  [runtime:div_u64]
           0   0.00% 100.00%      4  50.00%  app::twice (inline)  src/main.rs:20
    "#]]
    .assert_eq(&top("calls", Granularity::Function).to_text());
    expect![[r#"
        keccak_f by function: 2 in all
        self   self%    sum%  total  total%  name
           2 100.00% 100.00%      2 100.00%  [runtime:div_u64]
           0   0.00% 100.00%      2 100.00%  [startup]
           0   0.00% 100.00%      2 100.00%  app::main          src/main.rs:3
           0   0.00% 100.00%      2 100.00%  core::swap<_>      core/mem.rs:7
    "#]]
    .assert_eq(&top("keccak_f", Granularity::Function).to_text());
    expect![[r#"
        mem_align by function: 0 in all
        nothing was counted
    "#]]
    .assert_eq(&top("mem_align", Granularity::Function).to_text());
}

#[test]
fn lines() {
    expect![[r#"
        cycles by line: 33 in all
        self   self%    sum%  total  total%  name
           8  24.24%  24.24%      8  24.24%  app::fib [no source]
           7  21.21%  45.45%     16  48.48%  app::fib                   src/fib.rs:3
           4  12.12%  57.58%      4  12.12%  app::fib                   src/fib.rs:2
           3   9.09%  66.67%     33 100.00%  [startup]
           3   9.09%  75.76%      4  12.12%  core::swap<_>              core/mem.rs:8
           2   6.06%  81.82%     22  66.67%  app::twice (inline)        src/main.rs:21
           2   6.06%  87.88%      2   6.06%  app::main [no source]
           1   3.03%  90.91%     27  81.82%  app::main                  src/main.rs:5
           1   3.03%  93.94%      1   3.03%  [runtime:div_u64]
           1   3.03%  96.97%      1   3.03%  app::main                  src/main.rs:4
           1   3.03% 100.00%      1   3.03%  core::swap<_> [no source]
    "#]]
    .assert_eq(&top("cycles", Granularity::Line).to_text());
}

#[test]
fn offsets_and_addresses_can_be_cut() {
    let mut table = top("cycles", Granularity::Wasm);
    table.truncate(4);
    expect![[r#"
        cycles by wasm: 33 in all
        the first 4 of 19 rows: 19, 57.58%
        self   self%    sum%  total  total%  name       at     operator  cause
           8  24.24%  24.24%      8  24.24%  app::fib                    epilogue
           4  12.12%  36.36%      4  12.12%  app::fib   0x141            op        src/fib.rs:2
           4  12.12%  48.48%      4  12.12%  app::fib   0x147            op        src/fib.rs:3
           3   9.09%  57.58%     33 100.00%  [startup]                   startup
    "#]]
    .assert_eq(&table.to_text());
    let mut table = top("cells", Granularity::Zkasm);
    table.truncate(3);
    expect![[r#"
        cells by zkasm: 157,749 in all
        the first 3 of 23 rows: 155,207, 98.39%
           self   self%    sum%    total  total%  name               at       operator  cause
        153,679  97.42%  97.42%  153,679  97.42%  [runtime:div_u64]  zkpc:17            runtime:div_u64
            764   0.48%  97.90%      764   0.48%  app::fib           zkpc:10            op               src/fib.rs:2
            764   0.48%  98.39%      764   0.48%  app::fib           zkpc:12            op               src/fib.rs:3
    "#]]
    .assert_eq(&table.to_text());
}

#[test]
fn json_has_every_field_and_is_read_back() {
    let mut table = top("cycles", Granularity::Function);
    table.truncate(2);
    let json = table.to_json();
    expect![[r#"
        {
          "format": "zkasm-profile/top",
          "version": 1,
          "metric": "cycles",
          "unit": "count",
          "granularity": "function",
          "sum": 33,
          "row_count": 6,
          "rows": [
            {
              "frame": "app::fib",
              "function": "app::fib",
              "system_name": "_RNv3app3fib",
              "inlined": false,
              "self": 19,
              "self_percent": 57.58,
              "total": 19,
              "total_percent": 57.58,
              "file": "src/fib.rs",
              "line": 3,
              "declared_file": "src/fib.rs",
              "declared_line": 1
            },
            {
              "frame": "app::main",
              "function": "app::main",
              "system_name": "_RNv3app4main",
              "inlined": false,
              "self": 4,
              "self_percent": 12.12,
              "total": 30,
              "total_percent": 90.91,
              "file": "src/main.rs",
              "line": 4,
              "declared_file": "src/main.rs",
              "declared_line": 3
            }
          ]
        }
    "#]]
    .assert_eq(&json);
    assert_eq!(serde_json::from_str::<Top>(&json).unwrap(), table);
    for granularity in Granularity::ALL {
        let table = top("cells", granularity);
        assert_eq!(
            serde_json::from_str::<Top>(&table.to_json()).unwrap(),
            table
        );
        assert_eq!(granularity.to_string().parse(), Ok(granularity));
    }
    assert!("file".parse::<Granularity>().is_err());
}

#[test]
fn self_adds_up_and_recursion_counts_once() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    for granularity in Granularity::ALL {
        for metric in profile.metrics() {
            let table = top(&metric.name, granularity);
            let sum: u64 = table.rows.iter().map(|row| row.self_value).sum();
            assert_eq!(sum, table.sum, "{} by {granularity}", metric.name);
            assert!(table.rows.iter().all(|row| row.total <= table.sum));
            assert!(table.rows.iter().all(|row| row.self_value <= row.total));
        }
    }
}

#[test]
fn functions_of_one_name_are_two_rows() {
    let mut build = Build::new();
    let a = build.declared("init", "", "a.c", 3);
    let b = build.declared("init", "", "b.c", 4);
    let [block_a, block_b] = [a, b].map(|function| build.block(function, &[op(1)]));
    let log = Run::new(&build.map)
        .enter(a)
        .block(block_a)
        .enter(b)
        .block(block_b)
        .halt();
    let profile = Profile::from_run(&build.map, &log).unwrap();
    let table = Top::new(&profile, profile.default_metric(), Granularity::Function);
    expect![[r#"
        cycles by function: 2 in all
        self   self%    sum%  total  total%  name
           1  50.00%  50.00%      2 100.00%  init  a.c:3
           1  50.00% 100.00%      1  50.00%  init  b.c:4
    "#]]
    .assert_eq(&table.to_text());
}

/// The demo has two instances of `swap`, one of them inlined.
#[test]
fn instances_of_one_function_are_one_row() {
    let table = top("cycles", Granularity::Function);
    let find = |name: &'static str| table.rows.iter().filter(move |row| row.function == name);
    let [swap] = find("core::swap<_>").collect::<Vec<_>>()[..] else {
        panic!("there is one row");
    };
    assert_eq!((swap.self_value, swap.total, swap.inlined), (4, 5, false));
    assert_eq!(swap.system_name, None);
    let main = find("app::main").next().unwrap();
    assert_eq!(main.system_name.as_deref(), Some("_RNv3app4main"));
}

#[test]
fn an_unknown_metric_is_refused_with_those_there_are() {
    let (map, log) = demo();
    let profile = Profile::from_run(&map, &log).unwrap();
    expect![[r#"there is no metric "gas"; there are calls, cycles, mem, binary, arith, mem_align, keccak_f, cells"#]].assert_eq(&profile.metric("gas").unwrap_err().to_string());
}
