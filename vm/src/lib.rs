//! Runs a plan: an IO-free core that keeps every view up to date by deltas.
//!
//! ```text
//! event ─► handler ─► delta ─► join into variables ─► visible diff ─► flow (views) ─► show / watch / when ─► emit
//! ```
#![forbid(unsafe_code)]

mod cells;
mod diffs;
mod error;
pub mod eval;
pub(crate) mod exact;
pub mod explore;
pub mod flow;
pub mod node;
pub mod replica;
pub(crate) mod sketch;
mod vars;

pub use error::Failure;
pub use node::{EventId, EventRow, InEvent, LOCAL, Node, Out};
