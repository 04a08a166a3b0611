//! Sets: filters and maps, and two sets side by side.
//!
//! ```text
//! numbers ─ filter ─ map ─► result        a ──┐
//!                                             ├─ union, intersect, minus, join ─► result     half of each is shared
//!                                         b ──┘
//! ```

use std::collections::{BTreeMap, BTreeSet};

use lasp_plan::Value;

use crate::bench::script::{Row, Script, Writer, present, set};
use lasp_gauge::{drawn, elems};

fn one_set(values: &[Value], shown: impl Fn(&mut dyn Iterator<Item = usize>) -> Value) -> Script {
    let rows: Vec<Row> = values.iter().map(|x| Row { events: [0, 1], fields: vec![x.clone()] }).collect();
    Writer::new(&["add", "remove"], &rows, &|there| shown(&mut present(there))).come_and_go()
}

fn numbers(n: usize, keep: impl Fn(i64) -> bool, map: impl Fn(i64) -> i64) -> Script {
    let numbers = elems(n, 1);
    let values: Vec<Value> = numbers.iter().map(|x| Value::Int(*x)).collect();
    one_set(&values, |there| set(there.map(|at| numbers[at]).filter(|x| keep(*x)).map(|x| Value::Int(map(x)))))
}

pub fn pipeline(n: usize) -> Script {
    numbers(n, |x| x % 3 == 0, |x| x * 2)
}

pub fn images(n: usize) -> Script {
    numbers(n, |_| true, |x| x % 512)
}

pub fn texts(n: usize) -> Script {
    let texts: Vec<String> = elems(n, 1).into_iter().map(|x| format!("{:012x}", x >> 14)).collect();
    let values: Vec<Value> = texts.iter().map(|text| Value::text(text)).collect();
    one_set(&values, |there| {
        let kept = there.map(|at| &texts[at]).filter(|text| text.as_bytes().last() == Some(&b'0'));
        set(kept.map(|text| Value::text(&(text.clone() + "!"))))
    })
}

const TWO: [&str; 4] = ["add_a", "remove_a", "add_b", "remove_b"];

/// Rows of A are `row(i)` for i < n, of B the same for n/2 ≤ i < 3n/2. In no order, so that what comes and goes is
/// shared or not, as it happens.
fn two_sets<T: Clone + Ord>(
    n: usize,
    row: impl Fn(usize) -> T,
    fields: impl Fn(&T) -> Vec<Value>,
    shown: impl Fn(&BTreeSet<T>, &BTreeSet<T>) -> Value,
) -> Script {
    let mut both: Vec<(bool, T)> = (0..n).flat_map(|i| [(true, row(i)), (false, row(i + n / 2))]).collect();
    for i in (1..both.len()).rev() {
        both.swap(i, drawn(i, 2, i + 1));
    }
    let of = |(in_a, row): &(bool, T)| Row { events: if *in_a { [0, 1] } else { [2, 3] }, fields: fields(row) };
    let rows: Vec<Row> = both.iter().map(of).collect();
    let shown = |there: &[bool]| {
        let of = |in_a: bool| present(there).filter(|at| both[*at].0 == in_a).map(|at| both[at].1.clone()).collect();
        shown(&of(true), &of(false))
    };
    Writer::new(&TWO, &rows, &shown).come_and_go()
}

fn operator(n: usize, keep: impl Fn(bool, bool) -> bool) -> Script {
    let numbers = elems(n + n / 2, 3);
    two_sets(
        n,
        |i| numbers[i],
        |x| vec![Value::Int(*x)],
        |a, b| {
            let kept = numbers.iter().filter(|x| keep(a.contains(x), b.contains(x)));
            set(kept.map(|x| Value::Int(*x)))
        },
    )
}

pub fn union(n: usize) -> Script {
    operator(n, |a, b| a || b)
}

pub fn intersect(n: usize) -> Script {
    operator(n, |a, b| a && b)
}

pub fn minus(n: usize) -> Script {
    operator(n, |a, b| a && !b)
}

fn joined(n: usize, matches: usize) -> Script {
    let keys = elems((n + n / 2).div_ceil(matches), 3);
    let row = |i: usize| (keys[i / matches], i);
    let number = |i: usize| Value::Int(i64::try_from(i).unwrap_or(i64::MAX));
    two_sets(
        n,
        row,
        |(key, i)| vec![Value::Int(*key), number(*i)],
        |a, b| {
            let mut by_key: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
            b.iter().for_each(|(key, i)| by_key.entry(*key).or_default().push(*i));
            set(a.iter().flat_map(|(key, i)| {
                let others = by_key.get(key).into_iter().flatten();
                others.map(|other| Value::tuple([number(*i), number(*other), Value::Int(*key)]))
            }))
        },
    )
}

pub fn join(n: usize) -> Script {
    joined(n, 1)
}

pub fn join8(n: usize) -> Script {
    joined(n, 8)
}
