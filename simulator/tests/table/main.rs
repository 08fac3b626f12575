//! The machine's rules as tables: programs, and what becomes of each.
//!
//! A file `*.cases` holds cases with blank lines between. A case is a program and a line `-- ` with
//! its [outcome](outcome); a program without the label `finalizeExecution` gets that as its end.
//! `3 times: LINE` stands for three such lines. What begins with `#` is for the reader.
//!
//! A line `%% NAME…` before a case begins its rows: the case is repeated for each of them, with
//! `<NAME>` replaced by the row's value of that column. Two blanks at least are between columns; a
//! value `.` is nothing, and `\n` in a value a line end. A line `%%` ends the rows.
//!
//! `ZKASM_BLESS=1` renews the outcomes of cases without rows. `ZKASM_EXPORT=DIR` writes every
//! program to a file in `DIR`, and what became of it to `TABLE.tsv`, to be compared with another
//! executor.

#[path = "../common/mod.rs"]
mod common;

mod case;
mod coverage;
mod grid;
mod outcome;

use std::path::{Path, PathBuf};

use case::Case;
use outcome::outcome;

/// The folder of the tables.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/table")
}

macro_rules! tables {
    ($($name:ident),* $(,)?) => {
        /// Every table's name and text.
        const TABLES: &[(&str, &str)] = &[
            $((stringify!($name), include_str!(concat!(stringify!($name), ".cases")))),*
        ];

        $(#[test]
        fn $name() {
            check(stringify!($name), include_str!(concat!(stringify!($name), ".cases")));
        })*
    };
}

tables! {
    sums,
    constants,
    registers,
    binary,
    arith,
    mem_align,
    memory,
    addresses,
    jumps,
    repeat,
    hashes,
    steps,
    landing,
    commands,
    variables,
    functions,
    program,
    stricter,
}

/// Runs the cases of a table.
fn check(name: &str, text: &str) {
    let cases = Case::all(text).unwrap_or_else(|problem| panic!("{name}.cases: {problem}"));
    if let Some(folder) = std::env::var_os("ZKASM_EXPORT") {
        export(name, &cases, Path::new(&folder)).expect("the folder can be written");
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (mut wrong, mut of_row) = (Vec::new(), Vec::new());
    for case in &cases {
        let found = outcome(&case.program).to_string();
        if found == case.expected {
            continue;
        }
        if !case.of_row {
            lines[case.line - 1] = format!("-- {found}");
        }
        of_row.push(case.of_row);
        wrong.push(format!(
            "{name}.cases:{}:\n{}\nexpected {}\nfound    {found}\n",
            case.line, case.program, case.expected
        ));
    }
    if std::env::var_os("ZKASM_BLESS").is_some() {
        let path = folder().join(format!("{name}.cases"));
        std::fs::write(path, lines.join("\n") + "\n").expect("the table can be written");
        // Those of rows are not renewed.
        let mut of_row = of_row.into_iter();
        wrong.retain(|_| of_row.next() == Some(true));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn export(name: &str, cases: &[Case], folder: &Path) -> std::io::Result<()> {
    let mut list = String::new();
    for (number, case) in cases.iter().enumerate() {
        let file = format!("{name}-{number:03}.zkasm");
        std::fs::write(folder.join(&file), outcome::with_end(&case.program))?;
        list += &format!(
            "{file}\t{}\t{}\n",
            case.line,
            outcome(&case.program).fields()
        );
    }
    std::fs::write(folder.join(format!("{name}.tsv")), list)
}

#[test]
fn every_table_is_run() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .filter_map(|file| {
            let name = file.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".cases")?.to_owned())
        })
        .collect();
    files.sort_unstable();
    let mut names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}
