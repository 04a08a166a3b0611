//! Least and greatest: an ordered multiset, because the extreme may be removed and the next one must be known.
//!
//! ```text
//! min over {3, 3, 8}   - 3 ─► 3    - 3 ─► 8
//! ```

use lasp_plan::Value;

use super::Accumulator;
use crate::flow::ordered::Ordered;

/// Least value.
#[derive(Default)]
pub(in crate::flow) struct Min(Ordered<Value>);

impl Accumulator for Min {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(value, weight)
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        Ok(self.0.iter().next().expect("a group with rows has a least value").clone())
    }
}

/// Greatest value.
#[derive(Default)]
pub(in crate::flow) struct Max(Ordered<Value>);

impl Accumulator for Max {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(value, weight)
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        Ok(self.0.iter().next_back().expect("a group with rows has a greatest value").clone())
    }
}
