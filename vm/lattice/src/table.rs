//! A map found by hash, small at first, that never shows the order of its hashes.
//!
//! ```text
//! up to 8 entries    side by side, one of them in place: a delta of one addition allocates nothing
//! more               an `IndexMap`: a lookup is a hash and two looks into memory, whatever the size
//! ```
//!
//! A state has up to millions of elements and every one of them is looked up once per delta that names it, at every
//! replica; a tree takes as many misses of the cache for that as it has levels. What leaves a state in some order (its
//! bytes, its elements) is sorted on the way out.
//!
//! Invariants: keys are distinct; two tables with the same entries are `==`, in whatever order they came. The order of
//! [`Table::iter`] follows from what was put in and taken out when, never from hashes.
//!
//! Neighbours: [`crate::gset`], [`crate::twopset`], [`crate::gmap`], [`crate::dot_map`].

use std::hash::BuildHasher;

use indexmap::IndexMap;
use indexmap::map::raw_entry_v1::{RawEntryApiV1, RawEntryMut};
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::element::Element;

/// Up to so many entries are found by looking at each.
pub(crate) const FEW: usize = 8;

type Many<K, V> = IndexMap<K, V, FxBuildHasher>;

/// Entries by key.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V>(Form<K, V>);

#[derive(Clone, Debug)]
enum Form<K, V> {
    Few(SmallVec<[(K, V); 1]>),
    // Boxed, as it takes more room than a small table in place.
    Many(Box<Many<K, V>>),
}

impl<K: Element, V> Table<K, V> {
    pub(crate) fn new() -> Self {
        Self(Form::Few(SmallVec::new()))
    }

    /// With one entry: what most deltas are.
    pub(crate) fn of(key: K, value: V) -> Self {
        Self(Form::Few(SmallVec::from_buf([(key, value)])))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Form::Few(few) => few.len(),
            Form::Many(many) => many.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// O(1).
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        match &self.0 {
            Form::Few(few) => few.iter().find(|entry| entry.0 == *key).map(|entry| &entry.1),
            Form::Many(many) => many.get(key),
        }
    }

    /// O(1).
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match &mut self.0 {
            Form::Few(few) => few.iter_mut().find(|entry| entry.0 == *key).map(|entry| &mut entry.1),
            Form::Many(many) => many.get_mut(key),
        }
    }

    /// O(1).
    pub(crate) fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The value that was there before. O(1), and now and then a move of all to a greater place.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Form::Few(few) = &mut self.0 {
            if let Some(entry) = few.iter_mut().find(|entry| entry.0 == key) {
                return Some(std::mem::replace(&mut entry.1, value));
            }
            if few.len() < FEW {
                few.push((key, value));
                return None;
            }
        }
        self.many().insert(key, value)
    }

    /// The value under a key, made if there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: &K, make: impl FnOnce() -> V) -> &mut V {
        if matches!(self.0, Form::Many(_)) {
            let hash = FxBuildHasher.hash_one(key);
            return match self.many().raw_entry_mut_v1().from_key_hashed_nocheck(hash, key) {
                RawEntryMut::Occupied(entry) => entry.into_mut(),
                RawEntryMut::Vacant(entry) => entry.insert_hashed_nocheck(hash, key.clone(), make()).1,
            };
        }
        if !self.contains(key) {
            self.insert(key.clone(), make());
        }
        self.get_mut(key).expect("it is there or has just been put there")
    }

    /// Changes the value under a key where it stands, or one made for it that is not there yet; puts away what is not
    /// to be kept. `None` where there is no value and none is made. One look for all of it.
    pub(crate) fn change<R>(
        &mut self,
        key: &K,
        make: impl FnOnce() -> Option<V>,
        change: impl FnOnce(&mut V) -> R,
        keep: impl FnOnce(&V) -> bool,
    ) -> Option<R> {
        let Form::Many(many) = &mut self.0 else { return self.change_few(key, make, change, keep) };
        let hash = FxBuildHasher.hash_one(key);
        match many.raw_entry_mut_v1().from_key_hashed_nocheck(hash, key) {
            RawEntryMut::Occupied(mut entry) => {
                let result = change(entry.get_mut());
                if !keep(entry.get()) {
                    entry.swap_remove();
                    self.shrink();
                }
                Some(result)
            }
            RawEntryMut::Vacant(entry) => {
                let mut value = make()?;
                let result = change(&mut value);
                if keep(&value) {
                    entry.insert_hashed_nocheck(hash, key.clone(), value);
                }
                Some(result)
            }
        }
    }

    fn change_few<R>(
        &mut self,
        key: &K,
        make: impl FnOnce() -> Option<V>,
        change: impl FnOnce(&mut V) -> R,
        keep: impl FnOnce(&V) -> bool,
    ) -> Option<R> {
        if let Some(value) = self.get_mut(key) {
            let result = change(value);
            if !keep(value) {
                self.remove(key);
            }
            return Some(result);
        }
        let mut value = make()?;
        let result = change(&mut value);
        if keep(&value) {
            self.insert(key.clone(), value);
        }
        Some(result)
    }

    /// Makes room for those of the keys that are not here. Looks that follow each other closely wait for memory
    /// together, and those that come after find what they look for in the cache: half the time of a large delta.
    pub(crate) fn expect<'a>(&mut self, keys: impl Iterator<Item = &'a K>)
    where
        K: 'a,
    {
        if let Form::Many(many) = &mut self.0 {
            let strange = keys.filter(|key| !many.contains_key(*key)).count();
            many.reserve(strange);
        }
    }

    /// Some of the keys in the order of [`Table::iter`]: so many from a place on, where there are more than a few.
    pub(crate) fn range(&self, from: usize, len: usize) -> impl Iterator<Item = &K> {
        let many = match &self.0 {
            Form::Few(_) => None,
            Form::Many(many) => many.get_range(from.min(many.len())..(from + len).min(many.len())),
        };
        many.into_iter().flat_map(|slice| slice.keys())
    }

    /// O(1). The last entry moves into the place.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let removed = match &mut self.0 {
            Form::Few(few) => {
                let at = few.iter().position(|entry| entry.0 == *key)?;
                return Some(few.swap_remove(at).1);
            }
            Form::Many(many) => many.swap_remove(key),
        };
        self.shrink();
        removed
    }

    fn shrink(&mut self) {
        if self.is_empty() {
            *self = Self::new();
        }
    }

    /// In an order that says nothing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match &self.0 {
            Form::Few(few) => (Some(few.iter()), None),
            Form::Many(many) => (None, Some(many.iter())),
        };
        few.into_iter().flatten().map(|(key, value)| (key, value)).chain(many.into_iter().flatten())
    }

    /// By key, ascending. O(n log n), and O(n) where they came that way.
    pub(crate) fn sorted(&self) -> std::vec::IntoIter<(&K, &V)> {
        let mut entries: Vec<(&K, &V)> = self.iter().collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(b.0));
        entries.into_iter()
    }

    fn many(&mut self) -> &mut Many<K, V> {
        if let Form::Few(few) = &mut self.0 {
            let mut many = Box::new(Many::with_capacity_and_hasher(2 * FEW, FxBuildHasher));
            many.extend(few.drain(..));
            self.0 = Form::Many(many);
        }
        match &mut self.0 {
            Form::Many(many) => many,
            Form::Few(_) => unreachable!("it has just been made many"),
        }
    }
}

impl<K: Element> Table<K, ()> {
    /// Puts a key in; false if it is there. A key is copied only when it is new.
    pub(crate) fn insert_new(&mut self, key: &K) -> bool {
        let mut fresh = false;
        self.get_or_insert_with(key, || fresh = true);
        fresh
    }
}

impl<K: Element, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Element, V: Eq> Eq for Table<K, V> {}

impl<K: Element, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut table = Self::new();
        for (key, value) in entries {
            table.insert(key, value);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is put in and taken out, it is the map it stands for; sorted, and `==` whatever came first.
        #[test]
        fn is_a_map(steps in prop::collection::vec((any::<bool>(), 0..24u8, any::<u8>()), 0..80)) {
            let (mut table, mut map) = (Table::new(), BTreeMap::new());
            for (puts, key, value) in steps {
                if puts {
                    prop_assert_eq!(table.insert(key, value), map.insert(key, value));
                } else {
                    prop_assert_eq!(table.remove(&key), map.remove(&key));
                }
                prop_assert_eq!(table.get(&key), map.get(&key));
                prop_assert_eq!(table.len(), map.len());
            }
            prop_assert!(table.sorted().eq(map.iter()));
            let backwards: Table<u8, u8> = map.iter().rev().map(|(key, value)| (*key, *value)).collect();
            prop_assert_eq!(&backwards, &table);
            if let Some(key) = map.keys().next() {
                table.remove(key);
                prop_assert_ne!(&backwards, &table);
            }
        }
    }
}
