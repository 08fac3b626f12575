//! The steps of each machine instruction.
//!
//! Operands are in the order of `operands.rs`. `inst.isle` shows the sequences; the comments here
//! say why each free input is pinned.

use runtime_hooks::{Cause, TrapKind};
use zkasm::{Addr, BinaryExprOp, BinaryOp, Coeff, Expr, LinComb, Op, Reg, Step, Target, Term};

use super::divide::{self, Width};
use super::{BranchOperand, MInst, Test, access, table};
use crate::machinst::buffer::Buffer;
use crate::machinst::emit::{FunctionContext, function_label};
use crate::runtime;

/// 2^31 - 1: the largest value of 32 bits whose sign bit is clear.
pub(super) const SIGNED_MAX: i64 = (1 << 31) - 1;
/// 2^32 - 1.
pub(super) const U32_MAX: i64 = (1 << 32) - 1;
/// The upper lane, all ones.
pub(super) const UPPER_LANE: u64 = 0xffff_ffff_0000_0000;

impl MInst {
    /// Emits the instruction, whose operands are in `regs`.
    pub(crate) fn emit(
        &self,
        regs: &[Reg],
        ctx: &FunctionContext<'_>,
        block: usize,
        buffer: &mut Buffer,
    ) {
        match self {
            MInst::Const { value, .. } => buffer.step(Step::of(constant(*value)).to(regs[0])),
            MInst::Binary { op, .. } => buffer.step(binary(*op).to(regs[2])),
            MInst::AddConst { k, .. } => {
                buffer.step(Step::of(LinComb::reg(regs[0]).plus_const(*k)).to(regs[1]));
            }
            MInst::ConstSub { k, .. } => {
                let difference = constant(*k).plus(Coeff::MINUS_ONE, regs[0]);
                buffer.step(Step::of(difference).to(regs[1]));
            }
            MInst::Not64 { .. } => {
                let ones = LinComb::of(Term::ConstL(u64::MAX));
                buffer.step(Step::of(ones.plus(Coeff::MINUS_ONE, regs[0])).to(regs[1]));
            }
            MInst::Add32 { .. } => {
                let sum = LinComb::reg(regs[0]).plus(Coeff::ONE, regs[1]);
                buffer.step(Step::of(sum).to(regs[2]));
                reduce_if_above(buffer, regs[2]);
            }
            MInst::AddImm32 { k, .. } => {
                let sum = LinComb::reg(regs[0]).plus_const(*k);
                if *k < 0 {
                    raise_if_negative(buffer, Step::of(sum).to(regs[1]), regs[1]);
                } else {
                    buffer.step(Step::of(sum).to(regs[1]));
                    reduce_if_above(buffer, regs[1]);
                }
            }
            MInst::Sub32 { .. } => {
                let difference = LinComb::reg(regs[0]).plus(Coeff::MINUS_ONE, regs[1]);
                raise_if_negative(buffer, Step::of(difference).to(regs[2]), regs[2]);
            }
            MInst::MulAdd64 { .. } => {
                // D and op are free; ARITH pins both: the product has one high and one low word.
                buffer.step(Step::of(LinComb::free(high_word(product_plus_c()))).to(Reg::D));
                buffer.step(
                    Step::of(LinComb::free(product_plus_c()))
                        .to(regs[4])
                        .with(Op::Arith),
                );
            }
            MInst::MulAddFits { .. } => {
                buffer.step(
                    Step::of(LinComb::free(product_plus_c()))
                        .to(regs[4])
                        .with(Op::Arith),
                );
            }
            MInst::RotateLeft64 { .. } => {
                // As in MulAdd64; C is 0 and then the low word. Both words share no bit.
                buffer.step(Step::of(LinComb::free(high_word(product_plus_c()))).to(Reg::D));
                buffer.step(
                    Step::of(LinComb::free(product_plus_c()))
                        .to(Reg::C)
                        .with(Op::Arith),
                );
                let joined = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::D);
                buffer.step(Step::of(joined).to(Reg::C));
            }
            MInst::DivU { .. } => {
                let failed = divide::quotient_failed(buffer);
                divide::quotient(buffer, regs[0], &failed);
            }
            MInst::RemU { .. } => divide::remainder(buffer, regs[4]),
            MInst::DivRemConst { .. } => divide::by_constant(buffer),
            MInst::DivRemConstS { bits, part, .. } => {
                divide::signed_by_constant(buffer, Width::of(*bits), *part);
            }
            MInst::DivS { bits, .. } => {
                divide::signed_quotient(buffer, Width::of(*bits), regs[0]);
            }
            MInst::RemS { bits, .. } => {
                divide::signed_remainder(buffer, Width::of(*bits), regs[0]);
            }
            MInst::ShiftRight { .. } => divide::shift_right(buffer),
            MInst::ShiftRight32 { k, .. } => {
                buffer.step(binary(BinaryOp::And).to(Reg::C));
                let inverse = Coeff::inverse_power_of_two(*k);
                let quotient = LinComb::default()
                    .plus(inverse.clone(), Reg::A)
                    .plus(inverse.negated(), Reg::C);
                buffer.step(Step::of(quotient).to(regs[3]));
            }
            MInst::RotateRight { k, bits, .. } => {
                // The bits that leave a lane at its low end enter one at its high end.
                buffer.step(binary(BinaryOp::And).to(Reg::C));
                let inverse = Coeff::inverse_power_of_two(*k);
                let entering = if *bits == 64 { Reg::RotlC } else { Reg::C };
                let rotated = LinComb::default()
                    .plus(inverse.clone(), Reg::A)
                    .plus(inverse.negated(), Reg::C)
                    .plus(Coeff::product(&[1 << (32 - k)]), entering);
                buffer.step(Step::of(rotated).to(regs[3]));
            }
            MInst::SwapNeighbours { k, .. } => {
                buffer.step(binary(BinaryOp::And).to(Reg::C));
                let inverse = Coeff::inverse_power_of_two(*k);
                let swapped = LinComb::default()
                    .plus(inverse.clone(), Reg::A)
                    .plus(inverse.negated(), Reg::C)
                    .plus(Coeff::product(&[1 << k]), Reg::C);
                buffer.step(Step::of(swapped).to(regs[3]));
            }
            MInst::SwapLanes { .. } => {
                buffer.step(Step::of(LinComb::reg(Reg::RotlC)).to(regs[1]));
            }
            MInst::Scale { k, .. } => {
                let product = LinComb::default().plus(Coeff::product(&[1 << k]), regs[0]);
                buffer.step(Step::of(product).to(regs[1]));
            }
            MInst::RotateLeft32 { .. } => {
                // C and D are 0; the product's words are the parts before and after the turn.
                buffer.step(
                    Step::of(LinComb::free(product_plus_c()))
                        .to(Reg::C)
                        .with(Op::Arith),
                );
                let joined = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::RotlC);
                buffer.step(Step::of(joined).to(Reg::A));
                buffer.because(Cause::Wrap, |buffer| {
                    buffer.step(Step::of(LinComb::constant(U32_MAX)).to(Reg::B));
                    buffer.step(binary(BinaryOp::And).to(Reg::A));
                });
            }
            MInst::SignExtend { from, to, .. } => {
                let dst = regs[1];
                let fill = (u64::MAX >> (64 - to)) - (u64::MAX >> (64 - from));
                let back = buffer.new_label();
                let negative = buffer.aside(|buffer| {
                    let extended = constant(fill).plus(Coeff::ONE, dst);
                    buffer.step(
                        Step::of(extended)
                            .to(dst)
                            .with(Op::Jmp(Target::label(&back))),
                    );
                });
                buffer.step(
                    Step::of(above((1 << (from - 1)) - 1, dst)).with(jump_if_negative(&negative)),
                );
                buffer.bind(&back);
            }
            MInst::LtS32 { .. } => less_signed(buffer, regs[2]),
            MInst::Select { test, op, x, y, .. } => {
                let [tested @ .., t, _, dst] = regs else {
                    unreachable!("a select has at least three operands")
                };
                let back = buffer.new_label();
                let holds = buffer.aside(|buffer| {
                    let step = Step::of(LinComb::reg(*t)).to(*dst);
                    buffer.step(step.with(Op::Jmp(Target::label(&back))));
                });
                let paths = [(holds, false), (back.clone(), true)];
                branch(buffer, *test, false, *op, [*x, *y], tested, &paths);
                buffer.bind(&back);
            }
            MInst::BoundsCheck { limit, .. } => {
                let outside = buffer.trap_aside(TrapKind::OutOfBoundsMemory);
                let room = above(*limit as i64, regs[0]);
                buffer.step(Step::of(room).with(jump_if_negative(&outside)));
            }
            MInst::BoundsCheck64 { .. } => {
                let outside = buffer.trap_aside(TrapKind::OutOfBoundsMemory);
                buffer.step(binary(BinaryOp::Lt).with(Op::JmpC(Target::Label(outside), None)));
            }
            MInst::Load64 { disp, .. } => access::load64(buffer, ctx, regs[0], regs[2], *disp),
            MInst::Store64 { disp, .. } => access::store64(buffer, ctx, regs[1], regs[0], *disp),
            MInst::Load32 { disp, .. } => access::load32(buffer, ctx, regs[0], *disp),
            MInst::Store32 { disp, .. } => access::store32(buffer, ctx, regs[1], regs[0], *disp),
            MInst::LoadAt { part, .. } => access::load_at(buffer, regs[1], *part),
            MInst::StoreAt { part, .. } => access::store_at(buffer, regs[0], *part),
            MInst::LoadNarrow { disp, bytes, .. } => {
                access::load_narrow(buffer, ctx, *disp, *bytes);
            }
            MInst::StoreNarrow { disp, bytes, .. } => {
                access::store_narrow(buffer, ctx, *disp, *bytes);
            }
            MInst::Power { .. } => {
                let load = Op::MLoad(runtime::power(runtime::POWERS));
                buffer.step(Step::of(LinComb::bare()).to(regs[1]).with(load));
            }
            MInst::ShiftFactor { .. } => {
                let load = Op::MLoad(runtime::power(runtime::SHIFT_FACTORS));
                buffer.step(Step::of(LinComb::bare()).to(regs[1]).with(load));
            }
            MInst::TrapIf {
                kind,
                test,
                negated,
                op,
                x,
                y,
            } => {
                let trap = buffer.trap_aside(*kind);
                let on = buffer.new_label();
                let mut paths = [(trap, false), (on.clone(), true)];
                if *negated {
                    paths.swap(0, 1);
                }
                buffer.because(Cause::TrapCheck, |buffer| {
                    branch(buffer, *test, false, *op, [*x, *y], regs, &paths);
                });
                buffer.bind(&on);
            }
            MInst::BranchTable { .. } => {
                branch_table(buffer, regs[0], &ctx.successors(block));
            }
            MInst::DropSegment { lengths, index } => {
                let length = Addr::Element((*lengths).to_owned(), *index);
                buffer.step(Step::of(LinComb::constant(0)).with(Op::MStore(length)));
            }
            MInst::MemorySize { .. } => {
                buffer.step(runtime::load(regs[0], runtime::MEMORY_PAGES));
            }
            MInst::TableSize { table, .. } => table::size(buffer, regs[0], *table),
            MInst::TableGet { table, beyond, .. } => {
                table::get(buffer, regs[0], regs[2], *table, *beyond);
            }
            MInst::TableSet { table, .. } => table::set(buffer, regs[0], regs[1], *table),
            MInst::BoundsCheckGrown {
                size, may_exceed, ..
            } => {
                let outside = buffer.trap_aside(TrapKind::OutOfBoundsMemory);
                buffer.step(runtime::load(Reg::E, runtime::MEMORY_PAGES));
                let bytes = Coeff::product(&[runtime::PAGE_BYTES]);
                let room = LinComb::default().plus(bytes, Reg::E);
                let room = room.plus_const(-(*size as i64));
                // The second difference is in the range of a sign test if the first is not negative.
                if *may_exceed {
                    buffer.step(Step::of(room.clone()).with(jump_if_negative(&outside)));
                }
                let room = room.plus(Coeff::MINUS_ONE, regs[0]);
                buffer.step(Step::of(room).with(jump_if_negative(&outside)));
            }
            MInst::CallRuntime { routine, .. } => {
                buffer.step(Step::bare(Op::Call(Target::label(routine))));
            }
            MInst::LoadGlobal { index, .. } => {
                let load = Op::MLoad(runtime::global(*index));
                buffer.step(Step::of(LinComb::bare()).to(regs[0]).with(load));
            }
            MInst::StoreGlobal { index, .. } => {
                let store = Op::MStore(runtime::global(*index));
                buffer.step(Step::of(LinComb::reg(regs[0])).with(store));
            }
            MInst::LoadPassed { slot, own, .. } => {
                let load = Op::MLoad(ctx.passed(*slot, *own));
                buffer.step(Step::of(LinComb::bare()).to(regs[0]).with(load));
            }
            MInst::StorePassed { slot, own, .. } => {
                let store = Op::MStore(ctx.passed(*slot, *own));
                buffer.step(Step::of(LinComb::reg(regs[0])).with(store));
            }
            MInst::Args { .. } => {}
            MInst::Call { callee, .. } => {
                let target = Target::Label(function_label(*callee));
                buffer.step(Step::bare(Op::Call(target)));
            }
            MInst::Return { .. } => ctx.epilogue(buffer),
            MInst::Jump => {
                let (label, is_next) = &ctx.successors(block)[0];
                // Marks before the label may need the step, and so may a function that begins with a loop.
                if !is_next || buffer.ends_in_mark() || buffer.is_at_entry() {
                    buffer.jump(label);
                }
            }
            MInst::Branch {
                test,
                negated,
                op,
                x,
                y,
            } => {
                branch(
                    buffer,
                    *test,
                    *negated,
                    *op,
                    [*x, *y],
                    regs,
                    &ctx.successors(block),
                );
            }
            MInst::Trap { kind } => buffer.trap(*kind),
            MInst::Region { mark } => buffer.mark(mark),
        }
    }
}

// ---- Pieces ------------------------------------------------------------------------------------

/// A constant of 64 bits.
pub(crate) fn constant(value: u64) -> LinComb {
    match u32::try_from(value) {
        Ok(small) => LinComb::constant(i64::from(small)),
        Err(_) => LinComb::of(Term::ConstL(value)),
    }
}

/// `$ :op`
pub(crate) fn binary(op: BinaryOp) -> Step {
    Step::of(LinComb::bare()).with(Op::Binary(op))
}

/// `limit - reg`, negative exactly if lane 0 of `reg` is above the limit.
pub(super) fn above(limit: i64, reg: Reg) -> LinComb {
    LinComb::constant(limit).plus(Coeff::MINUS_ONE, reg)
}

pub(super) fn jump_if_negative(label: &str) -> Op {
    Op::JmpN(Target::label(label), None)
}

/// `(A * B) + C`, as the executor computes it.
pub(crate) fn product_plus_c() -> Expr {
    let product = Expr::reg(Reg::A).binary(BinaryExprOp::Mul, Expr::reg(Reg::B));
    product.binary(BinaryExprOp::Add, Expr::reg(Reg::C))
}

/// `value >> 64`
pub(crate) fn high_word(value: Expr) -> Expr {
    value.binary(BinaryExprOp::Shr, Expr::number(64u32))
}

/// Brings a lane in 0 ..= 2^33 - 2 back below 2^32.
fn reduce_if_above(buffer: &mut Buffer, reg: Reg) {
    buffer.because(Cause::Wrap, |buffer| {
        let back = buffer.new_label();
        let reduce = buffer.aside(|buffer| {
            let half = LinComb::reg(reg).plus_const(-(1 << 31));
            buffer.step(Step::of(half.clone()).to(reg));
            buffer.step(Step::of(half).to(reg).with(Op::Jmp(Target::label(&back))));
        });
        buffer.step(Step::of(above(U32_MAX, reg)).with(jump_if_negative(&reduce)));
        buffer.bind(&back);
    });
}

/// Emits a step whose result, in -(2^32 - 1) ..= 2^32 - 1, goes to `reg`; a negative one is raised
/// by 2^32.
fn raise_if_negative(buffer: &mut Buffer, step: Step, reg: Reg) {
    let back = buffer.new_label();
    let raise = buffer.because(Cause::Wrap, |buffer| {
        buffer.aside(|buffer| {
            buffer.step(Step::of(LinComb::reg(reg).plus_const(U32_MAX)).to(reg));
            let step = Step::of(LinComb::reg(reg).plus_const(1)).to(reg);
            buffer.step(step.with(Op::Jmp(Target::label(&back))));
        })
    });
    buffer.step(step.with(jump_if_negative(&raise)));
    buffer.bind(&back);
}

/// A < B signed, of 32 bits. If both signs agree, the order is that of the unsigned values.
fn less_signed(buffer: &mut Buffer, dst: Reg) {
    let (compare, done) = (buffer.new_label(), buffer.new_label());
    let a_negative = buffer.aside(|buffer| {
        buffer.step(Step::of(above(SIGNED_MAX, Reg::B)).with(jump_if_negative(&compare)));
        buffer.step(
            Step::of(LinComb::constant(1))
                .to(dst)
                .with(Op::Jmp(Target::label(&done))),
        );
    });
    let b_negative = buffer.aside(|buffer| {
        buffer.step(
            Step::of(LinComb::constant(0))
                .to(dst)
                .with(Op::Jmp(Target::label(&done))),
        );
    });
    buffer.step(Step::of(above(SIGNED_MAX, Reg::A)).with(jump_if_negative(&a_negative)));
    buffer.step(Step::of(above(SIGNED_MAX, Reg::B)).with(jump_if_negative(&b_negative)));
    buffer.bind(&compare);
    buffer.step(binary(BinaryOp::Lt).to(dst));
    buffer.bind(&done);
}

// ---- Branches ----------------------------------------------------------------------------------

/// Jumps to successor `index` + 1 by halving, or to successor 0 if the index is beyond the others:
/// one sign test for each bit of their number.
fn branch_table(buffer: &mut Buffer, index: Reg, successors: &[(String, bool)]) {
    let targets = &successors[1..];
    let default = &successors[0].0;
    buffer.because(Cause::Dispatch, |buffer| {
        if !targets.is_empty() {
            let room = above(targets.len() as i64 - 1, index);
            buffer.step(Step::of(room).with(jump_if_negative(default)));
        }
        halve(buffer, index, 0, targets, default);
    });
}

fn halve(buffer: &mut Buffer, index: Reg, first: i64, targets: &[(String, bool)], default: &str) {
    match targets {
        [] => buffer.jump(default),
        [(target, _)] => buffer.jump(target),
        _ => {
            let (low, high) = targets.split_at(targets.len() / 2);
            let middle = first + low.len() as i64;
            let distance = LinComb::reg(index).plus_const(-middle);
            let below = buffer.new_label();
            buffer.step(Step::of(distance).with(jump_if_negative(&below)));
            halve(buffer, index, middle, high, default);
            buffer.bind(&below);
            halve(buffer, index, first, low, default);
        }
    }
}

fn branch(
    buffer: &mut Buffer,
    test: Test,
    negated: bool,
    op: BinaryOp,
    operands: [BranchOperand; 2],
    regs: &[Reg],
    successors: &[(String, bool)],
) {
    let (mut taken, mut otherwise) = (&successors[0], &successors[1]);
    if negated {
        std::mem::swap(&mut taken, &mut otherwise);
    }
    let target = |label: &str| Target::label(label);
    let else_target = (!otherwise.1).then(|| target(&otherwise.0));
    // Jumping when the opposite holds needs one target less, where the opposite has a jump.
    let inverted = taken.1 && !otherwise.1;
    let mut next_reg = regs.iter().copied();
    let [x, y] = operands.map(|operand| match operand {
        BranchOperand::Reg { .. } => Some(Err(next_reg.next().expect("one register an operand"))),
        BranchOperand::Const { value } => Some(Ok(value)),
        BranchOperand::None => None,
    });
    let difference = |x: Option<Result<i64, Reg>>, y: Option<Result<i64, Reg>>| match (x, y) {
        (Some(Err(x)), Some(Err(y))) => LinComb::reg(x).plus(Coeff::MINUS_ONE, y),
        (Some(Err(x)), Some(Ok(y))) => LinComb::reg(x).plus_const(-y),
        (Some(Ok(x)), Some(Err(y))) => above(x, y),
        (Some(Ok(x)), Some(Ok(y))) => LinComb::constant(x - y),
        (Some(Err(x)), None) => LinComb::reg(x),
        (Some(Ok(x)), None) => LinComb::constant(x),
        (None, _) => LinComb::constant(0),
    };
    let zero_test = |zero: bool| {
        // Jump to `taken` if op is zero (or is not), to `otherwise` if not.
        match (zero != inverted, inverted) {
            (true, false) => Op::JmpZ(target(&taken.0), else_target.clone()),
            (false, false) => Op::JmpNz(target(&taken.0), else_target.clone()),
            (true, true) => Op::JmpZ(target(&otherwise.0), None),
            (false, true) => Op::JmpNz(target(&otherwise.0), None),
        }
    };
    let negative_test = || Op::JmpN(target(&taken.0), else_target.clone());
    match test {
        Test::Nonzero => buffer.step(Step::of(difference(x, None)).with(zero_test(false))),
        Test::Nonzero64 => {
            // Canonical lanes: their sum is below 2^33 and 0 only if both are.
            let lanes = LinComb::reg(Reg::C).plus(Coeff::ONE, Reg::RotlC);
            buffer.step(Step::of(lanes).with(zero_test(false)));
        }
        Test::Eq32 => buffer.step(Step::of(difference(x, y)).with(zero_test(true))),
        Test::LtU32 => buffer.step(Step::of(difference(x, y)).with(negative_test())),
        Test::Binary => {
            let jump = if inverted {
                Op::JmpNc(target(&otherwise.0), None)
            } else {
                Op::JmpC(target(&taken.0), else_target.clone())
            };
            buffer.step(binary(op).with(jump));
        }
        Test::LtS32 => {
            // If both signs agree, the order is that of the unsigned values.
            let compare = buffer.new_label();
            let sign = |operand| match operand {
                Some(Err(reg)) => Some(above(SIGNED_MAX, reg)),
                _ => None,
            };
            if let Some(sign_of_x) = sign(x) {
                // x is negative: less, unless y is negative too.
                let x_negative = match sign(y) {
                    None => taken.0.clone(),
                    Some(sign_of_y) => buffer.aside(|buffer| {
                        let jump = Op::JmpN(target(&compare), Some(target(&taken.0)));
                        buffer.step(Step::of(sign_of_y).with(jump));
                    }),
                };
                buffer.step(Step::of(sign_of_x).with(jump_if_negative(&x_negative)));
            }
            if let Some(sign_of_y) = sign(y) {
                buffer.step(Step::of(sign_of_y).with(jump_if_negative(&otherwise.0)));
            }
            buffer.bind(&compare);
            buffer.step(Step::of(difference(x, y)).with(negative_test()));
        }
    }
}
