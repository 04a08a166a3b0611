//! W4 in differential dataflow: `count_total` for counts; sums as counts of weighted rows; `reduce` for the rest.

use differential_dataflow::input::Input as _;
use differential_dataflow::operators::CountTotal;

use super::{Aggregate, Change};
use crate::differential::{Dataflow, Input, SINGLES_MAX};
use crate::element::Element;
use crate::measure::Machine;

/// A counter per key: every event is one more of its key.
pub struct Counter<K: Element> {
    dataflow: Dataflow<Input<K>>,
    by: isize,
}

impl<K: Element> Counter<K> {
    /// None yet.
    pub fn new(by: i64) -> Counter<K> {
        let dataflow = Dataflow::new(|scope| {
            let (input, events) = scope.new_collection::<K, isize>();
            (input, events.count_total().map(|(key, count)| (key, count as i64)))
        });
        Counter { dataflow, by: by as isize }
    }
}

impl<K: Element> Machine<K> for Counter<K> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, keys: &[K]) {
        let by = self.by;
        self.dataflow.apply(|input| keys.iter().for_each(|key| input.update(key.clone(), by)));
    }

    fn check(&mut self) -> u64 {
        self.dataflow.check()
    }
}

/// An aggregate per group.
pub struct Grouped<K: Element>(Dataflow<Input<(K, (i64, i64))>>);

impl<K: Element> Grouped<K> {
    /// No groups yet.
    pub fn new(aggregate: Aggregate) -> Grouped<K> {
        Grouped(Dataflow::new(|scope| {
            let (input, rows) = scope.new_collection::<(K, (i64, i64)), isize>();
            // A group is there while it has rows, whatever its sum: so rows are counted with the sum.
            let weighed = |value: fn(i64) -> i64| {
                let rows = rows.clone().explode(move |(key, (_, v))| Some((key, (1_isize, value(v) as isize))));
                rows.count_total().map(|(key, (_, sum))| (key, sum as i64))
            };
            let result = match aggregate {
                Aggregate::Count => rows.map(|(key, _)| key).count_total().map(|(key, count)| (key, count as i64)),
                Aggregate::Sum => weighed(|v| v),
                Aggregate::SumOf => weighed(|v| v * 3 + 1),
                Aggregate::Min => {
                    rows.map(|(key, (id, v))| (key, (v, id))).reduce(|_, rows, result| result.push((rows[0].0.0, 1)))
                }
                Aggregate::Max => rows
                    .map(|(key, (id, v))| (key, (v, id)))
                    .reduce(|_, rows, result| result.push((rows[rows.len() - 1].0.0, 1))),
            };
            (input, result)
        }))
    }
}

impl<K: Element> Machine<Change<K>> for Grouped<K> {
    const SINGLES_MAX: usize = SINGLES_MAX;

    fn apply(&mut self, changes: &[Change<K>]) {
        self.0.apply(|input| {
            for change in changes {
                let row = (change.group.clone(), (change.id, change.value));
                input.update(row, if change.comes { 1 } else { -1 });
            }
        });
    }

    fn check(&mut self) -> u64 {
        self.0.check()
    }
}
