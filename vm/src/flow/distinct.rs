//! Each row once, however often it came.
//!
//! ```text
//! weight of ("a")   0 ─► 2   emits ("a") +1
//!                   2 ─► 1   nothing
//!                   1 ─► 0   emits ("a") -1
//! ```
//!
//! Invariant: the table holds the weights of the input; no weight 0 is kept.

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use lasp_plan::Row;
use rustc_hash::FxBuildHasher;

use super::operator::{Inputs, Operator};
use super::work::Work;

/// Weights of the input.
#[derive(Default)]
pub(super) struct Distinct {
    weights: HashMap<Row, i64, FxBuildHasher>,
}

impl Operator for Distinct {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        for (row, weight) in inputs.port(0) {
            let (before, after) = match self.weights.entry_ref(row) {
                EntryRef::Occupied(mut slot) => {
                    let before = *slot.get();
                    let after = before.wrapping_add(*weight);
                    if after == 0 {
                        slot.remove();
                    } else {
                        slot.insert(after);
                    }
                    (before, after)
                }
                EntryRef::Vacant(slot) => {
                    slot.insert(*weight);
                    (0, *weight)
                }
            };
            match (before > 0, after > 0) {
                (false, true) => work.emit(row.clone(), 1),
                (true, false) => work.emit(row.clone(), -1),
                _ => {}
            }
        }
        // The input names each row once.
        work.is_consolidated();
    }

    fn kept(&self) -> usize {
        self.weights.len()
    }
}
