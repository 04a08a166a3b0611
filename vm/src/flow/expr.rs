//! Expressions over rows: the one door to the evaluator.
//!
//! A column or a constant, which most keys and many mapped columns are, is read here without entering it.

use lasp_plan::{Expr, ExprKind, Value};

use crate::Failure;
use crate::eval::{Frame, NoWorld, eval};

/// What the expression is worth for the row.
#[inline]
pub(super) fn value(expr: &Expr, row: &[Value]) -> Result<Value, Failure> {
    match &expr.kind {
        ExprKind::Local(slot) if (*slot as usize) < row.len() => Ok(row[*slot as usize].clone()),
        ExprKind::Const(value) => Ok(value.clone()),
        _ => eval(expr, &mut Frame::new(row), &NoWorld),
    }
}

/// Whether the row satisfies the condition.
#[inline]
pub(super) fn holds(condition: &Expr, row: &[Value]) -> Result<bool, Failure> {
    match value(condition, row)? {
        Value::Bool(truth) => Ok(truth),
        other => unreachable!("the checker makes conditions truth values, not {other:?}"),
    }
}
