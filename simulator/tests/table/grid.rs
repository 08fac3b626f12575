//! Which two operations one step can have.

use zkasm::{assemble, parse};

/// The operations, and how one of them is written; `l` is a label, `x` a variable.
const OPS: &[(&str, &str)] = &[
    ("binary", "ADD"),
    ("ARITH", "ARITH"),
    ("ASSERT", "ASSERT"),
    ("ALIGN_RD", "MEM_ALIGN_RD"),
    ("ALIGN_WR", "MEM_ALIGN_WR"),
    ("ALIGN_WR8", "MEM_ALIGN_WR8"),
    ("MLOAD(SP)", "MLOAD(SP)"),
    ("MSTORE(x)", "MSTORE(x)"),
    ("MSTORE(E)", "MSTORE(MEM:E)"),
    ("HASHK(n)", "HASHK(0)"),
    ("HASHK1(E)", "HASHK1(E)"),
    ("HASHKLEN", "HASHKLEN(0)"),
    ("HASHKDIG", "HASHKDIGEST(0)"),
    ("JMP(l)", "JMP(l)"),
    ("JMP(RR)", "JMP(RR)"),
    ("JMP(@l+E)", "JMP(@l + E)"),
    ("JMPN(l)", "JMPN(l)"),
    ("JMPN(E)", "JMPN(E)"),
    ("JMPZ(l)", "JMPZ(l)"),
    ("JMPZ(RR)", "JMPZ(RR)"),
    ("JMPNZ(l)", "JMPNZ(l)"),
    ("JMPC(l)", "SUB, JMPC(l)"),
    ("JMPC(E)", "SUB, JMPC(E)"),
    ("JMPNC(l)", "SUB, JMPNC(l)"),
    ("CALL(l)", "CALL(l)"),
    ("CALL(@l+E", "CALL(@l + E)"),
    ("RETURN", "RETURN"),
    ("REPEAT", "REPEAT(RCX)"),
];

/// What the assembler says of a step, as one character.
fn verdict(text: &str) -> char {
    let parsed = parse(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let Err(error) = assemble(&parsed.program, &parsed.positions) else {
        return '.';
    };
    match error.message.as_str() {
        "two binary operations in one step" => 'b',
        "ARITH twice in one step" | "ASSERT twice in one step" => '2',
        "two MEM_ALIGN operations in one step" => 'a',
        "two memory accesses in one step" => 'm',
        "two hash operations in one step" => 'h',
        "two jumps in one step" => 'j',
        "a memory access and a jump to a computed address in one step"
        | "a hash operation and a jump to a computed address in one step"
        | "a hash operation and a memory access in one step" => 'i',
        other => panic!("{other} for {text}"),
    }
}

/// `.`: both; `2`: twice the same; `b`, `a`, `m`, `h`, `j`: two binary operations, `MEM_ALIGN_*`,
/// memory accesses, hash operations, jumps; `i`: both need the index.
#[test]
fn two_operations_in_one_step() {
    let mut grid = String::new();
    let mut list = String::new();
    let folder = std::env::var_os("ZKASM_EXPORT");
    for (row, (name, first)) in OPS.iter().enumerate() {
        grid += &format!("{name:<10}");
        for (column, (_, second)) in OPS.iter().enumerate().take(row + 1) {
            let text = format!(
                "VAR GLOBAL x\nl: 0 :{first}, {second}\nfinalizeExecution: :JMP(finalizeExecution)\n"
            );
            let found = verdict(&text);
            let turned = text.replace(
                &format!(":{first}, {second}"),
                &format!(":{second}, {first}"),
            );
            assert_eq!(verdict(&turned), found, "in the other order: {text}");
            grid += &format!(" {found}");
            if let Some(folder) = &folder {
                let file = format!("grid-{row:02}-{column:02}.zkasm");
                let path = std::path::Path::new(folder).join(&file);
                std::fs::write(path, text).expect("the folder can be written");
                let what = if found == '.' { "assembled" } else { "refused" };
                list += &format!("{file}\t0\t{what}\t{found}\n");
            }
        }
        grid.push('\n');
    }
    if let Some(folder) = folder {
        let path = std::path::Path::new(&folder).join("grid.tsv");
        std::fs::write(path, list).expect("the folder can be written");
    }
    expect_test::expect![[r#"
        binary     b
        ARITH      . 2
        ASSERT     . . 2
        ALIGN_RD   . . . a
        ALIGN_WR   . . . a a
        ALIGN_WR8  . . . a a a
        MLOAD(SP)  . . . . . . m
        MSTORE(x)  . . . . . . m m
        MSTORE(E)  . . . . . . m m m
        HASHK(n)   . . . . . . i i i h
        HASHK1(E)  . . . . . . i i i h h
        HASHKLEN   . . . . . . i i i h h h
        HASHKDIG   . . . . . . i i i h h h h
        JMP(l)     . . . . . . . . . . . . . j
        JMP(RR)    . . . . . . i i i i i i i j j
        JMP(@l+E)  . . . . . . i i i i i i i j j j
        JMPN(l)    . . . . . . . . . . . . . j j j j
        JMPN(E)    . . . . . . i i i i i i i j j j j j
        JMPZ(l)    . . . . . . . . . . . . . j j j j j j
        JMPZ(RR)   . . . . . . i i i i i i i j j j j j j j
        JMPNZ(l)   . . . . . . . . . . . . . j j j j j j j j
        JMPC(l)    b . . . . . . . . . . . . j j j j j j j j b
        JMPC(E)    b . . . . . i i i i i i i j j j j j j j j b b
        JMPNC(l)   b . . . . . . . . . . . . j j j j j j j j b b b
        CALL(l)    . . . . . . . . . . . . . j j j j j j j j j j j j
        CALL(@l+E  . . . . . . i i i i i i i j j j j j j j j j j j j j
        RETURN     . . . . . . . . . . . . . j j j j j j j j j j j j j j
        REPEAT     . . . . . . . . . . . . . j j j j j j j j j j j j j j j
    "#]]
    .assert_eq(&grid);
}
