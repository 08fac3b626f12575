//! What the README says is what the program does.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::root;

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// Runs a command of the README where a newcomer runs it, but into a folder of its own: it prints the
/// lines that a block of the README shows, and writes what `profile` writes of a program `name`.
fn check(command: &str, block: usize, name: &str) {
    let readme = readme();
    let command = readme
        .lines()
        .find(|line| line.starts_with(command))
        .unwrap();
    let folder = std::env::temp_dir().join(format!(
        "zkasm-profile-readme-{name}-{}",
        std::process::id()
    ));
    let output = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"))
        .args(command.strip_prefix("cargo run -- ").unwrap().split(' '))
        .arg("-o")
        .arg(&folder)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let printed: Vec<_> = printed.lines().map(words).collect();
    let shown = readme.split("```text\n").nth(block).unwrap();
    let shown = shown.split("```").next().unwrap();
    for line in shown
        .lines()
        .filter(|line| !line.is_empty() && *line != "…")
    {
        assert!(printed.contains(&words(line)), "no longer printed: {line}");
    }
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // What a program includes lies beside it.
    files.retain(|file| file.starts_with(&format!("{name}.")));
    files.sort();
    let mut names = vec![
        "folded", "html", "log.json", "map.json", "pb.gz", "svg", "zkasm",
    ];
    if command.contains(".wasm") {
        names.push("listing.wat");
    }
    names.sort_unstable();
    let names = names.iter().map(|suffix| format!("{name}.{suffix}"));
    assert_eq!(files, names.collect::<Vec<_>>());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    check("cargo run -- ", 1, "fibonacci");
}

#[test]
fn the_profile_of_zkasm_is_what_the_readme_shows() {
    check("cargo run -- profile corpus/handwritten", 2, "modexp");
}

#[test]
fn the_regions_are_what_the_readme_shows() {
    check("cargo run -- profile corpus/regions", 3, "regions");
}

#[test]
fn the_figures_are_those_of_the_golden_file() {
    let golden = std::fs::read_to_string(root().join("golden/fibonacci.cycles")).unwrap();
    let figure = |line: &str| {
        let found = golden
            .lines()
            .find_map(|text| text.strip_prefix(line))
            .unwrap();
        let number: u64 = found.trim().parse().unwrap();
        let (thousands, rest) = (number / 1000, number % 1000);
        if thousands == 0 {
            format!("{rest}")
        } else {
            format!("{thousands},{rest:03}")
        }
    };
    let sentence = format!(
        "of its {} cycles {} are spills and {} reloads",
        figure("total cycles "),
        figure("cause spill "),
        figure("cause reload ")
    );
    let readme: Vec<_> = readme().split_whitespace().map(str::to_owned).collect();
    assert!(
        readme.join(" ").contains(&sentence),
        "the README should say: {sentence}"
    );
}

/// The table of the corpus has a row for every golden file, with its figures.
#[test]
fn the_table_is_that_of_the_golden_files() {
    let readme = readme();
    for entry in std::fs::read_dir(root().join("golden")).unwrap() {
        let path = entry.unwrap().path();
        let golden = std::fs::read_to_string(&path).unwrap();
        let field = |name: &str| {
            golden
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .trim()
        };
        let arguments: Vec<&str> = field("arguments")
            .split(' ')
            .map(|arg| arg.split(':').nth(1).unwrap())
            .collect();
        let mut row = format!("| {}({}) |", field("entry"), arguments.join(", "));
        for metric in ["cycles", "mem", "binary", "arith", "cells"] {
            let value = field(&format!("total {metric} "));
            let mut grouped = String::new();
            for (index, digit) in value.chars().enumerate() {
                if index > 0 && (value.len() - index) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            row += &format!(" {grouped} |");
        }
        assert!(
            readme.contains(&row),
            "the README's table should have\n{row}"
        );
    }
}

/// Every page of documentation.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "corpus/README.md"]
        .map(|name| root().join(name))
        .into();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "md" => pages.push(path),
                _ => {}
            }
        }
    }
    pages
}

/// What headings of a page are linked by.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.collect::<String>().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
            .filter(|target| !target.contains("://"))
        {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            let shown = page.display();
            assert!(path.exists(), "{shown} links to {target}");
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(path).unwrap());
                assert!(
                    there.iter().any(|one| one == anchor),
                    "{shown} links to {target}"
                );
            }
        }
    }
}

/// The shares in docs/causes.md are those of the golden files, each cause that has any in a row.
#[test]
fn the_shares_of_causes_are_those_of_the_golden_files() {
    let page = std::fs::read_to_string(root().join("docs/causes.md")).unwrap();
    let mut rows = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
        });
    let names = rows.next().unwrap().split_off(2);
    assert_eq!(names, ["fibonacci", "sha256", "keccak256", "coremark"]);
    let mut shown: Vec<(String, String, String)> = Vec::new();
    for row in rows.skip(1) {
        for (name, share) in names.iter().zip(&row[2..]) {
            if !share.is_empty() {
                shown.push((name.clone(), row[0].clone(), share.clone()));
            }
        }
    }
    let mut expected = Vec::new();
    for name in &names {
        let golden = root().join(format!("golden/{name}.cycles"));
        let golden = std::fs::read_to_string(golden).unwrap();
        let lines = |key: &str| -> Vec<(String, f64)> {
            let lines = golden.lines().filter_map(|line| line.strip_prefix(key));
            let parts = lines.filter_map(|rest| rest.split_once(' '));
            parts
                .filter_map(|(what, value)| Some((what.to_owned(), value.parse().ok()?)))
                .collect()
        };
        let totals = lines("total ");
        let (_, total) = totals.iter().find(|(what, _)| what == "cycles").unwrap();
        for (cause, cycles) in lines("cause ") {
            let share = format!("{:.2}", 100.0 * cycles / total);
            expected.push((name.clone(), cause, share));
        }
    }
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
}

/// docs/advice.md has each rule in its table, with its threshold, and a section for it; and no others.
#[test]
fn the_rules_of_advice_are_those_of_the_page() {
    use zkasm_flamegraph::advice::{LEAST, LEAST_CYCLES, MOST, PlaceKind, RULES};
    let page = std::fs::read_to_string(root().join("docs/advice.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).take(3).collect()
    };
    let shown = page.lines().filter(|line| line.starts_with("| ["));
    let shown: Vec<Vec<String>> = shown.map(cells).collect();
    let rules = RULES.iter().map(|rule| {
        let place = match rule.place {
            PlaceKind::Run => "the run",
            PlaceKind::Function => "a function",
            PlaceKind::Line => "a line",
        };
        let name = rule.name;
        [
            format!("[{name}](#{name})"),
            place.to_owned(),
            format!("{} %", rule.share),
        ]
    });
    assert_eq!(shown, rules.map(Vec::from).collect::<Vec<_>>());
    let sections = page.lines().filter_map(|line| line.strip_prefix("## "));
    let sections: Vec<&str> = sections.collect();
    let names = RULES.iter().map(|rule| rule.name);
    let names: Vec<&str> = names.chain(["What has no rule"]).collect();
    assert_eq!(sections, names);
    let words: Vec<&str> = page.split_whitespace().collect();
    let words = words.join(" ");
    assert_eq!(MOST, 5, "the page says five");
    assert!(words.contains("at most five findings"));
    assert!(words.contains(&format!("and {LEAST} % of all cycles")));
    assert_eq!(LEAST_CYCLES, 1000, "the page says 1,000");
    assert!(words.contains("fewer than 1,000 cycles"));
}
