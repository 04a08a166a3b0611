//! The rows: one file each, named by the letter and number of the workload it measures.
//!
//! A row makes cases for the sizes asked for. Each brings the program in Lasp, the hand-written side and, in folders beside
//! it, the competitors. Adding a row: its file, and a line in [`ROWS`].

pub mod w1_pipeline;
pub mod w2_sets;
pub mod w4_groups;
pub mod w7_ads;

use crate::measure::Case;

/// How large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Sizes {
    /// For a look: 1,000 and 100,000 rows.
    Small,
    /// For numbers to publish: 1,000 to 1,000,000 rows.
    Full,
}

impl Sizes {
    /// Numbers of rows, growing.
    #[must_use]
    pub fn growth(self) -> &'static [usize] {
        match self {
            Sizes::Small => &[1_000, 100_000],
            Sizes::Full => &[1_000, 10_000, 100_000, 1_000_000],
        }
    }

    /// The one of two that fits.
    #[must_use]
    pub fn choose<T>(self, small: T, full: T) -> T {
        match self {
            Sizes::Small => small,
            Sizes::Full => full,
        }
    }
}

/// A row of the table.
pub struct Row {
    /// As `W1`.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Its cases.
    pub cases: fn(Sizes) -> Vec<Case>,
}

/// All rows, in order.
pub const ROWS: &[Row] = &[
    Row { id: "W1", title: "filter and map over a set, counted", cases: w1_pipeline::cases },
    Row { id: "W2", title: "two sets: union, intersect, minus, join", cases: w2_sets::cases },
    Row { id: "W4", title: "count, sum, min, max per group; top 10", cases: w4_groups::cases },
    Row { id: "W7", title: "advertisement counter", cases: w7_ads::cases },
];
