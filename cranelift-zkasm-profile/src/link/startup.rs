//! The start stub: what runs before and after the entry.
//!
//! The machine's run is a cycle: its last row is followed by its first. The stub begins by
//! asserting that the step is 0, so that no run can come by it twice; it saves and pins SP and CTX,
//! which begin as public inputs, and gives them back at the end. The free input of the last loop
//! only says how long to wait: leaving early meets that assertion.

use std::collections::{BTreeMap, BTreeSet};

use runtime_hooks::Cause;
use zkasm::limits::MEM_WORDS;
use zkasm::{Addr, Expr, LinComb, Op, Reg, Step, Target};

use crate::isa::zkasm::abi::REGS;
use crate::isa::zkasm::inst::emit::constant;
use crate::machinst::buffer::{Buffer, Line};
use crate::machinst::emit::function_label;
use crate::prepare::Entry;
use crate::runtime::{END, MEMORY_PAGES, PAGE_BYTES, global, global_var, load, store, var};
use crate::translate::Module;

/// The variable that keeps SP's initial value.
pub(super) const INITIAL_SP: &str = "initial_sp";
/// The variable that keeps CTX's initial value.
pub(super) const INITIAL_CTX: &str = "initial_ctx";
/// Where the executor ends a run.
const FINALIZE: &str = zkasm::END;
const START: &str = "start";

/// The variable of a result.
pub(super) fn result_var(index: usize) -> String {
    format!("result_{index}")
}

/// The lines of the stub. Only those globals begin with their value whose variable is in `used`.
pub(super) fn lines(module: &Module, entry: &Entry, used: &BTreeSet<&str>) -> Vec<Line> {
    let mut b = Buffer::new(START);
    b.serve(None, "startup", Cause::Startup);
    b.bind(START);
    b.step(Step::of(LinComb::reg(Reg::Step)).to(Reg::A));
    b.step(Step::of(LinComb::constant(0)).with(Op::Assert));
    b.step(store(Reg::Sp, INITIAL_SP));
    b.step(store(Reg::Ctx, INITIAL_CTX));
    b.step(
        Step::of(LinComb::constant(0))
            .to(Reg::Sp)
            .to(Reg::Ctx)
            .to(Reg::E),
    );
    for (index, &value) in module.globals.iter().enumerate() {
        if value != 0 && used.contains(global_var(index as u32).as_str()) {
            b.step(Step::of(constant(value)).with(Op::MStore(global(index as u32))));
        }
    }
    if used.contains(MEMORY_PAGES) {
        let pages = constant(module.memory.bytes / u64::from(PAGE_BYTES));
        b.step(Step::of(pages).with(Op::MStore(var(MEMORY_PAGES))));
    }
    for &name in used {
        for (index, value) in (0..).zip(crate::runtime::array(name, module).unwrap_or_default()) {
            // Memory that was never written is 0.
            if value != 0 {
                let word = Addr::Element(name.to_owned(), index);
                b.step(Step::of(constant(value)).with(Op::MStore(word)));
            }
        }
    }
    // E is 0 until the first call.
    let window = module.memory.window.unwrap_or_default();
    let mut context = 0;
    for (word, value) in image(module) {
        let place = (i64::from(word) + window.bias()) as u64;
        let (in_context, offset) = (place / u64::from(MEM_WORDS), place % u64::from(MEM_WORDS));
        if in_context != context {
            context = in_context;
            b.step(Step::of(constant(context)).to(Reg::Ctx));
        }
        b.step(Step::of(constant(value)).with(Op::MStore(Addr::Mem(offset as i32))));
    }
    if context != u64::from(window.home) {
        b.step(Step::of(constant(window.home.into())).to(Reg::Ctx));
    }
    if let Some(kind) = module.instantiation_trap {
        b.trap(kind);
    }
    if let Some(start) = module.start {
        b.step(Step::bare(Op::Call(Target::Label(function_label(start)))));
    }
    // What does not fit the registers is passed where the callee's frame begins.
    for (slot, &value) in (0..).zip(entry.args.iter().skip(REGS.len())) {
        b.step(Step::of(constant(value)).with(Op::MStore(Addr::Stack(slot))));
    }
    for (&value, reg) in entry.args.iter().zip(REGS) {
        b.step(Step::of(constant(value)).to(reg));
    }
    b.step(Step::bare(Op::Call(Target::Label(function_label(
        entry.function,
    )))));
    for (index, reg) in REGS.into_iter().enumerate().take(entry.results.len()) {
        b.step(store(reg, &result_var(index)));
    }
    for (slot, index) in (0..).zip(REGS.len()..entry.results.len()) {
        let passed = Op::MLoad(Addr::Stack(slot));
        b.step(Step::of(LinComb::bare()).to(Reg::A).with(passed));
        b.step(store(Reg::A, &result_var(index)));
    }
    b.bind(END);
    b.step(load(Reg::Sp, INITIAL_SP));
    b.step(load(Reg::Ctx, INITIAL_CTX));
    let mut clear = Step::of(LinComb::constant(0)).to(Reg::Rr);
    clear.dests.extend(REGS);
    b.step(clear);
    b.bind(FINALIZE);
    let wait = Expr::call("beforeLast", vec![Expr::number(2u32)]);
    let again = Op::JmpN(Target::label(FINALIZE), None);
    b.step(Step::of(LinComb::free(wait)).with(again));
    b.jump(START);
    b.finish()
}

/// The words of linear memory that data segments make other than 0.
fn image(module: &Module) -> BTreeMap<u32, u64> {
    let mut words = BTreeMap::new();
    for segment in &module.data {
        for (address, &byte) in (segment.address..).zip(&segment.bytes) {
            let shift = 8 * (address % 8);
            let word = words.entry(address / 8).or_insert(0u64);
            *word = *word & !(0xff << shift) | u64::from(byte) << shift;
        }
    }
    words.retain(|_, word| *word != 0);
    words
}
