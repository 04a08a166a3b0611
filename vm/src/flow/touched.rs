//! Which keys a step has touched, and what was shown for them before.
//!
//! Operators that answer per key (reduce, semi, left join) first take in the whole batch, then look at each touched key
//! once: a key that a batch changes a hundred times is answered once, with one row taken back and one put in its place.
//!
//! Keys come out in the order in which they were touched.

use lasp_plan::Value;

use super::rows::{At, RowRef, Rows};
use super::table::Table;

/// Keys, and rows of what was shown.
#[derive(Debug)]
pub(super) struct Touched {
    /// Key → position in `before`.
    table: Table,
    key: At,
    /// Key and what was shown, side by side; the weight says whether something was.
    before: Rows,
    shown: At,
}

impl Touched {
    /// None, for keys and shown rows of these sizes.
    pub(super) fn new(key: At, shown: At) -> Touched {
        let both = At { word: key.word + shown.word, object: key.object + shown.object };
        Touched { table: Table::by_key(key, 1), key, before: Rows::new(both), shown }
    }

    /// Notes a key, with what has been shown for it if it is touched for the first time.
    #[inline]
    pub(super) fn note<'s>(&mut self, key: RowRef<'_>, hash: u64, shown: impl FnOnce() -> Option<RowRef<'s>>) {
        // Neighbours in a batch are often of one key.
        if self.before.len().checked_sub(1).is_some_and(|last| self.key_of(last).is(key)) {
            return;
        }
        if !self.table.entry(key, hash).1 {
            return;
        }
        match shown() {
            Some(row) => self.before.push_both(key, row, 1),
            None => {
                self.before.push(key, 0);
                self.before.words.extend(std::iter::repeat_n(0, self.shown.word));
                self.before.objects.extend(std::iter::repeat_n(Value::None, self.shown.object));
            }
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.before.len()
    }

    fn key_of(&self, nth: usize) -> RowRef<'_> {
        self.before.row(nth).part(At::default(), self.key)
    }

    /// A key and what was shown for it.
    pub(super) fn get(&self, nth: usize) -> (RowRef<'_>, Option<RowRef<'_>>) {
        let row = self.before.row(nth);
        let shown = (self.before.weights[nth] != 0).then(|| row.part(self.key, self.before.size()));
        (row.part(At::default(), self.key), shown)
    }

    /// Ends the step.
    pub(super) fn clear(&mut self) {
        if !self.before.is_empty() {
            self.before.clear();
            self.table.clear();
        }
    }
}
