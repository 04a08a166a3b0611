//! Check-then-act: a handler that guards a counter's update by a read of the same counter (W0501).
//!
//! `if stock > 0 { stock.dec(1) }` is right on one node. On two, both can read 1, both pass, and the stock is -1: nothing
//! merges that away. Rights (escrow) are the way to hold such a bound without talking. Updates that can be repeated (`add`,
//! `set`) are not reported, and neither is a guard that once true stays true.

use super::Judge;
use crate::codes::Code;
use crate::crdt::Crdt;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, HirStep, HirStmt, HirUpdate};
use crate::program::Program;

/// Reports guarded updates in all handlers.
pub(crate) fn check_guards(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for handler in &program.handlers {
        check(program, &handler.body, &mut Vec::new(), diagnostics);
    }
}

/// `guards` are the conditions under which `body` runs.
fn check<'p>(program: &'p Program, body: &'p [HirStmt], guards: &mut Vec<&'p Hir>, diagnostics: &mut Vec<Diagnostic>) {
    for stmt in body {
        match stmt {
            HirStmt::Update(update) => report(program, update, guards, diagnostics),
            HirStmt::If(condition, then, otherwise) => {
                guards.push(condition);
                check(program, then, guards, diagnostics);
                check(program, otherwise, guards, diagnostics);
                guards.pop();
            }
            HirStmt::IfUpdate(update, then, otherwise) => {
                unneeded(program, update, guards, diagnostics);
                check(program, then, guards, diagnostics);
                check(program, otherwise, guards, diagnostics);
            }
            HirStmt::For(_, _, body) => check(program, body, guards, diagnostics),
            HirStmt::LetUpdate(_, update) => unneeded(program, update, guards, diagnostics),
            HirStmt::Let(..) | HirStmt::Emit(_) => {}
        }
    }
}

fn report(program: &Program, update: &HirUpdate, guards: &[&Hir], diagnostics: &mut Vec<Diagnostic>) {
    if update.method.idempotent || program.answers(update) {
        return;
    }
    let guard =
        guards.iter().find(|guard| reads(program, guard, update, 0) && !Judge::new(program).condition(guard).grows());
    let Some(guard) = guard else { return };
    let var = &program.vars[update.var];
    let method = update.method.name;
    let mut diagnostic = Diagnostic::new(
        Code::W0501,
        guard.place,
        format!("`{}` may have changed elsewhere when this is acted on", var.name),
    )
    .label("read here")
    .also(update.place, format!("and `{method}` relies on it here"))
    .why("two nodes can both pass the same guard before they hear of each other");
    let (lattice, path) = updated(program, update);
    if lattice.lattice_name() == "pncounter" && method == "dec" {
        diagnostic = diagnostic.help(format!(
            "hold the bound by rights, which are spent even offline: make it a `bcounter` and write `if {}{path}.spend(…) {{ … }}`",
            var.name
        ));
    } else {
        diagnostic = diagnostic.help("hold the bound by rights: keep what is left in a `bcounter` and `spend` it");
    }
    diagnostics.push(diagnostic);
}

/// What an invariant holds by rights asks for them itself: a guard before it only refuses what would have been right.
fn unneeded(program: &Program, update: &HirUpdate, guards: &[&Hir], diagnostics: &mut Vec<Diagnostic>) {
    let Some(pool) = program.lowered_by(update).next() else { return };
    let Some(guard) = guards.iter().find(|guard| reads(program, guard, update, 0)) else { return };
    let (var, method) = (&program.vars[update.var].name, update.method.name);
    diagnostics.push(
        Diagnostic::new(
            Code::W0501,
            guard.place,
            format!("this guard is not needed: `{method}` asks for the rights itself"),
        )
        .label(format!("reads `{var}`, which may have changed elsewhere"))
        .also(update.place, "answers whether the rights were there")
        .also(pool.place, "because of this")
        .why("where the guard is right it adds nothing, and where it is late it decides wrongly")
        .help(format!("leave the guard out: `if {var}.{method}(…) {{ … }} else {{ … }}`")),
    );
}

/// The lattice that is updated, and the way to it in words.
fn updated<'p>(program: &'p Program, update: &HirUpdate) -> (&'p Crdt, String) {
    let mut crdt = &program.vars[update.var].crdt;
    let mut path = String::new();
    for step in &update.path {
        let next = match step {
            HirStep::Key(_) => {
                path.push_str("[…]");
                crdt.values()
            }
            HirStep::Part(at) => {
                let at = *at as usize;
                match crdt {
                    Crdt::Record(fields, _) => fields.get(at).map(|(name, part)| {
                        path.push_str(&format!(".{name}"));
                        part
                    }),
                    Crdt::Tuple(parts, _) => {
                        path.push_str(&format!(".{at}"));
                        parts.get(at)
                    }
                    _ => None,
                }
            }
        };
        let Some(next) = next else { break };
        crdt = next;
    }
    (crdt, path)
}

/// Whether an expression reads what is updated, or something that holds it, also through views and functions. Another
/// part of the same product is as good as another variable.
pub(crate) fn reads(program: &Program, hir: &Hir, update: &HirUpdate, depth: u32) -> bool {
    if depth >= 32 {
        return false;
    }
    let mut slots = Vec::new();
    if let Some(var) = place(program, hir, &mut slots) {
        let written = update.path.iter().filter_map(|step| if let HirStep::Part(at) = step { Some(*at) } else { None });
        if var == update.var && written.zip(&slots).all(|(written, read)| written == *read) {
            return true;
        }
    }
    match &hir.kind {
        HirKind::View(index) => reads(program, &program.views[*index].value, update, depth + 1),
        HirKind::Apply(index, args) => {
            reads(program, &program.fns[*index].body, update, depth + 1)
                || args.iter().any(|arg| reads(program, arg, update, depth))
        }
        // Of a place, what leads there is no reading of the whole; its keys are.
        HirKind::Lookup(map, key) if !slots.is_empty() => {
            reads(program, key, update, depth) || keys_read(program, map, update, depth)
        }
        HirKind::Field(base, _) if !slots.is_empty() => keys_read(program, base, update, depth),
        _ => {
            let mut found = false;
            hir.each_part(&mut |part| found = found || reads(program, part, update, depth));
            found
        }
    }
}

/// Whether the keys on the way to a place read it.
fn keys_read(program: &Program, hir: &Hir, update: &HirUpdate, depth: u32) -> bool {
    match &hir.kind {
        HirKind::Lookup(map, key) => reads(program, key, update, depth) || keys_read(program, map, update, depth),
        HirKind::Field(base, _) => keys_read(program, base, update, depth),
        _ => false,
    }
}

/// The variable of a place, and the parts walked through, outermost first.
fn place(program: &Program, hir: &Hir, slots: &mut Vec<u32>) -> Option<usize> {
    match &hir.kind {
        HirKind::Var(var) | HirKind::Raw(var) => Some(*var),
        HirKind::Lookup(map, _) => place(program, map, slots),
        HirKind::Field(base, name) => {
            let var = place(program, base, slots)?;
            slots.push(crate::lower::field_slot(&program.holes.full(&base.ty), name));
            Some(var)
        }
        _ => None,
    }
}
