//! Numbers, times and comparisons: checked, never wrapping.
//!
//! `9223372036854775807 + 1` is R0701 with that text; `10 / 0` is R0702; floats follow IEEE (`1.0 / 0.0` is `inf`).
//! Integer division truncates and `%` has the sign of its left side, as in most languages.
//!
//! Invariant: a message shows the values as the language writes them.

use lasp_plan::format::{duration_of, time_of, untyped_text_of};
use lasp_plan::{BinaryOp, Float, Place, UnaryOp, Value};

use super::{mismatch, truth};
use crate::Failure;

/// `-x`, `not x`.
pub(crate) fn unary(op: UnaryOp, value: &Value, place: Place) -> Result<Value, Failure> {
    match (op, value) {
        (UnaryOp::Not, value) => Ok(Value::Bool(!truth(value))),
        (UnaryOp::Neg, Value::Int(n)) => {
            n.checked_neg().map(Value::Int).ok_or_else(|| outside(&format!("-({n})"), "int", place))
        }
        (UnaryOp::Neg, Value::Duration(n)) => n
            .checked_neg()
            .map(Value::Duration)
            .ok_or_else(|| outside(&format!("-({})", duration_of(*n)), "duration", place)),
        (UnaryOp::Neg, Value::Float(x)) => Ok(Value::Float(Float::new(-x.get()))),
        (UnaryOp::Neg, other) => mismatch("a number", other),
    }
}

/// Any infix operator over two values at hand.
pub(crate) fn binary(op: BinaryOp, left: &Value, right: &Value, place: Place) -> Result<Value, Failure> {
    match op {
        BinaryOp::And => Ok(Value::Bool(truth(left) && truth(right))),
        BinaryOp::Or => Ok(Value::Bool(truth(left) || truth(right))),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
            arithmetic(op, left, right, place)
        }
        _ => Ok(Value::Bool(compare(op, left, right))),
    }
}

/// A comparison, structural.
pub(crate) fn compare(op: BinaryOp, left: &Value, right: &Value) -> bool {
    match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => left < right,
        BinaryOp::Le => left <= right,
        BinaryOp::Gt => left > right,
        BinaryOp::Ge => left >= right,
        other => unreachable!("{other:?} does not compare"),
    }
}

/// A comparison in which either side may be an option: unset compares false.
pub(crate) fn compare_set(op: BinaryOp, left: &Value, right: &Value) -> bool {
    fn content(value: &Value) -> Option<&Value> {
        match value {
            Value::None => None,
            Value::Some(inner) => Some(inner),
            bare => Some(bare),
        }
    }
    match (content(left), content(right)) {
        (Some(left), Some(right)) => compare(op, left, right),
        _ => false,
    }
}

fn arithmetic(op: BinaryOp, left: &Value, right: &Value, place: Place) -> Result<Value, Failure> {
    use BinaryOp::{Add, Div, Mul, Sub};
    let whole = |a: i64, b: i64, of: fn(i64) -> Value, ty: &str| match checked(op, a, b) {
        Some(n) => Ok(of(n)),
        None => Err(wrong(op, left, right, b == 0 && matches!(op, Div | BinaryOp::Rem), ty, place)),
    };
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => whole(*a, *b, Value::Int, "int"),
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(Float::new(float(op, a.get(), b.get())))),
        (Value::Time(a), Value::Duration(b)) if matches!(op, Add | Sub) => whole(*a, *b, Value::Time, "time"),
        (Value::Duration(a), Value::Time(b)) if op == Add => whole(*a, *b, Value::Time, "time"),
        (Value::Time(a), Value::Time(b)) if op == Sub => whole(*a, *b, Value::Duration, "duration"),
        (Value::Duration(a), Value::Duration(b)) if matches!(op, Add | Sub) => {
            whole(*a, *b, Value::Duration, "duration")
        }
        (Value::Duration(a), Value::Int(b)) if matches!(op, Mul | Div) => whole(*a, *b, Value::Duration, "duration"),
        (Value::Int(a), Value::Duration(b)) if op == Mul => whole(*a, *b, Value::Duration, "duration"),
        _ => panic!("the evaluator has no {op:?} for {left:?} and {right:?}"),
    }
}

fn checked(op: BinaryOp, a: i64, b: i64) -> Option<i64> {
    match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        // The least int % -1 is 0, although its quotient does not fit.
        BinaryOp::Rem => (b != 0).then(|| a.wrapping_rem(b)),
        other => unreachable!("{other:?} is not arithmetic"),
    }
}

fn float(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        other => unreachable!("{other:?} is not arithmetic"),
    }
}

#[cold]
fn wrong(op: BinaryOp, left: &Value, right: &Value, by_zero: bool, ty: &str, place: Place) -> Failure {
    let sign = match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        _ => "%",
    };
    let text = format!("{} {sign} {}", number_of(left), number_of(right));
    if by_zero { Failure::new("R0702", format!("{text} divides by zero"), place) } else { outside(&text, ty, place) }
}

/// R0701: a result that its type cannot hold.
pub(super) fn outside(what: &str, ty: &str, place: Place) -> Failure {
    Failure::new("R0701", format!("{what} is outside {ty}"), place)
}

/// A number as the language writes it.
pub(super) fn number_of(value: &Value) -> String {
    match value {
        Value::Int(n) => n.to_string(),
        Value::Float(x) => untyped_text_of(&Value::Float(*x)),
        Value::Time(t) => time_of(*t),
        Value::Duration(d) => duration_of(*d),
        other => mismatch("a number", other),
    }
}
