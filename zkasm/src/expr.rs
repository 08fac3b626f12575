//! The command language inside `${…}` and `$${…}`.

use crate::reg::Reg;

/// An expression of the command language.
///
/// Values are unbounded integers. The executor's grammar has only two levels of binary precedence,
/// so the printer puts parentheses around every nested binary or ternary expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A non-negative integer literal.
    Number(u128),
    /// A register's value: 64 bits unsigned for A..E, a signed lane for the others.
    Reg(Reg),
    /// `zkPC`: the ROM line that the machine is at when the command runs.
    ZkPc,
    /// A variable of the command language, global to the run.
    Ident(String),
    /// `module.name` or `module.name[index]`: what the program declares under that name.
    Data(Module, String, Option<Box<Expr>>),
    /// `var name` or `var name = value`: declares a variable, 0 unless given a value.
    Declare(String, Option<Box<Expr>>),
    /// `name = value`.
    Assign(String, Box<Expr>),
    /// A unary operator applied.
    Unary(UnaryExprOp, Box<Expr>),
    /// A binary operator applied.
    Binary(BinaryExprOp, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`.
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A built-in or a helper's function applied.
    Call(String, Vec<Expr>),
}

macro_rules! modules {
    ($($name:ident $text:literal $doc:literal),* $(,)?) => {
        /// What is asked of a name that the program declares.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Module { $(#[doc = $doc] $name),* }

        impl Module {
            /// Every module.
            pub const ALL: &'static [Module] = &[$(Module::$name),*];

            /// The module's spelling.
            pub const fn text(self) -> &'static str {
                match self { $(Module::$name => $text),* }
            }

            /// The module of that spelling.
            pub fn from_text(text: &str) -> Option<Module> {
                match text { $($text => Some(Module::$name),)* _ => None }
            }
        }
    };
}

modules! {
    Mem "mem" "The value of a variable, or of a word counted from its first one, in the machine's memory. As in the reference, the context is of no account, and an index that is not a number can be assembled but not run.",
    Addr "addr" "The address of a variable within its scope, plus the index. As in the reference, an index that is not a number is ignored.",
    Const "const" "A constant, wherever in the program it is defined; an index is ignored.",
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryExprOp {
    /// `-x`
    Neg,
    /// `!x`: 1 if x is 0, else 0.
    Not,
    /// `~x`: -x - 1.
    BitNot,
}

impl UnaryExprOp {
    /// The operator's spelling.
    pub const fn text(self) -> &'static str {
        match self {
            UnaryExprOp::Neg => "-",
            UnaryExprOp::Not => "!",
            UnaryExprOp::BitNot => "~",
        }
    }
}

macro_rules! binary_operators {
    ($($name:ident $text:literal $doc:literal),* $(,)?) => {
        /// A binary operator. `+` and `-` bind weakest; all others share one level and associate
        /// to the left.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BinaryExprOp { $(#[doc = $doc] $name),* }

        impl BinaryExprOp {
            /// The operator's spelling.
            pub const fn text(self) -> &'static str {
                match self { $(BinaryExprOp::$name => $text),* }
            }

            /// The operator of that spelling.
            pub fn from_text(text: &str) -> Option<BinaryExprOp> {
                match text { $($text => Some(BinaryExprOp::$name),)* _ => None }
            }
        }
    };
}

binary_operators! {
    Add "+" "Sum.",
    Sub "-" "Difference.",
    Mul "*" "Product.",
    Div "/" "Quotient, truncated toward zero; an error if the divisor is 0.",
    Rem "%" "Remainder with the dividend's sign; an error if the divisor is 0.",
    And "&" "Bitwise and of two's complements.",
    Or "|" "Bitwise or of two's complements.",
    Xor "^" "Bitwise exclusive or of two's complements.",
    Shl "<<" "Left shift.",
    Shr ">>" "Arithmetic right shift.",
    LogicAnd "&&" "1 if both sides are not 0.",
    LogicOr "||" "1 if either side is not 0.",
    Eq "==" "1 if equal.",
    Ne "!=" "1 if different.",
    Lt "<" "1 if less.",
    Le "<=" "Reference behaviour of the 64-bit branch: 1 if *greater* (a known bug of it).",
    Gt ">" "1 if greater.",
    Ge ">=" "1 if greater or equal.",
}

impl Expr {
    /// A register's value.
    pub fn reg(reg: Reg) -> Expr {
        Expr::Reg(reg)
    }

    /// A number.
    pub fn number(value: impl Into<u128>) -> Expr {
        Expr::Number(value.into())
    }

    /// `self op other`.
    #[must_use]
    pub fn binary(self, op: BinaryExprOp, other: Expr) -> Expr {
        Expr::Binary(op, Box::new(self), Box::new(other))
    }

    /// The expressions that this one is made of, in the order of the text.
    pub fn operands(&self) -> impl Iterator<Item = &Expr> {
        let (some, list): ([Option<&Expr>; 3], &[Expr]) = match self {
            Expr::Number(_) | Expr::Reg(_) | Expr::ZkPc | Expr::Ident(_) => ([None; 3], &[]),
            Expr::Data(_, _, operand) | Expr::Declare(_, operand) => {
                ([operand.as_deref(), None, None], &[])
            }
            Expr::Assign(_, operand) | Expr::Unary(_, operand) => {
                ([Some(operand), None, None], &[])
            }
            Expr::Binary(_, left, right) => ([Some(left), Some(right), None], &[]),
            Expr::Ternary(condition, then, otherwise) => {
                ([Some(condition), Some(then), Some(otherwise)], &[])
            }
            Expr::Call(_, args) => ([None; 3], args),
        };
        some.into_iter().flatten().chain(list)
    }

    /// A function applied to arguments.
    pub fn call(name: &str, args: Vec<Expr>) -> Expr {
        Expr::Call(name.to_owned(), args)
    }
}
