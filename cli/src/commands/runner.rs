//! What a run does with each row, and what it says at the end. No files, no signals: those are `run`'s.
//!
//! Invariants: each row ends in exactly one count (applied, repeated, bad); shown values are printed only if every row
//! could be read, or was skipped on request.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use lasp_vm::{EventRow, Failure};

use super::progress::Progress;
use crate::feed::{BadRow, Item, Row};
use crate::json::{BadLine, SummaryLine};
use crate::names::counted;
use crate::output::{BOLD, CYAN, GREY, Output, PLAIN, RED};
use crate::profile::{self, Profile};
use crate::session::{Happening, Session};
use crate::{Exit, report, show};

/// How many bad rows, and how many failures, are printed one by one; all are counted.
const LISTED_MAX: u64 = 20;

/// Why a run ends before its feeds do.
pub enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// What was waited for is true.
    Awaited,
    /// It was waited for long enough.
    TimedOut,
    /// A row that cannot be read.
    Bad(Box<BadRow>),
    /// A feed that cannot be read any further.
    Broken(String),
    /// Stdout cannot be written.
    Output(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Output(error)
    }
}

/// A run.
pub struct Runner<'o> {
    session: Session,
    output: &'o mut Output,
    names: Vec<String>,
    skip_bad: bool,
    started: Instant,
    rows: u64,
    repeated: u64,
    bad: u64,
    failures: u64,
    emits: Vec<(String, u64)>,
    pairs: HashSet<(Arc<str>, i64)>,
    progress: Progress,
    /// What the run waits for.
    condition: Option<String>,
    /// Whether that is true.
    awaited: bool,
    /// Whether the end says where rows, room and time went.
    profiles: bool,
    /// Whether what is emitted and shown is the result. Else the profile is, and these are not printed.
    results: bool,
}

/// How a run ended.
pub struct Ended {
    /// What the process says to its caller.
    pub exit: Exit,
    /// Where rows, room and time went, if that was the question and every row could be read.
    pub profile: Option<Profile>,
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Ended {
        Ended { exit, profile: None }
    }
}

impl<'o> Runner<'o> {
    /// A run of the session's program that shows `names` at its end.
    pub fn new(session: Session, names: Vec<String>, skip_bad: bool, output: &'o mut Output) -> Runner<'o> {
        Runner {
            session,
            output,
            names,
            skip_bad,
            started: Instant::now(),
            rows: 0,
            repeated: 0,
            bad: 0,
            failures: 0,
            emits: Vec::new(),
            pairs: HashSet::new(),
            progress: Progress::new(),
            condition: None,
            awaited: false,
            profiles: false,
            results: true,
        }
    }

    /// The run ends when this is true, which the session [says](crate::session::Session::wait_for).
    pub fn wait_for(&mut self, condition: &str) {
        self.condition = Some(condition.to_string());
    }

    /// The end says where rows, room and time went.
    pub fn profile(&mut self) {
        self.profiles = true;
    }

    /// Nothing but where rows, room and time went is asked for: neither emits nor shown values are printed.
    pub fn only_profile(&mut self) {
        self.profiles = true;
        self.results = false;
    }

    /// Starts the program.
    ///
    /// # Errors
    /// When stdout cannot be written; when what is waited for is true from the start.
    pub fn start(&mut self, watch: bool) -> Result<(), Stop> {
        let happenings = self.session.start(now_us());
        if self.profiles {
            self.session.measure(profile::clock);
        }
        self.tell(happenings, None)?;
        if watch {
            for name in &self.names {
                self.session.watch(name);
            }
        }
        Ok(())
    }

    /// How many bytes of feeds there are, for the progress bar.
    pub fn expect(&mut self, total_bytes: u64) {
        self.progress.expect(total_bytes);
    }

    /// Applies rows of one feed, as one after the other.
    ///
    /// # Errors
    /// When stdout cannot be written; when what is waited for is true.
    pub fn rows(&mut self, event: u32, label: &str, rows: Vec<Row>) -> Result<(), Stop> {
        // What is waited for may become true at any row, and then the others are not applied.
        let at_once = if self.condition.is_some() { 1 } else { rows.len() };
        let mut rest = rows.into_iter();
        while !rest.as_slice().is_empty() {
            let mut rows: Vec<Row> = rest.by_ref().take(at_once).collect();
            let taken = rows.len();
            rows.retain_mut(|row| row.pair.take().is_none_or(|pair| self.pairs.insert(pair)));
            self.repeated += (taken - rows.len()) as u64;
            self.rows += rows.len() as u64;
            let events: Vec<EventRow<'_>> =
                rows.iter().map(|row| EventRow { at_us: row.at_us, fields: &row.fields }).collect();
            for (row, happening) in self.session.events(now_us(), event, &events) {
                self.print_one(happening, Some((label, rows[row].line)))?;
            }
            if self.awaited {
                return Err(Stop::Awaited);
            }
        }
        Ok(())
    }

    /// Takes what is no row.
    ///
    /// # Errors
    /// Unless bad rows are skipped, and this is one.
    pub fn no_row(&mut self, item: Item) -> Result<(), Stop> {
        match item {
            Item::Row(_) => Ok(()),
            Item::Broken(message) => Err(Stop::Broken(message)),
            Item::Bad(bad) if self.skip_bad => {
                self.bad += 1;
                if self.bad <= LISTED_MAX {
                    self.report_bad(&bad, true);
                }
                Ok(())
            }
            Item::Bad(bad) => Err(Stop::Bad(bad)),
        }
    }

    /// Lets everything that waits happen.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn settle(&mut self) -> Result<(), Stop> {
        let happenings = self.session.settle();
        self.tell(happenings, None)
    }

    fn tell(&mut self, happenings: Vec<Happening>, origin: Option<(&str, u64)>) -> Result<(), Stop> {
        self.print(happenings, origin)?;
        if self.awaited { Err(Stop::Awaited) } else { Ok(()) }
    }

    /// Lets what was printed out: somebody may be waiting for it.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn let_out(&mut self) -> Result<(), Stop> {
        Ok(self.output.flush()?)
    }

    /// Notes how far a feed has been read.
    pub fn progress(&mut self, label: &str, bytes: u64) {
        self.progress.reached(label, bytes, self.rows, self.output);
    }

    /// Ends the run: shown values if all rows were read, a summary, the exit code.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn finish(mut self, stop: Option<Stop>) -> std::io::Result<Ended> {
        self.progress.finish();
        let late = match (&self.condition, &stop) {
            (Some(condition), None) => Some(format!("`{condition}` has not become true, and nothing more can happen")),
            (Some(condition), Some(Stop::TimedOut)) => Some(format!("`{condition}` has not become true in time")),
            _ => None,
        };
        let exit = match stop {
            None | Some(Stop::Awaited | Stop::TimedOut) => Exit::Fine,
            Some(Stop::Interrupted) => Exit::Interrupted,
            Some(Stop::Output(error)) => return Err(error),
            Some(Stop::Broken(message)) => {
                self.output.error(Some("R0704"), &message, Some(&self.applied()));
                return Ok(Exit::Problems.into());
            }
            Some(Stop::Bad(bad)) => {
                self.report_bad(&bad, false);
                return Ok(Exit::Problems.into());
            }
        };
        let happenings = self.session.settle();
        self.print(happenings, None)?;
        let poisoned = self.show()?;
        self.output.flush()?;
        let profile = self.session.node().filter(|_| self.profiles).map(Profile::of);
        if let Some(profile) = profile.as_ref().filter(|_| self.results) {
            profile.print(self.output);
        }
        self.summary(exit);
        // The last that was waited for may have come true with the last that settled.
        let late = late.filter(|_| !self.awaited);
        if let Some(late) = &late {
            self.output.error(None, late, None);
        }
        let problems = poisoned || self.failures > 0 || late.is_some();
        let exit = if exit == Exit::Fine && problems { Exit::Problems } else { exit };
        Ok(Ended { exit, profile })
    }

    // Whether a shown name has no value.
    fn show(&mut self) -> std::io::Result<bool> {
        let mut failures: Vec<Failure> = Vec::new();
        for name in &self.names {
            match self.session.show(name) {
                Some((Ok(value), ty)) if self.results => show::value(self.output, name, &value, &ty)?,
                Some((Err(failure), _)) => {
                    if self.results {
                        show::failed(self.output, name, &failure)?;
                    }
                    // Two views may fail for one reason.
                    if !failures.contains(&failure) {
                        failures.push(failure);
                    }
                }
                Some((Ok(_), _)) | None => {}
            }
        }
        for failure in &failures {
            report::print_failure(failure, None, self.session.files(), self.output);
        }
        Ok(!failures.is_empty())
    }

    fn print(&mut self, happenings: Vec<Happening>, origin: Option<(&str, u64)>) -> std::io::Result<()> {
        happenings.into_iter().try_for_each(|happening| self.print_one(happening, origin))
    }

    fn print_one(&mut self, happening: Happening, origin: Option<(&str, u64)>) -> std::io::Result<()> {
        match happening {
            Happening::Awaited => self.awaited = true,
            Happening::Emit { name, id, value, ty } => {
                if self.results {
                    show::emit(self.output, &name, &id, &value, &ty)?;
                }
                match self.emits.iter_mut().find(|(each, _)| *each == name) {
                    Some((_, count)) => *count += 1,
                    None => self.emits.push((name, 1)),
                }
            }
            Happening::Change { name, ty, added, removed } => {
                show::change(self.output, &name, &ty, &added, &removed)?;
            }
            Happening::Failed(failure) | Happening::Poisoned(failure) => {
                self.failures += 1;
                if self.failures <= LISTED_MAX {
                    let origin = origin.map(|(label, line)| format!("{label}, line {line}"));
                    report::print_failure(&failure, origin.as_deref(), self.session.files(), self.output);
                }
            }
        }
        Ok(())
    }

    fn applied(&self) -> String {
        match self.rows {
            0 => "no row was applied, and nothing is shown".to_string(),
            rows => format!("{} applied before it; nothing is shown", was(rows)),
        }
    }

    fn report_bad(&mut self, bad: &BadRow, skipped: bool) {
        if self.output.is_json() {
            return self.output.note_json(&BadLine::of(bad, skipped, self.rows));
        }
        let what = if skipped { "row skipped" } else { "a row of a feed cannot be read" };
        let mut text = format!(
            "{RED}error[R0704]{PLAIN}{BOLD}: {what}{PLAIN}\n   ╭─[ {} ]\n   │ {}\n  {CYAN}= expected:{PLAIN} {}\n  \
             {CYAN}= found:{PLAIN} {}",
            bad.place(),
            bad.excerpt,
            bad.expected,
            bad.found,
        );
        if !skipped {
            text.push_str(&format!(
                "\n  {CYAN}= help:{PLAIN} correct the row, or go on without such rows: --skip-bad\n  \
                 {CYAN}= note:{PLAIN} {}\n  {CYAN}= see:{PLAIN} lasp explain R0704",
                self.applied()
            ));
        }
        self.output.note(&text);
    }

    fn summary(&mut self, exit: Exit) {
        if self.output.is_json() {
            let emits = self.emits.iter().map(|(name, count)| (name.clone(), (*count).into())).collect();
            return self.output.note_json(&SummaryLine {
                rows: self.rows,
                repeated: self.repeated,
                skipped: self.bad,
                failures: self.failures,
                emits,
                interrupted: exit == Exit::Interrupted,
                seconds: (self.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
            });
        }
        let mut parts = vec![counted(self.rows, "row")];
        if self.repeated > 0 {
            parts.push(format!("{} seen before", counted(self.repeated, "row")));
        }
        if self.bad > 0 {
            let more = self.bad.saturating_sub(LISTED_MAX);
            let unlisted = if more > 0 { format!(" ({more} not listed)") } else { String::new() };
            parts.push(format!("{RED}{} skipped{PLAIN}{unlisted}", counted(self.bad, "bad row")));
        }
        if self.failures > 0 {
            let more = self.failures.saturating_sub(LISTED_MAX);
            let unlisted = if more > 0 { format!(" ({more} not listed)") } else { String::new() };
            parts.push(format!("{RED}{}{PLAIN}{unlisted}", counted(self.failures, "failure")));
        }
        let emits: Vec<String> = self.emits.iter().map(|(name, count)| format!("{name} {count}")).collect();
        if !emits.is_empty() {
            parts.push(format!("emitted {}", emits.join(", ")));
        }
        // A program that reads nothing and emits nothing has said everything by what it showed.
        if self.rows + self.repeated + self.bad + self.failures == 0 && emits.is_empty() && exit == Exit::Fine {
            return;
        }
        let time = format!("{:.2} s", self.started.elapsed().as_secs_f64());
        let interrupted = if exit == Exit::Interrupted { "interrupted after " } else { "" };
        self.output.note(&format!("{GREY}{interrupted}{}{GREY}; {time}{PLAIN}", parts.join("; ")));
    }
}

fn was(rows: u64) -> String {
    format!("{} {}", counted(rows, "row"), if rows == 1 { "was" } else { "were" })
}

/// Microseconds since the epoch: the one place where a run reads the clock.
#[must_use]
pub fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
