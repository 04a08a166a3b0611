//! W4 by hand: a table from key to accumulator; where rows can go, ordered values per group.

use std::collections::BTreeSet;
use std::rc::Rc;

use hashbrown::hash_map::Entry;

use super::{Aggregate, Change, TOP};
use crate::digest::{Digest, Sum, pair};
use crate::element::{Element, Map, map, slot};
use crate::measure::{Entrant, Machine, Script, System};

/// A number per key.
pub struct Counter<K: Element> {
    counts: Map<K, i64>,
    by: i64,
    sum: Sum,
}

impl<K: Element> Counter<K> {
    /// With room for so many keys.
    pub fn new(groups: usize, by: i64) -> Counter<K> {
        Counter { counts: map::<K, i64>(groups), by, sum: Sum::default() }
    }
}

/// The digest of an entry, from that of its key.
fn entry(key: u64, value: i64) -> u64 {
    pair(key, value.digest())
}

impl<K: Element> Machine<K> for Counter<K> {
    fn apply(&mut self, keys: &[K]) {
        for key in keys {
            let digest = key.digest();
            let count = slot(&mut self.counts, key, 0);
            if *count > 0 {
                self.sum.0 = self.sum.0.wrapping_sub(entry(digest, *count));
            }
            *count += self.by;
            self.sum.0 = self.sum.0.wrapping_add(entry(digest, *count));
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

/// What is kept of a group.
trait Kept: Default + 'static {
    fn put(&mut self, change: &Change<impl Sized>);
    fn result(&self) -> i64;
    fn is_empty(&self) -> bool;
}

#[derive(Default)]
struct Count(i64);

impl Kept for Count {
    fn put(&mut self, change: &Change<impl Sized>) {
        self.0 += if change.comes { 1 } else { -1 };
    }

    fn result(&self) -> i64 {
        self.0
    }

    fn is_empty(&self) -> bool {
        self.0 == 0
    }
}

#[derive(Default)]
struct Total<const OTHER: bool> {
    rows: i64,
    total: i64,
}

impl<const OTHER: bool> Kept for Total<OTHER> {
    fn put(&mut self, change: &Change<impl Sized>) {
        let value = if OTHER { change.value * 3 + 1 } else { change.value };
        self.rows += if change.comes { 1 } else { -1 };
        self.total += if change.comes { value } else { -value };
    }

    fn result(&self) -> i64 {
        self.total
    }

    fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

/// Values with the rows they are of, in order: the next best is known when the best goes.
#[derive(Default)]
struct Ordered<const GREATEST: bool>(BTreeSet<(i64, i64)>);

impl<const GREATEST: bool> Kept for Ordered<GREATEST> {
    fn put(&mut self, change: &Change<impl Sized>) {
        if change.comes {
            self.0.insert((change.value, change.id));
        } else {
            self.0.remove(&(change.value, change.id));
        }
    }

    fn result(&self) -> i64 {
        let best = if GREATEST { self.0.last() } else { self.0.first() };
        best.map_or(0, |best| best.0)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The set of rows, and what is kept of each group.
struct Grouped<K: Element, A> {
    rows: hashbrown::HashSet<(K, i64, i64), K::Hasher>,
    groups: Map<K, A>,
    sum: Sum,
}

impl<K: Element, A: Kept> Grouped<K, A> {
    fn new(rows: usize, groups: usize) -> Grouped<K, A> {
        let rows = hashbrown::HashSet::with_capacity_and_hasher(rows, K::Hasher::default());
        Grouped { rows, groups: map::<K, A>(groups), sum: Sum::default() }
    }
}

/// Whether a set of rows has changed.
fn moved<K: Element>(rows: &mut hashbrown::HashSet<(K, i64, i64), K::Hasher>, change: &Change<K>) -> bool {
    let row = (change.group.clone(), change.id, change.value);
    if change.comes { rows.insert(row) } else { rows.remove(&row) }
}

impl<K: Element, A: Kept> Machine<Change<K>> for Grouped<K, A> {
    fn apply(&mut self, changes: &[Change<K>]) {
        for change in changes {
            if !moved(&mut self.rows, change) {
                continue;
            }
            let key = change.group.digest();
            let mut group = match self.groups.entry(change.group.clone()) {
                Entry::Occupied(group) => group,
                Entry::Vacant(vacant) => vacant.insert_entry(A::default()),
            };
            if !group.get().is_empty() {
                self.sum.0 = self.sum.0.wrapping_sub(entry(key, group.get().result()));
            }
            group.get_mut().put(change);
            if group.get().is_empty() {
                group.remove();
            } else {
                self.sum.0 = self.sum.0.wrapping_add(entry(key, group.get().result()));
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

/// The entrant for an aggregate.
pub fn grouped<K: Element>(
    scripts: &Rc<Vec<Script<Change<K>>>>,
    rows: usize,
    groups: usize,
    aggregate: Aggregate,
) -> Entrant {
    fn by<K: Element, A: Kept>(scripts: &Rc<Vec<Script<Change<K>>>>, rows: usize, groups: usize) -> Entrant {
        Entrant::machine(System::Hand, scripts, move || Grouped::<K, A>::new(rows, groups))
    }
    match aggregate {
        Aggregate::Count => by::<K, Count>(scripts, rows, groups),
        Aggregate::Sum => by::<K, Total<false>>(scripts, rows, groups),
        Aggregate::SumOf => by::<K, Total<true>>(scripts, rows, groups),
        Aggregate::Min => by::<K, Ordered<false>>(scripts, rows, groups),
        Aggregate::Max => by::<K, Ordered<true>>(scripts, rows, groups),
    }
}

/// All rows by value; the ten greatest are told when they change.
pub struct Top<K: Element> {
    rows: hashbrown::HashSet<(K, i64, i64), K::Hasher>,
    order: BTreeSet<(i64, K, i64)>,
    sum: u64,
}

impl<K: Element> Top<K> {
    /// With room for so many rows.
    pub fn new(rows: usize) -> Top<K> {
        let rows = hashbrown::HashSet::with_capacity_and_hasher(rows, K::Hasher::default());
        Top { rows, order: BTreeSet::new(), sum: 0 }
    }
}

impl<K: Element> Machine<Change<K>> for Top<K> {
    fn apply(&mut self, changes: &[Change<K>]) {
        for change in changes {
            if !moved(&mut self.rows, change) {
                continue;
            }
            let row = (change.value, change.group.clone(), change.id);
            let least = self.order.iter().rev().nth(TOP - 1);
            let shows = least.is_none_or(|least| row >= *least);
            if change.comes {
                self.order.insert(row);
            } else {
                self.order.remove(&row);
            }
            if shows {
                let best = self.order.iter().rev().take(TOP);
                let digests = best.map(|(value, group, id)| pair(pair(group.digest(), id.digest()), value.digest()));
                self.sum = digests.reduce(pair).unwrap_or_default();
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum
    }
}
