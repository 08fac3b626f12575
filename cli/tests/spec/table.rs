//! The committed table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str =
    "<!-- begin: written by ZKASM_BLESS=1 cargo test -p zkasm-profile --test spec -->";
const END: &str = "<!-- end -->";

/// What became of the assertions of a file.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Right answers.
    pub passed: u64,
    /// Wrong answers, which fail the test in any case.
    pub wrong: u64,
    /// Refused by our compiler, by reason.
    pub unsupported: BTreeMap<String, u64>,
    /// Not turned into a single call, by reason.
    pub not_run: BTreeMap<&'static str, u64>,
    /// Need floating point operators.
    pub float: u64,
    /// Cannot be asked of a compiler of single modules, by reason.
    pub not_applicable: BTreeMap<&'static str, u64>,
    /// Malformed and invalid modules that were refused.
    pub refused: u64,
}

impl Row {
    fn unsupported(&self) -> u64 {
        self.unsupported.values().sum()
    }

    fn not_run(&self) -> u64 {
        self.not_run.values().sum()
    }

    /// All assertions about integers.
    fn total(&self) -> u64 {
        self.passed + self.wrong + self.unsupported() + self.not_run()
    }

    fn add(&mut self, other: &Row) {
        self.passed += other.passed;
        self.wrong += other.wrong;
        self.float += other.float;
        self.refused += other.refused;
        for (reason, count) in &other.unsupported {
            *self.unsupported.entry(reason.clone()).or_default() += count;
        }
        for (reason, count) in &other.not_run {
            *self.not_run.entry(reason).or_default() += count;
        }
        for (reason, count) in &other.not_applicable {
            *self.not_applicable.entry(reason).or_default() += count;
        }
    }

    fn to_text(&self, name: &str) -> String {
        let main = most_frequent(&self.unsupported);
        let main = main.first().map_or("", |(reason, _)| reason);
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            self.passed,
            self.total(),
            self.unsupported(),
            self.not_run(),
            self.float,
            self.not_applicable.values().sum::<u64>(),
            self.refused,
            main.replace('|', "\\|")
        )
    }
}

/// Reasons, the most frequent first.
fn most_frequent(reasons: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut reasons: Vec<_> = reasons
        .iter()
        .map(|(reason, &count)| (reason.as_str(), count))
        .collect();
    reasons.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
    reasons
}

/// A row for every file.
pub struct Table {
    files: Vec<(&'static str, Row)>,
}

impl Table {
    /// Empty rows.
    pub fn new(files: &[&'static str]) -> Table {
        Table {
            files: files.iter().map(|&name| (name, Row::default())).collect(),
        }
    }

    /// The row of a file.
    pub fn row(&mut self, file: usize) -> &mut Row {
        &mut self.files[file].1
    }

    fn to_text(&self) -> String {
        let mut text = String::from(
            "| file | passed | of | unsupported | not run | float | not applicable \
             | invalid, refused | most frequent reason |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---|\n",
        );
        let mut all = Row::default();
        for (name, row) in &self.files {
            text += &row.to_text(name);
            all.add(row);
        }
        text += &all.to_text("**all**");
        let mut list = |title: &str, reasons: Vec<(&str, u64)>| {
            if !reasons.is_empty() {
                let _ = writeln!(text, "\n{title}:\n");
                for (reason, count) in reasons {
                    let _ = writeln!(text, "- {count} × {reason}");
                }
            }
        };
        list("Unsupported", most_frequent(&all.unsupported));
        let owned = |reasons: &BTreeMap<&str, u64>| -> BTreeMap<String, u64> {
            reasons
                .iter()
                .map(|(&reason, &count)| (reason.to_owned(), count))
                .collect()
        };
        list("Not run", most_frequent(&owned(&all.not_run)));
        list("Not applicable", most_frequent(&owned(&all.not_applicable)));
        text
    }

    /// Compares with the file that holds the table, or writes it there. Returns what differs.
    pub fn check(&self, path: &Path) -> Vec<String> {
        let shown = path.display();
        let file = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let (before, rest) = file
            .split_once(BEGIN)
            .unwrap_or_else(|| panic!("{shown} has no line {BEGIN}"));
        let (committed, after) = rest
            .split_once(END)
            .unwrap_or_else(|| panic!("{shown} has no line {END}"));
        let now = format!("\n{}", self.to_text());
        if committed == now {
            return Vec::new();
        }
        if std::env::var_os("ZKASM_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(path, format!("{before}{BEGIN}{now}{END}{after}"))
                .unwrap_or_else(|error| panic!("{shown}: {error}"));
            return Vec::new();
        }
        let mut problems = vec![format!(
            "{shown} says something else; if that is meant, ZKASM_BLESS=1 writes it anew:"
        )];
        problems.extend(changes(committed, &now));
        problems
    }
}

/// Lines that only one of two texts has.
fn changes(old: &str, new: &str) -> Vec<String> {
    let only = |sign: &str, of: &str, other: &str| -> Vec<String> {
        let others: Vec<&str> = other.lines().collect();
        of.lines()
            .filter(|line| !others.contains(line))
            .map(|line| format!("{sign} {line}"))
            .collect()
    };
    let mut lines = only("-", old, new);
    lines.extend(only("+", new, old));
    lines
}
