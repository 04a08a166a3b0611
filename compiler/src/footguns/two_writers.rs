//! An `lww` that two roles write (W0505): of two writes at one time the greater clock wins, and the other is gone.
//!
//! ```text
//! on priced({ p })  at office { price := p }
//! on lowered({ p }) at shop   { price := p }      a shop that was offline all day overwrites, or is overwritten
//! ```
//!
//! One role may also have many nodes; but a program that names two writers for one register says that they are
//! different people with different reasons, and neither is told that the other's word is gone.

use super::{Scene, updated};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::hir::{HirStep, HirStmt, HirUpdate};

/// Reports each register once, with the first writers at two roles.
pub(super) fn check(scene: &Scene<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut writes: Vec<(&str, &HirUpdate)> = Vec::new();
    let program = scene.program;
    let handlers = program.handlers.iter().map(|handler| (&handler.role, &handler.body));
    let whens = program.whens.iter().map(|when| (&when.role, &when.body));
    for (role, body) in handlers.chain(whens) {
        if let Some(role) = role {
            each_update(body, &mut |update| {
                if updated(program, update).0.lattice_name() == "lww" {
                    writes.push((role, update));
                }
            });
        }
    }
    let mut told: Vec<&HirUpdate> = Vec::new();
    for (at, (role, update)) in writes.iter().enumerate() {
        if told.iter().any(|other| same_register(other, update)) {
            continue;
        }
        let other = writes[..at].iter().find(|(first, other)| first != role && same_register(other, update));
        if let Some((first_role, first)) = other {
            told.push(update);
            diagnostics.push(report(scene, (first_role, first), (role, update)));
        }
    }
}

fn report(scene: &Scene<'_>, first: (&str, &HirUpdate), second: (&str, &HirUpdate)) -> Diagnostic {
    let program = scene.program;
    let var = &program.vars[first.1.var];
    let called = format!("{}{}", var.name, updated(program, first.1).1);
    let (one, other) = (first.0, second.0);
    let several = scene.text(var.type_place).replacen("lww", "mv", 1);
    Diagnostic::new(
        Code::W0505,
        second.1.place,
        format!("`{called}` is an `lww` that `{one}` and `{other}` both write, and one write replaces the other"),
    )
    .label(format!("written at `{other}`"))
    .also(first.1.place, format!("and at `{one}`"))
    .also(var.type_place, "keeps the latest write only")
    .why("when both write before they hear of each other, one of the two is lost, and nobody is told")
    .help(format!("let one role decide:                         `var {}: … writable by {one}`", var.name))
    .help(format!("or keep both until somebody has seen them:  `var {}: {several}`", var.name))
}

/// Keys apart: two writers seldom mean to share a register's keys among them, and if they do, nothing checks it.
fn same_register(a: &HirUpdate, b: &HirUpdate) -> bool {
    let parts = |update: &HirUpdate| -> Vec<u32> {
        update.path.iter().filter_map(|step| if let HirStep::Part(at) = step { Some(*at) } else { None }).collect()
    };
    a.var == b.var && parts(a) == parts(b)
}

fn each_update<'p>(body: &'p [HirStmt], f: &mut impl FnMut(&'p HirUpdate)) {
    for stmt in body {
        match stmt {
            HirStmt::Update(update) | HirStmt::LetUpdate(_, update) => f(update),
            HirStmt::IfUpdate(update, then, otherwise) => {
                f(update);
                each_update(then, f);
                each_update(otherwise, f);
            }
            HirStmt::If(_, then, otherwise) => {
                each_update(then, f);
                each_update(otherwise, f);
            }
            HirStmt::For(_, _, body) => each_update(body, f),
            HirStmt::Let(..) | HirStmt::Emit(_) => {}
        }
    }
}
