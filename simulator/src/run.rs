//! The main loop.

use std::collections::BTreeMap;

use runtime_hooks::log::{self, ExecutionLog, Outcome, Totals};
use runtime_hooks::recorder::Recording;
use runtime_hooks::trace::STEP_LIMIT;
use runtime_hooks::{Entries, Recorder, Trace};
use zkasm::limits::ONE_LANE_MAX;
use zkasm::{Counter, Fe, Pos, Rom, VarDecl, ZkPc};

use crate::decode::{Action, Code};
use crate::error::{Check, Checked, Error, Failure};
use crate::follow::{Flows, Follower, Scout};
use crate::header::Header;
use crate::input::Input;
use crate::prover::{Choose, Executor, FreeInput, Other};
use crate::report::RunReport;
use crate::state::State;
use crate::trace::{Histogram, Nobody, Steps, Tracer};
use crate::word::Word;

/// How a program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Stops the run after this many steps; none: it runs until it ends.
    pub max_steps: Option<u64>,
    /// Counts the executions of every ROM line.
    pub histogram: bool,
    /// Passes over commands `$${f(…)}` whose function the executor does not know: those of helpers
    /// that are not here.
    pub skip_unknown: bool,
}

impl Default for Options {
    /// No limit, no histogram, every command known.
    fn default() -> Options {
        Options {
            max_steps: None,
            histogram: false,
            skip_unknown: false,
        }
    }
}

/// A program that is ready to run, any number of times.
#[derive(Debug)]
pub struct Simulator {
    code: Code,
    header: Header,
    options: Options,
    input: Input,
    vars: BTreeMap<String, (VarDecl, u32)>,
}

impl Simulator {
    /// Loads a program.
    ///
    /// # Errors
    /// If the program has no step at a label `finalizeExecution`, a command that the executor does
    /// not know, a header that announces what is not there, or lines that no assembler makes; or if
    /// an initial value is out of range.
    pub fn new(rom: &Rom, options: Options) -> Result<Simulator, Error> {
        Simulator::with_input(rom, options, Input::default())
    }

    /// Loads a program with an input, which sets the initial registers and which commands can read.
    ///
    /// # Errors
    /// As for [`Simulator::new`]; or if a command asks for what the input does not say.
    pub fn with_input(rom: &Rom, options: Options, input: Input) -> Result<Simulator, Error> {
        for (reg, value) in input.registers() {
            if i64::from(value) < -ONE_LANE_MAX {
                return Err(Error::InvalidInput { reg, value });
            }
        }
        Ok(Simulator {
            code: Code::decode(rom, &input, options.skip_unknown)?,
            header: Header::read(rom)?,
            options,
            input,
            vars: rom.vars.clone(),
        })
    }

    /// Runs the program from its beginning.
    ///
    /// # Errors
    /// If a check of the executor fails, hooks do not fit together, or the variables of the outcome
    /// hold none. A trap of the guest is no error.
    pub fn run(&self) -> Result<RunReport, Error> {
        self.run_printing(&mut |_, _| {})
    }

    /// Runs the program from its beginning; `console` gets what its commands print, each line with
    /// the place of the step that the command belongs to.
    ///
    /// # Errors
    /// As for [`Simulator::run`].
    pub fn run_printing(&self, console: &mut dyn FnMut(Pos, &str)) -> Result<RunReport, Error> {
        self.run_by(&mut Executor, console)
    }

    /// Runs the program from its beginning, as a prover may who is not honest: `choose` gives each
    /// free input `${…}` its value, or none for the executor's, without which the run fails. Commands
    /// compute from the state that earlier choices left. What [`Check::is_constraint`] says of the error is what a proof would
    /// meet.
    ///
    /// # Errors
    /// As for [`Simulator::run`].
    pub fn run_choosing(
        &self,
        choose: &mut dyn FnMut(FreeInput) -> Option<Word>,
    ) -> Result<RunReport, Error> {
        self.run_by(&mut Other { choose, taken: 0 }, &mut |_, _| {})
    }

    /// Runs the program from its beginning and follows its calls, as [`Entries`] says: for a program
    /// that nobody put hooks in. The log is what hooks at those entries would make of it, without a
    /// build id; hooks that the program has are left out, and no histogram is made.
    ///
    /// It runs twice: at first, to see where computed jumps go. `console` gets what its commands print
    /// the second time.
    ///
    /// # Errors
    /// As for [`Simulator::run`].
    pub fn run_following(
        &self,
        console: &mut dyn FnMut(Pos, &str),
    ) -> Result<(RunReport, Entries), Error> {
        let flows = Flows::of(&self.code);
        let mut scout = Scout::new(&flows);
        self.run_with(&mut Executor, &mut |_, _| {}, &mut scout)?;
        let entries = scout.entries();
        let mut follower = Follower::new(&flows, &entries);
        let ended = self.run_with(&mut Executor, console, &mut follower)?;
        let recording = follower.finish(&ended.state.counters);
        let report = self.report(ended, recording, String::new(), None)?;
        Ok((report, entries))
    }

    /// Runs the program from its beginning and writes down every step; no histogram is made. `console`
    /// gets what its commands print.
    ///
    /// # Errors
    /// As for [`Simulator::run`]; or if the run takes more than [`STEP_LIMIT`] steps and
    /// [`Options::max_steps`] does not end it before.
    pub fn run_tracing(
        &self,
        console: &mut dyn FnMut(Pos, &str),
    ) -> Result<(RunReport, Trace), Error> {
        let cut = self.max_steps() <= STEP_LIMIT;
        let max_steps = self.max_steps().min(STEP_LIMIT);
        let mut steps = Steps::default();
        let mut ended = self.run_for(max_steps, &mut Executor, console, &mut steps)?;
        if matches!(ended.stopped, Stopped::AtLimit) && !cut {
            return Err(Error::TooLongToTrace);
        }
        let recorder = std::mem::take(&mut ended.recorder);
        let counters = ended.state.counters;
        let trace = Trace {
            build: self.header.build.clone(),
            steps: steps.finish(&counters),
            end: ZkPc(ended.end),
        };
        let recording = recorder.finish(&counters);
        let report = self.report(ended, recording, self.header.build.clone(), None)?;
        Ok((report, trace))
    }

    fn max_steps(&self) -> u64 {
        self.options.max_steps.unwrap_or(u64::MAX)
    }

    fn run_by(
        &self,
        prover: &mut impl Choose,
        console: &mut dyn FnMut(Pos, &str),
    ) -> Result<RunReport, Error> {
        let (mut ended, histogram) = if self.options.histogram {
            let mut histogram = Histogram(vec![0; self.code.lines.len()]);
            let ended = self.run_with(prover, console, &mut histogram)?;
            (ended, Some(histogram.0))
        } else {
            (self.run_with(prover, console, &mut Nobody)?, None)
        };
        let recorder = std::mem::take(&mut ended.recorder);
        let recording = recorder.finish(&ended.state.counters);
        self.report(ended, recording, self.header.build.clone(), histogram)
    }

    fn run_with<'a>(
        &'a self,
        prover: &mut impl Choose,
        console: &'a mut dyn FnMut(Pos, &str),
        tracer: &mut impl Tracer,
    ) -> Result<Ended<'a>, Error> {
        self.run_for(self.max_steps(), prover, console, tracer)
    }

    fn run_for<'a>(
        &'a self,
        max_steps: u64,
        prover: &mut impl Choose,
        console: &'a mut dyn FnMut(Pos, &str),
        tracer: &mut impl Tracer,
    ) -> Result<Ended<'a>, Error> {
        let mut run = Run {
            code: &self.code,
            state: State::new(self.code.variables, &self.input, console),
            recorder: Recorder::new(),
        };
        for (reg, value) in self.input.registers() {
            run.state.regs[reg] = Word::narrow(Fe::from(i64::from(value)));
        }
        let (end, stopped) = run.until(max_steps, prover, tracer)?;
        let Run {
            state, recorder, ..
        } = run;
        Ok(Ended {
            state,
            recorder,
            end,
            stopped,
        })
    }

    fn report(
        &self,
        ended: Ended<'_>,
        recording: Recording,
        build: String,
        histogram: Option<Vec<u64>>,
    ) -> Result<RunReport, Error> {
        let mut state = ended.state;
        state.refresh();
        let outcome = match ended.stopped {
            Stopped::AtEnd => self.header.outcome(&state.memory)?,
            Stopped::AtLimit => Outcome::OutOfSteps,
        };
        let results = match &outcome {
            Outcome::Halted { results } => results.clone(),
            Outcome::Trap { .. } | Outcome::OutOfSteps => Vec::new(),
        };
        Ok(RunReport {
            log: ExecutionLog {
                format: log::FORMAT.to_owned(),
                version: log::VERSION,
                build,
                instrument: recording.instrument,
                outcome,
                end: ended.end,
                totals: Totals(state.counters),
                contexts: recording.contexts,
                live: recording.live,
                regions: recording.regions,
            },
            results,
            histogram,
            registers: state.regs,
            memory: state.memory,
            logs: state.stored,
            vars: self.vars.clone(),
        })
    }
}

/// Why a run stopped.
enum Stopped {
    AtEnd,
    AtLimit,
}

struct Run<'a> {
    code: &'a Code,
    state: State<'a>,
    recorder: Recorder,
}

/// What a run leaves.
struct Ended<'a> {
    state: State<'a>,
    recorder: Recorder,
    end: u32,
    stopped: Stopped,
}

impl Run<'_> {
    /// Runs to the program's end, or until that many steps have run. Returns the zkPC that would
    /// run next.
    fn until<T: Tracer>(
        &mut self,
        max_steps: u64,
        prover: &mut impl Choose,
        tracer: &mut T,
    ) -> Result<(u32, Stopped), Error> {
        let code = self.code;
        let mut zkpc = 0;
        // The line before this one, if it has commands that are to run now.
        let mut fell_from = None;
        loop {
            let at_end = zkpc == code.end;
            if self.state.step() >= max_steps && !at_end {
                return Ok((zkpc, Stopped::AtLimit));
            }
            if let Some(before) = fell_from.take() {
                let actions = code.after(&code.lines[before as usize]);
                self.state.zkpc = zkpc;
                self.act::<T>(actions)
                    .map_err(|check| self.failure(*check, before, self.state.step() - 1))?;
            }
            if at_end {
                self.state
                    .hashes_at_end()
                    .map_err(|check| self.failure(*check, zkpc, self.state.step()))?;
                return Ok((zkpc, Stopped::AtEnd));
            }
            tracer
                .line(zkpc, &self.state)
                .map_err(|check| self.failure(*check, zkpc, self.state.step()))?;
            let line = &code.lines[zkpc as usize];
            if line.has_before() {
                self.state.zkpc = zkpc;
                self.act::<T>(code.before(line))
                    .map_err(|check| self.failure(*check, zkpc, self.state.step()))?;
            }
            let next = match self.state.execute(code, line, zkpc, prover) {
                Ok(next) => next,
                Err(check) => return Err(self.failure(*check, zkpc, self.state.step())),
            };
            if line.has_cost {
                self.state.counters += code.costs[zkpc as usize];
            } else {
                self.state.counters[Counter::Cycles] += 1;
            }
            if line.has_after() && next == zkpc + 1 {
                fell_from = Some(zkpc);
            }
            zkpc = next;
        }
    }

    fn act<T: Tracer>(&mut self, actions: &[Action]) -> Checked<()> {
        for action in actions {
            match action {
                Action::Hook(_) if !T::HOOKS => {}
                Action::Hook(hook) => self.recorder.hook(*hook, &self.state.counters)?,
                Action::Eval(command) => {
                    command.eval(&mut self.state)?;
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn failure(&self, check: Check, zkpc: u32, step: u64) -> Error {
        Error::Failed(Box::new(Failure {
            check,
            zkpc: ZkPc(zkpc),
            pos: self.code.places[zkpc as usize],
            step,
        }))
    }
}
