//! Rows with signed weights, flat: the difference of a relation, or a part of one.
//!
//! ```text
//! columns (int, text)   words    [ 7 h"a" | 8 h"b" ]        two words a row
//!                       objects  [   "a"  |   "b"  ]        one object a row
//!                       weights  [   +1   |   -1   ]
//! ```
//!
//! Invariants: words and objects are as many as the weights times the row's; after [`Rows::consolidate`] each row is
//! there at most once, with a weight other than 0, in an order that depends only on the order of the rows put in.
//!
//! Neighbours: `repr` says what the words mean, `table` keeps rows by hash.

use hashbrown::HashTable;
use lasp_plan::{Row, Value};

use super::repr::{Repr, compare_all};

/// Up to this many rows are searched one by one, which is cheaper than hashing, and most batches are that small.
const SEARCHED_MAX: usize = 8;
/// Memory for so many words or objects is kept from one batch to the next.
const KEPT_CAPACITY_MAX: usize = 1 << 16;

/// The columns of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// The representation of each.
    pub(super) columns: Vec<Repr>,
    /// Where each begins, and after the last where the row ends.
    at: Vec<At>,
}

/// A place in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) word: usize,
    pub(super) object: usize,
}

impl Layout {
    pub(super) fn new(columns: Vec<Repr>) -> Layout {
        let mut at = vec![At::default()];
        for repr in &columns {
            let last = at[at.len() - 1];
            at.push(At { word: last.word + repr.words(), object: last.object + repr.objects() });
        }
        Layout { columns, at }
    }

    /// Where a column begins; where the row ends for the one behind the last.
    pub(super) fn at(&self, column: usize) -> At {
        self.at[column]
    }

    /// How long a row is.
    pub(super) fn size(&self) -> At {
        self.at[self.columns.len()]
    }

    /// A row from values that fit.
    pub(super) fn encode<'v>(
        &self,
        values: impl Iterator<Item = &'v Value>,
        words: &mut Vec<u64>,
        objects: &mut Vec<Value>,
    ) {
        for (repr, value) in self.columns.iter().zip(values) {
            repr.encode(value, words, objects);
        }
    }

    /// The values of some columns of a row.
    pub(super) fn decode(&self, row: RowRef<'_>, columns: std::ops::Range<usize>) -> Vec<Value> {
        let value = |column: usize| {
            let at = self.at[column];
            self.columns[column].decode(&row.words[at.word..], &row.objects[at.object..])
        };
        columns.map(value).collect()
    }

    /// The values of a row.
    pub(super) fn row(&self, row: RowRef<'_>) -> Row {
        self.decode(row, 0..self.columns.len()).into()
    }

    /// The order of two rows.
    pub(super) fn compare(&self, left: RowRef<'_>, right: RowRef<'_>) -> std::cmp::Ordering {
        compare_all(&self.columns, (left.words, left.objects), (right.words, right.objects))
    }
}

/// A row, or a part of one, where it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowRef<'a> {
    pub(super) words: &'a [u64],
    pub(super) objects: &'a [Value],
}

impl<'a> RowRef<'a> {
    /// A part of the row.
    #[inline]
    pub(super) fn part(self, from: At, to: At) -> RowRef<'a> {
        RowRef { words: &self.words[from.word..to.word], objects: &self.objects[from.object..to.object] }
    }

    /// Whether both are the same row: the words first, which tell nearly always.
    #[inline]
    pub(super) fn is(self, other: RowRef<'_>) -> bool {
        same(self.words, other.words) && (self.objects.is_empty() || self.objects == other.objects)
    }

    /// The hash of the row. It is made of the words alone; those of objects are hashes of their content.
    #[inline]
    pub(super) fn hash(self) -> u64 {
        hash(self.words)
    }
}

/// Whether words are equal. Rows are short: a loop in place is faster than a call to compare memory.
#[inline]
pub(super) fn same(left: &[u64], right: &[u64]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left == right)
}

/// The hash of some words: one multiplication of 128 bits each, whose halves are folded (as in wyhash).
#[inline]
pub(super) fn hash(words: &[u64]) -> u64 {
    const FIRST: u64 = 0x9E37_79B9_7F4A_7C15;
    const FACTOR: u64 = 0xD1B5_4A32_D192_ED03;
    let mut hash = FIRST;
    for word in words {
        let product = u128::from(hash ^ *word) * u128::from(FACTOR);
        hash = (product as u64) ^ ((product >> 64) as u64);
    }
    // Once more for rows of one word, whose low bits would follow those of the word.
    let product = u128::from(hash) * u128::from(FIRST);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Rows and their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    size: At,
    pub(super) words: Vec<u64>,
    pub(super) objects: Vec<Value>,
    pub(super) weights: Vec<i64>,
}

/// A weight left the range of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooHeavy;

impl Rows {
    /// None, of this size.
    pub(super) fn new(size: At) -> Rows {
        Rows { size, ..Rows::default() }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// How long a row is.
    #[inline]
    pub(super) fn size(&self) -> At {
        self.size
    }

    /// A row.
    #[inline]
    pub(super) fn row(&self, at: usize) -> RowRef<'_> {
        let At { word, object } = self.size;
        RowRef {
            words: &self.words[at * word..(at + 1) * word],
            objects: if object == 0 { &[] } else { &self.objects[at * object..(at + 1) * object] },
        }
    }

    /// All rows with their weights.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = (RowRef<'_>, i64)> {
        self.weights.iter().enumerate().map(|(at, weight)| (self.row(at), *weight))
    }

    /// The row behind this one, if it comes as often as this one goes: often two values of one key.
    #[inline]
    pub(super) fn successor(&self, at: usize) -> Option<RowRef<'_>> {
        let (weight, next) = (self.weights[at], *self.weights.get(at + 1)?);
        (weight < 0 && weight.checked_neg() == Some(next)).then(|| self.row(at + 1))
    }

    /// Appends a row.
    #[inline]
    pub(super) fn push(&mut self, row: RowRef<'_>, weight: i64) {
        self.words.extend_from_slice(row.words);
        self.objects.extend_from_slice(row.objects);
        self.weights.push(weight);
    }

    /// Appends two parts as a row.
    #[inline]
    pub(super) fn push_both(&mut self, left: RowRef<'_>, right: RowRef<'_>, weight: i64) {
        self.words.extend_from_slice(left.words);
        self.words.extend_from_slice(right.words);
        self.objects.extend_from_slice(left.objects);
        self.objects.extend_from_slice(right.objects);
        self.weights.push(weight);
    }

    /// Takes a row out; the last one takes its place.
    pub(super) fn swap_remove(&mut self, at: usize) {
        let last = self.len() - 1;
        let At { word, object } = self.size;
        self.words.copy_within(last * word.., at * word);
        self.words.truncate(last * word);
        for lane in 0..object {
            self.objects.swap(at * object + lane, last * object + lane);
        }
        self.objects.truncate(last * object);
        self.weights.swap_remove(at);
    }

    /// Adds up the weights of equal rows and drops those that cancel out, in place. O(rows).
    pub(super) fn consolidate(&mut self) -> Result<(), TooHeavy> {
        let rows = self.len();
        if rows <= 1 {
            if self.weights == [0] {
                self.clear();
            }
            return Ok(());
        }
        // Rows move forward to `kept` once they are known to be new; all before it are different.
        let mut kept = 0;
        let mut index: HashTable<u32> = HashTable::new();
        if rows > SEARCHED_MAX {
            index.reserve(rows, |_| unreachable!("it is empty"));
        }
        for at in 0..rows {
            let row = self.row(at);
            let found = if rows <= SEARCHED_MAX {
                (0..kept).find(|other| self.row(*other).is(row))
            } else {
                index.find(row.hash(), |other| self.row(*other as usize).is(row)).map(|other| *other as usize)
            };
            if let Some(other) = found {
                self.weights[other] = self.weights[other].checked_add(self.weights[at]).ok_or(TooHeavy)?;
                continue;
            }
            if rows > SEARCHED_MAX {
                let new = u32::try_from(kept).map_err(|_| TooHeavy)?;
                index.insert_unique(row.hash(), new, |_| unreachable!("there is room for all"));
            }
            self.shift(at, kept);
            kept += 1;
        }
        self.truncate(kept);
        self.drop_weightless();
        Ok(())
    }

    /// Drops the rows of weight 0, in order.
    fn drop_weightless(&mut self) {
        if self.weights.iter().all(|weight| *weight != 0) {
            return;
        }
        let mut kept = 0;
        for at in 0..self.len() {
            if self.weights[at] != 0 {
                self.shift(at, kept);
                kept += 1;
            }
        }
        self.truncate(kept);
    }

    /// Moves a row forward.
    #[inline]
    fn shift(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let At { word, object } = self.size;
        self.words.copy_within(from * word..(from + 1) * word, to * word);
        for lane in 0..object {
            self.objects.swap(from * object + lane, to * object + lane);
        }
        self.weights[to] = self.weights[from];
    }

    fn truncate(&mut self, rows: usize) {
        self.words.truncate(rows * self.size.word);
        self.objects.truncate(rows * self.size.object);
        self.weights.truncate(rows);
    }

    /// Empties it, and gives back memory beyond the usual.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.objects.clear();
        self.weights.clear();
        if self.words.capacity().max(self.objects.capacity()).max(self.weights.capacity()) > KEPT_CAPACITY_MAX {
            *self = Rows::new(self.size);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn rows(pairs: &[(i64, i64)]) -> (Layout, Rows) {
        let layout = Layout::new(vec![Repr::Int, Repr::Boxed]);
        let mut rows = Rows::new(layout.size());
        for (n, weight) in pairs {
            let values = [Value::Int(*n), Value::text(&n.to_string())];
            layout.encode(values.iter(), &mut rows.words, &mut rows.objects);
            rows.weights.push(*weight);
        }
        (layout, rows)
    }

    fn pairs(layout: &Layout, rows: &Rows) -> Vec<(i64, i64)> {
        let number = |row: RowRef<'_>| match (&layout.row(row)[0], &layout.row(row)[1]) {
            (Value::Int(n), Value::Text(text)) if **text == n.to_string() => *n,
            other => panic!("{other:?}"),
        };
        rows.iter().map(|(row, weight)| (number(row), weight)).collect()
    }

    #[test]
    fn equal_rows_add_up_and_cancel_in_order() {
        for many in [6, 400] {
            let all: Vec<(i64, i64)> =
                (0..many).map(|at| ((at * 7) % (many / 2), [1, 2, -1][at as usize % 3])).collect();
            let (layout, mut found) = rows(&all);
            found.consolidate().unwrap();
            let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
            for (at, (n, weight)) in (0..).zip(&all) {
                sums.entry(*n).or_insert((at, 0)).1 += weight;
            }
            let mut wanted: Vec<(i64, i64, i64)> = sums.into_iter().map(|(n, (at, sum))| (at, n, sum)).collect();
            wanted.sort_unstable();
            let wanted: Vec<(i64, i64)> =
                wanted.into_iter().filter(|(_, _, sum)| *sum != 0).map(|(_, n, sum)| (n, sum)).collect();
            assert_eq!(pairs(&layout, &found), wanted);
        }
    }

    #[test]
    fn a_weight_outside_its_range_is_refused() {
        assert_eq!(rows(&[(1, i64::MAX), (1, 1)]).1.consolidate(), Err(TooHeavy));
        assert_eq!(rows(&[(1, i64::MAX); 40]).1.consolidate(), Err(TooHeavy));
        let (layout, mut one) = rows(&[(1, 0)]);
        one.consolidate().unwrap();
        assert_eq!(pairs(&layout, &one), []);
    }

    #[test]
    fn the_last_row_takes_the_place_of_a_removed_one() {
        let (layout, mut found) = rows(&[(1, 1), (2, 2), (3, 3)]);
        found.swap_remove(0);
        assert_eq!(pairs(&layout, &found), [(3, 3), (2, 2)]);
        found.swap_remove(1);
        assert_eq!(pairs(&layout, &found), [(3, 3)]);
    }

    #[test]
    fn rows_without_columns_are_counted() {
        let mut unit = Rows::new(At::default());
        (0..20).for_each(|_| unit.push(RowRef::default(), 1));
        unit.consolidate().unwrap();
        assert_eq!((unit.len(), unit.weights[0]), (1, 20));
    }
}
