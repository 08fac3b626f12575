//! A generated module with more in it that can go wrong and be seen.
//!
//! wasm-smith takes any operator that is valid where it stands. Those with two operands seldom are,
//! and those that touch memory mostly trap. So operators are exchanged for others with the same
//! operands and results, constants for others that are at some edge, and snippets are inserted that
//! leave the stack as it is: they take the value on top, compute with it, load, store, compare and
//! branch, and add what comes out to a sum that a global more holds. What the module drops goes
//! there, too.

mod tables;

use wasmparser::{
    FuncType, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator, Parser, ValType,
    ValidPayload, Validator, ValidatorResources,
};

use super::damage::{I32_BINARY, I32_COMPARE, I32_UNARY, I64_BINARY, I64_COMPARE, I64_UNARY};
use super::patch::{Facts, Module, TableFacts, global_get, read_u32, write_i64, write_u32};
use super::rng::Rng;

/// One operator in so many is followed by a snippet.
const SNIPPET_EVERY: usize = 6;

/// Enriches a module. `fuel` is the global that makes it terminate, which stays as it is. None if
/// the module is not valid.
pub fn enrich(wasm: &[u8], facts: &Facts, fuel: u32, rng: &mut Rng) -> Option<Vec<u8>> {
    let mut module = Module::read(wasm)?;
    module.add_global();
    // Tables that change are compiled in another way than those that do not.
    let tables = if rng.one_in(2) {
        facts.table_facts.as_slice()
    } else {
        &[]
    };
    let mut bodies = Vec::new();
    let mut validator = Validator::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload.ok()?).ok()? {
            let mut validator = function.into_validator(FuncValidatorAllocations::default());
            let enricher = Enricher {
                rng: &mut *rng,
                fuel,
                sum: facts.globals.len() as u32,
                memory: facts.pages.map_or(0, |(least, _)| least << 16),
                tables,
                elements: &facts.elements,
                signatures: &facts.signatures,
                functions: facts.functions.len(),
                temporary: 0,
                traps: false,
            };
            bodies.push(enricher.body(wasm, &body, &mut validator)?);
        }
    }
    if !bodies.is_empty() {
        module.set_bodies(&bodies);
    }
    Some(module.write())
}

struct Enricher<'a> {
    rng: &'a mut Rng,
    fuel: u32,
    /// The global that holds the sum.
    sum: u32,
    /// The size of the memory in bytes.
    memory: u64,
    /// Tables to do something with.
    tables: &'a [TableFacts],
    /// The type of every element segment.
    elements: &'a [ValType],
    signatures: &'a [FuncType],
    /// The number of functions.
    functions: usize,
    /// A local of type i32; the next one is an i64.
    temporary: u32,
    /// Whether operators may be exchanged for divisions.
    traps: bool,
}

impl Enricher<'_> {
    fn body(
        mut self,
        wasm: &[u8],
        body: &FunctionBody<'_>,
        validator: &mut FuncValidator<ValidatorResources>,
    ) -> Option<Vec<u8>> {
        self.traps = self.rng.one_in(3);
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader).ok()?;
        // Two locals more: an i32 and an i64.
        let (groups, rest) = read_u32(wasm.get(body.range().start..reader.original_position())?)?;
        let mut rich = Vec::new();
        write_u32(&mut rich, groups + 2);
        rich.extend(rest);
        rich.extend([1, 0x7f, 1, 0x7e]);
        self.temporary = validator.len_locals();

        let mut operators = Vec::new();
        while !reader.eof() {
            let at = reader.original_position();
            operators.push((at, reader.read_operator().ok()?));
        }
        let is_fuel = |operator: Option<&(usize, Operator<'_>)>| match operator {
            Some((
                _,
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index },
            )) => *global_index == self.fuel,
            _ => false,
        };
        let fuels: Vec<bool> = (0..operators.len())
            .map(|at| {
                is_fuel(at.checked_sub(1).and_then(|before| operators.get(before)))
                    || is_fuel(operators.get(at + 1))
            })
            .collect();
        for (number, (at, operator)) in operators.iter().enumerate() {
            let end = operators
                .get(number + 1)
                .map_or(body.range().end, |(next, _)| *next);
            let bytes = wasm.get(*at..end)?;
            let top = validator.get_operand_type(0).flatten();
            validator.op(*at, operator).ok()?;
            let beside_fuel = fuels[number];
            match (operator, top) {
                (Operator::Drop, Some(ty @ (ValType::I32 | ValType::I64))) => {
                    self.add_to_sum(&mut rich, ty);
                }
                (Operator::Drop, Some(ValType::Ref(_))) => self.add_reference_to_sum(&mut rich),
                _ if beside_fuel => rich.extend(bytes),
                _ => self.exchanged(&mut rich, operator, bytes),
            }
            // What is on top may be out of reach for the innermost block; and the last `end` has
            // nothing behind it.
            let in_reach = validator
                .get_control_frame(0)
                .is_some_and(|frame| validator.operand_stack_height() as usize > frame.height);
            if in_reach
                && let Some(Some(ty)) = validator.get_operand_type(0)
                && self.rng.one_in(SNIPPET_EVERY)
            {
                self.snippet(&mut rich, ty);
            }
        }
        Some(rich)
    }

    /// An operator, or another with the same operands and results.
    fn exchanged(&mut self, rich: &mut Vec<u8>, operator: &Operator<'_>, bytes: &[u8]) {
        if self.rng.one_in(2) {
            rich.extend(bytes);
            return;
        }
        match operator {
            Operator::I32Const { .. } => self.i32_const(rich),
            Operator::I64Const { .. } => self.i64_const(rich),
            _ => {
                let alike = [
                    I32_UNARY,
                    I64_UNARY,
                    I32_BINARY,
                    I64_BINARY,
                    I32_COMPARE,
                    I64_COMPARE,
                ];
                match (bytes, alike.iter().find(|alike| alike.contains(&bytes[0]))) {
                    ([_], Some(alike)) => {
                        let other = self.binary(alike);
                        rich.push(other);
                    }
                    _ => rich.extend(bytes),
                }
            }
        }
    }

    /// One of several operators, but a division only if traps are welcome here.
    fn binary(&mut self, of: &[u8]) -> u8 {
        loop {
            let operator = self.rng.pick(of);
            let divides = (0x6d..=0x70).contains(&operator) || (0x7f..=0x82).contains(&operator);
            if !divides || self.traps {
                return operator;
            }
        }
    }

    fn i32_const(&mut self, rich: &mut Vec<u8>) {
        rich.push(0x41);
        let value = self.rng.interesting() as i32;
        write_i64(rich, value.into());
    }

    fn i64_const(&mut self, rich: &mut Vec<u8>) {
        rich.push(0x42);
        let value = self.rng.interesting();
        write_i64(rich, value);
    }

    fn local(&self, ty: ValType) -> u32 {
        self.temporary + u32::from(ty == ValType::I64)
    }

    fn get(&self, rich: &mut Vec<u8>, ty: ValType) {
        rich.push(0x20);
        write_u32(rich, self.local(ty));
    }

    /// sum = sum * 31 + the value on the stack.
    fn add_to_sum(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        let local = self.local(ty);
        rich.push(0x21);
        write_u32(rich, local);
        rich.extend(global_get(self.sum));
        // i64.const 31; i64.mul
        rich.extend([0x42, 31, 0x7e]);
        self.get(rich, ty);
        if ty == ValType::I32 {
            // i64.extend_i32_s or _u
            let extend = self.rng.pick(&[0xac, 0xad]);
            rich.push(extend);
        }
        // i64.add; global.set
        rich.extend([0x7c, 0x24]);
        write_u32(rich, self.sum);
    }

    /// Something to do with the value on top of the stack, which stays there.
    fn snippet(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        if !matches!(ty, ValType::I32 | ValType::I64) {
            return;
        }
        rich.push(0x22);
        write_u32(rich, self.local(ty));
        if !self.tables.is_empty() && self.rng.one_in(3) {
            self.table_snippet(rich, ty);
            return;
        }
        match self.rng.below(if self.memory > 0 { 8 } else { 5 }) {
            0 | 1 => {
                let result = self.operation(rich, ty);
                self.add_to_sum(rich, result);
            }
            2 => {
                let unary = if ty == ValType::I32 {
                    I32_UNARY
                } else {
                    I64_UNARY
                };
                let operator = self.rng.pick(unary);
                self.get(rich, ty);
                rich.push(operator);
                self.add_to_sum(rich, ty);
            }
            3 => {
                // if condition: sum += 1; with an else, else sum rotates.
                self.condition(rich, ty);
                rich.extend([0x04, 0x40]);
                rich.extend(global_get(self.sum));
                rich.extend([0x42, 1, 0x7c, 0x24]);
                write_u32(rich, self.sum);
                if self.rng.one_in(2) {
                    rich.push(0x05);
                    rich.extend(global_get(self.sum));
                    rich.extend([0x42, 7, 0x89, 0x24]);
                    write_u32(rich, self.sum);
                }
                rich.push(0x0b);
            }
            4 => {
                self.get(rich, ty);
                self.constant(rich, ty);
                self.condition(rich, ty);
                // select
                rich.push(0x1b);
                self.add_to_sum(rich, ty);
            }
            5 | 6 => {
                // Opcode and size of the alignment.
                let (opcode, value, size) = self.rng.pick(&[
                    (0x36, ValType::I32, 2),
                    (0x37, ValType::I64, 3),
                    (0x3a, ValType::I32, 0),
                    (0x3b, ValType::I32, 1),
                    (0x3c, ValType::I64, 0),
                    (0x3d, ValType::I64, 1),
                    (0x3e, ValType::I64, 2),
                ]);
                self.address(rich, ty);
                self.get(rich, value);
                self.access(rich, opcode, size);
            }
            _ => {
                let (opcode, value, size) = self.rng.pick(&[
                    (0x28, ValType::I32, 2),
                    (0x29, ValType::I64, 3),
                    (0x2c, ValType::I32, 0),
                    (0x2d, ValType::I32, 0),
                    (0x2e, ValType::I32, 1),
                    (0x2f, ValType::I32, 1),
                    (0x30, ValType::I64, 0),
                    (0x31, ValType::I64, 0),
                    (0x32, ValType::I64, 1),
                    (0x33, ValType::I64, 1),
                    (0x34, ValType::I64, 2),
                    (0x35, ValType::I64, 2),
                ]);
                self.address(rich, ty);
                self.access(rich, opcode, size);
                self.add_to_sum(rich, value);
            }
        }
    }

    fn constant(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        if ty == ValType::I32 {
            self.i32_const(rich);
        } else {
            self.i64_const(rich);
        }
    }

    /// The value, and a constant or itself, in some order.
    fn operands(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        match self.rng.below(4) {
            0 => {
                self.get(rich, ty);
                self.get(rich, ty);
            }
            1 => {
                self.constant(rich, ty);
                self.get(rich, ty);
            }
            _ => {
                self.get(rich, ty);
                self.constant(rich, ty);
            }
        }
    }

    /// An operator on the value; returns the type of its result.
    fn operation(&mut self, rich: &mut Vec<u8>, ty: ValType) -> ValType {
        let (binary, compare) = match ty {
            ValType::I32 => (I32_BINARY, I32_COMPARE),
            _ => (I64_BINARY, I64_COMPARE),
        };
        self.operands(rich, ty);
        if self.rng.one_in(3) {
            let operator = self.rng.pick(compare);
            rich.push(operator);
            return ValType::I32;
        }
        let operator = self.binary(binary);
        rich.push(operator);
        ty
    }

    /// A truth about the value.
    fn condition(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        let (compare, zero) = match ty {
            ValType::I32 => (I32_COMPARE, 0x45),
            _ => (I64_COMPARE, 0x50),
        };
        if self.rng.one_in(4) {
            self.get(rich, ty);
            rich.push(zero);
            return;
        }
        self.operands(rich, ty);
        let operator = self.rng.pick(compare);
        rich.push(operator);
    }

    /// The value as an address that is mostly inside of the memory.
    fn address(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        if self.rng.one_in(4) {
            // A constant address is known to the compiler: near an end of the memory.
            rich.push(0x41);
            let mut address = self.rng.below(300) as i64;
            if self.rng.one_in(3) {
                address = self.memory as i64 - address;
            }
            write_i64(rich, (address as i32).into());
            return;
        }
        self.get(rich, ty);
        if ty == ValType::I64 {
            rich.push(0xa7);
        }
        rich.push(0x41);
        let whole = self.memory.next_power_of_two() as i64 - 1;
        let mask = self.rng.pick(&[
            0x3f,
            0x1f8,
            0xfff,
            0xfffc,
            0xfff8,
            0xffff,
            whole,
            whole >> 1,
            whole >> 1,
        ]);
        write_i64(rich, mask);
        rich.push(0x71);
    }

    /// An access: any alignment up to its size, and a small offset.
    fn access(&mut self, rich: &mut Vec<u8>, opcode: u8, size: usize) {
        rich.push(opcode);
        rich.push(self.rng.below(size + 1) as u8);
        let half = self.memory as u32 / 2;
        let offset = self.rng.pick(&[0, 0, 0, 1, 4, 7, 8, 255, half]);
        write_u32(rich, offset);
    }
}
