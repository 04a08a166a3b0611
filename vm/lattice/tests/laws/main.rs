//! The laws, for every lattice in the registry.
//!
//! | module | what it shows |
//! |---|---|
//! | `registry` | the list is whole: every running row has a kind, generated updates, and flags that tell the truth |
//! | `algebra` | join is commutative, associative, idempotent, inflationary; a delta does what the full state does |
//! | `convergence` | all deltas, in any order, grouped, more than once: the same state |
//! | `reports` | a join reports visible-after minus visible-before, once, with the right shape |
//! | `undo` | before + join + restore is the identity |
//! | `semantics` | which updates count, against an executable spec over histories (`spec`) |
//! | `escrow` | a bounded counter never goes below zero and never spends a right twice |
//! | `examples` | the cases the papers and the issue trackers tell about, spelled out |
//!
//! Nothing here names a lattice that does not need a rule of its own (`spec`, `escrow`, `examples`): a new row in the
//! registry is under test at once, and fails until `spec` knows what it means.
//!
//! `PROPTEST_CASES=20000` raises the number of cases. A failure is shrunk, and its seed kept beside the test file.

mod algebra;
mod convergence;
mod escrow;
mod examples;
mod generate;
mod registry;
mod reports;
mod rows;
mod semantics;
mod spec;
mod undo;
mod world;
