//! Reading a ROM that the reference assembler or we have written.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Fields, Problem, unlike};
use super::step::{check_left_hand_side, hash, is_known, jump, operations};
use super::texts::Texts;
use super::{OURS, command, in_field};
use crate::assemble::{add_dests, check_combinations};
use crate::constant::{Constant, SHORT_MAX, SHORT_MIN};
use crate::cost::Counters;
use crate::error::Pos;
use crate::field::Fe;
use crate::limits::VAR_WORDS;
use crate::names::is_identifier;
use crate::program::{Command, VarDecl};
use crate::reg::Reg;
use crate::rom::{
    ConstLanes, JumpTarget, MemAccess, MemBase, MemIndex, PlacedCommand, Rom, RomFree, RomLine,
    ZkPc,
};
use crate::source::Sources;

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
                let coeff = fields.element(&field)?;
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
                line.constant.lane0 = fields.element("CONST")?;
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
                let coeff = fields.element("inFREE")?;
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

fn check_name(name: &str) -> Result<(), Problem> {
    if is_identifier(name) {
        Ok(())
    } else {
        Err(Problem::new("not a name"))
    }
}
