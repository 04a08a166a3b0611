//! Texts taken apart and put together, and the lists that come of it.
//!
//! ```text
//! "a,b,,c".split(",")  ["a", "b", "", "c"]        ["a", "b"].join("-")  "a-b"        "naïve".slice(2, 4)  "ïv"
//! "12".to_int()        some(12)                   "12 ".to_int()        none         ["a", "b"].get(1)    some("b")
//! ```
//!
//! Characters are Unicode scalar values, counted from 0; what lies outside a text is left out, as nobody can know its
//! length beforehand. What may not exist is an option: a row with a bad number need not fail the view.
//!
//! Invariant: total but for R0705, a text or list too large. Neighbour: `func`.

use lasp_plan::{Float, Func, Place, Value};

use super::{TEXT_BYTES_MAX, mismatch};
use crate::Failure;

/// Most parts that a text may be split into: 16 MiB cut into characters would take gigabytes.
const PARTS_MAX: usize = 1_000_000;

/// A function of a text or list with one argument or two.
pub(super) fn of(
    func: Func,
    first: &Value,
    second: &Value,
    third: Option<&Value>,
    place: Place,
) -> Result<Value, Failure> {
    match (func, first, second, third) {
        (Func::Replace, Value::Text(text), Value::Text(what), Some(Value::Text(with))) => {
            replace(text, what, with, place)
        }
        (Func::Split, Value::Text(text), Value::Text(by), None) => split(text, by, place),
        (Func::Slice, Value::Text(text), Value::Int(from), None) => Ok(slice(text, *from, i64::MAX)),
        (Func::Slice, Value::Text(text), Value::Int(from), Some(Value::Int(to))) => Ok(slice(text, *from, *to)),
        (Func::JoinText, Value::List(parts), Value::Text(between), None) => join(parts, between, place),
        (Func::ItemAt, Value::List(items), Value::Int(at), None) => {
            let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
            Ok(item.map_or(Value::None, |item| Value::some(item.clone())))
        }
        (func, other, ..) => panic!("the evaluator has no {func:?} of {other:?}"),
    }
}

/// `to_int`, `to_float`: the number that a text is, and nothing besides.
pub(super) fn number(func: Func, text: &str) -> Value {
    if func == Func::ParseInt {
        return text.parse().map_or(Value::None, |n| Value::some(Value::Int(n)));
    }
    // Words such as `inf` are no numbers in a text.
    let is_written = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(x) if is_written && x.is_finite() => Value::some(Value::Float(Float::new(x))),
        _ => Value::None,
    }
}

fn replace(text: &str, what: &str, with: &str, place: Place) -> Result<Value, Failure> {
    if what.is_empty() {
        return Ok(Value::text(text));
    }
    let times = text.matches(what).count();
    fits(text.len() - times * what.len() + times.saturating_mul(with.len()), place)?;
    Ok(Value::text(&text.replace(what, with)))
}

fn split(text: &str, by: &str, place: Place) -> Result<Value, Failure> {
    let parts = if by.is_empty() { text.chars().count() } else { text.matches(by).count() };
    if parts >= PARTS_MAX {
        return Err(Failure::new("R0705", format!("a text in more than {PARTS_MAX} parts"), place));
    }
    Ok(Value::List(match by {
        "" => text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect(),
        _ => text.split(by).map(Value::text).collect(),
    }))
}

fn slice(text: &str, from: i64, to: i64) -> Value {
    let place = |at: i64| usize::try_from(at.max(0)).unwrap_or(usize::MAX);
    let (from, to) = (place(from), place(to));
    let part: String = text.chars().take(to).skip(from).collect();
    Value::text(&part)
}

fn join(parts: &[Value], between: &str, place: Place) -> Result<Value, Failure> {
    let text = |part: &Value| match part {
        Value::Text(text) => text.clone(),
        other => mismatch("a text", other),
    };
    let parts: Vec<_> = parts.iter().map(text).collect();
    let own: usize = parts.iter().map(|part| part.len()).sum();
    fits(own + between.len().saturating_mul(parts.len()), place)?;
    Ok(Value::text(&parts.join(between)))
}

/// R0705: a text beyond what a program may make.
pub(crate) fn fits(bytes: usize, place: Place) -> Result<(), Failure> {
    if bytes <= TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(Failure::new("R0705", format!("a text of more than {TEXT_BYTES_MAX} bytes"), place))
}
