//! The `lasp` program: one file per subcommand, and what they share.
//!
//! ```text
//! args ─► commands ─┬─ check, plan, graph, explain, new, bench
//!                   └─ run, repl ─► session (pure: compile, run, inspect) ─► compiler, vm
//!                        │
//!                        └─ feed (files and stdin as rows)    output, report, show, draw (what people and programs see)
//! ```
//!
//! Invariants: results go to stdout and everything else to stderr; a reader that goes away ends the program quietly;
//! the exit code is one of [`Exit`]; only this crate does IO, and only its edge (feeds, signals, file watching) is
//! asynchronous.
#![forbid(unsafe_code)]

pub mod args;
pub mod bench;
pub mod commands;
pub mod crash;
pub mod draw;
pub mod exit;
pub mod explain;
pub mod feed;
pub mod fixing;
pub mod interrupt;
pub mod json;
pub mod locate;
pub mod names;
pub mod output;
pub mod profile;
pub mod replay;
pub mod report;
pub mod session;
pub mod show;
pub mod sources;
pub mod table;

use std::process::ExitCode;

use clap::Parser;

pub use exit::{Exit, Usage};

/// Runs the program on the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    crash::install();
    // Colours are settled before the arguments are parsed, so that `--color never` holds for their errors too.
    output::choose_color(std::env::args_os().skip(1));
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Printing help to a closed pipe is no reason to complain.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    let mut output = output::Output::new(args.format);
    let result = args.command.run(&mut output).and_then(|exit| {
        output.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(error) => exit::of_error(&error, &mut output).into(),
    }
}
