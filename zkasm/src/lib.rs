//! The zkASM language of Polygon's zkEVM processor, as data.
//!
//! A [`Program`] is a list of structured [`Item`]s: labels, variables, comments, hooks and
//! [`Step`]s. It is printed by one canonical printer ([`std::fmt::Display`] of [`Program`]), read
//! back by one parser ([`parse`]), and turned into a [`Rom`] by one assembler ([`assemble`]). The
//! crate also owns what the machine can hold ([`limits`]) and what each instruction costs
//! ([`cost`]): nothing else in this workspace may state a cost of its own.
//!
//! The machine meant throughout is `zk64`, the 64-bit variant: two 32-bit lanes a register, lanes
//! being elements of the Goldilocks field ([`Fe`]).

mod assemble;
mod constant;
pub mod cost;
mod error;
mod expr;
mod field;
mod lex;
pub mod limits;
mod names;
mod op;
mod parse;
mod print;
mod program;
mod quirks;
mod reg;
mod rom;
pub mod rom_json;
mod source;

pub use assemble::assemble;
pub use constant::{ConstDecl, ConstExpr, ConstOp, Constant};
pub use cost::{Counter, Counters};
pub use error::{AssembleError, ParseError, Pos};
pub use expr::{BinaryExprOp, Expr, Module, UnaryExprOp};
pub use field::Fe;
pub use names::is_name;
pub use op::{Addr, BinaryOp, HashId, HashOp, Op, Target};
pub use parse::{Load, Parsed, parse, parse_files};
pub use program::{
    Coeff, Command, Factor, FreeInput, Item, LinComb, Product, Program, Step, Term, VarDecl,
};
pub use quirks::{Quirk, quirks};
pub use reg::Reg;
pub use rom::{
    ConstLanes, END, Jump, JumpKind, JumpTarget, MemAccess, MemBase, MemIndex, PlacedCommand, Rom,
    RomFree, RomLine, ZkPc,
};
pub use source::{Source, Sources};
