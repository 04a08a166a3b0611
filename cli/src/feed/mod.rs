//! Feeds: files and stdin as rows of events.
//!
//! ```text
//! plan + --feed ─ choose ─► specs ─ open ─► header checked ─ rows (csv, jsonl) ─ task, bounded channel ─► the run
//! ```
//!
//! All feeds are opened, and their headers checked, before the first row is applied. Rows are read and decoded by tasks
//! of their own, so that reading and running overlap. Feeds without a time column are applied as they come, one after
//! the other; timed ones are read whole and merged by time (`merge`), because a row may go back in time.
//!
//! Invariants: every input gives rows, bad rows with their place, or one error; nothing is dropped in silence. A line
//! number is that of the row's first line in the file, counted from 1, header and quoted line breaks included.

pub mod choose;
pub mod columns;
pub mod csv;
pub mod jsonl;
pub mod lines;
pub mod merge;
pub mod open;
pub mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use lasp_plan::Value;

/// One row, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where it starts in its file.
    pub line: u64,
    /// The content of the time column, if the feed has one.
    pub at_us: Option<i64>,
    /// The content of the columns `src` and `seq`, if the feed has any: a pair is applied once.
    pub pair: Option<(Arc<str>, i64)>,
    /// The event's fields in the order declared.
    pub fields: Vec<Value>,
}

/// A row that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The feed's name as shown to people.
    pub file: Arc<str>,
    /// Where the row starts.
    pub line: u64,
    /// Where in the row, counted from 1: the field (CSV) or the character (JSON), if it is known.
    pub column: Option<u64>,
    /// The name of the field it is about, if it is about one.
    pub field: Option<String>,
    /// What would have been right.
    pub expected: String,
    /// What was there.
    pub found: String,
    /// The beginning of the row, as it stands in the file.
    pub excerpt: String,
    /// What `column` counts.
    pub counts: Counts,
}

/// What a column number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Fields of a CSV record.
    Fields,
    /// Characters of a line of JSON.
    Characters,
}

impl BadRow {
    /// `contracts.csv:3, field 3 (`limit`)`.
    #[must_use]
    pub fn place(&self) -> String {
        let mut place = format!("{}:{}", self.file, self.line);
        match (self.column, self.counts) {
            (Some(column), Counts::Fields) => place.push_str(&format!(", field {column}")),
            (Some(column), Counts::Characters) => place.push_str(&format!(", character {column}")),
            (None, _) => {}
        }
        match (&self.field, self.column) {
            (Some(field), Some(_)) => place.push_str(&format!(" (`{field}`)")),
            (Some(field), None) => place.push_str(&format!(", field `{field}`")),
            (None, _) => {}
        }
        place
    }
}

/// What a feed gives next.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A row.
    Row(Row),
    /// A row that cannot be read; the feed goes on behind it.
    Bad(Box<BadRow>),
    /// The feed cannot be read any further: an error of the device.
    Broken(String),
}

/// A source of rows.
pub trait Rows: Send {
    /// The next row, bad row, or end.
    fn next_item(&mut self) -> Option<Item>;
    /// How much of the input has been used up, in bytes: for progress.
    fn bytes(&self) -> u64;
}

/// A feed that cannot be opened, or whose header does not fit: found before anything is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedError {
    /// In a sentence without a full stop.
    pub message: String,
    /// A next step.
    pub help: Option<String>,
}

impl std::fmt::Display for FeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FeedError {}

/// How much of a row an excerpt shows, in characters.
const EXCERPT_CHARS_MAX: usize = 100;

fn excerpt(row: &str) -> String {
    let mut shown: String = row.chars().take(EXCERPT_CHARS_MAX).map(printable).collect();
    if row.chars().nth(EXCERPT_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn printable(c: char) -> char {
    match c {
        '\n' => '↵',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}
