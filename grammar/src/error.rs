//! What is wrong with a text, as data: a code, a message in plain English, places and advice.
//!
//! ```text
//! E0001  `views[ad] = 1`   message: to set a value, write `:=`
//!                  ^        label:   this compares nothing and sets nothing
//!                           help:    views[ad] := 1
//! ```
//!
//! Invariants: spans lie inside the text and on character boundaries; one root cause gives one error. Drawing is the
//! business of the edge (terminal, JSON, editor). Neighbours: `lexer`, `explain` and `tree` make these.

use crate::span::Span;

/// Every code this crate reports, with a one-line title.
pub const CODES: &[(&str, &str)] = &[
    ("E0001", "the text does not fit the grammar"),
    ("E0002", "the file is not UTF-8"),
    ("E0003", "the file begins with a byte-order mark"),
    ("E0004", "a number or duration that cannot be represented"),
    ("E0005", "a text literal that does not end, or an unknown escape in it"),
    ("E0006", "nested too deep"),
    ("E0007", "a character that means nothing here, or a file that is too large"),
    ("E0008", "two signs that were read as one: `>=` or `<-`"),
];

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One of [`CODES`].
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to write at that place in a drawing; may be empty.
    pub label: String,
    /// Further places with their labels, such as the bracket that was opened.
    pub notes: Vec<(Span, String)>,
    /// What to write instead, one piece of advice each.
    pub help: Vec<String>,
    /// The text ended before the construct was complete, so another line may complete it.
    pub unfinished: bool,
}

impl SyntaxError {
    pub(crate) fn new(code: &'static str, span: Span, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            code,
            message: message.into(),
            span,
            label: String::new(),
            notes: Vec::new(),
            help: Vec::new(),
            unfinished: false,
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> SyntaxError {
        self.label = label.into();
        self
    }

    pub(crate) fn note(mut self, span: Span, note: impl Into<String>) -> SyntaxError {
        self.notes.push((span, note.into()));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help.push(help.into());
        self
    }

    pub(crate) fn unfinished(mut self, unfinished: bool) -> SyntaxError {
        self.unfinished = unfinished;
        self
    }
}
