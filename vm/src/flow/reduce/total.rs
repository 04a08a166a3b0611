//! Sums and means whose arguments are not plain words: floats, and what is not known well.
//!
//! Sums are exact whatever the order of additions and removals: ints and durations in 128 bits, floats by
//! [`ExactSum`], which rounds only when it is read. So a sum that was outside `int` for a while is right again as soon
//! as it fits, and `1e308 + 1e308 - 1e308` is `1e308`.
//!
//! Invariant: the values of one total are of one type, which the plan guarantees.

use lasp_plan::{Float, Value};

use crate::exact::{ExactSum, mean_of_ints};

/// An exact sum of the type of its values.
#[derive(Debug, Default)]
pub(super) enum Total {
    #[default]
    Empty,
    Int(i128),
    Duration(i128),
    Float(ExactSum),
}

/// Why a sum has no value.
pub(super) fn outside(sum: i128, ty: &str) -> String {
    if ty == "int" {
        format!("the sum {sum} is outside int")
    } else {
        format!("the sum of {sum} microseconds is outside duration")
    }
}

impl Total {
    /// Takes a value in, or out with a negative weight.
    pub(super) fn add(&mut self, value: &Value, weight: i64) {
        if let Total::Empty = self {
            *self = match value {
                Value::Int(_) => Total::Int(0),
                Value::Duration(_) => Total::Duration(0),
                _ => Total::Float(ExactSum::new()),
            };
        }
        match (self, value) {
            (Total::Int(sum), Value::Int(n)) | (Total::Duration(sum), Value::Duration(n)) => {
                // Wraps only beyond 2^63 rows; and then it still comes back when they go.
                *sum = sum.wrapping_add(i128::from(*n) * i128::from(weight));
            }
            (Total::Float(sum), Value::Float(x)) => sum.add_times(x.get(), weight),
            (_, other) => unreachable!("the checker lets only numbers of one type be summed, not {other:?}"),
        }
    }

    /// The sum, or in words why there is none.
    pub(super) fn sum(&self) -> Result<Value, String> {
        match self {
            Total::Empty => unreachable!("a group without values has no result"),
            Total::Int(sum) => i64::try_from(*sum).map(Value::Int).map_err(|_| outside(*sum, "int")),
            Total::Duration(sum) => i64::try_from(*sum).map(Value::Duration).map_err(|_| outside(*sum, "duration")),
            Total::Float(sum) => Ok(Value::Float(Float::new(sum.sum()))),
        }
    }

    /// The mean of so many.
    pub(super) fn mean(&self, count: u64) -> Value {
        Value::Float(Float::new(match self {
            Total::Empty => unreachable!("a group without values has no result"),
            Total::Int(sum) | Total::Duration(sum) => mean_of_ints(*sum, count),
            Total::Float(sum) => sum.mean(count),
        }))
    }
}
