//! Writing a ROM as the reference assembler does.

use num_bigint::BigInt;
use serde_json::{Map, Value, json};

use super::{OURS, command, in_field};
use crate::error::Pos;
use crate::names::NEXT;
use crate::op::{Addr, BinaryOp, HashId, HashOp, Op, Target};
use crate::program::{Factor, FreeInput, Item, LinComb, Product, Program, Step, Term};
use crate::reg::Reg;
use crate::rom::{Rom, ZkPc};
use crate::source::Sources;

/// The JSON of a program's ROM: `positions` and `sources` as the parser left them, `rom` as the
/// assembler made it of them.
///
/// The program's own file is named without its folder, included ones relative to that folder.
pub fn write(program: &Program, positions: &[Pos], sources: &Sources, rom: &Rom) -> String {
    let files = Files::of(sources);
    let mut text = String::from("{\"program\":[");
    let mut zkpc = ZkPc(0);
    for (index, item) in program.items.iter().enumerate() {
        let Item::Step(step) = item else { continue };
        let printed = || Program::printed_pos(index);
        let pos = positions.get(index).copied().unwrap_or_else(printed);
        let mut fields = line(step, rom, zkpc);
        fields.insert("fileName".to_owned(), json!(files.name(pos)));
        fields.insert("line".to_owned(), json!(pos.line));
        fields.insert("lineStr".to_owned(), json!(files.line(pos)));
        text += if zkpc.0 == 0 { "\n" } else { ",\n" };
        text += &Value::Object(fields).to_string();
        zkpc = zkpc.next();
    }
    let labels: Map<String, Value> = rom
        .labels
        .iter()
        .map(|(name, zkpc)| (name.clone(), json!(zkpc.0)))
        .collect();
    let constants: Map<String, Value> = rom
        .constants
        .iter()
        .map(|(name, constant)| {
            let fields = json!({
                "value": constant.value.to_string(),
                "type": if constant.long { "CONSTL" } else { "CONST" },
                "line": constant.pos.line,
                "fileName": files.name(constant.pos),
            });
            (name.clone(), fields)
        })
        .collect();
    let vars: Map<String, Value> = rom
        .vars
        .iter()
        .map(|(name, (var, offset))| {
            let scope = if var.ctx { "CTX" } else { "GLOBAL" };
            let fields = json!({"scope": scope, "offset": offset, "words": var.words});
            (name.clone(), fields)
        })
        .collect();
    let ours = json!({"header": rom.header, "vars": vars});
    let labels = Value::Object(labels);
    let constants = Value::Object(constants);
    text +=
        &format!("\n],\n\"labels\":{labels},\n\"constants\":{constants},\n\"{OURS}\":{ours}}}\n");
    text
}

/// The files of a program: what they are called in its ROM, and their lines.
struct Files<'a>(Vec<(String, Vec<&'a str>)>);

impl<'a> Files<'a> {
    fn of(sources: &'a Sources) -> Files<'a> {
        let names = sources.names_from_own_folder().into_iter();
        let lines = sources
            .files()
            .iter()
            .map(|file| file.text.lines().collect());
        Files(names.zip(lines).collect())
    }

    fn name(&self, pos: Pos) -> &str {
        let file = self.0.get(pos.file as usize);
        file.map_or("", |(name, _)| name)
    }

    /// The line of a place.
    fn line(&self, pos: Pos) -> &'a str {
        let file = self.0.get(pos.file as usize);
        let index = (pos.line as usize).wrapping_sub(1);
        file.and_then(|(_, lines)| lines.get(index))
            .copied()
            .unwrap_or_default()
    }
}

/// The fields of a line but for its place.
fn line(step: &Step, rom: &Rom, zkpc: ZkPc) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(op) = &step.op {
        combination(&mut fields, op, rom, zkpc);
    }
    for dest in &step.dests {
        fields.insert(format!("set{dest}"), json!(1));
    }
    for op in &step.ops {
        operation(&mut fields, op, rom, zkpc);
    }
    if let Some(line) = rom.lines.get(zkpc.index()) {
        for (field, commands) in [
            ("cmdBefore", &line.cmd_before),
            ("cmdAfter", &line.cmd_after),
        ] {
            if !commands.is_empty() {
                let commands = commands.iter();
                let list: Vec<Value> = commands
                    .map(|placed| command::to_json(&placed.command.expr, rom))
                    .collect();
                fields.insert(field.to_owned(), Value::Array(list));
            }
        }
    }
    fields
}

/// The sums of a left-hand side, whole numbers that nothing reduces.
#[derive(Default)]
struct Sums {
    fields: Vec<(String, BigInt)>,
    /// What `labelCONST` is: the names of addresses, run together where there are several, and where
    /// one is subtracted, what JavaScript makes of that.
    label: Option<Label>,
}

enum Label {
    Text(String),
    NotANumber,
}

impl Sums {
    fn add(&mut self, field: String, value: BigInt) {
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, sum)) => *sum += value,
            None => self.fields.push((field, value)),
        }
    }

    fn add_label(&mut self, name: &str, negative: bool) {
        self.label = Some(match (self.label.take(), negative) {
            (None | Some(Label::NotANumber), true) => Label::NotANumber,
            (None | Some(Label::NotANumber), false) => Label::Text(name.to_owned()),
            (Some(Label::Text(before)), true) => Label::Text(before + "NaN"),
            (Some(Label::Text(before)), false) => Label::Text(before + name),
        });
    }
}

fn combination(fields: &mut Map<String, Value>, op: &LinComb, rom: &Rom, zkpc: ZkPc) {
    let mut sums = Sums::default();
    for term in &op.terms {
        let signed = |negative: bool, value: BigInt| if negative { -value } else { value };
        match term {
            Term::Reg(coeff, reg) => {
                let product = coeff.factors.iter().map(|&factor| BigInt::from(factor));
                let product = signed(coeff.negative, product.product());
                sums.add(in_field(*reg), product);
            }
            Term::Const(value) => sums.add("CONST".to_owned(), (*value).into()),
            Term::ConstL(value) => sums.add("CONSTL".to_owned(), (*value).into()),
            Term::Product(product) => {
                let (field, value) = product_of(product, rom, zkpc);
                sums.add(field, signed(product.negative, value));
                if let [Factor::Address(name)] = product.factors.as_slice() {
                    sums.add_label(name, product.negative);
                }
            }
            Term::Free(free) | Term::MinusFree(free) => {
                let negative = matches!(term, Term::MinusFree(_));
                sums.add("inFREE".to_owned(), signed(negative, 1.into()));
                let tag = match free {
                    FreeInput::Bare => json!({"op": ""}),
                    FreeInput::Expr(expr) => command::to_json(expr, rom),
                };
                fields.insert("freeInTag".to_owned(), tag);
            }
        }
    }
    for (field, value) in sums.fields {
        fields.insert(field, json!(value.to_string()));
    }
    if let Some(label) = sums.label {
        let label = match label {
            Label::Text(text) => json!(text),
            Label::NotANumber => Value::Null,
        };
        fields.insert("labelCONST".to_owned(), label);
    }
}

/// The field that a product adds to, and its value.
fn product_of(product: &Product, rom: &Rom, zkpc: ZkPc) -> (String, BigInt) {
    let mut field = "CONST".to_owned();
    let mut value = BigInt::from(1);
    for factor in &product.factors {
        value *= match factor {
            Factor::Number(number) => BigInt::from(*number),
            Factor::Long(number) => {
                field = "CONSTL".to_owned();
                BigInt::from(*number)
            }
            Factor::Constant(name) => match rom.constants.get(name) {
                Some(constant) => {
                    if constant.long {
                        field = "CONSTL".to_owned();
                    }
                    BigInt::from(constant.value)
                }
                None => BigInt::ZERO,
            },
            Factor::Address(name) => BigInt::from(address_of(name, rom)),
            Factor::ZkPc => BigInt::from(zkpc.0),
            Factor::Reg(reg) => {
                field = in_field(*reg);
                BigInt::from(1)
            }
        };
    }
    (field, value)
}

/// The address of a label, or else of a variable.
fn address_of(name: &str, rom: &Rom) -> u32 {
    let label = rom.labels.get(name).map(|zkpc| zkpc.0);
    let var = || rom.vars.get(name).map(|(_, offset)| *offset);
    label.or_else(var).unwrap_or_default()
}

fn operation(fields: &mut Map<String, Value>, op: &Op, rom: &Rom, zkpc: ZkPc) {
    let mut set = |list: &[(&str, Value)]| {
        for (field, value) in list {
            fields.insert((*field).to_owned(), value.clone());
        }
    };
    let align = |which: usize| {
        let flag = |field: usize| json!(u8::from(field == which));
        [
            ("memAlignRD", flag(0)),
            ("memAlignWR", flag(1)),
            ("memAlignWR8", flag(2)),
        ]
    };
    match op {
        Op::Binary(op) => {
            let code = BinaryOp::ALL.iter().position(|known| known == op);
            set(&[("bin", json!(1)), ("binOpcode", json!(code))]);
        }
        Op::Arith => set(&[("arith", json!(1))]),
        Op::Assert => set(&[("assert", json!(1))]),
        Op::MemAlignRd => set(&align(0)),
        Op::MemAlignWr => set(&align(1)),
        Op::MemAlignWr8 => set(&align(2)),
        Op::Hash(op, id) => {
            let field = match op {
                HashOp::Bytes => "hashK",
                HashOp::Byte => "hashK1",
                HashOp::Len => "hashKLen",
                HashOp::Digest => "hashKDigest",
            };
            let (ind, offset) = match id {
                HashId::Number(id) => (0, *id),
                HashId::E => (1, 0),
            };
            set(&[
                (field, json!(1)),
                ("ind", json!(ind)),
                ("indRR", json!(0)),
                ("offset", json!(offset)),
            ]);
        }
        Op::MLoad(addr) | Op::MStore(addr) => {
            let write = matches!(op, Op::MStore(_));
            set(&[("mOp", json!(1)), ("mWR", json!(u8::from(write)))]);
            access(fields, addr, rom);
        }
        Op::Jmp(target) => {
            set(&[("JMP", json!(1))]);
            jump(fields, target, rom, zkpc);
        }
        Op::JmpN(target, otherwise) => {
            branch(fields, "JMPN", target, otherwise.as_ref(), rom, zkpc);
        }
        Op::JmpZ(target, otherwise) => {
            branch(fields, "JMPZ", target, otherwise.as_ref(), rom, zkpc);
        }
        Op::JmpC(target, otherwise) => {
            branch(fields, "JMPC", target, otherwise.as_ref(), rom, zkpc);
        }
        Op::JmpNz(target, otherwise) => opposite(fields, "JMPZ", target, otherwise, rom, zkpc),
        Op::JmpNc(target, otherwise) => opposite(fields, "JMPC", target, otherwise, rom, zkpc),
        Op::Call(target) => {
            set(&[
                ("JMP", json!(0)),
                ("JMPC", json!(0)),
                ("JMPN", json!(0)),
                ("call", json!(1)),
            ]);
            jump(fields, target, rom, zkpc);
            if !matches!(target, Target::Label(_)) {
                fields.remove("useJmpAddr");
                fields.insert("return".to_owned(), json!(0));
            }
        }
        Op::Return => set(&[
            ("JMP", json!(0)),
            ("JMPC", json!(0)),
            ("JMPN", json!(0)),
            ("call", json!(0)),
            ("return", json!(1)),
        ]),
        Op::Repeat => set(&[("repeat", json!(1))]),
    }
}

fn access(fields: &mut Map<String, Value>, addr: &Addr, rom: &Rom) {
    let mut set = |list: &[(&str, i64)]| {
        for (field, value) in list {
            fields.insert((*field).to_owned(), json!(value));
        }
    };
    let region = |is_stack: i64, is_mem: i64, ind: i64, offset: i32| {
        [
            ("isStack", is_stack),
            ("isMem", is_mem),
            ("ind", ind),
            ("indRR", 0),
            ("incStack", 0),
            ("offset", offset.into()),
        ]
    };
    let index = |reg: Reg| {
        [
            ("ind", i64::from(reg == Reg::E)),
            ("indRR", i64::from(reg == Reg::Rr)),
        ]
    };
    let more = |offset: i64| [("extraOffset", offset)];
    let (name, extra) = match addr {
        Addr::Stack(_) | Addr::StackInc | Addr::StackDec => {
            let (offset, step) = match addr {
                Addr::Stack(offset) => (*offset, 0),
                Addr::StackInc => (0, 1),
                _ => (0, -1),
            };
            set(&region(1, 0, 0, offset));
            return set(&[("incStack", step), ("useCTX", 1)]);
        }
        Addr::StackE(offset) => {
            set(&region(1, 0, 1, *offset));
            set(&[("useCTX", 1)]);
            fields.remove("isMem");
            return;
        }
        Addr::Mem(offset) => {
            set(&region(0, 1, 1, *offset));
            return set(&[("useCTX", 1)]);
        }
        Addr::Sys(offset) => return set(&region(0, 0, 1, *offset)),
        Addr::Var(name, None) => (name, 0),
        Addr::Var(name, Some(reg)) => {
            set(&index(*reg));
            (name, 0)
        }
        Addr::Element(name, word) => {
            set(&more((*word).into()));
            (name, i64::from(*word))
        }
        Addr::ElementE(name, offset) => {
            set(&index(Reg::E));
            set(&more((*offset).into()));
            (name, i64::from(*offset))
        }
    };
    if let Some((var, offset)) = rom.vars.get(name) {
        let offset = i64::from(*offset) + extra;
        set(&[("offset", offset), ("useCTX", i64::from(var.ctx))]);
    }
    fields.insert("offsetLabel".to_owned(), json!(name));
}

/// The fields of a jump's target.
fn jump(fields: &mut Map<String, Value>, target: &Target, rom: &Rom, zkpc: ZkPc) {
    let (reg, label) = match target {
        Target::Label(label) => {
            fields.insert("useJmpAddr".to_owned(), json!(1));
            fields.insert("jmpAddr".to_owned(), json!(line_of(label, rom, zkpc)));
            fields.insert("jmpAddrLabel".to_owned(), json!(label));
            return;
        }
        Target::Reg(reg) => (*reg, None),
        Target::LabelPlus(label, reg) => (*reg, Some(label)),
    };
    fields.insert("useJmpAddr".to_owned(), json!(0));
    fields.insert("ind".to_owned(), json!(u8::from(reg == Reg::E)));
    fields.insert("indRR".to_owned(), json!(u8::from(reg == Reg::Rr)));
    let offset = label.map_or(0, |label| line_of(label, rom, zkpc));
    fields.insert("offset".to_owned(), json!(offset));
    if let Some(label) = label {
        fields.insert("offsetLabel".to_owned(), json!(label));
    }
}

fn branch(
    fields: &mut Map<String, Value>,
    kind: &str,
    target: &Target,
    otherwise: Option<&Target>,
    rom: &Rom,
    zkpc: ZkPc,
) {
    fields.insert(kind.to_owned(), json!(1));
    jump(fields, target, rom, zkpc);
    let label = match otherwise {
        Some(Target::Label(label)) => label,
        _ => NEXT,
    };
    fields.insert("useElseAddr".to_owned(), json!(1));
    fields.insert("elseAddr".to_owned(), json!(line_of(label, rom, zkpc)));
    fields.insert("elseAddrLabel".to_owned(), json!(label));
}

/// A jump as its opposite, whose target is the way not taken.
fn opposite(
    fields: &mut Map<String, Value>,
    kind: &str,
    target: &Target,
    otherwise: &Option<Target>,
    rom: &Rom,
    zkpc: ZkPc,
) {
    let next = Target::label(NEXT);
    let taken = otherwise.as_ref().unwrap_or(&next);
    branch(fields, kind, taken, Some(target), rom, zkpc);
}

fn line_of(label: &str, rom: &Rom, zkpc: ZkPc) -> u32 {
    match rom.labels.get(label) {
        Some(line) if label != NEXT => line.0,
        _ => zkpc.next().0,
    }
}
