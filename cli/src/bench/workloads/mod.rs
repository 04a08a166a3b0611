//! The workloads: for each its program, its sizes, and what makes its script. The one list of them.

mod ads;
mod counters;
mod groups;
mod reach;
mod sets;

use super::Sizes;
use super::script::Script;

/// A program and what is done to it.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// The program.
    pub text: &'static str,
    /// What its sizes count.
    pub scale: Scale,
    /// What is done at a size, and what has to come of it.
    pub script: fn(usize) -> Script,
}

/// What a size counts, and so which sizes are worth while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Rows of a set: how the time of a change grows with what is there.
    Rows,
    /// Events of a program whose state stays small.
    Events,
    /// Edges of a graph whose closure is far larger.
    Edges,
}

impl Scale {
    /// The sizes asked for.
    #[must_use]
    pub fn of(self, sizes: &Sizes) -> Vec<usize> {
        match (sizes, self) {
            (Sizes::Small, Scale::Rows) => vec![1_000, 30_000],
            (Sizes::Small, Scale::Events) => vec![50_000],
            (Sizes::Small, Scale::Edges) => vec![500, 2_000],
            (Sizes::Full, Scale::Rows) => vec![1_000, 10_000, 100_000, 1_000_000],
            (Sizes::Full, Scale::Events) => vec![1_000_000],
            (Sizes::Full, Scale::Edges) => vec![2_000, 10_000],
            (Sizes::These(sizes), _) => sizes.clone(),
        }
    }
}

macro_rules! program {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/bench/", $name, ".lasp"))
    };
}

macro_rules! workloads {
    ($($name:literal $program:literal $about:literal $scale:ident $script:expr,)+) => {
        /// All of them, in the order of the table.
        pub const WORKLOADS: &[Workload] = &[$(Workload {
            name: $name,
            about: $about,
            text: program!($program),
            scale: Scale::$scale,
            script: $script,
        },)+];
    };
}

workloads! {
    "pipeline" "pipeline" "filter and map over a set of numbers" Rows sets::pipeline,
    "texts" "texts" "filter and map over a set of texts" Rows sets::texts,
    "images" "images" "a map that gives many numbers one image" Rows sets::images,
    "union" "union" "what is in one of two sets, or in both" Rows sets::union,
    "intersect" "intersect" "what is in both of two sets" Rows sets::intersect,
    "minus" "minus" "what is in one set and not in another" Rows sets::minus,
    "join" "join" "two sets of rows on a key, one match each" Rows sets::join,
    "join8" "join" "two sets of rows on a key, eight matches each" Rows sets::join8,
    "count" "count" "rows of each group" Rows groups::count,
    "sum" "sum" "sum of each group" Rows groups::sum,
    "min" "min" "least of each group" Rows groups::min,
    "max" "max" "greatest of each group" Rows groups::max,
    "top" "top" "the ten greatest of all rows" Rows groups::top,
    "hits" "hits" "a grow-only counter for each key" Rows counters::hits,
    "gcounter" "gcounter" "one counter that grows" Events counters::gcounter,
    "pncounter" "pncounter" "one counter that goes up and down" Events counters::pncounter,
    "ads" "ads" "the advertisement counter, 100 ads" Events ads::script,
    "reach" "reach" "transitive closure of a random graph" Edges reach::script,
}
