//! Operators and the scheduler by example: what changes when, what a failure reaches, what costs nothing.

use lasp_plan::{Agg, BinaryOp, NodeId, Op, Stage, Value, VarId};

use crate::program::{Program, binary, int, ints, local};

#[test]
fn left_join_follows_the_right_side_back_to_the_default() {
    let mut program = Program::new();
    let (ads, views) = (program.source(0, 2), program.source(1, 2));
    let op = Op::LeftJoin { left: vec![local(1)], right_key: 1, default: vec![Value::Int(0)] };
    let looked_up = program.node(op, &[ads, views], 3);
    let mut flow = program.flow(&[looked_up]);
    flow.add(0, ints([1, 13]));
    flow.add(0, ints([2, 13]));
    flow.add(0, ints([3, 7]));
    assert_eq!(flow.step(looked_up), ["+(1, 13, 0)", "+(2, 13, 0)", "+(3, 7, 0)"]);
    flow.add(1, ints([13, 4]));
    assert_eq!(flow.step(looked_up), ["-(1, 13, 0)", "+(1, 13, 4)", "-(2, 13, 0)", "+(2, 13, 4)"]);
    flow.remove(1, ints([13, 4]));
    flow.add(1, ints([13, 5]));
    flow.remove(0, ints([2, 13]));
    assert_eq!(flow.step(looked_up), ["-(1, 13, 4)", "+(1, 13, 5)", "-(2, 13, 4)"]);
    flow.remove(1, ints([13, 5]));
    assert_eq!(flow.step(looked_up), ["+(1, 13, 0)", "-(1, 13, 5)"]);
}

#[test]
fn semi_and_its_complement_share_the_rows() {
    let mut program = Program::new();
    let (left, right) = (program.source(0, 1), program.source(1, 2));
    let op = |keep| Op::Semi { left: vec![local(0)], right: vec![local(0)], keep };
    let both = program.node(op(true), &[left, right], 1);
    let only = program.node(op(false), &[left, right], 1);
    let mut flow = program.flow(&[both, only]);
    flow.add(0, ints([1]));
    flow.add(0, ints([2]));
    flow.add(1, ints([1, 10]));
    flow.add(1, ints([1, 11]));
    assert_eq!(flow.step(both), ["+(1)"]);
    assert_eq!(flow.changes(only), ["+(2)"]);
    flow.remove(1, ints([1, 10]));
    assert!(flow.step(both).is_empty(), "another right row has the key");
    flow.remove(1, ints([1, 11]));
    assert_eq!(flow.step(both), ["-(1)"]);
    assert_eq!(flow.changes(only), ["+(1)"]);
}

#[test]
fn a_self_join_meets_the_changes_of_both_sides() {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let pairs = program.node(Op::Join { left: vec![local(0)], right: vec![local(0)] }, &[source, source], 4);
    let mut flow = program.flow(&[pairs]);
    flow.add(0, ints([1, 5]));
    flow.add(0, ints([1, 6]));
    assert_eq!(flow.step(pairs).len(), 4);
    flow.remove(0, ints([1, 5]));
    flow.add(0, ints([1, 7]));
    assert_eq!(flow.step(pairs).len(), 3 + 3);
    assert_eq!(flow.flow.len(pairs), 4);
}

#[test]
fn rows_counted_more_than_once_are_one_after_distinct() {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let first = program.fused(source, vec![Stage::Map(vec![local(0)])], 1);
    let doubled = program.node(Op::Concat, &[first, first], 1);
    let distinct = program.node(Op::Distinct, &[doubled], 1);
    let mut flow = program.flow(&[doubled, distinct]);
    flow.add(0, ints([1, 5]));
    flow.add(0, ints([1, 6]));
    assert_eq!(flow.step(doubled), ["+(1)*4"]);
    assert_eq!(flow.changes(distinct), ["+(1)"]);
    flow.remove(0, ints([1, 5]));
    assert_eq!(flow.step(doubled), ["-(1)*2"]);
    assert!(flow.changes(distinct).is_empty());
    flow.remove(0, ints([1, 6]));
    assert_eq!(flow.step(distinct), ["-(1)"]);
}

#[test]
fn constants_come_with_the_first_step_and_once() {
    let mut program = Program::new();
    let rows = program.node(Op::Rows(vec![vec![int(2)], vec![binary(BinaryOp::Add, int(1), int(1))]]), &[], 1);
    let failing = program.node(Op::Rows(vec![vec![binary(BinaryOp::Div, int(1), int(0))]]), &[], 1);
    let context = program.node(Op::Rows(vec![vec![]]), &[], 0);
    let mut flow = program.flow(&[rows, failing, context]);
    assert!(flow.flow.is_dirty());
    assert_eq!(flow.step(rows), ["+(2)"]);
    assert_eq!(flow.changes(context).len(), 1);
    assert_eq!(flow.failure(failing).unwrap(), "R0702: 1 / 0 divides by zero");
    assert!(!flow.flow.is_dirty());
    assert!(flow.step(rows).is_empty());
    assert_eq!(flow.flow.len(rows), 1);
}

#[test]
fn a_failure_reaches_what_reads_it_and_nothing_else() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let inverse = program.fused(source, vec![Stage::Map(vec![binary(BinaryOp::Div, int(10), local(0))])], 1);
    let below = program.node(Op::Distinct, &[inverse], 1);
    let beside = program.reduce(source, 0, Agg::Count, int(0));
    let mut flow = program.flow(&[below, beside]);
    [0, 2, 5].into_iter().for_each(|n| flow.add(0, ints([n])));
    assert_eq!(flow.step(below), ["+(2)", "+(5)"], "the healthy rows go on");
    assert_eq!(flow.failure(below).unwrap(), "R0702: 10 / 0 divides by zero (row 0)");
    assert_eq!(flow.failure(beside), None);
    flow.remove(0, ints([0]));
    flow.flow.step();
    assert_eq!(flow.failure(below), None);
}

#[test]
fn a_key_that_fails_is_withheld_from_the_join() {
    let mut program = Program::new();
    let (left, right) = (program.source(0, 1), program.source(1, 1));
    let key = vec![binary(BinaryOp::Div, int(10), local(0))];
    let join = program.node(Op::Join { left: key, right: vec![local(0)] }, &[left, right], 2);
    let mut flow = program.flow(&[join]);
    [0, 5].into_iter().for_each(|n| flow.add(0, ints([n])));
    flow.add(1, ints([2]));
    assert_eq!(flow.step(join), ["+(5, 2)"]);
    assert!(flow.failure(join).is_some());
    flow.remove(0, ints([0]));
    flow.flow.step();
    assert_eq!(flow.failure(join), None);
}

#[test]
fn a_map_is_looked_up_by_its_key() {
    let mut program = Program::new();
    let source = program.source(0, 2);
    let mut flow = program.flow(&[source]);
    [[3, 30], [1, 10], [2, 20]].into_iter().for_each(|row| flow.add(0, ints(row)));
    assert_eq!(flow.step(source), ["+(1, 10)", "+(2, 20)", "+(3, 30)"]);
    assert_eq!(flow.flow.lookup(source, &Value::Int(2)), Some(ints([2, 20])));
    assert_eq!(flow.flow.lookup(source, &Value::Int(4)), None);
    assert!(flow.flow.contains(source, &ints([1, 10])));
    assert!(!flow.flow.contains(source, &ints([1, 11])));
    let rows: Vec<_> = flow.flow.rows(source);
    assert_eq!(rows, [ints([1, 10]), ints([2, 20]), ints([3, 30])]);
}

#[test]
fn what_no_sink_needs_is_not_there() {
    let mut program = Program::new();
    let (used, unused) = (program.source(0, 1), program.source(1, 1));
    let failing = program.fused(unused, vec![Stage::Extend(binary(BinaryOp::Div, int(1), local(0)))], 2);
    let mut flow = program.flow(&[used]);
    flow.add(1, ints([0]));
    assert!(!flow.flow.is_dirty());
    flow.flow.step();
    assert_eq!(flow.failure(failing), None);
    // A change that cancels out leaves no trace.
    flow.add(0, ints([1]));
    flow.remove(0, ints([1]));
    assert!(flow.step(used).is_empty());
    flow.flow.push(VarId(9), 0, &ints([1]), 1);
    assert!(!flow.flow.is_dirty());
    assert_eq!(flow.flow.rows(NodeId(0)).len(), 0);
}
