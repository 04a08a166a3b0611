//! `lasp run`: feeds in, emits and shown values out.
//!
//! ```text
//! compile ─ open all feeds ─ start ─ untimed feeds, one after the other ─ settle ─ timed rows by time ─ settle ─ show
//! ```
//!
//! Nothing is applied before every feed is open and its header checked; nothing is shown if a row could not be read.
//! This is the edge: files are read by tasks, Ctrl-C is listened to; what happens to each row is `runner`'s.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lasp_plan::decode::duration;

use super::later::refuse;
use super::loading::load;
use super::runner::{Runner, Stop};
use crate::feed::choose::choose;
use crate::feed::merge::{Timed, by_time};
use crate::feed::open::{OpenFeed, open};
use crate::feed::task::{PIECE_ROWS, Reading};
use crate::feed::{FeedError, Item};
use crate::interrupt::Interrupt;
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
  lasp run main.lasp --profile                       say which operators took the time; `lasp graph` draws them")]
pub struct Args {
    /// The program
    file: PathBuf,
    /// Read the events EVENT from PATH (`-`: stdin) instead of the program's file; CSV with a header, or JSON lines
    #[arg(long = "feed", value_name = "EVENT=PATH")]
    feeds: Vec<String>,
    /// Show this variable or view instead of what the program shows; may be repeated
    #[arg(long = "show", value_name = "NAME")]
    shows: Vec<String>,
    /// Print each change of what is shown
    #[arg(long)]
    watch: bool,
    /// Go on behind rows that cannot be read; they are counted and listed
    #[arg(long)]
    skip_bad: bool,
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
        let chosen = choose(&plan, &self.feeds)?;
        for label in &chosen.repeated {
            output.warning(&format!("`{label}` is given twice for one event; it is applied once"));
        }
        let opened: Result<Vec<OpenFeed>, FeedError> = chosen.specs.iter().map(|spec| open(spec, &plan)).collect();
        let feeds = match opened {
            Ok(feeds) => feeds,
            Err(error) => {
                output.error(Some("R0704"), &error.message, error.help.as_deref());
                return Ok(Exit::Problems);
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut runner = Runner::new(session, names, self.skip_bad, output);
        if let Some(condition) = &self.until {
            runner.wait_for(condition);
        }
        if self.profile {
            runner.profile();
        }
        let result = runtime.block_on(drive(runner, feeds, self.watch, patience));
        // A reader that waits for stdin would otherwise hold up the end of the program.
        runtime.shutdown_background();
        result
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

async fn drive(
    mut runner: Runner<'_>,
    feeds: Vec<OpenFeed>,
    watch: bool,
    patience: Option<Duration>,
) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::listen();
    runner.expect(feeds.iter().filter_map(|feed| feed.size_bytes).sum());
    let stop = match runner.start(watch) {
        Ok(()) => {
            let work = apply(&mut runner, feeds, &interrupt);
            // The work gives way at every piece of a feed.
            match patience {
                Some(patience) => tokio::time::timeout(patience, work).await.unwrap_or(Err(Stop::TimedOut)),
                None => work.await,
            }
        }
        Err(stop) => Err(stop),
    };
    Ok(runner.finish(stop.err())?)
}

async fn apply(runner: &mut Runner<'_>, feeds: Vec<OpenFeed>, interrupt: &Interrupt) -> Result<(), Stop> {
    let (timed, untimed): (Vec<_>, Vec<_>) = feeds.into_iter().partition(|feed| feed.timed);
    // All are read at once; the channels hold back those whose turn has not come.
    let untimed: Vec<Reading> = untimed.into_iter().map(Reading::start).collect();
    let timed: Vec<Reading> = timed.into_iter().map(Reading::start).collect();
    for mut feed in untimed {
        while let Some(items) = next(&mut feed, runner, interrupt).await? {
            if interrupt.pressed() {
                return Err(Stop::Interrupted);
            }
            let mut rows = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Item::Row(row) => rows.push(row),
                    other => {
                        // What stands before it counts.
                        runner.rows(feed.event, &feed.label, std::mem::take(&mut rows))?;
                        runner.no_row(other)?;
                    }
                }
            }
            runner.rows(feed.event, &feed.label, rows)?;
            runner.let_out()?;
        }
    }
    runner.settle()?;
    let mut rows = Vec::new();
    let mut origins = Vec::new();
    for (position, mut feed) in timed.into_iter().enumerate() {
        while let Some(items) = next(&mut feed, runner, interrupt).await? {
            for item in items {
                match item {
                    Item::Row(row) => rows.push(Timed { feed: position, row }),
                    other => runner.no_row(other)?,
                }
            }
        }
        origins.push((feed.event, feed.label));
    }
    by_time(&mut rows);
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.next() {
        let (event, label) = &origins[first.feed];
        let mut piece = vec![first.row];
        while piece.len() < PIECE_ROWS
            && let Some(timed) = rows.next_if(|timed| timed.feed == first.feed)
        {
            piece.push(timed.row);
        }
        // Signals are heard, and clocks looked at, only while nothing runs.
        tokio::task::yield_now().await;
        if interrupt.pressed() {
            return Err(Stop::Interrupted);
        }
        runner.rows(*event, label, piece)?;
    }
    runner.settle()
}

async fn next(feed: &mut Reading, runner: &mut Runner<'_>, interrupt: &Interrupt) -> Result<Option<Vec<Item>>, Stop> {
    // The channel may always have something; the signal must get its turn nevertheless.
    tokio::task::yield_now().await;
    tokio::select! {
        biased;
        () = interrupt.wait() => Err(Stop::Interrupted),
        piece = feed.next() => Ok(piece.map(|piece| {
            runner.progress(&feed.label, piece.bytes);
            piece.items
        })),
    }
}
