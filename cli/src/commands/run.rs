//! `lasp run`: feeds in, emits and shown values out.
//!
//! ```text
//! compile ─ what to show ─ open all feeds ─ start … (`feeding`) ─ show (`runner`)
//! ```
//!
//! Nothing is applied before every feed is open and its header checked; nothing is shown if a row could not be read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lasp_plan::decode::duration;

use super::feeding::{Feeding, play};
use super::later::refuse;
use super::loading::load;
use super::runner::Runner;
use crate::names::nearest;
use crate::output::Output;
use crate::session::Session;
use crate::sources::Files;
use crate::{Exit, Usage, report};

/// The arguments of `lasp run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp run main.lasp
  lasp run main.lasp --feed impression=today.csv     other data than the program names
  tail -f log.jsonl | lasp run main.lasp --feed click=- --watch
  lasp run main.lasp --show active --format json | jq .value
  lasp run main.lasp --await 'votes >= 3'            end when it is true; it must be one that stays true
  lasp run main.lasp --skip-bad                      go on behind rows that cannot be read, and list them
  lasp run main.lasp --profile                       say which operators took the time; `lasp graph --profile` draws it")]
pub struct Args {
    /// The program
    file: PathBuf,
    #[command(flatten)]
    feeding: Feeding,
    /// Show this variable or view instead of what the program shows; may be repeated
    #[arg(long = "show", value_name = "NAME")]
    shows: Vec<String>,
    /// Print each change of what is shown
    #[arg(long)]
    watch: bool,
    #[arg(long, hide = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// End as soon as EXPR, which must be one that stays true, is true; exit code 1 if it never is
    #[arg(long = "await", value_name = "EXPR")]
    until: Option<String>,
    /// Wait for it no longer than this (`30s`, `1h30m`)
    #[arg(long, value_name = "DUR", requires = "until")]
    timeout: Option<String>,
    /// Say at the end where rows, room and time went, by operator and variable
    #[arg(long)]
    profile: bool,
}

impl Args {
    /// Runs the program.
    ///
    /// # Errors
    /// When the program or a feed cannot be opened, or stdout cannot be written.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        refuse(&[("--data", self.data.is_some())])?;
        let mut session = Session::new();
        if !load(&mut session, &self.file, "", output)? {
            return Ok(Exit::Problems);
        }
        let names = self.shown(&mut session, output)?;
        let patience = self.timeout.as_deref().map(patience).transpose()?;
        if let Some(condition) = &self.until
            && let Err((found, files)) = session.wait_for(condition, &mut Files)
        {
            report::print_all(&found, &files, output);
            return Ok(Exit::Usage);
        }
        let Some(plan) = session.plan().cloned() else { return Ok(Exit::Problems) };
        let Some(feeds) = self.feeding.open(&plan, output)? else { return Ok(Exit::Problems) };
        let mut runner = Runner::new(session, names, self.feeding.skip_bad, output);
        if let Some(condition) = &self.until {
            runner.wait_for(condition);
        }
        if self.profile {
            runner.profile();
        }
        Ok(play(runner, feeds, self.watch, patience)?.exit)
    }

    // What is shown, in the order declared. A name the program does not show is shown by a longer program.
    fn shown(&self, session: &mut Session, output: &mut Output) -> anyhow::Result<Vec<String>> {
        let declared = |session: &Session| -> Vec<String> {
            session.plan().map(|plan| plan.shows.iter().map(|show| show.name.clone()).collect()).unwrap_or_default()
        };
        let mut names = declared(session);
        if self.shows.is_empty() {
            return Ok(names);
        }
        let mut more = Vec::new();
        for name in &self.shows {
            check_name(name, session)?;
            if !names.contains(name) && !more.contains(name) {
                more.push(name.clone());
            }
        }
        if !more.is_empty() {
            // Warnings were reported before; nothing new can be wrong with names that exist.
            load(session, Path::new(&self.file), &format!("\nshow {}\n", more.join(", ")), &mut output.silent())?;
            names = declared(session);
        }
        names.retain(|name| self.shows.contains(name));
        Ok(names)
    }
}

/// How long to wait.
fn patience(text: &str) -> Result<Duration, Usage> {
    let micros = duration(text).and_then(|micros| u64::try_from(micros).ok());
    micros.map(Duration::from_micros).ok_or_else(|| {
        Usage::new(format!("`{text}` is no duration")).help("write it as in a program: `30s`, `5m`, `1h30m`")
    })
}

fn check_name(name: &str, session: &Session) -> Result<(), Usage> {
    let table = &session.compiled().table;
    if table.iter().any(|row| row.name == name) {
        return Ok(());
    }
    let usage = Usage::new(format!("the program has no variable or view `{name}`"));
    Err(match nearest(name, table.iter().map(|row| row.name.as_str())) {
        Some(near) => usage.help(format!("did you mean `{near}`?")),
        None => usage.help("`lasp check --table` lists them"),
    })
}
