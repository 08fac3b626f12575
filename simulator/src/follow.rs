//! Calls and returns of a program without hooks, found by watching where control goes.
//!
//! * A *call* is `CALL`, or a jump that leaves the address of the following line in RR, where the
//!   text says so: that line, or one before it from which control comes straight to it, puts that
//!   number into RR. A conditional jump is one when it is taken.
//! * A *return* is `RETURN` or a jump to an address in a register, if it goes where a call that has
//!   not returned said. Calls that were made since are left with it.
//! * Anything else stays in its function, whatever label it goes to.
//!
//! A call beyond [`DEPTH_LIMIT`] calls that have not returned is a jump.
//!
//! Blocks are counted exactly if control comes only to their first lines. Fixed targets are in the
//! text; computed ones are not, so the program is run twice: runs do not differ.

use std::collections::BTreeSet;

use runtime_hooks::recorder::Recording;
use runtime_hooks::{BlockId, Entries, FunctionId, Hook, Recorder};
use zkasm::{Counters, Fe, Reg, ZkPc};

use crate::decode::{Code, Free, Jump, Line, Target};
use crate::error::Checked;
use crate::state::State;
use crate::trace::Tracer;

/// How many calls that have not returned are remembered.
const DEPTH_LIMIT: usize = 1 << 20;

/// How a line leads to the one that runs after it.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// Whether that may be another line than the following one.
    jumps: bool,
    /// Whether it may be the following one although the line jumps.
    conditional: bool,
    /// Whether it may be where a register says.
    computed: bool,
    calls: Calls,
}

/// Whether a jump is a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Calls {
    #[default]
    Never,
    /// If RR holds the address of the following line; the text says that it does, unless control came
    /// from elsewhere to a line in between.
    Linked,
    Always,
}

/// What the text says about how control flows.
#[derive(Debug)]
pub(crate) struct Flows {
    of_line: Vec<Flow>,
    /// Where functions and blocks begin, as far as the text says.
    functions: BTreeSet<u32>,
    blocks: BTreeSet<u32>,
}

impl Flows {
    pub(crate) fn of(code: &Code) -> Flows {
        let mut flows = Flows {
            of_line: Vec::with_capacity(code.lines.len()),
            functions: BTreeSet::from([0]),
            blocks: BTreeSet::from([0]),
        };
        // What RR holds if control came straight from where it was set.
        let mut link = None;
        for (here, line) in (0..).zip(&code.lines) {
            if line.narrow_dests & 1 << Reg::Rr as u32 != 0 {
                link = constant(code, line);
            }
            let linked = link == Some(Fe::from(u64::from(here) + 1));
            let flow = flow(line, linked);
            flows.add(here, line, flow);
            if flow.jumps && !flow.conditional {
                link = None;
            }
        }
        flows.blocks.extend(&flows.functions);
        // A label may stand behind the last line.
        for entries in [&mut flows.functions, &mut flows.blocks] {
            entries.retain(|&entry| (entry as usize) < code.lines.len());
        }
        flows
    }

    fn add(&mut self, here: u32, line: &Line, flow: Flow) {
        self.of_line.push(flow);
        if !flow.jumps {
            return;
        }
        let fixed = |target: Target| target.index.is_none().then_some(target.line);
        match line.jump {
            Jump::Always(target) | Jump::Call(target) => {
                self.blocks.extend(fixed(target));
                if flow.calls != Calls::Never {
                    self.functions.extend(fixed(target));
                }
            }
            Jump::Branch(_, target, otherwise) => {
                self.blocks.extend(fixed(target));
                self.blocks.extend(fixed(otherwise));
            }
            // Every repetition is one more entry of a block of one line.
            Jump::Repeat => {
                self.blocks.insert(here);
            }
            Jump::Return | Jump::Next => {}
        }
        self.blocks.insert(here + 1);
    }
}

/// The value of a line's sum, if that is a constant.
fn constant(code: &Code, line: &Line) -> Option<Fe> {
    let plain = code.terms(line).is_empty() && matches!(line.free, Free::None);
    plain.then_some(line.constant.lane0)
}

fn flow(line: &Line, linked: bool) -> Flow {
    let calls = if linked { Calls::Linked } else { Calls::Never };
    match line.jump {
        Jump::Next => Flow::default(),
        Jump::Always(target) => Flow {
            jumps: true,
            conditional: false,
            computed: target.index.is_some(),
            calls,
        },
        Jump::Branch(_, target, otherwise) => Flow {
            jumps: true,
            conditional: true,
            computed: target.index.is_some() || otherwise.index.is_some(),
            calls,
        },
        Jump::Call(_) => Flow {
            jumps: true,
            calls: Calls::Always,
            ..Flow::default()
        },
        Jump::Return => Flow {
            jumps: true,
            computed: true,
            ..Flow::default()
        },
        Jump::Repeat => Flow {
            jumps: true,
            conditional: true,
            ..Flow::default()
        },
    }
}

/// How control came to a line.
enum Way {
    /// From the line before, which does not jump.
    Straight,
    /// The run begins here.
    Begin,
    /// Within a function.
    Jump,
    Call,
    /// So many calls end.
    Return(usize),
}

/// The calls that have not returned.
struct Shadow<'a> {
    flows: &'a [Flow],
    from: Option<u32>,
    /// Where each returns to, outermost first.
    returns: Vec<u32>,
    /// How many of them return to each line.
    expected: Vec<u32>,
}

impl<'a> Shadow<'a> {
    fn new(flows: &'a Flows) -> Shadow<'a> {
        Shadow {
            flows: &flows.of_line,
            from: None,
            returns: Vec::new(),
            expected: vec![0; flows.of_line.len() + 1],
        }
    }

    #[inline]
    fn comes(&mut self, zkpc: u32, state: &State<'_>) -> Way {
        let Some(from) = self.from.replace(zkpc) else {
            return Way::Begin;
        };
        let flow = self.flows[from as usize];
        if flow.jumps {
            self.jumped(from, flow, zkpc, state)
        } else {
            Way::Straight
        }
    }

    fn jumped(&mut self, from: u32, flow: Flow, to: u32, state: &State<'_>) -> Way {
        let following = from + 1;
        if to == following && flow.calls != Calls::Always {
            return Way::Jump;
        }
        let calls = match flow.calls {
            Calls::Never => false,
            Calls::Linked => state.regs[Reg::Rr].lane0 == Fe::from(u64::from(following)),
            Calls::Always => true,
        };
        // That RR was made for the return of a call is the stronger evidence.
        if !calls && flow.computed && self.expected[to as usize] > 0 {
            let mut ended = 0;
            while let Some(target) = self.returns.pop() {
                self.expected[target as usize] -= 1;
                ended += 1;
                if target == to {
                    break;
                }
            }
            return Way::Return(ended);
        }
        if !calls || self.returns.len() >= DEPTH_LIMIT {
            return Way::Jump;
        }
        self.returns.push(following);
        self.expected[following as usize] += 1;
        Way::Call
    }
}

/// Finds out where functions and blocks begin.
pub(crate) struct Scout<'a> {
    shadow: Shadow<'a>,
    functions: BTreeSet<u32>,
    blocks: BTreeSet<u32>,
}

impl<'a> Scout<'a> {
    pub(crate) fn new(flows: &'a Flows) -> Scout<'a> {
        Scout {
            shadow: Shadow::new(flows),
            functions: flows.functions.clone(),
            blocks: flows.blocks.clone(),
        }
    }

    pub(crate) fn entries(self) -> Entries {
        let zkpcs = |lines: BTreeSet<u32>| lines.into_iter().map(ZkPc).collect();
        Entries {
            functions: zkpcs(self.functions),
            blocks: zkpcs(self.blocks),
        }
    }
}

impl Tracer for Scout<'_> {
    const HOOKS: bool = false;

    #[inline]
    fn line(&mut self, zkpc: u32, state: &State<'_>) -> Checked<()> {
        match self.shadow.comes(zkpc, state) {
            Way::Straight => return Ok(()),
            Way::Call => {
                self.functions.insert(zkpc);
            }
            Way::Begin | Way::Jump | Way::Return(_) => {}
        }
        self.blocks.insert(zkpc);
        Ok(())
    }
}

/// Records a run as if the program had hooks.
pub(crate) struct Follower<'a> {
    shadow: Shadow<'a>,
    /// The function and the block that begin at each line.
    functions: Vec<Option<FunctionId>>,
    blocks: Vec<Option<BlockId>>,
    /// The functions of the calls that have not returned.
    entered: Vec<FunctionId>,
    recorder: Recorder,
}

impl<'a> Follower<'a> {
    /// For a run that comes only to those entries.
    pub(crate) fn new(flows: &'a Flows, entries: &Entries) -> Follower<'a> {
        let lines = flows.of_line.len();
        let (mut functions, mut blocks) = (vec![None; lines], vec![None; lines]);
        for (id, zkpc) in (0..).zip(&entries.functions) {
            functions[zkpc.index()] = Some(FunctionId(id));
        }
        for (id, zkpc) in (0..).zip(&entries.blocks) {
            blocks[zkpc.index()] = Some(BlockId(id));
        }
        Follower {
            shadow: Shadow::new(flows),
            functions,
            blocks,
            entered: Vec::new(),
            recorder: Recorder::new(),
        }
    }

    pub(crate) fn finish(self, now: &Counters) -> Recording {
        self.recorder.finish(now)
    }

    fn enter(&mut self, zkpc: u32, now: &Counters) -> Checked<()> {
        let function = self.functions[zkpc as usize].expect("the run came here before");
        self.entered.push(function);
        self.recorder.hook(Hook::Enter(function), now)?;
        Ok(())
    }
}

impl Tracer for Follower<'_> {
    const HOOKS: bool = false;

    #[inline]
    fn line(&mut self, zkpc: u32, state: &State<'_>) -> Checked<()> {
        let now = &state.counters;
        match self.shadow.comes(zkpc, state) {
            Way::Straight | Way::Jump => {}
            Way::Begin | Way::Call => self.enter(zkpc, now)?,
            Way::Return(calls) => {
                for function in self.entered.drain(self.entered.len() - calls..).rev() {
                    self.recorder.hook(Hook::Leave(function), now)?;
                }
            }
        }
        if let Some(block) = self.blocks[zkpc as usize] {
            self.recorder.hook(Hook::Block(block), now)?;
        }
        Ok(())
    }
}
