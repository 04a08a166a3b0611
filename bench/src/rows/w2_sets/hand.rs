//! W2 by hand: presence bits in one table for both sets; for the join a table of rows by key for each side.
//!
//! Neither stores a result: what comes and goes is told to the checksum, as it would be to a socket.

use hashbrown::hash_map::Entry;
use smallvec::SmallVec;

use super::{Change, Match, Operator};
use crate::digest::{Digest, Sum, pair};
use crate::element::{Element, Map, map};
use crate::measure::Machine;

/// A union, an intersection or a difference. A row lives in one table, with a bit for each set it is in.
pub struct Sets<K: Element> {
    operator: Operator,
    rows: hashbrown::HashMap<(K, i64), u8, K::Hasher>,
    sum: Sum,
}

const IN_A: u8 = 1;
const IN_B: u8 = 2;

impl<K: Element> Sets<K> {
    /// With room for two sets of n, half shared.
    pub fn new(n: usize, operator: Operator) -> Sets<K> {
        let rows = hashbrown::HashMap::with_capacity_and_hasher(n + n / 2, K::Hasher::default());
        Sets { operator, rows, sum: Sum::default() }
    }

    fn shows(&self, bits: u8) -> bool {
        match self.operator {
            Operator::Union => bits != 0,
            Operator::Intersect => bits == IN_A | IN_B,
            Operator::Minus => bits == IN_A,
        }
    }
}

impl<K: Element> Machine<Change<K>> for Sets<K> {
    fn apply(&mut self, changes: &[Change<K>]) {
        for change in changes {
            let row = (change.key.clone(), change.number);
            let bit = if change.in_a { IN_A } else { IN_B };
            let digest = row.digest();
            let (before, after) = match self.rows.entry(row) {
                Entry::Occupied(mut entry) => {
                    let before = *entry.get();
                    let after = if change.comes { before | bit } else { before & !bit };
                    if after == 0 {
                        entry.remove();
                    } else {
                        *entry.get_mut() = after;
                    }
                    (before, after)
                }
                Entry::Vacant(entry) => {
                    if change.comes {
                        entry.insert(bit);
                    }
                    (0, if change.comes { bit } else { 0 })
                }
            };
            match (self.shows(before), self.shows(after)) {
                (false, true) => self.sum.0 = self.sum.0.wrapping_add(digest),
                (true, false) => self.sum.0 = self.sum.0.wrapping_sub(digest),
                _ => {}
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

/// What is kept of the rows of one key; two fit in place.
type Rows<T> = SmallVec<[T; 2]>;

/// The join: rows of both sides by B's key, so that either side finds the other with one lookup.
pub struct Join<M: Match> {
    a: Map<M::Key, Rows<(M::Kept, i64)>>,
    b: Map<M::Key, Rows<i64>>,
    sum: Sum,
}

impl<M: Match> Join<M> {
    /// With room for so many keys on each side.
    pub fn new(keys: usize) -> Join<M> {
        Join { a: map::<M::Key, _>(keys), b: map::<M::Key, _>(keys), sum: Sum::default() }
    }
}

/// Puts a row in or takes it out; whether the set of rows has changed.
fn put<K: Element, T: PartialEq>(table: &mut Map<K, Rows<T>>, key: K, row: T, comes: bool) -> bool {
    match (table.entry(key), comes) {
        (Entry::Occupied(mut entry), true) => {
            let is_new = !entry.get().contains(&row);
            if is_new {
                entry.get_mut().push(row);
            }
            is_new
        }
        (Entry::Vacant(entry), true) => {
            let mut rows = Rows::new();
            rows.push(row);
            entry.insert(rows);
            true
        }
        (Entry::Occupied(mut entry), false) => {
            let Some(at) = entry.get().iter().position(|other| *other == row) else { return false };
            entry.get_mut().swap_remove(at);
            if entry.get().is_empty() {
                entry.remove();
            }
            true
        }
        (Entry::Vacant(_), false) => false,
    }
}

impl<M: Match> Machine<Change<M::Key>> for Join<M> {
    fn apply(&mut self, changes: &[Change<M::Key>]) {
        for change in changes {
            let sum = &mut self.sum;
            let weight = if change.comes { 1 } else { -1 };
            // The result is {a, b, k}: a row's fields count in the order of their names.
            if change.in_a {
                let theirs = M::theirs(&change.key);
                if let Some(rows) = self.b.get(&theirs) {
                    let row = (M::kept(&change.key), change.number);
                    if put(&mut self.a, theirs, row, change.comes) {
                        rows.iter().for_each(|b| sum.weigh(&Triple(change.number, *b, &change.key), weight));
                    }
                } else {
                    put(&mut self.a, theirs, (M::kept(&change.key), change.number), change.comes);
                }
            } else if put(&mut self.b, change.key.clone(), change.number, change.comes)
                && let Some(rows) = self.a.get(&change.key)
            {
                for (kept, a) in rows {
                    sum.weigh(&Triple(*a, change.number, &M::key(&change.key, kept)), weight);
                }
            }
        }
    }

    fn check(&mut self) -> u64 {
        self.sum.0
    }
}

/// A result row, its key borrowed.
struct Triple<'k, K>(i64, i64, &'k K);

impl<K: Digest> Digest for Triple<'_, K> {
    fn digest(&self) -> u64 {
        pair(pair(self.0.digest(), self.1.digest()), self.2.digest())
    }
}
