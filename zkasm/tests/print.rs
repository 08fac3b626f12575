//! What the canonical printer writes, and that the parser reads it back as it was.

use expect_test::expect;
use zkasm::{
    Addr, BinaryExprOp, BinaryOp, Coeff, Expr, Item, LinComb, Module, Op, Program, Reg, Step,
    Target, Term, VarDecl, parse,
};

fn step(op: Option<LinComb>, dests: &[Reg], ops: &[Op]) -> Item {
    Item::Step(Step {
        op,
        dests: dests.to_vec(),
        ops: ops.to_vec(),
    })
}

fn label(name: &str) -> Target {
    Target::Label(name.to_owned())
}

#[test]
fn every_kind_of_item_has_its_line() {
    let var = |name: &str, ctx, words| {
        Item::Var(VarDecl {
            name: name.to_owned(),
            ctx,
            words,
        })
    };
    let eighth = Coeff::inverse_power_of_two(3);
    let address = LinComb::reg(Reg::A)
        .plus(Coeff::product(&[2]).negated(), Reg::C)
        .plus_const(5);
    let items = vec![
        Item::Comment("results: i32".to_owned()),
        Item::Comment(String::new()),
        Item::Comment("two\nlines\u{2028}in a name".to_owned()),
        var("result_0", false, 1),
        var("table", false, 10),
        var("here", true, 1),
        Item::Label("start".to_owned()),
        Item::Command(zkasm::Command {
            expr: Expr::call("call", vec![Expr::number(1u32), Expr::number(2u32)]),
        }),
        step(
            Some(LinComb {
                terms: vec![
                    Term::Reg(eighth.clone(), Reg::A),
                    Term::Reg(eighth.negated(), Reg::C),
                    Term::Const(5),
                ],
            }),
            &[Reg::E],
            &[Op::MLoad(Addr::Mem(3))],
        ),
        step(Some(address), &[Reg::E, Reg::Rr], &[]),
        step(Some(LinComb::constant(-1)), &[Reg::D], &[]),
        step(Some(LinComb::of(Term::ConstL(16))), &[Reg::B], &[]),
        step(
            Some(LinComb::bare()),
            &[Reg::A],
            &[Op::Binary(BinaryOp::Add), Op::MStore(Addr::Stack(-1))],
        ),
        step(
            Some(LinComb::reg(Reg::A)),
            &[],
            &[Op::JmpN(label("start"), Some(label("next")))],
        ),
        step(
            None,
            &[],
            &[Op::Jmp(Target::LabelPlus("start".to_owned(), Reg::E))],
        ),
        step(None, &[], &[Op::Call(label("start"))]),
        step(None, &[], &[Op::Return]),
        step(None, &[], &[Op::Repeat]),
    ];
    let program = Program { items };
    expect![[r#"
        ; results: i32
        ;
        ; two lines in a name
        VAR GLOBAL result_0
        VAR GLOBAL table[10]
        VAR CTX here
        start:
        $${call(1, 2)}
          -A*4294967295*536870912 + C*4294967295*536870912 + 5 => E :MLOAD(MEM:E + 3)
          A - C*2 + 5 => E, RR
          -1 => D
          0x10n => B
          $ => A :ADD, MSTORE(SP - 1)
          A :JMPN(start, next)
          :JMP(@start + E)
          :CALL(start)
          :RETURN
          :REPEAT(RCX)
    "#]]
    .assert_eq(&program.to_string());
}

#[test]
fn addresses_print_as_the_reference_writes_them() {
    let name = || "x".to_owned();
    let addrs = [
        Addr::Stack(0),
        Addr::Stack(2),
        Addr::Stack(i32::MIN),
        Addr::StackInc,
        Addr::StackDec,
        Addr::StackE(1),
        Addr::Mem(0),
        Addr::Mem(-3),
        Addr::Sys(-1),
        Addr::Var(name(), None),
        Addr::Var(name(), Some(Reg::E)),
        Addr::Var(name(), Some(Reg::Rr)),
        Addr::Element(name(), 7),
    ];
    let text: Vec<String> = addrs.iter().map(Addr::to_string).collect();
    expect![[r#"
        SP
        SP + 2
        SP - 2147483648
        SP++
        SP--
        STACK:E + 1
        MEM:E
        MEM:E - 3
        SYS:E - 1
        x
        x+E
        x+RR
        x+7"#]]
    .assert_eq(&text.join("\n"));
}

#[test]
fn nested_operators_stand_in_parentheses() {
    let sum = || Expr::reg(Reg::A).binary(BinaryExprOp::Add, Expr::number(1u32));
    let neg = |expr| Expr::Unary(zkasm::UnaryExprOp::Neg, Box::new(expr));
    let choice = |a, b, c| Expr::Ternary(Box::new(a), Box::new(b), Box::new(c));
    let exprs = [
        sum().binary(BinaryExprOp::Shl, Expr::Ident("x".to_owned())),
        neg(neg(sum())),
        neg(Expr::number(1u32)).binary(BinaryExprOp::Sub, neg(Expr::number(2u32))),
        choice(
            sum(),
            choice(sum(), Expr::number(1u32), Expr::number(2u32)),
            neg(sum()),
        ),
        Expr::call(
            "cond",
            vec![sum(), Expr::Data(Module::Mem, "x".to_owned(), None)],
        ),
        Expr::call("beforeLast", vec![]),
    ];
    let text: Vec<String> = exprs.iter().map(Expr::to_string).collect();
    expect![[r#"
        (A + 1) << x
        -(-(A + 1))
        -1 - -2
        (A + 1) ? ((A + 1) ? 1 : 2) : -(A + 1)
        cond(A + 1, mem.x)
        beforeLast()"#]]
    .assert_eq(&text.join("\n"));
    for (expr, text) in exprs.iter().zip(&text) {
        let parsed = parse(&format!("${{{text}}} => A")).unwrap();
        let [Item::Step(step)] = parsed.program.items.as_slice() else {
            panic!("{text} is one step");
        };
        assert_eq!(step.op, Some(LinComb::free(expr.clone())), "{text}");
    }
}

#[test]
fn loose_text_becomes_canonical() {
    let loose = "\
/* a note
   over lines */ ; kept
start:$=>A:MLOAD(SP),JMP(end)  ; dropped
  2*A*0x10+3 - -0xFFn*1
";
    let error = parse(loose).unwrap_err();
    assert_eq!(error.pos.line, 4);
    let loose = loose.replace("- -0xFFn*1", "-7 => B , CTX : JMPNZ( start,end )\r");
    let printed = parse(&(loose + "l: m: VAR CTX x [ 0x10 ] $${ a ( ) } SP-1=>SP\nend:"))
        .unwrap()
        .program
        .to_string();
    expect![[r#"
        ; kept
        start:
          $ => A :MLOAD(SP), JMP(end)
          A*2*16 + 3 - 7 => B, CTX :JMPNZ(start, end)
        l:
        m:
        VAR CTX x[16]
        $${a()}
          SP - 1 => SP
        end:
    "#]]
    .assert_eq(&printed);
}
