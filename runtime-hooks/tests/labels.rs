//! Side tables of programs that were not compiled.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use runtime_hooks::labels::Origin;
use runtime_hooks::sidetable::FunctionKind;
use runtime_hooks::{Entries, FormatError, SideTable, instrumented};
use zkasm::{Parsed, Rom, ZkPc, assemble, parse};

const TEXT: &str = "\
  0 => A
  0 => A

first:
second:
  0 => B :MSTORE(SP)
  0 => B
third:  0 => C
";

fn read() -> (Parsed, Rom) {
    let parsed = parse(TEXT).unwrap();
    let rom = assemble(&parsed.program, &parsed.positions).unwrap();
    (parsed, rom)
}

fn table(functions: &[u32], blocks: &[u32], files: &[&str]) -> Result<SideTable, FormatError> {
    let (parsed, rom) = read();
    let zkpcs = |list: &[u32]| list.iter().copied().map(ZkPc).collect();
    let entries = Entries {
        functions: zkpcs(functions),
        blocks: zkpcs(blocks),
    };
    let origin = Origin {
        files: files.iter().map(|&file| file.to_owned()).collect(),
        ..Origin::default()
    };
    SideTable::of_labels(&parsed, &rom, &entries, origin)
}

#[test]
fn functions_are_named_by_the_labels_at_or_before_them() {
    let all = [0, 1, 2, 3, 4];
    let table = table(&all, &all, &["text"]).unwrap();
    let functions: Vec<_> = table
        .functions
        .iter()
        .map(|function| {
            let (_, line) = function.name.declared.unwrap();
            (function.name.name.as_str(), line, function.kind)
        })
        .collect();
    assert_eq!(
        functions,
        [
            ("[start]", 1, FunctionKind::Label(0)),
            ("[start]+1", 2, FunctionKind::Label(1)),
            ("first", 4, FunctionKind::Label(2)),
            ("first+1", 7, FunctionKind::Label(3)),
            ("third", 8, FunctionKind::Label(4)),
        ]
    );
    assert_eq!(table.entry.export, "[start]");
}

#[test]
fn every_row_has_its_place_and_its_cost() {
    let table = table(&[0, 2], &[0, 2, 4], &["text"]).unwrap();
    let blocks: Vec<_> = table
        .blocks
        .iter()
        .map(|block| (block.function.0, block.first, block.rows))
        .collect();
    assert_eq!(blocks, [(0, 0, 2), (1, 2, 2), (1, 4, 1)]);
    let (_, rom) = read();
    let rows: Vec<_> = table
        .rows
        .iter()
        .zip(&rom.lines)
        .map(|(row, line)| {
            assert_eq!(table.cost(row), line.cost);
            let payer = table.payer(row);
            assert_eq!(payer.cause.to_string(), "written");
            let place = table.locations[payer.location.unwrap() as usize];
            (place.line, place.column)
        })
        .collect();
    assert_eq!(rows, [(1, 1), (2, 3), (6, 3), (7, 3), (8, 9)]);
    assert_eq!(table.costs.len(), 2);
    assert_eq!(SideTable::from_json(&table.to_json()).unwrap(), table);
}

#[test]
fn such_a_table_says_nothing_of_hooks() {
    let table = table(&[0], &[0], &["text"]).unwrap();
    assert!(table.is_of_labels());
    assert_eq!(instrumented(&read().0.program, &table), None);
}

#[test]
fn entries_of_another_program_are_refused() {
    for (functions, blocks) in [
        (&[0][..], &[0, 5][..]),
        (&[0], &[0, 9]),
        (&[0], &[0, 3, 2]),
        (&[0], &[1]),
        (&[0], &[]),
        (&[], &[0]),
        (&[7], &[0]),
    ] {
        let refused = table(functions, blocks, &["text"]);
        assert!(refused.is_err(), "{functions:?} {blocks:?}");
    }
    let nameless = table(&[0], &[0], &[]).unwrap_err();
    assert_eq!(
        nameless.to_string(),
        "inconsistent side table: function \"[start]\" is declared in a file that is not listed"
    );
}
