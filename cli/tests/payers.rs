//! Who pays: an operator that ran, as often as it can have, and the one whose work it was.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeMap;

use common::simulate;
use cranelift_zkasm_profile::{Compiled, Options, compile};
use runtime_hooks::sidetable::Origin;
use runtime_hooks::{Cause, Instrument};

fn compiled(text: &str, args: &[&str], optimize: bool) -> Compiled {
    let options = Options {
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        instrument: Instrument::Blocks,
        optimize,
        check: true,
        ..Options::default()
    };
    compile(&wat::parse_str(text).unwrap(), &options).unwrap()
}

/// How often lines ran that an operator pays for directly, by its name and which of that name it is in the
/// text, from 0; lines of that cause only.
fn runs(compiled: &Compiled, cause: &Cause) -> BTreeMap<(String, usize), u64> {
    let table = &compiled.side_table;
    let histogram = simulate(compiled).histogram.unwrap();
    let mut offsets: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for part in &table.contributions {
        if let (Some(operator), Some(offset)) = (part.operator, part.wasm_offset) {
            let name = table.operators[operator as usize].as_str();
            offsets.entry(name).or_default().push(offset.0);
        }
    }
    for offsets in offsets.values_mut() {
        offsets.sort_unstable();
        offsets.dedup();
    }
    let mut runs = BTreeMap::new();
    for (row, &times) in table.rows.iter().zip(&histogram) {
        let part = table.payer(row);
        if part.cause != *cause || part.origin != Some(Origin::Direct) {
            continue;
        }
        if let (Some(operator), Some(offset)) = (part.operator, part.wasm_offset) {
            let name = table.operators[operator as usize].clone();
            let known = &offsets[name.as_str()];
            let which = known.iter().position(|&at| at == offset.0).unwrap();
            let most = runs.entry((name, which)).or_default();
            *most = times.max(*most);
        }
    }
    runs
}

/// A value is computed before an `if`, and in the arm that does not run once more: what is computed served the
/// arm, which stands nearer to the use, even where nothing was optimised.
#[test]
fn an_operator_of_an_arm_that_did_not_run_pays_nothing() {
    let text = "(module (memory 1)
        (func (export \"f\") (param $k i32) (param $a i64) (param $b i64) (result i64) (local $t i64)
          (local.set $t (i64.mul (local.get $a) (local.get $b)))
          (if (local.get $k) (then
            (i64.store (i32.const 8)
              (i64.rotl (i64.mul (local.get $a) (local.get $b)) (local.get $a)))))
          (i64.rotl (local.get $t) (local.get $b))))";
    for optimize in [false, true] {
        let runs = runs(&compiled(text, &["0", "5", "7"], optimize), &Cause::Op);
        let second = runs.get(&("i64.mul".to_owned(), 1)).copied();
        assert_eq!(second.unwrap_or(0), 0, "{optimize}: {runs:?}");
        assert_eq!(runs[&("i64.mul".to_owned(), 0)], 1, "{optimize}: {runs:?}");
    }
}

/// What both arms in a loop compute is computed before the loop, for either: no arm pays for it as its own.
#[test]
fn what_either_arm_of_a_loop_could_want_is_neither_s() {
    let text = "(module
        (func (export \"f\") (param $k i32) (param $a i64) (param $b i64) (param $n i32) (result i64)
          (local $s i64)
          (loop $l
            (if (local.get $k)
              (then (local.set $s (i64.rotl (i64.xor (local.get $s)
                (i64.mul (local.get $a) (local.get $b))) (i64.const 9))))
              (else (local.set $s (i64.rotl (i64.add (local.get $s)
                (i64.mul (local.get $a) (local.get $b))) (i64.const 7)))))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.get $s)))";
    for k in ["0", "1"] {
        let runs = runs(&compiled(text, &[k, "5", "7", "9"], true), &Cause::Op);
        let ran = runs
            .iter()
            .filter(|((name, _), times)| name == "i64.mul" && **times > 0);
        assert_eq!(ran.count(), 0, "{runs:?}");
    }
}

/// An address that is computed once and recomputed in a loop, for want of registers: each turn is paid by who
/// asks for it there.
#[test]
fn an_operator_before_a_loop_pays_for_no_turn_of_it() {
    let text = "(module (memory 1)
        (func (export \"f\") (param $a i32) (param $n i32) (result i32) (local $p i32)
          (local.set $p (i32.sub (local.get $a) (i32.const 16)))
          (i32.store (i32.const 0) (local.get $p))
          (loop $l
            (i32.store (i32.const 8) (i32.xor (local.get $p) (local.get $n)))
            (br_if $l (local.tee $n (i32.add (local.get $n) (i32.const -1)))))
          (local.get $p)))";
    let runs = runs(&compiled(text, &["100", "50"], true), &Cause::Op);
    assert!(runs[&("i32.xor".to_owned(), 0)] >= 50, "{runs:?}");
    assert!(runs[&("i32.sub".to_owned(), 0)] <= 1, "{runs:?}");
}

/// One step does a product and a sum; the product is what it costs.
#[test]
fn a_product_pays_for_the_sum_that_is_made_with_it() {
    for ty in ["i32", "i64"] {
        let text = format!(
            "(module (func (export \"f\") (param $a {ty}) (param $b {ty}) (param $c {ty}) (result {ty})
               ({ty}.add ({ty}.mul (local.get $a) (local.get $b)) (local.get $c))))"
        );
        let compiled = compiled(&text, &["3", "5", "7"], true);
        let runs = runs(&compiled, &Cause::Op);
        assert_eq!(runs.get(&(format!("{ty}.mul"), 0)), Some(&1), "{runs:?}");
        let table = &compiled.side_table;
        let shared = table.rows.iter().filter(|row| {
            let mut operators = row.contributions.iter().map(|&part| {
                let operator = table.contributions[part as usize].operator;
                operator.map(|operator| table.operators[operator as usize].as_str())
            });
            operators.next() == Some(Some(&format!("{ty}.mul")))
                && operators.any(|operator| operator == Some(&format!("{ty}.add")))
        });
        assert!(shared.count() > 0, "{ty}");
    }
}

/// A comparison that a branch does itself has a part in the branch.
#[test]
fn a_comparison_has_a_part_in_the_branch_that_makes_it() {
    let text = "(module (func (export \"f\") (param $a i32) (param $b i32) (result i32)
        (if (result i32) (i32.lt_u (local.get $a) (local.get $b))
          (then (i32.const 1)) (else (i32.const 2)))))";
    let table = compiled(text, &["3", "5"], true).side_table;
    let of = |part: u32| {
        let operator = table.contributions[part as usize].operator?;
        Some(table.operators[operator as usize].as_str())
    };
    let mut rows = table.rows.iter().map(|row| &row.contributions);
    assert!(rows.any(|parts| {
        of(parts[0]) == Some("if") && parts[1..].iter().any(|&part| of(part) == Some("i32.lt_u"))
    }));
}

/// A spill is its maker's only where that wrote the register; otherwise it is made for the next instruction.
/// And what is called a move, spill or reload moves, stores or loads.
#[test]
fn spills_are_of_what_wrote_the_register() {
    let fields: String = (0..12)
        .map(|n| {
            format!(
                "(local.set $v{n} (i64.mul (local.get $a) (i64.const {})))",
                n + 3
            )
        })
        .collect();
    let locals: String = (0..12).map(|n| format!("(local $v{n} i64)")).collect();
    let used: String = (0..12)
        .map(|n| {
            format!(
                "(local.get $v{n}) (i64.xor) (local.get $v{}) (i64.add)",
                11 - n
            )
        })
        .collect();
    let text = format!(
        "(module (func (export \"f\") (param $a i64) (result i64) {locals} {fields}
           (local.get $a) {used}))"
    );
    let compiled = compiled(&text, &["11"], true);
    let table = &compiled.side_table;
    let parsed = zkasm::parse(&compiled.program.to_string()).unwrap();
    let rom = zkasm::assemble(&parsed.program, &parsed.positions).unwrap();
    let offset = |zkpc: usize| table.payer(&table.rows[zkpc]).wasm_offset;
    let is_edit = |zkpc: usize| {
        let cause = &table.payer(&table.rows[zkpc]).cause;
        matches!(cause, Cause::Move | Cause::Spill | Cause::Reload)
    };
    let mut spills = (0, 0);
    for (zkpc, row) in table.rows.iter().enumerate() {
        let line = &rom.lines[zkpc];
        let accesses = line.mem.as_ref().map(|access| access.write);
        match table.payer(row).cause {
            Cause::Move => assert_eq!(accesses, None, "{zkpc}"),
            Cause::Reload => assert_eq!(accesses, Some(false), "{zkpc}"),
            Cause::Spill => {
                assert_eq!(accesses, Some(true), "{zkpc}");
                let (stored, _) = line.regs[0];
                let mut before = (0..zkpc).rev().take_while(|&at| offset(at) == offset(zkpc));
                // The entry, which is no operator, is where arguments come from.
                let made = before.any(|at| rom.lines[at].dests.contains(&stored))
                    || table.payer(row).operator.is_none();
                let next = (zkpc..table.rows.len()).find(|&at| !is_edit(at));
                let wanted = next.is_some_and(|at| offset(at) == offset(zkpc));
                assert!(made || wanted, "zkPC {zkpc} spills for somebody else");
                spills = (spills.0 + u32::from(made), spills.1 + u32::from(!made));
            }
            _ => {}
        }
    }
    assert!(spills.0 > 0 && spills.1 > 0, "{spills:?}");
}

/// How often each operator ran: what nothing moved, without optimisation, shows.
fn times(compiled: &Compiled) -> BTreeMap<u32, u64> {
    let table = &compiled.side_table;
    let histogram = simulate(compiled).histogram.unwrap();
    let mut times = BTreeMap::new();
    for (row, &ran) in table.rows.iter().zip(&histogram) {
        for &part in &row.contributions {
            let part = &table.contributions[part as usize];
            if let (Some(offset), Some(Origin::Direct)) = (part.wasm_offset, part.origin) {
                let most = times.entry(offset.0).or_default();
                *most = ran.max(*most);
            }
        }
    }
    times
}

/// Whatever the optimiser made of a program: no line runs oftener than the operator that pays for it as its own.
#[test]
fn no_line_runs_oftener_than_the_operator_that_pays_for_it() {
    for (program, export, arg) in [
        ("fibonacci", "fibonacci", "100"),
        ("sha256", "sha256", "100"),
        ("keccak256", "keccak256", "100"),
        ("coremark", "coremark", "1"),
        ("regions", "regions", "32"),
        ("cpp", "recurrences", "30"),
        ("zig", "calculator", "100"),
        ("dwarf5", "ways", "4"),
    ] {
        let path = common::root().join(format!("corpus/{program}/{program}.wasm"));
        let wasm = std::fs::read(path).unwrap();
        let [plain, optimized] = [false, true].map(|optimize| {
            let options = Options {
                entry: Some(export.to_owned()),
                args: vec![arg.to_owned()],
                instrument: Instrument::Blocks,
                optimize,
                ..Options::default()
            };
            compile(&wasm, &options).unwrap()
        });
        let times = times(&plain);
        let table = &optimized.side_table;
        let histogram = simulate(&optimized).histogram.unwrap();
        let (mut held, mut all) = (0, 0);
        for (zkpc, (row, &ran)) in table.rows.iter().zip(&histogram).enumerate() {
            let part = table.payer(row);
            let (Some(offset), Some(Origin::Direct)) = (part.wasm_offset, part.origin) else {
                continue;
            };
            all += ran;
            if let Some(&most) = times.get(&offset.0) {
                held += ran;
                let operator = &table.operators[part.operator.unwrap_or(0) as usize];
                assert!(
                    ran <= most,
                    "{program}: zkPC {zkpc} ran {ran} times for the {operator} at {offset}, which ran {most} times"
                );
            }
        }
        assert!(10 * held > 9 * all, "{program}: {held} of {all}");
    }
}
