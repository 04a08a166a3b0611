//! Where a program needs a result that stays: each place as data, also where the checker refuses it.
//!
//! ```text
//! when cart.count() >= 5 { … }               cart.count() >= 5                             must not turn false again
//! for c in ads when views[c] >= 3 { … }      ads.filter(c => views[c] >= 3)                must not lose an element
//! for (k, v) in best when v >= 3 { … }       best.filter((k, v) => v >= 3).keys()          a map's entries change, its keys count
//! let total: nat stable = …                  total                                         must not fall
//! bind low <- bids.min(b => b.n)             bids.min(b => b.n)                            must not rise once it is set
//! ```
//!
//! Neighbours: `stability` judges the same places and reports; the vm's explorer looks for schedules that break them.

use lasp_plan::{CollOp, Expr, Order, Place, Stability, VarPlan};

use crate::diagnostic::{Diagnostic, Severity};
use crate::hir::{Hir, HirKind, HirLambda};
use crate::lower::pure;
use crate::program::{MadeFor, Program, WhenDef};
use crate::stability::{Judge, flows, flows_down};
use crate::ty::Ty;

/// A place where a result must stay.
#[derive(Clone, Debug)]
pub struct Required {
    /// What needs it, as the program writes it: `when`, `once`, `seal`, `await`, `stable`, `bind`.
    pub by: &'static str,
    /// The condition.
    pub place: Place,
    /// How the question moves, as far as the checker knows: `Const` and `Up` are what is needed. Of `stable` and `bind`
    /// any but `Eventual`, which stands also for the wrong way.
    pub stability: Stability,
    /// What must stay, over the variables, with views and functions unfolded: a truth value that stays true, or a set
    /// that loses no element; of `stable` and `bind`, the value.
    pub question: Expr,
    /// Of `stable` and `bind`: how the value may move. Where a declared view has no direction, that of the whole is
    /// [`Stability::Eventual`].
    pub order: Option<Order>,
}

impl Required {
    /// Whether the checker finds that it does stay.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match self.order {
            None => matches!(self.stability, Stability::Const | Stability::Up),
            Some(_) => self.stability != Stability::Eventual,
        }
    }
}

/// All of them, and the variables they are about.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// The variables, by position.
    pub vars: Vec<VarPlan>,
    /// In the order declared.
    pub places: Vec<Required>,
}

/// What is required, unless the program has errors of another family than stability and invariants: then its
/// expressions mean nothing yet.
pub(crate) fn requirements(program: &Program, diagnostics: &[Diagnostic]) -> Option<Requirements> {
    let about_stability = |code: &str| code.starts_with("E03") || code.starts_with("E05");
    let errors = || diagnostics.iter().filter(|found| found.severity == Severity::Error);
    if errors().any(|found| !about_stability(found.code.as_str())) {
        return None;
    }
    let vars = crate::lower::variables(program)?;
    let mut places = Vec::new();
    for when in &program.whens {
        let by = match when.made_for {
            // What flows is asked about below.
            Some(MadeFor::Bind(_)) => continue,
            Some(MadeFor::Seal(_)) => "seal",
            Some(MadeFor::Await) => "await",
            None if when.once => "once",
            None => "when",
        };
        places.push(required(by, when.condition.place, &question(program, when), program)?);
    }
    for view in program.views.iter().filter(|view| view.stable.is_some()) {
        // A recursive view is asked about by its name: alone, its definition means nothing.
        let index = program.views.iter().position(|other| std::ptr::eq(other, view))?;
        let name = Hir { kind: HirKind::View(index), ty: view.ty.clone(), place: view.value.place };
        let mut place = required("stable", view.value.place, &name, program)?;
        place.order = Some(match place.stability {
            Stability::Eventual => Order::All(Stability::Eventual),
            _ => Judge::new(program).view(index).order(),
        });
        places.push(place);
    }
    for bind in &program.binds {
        let mut place = required("bind", bind.value.place, &bind.value, program)?;
        // As a map of falling values that may lose keys: it does not go the one way that is needed.
        if !flows(&mut Judge::new(program), program, bind) {
            place.stability = Stability::Eventual;
        }
        let down = flows_down(&program.vars[bind.var].crdt);
        place.order = Some(Order::All(if down { Stability::Down } else { Stability::Up }));
        places.push(place);
    }
    Some(Requirements { vars, places })
}

fn required(by: &'static str, place: Place, question: &Hir, program: &Program) -> Option<Required> {
    let stability = Judge::new(program).judge(question).shown();
    Some(Required { by, place, stability, question: pure(program, question)?, order: None })
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
