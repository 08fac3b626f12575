//! Every operator that compiles, at the edges of its range, against wasmi.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use common::agree;

const I32: [&str; 14] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "31",
    "32",
    "255",
    "65536",
    "2147483647",
    "-2147483648",
    "-1",
    "-2",
    "305419896",
];
const I64: [&str; 14] = [
    "0",
    "1",
    "2",
    "10",
    "63",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "-1",
    "-2",
    "-4294967296",
    "1311768467463790320",
    "-1000000007",
];

fn check_binary(ty: &str, values: &[&str], operators: &[&str]) {
    for operator in operators {
        let compares = COMPARE.contains(operator);
        let result = if compares { "i32" } else { ty };
        let applied = format!("({ty}.{operator} (local.get 0) (local.get 1))");
        let mut forms = vec![(result, applied.clone())];
        // Into a branch, and into a choice, which are lowered apart.
        if compares {
            let arms = "(then (i32.const 10)) (else (i32.const 20))";
            forms.push(("i32", format!("(if (result i32) {applied} {arms})")));
            forms.push((
                "i32",
                format!("(if (result i32) (i32.eqz {applied}) {arms})"),
            ));
            forms.push((
                ty,
                format!("(select (local.get 0) (local.get 1) {applied})"),
            ));
        }
        for (result, body) in forms {
            let function = format!("(param {ty} {ty}) (result {result}) {body}");
            let wasm = wat::parse_str(format!(
                "(module (func (export \"{operator}\") {function}))"
            ))
            .unwrap();
            for x in values {
                for y in values {
                    agree(&wasm, operator, &[x, y]).ok();
                }
            }
        }
    }
}

const COMPARE: [&str; 10] = [
    "eq", "ne", "lt_u", "lt_s", "gt_u", "gt_s", "le_u", "le_s", "ge_u", "ge_s",
];

#[test]
fn i32_arithmetic() {
    check_binary(
        "i32",
        &I32,
        &[
            "add", "sub", "mul", "and", "or", "xor", "div_u", "rem_u", "div_s", "rem_s", "shl",
            "shr_u", "shr_s", "rotl", "rotr",
        ],
    );
}

#[test]
fn i64_arithmetic() {
    check_binary(
        "i64",
        &I64,
        &[
            "add", "sub", "mul", "and", "or", "xor", "div_u", "rem_u", "div_s", "rem_s", "shl",
            "shr_u", "shr_s", "rotl", "rotr",
        ],
    );
}

/// Quotients at the ends of their ranges, divisors whose lane 0 is 0, which borrow when one is
/// subtracted, and dividends just below, at and above a multiple of the divisor.
#[test]
fn divisions_at_the_edges() {
    const NUMBERS: [&str; 12] = [
        "0",
        "1",
        "3",
        "4294967295",
        "4294967296",
        "4294967297",
        "12884901887",
        "12884901888",
        "9223372036854775807",
        "-9223372036854775808",
        "-12884901888",
        "-1",
    ];
    check_binary("i64", &NUMBERS, &["div_u", "rem_u", "div_s", "rem_s"]);
    const NARROW: [&str; 8] = [
        "0",
        "1",
        "3",
        "65536",
        "2147483647",
        "-2147483648",
        "-2147483647",
        "-1",
    ];
    check_binary("i32", &NARROW, &["div_u", "rem_u", "div_s", "rem_s"]);
}

/// Results and operands of divisions in each other's registers, and zeros that they share.
#[test]
fn divisions_in_a_row() {
    for ty in ["i32", "i64"] {
        let wat = format!(
            "(module (func (export \"row\") (param {ty} {ty}) (result {ty}) (local {ty} {ty} {ty})
               (local.set 2 ({ty}.div_u (local.get 0) (local.get 1)))
               (local.set 3 ({ty}.rem_u (local.get 0) (local.get 1)))
               (local.set 4 ({ty}.div_s ({ty}.mul (local.get 2) (local.get 0)) (local.get 1)))
               (local.set 4 ({ty}.xor (local.get 4) ({ty}.rem_s (local.get 3) (local.get 1))))
               (local.set 4 ({ty}.add (local.get 4) ({ty}.div_u (local.get 4) ({ty}.const 10))))
               (local.set 4 ({ty}.xor (local.get 4) ({ty}.rem_u (local.get 0) (local.get 0))))
               (local.set 4 ({ty}.add (local.get 4) ({ty}.shr_u (local.get 4) (local.get 4))))
               ({ty}.sub ({ty}.mul (local.get 4) (local.get 3))
                 ({ty}.add (local.get 2) ({ty}.div_s (local.get 1) (local.get 0))))))"
        );
        let wasm = wat::parse_str(wat).unwrap();
        for x in I32 {
            for y in ["1", "7", "-1", "65536", "0"] {
                agree(&wasm, "row", &[x, y]).ok();
            }
        }
    }
}

#[test]
fn i32_comparisons() {
    check_binary("i32", &I32[..12], &COMPARE);
}

#[test]
fn i64_comparisons() {
    check_binary("i64", &I64[..12], &COMPARE);
}

/// Operators with a constant take other rules.
#[test]
fn constants_on_either_side() {
    for (ty, values) in [("i32", I32), ("i64", I64)] {
        let constants = [
            values[0], values[1], values[7], values[8], values[9], values[10], values[11],
        ];
        let mut wat = String::from("(module\n");
        let mut exports = Vec::new();
        for operator in [
            "add", "sub", "mul", "and", "or", "xor", "div_u", "rem_u", "div_s", "rem_s", "shl",
            "shr_u", "shr_s",
        ]
        .into_iter()
        .chain(COMPARE)
        {
            let compares = COMPARE.contains(&operator);
            let result = if compares { "i32" } else { ty };
            for constant in constants {
                let right = format!("({ty}.{operator} (local.get 0) ({ty}.const {constant}))");
                let left = format!("({ty}.{operator} ({ty}.const {constant}) (local.get 0))");
                let bodies = [right, left];
                for body in bodies {
                    let mut forms = vec![(result, body.clone())];
                    if compares {
                        forms.push((
                            "i32",
                            format!(
                                "(if (result i32) {body} (then (i32.const 1)) (else (i32.const 2)))"
                            ),
                        ));
                    }
                    for (result, body) in forms {
                        let name = format!("{} {operator} {constant}", exports.len());
                        wat += &format!(
                            "(func (export \"{name}\") (param {ty}) (result {result}) {body})\n"
                        );
                        exports.push(name);
                    }
                }
            }
        }
        let wasm = wat::parse_str(wat + ")").unwrap();
        for export in &exports {
            for value in [
                values[0], values[1], values[8], values[9], values[10], values[12],
            ] {
                agree(&wasm, export, &[value]).ok();
            }
        }
    }
}

#[test]
fn one_operand_and_constant_shifts() {
    let mut wat = String::from(
        "(module
           (func (export \"wrap\") (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
           (func (export \"eqz64\") (param i64) (result i32) (i64.eqz (local.get 0)))
           (func (export \"if eqz64\") (param i64) (result i32)
             (if (result i32) (i64.eqz (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))
           (func (export \"extend8\") (param i32) (result i32) (i32.extend8_s (local.get 0)))
           (func (export \"extend16\") (param i32) (result i32) (i32.extend16_s (local.get 0)))
           (func (export \"extend8 64\") (param i64) (result i64) (i64.extend8_s (local.get 0)))
           (func (export \"extend16 64\") (param i64) (result i64) (i64.extend16_s (local.get 0)))
           (func (export \"extend32 64\") (param i64) (result i64) (i64.extend32_s (local.get 0)))
           (func (export \"clz\") (param i32) (result i32) (i32.clz (local.get 0)))
           (func (export \"ctz\") (param i32) (result i32) (i32.ctz (local.get 0)))
           (func (export \"popcnt\") (param i32) (result i32) (i32.popcnt (local.get 0)))
           (func (export \"clz 64\") (param i64) (result i64) (i64.clz (local.get 0)))
           (func (export \"ctz 64\") (param i64) (result i64) (i64.ctz (local.get 0)))
           (func (export \"popcnt 64\") (param i64) (result i64) (i64.popcnt (local.get 0)))
           (func (export \"extend_s\") (param i32) (result i64) (i64.extend_i32_s (local.get 0)))
           (func (export \"extend_u\") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
           (func (export \"not\") (param i64) (result i64) (i64.xor (local.get 0) (i64.const -1)))
           (func (export \"fma\") (param i64) (result i64)
             (i64.add (i64.mul (local.get 0) (local.get 0)) (local.get 0)))
           (func (export \"fma32\") (param i32) (result i32)
             (i32.add (local.get 0) (i32.mul (local.get 0) (local.get 0))))
         ",
    );
    for amount in [0, 1, 5, 31, 32, 33, 63] {
        wat += &format!(
            "(func (export \"shl64 {amount}\") (param i64) (result i64)
               (i64.shl (local.get 0) (i64.const {amount})))
             (func (export \"shr64 {amount}\") (param i64) (result i64)
               (i64.shr_u (local.get 0) (i64.const {amount})))
             (func (export \"sar64 {amount}\") (param i64) (result i64)
               (i64.shr_s (local.get 0) (i64.const {amount})))
             (func (export \"sar32 {amount}\") (param i32) (result i32)
               (i32.shr_s (local.get 0) (i32.const {amount})))
             (func (export \"rotl64 {amount}\") (param i64) (result i64)
               (i64.rotl (local.get 0) (i64.const {amount})))
             (func (export \"rotr64 {amount}\") (param i64) (result i64)
               (i64.rotr (local.get 0) (i64.const {amount})))
             (func (export \"rotl32 {amount}\") (param i32) (result i32)
               (i32.rotl (local.get 0) (i32.const {amount})))
             (func (export \"rotr32 {amount}\") (param i32) (result i32)
               (i32.rotr (local.get 0) (i32.const {amount})))
             (func (export \"shl32 {amount}\") (param i32) (result i32)
               (i32.shl (local.get 0) (i32.const {amount})))
             (func (export \"shr32 {amount}\") (param i32) (result i32)
               (i32.shr_u (local.get 0) (i32.const {amount})))\n"
        );
    }
    let wasm = wat::parse_str(wat + ")").unwrap();
    for export in [
        "extend_s", "extend_u", "fma32", "extend8", "extend16", "clz", "ctz", "popcnt",
    ] {
        for value in I32 {
            agree(&wasm, export, &[value]).unwrap();
        }
    }
    for export in [
        "wrap",
        "eqz64",
        "if eqz64",
        "not",
        "fma",
        "extend8 64",
        "extend16 64",
        "extend32 64",
        "clz 64",
        "ctz 64",
        "popcnt 64",
    ] {
        for value in I64 {
            agree(&wasm, export, &[value]).unwrap();
        }
    }
    for bit in 0..64 {
        for value in [1u64 << bit, u64::MAX << bit, u64::MAX >> bit] {
            for export in ["clz 64", "ctz 64", "popcnt 64"] {
                agree(&wasm, export, &[&(value as i64).to_string()]).unwrap();
            }
            for export in ["clz", "ctz", "popcnt"] {
                agree(&wasm, export, &[&(value as i32).to_string()]).unwrap();
            }
        }
    }
    for amount in [0, 1, 5, 31, 32, 33, 63] {
        for (operator, values) in [
            ("shl64", I64),
            ("shr64", I64),
            ("sar64", I64),
            ("sar32", I32),
            ("rotl64", I64),
            ("rotr64", I64),
            ("rotl32", I32),
            ("rotr32", I32),
            ("shl32", I32),
            ("shr32", I32),
        ] {
            for value in values {
                agree(&wasm, &format!("{operator} {amount}"), &[value]).unwrap();
            }
        }
    }
}

/// The optimiser recognises the shifts and masks that swap the bytes of a value.
#[test]
fn bytes_are_swapped() {
    let swap = |ty: &str, bits: u32| {
        let shift = |operator: &str, value: String, by: u32| {
            format!("({ty}.{operator} {value} ({ty}.const {by}))")
        };
        let x = || "(local.get 0)".to_owned();
        let masked = |value: String, mask: u64| format!("({ty}.and {value} ({ty}.const {mask}))");
        let or = |a: String, b: String| format!("({ty}.or {a} {b})");
        let left = |byte: u32| {
            let by = bits - 8 - 16 * byte;
            match byte {
                0 => shift("shl", x(), by),
                _ => shift("shl", masked(x(), 0xff << (8 * byte)), by),
            }
        };
        let right = |byte: u32| {
            let by = bits - 8 - 16 * byte;
            match byte {
                0 => shift("shr_u", x(), by),
                _ => masked(shift("shr_u", x(), by), 0xff << (8 * byte)),
            }
        };
        if bits == 32 {
            or(or(left(0), left(1)), or(right(1), right(0)))
        } else {
            let high = or(or(left(0), left(1)), or(left(2), left(3)));
            let low = or(or(right(3), right(2)), or(right(1), right(0)));
            or(high, low)
        }
    };
    let wasm = wat::parse_str(format!(
        "(module (func (export \"swap32\") (param i32) (result i32) {})
           (func (export \"swap64\") (param i64) (result i64) {}))",
        swap("i32", 32),
        swap("i64", 64)
    ))
    .unwrap();
    let kinds = common::build(
        &wasm,
        "swap64",
        &["0"],
        runtime_hooks::Instrument::Instructions,
    );
    let swaps = |kind: &String| kind == "swap_neighbours";
    assert!(
        kinds.side_table.kinds.iter().any(swaps),
        "nothing was recognised"
    );
    for value in I32 {
        agree(&wasm, "swap32", &[value]).unwrap();
    }
    for value in I64 {
        agree(&wasm, "swap64", &[value]).unwrap();
    }
    assert_eq!(
        agree(&wasm, "swap32", &["16909060"]).unwrap(),
        ["i32:67305985"]
    );
    assert_eq!(
        agree(&wasm, "swap64", &["72623859790382856"]).unwrap(),
        ["i64:578437695752307201"]
    );
}

/// The optimiser makes one operator of the upper half of a product.
#[test]
fn upper_halves_of_products() {
    let upper = |sign: &str| {
        format!(
            "(func (export \"{sign}\") (param i32 i32) (result i64)
               (i64.shr_{sign} (i64.mul (i64.extend_i32_{sign} (local.get 0))
                 (i64.extend_i32_{sign} (local.get 1))) (i64.const 32)))"
        )
    };
    let halves = "(func (export \"16\") (param i32 i32) (result i32)
        (i32.shr_s (i32.mul (i32.extend16_s (local.get 0)) (i32.extend16_s (local.get 1)))
          (i32.const 16)))
      (func (export \"16u\") (param i32 i32) (result i32)
        (i32.shr_u (i32.mul (i32.and (local.get 0) (i32.const 65535))
          (i32.and (local.get 1) (i32.const 65535))) (i32.const 16)))";
    let wasm = format!("(module {halves} {} {})", upper("s"), upper("u"));
    let wasm = wat::parse_str(wasm).unwrap();
    for export in ["s", "u", "16", "16u"] {
        for x in I32 {
            for y in I32 {
                agree(&wasm, export, &[x, y]).unwrap();
            }
        }
    }
}
