//! Values by key, found by hash and shown in key order: what a map that only grows is made of.
//!
//! ```text
//! entries   0: ("m", 3)   1: ("a", 5)   2: ("x", 1)        in the order they came; a number names an entry
//! index     hash of the key ─► number
//! order     1 0 2                                          made when somebody asks, kept until a key comes
//! ```
//!
//! A hot counter is found in one probe, whatever the number of keys; walking is in key order, as everywhere in this
//! crate. The order is sorted anew only over the keys that came since, so a walk costs O(n) beside the walk itself.
//!
//! Invariants: each key once; `sorted` names each of the first `sorted.len()` entries once, in key order; no hash order
//! can show, since nothing iterates the index.
//!
//! Neighbours: [`crate::gmap`]; [`crate::in_place`], which keeps the numbers of entries.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::element::Element;

/// Up to this many keys are compared one by one: most deltas have one key, and a table for it would be an allocation.
const SCANNED_MAX: usize = 8;

/// See the module.
#[derive(Clone)]
pub(crate) struct Keyed<T, V> {
    entries: Vec<(T, V)>,
    /// Empty while there are few entries.
    index: HashTable<u32>,
    /// All entries in key order.
    order: OnceLock<Vec<u32>>,
    /// The order as it last was.
    sorted: Vec<u32>,
}

/// The hash of a key, the same for every map of this process.
#[inline]
pub(crate) fn hash_of<T: Element>(key: &T) -> u64 {
    FxBuildHasher.hash_one(key)
}

impl<T: Element, V> Keyed<T, V> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new(), index: HashTable::new(), order: OnceLock::new(), sorted: Vec::new() }
    }

    /// One entry. One allocation.
    pub(crate) fn one(key: T, value: V) -> Self {
        Self { entries: vec![(key, value)], ..Self::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of a key's entry. O(1).
    pub(crate) fn find(&self, key: &T) -> Option<u32> {
        if self.entries.len() <= SCANNED_MAX {
            return self.scan(key);
        }
        self.probe(hash_of(key), key)
    }

    /// The same by a key whose [hash](hash_of) is known.
    #[inline]
    pub(crate) fn find_hashed(&self, hash: u64, key: &T) -> Option<u32> {
        if self.entries.len() <= SCANNED_MAX { self.scan(key) } else { self.probe(hash, key) }
    }

    fn scan(&self, key: &T) -> Option<u32> {
        (0..).zip(&self.entries).find(|(_, (mine, _))| mine == key).map(|(at, _)| at)
    }

    #[inline]
    fn probe(&self, hash: u64, key: &T) -> Option<u32> {
        self.index.find(hash, |at| self.entries[*at as usize].0 == *key).copied()
    }

    pub(crate) fn get(&self, key: &T) -> Option<&V> {
        self.find(key).map(|at| &self.entries[at as usize].1)
    }

    pub(crate) fn get_mut(&mut self, key: &T) -> Option<&mut V> {
        self.find(key).map(|at| &mut self.entries[at as usize].1)
    }

    /// The entry that came last.
    pub(crate) fn last(&self) -> Option<(&T, &V)> {
        self.entries.last().map(|(key, value)| (key, value))
    }

    /// The entry of a number.
    #[inline]
    pub(crate) fn at(&self, at: u32) -> (&T, &V) {
        let (key, value) = &self.entries[at as usize];
        (key, value)
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, at: u32) -> &mut V {
        &mut self.entries[at as usize].1
    }

    /// Puts in a key that is not there, and gives its number. Amortised O(1).
    pub(crate) fn push(&mut self, key: T, value: V) -> u32 {
        let at = u32::try_from(self.entries.len()).expect("a map has fewer than 2^32 keys");
        self.disorder();
        self.entries.push((key, value));
        if self.entries.len() == SCANNED_MAX + 1 {
            for at in 0..=at {
                self.enter(at);
            }
        } else if self.entries.len() > SCANNED_MAX {
            self.enter(at);
        }
        at
    }

    /// Takes a key out. O(1) for the one that came last; else the walks that follow sort anew.
    pub(crate) fn remove(&mut self, key: &T) {
        let Some(at) = self.find(key) else { return };
        let last = u32::try_from(self.entries.len() - 1).expect("a map has fewer than 2^32 keys");
        self.disorder();
        if self.sorted.len() > at as usize {
            // A number in the middle now names another key.
            self.sorted.clear();
        }
        self.leave(at);
        if at != last {
            self.leave(last);
            self.entries.swap(at as usize, last as usize);
            self.entries.pop();
            if self.entries.len() > SCANNED_MAX {
                self.enter(at);
            }
        } else {
            self.entries.pop();
        }
        if self.entries.len() == SCANNED_MAX {
            self.index.clear();
        }
    }

    /// All entries in key order. O(n), and a sort of the keys that came since the last time.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&T, &V)> + '_ {
        let order = self.order.get_or_init(|| {
            let mut order = self.sorted.clone();
            order.extend((0..).take(self.entries.len()).skip(self.sorted.len()));
            // A sorted run and a tail: the sort is stable and sees the run.
            order.sort_by(|a, b| self.entries[*a as usize].0.cmp(&self.entries[*b as usize].0));
            order
        });
        order.iter().map(|at| self.at(*at))
    }

    /// The entries in the order they came: for sums and questions in which order cannot show.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> + '_ {
        self.entries.iter().map(|(_, value)| value)
    }

    fn disorder(&mut self) {
        if let Some(order) = self.order.take() {
            self.sorted = order;
        }
    }

    fn enter(&mut self, at: u32) {
        let entries = &self.entries;
        let hash = |at: &u32| hash_of(&entries[*at as usize].0);
        self.index.insert_unique(hash(&at), at, hash);
    }

    fn leave(&mut self, at: u32) {
        let hash = hash_of(&self.entries[at as usize].0);
        if let Ok(found) = self.index.find_entry(hash, |each| *each == at) {
            found.remove();
        }
    }
}

impl<T: Element, V: PartialEq> PartialEq for Keyed<T, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.entries.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<T: Element, V: Eq> Eq for Keyed<T, V> {}

impl<T: Element, V: std::fmt::Debug> std::fmt::Debug for Keyed<T, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Beside a map whose order is kept: keys come and go, some of them the last, some not.
    #[test]
    fn it_is_an_ordered_map() {
        let (mut keyed, mut model) = (Keyed::new(), BTreeMap::new());
        let mut state = 7u64;
        for step in 0..4_000u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = state >> 59;
            let few = step % 400 < 200;
            if state >> 40 & 3 == 0 || (few && model.len() > 6) {
                keyed.remove(&key);
                model.remove(&key);
            } else if let Some(value) = keyed.get_mut(&key) {
                *value = step;
                model.insert(key, step);
            } else {
                assert_eq!(model.insert(key, step), None);
                keyed.push(key, step);
            }
            assert_eq!(keyed.get(&key), model.get(&key));
            assert_eq!(keyed.find(&key), keyed.find_hashed(hash_of(&key), &key));
            if step % 3 == 0 {
                assert!(keyed.iter().eq(&model), "{keyed:?} is not {model:?}");
            }
            let copied = model.iter().rev().fold(Keyed::new(), |mut copy, (key, value)| {
                copy.push(*key, *value);
                copy
            });
            assert_eq!(keyed, copied);
        }
    }
}
