//! The checker against the explorer: what is accepted is never seen to go back, and little else is refused.
//!
//! ```text
//! seed ─ generate ─► program with one `when`, near the border
//!                      │ checker: accepted?      │ explorer: a schedule after which it goes back?
//!                      └──────────── accepted and one is found: unsound ────────────┘
//! ```
//!
//! Code map: `reads`, `border`, `numbers`, `gatherings`, `folds` make conditions, `places` where they stand, on top of
//! the oracle's generator; `case` programs; `verdict` asks; `tally` counts, and finds the shapes of what is refused in
//! vain.

mod border;
mod case;
mod folds;
mod gatherings;
mod numbers;
mod places;
mod reads;
mod tally;
mod verdict;

pub use tally::Tally;

/// Runs the cases of `seeds`.
#[must_use]
pub fn check(seeds: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        tally.count(&case::generate(seed));
    }
    tally
}

/// Whether a checker that takes what is written as `from` for `to` (`orset<` for `gset<`) is caught by one of so many
/// cases; by which of those that have it and that this checker accepts, and how many were made.
#[must_use]
pub fn caught_after(from: &str, to: &str, cases: u64) -> (bool, usize, u64) {
    let mut asked = 0;
    for seed in 0..cases {
        let caught = verdict::is_caught(&case::drawn(seed, 0), from, to);
        asked += usize::from(caught.is_some());
        if caught == Some(true) {
            return (true, asked, seed + 1);
        }
    }
    (false, asked, cases)
}

/// One case in full: the program, and what came of it.
#[must_use]
pub fn show(seed: u64) -> String {
    let case = case::generate(seed);
    format!("{}\n{:#?}", case.program(), verdict::of(&case))
}
