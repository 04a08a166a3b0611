//! What an unstable result rests on: which places in variables it reads, and how what is read there can go back.
//!
//! ```text
//! when carts["a"].items.count() >= 3      the place `carts[…].items`, an `orset`: items can be removed
//! when not enough                         `n` only grows, and `not` turns what grows into what shrinks
//! ```
//!
//! Neighbours: `whens` puts it into words; the judgement itself, whose reads these are, is in the parent module.

use lasp_plan::{Place, Stability};

use super::sources::lattice_of;
use super::tones::{Aspect, Drift, Leaf, Source, Turn};
use crate::crdt::Crdt;
use crate::program::Program;

/// A place in a variable that a judgement rests on, and that lets it go back.
pub(super) struct Cause<'p> {
    pub var: usize,
    /// The lattice that decides how it moves.
    pub lattice: &'p Crdt,
    pub drift: Drift,
    /// What is read of it.
    pub aspect: Aspect,
    /// Where it is read.
    pub place: Place,
    /// Where what grows was turned, if it was.
    pub turn: Option<Turn>,
}

/// Why a result may go another way than this one, in the order of the text: one cause for each lattice read.
pub(super) fn causes_of<'p>(program: &'p Program, leaf: &Leaf, wanted: Stability) -> Vec<Cause<'p>> {
    let mut causes: Vec<Cause<'p>> = Vec::new();
    for read in leaf.reads().iter().filter(|read| read.direction() != wanted) {
        let Some(var) = program.vars.get(read.source.var) else { continue };
        let Some(lattice) = lattice_of(&var.crdt, read.source.lattice) else { continue };
        let known = causes.iter().any(|cause| cause.var == read.source.var && std::ptr::eq(cause.lattice, lattice));
        if !known {
            let turn = read.turn.filter(|_| read.drift != Drift::Both);
            let Source { var, aspect, .. } = read.source;
            causes.push(Cause { var, lattice, drift: read.drift, aspect, place: read.place, turn });
        }
    }
    causes.sort_by_key(|cause| cause.place);
    causes
}

impl Cause<'_> {
    /// What it does by itself, where that is one way only; `text`: how the program reads it.
    pub(super) fn drifts(&self, text: &str) -> String {
        drifts(self.lattice, self.aspect, self.drift, &format!("`{text}`"))
    }
}

/// What something read of a lattice does by itself, where that is one way only; `what` it is called in the sentence.
pub(super) fn drifts(lattice: &Crdt, aspect: Aspect, drift: Drift, what: &str) -> String {
    match (aspect, drift) {
        (Aspect::IsSet, _) => format!("{what} is unset at first, and once set stays set"),
        (Aspect::Members, _) => {
            format!("{what} only gains {}", if lattice.values().is_some() { "keys" } else { "elements" })
        }
        (Aspect::Value, Drift::Down) => format!("{what} only falls"),
        (Aspect::Value, _) => format!("{what} only grows"),
    }
}

/// How what is read of a lattice can go back.
pub(super) fn why_back(lattice: &Crdt) -> String {
    match lattice.lattice_name() {
        name @ ("orset" | "twopset" | "rwset") => format!("items can be removed from {} `{name}`", article(name)),
        "ormap" => "keys can be removed from an `ormap`".to_string(),
        name @ ("pncounter" | "rcounter") => format!("a `{name}` goes up and down"),
        "bcounter" => "a `bcounter` is spent and refilled".to_string(),
        "lww" => "a later write replaces an `lww`".to_string(),
        "mv" => "a later write replaces what is in an `mv`".to_string(),
        name @ ("ewflag" | "dwflag") => format!("{} `{name}` can be disabled", article(name)),
        "ivar" => "another node may set an `ivar` to another value".to_string(),
        "topk" => "a greater value drives another out of a `topk`".to_string(),
        "lex" => "a greater first half brings any second half with it".to_string(),
        "" => "this can go back".to_string(),
        name => format!("{} `{name}` can go back", article(name)),
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) || matches!(name, "lww" | "mv" | "rwset" | "rcounter") {
        "an"
    } else {
        "a"
    }
}

/// The lattice that would not go back: advice, the lattice as it is, the lattice as it could be.
pub(crate) fn steadier(lattice: &Crdt) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match lattice.lattice_name() {
        name @ ("orset" | "twopset" | "rwset") => ("or make the set grow-only:", name, "gset"),
        "ormap" => ("or make the map grow-only:", "ormap", "gmap"),
        name @ ("pncounter" | "rcounter") => ("or, if it only counts up:", name, "gcounter"),
        "lww" => ("or, if it only rises:", "lww", "max"),
        name @ ("ewflag" | "dwflag") => ("or, if it stays on:", name, "flag"),
        _ => return None,
    })
}
