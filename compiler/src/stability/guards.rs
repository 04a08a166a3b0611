//! Check-then-act: a handler that guards a counter's update by a read of the same counter (W0501).
//!
//! `if stock > 0 { stock.dec(1) }` is right on one node. On two, both can read 1, both pass, and the stock is -1: nothing
//! merges that away. Rights (escrow) are the way to hold such a bound without talking. Updates that can be repeated (`add`,
//! `set`) are not reported, and neither is a guard that once true stays true.

use super::whens::innermost;
use super::{Judge, Moves};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirKind, HirStmt, HirUpdate};
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
            HirStmt::IfUpdate(_, then, otherwise) => {
                check(program, then, guards, diagnostics);
                check(program, otherwise, guards, diagnostics);
            }
            HirStmt::For(_, _, body) => check(program, body, guards, diagnostics),
            HirStmt::Let(..) | HirStmt::LetUpdate(..) | HirStmt::Emit(_) => {}
        }
    }
}

fn report(program: &Program, update: &HirUpdate, guards: &[&Hir], diagnostics: &mut Vec<Diagnostic>) {
    if update.method.idempotent || update.method.answers {
        return;
    }
    let guard = guards.iter().find(|guard| {
        reads(program, guard, update.var, 0) && !matches!(Judge::new(program).judge(guard), Moves::Const | Moves::Up)
    });
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
    if let (crate::program::Crdt::Named { info, .. }, _) = innermost(&var.crdt)
        && info.name == "pncounter"
        && method == "dec"
    {
        diagnostic = diagnostic.help(format!(
            "hold the bound by rights, which are spent even offline: make it a `bcounter` and write `if {}{}.spend(…) {{ … }}`",
            var.name,
            if update.path.is_empty() { "" } else { "[…]" }
        ));
    } else {
        diagnostic = diagnostic.help("hold the bound by rights: keep what is left in a `bcounter` and `spend` it");
    }
    diagnostics.push(diagnostic);
}

/// Whether an expression reads a variable, also through views and functions.
fn reads(program: &Program, hir: &Hir, var: usize, depth: u32) -> bool {
    depth < 32
        && hir.any(&mut |part| match &part.kind {
            HirKind::Var(index) | HirKind::Raw(index) => *index == var,
            HirKind::View(index) => reads(program, &program.views[*index].value, var, depth + 1),
            HirKind::Apply(index, _) => reads(program, &program.fns[*index].body, var, depth + 1),
            _ => false,
        })
}
