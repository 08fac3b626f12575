//! What the public reference made of programs, against the simulator: the fixtures of
//! docs/conformance.md, and the constants of the helper that wrote them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::io::Read;
use std::path::Path;

use common::root;
use runtime_hooks::recorder::REGION_LIMIT;
use runtime_hooks::{ExecutionLog, TrapKind, log};
use zkasm::rom_json;
use zkasm_simulator::Simulator;

/// The text of a file, which may be compressed; none if there is no such file.
fn text(path: &Path) -> Option<String> {
    if let Ok(text) = std::fs::read_to_string(path) {
        return Some(text);
    }
    let mut text = String::new();
    let file = std::fs::File::open(path.with_added_extension("gz")).ok()?;
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    Some(text)
}

/// The names of all fixtures, in order.
fn fixtures() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("runtime-hooks/fixtures")).unwrap();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            Some(name.strip_suffix(".log.json")?.to_owned())
        })
        .collect();
    names.sort();
    names
}

/// The simulator's log of a program; the error is the assembler's.
fn simulated(program: &str) -> Result<String, String> {
    let parsed = zkasm::parse(program).map_err(|error| error.to_string())?;
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).map_err(|e| e.to_string())?;
    let simulator = Simulator::new(&rom, zkasm_simulator::Options::default()).unwrap();
    Ok(simulator.run().unwrap().log.to_json())
}

#[test]
fn roms_of_the_reference_assembler_are_ours() {
    let folder = root().join("runtime-hooks/fixtures");
    for name in ["fibonacci", "hash", "language", "machine"] {
        let program = text(&folder.join(format!("{name}.zkasm"))).unwrap();
        let theirs = text(&folder.join(format!("{name}.rom.json"))).unwrap();
        let sources = zkasm::Sources::new(format!("{name}.zkasm"), program.as_str());
        let parsed = zkasm::parse(&program).unwrap();
        let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
        let ours = rom_json::to_json(&parsed.program, &parsed.positions, &sources, &rom);
        let mut ours: serde_json::Value = serde_json::from_str(&ours).unwrap();
        ours.as_object_mut().unwrap().remove("zkasmProfile");
        let theirs_value: serde_json::Value = serde_json::from_str(&theirs).unwrap();
        let lines = |rom: &serde_json::Value| rom["program"].as_array().unwrap().clone();
        for (ours, theirs) in lines(&ours).iter().zip(lines(&theirs_value)) {
            assert_eq!(*ours, theirs, "{name}");
        }
        assert_eq!(ours, theirs_value, "{name}");
        // It runs as the text does, to the same log but for what only the text has: the build id
        // and the types of the results.
        let (rom, _) = rom_json::from_json(&theirs).unwrap();
        let simulator = Simulator::new(&rom, zkasm_simulator::Options::default()).unwrap();
        let totals = simulator.run().unwrap().log.totals;
        let log = text(&folder.join(format!("{name}.log.json"))).unwrap();
        assert_eq!(
            ExecutionLog::from_json(&log).unwrap().totals,
            totals,
            "{name}"
        );
    }
}

#[test]
fn logs_written_inside_of_the_reference_executor_are_the_simulators() {
    let names = fixtures();
    let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for benchmark in manifest["benchmarks"].as_array().unwrap() {
        let name = benchmark["name"].as_str().unwrap();
        assert!(names.iter().any(|other| other == name), "no log of {name}");
    }
    for name in names {
        let folder = root().join("runtime-hooks/fixtures");
        let program = text(&folder.join(format!("{name}.zkasm"))).unwrap();
        let log = text(&folder.join(format!("{name}.log.json"))).unwrap();
        ExecutionLog::from_json(&log).unwrap_or_else(|error| panic!("{name}: {error}"));
        match simulated(&program) {
            // Both are long: only say where they part.
            Ok(ours) if ours != log => {
                let equal = ours.bytes().zip(log.bytes()).take_while(|(a, b)| a == b);
                panic!("{name}: the logs differ from byte {} on", equal.count());
            }
            Ok(_) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn the_helper_has_the_constants_of_the_log() {
    let source = text(&root().join("runtime-hooks/js/index.js")).unwrap();
    let constants = [
        ("FORMAT", format!("{:?}", log::FORMAT)),
        ("VERSION", log::VERSION.to_string()),
        ("RECURSION_LIMIT", log::RECURSION_LIMIT.to_string()),
        (
            "CONTEXT_LIMIT",
            format!("1 << {}", log::CONTEXT_LIMIT.ilog2()),
        ),
        ("REGION_LIMIT", format!("1 << {}", REGION_LIMIT.ilog2())),
    ];
    assert!(log::CONTEXT_LIMIT.is_power_of_two() && REGION_LIMIT.is_power_of_two());
    for (name, value) in constants {
        let line = format!("\nconst {name} = {value};\n");
        assert!(source.contains(&line), "index.js lacks{line}");
    }
    let traps = source.split_once("const TRAPS = [").unwrap().1;
    let traps = traps.split_once("];").unwrap().0;
    let mut codes = 1..;
    for line in traps.trim().lines() {
        let trap = TrapKind::from_code(codes.next().unwrap()).unwrap();
        let name = serde_json::to_string(&trap).unwrap();
        assert_eq!(line.trim(), format!("{name},"));
    }
    assert_eq!(codes.next().unwrap() as usize, TrapKind::ALL.len() + 1);
}
