//! An ordered multiset: rows of a sink, failures of an operator, values of a group.
//!
//! ```text
//! {3: 2, 8: 1}   add(3, -1)  {3: 1, 8: 1}   add(3, -1)  {8: 1}
//! ```
//!
//! Invariant: no weight 0 is kept; a weight is negative only in the middle of a step.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Items with weights, in order.
#[derive(Clone, Debug)]
pub(super) struct Ordered<T> {
    weights: BTreeMap<T, i64>,
}

impl<T> Default for Ordered<T> {
    fn default() -> Ordered<T> {
        Ordered { weights: BTreeMap::new() }
    }
}

impl<T: Ord> Ordered<T> {
    /// Adds to the weight of an item. Returns by how much the number of items changed. O(log n).
    pub(super) fn add(&mut self, item: T, weight: i64) -> isize {
        if weight == 0 {
            return 0;
        }
        match self.weights.entry(item) {
            Entry::Vacant(slot) => {
                slot.insert(weight);
                1
            }
            Entry::Occupied(mut slot) => {
                let sum = slot.get().wrapping_add(weight);
                if sum == 0 {
                    slot.remove();
                    return -1;
                }
                slot.insert(sum);
                0
            }
        }
    }

    /// The items that are there, in order, each once.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.weights.iter().filter(|(_, weight)| **weight > 0).map(|(item, _)| item)
    }

    /// Items with their weights.
    pub(super) fn weights(&self) -> &BTreeMap<T, i64> {
        &self.weights
    }
}
