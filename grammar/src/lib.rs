//! Text ⇄ syntax tree of the Lasp language. No names, no types, no IO.
//!
//! ```text
//! text ─ token (logos) ─► tokens ─ grammar.lalrpop ─► ast::File  (+ comments, + errors, always)
//! ```
#![forbid(unsafe_code)]

pub mod ast;
pub mod span;

pub use span::Span;
