//! `lasp repl`: type definitions, updates and expressions. A face of [`Session`]; everything it knows is there.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use lasp_plan::format::text_of;
use lasp_plan::{Type, Value};
use rustyline::error::ReadlineError;

use super::loading::load;
use super::runner::now_us;
use crate::output::{BOLD, CYAN, GREY, Output, PLAIN};
use crate::session::lines::{Line, is_unfinished};
use crate::session::{Happening, Session};
use crate::sources::Files;
use crate::{Exit, report, show};

const HELP: &str = "\
  var s: orset<int>        define something: it joins the program
  s.add(1)                 update a variable
  s.map(x => x * 2)        compute something
  emit click { page: \"a\" } let an event happen

  :show NAME   the value of a variable or view      :type EXPR   its type, and whether it is stable
  :load FILE   start over with a program            :reset       start over with nothing
  :help        this                                 :quit        the end (or Ctrl-D)

A line that is not finished goes on in the next; an empty line, or Ctrl-C, gives it up.";

/// The arguments of `lasp repl`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp repl                    start with nothing; `:help` says what can be typed
  lasp repl main.lasp          start with a program (its feeds are not read)
  echo '1 + 2' | lasp repl     without a terminal, for scripts")]
pub struct Args {
    /// A program to begin with
    file: Option<PathBuf>,
}

impl Args {
    /// Reads and does lines until the end.
    ///
    /// # Errors
    /// When stdout cannot be written, or the file not be read.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        let mut repl = Repl { session: Session::growing(), output, pending: String::new(), had_problems: false };
        repl.restart(self.file.as_deref())?;
        if std::io::stdin().is_terminal() { repl.interactive() } else { repl.piped() }
    }
}

struct Repl<'o> {
    session: Session,
    output: &'o mut Output,
    pending: String,
    had_problems: bool,
}

impl Repl<'_> {
    fn interactive(&mut self) -> anyhow::Result<Exit> {
        let mut editor = rustyline::DefaultEditor::new().context("preparing the terminal")?;
        self.output.note(&format!("lasp {}; {BOLD}:help{PLAIN} says what can be typed", env!("CARGO_PKG_VERSION")));
        loop {
            self.output.flush()?;
            match editor.readline(if self.pending.is_empty() { "> " } else { "… " }) {
                Ok(line) => {
                    // A history that cannot be kept is no reason not to go on.
                    let _ = editor.add_history_entry(&line);
                    if !self.take(&line)? {
                        return Ok(Exit::Fine);
                    }
                }
                Err(ReadlineError::Interrupted) => self.pending.clear(),
                Err(ReadlineError::Eof) => return Ok(Exit::Fine),
                Err(error) => return Err(anyhow::Error::from(error).context("reading the terminal")),
            }
        }
    }

    fn piped(&mut self) -> anyhow::Result<Exit> {
        for line in std::io::stdin().lock().lines() {
            let going_on = self.take(&line.context("reading stdin")?)?;
            self.output.flush()?;
            if !going_on {
                break;
            }
        }
        // What was left unfinished is wrong, and says so.
        let rest = std::mem::take(&mut self.pending);
        self.submit(&rest)?;
        Ok(if self.had_problems { Exit::Problems } else { Exit::Fine })
    }

    // Whether to go on.
    fn take(&mut self, line: &str) -> anyhow::Result<bool> {
        if self.pending.is_empty() && line.trim_start().starts_with(':') {
            return self.command(line.trim());
        }
        let gave_up = !self.pending.is_empty() && line.trim().is_empty();
        self.pending.push_str(line);
        if gave_up || !is_unfinished(&self.pending) {
            let text = std::mem::take(&mut self.pending);
            self.submit(&text)?;
        } else {
            self.pending.push('\n');
        }
        Ok(true)
    }

    fn command(&mut self, line: &str) -> anyhow::Result<bool> {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            ":quit" | ":q" => return Ok(false),
            ":help" | ":h" => self.output.line(HELP)?,
            ":reset" => self.restart(None)?,
            ":load" if !rest.is_empty() => self.restart(Some(Path::new(rest)))?,
            ":show" if !rest.is_empty() => self.submit(rest)?,
            ":type" if !rest.is_empty() => match self.session.type_of(rest, &mut Files) {
                Ok((ty, stability)) => self.output.line(&format!("{ty}  {GREY}{stability}{PLAIN}"))?,
                Err(line) => self.print(line)?,
            },
            ":load" | ":show" | ":type" => self.problem(&format!("`{word}` needs something behind it"), ":help"),
            _ => self.problem(&format!("there is no command `{word}`"), ":help lists them"),
        }
        Ok(true)
    }

    fn problem(&mut self, message: &str, help: &str) {
        self.had_problems = true;
        self.output.error(None, message, Some(help));
    }

    /// Starts over. A program that cannot be loaded leaves everything as it was.
    fn restart(&mut self, file: Option<&Path>) -> anyhow::Result<()> {
        let mut session = Session::growing();
        if let Some(path) = file {
            // Inside the REPL a wrong path is a slip, not the end.
            let loaded = load(&mut session, path, "", self.output).unwrap_or_else(|error| {
                self.output.error(None, &format!("{error:#}"), Some(":load FILE"));
                false
            });
            if !loaded {
                self.had_problems = true;
                if !self.session.files().is_empty() {
                    return Ok(());
                }
                session = Session::growing();
                session.compile("session", "", &mut Files);
            }
        } else {
            session.compile("session", "", &mut Files);
        }
        self.session = session;
        self.pending.clear();
        let happenings = self.session.start(now_us());
        self.print_happenings(happenings, None)
    }

    fn submit(&mut self, text: &str) -> anyhow::Result<()> {
        let line = self.session.line(now_us(), text, &mut Files);
        self.print(line)
    }

    fn print(&mut self, line: Line) -> anyhow::Result<()> {
        match line {
            Line::Nothing => {}
            Line::Defined(warnings) => report::print_all(&warnings, self.session.files(), self.output),
            Line::Value(value, ty) => self.print_value(&value, &ty)?,
            Line::Done(happenings, answer, files) => {
                self.print_happenings(happenings, Some(&files))?;
                if let Some(answer) = answer {
                    self.print_value(&answer, &Type::Bool)?;
                }
            }
            Line::Failed(failure, files) => {
                self.had_problems = true;
                report::print_failure(&failure, None, &files, self.output);
            }
            Line::Rejected(diagnostics, files) => {
                self.had_problems = true;
                report::print_all(&diagnostics, &files, self.output);
            }
        }
        Ok(())
    }

    fn print_value(&mut self, value: &Value, ty: &Type) -> anyhow::Result<()> {
        if self.output.is_json() {
            #[derive(serde::Serialize)]
            struct ValueLine {
                value: serde_json::Value,
            }
            self.output.json(&ValueLine { value: lasp_plan::format::to_json(value, ty) })?;
        } else {
            self.output.line(&format!("{CYAN}{}{PLAIN}", text_of(value, ty)))?;
        }
        Ok(())
    }

    fn print_happenings(
        &mut self,
        happenings: Vec<Happening>,
        files: Option<&[lasp_compiler::diagnostic::SourceFile]>,
    ) -> anyhow::Result<()> {
        for happening in happenings {
            match happening {
                // Nobody here waits.
                Happening::Awaited => {}
                Happening::Emit { name, id, value, ty } => show::emit(self.output, &name, &id, &value, &ty)?,
                Happening::Change { name, ty, added, removed } => {
                    show::change(self.output, &name, &ty, &added, &removed)?;
                }
                Happening::Failed(failure) | Happening::Poisoned(failure) => {
                    self.had_problems = true;
                    let files = files.unwrap_or_else(|| self.session.files());
                    report::print_failure(&failure, None, files, self.output);
                }
            }
        }
        std::io::stdout().flush()?;
        Ok(())
    }
}
