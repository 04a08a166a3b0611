//! The oracle's own meaning of what `branches` makes: patterns, options, enums, texts.
//!
//! A frame is copied for every name that is bound, so that no name can be seen where it was not given.
//!
//! Neighbour: `naive` has the other forms.

use lasp_plan::format::plain_of;
use lasp_plan::{BinaryOp, Expr, ExprKind, Func, Pattern, TextPart, Value};

use crate::naive::{eval, eval_all};

/// The most bytes of a text.
const TEXT_MAX: usize = 16 << 20;

pub fn of(expr: &Expr, row: &[Value]) -> Result<Value, &'static str> {
    Ok(match &expr.kind {
        ExprKind::Some(of) => Value::some(eval(of, row)?),
        ExprKind::Variant(variant, fields) => Value::Variant(*variant, eval_all(fields, row)?.into()),
        ExprKind::Let(pattern, value, body) => {
            let frame = fit(pattern, &eval(value, row)?, row).expect("it always fits");
            return eval(body, &frame);
        }
        ExprKind::Match(subject, arms) => {
            let subject = eval(subject, row)?;
            for arm in arms {
                let Some(frame) = fit(&arm.pattern, &subject, row) else { continue };
                let open = arm.guard.as_ref().map_or(Ok(Value::Bool(true)), |guard| eval(guard, &frame))?;
                if open == Value::Bool(true) {
                    return eval(&arm.body, &frame);
                }
            }
            panic!("no arm fits {subject:?}")
        }
        ExprKind::Text(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    TextPart::Literal(literal) => text += literal,
                    TextPart::Hole(of, ty) => text += &plain_of(&eval(of, row)?, ty),
                }
            }
            if text.len() > TEXT_MAX {
                return Err("R0705");
            }
            Value::text(&text)
        }
        ExprKind::CompareSet(op, left, right) => match (eval(left, row)?, eval(right, row)?) {
            (Value::Some(left), Value::Some(right)) => Value::Bool(match op {
                BinaryOp::Eq => left == right,
                BinaryOp::Ne => left != right,
                _ => left < right,
            }),
            _ => Value::Bool(false),
        },
        ExprKind::Call(Func::Or, args) => match eval(&args[0], row)? {
            Value::Some(content) => (*content).clone(),
            _ => return eval(&args[1], row),
        },
        ExprKind::Call(func, args) => return call(*func, &eval_all(args, row)?),
        other => panic!("the generator does not make {other:?}"),
    })
}

fn call(func: Func, args: &[Value]) -> Result<Value, &'static str> {
    Ok(match (func, args) {
        (Func::Length, [Value::Text(text)]) => Value::Int(text.chars().count() as i64),
        (Func::Upper, [Value::Text(text)]) => Value::text(&text.to_uppercase()),
        (Func::Trim, [Value::Text(text)]) => Value::text(text.trim()),
        (Func::Abs, [Value::Int(n)]) => Value::Int(n.checked_abs().ok_or("R0701")?),
        (Func::Min, [left, right]) => if left <= right { left } else { right }.clone(),
        (Func::Max, [left, right]) => if left >= right { left } else { right }.clone(),
        (Func::Clamp, [Value::Int(n), Value::Int(low), Value::Int(high)]) => {
            let raised = if n < low { low } else { n };
            Value::Int(*if raised > high { high } else { raised })
        }
        (func, [Value::Text(text), Value::Text(part)]) => Value::Bool(match func {
            Func::StartsWith => text.as_bytes().starts_with(part.as_bytes()),
            Func::EndsWith => text.as_bytes().ends_with(part.as_bytes()),
            _ => part.is_empty() || text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes()),
        }),
        other => panic!("the generator does not make {other:?}"),
    })
}

/// The frame with the names of a pattern, if the value fits it.
fn fit(pattern: &Pattern, value: &Value, row: &[Value]) -> Option<Vec<Value>> {
    let mut frame = row.to_vec();
    match (pattern, value) {
        (Pattern::Wildcard, _) => {}
        (Pattern::Bind(slot), value) => {
            let slot = *slot as usize;
            frame.resize(frame.len().max(slot + 1), Value::text("a name that was not given"));
            frame[slot] = value.clone();
        }
        (Pattern::Const(wanted), value) if wanted == value => {}
        (Pattern::Slots(patterns), Value::Tuple(slots)) => {
            for (slot, pattern) in patterns {
                frame = fit(pattern, &slots[*slot as usize], &frame)?;
            }
        }
        (Pattern::Variant(wanted, patterns), Value::Variant(variant, fields)) if wanted == variant => {
            for (pattern, field) in patterns.iter().zip(fields.iter()) {
                frame = fit(pattern, field, &frame)?;
            }
        }
        (Pattern::Some(pattern), Value::Some(content)) => return fit(pattern, content, row),
        _ => return None,
    }
    Some(frame)
}
