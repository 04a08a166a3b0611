//! `watch`: every change of a view, as it happens.

use lasp_lattice::Kind;
use lasp_plan::{BinaryOp, Shape, Stage, Stmt, Type, Value};

use crate::build::{Program, add_to, binary, emit, event, field, int, ints, lines, local, update, value, var};

fn tell() -> (Vec<Stmt>, Vec<Stmt>) {
    (vec![emit("added", local(0))], vec![emit("removed", local(0))])
}

#[test]
fn sets_by_element_from_the_start() {
    let mut p = Program::default();
    let s = p.var("s", Kind::OrSet, Type::Set(Type::Int.into()), Some(value(ints(&[2, 1]))));
    let halves = p.elements("halves", s, vec![Stage::Filter(binary(BinaryOp::Lt, local(0), int(100)))]);
    let (added, removed) = tell();
    p.watch(halves, added, removed);
    let put = p.on("put", vec![add_to(s, local(0))]);
    let swap =
        p.on("swap", vec![Stmt::Update(update(s, vec![], "clear", vec![])), add_to(s, local(0)), add_to(s, int(1))]);
    let (mut node, outs) = p.start();
    assert_eq!(lines(&outs), ["added { x: 1 }", "added { x: 2 }"]);
    assert_eq!(lines(&node.handle(0, event(put, 5))), ["added { x: 5 }"]);
    assert_eq!(lines(&node.handle(0, event(put, 5))), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(put, 500))), [""; 0]);
    // 1 goes and comes within one op: that is no change.
    assert_eq!(lines(&node.handle(0, event(swap, 7))), ["removed { x: 2 }", "removed { x: 5 }", "added { x: 7 }"]);
}

#[test]
fn maps_by_entry() {
    let mut p = Program::default();
    let ty = Type::Map(Type::Int.into(), Type::Nat.into());
    let hits = p.var("hits", Kind::GMap(Box::new(Kind::GCounter)), ty.clone(), None);
    let source = p.source(hits, 2);
    let by = p.view("by", ty, Shape::Map, source, var(hits));
    let count = || field(local(0), 1);
    p.watch(by, vec![emit("added", count())], vec![emit("removed", count())]);
    let hit = p.on("hit", vec![Stmt::Update(update(hits, vec![local(0)], "inc", vec![]))]);
    let (mut node, _) = p.start();
    assert_eq!(lines(&node.handle(0, event(hit, 5))), ["added { x: 1 }"]);
    assert_eq!(lines(&node.handle(0, event(hit, 5))), ["removed { x: 1 }", "added { x: 2 }"]);
    assert_eq!(lines(&node.handle(0, event(hit, 6))), ["added { x: 1 }"]);
}

#[test]
fn a_number_from_old_to_new_but_not_at_the_start() {
    let mut p = Program::default();
    let n = p.var("n", Kind::PnCounter, Type::Int, Some(int(3)));
    let total = p.number("total", n);
    let (added, removed) = tell();
    p.watch(total, added, removed);
    let inc = p.on("inc", vec![Stmt::Update(update(n, vec![], "inc", vec![local(0)]))]);
    let (mut node, outs) = p.start();
    assert_eq!(lines(&outs), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(inc, 2))), ["removed { x: 3 }", "added { x: 5 }"]);
    assert_eq!(lines(&node.handle(0, event(inc, 0))), [""; 0]);
}

#[test]
fn a_truth_value_while_it_is_true() {
    let watch = |start: i64| {
        let mut p = Program::default();
        let n = p.var("n", Kind::PnCounter, Type::Int, Some(int(start)));
        let source = p.source(n, 1);
        let node = p.fused(source, vec![Stage::Map(vec![binary(BinaryOp::Ge, local(0), int(5))])]);
        let many = p.view("many", Type::Bool, Shape::Scalar, node, var(n));
        // The element is the empty tuple, equal to itself alone.
        let is_unit = || binary(BinaryOp::Eq, local(0), value(Value::unit()));
        let say = |name| vec![Stmt::If(is_unit(), vec![emit(name, int(1))], vec![])];
        p.watch(many, say("on"), say("off"));
        let inc = p.on("inc", vec![Stmt::Update(update(n, vec![], "inc", vec![local(0)]))]);
        let dec = p.on("dec", vec![Stmt::Update(update(n, vec![], "dec", vec![local(0)]))]);
        (p, inc, dec)
    };
    let (p, inc, dec) = watch(4);
    let (mut node, outs) = p.start();
    assert_eq!(lines(&outs), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(inc, 1))), ["on { x: 1 }"]);
    assert_eq!(lines(&node.handle(0, event(inc, 1))), [""; 0]);
    assert_eq!(lines(&node.handle(0, event(dec, 3))), ["off { x: 1 }"]);
    assert_eq!(lines(&node.handle(0, event(inc, 3))), ["on { x: 1 }"], "as often as it changes");
    let (p, ..) = watch(5);
    assert_eq!(lines(&p.start().1), ["on { x: 1 }"]);
}

#[test]
fn reactions_come_in_the_order_declared() {
    let mut p = Program::default();
    let s = p.set("s");
    let all = p.elements("all", s, vec![]);
    let name = |n: &str| (vec![emit(n, local(0))], vec![]);
    let (a, b) = (name("watch_a"), name("watch_b"));
    p.watch(all, a.0, a.1);
    p.watch(all, b.0, b.1);
    let node = p.plan.view(all).node;
    p.when("true", node, vec![emit("when_a", local(0))]);
    p.when("true too", node, vec![emit("when_b", local(0))]);
    let both = [int(2), int(1)].map(|x| add_to(s, x)).to_vec();
    let put = p.on("put", [vec![emit("handler", local(0))], both].concat());
    let (mut node, _) = p.start();
    assert_eq!(
        lines(&node.handle(0, event(put, 0))),
        [
            "handler { x: 0 }",
            "when_a { x: 1 }",
            "when_a { x: 2 }",
            "when_b { x: 1 }",
            "when_b { x: 2 }",
            "watch_a { x: 1 }",
            "watch_a { x: 2 }",
            "watch_b { x: 1 }",
            "watch_b { x: 2 }",
        ]
    );
}
