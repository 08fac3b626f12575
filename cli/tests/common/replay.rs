//! A profile by another way: from a trace and the side table, step by step.
//!
//! Nothing here knows hooks, the recorder, logs, or how profiles are folded from those: control is
//! followed by where it goes, every step is charged to the stack that is open then, and frames are named as
//! the documentation of `zkasm_flamegraph::fold` and `runtime_hooks::log` says. It is for compiled
//! programs, and for runs of fewer contexts than are told apart.

use std::collections::{BTreeMap, HashMap};

use runtime_hooks::sidetable::{Contribution, FunctionKind, FunctionName, SideTable};
use runtime_hooks::{Cause, Trace};
use zkasm::{Counter, Counters};
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::profile::{
    Function, FunctionId, Image, Labels, Line, Location, Metric, ProfileBuilder, StackId,
};

/// How often a function, or a region, stands on one stack.
const OFTEN: usize = 10;
/// How many contexts are told apart.
const CONTEXTS: usize = 65_536;

/// The profile of a traced run.
pub fn profile(map: &SideTable, trace: &Trace) -> Profile {
    assert_eq!(trace.build, map.build);
    let mut replay = Replay::new(map);
    let mut before = None;
    for step in &trace.steps {
        replay.arrive(before, step.zkpc.0);
        *replay.spent.entry((replay.now(), step.zkpc.0)).or_default() += step.charged;
        before = Some(step.zkpc.0);
    }
    replay.finish()
}

/// What is open on the machine's stack.
#[derive(Clone, Copy)]
enum Open {
    /// A function, and the row that called it.
    Function { id: u32, call: Option<u32> },
    /// A region.
    Region(u32),
}

/// A frame that a context adds to the one that it lies in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Frame {
    Function(u32),
    Region(u32),
    Deeper,
}

/// Something that can be open, with what it lies in.
struct Context {
    parent: Option<usize>,
    frame: Option<Frame>,
    /// The row that called it, if that is told.
    call: Option<u32>,
    calls: u64,
}

struct Replay<'a> {
    map: &'a SideTable,
    /// The function of each row, and whether it begins there.
    functions: Vec<(u32, bool)>,
    /// Everything that is open, each with its context.
    open: Vec<(Open, usize)>,
    contexts: Vec<Context>,
    children: HashMap<(usize, Option<u32>, Frame), usize>,
    /// What ran in each row of each context.
    spent: BTreeMap<(usize, u32), Counters>,
}

impl<'a> Replay<'a> {
    fn new(map: &'a SideTable) -> Replay<'a> {
        let mut functions: Vec<(u32, bool)> = Vec::new();
        for block in &map.blocks {
            let id = block.function.0;
            assert!(!matches!(
                map.functions[id as usize].kind,
                FunctionKind::Label(_)
            ));
            let is_entry = functions.last().is_none_or(|&(last, _)| last != id);
            functions.push((id, is_entry));
            functions.extend((1..block.rows).map(|_| (id, false)));
        }
        let root = Context {
            parent: None,
            frame: None,
            call: None,
            calls: 0,
        };
        Replay {
            map,
            functions,
            open: Vec::new(),
            contexts: vec![root],
            children: HashMap::new(),
            spent: BTreeMap::new(),
        }
    }

    /// The innermost context.
    fn now(&self) -> usize {
        self.open.last().map_or(0, |&(_, context)| context)
    }

    fn causes(&self, row: u32) -> impl Iterator<Item = &'a Cause> {
        let parts = self.map.rows[row as usize].contributions.iter();
        parts.map(|&part| &self.map.contributions[part as usize].cause)
    }

    /// Control comes from one row to another.
    fn arrive(&mut self, before: Option<u32>, here: u32) {
        let (function, is_entry) = self.functions[here as usize];
        let marks = self.map.marks.iter().filter(|mark| mark.zkpc == here);
        let falls = before.is_some_and(|before| before + 1 == here);
        for mark in marks.clone().filter(|mark| mark.falling && falls) {
            self.mark(mark.region.0, mark.end);
        }
        let is_within = before.is_some_and(|before| self.functions[before as usize].0 == function);
        let was = |cause| before.is_some_and(|before| self.causes(before).any(|c| *c == cause));
        if is_entry && (!is_within || was(Cause::Call)) {
            let open = Open::Function {
                id: function,
                call: before,
            };
            self.enter(open);
            let context = self.now();
            self.contexts[context].calls += 1;
        } else if !is_within || was(Cause::Epilogue) {
            let is_function = |open: &(Open, usize)| matches!(open.0, Open::Function { .. });
            let innermost = self.open.iter().rposition(is_function);
            let innermost = innermost.expect("the run begins in a function");
            if let (
                Open::Function {
                    call: Some(call), ..
                },
                _,
            ) = self.open[innermost]
                && call + 1 == here
            {
                self.close(innermost);
            }
        }
        for mark in marks.filter(|mark| !mark.falling) {
            self.mark(mark.region.0, mark.end);
        }
    }

    /// A region begins, or the last of its name that is open ends.
    fn mark(&mut self, region: u32, ends: bool) {
        if ends {
            let is_meant =
                |open: &(Open, usize)| matches!(open.0, Open::Region(id) if id == region);
            if let Some(at) = self.open.iter().rposition(is_meant) {
                self.close(at);
            }
            return;
        }
        let around = self.now();
        self.enter(Open::Region(region));
        let context = self.now();
        self.contexts[context].calls += u64::from(context != around);
    }

    /// Takes something out from wherever it lies: what was opened later is in other contexts then.
    fn close(&mut self, at: usize) {
        let later = self.open.split_off(at);
        for (open, _) in later.into_iter().skip(1) {
            self.enter(open);
        }
    }

    fn enter(&mut self, open: Open) {
        let around = self.now();
        let gathered = self
            .path(around)
            .find(|&id| self.contexts[id].frame == Some(Frame::Deeper));
        let often = |frame| {
            let alike = |id: &usize| self.contexts[*id].frame == Some(frame);
            self.path(around).filter(alike).count() >= OFTEN
        };
        let context = match open {
            Open::Function { id, call } => {
                let frame = Frame::Function(id);
                match gathered {
                    Some(deeper) => self.child(deeper, None, frame),
                    None if often(frame) => {
                        let deeper = self.child(around, None, Frame::Deeper);
                        self.child(deeper, None, frame)
                    }
                    None => self.child(around, call, frame),
                }
            }
            Open::Region(id) => {
                let frame = Frame::Region(id);
                if gathered.is_some() || often(frame) {
                    around
                } else {
                    self.child(around, None, frame)
                }
            }
        };
        self.open.push((open, context));
    }

    fn child(&mut self, parent: usize, call: Option<u32>, frame: Frame) -> usize {
        let next = self.contexts.len();
        assert!(next < CONTEXTS, "contexts would be gathered");
        *self
            .children
            .entry((parent, call, frame))
            .or_insert_with(|| {
                self.contexts.push(Context {
                    parent: Some(parent),
                    frame: Some(frame),
                    call,
                    calls: 0,
                });
                next
            })
    }

    /// A context, and what it lies in.
    fn path(&self, context: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(context), |&id| self.contexts[id].parent)
    }

    /// The regions that are open in a context since its function's begin, innermost first; and that
    /// function's context.
    fn regions(&self, context: usize) -> (Vec<u32>, usize) {
        let mut regions = Vec::new();
        for id in self.path(context) {
            match self.contexts[id].frame {
                Some(Frame::Region(region)) => regions.push(region),
                _ => return (regions, id),
            }
        }
        unreachable!("the root is no region")
    }

    fn finish(self) -> Profile {
        let mut frames = Frames::new(&self);
        for (&(context, row), counters) in &self.spent {
            let stack = frames.row(context, row, Place::Leaf);
            frames.add(stack, Some(row), 0, counters);
        }
        for (id, context) in self
            .contexts
            .iter()
            .enumerate()
            .filter(|(_, c)| c.calls > 0)
        {
            // The first of its own rows that ran; rows are in order.
            let ran = self
                .spent
                .range((id, 0)..=(id, u32::MAX))
                .map(|(&(_, row), _)| row);
            let own =
                |row: &u32| context.frame == Some(Frame::Function(self.functions[*row as usize].0));
            let entry = ran.into_iter().find(own);
            let stack = match entry {
                Some(row) => frames.row(id, row, Place::Entry),
                None => frames.alone(id).expect("what is called has a frame"),
            };
            // Nobody spent a call.
            frames.add(stack, None, context.calls, &Counters::ZERO);
        }
        frames.builder.finish()
    }
}

/// What a row is in a stack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// What its payer costs.
    Leaf,
    /// Where something was called.
    Call,
    /// Where a function begins.
    Entry,
}

/// The stacks of contexts as those of a profile.
struct Frames<'a> {
    replay: &'a Replay<'a>,
    builder: ProfileBuilder,
    functions: Vec<FunctionId>,
    inlined: Vec<FunctionId>,
    regions: Vec<FunctionId>,
    deeper: FunctionId,
}

impl<'a> Frames<'a> {
    fn new(replay: &'a Replay<'a>) -> Frames<'a> {
        let map = replay.map;
        let names = ["calls"]
            .into_iter()
            .chain(Counter::ALL.map(Counter::name))
            .chain(["cells"]);
        let metrics = names.map(|name| Metric {
            name: name.to_owned(),
            unit: "count".to_owned(),
        });
        let image = Image {
            name: map.module.name.clone(),
            build_id: map.module.sha256.clone(),
            limit: map.rows.len() as u64,
        };
        let mut builder = ProfileBuilder::new(metrics.collect(), 1, image);
        // A profile knows every name of the program, of what did not run, too.
        let causes = map.contributions.iter().map(|part| part.cause.to_string());
        let texts = map.files.iter().chain(&map.operators).chain(&map.rules);
        for text in texts.cloned().chain(causes) {
            builder.string(&text);
        }
        let functions: Vec<FunctionId> = map
            .functions
            .iter()
            .map(|f| function(&mut builder, map, &f.name))
            .collect();
        let mut inlined: Vec<FunctionId> = Vec::new();
        for (index, name) in map.inlined.iter().enumerate() {
            let is_wasm = |kind| matches!(kind, FunctionKind::Wasm(_));
            let outside = map
                .functions
                .iter()
                .position(|f| is_wasm(f.kind) && f.name == *name);
            let earlier = map.inlined[..index].iter().position(|other| other == name);
            inlined.push(match (outside, earlier) {
                (Some(same), _) => functions[same],
                (None, Some(same)) => inlined[same],
                (None, None) => function(&mut builder, map, name),
            });
        }
        let mut synthetic = |name: String| {
            let name = FunctionName {
                name,
                ..FunctionName::default()
            };
            function(&mut builder, map, &name)
        };
        let regions = map
            .regions
            .iter()
            .map(|name| synthetic(format!("[region:{name}]")))
            .collect();
        let deeper = synthetic("[deeper]".to_owned());
        synthetic("[no function]".to_owned());
        Frames {
            replay,
            builder,
            functions,
            inlined,
            regions,
            deeper,
        }
    }

    /// The stack of a row that ran in a context.
    fn row(&mut self, context: usize, row: u32, place: Place) -> StackId {
        let (regions, home) = self.replay.regions(context);
        let (function, _) = self.replay.functions[row as usize];
        let is_own = self.replay.contexts[home].frame == Some(Frame::Function(function));
        let part = self.part(row, place);
        let mut lines = Vec::new();
        let mut next = part.location;
        while let Some(id) = next {
            let at = self.replay.map.locations[id as usize];
            let files = &self.replay.map.files;
            let is_line = at.line != 0;
            lines.push(Line {
                function: match at.inlined {
                    Some(inlined) => self.inlined[inlined as usize],
                    None => self.functions[function as usize],
                },
                file: is_line.then(|| self.builder.string(&files[at.file as usize])),
                line: at.line,
                column: if is_line { at.column } else { 0 },
            });
            next = at.inlined_at;
        }
        let own = lines
            .pop()
            .unwrap_or(nowhere(self.functions[function as usize]));
        match place {
            Place::Entry => lines.clear(),
            _ if is_own => self.around(&regions, own, &mut lines),
            _ => {}
        }
        lines.push(own);
        let outer = if is_own {
            self.callers(home)
        } else {
            self.alone(context)
        };
        let location = self.builder.location(Location {
            address: Some(row.into()),
            offset: part.wasm_offset.map(|offset| offset.0.into()),
            lines,
            inlined: false,
        });
        self.builder.stack(outer, location)
    }

    /// The stack of a context without a row; none if nothing is open in it.
    fn alone(&mut self, context: usize) -> Option<StackId> {
        let (regions, home) = self.replay.regions(context);
        let own = nowhere(match self.replay.contexts[home].frame? {
            Frame::Function(id) => self.functions[id as usize],
            Frame::Deeper => self.deeper,
            Frame::Region(_) => unreachable!("regions are not at home"),
        });
        let mut lines = Vec::new();
        self.around(&regions, own, &mut lines);
        lines.push(own);
        let outer = self.callers(home);
        let location = self.builder.location(Location {
            address: None,
            offset: None,
            lines,
            inlined: false,
        });
        Some(self.builder.stack(outer, location))
    }

    fn around(&self, regions: &[u32], own: Line, lines: &mut Vec<Line>) {
        let regions = regions.iter().map(|&id| self.regions[id as usize]);
        lines.extend(regions.map(|function| Line { function, ..own }));
    }

    /// The stack that a function was called in.
    fn callers(&mut self, home: usize) -> Option<StackId> {
        let context = &self.replay.contexts[home];
        let parent = context.parent?;
        match context.call {
            Some(call) => Some(self.row(parent, call, Place::Call)),
            None => self.alone(parent),
        }
    }

    /// What a row is for: what pays, or the call, which stands behind what was merged with it.
    fn part(&self, row: u32, place: Place) -> &'a Contribution {
        let map = self.replay.map;
        let mut parts = map.rows[row as usize].contributions.iter();
        let mut parts = parts
            .by_ref()
            .map(|&part| &map.contributions[part as usize]);
        let first = parts.next().expect("a row has a part");
        if place != Place::Call {
            return first;
        }
        let all: Vec<&Contribution> = [first].into_iter().chain(parts).collect();
        let last_of = |cause| all.iter().rev().find(|part| part.cause == cause);
        let call = last_of(Cause::Call).or_else(|| last_of(Cause::Dispatch));
        call.or(all.last()).expect("a row has a part")
    }

    fn add(&mut self, stack: StackId, row: Option<u32>, calls: u64, counters: &Counters) {
        let map = self.replay.map;
        let labels = row.map_or(Labels::default(), |row| {
            let part = self.part(row, Place::Leaf);
            let listed = |list: &'a [String], id: Option<u32>| Some(&list[id? as usize]);
            let [operator, rule] = [
                listed(&map.operators, part.operator),
                listed(&map.rules, part.rule),
            ];
            Labels {
                operator: operator.map(|text| self.builder.string(text)),
                rule: rule.map(|text| self.builder.string(text)),
                cause: Some(self.builder.string(&part.cause.to_string())),
            }
        });
        let counted = counters.iter().map(|(_, value)| value);
        let values = [calls].into_iter().chain(counted).chain([counters.cells()]);
        let values: Vec<u64> = values.collect();
        self.builder.add(stack, labels, &values).unwrap();
    }
}

fn function(builder: &mut ProfileBuilder, map: &SideTable, name: &FunctionName) -> FunctionId {
    let function = Function {
        name: builder.string(&name.name),
        system_name: name.linkage_name.as_ref().map(|name| builder.string(name)),
        file: name
            .declared
            .map(|(file, _)| builder.string(&map.files[file as usize])),
        start_line: name.declared.map_or(0, |(_, line)| line),
    };
    builder.function(function)
}

fn nowhere(function: FunctionId) -> Line {
    Line {
        function,
        file: None,
        line: 0,
        column: 0,
    }
}
