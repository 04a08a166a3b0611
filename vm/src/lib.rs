//! Runs a plan: an IO-free core that keeps every view up to date by deltas.
//!
//! ```text
//! event ─► handler ─► delta ─► join into variables ─► visible diff ─► flow (views) ─► show / watch / when ─► emit
//! ```
#![forbid(unsafe_code)]

mod error;

pub use error::Failure;
