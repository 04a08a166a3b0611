//! `lasp check`: all problems of some programs at once, then a summary line.
//!
//! The problems are the result, so they go to stdout, as reports or as JSON lines. With `--watch` the files are looked
//! at a few times a second, and checked again when one of them, or one that they use, has changed.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use lasp_compiler::{Compiled, NameRow, compile};
use serde::Serialize;

use super::loading::count;
use crate::fixing::{self, Made};
use crate::interrupt::Interrupt;
use crate::locate::Position;
use crate::names::counted;
use crate::output::{BOLD, GREY, Output, PLAIN, RED, YELLOW};
use crate::sources::{Files, read_program};
use crate::{Exit, Usage, json, report};

/// How often watched files are looked at. Looking costs microseconds, and nobody types faster.
const WATCH_INTERVAL_MS: u64 = 200;

/// The arguments of `lasp check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp check main.lasp
  lasp check *.lasp --deny warnings     for CI: warnings fail too
  lasp check main.lasp --table          type, stability, flow and place of every variable and view
  lasp check main.lasp --fix            misspelt names and the like are corrected in the file
  lasp check main.lasp --watch          again whenever a file changes
  lasp check main.lasp --format json    a diagnostic per line")]
pub struct Args {
    /// Programs; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// End with exit code 1 on warnings too
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Also print type, stability, flow, place and coordination of each variable and view
    #[arg(long)]
    table: bool,
    /// Check again when a file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// First make the corrections that leave no choice, in the files
    #[arg(long, conflicts_with = "watch")]
    fix: bool,
}

/// What `--deny` denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Warnings fail the check.
    Warnings,
}

/// `{"fixed":"write `views`","code":"E0101","file":"main.lasp","start":{…}}`.
#[derive(Debug, Serialize)]
struct FixedLine<'a> {
    fixed: &'a str,
    code: &'a str,
    file: &'a str,
    start: Position,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Summary {
    files: u64,
    errors: u64,
    warnings: u64,
}

impl Args {
    /// Checks the files.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        if self.fix {
            self.fix(output)?;
        }
        if self.watch {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            return runtime.block_on(self.watch(output));
        }
        self.check(output).map(|(exit, _)| exit)
    }

    // One round over all files. The second part is every file that was read.
    fn check(&self, output: &mut Output) -> anyhow::Result<(Exit, Vec<PathBuf>)> {
        let mut summary = Summary::default();
        let mut read = Vec::new();
        for path in &self.files {
            let compiled = match read_program(path)? {
                Ok(text) => compile(&path.display().to_string(), &text, &mut Files),
                Err(compiled) => *compiled,
            };
            read.push(path.clone());
            read.extend(compiled.files.iter().map(|file| PathBuf::from(&file.name)));
            let (errors, warnings) = count(&compiled);
            summary.files += 1;
            summary.errors += errors;
            summary.warnings += warnings;
            print(&compiled, output)?;
            if self.table {
                print_table(&compiled.table, output)?;
            }
        }
        print_summary(summary, output)?;
        let denied = self.deny == Some(Deny::Warnings) && summary.warnings > 0;
        Ok((if summary.errors > 0 || denied { Exit::Problems } else { Exit::Fine }, read))
    }

    // Corrects the files and says what was done.
    fn fix(&self, output: &mut Output) -> anyhow::Result<()> {
        if self.files.iter().any(|path| path == Path::new("-")) {
            return Err(Usage::new("`--fix` changes files, and `-` is none").into());
        }
        let mut made = 0;
        for path in &self.files {
            let Ok(text) = read_program(path)? else { continue };
            let mended = fixing::mend(&path.display().to_string(), &text, &mut Files);
            mended.changed.iter().try_for_each(fixing::write)?;
            made += mended.made.len();
            for Made { code, title, file, start } in mended.made {
                let code = code.as_str();
                if output.is_json() {
                    output.json(&FixedLine { fixed: &title, code, file: &file, start })?;
                } else {
                    output.line(&format!(
                        "fixed {file}:{}:{}: {title} {GREY}({code}){PLAIN}",
                        start.line, start.column
                    ))?;
                }
            }
        }
        if made == 0 && !output.is_json() {
            output.line("nothing to fix without asking")?;
        }
        Ok(())
    }

    async fn watch(self, output: &mut Output) -> anyhow::Result<Exit> {
        let interrupt = Interrupt::listen();
        let mut watched = self.files.clone();
        loop {
            // Taken before the files are read, so that one saved meanwhile is checked again.
            let mut seen = stamps(&watched);
            let read = match self.check(output) {
                Ok((_, read)) => read,
                // A file that is gone for a moment while an editor saves it is no reason to stop watching.
                Err(error) => {
                    output.error(None, &format!("{error:#}"), None);
                    watched.clone()
                }
            };
            output.flush()?;
            if read != watched {
                watched = read;
                seen = stamps(&watched);
            }
            while stamps(&watched) == seen {
                tokio::select! {
                    () = interrupt.wait() => return Ok(Exit::Interrupted),
                    () = tokio::time::sleep(Duration::from_millis(WATCH_INTERVAL_MS)) => {}
                }
            }
        }
    }
}

// What tells one state of the files from another.
fn stamps(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let stamp = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(|path| stamp(path)).collect()
}

fn print(compiled: &Compiled, output: &mut Output) -> std::io::Result<()> {
    for diagnostic in &compiled.diagnostics {
        if output.is_json() {
            output.json(&json::diagnostic(diagnostic, &compiled.files))?;
        } else {
            output.line(&report::render(diagnostic, &compiled.files))?;
        }
    }
    Ok(())
}

fn print_table(rows: &[NameRow], output: &mut Output) -> std::io::Result<()> {
    if output.is_json() {
        return rows.iter().try_for_each(|row| output.json(row));
    }
    let width = |cell: fn(&NameRow) -> &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let widths = [width(|row| row.kind), width(|row| &row.name), width(|row| &row.stability), width(|row| &row.flow)];
    let [kind, name, stability, flow] = widths;
    let (at, coordination) = (width(|row| &row.at), width(|row| row.coordination));
    for row in rows {
        let NameRow { name: n, kind: k, ty, stability: s, flow: f, at: a, coordination: c } = row;
        output.line(&format!(
            "{GREY}{k:kind$}{PLAIN}  {BOLD}{n:name$}{PLAIN}  {s:stability$}  {f:flow$}  {a:at$}  {c:coordination$}  {ty}"
        ))?;
    }
    Ok(())
}

fn print_summary(summary: Summary, output: &mut Output) -> std::io::Result<()> {
    if output.is_json() {
        output.note_json(&summary);
        return Ok(());
    }
    let Summary { files, errors, warnings } = summary;
    let of = format!("in {}", counted(files, "file"));
    if errors + warnings == 0 {
        return output.line(&format!("no problems {of}"));
    }
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(format!("{RED}{}{PLAIN}", counted(errors, "error")));
    }
    if warnings > 0 {
        parts.push(format!("{YELLOW}{}{PLAIN}", counted(warnings, "warning")));
    }
    output.line(&format!("{} {of}", parts.join(" and ")))
}
