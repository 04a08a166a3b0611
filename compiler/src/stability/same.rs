//! Whether two expressions are written alike: then they have one value, since expressions are pure.
//!
//! `if a.count() > b.count() then a.count() else b.count()` is a maximum because what is compared is what is chosen.
//! Conservative: lambdas, `match` and what binds names are never the same. Neighbours: `choose` asks.

use crate::hir::{Hir, HirKind};

/// Whether both are the same expression.
pub(crate) fn same(a: &Hir, b: &Hir) -> bool {
    let all = |a: &[Hir], b: &[Hir]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (&a.kind, &b.kind) {
        (HirKind::Const(a), HirKind::Const(b)) => a == b,
        (HirKind::Local(a), HirKind::Local(b)) => a == b,
        (HirKind::Var(a), HirKind::Var(b))
        | (HirKind::Raw(a), HirKind::Raw(b))
        | (HirKind::View(a), HirKind::View(b)) => a == b,
        (HirKind::Field(a, x), HirKind::Field(b, y)) => x == y && same(a, b),
        (HirKind::Lookup(a, i), HirKind::Lookup(b, j)) => same(a, b) && same(i, j),
        (HirKind::Some(a), HirKind::Some(b)) => same(a, b),
        (HirKind::Unary(f, a), HirKind::Unary(g, b)) => f == g && same(a, b),
        (HirKind::Binary(f, a, x), HirKind::Binary(g, b, y))
        | (HirKind::CompareSet(f, a, x), HirKind::CompareSet(g, b, y)) => f == g && same(a, b) && same(x, y),
        (HirKind::Tuple(a), HirKind::Tuple(b)) | (HirKind::Set(a), HirKind::Set(b)) => all(a, b),
        (HirKind::Call(f, a), HirKind::Call(g, b)) => f == g && all(a, b),
        (HirKind::Apply(f, a), HirKind::Apply(g, b)) => f == g && all(a, b),
        (HirKind::Coll(f, a, x, None), HirKind::Coll(g, b, y, None)) => f == g && same(a, b) && all(x, y),
        _ => false,
    }
}
