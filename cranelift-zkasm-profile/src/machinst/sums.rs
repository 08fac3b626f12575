//! Values that are the same sum in another order.
//!
//! The optimiser regroups sums, products, and chains of `band` and `bxor`, such as `((a + b) + c) + d` into
//! `(a + b) + (c + d)`, and forgets that the new one is the old one's value. It is found by counting what
//! each of them is made of, down to values that are something else.
//!
//! What a value is made of is kept as a number: that of a sum is the sum of its terms' numbers, and that of
//! a term is a random one. So terms may stand in any order and groups, and be subtracted. Of chains of at most
//! 2^32 terms (squares of squares have more: they are terms themselves) different ones have the same number with
//! a probability below 2^-90; a location would then be that of another operator, nothing else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use cranelift_codegen::ir::dfg::ValueDef;
use cranelift_codegen::ir::{Function, Inst, Opcode, Type, Value};

/// Operations whose chains can be regrouped.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Sum,
    Product,
    And,
    Xor,
}

impl Kind {
    fn of(opcode: Opcode) -> Option<Kind> {
        match opcode {
            Opcode::Iadd | Opcode::Isub | Opcode::Ineg => Some(Kind::Sum),
            Opcode::Imul => Some(Kind::Product),
            Opcode::Band => Some(Kind::And),
            Opcode::Bxor => Some(Kind::Xor),
            _ => None,
        }
    }
}

/// What is known of a class of values.
enum Made {
    /// It is being looked at: whoever comes upon it again takes it for a term.
    Open,
    Known(Number),
}

/// What stands for a chain.
#[derive(Clone, Copy)]
struct Number {
    sum: u128,
    /// How many terms it has, each as often as it is there.
    terms: u64,
}

/// How many terms a chain may have.
const MOST_TERMS: u64 = 1 << 32;

struct Sums<'a, F> {
    func: &'a Function,
    class: F,
    /// An operation whose result is in a class, by the class; and what it is made of.
    operations: HashMap<Value, Inst>,
    made: HashMap<Value, Made>,
}

/// Pairs of values that are the same, by the classes that they are known to be in.
pub(super) fn equal(func: &Function, class: impl Fn(Value) -> Value) -> Vec<(Value, Value)> {
    let mut sums = Sums {
        func,
        class,
        operations: HashMap::new(),
        made: HashMap::new(),
    };
    let mut results = Vec::new();
    for value in func.dfg.values() {
        if let ValueDef::Result(inst, 0) = func.dfg.value_def(value)
            && sums.kind(inst).is_some()
        {
            sums.operations.entry(sums.class_of(value)).or_insert(inst);
            results.push((value, inst));
        }
    }
    let mut first: HashMap<(Option<Kind>, Type, u128), Value> = HashMap::new();
    let mut pairs = Vec::new();
    for (value, inst) in results {
        for (operand, _) in sums.operands(inst) {
            sums.look_at(operand);
        }
        let key = (
            sums.kind(inst),
            func.dfg.value_type(value),
            sums.number(inst).sum,
        );
        let same = *first.entry(key).or_insert(value);
        if same != value {
            pairs.push((same, value));
        }
    }
    pairs
}

impl<F: Fn(Value) -> Value> Sums<'_, F> {
    fn kind(&self, inst: Inst) -> Option<Kind> {
        Kind::of(self.func.dfg.insts[inst].opcode())
    }

    fn class_of(&self, value: Value) -> Value {
        (self.class)(self.func.dfg.resolve_aliases(value))
    }

    /// The classes of an operation's operands, and whether each is subtracted.
    fn operands(&self, inst: Inst) -> Vec<(Value, bool)> {
        let opcode = self.func.dfg.insts[inst].opcode();
        let values = self.func.dfg.inst_values(inst).enumerate();
        let operands = values.map(|(at, value)| {
            let subtracted = match opcode {
                Opcode::Isub => at == 1,
                _ => opcode == Opcode::Ineg,
            };
            (self.class_of(value), subtracted)
        });
        operands.collect()
    }

    /// Makes known what a class is made of, and all that it is made of. A class may be made of itself, as
    /// that of `x` and `x + 0` is. Without recursion: sums may be long.
    fn look_at(&mut self, class: Value) {
        let mut stack = vec![class];
        while let Some(&class) = stack.last() {
            let Some(&inst) = self.operations.get(&class) else {
                stack.pop();
                continue;
            };
            match self.made.get(&class) {
                Some(Made::Known(_)) => {
                    stack.pop();
                }
                Some(Made::Open) => {
                    let number = self.number(inst);
                    self.made.insert(class, Made::Known(number));
                    stack.pop();
                }
                None => {
                    self.made.insert(class, Made::Open);
                    let operands = self.operands(inst).into_iter().map(|(operand, _)| operand);
                    stack.extend(operands.filter(|operand| !self.made.contains_key(operand)));
                }
            }
        }
    }

    /// The number of an operation's result.
    fn number(&self, inst: Inst) -> Number {
        let kind = self.kind(inst);
        let mut chain = Number { sum: 0, terms: 0 };
        for (operand, subtracted) in self.operands(inst) {
            let same_kind = self.operations.get(&operand);
            let same_kind = same_kind.is_some_and(|&inner| self.kind(inner) == kind);
            let number = match self.made.get(&operand) {
                Some(&Made::Known(number))
                    if same_kind && chain.terms + number.terms < MOST_TERMS =>
                {
                    number
                }
                _ => Number {
                    sum: term(operand),
                    terms: 1,
                },
            };
            chain.terms += number.terms;
            chain.sum = match subtracted {
                false => chain.sum.wrapping_add(number.sum),
                true => chain.sum.wrapping_sub(number.sum),
            };
        }
        chain
    }
}

/// The number of what is not looked into.
fn term(class: Value) -> u128 {
    let half = |salt: u32| {
        let mut hasher = DefaultHasher::new();
        (salt, class).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}
