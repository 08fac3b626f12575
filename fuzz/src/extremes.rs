//! Modules that are large in one way each.

use wasmparser::{ExternalKind, ValType};

use super::patch::{Module, global_get, write_i64, write_u32};

/// Modules that are large in one way each: a name and the bytes. All export a function `run`
/// without parameters.
pub fn extremes() -> Vec<(&'static str, Vec<u8>)> {
    // A function () -> i64 in a module whose global 0 is mutable, so that nothing is known of it.
    let one = |locals: &[u8], operators: Vec<u8>| {
        let mut module = Module::empty();
        module.add_type(&[], &[ValType::I64]);
        module.set_globals(1);
        module.add_body(0, locals, &operators);
        module.export("run", ExternalKind::Func, 0);
        module.write()
    };
    // global.get 0; and that as a condition
    let get = [0x23, 0x00];
    let condition = [0x23, 0x00, 0xa7];
    // global.get 0; i64.const 1; i64.add; global.set 0
    let count = [0x23, 0x00, 0x42, 0x01, 0x7c, 0x24, 0x00];
    let nest = |open: &[u8], inner: &[u8], times: usize| {
        let mut nested = open.repeat(times);
        nested.extend(inner);
        nested.extend([0x0b].repeat(times));
        nested.extend(get);
        nested
    };
    let mut list = Vec::new();

    let nested = nest(&[0x02, 0x40], &count, 50_000);
    list.push(("50,000 nested blocks", one(&[0], nested)));

    // Each can be left, and begun again.
    let mut turn = vec![0x03, 0x40];
    turn.extend(count);
    turn.extend(condition);
    turn.extend([0x0d, 0x00]);
    list.push(("2,000 nested loops", one(&[0], nest(&turn, &count, 2_000))));
    let mut turns = [&turn[..], &[0x0b]].concat().repeat(3_000);
    turns.extend(get);
    list.push(("3,000 loops, one after the other", one(&[0], turns)));

    let mut choice = condition.to_vec();
    choice.extend([0x04, 0x40]);
    list.push(("5,000 nested ifs", one(&[0], nest(&choice, &count, 5_000))));
    let mut choices = [&choice[..], &count, &[0x0b]].concat().repeat(5_000);
    choices.extend(get);
    list.push(("5,000 ifs, one after the other", one(&[0], choices)));

    let mut deep = get.repeat(20_000);
    deep.extend([0x7d].repeat(19_999));
    list.push(("an expression 20,000 deep", one(&[0], deep)));
    // global.get 0; i64.const 3; i64.mul before each, so that all are alive at once.
    let mut wide = Vec::new();
    for number in 0..5_000u32 {
        wide.extend([0x23, 0x00, 0x42]);
        write_i64(&mut wide, i64::from(number) + 3);
        wide.push(0x7e);
    }
    wide.extend([0x85].repeat(4_999));
    list.push(("5,000 values at once", one(&[0], wide)));

    // A count of groups, a count of locals in LEB128, their type.
    let locals = [1, 0xd0, 0x86, 0x03, 0x7e];
    let mut steps = Vec::new();
    for local in 0..1_000u32 {
        steps.extend(get);
        steps.push(0x21);
        write_u32(&mut steps, 49 * local);
    }
    steps.extend(get);
    list.push(("50,000 locals", one(&locals, steps)));

    // local.get 0; i64.const 3; i64.mul; i64.const 5; i64.xor; local.set 0
    let step = [0x20, 0x00, 0x42, 0x03, 0x7e, 0x42, 0x05, 0x85, 0x21, 0x00];
    let mut steps = vec![0x23, 0x00, 0x21, 0x00];
    steps.extend(step.repeat(17_000));
    steps.extend([0x20, 0x00]);
    list.push(("100,000 operators in one block", one(&[1, 1, 0x7e], steps)));

    let mut table = vec![0x02, 0x40];
    table.extend(condition);
    table.push(0x0e);
    write_u32(&mut table, 50_000);
    table.extend([0x00].repeat(50_001));
    table.push(0x0b);
    table.extend(get);
    list.push(("a br_table with 50,000 targets", one(&[0], table)));

    let call = |function: u32| {
        let mut operators = vec![0x10];
        write_u32(&mut operators, function);
        operators
    };
    let mut module = Module::empty();
    module.add_type(&[], &[]);
    for function in 0..20_000 {
        let operators = if function < 19_999 {
            call(function + 1)
        } else {
            Vec::new()
        };
        module.add_body(0, &[0], &operators);
    }
    module.export("run", ExternalKind::Func, 0);
    list.push(("20,000 functions that call each the next", module.write()));

    let mut module = Module::empty();
    module.add_type(&[], &[]);
    for _ in 0..300 {
        let operators: Vec<u8> = (0..300).flat_map(call).collect();
        module.add_body(0, &[0], &operators);
    }
    module.export("run", ExternalKind::Func, 0);
    list.push(("300 functions that call each all", module.write()));

    let mut module = Module::empty();
    module.add_type(&[], &[]);
    for _ in 0..100_000 {
        module.add_body(0, &[0], &[]);
    }
    module.export("run", ExternalKind::Func, 0);
    list.push(("100,000 functions", module.write()));

    let mut module = Module::empty();
    module.add_type(&[ValType::I64; 1_000], &[ValType::I64; 1_000]);
    module.add_type(&[], &[]);
    let same: Vec<u8> = (0..1_000).flat_map(local_get).collect();
    module.add_body(0, &[0], &same);
    let mut calls = [0x42, 0x07].repeat(1_000);
    calls.extend(call(0));
    calls.extend([0x1a].repeat(1_000));
    module.add_body(1, &[0], &calls);
    module.export("run", ExternalKind::Func, 1);
    list.push(("1,000 parameters and results", module.write()));

    for (name, pages, entries) in [
        ("a memory of 4 GiB", 65_536, 1),
        ("a table of 10,000,000 entries", 1, 10_000_000),
    ] {
        let mut module = Module::empty();
        module.add_type(&[], &[]);
        // i32.const 0; call_indirect; i32.const 0; i32.load; drop
        module.add_body(0, &[0], &[0x41, 0, 0x11, 0, 0, 0x41, 0, 0x28, 2, 0, 0x1a]);
        module.export("run", ExternalKind::Func, 0);
        module.add_memory(pages);
        module.add_table(entries);
        list.push((name, module.write()));
    }

    let mut module = Module::empty();
    module.add_type(&[], &[]);
    module.set_globals(50_000);
    let all: Vec<u8> = (0..50_000)
        .flat_map(|index| [global_get(index), vec![0x24, 0x00]].concat())
        .collect();
    module.add_body(0, &[0], &all);
    module.export("run", ExternalKind::Func, 0);
    module.export(&"long\n; name ".repeat(8_000), ExternalKind::Func, 0);
    module.export("\u{202e}\0\r\n*/ :JMP(start)", ExternalKind::Func, 0);
    list.push(("50,000 globals, and names that are none", module.write()));

    list
}

fn local_get(index: u32) -> Vec<u8> {
    let mut operators = vec![0x20];
    write_u32(&mut operators, index);
    operators
}
