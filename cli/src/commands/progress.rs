//! The progress bar of a run: on a terminal only, and only when the run takes long enough for it to be read.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::names::counted;
use crate::output::Output;

/// How long a run may take before the bar appears.
const APPEARS_AFTER_MS: u64 = 100;

/// How far the feeds have been read.
pub struct Progress {
    started: Instant,
    bar: ProgressBar,
    total_bytes: u64,
    /// The size of the feeds that were read to their end.
    done_bytes: u64,
    /// The feed in hand, and how far it has been read.
    feed: (String, u64),
}

impl Progress {
    /// Nothing has been read.
    #[must_use]
    pub fn new() -> Progress {
        Progress {
            started: Instant::now(),
            bar: ProgressBar::hidden(),
            total_bytes: 0,
            done_bytes: 0,
            feed: (String::new(), 0),
        }
    }

    /// How many bytes there are to read. Of none, nothing is shown.
    pub fn expect(&mut self, total_bytes: u64) {
        self.total_bytes = total_bytes;
    }

    /// The feed `label` has been read up to `bytes`, and so many rows were applied in all.
    pub fn reached(&mut self, label: &str, bytes: u64, rows: u64, output: &mut Output) {
        if self.feed.0 != label {
            self.done_bytes += self.feed.1;
            self.feed.0 = label.to_string();
        }
        self.feed.1 = bytes;
        if self.bar.is_hidden() && !self.appear(output) {
            return;
        }
        self.bar.set_message(counted(rows, "row"));
        self.bar.set_position((self.done_bytes + self.feed.1).min(self.total_bytes));
    }

    fn appear(&mut self, output: &mut Output) -> bool {
        let is_early = self.started.elapsed() < Duration::from_millis(APPEARS_AFTER_MS);
        if is_early || self.total_bytes == 0 || output.is_json() || !output.stderr_is_terminal() {
            return false;
        }
        self.bar = ProgressBar::with_draw_target(Some(self.total_bytes), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}") {
            self.bar.set_style(style);
        }
        output.set_progress(self.bar.clone());
        true
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}
