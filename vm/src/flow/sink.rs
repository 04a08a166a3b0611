//! A relation that is read: its rows, kept at the operator that produces them, and what a step changed of it.
//!
//! ```text
//! rows of a map   ("a", 1)  ("b", 7)        lookup("b") ─► the row whose first column is "b"
//! ```
//!
//! Rows become values only when somebody asks, and come in order. They are not kept: the next change would have to
//! throw all of them away, which takes far longer than the change.
//!
//! Invariant: no weight 0 is kept. A row counts once however often it is there.

use std::cell::OnceCell;

use lasp_plan::{Row, Value};

use super::multimap::Multimap;
use super::relation::Weights;
use super::rows::{At, Layout, RowRef, Rows};
use super::table::ahead;

/// The rows of a sink.
#[derive(Debug)]
pub(super) struct Sink {
    kept: Kept,
    layout: Layout,
    changes: OnceCell<Vec<(Row, i64)>>,
    hashes: Vec<u64>,
}

#[derive(Debug)]
enum Kept {
    /// Nowhere: only changes are asked for.
    Nowhere,
    /// By the operator itself.
    There,
    /// As a whole.
    Rows(Weights),
    /// By their first column, to be looked up.
    ByFirst(Multimap),
}

impl Sink {
    /// Of an operator that keeps its rows itself, or does not.
    pub(super) fn new(layout: &Layout, there: bool) -> Sink {
        let kept = match layout.columns.len() {
            0 | 1 if there => Kept::There,
            0 | 1 => Kept::Rows(Weights::new(layout.size())),
            _ => Kept::ByFirst(Multimap::of_parts(layout.size(), At::default(), layout.at(1))),
        };
        Sink { kept, layout: layout.clone(), changes: OnceCell::new(), hashes: Vec::new() }
    }

    /// From now on only its changes are asked for, and no rows are kept.
    pub(super) fn forget_rows(&mut self) {
        self.kept = Kept::Nowhere;
    }

    /// Applies the changes of a step. O(changes).
    pub(super) fn apply(&mut self, changes: &Rows) {
        self.changes.take();
        match &mut self.kept {
            Kept::Nowhere | Kept::There => {}
            Kept::Rows(rows) => {
                self.hashes.clear();
                self.hashes.extend(changes.iter().map(|(row, _)| row.hash()));
                for (nth, (row, weight)) in changes.iter().enumerate() {
                    if let Some(next) = ahead(&self.hashes, nth) {
                        rows.warm(next);
                    }
                    rows.add(row, self.hashes[nth], weight);
                }
            }
            Kept::ByFirst(rows) => {
                rows.change(changes, (At::default(), self.layout.at(1)), &mut self.hashes, |_, _, _| {});
            }
        }
    }

    /// A new step begins: nothing has changed.
    pub(super) fn begin(&mut self) {
        self.changes.take();
    }

    /// How many rows it would keep itself after these changes. O(changes).
    pub(super) fn len_after(&self, changes: &Rows) -> usize {
        if matches!(self.kept, Kept::Nowhere | Kept::There) {
            return 0;
        }
        let mut once = changes.clone();
        if once.consolidate().is_err() {
            return usize::MAX;
        }
        let after = |len: usize, (row, weight): (RowRef<'_>, i64)| match self.weight(row) {
            0 => len + 1,
            there if there.wrapping_add(weight) == 0 => len - 1,
            _ => len,
        };
        once.iter().fold(self.own_len(), after)
    }

    /// How many rows it keeps itself.
    pub(super) fn own_len(&self) -> usize {
        match &self.kept {
            Kept::Nowhere | Kept::There => 0,
            Kept::Rows(rows) => rows.len(),
            Kept::ByFirst(rows) => rows.len(),
        }
    }

    /// How many bytes it takes itself.
    pub(super) fn bytes(&self) -> usize {
        match &self.kept {
            Kept::Nowhere | Kept::There => 0,
            Kept::Rows(rows) => rows.bytes(),
            Kept::ByFirst(rows) => rows.bytes(),
        }
    }

    fn weight(&self, row: RowRef<'_>) -> i64 {
        match &self.kept {
            Kept::Nowhere | Kept::There => 0,
            Kept::Rows(rows) => rows.weight(row, row.hash()),
            Kept::ByFirst(rows) => {
                let key = row.part(At::default(), self.layout.at(1));
                let mut weight = 0;
                rows.each(key, key.hash(), |other, there| {
                    if other.is(row) {
                        weight = there;
                    }
                });
                weight
            }
        }
    }

    /// How many different rows there are.
    pub(super) fn len(&self, there: Option<&Weights>) -> usize {
        match self.kept {
            Kept::There => there.map_or(0, Weights::len),
            _ => self.own_len(),
        }
    }

    /// The rows, in order.
    pub(super) fn rows(&self, there: Option<&Weights>) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(self.len(there));
        self.each(there, |row| rows.push(self.layout.row(row)));
        rows.sort_unstable();
        rows
    }

    /// The changes of the step at hand: each row once, in order.
    pub(super) fn changes(&self, out: &Rows) -> &[(Row, i64)] {
        self.changes.get_or_init(|| {
            let mut once = out.clone();
            // Weights that overflow have stopped the operator.
            let _ = once.consolidate();
            let mut changes: Vec<(Row, i64)> =
                once.iter().map(|(row, weight)| (self.layout.row(row), weight)).collect();
            changes.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
            changes
        })
    }

    /// Visits the rows as they lie.
    pub(super) fn each(&self, there: Option<&Weights>, mut visit: impl FnMut(RowRef<'_>)) {
        match &self.kept {
            Kept::Nowhere => {}
            Kept::There => there.iter().flat_map(|there| there.rows()).for_each(visit),
            Kept::Rows(own) => own.rows().for_each(visit),
            Kept::ByFirst(own) => own.each_row(|row, _| visit(row)),
        }
    }

    /// Whether a row is there. O(1).
    pub(super) fn holds(&self, row: RowRef<'_>, there: Option<&Weights>) -> bool {
        match self.kept {
            Kept::There => there.is_some_and(|there| there.weight(row, row.hash()) != 0),
            _ => self.weight(row) != 0,
        }
    }

    /// Whether a row is there. O(1).
    pub(super) fn contains(&self, row: &[Value], there: Option<&Weights>) -> bool {
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        self.layout.encode(row.iter(), &mut words, &mut objects);
        self.holds(RowRef { words: &words, objects: &objects }, there)
    }

    /// The least row whose first column is `key`. O(rows of that key).
    pub(super) fn lookup(&self, key: &Value, there: Option<&Weights>) -> Option<Row> {
        let Kept::ByFirst(rows) = &self.kept else {
            return self.contains(std::slice::from_ref(key), there).then(|| [key.clone()].into());
        };
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        self.layout.encode(std::iter::once(key), &mut words, &mut objects);
        let first = RowRef { words: &words, objects: &objects };
        let mut least: Option<Row> = None;
        rows.each(first, first.hash(), |row, _| {
            let row = self.layout.row(row);
            if least.as_ref().is_none_or(|least| row < *least) {
                least = Some(row);
            }
        });
        least
    }
}
