//! Something per group, and the ten greatest of all: rows `{ g, id, v }` come, and are taken away again.
//!
//! A tenth as many groups as rows, at most 10,000. Half of the rows go, which takes the least and the greatest of most
//! groups away too.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lasp_plan::Value;

use crate::bench::script::{Row, Script, Writer, present, some};
use lasp_gauge::{drawn, elem, elems};

/// How many the greatest are.
const TOP: usize = 10;

/// A row: its group, what distinguishes it, its value of 32 bits.
fn rows(n: usize) -> Vec<[i64; 3]> {
    let groups = elems((n / 10).clamp(1, 10_000), 4);
    let row = |i: usize| [groups[drawn(i, 7, groups.len())], i64::try_from(i).unwrap_or(i64::MAX), elem(i, 5) >> 30];
    (0..n).map(row).collect()
}

fn script(rows: &[[i64; 3]], shown: impl Fn(&[bool]) -> Value) -> Script {
    let of = |row: &[i64; 3]| Row { events: [0, 1], fields: row.map(Value::Int).to_vec() };
    let changes: Vec<Row> = rows.iter().map(of).collect();
    Writer::new(&["add", "remove"], &changes, &shown).come_and_go()
}

fn grouped(n: usize, read: impl Fn(&[i64]) -> Value) -> Script {
    let rows = rows(n);
    script(&rows, |there| {
        let mut groups: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        present(there).for_each(|at| groups.entry(rows[at][0]).or_default().push(rows[at][2]));
        Value::Map(groups.iter().map(|(group, values)| (Value::Int(*group), read(values))).collect())
    })
}

pub fn count(n: usize) -> Script {
    grouped(n, |values| Value::Int(values.iter().map(|_| 1).sum()))
}

pub fn sum(n: usize) -> Script {
    grouped(n, |values| Value::Int(values.iter().sum()))
}

pub fn min(n: usize) -> Script {
    grouped(n, |values| values.iter().min().map_or(Value::None, |least| some(Value::Int(*least))))
}

pub fn max(n: usize) -> Script {
    grouped(n, |values| values.iter().max().map_or(Value::None, |greatest| some(Value::Int(*greatest))))
}

pub fn top(n: usize) -> Script {
    let rows = rows(n);
    script(&rows, |there| {
        let mut order: Vec<[i64; 3]> = present(there).map(|at| rows[at]).collect();
        // Of equal values, the greater row first.
        order.sort_by_key(|row| Reverse((row[2], *row)));
        Value::List(order.iter().take(TOP).map(|row| Value::tuple(row.map(Value::Int))).collect())
    })
}
