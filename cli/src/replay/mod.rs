//! Replicas driven by hand: a trace, line by line, and what comes of it. Pure: texts in, lines out.
//!
//! ```text
//! {"at":"a","do":"s.add(\"x\")"}
//! {"at":"b","do":"s.remove(\"x\")"}        trace ─► player ─► fleet (vm) ─► {"at":"a","show":"s","value":["x"]}
//! {"settle":true}
//! {"at":"a","show":"s"}
//! ```
//!
//! Invariant: the same program and trace give the same lines, byte for byte; time is virtual, each line of the trace is
//! a millisecond later than the one before.

pub mod player;
mod skew;
pub mod trace;
