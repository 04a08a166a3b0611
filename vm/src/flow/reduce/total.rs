//! Accumulators that are numbers: count, sum, mean.
//!
//! Sums are exact whatever the order of additions and removals: ints and durations in 128 bits, floats by
//! [`ExactSum`], which rounds only when it is read. So a sum that was outside `int` for a while is right again as soon as it
//! fits, and `1e308 + 1e308 - 1e308` is `1e308`.
//!
//! Invariant: the values of one accumulator are of one type, which the plan guarantees.

use lasp_plan::{Float, Value};

use super::Accumulator;
use crate::exact::{ExactSum, mean_of_ints};

/// Number of rows.
#[derive(Default)]
pub(in crate::flow) struct Count;

impl Accumulator for Count {
    const READS_ARGUMENT: bool = false;

    fn add(&mut self, _: Value, _: i64) -> isize {
        0
    }

    fn result(&self, count: i64) -> Result<Value, String> {
        Ok(Value::Int(count))
    }
}

/// Sum.
#[derive(Default)]
pub(in crate::flow) struct Sum(Total);

impl Accumulator for Sum {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(&value, weight);
        0
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        match &self.0 {
            Total::Empty => unreachable!("a group without values has no result"),
            Total::Int(sum) => i64::try_from(*sum).map(Value::Int).map_err(|_| format!("the sum {sum} is outside int")),
            Total::Duration(sum) => i64::try_from(*sum)
                .map(Value::Duration)
                .map_err(|_| format!("the sum of {sum} microseconds is outside duration")),
            Total::Float(sum) => Ok(Value::Float(Float::new(sum.sum()))),
        }
    }
}

/// Mean.
#[derive(Default)]
pub(in crate::flow) struct Avg(Total);

impl Accumulator for Avg {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(&value, weight);
        0
    }

    fn result(&self, count: i64) -> Result<Value, String> {
        let count = count.unsigned_abs();
        let mean = match &self.0 {
            Total::Empty => unreachable!("a group without values has no result"),
            Total::Int(sum) | Total::Duration(sum) => mean_of_ints(*sum, count),
            Total::Float(sum) => sum.mean(count),
        };
        Ok(Value::Float(Float::new(mean)))
    }
}

/// An exact sum of the type of its values.
#[derive(Default)]
enum Total {
    #[default]
    Empty,
    Int(i128),
    Duration(i128),
    Float(ExactSum),
}

impl Total {
    fn add(&mut self, value: &Value, weight: i64) {
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
}
