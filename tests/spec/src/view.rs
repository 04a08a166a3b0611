//! The updates that matter to a reader of one place.
//!
//! A view starts as all a reader has seen of a variable. A step into it keeps the updates on that path, and a step
//! below a key of an `ormap` first drops those that a removal of the key has seen. So at `m["a"]` there are the updates
//! of `m["a"]` that survive for the reader, whatever kind that is, and a removal inside it that was itself removed is
//! gone like any other update.
//!
//! Only an `ormap` has places inside it and takes `Remove` or `Clear`, so a path and the updates above its end tell all
//! there is to know: no kind is needed here.
//!
//! Invariant: all updates of a view have paths of at least `depth` steps, and agree on the first `depth` of them.
//!
//! Neighbours: `maps` steps into a view by key and part, and the other families read one whose updates end there.

use std::collections::BTreeSet;

use crate::history::{History, Made};
use crate::op::{Act, Op, Step};
use crate::seen::Seen;

/// The updates of one place that survive for a reader.
#[derive(Clone, Copy)]
pub(crate) struct View<'h> {
    history: &'h History,
    updates: Seen,
    depth: usize,
}

impl<'h> View<'h> {
    /// A whole variable.
    pub fn of(history: &'h History, seen: Seen) -> Self {
        assert!(seen.iter().all(|id| id < history.len()), "seen, but not made: {seen:?}");
        Self { history, updates: seen, depth: 0 }
    }

    /// One step further in.
    pub fn under(&self, step: Step) -> Self {
        let removals = self.here().filter(|(_, made)| removes(&made.op.act, step));
        let removed = self.seen_by(removals.map(|(id, _)| id).collect());
        let on_path = self.iter().filter(|(_, made)| made.op.path.get(self.depth) == Some(&step));
        let updates = on_path.map(|(id, _)| id).collect::<Seen>().without(removed);
        Self { history: self.history, updates, depth: self.depth + 1 }
    }

    /// All the steps of a path.
    pub fn down(&self, path: &[Step]) -> Self {
        path.iter().fold(*self, |view, step| view.under(*step))
    }

    /// The steps that updates take from here, whether or not they survive.
    pub fn steps(&self) -> BTreeSet<Step> {
        self.iter().filter_map(|(_, made)| made.op.path.get(self.depth).copied()).collect()
    }

    /// Whether there is no update left.
    pub fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    /// The updates of the place itself.
    pub fn here(&self) -> impl Iterator<Item = (usize, &'h Made)> + '_ {
        self.iter().filter(|(_, made)| self.ends_here(&made.op))
    }

    /// The updates of a place that has none inside it.
    pub fn acts(&self) -> impl Iterator<Item = (usize, &'h Made)> + '_ {
        self.iter().inspect(|(_, made)| assert!(self.ends_here(&made.op), "the path leads too far: {:?}", made.op))
    }

    /// Asserts that the place has only such updates as its kind has.
    pub fn require(&self, of_kind: impl Fn(&Act) -> bool) {
        self.acts().for_each(|(_, made)| assert!(of_kind(&made.op.act), "not an update of this kind: {:?}", made.op));
    }

    /// Those of its updates that are of some sort.
    pub fn which(&self, of_sort: impl Fn(&Act) -> bool) -> Seen {
        self.acts().filter(|(_, made)| of_sort(&made.op.act)).map(|(id, _)| id).collect()
    }

    /// All that the makers of some updates had seen.
    pub fn seen_by(&self, updates: Seen) -> Seen {
        let mut seen = Seen::new();
        updates.iter().for_each(|id| seen.union(&self.history.made(id).seen));
        seen
    }

    /// Those of some updates that none of the others has seen.
    pub fn unseen_by(&self, updates: Seen, others: Seen) -> Seen {
        updates.without(self.seen_by(others))
    }

    /// Whether each of some updates has been seen by one of the others.
    pub fn all_seen_by(&self, updates: Seen, others: Seen) -> bool {
        self.unseen_by(updates, others).is_empty()
    }

    /// The way to the place; none if there is no update to tell it.
    pub fn path(&self) -> Option<&'h [Step]> {
        self.iter().next().map(|(_, made)| &made.op.path[..self.depth])
    }

    /// The history this is a part of.
    pub fn history(&self) -> &'h History {
        self.history
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &'h Made)> + use<'h> {
        let history = self.history;
        self.updates.iter().map(move |id| (id, history.made(id)))
    }

    fn ends_here(&self, op: &Op) -> bool {
        op.path.len() == self.depth
    }
}

/// Whether the act, on an `ormap`, removes what is below a key.
fn removes(act: &Act, step: Step) -> bool {
    match (act, step) {
        (Act::Clear, Step::Key(_)) => true,
        (Act::Remove(keys), Step::Key(key)) => keys.contains(&key),
        _ => false,
    }
}
