//! Reading a ROM that the reference assembler or we have written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fields::{Fields, Problem, unlike};
use super::{COUNTER_FIELDS, OURS, command, in_field};
use crate::assemble::{add_dests, check_combinations};
use crate::constant::{Constant, SHORT_MAX, SHORT_MIN};
use crate::cost::Counters;
use crate::error::Pos;
use crate::field::Fe;
use crate::limits::VAR_WORDS;
use crate::names::is_identifier;
use crate::op::{BinaryOp, HashId, HashOp};
use crate::program::{Command, VarDecl};
use crate::reg::Reg;
use crate::rom::{
    ConstLanes, Jump, JumpKind, JumpTarget, MemAccess, MemBase, MemIndex, PlacedCommand, Rom,
    RomFree, RomLine, ZkPc,
};
use crate::source::{Source, Sources};

/// A text that is no ROM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct RomError {
    /// Where: line and column of the text, or the member, such as `program[3].jmpAddr`.
    pub place: String,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
}

/// Reads a ROM from its JSON, with the texts that its lines are from as far as they are in it.
///
/// # Errors
/// If the text is not JSON, a member has not the form described above, lines have fields that go
/// together in no step or that are unknown, or members contradict each other; with the place.
pub fn read(text: &str) -> Result<(Rom, Sources), RomError> {
    let value: Value = serde_json::from_str(text).map_err(|error| RomError {
        place: format!("{}:{}", error.line(), error.column()),
        message: {
            let message = error.to_string();
            let end = message.rfind(" at line ").unwrap_or(message.len());
            message[..end].to_owned()
        },
    })?;
    document(&value).map_err(|problem| {
        let place = problem.path.join(".");
        RomError {
            place: if place.is_empty() {
                "the ROM".to_owned()
            } else {
                place
            },
            message: problem.message,
        }
    })
}

fn document(value: &Value) -> Result<(Rom, Sources), Problem> {
    let fields = Fields::of(value)?;
    let program = fields.list("program")?;
    if u32::try_from(program.len()).is_err() {
        return Err(Problem::new("more than 2^32 - 1 lines").within("program"));
    }
    let mut reader = Reader::default();
    let within = |member: &'static str| move |problem: Problem| problem.within(member);
    if let Some(ours) = fields.get(OURS) {
        reader.ours(ours).map_err(within(OURS))?;
    }
    let labels = Fields::of(fields.get("labels").unwrap_or(&Value::Null));
    reader
        .labels(labels.map_err(within("labels"))?, program.len())
        .map_err(within("labels"))?;
    if let Some(constants) = fields.get("constants") {
        reader.constants(constants).map_err(within("constants"))?;
    }
    for (index, line) in program.iter().enumerate() {
        reader
            .line(line, ZkPc(index as u32))
            .map_err(|problem| problem.within(format!("program[{index}]")))?;
    }
    let Reader { rom, texts, .. } = reader;
    Ok((rom, texts.sources(program.len())))
}

#[derive(Default)]
struct Reader {
    rom: Rom,
    /// Variables that only commands have named so far, which say nothing of the scope.
    unscoped: BTreeSet<String>,
    /// Whether the variables are known: then lines can name no others.
    vars_known: bool,
    texts: Texts,
}

impl Reader {
    fn ours(&mut self, value: &Value) -> Result<(), Problem> {
        let fields = Fields::of(value)?;
        for (index, comment) in fields.list("header")?.iter().enumerate() {
            let Value::String(comment) = comment else {
                return Err(unlike("a text", comment).within(format!("header[{index}]")));
            };
            self.rom.header.push(comment.clone());
        }
        let vars = fields.get("vars").unwrap_or(&Value::Null);
        let vars = Fields::of(vars).map_err(|problem| problem.within("vars"))?;
        for name in vars.names() {
            let within = |problem: Problem| problem.within(name).within("vars");
            check_name(name).map_err(within)?;
            let fields = Fields::of(vars.get(name).unwrap_or(&Value::Null)).map_err(within)?;
            let ctx = match fields.text("scope").map_err(within)? {
                "GLOBAL" => false,
                "CTX" => true,
                _ => {
                    return Err(within(
                        Problem::new("expected GLOBAL or CTX").within("scope"),
                    ));
                }
            };
            let most = i64::from(VAR_WORDS);
            let offset = fields.integer("offset", 0, most - 1).map_err(within)?;
            let words = fields.integer("words", 1, most - offset).map_err(within)?;
            let var = VarDecl {
                name: name.to_owned(),
                ctx,
                words: words as u32,
            };
            self.rom.vars.insert(name.to_owned(), (var, offset as u32));
        }
        self.vars_known = true;
        Ok(())
    }

    fn labels(&mut self, fields: Fields<'_>, lines: usize) -> Result<(), Problem> {
        for name in fields.names() {
            check_name(name).map_err(|problem| problem.within(name))?;
            let zkpc = fields.integer(name, 0, lines as i64)?;
            self.rom.labels.insert(name.to_owned(), ZkPc(zkpc as u32));
        }
        Ok(())
    }

    fn constants(&mut self, value: &Value) -> Result<(), Problem> {
        let constants = Fields::of(value)?;
        for name in constants.names() {
            let within = |problem: Problem| problem.within(name);
            check_name(name).map_err(within)?;
            let fields = Fields::of(constants.get(name).unwrap_or(&Value::Null)).map_err(within)?;
            let long = match fields.text("type").map_err(within)? {
                "CONST" => false,
                "CONSTL" => true,
                _ => {
                    return Err(within(
                        Problem::new("expected CONST or CONSTL").within("type"),
                    ));
                }
            };
            let (negative, magnitude) = fields.big("value").map_err(within)?;
            let range = if long {
                0..=u64::MAX.into()
            } else {
                SHORT_MIN..=SHORT_MAX
            };
            let value = i128::try_from(magnitude).ok();
            let value = value.map(|value| if negative { -value } else { value });
            let Some(value) = value.filter(|value| range.contains(value)) else {
                return Err(within(
                    Problem::new("out of the range of its type").within("value"),
                ));
            };
            let constant = Constant {
                value,
                long,
                pos: Pos::default(),
            };
            self.rom.constants.insert(name.to_owned(), constant);
        }
        Ok(())
    }

    fn line(&mut self, value: &Value, zkpc: ZkPc) -> Result<(), Problem> {
        let fields = Fields::of(value)?;
        if let Some(field) = fields.names().find(|name| !is_known(name)) {
            let field = crate::lex::shortened(field);
            return Err(Problem::new(format!("unknown field {field}")));
        }
        let mut line = RomLine::default();
        self.combination(&fields, &mut line)?;
        operations(&fields, &mut line)?;
        line.mem = self.access(&fields)?;
        line.hash = hash(&fields)?;
        line.jump = jump(&fields, zkpc)?;
        let mut dests = Vec::new();
        for &reg in Reg::ALL.iter().filter(|reg| reg.is_writable()) {
            if fields.flag(&format!("set{reg}"))? {
                dests.push(reg);
            }
        }
        add_dests(&mut line, &dests).map_err(Problem::new)?;
        line.pos = self.texts.place(&fields)?;
        line.cmd_before = self.commands(&fields, "cmdBefore", line.pos)?;
        line.cmd_after = self.commands(&fields, "cmdAfter", line.pos)?;
        line.cost = Counters::of_line(&line);
        check_left_hand_side(&line)?;
        let computed = line
            .jump
            .as_ref()
            .is_some_and(|jump| matches!(jump.target, JumpTarget::Indexed(..)));
        if line.mem.is_none() && line.hash.is_none() && !computed {
            for field in ["ind", "indRR"] {
                if fields.flag(field)? {
                    return Err(Problem::new(format!("{field} without an address")));
                }
            }
        }
        check_combinations(&line).map_err(Problem::new)?;
        self.rom.lines.push(line);
        Ok(())
    }

    fn combination(&mut self, fields: &Fields<'_>, line: &mut RomLine) -> Result<(), Problem> {
        for &reg in Reg::ALL {
            let field = in_field(reg);
            if fields.get(&field).is_some() {
                line.has_op = true;
                let coeff = element(fields, &field)?;
                if coeff != Fe::ZERO {
                    line.regs.push((reg, coeff));
                }
            }
        }
        match (fields.get("CONST"), fields.get("CONSTL")) {
            (None, None) => {}
            (Some(_), Some(_)) => return Err(Problem::new("both CONST and CONSTL")),
            (Some(_), None) => {
                line.has_op = true;
                line.constant.lane0 = element(fields, "CONST")?;
            }
            (None, Some(_)) => {
                line.has_op = true;
                let (negative, magnitude) = fields.big("CONSTL")?;
                line.negative_long = negative && magnitude != 0;
                let low = magnitude as u64;
                let value = if negative { low.wrapping_neg() } else { low };
                line.constant = ConstLanes {
                    lane0: Fe::from(value as u32),
                    lane1: Fe::from((value >> 32) as u32),
                };
            }
        }
        match (fields.get("inFREE"), fields.get("freeInTag")) {
            (None, None) => {}
            (None, Some(_)) => return Err(Problem::new("freeInTag without inFREE")),
            (Some(_), None) => return Err(Problem::new("inFREE without freeInTag")),
            (Some(_), Some(tag)) => {
                line.has_op = true;
                let coeff = element(fields, "inFREE")?;
                let source = if command::is_bare(tag) {
                    RomFree::Bare
                } else {
                    let command = self.command(tag);
                    RomFree::Expr(command.map_err(|problem| problem.within("freeInTag"))?)
                };
                if coeff != Fe::ZERO {
                    line.free = Some((coeff, source));
                }
            }
        }
        Ok(())
    }

    fn command(&mut self, value: &Value) -> Result<crate::Expr, Problem> {
        let mut words = Vec::new();
        let expr = command::from_json(value, &mut words)?;
        for (name, offset) in words {
            self.var(&name, None, offset)?;
        }
        Ok(expr)
    }

    fn commands(
        &mut self,
        fields: &Fields<'_>,
        field: &str,
        pos: Pos,
    ) -> Result<Vec<PlacedCommand>, Problem> {
        if fields.get(field).is_none() {
            return Ok(Vec::new());
        }
        let commands = fields.list(field)?.iter().enumerate();
        commands
            .map(|(index, value)| match self.command(value) {
                Ok(expr) => Ok(PlacedCommand {
                    command: Command { expr },
                    pos,
                }),
                Err(problem) => Err(problem.within(format!("{field}[{index}]"))),
            })
            .collect()
    }

    /// Notes that a line names a variable, of the given scope: whether it is a context's.
    fn var(&mut self, name: &str, ctx: Option<bool>, offset: i64) -> Result<(), Problem> {
        if let Some((var, known)) = self.rom.vars.get_mut(name) {
            let scoped = match ctx {
                Some(ctx) if self.unscoped.remove(name) => {
                    var.ctx = ctx;
                    true
                }
                Some(ctx) => var.ctx == ctx,
                None => true,
            };
            return match scoped && i64::from(*known) == offset {
                true => Ok(()),
                false => Err(Problem::new(format!("variable {name} is elsewhere, too"))),
            };
        }
        if self.vars_known {
            let problem = format!("variable {name} is not in {OURS}.vars");
            return Err(Problem::new(problem));
        }
        let Some(offset) = u32::try_from(offset)
            .ok()
            .filter(|offset| *offset < VAR_WORDS)
        else {
            let problem = format!("variable {name} at word {offset} of its scope");
            return Err(Problem::new(problem));
        };
        if ctx.is_none() {
            self.unscoped.insert(name.to_owned());
        }
        let var = VarDecl {
            name: name.to_owned(),
            ctx: ctx.unwrap_or(false),
            words: 1,
        };
        self.rom.vars.insert(name.to_owned(), (var, offset));
        Ok(())
    }

    fn access(&mut self, fields: &Fields<'_>) -> Result<Option<MemAccess>, Problem> {
        if !fields.flag("mOp")? {
            for field in ["mWR", "isStack", "isMem", "useCTX"] {
                if fields.flag(field)? {
                    return Err(Problem::new(format!("{field} without mOp")));
                }
            }
            if fields
                .optional("incStack", -1, 1)?
                .is_some_and(|step| step != 0)
            {
                return Err(Problem::new("incStack without mOp"));
            }
            return Ok(None);
        }
        let offset = fields.integer("offset", i32::MIN.into(), i32::MAX.into())?;
        let inc_stack = fields.optional("incStack", -1, 1)?.unwrap_or(0);
        let [is_stack, is_mem, use_ctx] = [
            fields.flag("isStack")?,
            fields.flag("isMem")?,
            fields.flag("useCTX")?,
        ];
        let index = match (fields.flag("ind")?, fields.flag("indRR")?) {
            (false, false) => MemIndex::None,
            (true, false) => MemIndex::E,
            (false, true) => MemIndex::Rr,
            (true, true) => return Err(Problem::new("both ind and indRR")),
        };
        let base = match (is_stack, is_mem, use_ctx) {
            (true, false, true) => MemBase::Stack,
            (false, true, true) => MemBase::Mem,
            (false, false, true) => MemBase::VarCtx,
            (false, false, false) => MemBase::Global,
            _ => {
                return Err(Problem::new(
                    "isStack, isMem and useCTX of no form of an address",
                ));
            }
        };
        if inc_stack != 0 && base != MemBase::Stack {
            return Err(Problem::new("incStack without isStack"));
        }
        if fields.get("offsetLabel").is_some() {
            let name = fields.name("offsetLabel")?;
            let range = i64::from(i32::MAX);
            let extra = fields.optional("extraOffset", -range, range)?.unwrap_or(0);
            self.var(&name, Some(base == MemBase::VarCtx), offset - extra)?;
        }
        Ok(Some(MemAccess {
            write: fields.flag("mWR")?,
            base,
            offset: offset as i32,
            index,
            inc_stack: inc_stack as i8,
        }))
    }
}

/// Checks that a line without left-hand side is one that needs none.
fn check_left_hand_side(line: &RomLine) -> Result<(), Problem> {
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

fn check_name(name: &str) -> Result<(), Problem> {
    if is_identifier(name) {
        Ok(())
    } else {
        Err(Problem::new("not a name"))
    }
}

/// A whole number of any size, as a field element.
fn element(fields: &Fields<'_>, field: &str) -> Result<Fe, Problem> {
    let value = fields.get(field).unwrap_or(&Value::Null);
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return Err(unlike("a whole number", other).within(field)),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unlike("a whole number", value).within(field));
    }
    let ten = Fe::from(10u32);
    let magnitude = digits.bytes().fold(Fe::ZERO, |sum, digit| {
        sum * ten + Fe::from(u32::from(digit - b'0'))
    });
    Ok(if negative { -magnitude } else { magnitude })
}

/// Whether a line can have a field.
fn is_known(field: &str) -> bool {
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

fn operations(fields: &Fields<'_>, line: &mut RomLine) -> Result<(), Problem> {
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

fn hash(fields: &Fields<'_>) -> Result<Option<(HashOp, HashId)>, Problem> {
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

fn jump(fields: &Fields<'_>, zkpc: ZkPc) -> Result<Option<Jump>, Problem> {
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

/// The texts of the lines, by files and their lines.
#[derive(Default)]
struct Texts {
    files: Vec<(String, BTreeMap<u32, String>)>,
    numbers: BTreeMap<String, usize>,
}

impl Texts {
    /// The place of a line, whose text is kept.
    fn place(&mut self, fields: &Fields<'_>) -> Result<Pos, Problem> {
        let line = match fields.optional("line", 0, u32::MAX.into())? {
            Some(line) => line as u32,
            None => return Ok(Pos::default()),
        };
        let name = match fields.get("fileName") {
            Some(_) => fields.text("fileName")?,
            None => "",
        };
        let text = match fields.get("lineStr") {
            Some(_) => fields.text("lineStr")?,
            None => "",
        };
        let file = match self.numbers.get(name) {
            Some(file) => *file,
            None => {
                let file = self.files.len();
                self.numbers.insert(name.to_owned(), file);
                self.files.push((name.to_owned(), BTreeMap::new()));
                file
            }
        };
        let one_line = text.replace(['\n', '\r'], " ");
        let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
        self.files[file].1.insert(line, one_line);
        Ok(Pos {
            line,
            column: blanks as u32 + 1,
            file: file as u32,
        })
    }

    /// The files with the lines that are known; those of a file whose lines are numbered far beyond
    /// what a program of so many lines has, all files taken together, are left out.
    fn sources(self, lines: usize) -> Sources {
        let mut left = 100 * lines + 100_000;
        let files = self.files.into_iter().map(|(name, lines)| {
            let last = lines.last_key_value().map_or(0, |(line, _)| *line);
            let mut text = String::new();
            if let Some(less) = left.checked_sub(last as usize) {
                left = less;
                for line in 1..=last {
                    text += lines.get(&line).map_or("", String::as_str);
                    text.push('\n');
                }
            }
            Source { name, text }
        });
        Sources::of(files.collect())
    }
}
