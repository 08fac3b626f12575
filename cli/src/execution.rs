//! How programs are run: the arguments of every command that runs one.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use zkasm_simulator::{Input, Options};

use crate::files;

/// How to run a program.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ExecutionArgs {
    /// Stop after this many steps.
    #[arg(long, value_name = "N")]
    max_steps: Option<u64>,
    /// Pass over commands `$${f(…)}` whose function is not known here: those of helpers of yours.
    #[arg(long)]
    skip_unknown: bool,
    /// The executor's input, which commands can read; it also sets SP (oldNumBatch), GAS (chainID)
    /// and CTX (forkID), which are 0, 0 and 2 without it.
    #[arg(long = "input", value_name = "INPUT.json")]
    executor_input: Option<PathBuf>,
}

/// How a program is run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Execution {
    /// The simulator's options.
    pub(crate) options: Options,
    /// The executor's input.
    pub(crate) input: Input,
    /// Whether what commands print is dropped: in a run that repeats another.
    pub(crate) quiet: bool,
}

impl ExecutionArgs {
    /// Where the executor's input is read from, if it is.
    pub(crate) fn input(&self) -> Option<&Path> {
        self.executor_input.as_deref()
    }

    /// Reads the input.
    pub(crate) fn load(&self) -> anyhow::Result<Execution> {
        let input = match &self.executor_input {
            None => Input::default(),
            Some(path) => Input::from_json(&files::read_text(path)?)
                .map_err(|problem| anyhow!("{}: {problem}", files::shown(path)))?,
        };
        Ok(Execution {
            options: Options {
                max_steps: self.max_steps,
                skip_unknown: self.skip_unknown,
                ..Options::default()
            },
            input,
            quiet: false,
        })
    }
}

impl Execution {
    /// The same once more, without what commands print.
    pub(crate) fn again(&self) -> Execution {
        Execution {
            quiet: true,
            ..self.clone()
        }
    }
}
