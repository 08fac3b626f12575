//! Where do the cycles of a WebAssembly program go on a zkVM?
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 fine, 1 a negative answer (the
//! guest trapped, a golden file differs, something would not compile), 2 an error.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod commands;
mod corpus;
mod detail;
mod execution;
mod files;
mod format;
mod listings;
mod load;
mod program;
mod progress;
mod rows;
mod shell;
mod sources;
mod terminal;
mod titles;
mod wasm;
mod written;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;
use terminal::Color;

/// Where do the cycles of a WebAssembly program go on a zkVM?
///
/// Compiles WebAssembly to zkASM, runs it on a simulator of Polygon's 64-bit zkEVM processor, and
/// shows which source lines cost the cycles and why the compiler spends them.
///
/// Tables are as wide as they are, or fitted to the terminal, or to the number of columns that the
/// environment's COLUMNS says, terminal or not.
#[derive(Parser)]
#[command(name = "zkasm-profile", version, max_term_width = 100)]
struct Cli {
    /// When to colour what is printed.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        display_order = 100
    )]
    color: Color,
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
    let cli = Cli::parse();
    cli.color.set();
    match cli.command.run() {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
