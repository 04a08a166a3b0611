//! What several subcommands begin with: read a program, compile it, report its problems.

use std::path::Path;

use lasp_compiler::Compiled;
use lasp_compiler::diagnostic::Severity;

use crate::output::Output;
use crate::report;
use crate::session::Session;
use crate::sources::{Files, read_program};

/// Compiles the program at `path`, with `more` behind its text, into the session and reports its problems beside the
/// result. Whether it can run.
///
/// # Errors
/// When the file cannot be read.
pub fn load(session: &mut Session, path: &Path, more: &str, output: &mut Output) -> anyhow::Result<bool> {
    let name = path.display().to_string();
    match read_program(path)? {
        Ok(text) => {
            session.compile(&name, &format!("{text}{more}"), &mut Files);
            let compiled = session.compiled();
            report::print_all(&compiled.diagnostics, &compiled.files, output);
        }
        Err(compiled) => report::print_all(&compiled.diagnostics, &compiled.files, output),
    }
    Ok(session.plan().is_some())
}

/// How many errors and warnings there are.
#[must_use]
pub fn count(compiled: &Compiled) -> (u64, u64) {
    let of = |severity| compiled.diagnostics.iter().filter(|each| each.severity == severity).count() as u64;
    (of(Severity::Error), of(Severity::Warning))
}
