//! What follows from a value that is sealed: unset at first, then the same for ever.
//!
//! ```text
//! match sealed(votes) { some(v) => v.count() >= 2, none => false }      grows: false at first, then fixed
//! when sealed(votes).is_set() { emit closed { votes: sealed(votes) } }  the condition says that it is there
//! ```
//!
//! Neighbours: the parent module asks how a `match` moves, `whens` what a body may read.

use lasp_plan::{BinaryOp, Func, Value};

use super::{Judge, Moves};
use crate::hir::{Hir, HirArm, HirKind, HirPattern};
use crate::program::Program;
use crate::ty::Ty;

/// The sealed value that an expression is, by the position of the variable that holds it.
pub(super) fn sealed(program: &Program, hir: &Hir) -> Option<usize> {
    let mut hir = hir;
    loop {
        match &hir.kind {
            HirKind::Var(var) | HirKind::Raw(var) if program.vars[*var].is_seal() => return Some(*var),
            // Views are not defined by themselves, so this comes to an end.
            HirKind::View(view) => hir = &program.views[*view].value,
            _ => return None,
        }
    }
}

impl Judge<'_> {
    /// How a `match` on a sealed value moves; none if it is on something else.
    pub(super) fn match_on_sealed(&mut self, value: &Hir, arms: &[HirArm]) -> Option<Moves> {
        sealed(self.program, value)?;
        let mut all = Moves::Up;
        for arm in arms {
            let whole = matches!(arm.pattern, HirPattern::Bind(_));
            let locals = &mut self.locals;
            arm.pattern.each_bound(&mut |local| {
                locals.insert(local, if whole { Moves::Up } else { Moves::Const });
            });
            let guarded = arm.guard.as_ref().map(|guard| self.moves(guard));
            let body = self.moves(&arm.body);
            // While it is unset the result has to be the least there is: whatever follows is no step back.
            let fits_unset = !matches!(arm.pattern, HirPattern::Some(_));
            let goes = matches!(body, Moves::Const | Moves::Up) && (!fits_unset || self.is_least(&arm.body));
            if !goes || guarded.is_some_and(|moves| moves != Moves::Const) {
                all = Moves::Eventual;
            }
        }
        Some(all)
    }

    /// Whether an expression is the least value of its type.
    fn is_least(&self, hir: &Hir) -> bool {
        match &hir.kind {
            HirKind::Const(Value::Bool(false) | Value::None) => true,
            HirKind::Const(Value::Int(0)) => self.program.holes.head(&hir.ty) == Ty::Nat,
            HirKind::Set(parts) => parts.is_empty(),
            _ => false,
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
        HirKind::View(view) => implied(program, &program.views[*view].value, found),
        HirKind::Call(Func::IsSet | Func::AtLeast | Func::AtMost, parts) => {
            found.extend(parts.first().and_then(|part| sealed(program, part)));
        }
        // Unset is false, on either side of the sign.
        HirKind::CompareSet(_, a, b) => found.extend([a, b].into_iter().filter_map(|side| sealed(program, side))),
        _ => {}
    }
}
