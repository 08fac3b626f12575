//! The rules that keep the crates apart, held against `cargo metadata`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic is how a test fails"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Direct dependencies by package: normal, build and development ones.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(common::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let names = package["dependencies"].as_array().unwrap().iter();
            let names = names.map(|dependency| dependency["name"].as_str().unwrap().to_owned());
            (
                package["name"].as_str().unwrap().to_owned(),
                names.collect(),
            )
        })
        .collect()
}

const OURS: [&str; 7] = [
    "zkasm",
    "runtime-hooks",
    "cranelift-zkasm-profile",
    "zkasm-lint",
    "zkasm-simulator",
    "zkasm-flamegraph",
    "zkasm-profile",
];

#[test]
fn crates_know_only_what_they_may() {
    let dependencies = dependencies();
    assert_eq!(
        dependencies
            .keys()
            .map(String::as_str)
            .collect::<BTreeSet<_>>(),
        OURS.into()
    );
    let allowed: [(&str, &[&str]); 6] = [
        ("zkasm", &[]),
        ("runtime-hooks", &["zkasm"]),
        ("cranelift-zkasm-profile", &["zkasm", "runtime-hooks"]),
        ("zkasm-lint", &["zkasm"]),
        ("zkasm-simulator", &["zkasm", "runtime-hooks"]),
        ("zkasm-flamegraph", &["zkasm", "runtime-hooks"]),
    ];
    for (package, allowed) in allowed {
        for name in &dependencies[package] {
            let ours = OURS.contains(&name.as_str());
            assert!(
                !ours || allowed.contains(&name.as_str()),
                "{package} depends on {name}"
            );
        }
    }
}

#[test]
fn each_library_has_one_home() {
    let home = |name: &str| match name {
        "regalloc2" | "walrus" | "gimli" | "addr2line" => Some("cranelift-zkasm-profile"),
        "inferno" | "pprof" => Some("zkasm-flamegraph"),
        "clap" | "clap_complete" | "indicatif" | "anyhow" => Some("zkasm-profile"),
        name if name.starts_with("cranelift-") && name != "cranelift-zkasm-profile" => {
            Some("cranelift-zkasm-profile")
        }
        _ => None,
    };
    for (package, names) in dependencies() {
        for name in names {
            if let Some(home) = home(&name) {
                assert_eq!(package, home, "{name} is used outside of its home");
            }
        }
    }
}

/// Libraries read no files, print nothing, and know neither clock nor environment.
#[test]
fn libraries_are_pure() {
    for folder in [
        "zkasm",
        "runtime-hooks",
        "cranelift-zkasm-profile",
        "lint",
        "simulator",
        "flamegraph",
    ] {
        let mut pending = vec![common::root().join(folder).join("src")];
        while let Some(path) = pending.pop() {
            if path.is_dir() {
                pending.extend(
                    std::fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for word in [
                "std::fs",
                "std::env",
                "std::time",
                "std::net",
                "println!",
                "std::process",
            ] {
                assert!(!text.contains(word), "{} mentions {word}", path.display());
            }
        }
    }
}
