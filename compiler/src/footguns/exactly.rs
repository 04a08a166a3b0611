//! `views == 100`: a value that only moves one way, compared for equality with something fixed (W0504).
//!
//! ```text
//! views        98   99   [100]   102     two impressions that arrive together step over 100
//! views >= 100  no   no    yes   yes
//! ```
//!
//! Not reported: what the judgement finds stable (a counter's `n == 0` only becomes false, and is a question about the
//! beginning); two moving values, one of which may well be the greatest of many like the other; what is no number.

use lasp_plan::{BinaryOp, Stability, Value};

use super::{Scene, each_free};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Edit};
use crate::hir::{Hir, HirKind};
use crate::program::Program;
use crate::stability::Judge;
use crate::ty::Ty;

/// Reports equalities that are passed by.
pub(super) fn check<'p>(scene: &Scene<'p>, judge: &mut Judge<'p>, diagnostics: &mut Vec<Diagnostic>) {
    each_free(scene.program, &mut |hir| {
        hir.each(&mut |part| {
            let HirKind::Binary(BinaryOp::Eq, a, b) = &part.kind else { return };
            if judge.judge(part).shown() != Stability::Eventual {
                return;
            }
            for (moving, fixed, is_left) in [(a, b, true), (b, a, false)] {
                if !is_number(scene.program, moving) || !is_fixed(fixed) {
                    continue;
                }
                let way = way(scene.program, judge, moving);
                if let Some(way) = way
                    && !(way == Stability::Up && matches!(fixed.kind, HirKind::Const(Value::Int(0))))
                {
                    diagnostics.push(report(scene, part, moving, fixed, way, is_left));
                    return;
                }
            }
        });
    });
}

fn report(scene: &Scene<'_>, whole: &Hir, moving: &Hir, fixed: &Hir, way: Stability, is_left: bool) -> Diagnostic {
    let (value, bound) = (scene.text(moving.place), scene.text(fixed.place));
    let said = if matches!(fixed.kind, HirKind::Const(_)) { bound.to_string() } else { format!("`{bound}`") };
    let (verb, op) = if way == Stability::Up { ("grows", ">=") } else { ("falls", "<=") };
    let mirrored = if op == ">=" { "<=" } else { ">=" };
    let better = if is_left { format!("{value} {op} {bound}") } else { format!("{bound} {mirrored} {value}") };
    Diagnostic::new(Code::W0504, whole.place, format!("`{value}` only {verb}, and may step over {said} unseen"))
        .label(format!("true only while it is exactly {said}"))
        .why("what several nodes did arrives together: the value need never be seen at any one number on its way")
        .help(format!("say from where on:  `{better}`"))
        .choice(format!("write `{better}`"), vec![Edit { place: whole.place, text: better }])
}

fn is_number(program: &Program, hir: &Hir) -> bool {
    matches!(program.holes.head(&hir.ty), Ty::Int | Ty::Nat | Ty::Float | Ty::Time | Ty::Duration)
}

/// A constant, or something of the row in hand.
fn is_fixed(hir: &Hir) -> bool {
    match &hir.kind {
        HirKind::Const(_) | HirKind::Local(_) => true,
        HirKind::Field(base, _) => is_fixed(base),
        _ => false,
    }
}

/// Whether it only moves one way. Of a place in a variable the lattice that stands there says it, whatever the key is.
fn way<'p>(program: &'p Program, judge: &mut Judge<'p>, hir: &Hir) -> Option<Stability> {
    match &hir.kind {
        HirKind::Lookup(map, _) => match &map.kind {
            HirKind::Var(var) => match program.vars[*var].crdt.values()?.lattice_name() {
                // Keys of an `ormap` can go, and the value with them.
                _ if program.vars[*var].crdt.lattice_name() != "gmap" => None,
                "gcounter" | "max" => Some(Stability::Up),
                "min" => Some(Stability::Down),
                _ => None,
            },
            _ => None,
        },
        _ => match judge.judge(hir).shown() {
            way @ (Stability::Up | Stability::Down) => Some(way),
            Stability::Const | Stability::Eventual => None,
        },
    }
}
