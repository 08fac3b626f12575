//! Commands that print, store logs, or read the executor's input. What others give stands in the
//! tables.

mod common;

use common::run;
use zkasm_simulator::{Input, Options, Simulator};

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
            "2:3 A = 5 = 0x5",
            "3:3 lab: A = 5 = 0x5",
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
            "3:3 A = 0x5, 0 - 5 = -0x5",
            "4:3 A = 5, B = 0, C = 0, D = 0, E = 0",
            "5:3 break",
        ]
    );
    assert_eq!(
        lines("  $${eventLog(onX)}\n  $${eventLog(onError, OOG)}\n  0 => A\n"),
        ["2:3 error OOG"]
    );
    for (text, problem) in [
        (
            "$${log(SP)}\n 0 => A",
            "line 1: log takes A, B, C, D, E, GAS or HASHPOS",
        ),
        (
            "$${log(1)}\n 0 => A",
            "line 1: log takes A, B, C, D, E, GAS or HASHPOS",
        ),
        (
            "$${eventLog()}\n 0 => A",
            "line 1: wrong number of arguments of eventLog: 0",
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
            "line 1: unknown function precompiled_x",
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
        "{{\"oldStateRoot\": \"{root}\", \"sequencerAddr\": \"0x123\", \
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
            "`0xg` is no whole number below 2^256 at line 1 column 23",
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
