//! That no instruction and no form of address is left out.

use std::collections::BTreeSet;

use zkasm::{Item, Op, parse};

use crate::TABLES;
use crate::case::Case;
use crate::outcome::{Outcome, outcome, with_end};

/// What an operation is, without its numbers and names.
fn form(op: &Op) -> String {
    let text = op.to_string();
    match op {
        Op::MLoad(addr) | Op::MStore(addr) => {
            let kind = format!("{addr:?}");
            let (name, _) = text.split_once('(').unwrap_or_default();
            format!("{name} {}", kind.split('(').next().unwrap_or_default())
        }
        _ => text.split('(').next().unwrap_or_default().to_owned(),
    }
}

/// The forms of the operations that are run, and of those that the executor refuses.
fn forms() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut run, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for case in TABLES
        .iter()
        .flat_map(|(_, text)| Case::all(text).unwrap_or_default())
    {
        let Ok(parsed) = parse(&with_end(&case.program)) else {
            continue;
        };
        let steps = parsed.program.items.iter().filter_map(|item| match item {
            Item::Step(step) => Some(step.ops.iter().map(form).collect()),
            _ => None,
        });
        let steps: Vec<Vec<String>> = steps.collect();
        match outcome(&case.program) {
            Outcome::Ended(..) => run.extend(steps.into_iter().flatten()),
            Outcome::Refused(error) => {
                let zkpc = error
                    .split_once("zkPC ")
                    .and_then(|(_, rest)| rest.split_once(','));
                let zkpc = zkpc.and_then(|(zkpc, _)| zkpc.parse::<usize>().ok());
                refused.extend(
                    zkpc.and_then(|zkpc| steps.get(zkpc).cloned())
                        .unwrap_or_default(),
                );
            }
            Outcome::Endless => {}
        }
    }
    (run, refused)
}

#[test]
fn every_operation_is_run_and_refused() {
    let (run, refused) = forms();
    let all = "ADD AND ARITH ASSERT CALL EQ HASHK HASHK1 HASHKDIGEST HASHKLEN JMP JMPC JMPN JMPNC \
               JMPNZ JMPZ LT MEM_ALIGN_RD MEM_ALIGN_WR MEM_ALIGN_WR8 OR REPEAT RETURN SLT SUB XOR";
    let mut all: BTreeSet<String> = all.split_whitespace().map(str::to_owned).collect();
    for access in ["MLOAD", "MSTORE"] {
        for addr in "Stack StackInc StackDec StackE Mem Sys Element ElementE Var".split(' ') {
            all.insert(format!("{access} {addr}"));
        }
    }
    assert_eq!(run, all);
    // What cannot fail by itself.
    for never in [
        "JMPNC",
        "JMPNZ",
        "MLOAD Element",
        "MSTORE Element",
        "REPEAT",
    ] {
        all.remove(never);
    }
    let missing: Vec<_> = all.difference(&refused).collect();
    assert!(missing.is_empty(), "never refused: {missing:?}");
}
