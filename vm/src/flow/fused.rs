//! A chain of filters, maps, new columns and unnestings in one pass over each row, without state.
//!
//! ```text
//! [Filter(n < limit), Extend(limit - n), Map(ad, left)]
//! ("13", 4, 9) ─► passes ─► ("13", 4, 9, 5) ─► ("13", 5)
//! ```
//!
//! The pass is linear in the weights, so the batch of the output is the output of the batch: a removed row walks the same
//! way as when it was added and takes back exactly what it gave, failures included. Between stages a row lives in a buffer
//! that is used again; only what leaves the pass becomes a row.

use lasp_plan::{Expr, Row, Stage, Value};

use super::expr;
use super::operator::{Inputs, Operator};
use super::work::Work;
use crate::Failure;

/// The stages, and buffers for rows on their way.
pub(super) struct Fused {
    stages: Vec<Stage>,
    only_filters: bool,
    buffers: Vec<Vec<Value>>,
}

/// A row on its way.
enum Current<'a> {
    /// Still the input's.
    Input(&'a Row),
    /// Changed.
    Buffer(Vec<Value>),
}

impl Current<'_> {
    fn columns(&self) -> &[Value] {
        match self {
            Current::Input(row) => row,
            Current::Buffer(columns) => columns,
        }
    }
}

impl Fused {
    pub(super) fn new(stages: Vec<Stage>) -> Fused {
        let only_filters = stages.iter().all(|stage| matches!(stage, Stage::Filter(_)));
        Fused { stages, only_filters, buffers: Vec::new() }
    }
}

impl Operator for Fused {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        for (row, weight) in inputs.port(0) {
            pass(&self.stages, Current::Input(row), *weight, &mut self.buffers, work);
            if work.stopped() {
                return;
            }
        }
        if self.only_filters {
            work.is_consolidated();
        }
    }
}

/// Sends a row through the stages. Recursion is as deep as there are unnestings in the plan.
fn pass(stages: &[Stage], mut current: Current<'_>, weight: i64, buffers: &mut Vec<Vec<Value>>, work: &mut Work<'_>) {
    for (at, stage) in stages.iter().enumerate() {
        let done = match stage {
            Stage::Filter(condition) => expr::holds(condition, current.columns()).map(|holds| !holds),
            Stage::Map(exprs) => map(exprs, &mut current, buffers).map(|()| false),
            Stage::Extend(added) => expr::value(added, current.columns()).map(|value| {
                match &mut current {
                    Current::Buffer(columns) => columns.push(value),
                    Current::Input(_) => current = Current::Buffer(extended(&current, value, buffers)),
                }
                false
            }),
            Stage::Unnest(of) => expr::value(of, current.columns()).map(|collection| {
                each_element(&collection, |element| {
                    let next = Current::Buffer(extended(&current, element, buffers));
                    pass(&stages[at + 1..], next, weight, buffers, work);
                    !work.stopped()
                });
                true
            }),
        };
        match done {
            Ok(false) => {}
            Ok(true) => return release(current, buffers),
            Err(failure) => {
                work.fail(failure, current.columns(), weight);
                return release(current, buffers);
            }
        }
    }
    match current {
        Current::Input(row) => work.emit(row.clone(), weight),
        Current::Buffer(mut columns) => {
            // A drain knows its length: one allocation.
            work.emit(columns.drain(..).collect(), weight);
            buffers.push(columns);
        }
    }
}

fn map(exprs: &[Expr], current: &mut Current<'_>, buffers: &mut Vec<Vec<Value>>) -> Result<(), Failure> {
    let mut columns = buffers.pop().unwrap_or_default();
    for expr in exprs {
        match expr::value(expr, current.columns()) {
            Ok(value) => columns.push(value),
            Err(failure) => {
                release(Current::Buffer(columns), buffers);
                return Err(failure);
            }
        }
    }
    release(std::mem::replace(current, Current::Buffer(columns)), buffers);
    Ok(())
}

/// The row with one column more, in a buffer of its own.
fn extended(current: &Current<'_>, value: Value, buffers: &mut Vec<Vec<Value>>) -> Vec<Value> {
    let mut columns = buffers.pop().unwrap_or_default();
    columns.extend_from_slice(current.columns());
    columns.push(value);
    columns
}

fn release(current: Current<'_>, buffers: &mut Vec<Vec<Value>>) {
    if let Current::Buffer(mut columns) = current {
        columns.clear();
        buffers.push(columns);
    }
}

/// Visits the elements of a set or list, or the entries of a map as pairs, until the visitor has enough.
fn each_element(collection: &Value, mut visit: impl FnMut(Value) -> bool) {
    match collection {
        Value::Set(elements) | Value::List(elements) => {
            elements.iter().all(|element| visit(element.clone()));
        }
        Value::Map(entries) => {
            entries.iter().all(|(key, value)| visit(Value::tuple([key.clone(), value.clone()])));
        }
        other => unreachable!("the checker lets only collections be unnested, not {other:?}"),
    }
}
