//! Groups by key, and which of them a step has touched.
//!
//! Operators that answer per key (reduce, semi, left join) first take in the whole batch, then look at each touched group
//! once: a group that a batch changes a hundred times is answered once, with one row taken back and one put in its place.
//!
//! ```text
//! at(key) ─► position ─ change the entry, touch(position) … ─► touched() ─ answer each ─► sweep() ─ drop spent groups
//! ```
//!
//! Invariant: between steps no group is spent. Groups are visited in the order in which they were touched.

use indexmap::IndexMap;
use lasp_plan::Value;
use rustc_hash::FxBuildHasher;

use super::key::Key;

/// What a group holds.
pub(super) trait Entry: Default {
    /// Whether nothing is left in it that would have to be remembered.
    fn is_spent(&self) -> bool;
}

/// Entries by key.
#[derive(Debug)]
pub(super) struct Groups<E> {
    entries: IndexMap<Key, E, FxBuildHasher>,
    touched: Vec<usize>,
}

impl<E> Default for Groups<E> {
    fn default() -> Groups<E> {
        Groups { entries: IndexMap::default(), touched: Vec::new() }
    }
}

impl<E: Entry> Groups<E> {
    /// The position of a group, which is made if needed; it will be looked at before the step is over.
    #[inline]
    pub(super) fn touch(&mut self, key: &[Value]) -> usize {
        let at = match self.entries.get_index_of(key) {
            Some(at) => at,
            None => self.entries.insert_full(Key::from(key), E::default()).0,
        };
        // Neighbours in a batch are often of one group.
        if self.touched.last() != Some(&at) {
            self.touched.push(at);
        }
        at
    }

    /// An entry by position.
    #[inline]
    pub(super) fn entry(&mut self, at: usize) -> &mut E {
        &mut self.entries[at]
    }

    /// Key and entry of the n-th touched group; a group may come more than once.
    #[inline]
    pub(super) fn touched(&mut self, nth: usize) -> Option<(&Key, &mut E)> {
        let at = *self.touched.get(nth)?;
        self.entries.get_index_mut(at)
    }

    /// Ends the step: drops touched groups that are spent.
    pub(super) fn sweep(&mut self) {
        if self.touched.len() > 1 {
            self.touched.sort_unstable();
            self.touched.dedup();
        }
        // From the last one, because the last group takes the place of a removed one.
        for at in self.touched.drain(..).rev() {
            if self.entries[at].is_spent() {
                self.entries.swap_remove_index(at);
            }
        }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
