//! The greatest so many: an ordered multiset of pairs, because one that is shown may be removed and the next one moves
//! up.
//!
//! ```text
//! top 2 by key over {(3, "a"), (3, "b"), (8, "c")}   ["c", "b"]    - (8, "c") ─► ["b", "a"]
//! ```
//!
//! Pairs are (key, element): of equal keys the greater element comes first, so the answer depends on no order of
//! arrival. A change costs O(log group) and its answer O(most).

use lasp_plan::Value;

use super::Accumulator;
use crate::flow::ordered::Ordered;

/// Pairs of key and element.
#[derive(Default)]
pub(in crate::flow) struct Top(Ordered<Value>);

impl Accumulator for Top {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(value, weight)
    }

    fn result(&self, count: i64) -> Result<Value, String> {
        self.result_within(count, usize::MAX)
    }

    fn result_within(&self, _: i64, most: usize) -> Result<Value, String> {
        let element = |pair: &Value| match pair {
            Value::Tuple(pair) if pair.len() == 2 => pair[1].clone(),
            other => unreachable!("what has a place among others is a pair, not {other:?}"),
        };
        let mut elements = Vec::new();
        for (pair, weight) in self.0.weights().iter().rev() {
            if elements.len() == most {
                break;
            }
            // A list may hold an element several times.
            let times = usize::try_from(*weight).unwrap_or(0).min(most - elements.len());
            elements.extend(std::iter::repeat_n(element(pair), times));
        }
        Ok(Value::List(elements.into()))
    }
}
