//! All rows of all inputs: weights add. Without state.
//!
//! ```text
//! [("a") +1]  [("a") +1, ("b") -1]  ─►  [("a") +2, ("b") -1]
//! ```

use super::operator::{Inputs, Operator};
use super::work::Work;

/// The sum of relations.
pub(super) struct Concat;

impl Operator for Concat {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let mut batches = 0;
        for port in 0..inputs.ports() {
            let batch = inputs.port(port);
            batches += usize::from(!batch.is_empty());
            for (row, weight) in batch {
                work.emit(row.clone(), *weight);
            }
        }
        if batches <= 1 {
            work.is_consolidated();
        }
    }
}
