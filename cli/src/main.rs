//! Where do the cycles of a WebAssembly program go on a zkVM?
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 fine, 1 a negative answer (the
//! guest trapped, a golden file differs, something would not compile), 2 an error.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod commands;
mod corpus;
mod execution;
mod files;
mod format;
mod listings;
mod load;
mod program;
mod progress;
mod rows;
mod sources;
mod terminal;
mod wasm;
mod written;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;

/// Where do the cycles of a WebAssembly program go on a zkVM?
///
/// Compiles WebAssembly to zkASM, runs it on a simulator of Polygon's 64-bit zkEVM processor, and
/// shows which source lines cost the cycles and why the compiler spends them.
#[derive(Parser)]
#[command(name = "zkasm-profile", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What a command has to say, besides its output.
pub(crate) enum Answer {
    /// Fine.
    Yes,
    /// A negative answer: the guest trapped, a comparison differs.
    No,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether the reader of our output has gone away, as `head` does: no error of anybody's.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
