//! Which sealed values must be there: a value that is sealed is unset at first, then the same for ever.
//!
//! ```text
//! when sealed(votes).is_set() { emit closed { votes: sealed(votes) } }  the condition says that it is there
//! ```
//!
//! Neighbours: `whens` asks what a body may read; how a sealed value moves is told by `sources`.

use lasp_plan::{BinaryOp, Func};

use crate::hir::{Hir, HirKind};
use crate::program::Program;

/// The sealed value that an expression is, by the position of the variable that holds it.
fn sealed(program: &Program, hir: &Hir) -> Option<usize> {
    let mut hir = hir;
    loop {
        match &hir.kind {
            HirKind::Var(var) | HirKind::Raw(var) if program.vars[*var].is_seal() => return Some(*var),
            // Other views are not defined by themselves, so this comes to an end.
            HirKind::View(view) if !program.views[*view].rec => hir = &program.views[*view].value,
            _ => return None,
        }
    }
}

/// The sealed values that must be there where a condition is true.
pub(super) fn implied(program: &Program, condition: &Hir, found: &mut Vec<usize>) {
    match &condition.kind {
        HirKind::Binary(BinaryOp::And, a, b) => {
            implied(program, a, found);
            implied(program, b, found);
        }
        HirKind::View(view) if !program.views[*view].rec => implied(program, &program.views[*view].value, found),
        HirKind::Call(Func::IsSet | Func::AtLeast | Func::AtMost, parts) => {
            found.extend(parts.first().and_then(|part| sealed(program, part)));
        }
        // Unset is false, on either side of the sign.
        HirKind::CompareSet(_, a, b) => found.extend([a, b].into_iter().filter_map(|side| sealed(program, side))),
        _ => {}
    }
}
