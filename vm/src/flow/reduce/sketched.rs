//! About how many different values: a sketch, whatever their size and however often each comes.
//!
//! Neighbour: [`crate::sketch`], which the evaluator uses too, so that both say the same.

use lasp_plan::Value;

use super::Accumulator;
use crate::sketch::Sketch;

/// How many, about.
#[derive(Default)]
pub(in crate::flow) struct Sketched(Sketch);

impl Accumulator for Sketched {
    fn add(&mut self, value: Value, weight: i64) -> isize {
        self.0.add(&value, weight)
    }

    fn result(&self, _: i64) -> Result<Value, String> {
        Ok(Value::Int(self.0.estimate()))
    }
}
