//! Instruction selection: the rules of `lower.isle`, compiled, and what they can ask of the driver.

mod branch;
mod builtin;
mod memory;
mod region;
mod select;

use cranelift_codegen::ir::condcodes::*;
use cranelift_codegen::ir::immediates::*;
use cranelift_codegen::ir::types::*;
use cranelift_codegen::ir::{BlockCall, Inst, InstructionData, Opcode, Type, Value, ValueList};
use runtime_hooks::TrapKind;
use zkasm::BinaryOp;

use super::inst::{
    Array, BranchOperand, DivisionPart, Mark, Place, Reg, Routine, Test, VecFixed, Why, WordPart,
};
use crate::machinst::loc::Rule;
use crate::machinst::lower::Lower;
use crate::runtime::{CLZ_32, CLZ_64, CTZ_32, CTZ_64, POPCNT};

/// What every rule returns: the registers of the instruction's results.
pub(crate) type InstOutput = Vec<Reg>;
type Unit = ();
type ValueSlice = (ValueList, usize);
type ValueArray2 = [Value; 2];
type ValueArray3 = [Value; 3];
type BlockArray2 = [BlockCall; 2];

/// What the rule compiler made of `prelude.isle`, `inst.isle` and `lower.isle`.
#[allow(
    dead_code,
    missing_docs,
    non_snake_case,
    unreachable_code,
    unreachable_patterns,
    unreachable_pub,
    unused_imports,
    unused_mut,
    unused_variables,
    irrefutable_let_patterns,
    rust_2018_idioms,
    clippy::all
)]
pub(crate) mod generated {
    use super::*;
    include!(concat!(env!("OUT_DIR"), "/isle_zkasm.rs"));
}

/// The rules of `lower.isle`: their lines and patterns.
const RULES: &[(u32, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule of `lower.isle` on a line.
fn rule_at(line: u32) -> Rule {
    match RULES.binary_search_by_key(&line, |(line, _)| *line) {
        Ok(index) => Rule::Isle(line, RULES[index].1),
        Err(_) => unreachable!("the build finds every rule that reports itself"),
    }
}

impl generated::Context for Lower<'_> {
    fn fired(&mut self, line: u32) -> Unit {
        self.rule = rule_at(line);
    }

    fn inst_data(&mut self, inst: Inst) -> InstructionData {
        self.func.dfg.insts[inst]
    }

    fn value_type(&mut self, value: Value) -> Type {
        self.func.dfg.value_type(value)
    }

    fn first_result(&mut self, inst: Inst) -> Option<Value> {
        self.func.dfg.inst_results(inst).first().copied()
    }

    fn narrow(&mut self, ty: Type) -> Option<Type> {
        (ty.is_int() && ty.bits() <= 32).then_some(ty)
    }

    fn small(&mut self, ty: Type) -> Option<Type> {
        (ty == I8 || ty == I16).then_some(ty)
    }

    fn word(&mut self, ty: Type) -> Option<Type> {
        (ty == I32 || ty == I64).then_some(ty)
    }

    fn def(&mut self, value: Value) -> Option<Inst> {
        self.pure_def(value)
    }

    fn once(&mut self, value: Value) -> Option<Inst> {
        let inst = self.mergeable_def(value)?;
        self.looked_into.push(inst);
        Some(inst)
    }

    fn u64_from_imm64(&mut self, imm: Imm64) -> u64 {
        imm.bits() as u64
    }

    fn uconst(&mut self, value: Value) -> Option<u64> {
        self.constant(value)
    }

    fn sconst32(&mut self, value: Value) -> Option<i64> {
        (self.func.dfg.value_type(value) == I32)
            .then(|| {
                self.constant(value)
                    .map(|bits| i64::from(bits as u32 as i32))
            })
            .flatten()
            .filter(|&constant| constant != 0)
    }

    fn positive(&mut self, value: Value) -> Option<u64> {
        let sign = 1 << (self.func.dfg.value_type(value).bits() - 1);
        self.constant(value).filter(|d| (1..sign).contains(d))
    }

    fn u64_nonzero(&mut self, value: u64) -> Option<u64> {
        (value != 0).then_some(value)
    }

    fn minus(&mut self, value: u64) -> u64 {
        value.wrapping_neg()
    }

    fn power_of_two(&mut self, exponent: u64, bits: u64) -> u64 {
        1 << (exponent % bits)
    }

    fn power_below(&mut self, exponent: u64, bits: u64) -> u64 {
        1 << (bits - 1 - exponent % bits)
    }

    fn shift_left_amount(&mut self, amount: u64, bits: u64) -> u32 {
        ((bits - amount % bits) % bits) as u32
    }

    fn below32(&mut self, amount: u32) -> Option<u32> {
        (1..32).contains(&amount).then_some(amount)
    }

    fn above31(&mut self, amount: u32) -> Option<u32> {
        amount.checked_sub(32)
    }

    fn low_mask_both(&mut self, bits: u32) -> u64 {
        let lane = (1u64 << bits) - 1;
        lane << 32 | lane
    }

    fn high_mask(&mut self, amount: u32) -> u64 {
        u64::MAX >> amount
    }

    fn kept_mask(&mut self, amount: u32) -> u64 {
        (1 << (32 - amount)) - 1
    }

    fn ty_bits(&mut self, ty: Type) -> u32 {
        ty.bits()
    }

    fn ty_index_mask(&mut self, ty: Type) -> u64 {
        u64::from(ty.bits()) - 1
    }

    fn ty_sign(&mut self, ty: Type) -> u64 {
        1 << (ty.bits() - 1)
    }

    fn ty_mask(&mut self, ty: Type) -> u64 {
        u64::MAX >> (64 - ty.bits())
    }

    fn shift_amount(&mut self, amount: u64, bits: u64) -> u32 {
        (amount % bits) as u32
    }

    fn u32_nonzero(&mut self, value: u32) -> Option<u32> {
        (value != 0).then_some(value)
    }

    fn low_mask(&mut self, bits: u32) -> u64 {
        (1 << bits) - 1
    }

    fn value_list_slice(&mut self, list: ValueList) -> ValueSlice {
        (list, 0)
    }

    fn unwrap_head_value_list_1(&mut self, list: ValueList) -> (Value, ValueSlice) {
        let values = list.as_slice(&self.func.dfg.value_lists);
        (values[0], (list, 1))
    }

    fn unwrap_head_value_list_2(&mut self, list: ValueList) -> (Value, Value, ValueSlice) {
        let values = list.as_slice(&self.func.dfg.value_lists);
        (values[0], values[1], (list, 2))
    }

    fn unpack_value_array_2(&mut self, values: &ValueArray2) -> (Value, Value) {
        (values[0], values[1])
    }

    fn pack_value_array_2(&mut self, a: Value, b: Value) -> ValueArray2 {
        [a, b]
    }

    fn unpack_value_array_3(&mut self, values: &ValueArray3) -> (Value, Value, Value) {
        (values[0], values[1], values[2])
    }

    fn pack_value_array_3(&mut self, a: Value, b: Value, c: Value) -> ValueArray3 {
        [a, b, c]
    }

    fn unpack_block_array_2(&mut self, blocks: &BlockArray2) -> (BlockCall, BlockCall) {
        (blocks[0], blocks[1])
    }

    fn pack_block_array_2(&mut self, a: BlockCall, b: BlockCall) -> BlockArray2 {
        [a, b]
    }

    fn in_a(&mut self, reg: Reg) -> VecFixed {
        vec![(reg, 0)]
    }

    fn put_in_reg(&mut self, value: Value) -> Reg {
        self.use_value(value)
    }

    fn temp(&mut self) -> Reg {
        self.new_vreg()
    }

    fn emit(&mut self, why: &Why, inst: &generated::MInst) -> Unit {
        self.push(*why, inst.clone());
    }

    fn output(&mut self, reg: Reg) -> InstOutput {
        vec![reg]
    }

    fn output_none(&mut self) -> InstOutput {
        Vec::new()
    }
}
