//! Operators on memory and tables that are made of more than CLIF has.

use cranelift_codegen::ir::Value;
use runtime_hooks::TrapKind;

use crate::error::Error;
use crate::isa::zkasm::inst::{MInst, Place, Why};
use crate::machinst::lower::Lower;
use crate::runtime;
use crate::translate::Builtin;

impl Lower<'_> {
    /// Lowers an operator, from its results and arguments.
    pub(crate) fn builtin(
        &mut self,
        builtin: Builtin,
        results: &[Value],
        args: &[Value],
    ) -> Result<(), Error> {
        let routine = match builtin {
            Builtin::Grow => runtime::MEMORY_GROW,
            Builtin::Fill => runtime::MEMORY_FILL,
            Builtin::Copy => runtime::MEMORY_COPY,
            Builtin::Init => runtime::MEMORY_INIT,
            Builtin::TableGrow => runtime::TABLE_GROW,
            Builtin::TableFill => runtime::TABLE_FILL,
            Builtin::TableCopy => runtime::TABLE_COPY,
            Builtin::TableInit => runtime::TABLE_INIT,
            Builtin::RegionBegin => return self.region(args, false),
            Builtin::RegionEnd => return self.region(args, true),
            Builtin::Size
            | Builtin::Drop
            | Builtin::DropElements
            | Builtin::TableSize
            | Builtin::TableGet
            | Builtin::TableCallee
            | Builtin::TableSet => return self.inline(builtin, results, args),
        };
        let defs = self.fixed(results, Self::vreg);
        let uses = self.fixed(args, Self::use_value);
        self.push(
            Why::Op,
            MInst::CallRuntime {
                routine,
                uses,
                defs,
            },
        );
        Ok(())
    }

    /// The same for what is done without a call.
    fn inline(&mut self, builtin: Builtin, results: &[Value], args: &[Value]) -> Result<(), Error> {
        let inst = match (builtin, results, args) {
            (Builtin::Size, &[size], []) => MInst::MemorySize {
                dst: self.vreg(size),
            },
            (Builtin::Drop, [], &[segment]) => MInst::DropSegment {
                lengths: runtime::SEGMENT_LENGTHS,
                index: self.number(segment)?,
            },
            (Builtin::DropElements, [], &[segment]) => MInst::DropSegment {
                lengths: runtime::ELEMENT_LENGTHS,
                index: self.number(segment)?,
            },
            (Builtin::TableSize, &[size], &[table]) => MInst::TableSize {
                dst: self.vreg(size),
                table: self.number(table)?,
            },
            (Builtin::TableGet, &[entry], &[index, table]) => MInst::TableGet {
                dst: self.vreg(entry),
                index: self.use_value(index),
                table: self.table(table)?,
                beyond: TrapKind::OutOfBoundsTable,
            },
            (Builtin::TableCallee, &[entry], &[index, table]) => MInst::TableGet {
                dst: self.vreg(entry),
                index: self.use_value(index),
                table: self.table(table)?,
                beyond: TrapKind::UndefinedElement,
            },
            (Builtin::TableSet, [], &[index, value, table]) => MInst::TableSet {
                value: self.use_value(value),
                index: self.use_value(index),
                table: self.table(table)?,
            },
            _ => return Err(Error::internal("a builtin with other arguments")),
        };
        self.push(Why::Op, inst);
        Ok(())
    }

    /// An argument that is a number.
    fn number(&self, arg: Value) -> Result<u32, Error> {
        self.constant(arg)
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(|| Error::internal("an argument that is no number"))
    }

    /// Where the entries of a table lie, by the argument that is its number.
    fn table(&self, arg: Value) -> Result<Place, Error> {
        let number = self.number(arg)?;
        self.env
            .tables
            .get(number as usize)
            // Words that reachability did not see a use of are not there.
            .filter(|plan| plan.used.changes || plan.used.is_read)
            .map(|plan| Place {
                number,
                base: plan.base,
                capacity: plan.capacity,
                grows: plan.used.grows,
            })
            .ok_or_else(|| Error::internal("a table without words"))
    }
}
