//! The executor's own functions that are not integer operations.
//!
//! | function | value |
//! |---|---|
//! | `beforeLast(k)` | lanes: -1 while fewer than 2^23 - k steps have run, then 0. Without argument k = -2, as the reference has it |
//! | `cond(e)` | lanes: -1 if e is not 0, else 0 |
//! | `exp(b, e)` | lanes of b to the power of e |
//! | `hashKDigestR64(id, i)` | lanes of 64 bits of a hash's digest, i = 0 for the least significant ones |
//! | `memAlignWR_W0(m, v, o)`, `memAlignWR_W1(m, v, o)` | lanes of the first and the second word, which were m, after v is written at byte offset o |
//! | `memAlignWR8_W0(m, v, o)` | lanes of the word, which was m, after the low byte of v is written as byte number o |
//! | `getPublicOldStateRootR64(i)`, `getPublicOldAccInputHashR64(i)` | lanes of 64 bits of the input, i = 0 for the least significant ones |
//! | `getSequencerAddr()`, `getHistoricGERRoot()`, `getTimestampLimit()`, `getIsForced()` | lanes of what the input says |
//! | `getTxs(at, n)`, `getTxsLen()` | lanes of n bytes of the input's transactions from byte `at` on, big-endian; their number of bytes |
//! | `bitwise_and(a, b)`, `bitwise_or(a, b)`, `bitwise_xor(a, b)` | integer |
//! | `bitwise_not(a)` | integer: a with its low 64 bits inverted, unlike `~a` |
//! | `comp_lt(a, b)`, `comp_gt(a, b)`, `comp_eq(a, b)` | integer, 0 or 1 |
//! | `loadScalar(e)` | e |
//! | `log(R)`, `log(R, label)` | lanes 0; prints a register: A to E, GAS or HASHPOS |
//! | `dump(e, …)`, `dumphex(e, …)`, `dumpRegs()`, `break()` | lanes 0; prints |
//! | `storeLog(i, t, e)` | none; appends e to log i of the run's report: its topics if t is not 0, else its data |
//! | `eventLog(name, …)` | none; an event for the executor's tracers; `eventLog(onError, name)` prints |
//!
//! A value of more than 64 bits is cut to its low 64.

use zkasm::limits::ROWS;
use zkasm::{BinaryExprOp, Expr, Fe, Pos, Reg};

use super::Scope;
use super::node::Node;
use crate::error::{Check, Checked};
use crate::input::Public;
use crate::int::Int;
use crate::state::State;
use crate::word::Word;

/// A function that gives lanes.
#[derive(Debug)]
pub(crate) enum Lanes {
    BeforeLast(Option<Node>),
    Cond(Node),
    Exp(Node, Node),
    Digest(Node, Node),
    AlignWrite(AlignWrite, Box<[Node; 3]>),
    Public(Public, Node),
    Txs(Node, Node),
    Input(Word),
}

/// Which word `memAlignWR…` computes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AlignWrite {
    First,
    Second,
    Byte,
}

/// A function run for its effect.
#[derive(Debug)]
pub(crate) enum Effect {
    Log(Pos, Reg, Option<String>),
    Dump(Pos, Vec<(String, Node)>, bool),
    DumpRegs(Pos),
    Break(Pos),
    StoreLog(Box<[Node; 3]>),
    Event(Option<(Pos, String)>),
}

/// Whether a function gives lanes.
pub(super) fn gives_lanes(name: &str) -> bool {
    matches!(
        name,
        "beforeLast"
            | "cond"
            | "exp"
            | "hashKDigestR64"
            | "memAlignWR_W0"
            | "memAlignWR_W1"
            | "memAlignWR8_W0"
            | "getPublicOldStateRootR64"
            | "getPublicOldAccInputHashR64"
            | "getSequencerAddr"
            | "getHistoricGERRoot"
            | "getTimestampLimit"
            | "getIsForced"
            | "getTxs"
            | "getTxsLen"
            | "log"
            | "dump"
            | "dumphex"
            | "dumpRegs"
            | "break"
            | "storeLog"
            | "eventLog"
    )
}

/// Whether the executor knows a function.
pub(super) fn is_known(name: &str) -> bool {
    gives_lanes(name) || super::node::gives_integer(name)
}

pub(super) fn wrong_arguments(name: &str, found: usize) -> String {
    format!("wrong number of arguments of {name}: {found}")
}

impl Lanes {
    /// The function's application, if it is one of these.
    pub(super) fn compile(
        name: &str,
        args: &[Expr],
        scope: &Scope<'_>,
    ) -> Result<Option<Lanes>, String> {
        let node = |expr: &Expr| Node::compile(expr, scope);
        let input = |value: Option<Word>| match value {
            Some(value) => Ok(Lanes::Input(value)),
            None => Err(format!("{name}: the input does not say it")),
        };
        Ok(Some(match (name, args) {
            ("beforeLast", []) => Lanes::BeforeLast(None),
            ("beforeLast", [k]) => Lanes::BeforeLast(Some(node(k)?)),
            ("cond", [value]) => Lanes::Cond(node(value)?),
            ("exp", [base, exponent]) => Lanes::Exp(node(base)?, node(exponent)?),
            ("hashKDigestR64", [id, part]) => Lanes::Digest(node(id)?, node(part)?),
            ("memAlignWR_W0" | "memAlignWR_W1" | "memAlignWR8_W0", [word, value, offset]) => {
                let which = match name {
                    "memAlignWR_W0" => AlignWrite::First,
                    "memAlignWR_W1" => AlignWrite::Second,
                    _ => AlignWrite::Byte,
                };
                let args = [node(word)?, node(value)?, node(offset)?];
                Lanes::AlignWrite(which, Box::new(args))
            }
            ("getPublicOldStateRootR64", [part]) => {
                Lanes::Public(Public::OldStateRoot, node(part)?)
            }
            ("getPublicOldAccInputHashR64", [part]) => {
                Lanes::Public(Public::OldAccInputHash, node(part)?)
            }
            ("getTxs", [at, length]) => Lanes::Txs(node(at)?, node(length)?),
            ("getTxsLen", []) => Lanes::Input(scope.input.txs_len()),
            ("getSequencerAddr", []) => Lanes::Input(scope.input.sequencer_addr()),
            ("getHistoricGERRoot", []) => input(scope.input.historic_ger_root())?,
            ("getTimestampLimit", []) => input(scope.input.timestamp_limit())?,
            ("getIsForced", []) => input(scope.input.is_forced())?,
            _ if gives_lanes(name) => return Err(wrong_arguments(name, args.len())),
            _ => return Ok(None),
        }))
    }

    pub(super) fn eval(&self, state: &mut State<'_>) -> Checked<Word> {
        let flag = |set: bool| Word::narrow(if set { -Fe::ONE } else { Fe::ZERO });
        match self {
            Lanes::BeforeLast(k) => {
                let k = match k {
                    None => Int::Small(-2),
                    Some(k) => k.eval(state)?,
                };
                let limit = Int::Small(ROWS.into()).binary(BinaryExprOp::Sub, k)?;
                let step = Int::Small(state.step().into());
                Ok(flag(step.binary(BinaryExprOp::Lt, limit)?.is_true()))
            }
            Lanes::Cond(value) => Ok(flag(value.eval(state)?.is_true())),
            Lanes::Exp(base, exponent) => {
                let power = base.eval(state)?.power(&exponent.eval(state)?)?;
                Ok(Word::from_u64(power.low_u64()))
            }
            Lanes::Digest(id, part) => {
                let (id, part) = (id.eval(state)?, part.eval(state)?);
                state.hash_digest(id.as_i64(), part.as_i64())
            }
            Lanes::AlignWrite(which, args) => {
                let [word, value, offset] = &**args;
                let word = word.eval(state)?;
                let (value, offset) = (value.eval(state)?, offset.eval(state)?);
                which.word(word, value, offset)
            }
            Lanes::Public(public, part) => {
                let part = part.eval(state)?.as_i64();
                let value = state.input.public(*public, part);
                value.ok_or_else(|| Box::new(Check::InputPart { part }))
            }
            Lanes::Txs(at, length) => {
                let (at, length) = (at.eval(state)?, length.eval(state)?);
                Ok(state.input.txs(at.as_i64(), length.as_i64()))
            }
            Lanes::Input(value) => Ok(*value),
        }
    }
}

impl AlignWrite {
    fn word(self, word: Int, value: Int, offset: Int) -> Checked<Word> {
        use BinaryExprOp::{And, Mul, Or, Shl, Shr, Sub};
        let ones = || Int::Small(u64::MAX.into());
        let bits = |from: i128, offset: Int| {
            let bytes = Int::Small(from).binary(Sub, offset)?;
            bytes.binary(Mul, Int::Small(8))
        };
        let (kept, written) = match self {
            AlignWrite::First => {
                let low = bits(8, offset.clone())?;
                let kept = word.binary(And, ones().binary(Shl, low)?)?;
                let right = offset.binary(Mul, Int::Small(8))?;
                (kept, ones().binary(And, value.binary(Shr, right)?)?)
            }
            AlignWrite::Second => {
                let low = bits(8, offset.clone())?;
                let high = offset.binary(Mul, Int::Small(8))?;
                let kept = word.binary(And, ones().binary(Shr, high)?)?;
                (kept, ones().binary(And, value.binary(Shl, low)?)?)
            }
            AlignWrite::Byte => {
                let low = bits(7, offset)?;
                let byte = Int::Small(0xff);
                let hole = ones().binary(Sub, byte.clone().binary(Shl, low.clone())?)?;
                let value = byte.binary(And, value)?.binary(Shl, low)?;
                (word.binary(And, hole)?, value)
            }
        };
        Ok(Word::from_u64(kept.binary(Or, written)?.low_u64()))
    }
}

impl Effect {
    /// The function's application, if it is one of these.
    pub(super) fn compile(
        name: &str,
        args: &[Expr],
        scope: &Scope<'_>,
        pos: Pos,
    ) -> Result<Option<Effect>, String> {
        let node = |expr: &Expr| Node::compile(expr, scope);
        Ok(Some(match (name, args) {
            ("log", [reg, label @ ..]) => {
                let Expr::Reg(
                    reg @ (Reg::A | Reg::B | Reg::C | Reg::D | Reg::E | Reg::Gas | Reg::HashPos),
                ) = reg
                else {
                    return Err("log takes A, B, C, D, E, GAS or HASHPOS".to_owned());
                };
                let label = match label {
                    [] => None,
                    [Expr::Ident(label)] => Some(label.clone()),
                    _ => return Err("log takes a register and a name".to_owned()),
                };
                Effect::Log(pos, *reg, label)
            }
            ("dump" | "dumphex", values) => {
                let values = values
                    .iter()
                    .map(|value| Ok((value.to_string(), node(value)?)))
                    .collect::<Result<_, String>>()?;
                Effect::Dump(pos, values, name == "dumphex")
            }
            ("dumpRegs", _) => Effect::DumpRegs(pos),
            ("break", _) => Effect::Break(pos),
            ("storeLog", [log, is_topic, value]) => {
                Effect::StoreLog(Box::new([node(log)?, node(is_topic)?, node(value)?]))
            }
            ("eventLog", [Expr::Ident(event), Expr::Ident(name), ..]) if event == "onError" => {
                Effect::Event(Some((pos, format!("error {name}"))))
            }
            ("eventLog", [_, ..]) => Effect::Event(None),
            _ => return Ok(None),
        }))
    }

    /// Whether the function gives lanes, all 0, or nothing.
    pub(super) fn has_value(&self) -> bool {
        !matches!(self, Effect::StoreLog(_) | Effect::Event(_))
    }

    /// Does what the function does.
    pub(super) fn run(&self, state: &mut State<'_>) -> Checked<Word> {
        match self {
            Effect::Log(pos, reg, label) => {
                let value = if reg.is_wide() {
                    Int::Small(state.looked_up(*reg)?.into())
                } else {
                    Int::Small(state.index(*reg)?.into())
                };
                let label = label.as_ref().map_or(String::new(), |it| format!("{it}: "));
                state.print(*pos, format!("{label}{reg} = {value} = {value:#x}"));
            }
            Effect::Dump(pos, values, hex) => {
                let mut texts = Vec::with_capacity(values.len());
                for (name, value) in values {
                    let value = value.eval(state)?;
                    texts.push(if *hex {
                        format!("{name} = {value:#x}")
                    } else {
                        format!("{name} = {value}")
                    });
                }
                state.print(*pos, texts.join(", "));
            }
            Effect::DumpRegs(pos) => {
                let mut texts = Vec::with_capacity(5);
                for reg in [Reg::A, Reg::B, Reg::C, Reg::D, Reg::E] {
                    texts.push(format!("{reg} = {}", state.looked_up(reg)?));
                }
                state.print(*pos, texts.join(", "));
            }
            Effect::Break(pos) => state.print(*pos, "break".to_owned()),
            Effect::StoreLog(args) => {
                let [log, is_topic, value] = &**args;
                let (log, is_topic) = (log.eval(state)?, is_topic.eval(state)?);
                let value = format!("{:x}", value.eval(state)?);
                state.store_log(log.to_string(), is_topic.is_true(), value);
            }
            Effect::Event(None) => {}
            Effect::Event(Some((pos, message))) => state.print(*pos, message.clone()),
        }
        Ok(Word::default())
    }
}
