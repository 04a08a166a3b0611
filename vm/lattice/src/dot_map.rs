//! A map from keys to dot stores: the paper's `DotMap⟨K, V⟩`, with an index from each live dot to the key it lives
//! under.
//!
//! ```text
//! entries  { x → {A#1}, y → {A#2, B#1} }
//! index    { A#1 → x, A#2 → y, B#1 → y }
//! ```
//!
//! The index is what makes a join cost what the delta costs: a delta that names B#1 leads to y, and to nothing else.
//! Where there are few entries there is none, and each is asked; a delta, which is only read through, never needs one.
//!
//! Invariants: no entry is dead; the index, if there is one, holds the live dots of the entries; `shown` counts the
//! entries that show.
//!
//! Neighbours: [`crate::orset`] (element → dots), [`crate::ormap`] (key → presence and value), `dot_index`.
//!
//! Source: Almeida, Shoker, Baquero 2018, §7 (`DotMap`).

use std::sync::OnceLock;

use smallvec::SmallVec;

use crate::dot::{Dot, ReplicaId};
use crate::dot_fun::{DotFun, DotFunUndo, Payload};
use crate::dot_index::DotIndex;
use crate::dot_store::{Dots, Draft, Fate, Fates, Incoming};
use crate::element::Element;
use crate::past::Past;
use crate::sums::Sum;
use crate::table::{FEW, Table};

/// Dot stores by key.
#[derive(Clone, Debug)]
pub struct DotMap<K, S> {
    entries: Table<K, S>,
    // Made when it is first asked for: few entries are asked one by one, and of a delta nobody asks.
    index: OnceLock<Box<DotIndex<K>>>,
    shown: usize,
}

/// The before-image of a join: per key an empty store of its shape, and what the store was if it was there.
#[derive(Debug)]
pub struct DotMapUndo<K, S, U>(SmallVec<[EntryUndo<K, S, U>; 1]>);

/// A key, and what was under it.
type EntryUndo<K, S, U> = (K, Option<(S, U)>);

impl<K, S, U> DotMapUndo<K, S, U> {
    /// The keys that are touched.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }
}

/// So many entries of a delta are looked for at a time before they are joined.
const AHEAD: usize = 32;

/// Our live dots under one key that a delta names.
type Hit = SmallVec<[Dot; 1]>;

/// What is to be done to an entry in a join: join it, and report.
pub type Each<'e, K, S> = dyn FnMut(&K, &mut S, &Incoming<'_, S>, &mut Fates) -> bool + 'e;

impl<K: Element, S: Dots> DotMap<K, S> {
    /// No entries.
    pub fn new() -> Self {
        Self { entries: Table::new(), index: OnceLock::new(), shown: 0 }
    }

    /// While building a delta or reading one: an entry. False if a dot of it lives here already.
    pub fn put(&mut self, key: K, store: S) -> bool {
        let mut dots = Vec::new();
        let mut fresh = true;
        if !self.is_dead() {
            store.all(&mut dots);
            for dot in dots {
                fresh &= !self.holds(dot);
                if let Some(index) = self.index.get_mut() {
                    index.insert(dot, key.clone());
                }
            }
        }
        if !store.is_dead() {
            self.shown += usize::from(store.shows());
            fresh &= self.entries.insert(key, store).is_none();
        }
        fresh
    }

    /// The store under a key. O(1).
    pub fn get(&self, key: &K) -> Option<&S> {
        self.entries.get(key)
    }

    /// Keys and stores, in an order that says nothing.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &S)> + '_ {
        self.entries.iter()
    }

    /// Keys and stores, in key order. O(n log n).
    pub fn sorted(&self) -> impl ExactSizeIterator<Item = (&K, &S)> + '_ {
        self.entries.sorted()
    }

    /// How many entries show. O(1).
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// How many entries there are. O(1).
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Joins a delta: `each` is called for every entry the delta may change, on an empty one for a new key. Says
    /// whether any of them changed. O(entries of the delta + dots hit).
    pub fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, each: &mut Each<'_, K, S>) -> bool {
        let mut changed = false;
        let hit = self.hit_by_key(incoming.hit);
        for (at, (key, theirs, hit)) in touched(&hit, incoming).enumerate() {
            if at % AHEAD == 0
                && let Some(theirs) = incoming.theirs
            {
                self.entries.expect(theirs.entries.range(at, AHEAD));
            }
            let here = Incoming { theirs, hit, ours: incoming.ours, past: incoming.past };
            let fresh = || theirs.map(S::empty_like);
            changed |= self.change(key, fresh, fates, |key, store, fates| each(key, store, &here, fates));
        }
        changed
    }

    /// Changes one entry and keeps the index. `fresh` makes an empty one if there is none.
    fn change(
        &mut self,
        key: &K,
        fresh: impl FnOnce() -> Option<S>,
        fates: &mut Fates,
        change: impl FnOnce(&K, &mut S, &mut Fates) -> bool,
    ) -> bool {
        let Self { entries, index, shown } = self;
        let step = |store: &mut S| {
            let (was, start) = (store.shows(), fates.len());
            let changed = change(key, store, fates);
            if let Some(index) = index.get_mut() {
                for (fate, dot) in &fates[start..] {
                    match fate {
                        Fate::Born => drop(index.insert(*dot, key.clone())),
                        Fate::Died => drop(index.remove(dot)),
                    }
                }
            }
            *shown = *shown + usize::from(store.shows()) - usize::from(was);
            changed
        };
        let changed = entries.change(key, fresh, step, |store| !store.is_dead());
        self.see_to_index();
        changed.unwrap_or(false)
    }

    /// The index, made if there is none. Few entries have none.
    fn index(&self) -> Option<&DotIndex<K>> {
        if self.entries.len() <= FEW {
            return None;
        }
        let make = || {
            let (mut keys, mut dots) = (Vec::new(), Vec::new());
            for (key, store) in self.entries.iter() {
                store.all(&mut dots);
                keys.extend(dots.drain(..).map(|dot| (dot, key)));
            }
            keys.sort_unstable_by_key(|(dot, _)| *dot);
            let mut index = DotIndex::new();
            for (dot, key) in keys {
                index.insert(dot, key.clone());
            }
            Box::new(index)
        };
        Some(self.index.get_or_init(make))
    }

    /// A state that is written has an index as soon as its entries are no longer few, so that no later join has to make
    /// it.
    fn see_to_index(&mut self) {
        if self.entries.len() == FEW + 1 {
            self.index();
        } else if self.entries.len() <= FEW {
            self.index.take();
        }
    }

    /// Live dots by the keys they live under.
    fn hit_by_key(&self, hit: &[Dot]) -> Table<K, Hit> {
        let mut by_key: Table<K, Hit> = Table::new();
        for dot in hit {
            if let Some(key) = self.key_of(*dot) {
                by_key.get_or_insert_with(key, Hit::new).push(*dot);
            }
        }
        by_key
    }

    /// The key a dot lives under.
    fn key_of(&self, dot: Dot) -> Option<&K> {
        match self.index() {
            Some(index) => index.get(&dot),
            None => self.entries.iter().find(|(_, store)| store.holds(dot)).map(|(key, _)| key),
        }
    }
}

/// The entries a join may touch, each with what the delta has there and our dots there that it names.
fn touched<'a, K: Element, S: Dots>(
    hit: &'a Table<K, Hit>,
    incoming: &Incoming<'a, DotMap<K, S>>,
) -> impl Iterator<Item = (&'a K, Option<&'a S>, &'a [Dot])> {
    let theirs = incoming.theirs.map(|theirs| &theirs.entries);
    let both = hit.iter().map(move |(key, hit)| (key, theirs.and_then(|theirs| theirs.get(key)), &hit[..]));
    let none_hit = hit.is_empty();
    let rest = theirs.into_iter().flat_map(Table::iter).filter(move |(key, _)| none_hit || !hit.contains(key));
    both.chain(rest.map(|(key, store)| (key, Some(store), &[][..])))
}

/// Dots that were taken away, with what stood under them.
pub(crate) type Killed<V> = SmallVec<[(Dot, V); 1]>;

impl<K: Element, V: Payload> DotMap<K, DotFun<V>> {
    /// While building a delta or reading one: a value under a dot that lives nowhere here.
    pub(crate) fn put_value(&mut self, key: &K, dot: Dot, value: V) {
        if let Some(index) = self.index.get_mut() {
            index.insert(dot, key.clone());
        }
        let store = self.entries.get_or_insert_with(key, DotFun::new);
        let was = store.shows();
        store.put(dot, value);
        self.shown = self.shown + usize::from(store.shows()) - usize::from(was);
    }

    /// Keys and values in the order of their dots. O(n log n), and O(n) where they came that way.
    pub(crate) fn by_dot(&self) -> SmallVec<[(Dot, &K, &V); 2]> {
        let all = self.entries.iter().flat_map(|(key, store)| store.iter().map(move |(dot, value)| (dot, key, value)));
        let mut all: SmallVec<[(Dot, &K, &V); 2]> = all.collect();
        all.sort_unstable_by_key(|(dot, ..)| *dot);
        all
    }

    /// Puts one dot, or none, in place of all that live under a key. What was there, and whether the key showed and
    /// shows.
    ///
    /// `joins`: deltas of others are likely to come, which the index is for. Without, it is left to the first of them.
    pub(crate) fn replace(&mut self, key: &K, fresh: Option<(Dot, V)>, joins: bool) -> (Option<Killed<V>>, bool, bool) {
        let Self { entries, index, shown } = self;
        let adds = fresh.as_ref().map(|(dot, _)| *dot);
        let is = fresh.as_ref().is_some_and(|(_, value)| value.speaks_for());
        let make = || adds.map(|_| DotFun::new());
        let put = |store: &mut DotFun<V>| {
            let now = fresh.map_or_else(DotFun::new, |(dot, value)| DotFun::of(dot, value));
            std::mem::replace(store, now)
        };
        let old = entries.change(key, make, put, |store| !store.is_dead()).filter(|old| !old.is_dead());
        let was = old.as_ref().is_some_and(Dots::shows);
        *shown = *shown + usize::from(is) - usize::from(was);
        let killed = old.map(DotFun::into_values);
        if let Some(index) = index.get_mut() {
            killed.iter().flatten().for_each(|(dot, _)| drop(index.remove(dot)));
            adds.into_iter().for_each(|dot| drop(index.insert(dot, key.clone())));
        }
        if joins || self.entries.len() <= FEW {
            self.see_to_index();
        }
        (killed, was, is)
    }

    /// Takes a dot out that lives under this key, if anywhere.
    pub(crate) fn take(&mut self, key: &K, dot: Dot) {
        let Self { entries, index, shown } = self;
        let take = |store: &mut DotFun<V>| {
            let was = store.shows();
            if store.remove(dot) {
                index.get_mut().into_iter().for_each(|index| drop(index.remove(&dot)));
            }
            *shown = *shown + usize::from(store.shows()) - usize::from(was);
        };
        entries.change(key, || None, take, |store| !store.is_dead());
        self.see_to_index();
    }

    /// What takes back a [`DotMap::replace`].
    pub(crate) fn before_replace(
        key: &K,
        fresh: Option<Dot>,
        killed: Option<Killed<V>>,
    ) -> DotMapUndo<K, DotFun<V>, DotFunUndo<V>> {
        let old = killed.map(|killed| (DotFun::new(), DotFunUndo::new(fresh, killed)));
        DotMapUndo(SmallVec::from_buf([(key.clone(), old)]))
    }
}

impl<K: Element, S: Dots> PartialEq for DotMap<K, S> {
    /// The rest follows from the entries.
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<K: Element, S: Dots> Eq for DotMap<K, S> {}

impl<K: Element, S: Dots> Dots for DotMap<K, S> {
    type Undo = DotMapUndo<K, S, S::Undo>;

    fn empty_like(&self) -> Self {
        Self::new()
    }

    fn is_dead(&self) -> bool {
        self.entries.is_empty()
    }

    fn holds(&self, dot: Dot) -> bool {
        self.key_of(dot).is_some()
    }

    fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
        let Some(index) = self.index() else {
            return self.entries.iter().for_each(|(_, store)| store.hit(past, live));
        };
        live.extend(index.within(&past.dots).map(|(dot, _)| dot));
        live.extend(past.cancelled.keys().filter(|dot| index.get(dot).is_some()));
    }

    fn all(&self, live: &mut Vec<Dot>) {
        match self.index.get() {
            Some(index) => live.extend(index.iter().map(|(dot, _)| dot)),
            None => self.entries.iter().for_each(|(_, store)| store.all(live)),
        }
    }

    fn greatest(&self, replica: ReplicaId) -> u64 {
        match self.index() {
            Some(index) => index.greatest(replica),
            None => self.entries.iter().map(|(_, store)| store.greatest(replica)).max().unwrap_or(0),
        }
    }

    fn kill(&self, draft: &mut Draft) {
        self.entries.iter().for_each(|(_, store)| store.kill(draft));
    }

    fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
        let hit = self.hit_by_key(incoming.hit);
        let image = |(key, theirs, hit): (&K, Option<&S>, &[Dot])| {
            let here = Incoming { theirs, hit, ours: incoming.ours, past: incoming.past };
            let old = self.entries.get(key).map(|mine| (mine.empty_like(), mine.before(&here)));
            (key.clone(), old)
        };
        DotMapUndo(touched(&hit, incoming).map(image).collect())
    }

    fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
        for (key, old) in undo.0 {
            match old {
                Some((empty, old)) => {
                    self.change(
                        &key,
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
                        &key,
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
        for (key, store) in self.entries.sorted() {
            store.decompose(&mut |part, past| {
                let mut whole = Self::new();
                whole.put(key.clone(), part);
                piece(whole, past);
            });
        }
    }

    fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
        let mut novel = Self::new();
        for (key, store) in self.entries.iter() {
            let known = local.and_then(|local| local.entries.get(key));
            novel.put(key.clone(), store.novel(known, past, news));
        }
        novel
    }

    fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
        let store = self.key_of(dot).and_then(|key| self.entries.get(key));
        store.is_some_and(|store| store.has_cancelled(dot, sum))
    }

    fn fits(&self, past: &Past) -> bool {
        self.entries.iter().all(|(_, store)| store.fits(past))
    }
}

impl<K: Element, S: Dots> Default for DotMap<K, S> {
    fn default() -> Self {
        Self::new()
    }
}
