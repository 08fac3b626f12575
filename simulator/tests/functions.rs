//! The executor's functions beside the integer ones, and what commands read of the program.
//!
//! The values were seen in the reference executor.

mod common;

use common::{accepted, refused, run};
use zkasm_simulator::{Input, Options, Simulator};

#[test]
fn data_of_the_program() {
    accepted(&[
        (
            "VAR GLOBAL w\nVAR GLOBAL x[4]\nVAR CTX y\nVAR CTX z\n ${addr.x} => A\n \
             ${addr.x[2]} => B\n ${addr.z} => D\n 7 :MSTORE(x+2)\n ${mem.x[2]} => E",
            "A=1 B=3 D=1 E=7",
        ),
        // An index that is no number is ignored, and none is checked.
        (
            "VAR GLOBAL w\nVAR GLOBAL x[4]\n 3 => A\n ${addr.x[A]} => A",
            "A=1",
        ),
        (
            "VAR GLOBAL x[4]\nVAR GLOBAL y\n 7 :MSTORE(y)\n ${mem.x[4]} => E",
            "E=7",
        ),
        ("CONST %X = 5\n ${const.X[3]} => A", "A=5"),
        // After a step, commands see the machine at the next one.
        (
            "0 => A\n ${zkPC} => A\n 0 => B\n $${var q = zkPC}\n ${q} => C",
            "A=1 C=3",
        ),
        (
            "VAR GLOBAL a$b\n 5 => A :MSTORE(a$b)\nx$y:\n ${mem.a$b} => B",
            "A=5 B=5",
        ),
        ("$${var ADD = 4}\n ${ADD + 1} => A", "A=5"),
    ]);
    refused(&[
        (
            "VAR GLOBAL x[4]\n ${mem.x[A]} => E",
            "line 2: the executor cannot read mem.x[…] unless the index is a number",
        ),
        (
            "VAR GLOBAL x[4]\n ${mem.x[1]} => E",
            "step 0, zkPC 0, line 2: command: mem.x[1] was never written, and the executor fails to read it",
        ),
        (
            "VAR GLOBAL x\n ${addr.x[4294967296]} => E",
            "line 2: index 4294967296 of x is too large",
        ),
        (
            "$${var map}\n 0 => A",
            "line 2: the executor takes map for a variable of its own: use another name",
        ),
    ]);
}

#[test]
fn free_inputs_can_be_subtracted() {
    accepted(&[
        ("5 => A\n 7 - ${A} => B", "A=5 B=2"),
        ("5 => A\n 7 - ${A} + A => B", "A=5 B=7"),
        ("5 => A\n 5 - ${0} => B", "A=5 B=5"),
        ("1 => A\n 0 - ${A} => B", "A=1 B=[-1, 0]"),
        ("5 => A\n ${} => C :ADD", "A=5 C=5"),
        ("4 => A :MSTORE(SP)\n 8 - $ => B :MLOAD(SP)", "A=4 B=4"),
    ]);
    refused(&[(
        "5 => A\n 0 - $ => C :ADD",
        "step 1, zkPC 1, line 2: ADD of A = 5 and B = 0 is 5, not op = [-5, 0]",
    )]);
}

#[test]
fn words_that_are_not_aligned() {
    let (word, value) = ("0x1122334455667788", "0xaabbccddeeff0011");
    for (function, offset, expected) in [
        ("memAlignWR_W0", 3, 1234606056241159662u64),
        ("memAlignWR_W1", 3, 18374705464859850632),
        ("memAlignWR8_W0", 3, 1234605397393176456),
        ("memAlignWR_W0", 9, 9626517791733640),
        ("memAlignWR_W0", 0, 12302652060662169617),
    ] {
        let call = format!("${{{function}({word}, {value}, {offset})}} => A");
        accepted(&[(&call, &format!("A={expected}"))]);
    }
    // These are what MEM_ALIGN_WR writes.
    accepted(&[(
        "0x1122334455667788n => A\n 0x99aabbccddeeff00n => B\n 3 => C\n \
         ${memAlignWR_W0(A, 0xaabbccddeeff0011, C)} => D\n \
         ${memAlignWR_W1(B, 0xaabbccddeeff0011, C)} => E\n \
         0xaabbccddeeff0011n :MEM_ALIGN_WR\n 0 => A, B, C, D, E",
        "",
    )]);
    refused(&[(
        "${memAlignWR_W0(1, 2)} => A",
        "line 1: wrong number of arguments of memAlignWR_W0: 2",
    )]);
}

#[test]
fn lanes_are_kept_in_variables() {
    accepted(&[
        ("$${var x = cond(1)}\n ${x} => A", "A=[-1, 0]"),
        ("$${var _x}\n ${_x = cond(5)} => A", "A=[-1, 0]"),
        ("$${var x = 3}\n ${A ? cond(1) : x} => A", "A=3"),
        ("${loadScalar(5) + 1} => A", "A=6"),
        ("${loadScalar(cond(1))} => A", "A=[-1, 0]"),
    ]);
    refused(&[
        (
            "$${var x = cond(1)}\n ${x + 1} => A",
            "step 0, zkPC 0, line 2: command: a variable holds the lanes [-1, 0], which cannot be computed with",
        ),
        (
            "${loadScalar(cond(1)) + 1} => A",
            "line 1: cond gives lanes, which cannot be computed with",
        ),
    ]);
}

/// The outcome of a program with what it prints.
fn printed(text: &str) -> Result<Vec<String>, String> {
    let text = format!("{text}\nfinalizeExecution:\n  :JMP(finalizeExecution)\n");
    let parsed = zkasm::parse(&text).map_err(|error| error.to_string())?;
    let rom =
        zkasm::assemble(&parsed.program, &parsed.positions).map_err(|error| error.to_string())?;
    let simulator = Simulator::new(&rom, Options::default()).map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    let run = simulator.run_printing(&mut |pos, line| lines.push(format!("{pos} {line}")));
    run.map(|_| lines).map_err(|error| error.to_string())
}

#[test]
fn what_commands_print_comes_with_its_place() {
    let lines = |text| printed(text).unwrap_or_else(|error| panic!("{error} for {text}"));
    assert_eq!(
        lines("  5 => A\n  $${log(A)}\n  $${log(A, lab)}\n  ${log(GAS)} => B\n"),
        [
            "1:3 A = 5 = 0x5",
            "1:3 lab: A = 5 = 0x5",
            "4:3 GAS = 0 = 0x0"
        ]
    );
    assert_eq!(
        lines(
            "  5 => A\n  ${dump(A, 5, A + 1)} => B\n  $${dumphex(A, 0 - 5)}\n  \
             $${dumpRegs()}\n  $${break()}\n  0 => C\n"
        ),
        [
            "2:3 A = 5, 5 = 5, A + 1 = 6",
            "2:3 A = 0x5, 0 - 5 = -0x5",
            "2:3 A = 5, B = 0, C = 0, D = 0, E = 0",
            "2:3 break",
        ]
    );
    assert_eq!(
        lines("  $${eventLog(onX)}\n  $${eventLog(onError, OOG)}\n  0 => A\n"),
        ["3:3 error OOG"]
    );
    for (text, problem) in [
        (
            "$${log(SP)}\n 0 => A",
            "line 2: log takes A, B, C, D, E, GAS or HASHPOS",
        ),
        (
            "$${log(1)}\n 0 => A",
            "line 2: log takes A, B, C, D, E, GAS or HASHPOS",
        ),
        (
            "$${eventLog()}\n 0 => A",
            "line 2: wrong number of arguments of eventLog: 0",
        ),
        ("${eventLog(x)} => A", "line 1: a function without a value"),
        (
            "${storeLog(1, 0, 255)} => A",
            "line 1: a function without a value",
        ),
        (
            "${A + break()} => A",
            "line 1: break gives lanes, which cannot be computed with",
        ),
        (
            "$${precompiled_x(1)}\n 0 => A",
            "line 2: unknown function precompiled_x",
        ),
    ] {
        assert_eq!(printed(text), Err(problem.to_owned()), "{text}");
    }
}

#[test]
fn logs_are_stored() {
    let report = run(
        "$${storeLog(1, 0, 255)}\n $${storeLog(1, 1, 0 - 5)}\n $${storeLog(2, A == 0, 0x1234)}\n 0 => B",
    )
    .unwrap_or_else(|error| panic!("{error}"));
    let logs: Vec<_> = report.logs.iter().collect();
    let shown = format!("{logs:?}");
    assert_eq!(
        shown,
        r#"[("1", StoredLog { data: ["ff"], topics: ["-5"] }), ("2", StoredLog { data: [], topics: ["1234"] })]"#
    );
}

fn with_input(text: &str, input: &str) -> Result<String, String> {
    let text = format!("{text}\nfinalizeExecution:\n  :JMP(finalizeExecution)\n");
    let parsed = zkasm::parse(&text).map_err(|error| error.to_string())?;
    let rom =
        zkasm::assemble(&parsed.program, &parsed.positions).map_err(|error| error.to_string())?;
    let input = Input::from_json(input)?;
    let simulator = Simulator::with_input(&rom, Options::default(), input)
        .map_err(|error| error.to_string())?;
    let report = simulator.run().map_err(|error| error.to_string())?;
    Ok(common::changed(&report))
}

#[test]
fn the_input_is_read() {
    let root = "0x00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    let input = format!(
        "{{\"oldStateRoot\": \"{root}\", \"sequencerAddr\": \"0x1{root:.0}23\", \
         \"batchL2Data\": \"0x0102030405060708090a\", \"timestampLimit\": 7, \"isForced\": true, \
         \"newLocalExitRoot\": \"ignored\"}}"
    );
    for (text, expected) in [
        (
            "${getPublicOldStateRootR64(0)} => A",
            "A=18364758544493064720",
        ),
        ("${getPublicOldStateRootR64(3)} => A", "A=4822678189205111"),
        ("${getPublicOldAccInputHashR64(1)} => A", ""),
        ("${getSequencerAddr()} => A", "A=291"),
        ("${getTxsLen()} => A", "A=10"),
        ("${getTxs(0, 2)} => A", "A=258"),
        ("${getTxs(1, 8)} => A", "A=144964032628459529"),
        ("${getTxs(0, 10)} => A", "A=217304205466536202"),
        ("${getTxs(9, 8)} => A", "A=10"),
        ("${getTxs(90, 8)} => A", ""),
        ("${getTimestampLimit()} => A", "A=7"),
        ("${getIsForced()} => A", "A=1"),
    ] {
        assert_eq!(with_input(text, &input).as_deref(), Ok(expected), "{text}");
    }
    for (text, input, problem) in [
        (
            "${getPublicOldStateRootR64(4)} => A",
            "{}",
            "step 0, zkPC 0, line 1: command: a number of the input has the parts 0 to 3, not 4",
        ),
        (
            "${getHistoricGERRoot()} => A",
            "{}",
            "line 1: getHistoricGERRoot: the input does not say it",
        ),
        (
            "0 => A",
            "{\"chainID\": \"x\"}",
            "invalid type: string \"x\", expected i32 at line 1 column 15",
        ),
        (
            "0 => A",
            "{\"oldStateRoot\": \"0xg\"}",
            "`0xg` is not a number at line 1 column 23",
        ),
        (
            "0 => A",
            "{\"batchL2Data\": \"0x1\"}",
            "batchL2Data is not `0x` and pairs of hexadecimal digits",
        ),
    ] {
        assert_eq!(with_input(text, input), Err(problem.to_owned()), "{text}");
    }
}
