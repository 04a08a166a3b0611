//! A bag of rows: the rows of one key in a join.
//!
//! Most keys have one row, which lies here inline; some have a few, which are searched one by one; a bag that grows
//! gets an index, so that one change costs the same in a bag of a million.
//!
//! ```text
//! Empty ─ add ─► One(row) ─ add ─► Many { rows, no index } ─ more than 8 ─► Many { rows, index: row → position }
//! ```
//!
//! Invariants: each row once, no weight 0; the order of `rows` depends only on the history of additions and removals. A
//! weight is negative only in the middle of a step.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use lasp_plan::{Row, Value};
use rustc_hash::FxBuildHasher;

/// Up to this many rows are searched one by one.
const LINEAR_MAX: usize = 8;

/// Rows and their weights.
#[derive(Clone, Debug, Default)]
pub(super) enum Bag {
    #[default]
    Empty,
    One((Row, i64)),
    Many(Box<Many>),
}

/// Two rows or more, or what is left of them.
#[derive(Clone, Debug)]
pub(super) struct Many {
    rows: Vec<(Row, i64)>,
    index: Option<HashTable<u32>>,
}

impl Bag {
    /// The rows.
    #[inline]
    pub(super) fn rows(&self) -> &[(Row, i64)] {
        match self {
            Bag::Empty => &[],
            Bag::One(row) => std::slice::from_ref(row),
            Bag::Many(many) => &many.rows,
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Bag::Empty)
    }

    /// Adds to the weight of a row. Returns by how much the number of rows changed. O(1).
    pub(super) fn add(&mut self, row: &Row, weight: i64) -> isize {
        let before = self.rows().len();
        match self {
            Bag::Empty => {
                if weight != 0 {
                    *self = Bag::One((row.clone(), weight));
                }
            }
            Bag::One((only, sum)) if only == row => {
                *sum = sum.wrapping_add(weight);
                if *sum == 0 {
                    *self = Bag::Empty;
                }
            }
            Bag::One(only) => {
                if weight != 0 {
                    let rows = vec![only.clone(), (row.clone(), weight)];
                    *self = Bag::Many(Box::new(Many { rows, index: None }));
                }
            }
            Bag::Many(many) => {
                many.add(row, weight);
                if many.rows.is_empty() {
                    *self = Bag::Empty;
                }
            }
        }
        self.rows().len() as isize - before as isize
    }

    /// The least row that is there, if any. O(rows).
    pub(super) fn least(&self) -> Option<&Row> {
        self.rows().iter().filter(|(_, weight)| *weight > 0).map(|(row, _)| row).min()
    }
}

impl Many {
    fn add(&mut self, row: &Row, weight: i64) {
        match self.position(row) {
            Some(at) => {
                let sum = &mut self.rows[at].1;
                *sum = sum.wrapping_add(weight);
                if *sum == 0 {
                    self.remove(at);
                }
            }
            None if weight != 0 => self.insert(row, weight),
            None => {}
        }
    }

    fn position(&self, row: &Row) -> Option<usize> {
        match &self.index {
            None => self.rows.iter().position(|(other, _)| other == row),
            Some(index) => index.find(hash(row), |at| self.rows[*at as usize].0 == *row).map(|at| *at as usize),
        }
    }

    fn insert(&mut self, row: &Row, weight: i64) {
        self.rows.push((row.clone(), weight));
        let rows = &self.rows;
        let rehash = |at: &u32| hash(&rows[*at as usize].0);
        match &mut self.index {
            Some(index) => {
                index.insert_unique(hash(row), position_of(rows.len() - 1), rehash);
            }
            None if rows.len() > LINEAR_MAX => {
                let mut index = HashTable::with_capacity(2 * rows.len());
                for (at, (row, _)) in rows.iter().enumerate() {
                    index.insert_unique(hash(row), position_of(at), rehash);
                }
                self.index = Some(index);
            }
            None => {}
        }
    }

    /// The last row takes the place of the removed one.
    fn remove(&mut self, at: usize) {
        if let Some(index) = &mut self.index {
            let last = self.rows.len() - 1;
            if let Ok(slot) = index.find_entry(hash(&self.rows[at].0), |position| *position as usize == at) {
                slot.remove();
            }
            if last != at {
                let moved = index.find_mut(hash(&self.rows[last].0), |position| *position as usize == last);
                if let Some(position) = moved {
                    *position = position_of(at);
                }
            }
        }
        self.rows.swap_remove(at);
    }
}

fn hash(row: &[Value]) -> u64 {
    FxBuildHasher.hash_one(row)
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
        let mut bag = Bag::default();
        let mut model: BTreeMap<Row, i64> = BTreeMap::new();
        for round in 0..20_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1);
            // The domain breathes, so that the bag grows past its index and shrinks to nothing again.
            let domain = if (round / 2_000) % 2 == 0 { 40 } else { 3 };
            let row: Row = Row::from([Value::Int((state >> 33) as i64 % domain)]);
            let there = model.get(&row).copied().unwrap_or(0);
            let weight = if round % 2_000 > 1_000 { -there } else { 1 - (state >> 60) as i64 % 2 };
            let before = model.len() as isize;
            *model.entry(row.clone()).or_insert(0) += weight;
            model.retain(|_, weight| *weight != 0);
            assert_eq!(bag.add(&row, weight), model.len() as isize - before);
            let mut rows = bag.rows().to_vec();
            rows.sort();
            assert_eq!(rows, model.clone().into_iter().collect::<Vec<_>>());
            assert_eq!(bag.is_empty(), model.is_empty());
            assert_eq!(bag.least(), model.iter().find(|(_, weight)| **weight > 0).map(|(row, _)| row));
        }
    }
}
