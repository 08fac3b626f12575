//! `annotate`: source, WebAssembly and zkASM side by side.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::root;
use common::scratch::{FIBONACCI, Scratch, shown};
use expect_test::{Expect, expect};
use serde_json::Value;

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

              self cycles  of func   of all   line  source
              offset cycles  WAT                        │ zkPC cycles times cause  zkASM

                                                52  fn iterative(n: u32) -> u64 {
                                                53      let mut pair = Pair::START;
                      399   79.17%    4.26%     54      for _ in 0..n {
                      399   79.17%    4.26%         ↳ <core::ops::range::Range<u32> as core::… range.rs:857
               299    399   79.17%    4.26%           ↳ <core::ops::range::Range<u32> as core::… range.rs:772
                             block ;; label = @1        │  292      1     1 branch A :JMPNZ(f3_b2)
                             local.get 0                │
               0x1d4      1  br_if 0 (;@1;)             │
                             local.tee 0                │  300    100   100 branch D :JMPZ(f3_b5)
               0x1f8    298  br_if 0 (;@1;)             │  301     99    99 move   B => A
                                                        │  302     99    99 move   C => B :JMP(f3_b3)  ; +branch
               100    100   19.84%    1.07%             ↳ <u32 as core::cmp::PartialOrd>::lt cmp.rs:1916
                             …                          │  298    100   100 op     D - 1 => D :JMPN(f3_x2)
                             local.set 2                │
                             local.get 0                │
                             i32.const -1               │
               0x1f5    100  i32.add                    │
                      100   19.84%    1.07%     55          pair = pair.advance();
                      100   19.84%    1.07%         ↳ <fibonacci::Pair>::advance lib.rs:32: next: add(self.this, self.next),
                      100   19.84%    1.07%           ↳ fibonacci::add lib.rs:40: left.wrapping_add(right)
               100    100   19.84%    1.07%             ↳ <u64>::wrapping_add uint_macros.rs:2457
                             local.get 2                │  299    100   100 op     $ => C :ADD
                             local.get 1                │
                             local.tee 3                │
               0x1ea    100  i64.add                    │
                                                56      }
                                                57      pair.this
                 1      1    0.20%    0.01%     58  }
                             end                        │  303      1     1 move   B => A :RETURN  ; +epilogue
                             local.get 3                │
               0x1fd      1  end                        │
                 4      4    0.79%    0.04%         [no source]
                             …                          │  294      1     1 move   A => C
                             local.set 1                │  295      1     1 const  0 => B, A  ; +move
                             i64.const 0                │  296      1     1 const  1 => B
                             local.set 2                │  297      1     1 move   C => D
               0x1e2      4  loop ;; label = @1         │

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
                      local.tee 1
                      i32.const 256
                      i32.ne
           0x1c6   0  br_if 0 (;@1;)
                   280       128 branch       D - 256 :JMPZ(f2_b3)
                   281       124 move         A => B :JMP(f2_b1)  ; +branch
              0    0.00%    0.00%           ↳ <core::ptr::non_nu… non_null.rs:1…
                      …
                      local.set 1
                      i64.const 0
                      local.set 2
           0x1ac   0  loop ;; label = @1
                   269         4 const        0 => D, B
                   270         4 move         A => C
                      local.get 0
                      local.get 1
           0x1b2   0  i32.add
                   271       128 op           C + D => A
                   272       128 wrap         4294967295 - A :JMPN(f2_x2)
              0    0.00%    0.00%         ↳ <core::slice::iter… macros.rs:185
              0    0.00%    0.00%           ↳ <core::ptr::non_nu… non_null.rs:6…
                      local.set 2
                      local.get 1
                      i32.const 8
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
                      end
                      local.get 2
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
    expect!["left out: fibonacci::sum (1,416), fibonacci::through_memory (677), fibonacci::iterative (504), fibonacci (42)"].assert_eq(left.unwrap());
    // What is missing is named, and how to give it.
    let (_, note) = text.split_once("\nnot found").unwrap();
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
    scratch.check(&["annotate", "p", "advance"], expect![[r#"
        exit 2
        error: what has "advance" in its name is inlined wherever it ran: annotate fibonacci::iterative, fibonacci::remember
    "#]]);
    scratch.check(&["annotate", "p", "sum", "--metric", "time"], expect![[r#"
        exit 2
        error: there is no metric "time"; there are calls, cycles, mem, binary, arith, mem_align, keccak_f, cells
    "#]]);
    std::fs::remove_file(scratch.0.join("p/fibonacci.listing.wat")).unwrap();
    scratch.check(&["annotate", "p", "sum"], expect![[r#"
        exit 2
        error: there is no p/fibonacci.listing.wat, the module's listing, which `zkasm-profile profile fibonacci.wasm` writes
    "#]]);
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
        error: absent is not called NAME.log.json: name its side table with --map
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
            sum += own;
            lines += count;
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
