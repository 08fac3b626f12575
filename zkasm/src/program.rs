//! Programs as structured items: what the compiler builds and the printer prints.

use crate::constant::ConstDecl;
use crate::error::Pos;
use crate::expr::Expr;
use crate::field::Fe;
use crate::op::Op;
use crate::reg::Reg;

/// A zkASM program: items in the order of the text, one line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The items. The printer gives item `i` the line `i + 1`.
    pub items: Vec<Item>,
}

/// One line of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `; text`: the text without the semicolon and the space after it.
    Comment(String),
    /// `VAR GLOBAL name` or `VAR CTX name`.
    Var(VarDecl),
    /// `CONST %name = expression` or `CONSTL %name = expression`.
    Const(ConstDecl),
    /// `name:`
    Label(String),
    /// `$${name(arguments)}`: a command for the executor; it takes no step.
    Command(Command),
    /// One instruction: one step, one ROM line, one cycle whenever it runs.
    Step(Step),
}

/// A variable declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarDecl {
    /// Its name.
    pub name: String,
    /// True for `VAR CTX`, whose address depends on CTX; false for `VAR GLOBAL`.
    pub ctx: bool,
    /// Length in words: 1 unless declared as an array.
    pub words: u32,
}

/// A command in `$${…}`: the call of a function of the executor or of a helper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What the executor evaluates.
    pub expr: Expr,
}

/// One instruction: `combination => destinations :operations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The left-hand side, `op`; none for pure jumps.
    pub op: Option<LinComb>,
    /// The registers that receive `op`, without repeats.
    pub dests: Vec<Reg>,
    /// The operations, in the order they are written.
    pub ops: Vec<Op>,
}

/// A sum of terms: the value `op` of a step, lane by lane in the field, without carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinComb {
    /// The terms in the order they are written; never empty in a valid step.
    pub terms: Vec<Term>,
}

/// One term of a linear combination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A register times a coefficient.
    Reg(Coeff, Reg),
    /// A number without suffix: a field element in lane 0 only. -2^31 ..= 2^32-1.
    Const(i64),
    /// A number with suffix `n`: split over both lanes.
    ConstL(u64),
    /// A free input.
    Free(FreeInput),
    /// A free input that is subtracted, which the first term cannot be.
    MinusFree(FreeInput),
    /// A product that the names of the program take part in, or numbers with suffix `n`.
    Product(Product),
}

/// A product of which not every factor is known from the text alone.
///
/// Factors are multiplied from left to right. Numbers of one lane multiply each other and a
/// register; numbers of both lanes multiply each other only. A negated number of both lanes is its
/// two's complement: `A - 1n` adds 2^32-1 to both lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Whether the product is subtracted.
    pub negative: bool,
    /// The factors in the order they are written.
    pub factors: Vec<Factor>,
}

/// A factor of a [`Product`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A number without suffix, below 2^63.
    Number(u64),
    /// A number with suffix `n`.
    Long(u64),
    /// `%name`: a constant that is defined before.
    Constant(String),
    /// `@name`: the address of a label or a variable that is defined before, for lane 0.
    Address(String),
    /// `zkPC`: the address of the step itself, for lane 0.
    ZkPc,
    /// A register, once at most.
    Reg(Reg),
}

/// A coefficient: a product of literals, with a sign.
///
/// The assembler limits each literal to 32 bits but not their product, which is how elements such
/// as 1/8 are written: `A*4294967295*536870912` is `-A/8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coeff {
    /// Whether the term is subtracted.
    pub negative: bool,
    /// The factors; empty means one.
    pub factors: Vec<u32>,
}

impl Coeff {
    /// The coefficient one.
    pub const ONE: Coeff = Coeff {
        negative: false,
        factors: Vec::new(),
    };
    /// The coefficient minus one.
    pub const MINUS_ONE: Coeff = Coeff {
        negative: true,
        factors: Vec::new(),
    };

    /// A product of literals.
    pub fn product(factors: &[u32]) -> Coeff {
        Coeff {
            negative: false,
            factors: factors.to_vec(),
        }
    }

    /// The same coefficient with the other sign.
    pub fn negated(mut self) -> Coeff {
        self.negative = !self.negative;
        self
    }

    /// The coefficient 2^-`bits`, for `bits` in 1..=31: in the field, 2^-k = -(2^32-1)·2^(32-k),
    /// because (2^32-1)·2^32 = 2^64-2^32 = -1.
    ///
    /// # Panics
    /// If `bits` is outside 1..=31.
    pub fn inverse_power_of_two(bits: u32) -> Coeff {
        assert!(
            (1..=31).contains(&bits),
            "the inverse of 2^{bits} is not one product of two literals"
        );
        Coeff {
            negative: true,
            factors: vec![u32::MAX, 1 << (32 - bits)],
        }
    }

    /// Its value in the field.
    pub fn value(&self) -> Fe {
        let product = self
            .factors
            .iter()
            .fold(Fe::ONE, |product, &factor| product * Fe::from(factor));
        if self.negative { -product } else { product }
    }
}

/// A value that the prover supplies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FreeInput {
    /// `$`: supplied, and always pinned, by an operation of the same step.
    Bare,
    /// `${expression}`: computed by the executor; nothing pins it but what the program checks.
    Expr(Expr),
}

impl Program {
    /// The number of ROM lines: one per step.
    pub fn rom_lines(&self) -> usize {
        self.items
            .iter()
            .filter(|item| matches!(item, Item::Step(_)))
            .count()
    }

    /// The source position that the printer gives item `index`: line `index + 1`, column 1.
    pub fn printed_pos(index: usize) -> Pos {
        Pos {
            line: index as u32 + 1,
            column: 1,
            file: 0,
        }
    }
}

impl LinComb {
    /// The combination of a single term.
    pub fn of(term: Term) -> LinComb {
        LinComb { terms: vec![term] }
    }

    /// A register by itself.
    pub fn reg(reg: Reg) -> LinComb {
        LinComb::of(Term::Reg(Coeff::ONE, reg))
    }

    /// A lane-0 constant.
    pub fn constant(value: i64) -> LinComb {
        LinComb::of(Term::Const(value))
    }

    /// `$`.
    pub fn bare() -> LinComb {
        LinComb::of(Term::Free(FreeInput::Bare))
    }

    /// `${expr}`.
    pub fn free(expr: Expr) -> LinComb {
        LinComb::of(Term::Free(FreeInput::Expr(expr)))
    }

    /// Adds a register with a coefficient.
    #[must_use]
    pub fn plus(mut self, coeff: Coeff, reg: Reg) -> LinComb {
        self.terms.push(Term::Reg(coeff, reg));
        self
    }

    /// Adds a lane-0 constant, unless it is zero.
    #[must_use]
    pub fn plus_const(mut self, value: i64) -> LinComb {
        if value != 0 {
            self.terms.push(Term::Const(value));
        }
        self
    }

    /// Adds a term.
    #[must_use]
    pub fn with(mut self, term: Term) -> LinComb {
        self.terms.push(term);
        self
    }

    /// The free input of the combination, if it has one.
    pub fn free_input(&self) -> Option<&FreeInput> {
        self.terms.iter().find_map(|term| match term {
            Term::Free(free) | Term::MinusFree(free) => Some(free),
            _ => None,
        })
    }
}

impl Step {
    /// A step that computes `op`.
    pub fn of(op: LinComb) -> Step {
        Step {
            op: Some(op),
            ..Step::default()
        }
    }

    /// A step without left-hand side: a jump, call, return or repeat.
    pub fn bare(op: Op) -> Step {
        Step {
            ops: vec![op],
            ..Step::default()
        }
    }

    /// Adds a destination.
    #[must_use]
    pub fn to(mut self, reg: Reg) -> Step {
        self.dests.push(reg);
        self
    }

    /// Adds an operation.
    #[must_use]
    pub fn with(mut self, op: Op) -> Step {
        self.ops.push(op);
        self
    }

    /// The step's change of control flow, if it has one.
    pub fn jump(&self) -> Option<&Op> {
        self.ops.iter().find(|op| op.is_jump())
    }

    /// The step's memory access, if it has one.
    pub fn memory(&self) -> Option<&Op> {
        self.ops
            .iter()
            .find(|op| matches!(op, Op::MLoad(_) | Op::MStore(_)))
    }
}
