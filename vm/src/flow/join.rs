//! Hash join: rows of both sides with equal keys, side by side; weights multiply.
//!
//! With the old relations A, B and their differences, the difference of A ⋈ B is
//!
//! ```text
//! (A+ΔA) ⋈ (B+ΔB) − A ⋈ B  =  ΔA ⋈ B  +  (A+ΔA) ⋈ ΔB
//! ```
//!
//! so the left batch is matched against the right table as it was, then put into the left table, against which the right
//! batch is matched. Both orders give the same sum; this one meets each pair of changes exactly once.
//!
//! One change costs O(its matches). Without keys it is the product: all rows lie in one bag.

use lasp_plan::{Expr, Value};

use super::key::{KeyOf, side_by_side};
use super::multimap::Multimap;
use super::operator::{Inputs, Operator};
use super::work::Work;

/// Both sides, by key.
pub(super) struct Join {
    left_key: KeyOf,
    right_key: KeyOf,
    left: Multimap,
    right: Multimap,
    scratch: Vec<Value>,
}

impl Join {
    pub(super) fn new(left: &[Expr], right: &[Expr]) -> Join {
        Join {
            left_key: KeyOf::new(left),
            right_key: KeyOf::new(right),
            left: Multimap::default(),
            right: Multimap::default(),
            scratch: Vec::new(),
        }
    }
}

impl Operator for Join {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (left_batch, right_batch) = (inputs.port(0), inputs.port(1));
        for (row, weight) in left_batch {
            match self.left_key.of(row, &mut self.scratch) {
                Ok(key) => {
                    for (other, other_weight) in self.right.get(key) {
                        let weight = work.product(*weight, *other_weight);
                        work.emit(side_by_side(row, other), weight);
                        if work.stopped() {
                            return;
                        }
                    }
                    self.left.add(key, row, *weight);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        for (row, weight) in right_batch {
            match self.right_key.of(row, &mut self.scratch) {
                Ok(key) => {
                    for (other, other_weight) in self.left.get(key) {
                        let weight = work.product(*other_weight, *weight);
                        work.emit(side_by_side(other, row), weight);
                        if work.stopped() {
                            return;
                        }
                    }
                    self.right.add(key, row, *weight);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        // Pairs of one batch with a table are all different; only pairs of both batches can coincide.
        if left_batch.is_empty() || right_batch.is_empty() {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.left.len() + self.right.len()
    }
}
