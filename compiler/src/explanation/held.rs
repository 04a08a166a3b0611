//! Why an invariant holds, or what breaks it, as data.
//!
//! ```text
//! invariant stock >= 0 by escrow     escrow     what is left of `stock >= 0` is divided into rights, …
//! invariant stock >= 0               refused    `stock -= n` moves towards the bound
//! ```
//!
//! Nothing here judges: the argument is that of `crate::invariant`, and what breaks it is what its reports draw.
//! Neighbours: the parent module.

use lasp_plan::Place;

use super::{Coordination, Explainer};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::invariant::InvariantRow;
use crate::stability::text_at;

/// What there is to know about an invariant, beside what it reads.
#[derive(Clone, Debug)]
pub struct Held {
    /// `free`, `escrow` or `refused`.
    pub verdict: &'static str,
    /// How far a node may go beyond its rights, as written; none if it may not.
    pub within: Option<String>,
    /// Why it always holds, a sentence each; empty if it was refused.
    pub argument: Vec<String>,
    /// What is wrong with it, a sentence each; empty unless it was refused.
    pub wrong: Vec<String>,
    /// The updates and initial values that break it, as the reports draw them.
    pub breaking: Vec<Breaking>,
}

/// What may break an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaking {
    /// Where.
    pub place: Place,
    /// The text there.
    pub text: String,
    /// What it does: `moves towards the bound`.
    pub what: String,
}

impl Explainer {
    /// Of the invariant at this position.
    pub(super) fn held(&self, index: usize) -> Held {
        let row = &self.invariants[index];
        let errors = self.errors_of_invariant(index);
        Held {
            within: self.within(index).map(|place| text_at(&self.files, place)),
            verdict: if errors.is_empty() { row.verdict } else { "refused" },
            argument: if errors.is_empty() { row.argument.clone() } else { Vec::new() },
            wrong: errors.iter().map(|error| error.message.clone()).collect(),
            breaking: breaking(&self.files, &errors),
        }
    }

    /// The errors about it, also where they stand in a view that it names.
    pub(super) fn errors_of_invariant(&self, index: usize) -> Vec<&Diagnostic> {
        let row = &self.invariants[index];
        let inside =
            |place: Place| place.file == row.place.file && row.place.start <= place.start && place.end <= row.place.end;
        let is_about_it = |found: &&Diagnostic| {
            let place = found.primary.place;
            found.code.as_str().starts_with("E05") && (row.refused.contains(&place) || inside(place))
        };
        self.diagnostics.iter().filter(is_about_it).collect()
    }

    fn within(&self, index: usize) -> Option<Place> {
        let pool = self.program.invariants[index].pool?;
        self.program.pools[pool].within.as_ref().map(|within| within.place)
    }

    /// What has to be agreed on for it.
    pub(super) fn agreed_on(&self, index: usize, is_trusted: bool) -> Coordination {
        let errors = self.errors_of_invariant(index);
        let InvariantRow { verdict, needs, .. } = self.invariants[index];
        let verdict = if errors.is_empty() { verdict } else { "refused" };
        let why = match (verdict, needs) {
            ("free", _) if is_trusted => "the program answers for it that this stays; nothing checks it",
            ("free", _) => {
                "no update of the program makes it false, and no joining of copies does: nobody has to be asked"
            }
            ("escrow", _) if self.within(index).is_some() => {
                "what is left of the bound is divided beforehand: a node spends the rights it holds, and as many more as the slack allows, without asking"
            }
            ("escrow", _) => {
                "what is left of the bound is divided beforehand: a node spends the rights it holds without asking, and never more"
            }
            _ if errors.iter().all(|error| error.code == Code::E0503) => {
                "first it has to be true at the beginning; what it needs after that is told once it is"
            }
            (_, "escrow") => {
                "two nodes that do not ask each other break it together: what is left of the bound has to be divided beforehand, `by escrow`"
            }
            (_, "none") => "each place that adds something can make sure by itself that it may be there",
            _ => {
                "two nodes that do not ask each other can break it together: one owner has to decide, or it is put as a sum of counters, which rights can hold"
            }
        };
        Coordination { what: needs, why: why.to_string() }
    }
}

fn breaking(files: &[SourceFile], errors: &[&Diagnostic]) -> Vec<Breaking> {
    let mut found: Vec<Breaking> = Vec::new();
    for label in errors.iter().flat_map(|error| &error.labels) {
        let one = Breaking { place: label.place, text: text_at(files, label.place), what: label.text.clone() };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
