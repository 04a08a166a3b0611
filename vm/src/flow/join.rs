//! Hash join: rows of both sides with equal keys, side by side; weights multiply.
//!
//! With the old relations A, B and their differences, the difference of A ⋈ B is
//!
//! ```text
//! (A+ΔA) ⋈ (B+ΔB) − A ⋈ B  =  ΔA ⋈ B  +  (A+ΔA) ⋈ ΔB
//! ```
//!
//! so the left batch is matched against the right table as it was, then put into the left table, against which the
//! right batch is matched. Both orders give the same sum; this one meets each pair of changes exactly once.
//!
//! One change costs O(its matches). Without keys it is the product: all rows lie in one bag.

use lasp_plan::Expr;

use super::key::{KeyOf, Keys, common, reprs};
use super::multimap::Multimap;
use super::operator::{Inputs, Operator};
use super::rows::{At, Layout};
use super::table::ahead;
use super::work::Work;

/// Both sides, by key.
pub(super) struct Join {
    sides: [Side; 2],
    hashes: Vec<u64>,
}

struct Side {
    key: KeyOf,
    keys: Keys,
    rows: Multimap,
}

impl Join {
    pub(super) fn new(keys: [&[Expr]; 2], layouts: [&Layout; 2]) -> Join {
        let key = common(&reprs(keys[0], layouts[0]), &reprs(keys[1], layouts[1]));
        let size = Layout::new(key.clone()).size();
        let side = |nth: usize| Side::new(KeyOf::new(keys[nth], layouts[nth], &key), layouts[nth].size(), size);
        Join { sides: [side(0), side(1)], hashes: Vec::new() }
    }
}

impl Side {
    fn new(key: KeyOf, row: At, key_size: At) -> Side {
        Side { rows: Multimap::new(row, &key, key_size), key, keys: Keys::new(key_size) }
    }
}

impl Operator for Join {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        for side in 0..2 {
            let batch = inputs.port(side);
            if batch.is_empty() {
                continue;
            }
            let [left, right] = &mut self.sides;
            let (own, other) = if side == 0 { (left, right) } else { (right, left) };
            let keyed = own.key.of(batch, &mut own.keys, work);
            keyed.hashes(&mut self.hashes);
            for nth in 0..keyed.len() {
                if let Some(next) = ahead(&self.hashes, nth) {
                    other.rows.warm(next);
                    own.rows.warm(next);
                }
                let (key, row, weight) = keyed.get(nth);
                let hash = self.hashes[nth];
                other.rows.each(key, hash, |found, found_weight| {
                    if work.stopped() {
                        return;
                    }
                    let weight = work.product(weight, found_weight);
                    let (left, right) = if side == 0 { (row, found) } else { (found, row) };
                    work.emit_both(left, right, weight);
                });
                if work.stopped() {
                    return;
                }
                own.rows.add(key, hash, row, weight);
            }
        }
        // Pairs of one batch with a table are all different; only pairs of both batches can coincide.
        if inputs.port(0).is_empty() || inputs.port(1).is_empty() {
            work.is_consolidated();
        }
    }

    fn wants_each_once(&self) -> bool {
        true
    }

    fn kept(&self) -> usize {
        self.sides.iter().map(|side| side.rows.len()).sum()
    }

    fn bytes(&self) -> usize {
        self.sides.iter().map(|side| side.rows.bytes()).sum()
    }
}
