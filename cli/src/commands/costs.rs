//! `zkasm-profile costs`

use anyhow::{Context, bail};
use cranelift_zkasm_profile::{Options, compile};
use zkasm::{Counter, Counters};
use zkasm_flamegraph::layout::{Column, Grid, Text};

use crate::format::Format;
use crate::{Answer, files, load, terminal};

/// Prints what each WASM operator costs: cycles and other counters, measured.
///
/// Each figure is the difference between a function with 64 operators in a row and one with none,
/// divided by 64; the operators take each other's results and a parameter, and the mid-end is off,
/// so nothing is folded away. Operands are such that no slow path is taken: small, positive, and
/// aligned addresses. Constants and moves that the allocator adds count.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  $ zkasm-profile costs i32")]
pub(crate) struct Costs {
    /// Only operators whose name contains this.
    filter: Option<String>,
    /// How to print.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// How many operators stand in a row.
const LENGTH: u64 = 64;

/// An operator's cost, in sixty-fourths.
#[derive(serde::Serialize)]
struct Cost {
    operator: String,
    /// Steps of one operator.
    cycles: f64,
    mem: f64,
    binary: f64,
    arith: f64,
}

/// What `costs --format json` prints, version 1.
#[derive(serde::Serialize)]
struct Printed<'a> {
    format: &'static str,
    version: u32,
    cost_model: &'static str,
    operators: &'a [Cost],
}

/// A function of one operator in a row: the module's other fields, its result type, and the
/// expression that is wrapped around `{}` again and again, beginning with local 0.
struct Chain {
    operator: String,
    fields: String,
    ty: &'static str,
    around: String,
}

fn chains() -> Vec<Chain> {
    let mut chains = Vec::new();
    let mut chain = |operator: &str, ty: &'static str, fields: &str, around: String| {
        let (operator, fields) = (operator.to_owned(), fields.to_owned());
        chains.push(Chain {
            operator,
            fields,
            ty,
            around,
        });
    };
    for ty in ["i32", "i64"] {
        for operator in [
            "add", "sub", "mul", "and", "or", "xor", "div_u", "rem_u", "div_s", "rem_s", "shl",
            "shr_u", "shr_s", "rotl", "rotr",
        ] {
            let name = format!("{ty}.{operator}");
            chain(&name, ty, "", format!("({name} {{}} (local.get 1))"));
        }
        for operator in [
            "eq", "ne", "lt_u", "lt_s", "gt_u", "gt_s", "le_u", "le_s", "ge_u", "ge_s",
        ] {
            let name = format!("{ty}.{operator}");
            let compared = format!("({name} {{}} (local.get 1))");
            // Widening a truth value is free.
            let widened = match ty {
                "i64" => format!("(i64.extend_i32_u {compared})"),
                _ => compared,
            };
            chain(&name, ty, "", widened);
        }
        for operator in ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
            let name = format!("{ty}.{operator}");
            chain(&name, ty, "", format!("({name} {{}})"));
        }
    }
    chain(
        "i64.extend32_s",
        "i64",
        "",
        "(i64.extend32_s {})".to_owned(),
    );
    chain(
        "select",
        "i64",
        "",
        "(select {} (local.get 1) (i32.wrap_i64 (local.get 1)))".to_owned(),
    );
    let memory = "(memory 1)";
    for load in [
        "i32.load",
        "i32.load8_u",
        "i32.load8_s",
        "i32.load16_u",
        "i32.load16_s",
    ] {
        chain(load, "i32", memory, format!("({load} {{}})"));
    }
    // What the load gives is cut to be the next address.
    let cut = "(i32.wrap_i64 (i64.load {}))";
    chain("i64.load", "i32", memory, cut.to_owned());
    for store in ["i32.store", "i32.store8", "i32.store16", "i64.store"] {
        // Widening is free.
        let value = match store {
            "i64.store" => "(i64.extend_i32_u {})",
            _ => "{}",
        };
        let stored = format!("(block (result i32) ({store} (local.get 0) {value}) (local.get 0))");
        chain(store, "i32", memory, stored);
    }
    let identity = "(func $identity (param i32) (result i32) (local.get 0))";
    chain("call", "i32", identity, "(call $identity {})".to_owned());
    chain(
        "global.get",
        "i32",
        "(global $g (mut i32) (i32.const 5))",
        "(i32.and {} (global.get $g))".to_owned(),
    );
    chains
}

impl Chain {
    fn module(&self, length: u64) -> String {
        let mut body = "(local.get 0)".to_owned();
        for _ in 0..length {
            body = self.around.replace("{}", &body);
        }
        let (fields, ty) = (&self.fields, self.ty);
        format!("(module {fields} (func (export \"f\") (param {ty} {ty}) (result {ty}) {body}))")
    }

    fn run(&self, length: u64) -> anyhow::Result<Counters> {
        let wasm = wat::parse_str(self.module(length))?;
        let options = Options {
            entry: Some("f".to_owned()),
            args: vec!["0".to_owned(), "3".to_owned()],
            optimize: false,
            ..Options::default()
        };
        let compiled = compile(&wasm, &options).with_context(|| self.operator.clone())?;
        let report = load::run(&compiled.program.to_string(), None)?;
        // What the start stub does once is no operator's.
        let mut counters = report.log.totals.0;
        let startup: u64 = compiled
            .side_table
            .blocks
            .iter()
            .filter(|block| block.function.0 == 0)
            .map(|block| u64::from(block.rows))
            .sum();
        counters[Counter::Cycles] -= startup.min(counters[Counter::Cycles]);
        Ok(counters)
    }

    fn measure(&self) -> anyhow::Result<Cost> {
        let (none, all) = (self.run(0)?, self.run(LENGTH)?);
        let each = |counter: Counter| (all[counter] as f64 - none[counter] as f64) / LENGTH as f64;
        Ok(Cost {
            operator: self.operator.clone(),
            cycles: each(Counter::Cycles),
            mem: each(Counter::Mem),
            binary: each(Counter::Binary),
            arith: each(Counter::Arith),
        })
    }
}

impl Costs {
    pub(super) fn run(self) -> anyhow::Result<Answer> {
        let wanted = |chain: &Chain| {
            self.filter
                .as_ref()
                .is_none_or(|f| chain.operator.contains(f.as_str()))
        };
        let costs: Vec<Cost> = chains()
            .iter()
            .filter(|chain| wanted(chain))
            .map(Chain::measure)
            .collect::<Result<_, _>>()?;
        if let (Some(filter), []) = (&self.filter, costs.as_slice()) {
            bail!("no operator has `{filter}` in its name");
        }
        match self.format {
            Format::Json => {
                let printed = Printed {
                    format: "zkasm-profile/costs",
                    version: 1,
                    cost_model: zkasm::cost::COST_MODEL,
                    operators: &costs,
                };
                files::stdout(format!("{}\n", serde_json::to_string(&printed)?).as_bytes())?;
            }
            Format::Text => {
                let mut grid = Grid::new([
                    Column::word("operator"),
                    Column::number("cycles"),
                    Column::number("mem"),
                    Column::number("binary"),
                    Column::number("arith"),
                ]);
                for cost in &costs {
                    let counted = [cost.cycles, cost.mem, cost.binary, cost.arith];
                    let [cycles, mem, binary, arith] = counted.map(|value| format!("{value:.2}"));
                    grid.row([cost.operator.clone(), cycles, mem, binary, arith], None);
                }
                let mut text = Text::default();
                text.grid(grid);
                terminal::show(&text)?;
            }
        }
        Ok(Answer::Yes)
    }
}
