//! Sets: `gset`, `orset`, `rwset`, `twopset` and `topk`.
//!
//! Replica 0 adds x; two replicas that have seen it go on, one removing x and one adding it again. In an `orset` x is
//! in, for nobody has seen the second add and removed it. In an `rwset` it is out, for nobody has seen the remove and
//! added it.
//!
//! Neighbour: `flags` has the same two rules for a single element.

use std::collections::BTreeSet;

use crate::op::Act;
use crate::seen::Seen;
use crate::view::View;

/// `gset`: all that was added.
pub(crate) fn all(view: &View) -> BTreeSet<u8> {
    view.require(|act| matches!(act, Act::Add(_)));
    added(view)
}

/// `orset`: x is in iff some add of x has been seen by no remove of x and no clear.
pub(crate) fn add_wins(view: &View) -> BTreeSet<u8> {
    view.require(|act| matches!(act, Act::Add(_) | Act::Remove(_) | Act::Clear));
    let clears = view.which(|act| *act == Act::Clear);
    let mut elements = added(view);
    elements.retain(|x| {
        let mut cancels = removes(view, *x);
        cancels.union(&clears);
        !view.unseen_by(adds(view, *x), cancels).is_empty()
    });
    elements
}

/// `rwset`: x is in iff some add of x unseen by any clear exists, and every remove of x unseen by any clear has been
/// seen by some such add.
pub(crate) fn remove_wins(view: &View) -> BTreeSet<u8> {
    view.require(|act| matches!(act, Act::Add(_) | Act::Remove(_) | Act::Clear));
    let clears = view.which(|act| *act == Act::Clear);
    let mut elements = added(view);
    elements.retain(|x| {
        let adds = view.unseen_by(adds(view, *x), clears);
        let removes = view.unseen_by(removes(view, *x), clears);
        !adds.is_empty() && view.all_seen_by(removes, adds)
    });
    elements
}

/// `twopset`: added and never removed. A remove counts even if its maker had not seen the element.
pub(crate) fn once(view: &View) -> BTreeSet<u8> {
    view.require(|act| matches!(act, Act::Add(_) | Act::Remove(_)));
    let mut elements = added(view);
    elements.retain(|x| removes(view, *x).is_empty());
    elements
}

/// `topk`: the greatest n that were added, greatest first.
pub(crate) fn greatest(view: &View, n: usize) -> Vec<u8> {
    all(view).into_iter().rev().take(n).collect()
}

/// All elements of any add.
fn added(view: &View) -> BTreeSet<u8> {
    let mut elements = BTreeSet::new();
    for (_, made) in view.acts() {
        if let Act::Add(added) = &made.op.act {
            elements.extend(added);
        }
    }
    elements
}

fn adds(view: &View, x: u8) -> Seen {
    view.which(|act| matches!(act, Act::Add(elements) if elements.contains(&x)))
}

fn removes(view: &View, x: u8) -> Seen {
    view.which(|act| matches!(act, Act::Remove(elements) if elements.contains(&x)))
}
