//! Text ⇄ syntax tree of the Lasp language. No names, no types, no IO.
//!
//! ```text
//! text ─ token (logos) ─► tokens ─ grammar.lalrpop ─► ast::File  (+ comments, + errors, always)
//! ```
//!
//! [`parse`] never fails: what cannot be read is a hole in the tree and a [`SyntaxError`] that says what to write. The
//! stages, one file each: `lexer` cuts the text, `shape` cuts the tokens into declarations, `recover` runs the
//! generated parser on each and goes on after an error, where `mend` makes a hole; `tree`, `nodes` and `patterns` build
//! nodes; `explain`, `mistakes`, `heads` and `habits` find the words. Neighbours: the compiler reads [`ast`]; nothing
//! here knows it.
#![forbid(unsafe_code)]

pub mod ast;
mod dump;
mod error;
mod explain;
mod habits;
mod heads;
mod lexer;
mod line;
mod literal;
mod mend;
mod mistakes;
mod nodes;
mod parse;
mod patterns;
mod recover;
mod shape;
pub mod span;
mod token;
mod tree;

// What lalrpop generates is not written to our rules.
#[allow(clippy::all, clippy::iter_over_hash_type, missing_docs, unused, unused_qualifications)]
mod grammar {
    include!(concat!(env!("OUT_DIR"), "/grammar.rs"));
}

pub use dump::{dump, dump_expr, dump_pattern, dump_stmt};
pub use error::{CODES, SyntaxError};
pub use line::{Line, LineKind, parse_line};
pub use parse::{Comment, Parse, SIZE_MAX_BYTES, parse, parse_bytes, parse_expr};
pub use span::Span;
pub use tree::DEPTH_MAX;
