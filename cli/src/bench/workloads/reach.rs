//! Transitive closure of a random graph with as many nodes as edges. All edges come in batches; then some go, and come
//! back, one at a time, and the closure is right after each.
//!
//! What is expected is searched from every node.

use std::collections::{BTreeMap, BTreeSet};

use lasp_plan::Value;

use crate::bench::script::{Kind, Mode, Row, Script, Writer, present, set};
use lasp_gauge::{drawn, elems};

/// How many edges go one at a time: each can take a large part of the closure with it.
const REMOVALS: usize = 20;

/// So many edges.
pub fn script(n: usize) -> Script {
    let nodes = elems(n.max(2), 12);
    let drawn = |i: usize| (nodes[drawn(i, 13, nodes.len())], nodes[drawn(i, 14, nodes.len())]);
    let mut seen = BTreeSet::new();
    let edges: Vec<(i64, i64)> = (0..).map(drawn).filter(|edge| seen.insert(*edge)).take(n).collect();
    let row = |(tail, head): &(i64, i64)| Row { events: [0, 1], fields: vec![Value::Int(*tail), Value::Int(*head)] };
    let rows: Vec<Row> = edges.iter().map(row).collect();
    let shown = |there: &[bool]| {
        let mut after: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        present(there).for_each(|at| after.entry(edges[at].0).or_default().push(edges[at].1));
        set(after.keys().flat_map(|from| {
            search(&after, *from).into_iter().map(|to| Value::tuple([Value::Int(*from), Value::Int(to)]))
        }))
    };
    let removals = REMOVALS.min(n / 2);
    Writer::new(&["add", "remove"], &rows, &shown)
        .step(Kind::Insert, Mode::Batches, 0..n)
        .step(Kind::Remove, Mode::Singles, 0..removals)
        .step(Kind::Insert, Mode::Singles, 0..removals)
        .done()
}

/// All that can be reached from a node by at least one edge.
fn search(after: &BTreeMap<i64, Vec<i64>>, from: i64) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for next in after.get(&node).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}
