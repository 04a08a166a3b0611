//! Left rows whose key is, or is not, among the keys of the right side: intersection and difference.
//!
//! ```text
//! keep: true    left ("a"), ("b")   right ("a")    ─►  ("a")
//! keep: false   the same                           ─►  ("b")      right - ("a")  ─►  + ("a")
//! ```
//!
//! Of the right side only the number of rows per key is kept. As in a left join, the right batch is taken in as a whole,
//! each touched key is answered once, and then comes the left batch.
//!
//! Invariant: between steps `present` of a group says whether a right row has its key.

use lasp_plan::{Expr, Value};

use super::bag::Bag;
use super::groups::{Entry, Groups};
use super::key::KeyOf;
use super::operator::{Inputs, Operator};
use super::work::Work;

/// Left rows and the weight of the right rows, by key.
pub(super) struct Semi {
    left_key: KeyOf,
    right_key: KeyOf,
    keep: bool,
    groups: Groups<Group>,
    left_rows: usize,
    scratch: Vec<Value>,
}

#[derive(Default)]
struct Group {
    left: Bag,
    right: i64,
    present: bool,
}

impl Entry for Group {
    fn is_spent(&self) -> bool {
        self.left.is_empty() && self.right == 0
    }
}

impl Semi {
    pub(super) fn new(left: &[Expr], right: &[Expr], keep: bool) -> Semi {
        Semi {
            left_key: KeyOf::new(left),
            right_key: KeyOf::new(right),
            keep,
            groups: Groups::default(),
            left_rows: 0,
            scratch: Vec::new(),
        }
    }
}

impl Operator for Semi {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (left_batch, right_batch) = (inputs.port(0), inputs.port(1));
        for (row, weight) in right_batch {
            match self.right_key.of(row, &mut self.scratch) {
                Ok(key) => {
                    let at = self.groups.touch(key);
                    let group = self.groups.entry(at);
                    group.right = group.right.wrapping_add(*weight);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        let mut nth = 0;
        while let Some((_, group)) = self.groups.touched(nth) {
            nth += 1;
            let present = group.right > 0;
            if present == group.present {
                continue;
            }
            group.present = present;
            for (row, weight) in group.left.rows() {
                work.emit(row.clone(), if present == self.keep { *weight } else { -weight });
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
                    if group.present == self.keep {
                        work.emit(row.clone(), *weight);
                    }
                    let change = group.left.add(row, *weight);
                    self.left_rows = self.left_rows.saturating_add_signed(change);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        self.groups.sweep();
        if left_batch.is_empty() || right_batch.is_empty() {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.left_rows + self.groups.len()
    }
}
