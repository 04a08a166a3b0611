//! The dataflow engine from outside: `oracle` compares it with recomputation on random graphs and traces (made by
//! `generate` and `branches`, with the meaning that `naive` and `definitions` give them), `accumulators`, `operators`
//! and `taken` are examples a person can check, `limits` stops runaway programs, `fixed` compares fixed points with the
//! closure of a matrix.

// Tests take their size from the environment and look at the clock; the core does neither.
#![allow(clippy::disallowed_methods)]

mod accumulators;
mod branches;
mod definitions;
mod fixed;
mod generate;
mod limits;
mod naive;
mod operators;
mod oracle;
mod program;
mod taken;
