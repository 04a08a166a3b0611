//! Where a name is computed when nothing says otherwise, and what has to be agreed on for it.
//!
//! A `through` view of variables that one role writes is computed there, before the wire. `meet` and `gather` need
//! their inputs whole; every variable is held everywhere, so each node computes them. What is `owned` is computed where
//! it is read. Simple and honest: placements that the user writes (`at`) and what is shipped for them are not here yet.
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

/// Where the views of a program are computed.
///
/// Roles travel along the edges "is read by", from the variables they write down to the views, and against them, from
/// the reader of a view to all that it is made of. A role passes an edge once, so this costs the size of the program
/// times the roles in it.
pub(crate) struct Places {
    /// By view: who writes the variables it is made of.
    written: Vec<BTreeSet<String>>,
    /// By view: who reads it, or anything made of it.
    read: Vec<BTreeSet<String>>,
}

impl Places {
    pub(crate) fn new(program: &Program) -> Places {
        let nodes = Nodes { views: program.views.len(), fns: program.fns.len() };
        let bodies = program.views.iter().map(|view| &view.value).chain(program.fns.iter().map(|def| &def.body));
        let made_of: Vec<Vec<usize>> = bodies.map(|body| nodes.in_body(body)).collect();
        let mut read_by = vec![Vec::new(); made_of.len() + program.vars.len()];
        for (reader, parts) in made_of.iter().enumerate() {
            for part in parts {
                read_by[*part].push(reader);
            }
        }
        let mut written = vec![BTreeSet::new(); read_by.len()];
        for (index, var) in program.vars.iter().enumerate() {
            spread(nodes.var(index), &place_of_var(var), &read_by, &mut written);
        }
        let mut read = vec![BTreeSet::new(); read_by.len()];
        let mut reads = |hir: &Hir, role: &str| {
            for part in nodes.in_body(hir) {
                spread(part, role, &made_of, &mut read);
            }
        };
        for when in &program.whens {
            let role = when.role.as_deref().unwrap_or(EACH);
            reads(&when.condition, role);
            when.binding.iter().for_each(|(_, source)| reads(source, role));
        }
        for watch in &program.watches {
            reads(&watch.value, watch.role.as_deref().unwrap_or(EACH));
        }
        for show in &program.shows {
            reads(&show.value, EACH);
        }
        written.truncate(nodes.views);
        read.truncate(nodes.views);
        Places { written, read }
    }

    /// Where a view is computed whose results merge as `flow` says.
    pub(crate) fn of_view(&self, view: usize, flow: Flow) -> String {
        match flow {
            Flow::Through => only(&self.written[view]),
            Flow::Meet | Flow::Gather => EACH.to_string(),
            // By the one role whose `when`s and `watch`es read it, if nobody else does.
            Flow::Owned => only(&self.read[view]),
        }
    }
}

/// Marks with `role` what can be reached from `start`, itself included.
fn spread(start: usize, role: &str, edges: &[Vec<usize>], marks: &mut [BTreeSet<String>]) {
    let mut left = vec![start];
    while let Some(node) = left.pop() {
        if !marks[node].contains(role) {
            marks[node].insert(role.to_string());
            // Variables are made of nothing.
            left.extend(edges.get(node).into_iter().flatten());
        }
    }
}

/// Views, functions and variables, numbered in this order.
struct Nodes {
    views: usize,
    fns: usize,
}

impl Nodes {
    fn var(&self, index: usize) -> usize {
        self.views + self.fns + index
    }

    /// What is named in `body`.
    fn in_body(&self, body: &Hir) -> Vec<usize> {
        let mut found = Vec::new();
        body.each(&mut |part| match part.kind {
            HirKind::View(index) => found.push(index),
            HirKind::Apply(index, _) => found.push(self.views + index),
            HirKind::Var(index) | HirKind::Raw(index) => found.push(self.var(index)),
            _ => {}
        });
        found
    }
}

fn only(places: &BTreeSet<String>) -> String {
    let mut places = places.iter();
    match (places.next(), places.next()) {
        (Some(place), None) => place.clone(),
        _ => EACH.to_string(),
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
