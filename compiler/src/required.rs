//! Where a program needs a result that stays: each place as data, also where the checker refuses it.
//!
//! ```text
//! when cart.count() >= 5 { … }               cart.count() >= 5                             must not turn false again
//! for c in ads when views[c] >= 3 { … }      ads.filter(c => views[c] >= 3)                must not lose an element
//! for (k, v) in best when v >= 3 { … }       best.filter((k, v) => v >= 3).keys()          a map's entries change, its keys count
//! ```
//!
//! Neighbours: `stability` judges the same places and reports; the vm's explorer looks for schedules that break them.

use lasp_plan::{CollOp, Expr, Place, Stability, VarPlan};

use crate::diagnostic::{Diagnostic, Severity};
use crate::hir::{Hir, HirKind, HirLambda};
use crate::lower::pure;
use crate::program::{Program, WhenDef};
use crate::stability::Judge;
use crate::ty::Ty;

/// A place where a result must stay.
#[derive(Clone, Debug)]
pub struct Required {
    /// What needs it, as the program writes it: `when`.
    pub by: &'static str,
    /// The condition.
    pub place: Place,
    /// How the question moves, as far as the checker knows: `Const` and `Up` are what is needed.
    pub stability: Stability,
    /// What must stay, over the variables, with views and functions unfolded: a truth value that stays true, or a set that
    /// loses no element.
    pub question: Expr,
}

/// All of them, and the variables they are about.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// The variables, by position.
    pub vars: Vec<VarPlan>,
    /// In the order declared.
    pub places: Vec<Required>,
}

/// What is required, unless the program has errors of another family than stability and invariants: then its expressions
/// mean nothing yet.
pub(crate) fn requirements(program: &Program, diagnostics: &[Diagnostic]) -> Option<Requirements> {
    let about_stability = |code: &str| code.starts_with("E03") || code.starts_with("E05");
    let errors = || diagnostics.iter().filter(|found| found.severity == Severity::Error);
    if errors().any(|found| !about_stability(found.code.as_str())) {
        return None;
    }
    let vars = crate::lower::variables(program)?;
    let mut places = Vec::new();
    for when in &program.whens {
        places.push(required("when", when.condition.place, &question(program, when), program)?);
    }
    Some(Requirements { vars, places })
}

fn required(by: &'static str, place: Place, question: &Hir, program: &Program) -> Option<Required> {
    let stability = Judge::new(program).judge(question).shown();
    Some(Required { by, place, stability, question: pure(program, question)? })
}

/// The condition of a `when`; with a `for`, the bindings for which it holds.
pub(crate) fn question(program: &Program, when: &WhenDef) -> Hir {
    let Some((pattern, source)) = &when.binding else { return when.condition.clone() };
    let place = when.condition.place;
    let lambda = HirLambda { pattern: pattern.clone(), body: when.condition.clone() };
    let coll = |op, of: Hir, ty, lambda| Hir { kind: HirKind::Coll(op, Box::new(of), Vec::new(), lambda), ty, place };
    let source_ty = program.holes.full(&source.ty);
    match &source_ty {
        Ty::Map(key, value, _) => {
            let kept = Ty::map((**key).clone(), (**value).clone(), false);
            let kept = coll(CollOp::Filter, source.clone(), kept, Some(Box::new(lambda)));
            coll(CollOp::Keys, kept, Ty::set((**key).clone()), None)
        }
        _ => coll(CollOp::Filter, source.clone(), source_ty.clone(), Some(Box::new(lambda))),
    }
}
