//! Each row once, however often it came.
//!
//! ```text
//! weight of ("a")   0 ─► 2   emits ("a") +1
//!                   2 ─► 1   nothing
//!                   1 ─► 0   emits ("a") -1
//! ```
//!
//! Invariant: the table holds the weights of the input; no weight 0 is kept. So between steps its rows are those of the
//! output, and whoever reads them needs no copy.

use super::operator::{Inputs, Operator};
use super::relation::Weights;
use super::rows::At;
use super::table::ahead;
use super::work::Work;

/// Weights of the input.
pub(super) struct Distinct {
    weights: Weights,
    hashes: Vec<u64>,
}

impl Distinct {
    pub(super) fn new(row: At) -> Distinct {
        Distinct { weights: Weights::new(row), hashes: Vec::new() }
    }
}

impl Operator for Distinct {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let batch = inputs.port(0);
        self.hashes.clear();
        self.hashes.extend((0..batch.len()).map(|at| batch.row(at).hash()));
        for (at, (row, weight)) in batch.iter().enumerate() {
            if let Some(next) = ahead(&self.hashes, at) {
                self.weights.warm(next);
            }
            let (before, after) = self.weights.add(row, self.hashes[at], weight);
            match (before > 0, after > 0) {
                (false, true) => work.emit(row, 1),
                (true, false) => work.emit(row, -1),
                _ => {}
            }
        }
        if batch.len() <= 1 {
            work.is_consolidated();
        }
    }

    fn kept(&self) -> usize {
        self.weights.len()
    }

    fn bytes(&self) -> usize {
        self.weights.bytes()
    }

    fn relation(&self) -> Option<&Weights> {
        Some(&self.weights)
    }
}
