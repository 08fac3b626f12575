//! `inspect`: what it prints, and that its verdict is the compiler's.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic is how a test fails"
)]

mod common;
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::io::Write as _;
use std::process::{Command, Stdio};

use common::{fibonacci, root};
use cranelift_zkasm_profile::inspect::{DwarfState, Inspection, Layout, Origins, Rom, inspect};
use cranelift_zkasm_profile::{Error, Options, compile};
use expect_test::{Expect, expect};
use runtime_hooks::sidetable::{Contribution, FunctionKind, Origin};
use runtime_hooks::{Instrument, SideTable};

/// The command with a module on stdin: exit code, stdout, stderr.
fn command(module: &[u8], args: &[&str]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(["inspect", "-"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(module).unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn check(module: impl AsRef<[u8]>, args: &[&str], expected: Expect) {
    let (code, out, errors) = command(module.as_ref(), args);
    expected.assert_eq(&format!("exit {code}\n{out}{errors}"));
}

fn look(text: &str) -> Inspection {
    inspect(&wat::parse_str(text).unwrap(), false).unwrap()
}

/// A module without the custom sections that `drop` names.
fn without_sections(wasm: &[u8], drop: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut kept = wasm[..8].to_vec();
    let mut at = 8;
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let payload = payload.unwrap();
        if let Some((_, range)) = payload.as_section() {
            let dropped = matches!(&payload, wasmparser::Payload::CustomSection(section)
                if drop(section.name()));
            if !dropped {
                kept.extend(&wasm[at..range.end]);
            }
            at = range.end;
        }
    }
    kept
}

#[test]
fn fibonacci_is_explained() {
    check(
        fibonacci(),
        &["--largest", "2"],
        expect![[r#"
            exit 0
            stdin: 29,870 bytes, everything compiles

                  bytes    items  section
                     14        2  type
                      7        6  function
                      3        1  memory
                     22        3  global
                     49        4  export
                    551        6  code
                  1,765           .debug_loc
                  1,162           .debug_abbrev
                 10,814           .debug_info
                    262           .debug_ranges
                 13,645           .debug_str
                  1,199           .debug_line
                    256           name
                     77           producers

            6 functions with 543 bytes of code, 254 operators; 0 imported
                  bytes  operators     offset  largest
                    203         93       0x77  fibonacci::through_memory
                     96         37      0x23b  fibonacci

            exports
              memory: memory
              fibonacci(i32) -> i64: callable, reaches 6 functions of 543 bytes
              __data_end: global
              __heap_base: global

            memory: 1 page; it lies in one context: every access is fast
            globals: 0 imported, 3 defined, 1 of all mutable
            data segments: 0 active, 0 passive, 0 bytes
            element segments: 0 active, 0 passive, 0 elements
            features: none beyond the first version of WebAssembly
            language: Rust
            processed-by: rustc 1.95.0 (59807616e 2026-04-14)
            DWARF 4: source lines for 85.8 % of the code's bytes and 85.8 % of its operators; 54.1 % of those are in inlined functions
            ROM: 286 lines for 6 functions; source lines known for 96.5 % of them, 6.9 % of those inherited from the operator that uses the result
        "#]],
    );
}

const REFUSED: &str = r#"(module
    (import "env" "now" (func $now (result i64)))
    (import "env" "assert_eq_i32" (func $same (param i32 i32)))
    (memory (export "memory") 20 30)
    (table $t 4 8 funcref)
    (elem (table $t) (i32.const 0) func $good $half)
    (data (i32.const 8) "abc") (data "passive")
    (global (mut i32) (i32.const 1310720))
    (func $good (export "good") (param i32) (result i32)
      (call $same (local.get 0) (local.get 0)) (i32.extend8_s (local.get 0)))
    (func $half (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
    (func (export "float") (param i32) (result i32)
      (i32.trunc_sat_f64_s (call $half (f64.convert_i32_s (local.get 0)))))
    (func (export "clock") (param i32) (result i64) (call $now))
    (func (export "through the table") (param i32) (result i32)
      (drop (call_indirect (param f64) (result f64) (f64.const 1) (local.get 0))) (i32.const 1))
    (func (export "half") (param f64) (result f64) (local.get 0)))"#;

#[test]
fn what_would_not_compile_is_told_with_its_place() {
    check(
        REFUSED,
        &[],
        expect![[r#"
        exit 1
        stdin: 304 bytes, not everything compiles

        would not compile
          function `half` at offset 0xc2: unsupported: the operator `f64.const`
          function `float` at offset 0xd1: unsupported: the operator `f64.convert_i32_s`
          function `through the table` at offset 0xde: unsupported: the operator `f64.const`

              bytes    items  section
                 25        5  type
                 31        2  import
                  7        6  function
                  5        1  table
                  4        1  memory
                  9        1  global
                 60        6  export
                 10        1  element
                 68        6  code
                 18        2  data
                 37           name

        6 functions with 61 bytes of code, 25 operators; 2 imported
              bytes  operators     offset  largest
                 19          6       0xdd  through the table
                 14          4       0xbf  half
                 11          6       0xb3  good
                  9          5       0xce  float
                  4          2       0xd8  clock
                  4          2       0xf1  half

        imports
          env.now () -> i64: refused where it is reached; with --allow-unknown-imports it traps when called
          env.assert_eq_i32 (i32, i32) -> (): built in

        exports
          memory: memory
          good(i32) -> i32: callable, reaches 1 function of 11 bytes
          float(i32) -> i32: callable, reaches 2 functions of 23 bytes, would not compile
          clock(i32) -> i64: callable, reaches 1 function of 4 bytes, would not compile, reaches env.now
          through the table(i32) -> i32: callable, reaches 3 functions of 44 bytes, would not compile
          half(f64) -> f64: not callable with integers, reaches 1 function of 4 bytes

        memory: 20 pages, at most 30; fast from address 0x40000 to 0x140000, slow elsewhere
        table: 4 elements of funcref, at most 8
        globals: 0 imported, 1 defined, 1 of all mutable
        data segments: 1 active, 1 passive, 10 bytes
        element segments: 1 active, 0 passive, 2 elements
        features: floating-point (5 operators), refused; saturating-float-to-int (1 operator), refused; sign-extension (1 operator)
        DWARF: none; profiles show offsets instead of source lines
        ROM: 11 lines for 3 functions; operators known for 100.0 % of them, 0.0 % of those inherited from the operator that uses the result
    "#]],
    );
    check(
        REFUSED,
        &["--format", "json"],
        expect![[r#"
        exit 1
        {"format":"zkasm-profile/inspect","version":1,"bytes":304,"sections":[{"name":"type","custom":false,"offset":10,"bytes":25,"items":5},{"name":"import","custom":false,"offset":37,"bytes":31,"items":2},{"name":"function","custom":false,"offset":70,"bytes":7,"items":6},{"name":"table","custom":false,"offset":79,"bytes":5,"items":1},{"name":"memory","custom":false,"offset":86,"bytes":4,"items":1},{"name":"global","custom":false,"offset":92,"bytes":9,"items":1},{"name":"export","custom":false,"offset":103,"bytes":60,"items":6},{"name":"element","custom":false,"offset":165,"bytes":10,"items":1},{"name":"code","custom":false,"offset":177,"bytes":68,"items":6},{"name":"data","custom":false,"offset":247,"bytes":18,"items":2},{"name":"name","custom":true,"offset":267,"bytes":37}],"functions":{"imported":2,"defined":6,"code_bytes":61,"operators":25,"by_size":[{"index":6,"name":"through the table","offset":221,"bytes":19,"operators":6},{"index":3,"name":"half","offset":191,"bytes":14,"operators":4},{"index":2,"name":"good","offset":179,"bytes":11,"operators":6},{"index":4,"name":"float","offset":206,"bytes":9,"operators":5},{"index":5,"name":"clock","offset":216,"bytes":4,"operators":2},{"index":7,"name":"half","offset":241,"bytes":4,"operators":2}]},"imports":[{"name":"env.now","kind":"function","signature":"() -> i64","becomes":"refused_or_trap"},{"name":"env.assert_eq_i32","kind":"function","signature":"(i32, i32) -> ()","becomes":"built_in"}],"exports":[{"name":"memory","kind":"memory"},{"name":"good","kind":"function","signature":"(i32) -> i32","callable":true,"reaches":1,"reached_bytes":11,"unknown_imports":[],"compiles":true},{"name":"float","kind":"function","signature":"(i32) -> i32","callable":true,"reaches":2,"reached_bytes":23,"unknown_imports":[],"compiles":false},{"name":"clock","kind":"function","signature":"(i32) -> i64","callable":true,"reaches":1,"reached_bytes":4,"unknown_imports":["env.now"],"compiles":false},{"name":"through the table","kind":"function","signature":"(i32) -> i32","callable":true,"reaches":3,"reached_bytes":44,"unknown_imports":[],"compiles":false},{"name":"half","kind":"function","signature":"(f64) -> f64","callable":false,"reaches":1,"reached_bytes":4,"unknown_imports":[],"compiles":true}],"memories":[{"pages":20,"maximum_pages":30,"grows":false,"layout":{"kind":"window","first":262144,"end":1310720}}],"tables":[{"element":"funcref","size":4,"maximum":8}],"globals":{"imported":0,"defined":1,"mutable":1},"data":{"active":1,"passive":1,"declared":0,"size":10},"elements":{"active":1,"passive":0,"declared":0,"size":2},"features":[{"name":"floating-point","operators":5,"refused":true},{"name":"saturating-float-to-int","operators":1,"refused":true},{"name":"sign-extension","operators":1,"refused":false}],"producers":[],"dwarf":{"state":"absent","versions":[],"operators_with_line":0,"bytes_with_line":0,"operator_bytes":0,"operators_inlined":0,"placed":0,"placed_right":0},"rom":{"functions":3,"lines":{"all":11,"direct":11,"direct_with_line":0,"inherited":0,"inherited_with_line":0},"contributions":{"all":14,"direct":14,"direct_with_line":0,"inherited":0,"inherited_with_line":0}},"refusals":[{"function":3,"name":"half","offset":194,"operator":"f64.const","reason":"unsupported: the operator `f64.const`"},{"function":4,"name":"float","offset":209,"operator":"f64.convert_i32_s","reason":"unsupported: the operator `f64.convert_i32_s`"},{"function":6,"name":"through the table","offset":222,"operator":"f64.const","reason":"unsupported: the operator `f64.const`"}],"compiles":false}
    "#]],
    );
}

#[test]
fn unknown_imports_count_where_they_are_reached() {
    let text = r#"(module (import "env" "now" (func $now (result i64)))
        (func (export "clock") (result i64) (call $now))
        (func (export "other") (result i64) (i64.const 1)))"#;
    check(
        text,
        &[],
        expect![[r#"
        exit 1
        stdin: 80 bytes, not everything compiles

              bytes    items  section
                  5        1  type
                 11        1  import
                  3        2  function
                 17        2  export
                 11        2  code
                 13           name

        2 functions with 8 bytes of code, 4 operators; 1 imported
              bytes  operators     offset  largest
                  4          2       0x38  clock
                  4          2       0x3d  other

        imports
          env.now () -> i64: refused where it is reached; with --allow-unknown-imports it traps when called

        exports
          clock() -> i64: callable, reaches 1 function of 4 bytes, would not compile, reaches env.now
          other() -> i64: callable, reaches 1 function of 4 bytes

        globals: 0 imported, 0 defined, 0 of all mutable
        data segments: 0 active, 0 passive, 0 bytes
        element segments: 0 active, 0 passive, 0 elements
        features: none beyond the first version of WebAssembly
        DWARF: none; profiles show offsets instead of source lines
        ROM: 4 lines for 2 functions; operators known for 100.0 % of them, 0.0 % of those inherited from the operator that uses the result
    "#]],
    );
    let (code, out, _) = command(text.as_bytes(), &["--allow-unknown-imports"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("env.now () -> i64: traps when called\n"),
        "{out}"
    );
    let unreached = text.replace("(call $now)", "(i64.const 2)");
    assert_eq!(command(unreached.as_bytes(), &[]).0, 0);
}

#[test]
fn a_stripped_module_has_no_dwarf() {
    let stripped = without_sections(&fibonacci(), |name| name.starts_with(".debug_"));
    let (code, out, _) = command(&stripped, &[]);
    assert_eq!(code, 0);
    let last = "\nDWARF: none; profiles show offsets instead of source lines\n\
                ROM: 286 lines for 6 functions; operators known for 100.0 % of them, 6.6 % of those";
    assert!(out.contains(last), "{out}");
    // Names come from the name section; without that, from exports.
    assert!(out.contains("  fibonacci::recursive\n"), "{out}");
    let bare = without_sections(&fibonacci(), |_| true);
    let (_, out, _) = command(&bare, &[]);
    assert!(
        out.contains("  func[4]\n") && out.contains("  fibonacci\n"),
        "{out}"
    );
}

/// The ROM lines that are counted are those of the program: start stub and runtime aside.
#[test]
fn lines_of_the_rom_are_those_of_a_build() {
    let corpus = root().join("corpus");
    for (program, export) in [("fibonacci", "fibonacci"), ("cpp", "recurrences")] {
        let wasm = std::fs::read(corpus.join(format!("{program}/{program}.wasm"))).unwrap();
        let found = inspect(&wasm, false).unwrap().rom;
        let table = common::build(&wasm, export, &["1"], Instrument::Off).side_table;
        let mut built = Rom::default();
        for block in &table.blocks {
            let function = &table.functions[block.function.0 as usize];
            if !matches!(function.kind, FunctionKind::Wasm(_)) {
                continue;
            }
            for row in &table.rows[block.first as usize..][..block.rows as usize] {
                add(&mut built.lines, &table, table.payer(row));
                for &contribution in &row.contributions {
                    let contribution = &table.contributions[contribution as usize];
                    add(&mut built.contributions, &table, contribution);
                }
            }
        }
        let functions = table.functions.iter();
        let functions = functions.filter(|f| matches!(f.kind, FunctionKind::Wasm(_)));
        built.functions = functions.count() as u64;
        assert_eq!(found, built, "{program}");
        assert!(found.lines.direct_with_line > found.lines.inherited_with_line);
        assert!(found.contributions.all > found.lines.all);
    }
}

fn add(origins: &mut Origins, table: &SideTable, contribution: &Contribution) {
    origins.all += 1;
    let mut chain = contribution
        .location
        .into_iter()
        .flat_map(|id| table.chain(id));
    let with_line = u64::from(chain.any(|location| location.line != 0));
    match contribution.origin {
        Some(Origin::Direct) => {
            origins.direct += 1;
            origins.direct_with_line += with_line;
        }
        Some(Origin::Inherited) => {
            origins.inherited += 1;
            origins.inherited_with_line += with_line;
        }
        None => {}
    }
}

#[test]
fn functions_that_nothing_reaches_are_no_lines_of_the_rom() {
    let one =
        "(func (export \"f\") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))";
    let dead = "(func (param i32) (result i32) (i32.add (local.get 0) (i32.const 7)))";
    let alone = look(&format!("(module {one})")).rom;
    assert_eq!(alone.functions, 1);
    assert_eq!(alone.lines.direct_with_line, 0);
    assert_eq!(look(&format!("(module {one} {dead})")).rom, alone);
    let started = look(&format!("(module {one} (start 1) (func nop))")).rom;
    assert_eq!(started.functions, 2);
    // A function that is refused has none.
    let refused = look(&format!(
        "(module {one} (func (export \"g\") (drop (f32.const 1))))"
    ));
    assert_eq!(refused.rom, alone);
}

/// What wasm-opt without `-g` leaves behind: other code, and the debug information of the old.
#[test]
fn debug_information_of_other_code_is_detected() {
    let old = fibonacci();
    let debug = without_sections(&old, |name| !name.starts_with(".debug_"));
    let sections = wasmparser::Parser::new(0)
        .parse_all(&debug)
        .map(Result::unwrap);
    let first = sections
        .filter(|payload| matches!(payload, wasmparser::Payload::CustomSection(_)))
        .find_map(|payload| payload.as_section())
        .unwrap();
    // A custom section's contents stand behind its id and its size, of two bytes here or three.
    let start = (2..4)
        .map(|back| first.1.start - back)
        .find(|&start| debug[start] == 0)
        .unwrap();
    let sections = &debug[start..];
    for (text, lines) in [
        // Operators at offsets that the line table does not know, behind many declarations of locals.
        (
            format!("(module (func (local{}) nop))", " i32 i64".repeat(400)),
            false,
        ),
        // Code at offsets that it does know.
        (
            format!(
                "(module {})",
                "(func (result i32) (i32.const 1))".repeat(60)
            ),
            true,
        ),
    ] {
        let mut wasm = wat::parse_str(text).unwrap();
        wasm.extend(sections);
        let found = inspect(&wasm, false).unwrap();
        assert_eq!(found.dwarf.state, DwarfState::Stale, "{:?}", found.dwarf);
        assert_eq!(
            found.dwarf.operators_with_line > 0,
            lines,
            "{:?}",
            found.dwarf
        );
        let (code, out, _) = command(&wasm, &[]);
        assert_eq!(code, 0);
        assert!(out.contains("\nDWARF 4: not of this code. "), "{out}");
        assert!(out.contains("wasm-opt without -g"), "{out}");
    }
    // Without a line table it is of this code, but of no use.
    let lineless = without_sections(&old, |name| name == ".debug_line");
    let found = inspect(&lineless, false).unwrap();
    assert_eq!(found.dwarf.state, DwarfState::NoLines);
    let corpus = root().join("corpus");
    for program in [
        "fibonacci",
        "sha256",
        "keccak256",
        "coremark",
        "crypto",
        "traps",
        "regions",
        "cpp",
        "zig",
        "dwarf5",
    ] {
        let wasm = std::fs::read(corpus.join(format!("{program}/{program}.wasm"))).unwrap();
        let found = inspect(&wasm, false).unwrap();
        assert_eq!(
            found.dwarf.state,
            DwarfState::Usable,
            "{program}: {:?}",
            found.dwarf
        );
        assert!(found.dwarf.operators_inlined > 0, "{program}");
        assert!(found.compiles, "{program}: {:?}", found.refusals);
    }
}

#[test]
fn bad_input_is_an_error() {
    check(
        &fibonacci()[..300],
        &[],
        expect![[r#"
        exit 2
        error: stdin: invalid input: unexpected end-of-file at offset 0x77
    "#]],
    );
    check(
        b"\x89PNG\r\n\x1a\n",
        &[],
        expect![[r#"
        exit 2
        error: stdin: invalid input: this is not WebAssembly: the magic number is missing
    "#]],
    );
    check(
        "(module (fun))",
        &[],
        expect![[r#"
        exit 2
        error: expected valid module field
             --> -:1:10
              |
            1 | (module (fun))
              |          ^
    "#]],
    );
    check(
        b"\0asm\x0d\0\x01\0",
        &[],
        expect![[r#"
        exit 2
        error: stdin: unsupported: a WebAssembly component (only core modules can be compiled)
    "#]],
    );
}

/// Features that do not even validate here: the module is looked at all the same.
#[test]
fn modules_of_refused_features_are_explained() {
    let simd = look(
        r#"(module (func (export "f") (result i32)
             (i32x4.extract_lane 0 (i32x4.splat (i32.const 1))))
           (func (export "g") (result i32) (i32.const 1)))"#,
    );
    assert_eq!(simd.refusals.len(), 1);
    assert_eq!(simd.refusals[0].operator.as_deref(), Some("i32x4.splat"));
    assert_eq!(simd.refusals[0].name.as_deref(), Some("f"));
    assert!(!simd.compiles);
    for (text, feature) in [
        ("(module (memory i64 1))", "memory64"),
        ("(module (memory 1) (memory 1))", "multi-memory"),
        ("(module (tag))", "exceptions"),
        ("(module (func $f (return_call $f)))", "tail-call"),
        (
            "(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))",
            "threads",
        ),
        (
            "(module (type (struct (field i32))) (func (param i32)))",
            "gc",
        ),
    ] {
        let found = look(text);
        assert!(!found.compiles, "{text}");
        assert!(!found.refusals.is_empty(), "{text}");
        let mut features = found.features.iter();
        // A type alone is no operator of a proposal.
        let named = features.any(|known| known.name == feature && known.refused);
        assert!(named || feature == "gc", "{text}: {:?}", found.features);
    }
    for (text, what) in [
        (
            r#"(module (import "a" "b" (memory 1)) (func (export "f")))"#,
            "the imported memory `a.b`",
        ),
        (
            r#"(module (table 200000 funcref) (func (export "f")))"#,
            "a table of more than",
        ),
        ("(module (memory 65536))", "the linear memory in pages"),
    ] {
        let found = look(text);
        assert_eq!(found.refusals.len(), 1, "{text}");
        assert!(
            found.refusals[0].reason.contains(what),
            "{:?}",
            found.refusals
        );
        let exported = found
            .exports
            .iter()
            .filter_map(|export| export.function.as_ref());
        assert!(exported.into_iter().all(|function| !function.compiles));
    }
}

#[test]
fn memories_of_more_than_1_mib_have_a_window() {
    let layout = |text: &str| look(text).memories[0].layout;
    assert_eq!(layout("(module (memory 16))"), Some(Layout::OneContext));
    assert_eq!(
        layout("(module (memory 17) (global (mut i32) (i32.const 1048576)))"),
        Some(Layout::Window {
            first: 1 << 16,
            end: 17 << 16
        })
    );
    let grown = "(module (memory 1) (func (drop (memory.grow (i32.const 1)))))";
    assert!(look(grown).memories[0].grows);
    assert!(matches!(layout(grown), Some(Layout::Window { .. })));
}

/// An export of a random module compiles exactly if inspection says so.
#[test]
fn the_verdict_is_the_compilers() {
    let (mut yes, mut no) = (0, 0);
    for seed in 50_000..50_400 {
        let Ok(case) = fuzz::smith::case(seed) else {
            continue;
        };
        let found = inspect(&case.wasm, false).unwrap();
        for call in &case.calls {
            let mut exports = found.exports.iter();
            let export = exports.find(|export| export.name == call.export).unwrap();
            let function = export.function.as_ref().unwrap();
            let default = |arg: &fuzz::engines::Value| match arg {
                fuzz::engines::Value::I32(_) | fuzz::engines::Value::I64(_) => "0".to_owned(),
                _ => "null".to_owned(),
            };
            let options = Options {
                entry: Some(call.export.clone()),
                args: call.args.iter().map(default).collect(),
                ..Options::default()
            };
            match compile(&case.wasm, &options) {
                Ok(_) => {
                    assert!(function.compiles, "{seed}: {:?}", found.refusals);
                    yes += 1;
                }
                // Of the whole program, which inspection leaves to `build`.
                Err(Error::Limit { .. }) => {}
                Err(error) => {
                    assert!(!function.compiles, "{seed}, {}: {error}", call.export);
                    no += 1;
                }
            }
        }
    }
    // Of what wasm-smith is asked for, all compiles; refusals are the other tests' matter.
    assert!(yes > 100, "{yes} compile, {no} do not");
}

/// Modules of every proposal that wasm-smith knows: an answer or an error, and no panic.
#[test]
fn modules_of_every_proposal_are_looked_at_or_refused() {
    let (mut looked_at, mut refused) = (0, 0);
    let mut rng = fuzz::rng::Rng::new(7);
    for _ in 0..300 {
        let entropy = rng.bytes(1 << 12);
        let config = wasm_smith::Config {
            exceptions_enabled: rng.one_in(2),
            extended_const_enabled: true,
            gc_enabled: rng.one_in(2),
            memory64_enabled: true,
            max_memories: 3,
            reference_types_enabled: true,
            relaxed_simd_enabled: true,
            simd_enabled: true,
            tail_call_enabled: true,
            threads_enabled: true,
            ..wasm_smith::Config::default()
        };
        let mut unstructured = arbitrary::Unstructured::new(&entropy);
        let Ok(module) = wasm_smith::Module::new(config, &mut unstructured) else {
            continue;
        };
        match inspect(&module.to_bytes(), false) {
            Ok(_) => looked_at += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(looked_at > 100, "{looked_at} looked at, {refused} refused");
}

/// Whatever the bytes: an answer or an error, and no panic.
#[test]
fn damaged_modules_are_looked_at_or_refused() {
    let whole = fibonacci();
    let (mut looked_at, mut refused) = (0, 0);
    for at in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(97);
        match inspect(&damaged, false) {
            Ok(_) => looked_at += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(looked_at > 0 && refused > 0);
}
