//! Division.
//!
//! Below, n is the dividend, d the divisor, q and r quotient and remainder; all registers hold values
//! of 64 bits with canonical lanes, of which those of 32 bits are a part. ARITH pins
//! A·B + C = D·2^64 + op over the integers and checks the range of all five, so its free op cannot
//! wrap. What it leaves open is which multiple of d was taken; a sum's carry decides that. No other
//! value of a free input passes both.

use runtime_hooks::{Cause, TrapKind};
use zkasm::{BinaryExprOp, BinaryOp, Coeff, Expr, LinComb, Op, Reg, Step, Target, Term};

use super::DivisionPart;
use super::emit::{
    SIGNED_MAX, U32_MAX, above, binary, high_word, jump_if_negative, product_plus_c,
};
use crate::machinst::buffer::Buffer;
use crate::runtime;

/// How wide the operands of a signed division are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Bits32,
    Bits64,
}

impl Width {
    pub fn of(bits: u32) -> Width {
        match bits {
            64 => Width::Bits64,
            _ => Width::Bits32,
        }
    }

    /// What is negative exactly if the sign bit of the value in C is set.
    fn sign_of_c(self) -> LinComb {
        above(
            SIGNED_MAX,
            match self {
                Width::Bits32 => Reg::C,
                Width::Bits64 => Reg::RotlC,
            },
        )
    }
}

/// `${value}`, for the step's op.
fn free(value: Expr) -> Step {
    Step::of(LinComb::free(value))
}

/// 2^64 - 1 - reg, lane by lane without borrow.
fn inverted(reg: Reg) -> Step {
    let ones = LinComb::of(Term::ConstL(u64::MAX));
    Step::of(ones.plus(Coeff::MINUS_ONE, reg))
}

/// `reg => dest`
fn copy(reg: Reg, dest: Reg) -> Step {
    Step::of(LinComb::reg(reg)).to(dest)
}

fn two_to_the_64() -> Expr {
    Expr::number(1u32).binary(BinaryExprOp::Shl, Expr::number(64u32))
}

/// The quotient of `n` by B goes to E; D is 0 and stays so. A and C change.
///
/// With C = 2^64 - 1 - n and A = q: q·d + C = op, so op = 2^64 - 1 - (n - q·d), and n - q·d is not
/// negative because op is below 2^64. It is below d exactly if op + d carries.
/// If that fails, `failed` must prove that d is 0.
pub(super) fn quotient(buffer: &mut Buffer, n: Reg, failed: &str) {
    buffer.step(inverted(n).to(Reg::C));
    // The executor must not divide by 0; for that divisor any quotient does.
    let is_zero = Expr::reg(Reg::B).binary(BinaryExprOp::Eq, Expr::number(0u32));
    let divisor = Expr::reg(Reg::B).binary(BinaryExprOp::Add, is_zero);
    let ones = two_to_the_64().binary(BinaryExprOp::Sub, Expr::number(1u32));
    let dividend = ones.binary(BinaryExprOp::Sub, Expr::reg(Reg::C));
    let quotient = dividend.binary(BinaryExprOp::Div, divisor);
    buffer.step(free(quotient).to(Reg::A).to(Reg::E));
    buffer.because(Cause::FreeInputCheck, |buffer| {
        buffer.step(free(product_plus_c()).to(Reg::A).with(Op::Arith));
        let check = Op::JmpNc(Target::label(failed), None);
        buffer.step(binary(BinaryOp::Add).with(check));
    });
}

/// Where [`quotient`] goes if its last check fails: for a divisor of 0 always, and for another one
/// only if the quotient was wrong, which cannot be proven further.
pub(super) fn quotient_failed(buffer: &mut Buffer) -> String {
    buffer.because(Cause::TrapCheck, |buffer| {
        buffer.aside(|buffer| {
            buffer.step(copy(Reg::B, Reg::C));
            let lanes = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::RotlC);
            let nonzero = Op::JmpNz(Target::label(runtime::UNPROVABLE), None);
            buffer.step(Step::of(lanes).with(nonzero));
            buffer.trap(TrapKind::IntegerDivideByZero);
        })
    })
}

/// The remainder of C by B goes to `dst`. A and D change.
///
/// With D = d - 1 and A = 2^64 - 1 - q: op = A·d + n - (d - 1)·2^64 = n - q·d - d + 2^64. It is
/// below 2^64, so n - q·d is below d; op + d carries exactly if n - q·d is not negative, and the sum
/// without its carry is the remainder.
pub(super) fn remainder(buffer: &mut Buffer, dst: Reg) {
    let back = buffer.new_label();
    buffer.because(Cause::TrapCheck, |buffer| {
        let zero = buffer.trap_aside(TrapKind::IntegerDivideByZero);
        // Lane 0 of d is 0: d is 0, which is when d - 1 borrows, or a multiple of 2^32.
        let borrows = buffer.aside(|buffer| {
            buffer.step(copy(Reg::B, Reg::A));
            buffer.step(Step::of(LinComb::constant(1)).to(Reg::B));
            let trap = Op::JmpC(Target::Label(zero), None);
            buffer.step(binary(BinaryOp::Sub).to(Reg::D).with(trap));
            buffer.step(copy(Reg::A, Reg::B).with(Op::Jmp(Target::label(&back))));
        });
        let less_one = LinComb::reg(Reg::B).plus_const(-1);
        buffer.step(
            Step::of(less_one)
                .to(Reg::D)
                .with(jump_if_negative(&borrows)),
        );
    });
    buffer.bind(&back);
    // 2^64 - 1 - q, as the executor's integers have it: -q - 1.
    let quotient = Expr::reg(Reg::C).binary(BinaryExprOp::Div, Expr::reg(Reg::B));
    let inverted = Expr::Unary(zkasm::UnaryExprOp::BitNot, Box::new(quotient));
    buffer.step(free(inverted).to(Reg::A));
    buffer.because(Cause::FreeInputCheck, |buffer| {
        buffer.step(free(product_plus_c()).to(Reg::A).with(Op::Arith));
        let check = Op::JmpNc(Target::label(runtime::UNPROVABLE), None);
        buffer.step(binary(BinaryOp::Add).to(dst).with(check));
    });
}

/// The quotient of C by a constant d goes to D, the remainder to A; B holds 2^64 - d.
///
/// With A = D = q: q·(2^64 - d) + n = q·2^64 + op, so op = n - q·d, which is not negative. It is
/// below d exactly if op + (2^64 - d) does not carry.
pub(super) fn by_constant(buffer: &mut Buffer) {
    let divisor = two_to_the_64().binary(BinaryExprOp::Sub, Expr::reg(Reg::B));
    let quotient = Expr::reg(Reg::C).binary(BinaryExprOp::Div, divisor);
    buffer.step(free(quotient).to(Reg::A).to(Reg::D));
    buffer.because(Cause::FreeInputCheck, |buffer| {
        buffer.step(free(product_plus_c()).to(Reg::A).with(Op::Arith));
        let check = Op::JmpC(Target::label(runtime::UNPROVABLE), None);
        buffer.step(binary(BinaryOp::Add).with(check));
    });
}

/// A >> k goes to D; C = A, and B holds 2^(64-k) - 1.
///
/// a·(2^(64-k) - 1) + a = a·2^(64-k), whose high word is the result. ARITH pins both words.
pub(super) fn shift_right(buffer: &mut Buffer) {
    buffer.step(free(high_word(product_plus_c())).to(Reg::D));
    buffer.because(Cause::FreeInputCheck, |buffer| {
        buffer.step(free(product_plus_c()).with(Op::Arith));
    });
}

/// The signed quotient of C by a positive constant to D, or the remainder to A; B holds 2^64 - d. The
/// other one of D and A changes, too.
pub(super) fn signed_by_constant(buffer: &mut Buffer, width: Width, part: DivisionPart) {
    let dst = match part {
        DivisionPart::Quotient => Reg::D,
        DivisionPart::Remainder => Reg::A,
    };
    let back = buffer.new_label();
    // The absolute value is divided, and the result negated: both signs are the dividend's.
    let negative = buffer.aside(|buffer| {
        buffer.step(runtime::store(Reg::B, runtime::DIVISOR));
        buffer.step(runtime::store(Reg::E, runtime::KEPT));
        buffer.step(runtime::store(Reg::C, runtime::DIVIDEND).to(Reg::E));
        negate_e(buffer, width);
        buffer.step(copy(Reg::E, Reg::C));
        buffer.step(runtime::load(Reg::B, runtime::DIVISOR));
        by_constant(buffer);
        buffer.step(copy(dst, Reg::E));
        negate_e(buffer, width);
        buffer.step(copy(Reg::E, dst));
        buffer.step(runtime::load(Reg::B, runtime::DIVISOR));
        buffer.step(runtime::load(Reg::C, runtime::DIVIDEND));
        let jump = Op::Jmp(Target::label(&back));
        buffer.step(runtime::load(Reg::E, runtime::KEPT).with(jump));
    });
    buffer.step(Step::of(width.sign_of_c()).with(jump_if_negative(&negative)));
    by_constant(buffer);
    buffer.bind(&back);
}

/// The signed quotient of `n` by B goes to E; D is 0 and stays so. A and C change.
///
/// If neither is negative it is the unsigned one. Otherwise a path aside divides the absolute values.
/// Of 64 bits `n` is A, and one sign test is for both: of the sign bit of A | B.
pub(super) fn signed_quotient(buffer: &mut Buffer, width: Width, n: Reg) {
    let failed = quotient_failed(buffer);
    let overflow = buffer.trap_aside(TrapKind::IntegerOverflow);
    let back = buffer.new_label();
    let negative = buffer.aside(|buffer| {
        absolute_quotient(buffer, width, n, &failed);
        // The signs differ: the quotient is negative, or 0.
        let differ = buffer.new_label();
        buffer.step(runtime::load(Reg::A, runtime::DIVIDEND));
        buffer.step(runtime::load(Reg::B, runtime::DIVISOR));
        buffer.step(binary(BinaryOp::Xor).to(Reg::C));
        buffer.step(Step::of(width.sign_of_c()).with(jump_if_negative(&differ)));
        // They agree: only the least number by -1 has a quotient whose sign bit is set.
        buffer.step(copy(Reg::E, Reg::C));
        let fits = Some(Target::label(&back));
        buffer.step(Step::of(width.sign_of_c()).with(Op::JmpN(Target::label(&overflow), fits)));
        buffer.bind(&differ);
        negate_e(buffer, width);
        buffer.step(runtime::load(Reg::B, runtime::DIVISOR).with(Op::Jmp(Target::label(&back))));
    });
    jump_if_either_is_negative(buffer, width, n, &negative);
    quotient(buffer, n, &failed);
    buffer.bind(&back);
}

/// The signed remainder of `n` by B goes to `n`, which is C or, of 64 bits, A. All but B change.
pub(super) fn signed_remainder(buffer: &mut Buffer, width: Width, n: Reg) {
    let failed = quotient_failed(buffer);
    let back = buffer.new_label();
    let negative = buffer.aside(|buffer| {
        buffer.step(Step::of(LinComb::constant(0)).to(Reg::D));
        absolute_quotient(buffer, width, n, &failed);
        // A is 2^64 - 1 less the remainder, whose sign is the dividend's.
        let negative = buffer.new_label();
        let done = buffer.new_label();
        buffer.step(inverted(Reg::A).to(Reg::E));
        buffer.step(runtime::load(Reg::C, runtime::DIVIDEND));
        let otherwise = Some(Target::label(&done));
        buffer
            .step(Step::of(width.sign_of_c()).with(Op::JmpN(Target::label(&negative), otherwise)));
        buffer.bind(&negative);
        negate_e(buffer, width);
        buffer.bind(&done);
        buffer.step(runtime::load(Reg::B, runtime::DIVISOR));
        buffer.step(copy(Reg::E, n).with(Op::Jmp(Target::label(&back))));
    });
    jump_if_either_is_negative(buffer, width, n, &negative);
    if n != Reg::C {
        buffer.step(copy(n, Reg::C));
    }
    remainder(buffer, n);
    buffer.bind(&back);
}

fn jump_if_either_is_negative(buffer: &mut Buffer, width: Width, n: Reg, negative: &str) {
    let jump = || jump_if_negative(negative);
    match width {
        Width::Bits32 => {
            buffer.step(Step::of(above(SIGNED_MAX, n)).with(jump()));
            buffer.step(Step::of(above(SIGNED_MAX, Reg::B)).with(jump()));
        }
        Width::Bits64 => {
            buffer.step(binary(BinaryOp::Or).to(Reg::C));
            buffer.step(Step::of(width.sign_of_c()).with(jump()));
        }
    }
}

/// Keeps `n` and B in variables, and divides their absolute values as [`quotient`] does. D is 0.
fn absolute_quotient(buffer: &mut Buffer, width: Width, n: Reg, failed: &str) {
    buffer.step(runtime::store(Reg::B, runtime::DIVISOR));
    let dividend = runtime::store(n, runtime::DIVIDEND);
    buffer.step(dividend.to(Reg::E).to(Reg::C));
    negate_e_if_c_is_negative(buffer, width);
    buffer.step(runtime::store(Reg::E, runtime::KEPT));
    buffer.step(runtime::load(Reg::E, runtime::DIVISOR).to(Reg::C));
    negate_e_if_c_is_negative(buffer, width);
    buffer.step(copy(Reg::E, Reg::B));
    buffer.step(runtime::load(Reg::E, runtime::KEPT));
    quotient(buffer, Reg::E, failed);
}

fn negate_e_if_c_is_negative(buffer: &mut Buffer, width: Width) {
    let (negative, done) = (buffer.new_label(), buffer.new_label());
    let otherwise = Some(Target::label(&done));
    buffer.step(Step::of(width.sign_of_c()).with(Op::JmpN(Target::label(&negative), otherwise)));
    buffer.bind(&negative);
    negate_e(buffer, width);
    buffer.bind(&done);
}

/// 0 - E => E; of 64 bits, A and B change.
fn negate_e(buffer: &mut Buffer, width: Width) {
    match width {
        Width::Bits32 => {
            // 0 stays 0; what is below 0 is raised by 2^32, in two steps.
            let done = buffer.new_label();
            let opposite = LinComb::default().plus(Coeff::MINUS_ONE, Reg::E);
            let zero = Op::JmpZ(Target::label(&done), None);
            buffer.step(Step::of(opposite).to(Reg::E).with(zero));
            buffer.step(Step::of(LinComb::reg(Reg::E).plus_const(U32_MAX)).to(Reg::E));
            buffer.step(Step::of(LinComb::reg(Reg::E).plus_const(1)).to(Reg::E));
            buffer.bind(&done);
        }
        Width::Bits64 => {
            buffer.step(copy(Reg::E, Reg::B));
            buffer.step(Step::of(LinComb::constant(0)).to(Reg::A));
            buffer.step(binary(BinaryOp::Sub).to(Reg::E));
        }
    }
}
