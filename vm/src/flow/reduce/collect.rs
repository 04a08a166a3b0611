//! Values collected into a set or a map: what makes a nested collection out of rows.
//!
//! ```text
//! ("a", 2), ("a", 1), ("a", 2)   set by key ─► ("a", {1, 2})
//! ```
//!
//! A change costs O(values of its group): the result is one value, and it is another one.

use lasp_plan::Value;

use super::Accumulator;
use crate::flow::ordered::Ordered;

/// The distinct values as a set.
#[derive(Default)]
pub(in crate::flow) struct Set(Ordered<Value>);

impl Accumulator for Set {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(value, weight)
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        // Already in order and without duplicates.
        let elements: Vec<Value> = self.0.iter().cloned().collect();
        Ok(Value::Set(elements.into()))
    }
}

/// Pairs as a map. The plan promises distinct keys; should there be several pairs of one key, the greatest counts.
#[derive(Default)]
pub(in crate::flow) struct Entries(Ordered<Value>);

impl Accumulator for Entries {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(value, weight)
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        let entry = |pair: &Value| match pair {
            Value::Tuple(pair) => match &**pair {
                [key, value] => (key.clone(), value.clone()),
                other => unreachable!("an entry is a pair, not {other:?}"),
            },
            other => unreachable!("an entry is a pair, not {other:?}"),
        };
        Ok(Value::map(self.0.iter().map(entry).collect()))
    }
}
