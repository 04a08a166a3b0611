//! How `top` is typed.
//!
//! `sales.top(3, by: s => s.price)` is a list of at most three sales, the dearest first. How many is a part of the
//! program: what is kept for it, and what could be shipped, depends on it.
//!
//! Neighbours: `rules` for the other aggregates.

use lasp_grammar::ast::Expr;
use lasp_plan::{CollOp, Value};

use super::rules::{coll, element};
use super::{Call, Checker};
use crate::codes::Code;
use crate::hir::{Hir, HirKind};
use crate::ty::Ty;

pub(crate) fn top(c: &mut Checker<'_>, call: Call<'_>) -> Hir {
    let Some(element) = element(c, &call) else { return c.wrong(call.span) };
    let Some(args) = c.arguments(&call, &[("n", true), ("by", false)]) else { return c.wrong(call.span) };
    let lambda = args[1].map(|by| c.lambda(by, &element, None));
    let Some(most) = args[0].and_then(|most| how_many(c, most)) else { return c.wrong(call.span) };
    coll(c, call, CollOp::Top, vec![most], lambda, Ty::List(Box::new(element)))
}

/// A number that is written down.
fn how_many(c: &mut Checker<'_>, most: &Expr) -> Option<Hir> {
    let hir = c.want(most, &Ty::Nat);
    let message = match &hir.kind {
        HirKind::Error => return None,
        HirKind::Const(Value::Int(0)) => "`top` of none is always empty",
        HirKind::Const(Value::Int(n)) if u32::try_from(*n).is_ok() => return Some(hir),
        HirKind::Const(_) => "`top` gives at most 4294967295 elements",
        _ => "`top` needs a number that is written down, and this one is computed",
    };
    let computed = !matches!(hir.kind, HirKind::Const(_));
    let diagnostic = c.error(Code::E0202, most.span, message);
    if computed {
        diagnostic.why =
            Some("how many are kept is a part of the program, and does not change while it runs".to_string());
    }
    diagnostic.help.push("write it down: `.top(10, by: x => …)`".to_string());
    None
}
