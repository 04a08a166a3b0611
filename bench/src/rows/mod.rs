//! The rows: one file each, named by the letter and number of the workload it measures.
//!
//! A row makes cases for the sizes asked for. Each brings the program in Lasp, the hand-written side and, in folders
//! beside it, the competitors. Adding a row: its file, and a line in [`ROWS`].

pub mod w10_growth;
pub mod w11_checking;
pub mod w1_pipeline;
pub mod w2_sets;
pub mod w3_product;
pub mod w4_groups;
pub mod w5_orset;
pub mod w6_counters;
pub mod w7_ads;
pub mod w8_functions;
pub mod w9_recursion;

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
    Row { id: "W3", title: "product, told or kept; per pair", cases: w3_product::cases },
    Row { id: "W4", title: "count, sum, min, max per group; top 10", cases: w4_groups::cases },
    Row { id: "W5", title: "OR-set at three replicas", cases: w5_orset::cases },
    Row { id: "W6", title: "counters: increment, merge", cases: w6_counters::cases },
    Row { id: "W7", title: "advertisement counter", cases: w7_ads::cases },
    Row { id: "W8", title: "functions of an element", cases: w8_functions::cases },
    Row { id: "W9", title: "recursion: transitive closure", cases: w9_recursion::cases },
    Row { id: "W10", title: "one change as the state grows, for every operator", cases: w10_growth::cases },
    Row { id: "W11", title: "checking and starting", cases: w11_checking::cases },
];
