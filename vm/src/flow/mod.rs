//! The incremental dataflow engine: every view is kept up to date by the differences of the variables.
//!
//! A relation is a *Z-set*: each row has a weight, the number of times it is there. What flows between operators are
//! differences of relations, small batches of rows with signed weights:
//!
//! ```text
//!   push(ads, ("13", 300), +1)      one ad more
//!        │ [("13",300) +1]
//!        ▼
//!     source ──► fused: price > 100, (name) ──► distinct ──► sink: rows(), changes() = [("13") +1]
//!                  [("13") +1]                [("13") +1]
//! ```
//!
//! An operator turns the differences of its inputs into the difference of its output, all inputs of a step at once; the
//! operators that must remember their input (join, distinct, reduce, …) keep it in hash tables, the others keep
//! nothing. One [`step`](Flow::step) visits the operators that something reached, in topological order, and nothing
//! else: it is an atomic cut, in which every sink shows the same state of the variables.
//!
//! Failures are data. A row whose expression fails is withheld and its failure is kept beside the operator, with the
//! row's weight, so that it goes when the row goes; everything below that operator is *poisoned* meanwhile
//! ([`Flow::failure`]). A limit that is exceeded stops the operator and everything below it for good. Other views go
//! on.
//!
//! Invariants:
//! - once a step is over, the weights of every relation are those of a recomputation from scratch (the oracle in
//!   `tests/flow/` does that);
//! - a batch may name a row twice; it names it once where a reader asks for that;
//! - nothing that is shown depends on hash order: rows are sorted where they leave the engine.
//!
//! Code map: `engine` the scheduler and the public [`Flow`], `cell` an operator in its place; `repr`, `rows`, `ports`
//! how rows lie; `code` compiled expressions; `table`, `relation`, `multimap`, `bag`, `ordered` state; `key`,
//! `touched`, `work`, `errors` what operators share; `profile` what they did; one file per operator; `reduce/`
//! aggregates. Neighbours: `crate::eval` evaluates what `code` has no instruction for; `lasp_plan::Graph` is the
//! program.

mod bag;
mod cell;
mod code;
mod concat;
mod dirty;
mod distinct;
mod engine;
mod errors;
mod fix;
mod fused;
mod join;
mod key;
mod left_join;
mod multimap;
mod operator;
mod ordered;
mod ports;
mod profile;
mod reduce;
mod relation;
mod repr;
mod rows;
mod semi;
mod sink;
mod source;
mod table;
mod touched;
mod work;

pub use engine::Flow;
pub use profile::{Effort, Profiled};

/// How large one operator may grow, so that a mistake in a program (`a * a * a` over 1,000 rows) ends in an error that
/// names it and not in a machine without memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows that one operator may keep, the rows shown at a sink and the failures at hand included.
    pub rows_max: usize,
    /// About how many bytes these rows may take. Texts and other values that lie elsewhere count as their references.
    pub bytes_max: usize,
    /// Rows that one operator may produce in one step, before equal ones are put together. Sources are exempt: their
    /// rows are there already.
    pub produced_max: usize,
    /// Rounds that one fixed point may take in one step: as many as its longest chain of elements that follow from each
    /// other has links.
    pub rounds_max: usize,
}

impl Default for Limits {
    /// A row of two columns takes about 50 bytes in a table, so bytes come first where rows are wide. What an operator
    /// produces at once takes up to half of that.
    fn default() -> Limits {
        Limits { rows_max: 40_000_000, bytes_max: 2 << 30, produced_max: 4_000_000, rounds_max: 1_000_000 }
    }
}
