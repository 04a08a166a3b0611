//! Runaway programs stop with R0705, alone.

use std::time::{Duration, Instant};

use lasp_plan::{Agg, NodeId, Op, Stage, Value};
use lasp_vm::flow::Limits;

use crate::program::{Program, binary, expr, int, ints, local};

#[test]
fn a_product_of_a_thousand_cubed_stops() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let squared = program.product(source, source);
    let cubed = program.product(squared, source);
    let below = program.reduce(cubed, 0, Agg::Count, int(0));
    let sibling = program.reduce(squared, 0, Agg::Count, int(0));
    let limits = Limits { rows_max: 1_200_000, produced_max: 1_200_000, ..Limits::default() };
    let mut flow = program.flow_within(&[below, sibling], limits);
    let start = Instant::now();
    (0..1000).for_each(|n| flow.add(0, ints([n])));
    assert_eq!(flow.step(sibling), ["+(1000000)"]);
    assert_eq!(
        flow.failure(below).unwrap(),
        format!("R0705: `operator {}` gives more than 1200000 rows at once", cubed.0)
    );
    assert_eq!(flow.failure(below), flow.failure(cubed));
    assert_eq!((flow.failure(sibling), flow.flow.len(below)), (None, 0));
    // The stopped one costs nothing any more; the other one lives.
    flow.remove(0, ints([0]));
    assert_eq!(flow.step(sibling), ["+(998001)", "-(1000000)"]);
    assert!(flow.failure(below).is_some(), "a limit is for good");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn the_last_good_rows_stay_readable() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let squared = program.product(source, source);
    let mut flow = program.flow_within(&[squared], Limits { produced_max: 20, ..Limits::default() });
    (0..3).for_each(|n| flow.add(0, ints([n])));
    assert_eq!(flow.step(squared).len(), 9);
    (3..6).for_each(|n| flow.add(0, ints([n])));
    assert!(flow.step(squared).is_empty(), "27 more are too many");
    assert!(flow.failure(squared).unwrap().starts_with("R0705"));
    assert_eq!(flow.flow.len(squared), 9);

    let mut flow = program.flow_within(&[source, squared], Limits { rows_max: 4, ..Limits::default() });
    (0..4).for_each(|n| flow.add(0, ints([n])));
    assert_eq!(flow.step(source).len(), 4);
    // Full, but a row that takes the place of another one fits.
    flow.add(0, ints([4]));
    flow.remove(0, ints([0]));
    assert_eq!(flow.step(source), ["-(0)", "+(4)"]);
    flow.add(0, ints([5]));
    assert!(flow.step(source).is_empty());
    assert_eq!(flow.failure(source).unwrap(), "R0705: `operator 0` needs more than 4 rows to be kept");
    assert_eq!(flow.flow.rows(source).last(), Some(&ints([4])));
}

#[test]
fn kept_rows_and_failures_are_limited() {
    let limits = Limits { rows_max: 100, produced_max: 1000, ..Limits::default() };
    let stopped = |make: &dyn Fn(&mut Program, NodeId) -> NodeId| {
        let mut program = Program::new();
        let source = program.source(0, 1);
        let sink = make(&mut program, source);
        let healthy = program.reduce(source, 0, Agg::Count, int(0));
        let mut flow = program.flow_within(&[sink, healthy], limits);
        for n in 0..101 {
            // A group counts beside its values, so some stop one row earlier.
            assert!(n == 100 || !flow.failure(sink).unwrap_or_default().starts_with("R0705"), "at {n}");
            flow.add(0, ints([n]));
            flow.flow.step();
        }
        assert_eq!(flow.changes(healthy), ["-(100)", "+(101)"]);
        assert_eq!(flow.failure(healthy), None);
        flow.failure(sink).unwrap().starts_with("R0705")
    };
    assert!(stopped(&|program, source| program.node(Op::Distinct, &[source], 1)));
    assert!(stopped(&|program, source| program.reduce(source, 0, Agg::Max, local(0))));
    assert!(stopped(&|program, source| program.reduce(source, 1, Agg::Count, int(0))));
    // A sink keeps its rows though its operator keeps none.
    assert!(stopped(&|program, source| program.fused(source, vec![Stage::Extend(int(1))], 2)));
    // Every row fails.
    let failing = binary(lasp_plan::BinaryOp::Div, local(0), int(0));
    assert!(stopped(&|program, source| program.fused(source, vec![Stage::Extend(failing.clone())], 2)));
}

#[test]
fn wide_rows_are_limited_by_their_bytes() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let narrow = program.node(Op::Distinct, &[source], 1);
    let columns = 100;
    let wide = program.fused(source, vec![Stage::Map(vec![local(0); columns])], columns as u32);
    let wide = program.node(Op::Distinct, &[wide], columns as u32);
    // Four thousand rows of a hundred words each take 3.2 MB at least, and of one word at most a few hundred KB.
    let mut flow = program.flow_within(&[narrow, wide], Limits { bytes_max: 3_000_000, ..Limits::default() });
    for n in 0..4_000 {
        flow.add(0, ints([n]));
        flow.flow.step();
    }
    assert_eq!(flow.failure(narrow), None);
    let failure = flow.failure(wide).unwrap();
    assert_eq!(failure, format!("R0705: `operator {}` needs more than 3000000 bytes for the rows it keeps", wide.0));
}

#[test]
fn a_product_that_is_only_heard_of_is_not_kept() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let squared = program.product(source, source);
    let run = |heard: bool| {
        let mut flow = program.flow_within(&[squared], Limits { rows_max: 50, ..Limits::default() });
        if heard {
            flow.flow.forget_rows(squared);
        }
        (0..10).for_each(|n| flow.add(0, ints([n])));
        let came = flow.step(squared).len();
        flow.remove(0, ints([9]));
        (came, flow.step(squared).len(), flow.failure(squared).is_some())
    };
    assert_eq!(run(true), (100, 19, false), "10 × 10 come, and 2 × 10 − 1 go");
    assert_eq!(run(false), (0, 0, true), "100 rows to be read are more than 50");
}

#[test]
fn an_unnesting_that_explodes_stops() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    let set = Value::set((0..1000).map(Value::Int).collect());
    let unnest = || Stage::Unnest(expr(lasp_plan::ExprKind::Const(set.clone())));
    let exploded = program.fused(source, vec![unnest(), unnest(), unnest()], 4);
    let mut flow = program.flow_within(&[exploded], Limits { produced_max: 10_000, ..Limits::default() });
    flow.add(0, ints([1]));
    flow.flow.step();
    assert!(flow.failure(exploded).unwrap().contains("more than 10000 rows"));
}

#[test]
fn weights_that_explode_stop() {
    let mut program = Program::new();
    let source = program.source(0, 1);
    // Each level squares the weight of its one row: 2, 4, 16, … 2^64.
    let mut node = program.node(Op::Concat, &[source, source], 1);
    for _ in 0..6 {
        let squared = program.product(node, node);
        node = program.fused(squared, vec![Stage::Map(vec![local(0)])], 1);
    }
    let mut flow = program.flow(&[node]);
    flow.add(0, ints([1]));
    flow.flow.step();
    assert!(flow.failure(node).unwrap().contains("too many times"));
}

#[test]
fn what_is_gone_is_not_kept() {
    let mut program = Program::new();
    let (left, right) = (program.source(0, 2), program.source(1, 2));
    let key = || vec![local(0)];
    let semi = program.node(Op::Semi { left: key(), right: key(), keep: true }, &[left, right], 2);
    let default = vec![Value::Int(0)];
    let looked_up = program.node(Op::LeftJoin { left: key(), right_key: 1, default }, &[left, right], 3);
    let join = program.node(Op::Join { left: key(), right: key() }, &[left, right], 4);
    let max = program.reduce(left, 1, Agg::Max, local(1));
    let distinct = program.node(Op::Distinct, &[right], 2);
    let sinks = [semi, looked_up, join, max, distinct];
    let mut flow = program.flow_within(&sinks, Limits { rows_max: 8, produced_max: 100, ..Limits::default() });
    for n in 0..100 {
        flow.add(0, ints([n, n]));
        flow.add(1, ints([n, -n]));
        if n >= 2 {
            flow.remove(0, ints([n - 2, n - 2]));
            flow.remove(1, ints([n - 2, 2 - n]));
        }
        flow.flow.step();
        sinks.iter().for_each(|sink| assert_eq!(flow.failure(*sink), None, "at {n}"));
    }
}
