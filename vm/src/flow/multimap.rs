//! Rows by key: one side of a join.
//!
//! Most keys have one row, which lies in the table itself; the others have their further rows in a bag.
//!
//! ```text
//! [ ("13", 300) | +1 | 1 ]          [ ("7", 20) | +1 | 2 + 0 ]  ─► bag 0: ("7", 50) +2, …
//! ```
//!
//! Where the key is a part of the row it takes no room of its own; a computed key lies in front of the row.
//!
//! Invariants: a key without rows is not there; the row in the table has a weight other than 0. Iterated in the order
//! of hashes: whoever shows that must sort.

use super::bag::Bag;
use super::key::KeyOf;
use super::rows::{At, RowRef, Rows};
use super::table::{Slot, Table, ahead};

/// The last word of a key that has one row.
const ALONE: u64 = 1;

/// Rows and weights by key.
#[derive(Clone, Debug)]
pub(super) struct Multimap {
    table: Table,
    /// How long the key in front of a row is.
    front: At,
    row: At,
    bags: Vec<Bag>,
    free: Vec<usize>,
    rows: usize,
}

impl Multimap {
    /// Empty, for rows of a size and a key of a size.
    pub(super) fn new(row: At, key: &KeyOf, key_size: At) -> Multimap {
        match key {
            KeyOf::Part(from, to) => Multimap::of_parts(row, *from, *to),
            KeyOf::Computed(_) => {
                let both = At { word: key_size.word + row.word, object: key_size.object + row.object };
                let table = Table::within(both, 2, At::default(), key_size);
                Multimap { table, front: key_size, row, bags: Vec::new(), free: Vec::new(), rows: 0 }
            }
        }
    }

    /// Empty, for rows of which the key is a part.
    pub(super) fn of_parts(row: At, from: At, to: At) -> Multimap {
        let table = Table::within(row, 2, from, to);
        Multimap { table, front: At::default(), row, bags: Vec::new(), free: Vec::new(), rows: 0 }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let bag = |bag: &Bag| bag.rows().words.capacity() * 8 + bag.rows().weights.capacity() * 8 + size_of::<Bag>();
        self.table.bytes() + self.bags.iter().map(bag).sum::<usize>()
    }

    /// Fetches the memory behind some keys.
    pub(super) fn warm(&self, hashes: &[u64]) {
        self.table.warm(hashes);
    }

    /// Visits the rows of a key. O(its rows).
    #[inline]
    pub(super) fn each<'m>(&'m self, key: RowRef<'_>, hash: u64, mut visit: impl FnMut(RowRef<'m>, i64)) {
        if let Some(slot) = self.table.find(key, hash) {
            self.each_in(slot, &mut visit);
        }
    }

    /// Visits all rows.
    pub(super) fn each_row<'m>(&'m self, mut visit: impl FnMut(RowRef<'m>, i64)) {
        self.table.slots().for_each(|slot| self.each_in(slot, &mut visit));
    }

    #[inline]
    fn each_in<'m>(&'m self, slot: Slot, visit: &mut impl FnMut(RowRef<'m>, i64)) {
        let words = self.table.words(slot);
        let end = self.front.word + self.row.word;
        visit(self.first(slot), words[end].cast_signed());
        if words[end + 1] != ALONE {
            self.bags[(words[end + 1] - 2) as usize].rows().iter().for_each(|(row, weight)| visit(row, weight));
        }
    }

    /// The row in the table.
    #[inline]
    fn first(&self, slot: Slot) -> RowRef<'_> {
        let words = &self.table.words(slot)[self.front.word..self.front.word + self.row.word];
        let objects = if self.row.object == 0 { &[][..] } else { &self.table.objects(slot)[self.front.object..] };
        RowRef { words, objects }
    }

    /// Puts a row in the place of the only one of its key, if that is `old` and is there so often: what taking the one
    /// out and putting the other in comes to, with one search. Whether it was so. O(1).
    #[inline]
    pub(super) fn replace(
        &mut self,
        key: RowRef<'_>,
        hash: u64,
        old: RowRef<'_>,
        new: RowRef<'_>,
        weight: i64,
    ) -> bool {
        let Some(slot) = self.table.find(key, hash) else { return false };
        let end = self.front.word + self.row.word;
        let words = self.table.words(slot);
        let is_it =
            words[end + 1] == ALONE && words[end] == weight.cast_unsigned() && weight != 0 && self.first(slot).is(old);
        if is_it {
            self.table.write_at(slot, self.front, new);
        }
        is_it
    }

    /// Adds to the weight of a row. O(1).
    pub(super) fn add(&mut self, key: RowRef<'_>, hash: u64, row: RowRef<'_>, weight: i64) {
        if weight == 0 {
            return;
        }
        let (slot, new) = self.table.entry(key, hash);
        let end = self.front.word + self.row.word;
        if new {
            self.put(slot, row, weight);
            self.table.words_mut(slot)[end + 1] = ALONE;
            self.rows += 1;
            return;
        }
        let words = self.table.words(slot);
        let further = words[end + 1];
        if !self.first(slot).is(row) {
            let bag = if further == ALONE { self.new_bag() } else { (further - 2) as usize };
            self.rows = self.rows.saturating_add_signed(self.bags[bag].add(row, weight));
            let left = !self.bags[bag].rows().is_empty();
            self.table.words_mut(slot)[end + 1] = if left { bag as u64 + 2 } else { self.drop_bag(bag) };
            return;
        }
        let sum = words[end].cast_signed().wrapping_add(weight);
        if sum != 0 {
            self.table.words_mut(slot)[end] = sum.cast_unsigned();
            return;
        }
        self.rows -= 1;
        if further == ALONE {
            self.table.remove(slot);
            return;
        }
        // Another row takes the place in the table.
        let bag = (further - 2) as usize;
        let mut rows = std::mem::take(&mut self.bags[bag]);
        rows.pop(|row, weight| self.put(slot, row, weight));
        let left = !rows.rows().is_empty();
        self.bags[bag] = rows;
        self.table.words_mut(slot)[end + 1] = if left { further } else { self.drop_bag(bag) };
    }

    /// Takes in a batch, whose keys lie there in its rows. Before the rows of a key change, `before` hears of it;
    /// neighbours that are one key's old row and its new one are heard of once. O(batch).
    pub(super) fn change(
        &mut self,
        batch: &Rows,
        (from, to): (At, At),
        hashes: &mut Vec<u64>,
        mut before: impl FnMut(&Multimap, RowRef<'_>, u64),
    ) {
        hashes.clear();
        hashes.extend((0..batch.len()).map(|nth| batch.row(nth).part(from, to).hash()));
        let mut done = false;
        for (nth, (row, weight)) in batch.iter().enumerate() {
            if let Some(next) = ahead(hashes, nth) {
                self.warm(next);
            }
            if std::mem::take(&mut done) {
                continue;
            }
            let (key, hash) = (row.part(from, to), hashes[nth]);
            before(self, key, hash);
            if let Some(new) = batch.successor(nth).filter(|new| new.part(from, to).is(key)) {
                done = self.replace(key, hash, row, new, batch.weights[nth + 1]);
            }
            if !done {
                self.add(key, hash, row, weight);
            }
        }
    }

    /// Writes the row in the table.
    fn put(&mut self, slot: Slot, row: RowRef<'_>, weight: i64) {
        self.table.write_at(slot, self.front, row);
        self.table.words_mut(slot)[self.front.word + self.row.word] = weight.cast_unsigned();
    }

    fn new_bag(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.bags.push(Bag::new(self.row));
            self.bags.len() - 1
        })
    }

    /// Gives a bag back. Returns the word of a key without one.
    fn drop_bag(&mut self, bag: usize) -> u64 {
        self.bags[bag] = Bag::new(self.row);
        self.free.push(bag);
        ALONE
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn behaves_like_a_map_of_bags() {
        let size = At { word: 2, object: 0 };
        let (from, to) = (At::default(), At { word: 1, object: 0 });
        let mut map = Multimap::of_parts(size, from, to);
        let mut model: BTreeMap<(u64, u64), i64> = BTreeMap::new();
        let mut state = 1u64;
        for round in 0..40_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1);
            let (key, value) = ((state >> 33) % 40, (state >> 43) % if round % 8_000 < 5_000 { 30 } else { 2 });
            let there = model.get(&(key, value)).copied().unwrap_or(0);
            let weight = if round % 4_000 > 1_500 { -there } else { 1 };
            let (words, others) = ([key, value], [key, value ^ 1]);
            let (row, other) = (RowRef { words: &words, objects: &[] }, RowRef { words: &others, objects: &[] });
            let key_part = row.part(from, to);
            let hash = key_part.hash();
            if state >> 61 == 0 && there != 0 {
                // One goes and another comes: in place if it was the only one.
                let alone = model.range((key, 0)..(key + 1, 0)).count() == 1;
                assert_eq!(map.replace(key_part, hash, row, other, there), alone);
                if !alone {
                    map.add(key_part, hash, row, -there);
                    map.add(key_part, hash, other, there);
                }
                *model.entry((key, value)).or_insert(0) -= there;
                *model.entry((key, value ^ 1)).or_insert(0) += there;
            } else {
                assert!(!map.replace(key_part, hash, row, other, there + 1), "it is not there so often");
                map.add(key_part, hash, row, weight);
                *model.entry((key, value)).or_insert(0) += weight;
            }
            model.retain(|_, weight| *weight != 0);
            let mut rows = Vec::new();
            map.each(key_part, key_part.hash(), |row, weight| rows.push((row.words[1], weight)));
            rows.sort_unstable();
            let wanted: Vec<(u64, i64)> = model.range((key, 0)..(key + 1, 0)).map(|((_, v), w)| (*v, *w)).collect();
            assert_eq!(rows, wanted);
            assert_eq!(map.len(), model.len());
        }
        assert!(map.bags.len() <= 40, "bags are used again");
    }
}
