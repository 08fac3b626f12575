//! Peculiarities of the reference that programs are warned of.

use expect_test::expect;
use zkasm::{Command, Expr, assemble, parse, quirks};

fn warnings(text: &str) -> String {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{error}"));
    let rom =
        assemble(&parsed.program, &parsed.positions).unwrap_or_else(|error| panic!("{error}"));
    let is_hook =
        |command: &Command| matches!(&command.expr, Expr::Call(name, _) if name == "hook");
    let lines = quirks(&rom, is_hook).into_iter();
    lines
        .map(|quirk| format!("{}: {}\n", quirk.pos, quirk.message))
        .collect()
}

#[test]
fn each_is_said_once_and_where() {
    let text = "\
VAR CTX c
VAR GLOBAL g
CONST %X = 5
  A - 1n => A
  $${f(3 <= 2, 1 <= 2)}
  ${(A ? beforeLast() : 1)} => B
  ${mem.c + mem.g} => B
  ${addr.g[A] + const.X[0] + addr.g[1]} => B
  1 => SP :MSTORE(SP++)
finalizeExecution:
  $${log(A)}
  0 => A
  $${log(A)}
";
    expect![[r#"
        4:3: a negative constant with suffix n is taken modulo 2^64, lane by lane: -1n adds 2^32-1 to both lanes; without the suffix it is -1
        5:3: `<=` is 1 if the left side is greater, in the 64-bit executor
        6:3: beforeLast() without argument is never 0, in the 64-bit executor
        7:3: mem.c is the word of context 0, whatever CTX is
        8:3: the index of const.X is ignored
        8:3: the index of addr.g is ignored
        9:3: SP++ and SP-- do not change SP in a step that sets it
        11:3: a command of the step at finalizeExecution never runs: the executor stops before it
        13:3: a command of the step at finalizeExecution never runs: the executor stops before it
    "#]].assert_eq(&warnings(text));
}

#[test]
fn what_is_meant_is_not_warned_of() {
    let text = "\
VAR GLOBAL g
  0xffffffffffffffffn + A => A
  5n - 3n => A
  ${(A < 3) + beforeLast(2) + mem.g + addr.g} => B
  1 => A :MSTORE(SP++)
finalizeExecution:
  $${hook(1)}
  :JMP(finalizeExecution)
";
    assert_eq!(warnings(text), "");
}
