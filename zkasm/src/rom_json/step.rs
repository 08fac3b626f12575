//! What a line of a ROM does: operations, hashes, jumps.

use serde_json::Value;

use super::COUNTER_FIELDS;
use super::fields::{Fields, Problem};
use crate::op::{BinaryOp, HashId, HashOp};
use crate::reg::Reg;
use crate::rom::{Jump, JumpKind, JumpTarget, RomLine, ZkPc};

/// Checks that a line without left-hand side is one that needs none.
pub(super) fn check_left_hand_side(line: &RomLine) -> Result<(), Problem> {
    if line.has_op {
        return Ok(());
    }
    let needs = |what: &str| Err(Problem::new(format!("{what} needs a left-hand side")));
    if !line.dests.is_empty() {
        return Err(Problem::new("destinations without a left-hand side"));
    }
    if line.binary.is_some() {
        return needs("a binary operation");
    }
    if line.arith {
        return needs("arith");
    }
    if line.assert {
        return needs("assert");
    }
    if line.mem_align_rd || line.mem_align_wr || line.mem_align_wr8 {
        return needs("a MEM_ALIGN operation");
    }
    if line.mem.is_some() {
        return needs("a memory access");
    }
    if line.hash.is_some() {
        return needs("a hash operation");
    }
    match line.jump.as_ref().map(|jump| jump.kind) {
        Some(JumpKind::Negative | JumpKind::Zero | JumpKind::Carry) => needs("a conditional jump"),
        Some(_) => Ok(()),
        None => Err(Problem::new("a step that does nothing")),
    }
}

/// Whether a line can have a field.
pub(super) fn is_known(field: &str) -> bool {
    const OTHERS: &[&str] = &[
        "arith",
        "assert",
        "bin",
        "hashK",
        "hashK1",
        "hashKDigest",
        "hashKLen",
        "mOp",
        "memAlignRD",
        "memAlignWR",
        "memAlignWR8",
        "CONST",
        "CONSTL",
        "JMP",
        "JMPC",
        "JMPN",
        "JMPZ",
        "binOpcode",
        "call",
        "cmdAfter",
        "cmdBefore",
        "elseAddr",
        "elseAddrLabel",
        "extraOffset",
        "fileName",
        "freeInTag",
        "inFREE",
        "incStack",
        "ind",
        "indRR",
        "isMem",
        "isStack",
        "jmpAddr",
        "jmpAddrLabel",
        "labelCONST",
        "line",
        "lineStr",
        "mWR",
        "offset",
        "offsetLabel",
        "repeat",
        "return",
        "useCTX",
        "useElseAddr",
        "useJmpAddr",
        "inROTL_C",
        "inSTEP",
    ];
    let register = |prefix: &str| {
        let name = field.strip_prefix(prefix)?;
        Reg::from_name(name).filter(|reg| reg.is_writable())
    };
    OTHERS.contains(&field)
        || COUNTER_FIELDS.iter().any(|(_, known)| *known == field)
        || register("in").is_some()
        || register("set").is_some()
}

pub(super) fn operations(fields: &Fields<'_>, line: &mut RomLine) -> Result<(), Problem> {
    if fields.flag("bin")? {
        let most = BinaryOp::ALL.len() as i64 - 1;
        let code = fields.integer("binOpcode", 0, most)?;
        line.binary = BinaryOp::ALL.get(code as usize).copied();
    }
    line.arith = fields.flag("arith")?;
    line.assert = fields.flag("assert")?;
    line.mem_align_rd = fields.flag("memAlignRD")?;
    line.mem_align_wr = fields.flag("memAlignWR")?;
    line.mem_align_wr8 = fields.flag("memAlignWR8")?;
    let aligns = [line.mem_align_rd, line.mem_align_wr, line.mem_align_wr8];
    if aligns.iter().filter(|is| **is).count() > 1 {
        return Err(Problem::new("two MEM_ALIGN operations in one step"));
    }
    Ok(())
}

pub(super) fn hash(fields: &Fields<'_>) -> Result<Option<(HashOp, HashId)>, Problem> {
    let mut found = None;
    for (field, op) in [
        ("hashK", HashOp::Bytes),
        ("hashK1", HashOp::Byte),
        ("hashKLen", HashOp::Len),
        ("hashKDigest", HashOp::Digest),
    ] {
        if fields.flag(field)? && found.replace(op).is_some() {
            return Err(Problem::new("two hash operations in one step"));
        }
    }
    let Some(op) = found else { return Ok(None) };
    let offset = fields.integer("offset", 0, u32::MAX.into())?;
    let id = match (fields.flag("ind")?, fields.flag("indRR")?, offset) {
        (false, false, id) => HashId::Number(id as u32),
        (true, false, 0) => HashId::E,
        _ => return Err(Problem::new("ind, indRR and offset that number no hash")),
    };
    Ok(Some((op, id)))
}

pub(super) fn jump(fields: &Fields<'_>, zkpc: ZkPc) -> Result<Option<Jump>, Problem> {
    let mut found = None;
    for (field, kind) in [
        ("JMP", JumpKind::Always),
        ("JMPN", JumpKind::Negative),
        ("JMPZ", JumpKind::Zero),
        ("JMPC", JumpKind::Carry),
        ("call", JumpKind::Call),
        ("return", JumpKind::Return),
        ("repeat", JumpKind::Repeat),
    ] {
        if fields.flag(field)? && found.replace(kind).is_some() {
            return Err(Problem::new("two jumps in one step"));
        }
    }
    let Some(kind) = found else { return Ok(None) };
    let address = |field: &str| -> Result<JumpTarget, Problem> {
        if matches!(fields.get(field), Some(Value::Bool(false))) {
            let problem = "a label that is defined nowhere";
            return Err(Problem::new(problem).within(field));
        }
        let line = fields.integer(field, 0, u32::MAX.into())? as u32;
        Ok(if line == zkpc.next().0 {
            JumpTarget::Next
        } else {
            JumpTarget::Line(ZkPc(line))
        })
    };
    let target = match kind {
        JumpKind::Return | JumpKind::Repeat => JumpTarget::Next,
        _ if fields.flag("useJmpAddr")? => address("jmpAddr")?,
        _ => {
            let offset = ZkPc(fields.integer("offset", 0, u32::MAX.into())? as u32);
            match (fields.flag("ind")?, fields.flag("indRR")?) {
                (true, false) => JumpTarget::Indexed(offset, Reg::E),
                (false, true) => JumpTarget::Indexed(offset, Reg::Rr),
                _ => return Err(Problem::new("a computed jump without one of ind and indRR")),
            }
        }
    };
    let conditional = matches!(kind, JumpKind::Negative | JumpKind::Zero | JumpKind::Carry);
    let otherwise = match (conditional, fields.flag("useElseAddr")?) {
        (true, true) => address("elseAddr")?,
        (true, false) => return Err(Problem::new("a conditional jump without useElseAddr")),
        (false, true) => return Err(Problem::new("useElseAddr without a condition")),
        (false, false) => JumpTarget::Next,
    };
    Ok(Some(Jump {
        kind,
        target,
        otherwise,
    }))
}
