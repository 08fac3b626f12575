//! Snippets about tables and references.

use wasmparser::ValType;

use super::super::patch::{TableFacts, write_i64, write_u32};
use super::Enricher;

/// ref.is_null
const IS_NULL: u8 = 0xd1;

impl Enricher<'_> {
    /// Something to do with tables and the value in the local of its type.
    pub(super) fn table_snippet(&mut self, rich: &mut Vec<u8>, ty: ValType) {
        let number = self.rng.below(self.tables.len());
        let table = self.tables[number];
        let number = number as u32;
        match self.rng.below(10) {
            0 => {
                self.entry(rich, ty, number);
                self.add_reference_to_sum(rich);
            }
            1 => {
                self.index(rich, ty, table);
                self.reference(rich, ty, number);
                rich.push(0x26);
                write_u32(rich, number);
            }
            2 => {
                self.bulk(rich, 16, &[number]);
                self.add_to_sum(rich, ValType::I32);
            }
            3 => {
                self.reference(rich, ty, number);
                self.length(rich);
                self.bulk(rich, 15, &[number]);
                self.add_to_sum(rich, ValType::I32);
            }
            4 => {
                self.index(rich, ty, table);
                self.reference(rich, ty, number);
                self.length(rich);
                self.bulk(rich, 17, &[number]);
            }
            5 | 6 => {
                let alike = |other: &usize| self.tables[*other].ty == table.ty;
                let others: Vec<usize> = (0..self.tables.len()).filter(alike).collect();
                let from = self.rng.pick(&others) as u32;
                self.index(rich, ty, table);
                self.index(rich, ty, self.tables[from as usize]);
                self.length(rich);
                self.bulk(rich, 14, &[number, from]);
                // Entries that differ, and parts of the table that overlap.
                for index in 0..3 {
                    rich.extend([0x41, index]);
                    self.reference(rich, ty, number);
                    rich.push(0x26);
                    write_u32(rich, number);
                }
                self.constant_index(rich);
                self.constant_index(rich);
                self.length(rich);
                self.bulk(rich, 14, &[number, number]);
            }
            7 => {
                let alike = |segment: &usize| self.elements[*segment] == table.ty;
                let segments: Vec<usize> = (0..self.elements.len()).filter(alike).collect();
                if segments.is_empty() {
                    return;
                }
                let segment = self.rng.pick(&segments) as u32;
                if self.rng.one_in(8) {
                    self.bulk(rich, 13, &[segment]);
                    return;
                }
                self.index(rich, ty, table);
                self.constant_index(rich);
                self.length(rich);
                self.bulk(rich, 12, &[segment, number]);
            }
            _ => self.call(rich, ty, number),
        }
    }

    /// `call_indirect` through a table, if it holds functions. Its results go into the sum.
    fn call(&mut self, rich: &mut Vec<u8>, ty: ValType, number: u32) {
        let table = self.tables[number as usize];
        let is_number = |ty: &ValType| matches!(ty, ValType::I32 | ValType::I64);
        let callable = |index: &usize| {
            let ty = &self.signatures[*index];
            ty.params().iter().chain(ty.results()).all(is_number)
        };
        let types: Vec<usize> = (0..self.signatures.len()).filter(callable).collect();
        if table.ty != ValType::FUNCREF || types.is_empty() {
            return;
        }
        let index = self.rng.pick(&types);
        let signature = self.signatures[index].clone();
        for &param in signature.params() {
            self.constant(rich, param);
        }
        self.index(rich, ty, table);
        rich.push(0x11);
        write_u32(rich, index as u32);
        write_u32(rich, number);
        for &result in signature.results().iter().rev() {
            self.add_to_sum(rich, result);
        }
    }

    /// A reference that a table can hold: out of it, null, or to some function.
    fn reference(&mut self, rich: &mut Vec<u8>, ty: ValType, number: u32) {
        let table = self.tables[number as usize];
        match self.rng.below(3) {
            0 if table.ty == ValType::FUNCREF && self.functions > 0 => {
                let function = self.rng.below(self.functions);
                rich.push(0xd2);
                write_u32(rich, function as u32);
            }
            1 => {
                let code = if table.ty == ValType::FUNCREF {
                    0x70
                } else {
                    0x6f
                };
                rich.extend([0xd0, code]);
            }
            _ => self.entry(rich, ty, number),
        }
    }

    /// `table.get`
    fn entry(&mut self, rich: &mut Vec<u8>, ty: ValType, number: u32) {
        self.index(rich, ty, self.tables[number as usize]);
        rich.push(0x25);
        write_u32(rich, number);
    }

    /// Takes a reference from the stack.
    pub(super) fn add_reference_to_sum(&mut self, rich: &mut Vec<u8>) {
        rich.push(IS_NULL);
        self.add_to_sum(rich, ValType::I32);
    }

    /// An index that is mostly inside of the table.
    fn index(&mut self, rich: &mut Vec<u8>, ty: ValType, table: TableFacts) {
        if self.traps && self.rng.one_in(4) {
            self.i32_const(rich);
            return;
        }
        if self.rng.one_in(3) {
            rich.push(0x41);
            let index = self.rng.below(table.entries as usize + 1);
            write_i64(rich, index as i64);
            return;
        }
        self.get(rich, ty);
        if ty == ValType::I64 {
            rich.push(0xa7);
        }
        rich.push(0x41);
        // The largest 2^n - 1 below the number of entries.
        let mask = (table.entries + 1).next_power_of_two() / 2;
        write_i64(rich, i64::from(mask.saturating_sub(1)));
        rich.push(0x71);
    }

    /// A small number.
    fn constant_index(&mut self, rich: &mut Vec<u8>) {
        rich.push(0x41);
        let index = self.rng.pick(&[0, 0, 0, 1, 2, 5]);
        write_i64(rich, index);
    }

    fn length(&mut self, rich: &mut Vec<u8>) {
        rich.push(0x41);
        let length = self.rng.pick(&[0, 1, 1, 2, 3, 5, 9]);
        write_i64(rich, length);
    }

    /// An operator whose opcode has a prefix.
    fn bulk(&mut self, rich: &mut Vec<u8>, opcode: u8, immediates: &[u32]) {
        rich.extend([0xfc, opcode]);
        for &immediate in immediates {
            write_u32(rich, immediate);
        }
    }
}
