//! Side tables and logs built by hand, for the tests.

// Each test file uses a part of it, in its own crate.
#![allow(dead_code, unreachable_pub)]

pub mod annotations;
pub mod pictures;

use expect_test::Expect;
use runtime_hooks::log::{self, ExecutionLog, Outcome, Totals};
use runtime_hooks::sidetable::{
    self, Block, Contribution, Function, FunctionKind, FunctionName, Location, Origin, SideTable,
    StaticCost, WasmOffset,
};
use runtime_hooks::{BlockId, Cause, FunctionId, Hook, Recorder, TrapKind};
use zkasm::cost::COST_MODEL;
use zkasm::{Counter, Counters};
use zkasm_flamegraph::golden::{Golden, Header};
use zkasm_flamegraph::{Granularity, Profile, folded};

/// A row to be.
#[derive(Clone)]
pub struct Row {
    pub cause: Cause,
    pub location: Option<u32>,
    pub offset: Option<u32>,
    pub origin: Origin,
    pub cost: Counters,
}

/// A row of one cycle without offset or location.
pub fn row(cause: Cause) -> Row {
    let mut cost = Counters::ZERO;
    cost[Counter::Cycles] = 1;
    Row {
        cause,
        location: None,
        offset: None,
        origin: Origin::Direct,
        cost,
    }
}

/// A row of one cycle for the operator at an offset.
pub fn op(offset: u32) -> Row {
    let mut row = row(Cause::Op);
    row.offset = Some(offset);
    row
}

impl Row {
    pub fn at(mut self, location: u32) -> Row {
        self.location = Some(location);
        self
    }

    pub fn cause(mut self, cause: Cause) -> Row {
        self.cause = cause;
        self
    }

    pub fn inherited(mut self) -> Row {
        self.origin = Origin::Inherited;
        self
    }

    pub fn costs(mut self, counter: Counter) -> Row {
        self.cost[counter] += 1;
        self
    }
}

/// A side table in the making. Function 0 is `[startup]`.
pub struct Build {
    pub map: SideTable,
}

impl Build {
    pub fn new() -> Build {
        // Through JSON: fields that are added to the format do not concern these tests.
        let map = serde_json::json!({
            "format": sidetable::FORMAT,
            "version": sidetable::VERSION,
            "build": "b1",
            "cost_model": COST_MODEL,
            "module": {
                "name": "demo.wasm",
                "sha256": "00ff",
                "bytes": 1000,
                "code_offset": 100,
                "has_dwarf": true,
            },
            "entry": {
                "export": "run",
                "args": ["i32:3", "i64:-1"],
                "results": ["i32"],
            },
            "files": [],
            "functions": [],
            "inlined": [],
            "locations": [],
            "blocks": [],
            "costs": [],
            "causes": [],
            "operators": [],
            "rules": [],
            "contributions": [],
            "rows": [],
        });
        let map = serde_json::from_value(map).unwrap();
        let mut build = Build { map };
        build.add("[startup]", FunctionKind::Startup);
        build
    }

    fn add(&mut self, name: &str, kind: FunctionKind) -> FunctionId {
        self.map.functions.push(Function {
            name: FunctionName {
                name: name.to_owned(),
                ..FunctionName::default()
            },
            kind,
        });
        FunctionId(self.map.functions.len() as u32 - 1)
    }

    pub fn file(&mut self, name: &str) -> u32 {
        let files = &mut self.map.files;
        if let Some(index) = files.iter().position(|file| file == name) {
            return index as u32;
        }
        files.push(name.to_owned());
        files.len() as u32 - 1
    }

    pub fn runtime(&mut self, name: &str) -> FunctionId {
        self.add(name, FunctionKind::Runtime)
    }

    pub fn function(&mut self, name: &str) -> FunctionId {
        let index = self.map.functions.len() as u32;
        self.add(name, FunctionKind::Wasm(index))
    }

    /// A function with a mangled name and a declaration.
    pub fn declared(&mut self, name: &str, linkage: &str, file: &str, line: u32) -> FunctionId {
        let id = self.function(name);
        let name = self.name(name, linkage, file, line);
        self.map.functions[id.0 as usize].name = name;
        id
    }

    /// A function that is only inlined.
    pub fn inlined(&mut self, name: &str, linkage: &str, file: &str, line: u32) -> u32 {
        let name = self.name(name, linkage, file, line);
        self.map.inlined.push(name);
        self.map.inlined.len() as u32 - 1
    }

    fn name(&mut self, name: &str, linkage: &str, file: &str, line: u32) -> FunctionName {
        FunctionName {
            name: name.to_owned(),
            linkage_name: (!linkage.is_empty()).then(|| linkage.to_owned()),
            declared: Some((self.file(file), line)),
        }
    }

    pub fn line(&mut self, file: &str, line: u32) -> u32 {
        self.location(file, line, None)
    }

    /// A line of an inlined function, called at a location.
    pub fn inlined_line(&mut self, function: u32, file: &str, line: u32, at: u32) -> u32 {
        self.location(file, line, Some((function, at)))
    }

    fn location(&mut self, file: &str, line: u32, inlined: Option<(u32, u32)>) -> u32 {
        let file = self.file(file);
        self.map.locations.push(Location {
            file,
            line,
            column: 5,
            inlined: inlined.map(|(function, _)| function),
            inlined_at: inlined.map(|(_, at)| at),
        });
        self.map.locations.len() as u32 - 1
    }

    /// Merges a step into the last row of the last block, which goes on paying for it.
    pub fn merge(&mut self, block: BlockId, row: &Row) {
        let map = &mut self.map;
        assert_eq!(block.0 as usize + 1, map.blocks.len());
        map.contributions.push(contribution(row));
        let last = map.rows.last_mut().unwrap();
        last.contributions.push(map.contributions.len() as u32 - 1);
    }

    pub fn block(&mut self, function: FunctionId, rows: &[Row]) -> BlockId {
        let map = &mut self.map;
        map.blocks.push(Block {
            function,
            first: map.rows.len() as u32,
            rows: rows.len() as u32,
        });
        for row in rows {
            map.costs.push(StaticCost(row.cost));
            map.contributions.push(contribution(row));
            map.rows.push(sidetable::Row {
                cost: map.costs.len() as u32 - 1,
                contributions: vec![map.contributions.len() as u32 - 1],
            });
        }
        BlockId(map.blocks.len() as u32 - 1)
    }
}

fn contribution(row: &Row) -> Contribution {
    Contribution {
        cause: row.cause.clone(),
        rule: None,
        operator: None,
        wasm_offset: row.offset.map(WasmOffset),
        location: row.location,
        origin: row.offset.map(|_| row.origin),
    }
}

/// A machine that executes the blocks it is told to, and records.
pub struct Run<'a> {
    map: &'a SideTable,
    recorder: Recorder,
    now: Counters,
    end: u32,
}

impl<'a> Run<'a> {
    pub fn new(map: &'a SideTable) -> Run<'a> {
        map.check().unwrap();
        Run {
            map,
            recorder: Recorder::new(),
            now: Counters::ZERO,
            end: 0,
        }
    }

    pub fn hook(mut self, hook: Hook) -> Self {
        self.recorder.hook(hook, &self.now).unwrap();
        self
    }

    pub fn enter(self, function: FunctionId) -> Self {
        self.hook(Hook::Enter(function))
    }

    pub fn leave(self, function: FunctionId) -> Self {
        self.hook(Hook::Leave(function))
    }

    pub fn resume(self, function: FunctionId) -> Self {
        self.hook(Hook::Resume(function))
    }

    /// Enters a block and runs all of it.
    pub fn block(self, block: BlockId) -> Self {
        let rows = self.map.blocks[block.0 as usize].rows;
        self.partly(block, rows)
    }

    /// Enters a block and runs its first rows.
    pub fn partly(self, block: BlockId, rows: u32) -> Self {
        let map = self.map;
        let mut run = self.hook(Hook::Block(block));
        for (_, row) in map.block_rows(block).take(rows as usize) {
            run.now += map.cost(row);
        }
        run.end = map.blocks[block.0 as usize].first + rows;
        run
    }

    /// Charges something where it stands.
    pub fn charge(mut self, counter: Counter, value: u64) -> Self {
        self.now[counter] += value;
        self
    }

    /// Says which row would run next.
    pub fn end(mut self, end: u32) -> Self {
        self.end = end;
        self
    }

    pub fn log(self, outcome: Outcome) -> ExecutionLog {
        let recording = self.recorder.finish(&self.now);
        let log = ExecutionLog {
            format: log::FORMAT.to_owned(),
            version: log::VERSION,
            build: self.map.build.clone(),
            instrument: recording.instrument,
            outcome,
            end: self.end,
            totals: Totals(self.now),
            contexts: recording.contexts,
            live: recording.live,
            regions: recording.regions,
        };
        log.check().unwrap();
        log
    }

    pub fn halt(self) -> ExecutionLog {
        self.log(Outcome::Halted {
            results: vec!["i32:7".to_owned()],
        })
    }
}

/// A program with most of what matters, and its run: `main` calls `fib` from an inlined function
/// and `fib` calls itself; a digest is charged by length; a generic function is there twice.
pub fn demo() -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let startup = FunctionId(0);
    let main = build.declared("app::main", "_RNv3app4main", "src/main.rs", 3);
    let fib = build.declared("app::fib", "_RNv3app3fib", "src/fib.rs", 1);
    let swap = build.declared("core::swap<_>", "_RIswap1", "core/mem.rs", 7);
    let twice = build.inlined("app::twice", "_RNv3app5twice", "src/main.rs", 20);
    let swap2 = build.inlined("core::swap<_>", "_RIswap2", "core/mem.rs", 7);
    let div = build.runtime("[runtime:div_u64]");

    let main4 = build.line("src/main.rs", 4);
    let main5 = build.line("src/main.rs", 5);
    let twice21 = build.inlined_line(twice, "src/main.rs", 21, main5);
    let swap8 = build.inlined_line(swap2, "core/mem.rs", 8, twice21);
    let fib2 = build.line("src/fib.rs", 2);
    let fib3 = build.line("src/fib.rs", 3);
    let mem8 = build.line("core/mem.rs", 8);

    let call = |offset: u32| op(offset).cause(Cause::Call);
    let start = build.block(startup, &[row(Cause::Startup), row(Cause::Startup)]);
    let main1 = build.block(
        main,
        &[
            row(Cause::Prologue).costs(Counter::Mem),
            op(0x101).at(main4),
            op(0x103).at(swap8).inherited(),
            call(0x105).at(twice21),
        ],
    );
    let main2 = build.block(main, &[op(0x107).at(twice21), call(0x109).at(main5)]);
    let main3 = build.block(main, &[row(Cause::Epilogue).costs(Counter::Mem)]);
    let fib1 = build.block(
        fib,
        &[
            row(Cause::Prologue).costs(Counter::Mem),
            op(0x141).at(fib2).costs(Counter::Binary),
        ],
    );
    let fib_call = build.block(fib, &[call(0x145).at(fib3)]);
    let fib_end = build.block(
        fib,
        &[
            op(0x147).at(fib3).costs(Counter::Binary),
            row(Cause::Epilogue).costs(Counter::Mem),
        ],
    );
    let swap1 = build.block(swap, &[op(0x181).at(mem8), call(0x183).at(mem8)]);
    let swap_end = build.block(swap, &[row(Cause::Epilogue)]);
    let divide = build.block(
        div,
        &[row(Cause::Runtime("div_u64".to_owned())).costs(Counter::Arith)],
    );
    let stop = build.block(startup, &[row(Cause::Startup)]);

    let map = build.map;
    let mut run = Run::new(&map)
        .enter(startup)
        .block(start)
        .enter(main)
        .block(main1);
    // fib(3): three calls deep, then back.
    for _ in 0..3 {
        run = run.enter(fib).block(fib1).block(fib_call);
    }
    run = run.enter(fib).block(fib1).block(fib_end).leave(fib);
    for _ in 0..3 {
        run = run.block(fib_end).leave(fib);
    }
    let log = run
        .block(main2)
        .enter(swap)
        .block(swap1)
        .enter(div)
        .block(divide)
        .charge(Counter::KeccakF, 2)
        .leave(div)
        .block(swap_end)
        .leave(swap)
        .block(main3)
        .leave(main)
        .block(stop)
        .halt();
    (map, log)
}

/// `f` runs a block of three rows twice, and jumps to a stub of the runtime in the end.
pub fn trap() -> (SideTable, ExecutionLog) {
    let mut build = Build::new();
    let f = build.function("f");
    let stub = build.runtime("[runtime:trap]");
    let rows = [op(1), op(2), op(3).cause(Cause::TrapCheck)];
    let body = build.block(f, &rows);
    let cause = Cause::Runtime("trap".to_owned());
    let trap = build.block(stub, &[row(cause.clone()), row(cause)]);
    let log = Run::new(&build.map)
        .enter(f)
        .block(body)
        .block(body)
        .block(trap)
        .log(Outcome::Trap {
            trap: TrapKind::Unreachable,
        });
    (build.map, log)
}

/// Every metric's samples add up to the log's totals.
pub fn conserved(map: &SideTable, log: &ExecutionLog) -> Profile {
    let profile = Profile::from_run(map, log).unwrap();
    let calls: u64 = log.contexts.iter().map(|context| context.calls).sum();
    let totals = log
        .totals
        .0
        .iter()
        .map(|(counter, total)| (counter.name(), total));
    let cells = ("cells", log.totals.0.cells());
    let totals: Vec<(&str, u64)> = [("calls", calls)]
        .into_iter()
        .chain(totals)
        .chain([cells])
        .collect();
    let metrics: Vec<&str> = profile.metrics().iter().map(|m| m.name.as_str()).collect();
    let expected: Vec<&str> = totals.iter().map(|(name, _)| *name).collect();
    assert_eq!(metrics, expected);
    for (name, total) in totals {
        let metric = profile.metric(name).unwrap();
        let sum: u64 = profile.samples().map(|s| s.values[metric.index()]).sum();
        assert_eq!((name, sum), (name, total));
        assert_eq!((name, profile.total(metric)), (name, total));
    }
    profile
}

/// The folded stacks of the default metric.
#[track_caller]
pub fn check(map: &SideTable, log: &ExecutionLog, granularity: Granularity, expected: &Expect) {
    let profile = conserved(map, log);
    expected.assert_eq(&folded::to_text(
        &profile,
        profile.default_metric(),
        granularity,
    ));
}

/// The folded stacks of a metric by line.
#[track_caller]
pub fn check_metric(map: &SideTable, log: &ExecutionLog, metric: &str, expected: &Expect) {
    let profile = conserved(map, log);
    let metric = profile.metric(metric).unwrap();
    expected.assert_eq(&folded::to_text(&profile, metric, Granularity::Line));
}

/// A run's golden file, which survives being written and read.
pub fn golden(map: &SideTable, log: &ExecutionLog) -> Golden {
    let profile = Profile::from_run(map, log).unwrap();
    let golden = Golden::from_profile(&profile, Header::from_run(map, log).unwrap()).unwrap();
    let text = golden.to_text();
    assert_eq!(Golden::parse(&text).unwrap(), golden);
    assert_eq!(Golden::parse(&text).unwrap().to_text(), text);
    golden
}

/// The demo's golden file.
pub fn demo_golden() -> Golden {
    let (map, log) = demo();
    golden(&map, &log)
}
