//! A fold in the dataflow: what is an aggregate becomes one; otherwise the elements of each group are collected into one
//! value, and gathered anew when it changes.
//!
//! ```text
//! s.fold(0, (acc, x) => acc + x)   rows (context…, element) ─ sum per context             see `monoid`
//! s.fold(0, f)                     rows (context…, element) ─ collect a set ─► (context…, {elements}) ─► … , fold({elements}, 0, f)
//! ```
//!
//! Gathered anew, a change costs O(elements of its group): what was gathered cannot be taken apart when an element goes.
//! Elements come in their canonical order, those of a list in the order of the list. Invariant: what the function reads has
//! been put beside the elements by the checker (`check::folds`), so it is an expression over its argument alone.

use lasp_plan::{Agg, BinaryOp, CollOp, Expr, ExprKind, Func, Lambda, Op, Pattern, Place, Value};

use super::Flow;
use super::direct::{constant, field, local, settle, tuple};
use super::monoid::{self, Gathered, Step};
use super::rep::{Ctx, columns};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
use crate::ty::Ty;

impl Flow<'_> {
    pub(super) fn fold(
        &mut self,
        ctx: &mut Ctx,
        source: &Hir,
        args: &[Hir],
        lambda: Option<&HirLambda>,
        place: Place,
    ) -> Expr {
        let (Some(lambda), [init]) = (lambda, args) else { return constant(Value::None, place) };
        if let Some((gathered, pattern)) = monoid::gathered(self.program, init, lambda) {
            return self.aggregates(ctx, source, &gathered, &pattern, place);
        }
        let coll = self.coll(ctx, source);
        let coll = self.as_set(coll, place);
        let base = coll.width;
        // The elements of a list come with their places, which keep them apart and in order.
        let is_list = matches!(self.program.holes.head(&source.ty), Ty::List(_));
        let arg = match is_list {
            true => tuple((base..base + coll.cols).map(|at| local(at, place)).chain([coll.elem]).collect(), place),
            false => coll.elem,
        };
        let arg = settle(arg, base + coll.cols);
        let node = self.graph.add(Op::Reduce { key: base, agg: Agg::Set, arg }, vec![coll.node], base + 1, place);
        let none = Value::set(Vec::new());
        let elements = self.append(ctx, node, columns(0, base, place), base, none, place);
        let init = self.scalar(ctx, init);
        let mut lambda = self.direct.lambda(lambda);
        if is_list {
            lambda = behind_place(lambda, coll.cols, place);
        }
        Expr { kind: ExprKind::Coll(CollOp::Fold, Box::new(elements), vec![init], Some(lambda)), place }
    }

    /// Each part by its aggregate, put together with where it starts.
    fn aggregates(
        &mut self,
        ctx: &mut Ctx,
        source: &Hir,
        gathered: &Gathered,
        pattern: &HirPattern,
        place: Place,
    ) -> Expr {
        let (init, taken) = match gathered {
            Gathered::Parts(parts) => {
                let parts = parts.iter().map(|part| self.aggregates(ctx, source, part, pattern, place));
                return tuple(parts.collect(), place);
            }
            Gathered::One(part) => match &part.step {
                Step::Keeps => return self.scalar(ctx, &part.init),
                Step::Takes(taken) => (&part.init, taken),
            },
        };
        let function = |body: &Hir| HirLambda { pattern: pattern.clone(), body: body.clone() };
        let kept = taken.guard.as_ref().map(|guard| {
            let kind =
                HirKind::Coll(CollOp::Filter, Box::new(source.clone()), Vec::new(), Some(Box::new(function(guard))));
            Hir { kind, ty: source.ty.clone(), place }
        });
        let zero = match &init.kind {
            HirKind::Const(Value::Duration(_)) => Value::Duration(0),
            _ => Value::Int(0),
        };
        let args = match taken.op {
            CollOp::Sum => vec![Hir { kind: HirKind::Const(zero.clone()), ty: init.ty.clone(), place }],
            _ => Vec::new(),
        };
        let value = function(&taken.value);
        let found = self.aggregated(ctx, taken.op, kept.as_ref().unwrap_or(source), &args, Some(&value), place);
        let binary = |op, a, b| Expr { kind: ExprKind::Binary(op, Box::new(a), Box::new(b)), place };
        match (taken.op, &init.kind) {
            (CollOp::Sum, HirKind::Const(start)) if *start == zero => return found,
            (CollOp::Any, HirKind::Const(Value::Bool(false))) | (CollOp::All, HirKind::Const(Value::Bool(true))) => {
                return found;
            }
            _ => {}
        }
        let init = self.scalar(ctx, init);
        match taken.op {
            CollOp::Sum => binary(BinaryOp::Add, init, found),
            CollOp::Any => binary(BinaryOp::Or, init, found),
            CollOp::All => binary(BinaryOp::And, init, found),
            _ => {
                let init = self.column_of(ctx, init);
                let call = |func, args| Expr { kind: ExprKind::Call(func, args), place };
                let found = call(Func::Or, vec![found, init.clone()]);
                call(if taken.op == CollOp::Max { Func::Max } else { Func::Min }, vec![init, found])
            }
        }
    }
}

/// The function of an element that stands behind `at` columns.
fn behind_place(lambda: Lambda, at: u32, place: Place) -> Lambda {
    let pair = || local(lambda.slot, place);
    let element = field(field(pair(), 1, place), at, place);
    let bare = tuple(vec![field(pair(), 0, place), element], place);
    let body = Expr { kind: ExprKind::Let(Pattern::Bind(lambda.slot), Box::new(bare), lambda.body), place };
    Lambda { slot: lambda.slot, body: Box::new(body) }
}
