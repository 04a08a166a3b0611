//! The two streams of the program and how they look.
//!
//! Results go to stdout, buffered; everything else goes to stderr. Colours are written always and taken out on the way
//! by `anstream` where they are not wanted (a pipe, NO_COLOR, `--color never`), so nothing else asks about colours.
//!
//! Invariant: an `Err` of a writing method is an error of stdout, a broken pipe among them. What cannot be written to
//! stderr is lost: there is nowhere left to say so.

use std::ffi::OsString;
use std::io::{BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::args::Format;

/// Bold.
pub const BOLD: &str = "\x1b[1m";
/// Bold red.
pub const RED: &str = "\x1b[1;31m";
/// Bold yellow.
pub const YELLOW: &str = "\x1b[1;33m";
/// Cyan.
pub const CYAN: &str = "\x1b[36m";
/// Grey.
pub const GREY: &str = "\x1b[90m";
/// Back to normal.
pub const PLAIN: &str = "\x1b[0m";

/// Settles, once for the process, when colours are used.
pub fn choose_color(args: impl Iterator<Item = OsString>) {
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    let mut choice = None;
    while let Some(arg) = args.next() {
        match arg.strip_prefix("--color") {
            Some("") => choice = args.next(),
            Some(value) if value.starts_with('=') => choice = Some(value[1..].to_string()),
            _ => {}
        }
    }
    // Anything else is an error that the parser of arguments reports.
    match choice.as_deref() {
        Some("always") => ColorChoice::Always.write_global(),
        Some("never") => ColorChoice::Never.write_global(),
        _ => {}
    }
}

/// Where the program writes.
pub struct Output {
    format: Format,
    stdout: BufWriter<AutoStream<std::io::Stdout>>,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    progress: indicatif::ProgressBar,
    is_silent: bool,
}

impl Output {
    /// The streams of the process.
    #[must_use]
    pub fn new(format: Format) -> Output {
        Output {
            format,
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdout: BufWriter::with_capacity(64 * 1024, AutoStream::auto(std::io::stdout())),
            progress: indicatif::ProgressBar::hidden(),
            is_silent: false,
        }
    }

    /// The same, but what is said beside the result is lost: for work that was reported on before.
    #[must_use]
    pub fn silent(&self) -> Output {
        Output { is_silent: true, ..Output::new(self.format) }
    }

    /// Text or JSON.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether results are JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether somebody reads the results as they come.
    #[must_use]
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// Whether somebody reads the messages as they come.
    #[must_use]
    pub fn stderr_is_terminal(&self) -> bool {
        self.stderr_is_terminal
    }

    /// The bar that has to make room for whatever is printed from now on.
    pub fn set_progress(&mut self, progress: indicatif::ProgressBar) {
        self.progress = progress;
    }

    /// A line, or several, of the result.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn line(&mut self, text: &str) -> std::io::Result<()> {
        let Output { stdout, progress, stdout_is_terminal, .. } = self;
        // On a terminal the bar and the result share the screen, so the bar steps aside for a whole line at once.
        if *stdout_is_terminal && !progress.is_hidden() {
            return progress.suspend(|| {
                writeln!(stdout, "{text}")?;
                stdout.flush()
            });
        }
        writeln!(stdout, "{text}")
    }

    /// A line of the result as JSON, keys in the order of the type's fields.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn json(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        self.line(&serde_json::to_string(line)?)
    }

    /// Lets what was written out.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.stdout.flush()
    }

    /// A line, or several, beside the result.
    pub fn note(&mut self, text: &str) {
        if self.is_silent {
            return;
        }
        // Results so far come first where both streams end on one screen.
        let _ = self.stdout.flush();
        self.progress.suspend(|| {
            let _ = writeln!(AutoStream::auto(std::io::stderr()).lock(), "{text}");
        });
    }

    /// A line of JSON beside the result.
    pub fn note_json(&mut self, line: &impl Serialize) {
        if let Ok(line) = serde_json::to_string(line) {
            self.note(&line);
        }
    }

    /// An error that has no place in a text: a sentence, and a next step.
    pub fn error(&mut self, code: Option<&str>, message: &str, help: Option<&str>) {
        self.message("error", RED, code, message, help);
    }

    /// A warning that has no place in a text.
    pub fn warning(&mut self, message: &str) {
        self.message("warning", YELLOW, None, message, None);
    }

    fn message(&mut self, severity: &str, color: &str, code: Option<&str>, message: &str, help: Option<&str>) {
        if self.is_json() {
            #[derive(Serialize)]
            struct Line<'a> {
                #[serde(skip_serializing_if = "Option::is_none")]
                code: Option<&'a str>,
                severity: &'a str,
                message: &'a str,
                help: Vec<&'a str>,
            }
            return self.note_json(&Line { code, severity, message, help: help.into_iter().collect() });
        }
        let code = code.map_or_else(String::new, |code| format!("[{code}]"));
        let help = help.map_or_else(String::new, |help| format!("\n  {CYAN}= help:{PLAIN} {help}"));
        self.note(&format!("{color}{severity}{code}{PLAIN}{BOLD}: {message}{PLAIN}{help}"));
    }
}
