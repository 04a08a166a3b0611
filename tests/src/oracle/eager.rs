//! The one legitimate difference: a part that fails, and that the recomputation never gets to.

use lasp_plan::Expr;

/// Expressions whose failure excuses a poisoned view.
pub(super) fn candidates(_expr: &Expr) -> Vec<Expr> {
    Vec::new()
}
