//! What is said of an invariant that does not hold by itself: the updates that break it, and the ways out.
//!
//! Neighbours: `free` finds the breach; `lasp explain E0501` tells the rule.

use lasp_plan::{BinaryOp, CollOp, Place};

use super::elements::{Flowing, Unproven};
use super::free::{Breach, declared};
use super::linear::{Bound, place_of};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirUpdate};
use crate::program::Program;
use crate::stability::{steadier, text_at};

/// How many updates are drawn.
const DRAWN_MAX: usize = 3;

/// The report of a breach.
pub(super) fn report(program: &Program, files: &[SourceFile], hir: &Hir, breach: &Breach<'_>) -> Diagnostic {
    let text = text_at(files, hir.place);
    match breach {
        Breach::Start { known } => start(program, hir, *known),
        Breach::Counted(bound, updates) => counted(program, files, hir, &text, bound, updates),
        Breach::Element(unproven) => element(files, hir, unproven),
        Breach::Moves(updates) => moves(program, files, hir, &text, updates),
    }
}

fn start(program: &Program, hir: &Hir, known: bool) -> Diagnostic {
    let message = match known {
        true => "this is not true at the beginning",
        false => "nobody can tell whether this is true at the beginning",
    };
    let label = if known { "false for the initial values" } else { "depends on more than plain initial values" };
    let mut diagnostic = Diagnostic::new(Code::E0503, hir.place, message).label(label);
    for (var, _) in declared(program, hir).into_iter().take(DRAWN_MAX) {
        let def = &program.vars[var];
        let text = match def.init {
            Some(_) => "starts with this value",
            None => "starts empty, without an initial value",
        };
        diagnostic = diagnostic.also(def.init.as_ref().map_or(def.place, |init| init.place), text);
    }
    diagnostic
        .why("an invariant holds always, so also before anything has happened")
        .help("give an initial value that keeps it, or declare what must *become* true with `when`")
}

/// The updates, each drawn with what it does.
fn drawn(mut diagnostic: Diagnostic, updates: &[&HirUpdate], text: &str) -> Diagnostic {
    for update in updates.iter().take(DRAWN_MAX) {
        diagnostic = diagnostic.also(update.place, text);
    }
    match updates.len().checked_sub(DRAWN_MAX) {
        Some(more) if more > 0 => diagnostic.also(updates[DRAWN_MAX].place, format!("… and {more} more from here on")),
        _ => diagnostic,
    }
}

fn counted(
    program: &Program,
    files: &[SourceFile],
    hir: &Hir,
    text: &str,
    bound: &Bound,
    updates: &[&HirUpdate],
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0501, hir.place, "two nodes can break this together")
        .label("can be false of what two nodes did together");
    let mut diagnostic = drawn(diagnostic, updates, "moves towards the bound")
        .why("each node sees enough left and takes it; joined, both have been taken, and a guard before the update cannot see the other node")
        .help(format!("hold it by rights, which are spent even offline: `invariant {text} by escrow`"));
    if let [update, ..] = updates {
        let asked = update_text(files, update);
        diagnostic = diagnostic.help(format!("then the update answers:  `if {asked} {{ … }} else {{ … }}`"));
    }
    if let [term] = bound.terms.as_slice()
        && term.by > 0
        && let Some((advice, from, to)) = steadier(&program.vars[term.var].crdt)
    {
        let var = &program.vars[term.var];
        let written = text_at(files, var.type_place).replacen(from, to, 1);
        diagnostic = diagnostic.help(format!("{advice} `var {}: {written}`", var.name));
    }
    diagnostic.help(told(text))
}

fn told(text: &str) -> String {
    format!("or only be told when it breaks: `watch not ({text}) {{ added(_) {{ emit broken {{ }} }} }}`")
}

fn update_text(files: &[SourceFile], update: &HirUpdate) -> String {
    let text = text_at(files, update.place);
    // `stock -= 1` is no expression; the method is.
    match (text.split_once("-="), text.split_once("+=")) {
        (Some((target, n)), _) => format!("{}.dec({})", target.trim(), n.trim()),
        (_, Some((target, n))) => format!("{}.inc({})", target.trim(), n.trim()),
        _ => text,
    }
}

fn element(files: &[SourceFile], hir: &Hir, unproven: &Unproven<'_>) -> Diagnostic {
    let message = "something may be added that breaks this";
    let diagnostic = Diagnostic::new(Code::E0501, hir.place, message).label("must be true of each that is added");
    let diagnostic = diagnostic.why(
        "joining brings what any node has added, so every place that adds must make sure by itself that it may be there",
    );
    let Some(update) = unproven.update else {
        return diagnostic
            .also(unproven.place, "this initial value has one that breaks it, or is not plain")
            .help("start with elements that satisfy it");
    };
    let label = if unproven.flows.is_some() { "may give one that breaks it" } else { "adds one that may break it" };
    let mut diagnostic = diagnostic.also(unproven.place, label);
    if let Some(reading) = unproven.reading {
        diagnostic =
            diagnostic.also(reading, "reads a variable, which another node may see otherwise: this does not count");
    }
    match &unproven.flows {
        Some(Flowing { kept: Some(kept), .. }) => return diagnostic.help(format!("filter what flows: `{kept}`")),
        Some(Flowing { bind, .. }) => {
            let name = text_at(files, bind.place);
            return diagnostic.help(format!("filter what flows by the same condition: `bind {name} <- ….filter(…)`"));
        }
        None => {}
    }
    let update = text_at(files, update.place);
    match &unproven.wanted {
        Some(wanted) => diagnostic.help(format!("ask before: `if {wanted} {{ {update} }}`")),
        None => diagnostic.help("ask before it is added, in the handler: `if … { … }` with the same condition"),
    }
}

fn moves(program: &Program, files: &[SourceFile], hir: &Hir, text: &str, updates: &[&HirUpdate]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0501, hir.place, "two nodes can break this together")
        .label("can become false, here or when what another node did comes in");
    let mut diagnostic = match updates {
        [] => diagnostic,
        updates => drawn(diagnostic, updates, "changes what it reads"),
    };
    diagnostic = diagnostic
        .why("it holds always only if no update makes it false, on any node, and no two updates of different nodes do together");
    if let Some(op) = size_bound(hir) {
        diagnostic = diagnostic.help(format!(
            "a size cannot be divided among nodes, a counter can: `var taken: gcounter`, `invariant taken {op} by escrow`, and `if taken.inc() {{ … }}` where something is added"
        ));
    }
    for (var, place) in declared(program, hir).into_iter().take(DRAWN_MAX) {
        let def = &program.vars[var];
        if let Some((advice, from, to)) = steadier(&def.crdt) {
            let written = text_at(files, place).replacen(from, to, 1);
            diagnostic = diagnostic.help(format!("{advice} `var {}: {written}`", def.name));
        }
    }
    if let Some(field) = keyed(program, hir) {
        diagnostic = diagnostic.help(field);
    }
    diagnostic.help(told(text))
}

/// `<= 40` of the size of a collection.
fn size_bound(hir: &Hir) -> Option<String> {
    let HirKind::Binary(op, a, b) = &hir.kind else { return None };
    let HirKind::Coll(CollOp::Count, ..) = &a.kind else { return None };
    let HirKind::Const(lasp_plan::Value::Int(n)) = &b.kind else { return None };
    match op {
        BinaryOp::Le => Some(format!("<= {n}")),
        BinaryOp::Lt => Some(format!("< {n}")),
        _ => None,
    }
}

/// A bound on what stands under a key.
fn keyed(program: &Program, hir: &Hir) -> Option<String> {
    let mut found: Option<Place> = None;
    hir.each(&mut |part| {
        if let HirKind::Lookup(map, _) = &part.kind
            && place_of(program, map).is_some_and(|(_, _, crdt)| {
                crdt.values().is_some_and(|values| matches!(values.lattice_name(), "pncounter" | "gcounter"))
            })
        {
            found = Some(part.place);
        }
    });
    found.map(|_| {
        "for a bound under each key keep what is left in a `gmap<_, bcounter>`, and ask it: `if left[k].spend(1) { … }`"
            .to_string()
    })
}
