//! Asks llvm-symbolizer.
//!
//! It takes addresses as they are in DWARF: in WebAssembly they count from where the contents of the code section
//! begin. It is shown the module without its sections `name` and `export`: version 22 makes a table of symbols of
//! them, by offset in the file, and looks for the outermost function of an address there, which is then another
//! one; without `name` alone it crashes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::fixture::{Chain, Frame};

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    symbol: Vec<Symbol>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Symbol {
    function_name: String,
    file_name: String,
    line: u32,
    column: u32,
}

/// The version of a program, such as `llvm-symbolizer 22.1.8`.
pub fn version(program: &str) -> String {
    let output = Command::new(program).arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let version = text.split("version ").nth(1).unwrap();
    format!(
        "llvm-symbolizer {}",
        version.split_whitespace().next().unwrap()
    )
}

/// What it says of offsets in a module.
pub fn ask(program: &str, wasm: &[u8], offsets: &BTreeSet<u32>) -> BTreeMap<u32, Chain> {
    let folder = std::env::temp_dir().join(format!("zkasm-profile-lines-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("module.wasm");
    let (shown, code) = without_symbols(wasm);
    std::fs::write(&file, shown).unwrap();
    let addresses = offsets
        .iter()
        .map(|offset| format!("{:#x}\n", offset - code));
    let addresses: String = addresses.collect();
    let mut child = Command::new(program)
        .args(["--no-demangle", "--output-style=JSON"])
        .arg(format!("--obj={}", file.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(addresses.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{program}: {}", output.status);
    std::fs::remove_dir_all(&folder).unwrap();

    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Chain> = text.lines().map(chain).collect();
    assert_eq!(answers.len(), offsets.len(), "an answer for each offset");
    offsets.iter().copied().zip(answers).collect()
}

/// One answer; some versions put it in a list.
fn chain(line: &str) -> Chain {
    let line = line.trim();
    let line = line
        .strip_prefix('[')
        .and_then(|line| line.strip_suffix(']'))
        .unwrap_or(line);
    let answer: Answer = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    let frames = answer.symbol.into_iter().map(|symbol| Frame {
        function: symbol.function_name,
        file: symbol.file_name,
        line: symbol.line,
        column: symbol.column,
    });
    frames.collect()
}

/// The module without the sections `name` and `export`, and where the contents of its code section begin.
fn without_symbols(wasm: &[u8]) -> (Vec<u8>, u32) {
    use wasmparser::Payload;
    let mut kept = wasm[..8].to_vec();
    let (mut at, mut code) = (8, 0);
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let payload = payload.unwrap();
        if let Some((_, range)) = payload.as_section() {
            let dropped = match &payload {
                Payload::CustomSection(section) => section.name() == "name",
                Payload::ExportSection(_) => true,
                Payload::CodeSectionStart { range, .. } => {
                    code = range.start as u32;
                    false
                }
                _ => false,
            };
            if !dropped {
                kept.extend(&wasm[at..range.end]);
            }
            at = range.end;
        }
    }
    (kept, code)
}
