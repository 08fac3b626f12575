//! `annotate`: source, WebAssembly and zkASM side by side.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::scratch::{FIBONACCI, Scratch, shown};
use common::{build, root, simulate};
use expect_test::{Expect, expect};
use runtime_hooks::{ExecutionLog, Instrument, SideTable};
use serde_json::Value;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::annotate::{Annotation, Texts};

const COREMARK: &str = "corpus/coremark/coremark.wasm";

fn profiled(name: &str, program: &str, args: &[&str]) -> Scratch {
    let scratch = Scratch::with_corpus(name);
    let command = ["profile", program, "-o", "p"];
    let output = scratch.run(command.iter().chain(args));
    assert!(output.status.success(), "{}", shown(&output));
    scratch
}

/// Annotates, with the sources of the repository.
fn check(scratch: &Scratch, args: &[&str], expected: Expect) {
    let sources = root().display().to_string();
    let command = ["annotate", "p", "--source-path", &sources];
    let output = scratch.run(command.iter().chain(args));
    expected.assert_eq(&shown(&output));
}

#[test]
fn a_function_of_a_module_has_three_columns() {
    let scratch = profiled("annotate-wasm", FIBONACCI, &["--arg", "100"]);
    check(
        &scratch,
        &["iterative"],
        expect![[r#"
            exit 0
            fibonacci::iterative  corpus/fibonacci/src/lib.rs:52
            504 cycles itself, 5.37% of 9,377; 11 of 14 zkASM lines ran
            branch 200 · op 200 · move 101 · const 2 · epilogue 1

              self cycles  of func   of all   line  source
              offset cycles  WAT                                            │ zkPC cycles times cause    zkASM

                                                52  fn iterative(n: u32) -> u64 {
                                                53      let mut pair = Pair::START;
                      399   79.17%    4.26%     54      for _ in 0..n {
                      399   79.17%    4.26%         ↳ <core::ops::range::Range<u32> as core::… range.rs:857
               299    399   79.17%    4.26%           ↳ <core::ops::range::Range<u32> as core::… range.rs:772
                             block ;; label = @1 · local.get 0              │
               0x1d4      1  br_if 0 (;@1;)                                 │  292      1     1 branch   A :JMPNZ(f3_b2)
                             local.tee 0                                    │
               0x1f8    298  br_if 0 (;@1;)                                 │  300    100   100 branch   D :JMPZ(f3_b5)
                                                                            │  301     99    99 move     B => A
                                                                            │  302     99    99 branch   C => B :JMP(f3_b3)  ; +move
               100    100   19.84%    1.07%             ↳ <u32 as core::cmp::PartialOrd>::lt cmp.rs:1916
                             … local.set 2 · local.get 0 · i32.const -1     │
               0x1f5    100  i32.add                                        │  298    100   100 op       D - 1 => D :JMPN(f3_x2)
                      100   19.84%    1.07%     55          pair = pair.advance();
                      100   19.84%    1.07%         ↳ <fibonacci::Pair>::advance lib.rs:32: next: add(self.this, self.next),
                      100   19.84%    1.07%           ↳ fibonacci::add lib.rs:40: left.wrapping_add(right)
               100    100   19.84%    1.07%             ↳ <u64>::wrapping_add uint_macros.rs:2457
                             local.get 2 · local.get 1 · local.tee 3        │
               0x1ea    100  i64.add                                        │  299    100   100 op       $ => C :ADD
                                                56      }
                                                57      pair.this
                 1      1    0.20%    0.01%     58  }
                             end · local.get 3                              │
               0x1fd      1  end                                            │  303      1     1 epilogue B => A :RETURN  ; +move
                 4      4    0.79%    0.04%         [no source]
                             … local.set 1 · i64.const 0 · local.set 2      │
               0x1e2      4  loop ;; label = @1                             │  294      1     1 move     A => C
                                                                            │  295      1     1 const    0 => B, A  ; +move
                                                                            │  296      1     1 const    1 => B
                                                                            │  297      1     1 move     C => D

            not found, so without text; --source-path names the folder they are below, and --trim-path
            what to leave out before:
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/cmp.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/iter/range.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/num/uint_macros.rs
        "#]],
    );
    check(
        &scratch,
        &["::sum", "--metric", "mem", "--width", "72"],
        expect![[r#"
            exit 0
            fibonacci::sum  corpus/fibonacci/src/lib.rs:83
            128 mem itself, 4.00% of 3,199; 14 of 23 zkASM lines ran
            op 128

            self mem  of func   of all   line  source
              offset mem  WAT
                      zkPC mem times cause        zkASM

                                          83  fn sum(table: &[u64; TABLE_LEN]) -> u…
                                          84      let mut total = 0;
            128 128  100.00%    4.00%     85      for &value in table {
               0x1b3 128  i64.load
                       273       128 bounds-check 65528 - A :JMPN(f2_x3)
                       274       128 align        ${A & 7} :JMPNZ(f2_x5)
                       275       128 address      -A*4294967295*536870912 => E :JMP…
                       276 128   128 op           $ => A :MLOAD(MEM:E)
                  0    0.00%    0.00%         ↳ <core::slice::iter… macros.rs:180
               0x1c6   0  br_if 0 (;@1;)
                       280       128 branch       D - 256 :JMPZ(f2_b3)  ; +op i32.n…
                       281       124 branch       A => B :JMP(f2_b1)  ; +move
                  0    0.00%    0.00%           ↳ <core::ptr::non_nu… non_null.rs:1…
                          i32.const 0 · local.set 1 · i64.const 0 · local.set 2
               0x1ac   0  loop ;; label = @1
                       269         4 const        0 => D, B
                       270         4 move         A => C
                          local.get 0 · local.get 1
               0x1b2   0  i32.add
                       271       128 op           C + D => A
                       272       128 wrap         4294967295 - A :JMPN(f2_x2)
                          local.tee 1 · i32.const 256
               0x1c5   0  i32.ne
                      done by zkPC 280
                  0    0.00%    0.00%         ↳ <core::slice::iter… macros.rs:185
                  0    0.00%    0.00%           ↳ <core::ptr::non_nu… non_null.rs:6…
                          local.set 2 · local.get 1 · i32.const 8
               0x1bf   0  i32.add
                       277       128 op           D + 8 => D
                       278       128 wrap         4294967295 - D :JMPN(f2_x7)
                  0    0.00%    0.00%     86          total = add(total, value);
                  0    0.00%    0.00%         ↳ fibonacci::add lib.rs:40: left.wrap…
                  0    0.00%    0.00%           ↳ <u64>::wrapping_add uint_macros.r…
                          local.get 2
               0x1b8   0  i64.add
                       279       128 op           $ => A :ADD
                                          87      }
                                          88      total
                  0    0.00%    0.00%     89  }
                          end · local.get 2
               0x1cb   0  end
                       282         4 epilogue     :RETURN

            not found, so without text; --source-path names the folder they are below, and --trim-path
            what to leave out before:
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/num/uint_macros.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ptr/non_null.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/slice/iter/macros.rs
        "#]],
    );
}

#[test]
fn a_function_of_zkasm_has_two() {
    let scratch = profiled("annotate-zkasm", "corpus/handwritten/modexp.zkasm", &[]);
    scratch.check(
        &["annotate", "p", "/mod/", "-n", "1"],
        expect![[r#"
        exit 0
        modexp  modexp.zkasm:23
        112 cycles itself, 28.14% of 398; 16 of 16 zkASM lines ran

        cycles  of func   of all times zkPC   line  zkASM

                                                23  modexp:
             9    8.04%    2.26%     9    7     24    A :JMPZ(modexpOfZero)
             8    7.14%    2.01%     8    8     25    RR :MSTORE(SP++)
             8    7.14%    2.01%     8    9     26    2 => B :CALL(divide)
             8    7.14%    2.01%     8   10     27    C :MSTORE(SP++)
             8    7.14%    2.01%     8   11     28    :CALL(modexp)
             8    7.14%    2.01%     8   12     29    A => B
             8    7.14%    2.01%     8   13     30    zkPC + 1 => RR :JMP(mulmod)
             8    7.14%    2.01%     8   14     31    SP - 1 => SP
             8    7.14%    2.01%     8   15     32    $ => C :MLOAD(SP)
             8    7.14%    2.01%     8   16     33    C :JMPZ(modexpEven)
             3    2.68%    0.75%     3   17     34    $ => B :MLOAD(base)
             3    2.68%    0.75%     3   18     35    zkPC + 1 => RR :JMP(mulmod)
                                                36  modexpEven:
             8    7.14%    2.01%     8   19     37    SP - 1 => SP
             8    7.14%    2.01%     8   20     38    $ => RR :MLOAD(SP)
             8    7.14%    2.01%     8   21     39    :JMP(RR)
                                                40  modexpOfZero:
             1    0.89%    0.25%     1   22     41    1 => A :RETURN

        left out: mulmod (110)

    "#]],
    );
}

#[test]
fn several_functions_match() {
    let scratch = profiled("annotate-several", FIBONACCI, &["--arg", "100"]);
    let output = scratch.run(["annotate", "p", "/^fibonacci/", "-n", "2"]);
    let text = shown(&output);
    let titles = text.lines().filter(|line| line.starts_with("fibonacci"));
    let titles: Vec<&str> = titles.collect();
    assert_eq!(
        titles,
        [
            "fibonacci::recursive  corpus/fibonacci/src/lib.rs:63",
            "fibonacci::remember  corpus/fibonacci/src/lib.rs:73",
        ]
    );
    let left = text.lines().find(|line| line.starts_with("left out: "));
    expect!["left out: fibonacci::sum (1,416), fibonacci::add (994, inlined), fibonacci::through_memory (677), fibonacci::iterative (504), fibonacci::mix (73, inlined), fibonacci (42)"].assert_eq(left.unwrap());
    // What is missing is named, and how to give it; not among the data.
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(note.starts_with("not found"), "{note}");
    assert!(note.contains("--source-path"), "{note}");
    assert!(note.contains("\n  corpus/fibonacci/src/lib.rs\n"), "{note}");
}

#[test]
fn what_cannot_be_annotated_is_refused() {
    let scratch = profiled("annotate-refused", FIBONACCI, &["--arg", "10"]);
    scratch.check(
        &["annotate", "p", "nothing"],
        expect![[r#"
        exit 2
        error: no function that ran has "nothing" in its name
    "#]],
    );
    scratch.check(
        &["annotate", "p", "remebmer"],
        expect![[r#"
        exit 2
        error: no function that ran has "remebmer" in its name; did you mean fibonacci::remember?
    "#]],
    );
    scratch.check(
        &["annotate", "p", ""],
        expect![[r#"
        exit 2
        error: an empty name means no function; /./ means every one
    "#]],
    );
    scratch.check(
        &["annotate", "p", "sum", "--line", "lib.rs:1-9"],
        expect![[r#"
            exit 2
            error: nothing of what is annotated was compiled for a line there: lib.rs:1-9
        "#]],
    );
    let wrong = ["--line", "lib.rs"];
    assert_eq!(
        scratch
            .run(["annotate", "p", "sum"].iter().chain(&wrong))
            .status
            .code(),
        Some(2)
    );
    let wrong = ["--min-percent", "101"];
    assert_eq!(
        scratch
            .run(["annotate", "p", "sum"].iter().chain(&wrong))
            .status
            .code(),
        Some(2)
    );
    scratch.check(&["annotate", "p", "sum", "--metric", "time"], expect![[r#"
        exit 2
        error: there is no metric "time"; there are calls, cycles, mem, binary, arith, mem_align, keccak_f, cells
    "#]]);
    let listing = scratch.read("p/fibonacci.listing.wat");
    let changed = listing.replacen("i32.add", "i32.sub", 1);
    scratch.write("p/fibonacci.listing.wat", &changed);
    scratch.check(
        &["annotate", "p", "sum"],
        expect![[r#"
        exit 2
        error: p/fibonacci.listing.wat was changed after it was written
    "#]],
    );
    // What has no hash of its lines is what an earlier version wrote.
    let (first, rest) = listing.split_once('\n').unwrap();
    let first = first.split(" rest ").next().unwrap();
    scratch.write("p/fibonacci.listing.wat", format!("{first}\n{rest}"));
    assert!(scratch.run(["annotate", "p", "sum"]).status.success());
    let damaged = rest.replacen("(;@", "(;@x", 1);
    scratch.write("p/fibonacci.listing.wat", format!("{first}\n{damaged}"));
    scratch.check(
        &["annotate", "p", "sum"],
        expect![[r#"
        exit 2
        error: fibonacci.listing.wat:2: its comment is no offset
    "#]],
    );
    std::fs::remove_file(scratch.0.join("p/fibonacci.listing.wat")).unwrap();
    scratch.check(&["annotate", "p", "sum"], expect![[r#"
        exit 2
        error: there is no p/fibonacci.listing.wat, the module's listing, which `zkasm-profile profile fibonacci.wasm` writes
    "#]]);
    let program = scratch.read("p/fibonacci.zkasm");
    scratch.write("p/fibonacci.zkasm", program.replacen("B => A", "C => A", 1));
    scratch.check(&["annotate", "p", "sum"], expect![[r#"
        exit 2
        error: p/fibonacci.zkasm was changed after it was compiled: it is no longer the program of the side table beside it
    "#]]);
    // Blanks and comments behind lines are no change of the program.
    scratch.write("p/fibonacci.zkasm", program.replace("B => A", "B  =>  A"));
    let output = scratch.run(["top", "p", "--by", "opcode"]);
    assert!(output.status.success(), "{}", shown(&output));
    scratch.write("p/fibonacci.zkasm", "  0 => A\n");
    scratch.check(
        &["annotate", "p", "sum"],
        expect![[r#"
        exit 2
        error: p/fibonacci.zkasm is not the program of the side table beside it
    "#]],
    );
    scratch.check(
        &["annotate", "absent", "sum"],
        expect![[r#"
            exit 2
            error: absent: no such file or folder
        "#]],
    );
}

/// A function's zkASM lines add up to what it costs, and all functions to what ran; every operator has
/// its line of the module's text, and every zkASM line its own.
#[test]
fn every_cycle_is_at_one_line() {
    let scratch = profiled("annotate-all", COREMARK, &["--arg", "1"]);
    for metric in ["cycles", "mem", "calls"] {
        let args = ["annotate", "p", "/./", "-n", "0", "--metric", metric];
        let output = scratch.run(args.iter().chain(&["--format", "json"]));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let list =
            |value: &Value, field: &str| value[field].as_array().cloned().unwrap_or_default();
        let number = |value: &Value, field: &str| value[field].as_u64().unwrap();
        let mut sum = 0;
        let mut lines = 0;
        for function in list(&json, "functions") {
            let mut own = number(&function, "unplaced");
            let mut count = 0;
            for line in list(&function, "lines") {
                for operator in list(&line, "operators") {
                    let is_entry = operator["operator"].is_null();
                    assert!(is_entry || operator["text"].is_string(), "{operator}");
                    for zkasm in list(&operator, "zkasm") {
                        assert_ne!(zkasm["text"], "", "{zkasm}");
                        own += number(&zkasm, "value");
                        count += 1;
                        if metric == "cycles" {
                            assert_eq!(zkasm["value"], zkasm["times"], "{zkasm}");
                        }
                    }
                }
            }
            assert_eq!(own, number(&function, "self"), "{}", function["function"]);
            assert_eq!(count, number(&function, "zkasm_lines"));
            if function["inlined_into"].is_null() {
                sum += own;
                lines += count;
            }
        }
        assert_eq!(sum, number(&json, "sum"), "{metric}");
        assert!(lines > 1000, "{lines}");
        let log: Value = serde_json::from_str(&scratch.read("p/coremark.log.json")).unwrap();
        if metric != "calls" {
            assert_eq!(json["sum"], log["totals"][metric]);
        }
    }
}

/// What was not recorded is not told as if it had not run.
#[test]
fn a_run_without_blocks_says_so() {
    let args = ["--arg", "100", "--instrument", "calls"];
    let scratch = profiled("annotate-calls", FIBONACCI, &args);
    for all in [&[][..], &["--all"]] {
        let command = ["annotate", "p", "iterative"];
        scratch.check(
            &[&command[..], all].concat(),
            expect![[r#"
            exit 0
            fibonacci::iterative  corpus/fibonacci/src/lib.rs:52
            504 cycles itself, 5.37% of 9,377; 14 zkASM lines
            which of them ran is not known: the run was recorded without blocks; record it with --instrument=blocks

        "#]],
        );
    }
}

#[test]
fn a_region_is_no_function() {
    let scratch = profiled(
        "annotate-region",
        "corpus/regions/regions.wasm",
        &["--arg", "32"],
    );
    scratch.check(
        &["annotate", "p", "region:generate"],
        expect![[r#"
        exit 2
        error: what has "region:generate" in its name is a region, not a function: annotate what runs in it, regions
    "#]],
    );
}

/// A function is annotated over all places where it is inlined.
#[test]
fn an_inlined_function_is_annotated() {
    let scratch = profiled("annotate-inlined", FIBONACCI, &["--arg", "100"]);
    check(
        &scratch,
        &["advance"],
        expect![[r#"
        exit 0
        <fibonacci::Pair>::advance  corpus/fibonacci/src/lib.rs:29
        396 cycles itself, 4.22% of 9,377; 6 of 6 zkASM lines ran
        inlined into fibonacci::remember (296), fibonacci::iterative (100), at 2 places
        op 200 · reload 100 · move 96

          self cycles  of func   of all   line  source
          offset cycles  WAT                                     │ zkPC cycles times cause  zkASM

                                            29      fn advance(self) -> Self {
                                            30          Self {
                                            31              this: self.next,
                  396  100.00%    4.22%     32              next: add(self.this, self.next),
                  396  100.00%    4.22%         ↳ fibonacci::add lib.rs:40: left.wrapping_add(right)
           396    396  100.00%    4.22%           ↳ <u64>::wrapping_add uint_macros.rs:2457
                 in fibonacci::remember
                         local.get 3 · local.get 4 · local.tee 6 │
           0x16c    296  i64.add                                 │  227     96    96 move   A => B
                                                                 │  228     96    96 reload $ => A :MLOAD(SP + 1)
                                                                 │  229     96    96 op     $ => C :ADD
                                                                 │  236      4     4 reload $ => A :MLOAD(SP + 1)
                                                                 │  237      4     4 op     $ => C :ADD
                 in fibonacci::iterative
                         local.get 2 · local.get 1 · local.tee 3 │
           0x1ea    100  i64.add                                 │  299    100   100 op     $ => C :ADD

        not found, so without text; --source-path names the folder they are below, and --trim-path
        what to leave out before:
          /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/num/uint_macros.rs
    "#]],
    );
    check(
        &scratch,
        &["iterative", "--order", "zkpc", "--min-percent", "1"],
        expect![[r#"
            exit 0
            fibonacci::iterative  corpus/fibonacci/src/lib.rs:52
            504 cycles itself, 5.37% of 9,377; 11 of 14 zkASM lines ran
            branch 200 · op 200 · move 101 · const 2 · epilogue 1

            zkPC cycles  of func times cause    zkASM

               …
                                                f3_b3:
                                                ; lib.rs:54: for _ in 0..n {
                                                ;   ↳ <u32 as core::cmp::PartialOrd>::lt cmp.rs:1916
             298    100   19.84%   100 op         D - 1 => D :JMPN(f3_x2)  ↓304  ; 0x1f5 i32.add
                                                f3_x1:
                                                ; lib.rs:55: pair = pair.advance();
                                                ;   ↳ <u64>::wrapping_add uint_macros.rs:2457
             299    100   19.84%   100 op         $ => C :ADD                    ; 0x1ea i64.add
                                                ; lib.rs:54: for _ in 0..n {
                                                ;   ↳ <core::ops::range::Range<u32> as core::iter::range::RangeIteratorImpl>::spec_…
             300    100   19.84%   100 branch     D :JMPZ(f3_b5)  ↓303           ; 0x1f8 br_if 0 (;@1;)
             301     99   19.64%    99 move       B => A
             302     99   19.64%    99 branch     C => B :JMP(f3_b3)  ↑298       ; +move
            below 1% and left out: 6 zkASM lines; 6 cycles, 1.19%

            not found, so without text; --source-path names the folder they are below, and --trim-path
            what to leave out before:
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/cmp.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/iter/range.rs
              /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/num/uint_macros.rs
        "#]],
    );
}

/// Of a run that trapped, the text says so, and the JSON how it ended.
#[test]
fn a_trap_is_told() {
    let scratch = Scratch::with_corpus("annotate-trap");
    let module = root().join("corpus/traps/traps.wasm").display().to_string();
    let command = [
        "profile", &module, "--invoke", "deep", "--arg", "100", "-o", "p",
    ];
    assert_eq!(scratch.run(command).status.code(), Some(1));
    let output = scratch.run(["annotate", "p", "/./", "-n", "1"]);
    let text = shown(&output);
    expect!["the run trapped (unreachable): this is what ran until then"]
        .assert_eq(text.lines().nth(1).unwrap());
    let output = scratch.run(["annotate", "p", "/./", "-n", "1", "--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["outcome"]["outcome"], "trap");
}

/// Zig says the folder of its sources twice.
#[test]
fn sources_of_zig_are_found() {
    let scratch = Scratch::with_corpus("annotate-zig");
    let module = root().join("corpus/zig/zig.wasm").display().to_string();
    let command = [
        "profile",
        &module,
        "--invoke",
        "calculator",
        "--arg",
        "30",
        "-o",
        "p",
    ];
    let output = scratch.run(command);
    assert!(output.status.success(), "{}", shown(&output));
    let sources = root().display().to_string();
    let output = scratch.run(["annotate", "p", "/./", "-n", "0", "--source-path", &sources]);
    let (text, note) = (shown(&output), String::from_utf8(output.stderr).unwrap());
    assert!(
        text.contains("corpus/zig/src/corpus/zig/src/main.zig"),
        "{text}"
    );
    assert!(!note.contains("main.zig"), "{note}");
}

/// For every function, what it cost where it was compiled and where it was inlined is what the profile says that it cost
/// without what it calls.
#[test]
fn inlined_functions_cost_what_the_profile_says() {
    let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let measured = manifest["benchmarks"].as_array().unwrap().iter();
    let measured = measured.map(|benchmark| {
        let args = benchmark["args"].as_array().unwrap().iter().map(text);
        (
            text(&benchmark["wasm"]),
            text(&benchmark["invoke"]),
            args.collect(),
        )
    });
    let others = [
        ("regions", "regions", "32"),
        ("traps", "deep", "100"),
        ("cpp", "recurrences", "30"),
        ("zig", "calculator", "30"),
        ("dwarf5", "ways", "4"),
    ];
    let others = others.map(|(name, export, arg)| {
        let args: Vec<String> = vec![arg.to_owned()];
        (format!("{name}/{name}.wasm"), export.to_owned(), args)
    });
    let mut inlined = 0;
    for (module, export, args) in measured.chain(others) {
        let wasm = std::fs::read(root().join("corpus").join(&module)).unwrap();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let compiled = build(&wasm, &export, &args, Instrument::Blocks);
        let log = simulate(&compiled).log;
        inlined += costs_are_the_profile_s(&compiled.side_table, &log, &module);
    }
    assert!(inlined > 100, "{inlined}");
}

/// Checks every function; tells how many were inlined.
fn costs_are_the_profile_s(map: &SideTable, log: &ExecutionLog, module: &str) -> usize {
    type Costs = BTreeMap<(String, Option<(String, u32)>), u64>;
    let profile = Profile::from_run(map, log).unwrap();
    let cycles = profile.default_metric().index();
    let mut expected = Costs::new();
    for sample in profile.samples() {
        let leaf = profile.stacks()[sample.stack.index()].location;
        let lines = profile.location(leaf).lines.iter();
        let functions: BTreeSet<_> = lines
            .map(|line| profile.function(line.function))
            .map(|function| {
                let file = function.file.filter(|_| function.start_line != 0);
                let file = file.map(|file| (profile.text(file).to_owned(), function.start_line));
                (profile.text(function.name).to_owned(), file)
            })
            .filter(|(name, _)| !name.starts_with("[region:"))
            .collect();
        for function in functions {
            *expected.entry(function).or_default() += sample.values[cycles];
        }
    }
    // What is only called from has no cycles of its own.
    expected.retain(|_, value| *value != 0);
    let texts = Texts::default();
    let every = Annotation::new(map, log, "cycles", "/./", usize::MAX, texts).unwrap();
    let mut found = Costs::new();
    let mut inlined = 0;
    for function in every.functions {
        let operators = function.lines.iter().flat_map(|line| &line.operators);
        let zkasm = operators.flat_map(|operator| &operator.zkasm);
        let lines: u64 = zkasm.map(|line| line.value).sum();
        assert_eq!(lines + function.unplaced, function.self_value, "{module}");
        if let Some(into) = &function.inlined_into {
            let into: u64 = into.iter().map(|into| into.value).sum();
            assert_eq!(into, function.self_value, "{module}: {}", function.function);
            inlined += 1;
        }
        let key = (function.function, function.file.zip(function.line));
        *found.entry(key).or_default() += function.self_value;
    }
    found.retain(|_, value| *value != 0);
    assert_eq!(found, expected, "{module}");
    inlined
}

/// `--color` is for annotations as for tables: they were coloured on a terminal only.
#[test]
fn annotations_are_coloured_where_that_is_asked_for() {
    let scratch = Scratch::with_corpus("annotate-colours");
    scratch.run(["profile", FIBONACCI, "--arg", "10", "-o", "p"]);
    let shown = |color: &str| {
        let output = scratch.run(["annotate", "p", "iterative", "--color", color]);
        String::from_utf8(output.stdout).unwrap()
    };
    let (coloured, plain) = (shown("always"), shown("auto"));
    assert!(coloured.contains("\u{1b}[1m"), "{coloured}");
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}
