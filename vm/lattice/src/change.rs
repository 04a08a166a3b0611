//! The visible value of a variable as flat relations, and the difference a join makes to them.
//!
//! A variable has one or more *ports*, each a relation with keys in front:
//!
//! ```text
//! orset<text>                 port 0: [x]
//! gcounter                    port 0: [n]                     exactly one row, always
//! gmap<text, gcounter>        port 0: [k, n]                  one row per key
//! gmap<text, orset<text>>     port 0: [k]    port 1: [k, x]   a key is there even if its set is empty
//! gmap<text, gmap<text, max>> port 0: [k]    port 1: [k, k2, v]
//! ormap<text, { n: gcounter, tags: orset<text> }>
//!                             port 0: [k]    port 1: [k, n]   port 2: [k, x]
//! ```
//!
//! Views are fed with these differences and with nothing else: a delta from the network may have arrived twice, so it
//! is not a difference of anything, while what a join did to the visible value is.
//!
//! Invariants: what a join reports is exactly (visible after) − (visible before); a changed scalar reports its old row
//! with weight −1 and then the new one with +1; a join that changes nothing visible reports nothing.
//!
//! Neighbours: [`crate::kind`] (which ports a type has), [`crate::gmap`] (where keys are pushed), [`crate::state`].

use crate::dot::ReplicaId;

/// The shape of one port: rows are `keys` keys, then what `row` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortShape {
    /// How many keys stand in front, outermost first.
    pub keys: usize,
    /// What ends a row.
    pub row: PortRow,
}

/// What stands after the keys of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortRow {
    /// Nothing: the last key is the row's end.
    Keys,
    /// An element of a set.
    Elements,
    /// The one value of a counter, register or flag.
    Scalar,
    /// Not a row: a product has no port of its own, only those of its parts.
    Parts,
}

/// Takes the changes of a visible value.
pub trait Changes<T> {
    /// One row of `port` comes (`weight` +1) or goes (−1). `path` holds the keys, outermost first.
    fn change(&mut self, port: usize, path: &[&T], item: Item<'_, T>, weight: i64);

    /// Whether anybody is there to be told. Asked once per join: where the answer is no, no row is made.
    fn listens(&self) -> bool {
        true
    }
}

/// The end of a row, after its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a, T> {
    /// Nothing more: the last key of the path is the row's end.
    Key,
    /// An element of a set.
    Element(&'a T),
    /// The value of a counter or register.
    Leaf(Leaf<T>),
}

/// The value of a scalar: what a counter, a register, a flag or another small type reads as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf<T> {
    /// A count. Wider than the language's `int`: the reader checks the range.
    Count(i128),
    /// A value, or none yet.
    Option(Option<T>),
    /// A truth value.
    Bool(bool),
    /// An element of a user's lattice, by its position in the declaration.
    Rank(u16),
    /// The greatest values, the greatest first.
    List(Vec<T>),
    /// A count per replica, without zeros.
    Clock(Vec<(ReplicaId, u64)>),
    /// The two halves of a lexicographic pair.
    Pair(Box<[Leaf<T>; 2]>),
    /// Two or more values where there should be one: an `ivar` that was set twice. Ascending.
    Conflict(Vec<T>),
}

/// For joins whose changes nobody wants, such as gathering deltas into a group.
pub struct Unobserved;

impl<T> Changes<T> for Unobserved {
    fn change(&mut self, _: usize, _: &[&T], _: Item<'_, T>, _: i64) {}

    fn listens(&self) -> bool {
        false
    }
}

/// Where a lattice stands within its variable while it reports: the keys above it and its first port.
pub struct Report<'r, T> {
    port: usize,
    path: Option<&'r Path<'r, T>>,
    /// `None`: nobody listens.
    changes: Option<&'r mut dyn Changes<T>>,
}

/// The keys above, innermost first: a list on the stack, so that nothing is allocated on the way down.
struct Path<'r, T> {
    key: &'r T,
    above: Option<&'r Path<'r, T>>,
}

/// The same listener, for a while.
fn told<'s, T>(changes: &'s mut Option<&mut dyn Changes<T>>) -> Option<&'s mut dyn Changes<T>> {
    match changes {
        Some(changes) => Some(&mut **changes),
        None => None,
    }
}

impl<'r, T> Report<'r, T> {
    /// At the top of a variable.
    pub fn new(changes: &'r mut dyn Changes<T>) -> Self {
        Self { port: 0, path: None, changes: changes.listens().then_some(changes) }
    }

    /// An element of a set came (+1) or went (−1).
    pub fn element(&mut self, element: &T, weight: i64) {
        self.tell(Item::Element(element), weight);
    }

    /// The value of a scalar came (+1) or went (−1).
    pub fn leaf(&mut self, leaf: Leaf<T>, weight: i64) {
        self.tell(Item::Leaf(leaf), weight);
    }

    /// A count went from `old` to `new`: both rows, or nothing if it did not move.
    #[inline]
    pub fn counted(&mut self, old: i128, new: i128) {
        if old != new && self.changes.is_some() {
            self.leaf(Leaf::Count(old), -1);
            self.leaf(Leaf::Count(new), 1);
        }
    }

    /// The key at the end of the path came (+1) or went (−1).
    pub fn key(&mut self, weight: i64) {
        self.tell(Item::Key, weight);
    }

    /// Reports from below `key`.
    pub fn under(&mut self, key: &T, report: impl FnOnce(&mut Report<'_, T>)) {
        let path = Path { key, above: self.path };
        report(&mut Report { port: self.port, path: Some(&path), changes: told(&mut self.changes) });
    }

    /// Reports from `ports` ports further on.
    pub fn skip(&mut self, ports: usize, report: impl FnOnce(&mut Report<'_, T>)) {
        report(&mut Report { port: self.port + ports, path: self.path, changes: told(&mut self.changes) });
    }

    /// Reports from below `key` of a map whose values have rows like `value`. A map of scalars is one relation; others
    /// have their keys first, then the values' ports. `key_weight` is 0 for a key that stays.
    pub fn entry(&mut self, key: &T, key_weight: i64, value: PortRow, report: impl FnOnce(&mut Report<'_, T>)) {
        self.under(key, |here| {
            if value == PortRow::Scalar {
                report(here);
            } else {
                if key_weight != 0 {
                    here.key(key_weight);
                }
                here.skip(1, report);
            }
        });
    }

    fn tell(&mut self, item: Item<'_, T>, weight: i64) {
        let Some(changes) = &mut self.changes else { return };
        match self.path {
            None => changes.change(self.port, &[], item, weight),
            Some(Path { key, above: None }) => changes.change(self.port, &[key], item, weight),
            Some(path) => {
                let mut keys: Vec<&T> = std::iter::successors(Some(path), |path| path.above).map(|p| p.key).collect();
                keys.reverse();
                changes.change(self.port, &keys, item, weight);
            }
        }
    }
}

impl<T: PartialEq> Report<'_, T> {
    /// A scalar went from `old` to `new`: both rows, or nothing if it did not move.
    pub fn moved(&mut self, old: Leaf<T>, new: Leaf<T>) {
        if self.changes.is_some() && old != new {
            self.leaf(old, -1);
            self.leaf(new, 1);
        }
    }
}
