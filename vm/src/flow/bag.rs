//! A bag of rows: those that share a key in a join.
//!
//! A few rows are searched one by one; a bag that grows gets an index, so that one change costs the same in a bag of a
//! million.
//!
//! Invariants: each row once, no weight 0; the order of the rows depends only on the history of additions and removals.
//! A weight is negative only in the middle of a step.

use hashbrown::HashTable;

use super::rows::{At, RowRef, Rows};

/// Up to this many rows are searched one by one.
const LINEAR_MAX: usize = 8;

/// Rows and their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Bag {
    rows: Rows,
    index: Option<HashTable<u32>>,
}

impl Bag {
    /// None, of this size.
    pub(super) fn new(size: At) -> Bag {
        Bag { rows: Rows::new(size), index: None }
    }

    /// The rows.
    #[inline]
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Adds to the weight of a row. Returns by how much the number of rows changed. O(1).
    pub(super) fn add(&mut self, row: RowRef<'_>, weight: i64) -> isize {
        match self.position(row) {
            Some(at) => {
                let sum = &mut self.rows.weights[at];
                *sum = sum.wrapping_add(weight);
                if *sum != 0 {
                    return 0;
                }
                self.remove(at);
                -1
            }
            None if weight != 0 => {
                self.insert(row, weight);
                1
            }
            None => 0,
        }
    }

    fn position(&self, row: RowRef<'_>) -> Option<usize> {
        match &self.index {
            None => (0..self.rows.len()).find(|at| self.rows.row(*at).is(row)),
            Some(index) => index.find(row.hash(), |at| self.rows.row(*at as usize).is(row)).map(|at| *at as usize),
        }
    }

    fn insert(&mut self, row: RowRef<'_>, weight: i64) {
        self.rows.push(row, weight);
        let rows = &self.rows;
        let rehash = |at: &u32| rows.row(*at as usize).hash();
        match &mut self.index {
            Some(index) => {
                index.insert_unique(row.hash(), position_of(rows.len() - 1), rehash);
            }
            None if rows.len() > LINEAR_MAX => {
                let mut index = HashTable::with_capacity(2 * rows.len());
                for at in 0..rows.len() {
                    index.insert_unique(rows.row(at).hash(), position_of(at), rehash);
                }
                self.index = Some(index);
            }
            None => {}
        }
    }

    /// Takes any row out, if there is one, and gives it to the visitor.
    pub(super) fn pop(&mut self, visit: impl FnOnce(RowRef<'_>, i64)) {
        if let Some(last) = self.rows.len().checked_sub(1) {
            visit(self.rows.row(last), self.rows.weights[last]);
            self.remove(last);
        }
    }

    /// The last row takes the place of the removed one.
    fn remove(&mut self, at: usize) {
        if let Some(index) = &mut self.index {
            let last = self.rows.len() - 1;
            if let Ok(slot) = index.find_entry(self.rows.row(at).hash(), |position| *position as usize == at) {
                slot.remove();
            }
            if last != at {
                let moved = index.find_mut(self.rows.row(last).hash(), |position| *position as usize == last);
                if let Some(position) = moved {
                    *position = position_of(at);
                }
            }
        }
        self.rows.swap_remove(at);
    }
}

/// A position in an index: four bytes, since an operator is stopped long before it keeps 2³² rows.
fn position_of(at: usize) -> u32 {
    u32::try_from(at).expect("`Limits::rows_max` bounds a bag")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn behaves_like_a_map_of_weights() {
        let mut state = 1u64;
        let mut bag = Bag::new(At { word: 1, object: 0 });
        let mut model: BTreeMap<u64, i64> = BTreeMap::new();
        for round in 0..20_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1);
            // The domain breathes, so that the bag grows past its index and shrinks to nothing again.
            let domain = if (round / 2_000) % 2 == 0 { 40 } else { 3 };
            let n = (state >> 33) % domain;
            let there = model.get(&n).copied().unwrap_or(0);
            let weight = if round % 2_000 > 1_000 { -there } else { 1 - (state >> 60) as i64 % 2 };
            let before = model.len() as isize;
            *model.entry(n).or_insert(0) += weight;
            model.retain(|_, weight| *weight != 0);
            let words = [n];
            let row = RowRef { words: &words, objects: &[] };
            assert_eq!(bag.add(row, weight), model.len() as isize - before);
            let mut rows: Vec<(u64, i64)> = bag.rows().iter().map(|(row, weight)| (row.words[0], weight)).collect();
            rows.sort_unstable();
            assert_eq!(rows, model.clone().into_iter().collect::<Vec<_>>());
        }
    }
}
