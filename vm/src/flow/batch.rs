//! The signed batch: the difference of a relation.
//!
//! ```text
//! [("a") +1, ("b") -1, ("a") -1]  ─ consolidate ─►  [("b") -1]
//! ```
//!
//! Invariant, after [`Batch::consolidate`]: each row at most once, no weight 0, and an order that depends only on the
//! order of the rows put in (never on a hash). Neighbours: `work` fills batches, `engine` hands them on.

use indexmap::IndexMap;
use lasp_plan::Row;
use rustc_hash::FxBuildHasher;

/// Up to this many rows sorting is cheaper than hashing, and most batches are that small.
const SORTED_MAX: usize = 16;
/// A batch that once grew beyond this gives its memory back.
const KEPT_CAPACITY_MAX: usize = 4096;

/// Rows with weights to be added to a relation.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    /// The rows; [consolidated](Batch::consolidate) unless it is just being filled.
    pub(super) rows: Vec<(Row, i64)>,
}

/// A weight left the range of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooHeavy;

impl Batch {
    /// Adds up the weights of equal rows and drops those that cancel out.
    ///
    /// O(n log n) for a few rows, else O(n).
    pub(super) fn consolidate(&mut self) -> Result<(), TooHeavy> {
        match self.rows.len() {
            0 => return Ok(()),
            1 => {}
            2..=SORTED_MAX => {
                self.rows.sort_by(|(a, _), (b, _)| a.cmp(b));
                let mut result = Ok(());
                self.rows.dedup_by(|(row, weight), (kept, sum)| {
                    let same = row == kept;
                    if same {
                        result = result.and(add(sum, *weight));
                    }
                    same
                });
                result?;
            }
            rows => {
                let mut sums: IndexMap<Row, i64, FxBuildHasher> =
                    IndexMap::with_capacity_and_hasher(rows, FxBuildHasher);
                for (row, weight) in self.rows.drain(..) {
                    add(sums.entry(row).or_insert(0), weight)?;
                }
                self.rows.extend(sums);
            }
        }
        self.rows.retain(|(_, weight)| *weight != 0);
        Ok(())
    }

    /// Orders a consolidated batch by row, as it is shown outside.
    pub(super) fn sort(&mut self) {
        self.rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    }

    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.rows.shrink_to(KEPT_CAPACITY_MAX);
    }
}

fn add(sum: &mut i64, weight: i64) -> Result<(), TooHeavy> {
    *sum = sum.checked_add(weight).ok_or(TooHeavy)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use lasp_plan::Value;

    use super::*;

    fn batch(rows: impl IntoIterator<Item = (i64, i64)>) -> Batch {
        Batch { rows: rows.into_iter().map(|(n, weight)| (Row::from([Value::Int(n)]), weight)).collect() }
    }

    #[test]
    fn equal_rows_add_up_and_cancel() {
        let mut few = batch([(2, 1), (1, 1), (2, -1), (1, 2), (3, -1)]);
        few.consolidate().unwrap();
        assert_eq!(few.rows, batch([(1, 3), (3, -1)]).rows);

        let mut many = batch((0..40).map(|n| (n % 20, if n < 20 || n % 20 < 18 { 1 } else { -1 })));
        many.consolidate().unwrap();
        many.sort();
        assert_eq!(many.rows, batch((0..18).map(|n| (n, 2))).rows);
    }

    #[test]
    fn a_weight_outside_its_range_is_refused() {
        assert_eq!(batch([(1, i64::MAX), (1, 1)]).consolidate(), Err(TooHeavy));
        assert_eq!(batch((0..40).map(|_| (1, i64::MAX))).consolidate(), Err(TooHeavy));
    }

    #[test]
    fn a_row_without_weight_is_dropped() {
        let mut one = batch([(1, 0)]);
        one.consolidate().unwrap();
        assert!(one.rows.is_empty());
    }
}
