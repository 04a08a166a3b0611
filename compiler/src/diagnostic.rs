//! Diagnostics: what the compiler has to say about a program, as data.
//!
//! A diagnostic names one root cause: a code with a page behind it (`lasp explain E0301`), a sentence, the place,
//! further labelled places that lead from the cause to it, why, and help that works. Rendering (terminal, JSON, an
//! editor) is the business of the edge.
//!
//! Invariants: places lie inside their file, on character boundaries; a fix's edits do not overlap. Neighbours: `codes`
//! lists every code, `compiler/explain/` holds their pages.

use lasp_plan::Place;
use serde::Serialize;

use crate::codes::Code;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program does not run.
    Error,
    /// The program runs, and probably does not do what was meant.
    Warning,
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What about it; may be empty.
    pub text: String,
}

/// Whether a correction may be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicable {
    /// There is one thing that can have been meant: `lasp check --fix` makes it.
    Always,
    /// It changes what the program does, or is one of several ways: the reader chooses.
    Maybe,
}

/// A replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; nothing goes where it is empty.
    pub place: Place,
    /// What comes in its stead.
    pub text: String,
}

/// A correction that can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "write `views`".
    pub title: String,
    /// Replacements of text that do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it may be made without asking.
    pub applicable: Applicable,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The place it is about.
    pub primary: Label,
    /// The way from the cause to that place.
    pub labels: Vec<Label>,
    /// Why, in one sentence.
    pub why: Option<String>,
    /// Ways out, each complete in itself.
    pub help: Vec<String>,
    /// Corrections.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic of `code` at `place`. The severity follows from the code's family.
    #[must_use]
    pub fn new(code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { place, text: String::new() },
            labels: Vec::new(),
            why: None,
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Words beside the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// A further place.
    #[must_use]
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Why the rule exists.
    #[must_use]
    pub fn why(mut self, text: impl Into<String>) -> Diagnostic {
        self.why = Some(text.into());
        self
    }

    /// A way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// A correction that replaces one place and is certainly what was meant.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, place: Place, text: impl Into<String>) -> Diagnostic {
        self.add_fix(Applicable::Always, title, vec![Edit { place, text: text.into() }]);
        self
    }

    /// A correction that somebody has to choose.
    #[must_use]
    pub fn choice(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Diagnostic {
        self.add_fix(Applicable::Maybe, title, edits);
        self
    }

    /// A further correction.
    pub fn add_fix(&mut self, applicable: Applicable, title: impl Into<String>, edits: Vec<Edit>) {
        self.fixes.push(Fix { title: title.into(), edits, applicable });
    }
}

/// A source text that a [`Place`] can point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name shown to people: a path as given, or `std.…`.
    pub name: String,
    /// The whole text.
    pub text: String,
}
