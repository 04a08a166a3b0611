//! Reading a value: what an expression sees, one look at a time and without building anything.
//!
//! ```text
//! carts["u1"].items.contains(x)      get("u1") ─ part(0) ─ contains(x)
//! ```
//!
//! A value is either a lattice of its own ([`State`](crate::State)) or lives under the causal context of the map around
//! it ([`Store`](crate::store::Store)); a reader does not care, so both are read through this trait.
//!
//! Invariant: reading changes nothing and sees no metadata.
//!
//! Neighbours: [`crate::change`] (the same values as rows).

use crate::change::{Leaf, PortRow, Report};
use crate::dot::ReplicaId;
use crate::element::Element;

/// What can be asked of a value. A question that makes no sense for a type has the answer of an empty one.
pub trait Reading<T: Element> {
    /// What its rows end with, as [`Kind::row`](crate::Kind::row) says. Maps say [`PortRow::Keys`], products
    /// [`PortRow::Parts`].
    fn row(&self) -> PortRow;

    /// Reports the whole visible value, each row with this weight. O(n).
    fn visible(&self, weight: i64, report: &mut Report<'_, T>);

    /// Sets: whether the element is in. Maps: whether the key is there. O(log n).
    fn contains(&self, element: &T) -> bool {
        let _ = element;
        false
    }

    /// Sets: how many elements. Maps: how many keys. Scalars: 0. O(1).
    fn len(&self) -> usize {
        0
    }

    /// Whether a set has no elements or a map no keys. Not the same as bottom: an emptied `orset` remembers.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counters, registers, flags: the value.
    fn leaf(&self) -> Option<Leaf<T>> {
        None
    }

    /// `bcounter`: what that replica may spend, as far as known here; never negative. O(log replicas).
    fn rights(&self, replica: ReplicaId) -> Option<i128> {
        let _ = replica;
        None
    }

    /// Maps: the value under a key. O(log n).
    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        let _ = key;
        None
    }

    /// Products: a part, by position. O(1).
    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        let _ = part;
        None
    }

    /// Sets: the elements. Maps: the keys. In `Ord` order.
    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        Box::new(std::iter::empty())
    }

    /// Maps: keys and values, in key order.
    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        Box::new(std::iter::empty())
    }
}
