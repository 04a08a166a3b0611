//! Where a name is computed when nothing says otherwise, and what has to be agreed on for it.
//!
//! A `through` view of variables that one role writes is computed there, before the wire. `meet` and `gather` need their
//! inputs whole; every variable is held everywhere, so each node computes them. What is `owned` is computed where it is
//! read. Simple and honest: placements that the user writes (`at`) and what is shipped for them are not here yet.
//!
//! Neighbours: `flow` says how results may be merged; `lasp check --table` prints both.

use std::collections::BTreeSet;

use super::Flow;
use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind};
use crate::program::{Program, VarDef};

/// At every node.
const EACH: &str = "each";

/// Where a variable is written.
pub(crate) fn place_of_var(var: &VarDef) -> String {
    if var.writable_by.is_empty() { EACH.to_string() } else { var.writable_by.join(", ") }
}

/// Where a view is computed.
pub(crate) fn place_of_view(program: &Program, view: usize, flow: Flow) -> String {
    match flow {
        Flow::Through => {
            let mut sources = BTreeSet::new();
            sources_of(program, view, &mut sources, &mut BTreeSet::new());
            let places: BTreeSet<String> = sources.iter().map(|var| place_of_var(&program.vars[*var])).collect();
            only(places)
        }
        Flow::Meet | Flow::Gather => EACH.to_string(),
        Flow::Owned => readers(program, view),
    }
}

/// Who reads a view: the one role whose `when`s and `watch`es do, if nobody else does.
fn readers(program: &Program, view: usize) -> String {
    let reads = |hir: &Hir| {
        let mut seen = BTreeSet::new();
        let mut found = false;
        hir.each(&mut |part| {
            if let HirKind::View(index) = part.kind {
                sources_of(program, index, &mut BTreeSet::new(), &mut seen);
                found = found || seen.contains(&view);
            }
        });
        found
    };
    let role = |role: &Option<String>| role.clone().unwrap_or_else(|| EACH.to_string());
    let mut places = BTreeSet::new();
    for when in &program.whens {
        if reads(&when.condition) || when.binding.as_ref().is_some_and(|(_, source)| reads(source)) {
            places.insert(role(&when.role));
        }
    }
    for watch in program.watches.iter().filter(|watch| reads(&watch.value)) {
        places.insert(role(&watch.role));
    }
    if program.shows.iter().any(|show| reads(&show.value)) {
        places.insert(EACH.to_string());
    }
    only(places)
}

fn only(places: BTreeSet<String>) -> String {
    let mut places = places.into_iter();
    match (places.next(), places.next()) {
        (Some(place), None) => place,
        _ => EACH.to_string(),
    }
}

/// The variables a view is computed from, and the views in between, itself among them.
fn sources_of(program: &Program, view: usize, vars: &mut BTreeSet<usize>, views: &mut BTreeSet<usize>) {
    if !views.insert(view) {
        return;
    }
    let mut functions = BTreeSet::new();
    let mut left = vec![&program.views[view].value];
    while let Some(body) = left.pop() {
        body.each(&mut |part| match part.kind {
            HirKind::Var(var) | HirKind::Raw(var) => {
                vars.insert(var);
            }
            HirKind::View(other) if views.insert(other) => left.push(&program.views[other].value),
            HirKind::Apply(function, _) if functions.insert(function) => left.push(&program.fns[function].body),
            _ => {}
        });
    }
}

/// What has to be agreed on before a variable is written.
pub(crate) fn coordination_of_var(crdt: &Crdt) -> &'static str {
    if has_rights(crdt) { "escrow" } else { "none" }
}

fn has_rights(crdt: &Crdt) -> bool {
    match crdt {
        Crdt::Named { info, inner, .. } => info.name == "bcounter" || inner.iter().any(has_rights),
        Crdt::Record(fields, _) => fields.iter().any(|(_, part)| has_rights(part)),
        Crdt::Tuple(parts, _) => parts.iter().any(has_rights),
        Crdt::Drawn(..) | Crdt::Error => false,
    }
}

/// What has to be agreed on for a result. What each node computes for itself from what it holds needs nothing; what is
/// computed at one role, and cannot be merged, needs an owner there.
pub(crate) fn coordination_of_view(flow: Flow, at: &str) -> &'static str {
    if flow == Flow::Owned && at != EACH { "one owner" } else { "none" }
}
