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
        for port in 0..inputs.ports() {
            inputs.port(port).iter().for_each(|(row, weight)| work.emit(row, weight));
        }
    }
}
