//! Scalar functions: options, conversions, comparisons, single texts.
//!
//! `x.or(0)`, `n.to_nat()`, `name.starts_with("a")`. One arm per [`Func`]; the names users write are in the compiler's
//! operator table.
//!
//! Invariant: total but for R0701 (`abs` of the least int, conversions outside their range), R0707 (an `ivar` that was
//! set twice)
//! and what `text` and `civil` say.

use lasp_plan::{BinaryOp, Expr, ExprKind, Float, Func, Place, Value};

use super::arith::{compare_set, number_of, outside};
use super::read::conflict;
use super::{Frame, World, civil, eval, mismatch, peek, read, text};
use crate::Failure;

pub(super) fn call(
    func: Func,
    args: &[Expr],
    place: Place,
    frame: &mut Frame<'_>,
    world: &dyn World,
) -> Result<Value, Failure> {
    let (first, second) = (args.first().expect("a function has an argument"), args.get(1));
    let first = match peek(first, frame) {
        Some(value) => value.clone(),
        // Set is set, also where there are two values.
        None if func == Func::IsSet => {
            return read::read(first, frame, world)?.has_content(place, world).map(Value::Bool);
        }
        None => eval(first, frame, world)?,
    };
    if func == Func::Agreed {
        return agreed(first, args.get(1), place);
    }
    if func == Func::Or {
        // The default is not evaluated in vain: `x.or(1 / n)` must not fail where `x` is set.
        return match first {
            Value::Some(inner) => Ok(Value::clone(&inner)),
            _ => eval(second.expect("`or` has a default"), frame, world),
        };
    }
    let Some(second) = second else { return one(func, &first, place) };
    let second = eval(second, frame, world)?;
    match args.get(2) {
        None => apply(func, &[&first, &second], place),
        Some(third) => apply(func, &[&first, &second, &eval(third, frame, world)?], place),
    }
}

/// A function of values at hand: all but `or` and `agreed`, which look at an expression.
pub(crate) fn apply(func: Func, args: &[&Value], place: Place) -> Result<Value, Failure> {
    let (first, second, third) = match *args {
        [first] => return one(func, first, place),
        [first, second] => (first, second, None),
        [first, second, third] => (first, second, Some(third)),
        _ => panic!("the evaluator has no {func:?} of {} values", args.len()),
    };
    match (func, third) {
        (Func::AtLeast | Func::AtMost | Func::StartsWith | Func::EndsWith | Func::TextContains, _) => {
            Ok(Value::Bool(two(func, first, second)))
        }
        (Func::Min, _) => Ok(first.min(second).clone()),
        (Func::Max, _) => Ok(first.max(second).clone()),
        (Func::FloorTo, _) => civil::floor(first, second, place),
        // Not the method of the same name, which panics where the bounds are the wrong way round.
        (Func::Clamp, Some(high)) => Ok(first.max(second).min(high).clone()),
        (func, third) => text::of(func, first, second, third, place),
    }
}

/// The one value of an `ivar`. Where there are two, its row holds the set of them.
fn agreed(row: Value, name: Option<&Expr>, place: Place) -> Result<Value, Failure> {
    let Value::Set(values) = row else { return Ok(row) };
    let name = match name.map(|name| &name.kind) {
        Some(ExprKind::Const(Value::Text(name))) => name,
        _ => unreachable!("the compiler names the variable"),
    };
    Err(conflict(name, &values, place))
}

fn one(func: Func, value: &Value, place: Place) -> Result<Value, Failure> {
    match (func, value) {
        (Func::Places, Value::List(items)) => {
            let places = (0..).map(Value::Int);
            Ok(Value::List(places.zip(items.iter()).map(|(at, item)| Value::tuple([at, item.clone()])).collect()))
        }
        (Func::Places, other) => {
            let elements = other.elements().unwrap_or_else(|| mismatch("a collection", other));
            let first = |element| Value::tuple([Value::Int(0), element]);
            Ok(Value::List(elements.into_iter().map(first).collect()))
        }
        (Func::IsSet, value) => Ok(Value::Bool(*value != Value::None)),
        (Func::Abs, Value::Int(n)) => {
            n.checked_abs().map(Value::Int).ok_or_else(|| outside(&format!("abs({n})"), "int", place))
        }
        (Func::Abs, Value::Duration(n)) => n
            .checked_abs()
            .map(Value::Duration)
            .ok_or_else(|| outside(&format!("abs({})", number_of(value)), "duration", place)),
        (Func::Abs, Value::Float(x)) => Ok(Value::Float(Float::new(x.get().abs()))),
        (Func::ToFloat, Value::Int(n)) => Ok(Value::Float(Float::new(*n as f64))),
        (Func::ToFloat, Value::Float(_)) | (Func::ToInt, Value::Int(_)) => Ok(value.clone()),
        (Func::ToInt, Value::Float(x)) => whole(*x, "int", place).map(Value::Int),
        (Func::ToNat, Value::Int(n)) => natural(*n, value, place),
        (Func::ToNat, Value::Float(x)) => natural(whole(*x, "nat", place)?, value, place),
        (Func::Length, Value::Text(text)) => Ok(Value::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))),
        (Func::Upper, Value::Text(text)) => Ok(Value::text(&text.to_uppercase())),
        (Func::Lower, Value::Text(text)) => Ok(Value::text(&text.to_lowercase())),
        (Func::Trim, Value::Text(text)) => Ok(Value::text(text.trim())),
        (Func::ParseInt | Func::ParseFloat, Value::Text(text)) => Ok(text::number(func, text)),
        (Func::Round, Value::Float(x)) => Ok(Value::Float(Float::new(x.get().round()))),
        (Func::Floor, Value::Float(x)) => Ok(Value::Float(Float::new(x.get().floor()))),
        (Func::Ceil, Value::Float(x)) => Ok(Value::Float(Float::new(x.get().ceil()))),
        (Func::Sqrt, Value::Float(x)) => Ok(Value::Float(Float::new(x.get().sqrt()))),
        (Func::ToTime, Value::Int(n)) => match n.checked_mul(civil::SECOND) {
            Some(micros) => Ok(Value::Time(micros)),
            None => Err(outside(&format!("time({n})"), "time", place)),
        },
        (func, Value::Time(micros)) => Ok(Value::Int(civil::field(func, *micros))),
        (func, Value::Duration(micros)) => Ok(Value::Int(civil::whole(func, *micros))),
        (func, other) => panic!("the evaluator has no {func:?} of {other:?}"),
    }
}

fn two(func: Func, left: &Value, right: &Value) -> bool {
    let texts = || match (left, right) {
        (Value::Text(left), Value::Text(right)) => (&**left, &**right),
        (left, right) => mismatch("two texts", if matches!(left, Value::Text(_)) { right } else { left }),
    };
    match func {
        Func::AtLeast => compare_set(BinaryOp::Ge, left, right),
        Func::AtMost => compare_set(BinaryOp::Le, left, right),
        Func::StartsWith => texts().0.starts_with(texts().1),
        Func::EndsWith => texts().0.ends_with(texts().1),
        Func::TextContains => texts().0.contains(texts().1),
        func => panic!("the evaluator has no {func:?} of two values"),
    }
}

/// Truncates. The bounds are doubles: 2⁶³ is one, the greatest int is not.
fn whole(x: Float, ty: &str, place: Place) -> Result<i64, Failure> {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    let truncated = x.get().trunc();
    if (-BOUND..BOUND).contains(&truncated) {
        Ok(truncated as i64)
    } else {
        Err(outside(&number_of(&Value::Float(x)), ty, place))
    }
}

fn natural(n: i64, shown: &Value, place: Place) -> Result<Value, Failure> {
    if n >= 0 { Ok(Value::Int(n)) } else { Err(outside(&number_of(shown), "nat", place)) }
}
