//! `lex`: the first half decides, the second goes with it.
//!
//! A leader's term and who leads is `lex<max<int>, lww<text>>`. Writes `(1, a)`, `(2, b)` and `(2, c)` show the term 2,
//! and as the leader whichever of b and c was written last; `(1, a)` counts no more, whatever its clock.
//!
//! Invariants: first halves are totally ordered, and every update sets both halves.
//!
//! Neighbour: `registers` evaluates the halves on the writes that are picked out here.

use std::cmp::Ordering;

use crate::kind::Kind;
use crate::op::Arg;
use crate::registers::{Write, element, rank};

/// The first halves and the second halves of the writes that count: those with the greatest first half.
pub(crate) fn shown<'h>(first: &Kind, writes: &[Write<'h>]) -> (Vec<Write<'h>>, Vec<Write<'h>>) {
    let greatest = writes.iter().map(|write| halves(write.arg).0).max_by(|a, b| compare(first, a, b));
    let counting = writes.iter().filter(|write| Some(halves(write.arg).0) == greatest);
    counting
        .map(|write| {
            let (first, second) = halves(write.arg);
            (Write { arg: first, ..*write }, Write { arg: second, ..*write })
        })
        .unzip()
}

/// The second halves that a new write goes on from: those its maker is shown, if it keeps the first half, and none if
/// it sets another. A write below the shown first half goes on from nothing, since its maker shows nothing below that.
pub(crate) fn continued<'h>(first: &Kind, writes: &[Write<'h>], new: &Arg) -> Vec<Write<'h>> {
    let (firsts, seconds) = shown(first, writes);
    if firsts.iter().any(|write| write.arg == halves(new).0) { seconds } else { Vec::new() }
}

/// The second half of what is set.
pub(crate) fn second(arg: &Arg) -> &Arg {
    halves(arg).1
}

fn halves(arg: &Arg) -> (&Arg, &Arg) {
    if let Arg::Pair(first, second) = arg { (first, second) } else { panic!("{arg:?} is not both halves of a lex") }
}

/// How two values compare in the growth order of a totally ordered kind: in a `min`, the lesser is further up.
fn compare(kind: &Kind, a: &Arg, b: &Arg) -> Ordering {
    match kind {
        Kind::Max => element(a).cmp(&element(b)),
        Kind::Min => element(b).cmp(&element(a)),
        Kind::User(order) => order.compare(rank(a), rank(b)),
        Kind::Lex(first, second) => {
            let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
            compare(first, a1, b1).then_with(|| compare(second, a2, b2))
        }
        _ => panic!("{kind:?} is not totally ordered"),
    }
}
