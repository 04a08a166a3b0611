//! The command line as a whole: the options every subcommand has, and the subcommand.
//!
//! Each subcommand declares its own arguments in its own file; the list of them is [`crate::commands::Command`].

use clap::{Parser, ValueEnum};

use crate::commands::Command;

const EXAMPLES: &str = "\
Examples:
  lasp new counter && cd counter     a project to start from
  lasp run main.lasp                 run it: emits as they happen, then what it shows
  lasp check main.lasp               all problems at once, without running
  lasp explain E0301                 what an error means and how to get rid of it
  lasp run main.lasp --format json | jq .
                                     every line of the result as JSON

Exit codes: 0 fine, 1 the program or its data has problems, 2 wrong use, 101 a defect of lasp, 130 interrupted.";

/// Lasp: a small declarative language whose programs compute over replicated data types.
#[derive(Debug, Parser)]
#[command(name = "lasp", version, after_help = EXAMPLES, propagate_version = true, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    /// When to use colours; `auto` obeys NO_COLOR and pipes
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// For people, or one JSON object per line for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Always, also in a pipe.
    Always,
    /// Never.
    Never,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}
