//! Left join: each left row with the one right row of its key, or with a default.
//!
//! It is how a map is looked up for all rows at once: `views[a.ad]` appends the count, or 0 where there is none.
//!
//! ```text
//! left (a:"13")   right ("13", 4)          ─►  (a:"13", 4)
//! right - ("13", 4), + ("13", 5)           ─►  - (a:"13", 4), + (a:"13", 5)    for every left row of "13"
//! right - ("13", 5)                        ─►  - (a:"13", 5), + (a:"13", 0)
//! ```
//!
//! First the right batch is taken in as a whole, then each touched key is answered once for the left rows as they were,
//! then the left batch meets the right side as it is now.
//!
//! Invariants: between steps `shown` of a group is its right row. The plan promises one right row per key; should there be
//! several, the least one counts, so that the result is a function of the relations all the same.

use lasp_plan::{Expr, Row, Value};

use super::bag::Bag;
use super::groups::{Entry, Groups};
use super::key::{KeyOf, side_by_side};
use super::operator::{Inputs, Operator};
use super::work::Work;

/// Both sides, by key.
pub(super) struct LeftJoin {
    left_key: KeyOf,
    right_key: usize,
    default: Vec<Value>,
    groups: Groups<Group>,
    kept: usize,
    scratch: Vec<Value>,
}

/// The rows of one key.
#[derive(Default)]
struct Group {
    left: Bag,
    right: Bag,
    shown: Option<Row>,
}

impl Entry for Group {
    fn is_spent(&self) -> bool {
        self.left.is_empty() && self.right.is_empty()
    }
}

impl LeftJoin {
    pub(super) fn new(left: &[Expr], right_key: usize, default: Vec<Value>) -> LeftJoin {
        LeftJoin {
            left_key: KeyOf::new(left),
            right_key,
            default,
            groups: Groups::default(),
            kept: 0,
            scratch: Vec::new(),
        }
    }
}

impl Operator for LeftJoin {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (left_batch, right_batch) = (inputs.port(0), inputs.port(1));
        let (right_key, default) = (self.right_key, self.default.as_slice());
        // What a right row, or its absence, appends.
        let appended = |right: &Option<Row>, left: &[Value]| match right {
            Some(right) => side_by_side(left, &right[right_key..]),
            None => side_by_side(left, default),
        };

        for (row, weight) in right_batch {
            let at = self.groups.touch(&row[..right_key]);
            let change = self.groups.entry(at).right.add(row, *weight);
            self.kept = self.kept.saturating_add_signed(change);
        }
        let mut nth = 0;
        while let Some((_, group)) = self.groups.touched(nth) {
            nth += 1;
            let now = group.right.least();
            if now == group.shown.as_ref() {
                continue;
            }
            let before = std::mem::replace(&mut group.shown, now.cloned());
            for (left, weight) in group.left.rows() {
                work.emit(appended(&before, left), -weight);
                work.emit(appended(&group.shown, left), *weight);
                if work.stopped() {
                    return;
                }
            }
        }
        for (row, weight) in left_batch {
            match self.left_key.of(row, &mut self.scratch) {
                Ok(key) => {
                    let at = self.groups.touch(key);
                    let group = self.groups.entry(at);
                    work.emit(appended(&group.shown, row), *weight);
                    let change = group.left.add(row, *weight);
                    self.kept = self.kept.saturating_add_signed(change);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        self.groups.sweep();
        // Different left rows stay different.
        if right_batch.is_empty() {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.kept
    }
}
