//! Compiles the instruction selection rules (`*.isle`) into Rust, and lists them, so that each
//! instruction can name the rule that made it.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // Cranelift's own description of CLIF: an extractor for every opcode.
    cranelift_codegen_meta::generate_isle(&out).expect("the build folder is writable");
    let isa = Path::new("src/isa/zkasm");
    let ours = ["prelude.isle", "inst.isle", "lower.isle"].map(|name| isa.join(name));
    let inputs: Vec<PathBuf> = ours
        .iter()
        .cloned()
        .chain([out.join("clif_lower.isle")])
        .collect();
    for input in &ours {
        println!("cargo:rerun-if-changed={}", input.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    let options = cranelift_isle::codegen::CodegenOptions {
        exclude_global_allow_pragmas: true,
    };
    let code = cranelift_isle::compile::from_files(&inputs, &options)
        .unwrap_or_else(|errors| panic!("the rules do not compile: {errors:?}"));
    let rules = fs::read_to_string(isa.join(RULES)).expect("the rules were just compiled");
    let rules = rules_of(&rules);
    let code = with_rules_reported(&code, &rules);
    fs::write(out.join("isle_zkasm.rs"), code).expect("the build folder is writable");
    let list = format!("&{rules:?}");
    fs::write(out.join("rules.rs"), list).expect("the build folder is writable");
}

/// The file of the rules that choose instructions.
const RULES: &str = "lower.isle";

/// The compiled rules, which tell the driver their line when they are through. The rule compiler
/// marks in a comment where that is, counting lines from 0.
fn with_rules_reported(code: &str, rules: &[(u32, String)]) -> String {
    let mark = format!("{RULES} line ");
    let mut reported = String::with_capacity(2 * code.len());
    let mut marks = 0;
    for line in code.lines() {
        reported += line;
        reported.push('\n');
        if let Some((before, number)) = line.split_once(&mark)
            && before.trim_start().starts_with("// Rule at ")
        {
            let number = number.trim_end_matches('.').parse::<u32>();
            let number = 1 + number.expect("the mark of a rule ends in a line");
            let known = rules.iter().any(|(line, _)| *line == number);
            assert!(known, "{RULES} has no rule on line {number}");
            reported += &format!("C::fired(ctx, {number});\n");
            marks += 1;
        }
    }
    assert!(marks > 0, "the rule compiler marks no rules");
    reported
}

/// The lines and patterns of all rules, in order.
fn rules_of(text: &str) -> Vec<(u32, String)> {
    let mut rules = Vec::new();
    let mut start = 0;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("(rule ") {
            let pattern = pattern(&text[start + "(rule ".len()..]);
            rules.push((index as u32 + 1, pattern));
        }
        start += line.len() + 1;
    }
    rules
}

/// The pattern of a rule: the first list after its name, without comments and on one line; of
/// `(lower …)` what is in it.
fn pattern(rule: &str) -> String {
    let mut pattern = String::new();
    let mut depth = 0;
    for line in rule.lines() {
        let line = line.split(";;").next().unwrap_or_default();
        for c in line.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 => continue,
                _ => {}
            }
            pattern.push(c);
            if depth == 0 {
                let words: Vec<&str> = pattern.split_whitespace().collect();
                let words = words.join(" ");
                let inner = words
                    .strip_prefix("(lower ")
                    .and_then(|it| it.strip_suffix(')'));
                return inner.unwrap_or(&words).to_owned();
            }
        }
        pattern.push(' ');
    }
    panic!("a rule without an end");
}
