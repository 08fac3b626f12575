//! What operators cost, held to bounds that may only fall.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::process::Command;

/// Steps that an operator may take, as `costs` measures them.
const BOUNDS: [(&str, f64); 32] = [
    ("i64.add", 1.0),
    ("i32.add", 2.0),
    ("i32.sub", 1.1),
    ("i64.mul", 2.0),
    ("i32.mul", 5.0),
    ("i32.lt_s", 3.0),
    ("i64.lt_s", 1.0),
    ("i32.lt_u", 1.0),
    ("i64.shl", 8.0),
    ("i32.shl", 9.0),
    ("i64.shr_u", 7.1),
    ("i32.shr_u", 7.1),
    ("i64.rotl", 9.0),
    ("i32.rotl", 11.0),
    ("i32.div_u", 4.0),
    ("i64.div_u", 4.0),
    ("i32.rem_u", 4.0),
    ("i64.rem_u", 4.0),
    ("i32.div_s", 6.0),
    ("i64.div_s", 7.0),
    ("i32.rem_s", 6.0),
    ("i64.rem_s", 7.0),
    ("i32.shr_s", 13.1),
    ("i64.shr_s", 14.0),
    ("i32.load", 6.0),
    ("i32.load8_u", 13.0),
    ("i64.load", 5.0),
    ("i32.store", 7.1),
    ("i64.store", 4.0),
    ("i32.store8", 20.0),
    ("i32.clz", 7.1),
    ("call", 2.1),
];

#[test]
fn operators_cost_no_more_than_they_did() {
    let output = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(["costs", "--format", "json"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let operators = printed["operators"].as_array().unwrap();
    for (operator, bound) in BOUNDS {
        let cost = operators
            .iter()
            .find(|cost| cost["operator"] == operator)
            .unwrap();
        let steps = cost["cycles"].as_f64().unwrap();
        assert!(
            steps > 0.0 && steps <= bound,
            "{operator} takes {steps} steps, not {bound}"
        );
    }
}
