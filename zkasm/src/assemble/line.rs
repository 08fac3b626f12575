//! One step becomes one ROM line.
//!
//! A ROM line has one field of each kind, and this is where the limits on combining operations come
//! from: at most one binary operation, one `MEM_ALIGN_*`, one memory access, one hash operation and
//! one change of control flow, and none of them twice. A memory access, a hash operation and a jump
//! to an address in a register use the same index field, so they exclude each other. Further:
//!
//! * Every operation but `JMP`, `CALL`, `RETURN` and `REPEAT` reads `op`, so the step needs a
//!   left-hand side; `JMPC` and `JMPNC` need a binary operation for its carry.
//! * There is one free input field. `$` takes its value from exactly one of `MLOAD`, a binary
//!   operation, `MEM_ALIGN_RD`, `HASHK` and `HASHK1`.
//! * There is one constant, either in lane 0 or over both lanes: see the module `combination`.
//! * Destinations are writable and not repeated. `CALL` writes RR and `REPEAT` RCX already. (The
//!   reference takes these, and `REPEAT` or `RETURN` beside some jumps; the machine's constraints
//!   tell only `REPEAT` apart from what it stands beside.)
//! * Labels are good targets for every jump. `JMP`, `JMPN`, `JMPZ`, `JMPC` and `CALL` also take
//!   `@label + register`, all of these but `CALL` a register alone; that register is E or RR. The
//!   way not taken is always a label, or `next`, the following line.

use crate::cost::Counters;
use crate::names::NEXT;
use crate::op::{Addr, HashOp, Op, Target};
use crate::program::{Step, VarDecl};
use crate::reg::Reg;
use crate::rom::{
    Jump, JumpKind, JumpTarget, MemAccess, MemBase, MemIndex, RomFree, RomLine, ZkPc,
};

use super::{Names, Place, combination};

/// The ROM line of a step, but for its place and commands.
pub(super) fn assemble(step: &Step, names: &Names, place: Place) -> Result<RomLine, String> {
    let mut line = RomLine {
        cost: Counters::of_step(step),
        ..RomLine::default()
    };
    if step.op.is_none() && step.ops.is_empty() {
        return Err("a step that does nothing".to_owned());
    }
    for op in &step.ops {
        add_op(&mut line, op, names, place)?;
    }
    match &step.op {
        Some(op) => combination::add(&mut line, op, names, place)?,
        None => {
            let reads_op =
                |op: &&Op| !matches!(op, Op::Jmp(_) | Op::Call(_) | Op::Return | Op::Repeat);
            if let Some(op) = step.ops.iter().find(reads_op) {
                return Err(format!("{op} needs a left-hand side"));
            }
            if !step.dests.is_empty() {
                return Err("destinations without a left-hand side".to_owned());
            }
        }
    }
    add_dests(&mut line, &step.dests)?;
    check_combinations(&line)?;
    Ok(line)
}

fn add_op(line: &mut RomLine, op: &Op, names: &Names, place: Place) -> Result<(), String> {
    fn set<T>(field: &mut Option<T>, value: T, what: &str) -> Result<(), String> {
        match field.replace(value) {
            None => Ok(()),
            Some(_) => Err(format!("two {what} in one step")),
        }
    }
    fn flag(field: &mut bool, what: &str) -> Result<(), String> {
        if std::mem::replace(field, true) {
            return Err(format!("{what} twice in one step"));
        }
        Ok(())
    }
    match op {
        Op::Binary(op) => set(&mut line.binary, *op, "binary operations"),
        Op::Arith => flag(&mut line.arith, "ARITH"),
        Op::Hash(op, id) => set(&mut line.hash, (*op, *id), "hash operations"),
        Op::Assert => flag(&mut line.assert, "ASSERT"),
        Op::MemAlignRd | Op::MemAlignWr | Op::MemAlignWr8 => {
            if line.mem_align_rd || line.mem_align_wr || line.mem_align_wr8 {
                return Err("two MEM_ALIGN operations in one step".to_owned());
            }
            match op {
                Op::MemAlignRd => line.mem_align_rd = true,
                Op::MemAlignWr => line.mem_align_wr = true,
                _ => line.mem_align_wr8 = true,
            }
            Ok(())
        }
        Op::MLoad(addr) => set(
            &mut line.mem,
            access(addr, false, names)?,
            "memory accesses",
        ),
        Op::MStore(addr) => set(&mut line.mem, access(addr, true, names)?, "memory accesses"),
        _ => set(&mut line.jump, jump(op, names, place)?, "jumps"),
    }
}

fn access(addr: &Addr, write: bool, names: &Names) -> Result<MemAccess, String> {
    let mut access = MemAccess {
        write,
        base: MemBase::Stack,
        offset: 0,
        index: MemIndex::None,
        inc_stack: 0,
    };
    match addr {
        Addr::Stack(offset) => access.offset = *offset,
        Addr::StackInc => access.inc_stack = 1,
        Addr::StackDec => access.inc_stack = -1,
        Addr::StackE(offset) | Addr::Mem(offset) | Addr::Sys(offset) => {
            access.base = match addr {
                Addr::StackE(_) => MemBase::Stack,
                Addr::Mem(_) => MemBase::Mem,
                _ => MemBase::Global,
            };
            access.offset = *offset;
            access.index = MemIndex::E;
        }
        Addr::Element(name, index) => {
            let (var, offset) = names.var(name)?;
            if *index >= var.words {
                let words = var.words;
                return Err(format!(
                    "`{name}` has no word {index}: it has {words}, from 0"
                ));
            }
            access.base = region(var);
            access.offset = (offset + index) as i32;
        }
        Addr::ElementE(name, more) => {
            let (var, offset) = names.var(name)?;
            access.base = region(var);
            access.index = MemIndex::E;
            access.offset = match (offset as i32).checked_add(*more) {
                Some(offset) => offset,
                None => return Err(format!("offset {more} of `{name}` is too large")),
            };
        }
        Addr::Var(name, index) => {
            let (var, offset) = names.var(name)?;
            access.base = region(var);
            access.offset = offset as i32;
            access.index = match index {
                None => MemIndex::None,
                Some(Reg::E) => MemIndex::E,
                Some(Reg::Rr) => MemIndex::Rr,
                Some(reg) => return Err(format!("{reg} cannot index memory: only E and RR can")),
            };
        }
    }
    Ok(access)
}

/// The region that a variable lies in.
fn region(var: &VarDecl) -> MemBase {
    if var.ctx {
        MemBase::VarCtx
    } else {
        MemBase::Global
    }
}

fn jump(op: &Op, names: &Names, place: Place) -> Result<Jump, String> {
    let none = (JumpTarget::Next, JumpTarget::Next);
    let (kind, (target, otherwise)) = match op {
        Op::Jmp(to) => (
            JumpKind::Always,
            (target(to, names, place)?, JumpTarget::Next),
        ),
        Op::JmpN(to, other) => (
            JumpKind::Negative,
            targets(to, other.as_ref(), names, place)?,
        ),
        Op::JmpZ(to, other) => (JumpKind::Zero, targets(to, other.as_ref(), names, place)?),
        Op::JmpC(to, other) => (JumpKind::Carry, targets(to, other.as_ref(), names, place)?),
        Op::JmpNz(to, other) => (
            JumpKind::Zero,
            exchanged("JMPNZ", to, other.as_ref(), names, place)?,
        ),
        Op::JmpNc(to, other) => (
            JumpKind::Carry,
            exchanged("JMPNC", to, other.as_ref(), names, place)?,
        ),
        Op::Call(Target::Reg(reg)) => {
            return Err(format!(
                "CALL takes a label or `@label + register`, not the register {reg} alone"
            ));
        }
        Op::Call(to) => (
            JumpKind::Call,
            (target(to, names, place)?, JumpTarget::Next),
        ),
        Op::Return => (JumpKind::Return, none),
        Op::Repeat => (JumpKind::Repeat, none),
        _ => return Err(format!("{op} is not a jump")),
    };
    Ok(Jump {
        kind,
        target,
        otherwise,
    })
}

/// The two ways of a conditional jump.
fn targets(
    to: &Target,
    otherwise: Option<&Target>,
    names: &Names,
    place: Place,
) -> Result<(JumpTarget, JumpTarget), String> {
    let otherwise = match otherwise {
        None => JumpTarget::Next,
        Some(Target::Label(label)) => line_of(label, names)?,
        Some(computed) => {
            return Err(format!(
                "`{computed}` as the way not taken: only a label can be"
            ));
        }
    };
    Ok((target(to, names, place)?, otherwise))
}

/// The two ways of a jump that is assembled as its opposite.
fn exchanged(
    name: &str,
    to: &Target,
    otherwise: Option<&Target>,
    names: &Names,
    place: Place,
) -> Result<(JumpTarget, JumpTarget), String> {
    if !matches!(to, Target::Label(_)) {
        return Err(format!("{name} takes a label, not `{to}`"));
    }
    let (target, otherwise) = targets(to, otherwise, names, place)?;
    Ok((otherwise, target))
}

fn target(target: &Target, names: &Names, place: Place) -> Result<JumpTarget, String> {
    let (base, reg) = match target {
        Target::Label(label) => return line_of(label, names),
        Target::Reg(reg) => (ZkPc(0), *reg),
        Target::LabelPlus(label, reg) => match line_of(label, names)? {
            JumpTarget::Line(base) => (base, *reg),
            _ => (place.line.next(), *reg),
        },
    };
    match reg {
        Reg::E | Reg::Rr => Ok(JumpTarget::Indexed(base, reg)),
        _ => Err(format!("{reg} cannot index a jump: only E and RR can")),
    }
}

fn line_of(label: &str, names: &Names) -> Result<JumpTarget, String> {
    if label == NEXT {
        return Ok(JumpTarget::Next);
    }
    match names.labels.get(label) {
        Some(label) => Ok(JumpTarget::Line(label.value)),
        None => Err(format!("label `{label}` is not defined")),
    }
}

/// Adds the registers that receive `op`, after the jump.
pub(crate) fn add_dests(line: &mut RomLine, dests: &[Reg]) -> Result<(), String> {
    for &dest in dests {
        if !dest.is_writable() {
            return Err(format!("{dest} cannot be written"));
        }
        if line.dests.contains(&dest) {
            return Err(format!("{dest} is written twice"));
        }
        let also = match (dest, line.jump.as_ref().map(|jump| jump.kind)) {
            (Reg::Rr, Some(JumpKind::Call)) => "CALL",
            (Reg::Rcx, Some(JumpKind::Repeat)) => "REPEAT",
            _ => {
                line.dests.push(dest);
                continue;
            }
        };
        return Err(format!("{dest} is written by {also} already"));
    }
    Ok(())
}

/// Checks what a line combines, but for what its fields cannot hold anyway.
pub(crate) fn check_combinations(line: &RomLine) -> Result<(), String> {
    if let Some(jump) = &line.jump {
        if jump.kind == JumpKind::Carry && line.binary.is_none() {
            return Err("JMPC and JMPNC need a binary operation in the same step".to_owned());
        }
        let indexed = |target| matches!(target, JumpTarget::Indexed(..));
        let computed = indexed(jump.target) || indexed(jump.otherwise);
        if line.mem.is_some() && computed {
            return Err("a memory access and a jump to a computed address in one step".to_owned());
        }
        if line.hash.is_some() && computed {
            return Err("a hash operation and a jump to a computed address in one step".to_owned());
        }
    }
    if line.hash.is_some() && line.mem.is_some() {
        return Err("a hash operation and a memory access in one step".to_owned());
    }
    if matches!(line.free, Some((_, RomFree::Bare))) {
        let loads = line.mem.as_ref().is_some_and(|access| !access.write);
        let hashes = matches!(line.hash, Some((HashOp::Bytes | HashOp::Byte, _)));
        let suppliers = usize::from(line.binary.is_some())
            + usize::from(loads)
            + usize::from(line.mem_align_rd)
            + usize::from(hashes);
        if suppliers != 1 {
            return Err(format!(
                "`$` needs one of MLOAD, a binary operation, MEM_ALIGN_RD, HASHK and HASHK1 to supply it, the step has {suppliers}"
            ));
        }
    }
    Ok(())
}
