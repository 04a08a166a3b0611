//! A guard before an update that asks for rights itself (W0501).
//!
//! `invariant stock >= 0 by escrow` makes `stock.dec(n)` answer. A guard `if stock >= n` before it may be late: where
//! it is right it adds nothing, where it is late it refuses what the rights would have allowed, or lets in what they
//! refuse.
//!
//! Neighbours: `check_then_act` is about guards of what has no rights.

use super::Scene;
use super::check_then_act::reads;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{Hir, HirStmt, HirUpdate};

/// Reports needless guards in all handlers.
pub(super) fn check(scene: &Scene<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for handler in &scene.program.handlers {
        body(scene, &handler.body, &mut Vec::new(), diagnostics);
    }
}

fn body<'p>(scene: &Scene<'p>, stmts: &'p [HirStmt], guards: &mut Vec<&'p Hir>, diagnostics: &mut Vec<Diagnostic>) {
    for stmt in stmts {
        match stmt {
            HirStmt::If(condition, then, otherwise) => {
                guards.push(condition);
                body(scene, then, guards, diagnostics);
                body(scene, otherwise, guards, diagnostics);
                guards.pop();
            }
            HirStmt::IfUpdate(update, then, otherwise) => {
                report(scene, update, guards, diagnostics);
                body(scene, then, guards, diagnostics);
                body(scene, otherwise, guards, diagnostics);
            }
            HirStmt::LetUpdate(_, update) => report(scene, update, guards, diagnostics),
            HirStmt::For(_, _, inner) => body(scene, inner, guards, diagnostics),
            HirStmt::Update(_) | HirStmt::Let(..) | HirStmt::Emit(_) => {}
        }
    }
}

fn report(scene: &Scene<'_>, update: &HirUpdate, guards: &[&Hir], diagnostics: &mut Vec<Diagnostic>) {
    let program = scene.program;
    let Some(pool) = program.lowered_by(update).next() else { return };
    let Some(guard) = guards.iter().find(|guard| reads(program, guard, update)) else { return };
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
