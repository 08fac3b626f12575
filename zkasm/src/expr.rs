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
    /// A variable of the command language, global to the run.
    Ident(String),
    /// `mem.name`: the value of a variable in the machine's memory.
    Mem(String),
    /// `const.name`: a constant, wherever in the program it is defined.
    Const(String),
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

    /// A function applied to arguments.
    pub fn call(name: &str, args: Vec<Expr>) -> Expr {
        Expr::Call(name.to_owned(), args)
    }
}
