//! The vm's core, seen from outside: the evaluator by tables, the node by small programs built by hand.
//!
//! One file per subject; `build` is how programs are written here, until the compiler writes them.

mod arithmetic;
mod atomic;
mod batches;
mod batching;
mod build;
mod cascades;
mod collections;
mod drawn;
mod forms;
mod genesis;
mod health;
mod reads;
mod watches;
mod whens;
