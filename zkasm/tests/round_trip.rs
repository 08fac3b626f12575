//! Properties over random programs and random text: what is printed is read back, what is read is
//! printed the same way again, and nothing panics.

use proptest::prelude::*;
use proptest::sample::select;
use zkasm::{
    Addr, BinaryExprOp, BinaryOp, Coeff, Command, ConstDecl, ConstExpr, ConstOp, Expr, Factor,
    FreeInput, HashId, HashOp, Item, LinComb, Module, Op, Product, Program, Reg, Step, Target,
    Term, UnaryExprOp, VarDecl, assemble, parse,
};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "a",
            "l0",
            "result_0",
            "finalizeExecution",
            "_x",
            "mem0"
        ])
        .prop_map(String::from),
        "[a-z_][a-z0-9_]{0,6}",
    ]
    .prop_filter("a name", |name| {
        zkasm::is_name(name) && !matches!(name.as_str(), "mem" | "const" | "addr" | "var")
    })
}

fn reg() -> impl Strategy<Value = Reg> {
    select(Reg::ALL)
}

fn unary_op() -> impl Strategy<Value = UnaryExprOp> {
    select(vec![
        UnaryExprOp::Neg,
        UnaryExprOp::Not,
        UnaryExprOp::BitNot,
    ])
}

fn binary_op() -> impl Strategy<Value = BinaryExprOp> {
    use BinaryExprOp::*;
    select(vec![
        Add, Sub, Mul, Div, Rem, And, Or, Xor, Shl, Shr, LogicAnd, LogicOr, Eq, Ne, Lt, Le, Gt, Ge,
    ])
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        prop_oneof![0..3u128, any::<u128>()].prop_map(Expr::Number),
        reg().prop_map(Expr::Reg),
        name().prop_map(Expr::Ident),
        Just(Expr::ZkPc),
        (select(Module::ALL), name()).prop_map(|(module, name)| Expr::Data(module, name, None)),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new).boxed();
        prop_oneof![
            (name(), prop::option::of(boxed.clone())).prop_map(|(name, x)| Expr::Declare(name, x)),
            (name(), boxed.clone()).prop_map(|(name, x)| Expr::Assign(name, x)),
            (select(Module::ALL), name(), boxed.clone()).prop_map(|(module, name, x)| Expr::Data(
                module,
                name,
                Some(x)
            )),
            (unary_op(), boxed.clone()).prop_map(|(op, x)| Expr::Unary(op, x)),
            (binary_op(), boxed.clone(), boxed.clone())
                .prop_map(|(op, x, y)| Expr::Binary(op, x, y)),
            (boxed.clone(), boxed.clone(), boxed).prop_map(|(c, x, y)| Expr::Ternary(c, x, y)),
            (name(), prop::collection::vec(inner, 0..4))
                .prop_map(|(name, args)| Expr::Call(name, args)),
        ]
    })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => (any::<bool>(), prop::collection::vec(any::<u32>(), 0..3), reg()).prop_map(
            |(negative, factors, reg)| Term::Reg(Coeff { negative, factors }, reg)
        ),
        2 => any::<i64>()
            .prop_filter("a literal of the parser", |value| *value != i64::MIN)
            .prop_map(Term::Const),
        1 => any::<u64>().prop_map(Term::ConstL),
        2 => product(),
        1 => Just(Term::Free(FreeInput::Bare)),
        1 => expr().prop_map(|expr| Term::Free(FreeInput::Expr(expr))),
        1 => expr().prop_map(|expr| Term::MinusFree(FreeInput::Expr(expr))),
    ]
}

/// A product that is none of the simpler terms.
fn product() -> impl Strategy<Value = Term> {
    let other = || {
        prop_oneof![
            (0..=i64::MAX as u64).prop_map(Factor::Number),
            any::<u64>().prop_map(Factor::Long),
            name().prop_map(Factor::Constant),
            name().prop_map(Factor::Address),
            Just(Factor::ZkPc),
        ]
    };
    let factors = prop::collection::vec(other(), 1..4);
    let reg = prop::option::of((any::<prop::sample::Index>(), reg()));
    (any::<bool>(), factors, reg)
        .prop_map(|(negative, mut factors, reg)| {
            if let Some((index, reg)) = reg {
                factors.insert(index.index(factors.len() + 1), Factor::Reg(reg));
            }
            Product { negative, factors }
        })
        .prop_filter("not a simpler term", |product| {
            let simple = |factor: &Factor| matches!(factor, Factor::Number(_) | Factor::Reg(_));
            let long = matches!(product.factors.as_slice(), [Factor::Long(_)]);
            !product.factors.iter().all(simple) && (product.negative || !long)
        })
        .prop_map(Term::Product)
}

fn const_expr() -> impl Strategy<Value = ConstExpr> {
    let leaf = prop_oneof![
        prop_oneof![0..3u128, any::<u64>().prop_map(u128::from), any::<u128>()]
            .prop_map(ConstExpr::Number),
        any_name().prop_map(ConstExpr::Name),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let inner = inner.prop_map(Box::new).boxed();
        prop_oneof![
            inner.clone().prop_map(ConstExpr::Neg),
            inner.clone().prop_map(ConstExpr::Not),
            (select(ConstOp::ALL), inner.clone(), inner.clone())
                .prop_map(|(op, x, y)| ConstExpr::Binary(op, x, y)),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(c, x, y)| ConstExpr::Choice(c, x, y)),
            (any_name(), inner).prop_map(|(name, x)| ConstExpr::OrElse(name, x)),
        ]
    })
}

/// A name, or a word of the language, which constants can have as name.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![4 => name(), 1 => select(vec!["A", "ADD", "CONST"]).prop_map(String::from)]
}

fn addr() -> impl Strategy<Value = Addr> {
    let offset = || prop_oneof![-3..3i32, any::<i32>()];
    prop_oneof![
        offset().prop_map(Addr::Stack),
        Just(Addr::StackInc),
        Just(Addr::StackDec),
        offset().prop_map(Addr::StackE),
        offset().prop_map(Addr::Mem),
        offset().prop_map(Addr::Sys),
        (name(), prop::option::of(reg())).prop_map(|(name, reg)| Addr::Var(name, reg)),
        (name(), 0..=i32::MAX as u32).prop_map(|(name, index)| Addr::Element(name, index)),
        (name(), offset())
            .prop_filter("an offset", |(_, offset)| *offset != 0)
            .prop_map(|(name, offset)| Addr::ElementE(name, offset)),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        3 => name().prop_map(Target::Label),
        1 => reg().prop_map(Target::Reg),
        1 => (name(), reg()).prop_map(|(name, reg)| Target::LabelPlus(name, reg)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let branch: fn() -> _ = || (target(), prop::option::of(target()));
    prop_oneof![
        select(BinaryOp::ALL).prop_map(Op::Binary),
        select(vec![
            Op::Arith,
            Op::MemAlignRd,
            Op::MemAlignWr,
            Op::MemAlignWr8,
            Op::Assert,
            Op::Return,
            Op::Repeat,
        ]),
        (select(HashOp::ALL), any::<u32>()).prop_map(|(op, id)| Op::Hash(op, HashId::Number(id))),
        select(HashOp::ALL).prop_map(|op| Op::Hash(op, HashId::E)),
        addr().prop_map(Op::MLoad),
        addr().prop_map(Op::MStore),
        target().prop_map(Op::Jmp),
        target().prop_map(Op::Call),
        branch().prop_map(|(to, other)| Op::JmpN(to, other)),
        branch().prop_map(|(to, other)| Op::JmpZ(to, other)),
        branch().prop_map(|(to, other)| Op::JmpNz(to, other)),
        branch().prop_map(|(to, other)| Op::JmpC(to, other)),
        branch().prop_map(|(to, other)| Op::JmpNc(to, other)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let terms = prop::collection::vec(term(), 1..4)
        .prop_filter("a first term that can be read", |terms| {
            !matches!(terms[0], Term::MinusFree(_))
        })
        .prop_map(|terms| LinComb { terms });
    let dests = prop::collection::vec(reg(), 0..3);
    let with_op =
        (terms, dests, prop::collection::vec(op(), 0..3)).prop_map(|(op, dests, ops)| Step {
            op: Some(op),
            dests,
            ops,
        });
    let without = prop::collection::vec(op(), 1..3).prop_map(|ops| Step {
        op: None,
        dests: Vec::new(),
        ops,
    });
    prop_oneof![4 => with_op, 1 => without]
}

fn item() -> impl Strategy<Value = Item> {
    let var = (name(), any::<bool>(), 1..9u32).prop_map(|(name, ctx, words)| VarDecl {
        name,
        ctx,
        words,
    });
    prop_oneof![
        1 => "[ -~é\t]{0,12}".prop_map(Item::Comment),
        1 => var.prop_map(Item::Var),
        1 => (any_name(), any::<bool>(), const_expr())
            .prop_map(|(name, long, value)| Item::Const(ConstDecl { name, long, value })),
        1 => name().prop_map(Item::Label),
        1 => expr().prop_map(|expr| Item::Command(Command { expr })),
        6 => step().prop_map(Item::Step),
    ]
}

fn program() -> impl Strategy<Value = Program> {
    prop::collection::vec(item(), 0..8).prop_map(|items| Program { items })
}

/// Text that resembles a program: fragments of the language in any order.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = select(vec![
        "A",
        "B",
        "SP",
        "E",
        "$",
        "${",
        "$${",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        ";",
        "=>",
        "+",
        "-",
        "*",
        "/*",
        "*/",
        "\n",
        " ",
        "JMP",
        "JMPN",
        "MLOAD",
        "MSTORE",
        "ADD",
        "MEM",
        "VAR",
        "GLOBAL",
        "CTX",
        "x",
        "l",
        "mem",
        ".",
        "@",
        "%",
        "?",
        "<<",
        "==",
        "0x",
        "1",
        "99999999999",
        "5n",
        "n",
        "!",
        "~",
        "é",
        "\r",
        "REPEAT",
        "RCX",
        "CONST",
        "CONST %X =",
        "%X",
        "zkPC",
        "??",
        "const.X",
        "beforeLast",
        "HASHK",
        "var ",
        "=",
        "\u{0}",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|parts| parts.concat())
}

/// Reads and assembles a text; what is read must print stably.
fn survives(text: &str) {
    let Ok(parsed) = parse(text) else { return };
    assert_eq!(parsed.positions.len(), parsed.program.items.len());
    let _ = assemble(&parsed.program, &parsed.positions);
    let printed = parsed.program.to_string();
    let again = parse(&printed).unwrap_or_else(|error| panic!("{error} in {printed:?}"));
    assert_eq!(again.program.to_string(), printed);
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(program in program()) {
        let printed = program.to_string();
        let parsed = parse(&printed).map_err(|error| {
            TestCaseError::fail(format!("{error} in\n{printed}"))
        })?;
        prop_assert_eq!(&parsed.program, &program);
        for (index, pos) in parsed.positions.iter().enumerate() {
            prop_assert_eq!(pos.line, Program::printed_pos(index).line);
        }
        prop_assert_eq!(parsed.program.to_string(), printed);
    }

    #[test]
    fn assembling_never_panics(program in program()) {
        let _ = assemble(&program, &[]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_fragments_are_read_or_refused(text in fragments()) {
        survives(&text);
    }

    #[test]
    fn mutated_programs_are_read_or_refused(
        program in program(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), fragments()), 1..4),
    ) {
        let mut text: Vec<char> = program.to_string().chars().collect();
        for (index, insert) in cuts {
            let at = index.index(text.len() + 1);
            let end = (at + insert.len() % 5).min(text.len());
            text.splice(at..end, insert.chars());
        }
        survives(&text.into_iter().collect::<String>());
    }
}
