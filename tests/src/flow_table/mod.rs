//! The operator table against an executable model of each lattice.
//!
//! The table says that an `orset` filtered may be merged, and that its count may not. Here each cell is a function on a
//! small model of the lattice, the model is held against the specification by visibility (`lasp-spec`), and the claim
//! is tried on random states: two replicas of one history that have diverged and may overlap.
//!
//! Neighbours: `state` is the model, `world` makes histories, `ops` and `laws` are the cells, `verdict` tries them,
//! `page` prints `docs/operators.md`, `views` composes cells into whole views.

pub mod laws;
mod ops;
pub mod page;
pub mod state;
pub mod verdict;
pub mod views;
pub mod world;

/// How many cases a run has: `LASP_CASES`, or the default.
#[must_use]
pub fn cases(default: u64) -> u64 {
    std::env::var("LASP_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
