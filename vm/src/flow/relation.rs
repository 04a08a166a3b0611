//! The rows of a relation with their weights, by hash.
//!
//! Invariant: no weight 0 is kept; a weight is negative only in the middle of a step. Neighbours: `distinct` keeps its
//! input so, `sink` what is read from outside.

use super::rows::{At, RowRef};
use super::table::Table;

/// Rows and their weights.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    row: At,
    table: Table,
}

impl Weights {
    /// None, of this size.
    pub(super) fn new(row: At) -> Weights {
        Weights { row, table: Table::by_key(row, 1) }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Fetches the memory behind some rows.
    pub(super) fn warm(&self, hashes: &[u64]) {
        self.table.warm(hashes);
    }

    /// Adds to the weight of a row: what it was and what it is. O(1).
    #[inline]
    pub(super) fn add(&mut self, row: RowRef<'_>, hash: u64, weight: i64) -> (i64, i64) {
        if weight == 0 {
            let there = self.weight(row, hash);
            return (there, there);
        }
        let (slot, new) = self.table.entry(row, hash);
        let sum = &mut self.table.words_mut(slot)[self.row.word];
        let before = if new { 0 } else { sum.cast_signed() };
        let after = before.wrapping_add(weight);
        *sum = after.cast_unsigned();
        if after == 0 {
            self.table.remove(slot);
        }
        (before, after)
    }

    /// The weight of a row, 0 if it is not there.
    pub(super) fn weight(&self, row: RowRef<'_>, hash: u64) -> i64 {
        self.table.find(row, hash).map_or(0, |slot| self.table.words(slot)[self.row.word].cast_signed())
    }

    /// The rows, in the order of hashes.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowRef<'_>> {
        self.table.slots().map(|slot| self.table.row(slot, self.row))
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.table.clear();
    }
}
