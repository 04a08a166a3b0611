//! A relation that is read: its rows in order, kept at the operator that produces them.
//!
//! ```text
//! rows of a map   ("a", 1)  ("b", 7)        lookup("b") ─► first row that starts with "b"
//! ```
//!
//! Invariant: no weight 0 is kept. A row counts once however often it is there.

use std::ops::Bound;

use lasp_plan::{Row, Value};

use super::ordered::Ordered;

/// The rows of a sink.
#[derive(Clone, Debug, Default)]
pub(super) struct Sink {
    rows: Ordered<Row>,
}

impl Sink {
    /// Applies the changes of a step. O(changes · log rows).
    pub(super) fn apply(&mut self, changes: &[(Row, i64)]) {
        for (row, weight) in changes {
            self.rows.add(row.clone(), *weight);
        }
    }

    /// How many rows there would be after these changes. O(changes · log rows).
    pub(super) fn len_after(&self, changes: &[(Row, i64)]) -> usize {
        changes.iter().fold(self.len(), |len, (row, weight)| match self.rows.weights().get(row) {
            None => len + 1,
            Some(sum) if sum.wrapping_add(*weight) == 0 => len - 1,
            Some(_) => len,
        })
    }

    /// The rows, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.weights().keys()
    }

    /// Whether a row is there.
    pub(super) fn contains(&self, row: &[Value]) -> bool {
        self.rows.weights().contains_key(row)
    }

    /// How many different rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.weights().len()
    }

    /// The first row whose first column is `key`.
    pub(super) fn lookup(&self, key: &Value) -> Option<&Row> {
        // The row of the key alone is a prefix of all rows that start with it, so it sorts before them.
        let from: &[Value] = std::slice::from_ref(key);
        let mut after = self.rows.weights().range::<[Value], _>((Bound::Included(from), Bound::Unbounded));
        after.next().map(|(row, _)| row).filter(|row| row.first() == Some(key))
    }
}
