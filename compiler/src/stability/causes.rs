//! What an unstable condition rests on: which places in variables it reads, and how what is read there can go back.
//!
//! ```text
//! when carts["a"].items.count() >= 3      the place `carts[…].items`, an `orset`: items can be removed
//! ```
//!
//! Neighbours: `whens` puts it into words; the judgement itself is in the parent module.

use lasp_lattice::Order;
use lasp_plan::{BinaryOp, Func, Place, UnaryOp};

use super::{Moves, of_crdt};
use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind};
use crate::program::Program;

/// A place in a variable that a judgement rests on.
pub(super) struct Cause<'p> {
    pub var: usize,
    /// The lattice that decides how it moves.
    pub lattice: &'p Crdt,
    pub moves: Moves,
    pub place: Place,
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
pub(super) fn steadier(lattice: &Crdt) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match lattice.lattice_name() {
        name @ ("orset" | "twopset" | "rwset") => ("or make the set grow-only:", name, "gset"),
        "ormap" => ("or make the map grow-only:", "ormap", "gmap"),
        name @ ("pncounter" | "rcounter") => ("or, if it only counts up:", name, "gcounter"),
        "lww" => ("or, if it only rises:", "lww", "max"),
        name @ ("ewflag" | "dwflag") => ("or, if it stays on:", name, "flag"),
        _ => return None,
    })
}

/// The lattice that decides how what is read here moves: at the end of the maps, the first part that can go back.
pub(super) fn innermost(crdt: &Crdt) -> (&Crdt, Moves) {
    let mut parts: Vec<(&Crdt, Moves)> = match crdt {
        Crdt::Named { info, inner, .. } if info.order == Order::Pointwise => inner.iter().map(innermost).collect(),
        Crdt::Record(fields, _) => fields.iter().map(|(_, part)| innermost(part)).collect(),
        Crdt::Tuple(parts, _) => parts.iter().map(innermost).collect(),
        _ => Vec::new(),
    };
    if crdt.lattice_name() == "lex" {
        return (crdt, Moves::Eventual);
    }
    if parts.is_empty() {
        return (crdt, of_crdt(crdt));
    }
    let at = parts.iter().position(|(_, moves)| *moves == Moves::Eventual).unwrap_or(0);
    parts.swap_remove(at)
}

/// The variable and the lattice in it that an expression reads, if it reads a place in a variable.
fn place<'p>(program: &'p Program, hir: &Hir) -> Option<(usize, &'p Crdt)> {
    match &hir.kind {
        // What is sealed is no cause of anything.
        HirKind::Var(var) | HirKind::Raw(var) if program.vars[*var].is_seal() => None,
        HirKind::Var(var) | HirKind::Raw(var) => Some((*var, &program.vars[*var].crdt)),
        HirKind::Lookup(map, _) => {
            let (var, map) = place(program, map)?;
            // A map whose keys go decides by itself.
            let values = map.values()?;
            Some((var, if of_crdt(map) == Moves::Eventual { map } else { values }))
        }
        HirKind::Field(base, name) => {
            let (var, base) = place(program, base)?;
            let part = match base {
                // Of a `lex`, the first half moves by itself; the second is at its mercy.
                Crdt::Named { inner, .. } if base.lattice_name() == "lex" && name == "0" => inner.first(),
                _ => base.part(name).map(|(_, part)| part),
            };
            Some((var, part.unwrap_or(base)))
        }
        _ => None,
    }
}

/// The keys that lead to a place.
fn keys<'h>(hir: &'h Hir, found: &mut Vec<&'h Hir>) {
    match &hir.kind {
        HirKind::Lookup(map, key) => {
            keys(map, found);
            found.push(key);
        }
        HirKind::Field(base, _) => keys(base, found),
        _ => {}
    }
}

/// The places that an expression reads, in order, also through views and functions; `antitone` is where what grows is
/// first turned into what shrinks.
pub(super) fn causes_of<'p>(
    program: &'p Program,
    hir: &Hir,
    causes: &mut Vec<Cause<'p>>,
    antitone: &mut Option<(Place, String)>,
    seen_views: &mut Vec<usize>,
) {
    if let Some((var, crdt)) = place(program, hir) {
        if !causes.iter().any(|cause| cause.var == var) {
            let (lattice, moves) = innermost(crdt);
            // Whether an `ivar` is set does not go back.
            let asked = hir.any(&mut |part| matches!(part.kind, HirKind::Raw(_)));
            let moves = if asked && lattice.lattice_name() == "ivar" { Moves::Up } else { moves };
            causes.push(Cause { var, lattice, moves, place: hir.place });
        }
        let mut on_the_way = Vec::new();
        keys(hir, &mut on_the_way);
        on_the_way.into_iter().for_each(|key| causes_of(program, key, causes, antitone, seen_views));
        return;
    }
    match &hir.kind {
        HirKind::View(index) if !seen_views.contains(index) => {
            seen_views.push(*index);
            causes_of(program, &program.views[*index].value, causes, antitone, seen_views);
        }
        HirKind::Apply(index, _) if seen_views.len() < 64 => {
            seen_views.push(usize::MAX - index);
            causes_of(program, &program.fns[*index].body, causes, antitone, seen_views);
        }
        HirKind::Binary(BinaryOp::Lt | BinaryOp::Le | BinaryOp::Eq | BinaryOp::Ne, ..) if antitone.is_none() => {
            let text = "true now, and false once what grows has grown past it".to_string();
            *antitone = Some((hir.place, text));
        }
        HirKind::CompareSet(..) | HirKind::Unary(UnaryOp::Not, _) if antitone.is_none() => {
            *antitone = Some((hir.place, "turns what grows into what shrinks".to_string()));
        }
        HirKind::Call(Func::Or, _) if antitone.is_none() => {
            let text = "unset reads as the default, and the first write may be less: `.at_least(k)` is stable";
            *antitone = Some((hir.place, text.to_string()));
        }
        _ => {}
    }
    hir.each_part(&mut |part| causes_of(program, part, causes, antitone, seen_views));
}
