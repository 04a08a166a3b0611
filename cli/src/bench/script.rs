//! What is done to a program, and what it has to show after each step.
//!
//! ```text
//! insert b  ─ expected ─ remove b ─ expected ─ insert s ─ expected ─ remove s ─ expected
//! ```
//!
//! Invariant: what is expected is worked out here and in `workloads`, from the rows that are there, by loops over plain
//! Rust values; nothing of the engine takes part.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use lasp_plan::Value;

/// How many changes make a batch.
pub const BATCH: usize = 1_000;

/// How many changes are timed one at a time.
pub const SINGLES: usize = 10_000;

/// Whether something comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It comes.
    Insert,
    /// It goes.
    Remove,
}

/// How changes come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In batches of [`BATCH`].
    Batches,
    /// One at a time; somebody listens, and hears of each before the next.
    Singles,
    /// In batches, and not timed: what has to be there first.
    Before,
}

/// Changes of one kind.
#[derive(Clone, Debug)]
pub struct Step {
    /// What they do.
    pub kind: Kind,
    /// How they come in.
    pub mode: Mode,
    /// Of each change, which of the script's events it is.
    pub events: Vec<usize>,
    /// The fields of all of them side by side, as many of each.
    pub fields: Vec<Value>,
    /// What is shown afterwards.
    pub shown: Value,
    /// What has been emitted meanwhile, in order of the values.
    pub emitted: Vec<Value>,
}

/// A run of a program.
#[derive(Clone, Debug)]
pub struct Script {
    /// Names of its events.
    pub events: Vec<&'static str>,
    /// One after the other. Once changes come one at a time, somebody keeps listening: so singles come last.
    pub steps: Vec<Step>,
}

/// What can come and go.
#[derive(Clone, Debug)]
pub struct Row {
    /// The event by which it comes, and the one by which it goes.
    pub events: [usize; 2],
    /// The fields of both.
    pub fields: Vec<Value>,
}

/// Writes a script of rows that come and go.
pub struct Writer<'r> {
    rows: &'r [Row],
    /// What is shown when these rows are there.
    shown: &'r dyn Fn(&[bool]) -> Value,
    present: Vec<bool>,
    script: Script,
}

impl<'r> Writer<'r> {
    /// Nothing is there yet.
    #[must_use]
    pub fn new(events: &[&'static str], rows: &'r [Row], shown: &'r dyn Fn(&[bool]) -> Value) -> Writer<'r> {
        let script = Script { events: events.to_vec(), steps: Vec::new() };
        Writer { rows, shown, present: vec![false; rows.len()], script }
    }

    /// Rows of a range come or go.
    #[must_use]
    pub fn step(mut self, kind: Kind, mode: Mode, range: Range<usize>) -> Writer<'r> {
        let comes = kind == Kind::Insert;
        self.present[range.clone()].fill(comes);
        let rows = &self.rows[range];
        self.script.steps.push(Step {
            kind,
            mode,
            events: rows.iter().map(|row| row.events[usize::from(!comes)]).collect(),
            fields: rows.iter().flat_map(|row| row.fields.iter().cloned()).collect(),
            shown: (self.shown)(&self.present),
            emitted: Vec::new(),
        });
        self
    }

    /// The script.
    #[must_use]
    pub fn done(self) -> Script {
        self.script
    }

    /// All rows come, the first half goes, both in batches; then, one at a time, rows of the first half come again and
    /// rows of the second go.
    #[must_use]
    pub fn come_and_go(self) -> Script {
        let (all, half) = (self.rows.len(), self.rows.len() / 2);
        let singles = SINGLES.min(half);
        self.step(Kind::Insert, Mode::Batches, 0..all)
            .step(Kind::Remove, Mode::Batches, 0..half)
            .step(Kind::Insert, Mode::Singles, 0..singles)
            .step(Kind::Remove, Mode::Singles, half..half + singles)
            .done()
    }

    /// All but the last rows come in batches; these one at a time.
    #[must_use]
    pub fn come(self, singles: usize) -> Script {
        let all = self.rows.len();
        let together = all - singles.min(all);
        self.step(Kind::Insert, Mode::Batches, 0..together).step(Kind::Insert, Mode::Singles, together..all).done()
    }
}

/// The positions of the rows that are there.
pub fn present(rows: &[bool]) -> impl Iterator<Item = usize> {
    rows.iter().enumerate().filter(|(_, is_present)| **is_present).map(|(at, _)| at)
}

/// A set.
pub fn set(values: impl IntoIterator<Item = Value>) -> Value {
    let sorted: BTreeSet<Value> = values.into_iter().collect();
    Value::Set(sorted.into_iter().collect())
}

/// A set option.
#[must_use]
pub fn some(value: Value) -> Value {
    Value::Some(Arc::new(value))
}
