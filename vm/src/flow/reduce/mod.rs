//! One row per group: its key and an aggregate over its rows, kept up to date under removal.
//!
//! ```text
//! sum by key        + ("a", 3), + ("a", 4)   ─►  + ("a", 7)
//!                   - ("a", 3)               ─►  - ("a", 7), + ("a", 4)
//!                   - ("a", 4)               ─►  - ("a", 4)          an empty group has no row
//! ```
//!
//! An [`Accumulator`] takes values in and, with a negative weight, out again: `total` and `truth` keep numbers that are
//! added to and subtracted from, `extreme`, `top` and `collect` keep the values themselves, `sketched` what is left of
//! a hash. Each group remembers the row it last showed, which is what a change has to take back.
//!
//! A row whose argument fails is withheld from its group. A group whose result does not exist (a sum outside `int`) has
//! no row while that is so, and a failure in its place.
//!
//! Invariants: between steps `shown` of a group is what its rows say; a group without rows is dropped.

mod collect;
mod extreme;
mod sketched;
mod top;
mod total;
mod truth;

use lasp_plan::{Expr, Row, Value};

pub(super) use collect::{Entries, Set};
pub(super) use extreme::{Max, Min};
pub(super) use sketched::Sketched;
pub(super) use top::Top;
pub(super) use total::{Avg, Count, Sum};
pub(super) use truth::Any;

use super::errors::print;
use super::expr;
use super::groups::{Entry, Groups};
use super::operator::{Inputs, Operator};
use super::work::Work;
use crate::Failure;

/// What the values of a group add up to.
pub(super) trait Accumulator: Default + Send {
    /// Whether the argument is looked at.
    const READS_ARGUMENT: bool = true;

    /// Takes a value in, or out with a negative weight. Returns by how much the number of kept values changed.
    fn add(&mut self, value: Value, weight: i64) -> isize;

    /// The aggregate over `count > 0` rows, or in words why there is none.
    fn result(&self, count: i64) -> Result<Value, String>;

    /// The same of an aggregate that gives at most so many values.
    fn result_within(&self, count: i64, _most: usize) -> Result<Value, String> {
        self.result(count)
    }
}

/// Groups and their accumulators.
pub(super) struct Reduce<A> {
    key: usize,
    arg: Expr,
    /// How many values a group shows, where its aggregate has several.
    most: usize,
    groups: Groups<Group<A>>,
    values: usize,
}

#[derive(Default)]
struct Group<A> {
    count: i64,
    accumulator: A,
    shown: Shown,
}

#[derive(Default, PartialEq)]
enum Shown {
    #[default]
    Nothing,
    Row(Row),
    Failed(Failure),
}

impl<A: Accumulator> Entry for Group<A> {
    fn is_spent(&self) -> bool {
        self.count == 0
    }
}

impl<A: Accumulator> Group<A> {
    /// What the group should show.
    fn answer(&self, key: &[Value], arg: &Expr, most: usize) -> Shown {
        if self.count <= 0 {
            return Shown::Nothing;
        }
        match self.accumulator.result_within(self.count, most) {
            Ok(value) => Shown::Row(key.iter().cloned().chain([value]).collect()),
            Err(message) => Shown::Failed(Failure {
                code: "R0701",
                message,
                place: arg.place,
                row: (!key.is_empty()).then(|| print(key)),
            }),
        }
    }
}

impl<A: Accumulator> Reduce<A> {
    pub(super) fn new(key: usize, arg: &Expr) -> Reduce<A> {
        Reduce { key, arg: arg.clone(), most: usize::MAX, groups: Groups::default(), values: 0 }
    }

    /// With at most so many values in a result.
    pub(super) fn within(self, most: u32) -> Reduce<A> {
        Reduce { most: most as usize, ..self }
    }
}

impl<A: Accumulator> Operator for Reduce<A> {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        for (row, weight) in inputs.port(0) {
            let value = if A::READS_ARGUMENT { expr::value(&self.arg, row) } else { Ok(Value::None) };
            match value {
                Ok(value) => {
                    let at = self.groups.touch(&row[..self.key]);
                    let group = self.groups.entry(at);
                    group.count = group.count.wrapping_add(*weight);
                    let change = group.accumulator.add(value, *weight);
                    self.values = self.values.saturating_add_signed(change);
                }
                Err(failure) => work.fail(failure, row, *weight),
            }
        }
        let mut nth = 0;
        while let Some((key, group)) = self.groups.touched(nth) {
            nth += 1;
            let now = group.answer(std::borrow::Borrow::borrow(key), &self.arg, self.most);
            if now == group.shown {
                continue;
            }
            match std::mem::replace(&mut group.shown, now) {
                Shown::Nothing => {}
                Shown::Row(row) => work.emit(row, -1),
                Shown::Failed(failure) => work.fail_with(failure, -1),
            }
            match &group.shown {
                Shown::Nothing => {}
                Shown::Row(row) => work.emit(row.clone(), 1),
                Shown::Failed(failure) => work.fail_with(failure.clone(), 1),
            }
        }
        self.groups.sweep();
        // Groups differ in their keys, and a group takes back another row than it puts in.
        work.is_consolidated();
    }

    fn kept(&self) -> usize {
        self.groups.len() + self.values
    }
}
