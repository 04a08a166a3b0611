//! How the program ends: its exit codes, and which error means which.

use std::process::ExitCode;

use crate::output::Output;

/// The exit codes. (101, a defect of ours, is what a panic gives: see `crash`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: all is well.
    Fine,
    /// 1: the program or its data has problems; they have been printed.
    Problems,
    /// 2: the command line asks for something that does not exist.
    Usage,
    /// 130: interrupted by Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Problems => 1,
            Exit::Usage => 2,
            Exit::Interrupted => 130,
        })
    }
}

/// Wrong use of the command line, found after parsing it: exit code 2.
#[derive(Debug)]
pub struct Usage {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

impl Usage {
    /// Wrong use, in a sentence.
    pub fn new(message: impl Into<String>) -> Usage {
        Usage { message: message.into(), help: None }
    }

    /// With a next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Usage {
        self.help = Some(help.into());
        self
    }
}

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Usage {}

/// Prints an error that reached the top, and says how the program ends.
pub fn of_error(error: &anyhow::Error, output: &mut Output) -> Exit {
    // `lasp run … | head`: the reader has what it wanted.
    if is_broken_pipe(error) {
        return Exit::Fine;
    }
    let usage = error.downcast_ref::<Usage>();
    // `{:#}` is the whole chain: what was being done, then what went wrong.
    output.error(None, &format!("{error:#}"), usage.and_then(|usage| usage.help.as_deref()));
    if usage.is_some() { Exit::Usage } else { Exit::Problems }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_pipe_is_seen_through_context() {
        let error = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).context("writing");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&anyhow::anyhow!("writing")));
    }
}
