//! Registers, which are set: `max`, `min`, `lww`, `mv`, `ivar`, a user's lattice, and `lex` over them.
//!
//! Two replicas set a register to 3 and to 5, neither having seen the other. A `max` reads 5, an `mv` both, an `ivar`
//! reports the conflict, and an `lww` reads what was written by the later clock.
//!
//! A `lex` shows some of its writes to each of its halves, so the rules here take writes rather than a view.
//!
//! Neighbours: `clock` has the hybrid clocks of `lww`, `lex` says which writes a second half is shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Clock, clocks};
use crate::kind::Kind;
use crate::lex;
use crate::op::{Act, Arg};
use crate::seen::Seen;
use crate::value::Value;
use crate::view::View;

/// A write to a register, or to one half of a `lex`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write<'h> {
    pub id: usize,
    pub at: usize,
    pub seen: Seen,
    pub arg: &'h Arg,
}

/// The writes to a register.
pub(crate) fn writes<'h>(view: &View<'h>) -> Vec<Write<'h>> {
    let mut writes = Vec::new();
    for (id, made) in view.acts() {
        if let Act::Set(arg) = &made.op.act {
            writes.push(Write { id, at: made.op.at, seen: made.seen, arg });
        }
    }
    writes
}

/// What a register shows.
pub(crate) fn value(kind: &Kind, view: &View) -> Value {
    view.require(|act| matches!(act, Act::Set(_)) || (*kind == Kind::Mv && *act == Act::Clear));
    let beside = Beside {
        cleared: view.seen_by(view.which(|act| *act == Act::Clear)),
        clocks: if kind.tells_time() { clocks(kind, view) } else { BTreeMap::new() },
    };
    shown(kind, &writes(view), &beside)
}

/// What matters to a register besides the writes it is shown.
struct Beside {
    /// What some clear has seen.
    cleared: Seen,
    /// The clocks of the writes, if the kind looks at them.
    clocks: BTreeMap<usize, Clock>,
}

fn shown(kind: &Kind, writes: &[Write], beside: &Beside) -> Value {
    match kind {
        Kind::Max => Value::Register(elements(writes).last().copied()),
        Kind::Min => Value::Register(elements(writes).first().copied()),
        Kind::Lww => Value::Register(last(writes, &beside.clocks)),
        Kind::Mv => Value::Set(latest(writes, beside.cleared)),
        Kind::Ivar => {
            let elements = elements(writes);
            if elements.len() > 1 { Value::Conflict(elements) } else { Value::Register(elements.first().copied()) }
        }
        Kind::User(order) => Value::Rank(order.join(&writes.iter().map(|write| rank(write.arg)).collect::<Vec<_>>())),
        Kind::Lex(first, second) => {
            let (firsts, seconds) = lex::shown(first, writes);
            Value::pair(shown(first, &firsts, beside), shown(second, &seconds, beside))
        }
        _ => panic!("{kind:?} is not a register"),
    }
}

/// Whether a register that shows these updates to the maker of a new write refuses it: an `ivar` with other values
/// only.
pub(crate) fn conflicts(kind: &Kind, view: &View, arg: &Arg) -> bool {
    in_the_way(kind, &writes(view), arg)
}

fn in_the_way(kind: &Kind, writes: &[Write], arg: &Arg) -> bool {
    match kind {
        Kind::Ivar => !writes.is_empty() && writes.iter().all(|write| write.arg != arg),
        Kind::Lex(first, second) => in_the_way(second, &lex::continued(first, writes, arg), lex::second(arg)),
        _ => false,
    }
}

/// `lww`: greatest hybrid clock, then replica, then value.
fn last(writes: &[Write], clocks: &BTreeMap<usize, Clock>) -> Option<u8> {
    let ordered = writes.iter().map(|write| (clocks[&write.id], write.at, element(write.arg)));
    ordered.max().map(|(_, _, element)| element)
}

/// `mv`: the values no later set or clear has seen.
fn latest(writes: &[Write], cleared: Seen) -> BTreeSet<u8> {
    let mut left = writes.to_vec();
    left.retain(|write| !cleared.contains(write.id) && !writes.iter().any(|later| later.seen.contains(write.id)));
    elements(&left)
}

fn elements(writes: &[Write]) -> BTreeSet<u8> {
    writes.iter().map(|write| element(write.arg)).collect()
}

/// The plain value that is set.
pub(crate) fn element(arg: &Arg) -> u8 {
    if let Arg::Element(element) = arg { *element } else { panic!("{arg:?} is not a plain value") }
}

/// The element of a user's lattice that is set.
pub(crate) fn rank(arg: &Arg) -> u16 {
    if let Arg::Rank(rank) = arg { *rank } else { panic!("{arg:?} is not an element of a user's lattice") }
}
