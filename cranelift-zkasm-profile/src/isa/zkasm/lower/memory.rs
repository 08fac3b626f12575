//! Loads and stores of linear memory and globals.
//!
//! Linear memory lies in `MEM:` of context 0, eight bytes a word, byte `k` of a word in its bits
//! `8k ..= 8k + 7`: an aligned 64-bit access is one memory operation.
//!
//! An access checks its bounds first, on the 32-bit index alone: `index + offset + size <= bytes` is
//! `bytes - offset - size - index >= 0`, one sign test. What follows may rely on a small address.

use cranelift_codegen::ir::{
    ExternalName, GlobalValue, GlobalValueData, Inst, InstructionData, Opcode, Type, Value, types,
};

use zkasm::limits::MEM_WORDS;

use crate::error::Error;
use crate::isa::zkasm::inst::{MInst, Reg, Why, WordPart};
use crate::machinst::lower::Lower;
use crate::translate::Namespace;

/// What a CLIF address means.
enum Address {
    /// A WebAssembly global, by its index.
    Global(u32),
    /// Linear memory at an index, if there is one, plus an offset.
    Heap { index: Option<Value>, offset: u64 },
}

impl Lower<'_> {
    /// Lowers a load and returns the register of its result.
    pub(crate) fn load(&mut self, inst: Inst, arg: Value, offset: i32) -> Result<Reg, Error> {
        let opcode = self.func.dfg.insts[inst].opcode();
        let ty = self.func.dfg.value_type(self.func.dfg.first_result(inst));
        match self.address(inst, arg, offset)? {
            Address::Global(index) => {
                let dst = self.new_vreg();
                self.push(Why::Op, MInst::LoadGlobal { dst, index });
                Ok(dst)
            }
            Address::Heap { index, offset } => {
                let (bytes, signed) = match (opcode, ty) {
                    (Opcode::Load, types::I64) => (8, false),
                    (Opcode::Load, types::I32) | (Opcode::Uload32, _) => (4, false),
                    (Opcode::Sload32, _) => (4, true),
                    (Opcode::Uload16, _) => (2, false),
                    (Opcode::Sload16, _) => (2, true),
                    (Opcode::Uload8, _) => (1, false),
                    (Opcode::Sload8, _) => (1, true),
                    _ => return Err(self.unsupported(inst)),
                };
                let dst = self.new_vreg();
                let load = match self.known_word(index, offset, bytes) {
                    Some((index, part)) => MInst::LoadAt { dst, index, part },
                    None => {
                        let (addr, disp) = self.checked(index, offset, bytes.into());
                        match bytes {
                            8 => MInst::Load64 { dst, addr, disp },
                            4 => MInst::Load32 { dst, addr, disp },
                            _ => MInst::LoadNarrow {
                                dst,
                                addr,
                                disp,
                                bytes,
                            },
                        }
                    }
                };
                self.push(Why::Op, load);
                if !signed {
                    return Ok(dst);
                }
                let extended = self.new_vreg();
                let (from, to) = (8 * bytes, ty.bits());
                let extend = MInst::SignExtend {
                    dst: extended,
                    a: dst,
                    from,
                    to,
                };
                self.push(Why::Extend, extend);
                Ok(extended)
            }
        }
    }

    /// Lowers a store.
    pub(crate) fn store(
        &mut self,
        inst: Inst,
        value: Value,
        arg: Value,
        offset: i32,
    ) -> Result<(), Error> {
        let opcode = self.func.dfg.insts[inst].opcode();
        let ty: Type = self.func.dfg.value_type(value);
        match self.address(inst, arg, offset)? {
            Address::Global(index) => {
                let value = self.use_value(value);
                self.push(Why::Op, MInst::StoreGlobal { value, index });
            }
            Address::Heap { index, offset } => {
                let bytes = match (opcode, ty) {
                    (Opcode::Store, types::I64) => 8,
                    (Opcode::Store, types::I32) | (Opcode::Istore32, _) => 4,
                    (Opcode::Istore16, _) => 2,
                    (Opcode::Istore8, _) => 1,
                    _ => return Err(self.unsupported(inst)),
                };
                let mut value = self.use_value(value);
                if 8 * bytes < ty.bits() {
                    let mask = self.constant_reg(u64::MAX >> (64 - 8 * bytes));
                    let dst = self.new_vreg();
                    let op = zkasm::BinaryOp::And;
                    self.push(
                        Why::Wrap,
                        MInst::Binary {
                            op,
                            dst,
                            a: value,
                            b: mask,
                        },
                    );
                    value = dst;
                }
                let store = match self.known_word(index, offset, bytes) {
                    Some((index, part)) => MInst::StoreAt { value, index, part },
                    None => {
                        let (addr, disp) = self.checked(index, offset, bytes.into());
                        match bytes {
                            8 => MInst::Store64 { value, addr, disp },
                            4 => MInst::Store32 { value, addr, disp },
                            _ => MInst::StoreNarrow {
                                value,
                                addr,
                                disp,
                                bytes,
                            },
                        }
                    }
                };
                self.push(Why::Op, store);
            }
        }
        Ok(())
    }

    /// A register with the index of the word that an access is for, and the part of it, if the address
    /// is known, aligned, and inside of the memory that there is from the beginning.
    fn known_word(
        &mut self,
        index: Option<Value>,
        offset: u64,
        bytes: u32,
    ) -> Option<(Reg, WordPart)> {
        let index = match index {
            None => 0,
            Some(index) => self.constant(index)?,
        };
        let address = index.checked_add(offset)?;
        let part = match (bytes, address % 8) {
            (8, 0) => WordPart::Whole,
            (4, 0) => WordPart::Lower,
            (4, 4) => WordPart::Upper,
            _ => return None,
        };
        let inside = address.checked_add(bytes.into())? <= self.env.memory.bytes;
        let word = match self.env.memory.window {
            None => Some(address / 8),
            Some(window) => (address / 8)
                .checked_sub(window.start.into())
                .filter(|&word| word < MEM_WORDS.into()),
        };
        let word = word.filter(|_| inside)?;
        Some((self.constant_reg(word), part))
    }

    /// Emits the bounds check of an access of `size` bytes. The access is at the returned register
    /// plus eight times the returned displacement.
    fn checked(&mut self, index: Option<Value>, offset: u64, size: u64) -> (Reg, u32) {
        if self.env.memory.grows {
            return self.checked_grown(index, offset, size);
        }
        let bytes = self.env.memory.bytes;
        let constant = match index {
            None => Some(offset),
            Some(index) => self.constant(index).map(|index| index + offset),
        };
        let Some(limit) = bytes.checked_sub(offset + size) else {
            return self.always_out_of_bounds();
        };
        match constant {
            Some(address) if address + size <= bytes => (self.constant_reg(address), 0),
            Some(_) => self.always_out_of_bounds(),
            None => {
                let value = index.expect("an address without index is a constant");
                let index = self.use_value(value);
                if self.func.dfg.value_type(value) == types::I64 {
                    let limit = self.constant_reg(limit);
                    self.push(Why::BoundsCheck, MInst::BoundsCheck64 { limit, index });
                } else {
                    self.push(Why::BoundsCheck, MInst::BoundsCheck { limit, index });
                }
                self.address_register(index, offset)
            }
        }
    }

    /// The same for a memory that grows.
    fn checked_grown(&mut self, index: Option<Value>, offset: u64, size: u64) -> (Reg, u32) {
        let end = offset + size;
        if end > u64::from(self.env.memory.max_pages) << 16 {
            return self.always_out_of_bounds();
        }
        let index = match index {
            None => self.constant_reg(0),
            Some(value) => {
                let index = self.use_value(value);
                if self.func.dfg.value_type(value) == types::I64 {
                    // Above all memories there can be, or small enough for the check that follows.
                    let limit = self.constant_reg(u64::from(u32::MAX));
                    self.push(Why::BoundsCheck, MInst::BoundsCheck64 { limit, index });
                }
                index
            }
        };
        let may_exceed = end > self.env.memory.bytes;
        self.push(
            Why::BoundsCheck,
            MInst::BoundsCheckGrown {
                size: end,
                index,
                may_exceed,
            },
        );
        self.address_register(index, offset)
    }

    /// The register and the displacement of an access at a checked index plus an offset.
    fn address_register(&mut self, index: Reg, offset: u64) -> (Reg, u32) {
        let (disp, rest) = ((offset / 8) as u32, (offset % 8) as i64);
        if rest == 0 {
            return (index, disp);
        }
        let dst = self.new_vreg();
        self.push(
            Why::Address,
            MInst::AddConst {
                dst,
                a: index,
                k: rest,
            },
        );
        (dst, disp)
    }

    /// A check that always fails; what follows is never reached.
    fn always_out_of_bounds(&mut self) -> (Reg, u32) {
        let index = self.constant_reg(1);
        self.push(Why::BoundsCheck, MInst::BoundsCheck { limit: 0, index });
        (index, 0)
    }

    /// Takes an address apart. Translation writes heap addresses as sums of the heap's base, a
    /// zero-extended index and constants; the mid-end may reorder the sum and rewrite the index.
    fn address(&self, inst: Inst, value: Value, offset: i32) -> Result<Address, Error> {
        let mut base = None;
        let mut index = None;
        let mut sum = offset as i64 as u64;
        let mut terms = vec![value];
        while let Some(term) = terms.pop() {
            if let Some(constant) = self.constant(term) {
                sum = sum.wrapping_add(constant);
                continue;
            }
            let def = self.pure_def(term).map(|def| self.func.dfg.insts[def]);
            match def {
                Some(InstructionData::Binary {
                    opcode: Opcode::Iadd,
                    args,
                }) => terms.extend(args),
                Some(InstructionData::UnaryGlobalValue { global_value, .. }) if base.is_none() => {
                    base = Some(self.symbol(global_value)?);
                }
                Some(InstructionData::Unary {
                    opcode: Opcode::Uextend,
                    arg,
                }) if index.is_none() => {
                    index = Some(arg);
                }
                // The extension itself may have been rewritten.
                _ if index.is_none() => index = Some(term),
                _ => return Err(self.strange_address(inst)),
            }
        }
        match base {
            Some((Namespace::Global, number)) if index.is_none() && sum == 0 => {
                Ok(Address::Global(number))
            }
            // Offsets are of 32 bits, so a sum beyond is a negative one.
            Some((Namespace::Heap, 0)) if sum >> 33 == 0 => {
                Ok(Address::Heap { index, offset: sum })
            }
            _ => Err(self.strange_address(inst)),
        }
    }

    fn strange_address(&self, inst: Inst) -> Error {
        let message = format!(
            "the address of `{}` is no sum",
            self.func.dfg.display_inst(inst)
        );
        Error::Internal {
            message,
            place: self.place(),
        }
    }

    fn symbol(&self, value: GlobalValue) -> Result<(Namespace, u32), Error> {
        if let GlobalValueData::Symbol {
            name: ExternalName::User(name),
            ..
        } = self.func.global_values[value]
        {
            let name = &self.func.params.user_named_funcs()[name];
            if let Some(namespace) = Namespace::decode(name.namespace) {
                return Ok((namespace, name.index));
            }
        }
        Err(Error::internal("a symbol that translation does not make"))
    }
}
