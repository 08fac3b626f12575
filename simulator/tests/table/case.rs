//! Reading tables.

/// A program and what is expected to become of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// The program.
    pub program: String,
    /// Its outcome.
    pub expected: String,
    /// The line of the table that says so, from 1.
    pub line: usize,
    /// Whether the case is one of a table's rows.
    pub of_row: bool,
}

/// The rows before a case: the columns' names, and the values of each row.
struct Rows<'a> {
    names: Vec<&'a str>,
    values: Vec<Vec<&'a str>>,
    open: bool,
}

impl Case {
    /// The cases of a table; the error says what is wrong with the table.
    pub fn all(text: &str) -> Result<Vec<Case>, String> {
        let mut cases = Vec::new();
        let mut program = String::new();
        let mut rows: Option<Rows<'_>> = None;
        for (line, text) in (1..).zip(text.lines()) {
            let wrong = |what: &str| Err(format!("{line}: {what}"));
            if let Some(names) = text.strip_prefix("%%") {
                match &mut rows {
                    None if program.is_empty() && !names.is_empty() => {
                        rows = Some(Rows {
                            names: names.split_whitespace().collect(),
                            values: Vec::new(),
                            open: true,
                        });
                    }
                    Some(rows) if rows.open && names.is_empty() => rows.open = false,
                    _ => return wrong("rows begin before a case, and end once"),
                }
            } else if let Some(rows) = rows.as_mut().filter(|rows| rows.open) {
                let values: Vec<&str> = columns(text);
                if values.len() != rows.names.len() {
                    return wrong("the row has not one value for each column");
                }
                rows.values.push(values);
            } else if let Some(expected) = text.strip_prefix("-- ") {
                let Some(rows) = rows.take() else {
                    cases.push(Case::of(&program, expected, line, false));
                    program.clear();
                    continue;
                };
                for row in &rows.values {
                    let fill = |text: &str| {
                        rows.names
                            .iter()
                            .zip(row)
                            .fold(text.to_owned(), |text, (name, value)| {
                                text.replace(&format!("<{name}>"), value)
                            })
                    };
                    let (program, expected) = (fill(&program), fill(expected));
                    cases.push(Case::of(&program, &expected, line, true));
                }
                program.clear();
            } else if !(program.is_empty() && (text.is_empty() || text.starts_with('#'))) {
                program += text;
                program.push('\n');
            }
        }
        if !program.is_empty() || rows.is_some() {
            return Err("the last case has no outcome".to_owned());
        }
        Ok(cases)
    }

    fn of(program: &str, expected: &str, line: usize, of_row: bool) -> Case {
        let mut lines = String::new();
        for line in program.replace("\\n", "\n").lines() {
            let (times, line) = repeated(line).unwrap_or((1, line));
            for _ in 0..times {
                lines += line;
                lines.push('\n');
            }
        }
        Case {
            program: lines,
            expected: expected.to_owned(),
            line,
            of_row,
        }
    }
}

/// The values of a row.
fn columns(row: &str) -> Vec<&str> {
    row.split("  ")
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(|value| if value == "." { "" } else { value })
        .collect()
}

/// `3 times: LINE`.
fn repeated(line: &str) -> Option<(usize, &str)> {
    let (times, line) = line.split_once(" times: ")?;
    Some((times.parse().ok()?, line))
}

#[test]
fn a_table_is_read_case_by_case() {
    let text =
        "# Why.\n5 => A\n-- one\n\n%% x  y\n 1  .\n 2 3  b\\nc\n%%\n2 times: <x> <y>\n-- <y>\n";
    let case = |program: &str, expected: &str, line, of_row| Case {
        program: program.to_owned(),
        expected: expected.to_owned(),
        line,
        of_row,
    };
    assert_eq!(
        Case::all(text),
        Ok(vec![
            case("5 => A\n", "one", 3, false),
            case("1 \n1 \n", "", 10, true),
            case("2 3 b\n2 3 b\nc\n", "b\\nc", 10, true),
        ])
    );
    for (text, problem) in [
        ("5 => A\n", "the last case has no outcome"),
        ("%% x\n", "the last case has no outcome"),
        (
            "%% x\n 1  2\n",
            "2: the row has not one value for each column",
        ),
        ("%%\n", "1: rows begin before a case, and end once"),
        (
            "5 => A\n%% x\n",
            "2: rows begin before a case, and end once",
        ),
    ] {
        assert_eq!(Case::all(text), Err(problem.to_owned()), "{text:?}");
    }
}
