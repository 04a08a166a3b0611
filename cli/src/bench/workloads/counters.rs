//! Counters: one, and one for each key.

use std::collections::BTreeMap;

use lasp_plan::Value;

use crate::bench::script::{Row, SINGLES, Script, Writer, present};
use lasp_gauge::{drawn, elem, elems};

fn events(n: usize) -> usize {
    n + SINGLES.min(n)
}

/// As many events as asked for in batches, over a tenth as many keys; then some one at a time.
pub fn hits(n: usize) -> Script {
    let keys = elems((n / 10).max(1), 4);
    let hits: Vec<i64> = (0..events(n)).map(|i| keys[drawn(i, 7, keys.len())]).collect();
    let rows: Vec<Row> = hits.iter().map(|key| Row { events: [0, 0], fields: vec![Value::Int(*key)] }).collect();
    let shown = |there: &[bool]| {
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        present(there).for_each(|at| *counts.entry(hits[at]).or_insert(0) += 1);
        Value::Map(counts.into_iter().map(|(key, count)| (Value::Int(key), Value::Int(count))).collect())
    };
    Writer::new(&["hit"], &rows, &shown).come(SINGLES.min(n))
}

/// Increments of 1 to 4, so that nothing can be multiplied out.
fn counter(n: usize, by: fn(i64) -> i64) -> Script {
    let amounts: Vec<i64> = (0..events(n)).map(|i| elem(i, 6) % 4 + 1).collect();
    let rows: Vec<Row> =
        amounts.iter().map(|amount| Row { events: [0, 0], fields: vec![Value::Int(*amount)] }).collect();
    let shown = |there: &[bool]| Value::Int(present(there).map(|at| by(amounts[at])).sum());
    Writer::new(&["tick"], &rows, &shown).come(SINGLES.min(n))
}

pub fn gcounter(n: usize) -> Script {
    counter(n, |amount| amount)
}

pub fn pncounter(n: usize) -> Script {
    counter(n, |amount| amount * 2 - 1)
}
