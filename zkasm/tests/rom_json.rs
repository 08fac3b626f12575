//! ROMs as JSON: what is written, and what is refused when it is read.
//!
//! That programs run alike from their text and from their ROM is checked wherever a test of the
//! simulator runs one.

use expect_test::expect;
use serde_json::Value;
use zkasm::rom_json::{from_json, to_json};
use zkasm::{Source, Sources, assemble, parse_files};

fn rom_of(text: &str) -> String {
    let mut sources = Sources::new("folder/p.zkasm", text);
    let mut load = |name: &str, _: &str| match name {
        "inc.zkasm" => Ok(Source {
            name: "folder/lib/inc.zkasm".to_owned(),
            text: "  1 => A\n".to_owned(),
        }),
        _ => Err("no such file".to_owned()),
    };
    let parsed = parse_files(&mut sources, &mut load).unwrap_or_else(|error| panic!("{error}"));
    let rom =
        assemble(&parsed.program, &parsed.positions).unwrap_or_else(|error| panic!("{error}"));
    to_json(&parsed.program, &parsed.positions, &sources, &rom)
}

/// Each line of the ROM without its text, and what follows the lines.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for line in rom_of(text).lines().skip(1) {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(line.trim_end_matches(',')) else {
            shown += line;
            shown.push('\n');
            continue;
        };
        fields.remove("lineStr");
        shown += &Value::Object(fields).to_string();
        shown.push('\n');
    }
    shown
}

/// The reference assembler writes the same for this, but for the last member.
#[test]
fn every_form_is_written_as_the_reference_writes_it() {
    let text = "\
; results: i32
VAR GLOBAL g
VAR CTX c[3]
VAR GLOBAL result_0
CONST %X = 5
CONSTL %L = 1 << 40
CONST %N = -3
INCLUDE \"inc.zkasm\"
start:
  $${log(A)}
  2*A - B + 5 => A, B, SP  ; trailing
  A - A + %N => C
  %L => D
  A*4294967295*536870912 - 1n => A
  zkPC + 2 => RR
  @start + 1 => RR
  A - @start => RR
  @start + @c => RR
  $ => A :ADD, MSTORE(SP++)
  ${mem.g + const.X * const.N - addr.c[1]} => B
  ${mem.c[2]} => B
  ${mem.c[A]} => B
  ${mem.result_0[B]} => B
  ${addr.c[B + const.X]} => B
  7 - ${A ? -B : !zkPC} => C
  ${var x = 5} => B
  $${_x = x}
  $ => A :MLOAD(c+1)
  $ => A :MLOAD(c[E-2])
  $ => A :MLOAD(g+E)
  $ => A :MLOAD(g+RR)
  A :MSTORE(SYS:E-4)
  A :MSTORE(STACK:E+1)
  A :MSTORE(MEM:E)
  A :MSTORE(SP-2)
  CNT_ARITH + CNT_MEM_ALIGN + ROTL_C + STEP*3 => A
  A :JMPN(start)
  A :JMPNZ(start)
  A :JMPZ(E, start)
  A :JMPZ(@start + E)
  $ => A :LT, JMPNC(start, next)
  $ => A :LT, JMPC(next, start)
  $${f(1, x)}
  :JMP(RR)
  :JMP(@start+RR)
  :CALL(start)
  :CALL(@start+E)
  :RETURN
  A :REPEAT(RCX)
  $ => A :HASHK(3)
  A :HASHKLEN(E), ARITH, ASSERT
  A :HASHKDIGEST(0), MEM_ALIGN_WR8
  $ => A :MEM_ALIGN_RD
  2n ** 5n => A
  0 => A
finalizeExecution:
  :JMP(finalizeExecution)
";
    expect![[r#"
        {"CONST":"1","fileName":"lib/inc.zkasm","line":1,"setA":1}
        {"CONST":"5","cmdBefore":[{"funcName":"log","op":"functionCall","params":[{"op":"getReg","regName":"A"}]}],"fileName":"p.zkasm","inA":"2","inB":"-1","line":11,"setA":1,"setB":1,"setSP":1}
        {"CONST":"-3","fileName":"p.zkasm","inA":"0","line":12,"setC":1}
        {"CONSTL":"1099511627776","fileName":"p.zkasm","line":13,"setD":1}
        {"CONSTL":"-1","fileName":"p.zkasm","inA":"2305843008676823040","line":14,"setA":1}
        {"CONST":"7","fileName":"p.zkasm","line":15,"setRR":1}
        {"CONST":"2","fileName":"p.zkasm","labelCONST":"start","line":16,"setRR":1}
        {"CONST":"-1","fileName":"p.zkasm","inA":"1","labelCONST":null,"line":17,"setRR":1}
        {"CONST":"1","fileName":"p.zkasm","labelCONST":"startc","line":18,"setRR":1}
        {"bin":1,"binOpcode":0,"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","incStack":1,"ind":0,"indRR":0,"isMem":0,"isStack":1,"line":19,"mOp":1,"mWR":1,"offset":0,"setA":1,"useCTX":1}
        {"fileName":"p.zkasm","freeInTag":{"op":"sub","values":[{"op":"add","values":[{"arrayOffset":0,"module":"mem","offset":0,"offsetLabel":"g","op":"getMemValue"},{"op":"mul","values":[{"arrayOffset":0,"module":"const","num":"5","offsetLabel":"X","op":"number"},{"arrayOffset":0,"module":"const","num":"-3","offsetLabel":"N","op":"number"}]}]},{"arrayOffset":{"num":"1","op":"number"},"module":"addr","num":1,"offsetLabel":"c","op":"number"}]},"inFREE":"1","line":20,"setB":1}
        {"fileName":"p.zkasm","freeInTag":{"arrayOffset":{"num":"2","op":"number"},"module":"mem","offset":2,"offsetLabel":"c","op":"getMemValue"},"inFREE":"1","line":21,"setB":1}
        {"fileName":"p.zkasm","freeInTag":{"module":"mem","op":"getMemValueByAddress","params":[{"op":"getReg","regName":"A"}]},"inFREE":"1","line":22,"setB":1}
        {"fileName":"p.zkasm","freeInTag":{"module":"mem","op":"getMemValueByAddress","params":[{"op":"add","values":[{"op":"getReg","regName":"B"},{"num":"1","op":"number"}]}]},"inFREE":"1","line":23,"setB":1}
        {"fileName":"p.zkasm","freeInTag":{"arrayOffset":{"op":"add","values":[{"op":"getReg","regName":"B"},{"arrayOffset":0,"module":"const","offset":"X","op":"getData"}]},"module":"addr","num":0,"offsetLabel":"c","op":"number"},"inFREE":"1","line":24,"setB":1}
        {"CONST":"7","fileName":"p.zkasm","freeInTag":{"op":"if","values":[{"op":"getReg","regName":"A"},{"op":"neg","values":[{"op":"getReg","regName":"B"}]},{"op":"not","values":[{"op":"getReg","regName":"zkPC"}]}]},"inFREE":"-1","line":25,"setC":1}
        {"cmdAfter":[{"op":"setVar","values":[{"op":"getVar","varName":"_x"},{"op":"getVar","varName":"x"}]}],"fileName":"p.zkasm","freeInTag":{"op":"setVar","values":[{"op":"declareVar","varName":"x"},{"num":"5","op":"number"}]},"inFREE":"1","line":26,"setB":1}
        {"extraOffset":1,"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","line":28,"mOp":1,"mWR":0,"offset":1,"offsetLabel":"c","setA":1,"useCTX":1}
        {"extraOffset":-2,"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","ind":1,"indRR":0,"line":29,"mOp":1,"mWR":0,"offset":-2,"offsetLabel":"c","setA":1,"useCTX":1}
        {"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","ind":1,"indRR":0,"line":30,"mOp":1,"mWR":0,"offset":0,"offsetLabel":"g","setA":1,"useCTX":0}
        {"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","ind":0,"indRR":1,"line":31,"mOp":1,"mWR":0,"offset":0,"offsetLabel":"g","setA":1,"useCTX":0}
        {"fileName":"p.zkasm","inA":"1","incStack":0,"ind":1,"indRR":0,"isMem":0,"isStack":0,"line":32,"mOp":1,"mWR":1,"offset":-4}
        {"fileName":"p.zkasm","inA":"1","incStack":0,"ind":1,"indRR":0,"isStack":1,"line":33,"mOp":1,"mWR":1,"offset":1,"useCTX":1}
        {"fileName":"p.zkasm","inA":"1","incStack":0,"ind":1,"indRR":0,"isMem":1,"isStack":0,"line":34,"mOp":1,"mWR":1,"offset":0,"useCTX":1}
        {"fileName":"p.zkasm","inA":"1","incStack":0,"ind":0,"indRR":0,"isMem":0,"isStack":1,"line":35,"mOp":1,"mWR":1,"offset":-2,"useCTX":1}
        {"fileName":"p.zkasm","inCntArith":"1","inCntMemAlign":"1","inROTL_C":"1","inSTEP":"3","line":36,"setA":1}
        {"JMPN":1,"elseAddr":27,"elseAddrLabel":"next","fileName":"p.zkasm","inA":"1","jmpAddr":1,"jmpAddrLabel":"start","line":37,"useElseAddr":1,"useJmpAddr":1}
        {"JMPZ":1,"elseAddr":1,"elseAddrLabel":"start","fileName":"p.zkasm","inA":"1","jmpAddr":28,"jmpAddrLabel":"next","line":38,"useElseAddr":1,"useJmpAddr":1}
        {"JMPZ":1,"elseAddr":1,"elseAddrLabel":"start","fileName":"p.zkasm","inA":"1","ind":1,"indRR":0,"line":39,"offset":0,"useElseAddr":1,"useJmpAddr":0}
        {"JMPZ":1,"elseAddr":30,"elseAddrLabel":"next","fileName":"p.zkasm","inA":"1","ind":1,"indRR":0,"line":40,"offset":1,"offsetLabel":"start","useElseAddr":1,"useJmpAddr":0}
        {"JMPC":1,"bin":1,"binOpcode":2,"elseAddr":1,"elseAddrLabel":"start","fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","jmpAddr":31,"jmpAddrLabel":"next","line":41,"setA":1,"useElseAddr":1,"useJmpAddr":1}
        {"JMPC":1,"bin":1,"binOpcode":2,"elseAddr":1,"elseAddrLabel":"start","fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","jmpAddr":32,"jmpAddrLabel":"next","line":42,"setA":1,"useElseAddr":1,"useJmpAddr":1}
        {"JMP":1,"cmdBefore":[{"funcName":"f","op":"functionCall","params":[{"num":"1","op":"number"},{"op":"getVar","varName":"x"}]}],"fileName":"p.zkasm","ind":0,"indRR":1,"line":44,"offset":0,"useJmpAddr":0}
        {"JMP":1,"fileName":"p.zkasm","ind":0,"indRR":1,"line":45,"offset":1,"offsetLabel":"start","useJmpAddr":0}
        {"JMP":0,"JMPC":0,"JMPN":0,"call":1,"fileName":"p.zkasm","jmpAddr":1,"jmpAddrLabel":"start","line":46,"useJmpAddr":1}
        {"JMP":0,"JMPC":0,"JMPN":0,"call":1,"fileName":"p.zkasm","ind":1,"indRR":0,"line":47,"offset":1,"offsetLabel":"start","return":0}
        {"JMP":0,"JMPC":0,"JMPN":0,"call":0,"fileName":"p.zkasm","line":48,"return":1}
        {"fileName":"p.zkasm","inA":"1","line":49,"repeat":1}
        {"fileName":"p.zkasm","freeInTag":{"op":""},"hashK":1,"inFREE":"1","ind":0,"indRR":0,"line":50,"offset":3,"setA":1}
        {"arith":1,"assert":1,"fileName":"p.zkasm","hashKLen":1,"inA":"1","ind":1,"indRR":0,"line":51,"offset":0}
        {"fileName":"p.zkasm","hashKDigest":1,"inA":"1","ind":0,"indRR":0,"line":52,"memAlignRD":0,"memAlignWR":0,"memAlignWR8":1,"offset":0}
        {"fileName":"p.zkasm","freeInTag":{"op":""},"inFREE":"1","line":53,"memAlignRD":1,"memAlignWR":0,"memAlignWR8":0,"setA":1}
        {"CONSTL":"32","fileName":"p.zkasm","line":54,"setA":1}
        {"CONST":"0","fileName":"p.zkasm","line":55,"setA":1}
        {"JMP":1,"fileName":"p.zkasm","jmpAddr":44,"jmpAddrLabel":"finalizeExecution","line":57,"useJmpAddr":1}
        ],
        "labels":{"finalizeExecution":44,"start":1},
        "constants":{"L":{"fileName":"p.zkasm","line":6,"type":"CONSTL","value":"1099511627776"},"N":{"fileName":"p.zkasm","line":7,"type":"CONST","value":"-3"},"X":{"fileName":"p.zkasm","line":5,"type":"CONST","value":"5"}},
        "zkasmProfile":{"header":["results: i32"],"vars":{"c":{"offset":0,"scope":"CTX","words":3},"g":{"offset":0,"scope":"GLOBAL","words":1},"result_0":{"offset":1,"scope":"GLOBAL","words":1}}}}
    "#]].assert_eq(&shown(text));
}

#[test]
fn lines_keep_their_text_and_commands_a_name() {
    let rom = rom_of("VAR GLOBAL x\n  5 => A :MSTORE(x) ; é\"\nfinalizeExecution:\n  0 => B\n");
    let (rom, sources) = from_json(&rom).unwrap_or_else(|error| panic!("{error}"));
    let described = sources.describe(rom.lines[0].pos, "m");
    assert_eq!(
        described,
        "p.zkasm:2:3: m\n    5 => A :MSTORE(x) ; é\"\n    ^"
    );
    assert_eq!(rom.vars["x"].1, 0);
}

/// A ROM of one line and its end, with the given fields in the first.
fn one_line(fields: &str) -> String {
    format!(
        r#"{{"program": [{{{fields}}}, {{"CONST": "0", "setA": 1}}], "labels": {{"finalizeExecution": 1}}}}"#
    )
}

#[test]
fn lines_that_no_assembler_writes_are_refused_at_their_place() {
    for (fields, expected) in [
        (
            r#""inA": "x""#,
            "program[0].inA: expected a whole number, found `x`",
        ),
        (
            r#""inA": 1.5"#,
            "program[0].inA: expected a whole number, found 1.5",
        ),
        (r#""inZ": "1""#, "program[0]: unknown field inZ"),
        (
            r#""arithEq0": 1, "inA": "1""#,
            "program[0]: unknown field arithEq0",
        ),
        (
            r#""setA": 1"#,
            "program[0]: destinations without a left-hand side",
        ),
        (
            r#""inA": "1", "setA": 2"#,
            "program[0].setA: expected a whole number of 0 ..= 1, found 2",
        ),
        ("", "program[0]: a step that does nothing"),
        (r#""arith": 1"#, "program[0]: arith needs a left-hand side"),
        (
            r#""CONST": "1", "CONSTL": "1""#,
            "program[0]: both CONST and CONSTL",
        ),
        (r#""inFREE": "1""#, "program[0]: inFREE without freeInTag"),
        (
            r#""inFREE": "1", "freeInTag": 5"#,
            "program[0].freeInTag: expected an object, found 5",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "add", "values": [{"op": "number", "num": "1"}]}"#,
            "program[0].freeInTag.values: add has 2 values, not 1",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "add", "values": [{"op": "number", "num": "1"}, {"op": "nor"}]}"#,
            "program[0].freeInTag.values[1].op: unknown command `nor`",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "number", "num": "1e3"}"#,
            "program[0].freeInTag.num: expected a whole number, found `1e3`",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "getReg", "regName": "ROTL_C"}"#,
            "program[0].freeInTag.regName: a command cannot read the register `ROTL_C`",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "setVar", "values": [{"op": "number", "num": 1}, {"op": "number", "num": 1}]}"#,
            "program[0].freeInTag.values[0]: only a variable can be assigned to",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": "getMemValue", "offset": 1, "offsetLabel": "x", "arrayOffset": {"op": "number", "num": "2"}}"#,
            "program[0].freeInTag.arrayOffset: an index beyond the word's address",
        ),
        (
            r#""inFREE": "1", "freeInTag": {"op": ""}, "arith": 1"#,
            "program[0]: `$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has 0",
        ),
        (
            r#""inA": "1", "bin": 1, "binOpcode": 8"#,
            "program[0].binOpcode: expected a whole number of 0 ..= 7, found 8",
        ),
        (
            r#""inA": "1", "bin": 1"#,
            "program[0]: binOpcode is missing",
        ),
        (
            r#""inA": "1", "memAlignRD": 1, "memAlignWR": 1"#,
            "program[0]: two MEM_ALIGN operations in one step",
        ),
        (
            r#""inA": "1", "hashK": 1, "hashKLen": 1, "offset": 0"#,
            "program[0]: two hash operations in one step",
        ),
        (
            r#""inA": "1", "hashK": 1, "offset": 1, "ind": 1"#,
            "program[0]: ind, indRR and offset that number no hash",
        ),
        (r#""inA": "1", "mOp": 1"#, "program[0]: offset is missing"),
        (
            r#""inA": "1", "mOp": 1, "offset": 0, "isStack": 1"#,
            "program[0]: isStack, isMem and useCTX of no form of an address",
        ),
        (
            r#""inA": "1", "mOp": 1, "offset": 0, "ind": 1, "indRR": 1"#,
            "program[0]: both ind and indRR",
        ),
        (
            r#""inA": "1", "mOp": 1, "offset": 0, "incStack": 1"#,
            "program[0]: incStack without isStack",
        ),
        (
            r#""inA": "1", "mOp": 1, "offset": 99999, "offsetLabel": "x""#,
            "program[0]: variable x at word 99999 of its scope",
        ),
        (
            r#""inA": "1", "mOp": 1, "offset": 0, "hashK": 1"#,
            "program[0]: a hash operation and a memory access in one step",
        ),
        (
            r#""JMP": 1, "useJmpAddr": 1, "jmpAddr": false, "jmpAddrLabel": "x""#,
            "program[0].jmpAddr: a label that is defined nowhere",
        ),
        (
            r#""JMP": 1, "useJmpAddr": 1"#,
            "program[0]: jmpAddr is missing",
        ),
        (
            r#""JMP": 1, "useJmpAddr": 0, "offset": 0"#,
            "program[0]: a computed jump without one of ind and indRR",
        ),
        (
            r#""JMP": 1, "return": 1"#,
            "program[0]: two jumps in one step",
        ),
        (
            r#""inA": "1", "JMPZ": 1, "useJmpAddr": 1, "jmpAddr": 0"#,
            "program[0]: a conditional jump without useElseAddr",
        ),
        (
            r#""inA": "1", "JMPC": 1, "useJmpAddr": 1, "jmpAddr": 0, "useElseAddr": 1, "elseAddr": 1"#,
            "program[0]: JMPC and JMPNC need a binary operation in the same step",
        ),
        (
            r#""JMPZ": 1, "useJmpAddr": 1, "jmpAddr": 0, "useElseAddr": 1, "elseAddr": 1"#,
            "program[0]: a conditional jump needs a left-hand side",
        ),
        (
            r#""inA": "1", "setRR": 1, "call": 1, "useJmpAddr": 1, "jmpAddr": 0"#,
            "program[0]: RR is written by CALL already",
        ),
        (
            r#""inA": "1", "cmdAfter": 1"#,
            "program[0].cmdAfter: expected a list, found 1",
        ),
        (
            r#""inA": "1", "cmdAfter": [{"op": ""}]"#,
            "program[0].cmdAfter[0]: an empty command",
        ),
        (
            r#""inA": "1", "setzkPC": 1"#,
            "program[0]: unknown field setzkPC",
        ),
        (r#""inA": "1", "mWR": 1"#, "program[0]: mWR without mOp"),
        (
            r#""inA": "1", "incStack": -1"#,
            "program[0]: incStack without mOp",
        ),
        (
            r#""inA": "1", "indRR": 1"#,
            "program[0]: indRR without an address",
        ),
        (
            r#""inA": "1", "line": -1"#,
            "program[0].line: expected a whole number of 0 ..= 4294967295, found -1",
        ),
    ] {
        match from_json(&one_line(fields)) {
            Ok(_) => panic!("{fields} is read"),
            Err(error) => assert_eq!(error.to_string(), expected, "{fields}"),
        }
    }
}

#[test]
fn other_members_are_checked_too() {
    for (text, expected) in [
        ("[]", "the ROM: expected an object, found a list"),
        ("{}", "the ROM: program is missing"),
        ("{\"program\": [\n}", "2:1: expected value"),
        (
            r#"{"program": []}"#,
            "labels: expected an object, found null",
        ),
        (
            r#"{"program": [], "labels": {"a b": 0}}"#,
            "labels.a b: not a name",
        ),
        (
            r#"{"program": [], "labels": {"a": 1}}"#,
            "labels.a: expected a whole number of 0 ..= 0, found 1",
        ),
        (
            r#"{"program": [], "labels": {}, "constants": {"a": {"type": "CONST", "value": "4294967296"}}}"#,
            "constants.a.value: out of the range of its type",
        ),
        (
            r#"{"program": [], "labels": {}, "constants": {"a": {"type": "x", "value": "1"}}}"#,
            "constants.a.type: expected CONST or CONSTL",
        ),
        (
            r#"{"program": [], "labels": {}, "zkasmProfile": {"header": [1], "vars": {}}}"#,
            "zkasmProfile.header[0]: expected a text, found 1",
        ),
        (
            r#"{"program": [], "labels": {}, "zkasmProfile": {"header": [], "vars": {"x": {"scope": "CTX", "offset": 65535, "words": 2}}}}"#,
            "zkasmProfile.vars.x.words: expected a whole number of 1 ..= 1, found 2",
        ),
        (
            r#"{"program": [{"inA": "1", "mOp": 1, "mWR": 1, "offset": 0, "offsetLabel": "x"}], "labels": {}, "zkasmProfile": {"header": [], "vars": {}}}"#,
            "program[0]: variable x is not in zkasmProfile.vars",
        ),
        (
            r#"{"program": [{"inA": "1", "mOp": 1, "offset": 0, "offsetLabel": "x"}, {"inA": "1", "mOp": 1, "offset": 1, "offsetLabel": "x"}], "labels": {}}"#,
            "program[1]: variable x is elsewhere, too",
        ),
        (
            r#"{"program": [{"inA": "1", "mOp": 1, "useCTX": 1, "offset": 0, "offsetLabel": "x"}, {"inA": "1", "mOp": 1, "offset": 0, "offsetLabel": "x"}], "labels": {}}"#,
            "program[1]: variable x is elsewhere, too",
        ),
    ] {
        match from_json(text) {
            Ok(_) => panic!("{text} is read"),
            Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
        }
    }
    // Deep nesting is refused, not followed.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let error = from_json(&deep).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "1:128: recursion limit exceeded");
}

/// Lines that claim to be far down in many files do not make texts of that size.
#[test]
fn texts_are_of_bounded_size() {
    let line = |file: u32| format!(r#"{{"inA": "1", "fileName": "f{file}", "line": 99999}}"#);
    let lines: Vec<String> = (0..100).map(line).collect();
    let text = format!(r#"{{"program": [{}], "labels": {{}}}}"#, lines.join(","));
    let (rom, sources) = from_json(&text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rom.lines.len(), 100);
    let size: usize = sources.files().iter().map(|file| file.text.len()).sum();
    assert!(size < 200_000, "{size}");
}

#[test]
fn without_our_member_lines_say_what_variables_there_are() {
    let text = r#"{"program": [
        {"inFREE": "1", "freeInTag": {"op": "getMemValue", "module": "mem", "offset": 4, "arrayOffset": {"op": "number", "num": "1"}, "offsetLabel": "x"}, "setA": 1},
        {"inA": "1", "mOp": 1, "mWR": 1, "useCTX": 1, "offset": 5, "extraOffset": 2, "offsetLabel": "x"}
    ], "labels": {}}"#;
    let (rom, _) = from_json(text).unwrap_or_else(|error| panic!("{error}"));
    let (var, offset) = &rom.vars["x"];
    assert_eq!((var.ctx, *offset), (true, 3));
}
