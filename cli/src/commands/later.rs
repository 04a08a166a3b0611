//! What the design has and this version does not: said as it is, never pretended. Exit code 2.
//!
//! A subcommand that is neither here nor in the list of [`Command`](super::Command) does not exist, and the nearest one
//! that does is offered.

use std::ffi::OsString;

use clap::CommandFactory;

use crate::names::nearest;
use crate::{Exit, Usage};

/// The subcommands to come.
const COMMANDS: &[&str] = &["test", "fmt", "sim", "doc", "node", "deploy", "ctl", "lsp", "completions"];

/// Takes a subcommand that the list does not have, with what followed it.
///
/// # Errors
/// Always.
pub fn other(words: &[OsString]) -> anyhow::Result<Exit> {
    let name = words.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if COMMANDS.contains(&name.as_str()) {
        return Err(not_yet(&format!("lasp {name}")).into());
    }
    let command = crate::args::Args::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let help = match nearest(&name, names.iter().copied()) {
        Some(near) => format!("did you mean `lasp {near}`?"),
        None => "`lasp --help` lists the subcommands".to_string(),
    };
    Err(Usage::new(format!("there is no subcommand `{name}`")).help(help).into())
}

/// The error for a part of the design that is not in this version.
#[must_use]
pub fn not_yet(what: &str) -> Usage {
    Usage::new(format!("`{what}` is not yet in this version ({})", env!("CARGO_PKG_VERSION")))
        .help("`lasp --help` shows what is")
}

/// Refuses the first of some options that was given.
///
/// # Errors
/// When one was.
pub fn refuse(options: &[(&str, bool)]) -> Result<(), Usage> {
    match options.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(not_yet(name)),
        None => Ok(()),
    }
}
