//! An update of one element of a set, in place: one dot, or none, comes for all those that live under the element.
//!
//! ```text
//! add x        {x → A#1, B#7}   becomes   {x → A#2}      the delta would be ({x → A#2}, seen {A#1, A#2, B#7})
//! remove x     {x → A#1, B#7}   becomes   {}             the delta would be ({}, seen {A#1, B#7})
//! ```
//!
//! It does what making the delta and joining it does (`tests/laws/at_once.rs`), without the delta: one look for the
//! element, one for the dots that go.
//!
//! Neighbours: [`crate::orset`], [`crate::rwset`].

use crate::change::Report;
use crate::dot::Dot;
use crate::dot_fun::{DotFun, Payload};
use crate::dot_map::DotMap;
use crate::dot_store::Place;
use crate::element::Element;
use crate::past::PastUndo;
use crate::registry::LatticeInfo;
use crate::update::{Call, UpdateError};

/// A set whose elements have dots.
type Marks<T, V> = DotMap<T, DotFun<V>>;

/// Puts a fresh dot with this value under an element, or none, in place of all that are there. Says whether anything
/// changed.
pub(crate) fn mark<T: Element, V: Payload>(
    marks: &mut Marks<T, V>,
    x: &T,
    value: Option<V>,
    (call, info): (&Call<'_, T>, &LatticeInfo),
    place: Place<'_, Marks<T, V>>,
    report: &mut Report<'_, T>,
) -> Result<bool, UpdateError> {
    let replica = call.stamp.replica;
    let next = || place.past.dots.greatest(replica).checked_add(1).ok_or_else(|| call.out_of_range(info));
    let fresh = match value {
        Some(value) => Some((Dot { replica, seq: next()? }, value)),
        None => None,
    };
    let dot = fresh.as_ref().map(|(dot, _)| *dot);
    // Where nobody takes deltas nobody brings any.
    let (killed, was, is) = marks.replace(x, fresh.clone(), place.group.is_some());
    if dot.is_none() && killed.is_none() {
        return Ok(false);
    }
    // The others have been seen long ago.
    if let Some(dot) = dot {
        place.past.dots.insert(dot);
    }
    if let Some((group, seen)) = place.group {
        for (old, _) in killed.iter().flatten() {
            if !seen.dots.insert(*old) {
                group.take(x, *old);
            }
        }
        if let Some((dot, value)) = fresh.filter(|(dot, _)| seen.dots.insert(*dot)) {
            group.put_value(x, dot, value);
        }
    }
    if let Some(undo) = place.undo {
        *undo = Some((Marks::before_replace(x, dot, killed), PastUndo::of_dot(dot)));
    }
    if was != is {
        report.element(x, if is { 1 } else { -1 });
    }
    Ok(true)
}
