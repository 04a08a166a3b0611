//! Fixed points: ways along edges that come and go, against the closure of a matrix (Warshall), which knows no rounds.
//!
//! Three bodies that must agree: ways lengthened by an edge, ways put together from two ways, and the first with a
//! `distinct` inside the cycle, which hides lost derivations and so takes the other path through the operator.

use std::collections::BTreeSet;

use lasp_plan::{BinaryOp, NodeId, Op, Row, Stage, Value};
use lasp_vm::flow::Limits;

use crate::program::{Program, binary, int, ints, local};

const PLACES: usize = 6;

/// A body that lengthens the ways at port 0 by the rows of another port: `union(port 1, map(port 0 ⋈ port by))`.
fn ways(by: u32, is_distinct: bool) -> Op {
    let mut body = Program::new();
    let (own, edges) = (body.node(Op::Port(0), &[], 2), body.node(Op::Port(1), &[], 2));
    let further = if by == 0 { own } else { edges };
    let joined = body.node(Op::Join { left: vec![local(1)], right: vec![local(0)] }, &[own, further], 4);
    let mut longer = body.fused(joined, vec![Stage::Map(vec![local(0), local(3)])], 2);
    if is_distinct {
        longer = body.node(Op::Distinct, &[longer], 2);
    }
    let result = body.node(Op::Concat, &[edges, longer], 2);
    Op::Fix { body: body.into_graph(), result }
}

fn closure(edges: &BTreeSet<(usize, usize)>) -> Vec<Row> {
    let mut leads = [[false; PLACES]; PLACES];
    edges.iter().for_each(|(a, b)| leads[*a][*b] = true);
    for over in 0..PLACES {
        for a in 0..PLACES {
            for b in 0..PLACES {
                leads[a][b] |= leads[a][over] && leads[over][b];
            }
        }
    }
    let pairs = (0..PLACES).flat_map(|a| (0..PLACES).map(move |b| (a, b)));
    pairs.filter(|(a, b)| leads[*a][*b]).map(|(a, b)| ints([a as i64, b as i64])).collect()
}

#[test]
fn ways_follow_edges_that_come_and_go() {
    let mut program = Program::new();
    let edges = program.source(0, 2);
    let sinks: Vec<NodeId> =
        [ways(1, false), ways(0, false), ways(1, true)].map(|op| program.node(op, &[edges], 2)).to_vec();
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut shrank = 0;
    for round in 0..40 {
        let mut flow = program.flow(&sinks);
        let mut present: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut shown = vec![BTreeSet::<Row>::new(); sinks.len()];
        for _ in 0..40 {
            // Some steps bring several changes, which come and go at once.
            for _ in 0..=next(3) {
                let edge = (next(PLACES), next(PLACES));
                let row = ints([edge.0 as i64, edge.1 as i64]);
                if present.remove(&edge) {
                    flow.remove(0, row);
                } else if round % 2 == 0 || present.len() < 8 {
                    present.insert(edge);
                    flow.add(0, row);
                }
            }
            flow.flow.step();
            let expected = closure(&present);
            for (sink, shown) in sinks.iter().zip(&mut shown) {
                assert_eq!(flow.flow.rows(*sink), expected, "{present:?}");
                // The changes lead from one state to the next.
                for (row, weight) in flow.flow.changes(*sink) {
                    let news = if *weight == 1 { shown.insert(row.clone()) } else { shown.remove(row) };
                    assert!(weight.abs() == 1 && news, "{row:?} {weight}");
                    shrank += usize::from(*weight == -1);
                }
                assert!(shown.iter().eq(expected.iter()));
            }
        }
    }
    assert!(shrank > 1_000, "only {shrank} rows went");
}

#[test]
fn a_circle_does_not_hold_itself() {
    let mut program = Program::new();
    let edges = program.source(0, 2);
    // Reached: the place 0, and where an edge from a reached place leads.
    let start = program.node(Op::Rows(vec![vec![int(0)]]), &[], 1);
    let mut body = Program::new();
    let (own, edges_in, start_in) =
        (body.node(Op::Port(0), &[], 1), body.node(Op::Port(1), &[], 2), body.node(Op::Port(2), &[], 1));
    let joined = body.node(Op::Join { left: vec![local(0)], right: vec![local(0)] }, &[own, edges_in], 3);
    let there = body.fused(joined, vec![Stage::Map(vec![local(2)])], 1);
    let result = body.node(Op::Concat, &[start_in, there], 1);
    let reached = program.node(Op::Fix { body: body.into_graph(), result }, &[edges, start], 1);
    let mut flow = program.flow(&[reached]);
    [[0, 1], [1, 2], [2, 1], [2, 3]].into_iter().for_each(|edge| flow.add(0, ints(edge)));
    assert_eq!(flow.step(reached), ["+(0)", "+(1)", "+(2)", "+(3)"]);
    flow.remove(0, ints([0, 1]));
    assert_eq!(flow.step(reached), ["-(1)", "-(2)", "-(3)"]);
    flow.add(0, ints([0, 3]));
    assert_eq!(flow.step(reached), ["+(3)"]);
}

#[test]
fn a_fixed_point_without_end_is_stopped_alone() {
    let mut program = Program::new();
    let numbers = program.source(0, 1);
    let mut body = Program::new();
    let (own, first) = (body.node(Op::Port(0), &[], 1), body.node(Op::Port(1), &[], 1));
    let next = body.fused(own, vec![Stage::Map(vec![binary(BinaryOp::Add, local(0), int(1))])], 1);
    let result = body.node(Op::Concat, &[first, next], 1);
    let onward = program.node(Op::Fix { body: body.into_graph(), result }, &[numbers], 1);
    let mut flow = program.flow_within(&[numbers, onward], Limits { rounds_max: 100, ..Limits::default() });
    flow.add(0, ints([5]));
    flow.flow.step();
    let failure = flow.failure(onward).expect("it has no end");
    assert!(failure.contains("R0705") && failure.contains("100 rounds"), "{failure}");
    assert_eq!(flow.failure(numbers), None);
    flow.add(0, ints([6]));
    assert_eq!(flow.step(numbers), ["+(6)"]);
    assert_eq!(flow.flow.len(onward), 0);
}

#[test]
fn a_failing_row_poisons_until_it_goes() {
    let mut program = Program::new();
    let numbers = program.source(0, 1);
    let mut body = Program::new();
    let (own, first) = (body.node(Op::Port(0), &[], 1), body.node(Op::Port(1), &[], 1));
    // 12 / n of everything found: 3 leads to 4 and back, 0 fails.
    let next = body.fused(own, vec![Stage::Map(vec![binary(BinaryOp::Div, int(12), local(0))])], 1);
    let result = body.node(Op::Concat, &[first, next], 1);
    let found = program.node(Op::Fix { body: body.into_graph(), result }, &[numbers], 1);
    let mut flow = program.flow(&[found]);
    flow.add(0, ints([3]));
    assert_eq!(flow.step(found), ["+(3)", "+(4)"]);
    flow.add(0, ints([0]));
    flow.flow.step();
    assert!(flow.failure(found).is_some_and(|failure| failure.contains("R0702")));
    flow.remove(0, ints([0]));
    flow.flow.step();
    assert_eq!(flow.failure(found), None);
    let rows: Vec<Value> = flow.flow.rows(found).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(rows, [Value::Int(3), Value::Int(4)]);
}
