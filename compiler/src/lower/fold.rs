//! A fold in the dataflow that is no aggregate (see `monoid`): the elements of each group collected into one value, and
//! gathered anew when it changes.
//!
//! ```text
//! s.fold(0, f)      rows (context…, element) ─ collect a set ─► (context…, {elements}) ─► … , fold({elements}, 0, f)
//! ```
//!
//! A change costs O(elements of its group): what was gathered cannot be taken apart when an element goes. Elements come
//! in their canonical order, those of a list in the order of the list. Invariant: what the function reads has been put
//! beside the elements by the checker (`check::folds`), so it is an expression over its argument alone.

use lasp_plan::{Agg, CollOp, Expr, ExprKind, Lambda, Op, Pattern, Place, Value};

use super::Flow;
use super::direct::{constant, field, local, settle, tuple};
use super::rep::{Ctx, columns};
use crate::hir::{Hir, HirLambda};
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
}

/// The function of an element that stands behind `at` columns.
fn behind_place(lambda: Lambda, at: u32, place: Place) -> Lambda {
    let pair = || local(lambda.slot, place);
    let element = field(field(pair(), 1, place), at, place);
    let bare = tuple(vec![field(pair(), 0, place), element], place);
    let body = Expr { kind: ExprKind::Let(Pattern::Bind(lambda.slot), Box::new(bare), lambda.body), place };
    Lambda { slot: lambda.slot, body: Box::new(body) }
}
