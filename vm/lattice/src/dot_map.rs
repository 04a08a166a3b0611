//! A map from keys to dot stores: the paper's `DotMap⟨K, V⟩`, with an index from each live dot to the key it lives under.
//!
//! ```text
//! entries  { x → {A#1}, y → {A#2, B#1} }
//! index    { A#1 → x, A#2 → y, B#1 → y }
//! ```
//!
//! The index is what makes a join cost what the delta costs: a delta that names B#1 leads to y, and to nothing else.
//!
//! Invariants: no entry is dead; the index holds the live dots of the entries; `shown` counts the entries that show.
//!
//! Neighbours: [`crate::orset`] (element → dots), [`crate::ormap`] (key → presence and value).
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`DotMap`).

use std::collections::BTreeMap;

use crate::context::CausalContext;
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{Dots, Draft, Fate, Fates, Incoming};
use crate::element::Element;
use crate::past::Past;
use crate::sums::Sum;

/// Dot stores by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotMap<K, S> {
    entries: BTreeMap<K, S>,
    index: BTreeMap<Dot, K>,
    shown: usize,
}

/// The before-image of a join: per key an empty store of its shape, and what the store was if it was there.
#[derive(Debug)]
pub struct DotMapUndo<K, S, U>(Vec<(K, Option<(S, U)>)>);

/// What is to be done to an entry in a join: join it, and report.
pub type Each<'e, K, S> = dyn FnMut(&K, &mut S, &Incoming<'_, S>, &mut Fates) -> bool + 'e;

impl<K: Element, S: Dots> DotMap<K, S> {
    /// No entries.
    pub fn new() -> Self {
        Self { entries: BTreeMap::new(), index: BTreeMap::new(), shown: 0 }
    }

    /// While building a delta or reading one: an entry. False if a dot of it lives here already.
    pub fn put(&mut self, key: K, store: S) -> bool {
        let mut dots = Vec::new();
        store.all(&mut dots);
        let mut fresh = true;
        for dot in dots {
            fresh &= self.index.insert(dot, key.clone()).is_none();
        }
        if !store.is_dead() {
            self.shown += usize::from(store.shows());
            fresh &= self.entries.insert(key, store).is_none();
        }
        fresh
    }

    /// The store under a key. O(log n).
    pub fn get(&self, key: &K) -> Option<&S> {
        self.entries.get(key)
    }

    /// Keys and stores, in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &S)> + '_ {
        self.entries.iter()
    }

    /// How many entries show. O(1).
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// How many entries there are. O(1).
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// The keys in the order of their dots, once per dot.
    pub(crate) fn keys_by_dot(&self) -> impl Iterator<Item = (Dot, &K)> + '_ {
        self.index.iter().map(|(dot, key)| (*dot, key))
    }

    /// The live dots as runs.
    pub(crate) fn dots(&self) -> CausalContext {
        self.index.keys().copied().collect()
    }

    /// Joins a delta: `each` is called for every entry the delta may change, on an empty one for a new key. Says whether any of
    /// them changed. O((entries of the delta + dots hit) · log n).
    pub fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, each: &mut Each<'_, K, S>) -> bool {
        let mut changed = false;
        for (key, hit) in self.touched(incoming) {
            let theirs = incoming.theirs.and_then(|theirs| theirs.entries.get(&key));
            let here = Incoming { theirs, hit: &hit, ours: incoming.ours, past: incoming.past };
            let fresh = || theirs.map(S::empty_like);
            changed |= self.change(key, fresh, fates, |key, store, fates| each(key, store, &here, fates));
        }
        changed
    }

    /// Changes one entry and keeps the index. `fresh` makes an empty one if there is none.
    fn change(
        &mut self,
        key: K,
        fresh: impl FnOnce() -> Option<S>,
        fates: &mut Fates,
        change: impl FnOnce(&K, &mut S, &mut Fates) -> bool,
    ) -> bool {
        let Self { entries, index, shown } = self;
        let step = |store: &mut S| {
            let (was, start) = (store.shows(), fates.len());
            let changed = change(&key, store, fates);
            for (fate, dot) in &fates[start..] {
                match fate {
                    Fate::Born => drop(index.insert(*dot, key.clone())),
                    Fate::Died => drop(index.remove(dot)),
                }
            }
            *shown = *shown + usize::from(store.shows()) - usize::from(was);
            (changed, store.is_dead())
        };
        if let Some(store) = entries.get_mut(&key) {
            let (changed, dead) = step(store);
            if dead {
                entries.remove(&key);
            }
            return changed;
        }
        let Some(mut store) = fresh() else { return false };
        let (changed, dead) = step(&mut store);
        if !dead {
            entries.insert(key, store);
        }
        changed
    }

    /// The keys a join may touch, each with our dots under it that the delta names.
    fn touched(&self, incoming: &Incoming<'_, Self>) -> BTreeMap<K, Vec<Dot>> {
        let mut touched: BTreeMap<K, Vec<Dot>> = BTreeMap::new();
        for dot in incoming.hit {
            if let Some(key) = self.index.get(dot) {
                touched.entry(key.clone()).or_default().push(*dot);
            }
        }
        for key in incoming.theirs.into_iter().flat_map(|theirs| theirs.entries.keys()) {
            if !touched.contains_key(key) {
                touched.insert(key.clone(), Vec::new());
            }
        }
        touched
    }
}

impl<K: Element, S: Dots> Dots for DotMap<K, S> {
    type Undo = DotMapUndo<K, S, S::Undo>;

    fn empty_like(&self) -> Self {
        Self::new()
    }

    fn is_dead(&self) -> bool {
        self.entries.is_empty()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.index.contains_key(&dot)
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        for (replica, first, last) in past.dots.runs() {
            let range = Dot { replica, seq: first }..=Dot { replica, seq: last };
            live.extend(self.index.range(range).map(|(dot, _)| *dot));
        }
        live.extend(past.cancelled.keys().filter(|dot| self.index.contains_key(dot)));
    }

    fn all(&self, live: &mut Vec<Dot>) {
        live.extend(self.index.keys());
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        let range = Dot { replica, seq: 0 }..=Dot { replica, seq: u64::MAX };
        self.index.range(range).next_back().map_or(0, |(dot, _)| dot.seq)
    }

    fn kill(&self, draft: &mut Draft) {
        self.entries.values().for_each(|store| store.kill(draft));
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        let image = |(key, hit): (K, Vec<Dot>)| {
            let theirs = incoming.theirs.and_then(|theirs| theirs.entries.get(&key));
            let here = Incoming { theirs, hit: &hit, ours: incoming.ours, past: incoming.past };
            let old = self.entries.get(&key).map(|mine| (mine.empty_like(), mine.before(&here)));
            (key, old)
        };
        DotMapUndo(self.touched(incoming).into_iter().map(image).collect())
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        for (key, old) in undo.0 {
            match old {
                Some((empty, old)) => {
                    self.change(
                        key,
                        || Some(empty),
                        fates,
                        |_, store, fates| {
                            store.restore(old, fates);
                            true
                        },
                    );
                }
                None => {
                    self.change(
                        key,
                        || None,
                        fates,
                        |_, store, fates| {
                            let mut dots = Vec::new();
                            store.all(&mut dots);
                            fates.extend(dots.into_iter().map(|dot| (Fate::Died, dot)));
                            *store = store.empty_like();
                            true
                        },
                    );
                }
            }
        }
    }

    fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
        for (key, store) in &self.entries {
            store.decompose(&mut |part, past| {
                let mut whole = Self::new();
                whole.put(key.clone(), part);
                piece(whole, past);
            });
        }
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        let mut novel = Self::new();
        for (key, store) in &self.entries {
            let known = local.and_then(|local| local.entries.get(key));
            novel.put(key.clone(), store.novel(known, past, news));
        }
        novel
    }

    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        let store = self.index.get(&dot).and_then(|key| self.entries.get(key));
        store.is_some_and(|store| store.has_cancelled(dot, sum))
    }

    fn fits(&self, past: &Past) -> bool {
        self.entries.values().all(|store| store.fits(past))
    }
}

impl<K: Element, S: Dots> Default for DotMap<K, S> {
    fn default() -> Self {
        Self::new()
    }
}
