//! Rows by key: one side of a hash join.
//!
//! ```text
//! "13" → { ("13", 300) +1 }      "7" → { ("7", 20) +1, ("7", 50) +2 }
//! ```
//!
//! Invariant: no empty bag is kept. Never iterated as a whole, so hash order cannot show.

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use lasp_plan::{Row, Value};
use rustc_hash::FxBuildHasher;

use super::bag::Bag;
use super::key::Key;

/// Bags of rows by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Multimap {
    bags: HashMap<Key, Bag, FxBuildHasher>,
    rows: usize,
}

impl Multimap {
    /// The rows of a key.
    #[inline]
    pub(super) fn get(&self, key: &[Value]) -> &[(Row, i64)] {
        self.bags.get(key).map_or(&[], Bag::rows)
    }

    /// Adds to the weight of a row. O(1).
    pub(super) fn add(&mut self, key: &[Value], row: &Row, weight: i64) {
        let change = match self.bags.entry_ref(key) {
            EntryRef::Occupied(mut bag) => {
                let change = bag.get_mut().add(row, weight);
                if bag.get().is_empty() {
                    bag.remove();
                }
                change
            }
            EntryRef::Vacant(slot) => {
                let mut bag = Bag::default();
                let change = bag.add(row, weight);
                if change > 0 {
                    slot.insert_with_key(Key::from(key), bag);
                }
                change
            }
        };
        self.rows = self.rows.saturating_add_signed(change);
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }
}
