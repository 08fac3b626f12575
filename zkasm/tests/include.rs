//! Programs of several files.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use zkasm::{ParseError, Parsed, Source, Sources, assemble, parse, parse_files};

/// Reads the first file, with the others to include. Names are looked up as they are written.
fn read(files: &[(&str, &str)]) -> (Sources, Result<Parsed, ParseError>) {
    let mut sources = Sources::new(files[0].0, files[0].1);
    let parsed = parse_files(&mut sources, &mut |name, from| {
        let found = files.iter().find(|(known, _)| *known == name);
        let (name, text) = found.ok_or_else(|| format!("{from} has nothing beside it"))?;
        Ok(Source {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
        })
    });
    (sources, parsed)
}

/// What is wrong with a program, as it is shown.
fn wrong(files: &[(&str, &str)]) -> String {
    let (sources, parsed) = read(files);
    match parsed {
        Err(error) => sources.describe(error.pos, error.message),
        Ok(parsed) => {
            let error = assemble(&parsed.program, &parsed.positions).expect_err("an error");
            sources.describe(error.pos, error.message)
        }
    }
}

#[test]
fn included_items_stand_where_they_are_included() {
    let (sources, parsed) = read(&[
        ("a", "start: INCLUDE \"b\" INCLUDE \"b2\"\n  %X => B\n"),
        ("b", "CONST %X = 7\n  INCLUDE \"c\""),
        ("b2", ""),
        ("c", "; c\n  @start => A"),
    ]);
    let parsed = parsed.unwrap();
    let flat = "start:\nCONST %X = 7\n; c\n  @start => A\n;\n  %X => B\n";
    assert_eq!(parsed.program.to_string(), flat);
    assert_eq!(parse(flat).unwrap().program, parsed.program);
    let places: Vec<String> = parsed
        .positions
        .iter()
        .map(|pos| format!("{}:{pos}", sources.file(*pos).unwrap().name))
        .collect();
    assert_eq!(
        places,
        ["a:1:1", "b:1:1", "c:1:1", "c:2:3", "b2:1:1", "a:2:3"]
    );
    let rom = assemble(&parsed.program, &parsed.positions).unwrap();
    assert_eq!(rom.lines[0].pos, parsed.positions[3]);
    assert_eq!(sources.line(rom.lines[0].pos), Some("  @start => A"));
}

#[test]
fn a_file_can_be_included_twice_but_not_in_itself() {
    let (_, parsed) = read(&[("a", "INCLUDE \"b\"\nINCLUDE \"b\""), ("b", "  1 => A")]);
    assert_eq!(parsed.unwrap().program.to_string(), "  1 => A\n  1 => A\n");
    assert_eq!(
        wrong(&[
            ("a", "INCLUDE \"b\""),
            ("b", "\n  INCLUDE \"c\" ; once more"),
            ("c", "INCLUDE \"b\"")
        ]),
        "c:1:1: b includes c includes b\n  INCLUDE \"b\"\n  ^"
    );
    assert_eq!(
        wrong(&[("a", "INCLUDE \"a\"")]),
        "a:1:1: a includes a\n  INCLUDE \"a\"\n  ^"
    );
}

#[test]
fn errors_name_the_file() {
    assert_eq!(
        wrong(&[("a", "INCLUDE \"b\""), ("b", "  5 =>")]),
        "b:1:7: expected a register, found the end of the text\n    5 =>\n        ^"
    );
    assert_eq!(
        wrong(&[("a", "  1 => A INCLUDE \"b\"")]),
        "a:1:10: expected `,`, `:` or the end of the line, found `INCLUDE`\n    1 => A INCLUDE \"b\"\n           ^"
    );
    assert_eq!(
        wrong(&[("a", "\nINCLUDE \"b\"")]),
        "a:2:1: cannot include `b`: a has nothing beside it\n  INCLUDE \"b\"\n  ^"
    );
    assert_eq!(
        wrong(&[("a", "INCLUDE \"b\""), ("b", "\t :JMP(nowhere)")]),
        "b:1:3: label `nowhere` is not defined\n  \t :JMP(nowhere)\n  \t ^"
    );
    assert_eq!(
        wrong(&[("a", "CONST %X = 1\nINCLUDE \"b\""), ("b", "CONST %X = 1")]),
        "b:1:1: constant %X is defined at 1:1 of another file already\n  CONST %X = 1\n  ^"
    );
}

#[test]
fn commands_do_not_reach_over_the_end_of_a_file() {
    for files in [
        [("a", "$${f()} INCLUDE \"b\""), ("b", "  1 => A")],
        [("a", "INCLUDE \"b\"\n  1 => A"), ("b", "$${f()}")],
        [
            ("a", "$${f()} INCLUDE \"b\"\n  1 => A"),
            ("b", "/* nothing */"),
        ],
    ] {
        let message = wrong(&files);
        assert!(
            message.contains("of another file waits for a step, and this comes first"),
            "{message}"
        );
    }
    let (_, parsed) = read(&[("a", "INCLUDE \"b\" $${f()}\n  1 => A"), ("b", "  1 => A")]);
    let parsed = parsed.unwrap();
    let rom = assemble(&parsed.program, &parsed.positions).unwrap();
    assert!(rom.lines[0].cmd_after.is_empty());
    assert_eq!(rom.lines[1].cmd_before.len(), 1);
}

#[test]
fn inclusion_has_its_limits() {
    let endless = |texts: &dyn Fn(usize) -> String| {
        let mut count = 0;
        let mut sources = Sources::new("0", texts(0));
        let error = parse_files(&mut sources, &mut |_, _| {
            count += 1;
            Ok(Source {
                name: count.to_string(),
                text: texts(count),
            })
        });
        error.unwrap_err().message
    };
    assert_eq!(
        endless(&|_| "INCLUDE \"x\"".to_owned()),
        "files included more than 50 deep"
    );
    assert_eq!(
        endless(&|count| if count == 0 {
            "INCLUDE \"x\"\n".repeat(10_001)
        } else {
            String::new()
        }),
        "more than 10000 files included"
    );
}
