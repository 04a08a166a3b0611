//! Every operator, in Lasp and as its definition says, from scratch.

use std::collections::{BTreeMap, HashSet};

use lasp_plan::{Float, Value};

use super::Operator;
use crate::digest::{Digest, of_value};

/// The checksum of a set of rows.
fn set<T: Digest>(rows: impl Iterator<Item = T>) -> u64 {
    rows.map(|row| row.digest()).fold(0, u64::wrapping_add)
}

fn of(elements: &[i64]) -> HashSet<i64> {
    elements.iter().copied().collect()
}

fn truth(truth: bool) -> u64 {
    of_value(&Value::Bool(truth))
}

fn groups(a: &[i64]) -> BTreeMap<i64, Vec<i64>> {
    let mut groups: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    a.iter().for_each(|x| groups.entry(x % 1_000).or_default().push(*x));
    groups
}

fn entries(groups: BTreeMap<i64, i64>) -> u64 {
    set(groups.into_iter())
}

fn grouped(a: &[i64], value: impl Fn(&[i64]) -> i64) -> u64 {
    entries(groups(a).into_iter().map(|(key, group)| (key, value(&group))).collect())
}

const fn operator(name: &'static str, lasp: &'static str, result: fn(&[i64], &[i64]) -> u64) -> Operator {
    Operator { name, lasp, result, others: None, singles: 2_000, rows_max: usize::MAX }
}

/// All that keep something up to date.
pub const OPERATORS: &[Operator] = &[
    operator("map", "a.map(x => x / 2)", |a, _| set(a.iter().map(|x| x / 2).collect::<HashSet<i64>>().into_iter())),
    operator("filter", "a.filter(x => x % 2 == 0)", |a, _| set(a.iter().copied().filter(|x| x % 2 == 0))),
    operator("flat_map", "a.flat_map(x => {x, x + 1})", |a, _| {
        set(a.iter().flat_map(|x| [*x, x + 1]).collect::<HashSet<i64>>().into_iter())
    }),
    operator("union", "a.union(b)", |a, b| set(of(a).union(&of(b)).copied())),
    operator("intersect", "a.intersect(b)", |a, b| set(of(a).intersection(&of(b)).copied())),
    operator("minus", "a.minus(b)", |a, b| set(of(a).difference(&of(b)).copied())),
    Operator {
        name: "product with 10",
        lasp: "a.product(b)",
        result: |a, b| set(a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y)))),
        others: Some(10),
        singles: 2_000,
        rows_max: usize::MAX,
    },
    operator("join", "a.join(b, on: (x, y) => x == y)", |a, b| set(of(a).intersection(&of(b)).map(|x| (*x, *x)))),
    operator("lookup in a map", "a.map(x => (x, m[x].or(0)))", |a, b| {
        let known = of(b);
        set(a.iter().map(|x| (*x, if known.contains(x) { *x } else { 0 })))
    }),
    operator("contains in a filter", "a.filter(x => not b.contains(x))", |a, b| set(of(a).difference(&of(b)).copied())),
    operator("group, count", "a.group(by: x => x % 1000).each(g => g.count())", |a, _| {
        grouped(a, |group| group.len() as i64)
    }),
    operator("group, sum", "a.group(by: x => x % 1000).each(g => g.sum(x => x % 4096))", |a, _| {
        grouped(a, |group| group.iter().map(|x| x % 4_096).sum())
    }),
    operator("group, min", "a.group(by: x => x % 1000).each(g => g.min(x => x))", |a, _| {
        grouped(a, |group| group.iter().copied().min().unwrap_or_default())
    }),
    operator("group, max", "a.group(by: x => x % 1000).each(g => g.max(x => x))", |a, _| {
        grouped(a, |group| group.iter().copied().max().unwrap_or_default())
    }),
    operator("count", "a.count()", |a, _| (a.len() as i64).digest()),
    operator("sum", "a.sum(x => x % 4096)", |a, _| a.iter().map(|x| x % 4_096).sum::<i64>().digest()),
    operator("avg", "a.avg(x => x % 4096)", |a, _| {
        #[allow(clippy::cast_precision_loss)] // The sums are small.
        let avg = a.iter().map(|x| x % 4_096).sum::<i64>() as f64 / a.len() as f64;
        of_value(&Value::Float(Float::new(avg)))
    }),
    operator("min", "a.min(x => x)", |a, _| a.iter().min().map_or(0, Digest::digest)),
    operator("max", "a.max(x => x)", |a, _| a.iter().max().map_or(0, Digest::digest)),
    operator("any", "a.any(x => x % 1000 == 7)", |a, _| truth(a.iter().any(|x| x % 1_000 == 7))),
    operator("all", "a.all(x => x % 1000 != 7)", |a, _| truth(a.iter().all(|x| x % 1_000 != 7))),
    operator("is_empty", "a.is_empty()", |a, _| truth(a.is_empty())),
    operator("fold, greatest", "a.fold(0, (acc, x) => if x > acc then x else acc)", |a, _| {
        a.iter().max().map_or(0, Digest::digest)
    }),
    operator(
        "fold, in two parts",
        "a.fold((0, true), (acc, x) => (acc.0 + x % 64, x % 1000 != 7 and acc.1))",
        |a, _| {
            let sum = a.iter().map(|x| x % 64).sum();
            of_value(&Value::tuple([Value::Int(sum), Value::Bool(a.iter().all(|x| x % 1_000 != 7))]))
        },
    ),
    // No aggregate: folds anew for every step, so that a change costs all rows: with the others' numbers it would not
    // come to an end.
    Operator {
        name: "fold, counting to 3",
        lasp: "a.fold(0, (acc, x) => if acc >= 3 then acc else acc + 1)",
        result: |a, _| (a.len().min(3) as i64).digest(),
        others: None,
        singles: 20,
        rows_max: 100_000,
    },
    operator("two steps", "a.filter(x => x % 2 == 0).map(x => x % 1000).union(b).count()", |a, b| {
        let images: HashSet<i64> = a.iter().filter(|x| *x % 2 == 0).map(|x| x % 1_000).collect();
        (images.union(&of(b)).count() as i64).digest()
    }),
];
