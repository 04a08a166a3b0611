//! What every lattice means, against an executable specification that shares no line with it.
//!
//! | module | what it shows |
//! |---|---|
//! | `meaning` | random traces of three replicas read as `lasp_spec` says, at every replica after every step |
//! | `incarnations` | the same with backups, clones and lost disks: nothing a live replica knew is lost or merged |
//! | `escrow` | a bounded counter never goes below zero and loses no right but a dead replica's |
//! | `examples` | the cases the papers and the issue trackers tell about, spelled out |
//! | `kinds` | the types under test, each as the lattices and as the specification name it |
//! | `trace`, `replicas` | random updates and pulls; replicas with the bookkeeping of who has seen what |
//! | `words`, `reads`, `random` | from one vocabulary to the other and back; a small generator of random numbers |
//!
//! `LASP_TRACES=10000` raises the number of traces per type, and `LASP_SEED` draws others. A failing trace is shrunk by
//! leaving out steps for as long as it still fails.
//!
//! Neighbour: `tests/laws` has what any lattice must obey, whatever it means.

mod escrow;
mod examples;
mod incarnations;
mod kinds;
mod meaning;
mod random;
mod reads;
mod replicas;
mod trace;
mod words;
