//! The least fixed point, directly: the body is evaluated again and again, beginning with the empty set.
//!
//! ```text
//! reach = edges ∪ { (a, c) | (a, b) in reach, (b, c) in edges }      {} ─► ways of one edge ─► of at most two ─► …
//! ```
//!
//! Every round begins from scratch: simple enough to be believed, and slow. The dataflow (`flow/fix.rs`) pays for new
//! elements only.
//!
//! Invariant: the body gains elements when the slot does (the checker makes sure: E0303), so the rounds only rise, and
//! what they end with is the least set that the body gives back.

use lasp_plan::{Expr, Value};

use super::{Frame, World, eval};
use crate::Failure;

/// Most elements that the rounds may give together: 6,000 rounds that each find one more. Beyond it, a body that finds
/// new elements for ever is the likely cause.
const ELEMENTS_MAX: usize = 20_000_000;

/// The least set that `body` gives back when `slot` holds it.
pub(super) fn least(slot: u32, body: &Expr, frame: &mut Frame<'_>, world: &dyn World) -> Result<Value, Failure> {
    let mut found = Value::set(Vec::new());
    let mut spent = 0;
    loop {
        frame.set(slot, found.clone());
        let next = eval(body, frame, world)?;
        if next == found {
            return Ok(found);
        }
        spent += if let Value::Set(elements) = &next { elements.len() } else { 0 };
        if spent > ELEMENTS_MAX {
            let message = format!("this comes to no end: after {ELEMENTS_MAX} elements it still finds new ones");
            return Err(Failure::new("R0705", message, body.place));
        }
        found = next;
    }
}
