//! Functions that would take the compiler minutes are refused at once; large ordinary ones are not.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

use cranelift_zkasm_profile::{Compiled, Error, Options, compile};

fn function(locals: usize, body: &str) -> Result<Compiled, Error> {
    let locals = " i32".repeat(locals);
    let wasm = wat::parse_str(format!(
        "(module (memory 1) (func $other (param i32) (result i32) (local.get 0))
           (func $hostile (export \"f\") (param i32) (result i32) (local{locals}) {body}))"
    ))
    .unwrap();
    let options = Options {
        entry: Some("f".to_owned()),
        args: vec!["1".to_owned()],
        ..Options::default()
    };
    compile(&wasm, &options)
}

fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn shapes_that_take_minutes_are_refused() {
    let allocation = "the work of allocating registers, by spans and merges of values,";
    let cases = [
        (
            "many ifs on one local",
            1,
            each(50_000, |_| {
                "(if (i32.and (local.get 0) (i32.const 1))
                   (then (local.set 1 (i32.add (local.get 1) (i32.const 3)))))"
                    .to_owned()
            }) + "(local.get 1)",
            allocation,
        ),
        (
            "many values live at once",
            0,
            each(50_000, |k| {
                format!("(i32.mul (local.get 0) (i32.const {}))", k + 3)
            }) + &"i32.xor ".repeat(49_999),
            allocation,
        ),
        (
            "many locals through many loops",
            800,
            "loop ".repeat(800)
                + &each(800, |k| {
                    let from = (k * 7 + 1) % 800 + 1;
                    let to = k + 1;
                    format!("(local.set {to} (i32.add (local.get {from}) (local.get 0)))")
                })
                + &"(br_if 0 (local.get 5)) end ".repeat(800)
                + "(local.get 1)",
            allocation,
        ),
        (
            "many targets out of many blocks",
            0,
            format!(
                "{} (br_table {} (local.get 0)) {} (local.get 0)",
                "block ".repeat(30_000),
                each(30_000, |k| format!("{k} ")),
                "end ".repeat(30_000)
            ),
            "br_table targets × depth",
        ),
        (
            "many locals, many blocks",
            20_000,
            "block end ".repeat(3_000) + "(local.get 0)",
            "control structures × locals",
        ),
    ];
    for (name, locals, body, measure) in cases {
        let message = function(locals, &body).unwrap_err().to_string();
        let start = format!("too much for the compiler: {measure} is ");
        assert!(message.starts_with(&start), "{name}: {message}");
        let end = message.split(", the limit is ").nth(1).unwrap();
        assert!(
            end.contains(" in function `hostile` at offset 0x"),
            "{name}: {message}"
        );
    }
}

#[test]
fn large_ordinary_functions_compile() {
    let chain = "(local.get 0)".to_owned()
        + &"(i32.const 77) i32.mul (local.get 0) i32.add ".repeat(12_500);
    let memory =
        "(i32.store offset=4 (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 5)))"
            .repeat(8_400)
            + "(local.get 0)";
    let ifs = each(7_200, |k| {
        let (to, from) = (1 + k % 50, 1 + k * 7 % 50);
        let mask = k % 1000 + 1;
        format!(
            "(if (i32.and (local.get 0) (i32.const {mask}))
               (then (local.set {to} (i32.add (local.get {from}) (i32.const 3)))))"
        )
    }) + "(local.get 3)";
    let loops = each(5_000, |k| {
        let (to, from) = (1 + k % 50, 1 + k * 7 % 50);
        format!(
            "(loop (local.set {to} (i32.add (local.get {from}) (i32.const 1)))
               (br_if 0 (i32.lt_u (local.get {to}) (i32.const 9))))"
        )
    }) + "(local.get 3)";
    let calls = "(local.get 0)".to_owned() + &"(call $other) ".repeat(50_000);
    for (name, locals, body) in [
        ("chain", 0, chain),
        ("memory", 0, memory),
        ("ifs", 50, ifs),
        ("loops", 50, loops),
        ("calls", 0, calls),
    ] {
        let compiled = function(locals, &body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(compiled.side_table.rows.len() > 10_000, "{name}");
    }
}
