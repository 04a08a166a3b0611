//! Syntax tree → checked program → dataflow graph → plan. Pure: no IO, no clock, no randomness.
//!
//! ```text
//! text ─ grammar ─► tree ─ resolve + type ─► typed tree ─ stability ─► lower ─► Plan
//!                                 └────────── diagnostics, all at once ──────┘
//! ```
#![forbid(unsafe_code)]

pub mod codes;
pub mod diagnostic;

use diagnostic::{Diagnostic, SourceFile};
use lasp_plan::Plan;

/// Where the texts of `use "file"` come from. The compiler asks; the edge reads.
pub trait Loader {
    /// The text of `path` as written in the file named `from`, and the name it is to be known by (equal names are the
    /// same file), or a sentence that says why not.
    fn load(&mut self, from: &str, path: &str) -> Result<SourceFile, String>;
}

/// A loader for programs that stand alone.
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _from: &str, path: &str) -> Result<SourceFile, String> {
        Err(format!("`{path}` cannot be read here"))
    }
}

/// What there is to know about a declared name: a row of `lasp check --table`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NameRow {
    /// The name.
    pub name: String,
    /// `var` or `let`.
    pub kind: &'static str,
    /// Its type as a user would write it.
    #[serde(rename = "type")]
    pub ty: String,
    /// `const`, `stable ↑`, `stable ↓` or `eventual`.
    pub stability: String,
}

/// The result of compiling a text: everything that could be found out.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The texts read, the main one first.
    pub files: Vec<SourceFile>,
    /// All problems, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan; absent exactly when there is an error.
    pub plan: Option<Plan>,
    /// Declared variables and views.
    pub table: Vec<NameRow>,
    /// The printed result of each pass, by name, in order: `lasp plan --stages`.
    pub stages: Vec<(&'static str, String)>,
}

/// Compiles the text of the file `name`.
#[must_use]
pub fn compile(_name: &str, _text: &str, _loader: &mut dyn Loader) -> Compiled {
    Compiled::default()
}
