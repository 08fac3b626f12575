//! Running small programs given as text.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use zkasm::{Parsed, Reg, Rom, Sources, assemble, parse, rom_json};
use zkasm_simulator::{Error, Options, RunReport, Simulator};

/// Enough for every program here, so that a mistake ends.
pub const MAX_STEPS: u64 = 10_000;

/// Loads and runs a program, and its ROM.
pub fn run_with(text: &str, options: Options) -> Result<RunReport, Error> {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let rom = assemble(&parsed.program, &parsed.positions)
        .unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let report = run_twice(text, &parsed, &rom, options)?;
    report.log.check().expect("the log keeps its rules");
    Ok(report)
}

/// Runs a program; and its ROM, written and read as JSON, which must run alike.
pub fn run_twice(
    text: &str,
    parsed: &Parsed,
    rom: &Rom,
    options: Options,
) -> Result<RunReport, Error> {
    let simulator = Simulator::new(rom, options)?;
    let report = simulator.run();
    let sources = Sources::new("", text);
    let json = rom_json::to_json(&parsed.program, &parsed.positions, &sources, rom);
    let (rom, _) = rom_json::from_json(&json).unwrap_or_else(|error| panic!("{error} in\n{json}"));
    let again = Simulator::new(&rom, options).and_then(|simulator| simulator.run());
    assert_eq!(outcome(&again), outcome(&report), "the ROM of\n{text}");
    report
}

/// All that a run shows.
fn outcome(report: &Result<RunReport, Error>) -> String {
    match report {
        Ok(report) => format!(
            "{}{:?}{:?}{:?}",
            report.log.to_json(),
            report.results,
            report.registers,
            report.logs
        ),
        Err(error) => error.to_string(),
    }
}

/// Runs a program to its end; a text without end gets one.
pub fn run(text: &str) -> Result<RunReport, Error> {
    let options = Options {
        max_steps: Some(MAX_STEPS),
        ..Options::default()
    };
    if text.contains("finalizeExecution:") {
        run_with(text, options)
    } else {
        run_with(
            &format!("{text}\nfinalizeExecution:\n  :JMP(finalizeExecution)\n"),
            options,
        )
    }
}

/// The registers of the machine that are not as they were at the beginning, as `A=5 RR=1`.
pub fn changed(report: &RunReport) -> String {
    let shown = Reg::ALL.iter().filter(|reg| reg.is_writable());
    let list = shown.filter_map(|&reg| {
        let word = report.registers[reg];
        let text = if reg.is_wide() {
            word.to_string()
        } else {
            word.lane0.to_string()
        };
        let initial = if reg == Reg::Ctx { "2" } else { "0" };
        (text != initial).then(|| format!("{reg}={text}"))
    });
    list.collect::<Vec<_>>().join(" ")
}

/// Checks programs against the registers they leave.
pub fn accepted(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let report = run(text).unwrap_or_else(|error| panic!("{error} for {text:?}"));
        assert_eq!(changed(&report), *expected, "for {text:?}");
    }
}

/// Checks programs against the error that they run into.
pub fn refused(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        match run(text) {
            Ok(report) => panic!("{:?} for {text:?}", report.log.outcome),
            Err(error) => assert_eq!(error.to_string(), *expected, "for {text:?}"),
        }
    }
}
