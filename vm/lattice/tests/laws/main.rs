//! The laws, for every lattice in the registry.
//!
//! | module | what it shows |
//! |---|---|
//! | `registry` | the list is whole: every row has kinds, generated updates, and flags that tell the truth |
//! | `algebra` | join is commutative, associative, idempotent, inflationary; a delta does what the full state does |
//! | `convergence` | all deltas, in any order, grouped, more than once: the same state |
//! | `decomposition` | the pieces of a state rejoin to it and none can be left out; Δ is exactly what is missing |
//! | `reports` | a join reports visible-after minus visible-before, once, with the right shape |
//! | `undo` | before + join + restore is the identity |
//! | `codec` | what is read is what was written; equal states and no others have equal bytes; golden bytes |
//! | `hostile` | bytes from outside are refused or canonical, at a bounded cost |
//! | `compact` | space follows from what is visible and who wrote it, not from how often |
//! | `cost` | a small delta costs what it is, not what it is joined into |
//! | `at_once` | making and joining an update in one go |
//! | `shares` | how many of the generated cases are concurrent, removed and added again, nested |
//!
//! Nothing here names a lattice that does not need a rule of its own: a new row in the registry is under test at once.
//!
//! `LASP_LAW_CASES=20000` sets the number of cases per law and type. A failure is shrunk, and its seed kept in
//! `seeds.txt`, which is run first.

mod algebra;
mod at_once;
mod codec;
mod compact;
mod convergence;
mod cost;
mod decomposition;
mod generate;
mod hostile;
mod in_place;
mod registry;
mod reports;
mod rows;
mod runner;
mod shares;
mod undo;
mod world;
