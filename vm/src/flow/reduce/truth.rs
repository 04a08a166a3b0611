//! Any and all: how many arguments are true tells both.
//!
//! ```text
//! 3 rows, 1 true   any: 1 > 0 = true   all: 1 = 3 = false
//! ```

use lasp_plan::Value;

use super::Accumulator;

/// Whether any argument is true, or with `EVERY` whether all are.
#[derive(Default)]
pub(in crate::flow) struct Any<const EVERY: bool> {
    true_count: i64,
}

impl<const EVERY: bool> Accumulator for Any<EVERY> {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        match value {
            Value::Bool(true) => self.true_count = self.true_count.wrapping_add(weight),
            Value::Bool(false) => {}
            other => unreachable!("the checker wants a truth value here, not {other:?}"),
        }
        0
    }

    fn result(&self, count: i64) -> Result<Value, String> {
        Ok(Value::Bool(if EVERY { self.true_count == count } else { self.true_count > 0 }))
    }
}
