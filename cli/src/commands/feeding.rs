//! Feeds into a run: which, how they are opened, in which order their rows are applied.
//!
//! ```text
//! open all feeds ─ start ─ untimed feeds, one after the other ─ settle ─ timed rows by time ─ settle ─ end
//! ```
//!
//! Nothing is applied before every feed is open and its header checked. This is the edge: files are read by tasks,
//! Ctrl-C is listened to; what happens to each row is `runner`'s. Shared by `lasp run` and `lasp graph --profile`.

use std::time::Duration;

use lasp_plan::Plan;

use super::runner::{Ended, Runner, Stop};
use crate::feed::choose::choose;
use crate::feed::merge::{Timed, by_time};
use crate::feed::open::{OpenFeed, open};
use crate::feed::task::{PIECE_ROWS, Reading};
use crate::feed::{FeedError, Item};
use crate::interrupt::Interrupt;
use crate::output::Output;

/// Where events come from: options of every subcommand that runs a program on its feeds.
#[derive(Debug, clap::Args)]
pub struct Feeding {
    /// Read the events EVENT from PATH (`-`: stdin) instead of the program's file; CSV with a header, or JSON lines
    #[arg(long = "feed", value_name = "EVENT=PATH")]
    pub feeds: Vec<String>,
    /// Go on behind rows that cannot be read; they are counted and listed
    #[arg(long)]
    pub skip_bad: bool,
}

impl Feeding {
    /// Opens the feeds chosen, or else those that the program names. `None` when one cannot be opened, which is
    /// reported.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn open(&self, plan: &Plan, output: &mut Output) -> anyhow::Result<Option<Vec<OpenFeed>>> {
        let chosen = choose(plan, &self.feeds)?;
        for label in &chosen.repeated {
            output.warning(&format!("`{label}` is given twice for one event; it is applied once"));
        }
        let opened: Result<Vec<OpenFeed>, FeedError> = chosen.specs.iter().map(|spec| open(spec, plan)).collect();
        match opened {
            Ok(feeds) => Ok(Some(feeds)),
            Err(error) => {
                output.error(Some("R0704"), &error.message, error.help.as_deref());
                Ok(None)
            }
        }
    }
}

/// Runs a program from its start to the end of its feeds: until Ctrl-C, until what it waits for, and no longer than
/// `patience`. With `watch`, each change of what is shown is printed.
///
/// # Errors
/// When stdout cannot be written.
pub fn play(
    runner: Runner<'_>,
    feeds: Vec<OpenFeed>,
    watch: bool,
    patience: Option<Duration>,
) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(drive(runner, feeds, watch, patience));
    // A reader that waits for stdin would otherwise hold up the end of the program.
    runtime.shutdown_background();
    result
}

async fn drive(
    mut runner: Runner<'_>,
    feeds: Vec<OpenFeed>,
    watch: bool,
    patience: Option<Duration>,
) -> anyhow::Result<Ended> {
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
