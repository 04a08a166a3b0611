//! Laziness changes when work is done, never what is seen.

use lasp_lattice::Kind;
use lasp_plan::{Agg, BinaryOp, Op, Shape, Stage, Stmt, Type, Value, ViewId};
use lasp_vm::{Node, Out};

use crate::build::{Program, add_to, binary, coll, emit, event, int, ints, lines, local, update, var, view};
use lasp_plan::CollOp;

/// Sets, counts and maps, changed by three events.
fn program() -> (Program, [u32; 3], Vec<ViewId>) {
    let mut p = Program::default();
    let s = p.set("s");
    let n = p.counter("n");
    let ty = Type::Map(Type::Int.into(), Type::Int.into());
    let by = p.var("by", Kind::GMap(Box::new(Kind::PnCounter)), ty.clone(), None);
    let tens = p.elements(
        "tens",
        s,
        vec![
            Stage::Filter(binary(BinaryOp::Lt, local(0), int(40))),
            Stage::Map(vec![binary(BinaryOp::Mul, local(0), int(10))]),
        ],
    );
    let total = p.number("total", n);
    let source = p.source(by, 2);
    let entries = p.view("entries", ty, Shape::Map, source, var(by));
    let node = p.plan.view(tens).node;
    let sum = p.operator(Op::Reduce { key: 0, agg: Agg::Sum, arg: local(0) }, vec![node], 1);
    let sum = p.view("sum", Type::Int, Shape::Scalar, sum, var(s));
    let mark = |method: &str| {
        vec![
            Stmt::Update(update(s, vec![], method, vec![local(0)])),
            Stmt::Update(update(n, vec![], "inc", vec![int(1)])),
            Stmt::Update(update(by, vec![binary(BinaryOp::Rem, local(0), int(7))], "inc", vec![local(0)])),
        ]
    };
    let events = [
        p.on("put", mark("add")),
        p.on("drop", mark("remove")),
        p.on(
            "fail",
            [mark("add"), vec![Stmt::Let(lasp_plan::Pattern::Wildcard, binary(BinaryOp::Div, int(1), int(0)))]]
                .concat(),
        ),
    ];
    (p, events, vec![tens, total, entries, sum])
}

/// The same events for every run.
fn trace(events: [u32; 3], count: u64) -> impl Iterator<Item = (u32, i64)> {
    let mut state = 42u64;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let roll = state >> 33;
        let which = if roll.is_multiple_of(97) { 2 } else { usize::from(roll.is_multiple_of(3)) };
        (events[which], (roll / 97 % 50) as i64)
    })
}

fn values(node: &mut Node, views: &[ViewId]) -> Vec<Result<Value, lasp_vm::Failure>> {
    views.iter().map(|view| node.value(*view)).collect()
}

#[test]
fn batches_end_where_single_steps_end() {
    let (p, events, views) = program();
    let (mut lazy, _) = p.start();
    let (mut stepped, _) = program().0.start();
    let (mut heard, _) = program().0.start();
    views.iter().for_each(|view| heard.subscribe(*view));
    let (mut failed, mut changes) = ([0; 3], 0);
    for (at, (which, x)) in trace(events, 5000).enumerate() {
        for (node, failed) in [&mut lazy, &mut stepped, &mut heard].into_iter().zip(&mut failed) {
            for out in node.handle(at as i64, event(which, x)) {
                match out {
                    Out::Failed { .. } => *failed += 1,
                    Out::Change { .. } => changes += 1,
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(stepped.flush(), vec![]);
        if at % 1701 == 0 {
            assert_eq!(values(&mut lazy, &views), values(&mut stepped, &views), "after {at}");
        }
    }
    assert!(failed[0] > 20 && failed[1] == failed[0] && failed[2] == failed[0], "{failed:?}");
    assert!(changes > 5000, "each event was heard by itself: {changes}");
    let lazily = values(&mut lazy, &views);
    assert_eq!(lazily, values(&mut stepped, &views));
    assert_eq!(lazily, values(&mut heard, &views));
    assert_eq!(lazily[1], Ok(Value::Int(5000 - failed[0])));
}

#[test]
fn a_handler_that_reads_a_view_sees_every_event_before_it() {
    let mut p = Program::default();
    let s = p.set("s");
    let all = p.elements("all", s, vec![]);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let ask = p.on("ask", vec![emit("count", coll(CollOp::Count, view(all), vec![]))]);
    let (mut node, _) = p.start();
    for x in 0..2500 {
        assert_eq!(node.handle(0, event(put, x)), vec![]);
        if x % 700 == 3 {
            assert_eq!(lines(&node.handle(0, event(ask, 0))), [format!("count {{ x: {} }}", x + 1)]);
        }
    }
}

#[test]
fn subscribers_hear_of_changes_since_then() {
    let mut p = Program::default();
    let s = p.set("s");
    let n = p.counter("n");
    let all = p.elements("all", s, vec![]);
    let total = p.number("total", n);
    let put = p.on("put", vec![add_to(s, local(0)), Stmt::Update(update(n, vec![], "inc", vec![]))]);
    let (mut node, _) = p.start();
    node.handle(0, event(put, 1));
    node.subscribe(all);
    node.subscribe(total);
    assert_eq!(node.value(all), Ok(ints(&[1])));
    assert_eq!(lines(&node.flush()), [""; 0], "what was before is no change");
    assert_eq!(lines(&node.handle(0, event(put, 2))), ["view 0: +[2] -[]", "view 1: +[2] -[1]"]);
    assert_eq!(lines(&node.handle(0, event(put, 2))), ["view 1: +[3] -[2]"]);
}
