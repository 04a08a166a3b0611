//! Patterns: does a value fit, and which parts get which slots.
//!
//! `{ ad, limit: 300 }` over the record `{ ad: "13", limit: 300 }` is
//! `Slots([(0, Bind(0)), (1, Const(300))])` over `("13", 300)`: it fits, slot 0 becomes `"13"`.
//!
//! Invariant: a pattern that does not fit may have set some of its slots; nobody reads them, since slots are numbered
//! per arm.

use lasp_plan::{Arm, Expr, Pattern, Value};

use super::{Frame, World, eval, mismatch, slot_of, truth};
use crate::Failure;

/// Whether the value fits; if so, the slots of the pattern are set.
pub fn bind(pattern: &Pattern, value: &Value, frame: &mut Frame<'_>) -> bool {
    match pattern {
        Pattern::Wildcard => true,
        Pattern::Bind(slot) => {
            frame.set(*slot, value.clone());
            true
        }
        Pattern::Const(constant) => constant == value,
        Pattern::Slots(slots) => slots.iter().all(|(slot, pattern)| bind(pattern, slot_of(value, *slot), frame)),
        Pattern::Variant(variant, patterns) => match value {
            Value::Variant(found, fields) => {
                found == variant
                    && patterns.len() == fields.len()
                    && patterns.iter().zip(fields.iter()).all(|(pattern, field)| bind(pattern, field, frame))
            }
            other => mismatch("an enum value", other),
        },
        Pattern::Some(pattern) => match value {
            Value::Some(inner) => bind(pattern, inner, frame),
            _ => false,
        },
    }
}

/// The body of the first arm that fits.
pub(super) fn choose<'e>(
    arms: &'e [Arm],
    subject: &Value,
    frame: &mut Frame<'_>,
    world: &dyn World,
) -> Result<&'e Expr, Failure> {
    for arm in arms {
        if !bind(&arm.pattern, subject, frame) {
            continue;
        }
        let open = match &arm.guard {
            Some(guard) => truth(&eval(guard, frame, world)?),
            None => true,
        };
        if open {
            return Ok(&arm.body);
        }
    }
    unreachable!("the checker has seen that an arm fits")
}
